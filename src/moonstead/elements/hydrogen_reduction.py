"""Hydrogen reduction plant: oxygen from the iron oxide of lunar soil, by way of water.

**Model.** FeO + H2 -> Fe + H2O at about 1200 K, and the water is split again, so the hydrogen goes
round. A mass x of iron oxide per mass of feed, reduced to the share r, gives y = x r M_O / M_FeO of
oxygen; a kilogram of oxygen takes 1/y of soil and leaves 1/y - 1 of slag, with the iron in it or
taken out of it (3.49 kg per kg of oxygen). The rate is power by specific energy, less at part load
by the idle share; warm-up and minimum run as given.

**Assumptions.** Only iron oxide is reduced (ilmenite and glass alike). The specific energy is that
of all steps together. What of the power is neither bound in the products (5 kWh per kg of oxygen)
nor carried off by hot slag heats the plant.

**Limits.** Hydrogen lost in the slag is not made up. One feed for the whole run. Digging is in the
specific energy of the default; where an `excavator` fills ``regolith_tank``, give a lower one.

**Validation.** Feed with 5 to 14 % of iron oxide gives at most 1.1 to 3.1 % of its mass, the
published 1 to 3 %
(`tests/elements/test_utilisation.py::test_iron_oxide_bounds_the_yield_of_hydrogen`).

**Sources.** Energy 24.3 (+-5.8) kWh per kg for soil with 10 % of ilmenite, from excavation to
liquid oxygen: Leger et al. 2025, PNAS 122, e2306146122. Yields of 1 to 3 % of the regolith: review
literature (recall).
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.elements.chemistry import (
    OXIDES,
    WATER_SPLITTING_J_PER_KG_O2,
    Reduction,
    molar_mass_kg,
)
from moonstead.elements.regolith_plant import RegolithPlant
from moonstead.spec import Positive
from moonstead.units import KWH_J

ILMENITE_FEO_FRACTION = molar_mass_kg("FeO") / molar_mass_kg("FeTiO3")


class HydrogenReduction(RegolithPlant):
    """Oxygen from ilmenite and iron-bearing glass."""

    type: Literal["hydrogen_reduction"]
    """Which element type this is."""
    specific_energy_j_per_kg: Positive = 24.3 * KWH_J
    """Electric energy per kilogram of oxygen (Leger et al. 2025)."""
    iron_oxide_fraction: Annotated[float, Field(gt=0.0, le=ILMENITE_FEO_FRACTION)] = 0.0474
    """Iron oxide by mass in what is fed; the default is 10 % of ilmenite, as in the source of the
    energy. Soils have 0.05 to 0.16, a pure concentrate of ilmenite 0.474."""
    reduced_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.9
    """Share of it that is reduced (assumption)."""

    def reduction(self) -> Reduction:
        """Return what hydrogen takes out of the feed."""
        reduced = self.iron_oxide_fraction * self.reduced_fraction
        oxygen = reduced * OXIDES["FeO"].oxygen_fraction
        return Reduction(oxygen, reduced - oxygen, WATER_SPLITTING_J_PER_KG_O2)
