"""Find a plan: greedily, by search, or out of one that no longer holds.

The search takes some tasks out of a plan, puts others in where an exact check lets them, and keeps
what is better or hardly worse (ruin and recreate: Schrimpf and others 2000).
Several chains run on
threads of their own and exchange plans after a fixed number of iterations, so that what is found
depends on the arguments alone, not on how fast a thread is.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.planning.problem import Placement, Placements, Problem
from moonstead.autonomy.planning.score import score
from moonstead.autonomy.planning.search.anneal import BEST, MOST_PRICE, search
from moonstead.autonomy.planning.search.costs import Prices
from moonstead.autonomy.planning.search.market import set_prices
from moonstead.autonomy.planning.search.state import IN, new_scratch, new_state
from moonstead.autonomy.planning.search.tables import IndexArray, Tables, tables_of

BATCH = 1000
"""Iterations of a chain between two questions whether to go on."""
TEMPERATURE = 1.5e-4
"""Of the points of the first plan: how much worse a plan may be that is searched on from."""
_HOT, _COLD = 1e-3, 1e-4
"""The same where a search from nothing begins and ends, if it has many iterations for each task."""
_LONG = 300.0
"""How many those are."""
_MIX = (0.3, 8.0, 0.55, 0.8, 3.0, 30.0, 0.2, 5.0, 2.0, 0.2, 0.3, 1e-3)
"""Settings of the search (`anneal.anneal`), after scans on three sample problems."""
_MOST_PRICE = 1.3
"""One of them, where prices are known in each slot and not only estimated."""
_EXCHANGE = 8
"""Batches after which the chain that is behind goes on from the best plan."""


@dataclass(frozen=True, slots=True)
class Found:
    """A plan and how it came about."""

    placements: Placements
    points: float
    iterations: int


def find_plan(
    problem: Problem,
    *,
    seed: int,
    iterations: int,
    threads: int = 1,
    start: Placements | None = None,
    prices: Prices | None = None,
    left: Callable[[], float] | None = None,
) -> Found:
    """Search for a plan that is worth much.

    Parameters
    ----------
    problem
        What is to be planned.
    seed
        Of the random numbers.
    iterations
        Of all chains together; each takes from a tenth to a third of a millisecond with hundreds of
        tasks.
    threads
        Chains, each on a thread of its own.
    start
        A plan to begin with; what does not hold of it is dropped.
    prices
        Of what is scarce. Where there are none they are found, if there are enough iterations to be
        worth it, or estimated.
    left
        Asked between batches of `BATCH` iterations of each chain what share of its time the search
        has left; it ends when that is nothing. The share of the iterations if left out.

    Returns
    -------
    Found
        The same for the same arguments, unless there is ``left``.

    A search from nothing begins hot, as hot as it has time for, and cools down to its end; one that
    goes on from a plan stays cool, so that it keeps to the plan.
    """
    tables = tables_of(problem, prices)
    is_priced = prices is not None
    if not is_priced and start is None and iterations >= _LONG * len(problem.tasks):
        set_prices(problem, tables)
        is_priced = True
    chains = [_Chain(problem, tables, seed, number) for number in range(threads)]
    for chain in chains:
        if is_priced:
            chain.settings[MOST_PRICE] = _MOST_PRICE
        chain.begin(_plan_of(problem, start))
    done, batches = 0, 0
    share_left = left or (lambda: 1.0 - done / max(iterations, 1))
    with ThreadPoolExecutor(threads) as pool:
        while done < iterations and (share := share_left()) > 0.0:
            if start is None:
                total = iterations if left is None else done / max(1.0 - share, 1e-9)
                for chain in chains:
                    chain.heat(_temperature(total / max(len(problem.tasks), 1), share))
            each = min(BATCH, -(-(iterations - done) // threads))
            list(pool.map(lambda chain, count=each: chain.run(count), chains))
            done += each * threads
            batches += 1
            leader = max(chains, key=lambda chain: chain.points)
            if batches % _EXCHANGE == 0:
                for chain in chains:
                    chain.follow(leader)
    leader = max(chains, key=lambda chain: chain.points)
    return _found(problem, leader.best, done)


def repair(
    problem: Problem, placements: Placements, *, seed: int, iterations: int, threads: int = 1
) -> Found:
    """Keep what still fits of a plan, put in what else fits, and search on for a little.

    Parameters
    ----------
    problem
        As it is now; `Task.planned` and `Problem.moving_cost` make the search keep to the plan.
    placements
        The plan before.
    seed, iterations, threads
        As in `find_plan`.
    """
    return find_plan(problem, seed=seed, iterations=iterations, threads=threads, start=placements)


def greedy(problem: Problem, prices: Prices | None = None) -> Found:
    """Put in one task after another, the one that is worth most for what it costs first."""
    chain = _Chain(problem, tables_of(problem, prices), 0, 0)
    chain.begin(_plan_of(problem, None))
    return _found(problem, chain.best, 0)


def _temperature(iterations_a_task: float, share_left: float) -> float:
    """Return how hot a search is, as a share of the points of its first plan."""
    hot = min(max(_HOT * iterations_a_task / _LONG, TEMPERATURE), _HOT)
    return float(_COLD * (hot / _COLD) ** share_left)


class _Chain:
    """One search, with all it needs to run on its own thread."""

    def __init__(self, problem: Problem, tables: Tables, seed: int, number: int) -> None:
        self.tables = tables
        taken = problem.supply.taken
        self.state, self.kept, self.empty = (new_state(tables, taken) for _ in range(3))
        self.scratch = new_scratch(tables, seed, number)
        self.best = np.full((2, len(tables.task)), -1, dtype=np.int64)
        length = float(tables.option["n"].mean()) if len(tables.option) else 1.0
        self.settings = np.array([0.0, length, -np.inf, *_MIX])
        self.scale = 0.0

    @property
    def points(self) -> float:
        return float(self.settings[BEST])

    def begin(self, plan: IndexArray) -> None:
        """Begin with what holds of a plan and what else fits."""
        self.best[:] = plan
        self.scratch.lists[IN, : plan.shape[1]] = np.argsort(plan[1], kind="stable")
        self.run(-1)
        self.scale = max(abs(self.points), 1e-6)
        self.heat(TEMPERATURE)

    def heat(self, temperature: float) -> None:
        """Set how much worse a plan may be, as a share of the points of the first one."""
        self.settings[0] = temperature * self.scale

    def run(self, iterations: int) -> None:
        """Search on; -1 iterations to begin."""
        search(
            self.tables, self.state, self.kept, self.empty, self.scratch, self.best, self.settings,
            iterations,
        )  # fmt: skip

    def follow(self, leader: "_Chain") -> None:
        """Go on from the best plan of a chain that is ahead."""
        if leader.points > self.points:
            self.state.plan[:2] = leader.best
            self.best[:] = leader.best
            self.settings[BEST] = leader.points


def _plan_of(problem: Problem, placements: Placements | None) -> IndexArray:
    plan = np.full((2, len(problem.tasks)), -1, dtype=np.int64)
    first = 0
    for number, task in enumerate(problem.tasks):
        placed = None if placements is None else placements[number]
        if placed is not None and 0 <= placed.option < len(task.options):
            plan[:, number] = first + placed.option, placed.start
        first += len(task.options)
    return plan


def _found(problem: Problem, plan: IndexArray, iterations: int) -> Found:
    placements: list[Placement | None] = []
    first = 0
    for task, (option, start) in zip(problem.tasks, plan.T.tolist(), strict=True):
        placements.append(Placement(option - first, start) if option >= 0 else None)
        first += len(task.options)
    return Found(tuple(placements), score(problem, tuple(placements)), iterations)
