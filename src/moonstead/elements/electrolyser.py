"""Electrolyser: splits water into oxygen and hydrogen, for tanks or for the cabin's air.

**Model.** 2 H2O -> 2 H2 + O2. At the efficiency eta (enthalpy of splitting by electric energy) a
kilogram of oxygen takes 4.96/eta kWh, 1.126 kg of water, and gives 0.126 kg of hydrogen. The rest
of the power, 1 - eta, is heat. It stops while a tank has no room; hydrogen without a tank is
vented.

**Assumptions.** One efficiency at all loads, but for the idle share.

**Limits.** Gases are delivered at the pressure of the stack; compressors are in the efficiency. As
``life_support`` it is on from the start, shed last, and holds the oxygen of a cabin at what its
tank holds at most.

**Validation.** Masses by IUPAC atomic weights and 4.96 kWh/kg
(`tests/elements/test_utilisation.py::test_water_splits_by_weight_and_energy`).

**Sources.** Enthalpy of formation of liquid water 285.83 kJ/mol (CODATA). Efficiency 0.7 for the
stack with its plant (assumption; the published 11.3 kWh/kg from ice to oxygen leaves it 7.1).
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Flow, Parts
from moonstead.elements.chemistry import WATER_SPLITTING_J_PER_KG_O2, balanced_kg
from moonstead.elements.plant import Producer
from moonstead.elements.tank import TankName
from moonstead.spec import Positive

SPLITTING_KG = balanced_kg({"H2O": -2.0, "H2": 2.0, "O2": 1.0})


class Electrolyser(Producer):
    """Stack of cells for water."""

    type: Literal["electrolyser"]
    """Which element type this is."""
    power_w: Positive
    """At full rate."""
    efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.7
    """Enthalpy of splitting per electric energy (assumption)."""
    water_tank: TankName
    """Where the water comes from: ``HABITAT.water`` for a habitat's."""
    oxygen_tank: TankName
    """Where the oxygen goes: ``HABITAT.oxygen`` is a cabin's air."""
    hydrogen_tank: TankName | None = None
    """Where the hydrogen goes; vented where none is named."""
    life_support: bool = False
    """Whether lives hang on it."""

    def parts(self) -> Parts:
        """Return its stack and its thermal node."""
        oxygen = self.power_w * self.efficiency / WATER_SPLITTING_J_PER_KG_O2
        rate = oxygen / SPLITTING_KG["O2"]
        flows = (
            Flow(commodity="water", kg_per_s=rate * SPLITTING_KG["H2O"], tank=self.water_tank),
            Flow(commodity="oxygen", kg_per_s=oxygen, tank=self.oxygen_tank),
            Flow(
                commodity="hydrogen",
                kg_per_s=rate * SPLITTING_KG["H2"],
                tank=self.hydrogen_tank or "",
            ),
        )
        heat = 1.0 - self.efficiency
        stack = self.working(
            "stack",
            self.power_w,
            flows,
            kept_fraction=heat,
            vital=self.life_support,
            on=self.always_on,
        )
        return self.plant_parts((stack,))

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs during a production run; nothing where it is always on."""
        return () if self.life_support or self.always_on else (f"{self.name}.stack",)
