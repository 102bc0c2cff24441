"""The bound: never below the best plan, whatever the solver says, and tight where it must be."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_machine import schedule
from tiny_plans import best_of_all, tiny

from moonstead.autonomy.planning.alone import allowed
from moonstead.autonomy.planning.bound import find
from moonstead.autonomy.planning.bound.certificate import Multipliers, certified, n_chain_steps
from moonstead.autonomy.planning.bound.find import bound
from moonstead.autonomy.planning.bound.linear import LinearProgram, solve
from moonstead.autonomy.planning.bound.ways import levels_of, ways_of
from moonstead.autonomy.planning.problem import Take
from moonstead.autonomy.planning.samples import sample

seeds = st.integers(0, 100_000)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(seeds)
def test_no_plan_is_better_than_the_bound(seed: int) -> None:
    problem = tiny(seed)
    best, _ = best_of_all(problem)
    found = bound(problem, rounds=4)
    assert found.points >= best - 1e-7
    assert found.points >= found.relaxed_points - 1e-4 * abs(found.points)
    again = certified(
        problem, ways_of(problem), levels_of(problem), allowed(problem), found.multipliers
    )
    assert again == found.points


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seeds, st.floats(0.0, 3.0))
def test_any_prices_give_a_bound(seed: int, height: float) -> None:
    """What makes it a certificate: it does not matter where the prices come from."""
    problem = tiny(seed % 7)
    best, _ = best_of_all_of(seed % 7)
    rng = np.random.default_rng(seed)
    n_slots, levels = problem.n_slots, levels_of(problem)

    def drawn(*shape: int, scale: float = 1.0) -> Any:
        return height * scale * rng.exponential(size=shape) * (rng.uniform(size=shape) < 0.5)

    chains = (len(problem.precedences), n_chain_steps(problem))
    prices = Multipliers(
        bus=drawn(n_slots, scale=1e-2),
        store=drawn(len(problem.supply.store_j), n_slots, scale=1e-5),
        required=drawn(n_slots, scale=1e-6),
        level=np.where(np.isfinite(levels.caps), drawn(*levels.caps.shape, scale=1e-2), 0.0),
        recorder=drawn(1, n_slots, scale=1e-6),
        partner=drawn(2),
        campaign=drawn(1),
        chain_lower=drawn(*chains),
        chain_upper=drawn(*chains),
    )
    assert certified(problem, ways_of(problem), levels, allowed(problem), prices) >= best - 1e-7


_known: dict[int, tuple[float, Any]] = {}


def best_of_all_of(seed: int) -> tuple[float, Any]:
    if seed not in _known:
        _known[seed] = best_of_all(tiny(seed))
    return _known[seed]


def weighted_intervals(weights: list[float], lengths: list[int], starts: list[int]) -> float:
    """Return the best weight of intervals that do not overlap, by the textbook's recursion."""
    jobs = sorted(zip(starts, lengths, weights, strict=True), key=lambda job: job[0] + job[1])
    best = [0.0]
    for number, (start, _, weight) in enumerate(jobs):
        before = sum(at + length <= start for at, length, _ in jobs[:number])
        best.append(max(best[-1], best[before] + weight))
    return best[-1]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seeds)
def test_tight_for_intervals_on_one_machine(seed: int) -> None:
    """Rows of intervals are totally unimodular: the relaxation has no gap."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 12))
    weights = rng.uniform(1, 9, count).tolist()
    lengths = rng.integers(1, 6, count).tolist()
    starts = rng.integers(0, 20, count).tolist()
    found = bound(schedule(weights, lengths, starts), rounds=4)
    best = weighted_intervals(weights, lengths, starts)
    assert found.points == pytest.approx(best, abs=1e-3 * best)
    assert found.points >= best - 1e-9


def test_prices_are_what_one_more_is_worth() -> None:
    """Two jobs want one machine at once: an hour of it is worth the lesser job."""
    problem = schedule([5.0, 3.0], [2, 2], [0, 0])
    found = bound(problem)
    assert found.points == pytest.approx(5.0, abs=1e-6)
    assert 3.0 - 1e-6 <= found.prices.units_each[0, :2].sum() <= 5.0 + 1e-6
    assert found.prices.energy_per_j.shape == (2,)


def test_of_three_operators_two_jobs_that_need_two_each_do_not_have_one_and_a_half() -> None:
    problem = schedule([5.0, 4.0, 3.0], [2, 2, 2], [0, 0, 0])
    in_pairs = Take(pool=0, amount=np.array([2.0, 2.0]))
    tasks = tuple(
        replace(task, options=(replace(task.options[0], holds=(), takes=(in_pairs,)),))
        for task in problem.tasks
    )
    supply = replace(problem.supply, pools=np.full((1, problem.n_slots), 3.0))
    shared = replace(problem, tasks=tasks, pools=("operators",), supply=supply)
    found = bound(shared)
    assert found.points == pytest.approx(5.0, abs=1e-6)
    one_more = found.prices.pools_each[0].sum()
    assert 2.0 - 1e-6 <= one_more <= 2.5 + 1e-6


def test_energy_has_a_price_where_it_lacks() -> None:
    problem = sample(2, 14, "winter", 1)
    supply = problem.supply
    dark = replace(supply, net_w=supply.net_w - 9e3, required_j=0.0 * supply.required_j)
    scarce = bound(replace(problem, supply=dark), rounds=3)
    plenty = bound(replace(problem, supply=replace(supply, net_w=supply.net_w + 3e4)), rounds=3)
    assert scarce.prices.energy_per_j.max() > 0.0
    assert plenty.prices.energy_per_j.max() < 1e-9
    assert scarce.relaxed_points < plenty.points
    assert np.all(scarce.prices.units_each >= 0.0)


def test_without_a_solver_there_is_still_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "solve", lambda *_: None)
    problem = tiny(3)
    best, _ = best_of_all(problem)
    found = bound(problem)
    assert found.points >= best
    assert found.relaxed_points == -np.inf
    assert found.rounds == 1


def test_more_rounds_never_loosen_it() -> None:
    problem = sample(2, 14, "mid", 2)
    points = [bound(problem, rounds=count).points for count in (0, 1, 3)]
    assert points == sorted(points, reverse=True)
    asked = []
    stopped = bound(problem, keep_going=lambda: bool(asked.append(1)))
    assert stopped.rounds == 1
    assert stopped.points == pytest.approx(points[1], rel=1e-9)


def test_a_program_without_a_solution_is_said_to_have_none() -> None:
    program = LinearProgram()
    columns = program.columns(2, 0.0, 1.0, -1.0)
    program.put(program.rows(1, 3.0, np.inf), columns, 1.0)
    assert solve(program, 5.0) is None


def test_a_small_program() -> None:
    program = LinearProgram()
    columns = program.columns(2, 0.0, 1.0, [-1.0, -2.0])
    row = program.rows(1, -np.inf, 1.5)
    program.put(row, columns, 1.0)
    program.put(row, columns[0], 0.0)
    solved = solve(program, 5.0)
    assert solved is not None
    assert solved.points == pytest.approx(-2.5)
    assert solved.duals == pytest.approx([-1.0])
    assert solved.columns == pytest.approx([0.5, 1.0])
