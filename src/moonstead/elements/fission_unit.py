"""Fission power unit: constant heat, part of it electricity, the rest radiated.

The reactor gives its thermal power whether or not electricity is drawn; what is not drawn goes to
the radiator. The class of Kilopower (1 to 10 kWe, NASA) or of 40 kWe fission surface power.

Limits: no start-up, no burn-up, no shadow-shield zone.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Parts, Source, ThermalNode
from moonstead.elements.element import Constant, Element, sink_temperature
from moonstead.spec import Name, Positive


class FissionUnit(Element):
    """Fission power unit."""

    type: Literal["fission_unit"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it feeds."""
    electric_power_w: Positive
    """Net electric power."""
    thermal_power_w: Positive
    """Reactor heat at that power."""
    loss_per_year: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Relative loss of electric power per year."""
    radiator_area_m2: Positive
    """Radiating area."""
    radiator_emissivity: Annotated[float, Field(gt=0.0, le=1.0)] = 0.85
    """Infrared emissivity of the radiator."""
    heat_capacity_j_per_k: Positive
    """Of the radiator loop."""

    @model_validator(mode="after")
    def _obeys_the_first_law(self) -> "FissionUnit":
        if self.electric_power_w >= self.thermal_power_w:
            raise ValueError("electric_power_w must be below thermal_power_w")
        return self

    def parts(self) -> Parts:
        """Return its source and its radiator."""
        node = ThermalNode(
            name=self.name,
            heat_capacity_j_per_k=self.heat_capacity_j_per_k,
            radiating_area_m2=self.radiator_area_m2,
            emissivity=self.radiator_emissivity,
            sink_temperature_k=sink_temperature,
            absorbed_w=Constant(self.thermal_power_w),
            initial_temperature_k=400.0,
            survival_min_k=50.0,
        )
        source = Source(
            name=self.name,
            bus=self.bus,
            node=self.name,
            available_w=Constant(self.electric_power_w),
            loss_per_year=self.loss_per_year,
            takes_heat=True,
        )
        return Parts(nodes=(node,), sources=(source,))
