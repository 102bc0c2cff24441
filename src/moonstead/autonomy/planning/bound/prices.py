"""What things are worth in each slot: what the bound is made of, and what explanations tell."""

from dataclasses import dataclass

from moonstead.autonomy.planning.bound.certificate import Multipliers
from moonstead.autonomy.planning.bound.ways import HEAT, POWER, Levels
from moonstead.autonomy.planning.problem import Problem
from moonstead.contracts import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What one more of something would add to the bound, in points; never below 0.

    Arrays over slots have shape (n_slots,), those of several things (n, n_slots).
    """

    energy_per_j: FloatArray
    """A joule at the main bus in a slot."""
    power_per_w: FloatArray
    """A watt more under the power cap, beside the energy."""
    heat_per_w: FloatArray
    """A watt more under the heat cap."""
    recorder_per_bit: FloatArray
    """To write a bit less to each recorder."""
    pools: FloatArray
    """One more in each pool."""
    units: FloatArray
    """To have each unit for a slot more."""
    partners: FloatArray
    """(n_partners,) what a point of each partner counts at the margin."""
    campaigns: FloatArray
    """(n_campaigns,) what one more task of each campaign counts."""


def prices_of(problem: Problem, levels: Levels, multipliers: Multipliers) -> Prices:
    """Return the prices that multipliers stand for."""
    level = multipliers.level
    return Prices(
        energy_per_j=multipliers.bus / problem.slot_s,
        power_per_w=level[POWER],
        heat_per_w=level[HEAT],
        recorder_per_bit=multipliers.recorder,
        pools=level[levels.first_pool : levels.first_unit],
        units=level[levels.first_unit :],
        partners=multipliers.partner,
        campaigns=multipliers.campaign,
    )
