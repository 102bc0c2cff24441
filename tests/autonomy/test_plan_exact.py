"""The exact solver against all plans of tiny problems, and its bound against others."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_plans import best_of_all, tiny

from moonstead.autonomy.planning.bound.exact import solve_exactly
from moonstead.autonomy.planning.bound.find import bound
from moonstead.autonomy.planning.samples import sample
from moonstead.autonomy.planning.score import score
from moonstead.autonomy.planning.validate import violations


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.integers(0, 100_000))
def test_the_best_of_all_plans(seed: int) -> None:
    problem = tiny(seed)
    best, _ = best_of_all(problem)
    found = solve_exactly(problem, 20.0)
    assert found.proven
    assert found.points == pytest.approx(best, abs=2e-2)
    assert found.points <= best + 1e-9
    assert found.bound >= best - 1e-9
    assert violations(problem, found.placements) == ()
    assert score(problem, found.placements) == found.points


def test_a_hint_is_where_it_begins() -> None:
    """With no time to search, the plan that was told must come back, not a worse one."""
    problem = sample(2, 8, "winter", 1)
    good = solve_exactly(problem, 4.0)
    again = solve_exactly(problem, 0.0, hint=good.placements)
    assert again.placements == good.placements
    assert not again.proven
    thinned = solve_exactly(problem, 1.0, hint=good.placements, starts_a_way=3)
    assert thinned.points >= good.points
    assert thinned.bound == np.inf
    assert not thinned.proven
    relaxed = bound(problem, rounds=5)
    assert good.points <= relaxed.points
    assert good.bound >= good.points


def test_a_hint_that_does_not_hold_is_not_believed() -> None:
    problem = tiny(16)
    _, plan = best_of_all(problem)
    broken = tuple(
        None if place is None else type(place)(place.option, problem.n_slots) for place in plan
    )
    assert solve_exactly(problem, 0.0, hint=broken).points == score(
        problem, (None,) * len(problem.tasks)
    )
