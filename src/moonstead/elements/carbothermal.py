"""Carbothermal plant: oxygen from iron oxide and silica with methane, by way of water.

**Model.** MO + CH4 -> M + CO + 2 H2 in the melt, CO + 3 H2 -> CH4 + H2O, and the water is split, so
the carbon goes round. The oxygen wanted per mass of soil is taken from the oxide that binds it
least upwards (iron, silicon, titanium); this gives the metal set free and the least energy. A
kilogram of oxygen takes 1/y of soil; the rest is slag and metal.

**Assumptions.** Soil of one composition, highland (Apollo 16) or mare (Apollo 11). What of the
power is neither bound in the products nor carried off by hot slag heats the plant.

**Limits.** Carbon lost in the slag is not made up. Sunlight that melts the soil is counted as
electric power. The energy figure is a single company's.

**Validation.** The most that these oxides hold is 25.3 % of highland and 29.0 % of mare soil, the
yields of 14 to 28 % are told
(`tests/elements/test_utilisation.py::test_silica_bounds_the_yield_of_methane`).

**Sources.** 50 kWh per kg of oxygen: 20 g per kWh in a test of NASA, 2024, as told on solarisru.com
(low confidence). Yields: recall. Soils: Lunar Sourcebook, table 7.15. Heats of formation:
NIST-JANAF.
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.elements.chemistry import (
    SOILS,
    WATER_SPLITTING_J_PER_KG_O2,
    Reduction,
    reduce_soil,
)
from moonstead.elements.regolith_plant import RegolithPlant
from moonstead.spec import Positive
from moonstead.units import KWH_J

REDUCIBLE = ("FeO", "SiO2", "TiO2")


class Carbothermal(RegolithPlant):
    """Oxygen from molten soil under methane."""

    type: Literal["carbothermal"]
    """Which element type this is."""
    specific_energy_j_per_kg: Positive = 50.0 * KWH_J
    """Energy per kilogram of oxygen (20 g per kWh, NASA 2024)."""
    soil: Literal["highland", "mare"] = "highland"
    """What is fed."""
    oxygen_yield_fraction: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.2
    """Oxygen per mass of soil: 0.14 to 0.28 (recall)."""

    def reduction(self) -> Reduction:
        """Return what carbon takes out of the soil; no cheaper than splitting the water."""
        taken = reduce_soil(SOILS[self.soil], REDUCIBLE, self.oxygen_yield_fraction)
        floor = max(taken.floor_j_per_kg_o2, WATER_SPLITTING_J_PER_KG_O2)
        return Reduction(taken.oxygen_fraction, taken.metal_fraction, floor)
