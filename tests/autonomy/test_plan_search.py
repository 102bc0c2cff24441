"""The plan search: never a violation, the optimum of tiny problems, the same every time."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_problems import at_random, small
from tiny_plans import best_of_all, tiny

from moonstead.autonomy.planning.problem import Placement, Placements, Precedence, Problem
from moonstead.autonomy.planning.samples import sample
from moonstead.autonomy.planning.score import score
from moonstead.autonomy.planning.search.costs import Prices
from moonstead.autonomy.planning.search.find import find_plan, greedy, repair
from moonstead.autonomy.planning.validate import violations

FAST = settings(max_examples=40)


@FAST
@given(seed=st.integers(0, 100_000))
def test_no_plan_breaks_a_rule(seed: int) -> None:
    problem = small(seed)
    for found in (greedy(problem), find_plan(problem, seed=seed, iterations=400, threads=2)):
        assert violations(problem, found.placements) == ()
        assert found.points == score(problem, found.placements)


@FAST
@given(seed=st.integers(0, 100_000))
def test_what_is_left_of_any_plan_holds(seed: int) -> None:
    """Random plans break every rule; repair drops what breaks them."""
    problem = small(seed)
    found = repair(problem, at_random(problem, seed), seed=1, iterations=20)
    assert violations(problem, found.placements) == ()


@pytest.mark.parametrize("seed", range(24))
def test_the_best_of_all_plans_is_found(seed: int) -> None:
    problem = tiny(seed)
    most, _ = best_of_all(problem)
    found = find_plan(problem, seed=0, iterations=4000)
    assert violations(problem, found.placements) == ()
    assert found.points == pytest.approx(most, abs=1e-9)


@pytest.mark.parametrize("seed", [1, 5, 9])
def test_more_supply_never_makes_the_best_plan_worse(seed: int) -> None:
    problem = tiny(seed)
    supply = problem.supply
    richer = replace(
        problem,
        supply=replace(
            supply,
            power_cap_w=supply.power_cap_w + 300.0,
            heat_cap_w=supply.heat_cap_w + 100.0,
            pools=supply.pools + 1.0,
            required_j=0.5 * supply.required_j,
            recorder_limit_bit=2.0 * supply.recorder_limit_bit,
        ),
    )
    before = find_plan(problem, seed=0, iterations=3000).points
    assert find_plan(richer, seed=0, iterations=3000).points >= before - 1e-9
    assert best_of_all(richer)[0] >= best_of_all(problem)[0] - 1e-9


def moderate() -> Problem:
    return sample(7, 60, "winter", 3)


@pytest.mark.parametrize("seed", range(10))
def test_nothing_that_still_fits_is_left_out_of_a_greedy_plan(seed: int) -> None:
    """Starts that the search passes over without looking at them do not fit, says the validator."""
    problem = without_savings(small(seed) if seed else sample(2, 14, "winter", 1))
    placements = greedy(problem).placements
    for number, task in enumerate(problem.tasks):
        if placements[number] is not None:
            continue
        for place, option in enumerate(task.options):
            last = problem.n_slots - len(option.power_w)
            for start in np.flatnonzero(np.nan_to_num(option.worth[: max(last + 1, 0)]) > 0.0):
                tried = list(placements)
                tried[number] = Placement(place, int(start))
                assert violations(problem, tuple(tried)) != ()


def without_savings(problem: Problem) -> Problem:
    """Return a problem without tasks that save something, or that depend on others."""
    tasks = tuple(
        task
        for task in problem.tasks
        if all(
            float(profile.min(initial=0.0)) >= 0.0
            for option in task.options
            for profile in (option.power_w, option.heat_w, option.rate_bit_per_s)
        )
    )
    return replace(problem, tasks=tasks, precedences=())


def test_the_same_arguments_give_the_same_plan() -> None:
    problem = moderate()
    for threads in (1, 2):
        first, second = (
            find_plan(problem, seed=4, iterations=3000, threads=threads) for _ in range(2)
        )
        assert first == second
    assert find_plan(problem, seed=5, iterations=500) != find_plan(problem, seed=4, iterations=500)


def test_it_stops_when_told_to_and_goes_on_from_a_plan() -> None:
    problem = moderate()
    answers = iter([1.0, 0.0])
    short = find_plan(problem, seed=1, iterations=10**9, left=lambda: next(answers))
    assert 0 < short.iterations <= 2000
    assert short.points >= greedy(problem).points
    longer = find_plan(problem, seed=2, iterations=1000, start=short.placements)
    assert longer.points >= short.points


def test_prices_direct_the_greedy_plan() -> None:
    """With energy dear in the first half, what can wait goes to the second."""
    problem = moderate()
    n_slots = problem.n_slots
    price = np.where(np.arange(n_slots) < n_slots // 2, 1e-3, 0.0)
    prices = Prices(
        energy_per_j=price,
        power_per_w=np.zeros(n_slots),
        heat_per_w=np.zeros(n_slots),
        recorders_per_bit=np.zeros((1, n_slots)),
        pools_each=np.zeros((1, n_slots)),
        units_each=np.zeros((len(problem.units), n_slots)),
    )

    def drawn_early_j(placements: Placements) -> float:
        return sum(
            float(problem.tasks[k].options[placed.option].power_w.sum())
            for k, placed in enumerate(placements)
            if placed is not None and placed.start < n_slots // 2
        )

    directed = greedy(problem, prices)
    assert violations(problem, directed.placements) == ()
    assert drawn_early_j(directed.placements) < drawn_early_j(greedy(problem).placements)


def test_repair_keeps_what_can_be_kept() -> None:
    problem = moderate()
    before = find_plan(problem, seed=1, iterations=2000).placements
    planned = tuple(
        replace(task, planned=None if placed is None else (placed.option, placed.start))
        for task, placed in zip(problem.tasks, before, strict=True)
    )
    taken = problem.supply.taken.copy()
    taken[0, 100:200] = True
    event = replace(
        problem, tasks=planned, moving_cost=5.0, supply=replace(problem.supply, taken=taken)
    )
    after = repair(event, before, seed=1, iterations=300)
    assert violations(event, after.placements) == ()
    placed = [one for one in before if one is not None]
    same = sum(a == b for a, b in zip(before, after.placements, strict=True) if a is not None)
    assert 0.8 * len(placed) < same < len(placed)
    # Without an event nothing is moved.
    still = repair(replace(event, supply=problem.supply), before, seed=1, iterations=0)
    assert all(a == b for a, b in zip(before, still.placements, strict=True) if a is not None)


def test_a_ring_of_tasks_that_come_after_each_other_is_left_out() -> None:
    problem = small(3)
    ring = tuple(
        Precedence(before=before, after=after, lag_min=0)
        for before, after in ((0, 1), (1, 2), (2, 0))
    )
    problem = replace(problem, precedences=ring)
    found = find_plan(problem, seed=0, iterations=300)
    assert found.placements[:3] == (None, None, None)
    assert violations(problem, found.placements) == ()


def test_nothing_to_plan() -> None:
    problem = replace(small(3), tasks=(), precedences=())
    assert find_plan(problem, seed=0, iterations=100).placements == ()
