"""Why a task is left out: what is said to be missing is missing, and what would help helps."""

from dataclasses import replace

import numpy as np
import pytest
from small_problems import small

from moonstead.autonomy.planning import explain
from moonstead.autonomy.planning.problem import Placement, Placements
from moonstead.autonomy.planning.search.find import find_plan
from moonstead.autonomy.planning.usage import NOBODY, usage_of
from moonstead.autonomy.planning.validate import store_course, violations


def without(placements: Placements, gone: tuple[int, ...]) -> list[Placement | None]:
    return [None if k in gone else placed for k, placed in enumerate(placements)]


@pytest.mark.parametrize("seed", range(40))
def test_what_is_said_to_be_missing_breaks_a_rule_and_going_helps(seed: int) -> None:
    problem = small(seed)
    placements = find_plan(problem, seed=seed, iterations=40).placements
    requests = {
        t.request or t.name for t, p in zip(problem.tasks, placements, strict=True) if not p
    }
    found = explain.reasons(problem, placements)
    assert len(found) == len(requests)
    for reason in found:
        assert placements[reason.task] is None
        if reason.start is None:
            n_slots = problem.n_slots
            assert not any(
                np.isfinite(o.worth[: n_slots - len(o.power_w) + 1]).any()
                for o in problem.tasks[reason.task].options
                if len(o.power_w) <= n_slots
            )
            continue
        wanted = Placement(reason.option, reason.start)
        tried = without(placements, ())
        tried[reason.task] = wanted
        broken = violations(problem, tuple(tried))
        if reason.code == explain.NO_GAIN:
            assert broken == ()
        else:
            assert broken
        if reason.displaced:
            fits = without(placements, reason.displaced)
            fits[reason.task] = wanted
            assert violations(problem, tuple(fits)) == ()


@pytest.mark.parametrize("seed", range(20))
def test_usage_is_the_sum_of_what_tasks_take(seed: int) -> None:
    problem = small(seed)
    placements = find_plan(problem, seed=1, iterations=20).placements
    usage = usage_of(problem, placements)
    done = [(k, problem.tasks[k].options[p.option], p.start) for k, p in enumerate(placements) if p]
    assert usage.power_w.sum() == pytest.approx(sum(o.power_w.sum() for _, o, _ in done))
    for k, option, start in done:
        for hold in option.holds:
            span = usage.holder[hold.unit, max(start + hold.first, 0) : max(start + hold.end, 0)]
            assert np.all(span == k)
    free = int((usage.holder == NOBODY).sum())
    empty = usage_of(problem, (None,) * len(problem.tasks))
    assert int((empty.holder == NOBODY).sum()) >= free


@pytest.mark.parametrize("seed", range(40))
def test_the_energy_that_lacks_is_the_energy_that_helps(seed: int) -> None:
    """Requiring as much less as is said to lack lets the task in."""
    problem = small(seed)
    placements = find_plan(problem, seed=3, iterations=40).placements
    for reason in explain.reasons(problem, placements, with_displaced=False):
        if [lack.code for lack in reason.lacks] != [explain.ENERGY]:
            continue
        short_j = reason.lacks[0].amount
        nothing = np.zeros(problem.n_slots)
        alone = store_course(problem.supply, nothing, problem.slot_s)
        course_j = np.minimum(problem.supply.required_j, alone.deliverable_j)
        supply = replace(problem.supply, required_j=course_j - short_j * (1.0 + 1e-9))
        tried = without(placements, ())
        tried[reason.task] = Placement(reason.option, reason.start or 0)
        easier = replace(problem, supply=supply)
        assert not [v for v in violations(easier, tuple(tried)) if v.rule == "energy"]
