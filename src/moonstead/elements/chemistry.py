"""Chemistry that plants share: molar masses, heats of formation, oxides of lunar soil.

Reactions are written as mole numbers, and `balanced_kg` turns them into masses that sum to zero by
construction, as it refuses what does not balance by atoms.

Sources: atomic weights IUPAC 2021 (conventional); heats of formation at 298.15 K NIST-JANAF
(4th ed., 1998), CODATA for water and carbon dioxide; soils from the Lunar Sourcebook (Heiken et
al. 1991), table 7.15, average soils of Apollo 11 (mare) and Apollo 16 (highland).
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from moonstead.units import KWH_J

ATOMIC_KG_PER_MOL = {
    "H": 1.008e-3, "C": 12.011e-3, "N": 14.007e-3, "O": 15.999e-3, "Mg": 24.305e-3,
    "Al": 26.982e-3, "Si": 28.085e-3, "Ca": 40.078e-3, "Ti": 47.867e-3, "Fe": 55.845e-3,
}  # fmt: skip

WATER_FORMATION_J_PER_MOL = 285.83e3
"""Released when liquid water forms, at 298.15 K (CODATA)."""
WATER_VAPORISATION_J_PER_KG = 2.45e6
"""At 20 degrees Celsius (steam tables: 2453 kJ/kg)."""
SABATIER_HEAT_J_PER_MOL = 165.0e3
"""Released per mole of carbon dioxide with water as vapour: from the heats of formation of CO2
(-393.51), CH4 (-74.87) and water vapour (-241.83 kJ/mol)."""


def atoms(formula: str) -> Counter[str]:
    """Return how many atoms of each element a formula without brackets holds.

    Examples
    --------
    >>> dict(atoms("Al2O3"))
    {'Al': 2, 'O': 3}
    """
    found: Counter[str] = Counter()
    for symbol, count in re.findall(r"([A-Z][a-z]?)(\d*)", formula):
        found[symbol] += int(count or 1)
    return found


def molar_mass_kg(formula: str) -> float:
    """Return the mass of a mole (kg)."""
    return sum(ATOMIC_KG_PER_MOL[symbol] * count for symbol, count in atoms(formula).items())


def balanced_kg(moles: Mapping[str, float]) -> dict[str, float]:
    """Return the masses (kg) of a reaction given as moles by formula, negative for what it uses.

    Raises
    ------
    ValueError
        An atom is made or lost.
    """
    total: dict[str, float] = {}
    for formula, amount in moles.items():
        for symbol, count in atoms(formula).items():
            total[symbol] = total.get(symbol, 0.0) + amount * count
    wrong = [symbol for symbol, count in total.items() if abs(count) > 1e-12]
    if wrong:
        raise ValueError(f"the reaction does not balance in {', '.join(wrong)}")
    return {formula: amount * molar_mass_kg(formula) for formula, amount in moles.items()}


WATER_SPLITTING_J_PER_KG_O2 = WATER_FORMATION_J_PER_MOL / (molar_mass_kg("O"))
"""Least energy, heat and electricity together, to split liquid water: 4.96 kWh per kg of O2."""


@dataclass(frozen=True, slots=True)
class Oxide:
    """One oxide of lunar soil."""

    formula: str
    formation_j_per_mol: float
    """Released when it forms from its elements, at 298.15 K."""

    @property
    def oxygen_fraction(self) -> float:
        """Share of its mass that is oxygen."""
        count = atoms(self.formula)["O"]
        return count * ATOMIC_KG_PER_MOL["O"] / molar_mass_kg(self.formula)

    @property
    def reduction_j_per_kg_o2(self) -> float:
        """Least energy to take the oxygen out, per kilogram of it."""
        count = atoms(self.formula)["O"]
        return self.formation_j_per_mol / (count * ATOMIC_KG_PER_MOL["O"])


OXIDES = {
    oxide.formula: oxide
    for oxide in (
        Oxide("FeO", 272.04e3),
        Oxide("SiO2", 910.86e3),
        Oxide("TiO2", 944.75e3),
        Oxide("Al2O3", 1675.69e3),
        Oxide("MgO", 601.24e3),
        Oxide("CaO", 635.09e3),
    )
}

SOILS: dict[str, dict[str, float]] = {
    "highland": {
        "SiO2": 0.450, "TiO2": 0.0054, "Al2O3": 0.273, "FeO": 0.051, "MgO": 0.057, "CaO": 0.157,
    },
    "mare": {
        "SiO2": 0.422, "TiO2": 0.078, "Al2O3": 0.136, "FeO": 0.153, "MgO": 0.078, "CaO": 0.119,
    },
}  # fmt: skip
"""Mass shares of the main oxides; what is missing to 1 (soda, chromia and the like) stays slag."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a process takes out of a soil when it takes the cheapest oxygen first."""

    oxygen_fraction: float
    """Oxygen per mass of soil."""
    metal_fraction: float
    """Metal set free per mass of soil."""
    floor_j_per_kg_o2: float
    """Least energy by the heats of formation of the oxides taken, per kilogram of oxygen."""


def most_oxygen(soil: Mapping[str, float], reducible: tuple[str, ...]) -> float:
    """Return the oxygen in the oxides that a process can reduce, per mass of soil."""
    return sum(soil[formula] * OXIDES[formula].oxygen_fraction for formula in reducible)


def reduce_soil(
    soil: Mapping[str, float], reducible: tuple[str, ...], oxygen_fraction: float
) -> Reduction:
    """Take oxygen out of a soil, from the oxide that costs least to the one that costs most.

    Oxides in minerals are bound more firmly than alone, so the floor is a lower bound.

    Parameters
    ----------
    soil
        Mass shares of its oxides.
    reducible
        The oxides that the process reduces.
    oxygen_fraction
        Oxygen wanted per mass of soil.

    Raises
    ------
    ValueError
        The oxides do not hold that much.
    """
    most = most_oxygen(soil, reducible)
    if oxygen_fraction > most:
        raise ValueError(
            f"{', '.join(reducible)} hold {100 * most:.1f} % of this soil's mass as oxygen; "
            "a yield above that is impossible"
        )
    left, energy_j, metal = oxygen_fraction, 0.0, 0.0
    for oxide in sorted((OXIDES[f] for f in reducible), key=lambda o: o.reduction_j_per_kg_o2):
        taken = min(left, soil[oxide.formula] * oxide.oxygen_fraction)
        energy_j += taken * oxide.reduction_j_per_kg_o2
        metal += taken * (1.0 / oxide.oxygen_fraction - 1.0)
        left -= taken
    return Reduction(oxygen_fraction, metal, energy_j / oxygen_fraction)


def below_floor(name: str, value_j_per_kg: float, floor_j_per_kg: float, why: str) -> str:
    """Return the sentence that refuses an energy per kilogram below what physics allows."""
    return (
        f"{name} is {value_j_per_kg / KWH_J:.2f} kWh/kg; nothing can do it with less than "
        f"{floor_j_per_kg / KWH_J:.2f} kWh/kg, {why}"
    )
