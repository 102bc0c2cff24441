"""A rechargeable battery: loses both ways, leaks, fades, and takes no charge when it is frozen.

**Model.** With the power Pc taken from the bus and Pd given to it, the energy E in the store is

    dE/dt = charge_efficiency Pc - Pd / discharge_efficiency - self_discharge_per_s E
    floor_fraction C <= E <= C,   Pc <= charge_power_w,   Pd <= discharge_power_w

and the capacity fades with the years t and the full equivalent cycles N, which count the energy
taken out over the rated capacity:

    C = capacity_j (1 - calendar_fade_per_year t - cycle_fade_fraction N)

What is lost warms its own thermal node. Below `charge_min_temperature_k` it takes no charge.

**Assumptions.** Efficiencies do not depend on power, charge or temperature. Fade is linear and
its two parts add up, as Saft's life tests of geostationary cells find for cycling; wear counts
energy put through, whatever the depth of each cycle.

**Limits.** No voltage curve, no faster fade when warm or full, no knee at the end of life, no
cells that drift apart.

**Validation.** What goes in and comes out differ by the two losses (1e-9); a 15-year geostationary
mission (about 1350 shadows to 80 % depth) loses 10 % in Saft's real-time tests, and so here with
the fade of the example file (9.9 %); the specific energy of the example is inside LuSEE-Night's 140
to 175 Wh/kg. Tests: `tests/elements/test_power.py`.

**Sources.** Pack of 150 to 170 Wh/kg: common practice in space; LuSEE-Night, about 7 kWh in 40 to
50 kg (project page). Life: Saft lithium-ion cells qualified for a 15-year geostationary mission,
about 10 % of the capacity lost, storage and cycling adding up (published abstract).
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Parts, Reactant, Store
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

    def store_parts(
        self,
        charge_min_temperature_k: float,
        self_discharge_per_s: float,
        reactants: tuple[Reactant, ...] = (),
    ) -> Parts:
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
            reactants=reactants,
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
