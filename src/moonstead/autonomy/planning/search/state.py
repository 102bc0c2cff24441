"""A plan in the making, with all that follows from it, as arrays."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.planning.search.tables import FIRST_POOL, IndexArray, Tables
from moonstead.contracts import FloatArray

FREE, TAKEN = -1, -2
"""Who holds a unit, where it is no task."""


class State(NamedTuple):
    """One plan."""

    option_of: IndexArray
    """(n_tasks,) the option that is done, of all options; -1 where the task is left out."""
    start_of: IndexArray
    """(n_tasks,)"""
    used: FloatArray
    """(2 + n_pools, n_slots) power (W), heat (W) and pools that tasks take."""
    inflow_bit: FloatArray
    """(n_recorders, n_slots) what tasks write in a slot."""
    held_bit: FloatArray
    """(n_recorders, n_slots + 1) at the start of each slot, and at the end."""
    room_bit: FloatArray
    """(n_recorders, n_slots + 1) the least room that is left after this slot or a later one."""
    store_j: FloatArray
    """(n_slots + 1, n_stores) above the floor."""
    slack_j: FloatArray
    """(n_slots,) how much less deliverable energy would do at the end of each slot."""
    spare_j: FloatArray
    """(n_slots + 1,) the least slack in this slot or a later one."""
    owner: IndexArray
    """(n_units, n_slots)"""
    busy: IndexArray
    """(n_units, n_slots + 1) the first slot from this one on in which the unit is held."""
    points: FloatArray
    """(n_partners,)"""
    count: IndexArray
    """(n_campaigns,)"""
    left: IndexArray
    """(n_tasks,) those left out come first, in any order."""
    place: IndexArray
    """(n_tasks,) where each is in ``left``."""
    number: NDArray[np.int64]
    """How many are left out; in which slot the last check failed."""
    total: FloatArray
    """Points of the plan."""


class Scratch(NamedTuple):
    """What the search notes while it works; nothing of it outlives an iteration."""

    now_j: FloatArray
    """(n_stores,)"""
    task: IndexArray
    """(2, room) lists of tasks: taken out; to be put in."""
    key: FloatArray
    """(room,) of those to be put in."""
    span: IndexArray
    """(2, room) first and last slot in which each of them may start."""
    stack: IndexArray
    """(2, room) option and start of what was taken out."""
    mark: NDArray[np.int64]
    """How many tasks were taken out; the slots, first and end, that are to be stepped anew."""


def new_state(tables: Tables) -> State:
    """Return a state for `reservoirs.fill` to begin with."""
    n_tasks, n_stores = len(tables.task), len(tables.store)
    n_units, n_slots = tables.is_taken.shape
    n_recorders, n_partners = len(tables.start_bit), len(tables.knee)
    n_pools = len(tables.slots) - FIRST_POOL - 2 * n_recorders
    return State(
        option_of=np.full(n_tasks, -1, dtype=np.int32),
        start_of=np.zeros(n_tasks, dtype=np.int32),
        used=np.zeros((2 + n_pools, n_slots)),
        inflow_bit=np.zeros((n_recorders, n_slots)),
        held_bit=np.zeros((n_recorders, n_slots + 1)),
        room_bit=np.zeros((n_recorders, n_slots + 1)),
        store_j=np.zeros((n_slots + 1, n_stores)),
        slack_j=np.zeros(n_slots),
        spare_j=np.zeros(n_slots + 1),
        owner=np.full((n_units, n_slots), FREE, dtype=np.int32),
        busy=np.zeros((n_units, n_slots + 1), dtype=np.int32),
        points=np.zeros(n_partners),
        count=np.zeros(len(tables.reward), dtype=np.int32),
        left=np.arange(n_tasks, dtype=np.int32),
        place=np.arange(n_tasks, dtype=np.int32),
        number=np.array([n_tasks, 0]),
        total=np.zeros(1),
    )


def new_scratch(tables: Tables) -> Scratch:
    """Return room to work in."""
    n_tasks = len(tables.task)
    room = 3 * n_tasks + 64
    return Scratch(
        now_j=np.zeros(len(tables.store)),
        task=np.zeros((2, room), dtype=np.int32),
        key=np.zeros(room),
        span=np.zeros((2, room), dtype=np.int32),
        stack=np.zeros((2, room), dtype=np.int32),
        mark=np.array([0, tables.slots.shape[1], 0]),
    )
