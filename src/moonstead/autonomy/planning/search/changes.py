"""Compiled changes of a plan: put a task in, take it out, and what that is worth."""

from typing import Any

from numpy.typing import NDArray

from moonstead.autonomy.planning.search.reservoirs import restep
from moonstead.autonomy.planning.search.state import (
    DRAWN,
    FREE,
    HEATED,
    LEFT,
    OPTION,
    PLACE,
    START,
    Scratch,
    State,
)
from moonstead.autonomy.planning.search.tables import FIRST_TAKEN, WORTH, Tables
from moonstead.compiled import compiled_without_counting


@compiled_without_counting
def copy_state(state: State, target: State) -> None:
    """Make one plan another."""
    _copy(state.plan, target.plan)
    _copy(state.lane, target.lane)
    _copy(state.unit, target.unit)
    for k in range(state.sums.shape[0]):
        target.sums[k] = state.sums[k]
    for k in range(state.number.shape[0]):
        target.number[k] = state.number[k]


@compiled_without_counting
def _copy(values: NDArray[Any], target: NDArray[Any]) -> None:
    for row in range(values.shape[0]):
        for k in range(values.shape[1]):
            target[row, k] = values[row, k]


@compiled_without_counting
def weighed(tables: Tables, partner: int, points: float) -> float:
    """Return what the points of a partner count, from an origin of its own."""
    at = tables.partner[partner, 0] + points
    n_slopes = tables.partner.shape[1] // 2
    total = 0.0
    for k in range(n_slopes):
        high = min(at, tables.partner[partner, k + 1]) if k + 1 < n_slopes else at
        over = max(high - tables.partner[partner, k], 0.0) if k > 0 else high
        total += tables.partner[partner, n_slopes + k] * over
    return total


@compiled_without_counting
def gain_of(tables: Tables, state: State, option: int, start: int) -> float:
    """Return what it adds to the plan to do a task that is left out."""
    i = tables.option[option].task
    one = tables.task[i]
    worth = tables.value[WORTH, tables.start_at[option, start]]
    points = state.sums[1 + one.partner]
    gain = weighed(tables, one.partner, points + worth) - weighed(tables, one.partner, points)
    if one.campaign >= 0:
        gain += tables.reward[one.campaign, state.number[2 + one.campaign]]
    if one.planned_option == option and one.planned_start == start:
        gain += tables.size[1]
    return gain


@compiled_without_counting
def put(tables: Tables, state: State, scratch: Scratch, option: int, start: int) -> None:
    """Put a task in, whether it fits or not; stores and recorders are brought up to date."""
    i = tables.option[option].task
    state.sums[0] += gain_of(tables, state, option, start)
    _book(tables, state, option, start, 1.0)
    state.plan[OPTION, i] = option
    state.plan[START, i] = start
    _hold(tables, state, option, start, i)
    state.number[0] -= 1
    _swap(state, i, state.number[0])
    restep(tables, state, scratch.now_j, start, start + tables.option[option].n)


@compiled_without_counting
def lift(tables: Tables, state: State, i: int) -> None:
    """Take a task out; stores and recorders are left for the caller to bring up to date."""
    option = state.plan[OPTION, i]
    start = state.plan[START, i]
    _book(tables, state, option, start, -1.0)
    state.plan[OPTION, i] = -1
    _hold(tables, state, option, start, FREE)
    _swap(state, i, state.number[0])
    state.number[0] += 1
    state.sums[0] -= gain_of(tables, state, option, start)


@compiled_without_counting
def _swap(state: State, i: int, place: int) -> None:
    """Bring a task to a place in the list of those left out."""
    other = state.plan[LEFT, place]
    old = state.plan[PLACE, i]
    state.plan[LEFT, old] = other
    state.plan[PLACE, other] = old
    state.plan[LEFT, place] = i
    state.plan[PLACE, i] = place


@compiled_without_counting
def _book(tables: Tables, state: State, option: int, start: int, sign: float) -> None:
    """Add what an option takes, and what it is worth, or take it away."""
    profile, lane, need = tables.profile, state.lane, tables.need
    o = tables.option[option]
    n, first = o.n, o.first
    for j in range(n):
        lane[DRAWN, start + j] += sign * profile[first + j]
        lane[HEATED, start + j] += sign * profile[first + n + j]
    if tables.start_bit.shape[0] > 0:
        inflow = tables.first_inflow + o.recorder
        for j in range(n):
            lane[inflow, start + j] += sign * profile[first + 2 * n + j]
    for k in range(o.take_begin, o.take_end):
        row = FIRST_TAKEN + need[k].what
        for j in range(n):
            lane[row, start + j] += sign * profile[need[k].first + j]
    one = tables.task[o.task]
    state.sums[1 + one.partner] += sign * tables.value[WORTH, tables.start_at[option, start]]
    if one.campaign >= 0:
        state.number[2 + one.campaign] += 1 if sign > 0.0 else -1


@compiled_without_counting
def _hold(tables: Tables, state: State, option: int, start: int, owner: int) -> None:
    """Give the units of an option to a task, or set them free."""
    need, unit = tables.need, state.unit
    n_slots = tables.slots.shape[1]
    for k in range(tables.option[option].hold_begin, tables.option[option].hold_end):
        own, until = need[k].what, tables.n_units + need[k].what
        first = max(start + need[k].first, 0)
        end = min(start + need[k].end, n_slots)
        if first >= end:
            continue
        for slot in range(first, end):
            unit[own, slot] = owner
        next_busy = unit[until, end]
        for slot in range(end - 1, -1, -1):
            if slot < first and unit[own, slot] != FREE:
                break
            if unit[own, slot] != FREE:
                next_busy = slot
            elif slot < first and unit[until, slot] == next_busy:
                break
            unit[until, slot] = next_busy
