"""Radioisotope heaters: heat that decays and asks for no power, led into another element.

**Model.** `units` capsules of `heat_per_unit_w` when fresh give

    Q = units heat_per_unit_w 0.5^(t / half_life_year)

with the age t of the fuel. The heat goes into their own node, and from there through
`conductance_w_per_k` into the node of the element that they warm; a little is radiated past it.

**Assumptions.** The capsules sit together. `fuel_age_year` is counted at the start of the run,
also where they arrive later.

**Limits.** The heat cannot be switched off: what it warms needs louvers or a radiator by day.

**Validation.** The decay against the closed form (0.895 after 14 years); in balance the warmed
element radiates what the capsules give, by Stefan and Boltzmann. Tests:
`tests/elements/test_power.py`, `tests/elements/test_thermal_elements.py`.

**Sources.** Chang'e 4: heaters of 120 W of heat each on the lander (press). Light-weight heater
unit of NASA: 1 W, 40 g (NASA RPS pages, recall). Half-life of Pu-238: 87.7 years.
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Parts, ThermalNode
from moonstead.elements.element import Element, Kelvin, sink_temperature
from moonstead.elements.radioisotope import PLUTONIUM_238_HALF_LIFE_YEAR, Decay, heat_path
from moonstead.spec import Name, NotNegative, Positive, RefersTo


class RadioisotopeHeater(Element):
    """Radioisotope heater units."""

    type: Literal["radioisotope_heater"]
    """Which element type this is."""
    warms: Annotated[Name, RefersTo("element")]
    """The element that they keep warm."""
    units: Annotated[int, Field(ge=1)]
    """How many capsules."""
    heat_per_unit_w: Positive
    """Heat of one when fresh."""
    half_life_year: Positive = PLUTONIUM_238_HALF_LIFE_YEAR
    """Of the isotope: 87.7 for plutonium-238."""
    fuel_age_year: NotNegative = 0.0
    """Age of the fuel at the start of the run."""
    conductance_w_per_k: Positive
    """Of the heat path into that element."""
    radiating_area_m2: Positive
    """Outer area that radiates past that element."""
    emissivity: Annotated[float, Field(gt=0.0, le=1.0)] = 0.06
    """Of that area, wrapped in insulation (assumption)."""
    heat_capacity_j_per_k: Positive
    """Of all capsules with their holder."""
    initial_temperature_k: Kelvin = 320.0
    """At the start of the run."""

    def parts(self) -> Parts:
        """Return the node of the capsules and the heat path."""
        node = ThermalNode(
            name=self.name,
            heat_capacity_j_per_k=self.heat_capacity_j_per_k,
            radiating_area_m2=self.radiating_area_m2,
            emissivity=self.emissivity,
            sink_temperature_k=sink_temperature,
            absorbed_w=Decay(
                self.units * self.heat_per_unit_w, self.half_life_year, self.fuel_age_year
            ),
            initial_temperature_k=self.initial_temperature_k,
            survival_min_k=1.0,  # cold does no harm to it
        )
        path = heat_path(self.name, self.warms, self.conductance_w_per_k)
        return Parts(nodes=(node,), couplings=(path,))
