"""Prices that a search finds for itself: beside closed forms and those of the linear relaxation."""

from dataclasses import replace

import numpy as np
import pytest
from one_machine import schedule

from moonstead.autonomy.planning.bound.find import bound
from moonstead.autonomy.planning.problem import Problem
from moonstead.autonomy.planning.samples import sample
from moonstead.autonomy.planning.search.market import set_prices
from moonstead.autonomy.planning.search.tables import COST, WORTH, Tables, tables_of
from moonstead.contracts import FloatArray


def priced(problem: Problem) -> Tables:
    tables = tables_of(problem)
    set_prices(problem, tables)
    return tables


def costs(problem: Problem) -> FloatArray:
    return priced(problem).value[COST]


def test_of_two_jobs_that_want_one_machine_the_lesser_sets_the_price() -> None:
    """Any price from 3 to 5 leaves it to the one that is worth 5."""
    cost = costs(schedule([5.0, 3.0], [2, 2], [0, 0]))
    assert cost[0] == cost[1]
    assert 3.0 * 0.95 <= cost[0] <= 5.0 * 1.05


def test_what_nobody_else_wants_costs_nothing() -> None:
    assert costs(schedule([5.0, 3.0], [2, 2], [0, 4])) == pytest.approx([0.0, 0.0], abs=0.1)


def test_prices_are_like_those_of_the_linear_relaxation() -> None:
    """Compared where they matter: at starts that would not be far too dear."""
    problem = sample(7, 100, "winter", 1)
    tables = priced(problem)
    worth, solver = tables.value[WORTH], tables_of(problem, bound(problem, rounds=2).prices)
    own = tables.value[COST]
    matters = worth - solver.value[COST] > -0.5 * worth
    assert np.corrcoef(own[matters], solver.value[COST][matters])[0, 1] > 0.95
    assert own[matters].mean() == pytest.approx(solver.value[COST][matters].mean(), rel=0.1)


def test_without_stores_power_costs_where_it_is_scarce_alone() -> None:
    """Of two jobs that want all power of slots 4 and 5, the lesser sets its price."""
    problem = schedule([4.0, 5.0, 3.0], [2, 2, 2], [0, 4, 4])
    draws_w = (50.0, 100.0, 100.0)
    tasks = tuple(
        replace(task, options=(replace(task.options[0], power_w=np.full(2, draw_w), holds=()),))
        for task, draw_w in zip(problem.tasks, draws_w, strict=True)
    )
    supply = replace(
        problem.supply, net_w=np.full(problem.n_slots, 100.0), power_cap_w=np.full(6, 1e3)
    )
    cost = costs(replace(problem, tasks=tasks, supply=supply))
    assert cost[0] == pytest.approx(0.0, abs=0.2)
    assert 3.0 * 0.9 <= cost[1] <= 5.0 * 1.1


def test_energy_costs_nothing_where_there_is_plenty() -> None:
    problem = sample(7, 60, "winter", 3)
    supply = replace(problem.supply, net_w=problem.supply.net_w + 3e4)
    tasks = tuple(
        replace(task, options=tuple(replace(option, holds=(), takes=()) for option in task.options))
        for task in problem.tasks
    )
    scarce = replace(problem, tasks=tasks)
    free = replace(
        scarce,
        supply=replace(
            supply,
            power_cap_w=np.full(problem.n_slots, np.inf),
            heat_cap_w=np.full(problem.n_slots, np.inf),
            recorder_limit_bit=np.full(1, 1e15),
            recorder_end_bit=np.full(1, 1e15),
        ),
    )
    assert costs(free).max() < 1e-9
    assert costs(scarce).max() > 1.0


def test_each_option_is_counted_with_its_best_start() -> None:
    tables = priced(sample(2, 10, "winter", 1))
    for o in tables.option:
        own = slice(o["start_begin"], o["start_end"])
        if own.stop > own.start:
            best = (tables.value[WORTH, own] - tables.value[COST, own]).argmax()
            assert o["cost"] == tables.value[COST, own][best]
