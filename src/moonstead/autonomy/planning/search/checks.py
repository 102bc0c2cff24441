"""Compiled checks: whether a task fits a plan where it is to start, and what it lacks."""

from typing import cast

import numpy as np

from moonstead.autonomy.planning.search.reservoirs import limits_of, step, step_one
from moonstead.autonomy.planning.search.state import (
    DRAWN,
    FREE,
    HEATED,
    NEAR,
    SPARE,
    UNTIL,
    Scratch,
    State,
)
from moonstead.autonomy.planning.search.tables import (
    FIRST_POOL,
    FIRST_TAKEN,
    GOT_OUT,
    GROWTH,
    HEAT_CAP,
    KEEP,
    NET,
    POWER_CAP,
    PUT_IN,
    REQUIRED,
    UNMET,
    Tables,
)
from moonstead.compiled import compiled_without_counting
from moonstead.contracts import FloatArray

FITS, UNIT, POWER, HEAT, DATA, ENERGY, POOL = 0, 1, 2, 3, 4, 5, 6
"""What a check says; pool k is POOL + k."""
EXACT, UPWARD, DOWNWARD = (cast("int", np.int64(k)) for k in range(3))
"""What a check is for. An exact one tells in ``state.number[1]`` in which slot something lacks
first. The others may stop before they know; ``scratch.mark[3]`` tells by how many slots at least
the task would have to start later (upward) or earlier (downward)."""
_BEFORE, _FROM = 0, 1
"""Rows of `Tables.even`."""


@compiled_without_counting
def _check_units(
    tables: Tables, state: State, scratch: Scratch, option: int, start: int, aim: int
) -> int:
    """Check that the units are free."""
    need, unit = tables.need, state.unit
    n_slots = tables.slots.shape[1]
    n_units = tables.n_units
    for k in range(tables.option[option].hold_begin, tables.option[option].hold_end):
        what = need[k].what
        first = min(max(start + need[k].first, 0), n_slots)
        end = min(start + need[k].end, n_slots)
        slot = int(unit[n_units + what, first])
        if slot >= end:
            continue
        if aim == DOWNWARD:
            scratch.mark[3] = end - slot
        elif aim == UPWARD:
            last = slot
            while slot < end:
                while slot < n_slots and unit[what, slot] != FREE:
                    slot += 1
                last = slot
                slot = int(unit[n_units + what, slot])
            scratch.mark[3] = last - first
        return UNIT
    return FITS


@compiled_without_counting
def _check_caps(
    tables: Tables, state: State, scratch: Scratch, option: int, start: int, aim: int
) -> int:
    """Check power, heat and pools; the last slots first where the task is to go upward."""
    slots, profile, need, even = tables.slots, tables.profile, tables.need, tables.even
    spare_w, spare_heat_w, spare_pool = tables.size[2], tables.size[3], tables.size[6]
    lane = state.lane
    o = tables.option[option]
    n, first = o.n, o.first
    is_upward = aim == UPWARD
    for number in range(n):
        j = n - 1 - number if is_upward else number
        slot = start + j
        power_w = profile[first + j]
        heat_w = profile[first + n + j]
        lacks, at = FITS, first + j
        if power_w > 0.0 and power_w > slots[POWER_CAP, slot] - lane[DRAWN, slot] + spare_w:
            lacks = POWER
        elif heat_w > 0.0 and heat_w > slots[HEAT_CAP, slot] - lane[HEATED, slot] + spare_heat_w:
            lacks, at = HEAT, first + n + j
        if lacks != FITS:
            state.number[1] = slot
            scratch.mark[3] = even[_BEFORE, at] + 1 if is_upward else even[_FROM, at]
            return lacks
    for k in range(o.take_begin, o.take_end):
        pool = need[k].what
        first = need[k].first
        for number in range(n):
            j = n - 1 - number if is_upward else number
            slot = start + j
            amount = profile[first + j]
            left = slots[FIRST_POOL + pool, slot] - lane[FIRST_TAKEN + pool, slot]
            if amount > 0.0 and amount > left + spare_pool:
                state.number[1] = slot
                at = first + j
                scratch.mark[3] = even[_BEFORE, at] + 1 if is_upward else even[_FROM, at]
                return POOL + int(pool)
    return FITS


@compiled_without_counting
def _check_data(tables: Tables, state: State, option: int, start: int, aim: int) -> int:
    """Check the recorder: step through the task, then until the room suffices for what is left."""
    n_recorders = tables.start_bit.shape[0]
    o = tables.option[option]
    if n_recorders == 0:
        return FITS
    slots, profile, lane = tables.slots, tables.profile, state.lane
    most_bit = tables.size[5]
    n, first = o.n, o.first + 2 * o.n
    inflow = tables.first_inflow + o.recorder
    held = inflow + n_recorders
    room = held + n_recorders
    near = room + n_recorders
    limit = slots.shape[0] - n_recorders + o.recorder
    drain = limit - n_recorders
    if o.gives == 0 and o.data_bit <= max(lane[room, start], 0.0):
        return FITS
    held_bit = lane[held, start]
    for slot in range(start, slots.shape[1]):
        j = slot - start
        more_bit = held_bit - lane[held, slot]
        if j >= n and more_bit <= max(lane[room, slot], 0.0):
            break
        if aim != EXACT and j == n and more_bit > lane[near, slot] + 2.0 * most_bit:
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
    tables: Tables, state: State, now_j: FloatArray, option: int, start: int, aim: int
) -> int:
    """Check the stores: step through the task, then until the slack suffices for what lacks."""
    if now_j.shape[0] == 1:
        return _check_store(tables, state, option, start, aim)
    slots, profile, store, size = tables.slots, tables.profile, tables.store, tables.size
    lane = state.lane
    first_store = tables.first_store
    n_stores = now_j.shape[0]
    o = tables.option[option]
    n, first = o.n, o.first
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
            if aim != EXACT and j == n and lack_j * size[7] > lane[NEAR, slot] + 2.0 * size[4]:
                return ENERGY
        net_w = slots[NET, slot] - lane[DRAWN, slot]
        if j < n:
            net_w -= profile[first + j]
        if step(slots, store, size[0], now_j, slot, net_w) < -size[4]:
            state.number[1] = slot
            return ENERGY
    return FITS


@compiled_without_counting
def _check_store(tables: Tables, state: State, option: int, start: int, aim: int) -> int:
    """Check the store where there is one."""
    slots, profile, store, size = tables.slots, tables.profile, tables.store, tables.size
    lane, row = state.lane, tables.first_store
    slot_s, least_j, left = size[0], -size[4], size[7]
    limits, keep, growth = limits_of(store), store[0, KEEP], store[0, GROWTH]
    o = tables.option[option]
    n, first = o.n, o.first
    end = start + n
    if o.gives == 0 and o.energy_j <= lane[SPARE, start]:
        return FITS
    if aim != EXACT and o.gives == 0 and lane[UNTIL, start] >= end:
        # Nothing is spilled meanwhile, so all it takes is lacking, less what charging would lose.
        lack_j = o.energy_j * store[0, PUT_IN] * store[0, GOT_OUT] * left
        if lack_j > lane[NEAR, end] - 2.0 * least_j:
            return ENERGY
    held_j = lane[row, start]
    for slot in range(start, end):
        net_w = slots[NET, slot] - lane[DRAWN, slot] - profile[first + slot - start]
        held_j, slack_j = step_one(
            held_j, net_w, slots[UNMET, slot], slots[REQUIRED, slot], slot_s, limits
        )
        if slack_j < least_j:
            state.number[1] = slot
            return ENERGY
    slot = end
    while slot < slots.shape[1]:
        lack_j = max(lane[row, slot] - held_j, 0.0) * growth
        if lack_j <= max(lane[SPARE, slot], 0.0):
            break
        until = int(lane[UNTIL, slot])
        if until > slot and lack_j <= lane[NEAR, slot]:
            held_j = lane[row, until] - (lane[row, slot] - held_j) * keep ** (until - slot)
            slot = until
            continue
        if aim != EXACT and until > slot and lack_j * left > lane[NEAR, slot] - 2.0 * least_j:
            return ENERGY
        net_w = slots[NET, slot] - lane[DRAWN, slot]
        held_j, slack_j = step_one(
            held_j, net_w, slots[UNMET, slot], slots[REQUIRED, slot], slot_s, limits
        )
        if slack_j < least_j:
            state.number[1] = slot
            return ENERGY
        slot += 1
    return FITS


@compiled_without_counting
def check(tables: Tables, state: State, scratch: Scratch, option: int, start: int, aim: int) -> int:
    """Return whether a task fits, or else what it lacks first."""
    scratch.mark[3] = 1
    lacks = _check_units(tables, state, scratch, option, start, aim)
    if lacks == FITS:
        lacks = _check_caps(tables, state, scratch, option, start, aim)
    if lacks == FITS:
        lacks = _check_energy(tables, state, scratch.now_j, option, start, aim)
    if lacks == FITS:
        lacks = _check_data(tables, state, option, start, aim)
    return int(lacks)
