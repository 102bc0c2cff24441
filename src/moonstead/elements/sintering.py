"""Sintering or printing: bricks, pads and walls from soil by heat.

**Model.** Soil in, the same mass of bricks and shards out: a share goes to waste. A kilogram of
soil takes the heat that brings it to the sintering temperature, by the efficiency of heating, and
the energy of feeding and moulding.

**Assumptions.** No binder. Energy comes from the bus (microwaves, heaters or lasers).

**Limits.** Where sunlight heats the soil (``sun_heated``) only feeding and tracking take power, and
the oven works in the dark too: plan it by light. Strength and shape are not modelled.

**Validation.** The heat lies a fifth below that of anorthite between 298 and 1350 K, as a bound
(`tests/elements/test_utilisation.py::test_no_brick_below_the_heat_of_its_rock`).

**Sources.** Heat capacity of soil: Hayne et al. 2017. Sintering at 1300 to 1400 K (assumption).
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Flow, Parts
from moonstead.elements.digging import heating_j_per_kg
from moonstead.elements.element import Kelvin
from moonstead.elements.plant import Producer
from moonstead.elements.tank import TankName
from moonstead.spec import Fraction, Positive

SOIL_BEFORE_K = 250.0
"""Of soil as it is fed, warmed by the plant's own waste heat (assumption)."""


class Sintering(Producer):
    """Oven or print head for bricks."""

    type: Literal["sintering"]
    """Which element type this is."""
    rate_kg_per_s: Positive
    """Bricks at full rate."""
    heating_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.35
    """Heat that reaches the soil by what heating takes from the bus (assumption)."""
    handling_j_per_kg: Positive
    """From the bus to feed, mould and move a kilogram of soil."""
    sintering_k: Kelvin = 1350.0
    """To which the soil is heated (assumption)."""
    sun_heated: bool = False
    """Whether sunlight does the heating, and the bus only the handling."""
    waste_fraction: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.1
    """Share of the soil that becomes shards (assumption)."""
    regolith_tank: TankName | None = None
    """Where the soil comes from; from the ground, scraped up by itself, where none is named."""
    bricks_tank: TankName
    """Where the bricks go."""
    heat_fraction: Fraction = 0.3
    """Share of its power that ends as heat in the machine; the rest leaves with bricks
    (assumption)."""

    @property
    def energy_j_per_kg(self) -> float:
        """Energy from the bus per kilogram of soil."""
        heat = 0.0 if self.sun_heated else heating_j_per_kg(SOIL_BEFORE_K, self.sintering_k)
        return heat / self.heating_efficiency + self.handling_j_per_kg

    def parts(self) -> Parts:
        """Return its oven and its thermal node."""
        soil = self.rate_kg_per_s / (1.0 - self.waste_fraction)
        flows = (
            Flow(commodity="regolith", kg_per_s=-soil, tank=self.regolith_tank or ""),
            Flow(commodity="bricks", kg_per_s=self.rate_kg_per_s, tank=self.bricks_tank),
            Flow(commodity="slag", kg_per_s=soil - self.rate_kg_per_s),
        )
        power_w = soil * self.energy_j_per_kg
        oven = self.working(
            "oven", power_w, flows, kept_fraction=self.heat_fraction, on=self.always_on
        )
        return self.plant_parts((oven,))

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while it bakes; nothing where it is always on."""
        return () if self.always_on else (f"{self.name}.oven",)
