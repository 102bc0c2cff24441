"""What things are worth in each slot, for explanations and for the search."""

from moonstead.autonomy.planning.bound.certificate import Multipliers
from moonstead.autonomy.planning.bound.ways import HEAT, POWER, Levels
from moonstead.autonomy.planning.problem import Problem
from moonstead.autonomy.planning.search.costs import Prices


def prices_of(problem: Problem, levels: Levels, multipliers: Multipliers) -> Prices:
    """Return what one more of everything would add to the bound, points; never below 0."""
    level = multipliers.level
    pools = level[levels.first_pool : levels.first_unit].copy()
    for (pool, k), price in zip(levels.parts, level[levels.first_part :], strict=True):
        pools[pool] += price / k
    return Prices(
        energy_per_j=multipliers.bus / problem.slot_s,
        power_per_w=level[POWER],
        heat_per_w=level[HEAT],
        recorders_per_bit=multipliers.recorder,
        pools_each=pools,
        units_each=level[levels.first_unit : levels.first_part],
    )
