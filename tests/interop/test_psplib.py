"""Projects: what is drawn has its parameters, files are read, and plans are the shortest."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ortools.sat.python import cp_model

from moonstead.autonomy.planning.bound.exact import solve_exactly
from moonstead.autonomy.planning.bound.find import bound
from moonstead.autonomy.planning.projects import (
    Project,
    draw_project,
    makespan,
    planning_problem,
)
from moonstead.autonomy.planning.validate import violations
from moonstead.errors import InputError
from moonstead.interop.psplib import read_project

SMALL = """\
************************************************************************
file with basedata            : own1.bas
initial value random generator: 1
************************************************************************
projects                      :  1
jobs (incl. supersource/sink ):  6
horizon                       :  14
RESOURCES
  - renewable                 :  2   R
  - nonrenewable              :  0   N
  - doubly constrained        :  0   D
************************************************************************
PROJECT INFORMATION:
pronr.  #jobs rel.date duedate tardcost  MPM-Time
    1      4      0       9        0        9
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           5
   4        1          1           6
   5        1          1           6
   6        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     3       2    0
  3      1     4       2    1
  4      1     2       1    0
  5      2     5       1    1
  6      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
    3    1
************************************************************************
"""


def shortest(project: Project) -> int:
    """Return the least makespan by a model of intervals, which shares nothing with ours."""
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
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "own1.sm"
    file.write_text(SMALL)
    return file


def test_a_file_is_read(path: Path) -> None:
    project = read_project(path)
    assert project.name == "own1"
    assert [modes[0].duration for modes in project.modes] == [3, 4, 2, 5, 0]
    assert project.modes[1][0].demands == (2, 1)
    assert project.successors == ((2,), (3,), (4,), (4,), ())
    assert project.capacities == (3, 1)
    assert project.horizon == 14


def test_the_small_project_is_done_as_soon_as_can_be(path: Path) -> None:
    """Jobs 2 and 3 cannot overlap (resource 1): 4 then 5 slots is the longest chain, 9 in all."""
    project = read_project(path)
    problem = planning_problem(project)
    found = solve_exactly(problem, 20.0)
    assert found.proven
    assert violations(problem, found.placements) == ()
    assert makespan(problem, found.placements) == shortest(project) == 9
    assert found.points == project.horizon + 1 - 9
    assert bound(problem, rounds=3).points >= found.points - 1e-7


@pytest.mark.parametrize("seed", [1, 2])
def test_drawn_projects_are_done_as_soon_as_can_be(seed: int) -> None:
    project = draw_project(6, complexity=1.2, factor=0.5, strength=0.2, seed=seed, resources=2)
    problem = planning_problem(project)
    found = solve_exactly(problem, 20.0)
    assert found.proven
    assert makespan(problem, found.placements) == shortest(project)
    assert makespan(problem, (None,) * len(problem.tasks)) is None


def test_what_is_drawn_has_its_parameters() -> None:
    project = draw_project(30, complexity=1.5, factor=0.5, strength=0.2, seed=3)
    assert project == draw_project(30, complexity=1.5, factor=0.5, strength=0.2, seed=3)
    assert project != draw_project(30, complexity=1.5, factor=0.5, strength=0.2, seed=4)
    jobs = project.modes[:-1]
    arcs = [(job, after) for job, each in enumerate(project.successors) for after in each]
    assert all(before < after for before, after in arcs)
    inner = [arc for arc in arcs if arc[1] < 30]
    assert 1.2 * 30 <= len(inner) <= 1.5 * 30 + 1
    demands = np.array([modes[0].demands for modes in jobs])
    assert np.mean(demands > 0) == pytest.approx(0.5, abs=0.01)
    assert np.all(demands.max(axis=0) <= project.capacities)
    reach = np.zeros((31, 31), dtype=np.bool_)
    for before, after in sorted(arcs, reverse=True):
        assert not reach[before, after], "an arc that follows from others"
        reach[before, after] = True
        reach[before] |= reach[after]
    plenty = draw_project(30, complexity=1.5, factor=0.5, strength=1.0, seed=3)
    scarce = draw_project(30, complexity=1.5, factor=0.5, strength=0.0, seed=3)
    for least, some, most in zip(
        scarce.capacities, project.capacities, plenty.capacities, strict=True
    ):
        assert least <= some <= most
    assert scarce.capacities == tuple(demands.max(axis=0))


def test_modes_are_options(path: Path) -> None:
    text = SMALL.replace(
        "  5      2     5       1    1", "  5      1     5   1   1\n   2   2   3   1"
    )
    path.write_text(text)
    project = read_project(path)
    assert [mode.duration for mode in project.modes[3]] == [5, 2]
    problem = planning_problem(project)
    assert len(problem.tasks[3].options) == 2
    found = solve_exactly(problem, 20.0)
    faster = replace(project, modes=tuple((modes[-1],) for modes in project.modes))
    assert makespan(problem, found.placements) == min(shortest(project), shortest(faster))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("jobs (incl. supersource/sink ):  6", "", "jobs: must be given"),
        ("nonrenewable              :  0", "nonrenewable : 2", "only renewable resources"),
        ("   2        1          1           4\n", "", "must be 6 lines"),
        ("           4\n", "           9\n", "line 20 = 2 1 1 9: must be job 2"),
        ("  2      1     3       2    0", "  2      1     3       2", "job 2: must have a line"),
        ("    3    1\n***", "    3\n***", "must be one line of 2 numbers"),
        (
            "   4        1          1           6",
            "   4        1          1           2",
            "wait for",
        ),
        ("  6      1     0 ", "  6      1     4 ", "sink without duration"),
    ],
)
def test_wrong_files_are_refused(path: Path, old: str, new: str, told: str) -> None:
    assert old in SMALL
    path.write_text(SMALL.replace(old, new, 1))
    with pytest.raises(InputError, match=told.replace("(", r"\(")):
        read_project(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_project(path.with_name("none.sm"))
