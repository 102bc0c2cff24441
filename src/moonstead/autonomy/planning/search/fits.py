"""Compiled checks: whether a task fits a plan where it is to start, and where it fits best."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.planning.search.changes import weighed
from moonstead.autonomy.planning.search.reservoirs import step
from moonstead.autonomy.planning.search.state import (
    DRAWN,
    FREE,
    HEATED,
    LATE,
    NEAR,
    NOISE,
    NONE,
    OPTION,
    PRICE,
    SCATTER,
    SPARE,
    START,
    UNTIL,
    Scratch,
    State,
)
from moonstead.autonomy.planning.search.tables import (
    COST,
    FIRST_POOL,
    FIRST_TAKEN,
    GOT_OUT,
    GROWTH,
    HEAT_CAP,
    NET,
    POWER_CAP,
    PUT_IN,
    WORTH,
    Tables,
)
from moonstead.compiled import compiled_without_counting
from moonstead.contracts import FloatArray

FITS, UNIT, POWER, HEAT, DATA, ENERGY, POOL = 0, 1, 2, 3, 4, 5, 6
"""What a check says; pool k is POOL + k. ``state.number[1]`` tells in which slot it lacks, or how
much later a unit is free again."""


EXACT, QUICK = cast("bool", np.bool_(False)), cast("bool", np.bool_(True))
"""Whether a check tells in which slot something lacks, or may stop before it knows."""


@compiled_without_counting
def _check_units(tables: Tables, state: State, scratch: Scratch, option: int, start: int) -> int:
    """Check that the units are free."""
    need, unit = tables.need, state.unit
    n_slots = tables.slots.shape[1]
    n_units = tables.n_units
    for k in range(tables.option[option].hold_begin, tables.option[option].hold_end):
        what = need[k].what
        first = min(max(start + need[k].first, 0), n_slots)
        end = min(start + need[k].end, n_slots)
        if unit[n_units + what, first] < end:
            slot = int(unit[n_units + what, first])
            scratch.mark[3] = end - slot
            while slot < n_slots and unit[what, slot] != FREE:
                slot += 1
            state.number[1] = slot - first
            return UNIT
    return FITS


@compiled_without_counting
def _check_caps(tables: Tables, state: State, option: int, start: int) -> int:
    """Check power, heat and pools."""
    slots, profile, size, need = tables.slots, tables.profile, tables.size, tables.need
    lane = state.lane
    o = tables.option[option]
    n, first = o.n, o.first
    for j in range(n):
        slot = start + j
        power_w = profile[first + j]
        heat_w = profile[first + n + j]
        if power_w > 0.0 and power_w > slots[POWER_CAP, slot] - lane[DRAWN, slot] + size[2]:
            state.number[1] = slot
            return POWER
        if heat_w > 0.0 and heat_w > slots[HEAT_CAP, slot] - lane[HEATED, slot] + size[3]:
            state.number[1] = slot
            return HEAT
    for k in range(o.take_begin, o.take_end):
        pool = need[k].what
        first = need[k].first
        for j in range(n):
            slot = start + j
            amount = profile[first + j]
            left = slots[FIRST_POOL + pool, slot] - lane[FIRST_TAKEN + pool, slot]
            if amount > 0.0 and amount > left + size[6]:
                state.number[1] = slot
                return POOL + int(pool)
    return FITS


@compiled_without_counting
def _check_data(tables: Tables, state: State, option: int, start: int, is_quick: bool) -> int:
    """Check the recorder: step through the task, then until the room suffices for what is left."""
    n_recorders = tables.start_bit.shape[0]
    if n_recorders == 0:
        return FITS
    slots, profile, lane = tables.slots, tables.profile, state.lane
    most_bit = tables.size[5]
    o = tables.option[option]
    n, first = o.n, o.first + 2 * o.n
    inflow = tables.first_inflow + o.recorder
    held = inflow + n_recorders
    room = held + n_recorders
    near = room + n_recorders
    limit = slots.shape[0] - n_recorders + o.recorder
    drain = limit - n_recorders
    held_bit = lane[held, start]
    for slot in range(start, slots.shape[1]):
        j = slot - start
        more_bit = held_bit - lane[held, slot]
        if j >= n and more_bit <= max(lane[room, slot], 0.0):
            break
        if is_quick and j == n and more_bit > lane[near, slot] + 2.0 * most_bit:
            return DATA
        flow_bit = lane[inflow, slot] - slots[drain, slot]
        if j < n:
            flow_bit += profile[first + j]
        held_bit = max(held_bit + flow_bit, 0.0)
        if held_bit > slots[limit, slot] + most_bit:
            state.number[1] = slot
            return DATA
    return FITS


@compiled_without_counting
def _check_energy(
    tables: Tables, state: State, now_j: FloatArray, option: int, start: int, is_quick: bool
) -> int:
    """Check the stores: step through the task, then until the slack suffices for what lacks."""
    slots, profile, store, size = tables.slots, tables.profile, tables.store, tables.size
    lane = state.lane
    first_store = tables.first_store
    n_stores = now_j.shape[0]
    o = tables.option[option]
    n, first = o.n, o.first
    end = start + n
    if is_quick and n_stores == 1 and o.gives == 0 and lane[UNTIL, start] >= end:
        # Nothing is spilled meanwhile, so all it takes is lacking, less what charging would lose.
        least_j = o.energy_j * store[0, PUT_IN] * store[0, GOT_OUT] * size[7]
        if least_j > lane[NEAR, end] + 2.0 * size[4]:
            return ENERGY
    for k in range(n_stores):
        now_j[k] = lane[first_store + k, start]
    for slot in range(start, slots.shape[1]):
        j = slot - start
        if j >= n:
            lack_j = 0.0
            for k in range(n_stores):
                lack_j += max(lane[first_store + k, slot] - now_j[k], 0.0) * store[k, GROWTH]
            if lack_j <= max(lane[SPARE, slot], 0.0):
                break
            if is_quick and j == n and lack_j * size[7] > lane[NEAR, slot] + 2.0 * size[4]:
                return ENERGY
        net_w = slots[NET, slot] - lane[DRAWN, slot]
        if j < n:
            net_w -= profile[first + j]
        if step(slots, store, size[0], now_j, slot, net_w) < -size[4]:
            state.number[1] = slot
            return ENERGY
    return FITS


@compiled_without_counting
def check(
    tables: Tables, state: State, scratch: Scratch, option: int, start: int, is_quick: bool
) -> int:
    """Return whether a task fits, or else what it lacks first.

    A quick check does not always tell in which slot.
    """
    lacks = _check_units(tables, state, scratch, option, start)
    if lacks == FITS:
        lacks = _check_caps(tables, state, option, start)
    if lacks == FITS:
        lacks = _check_energy(tables, state, scratch.now_j, option, start, is_quick)
    if lacks == FITS:
        lacks = _check_data(tables, state, option, start, is_quick)
    return int(lacks)


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
            lacks = check(tables, state, scratch, option, start, QUICK)
            if lacks == FITS:
                best, best_option, best_at = key, option, start
            elif lacks == UNIT and late > 0.0:
                at = _at_or_after(tables, o.start_begin, at + 1, start - scratch.mark[3] + 1) - 1
            elif lacks == UNIT:
                at = _at_or_after(tables, at, o.start_end, start + state.number[1])
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
