"""What a plan uses, slot by slot: sums over its tasks, for people and for explanations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.planning.problem import Option, Placements, Problem
from moonstead.contracts import FloatArray

NOBODY, TAKEN = -1, -2


@dataclass(frozen=True, slots=True)
class Usage:
    """What tasks take together; arrays over slots have shape (..., n_slots)."""

    power_w: FloatArray
    heat_w: FloatArray
    rate_bit_per_s: FloatArray
    """(n_recorders, n_slots)"""
    pools: FloatArray
    """(n_pools, n_slots)"""
    holder: NDArray[np.int64]
    """(n_units, n_slots): the task that holds a unit; `NOBODY`, or `TAKEN` from outside."""


def usage_of(problem: Problem, placements: Placements) -> Usage:
    """Add up what the tasks of a plan take."""
    supply = problem.supply
    usage = Usage(
        power_w=np.zeros(problem.n_slots),
        heat_w=np.zeros(problem.n_slots),
        rate_bit_per_s=np.zeros_like(supply.drain_bit_per_s),
        pools=np.zeros_like(supply.pools),
        holder=np.where(supply.taken, TAKEN, NOBODY).astype(np.int64),
    )
    for number, (task, placed) in enumerate(zip(problem.tasks, placements, strict=True)):
        if placed is not None:
            add(usage, task.options[placed.option], placed.start, number)
    return usage


def add(usage: Usage, option: Option, start: int, number: int, sign: float = 1.0) -> None:
    """Add a task to the sums, or take it out with a sign of -1; in place."""
    span = slice(start, start + len(option.power_w))
    usage.power_w[span] += sign * option.power_w
    usage.heat_w[span] += sign * option.heat_w
    usage.rate_bit_per_s[option.recorder : option.recorder + 1, span] += (
        sign * option.rate_bit_per_s
    )
    for take in option.takes:
        usage.pools[take.pool, start : start + len(take.amount)] += sign * take.amount
    for hold in option.holds:
        held = usage.holder[hold.unit, max(start + hold.first, 0) : max(start + hold.end, 0)]
        mine = held == number if sign < 0.0 else held == NOBODY
        held[mine] = NOBODY if sign < 0.0 else number
