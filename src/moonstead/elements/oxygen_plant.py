"""Oxygen plant: electric power into oxygen from soil at a given specific energy, by any process.

**Model.** The rate of oxygen is power by specific energy. A kilogram of it takes 1/y of soil, y the
share of oxygen taken out, and leaves 1/y - 1 of slag on a heap. The plant has its own tank, and
stops while that is full.

**Assumptions.** The specific energy is that of all steps together. What of the power is neither
bound in the products nor carried off by hot slag heats the plant.

**Limits.** It knows nothing of the process: `hydrogen_reduction`, `carbothermal` and
`molten_regolith_electrolysis` do, with the yields of real soils.

**Validation.** A specific energy below 4.96 kWh/kg is refused
(`tests/elements/test_utilisation.py::test_no_oxygen_below_the_enthalpy_of_splitting_water`); so is
heat that the first law does not leave.

**Sources.** 4.96 kWh/kg: enthalpy of formation of liquid water, 285.83 kJ/mol (CODATA). 24.3 kWh/kg
for hydrogen reduction: Leger et al. 2025, PNAS 122, e2306146122. Yield of 1 to 3 % (recall).
"""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from moonstead.components import Flow, Parts, Tank
from moonstead.elements.chemistry import WATER_SPLITTING_J_PER_KG_O2, below_floor
from moonstead.elements.plant import Producer
from moonstead.spec import Fraction, Positive


class OxygenPlant(Producer):
    """Oxygen from regolith."""

    type: Literal["oxygen_plant"]
    """Which element type this is."""
    power_w: Positive
    """While it works."""
    specific_energy_j_per_kg: Positive
    """Electric energy per kilogram of oxygen."""
    tank_kg: Positive
    """What its tank holds."""
    heat_fraction: Fraction | None = None
    """Share of its power that ends as heat in the plant; the rest is bound in the products and
    leaves with the hot slag. Where none is given 0.75 (assumption), or what the products leave."""
    oxygen_yield_fraction: Annotated[float, Field(gt=0.0, lt=0.5)] = 0.02
    """Oxygen per mass of soil: 0.01 to 0.03 by hydrogen (recall)."""

    @field_validator("specific_energy_j_per_kg")
    @classmethod
    def _above_the_floor(cls, value: float) -> float:
        if value < WATER_SPLITTING_J_PER_KG_O2:
            why = "the enthalpy of splitting water"
            raise ValueError(below_floor("this", value, WATER_SPLITTING_J_PER_KG_O2, why))
        return value

    @model_validator(mode="after")
    def _first_law(self) -> "OxygenPlant":
        if self.heat_fraction is not None and self.heat_fraction > self._unbound_fraction():
            most = self._unbound_fraction()
            raise ValueError(
                f"heat_fraction must be at most {most:.3f}: the rest is bound in oxygen"
            )
        return self

    def _unbound_fraction(self) -> float:
        return 1.0 - WATER_SPLITTING_J_PER_KG_O2 / self.specific_energy_j_per_kg

    def parts(self) -> Parts:
        """Return its reactor, tank and thermal node."""
        oxygen = self.power_w / self.specific_energy_j_per_kg
        regolith = oxygen / self.oxygen_yield_fraction
        flows = (
            Flow(commodity="regolith", kg_per_s=-regolith),
            Flow(commodity="oxygen", kg_per_s=oxygen, tank=f"{self.name}.tank"),
            Flow(commodity="slag", kg_per_s=regolith - oxygen),
        )
        tank = Tank(name=f"{self.name}.tank", commodity="oxygen", capacity_kg=self.tank_kg)
        heat = self.heat_fraction
        if heat is None:
            heat = min(0.75, self._unbound_fraction())
        reactor = self.working(
            "reactor", self.power_w, flows, kept_fraction=heat, on=self.always_on
        )
        return self.plant_parts((reactor,), (tank,))

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs during a production run; nothing where it is always on."""
        return () if self.always_on else (f"{self.name}.reactor",)
