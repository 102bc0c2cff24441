"""Plant chamber: food and oxygen from light, carbon dioxide and water.

**Model.** CO2 + H2O -> CH2O + O2 by the energy of light, 15.6 MJ per kilogram of dry matter. Of the
lamps' power a share becomes light that plants can use, and of that a share is bound in dry matter.
A kilogram of it takes 1.47 kg of carbon dioxide and 0.60 kg of water and gives 1.07 kg of oxygen.
The edible part leaves as food with the water that packaged food holds (47 %), the rest as waste
with as much. All power that is not bound is heat.

**Assumptions.** Dry matter is carbohydrate. Water that leaves transpire is condensed and fed again
inside the chamber.

**Limits.** No day, no growth, no harvest: a mean over many beds sown one after another. Nutrients
and crew time are not counted. Minerals and nitrogen of plants are not balanced.

**Validation.** Masses and energy of photosynthesis against those of glucose, 2803 kJ/mol
(`tests/elements/test_life_support.py::test_photosynthesis_is_respiration_backwards`).

**Sources.** Enthalpy of combustion of glucose 2803 kJ/mol (CRC Handbook). At most 12 % of usable
light can be bound (quantum requirement of photosynthesis, Zhu et al. 2008, Curr. Opin. Biotechnol.
19:153: 4.6 to 6 % of all sunlight, half of which is usable). Lamps 0.5, bound 0.04 (assumptions).
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Flow, Parts
from moonstead.elements.chemistry import balanced_kg, molar_mass_kg
from moonstead.elements.metabolism import FOOD_KG_PER_DAY, FOOD_WATER_KG_PER_DAY
from moonstead.elements.plant import Producer
from moonstead.elements.tank import TankName
from moonstead.spec import Fraction, Name, Positive, RefersTo

GROWTH_KG = balanced_kg({"CO2": -6.0, "H2O": -6.0, "C6H12O6": 1.0, "O2": 6.0})
DRY_J_PER_KG = 2803e3 / molar_mass_kg("C6H12O6")
FOOD_WATER_FRACTION = FOOD_WATER_KG_PER_DAY / FOOD_KG_PER_DAY


class PlantChamber(Producer):
    """Beds under lamps."""

    type: Literal["plant_chamber"]
    """Which element type this is."""
    habitat: Annotated[Name, RefersTo("element")]
    """Whose carbon dioxide, water, food and waste tanks it uses."""
    lamp_power_w: Positive
    """At full light."""
    lamp_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.5
    """Usable light per electric power (assumption)."""
    bound_fraction: Annotated[float, Field(gt=0.0, le=0.12)] = 0.04
    """Share of that light that dry matter binds (assumption); 0.12 is what nature allows."""
    edible_fraction: Fraction = 0.45
    """Of dry matter (assumption)."""
    oxygen_tank: TankName
    """Where the oxygen goes."""

    def parts(self) -> Parts:
        """Return its beds and its thermal node."""
        bound = self.lamp_efficiency * self.bound_fraction
        dry = self.lamp_power_w * bound / DRY_J_PER_KG
        rate = dry / GROWTH_KG["C6H12O6"]
        wet = dry / (1.0 - FOOD_WATER_FRACTION)
        water = rate * GROWTH_KG["H2O"] - (wet - dry)
        flows = (
            Flow(
                commodity="carbon-dioxide",
                kg_per_s=rate * GROWTH_KG["CO2"],
                tank=f"{self.habitat}.carbon-dioxide",
            ),
            Flow(commodity="water", kg_per_s=water, tank=f"{self.habitat}.water"),
            Flow(commodity="oxygen", kg_per_s=rate * GROWTH_KG["O2"], tank=self.oxygen_tank),
            Flow(
                commodity="food", kg_per_s=wet * self.edible_fraction, tank=f"{self.habitat}.food"
            ),
            Flow(
                commodity="waste",
                kg_per_s=wet * (1.0 - self.edible_fraction),
                tank=f"{self.habitat}.waste",
            ),
        )
        beds = self.working(
            "beds", self.lamp_power_w, flows, kept_fraction=1.0 - bound, on=self.always_on
        )
        return self.plant_parts((beds,))

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while plants grow; nothing where it is always on."""
        return () if self.always_on else (f"{self.name}.beds",)
