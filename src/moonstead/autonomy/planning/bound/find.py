"""How good the best plan can be at most, and what things are worth: column generation.

The linear relaxation over all starts is large, but few starts matter. It is solved over some; the
prices of its solution say which others would earn more than they cost; these come in, those that
cost far more than they earn go out; and again. Each round's prices also give a bound on the best
plan by themselves (`moonstead.autonomy.planning.bound.certificate`), and the best of these is what
is returned, so that it can be stopped after any round.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from moonstead.autonomy.planning.alone import allowed
from moonstead.autonomy.planning.bound.certificate import (
    Multipliers,
    certified,
    n_chain_steps,
    profits,
)
from moonstead.autonomy.planning.bound.linear import Solved, solve
from moonstead.autonomy.planning.bound.prices import prices_of
from moonstead.autonomy.planning.bound.relaxation import Relaxation
from moonstead.autonomy.planning.bound.ways import (
    IntArray,
    Way,
    levels_of,
    twins_of,
    ways_of,
)
from moonstead.autonomy.planning.problem import Problem
from moonstead.autonomy.planning.search.costs import Prices
from moonstead.contracts import FloatArray

_FIRST_STARTS = 40
"""Of each way, evenly over all that it has."""
_AT_ONCE = 12_000
"""So many starts of all ways together are looked at in the first round."""
_NONE = np.zeros(0, dtype=np.int64)
_NEW_STARTS = 16
"""Of each way in a round, at most."""
_HOPELESS = 0.25
"""A start that costs more than it earns by this share of the most that the way earns is dropped."""
_SHARES = (1.0, 0.75, 0.5)
"""Of new prices, mixed with the best before: new ones are often too far away."""
_CLOSED = 3e-4
"""Share of the bound between it and the relaxation at which nothing more is to be had."""
_LOOSE, _TIGHT = 1e-3, 1e-5
"""Tolerances of the solver: early rounds only have to say where to look."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What no plan can exceed."""

    points: float
    """Certified: the sum of what all tasks earn at best at the prices."""
    relaxed_points: float
    """The best of the relaxation over the starts that were looked at; the bound of all starts lies
    between this and `points`. Minus infinity if the solver had no answer."""
    prices: Prices
    """For each slot, of all that is scarce in it."""
    multipliers: Multipliers
    """All prices, from which `certified` gives `points` again."""
    rounds: int
    """How many were done."""


def bound(
    problem: Problem,
    *,
    rounds: int = 4,
    seconds: float = 600.0,
    keep_going: Callable[[], bool] = lambda: True,
) -> Bound:
    """Return an upper bound on the points of a plan, with the prices that prove it.

    Parameters
    ----------
    problem
        What is to be planned.
    rounds
        The most that are done; three come within 0.2 % of the relaxation over all starts, four
        within 0.05 % (measured with 300 tasks in two weeks).
    seconds
        Given to the solver for one round; where it does not get done, the last bound stands.
    keep_going
        Asked before each round but the first.
    """
    ways = ways_of(problem)
    twins = twins_of(problem)
    copies = np.bincount(twins, minlength=len(problem.tasks))
    relaxation = Relaxation(problem, ways, levels_of(problem), allowed(problem), copies)
    best_multipliers = _nothing_scarce(relaxation)
    best = _certified(relaxation, best_multipliers)
    relaxed = -np.inf
    leads = tuple(bool(copies[way.task]) for way in ways)
    most = max(_FIRST_STARTS, _AT_ONCE // max(sum(leads), 1))
    picks = tuple(
        _spread(len(way.starts), most) if lead else _NONE
        for way, lead in zip(ways, leads, strict=True)
    )
    done, tolerance = 0, _LOOSE
    while done < rounds and len(ways) > 0 and (done == 0 or keep_going()):
        solved = solve(relaxation.with_starts(picks), seconds, tolerance)
        done += 1
        if solved is None:
            break
        multipliers = relaxation.multipliers(solved.duals)
        before = best_multipliers
        for share in _SHARES if done > 1 else (1.0,):
            tried = _between(before, multipliers, share)
            points = _certified(relaxation, tried)
            if points < best:
                best, best_multipliers = points, tried
        if solved.is_best:
            relaxed = max(relaxed, -solved.points - _moving(problem))
        if best - relaxed < _CLOSED * abs(best):
            break
        if best - relaxed < 20 * _LOOSE * abs(best):
            tolerance = _TIGHT
        earned = profits(problem, ways, multipliers)
        picks = tuple(
            pick if lead else _NONE
            for pick, lead in zip(
                _next_starts(ways, picks, earned, _dues(relaxation, solved)), leads, strict=True
            )
        )
    prices = prices_of(problem, relaxation.levels, best_multipliers)
    return Bound(best, relaxed, prices, best_multipliers, done)


def _nothing_scarce(relaxation: Relaxation) -> Multipliers:
    problem = relaxation.problem
    n_slots = problem.n_slots
    chains = np.zeros((len(problem.precedences), n_chain_steps(problem)))
    return Multipliers(
        bus=np.zeros(n_slots),
        store=np.zeros((len(problem.supply.store_j), n_slots)),
        required=np.zeros(n_slots),
        level=np.zeros(relaxation.levels.caps.shape),
        recorder=np.zeros((len(problem.supply.recorder_bit), n_slots)),
        partner=np.zeros(len(problem.partners)),
        campaign=np.zeros(len(problem.campaigns)),
        chain_lower=chains,
        chain_upper=chains,
    )


def _certified(relaxation: Relaxation, multipliers: Multipliers) -> float:
    return certified(
        relaxation.problem, relaxation.ways, relaxation.levels, relaxation.limits, multipliers
    )


def _between(one: Multipliers, other: Multipliers, share: float) -> Multipliers:
    """Return prices between two: the bound is convex in them."""
    return Multipliers(
        **{
            field.name: (1.0 - share) * getattr(one, field.name)
            + share * getattr(other, field.name)
            for field in fields(Multipliers)
        }
    )


def _moving(problem: Problem) -> float:
    return problem.moving_cost * sum(task.planned is not None for task in problem.tasks)


def _dues(relaxation: Relaxation, solved: Solved) -> FloatArray:
    """Return what each task earns already with the starts that were looked at."""
    return np.maximum(-solved.duals[relaxation.task_rows], 0.0)


def _spread(count: int, most: int) -> IntArray:
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))


def _next_starts(
    ways: tuple[Way, ...],
    picks: tuple[IntArray, ...],
    earned: tuple[FloatArray, ...],
    dues: FloatArray,
) -> tuple[IntArray, ...]:
    """Keep the starts that may still matter, and add the best of each way that earn more."""
    following = []
    for way, pick, points in zip(ways, picks, earned, strict=True):
        more = points - dues[way.task]
        kept = pick[more[pick] > -_HOPELESS * max(float(way.points.max()), 1e-9)]
        beside = np.concatenate([[-np.inf], more, [-np.inf]])
        peaks = np.flatnonzero((more > 1e-3) & (more >= beside[:-2]) & (more > beside[2:]))
        peaks = peaks[np.argsort(-more[peaks], kind="stable")[:_NEW_STARTS]]
        following.append(np.union1d(kept, peaks))
    return tuple(following)
