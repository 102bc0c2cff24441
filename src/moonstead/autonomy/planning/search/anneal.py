"""The compiled search: ruin, recreate, keep what is better or hardly worse."""

import math

from moonstead.autonomy.planning.search.changes import copy_state
from moonstead.autonomy.planning.search.checks import EXACT, FITS, check
from moonstead.autonomy.planning.search.fits import density, uniform
from moonstead.autonomy.planning.search.loading import keep_what_fits, rebuild
from moonstead.autonomy.planning.search.recreate import list_left, place, recreate
from moonstead.autonomy.planning.search.reservoirs import restep
from moonstead.autonomy.planning.search.ruin import (
    force,
    ruin_some,
    ruin_unit,
    ruin_window,
    settle,
)
from moonstead.autonomy.planning.search.state import (
    FIRST,
    IN,
    IN_FIRST,
    IN_LAST,
    LATE,
    LEFT,
    NOISE,
    NONE,
    OPTION,
    OUT,
    OUT_OPTION,
    OUT_START,
    PRICE,
    SCATTER,
    START,
    Scratch,
    State,
)
from moonstead.autonomy.planning.search.tables import COST, WORTH, IndexArray, Tables
from moonstead.compiled import compiled_beside, compiled_without_counting
from moonstead.contracts import FloatArray
from moonstead.references import referred

TEMPERATURE, LENGTH, BEST, FORCED, TRIES, WINDOW, UNIT, SPAN, REACH, FAR, MORE = range(11)
MOST_PRICE, MOST_NOISE, SCATTERED, MOST_LATE = range(11, 15)
"""Places in the settings of a search."""


@compiled_without_counting
def _ruin(tables: Tables, state: State, scratch: Scratch, settings: FloatArray) -> None:
    """Take some tasks out."""
    n_tasks = state.plan.shape[1]
    n_left = state.number[0]
    kind = uniform(scratch.random)
    if n_left > 0 and (kind < settings[FORCED] or n_left == n_tasks):
        _force_any(tables, state, scratch, int(settings[TRIES]))
        return
    if n_left == n_tasks:
        return
    seed = state.plan[LEFT, n_left + int(uniform(scratch.random) * (n_tasks - n_left))]
    o = tables.option[state.plan[OPTION, seed]]
    middle = state.plan[START, seed] + int(uniform(scratch.random) * o.n)
    half = 0.5 * settings[LENGTH] * (0.3 + settings[SPAN] * uniform(scratch.random))
    kind = uniform(scratch.random)
    if kind < settings[WINDOW] or o.hold_begin == o.hold_end:
        ruin_window(tables, state, scratch, max(int(middle - half), 0), int(middle + half) + 1)
        return
    half *= 4.0
    first = max(int(middle - half), 0)
    end = min(int(middle + half) + 1, tables.slots.shape[1])
    draw = uniform(scratch.random)
    if kind < settings[UNIT]:
        hold = o.hold_begin + int(draw * (o.hold_end - o.hold_begin))
        ruin_unit(tables, state, scratch, tables.need[hold].what, first, end)
    else:
        partner = tables.task[seed].partner if draw < 0.5 else -1
        share = 0.15 + 0.3 * uniform(scratch.random)
        ruin_some(tables, state, scratch, first, end, partner, share)


@compiled_without_counting
def _in_the_way(tables: Tables, state: State, scratch: Scratch, option: int, start: int) -> float:
    """Return about what is lost by putting a task in by force."""
    n_slots = tables.slots.shape[1]
    o = tables.option[option]
    lost = 0.0
    for k in range(o.hold_begin, o.hold_end):
        unit = tables.need[k].what
        end = min(start + tables.need[k].end, n_slots)
        slot = min(max(start + tables.need[k].first, 0), n_slots)
        last = NONE
        while slot < end:
            slot = int(state.unit[tables.n_units + unit, slot])
            if slot >= end:
                break
            owner = max(int(state.unit[unit, slot]), NONE)
            if owner < 0:
                return 1e300
            if owner != last:
                own = state.plan[OPTION, owner]
                lost += tables.value[WORTH, tables.start_at[own, state.plan[START, owner]]]
            last = owner
            slot += 1
    if lost > 0.0 or check(tables, state, scratch, option, start, EXACT) == FITS:
        return float(lost)
    return float(tables.value[COST, tables.start_at[option, start]])


@compiled_without_counting
def _force_any(tables: Tables, state: State, scratch: Scratch, tries: int) -> None:
    """Put a task that is left out in by force."""
    n_left = state.number[0]
    best, chosen = -1e300, NONE
    for _ in range(3):
        i = state.plan[LEFT, int(uniform(scratch.random) * n_left)]
        key = density(tables, state, i, 1.0) * uniform(scratch.random)
        if key > best:
            best, chosen = key, i
    one = tables.task[chosen]
    n_slots = tables.slots.shape[1]
    first, last = FIRST, n_slots
    for k in range(one.before_begin, one.before_end):
        before = tables.link[k].task
        if state.plan[OPTION, before] < 0:
            place(tables, state, scratch, before, FIRST, n_slots)
        if state.plan[OPTION, before] < 0:
            return
        end = state.plan[START, before] + tables.option[state.plan[OPTION, before]].n
        first = max(first, end + tables.link[k].lag_min)
        last = min(last, end + tables.link[k].lag_max)
    best, chosen_option, start = -1e300, NONE, NONE
    for _ in range(tries):
        option = one.option_begin + int(
            uniform(scratch.random) * (one.option_end - one.option_begin)
        )
        o = tables.option[option]
        if o.start_begin == o.start_end:
            continue
        at = o.start_begin + int(uniform(scratch.random) * (o.start_end - o.start_begin))
        if not first <= tables.start[at] <= last:
            continue
        lost = _in_the_way(tables, state, scratch, option, tables.start[at])
        key = tables.value[WORTH, at] - lost * (0.5 + uniform(scratch.random))
        if lost < 1e300 and key > best:
            best, chosen_option, start = key, option, tables.start[at]
    if chosen_option >= 0:
        force(tables, state, scratch, chosen_option, start)


@compiled_without_counting
def _candidates(
    tables: Tables,
    state: State,
    scratch: Scratch,
    settings: FloatArray,
) -> int:
    """List what is to be put in: what was taken out, and some of what could be in its place."""
    count = int(scratch.mark[0])
    draw = uniform(scratch.random)
    reach = int(settings[LENGTH] * (0.3 + settings[REACH] * draw * draw))
    for at in range(count):
        start = scratch.lists[OUT_START, at]
        scratch.lists[IN, at] = scratch.lists[OUT, at]
        scratch.lists[IN_FIRST, at] = start - reach
        scratch.lists[IN_LAST, at] = start + reach
    others = state.number[0] - count
    if others <= 0 or count == 0:
        return count
    for _ in range(int(settings[MORE])):
        i = state.plan[LEFT, int(uniform(scratch.random) * others)]
        near = int(uniform(scratch.random) * scratch.mark[0])
        option = scratch.lists[OUT_OPTION, near]
        first = scratch.lists[OUT_START, near]
        end = first + tables.option[option].n
        own = tables.option[tables.task[i].option_begin]
        if count < scratch.key.shape[0]:
            scratch.lists[IN, count] = i
            wide = reach if uniform(scratch.random) < settings[FAR] else 4
            scratch.lists[IN_FIRST, count] = first - own.n - wide
            scratch.lists[IN_LAST, count] = end + wide
            count += 1
    return count


@compiled_without_counting
def _draw_taste(scratch: Scratch, settings: FloatArray) -> None:
    scratch.taste[PRICE] = settings[MOST_PRICE] * uniform(scratch.random)
    scratch.taste[NOISE] = settings[MOST_NOISE] * uniform(scratch.random)
    is_scattered = uniform(scratch.random) < settings[SCATTERED]
    scratch.taste[SCATTER] = scratch.taste[NOISE] if is_scattered else 0.0
    scratch.taste[LATE] = settings[MOST_LATE] * (2.0 * uniform(scratch.random) - 1.0)


@compiled_without_counting
def _note(state: State, best: IndexArray, settings: FloatArray) -> None:
    settings[BEST] = state.sums[0]
    for i in range(best.shape[1]):
        best[0, i] = state.plan[OPTION, i]
        best[1, i] = state.plan[START, i]


@compiled_beside
def search(
    tables: Tables,
    state: State,
    kept: State,
    empty: State,
    scratch: Scratch,
    best: IndexArray,
    settings: FloatArray,
    iterations: int,
) -> None:
    """Begin with what holds of a plan and what else fits, or search on from one that holds.

    The only kernel that is called from outside, so that each other one is compiled once.

    Parameters
    ----------
    tables
        The problem.
    state
        The plan; changed in place.
    kept, empty, scratch
        Room to work in.
    best
        (2, n_tasks) options and starts of the best plan so far, or of the plan to begin with, whose
        tasks ``scratch.lists[IN]`` then lists in an order in which what comes after does; changed
        in place.
    settings
        Temperature (points), how long a task is (slots), the points of the best plan so far
        (changed in place); the share of iterations that force a task in, and in how many places
        that is thought of; of the others the share that empties a window, or a window or a unit;
        the longest window, and how far from where it was a task may be put (lengths); the share of
        left-out tasks that may be put as far, and how many of them are tried; the most that
        price, noise and late of ``scratch.taste`` are drawn to be, and, before the last, the share
        of iterations that scatter.
    iterations
        How many; -1 to begin.
    """
    own_tables, own_state = referred(tables), referred(state)
    own_kept, own_empty, own_scratch = referred(kept), referred(empty), referred(scratch)
    if iterations < 0:
        restep(own_tables, own_empty, scratch.now_j, FIRST, tables.slots.shape[1])
        keep_what_fits(own_tables, own_state, own_empty, own_scratch, best)
        scratch.taste[:] = 0.0
        scratch.taste[PRICE] = 0.5
        count = list_left(own_tables, own_state, own_scratch)
        recreate(own_tables, own_state, own_scratch, count)
        _note(own_state, best, settings)
        return
    copy_state(own_state, own_kept)
    rebuild(own_tables, own_state, own_empty, own_scratch, kept.plan)
    copy_state(own_state, own_kept)
    for _ in range(iterations):
        scratch.mark[0] = 0
        scratch.mark[1] = tables.slots.shape[1]
        scratch.mark[2] = 0
        _ruin(own_tables, own_state, own_scratch, settings)
        settle(own_tables, own_state, own_scratch)
        count = _candidates(own_tables, own_state, own_scratch, settings)
        _draw_taste(own_scratch, settings)
        recreate(own_tables, own_state, own_scratch, count)
        change = state.sums[0] - kept.sums[0]
        if change < settings[TEMPERATURE] * math.log(uniform(scratch.random) + 1e-300):
            copy_state(own_kept, own_state)
            continue
        copy_state(own_state, own_kept)
        if state.sums[0] > settings[BEST] + 1e-9:
            _note(own_state, best, settings)
