"""What orbiters have in common: a bus of their own, with array, battery, avionics and a node."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from moonstead.components import Bus, FloatArray, Parts, Source, Store, Surroundings
from moonstead.elements.element import Constant, Kelvin, Thermal, always_on, heater, thermal_node
from moonstead.spec import Fraction, Positive, Spec

SOLAR_W_PER_M2 = 1361.0
"""At one astronomical unit (solar constant), where arrays are rated."""
RADIO_OR_LASER = "give either earth_radio or earth_terminal: one path has one way to send"
SURROUNDINGS_K = 150.0
"""Black temperature that Moon and sky together present in orbit (assumption)."""


class InSunlight:
    """A driver: a power under the Sun at one astronomical unit, in the light that there is."""

    def __init__(self, power_w: float) -> None:
        self.power_w = power_w

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        """Return the power over time, shape (n,), W."""
        return self.power_w / SOLAR_W_PER_M2 * surroundings["solar_irradiance_w_per_m2"]


class Spacecraft(Spec):
    """Power and heat of something in orbit, on a bus called like it."""

    array_power_w: Positive
    """In sunlight at one astronomical unit, when new."""
    array_loss_per_year: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Relative loss by radiation."""
    battery_j: Positive
    """Rated energy."""
    battery_power_w: Positive
    """Greatest charge and discharge power."""
    battery_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.96
    """Each way (as for rovers; assumption)."""
    battery_floor_fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.2
    """Share of the capacity that is never taken out (assumption)."""
    initial_fraction: Fraction = 0.8
    """State of charge at the start."""
    avionics_power_w: Positive
    """Computer, wheels and receivers: always on."""
    surroundings_k: Kelvin = SURROUNDINGS_K
    """Black temperature that Moon and sky together present in orbit."""
    thermal: Thermal
    """Its body; its sunlit area is that which faces the Sun."""

    def parts(self, name: str) -> Parts:
        """Return the parts of the spacecraft called ``name``, on the bus ``name``."""
        offered = InSunlight(self.array_power_w)
        sunlit_m2 = self.thermal.sunlit_area_m2 * self.thermal.absorptivity
        node = replace(
            thermal_node(name, self.thermal),
            sink_temperature_k=Constant(self.surroundings_k),
            absorbed_w=InSunlight(sunlit_m2 * SOLAR_W_PER_M2),
        )
        source = Source(
            name=f"{name}.array",
            bus=name,
            node=name,
            available_w=offered,
            loss_per_year=self.array_loss_per_year,
        )
        store = Store(
            name=f"{name}.battery",
            bus=name,
            node=name,
            capacity_j=self.battery_j,
            initial_fraction=self.initial_fraction,
            floor_fraction=self.battery_floor_fraction,
            charge_power_w=self.battery_power_w,
            discharge_power_w=self.battery_power_w,
            charge_efficiency=self.battery_efficiency,
            discharge_efficiency=self.battery_efficiency,
        )
        avionics = always_on(f"{name}.avionics", name, name, self.avionics_power_w)
        return Parts(
            buses=(Bus(name=name),),
            nodes=(node,),
            sources=(source,),
            loads=(avionics, *heater(name, name, self.thermal)),
            stores=(store,),
        )
