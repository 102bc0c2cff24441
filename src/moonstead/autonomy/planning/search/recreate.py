"""Compiled recreation: put tasks into a plan, one after another, each where it is best."""

import math

from moonstead.autonomy.planning.search.changes import gain_of, put
from moonstead.autonomy.planning.search.fits import best_start, density, uniform
from moonstead.autonomy.planning.search.state import (
    FIRST,
    IN,
    IN_FIRST,
    IN_LAST,
    LEFT,
    NOISE,
    OPTION,
    Scratch,
    State,
)
from moonstead.autonomy.planning.search.tables import Tables
from moonstead.compiled import compiled_without_counting

_DEEPEST = 16


@compiled_without_counting
def place(
    tables: Tables,
    state: State,
    scratch: Scratch,
    i: int,
    first: int,
    last: int,
) -> None:
    """Put a task in where it is best, with what it comes after, if it fits and is worth it."""
    n_slots = tables.slots.shape[1]
    for _ in range(_DEEPEST):
        own = i
        for _ in range(_DEEPEST):
            missing = -1
            for k in range(tables.task[own].before_begin, tables.task[own].before_end):
                if state.plan[OPTION, tables.link[k].task] < 0:
                    missing = tables.link[k].task
            if missing < 0:
                break
            own = missing
        if own != i:
            first, last = FIRST, n_slots
        option, start = best_start(tables, state, scratch, own, first, last)
        if option < 0:
            return
        is_worth_it = gain_of(tables, state, option, start) > 0.0
        # A sleep earns little by itself; what it saves is worth more to others.
        may_help = tables.option[option].gives > 0 and uniform(scratch.random) < 0.5
        if own == i and not is_worth_it and not may_help:
            return
        put(tables, state, scratch, option, start)
        if own == i:
            return


@compiled_without_counting
def recreate(
    tables: Tables,
    state: State,
    scratch: Scratch,
    count: int,
) -> None:
    """Put tasks in, by what they are worth for what they cost, with noise.

    The first so many of ``scratch.lists`` are tried.
    """
    spread = 2.0 * scratch.taste[NOISE]
    for at in range(count):
        i = scratch.lists[IN, at]
        key = density(tables, state, i, 1.0)
        key *= math.exp(spread * (uniform(scratch.random) + uniform(scratch.random) - 1.0))
        first = scratch.lists[IN_FIRST, at]
        last = scratch.lists[IN_LAST, at]
        to = at
        while to > 0 and scratch.key[to - 1] < key:
            scratch.key[to] = scratch.key[to - 1]
            scratch.lists[IN, to] = scratch.lists[IN, to - 1]
            scratch.lists[IN_FIRST, to] = scratch.lists[IN_FIRST, to - 1]
            scratch.lists[IN_LAST, to] = scratch.lists[IN_LAST, to - 1]
            to -= 1
        scratch.key[to] = key
        scratch.lists[IN, to] = i
        scratch.lists[IN_FIRST, to] = first
        scratch.lists[IN_LAST, to] = last
    for at in range(count):
        i = scratch.lists[IN, at]
        if state.plan[OPTION, i] < 0:
            place(
                tables, state, scratch, i,
                scratch.lists[IN_FIRST, at], scratch.lists[IN_LAST, at],
            )  # fmt: skip


@compiled_without_counting
def list_left(tables: Tables, state: State, scratch: Scratch) -> int:
    """List all that is left out to be put in, wherever it fits, and return how many they are."""
    count = state.number[0]
    for at in range(count):
        scratch.lists[IN, at] = state.plan[LEFT, at]
        scratch.lists[IN_FIRST, at] = 0
        scratch.lists[IN_LAST, at] = tables.slots.shape[1]
    return int(count)
