"""Resource constrained projects as planning problems: a second, public family of instances.

All jobs must be done, each after its predecessors, within the capacities of renewable resources;
the last job, a milestone, is to be reached as soon as possible. As a planning problem: resources
are pools, modes are options, and the milestone alone is worth something, a point more for each slot
that it comes earlier.

Projects are drawn in the way of ProGen (Kolisch, Sprecher and Drexl 1995, Management Science 41,
1693-1703; the library made with it: Kolisch and Sprecher 1997, European Journal of Operational
Research 96, 205-216) with its three parameters, not by its very steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.planning.problem import (
    Option,
    Partner,
    Placements,
    Precedence,
    Problem,
    Supply,
    Take,
    Task,
)
from moonstead.contracts import FloatArray

_SLOT_S = 1800.0
_MOST_ARCS = 3
"""Successors and predecessors of a job that are drawn, at most."""
_DURATIONS = (1, 10)
_DEMANDS = (1, 10)


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to do a job."""

    duration: int
    """Slots."""
    demands: tuple[int, ...]
    """Of each resource while it lasts."""


@dataclass(frozen=True, slots=True)
class Project:
    """Jobs in an order in which each comes after its predecessors; the last is the milestone."""

    name: str
    modes: tuple[tuple[Mode, ...], ...]
    successors: tuple[tuple[int, ...], ...]
    capacities: tuple[int, ...]
    horizon: int
    """Slots in which it can be done for sure."""


def planning_problem(project: Project) -> Problem:
    """Return a project as a planning problem.

    Every job may start between the ends of the longest chains before and after it. A job without
    duration takes nothing, in a slot of its own that others overlap freely.
    """
    n_slots = project.horizon + 1
    n_jobs = len(project.modes)
    last = n_jobs - 1
    shortest = [min(mode.duration for mode in modes) for modes in project.modes]
    head, tail = [0] * n_jobs, [0] * n_jobs
    for job in range(n_jobs):
        for after in project.successors[job]:
            head[after] = max(head[after], head[job] + shortest[job])
    for job in range(last, -1, -1):
        for after in project.successors[job]:
            tail[job] = max(tail[job], tail[after] + shortest[after])
    tasks = []
    for job, modes in enumerate(project.modes):
        options = []
        for mode in modes:
            worth = np.full(n_slots, np.nan)
            worth[head[job] : project.horizon - tail[job] - mode.duration + 1] = 0.0
            if job == last:
                worth = worth + n_slots - np.arange(n_slots)
            options.append(_option(mode, worth))
        tasks.append(Task(name=f"job {job}", partner=0, options=tuple(options)))
    return Problem(
        name=project.name,
        start_t_s=0.0,
        slot_s=_SLOT_S,
        tasks=tuple(tasks),
        precedences=tuple(
            Precedence(before=job, after=after, lag_min=_lag(project, job))
            for job, each in enumerate(project.successors)
            for after in each
        ),
        partners=(Partner(name="all"),),
        supply=_supply(project, n_slots),
        pools=tuple(f"R{k + 1}" for k in range(len(project.capacities))),
        recorders=("unused",),
    )


def makespan(problem: Problem, placements: Placements) -> int | None:
    """Return when the milestone of a project is reached, slots; None where it is not."""
    last = placements[len(problem.tasks) - 1]
    return None if last is None else last.start


def draw_project(
    jobs: int,
    *,
    complexity: float,
    factor: float,
    strength: float,
    seed: int,
    resources: int = 4,
) -> Project:
    """Return a project drawn at random.

    Parameters
    ----------
    jobs
        How many, without the milestone.
    complexity
        Arcs for each job, on average, none of which follows from others.
    factor
        Share of the resources that a job needs, on average.
    strength
        How plentiful resources are, from 0 (the greatest demand of one job) to 1 (the peak when
        all jobs start as soon as they can).
    seed, resources
        Another number, another project; how many resources there are.
    """
    rng = np.random.default_rng((seed, jobs, resources))
    arcs = _draw_arcs(jobs, complexity, rng)
    durations = rng.integers(_DURATIONS[0], _DURATIONS[1] + 1, jobs)
    demands = rng.integers(_DEMANDS[0], _DEMANDS[1] + 1, (jobs, resources))
    demands[rng.permuted(_needed(jobs * resources, factor)).reshape(jobs, resources) == 0] = 0
    ends = np.zeros(jobs, np.int64)
    usage = np.zeros((int(durations.sum()), resources), np.int64)
    for job in range(jobs):
        start = max((int(ends[before]) for before, after in arcs if after == job), default=0)
        ends[job] = start + durations[job]
        usage[start : ends[job]] += demands[job]
    least, most = demands.max(axis=0), usage.max(axis=0)
    capacities = least + np.round(strength * (most - least)).astype(np.int64)
    successors = [
        [after for before, after in arcs if before == job] or [jobs] for job in range(jobs)
    ]
    modes = [
        (Mode(int(duration), tuple(map(int, demand))),)
        for duration, demand in zip(durations, demands, strict=True)
    ]
    return Project(
        name=f"project-{jobs}-c{complexity:g}-f{factor:g}-s{strength:g}-{seed}",
        modes=(*modes, (Mode(0, (0,) * resources),)),
        successors=(*map(tuple, successors), ()),
        capacities=tuple(map(int, capacities)),
        horizon=int(durations.sum()),
    )


def _needed(count: int, factor: float) -> Sequence[int]:
    wanted = round(factor * count)
    return [1] * wanted + [0] * (count - wanted)


def _draw_arcs(jobs: int, complexity: float, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Return arcs from lower to higher jobs, none of which follows from others."""
    reaches = np.eye(jobs, dtype=np.bool_)
    arcs: list[tuple[int, int]] = []
    begins = max(round(jobs / 10), 1)

    def add(before: int, after: int) -> bool:
        outgoing = sum(arc[0] == before for arc in arcs)
        incoming = sum(arc[1] == after for arc in arcs)
        if outgoing >= _MOST_ARCS or incoming >= _MOST_ARCS or reaches[before, after]:
            return False
        # Nor may it make another one follow from the rest.
        above, below = reaches[:, before], reaches[after]
        if any(above[first] and below[second] for first, second in arcs):
            return False
        reaches[np.ix_(above, below)] = True
        arcs.append((before, after))
        return True

    for job in range(begins, jobs):
        for before in rng.permutation(job).tolist():
            if add(before, job):
                break
    for _ in range(50 * jobs):
        if len(arcs) >= complexity * jobs:
            break
        before, after = sorted(rng.choice(jobs, 2, replace=False).tolist())
        add(before, after)
    return sorted(arcs)


def _lag(project: Project, job: int) -> int:
    """Return the lag after a job: a job without duration fills a slot that does not count."""
    return -1 if min(mode.duration for mode in project.modes[job]) == 0 else 0


def _option(mode: Mode, worth: FloatArray) -> Option:
    length = max(mode.duration, 1)
    nothing = np.zeros(length)
    return Option(
        power_w=nothing,
        heat_w=nothing,
        rate_bit_per_s=nothing,
        takes=tuple(
            Take(pool=k, amount=np.full(length, float(demand)))
            for k, demand in enumerate(mode.demands)
            if demand > 0 and mode.duration > 0
        ),
        worth=worth,
    )


def _supply(project: Project, n_slots: int) -> Supply:
    nothing = np.zeros(n_slots)
    return Supply(
        net_w=nothing,
        power_cap_w=nothing,
        heat_cap_w=nothing,
        store_limits=np.zeros((0, 6)),
        store_j=np.zeros(0),
        required_j=nothing,
        # Options name a recorder even where they write nothing.
        drain_bit_per_s=nothing[None],
        recorder_bit=np.zeros(1),
        recorder_limit_bit=np.zeros(1),
        recorder_end_bit=np.zeros(1),
        pools=np.repeat(np.array(project.capacities, np.float64)[:, None], n_slots, axis=1),
        taken=np.zeros((0, n_slots), dtype=np.bool_),
    )
