"""The best plan there is, with proof, for small problems: CP-SAT and the validator in turns.

What CP-SAT finds is checked; where rounding, or the order in which several stores are used, let
something through, the fewest starts that break a rule together are forbidden, and it goes on.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from moonstead.autonomy.planning.alone import allowed
from moonstead.autonomy.planning.bound.slots_model import POINTS, SlotsModel
from moonstead.autonomy.planning.bound.ways import IntArray, Way, levels_of, ways_of
from moonstead.autonomy.planning.problem import Option, Placement, Placements, Problem
from moonstead.autonomy.planning.score import score
from moonstead.autonomy.planning.validate import violations


@dataclass(frozen=True, slots=True)
class Exact:
    """What CP-SAT found and proved."""

    placements: Placements
    points: float
    bound: float
    """No plan is worth more; infinite where only some starts were looked at."""
    proven: bool
    """Whether no plan is better, but for what rounding to 1/1000 of a point may hide."""


def solve_exactly(
    problem: Problem,
    seconds: float,
    *,
    hint: Placements | None = None,
    starts_a_way: int | None = None,
    threads: int = 2,
) -> Exact:
    """Return the best plan that CP-SAT finds.

    Parameters
    ----------
    problem
        About ten tasks for a proof within seconds; 40 over four days took more than 40 seconds.
    seconds
        For all of it but the making of the model.
    hint
        A plan that holds, to begin with.
    starts_a_way
        Look at so many starts of each option only, evenly over all, and at the hint's. A model of
        hundreds of tasks is too large otherwise.
    threads
        Workers of the solver; with more than one the plan may differ from run to run.
    """
    ways = ways_of(problem)
    nothing: Placements = (None,) * len(problem.tasks)
    best = nothing if hint is None or violations(problem, hint) else hint
    picks = tuple(_picked(way, starts_a_way, best) for way in ways)
    slots = SlotsModel(problem, ways, picks, levels_of(problem), allowed(problem))
    slots.hint(best)
    points, upper, left_s, is_closed = score(problem, best), np.inf, seconds, False
    while left_s > 0.0 and not is_closed:
        solver, found, is_closed = _solved(slots, left_s, threads)
        left_s -= max(solver.wall_time, 0.01)
        if found is None:
            continue
        upper = min(upper, _bound(problem, slots, solver))
        if wrong := _smallest_wrong(problem, found):
            is_closed = False
            slots.forbid(wrong)
        elif (better := score(problem, found)) > points:
            best, points = found, better
    if starts_a_way is not None:
        upper, is_closed = np.inf, False
    return Exact(best, points, max(upper, points), is_closed)


def _picked(way: Way, starts_a_way: int | None, plan: Placements) -> IntArray:
    if starts_a_way is None or len(way.starts) <= starts_a_way:
        return np.arange(len(way.starts))
    picked = np.linspace(0, len(way.starts) - 1, starts_a_way).astype(np.int64)
    placed = plan[way.task]
    if placed is not None and placed.option == way.option:
        picked = np.append(picked, np.searchsorted(way.starts, placed.start))
    return np.unique(picked)


def _solved(slots: SlotsModel, seconds: float, threads: int) -> tuple[Any, Placements | None, bool]:
    from ortools.sat.python import cp_model  # noqa: PLC0415  takes a second to import

    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = threads
    solver.parameters.linearization_level = 2
    # Probing and more presolve take longer than they save: the first plan comes much later.
    solver.parameters.max_presolve_iterations = 1
    solver.parameters.cp_model_probing_level = 0
    status = solver.solve(slots.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return solver, None, False
    return solver, slots.placements(solver.value), status == cp_model.OPTIMAL


def _bound(problem: Problem, slots: SlotsModel, solver: Any) -> float:
    """Return the solver's bound in points, with what rounding of points may hide."""
    n_planned = sum(task.planned is not None for task in problem.tasks)
    shift = problem.moving_cost * n_planned
    return float(solver.best_objective_bound) / POINTS**2 - shift + slots.hidden


def _smallest_wrong(problem: Problem, found: Placements) -> list[tuple[int, int, int]]:
    """Return starts that break a rule together, and none of which is not needed for that."""
    if not violations(problem, found):
        return []
    kept: list[Placement | None] = list(found)
    for number, placed in enumerate(found):
        # What lowers a level stays: without it the others might break what they do not with it.
        if placed is None or _lowers(problem.tasks[number].options[placed.option]):
            continue
        kept[number] = None
        if not _breaks(problem, kept):
            kept[number] = placed
    return [
        (number, placed.option, placed.start)
        for number, placed in enumerate(kept)
        if placed is not None
    ]


def _breaks(problem: Problem, kept: list[Placement | None]) -> bool:
    """Say whether starts break a rule other than that something they come after is missing."""
    return any(each.rule != "precedence" for each in violations(problem, tuple(kept)))


def _lowers(option: Option) -> bool:
    taken = (option.power_w, option.heat_w, option.rate_bit_per_s)
    return any(profile.min(initial=0.0) < 0.0 for profile in taken)
