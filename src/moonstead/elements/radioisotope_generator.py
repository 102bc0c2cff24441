"""A radioisotope generator: heat that decays, part of it turned into electricity by day and night.

**Model.** With the age t of the fuel,

    heat        Q = thermal_power_w 0.5^(t / half_life_year)
    electricity P = electric_power_w 0.5^(t / half_life_year) (1 - loss_per_year)^t

where the second factor is the wear of the converter. All the heat goes into its own node, what is
drawn as power goes out of it, and the rest is radiated; with `warms` a part flows to the node of
another element.

**Assumptions.** Electric power is in proportion to heat (the converter's efficiency does not
depend on its temperatures). `fuel_age_year` is counted at the start of the run, also where the
element arrives later.

**Limits.** No effect of the sink on the efficiency; helium, gas and shorting faults are left out.

**Validation.** Heat after 14 years 0.895 of that at the start, and an MMRTG of 110 W without wear
of its converter 98.5 W. The default wear of 1 % a year is set by New Horizons, 240 W at launch
and 202 W at Pluto 9.48 years later; with it the loss is 1.8 % a year in all, within the 1.9 % asked
of the next generation. Tests: `tests/elements/test_power.py`.

**Sources.** NASA RPS pages: MMRTG 45 kg, 110 to 125 W, 2 kW of heat; GPHS-RTG 57 kg, 300 W,
4.4 kW; next generation at most 1.9 % a year in all; New Horizons 240 W in January 2006, 202 W in
July 2015. Half-life of Pu-238: 87.7 years.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Parts, Source, ThermalNode
from moonstead.elements.element import Element, Kelvin, sink_temperature
from moonstead.elements.radioisotope import PLUTONIUM_238_HALF_LIFE_YEAR, Decay, heat_path
from moonstead.spec import Name, NotNegative, Positive, RefersTo


class RadioisotopeGenerator(Element):
    """Radioisotope power system."""

    type: Literal["radioisotope_generator"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it feeds."""
    electric_power_w: Positive
    """When freshly fuelled."""
    thermal_power_w: Positive
    """Heat of the fuel when fresh."""
    half_life_year: Positive = PLUTONIUM_238_HALF_LIFE_YEAR
    """Of the isotope: 87.7 for plutonium-238."""
    fuel_age_year: NotNegative = 0.0
    """Age of the fuel at the start of the run."""
    loss_per_year: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.01
    """Relative loss of the converter per year, beside the decay (New Horizons)."""
    radiator_area_m2: Positive
    """Radiating area of fins and housing."""
    radiator_emissivity: Annotated[float, Field(gt=0.0, le=1.0)] = 0.85
    """Infrared emissivity of the fins (assumption)."""
    heat_capacity_j_per_k: Positive
    """Of the whole unit."""
    initial_temperature_k: Kelvin = 450.0
    """Of the fins at the start (an MMRTG's stand at 423 to 458 K on Mars)."""
    warms: Annotated[Name, RefersTo("element")] | None = None
    """An element that it keeps warm."""
    conductance_w_per_k: NotNegative = 0.0
    """Of the heat path to that element."""

    @model_validator(mode="after")
    def _is_possible(self) -> "RadioisotopeGenerator":
        if self.electric_power_w >= self.thermal_power_w:
            raise ValueError("electric_power_w must be below thermal_power_w")
        if (self.warms is None) != (self.conductance_w_per_k == 0.0):
            raise ValueError("warms and conductance_w_per_k go together; give both or neither")
        return self

    def parts(self) -> Parts:
        """Return its source, its node and its heat path."""
        worn = (1.0 - self.loss_per_year) ** self.fuel_age_year
        node = ThermalNode(
            name=self.name,
            heat_capacity_j_per_k=self.heat_capacity_j_per_k,
            radiating_area_m2=self.radiator_area_m2,
            emissivity=self.radiator_emissivity,
            sink_temperature_k=sink_temperature,
            absorbed_w=Decay(self.thermal_power_w, self.half_life_year, self.fuel_age_year),
            initial_temperature_k=self.initial_temperature_k,
            survival_min_k=50.0,  # it keeps itself far above
        )
        source = Source(
            name=self.name,
            bus=self.bus,
            node=self.name,
            available_w=Decay(
                worn * self.electric_power_w, self.half_life_year, self.fuel_age_year
            ),
            loss_per_year=self.loss_per_year,
            takes_heat=True,
        )
        couplings = (
            ()
            if self.warms is None
            else (heat_path(self.name, self.warms, self.conductance_w_per_k),)
        )
        return Parts(nodes=(node,), sources=(source,), couplings=couplings)
