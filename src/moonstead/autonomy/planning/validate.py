"""Whether a plan holds: the rules of `moonstead.autonomy.planning.problem`, apart from the search.

Nothing here is shared with the search, so that neither can hide a mistake of the other.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from moonstead.autonomy.planning.course.walks import walk_recorder, walk_stores
from moonstead.autonomy.planning.problem import Option, Placement, Placements, Problem, Supply
from moonstead.contracts import FloatArray

RELATIVE_TOLERANCE = 1e-9
"""Of the size of what is compared: sums in another order differ by rounding alone."""

Done = list[tuple[int, Option, int]]
"""Number of the task, the option that is done, and the slot in which it starts."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken in one place."""

    rule: str
    """``start``, ``unit``, ``pool``, ``power``, ``heat``, ``energy``, ``unmet``, ``recorder`` or
    ``precedence``."""
    slot: int
    """The first in which it is broken for this subject."""
    subject: str
    """What it is broken for: a task, a unit, a pool, a recorder, or the stores."""
    by: float
    """The greatest excess: slots, W, J, bit, or units of a pool."""


class Course(NamedTuple):
    """What the stores go through."""

    store_j: FloatArray
    """(n_slots + 1, n_stores) above the floor at the start of each slot, and at the end."""
    deliverable_j: FloatArray
    """(n_slots,) at the end of each slot."""
    unmet_w: FloatArray
    """(n_slots,)"""


def violations(problem: Problem, placements: Placements) -> tuple[Violation, ...]:
    """Return all that is wrong with a plan; nothing if it holds.

    Parameters
    ----------
    problem
        What was to be planned.
    placements
        One for each task.
    """
    done, misplaced = _started(problem, placements)
    return (
        *misplaced,
        *_units(problem, done),
        *_caps(problem, done),
        *_stores(problem, done),
        *_recorders(problem, done),
        *_precedences(problem, placements),
    )


def store_course(supply: Supply, load_w: FloatArray, slot_s: float) -> Course:
    """Step the stores through the horizon.

    Parameters
    ----------
    supply
        What there is.
    load_w
        Drawn by tasks, shape (n_slots,).
    slot_s
        Length of a slot.
    """
    n_slots, n_stores = len(load_w), len(supply.store_j)
    lost_j = np.zeros(n_stores) if supply.floor_loss_j is None else supply.floor_loss_j
    course = Course(np.zeros((n_slots + 1, n_stores)), np.zeros(n_slots), np.zeros(n_slots))
    course.store_j[0] = supply.store_j
    walk_stores(*course, supply.store_limits, lost_j, supply.net_w - load_w, slot_s)
    return course


def recorder_course(
    start_bit: float, drain_bit_per_s: FloatArray, rate_bit_per_s: FloatArray, slot_s: float
) -> FloatArray:
    """Return what a recorder holds at the end of each slot, shape (n_slots,)."""
    course_bit = np.zeros(len(rate_bit_per_s))
    walk_recorder(course_bit, start_bit, (rate_bit_per_s - drain_bit_per_s) * slot_s)
    return course_bit


def _started(problem: Problem, placements: Placements) -> tuple[Done, list[Violation]]:
    done: Done = []
    found = []
    for number, (task, placed) in enumerate(zip(problem.tasks, placements, strict=True)):
        if placed is None:
            continue
        if not 0 <= placed.option < len(task.options):
            found.append(Violation("start", placed.start, task.name, 1.0))
            continue
        option = task.options[placed.option]
        over = max(placed.start + len(option.power_w) - problem.n_slots, -placed.start, 0)
        if over > 0 or np.isnan(option.worth[placed.start]):
            found.append(Violation("start", placed.start, task.name, float(max(over, 1))))
            continue
        done.append((number, option, placed.start))
    return done, found


def _units(problem: Problem, done: Done) -> list[Violation]:
    held = problem.supply.taken.astype(np.int64)
    for _, option, start in done:
        own = np.zeros_like(problem.supply.taken)
        for hold in option.holds:
            own[hold.unit, max(start + hold.first, 0) : max(start + hold.end, 0)] = True
        held += own
    return [
        violation
        for name, row in zip(problem.units, held, strict=True)
        for violation in _above("unit", name, row.astype(np.float64), np.ones(len(row)))
    ]


def _caps(problem: Problem, done: Done) -> list[Violation]:
    supply = problem.supply
    pools = np.zeros_like(supply.pools)
    for _, option, start in done:
        for take in option.takes:
            pools[take.pool, start : start + len(take.amount)] += take.amount
    compared = [
        ("power", "tasks", _sum(problem, done, "power_w"), supply.power_cap_w),
        ("heat", "tasks", _sum(problem, done, "heat_w"), supply.heat_cap_w),
        *(
            ("pool", name, taken, there)
            for name, taken, there in zip(problem.pools, pools, supply.pools, strict=True)
        ),
    ]
    found = []
    for rule, name, taken, there in compared:
        found += _above(rule, name, taken, np.maximum(there, 0.0))
    return found


def _stores(problem: Problem, done: Done) -> list[Violation]:
    supply = problem.supply
    alone = store_course(supply, np.zeros(problem.n_slots), problem.slot_s)
    course = store_course(supply, _sum(problem, done, "power_w"), problem.slot_s)
    required_j = np.minimum(supply.required_j, alone.deliverable_j)
    size_w = float(np.abs(supply.net_w).max(initial=0.0))
    return [
        *_above("energy", "stores", -course.deliverable_j, -required_j),
        *_above("unmet", "stores", course.unmet_w, alone.unmet_w, size_w),
    ]


def _recorders(problem: Problem, done: Done) -> list[Violation]:
    supply = problem.supply
    rates = np.zeros_like(supply.drain_bit_per_s)
    for _, option, start in done:
        rates[option.recorder, start : start + len(option.power_w)] += option.rate_bit_per_s
    found = []
    for k, name in enumerate(problem.recorders):
        begin, drain = float(supply.recorder_bit[k]), supply.drain_bit_per_s[k]
        alone = recorder_course(begin, drain, np.zeros(problem.n_slots), problem.slot_s)
        course = recorder_course(begin, drain, rates[k], problem.slot_s)
        limit = np.full(problem.n_slots, float(supply.recorder_limit_bit[k]))
        limit[-1:] = np.minimum(limit[-1:], supply.recorder_end_bit[k])
        found += _above("recorder", name, course, np.maximum(limit, alone))
    return found


def _precedences(problem: Problem, placements: Placements) -> list[Violation]:
    found = []
    for rule in problem.precedences:
        before, after = placements[rule.before], placements[rule.after]
        if after is None:
            continue
        name = problem.tasks[rule.after].name
        if before is None:
            found.append(Violation("precedence", after.start, name, 1.0))
            continue
        lag = after.start - _end(problem, rule.before, before)
        by = max(rule.lag_min - lag, 0 if rule.lag_max is None else lag - rule.lag_max)
        if by > 0:
            found.append(Violation("precedence", after.start, name, float(by)))
    return found


def _end(problem: Problem, number: int, placed: Placement) -> int:
    options = problem.tasks[number].options
    if not 0 <= placed.option < len(options):
        return placed.start
    return placed.start + len(options[placed.option].power_w)


def _sum(problem: Problem, done: Done, name: str) -> FloatArray:
    total = np.zeros(problem.n_slots)
    for _, option, start in done:
        values: FloatArray = getattr(option, name)
        total[start : start + len(values)] += values
    return total


def _above(
    rule: str, subject: str, values: FloatArray, limits: FloatArray, size: float = 1.0
) -> list[Violation]:
    """Return where values are above limits, one violation for each run of slots."""
    size = max(size, float(np.abs(values).max(initial=0.0)))
    over = values - limits
    is_over = np.concatenate([[False], over > RELATIVE_TOLERANCE * size, [False]])
    edges = np.flatnonzero(np.diff(is_over.astype(np.int8))).tolist()
    return [
        Violation(rule, first, subject, float(over[first:end].max()))
        for index, (first, end) in enumerate(pairwise(edges))
        if index % 2 == 0
    ]
