"""Compiled stores and recorders of a plan, slot by slot.

What tasks leave never grows when they take more: with less in a store at the start of a slot there
is at its end less, or as much, in every store. So the least slack from a slot on tells what a lack
may be there; a lack of deliverable energy grows only where what a store takes in would have gone
to one that wastes less (`Tables.store`, the last column).
"""

import math

import numpy as np

from moonstead.autonomy.planning.search.state import DRAWN, NEAR, SLACK, SPARE, UNTIL, State
from moonstead.autonomy.planning.search.tables import (
    CAPACITY,
    CHARGE_W,
    DISCHARGE_W,
    FLOOR_LOSS,
    GOT_OUT,
    KEEP,
    NET,
    PUT_IN,
    REQUIRED,
    UNMET,
    Tables,
)
from moonstead.compiled import compiled_without_counting, inlined
from moonstead.contracts import FloatArray


@inlined
def step(
    slots: FloatArray,
    store: FloatArray,
    slot_s: float,
    now_j: FloatArray,
    slot: int,
    net_w: float,
) -> float:
    """Step the stores through a slot, in place.

    Returns
    -------
    float
        By how much deliverable energy (J) exceeds what must be left, or power what is lacking,
        whichever is less.
    """
    left_w = net_w
    spare_w = net_w + slots[UNMET, slot]
    left_j = 0.0
    for k in range(now_j.shape[0]):
        held_j = now_j[k]
        if left_w > 0.0:
            room_w = (store[k, CAPACITY] - held_j) / (store[k, PUT_IN] * slot_s)
            power_w = min(left_w, store[k, CHARGE_W], max(room_w, 0.0))
            held_j += power_w * store[k, PUT_IN] * slot_s
            left_w -= power_w
        elif net_w < 0.0:
            got_out = store[k, GOT_OUT]
            most_w = min(store[k, DISCHARGE_W], max(held_j, 0.0) * got_out / slot_s)
            spare_w += most_w
            power_w = min(-left_w, most_w)
            held_j -= power_w / got_out * slot_s
            left_w += power_w
        held_j = held_j * store[k, KEEP] - store[k, FLOOR_LOSS]
        now_j[k] = held_j
        left_j += max(held_j, 0.0) * store[k, GOT_OUT]
    slack_j = left_j - slots[REQUIRED, slot]
    if net_w < 0.0:
        slack_j = min(slack_j, spare_w * slot_s)
    return float(slack_j)


@inlined
def limits_of(store: FloatArray) -> tuple[float, float, float, float, float, float, float]:
    """Return what `step_one` must know of a single store."""
    return (
        store[0, CAPACITY],
        store[0, CHARGE_W],
        store[0, DISCHARGE_W],
        store[0, PUT_IN],
        store[0, GOT_OUT],
        store[0, KEEP],
        store[0, FLOOR_LOSS],
    )


@inlined
def step_one(
    held_j: float,
    net_w: float,
    unmet_w: float,
    required_j: float,
    slot_s: float,
    limits: tuple[float, float, float, float, float, float, float],
) -> tuple[float, float]:
    """Step a single store: what it holds at the end, and what `step` returns.

    The same rules with the energy that flows instead of power, so that what one slot hands to the
    next takes few operations and no division.
    """
    capacity_j, charge_w, discharge_w, put_in, got_out, keep, floor_loss_j = limits
    if net_w >= 0.0:
        after_j = held_j + min(net_w, charge_w) * (put_in * slot_s)
        if after_j > capacity_j:
            after_j = max(capacity_j, held_j)
        after_j = after_j * keep - floor_loss_j
        slack_j = max(after_j, 0.0) * got_out - required_j
    else:
        there_j = max(held_j, 0.0)
        after_j = held_j - min(min(-net_w, discharge_w) * (slot_s / got_out), there_j)
        after_j = after_j * keep - floor_loss_j
        spare_j = (net_w + unmet_w) * slot_s + min(discharge_w * slot_s, there_j * got_out)
        slack_j = min(max(after_j, 0.0) * got_out - required_j, spare_j)
    return after_j, slack_j


@compiled_without_counting
def _walk_one(tables: Tables, state: State, first: int, end: int) -> int:
    """Step a single store from a slot on until nothing changes; return the last slot stepped."""
    slots, store, slot_s = tables.slots, tables.store, tables.size[0]
    lane, row = state.lane, np.uintp(tables.first_store)
    limits = limits_of(store)
    held_j = lane[row, first]
    last = first
    for slot in range(first, slots.shape[1]):
        at, after = np.uintp(slot), np.uintp(slot + 1)
        net_w = slots[NET, at] - lane[DRAWN, at]
        held_j, slack_j = step_one(
            held_j, net_w, slots[UNMET, at], slots[REQUIRED, at], slot_s, limits
        )
        lane[SLACK, at] = slack_j
        last = slot
        if slot >= end and lane[row, after] == held_j:
            break
        lane[row, after] = held_j
    return int(last)


@compiled_without_counting
def restep(tables: Tables, state: State, now_j: FloatArray, first: int, end: int) -> None:
    """Bring stores and recorders up to date after what tasks take in slots [first, end) changed."""
    n_stores = now_j.shape[0]
    if n_stores == 1:
        last = _walk_one(tables, state, first, end)
    else:
        last = _walk(tables, state, now_j, first, end)
    _look_ahead(tables, state, n_stores, first, last)
    for recorder in range(tables.start_bit.shape[0]):
        _restep_recorder(tables, state, recorder, first, end)


@compiled_without_counting
def _walk(tables: Tables, state: State, now_j: FloatArray, first: int, end: int) -> int:
    """Step the stores from a slot on until nothing changes; return the last slot stepped."""
    slots, store, slot_s = tables.slots, tables.store, tables.size[0]
    lane = state.lane
    first_store = tables.first_store
    n_slots = slots.shape[1]
    n_stores = now_j.shape[0]
    for k in range(n_stores):
        now_j[k] = lane[first_store + k, first]
    last = first
    for slot in range(first, n_slots):
        net_w = slots[NET, slot] - lane[DRAWN, slot]
        slack_j = step(slots, store, slot_s, now_j, slot, net_w)
        is_same = slot >= end
        for k in range(n_stores):
            is_same = is_same and lane[first_store + k, slot + 1] == now_j[k]
            lane[first_store + k, slot + 1] = now_j[k]
        lane[SLACK, slot] = slack_j
        last = slot
        if is_same:
            break
    return int(last)


@compiled_without_counting
def _look_ahead(tables: Tables, state: State, n_stores: int, first: int, last: int) -> None:
    """Bring what later slots have to spare up to date, from the last slot stepped backwards."""
    slots, store, slot_s = tables.slots, tables.store, tables.size[0]
    lane, row = state.lane, np.uintp(tables.first_store)
    spare_j = lane[SPARE, last + 1]
    near_j = lane[NEAR, last + 1]
    until = int(lane[UNTIL, last + 1])
    is_known = n_stores == 1 and store[0, FLOOR_LOSS] == 0.0
    capacity_j = charge_j = put_in_j = got_out = 0.0
    if is_known:
        put_in_j = store[0, PUT_IN] * slot_s
        capacity_j, charge_j = store[0, CAPACITY], store[0, CHARGE_W] * put_in_j
        got_out = store[0, GOT_OUT]
    for slot in range(last, -1, -1):
        at, after = np.uintp(slot), np.uintp(slot + 1)
        spare_j = min(spare_j, lane[SLACK, at])
        own_j = math.inf
        if is_known and slots[UNMET, at] <= 0.0:
            taken_j = min(charge_j, capacity_j - lane[row, at]) * (1.0 - 1e-9)
            if (slots[NET, at] - lane[DRAWN, at]) * put_in_j < taken_j:
                own_j = min(lane[row, after] * got_out - slots[REQUIRED, at], near_j)
        near_j = own_j
        until = slot if near_j == math.inf else until
        if slot < first:
            is_same = lane[SPARE, at] == spare_j and lane[NEAR, at] == near_j
            if is_same and lane[UNTIL, at] == until:
                break
        lane[UNTIL, at] = until
        lane[SPARE, at] = spare_j
        lane[NEAR, at] = near_j


@compiled_without_counting
def _restep_recorder(tables: Tables, state: State, recorder: int, first: int, end: int) -> None:
    slots, lane = tables.slots, state.lane
    n_slots = slots.shape[1]
    n_recorders = tables.start_bit.shape[0]
    inflow = tables.first_inflow + recorder
    held = inflow + n_recorders
    room = held + n_recorders
    limit = slots.shape[0] - n_recorders + recorder
    drain = limit - n_recorders
    last = first
    for slot in range(first, n_slots):
        flow_bit = lane[inflow, slot] - slots[drain, slot]
        held_bit = max(lane[held, slot] + flow_bit, 0.0)
        is_same = slot >= end and lane[held, slot + 1] == held_bit
        lane[held, slot + 1] = held_bit
        last = slot
        if is_same:
            break
    near = room + n_recorders
    room_bit = lane[room, last + 1]
    near_bit = lane[near, last + 1]
    for slot in range(last, -1, -1):
        own_bit = slots[limit, slot] - lane[held, slot + 1]
        room_bit = min(room_bit, own_bit)
        near_bit = min(own_bit, near_bit) if lane[held, slot + 1] > 0.0 else math.inf
        is_same = lane[room, slot] == room_bit and lane[near, slot] == near_bit
        if slot < first and is_same:
            break
        lane[room, slot] = room_bit
        lane[near, slot] = near_bit
