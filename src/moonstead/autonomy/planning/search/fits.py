"""Compiled choice of a start: where a task fits a plan best, and what it is worth for its cost."""

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.planning.search.changes import weighed
from moonstead.autonomy.planning.search.checks import DOWNWARD, FITS, UPWARD, check
from moonstead.autonomy.planning.search.state import (
    LATE,
    NOISE,
    NONE,
    OPTION,
    PRICE,
    SCATTER,
    START,
    Scratch,
    State,
)
from moonstead.autonomy.planning.search.tables import COST, WORTH, Tables
from moonstead.compiled import compiled_without_counting


@compiled_without_counting
def earliest(tables: Tables, state: State, i: int) -> int:
    """Return the first slot in which what a task comes after lets it start; -1 if it does not."""
    first = 0
    for k in range(tables.task[i].before_begin, tables.task[i].before_end):
        before = tables.link[k].task
        option = state.plan[OPTION, before]
        if option < 0:
            return -1
        end = state.plan[START, before] + tables.option[option].n
        first = max(first, end + tables.link[k].lag_min)
    return int(first)


@compiled_without_counting
def latest(tables: Tables, state: State, i: int) -> int:
    """Return the last slot in which what a task comes after lets it start."""
    last = tables.slots.shape[1] - 1
    for k in range(tables.task[i].before_begin, tables.task[i].before_end):
        before = tables.link[k].task
        end = state.plan[START, before] + tables.option[state.plan[OPTION, before]].n
        last = min(last, end + tables.link[k].lag_max)
    return int(last)


@compiled_without_counting
def uniform(random: NDArray[np.uint64]) -> float:
    """Return a random number from 0 to 1 (splitmix64, Steele and others 2014)."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    bits = random[0]
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return float(bits >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled_without_counting
def best_start(
    tables: Tables,
    state: State,
    scratch: Scratch,
    i: int,
    first: int,
    last: int,
) -> tuple[int, int]:
    """Return the option and the start in which a task that is left out fits and is worth most.

    Parameters
    ----------
    i
        The task.
    first, last
        Slots in which it may start.

    Returns
    -------
    tuple of int
        Option and start; -1 where it fits nowhere.
    """
    start_of, value = tables.start, tables.value
    price, late = scratch.taste[PRICE], scratch.taste[LATE]
    aim = DOWNWARD if late > 0.0 else UPWARD
    best, best_option, best_at = -1e300, NONE, NONE
    bound = earliest(tables, state, i)
    if bound < 0:
        return best_option, best_at
    first = max(first, bound)
    last = min(last, latest(tables, state, i))
    one = tables.task[i]
    points = state.sums[1 + one.partner]
    base = weighed(tables, one.partner, points)
    for option in range(one.option_begin, one.option_end):
        o = tables.option[option]
        if o.start_begin == o.start_end:
            continue
        top = o.worth
        share = 1.0
        if top > 0.0:
            share = (weighed(tables, one.partner, points + top) - base) / top
        less = scratch.taste[NOISE] * uniform(scratch.random) * abs(top)
        lean = late * abs(top)
        spread = scratch.taste[SCATTER] * abs(top)
        at = _at_or_after(tables, o.start_begin, o.start_end, first)
        if late > 0.0:
            at = _at_or_after(tables, o.start_begin, o.start_end, last + 1) - 1
        while o.start_begin <= at < o.start_end and first <= start_of[at] <= last:
            start = start_of[at]
            key = value[WORTH, at] * share - value[COST, at] * price
            key += lean * start - less
            if spread > 0.0:
                key -= spread * uniform(scratch.random)
            if one.planned_option == option and one.planned_start == start:
                key += tables.size[1]
            at += -1 if late > 0.0 else 1
            if key <= best:
                continue
            if check(tables, state, scratch, option, start, aim) == FITS:
                best, best_option, best_at = key, option, start
            elif scratch.mark[3] > 1 and late > 0.0:
                at = _at_or_after(tables, o.start_begin, at + 1, start - scratch.mark[3] + 1) - 1
            elif scratch.mark[3] > 1:
                at = _at_or_after(tables, at, o.start_end, start + scratch.mark[3])
    return best_option, best_at


@compiled_without_counting
def _at_or_after(tables: Tables, begin: int, end: int, slot: int) -> int:
    start_of = tables.start
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        if start_of[middle] < slot:
            low = middle + 1
        else:
            high = middle
    return low


@compiled_without_counting
def density(tables: Tables, state: State, i: int, price: float) -> float:
    """Return what a task that is left out is worth for what it costs, at its best."""
    one = tables.task[i]
    points = state.sums[1 + one.partner]
    base = weighed(tables, one.partner, points)
    more = 0.0
    if one.campaign >= 0:
        more = tables.reward[one.campaign, state.number[2 + one.campaign]]
    best = -1e300
    for option in range(one.option_begin, one.option_end):
        o = tables.option[option]
        if o.start_begin == o.start_end:
            continue
        gain = weighed(tables, one.partner, points + o.worth) - base + more
        if one.planned_option == option:
            gain += tables.size[1]
        best = max(best, gain / (o.cost * price + 0.02 * abs(gain) + 1e-9))
    return float(best)
