"""Our search on resource constrained projects, beside the proven optimum of CP-SAT's intervals."""

import time
from itertools import product
from typing import Any

from moonstead.autonomy.planning.projects import (
    Project,
    draw_project,
    makespan,
    planning_problem,
)
from moonstead.autonomy.planning.search.find import find_plan
from moonstead.autonomy.planning.validate import violations

JOBS = 30
COMPLEXITIES, FACTORS, STRENGTHS = (1.5, 2.1), (0.5, 1.0), (0.2, 0.7)
BUDGET_S = 3.0
PROOF_S = 30.0


def measure_projects(threads: int) -> list[dict[str, Any]]:
    """Return what was reached on each project."""
    return [
        _measured(draw_project(JOBS, complexity=c, factor=f, strength=s, seed=1), threads)
        for c, f, s in product(COMPLEXITIES, FACTORS, STRENGTHS)
    ]


def _measured(project: Project, threads: int) -> dict[str, Any]:
    problem = planning_problem(project)
    end_s = time.perf_counter() + BUDGET_S
    found = find_plan(
        problem,
        seed=1,
        iterations=10**9,
        threads=threads,
        left=lambda: (end_s - time.perf_counter()) / BUDGET_S,
    )
    least, most = _shortest(project, threads)
    return {
        "name": project.name,
        "ours": makespan(problem, found.placements),
        "shortest": most,
        "proven": least == most,
        "violations": len(violations(problem, found.placements)),
    }


def _shortest(project: Project, threads: int) -> tuple[int, int]:
    """Return a bound on the makespan and the best found, by intervals and cumulative rows."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    starts = [model.new_int_var(0, project.horizon, "") for _ in project.modes]
    lengths = [modes[0].duration for modes in project.modes]
    bars = [
        model.new_fixed_size_interval_var(start, length, "")
        for start, length in zip(starts, lengths, strict=True)
    ]
    for resource, capacity in enumerate(project.capacities):
        demands = [modes[0].demands[resource] for modes in project.modes]
        model.add_cumulative(bars, demands, capacity)
    for job, each in enumerate(project.successors):
        for after in each:
            model.add(starts[after] >= starts[job] + lengths[job])
    model.minimize(starts[-1])
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = PROOF_S
    solver.parameters.num_workers = threads
    solver.solve(model)
    return round(solver.best_objective_bound), round(solver.objective_value)


def projects_table(results: list[dict[str, Any]]) -> str:
    """Return the results in words."""
    lines = [f"{JOBS} jobs, {BUDGET_S:g} s each; makespans in slots"]
    lines += [
        f"  {one['name']:30s} ours {one['ours']!s:>5s}   CP-SAT's intervals {one['shortest']:4d}"
        f"{' (proven)' if one['proven'] else ''}   violations {one['violations']}"
        for one in results
    ]
    return "\n".join(lines)
