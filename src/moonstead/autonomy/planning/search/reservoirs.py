"""Compiled stores and recorders of a plan, slot by slot.

What tasks leave never grows when they take more: with less in a store at the start of a slot there
is at its end less, or as much, in every store. So the least slack from a slot on tells what a lack
may be there; a lack of deliverable energy grows only where what a store takes in would have gone
to one that wastes less (`Tables.store`, the last column).
"""

import math

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


@compiled_without_counting
def restep(tables: Tables, state: State, now_j: FloatArray, first: int, end: int) -> None:
    """Bring stores and recorders up to date after what tasks take in slots [first, end) changed."""
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
    spare_j = lane[SPARE, last + 1]
    near_j = lane[NEAR, last + 1]
    until = int(lane[UNTIL, last + 1])
    is_near_known = n_stores == 1 and store[0, FLOOR_LOSS] == 0.0
    for slot in range(last, -1, -1):
        spare_j = min(spare_j, lane[SLACK, slot])
        near_j = _near(slots, store, slot_s, lane, first_store, slot, near_j, is_near_known)
        until = slot if near_j == math.inf else until
        is_same = lane[SPARE, slot] == spare_j and lane[NEAR, slot] == near_j
        if slot < first and is_same and lane[UNTIL, slot] == until:
            break
        lane[UNTIL, slot] = until
        lane[SPARE, slot] = spare_j
        lane[NEAR, slot] = near_j
    for recorder in range(tables.start_bit.shape[0]):
        _restep_recorder(tables, state, recorder, first, end)


@inlined
def _near(
    slots: FloatArray,
    store: FloatArray,
    slot_s: float,
    lane: FloatArray,
    row: int,
    slot: int,
    next_j: float,
    is_known: bool,
) -> float:
    """Return `state.NEAR` of a slot from that of the next; infinite where it is not known."""
    near_j = math.inf
    if is_known:
        room_w = (store[0, CAPACITY] - lane[row, slot]) / (store[0, PUT_IN] * slot_s)
        taken_w = min(store[0, CHARGE_W], room_w) * (1.0 - 1e-9)
        if slots[NET, slot] - lane[DRAWN, slot] < taken_w and slots[UNMET, slot] <= 0.0:
            left_j = lane[row, slot + 1] * store[0, GOT_OUT]
            near_j = min(left_j - slots[REQUIRED, slot], next_j)
    return near_j


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
