"""The compiled search: ruin, recreate, keep what is better or hardly worse."""

import math

import numpy as np

from moonstead.autonomy.planning.search.changes import gain_of, put
from moonstead.autonomy.planning.search.fits import best_start, density, uniform
from moonstead.autonomy.planning.search.ruin import (
    force,
    ruin_some,
    ruin_unit,
    ruin_window,
    settle,
)
from moonstead.autonomy.planning.search.state import Scratch, State
from moonstead.autonomy.planning.search.tables import IndexArray, Tables
from moonstead.compiled import compiled_without_counting
from moonstead.contracts import FloatArray

_DEEPEST = 16


@compiled_without_counting
def _copy(values: np.ndarray, target: np.ndarray) -> None:  # type: ignore[type-arg]
    for k in range(values.shape[0]):
        target[k] = values[k]


@compiled_without_counting
def _copy_rows(values: np.ndarray, target: np.ndarray) -> None:  # type: ignore[type-arg]
    for row in range(values.shape[0]):
        for k in range(values.shape[1]):
            target[row, k] = values[row, k]


@compiled_without_counting
def copy_state(state: State, target: State) -> None:
    """Make one plan another."""
    _copy(state.option_of, target.option_of)
    _copy(state.start_of, target.start_of)
    _copy_rows(state.used, target.used)
    _copy_rows(state.inflow_bit, target.inflow_bit)
    _copy_rows(state.held_bit, target.held_bit)
    _copy_rows(state.room_bit, target.room_bit)
    _copy_rows(state.store_j, target.store_j)
    _copy(state.slack_j, target.slack_j)
    _copy(state.spare_j, target.spare_j)
    _copy_rows(state.owner, target.owner)
    _copy_rows(state.busy, target.busy)
    _copy(state.points, target.points)
    _copy(state.count, target.count)
    _copy(state.left, target.left)
    _copy(state.place, target.place)
    _copy(state.number, target.number)
    _copy(state.total, target.total)


@compiled_without_counting
def place(  # noqa: PLR0913, PLR0917
    tables: Tables,
    state: State,
    scratch: Scratch,
    random: np.ndarray,  # type: ignore[type-arg]
    i: int,
    first: int,
    last: int,
    price: float,
    noise: float,
) -> None:
    """Put a task in where it is best, with what it comes after, if it fits and is worth it."""
    n_slots = state.owner.shape[1]
    for _ in range(_DEEPEST):
        own = i
        for _ in range(_DEEPEST):
            missing = -1
            for k in range(tables.task[own].before_begin, tables.task[own].before_end):
                if state.option_of[tables.before[k].task] < 0:
                    missing = tables.before[k].task
            if missing < 0:
                break
            own = missing
        if own != i:
            first, last = 0, n_slots
        option, start = best_start(tables, state, scratch, random, own, first, last, price, noise)
        if option < 0:
            return
        is_worth_it = gain_of(tables, state, option, start) > 0.0
        # A sleep earns little by itself; what it saves is worth more to others.
        may_help = tables.option[option].gives > 0 and uniform(random) < 0.5
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
    random: np.ndarray,  # type: ignore[type-arg]
    count: int,
    price: float,
    noise: float,
) -> None:
    """Put tasks in, by what they are worth for what they cost, with noise.

    ``scratch.task[1]`` are the first so many to be tried, ``scratch.span`` where they may start.
    """
    spread = 2.0 * noise
    for at in range(count):
        i = scratch.task[1, at]
        key = density(tables, state, i, 1.0)
        key *= math.exp(spread * (uniform(random) + uniform(random) - 1.0))
        first = scratch.span[0, at]
        last = scratch.span[1, at]
        to = at
        while to > 0 and scratch.key[to - 1] < key:
            scratch.key[to] = scratch.key[to - 1]
            scratch.task[1, to] = scratch.task[1, to - 1]
            scratch.span[0, to] = scratch.span[0, to - 1]
            scratch.span[1, to] = scratch.span[1, to - 1]
            to -= 1
        scratch.key[to] = key
        scratch.task[1, to] = i
        scratch.span[0, to] = first
        scratch.span[1, to] = last
    for at in range(count):
        i = scratch.task[1, at]
        if state.option_of[i] < 0:
            place(
                tables, state, scratch, random, i,
                scratch.span[0, at], scratch.span[1, at], price, noise,
            )  # fmt: skip


@compiled_without_counting
def fill(
    tables: Tables,
    state: State,
    scratch: Scratch,
    random: np.ndarray,  # type: ignore[type-arg]
    price: float,
    noise: float,
) -> None:
    """Put in all that is left out and fits."""
    count = state.number[0]
    for at in range(count):
        scratch.task[1, at] = state.left[at]
        scratch.span[0, at] = 0
        scratch.span[1, at] = state.owner.shape[1]
    recreate(tables, state, scratch, random, count, price, noise)


@compiled_without_counting
def _ruin(
    tables: Tables,
    state: State,
    scratch: Scratch,
    random: np.ndarray,  # type: ignore[type-arg]
    length: float,
) -> None:
    """Take some tasks out."""
    n_tasks = state.option_of.shape[0]
    n_slots = state.owner.shape[1]
    n_left = state.number[0]
    kind = uniform(random)
    if n_left > 0 and (kind < 0.45 or n_left == n_tasks):
        _force_any(tables, state, scratch, random)
        return
    if n_left == n_tasks:
        return
    seed = state.left[n_left + int(uniform(random) * (n_tasks - n_left))]
    middle = state.start_of[seed] + int(uniform(random) * tables.option[state.option_of[seed]].n)
    o = tables.option[state.option_of[seed]]
    half = 0.5 * length * (0.5 + 3.0 * uniform(random))
    if kind < 0.75 or o.hold_begin == o.hold_end:
        ruin_window(tables, state, scratch, max(int(middle - half), 0), int(middle + half) + 1, 30)
        return
    half *= 4.0
    first = max(int(middle - half), 0)
    end = min(int(middle + half) + 1, n_slots)
    if kind < 0.88:
        unit = tables.hold[o.hold_begin + int(uniform(random) * (o.hold_end - o.hold_begin))].unit
        ruin_unit(tables, state, scratch, unit, first, end)
    else:
        partner = tables.task[seed].partner if kind < 0.94 else -1
        ruin_some(tables, state, scratch, random, first, end, partner, 0.15 + 0.3 * uniform(random))


@compiled_without_counting
def _force_any(
    tables: Tables,
    state: State,
    scratch: Scratch,
    random: np.ndarray,  # type: ignore[type-arg]
) -> None:
    """Put a task that is left out in by force."""
    n_left = state.number[0]
    best, chosen = -1e300, -1
    for _ in range(3):
        i = state.left[int(uniform(random) * n_left)]
        key = density(tables, state, i, 1.0) * uniform(random)
        if key > best:
            best, chosen = key, i
    one = tables.task[chosen]
    n_slots = state.owner.shape[1]
    first, last = 0, n_slots
    for k in range(one.before_begin, one.before_end):
        before = tables.before[k].task
        if state.option_of[before] < 0:
            place(tables, state, scratch, random, before, 0, n_slots, 1.0, 0.3)
        if state.option_of[before] < 0:
            return
        end = state.start_of[before] + tables.option[state.option_of[before]].n
        first = max(first, end + tables.before[k].lag_min)
        last = min(last, end + tables.before[k].lag_max)
    best, chosen_option, start = -1e300, -1, -1
    for _ in range(6):
        option = one.option_begin + int(uniform(random) * (one.option_end - one.option_begin))
        o = tables.option[option]
        if o.start_begin == o.start_end:
            continue
        at = o.start_begin + int(uniform(random) * (o.start_end - o.start_begin))
        if not first <= tables.start[at] <= last:
            continue
        key = tables.worth[at] - tables.cost[at] * 2.0 * uniform(random)
        if key > best:
            best, chosen_option, start = key, option, tables.start[at]
    if chosen_option >= 0:
        force(tables, state, scratch, random, chosen_option, start)


@compiled_without_counting
def _candidates(
    tables: Tables,
    state: State,
    scratch: Scratch,
    random: np.ndarray,  # type: ignore[type-arg]
    length: float,
    most: int,
) -> int:
    """List what is to be put in: what was taken out, and some of what could be in its place."""
    n_slots = state.owner.shape[1]
    count = scratch.mark[0]
    draw = uniform(random)
    reach = n_slots if draw < 0.15 else int(length * (0.3 + 12.0 * draw * draw))
    for at in range(count):
        start = scratch.stack[1, at]
        scratch.task[1, at] = scratch.task[0, at]
        scratch.span[0, at] = start - reach
        scratch.span[1, at] = start + reach
    others = state.number[0] - count
    if others <= 0 or count == 0:
        return count
    for _ in range(most):
        i = state.left[int(uniform(random) * others)]
        near = int(uniform(random) * scratch.mark[0])
        option = scratch.stack[0, near]
        first = scratch.stack[1, near]
        end = first + tables.option[option].n
        own = tables.option[tables.task[i].option_begin]
        if count < scratch.key.shape[0]:
            scratch.task[1, count] = i
            scratch.span[0, count] = first - own.n
            scratch.span[1, count] = end + 4
            count += 1
    return count


@compiled_without_counting
def anneal(
    tables: Tables,
    state: State,
    kept: State,
    scratch: Scratch,
    random: np.ndarray,  # type: ignore[type-arg]
    best: IndexArray,
    settings: FloatArray,
    iterations: int,
) -> None:
    """Search on from a plan.

    Parameters
    ----------
    tables
        The problem.
    state
        The plan; changed in place.
    kept, scratch
        Room to work in.
    random
        State of the random numbers, shape (1,).
    best
        (2, n_tasks) options and starts of the best plan so far; changed in place.
    settings
        Temperature (points), how long a task is (slots), and the points of the best plan so far,
        which is changed in place.
    iterations
        How many.
    """
    temperature, length = settings[0], settings[1]
    copy_state(state, kept)
    for _ in range(iterations):
        scratch.mark[0] = 0
        scratch.mark[1] = state.slack_j.shape[0]
        scratch.mark[2] = 0
        _ruin(tables, state, scratch, random, length)
        settle(tables, state, scratch)
        count = _candidates(tables, state, scratch, random, length, 20)
        price = 2.0 * uniform(random)
        noise = 0.5 * uniform(random)
        recreate(tables, state, scratch, random, count, price, noise)
        change = state.total[0] - kept.total[0]
        if change < temperature * math.log(uniform(random) + 1e-300):
            copy_state(kept, state)
            continue
        copy_state(state, kept)
        if state.total[0] > settings[2] + 1e-9:
            settings[2] = state.total[0]
            for i in range(best.shape[1]):
                best[0, i] = state.option_of[i]
                best[1, i] = state.start_of[i]
