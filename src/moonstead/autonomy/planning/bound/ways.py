"""A planning problem as the bound and the exact solver see it: ways to do tasks, and levels.

Everything that a task takes something of in a slot, and that has a limit in it, is a *level*:
power, heat, what is written to each recorder, each pool, each unit. A *way* is an option of a task
with the starts that it really has.

Where tasks take several of a pool, its k-th parts, rounded down, are levels too: of three
operators, tasks that need two of them have one at a time, not one and a half (Chvatal 1973). Every
plan keeps these limits anyway; a plan of shares does not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.planning.alone import fits_alone
from moonstead.autonomy.planning.problem import Option, Problem
from moonstead.contracts import FloatArray

IntArray = NDArray[np.int64]

POWER, HEAT, FIRST_RECORDER = 0, 1, 2
"""Levels; recorders, pools, units and parts of pools follow in this order."""
_MOST_PARTS = 4
"""A pool is parted at most so often: what is rounded down gets less and less."""
_SURE = 1e-6
"""Of one: by so much less than a whole number is taken for it."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a way takes of a level, from its start slot on."""

    level: int
    profile: FloatArray


@dataclass(frozen=True, slots=True)
class Way:
    """An option of a task."""

    task: int
    option: int
    n_taken: int
    uses: tuple[Use, ...]
    starts: IntArray
    """Slots in which it may start."""
    points: FloatArray
    """Worth to the partner, for each of them."""
    kept: FloatArray
    """Cost of moving that is saved, for each of them."""


@dataclass(frozen=True, slots=True)
class Levels:
    """What the levels may be, shape (n_levels, n_slots); recorders have no limit of their own."""

    caps: FloatArray
    first_pool: int
    first_unit: int
    parts: tuple[tuple[int, int], ...]
    """Pool, and in how many parts: the last levels."""

    @property
    def first_part(self) -> int:
        """Return the first level that is a part of a pool."""
        return len(self.caps) - len(self.parts)


def levels_of(problem: Problem) -> Levels:
    """Return the limits of all levels."""
    supply = problem.supply
    n_recorders = len(supply.recorder_bit)
    parts = _parts(problem)
    caps = np.concatenate(
        [
            supply.power_cap_w[None],
            supply.heat_cap_w[None],
            np.full((n_recorders, problem.n_slots), np.inf),
            supply.pools,
            1.0 - supply.taken,
            *(np.floor(supply.pools[pool] / k + _SURE)[None] for pool, k in parts),
        ]
    )
    caps = np.maximum(caps, 0.0)
    first_pool = FIRST_RECORDER + n_recorders
    first_unit = first_pool + len(supply.pools)
    return Levels(caps=caps, first_pool=first_pool, first_unit=first_unit, parts=parts)


def _parts(problem: Problem) -> tuple[tuple[int, int], ...]:
    """Return the pools that may be had in parts, and in how many, as long as none is given back."""
    most = [0.0] * len(problem.supply.pools)
    least = [0.0] * len(problem.supply.pools)
    for task in problem.tasks:
        for option in task.options:
            for pool, amount in _pools_of(option).items():
                most[pool] = max(most[pool], float(amount.max(initial=0.0)))
                least[pool] = min(least[pool], float(amount.min(initial=0.0)))
    return tuple(
        (pool, k)
        for pool, high in enumerate(most)
        for k in range(2, min(int(high + _SURE), _MOST_PARTS) + 1)
        if least[pool] >= 0.0
    )


def _pools_of(option: Option) -> dict[int, FloatArray]:
    """Return what an option takes of each pool in all."""
    amounts: dict[int, FloatArray] = {}
    for take in option.takes:
        before = amounts.get(take.pool, np.zeros(len(take.amount)))
        amounts[take.pool] = before + take.amount
    return amounts


def ways_of(problem: Problem) -> tuple[Way, ...]:
    """Return all ways to do tasks, without starts that can be in no plan.

    A start is left out where the way alone takes more than a level has, unless something else can
    lower that level.
    """
    levels = levels_of(problem)
    found = []
    for number, task in enumerate(problem.tasks):
        for place, option in enumerate(task.options):
            uses = _uses_of(problem, levels, option)
            found.append((number, place, len(option.power_w), uses, option.worth))
    lowered = {
        use.level for _, _, _, uses, _ in found for use in uses if float(use.profile.min()) < 0.0
    }
    ways = []
    for number, place, n_taken, uses, worth in found:
        may = np.isfinite(worth)
        may[max(problem.n_slots - n_taken + 1, 0) :] = False
        for use in uses:
            if use.level not in lowered:
                may &= fits_alone(use.profile, levels.caps[use.level])
        starts = np.flatnonzero(may)
        if len(starts) == 0:
            continue
        planned = problem.tasks[number].planned
        is_kept = starts == (planned[1] if planned is not None and planned[0] == place else -1)
        ways.append(
            Way(
                task=number,
                option=place,
                n_taken=n_taken,
                uses=uses,
                starts=starts,
                points=np.maximum(worth[starts], 0.0),
                kept=problem.moving_cost * is_kept,
            )
        )
    return tuple(ways)


def twins_of(problem: Problem) -> IntArray:
    """Return for each task the first one that is the same in everything, itself if there is none.

    Sessions of one request often are: the relaxation then has one row and one set of columns for
    all of them, small enough to hold every start.
    """
    bound = {k for rule in problem.precedences for k in (rule.before, rule.after)}
    first: dict[tuple[object, ...], int] = {}
    twins = np.arange(len(problem.tasks))
    for number, task in enumerate(problem.tasks):
        if number in bound or task.planned is not None:
            continue
        options = tuple(
            (
                option.power_w.tobytes(),
                option.heat_w.tobytes(),
                option.rate_bit_per_s.tobytes(),
                option.recorder,
                option.holds,
                tuple((take.pool, take.amount.tobytes()) for take in option.takes),
                option.worth.tobytes(),
            )
            for option in task.options
        )
        twins[number] = first.setdefault((task.partner, task.campaign, options), number)
    return twins


def _uses_of(problem: Problem, levels: Levels, option: Option) -> tuple[Use, ...]:
    amounts: dict[int, FloatArray] = {
        POWER: option.power_w,
        HEAT: option.heat_w,
    }
    if len(problem.supply.recorder_bit) > 0:
        amounts[FIRST_RECORDER + option.recorder] = option.rate_bit_per_s
    for pool, amount in _pools_of(option).items():
        amounts[levels.first_pool + pool] = amount
        for number, (parted, k) in enumerate(levels.parts):
            if parted == pool:
                amounts[levels.first_part + number] = np.floor(amount / k + _SURE)
    for hold in option.holds:
        level = levels.first_unit + hold.unit
        held = np.zeros(max(hold.end, len(amounts.get(level, ()))))
        held[: len(amounts.get(level, ()))] = amounts.get(level, ())
        held[hold.first : hold.end] = 1.0
        amounts[level] = held
    return tuple(Use(level, amount) for level, amount in amounts.items() if np.any(amount))
