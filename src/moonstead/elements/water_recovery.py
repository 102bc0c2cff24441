"""Water recovery: potable water from condensate and urine, with brine left over.

**Model.** Two machines, one for grey water (condensate and wash water), one for black water
(urine). Of each kilogram fed the recovered share goes to the habitat's water, the rest to brine.

**Assumptions.** One energy per kilogram fed for both.

**Limits.** Recovery stops where the brine tank is full: empty it, or make it large enough. Filters
and resins are not counted as spare parts.

**Validation.** A crew's water over 180 days with a closure of 0.98 and of 0.85 against the sum by
hand (`tests/elements/test_life_support.py::test_four_people_for_180_days`).

**Sources.** 98 % on the ISS since 2023, urine alone 75 to 87 % before its brine processor: NASA.
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Converter, Flow, Parts, Tank
from moonstead.elements.plant import Plant
from moonstead.spec import Name, Positive, RefersTo


class WaterRecovery(Plant):
    """Urine processor and water processor."""

    type: Literal["water_recovery"]
    """Which element type this is."""
    habitat: Annotated[Name, RefersTo("element")]
    """Whose water it recovers."""
    grey_rate_kg_per_s: Positive
    """Grey water at full rate; a person makes 1.9 kg a day and what it washes with."""
    black_rate_kg_per_s: Positive
    """Black water at full rate; a person makes 1.6 kg a day."""
    recovery_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.98
    """Water recovered per water fed (ISS since 2023)."""
    specific_energy_j_per_kg: Positive
    """From the bus per kilogram fed."""
    brine_kg: Positive
    """What its brine tank holds."""

    def _processor(self, part: str, commodity: str, rate: float) -> Converter:
        water = rate * self.recovery_fraction
        flows = (
            Flow(commodity=commodity, kg_per_s=-rate, tank=f"{self.habitat}.{commodity}"),
            Flow(commodity="water", kg_per_s=water, tank=f"{self.habitat}.water"),
            Flow(commodity="brine", kg_per_s=rate - water, tank=f"{self.name}.brine"),
        )
        return self.working(part, rate * self.specific_energy_j_per_kg, flows, vital=True)

    def parts(self) -> Parts:
        """Return its two machines, brine tank and thermal node."""
        brine = Tank(name=f"{self.name}.brine", commodity="brine", capacity_kg=self.brine_kg)
        machines = (
            self._processor("grey", "water-grey", self.grey_rate_kg_per_s),
            self._processor("black", "water-black", self.black_rate_kg_per_s),
        )
        return self.plant_parts(machines, (brine,))
