"""Compiled ruin: take some tasks out of a plan, at random but near each other in some way.

Rows of ``scratch.lists`` are the tasks taken out, the option and the start that each had;
``scratch.mark`` is how many they are, and the slots in which stores are to be stepped anew.
"""

from moonstead.autonomy.planning.search.changes import lift, put
from moonstead.autonomy.planning.search.checks import (
    DATA,
    ENERGY,
    EXACT,
    FITS,
    HEAT,
    POOL,
    POWER,
    UNIT,
    check,
)
from moonstead.autonomy.planning.search.fits import uniform
from moonstead.autonomy.planning.search.reservoirs import restep
from moonstead.autonomy.planning.search.state import (
    DRAWN,
    HEATED,
    NONE,
    OPTION,
    OUT,
    OUT_OPTION,
    OUT_START,
    SPARE,
    START,
    Scratch,
    State,
)
from moonstead.autonomy.planning.search.tables import (
    CAPACITY,
    FIRST_POOL,
    FIRST_TAKEN,
    HEAT_CAP,
    POWER_CAP,
    WORTH,
    Tables,
)
from moonstead.compiled import compiled_without_counting

_MOST_EVICTED = 12
_MOST_IN_WINDOW = 30
_FULL = 1.0 - 1e-6


@compiled_without_counting
def settle(tables: Tables, state: State, scratch: Scratch) -> None:
    """Bring stores and recorders up to date after tasks were taken out."""
    if scratch.mark[1] < scratch.mark[2]:
        restep(tables, state, scratch.now_j, scratch.mark[1], scratch.mark[2])
    scratch.mark[1] = tables.slots.shape[1]
    scratch.mark[2] = 0


@compiled_without_counting
def take_out(tables: Tables, state: State, scratch: Scratch, i: int) -> None:
    """Take a task out with all that comes after it, unless the others would not hold without it."""
    if state.plan[OPTION, i] < 0:
        return
    begin = scratch.mark[0]
    gives = _lift(tables, state, scratch, i)
    at = begin
    while at < scratch.mark[0]:
        own = tables.task[scratch.lists[OUT, at]]
        for k in range(own.after_begin, own.after_end):
            after = tables.link[k].task
            if state.plan[OPTION, after] >= 0:
                gives = _lift(tables, state, scratch, after) or gives
        at += 1
    if not gives:
        return
    settle(tables, state, scratch)
    if holds(tables, state):
        return
    while scratch.mark[0] > begin:
        scratch.mark[0] -= 1
        at = scratch.mark[0]
        put(tables, state, scratch, scratch.lists[OUT_OPTION, at], scratch.lists[OUT_START, at])


@compiled_without_counting
def _lift(tables: Tables, state: State, scratch: Scratch, i: int) -> bool:
    at = scratch.mark[0]
    option = state.plan[OPTION, i]
    start = state.plan[START, i]
    scratch.lists[OUT, at] = i
    scratch.lists[OUT_OPTION, at] = option
    scratch.lists[OUT_START, at] = start
    scratch.mark[0] = at + 1
    scratch.mark[1] = min(scratch.mark[1], start)
    scratch.mark[2] = max(scratch.mark[2], start + tables.option[option].n)
    lift(tables, state, i)
    return bool(tables.option[option].gives > 0)


@compiled_without_counting
def holds(tables: Tables, state: State) -> bool:
    """Return whether a plan holds as to all that is not held by one task alone."""
    n_slots = tables.slots.shape[1]
    if state.lane[SPARE, 0] < -tables.size[4]:
        return False
    room = tables.first_inflow + 2 * tables.start_bit.shape[0]
    for row in range(room, room + tables.start_bit.shape[0]):
        if state.lane[row, 0] < -tables.size[5]:
            return False
    for slot in range(n_slots):
        if state.lane[DRAWN, slot] > tables.slots[POWER_CAP, slot] + tables.size[2]:
            return False
        if state.lane[HEATED, slot] > tables.slots[HEAT_CAP, slot] + tables.size[3]:
            return False
        for pool in range(tables.first_store - FIRST_TAKEN):
            taken = state.lane[FIRST_TAKEN + pool, slot]
            if taken > tables.slots[FIRST_POOL + pool, slot] + tables.size[6]:
                return False
    return True


@compiled_without_counting
def ruin_window(tables: Tables, state: State, scratch: Scratch, first: int, end: int) -> None:
    """Take out what is done in slots [first, end), not too many tasks."""
    plan, options = state.plan, tables.option
    for i in range(plan.shape[1]):
        option = plan[OPTION, i]
        if option < 0 or plan[START, i] >= end:
            continue
        if plan[START, i] + options[option].n <= first:
            continue
        if scratch.mark[0] >= _MOST_IN_WINDOW:
            break
        take_out(tables, state, scratch, i)


@compiled_without_counting
def ruin_unit(
    tables: Tables, state: State, scratch: Scratch, unit: int, first: int, end: int
) -> None:
    """Take out what holds a unit in slots [first, end)."""
    slot = first
    while slot < end:
        slot = int(state.unit[tables.n_units + unit, slot])
        if slot >= end:
            break
        owner = max(int(state.unit[unit, slot]), NONE)
        if owner >= 0:
            take_out(tables, state, scratch, owner)
        slot += 1


@compiled_without_counting
def ruin_some(
    tables: Tables,
    state: State,
    scratch: Scratch,
    first: int,
    end: int,
    partner: int,
    share: float,
) -> None:
    """Take out a share of what is done in slots [first, end), of one partner or (-1) of all."""
    plan, options = state.plan, tables.option
    for i in range(plan.shape[1]):
        option = plan[OPTION, i]
        if option < 0 or plan[START, i] >= end:
            continue
        if plan[START, i] + options[option].n <= first:
            continue
        if partner >= 0 and tables.task[i].partner != partner:
            continue
        if uniform(scratch.random) < share:
            take_out(tables, state, scratch, i)


@compiled_without_counting
def force(
    tables: Tables,
    state: State,
    scratch: Scratch,
    option: int,
    start: int,
) -> bool:
    """Put a task in where it is to start, and take out what is in its way."""
    i = tables.option[option].task
    for _ in range(_MOST_EVICTED):
        settle(tables, state, scratch)
        lacks = check(tables, state, scratch, option, start, EXACT)
        if lacks == FITS:
            put(tables, state, scratch, option, start)
            return True
        slot = state.number[1]
        loser = _owner(tables, state, option, start) if lacks == UNIT else -1
        if lacks != UNIT:
            loser = _loser(tables, state, scratch, i, option, lacks, slot)
        if loser < 0 or _comes_before(tables, loser, i):
            return False
        count = scratch.mark[0]
        take_out(tables, state, scratch, loser)
        if scratch.mark[0] == count:
            return False
    settle(tables, state, scratch)
    return False


@compiled_without_counting
def _owner(tables: Tables, state: State, option: int, start: int) -> int:
    n_slots = tables.slots.shape[1]
    o = tables.option[option]
    for k in range(o.hold_begin, o.hold_end):
        unit = tables.need[k].what
        first = min(max(start + tables.need[k].first, 0), n_slots)
        end = min(start + tables.need[k].end, n_slots)
        slot = int(state.unit[tables.n_units + unit, first])
        if slot < end:
            return max(int(state.unit[unit, slot]), NONE)
    return NONE


@compiled_without_counting
def _comes_before(tables: Tables, i: int, other: int) -> bool:
    for k in range(tables.task[other].before_begin, tables.task[other].before_end):
        if tables.link[k].task == i:
            return True
    return False


@compiled_without_counting
def _loser(
    tables: Tables,
    state: State,
    scratch: Scratch,
    i: int,
    option: int,
    lacks: int,
    slot: int,
) -> int:
    """Return which task to take out so that something lacks no more: one worth little for it."""
    first = slot
    if lacks == ENERGY:
        first = _full_before(tables, state, slot)
    elif lacks == DATA:
        held = tables.first_inflow + tables.start_bit.shape[0] + tables.option[option].recorder
        while first > 0 and state.lane[held, first] > 0.0:
            first -= 1
    plan, options = state.plan, tables.option
    best, loser = 1e300, NONE
    for other in range(plan.shape[1]):
        own = plan[OPTION, other]
        if own < 0 or plan[START, other] > slot:
            continue
        at = slot - plan[START, other]
        if lacks in (ENERGY, DATA):
            if plan[START, other] + options[own].n <= first:
                continue
        elif at >= options[own].n:
            continue
        takes = _taken(tables, own, option, lacks, at)
        if takes <= 0.0 or _comes_before(tables, other, i):
            continue
        worth = tables.value[WORTH, tables.start_at[own, plan[START, other]]]
        key = worth / takes * (0.2 + uniform(scratch.random))
        if key < best:
            best, loser = key, other
    return loser


@compiled_without_counting
def _full_before(tables: Tables, state: State, slot: int) -> int:
    """Return the last slot up to this one at whose start all stores are full."""
    while slot > 0:
        is_full = True
        for k in range(tables.store.shape[0]):
            is_full = (
                is_full
                and state.lane[tables.first_store + k, slot] >= tables.store[k, CAPACITY] * _FULL
            )
        if is_full:
            break
        slot -= 1
    return slot


@compiled_without_counting
def _taken(tables: Tables, own: int, option: int, lacks: int, at: int) -> float:
    """Return what an option takes of what another lacks."""
    o = tables.option[own]
    if lacks == ENERGY:
        return float(o.energy_j)
    if lacks == DATA:
        return float(o.data_bit) if o.recorder == tables.option[option].recorder else 0.0
    if lacks == POWER:
        return float(tables.profile[o.first + at])
    if lacks == HEAT:
        return float(tables.profile[o.first + o.n + at])
    for k in range(o.take_begin, o.take_end):
        if tables.need[k].what == lacks - POOL:
            return float(tables.profile[tables.need[k].first + at])
    return 0.0
