"""Compiled changes of a plan: put a task in, take it out, and what that is worth."""

from moonstead.autonomy.planning.search.reservoirs import restep
from moonstead.autonomy.planning.search.state import FREE, Scratch, State
from moonstead.autonomy.planning.search.tables import Tables
from moonstead.compiled import compiled_without_counting


@compiled_without_counting
def weighed(tables: Tables, partner: int, points: float) -> float:
    """Return what the points of a partner count, from an origin of its own."""
    at = tables.knee[partner, 0] + points
    last = tables.knee.shape[1] - 1
    total = tables.slope[partner, 0] * (min(at, tables.knee[partner, 1]) if last > 0 else at)
    for k in range(1, last + 1):
        high = min(at, tables.knee[partner, k + 1]) if k < last else at
        total += tables.slope[partner, k] * max(high - tables.knee[partner, k], 0.0)
    return total


@compiled_without_counting
def gain_of(tables: Tables, state: State, option: int, start: int) -> float:
    """Return what it adds to the plan to do a task that is left out."""
    i = tables.option[option].task
    one = tables.task[i]
    worth = tables.worth[tables.start_at[option, start]]
    points = state.points[one.partner]
    gain = weighed(tables, one.partner, points + worth) - weighed(tables, one.partner, points)
    if one.campaign >= 0:
        gain += tables.reward[one.campaign, state.count[one.campaign]]
    if one.planned_option == option and one.planned_start == start:
        gain += tables.size[1]
    return gain


@compiled_without_counting
def put(tables: Tables, state: State, scratch: Scratch, option: int, start: int) -> None:
    """Put a task in, whether it fits or not; stores and recorders are brought up to date."""
    i = tables.option[option].task
    state.total[0] += gain_of(tables, state, option, start)
    _book(tables, state, option, start, 1.0)
    state.option_of[i] = option
    state.start_of[i] = start
    _hold(tables, state, option, start, i)
    state.number[0] -= 1
    _swap(state, i, state.number[0])
    restep(tables, state, scratch.now_j, start, start + tables.option[option].n)


@compiled_without_counting
def lift(tables: Tables, state: State, i: int) -> None:
    """Take a task out; stores and recorders are left for the caller to bring up to date."""
    option = state.option_of[i]
    start = state.start_of[i]
    _book(tables, state, option, start, -1.0)
    state.option_of[i] = -1
    _hold(tables, state, option, start, FREE)
    _swap(state, i, state.number[0])
    state.number[0] += 1
    state.total[0] -= gain_of(tables, state, option, start)


@compiled_without_counting
def _swap(state: State, i: int, place: int) -> None:
    """Bring a task to a place in the list of those left out."""
    other = state.left[place]
    old = state.place[i]
    state.left[old] = other
    state.place[other] = old
    state.left[place] = i
    state.place[i] = place


@compiled_without_counting
def _book(tables: Tables, state: State, option: int, start: int, sign: float) -> None:
    """Add what an option takes, and what it is worth, or take it away."""
    o = tables.option[option]
    n_recorders = state.inflow_bit.shape[0]
    for j in range(o.n):
        state.used[0, start + j] += sign * tables.profile[0, o.first + j]
        state.used[1, start + j] += sign * tables.profile[1, o.first + j]
    if n_recorders > 0:
        for j in range(o.n):
            state.inflow_bit[o.recorder, start + j] += sign * tables.profile[2, o.first + j]
    for k in range(o.take_begin, o.take_end):
        row = 2 + tables.take[k].pool
        for j in range(o.n):
            state.used[row, start + j] += sign * tables.amount[tables.take[k].first + j]
    one = tables.task[o.task]
    state.points[one.partner] += sign * tables.worth[tables.start_at[option, start]]
    if one.campaign >= 0:
        state.count[one.campaign] += 1 if sign > 0.0 else -1


@compiled_without_counting
def _hold(tables: Tables, state: State, option: int, start: int, owner: int) -> None:
    """Give the units of an option to a task, or set them free."""
    n_slots = state.owner.shape[1]
    o = tables.option[option]
    for k in range(o.hold_begin, o.hold_end):
        unit = tables.hold[k].unit
        first = max(start + tables.hold[k].first, 0)
        end = min(start + tables.hold[k].end, n_slots)
        if first >= end:
            continue
        for slot in range(first, end):
            state.owner[unit, slot] = owner
        next_busy = state.busy[unit, end]
        for slot in range(end - 1, -1, -1):
            if slot < first and state.owner[unit, slot] != FREE:
                break
            if state.owner[unit, slot] != FREE:
                next_busy = slot
            state.busy[unit, slot] = next_busy
