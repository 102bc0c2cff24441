"""A plan in the making, with all that follows from it, as arrays."""

from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.planning.search.tables import IndexArray, ShortArray, Tables
from moonstead.contracts import FloatArray

FREE, TAKEN = cast("int", np.int64(-1)), cast("int", np.int64(-2))
"""Who holds a unit, where it is no task."""
NONE, FIRST = cast("int", np.int64(-1)), cast("int", np.int64(0))
"""No task, option or slot; the first slot. A plain number would have a type of its own in the
compiler, and what is called with it would be compiled once more for it."""
OPTION, START, LEFT, PLACE = range(4)
"""Rows of `State.plan`."""
DRAWN, HEATED, SLACK, SPARE, NEAR, UNTIL = range(6)
"""Rows of `State.lane`; then come those of pools (`tables.FIRST_TAKEN`)."""
OUT, OUT_OPTION, OUT_START, IN, IN_FIRST, IN_LAST = range(6)
"""Rows of `Scratch.lists`."""
PRICE, NOISE, SCATTER, LATE = range(4)
"""Places in `Scratch.taste`."""


class State(NamedTuple):
    """One plan."""

    plan: IndexArray
    """(4, n_tasks): the option that is done (of all options; -1 where the task is left out), its
    start; a list of tasks in which those left out come first; where each task is in it."""
    lane: FloatArray
    """Rows over the slots, and one more place. Power (W) and heat (W) that tasks take; how much
    less deliverable energy (J) would do at the end of each slot; the least of it in this slot or a
    later one, and in this or a later one before anything is spilled, up to which no lack shrinks
    (known for one store); the slot in which that is; what tasks take of each pool. Then what each
    store holds above the floor (J) at the start of each slot. Then for the recorders (bit): what
    tasks write; what each holds at the start of each slot; the least room that is left after this
    slot or a later one, and after this or a later one before it is empty."""
    unit: ShortArray
    """(2 n_units, n_slots + 1): who holds each unit; then the first slot from this one on in which
    it is held."""
    sums: FloatArray
    """Points of the plan, then those of each partner before they are weighed."""
    number: IndexArray
    """How many tasks are left out; in which slot the last check failed; how many tasks of each
    campaign are done."""


class Scratch(NamedTuple):
    """What the search notes while it works; nothing of it but ``random`` outlives an iteration."""

    now_j: FloatArray
    """(n_stores,)"""
    lists: IndexArray
    """(6, room): the tasks taken out, the option and the start that each had; the tasks to be put
    in, and the first and last slot in which each may start."""
    key: FloatArray
    """(room,) of those to be put in."""
    mark: IndexArray
    """How many tasks were taken out; the slots, first and end, that are to be stepped anew; by how
    many slots at least the task of the last check would have to start later, or earlier."""
    taste: FloatArray
    """What is thought good when tasks are put in: what costs are multiplied by; the share by which
    each option, and each start, is taken to be worth less, at most; the share by which a start is
    taken to be worth more than the one a slot before it."""
    random: NDArray[np.uint64]
    """State of the random numbers, shape (1,)."""


def new_state(tables: Tables, taken: NDArray[np.bool_]) -> State:
    """Return the empty plan, but for stores and recorders (`reservoirs.restep`)."""
    n_tasks, n_slots = len(tables.task), tables.slots.shape[1]
    n_recorders = len(tables.start_bit)
    lane = np.zeros((tables.first_inflow + 4 * n_recorders, n_slots + 1))
    lane[[SPARE, NEAR], n_slots] = np.inf
    lane[UNTIL, n_slots] = n_slots
    lane[tables.first_store : tables.first_inflow, 0] = tables.start_j
    lane[tables.first_inflow + n_recorders :, 0][:n_recorders] = tables.start_bit
    lane[tables.first_inflow + 2 * n_recorders :, n_slots] = np.inf
    unit = np.full((2 * tables.n_units, n_slots + 1), FREE, dtype=np.int32)
    unit[: tables.n_units, :n_slots][taken] = TAKEN
    free_until = np.where(taken, np.arange(n_slots), n_slots)
    unit[tables.n_units :, n_slots] = n_slots
    unit[tables.n_units :, :n_slots] = np.minimum.accumulate(free_until[:, ::-1], axis=1)[:, ::-1]
    order = np.arange(n_tasks)
    n_planned = int((tables.task["planned_option"] >= 0).sum())
    return State(
        plan=np.array([np.full(n_tasks, -1), 0 * order, order, order], dtype=np.int64),
        lane=lane,
        unit=unit,
        sums=np.array([-tables.size[1] * n_planned, *np.zeros(len(tables.partner))]),
        number=np.array([n_tasks, 0, *np.zeros(len(tables.reward), dtype=np.int64)]),
    )


def new_scratch(tables: Tables, seed: int, chain: int) -> Scratch:
    """Return room to work in, and random numbers of its own for each chain."""
    room = 3 * len(tables.task) + 64
    return Scratch(
        now_j=np.zeros(len(tables.store)),
        lists=np.zeros((6, room), dtype=np.int64),
        key=np.zeros(room),
        mark=np.array([0, tables.slots.shape[1], 0, 0]),
        taste=np.zeros(4),
        random=np.random.SeedSequence((seed, chain)).generate_state(1, np.uint64).astype(np.uint64),
    )
