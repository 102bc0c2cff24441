"""What radioisotope generators and heaters have in common: heat that decays."""

from moonstead.components import Coupling, FloatArray, Surroundings
from moonstead.units import JULIAN_YEAR_S

PLUTONIUM_238_HALF_LIFE_YEAR = 87.7


class Decay:
    """A driver that halves in every half-life; the fuel has an age when the run starts."""

    def __init__(self, fresh: float, half_life_year: float, age_year: float) -> None:
        self.fresh = fresh
        self.half_life_year = half_life_year
        self.age_year = age_year

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        """Return the value on the grid of the surroundings, shape (n,)."""
        age_year = self.age_year + surroundings["elapsed_s"] / JULIAN_YEAR_S
        value: FloatArray = self.fresh * 0.5 ** (age_year / self.half_life_year)
        return value


def heat_path(name: str, warmed: str, conductance_w_per_k: float) -> Coupling:
    """Return the heat path from a source of heat to the node of another element."""
    return Coupling(
        name=f"{name}.heat-path",
        node_a=name,
        node_b=warmed,
        conductance_w_per_k=conductance_w_per_k,
    )
