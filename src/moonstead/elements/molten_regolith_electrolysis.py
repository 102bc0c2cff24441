"""Molten regolith electrolysis: oxygen and metal from molten soil by current alone.

**Model.** The oxides of the melt are split at about 1900 K, the least bound first: iron, silicon,
titanium, aluminium, magnesium, calcium. The oxygen wanted per mass of soil decides how far down the
list the cell goes, hence the metal set free and the least energy per kilogram. A kilogram of oxygen
takes 1/y of soil; the rest is metal and slag.

**Assumptions.** Soil of one composition, highland (Apollo 16) or mare (Apollo 11). Oxides are
counted as free: in minerals they are bound more firmly, so the floor is a lower bound. What of the
power is neither bound in the products nor carried off by hot slag heats the cell.

**Limits.** No frozen cell: keep the reactor warm by a long minimum run. Anodes do not wear.

**Validation.** All oxides together hold the 43 to 45 % of oxygen of lunar soil, and the published
18 to 35 kWh per kg lie above the floor at every yield
(`tests/elements/test_utilisation.py::test_published_energies_lie_above_their_floors`).

**Sources.** 18 to 35 kWh per kg of oxygen: estimates of NASA Glenn, as told in reviews; the default
is the middle. Soils: Lunar Sourcebook, table 7.15. Heats of formation: NIST-JANAF.
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.elements.chemistry import OXIDES, SOILS, Reduction, reduce_soil
from moonstead.elements.regolith_plant import RegolithPlant
from moonstead.spec import Positive
from moonstead.units import KWH_J


class MoltenRegolithElectrolysis(RegolithPlant):
    """Oxygen and metal from a cell of molten soil."""

    type: Literal["molten_regolith_electrolysis"]
    """Which element type this is."""
    specific_energy_j_per_kg: Positive = 26.5 * KWH_J
    """Electric energy per kilogram of oxygen: the middle of 18 to 35."""
    soil: Literal["highland", "mare"] = "highland"
    """What is fed."""
    oxygen_yield_fraction: Annotated[float, Field(gt=0.0, lt=1.0)]
    """Oxygen per mass of soil."""

    def reduction(self) -> Reduction:
        """Return what the current takes out of the soil."""
        return reduce_soil(SOILS[self.soil], tuple(OXIDES), self.oxygen_yield_fraction)
