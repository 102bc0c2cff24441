"""Compiled stores and recorders of a plan, slot by slot.

What tasks leave never grows when they take more: with less in a store at the start of a slot there
is at its end less, or as much, in every store. So the least slack from a slot on tells what a lack
may be there; a lack of deliverable energy grows only where what a store takes in would have gone
to one that wastes less (`Tables.store`, the last column).
"""

from moonstead.autonomy.planning.search.state import FREE, TAKEN, State
from moonstead.autonomy.planning.search.tables import (
    CAPACITY,
    CHARGE_W,
    DISCHARGE_W,
    FIRST_POOL,
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
def step(tables: Tables, now_j: FloatArray, slot: int, net_w: float) -> float:
    """Step the stores through a slot, in place.

    Returns
    -------
    float
        By how much deliverable energy (J) exceeds what must be left, or power what is lacking,
        whichever is less.
    """
    slot_s = tables.size[0]
    left_w = net_w
    spare_w = net_w + tables.slots[UNMET, slot]
    left_j = 0.0
    for k in range(now_j.shape[0]):
        held_j = now_j[k]
        if left_w > 0.0:
            room_w = (tables.store[k, CAPACITY] - held_j) / (tables.store[k, PUT_IN] * slot_s)
            power_w = min(left_w, tables.store[k, CHARGE_W], max(room_w, 0.0))
            held_j += power_w * tables.store[k, PUT_IN] * slot_s
            left_w -= power_w
        elif net_w < 0.0:
            got_out = tables.store[k, GOT_OUT]
            most_w = min(tables.store[k, DISCHARGE_W], max(held_j, 0.0) * got_out / slot_s)
            spare_w += most_w
            power_w = min(-left_w, most_w)
            held_j -= power_w / got_out * slot_s
            left_w += power_w
        held_j = held_j * tables.store[k, KEEP] - tables.store[k, FLOOR_LOSS]
        now_j[k] = held_j
        left_j += max(held_j, 0.0) * tables.store[k, GOT_OUT]
    slack_j = left_j - tables.slots[REQUIRED, slot]
    if net_w < 0.0:
        slack_j = min(slack_j, spare_w * slot_s)
    return slack_j


@compiled_without_counting
def restep(tables: Tables, state: State, now_j: FloatArray, first: int, end: int) -> None:
    """Bring stores and recorders up to date after what tasks take in slots [first, end) changed."""
    n_slots = state.slack_j.shape[0]
    n_stores = now_j.shape[0]
    for k in range(n_stores):
        now_j[k] = state.store_j[first, k]
    last = first
    for slot in range(first, n_slots):
        slack_j = step(tables, now_j, slot, tables.slots[NET, slot] - state.used[0, slot])
        is_same = slot >= end
        for k in range(n_stores):
            is_same = is_same and state.store_j[slot + 1, k] == now_j[k]
            state.store_j[slot + 1, k] = now_j[k]
        state.slack_j[slot] = slack_j
        last = slot
        if is_same:
            break
    spare_j = state.spare_j[last + 1]
    for slot in range(last, -1, -1):
        spare_j = min(spare_j, state.slack_j[slot])
        if slot < first and state.spare_j[slot] == spare_j:
            break
        state.spare_j[slot] = spare_j
    for recorder in range(state.held_bit.shape[0]):
        _restep_recorder(tables, state, recorder, first, end)


@compiled_without_counting
def _restep_recorder(tables: Tables, state: State, recorder: int, first: int, end: int) -> None:
    n_slots = state.slack_j.shape[0]
    n_recorders = state.held_bit.shape[0]
    drain = FIRST_POOL + state.used.shape[0] - 2 + recorder
    limit = drain + n_recorders
    last = first
    for slot in range(first, n_slots):
        flow_bit = state.inflow_bit[recorder, slot] - tables.slots[drain, slot]
        held_bit = max(state.held_bit[recorder, slot] + flow_bit, 0.0)
        is_same = slot >= end and state.held_bit[recorder, slot + 1] == held_bit
        state.held_bit[recorder, slot + 1] = held_bit
        last = slot
        if is_same:
            break
    room_bit = state.room_bit[recorder, last + 1]
    for slot in range(last, -1, -1):
        own_bit = tables.slots[limit, slot] - state.held_bit[recorder, slot + 1]
        room_bit = min(room_bit, own_bit)
        if slot < first and state.room_bit[recorder, slot] == room_bit:
            break
        state.room_bit[recorder, slot] = room_bit


@compiled_without_counting
def clear(tables: Tables, state: State, now_j: FloatArray) -> None:
    """Make a state that of the empty plan."""
    n_units, n_slots = state.owner.shape
    n_tasks = state.option_of.shape[0]
    state.used[:] = 0.0
    state.inflow_bit[:] = 0.0
    state.points[:] = 0.0
    state.count[:] = 0
    state.total[0] = 0.0
    for i in range(n_tasks):
        state.option_of[i] = -1
        state.left[i] = i
        state.place[i] = i
        if tables.task[i].planned_option >= 0:
            state.total[0] -= tables.size[1]
    state.number[0] = n_tasks
    for unit in range(n_units):
        next_busy = n_slots
        state.busy[unit, n_slots] = n_slots
        for slot in range(n_slots - 1, -1, -1):
            is_taken = tables.is_taken[unit, slot]
            state.owner[unit, slot] = TAKEN if is_taken else FREE
            next_busy = slot if is_taken else next_busy
            state.busy[unit, slot] = next_busy
    for k in range(now_j.shape[0]):
        state.store_j[0, k] = tables.start_j[k]
    state.spare_j[n_slots] = 1e300
    for recorder in range(state.held_bit.shape[0]):
        state.held_bit[recorder, 0] = tables.start_bit[recorder]
        state.room_bit[recorder, n_slots] = 1e300
    restep(tables, state, now_j, 0, n_slots)
