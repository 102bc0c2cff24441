"""Battery: stores energy with losses both ways, leaks, fades, and will not charge when frozen.

Capacity fades linearly with calendar time and with energy throughput (the ageing hook; rates are
parameters). Conversion losses heat its own thermal node.
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Parts, Store
from moonstead.elements.element import Element, Kelvin, Thermal, heater, thermal_node
from moonstead.spec import Fraction, Name, NotNegative, Positive

Efficiency = Annotated[float, Field(gt=0.0, le=1.0)]


class EnergyStore(Element):
    """What a battery and a regenerative fuel cell have in common."""

    bus: Name = "main"
    """The bus that it is on."""
    capacity_j: Positive
    """Rated energy."""
    initial_fraction: Fraction = 0.8
    """State of charge at the start."""
    floor_fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.1
    """Share of the capacity that is never taken out."""
    charge_power_w: Positive
    """Greatest power taken from the bus."""
    discharge_power_w: Positive
    """Greatest power given to the bus."""
    charge_efficiency: Efficiency
    """Energy stored per energy taken from the bus."""
    discharge_efficiency: Efficiency
    """Energy given to the bus per energy taken out."""
    calendar_fade_per_year: Annotated[float, Field(ge=0.0, lt=0.5)] = 0.0
    """Share of the rated capacity lost per year."""
    cycle_fade_fraction: Annotated[float, Field(ge=0.0, lt=0.1)] = 0.0
    """Share of the rated capacity lost per full equivalent cycle."""
    order: int
    """Stores of lower order are charged and discharged first."""
    thermal: Thermal
    """How it keeps warm."""

    def store_parts(self, charge_min_temperature_k: float, self_discharge_per_s: float) -> Parts:
        """Return the store, its node and its heater."""
        store = Store(
            name=self.name,
            bus=self.bus,
            node=self.name,
            capacity_j=self.capacity_j,
            initial_fraction=self.initial_fraction,
            floor_fraction=self.floor_fraction,
            charge_power_w=self.charge_power_w,
            discharge_power_w=self.discharge_power_w,
            charge_efficiency=self.charge_efficiency,
            discharge_efficiency=self.discharge_efficiency,
            self_discharge_per_s=self_discharge_per_s,
            charge_min_temperature_k=charge_min_temperature_k,
            calendar_fade_per_year=self.calendar_fade_per_year,
            cycle_fade=self.cycle_fade_fraction,
            order=self.order,
        )
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=heater(self.name, self.bus, self.thermal),
            stores=(store,),
        )


class Battery(EnergyStore):
    """Rechargeable battery."""

    type: Literal["battery"]
    """Which element type this is."""
    order: int = 0
    """Stores of lower order are charged and discharged first."""
    self_discharge_per_s: NotNegative = 0.0
    """Share of the stored energy lost per second."""
    charge_min_temperature_k: Kelvin = 268.0
    """Below this it takes no charge (lithium plating)."""

    def parts(self) -> Parts:
        """Return the store, its node and its heater."""
        return self.store_parts(self.charge_min_temperature_k, self.self_discharge_per_s)
