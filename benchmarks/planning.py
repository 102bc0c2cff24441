"""How good plans are and how soon: our search beside greedy, CP-SAT and a MILP, under one bound.

    python benchmarks/planning.py [--quick] [--only NAME ...] [--json]
    python benchmarks/planning.py --projects
    python benchmarks/planning.py --write DIR

Every instance is the sample of `moonstead.autonomy.planning.samples` of its name. All plans go
through the validator; the gap is the distance to the certified bound, in percent of it. CP-SAT
(complete warm start from the greedy plan) and the MILP (HiGHS) get 16 starts of each option: with
all of them neither has a plan in this time. Making their models is not counted. ``--quick`` is the
first instance of two weeks alone, ``--write`` writes all instances as JSON files, ``--projects``
is the family of resource constrained projects. Our search stops when its threads have had as many
processor seconds as they would on cores of their own; the others stop by the clock. Beside seconds
stand processor seconds of all threads: where a peer's are far less than there was time for, the
machine was busy with something else.
"""

import argparse
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from moonstead.autonomy.planning.alone import allowed
from moonstead.autonomy.planning.bound.exact import solve_exactly
from moonstead.autonomy.planning.bound.find import bound
from moonstead.autonomy.planning.bound.relaxation import Relaxation
from moonstead.autonomy.planning.bound.ways import levels_of, ways_of
from moonstead.autonomy.planning.problem import Placement, Placements, Problem
from moonstead.autonomy.planning.samples import SET, sample
from moonstead.autonomy.planning.score import score
from moonstead.autonomy.planning.search.find import find_plan, greedy, repair
from moonstead.autonomy.planning.validate import violations
from planning_events import events
from planning_projects import measure_projects, projects_table

THREADS = 2
BUDGETS_S = (5.0, 10.0, 20.0)
PEER_BUDGETS_S = (10.0, 20.0)
STARTS_A_WAY = 16
ROUNDS = 4
REPAIR_ITERATIONS = 1500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="14d-300-winter-s1 alone")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--projects", action="store_true", help="the second family alone")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, metavar="DIR")
    given = parser.parse_args()
    if given.write is not None:
        write_all(given.write)
        return
    wanted = ["14d-300-winter-s1"] if given.quick else given.only
    known = {name_of(arguments): arguments for arguments in SET}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        parser.error(f"no instance {', '.join(unknown)}; known: {', '.join(known)}")
    compile_all()
    if given.projects:
        print(projects_table(measure_projects(THREADS)))
        return
    results = []
    for name in wanted or known:
        result = measure(sample(*known[name]))
        results.append(result)
        if not given.json:
            print(table(result), flush=True)
    if given.json:
        print(json.dumps(results, indent=1))


def name_of(arguments: tuple[Any, ...]) -> str:
    days, tasks, season, seed = arguments
    return f"{days}d-{tasks}-{season}-s{seed}"


def write_all(folder: Path) -> None:
    from moonstead.interop.plan_problem import write_problem

    folder.mkdir(parents=True, exist_ok=True)
    for arguments in SET:
        path = folder / f"{name_of(arguments)}.json"
        write_problem(path, sample(*arguments))
        print(path)


def compile_all() -> None:
    """Compile what is not in the cache, so that no clock sees it."""
    small = sample(2, 10, "winter", 1)
    plan = find_plan(small, seed=0, iterations=10, threads=THREADS)
    repair(small, plan.placements, seed=0, iterations=10)
    bound(small, rounds=1)


def measure(problem: Problem) -> dict[str, Any]:
    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    limit = bound(problem, rounds=ROUNDS)
    result: dict[str, Any] = {
        "name": problem.name,
        "bound": limit.points,
        "bound_s": time.perf_counter() - begin_s,
        "bound_cpu_s": time.process_time() - begin_cpu_s,
        "bound_open": (limit.points - limit.relaxed_points) / limit.points,
        "load": os.getloadavg()[0],
        "plans": [],
        "repairs": [],
    }

    def add(method: str, make: Callable[[], Placements]) -> Placements:
        begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
        plan = make()
        seconds = time.perf_counter() - begin_s
        cpu_s = time.process_time() - begin_cpu_s
        result["plans"].append(
            {
                "method": method,
                "s": seconds,
                "cpu_s": cpu_s,
                "points": score(problem, plan),
                "gap": 1.0 - score(problem, plan) / limit.points,
                "violations": len(violations(problem, plan)),
                "placed": sum(placed is not None for placed in plan),
            }
        )
        return plan

    first = add("greedy", lambda: greedy(problem).placements)
    plan = first
    for budget_s in BUDGETS_S:
        plan = add(f"ours, {budget_s:g} s", partial(ours, problem, budget_s))
    for budget_s in PEER_BUDGETS_S:
        add(f"CP-SAT, {budget_s:g} s", partial(cp_sat, problem, budget_s, first))
    add(f"MILP, {PEER_BUDGETS_S[-1]:g} s", partial(milp, problem, PEER_BUDGETS_S[-1]))
    result["repairs"] = [repaired(name, after, plan) for name, after in events(problem, plan)]
    return result


def ours(problem: Problem, budget_s: float) -> Placements:
    """Return the plan of so many seconds on cores of its own, counted by what the threads got."""
    cpu_s = THREADS * budget_s
    end_s = time.process_time() + cpu_s
    return find_plan(
        problem,
        seed=1,
        iterations=10**9,
        threads=THREADS,
        left=lambda: (end_s - time.process_time()) / cpu_s,
    ).placements


def cp_sat(problem: Problem, budget_s: float, first: Placements) -> Placements:
    return solve_exactly(
        problem, budget_s, hint=first, starts_a_way=STARTS_A_WAY, threads=THREADS
    ).placements


def milp(problem: Problem, budget_s: float) -> Placements:
    """Return what HiGHS finds; its flows may keep more than the dispatch, so it may not hold."""
    from ortools.math_opt.python import mathopt

    ways = ways_of(problem)
    ones = np.ones(len(problem.tasks), dtype=np.int64)
    relaxation = Relaxation(problem, ways, levels_of(problem), allowed(problem), ones)
    picks = tuple(
        np.unique(np.linspace(0, len(way.starts) - 1, STARTS_A_WAY).astype(np.int64))
        for way in ways
    )
    program = relaxation.with_starts(picks, whole=True)
    model = mathopt.Model.from_model_proto(program.message())
    parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=budget_s))
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    plan: list[Placement | None] = [None] * len(problem.tasks)
    if result.has_primal_feasible_solution():
        values = {variable.id: value for variable, value in result.variable_values().items()}
        column = program.n_columns - program.n_whole
        for way, pick in zip(ways, picks, strict=True):
            for place in pick:
                if values[column] > 0.5:
                    plan[way.task] = Placement(way.option, int(way.starts[place]))
                column += 1
    return tuple(plan)


def repaired(event: str, problem: Problem, plan: Placements) -> dict[str, Any]:
    if len(problem.tasks) > len(plan):
        plan = (*plan, None)
    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    quick = repair(problem, plan, seed=1, iterations=REPAIR_ITERATIONS, threads=THREADS)
    seconds = time.perf_counter() - begin_s
    cpu_s = time.process_time() - begin_cpu_s
    best = score(problem, ours(problem, BUDGETS_S[1]))
    pairs = [(old, new) for old, new in zip(plan, quick.placements, strict=True) if old is not None]
    return {
        "event": event,
        "s": seconds,
        "cpu_s": cpu_s,
        "points": quick.points,
        "share_of_10_s": quick.points / best,
        "unmoved": sum(old == new for old, new in pairs) / max(len(pairs), 1),
        "violations": len(violations(problem, quick.placements)),
    }


def table(result: dict[str, Any]) -> str:
    head = (
        f"{result['name']}: bound {result['bound']:.1f} in {result['bound_s']:.1f} s "
        f"({result['bound_cpu_s']:.1f} s of processor; the best "
        f"bound of this kind is at most {100 * result['bound_open']:.2f} % lower), "
        f"load of the machine {result['load']:.1f}"
    )
    titles = f"{'method':16s}{'points':>10s}{'gap':>9s}{'placed':>8s}{'s':>8s}{'CPU s':>8s}"
    lines = [head, f"  {titles}{'violations':>12s}"]
    lines += [
        f"  {plan['method']:16s}{plan['points']:10.1f}{100 * plan['gap']:8.2f}%"
        f"{plan['placed']:8d}{plan['s']:8.1f}{plan['cpu_s']:8.1f}{plan['violations']:12d}"
        for plan in result["plans"]
    ]
    titles = f"{'repair after':26s}{'s':>7s}{'CPU s':>7s}{'of 10 s':>10s}{'unmoved':>9s}"
    lines.append(f"  {titles}{'violations':>12s}")
    lines += [
        f"  {one['event']:26s}{one['s']:7.2f}{one['cpu_s']:7.2f}{100 * one['share_of_10_s']:9.1f}%"
        f"{100 * one['unmoved']:8.0f}%{one['violations']:12d}"
        for one in result["repairs"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
