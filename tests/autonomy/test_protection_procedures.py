"""Procedures are bounded and end, whatever they meet; the tables fit each other."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import moonstead.autonomy.protection.cases as cases_module
from moonstead.autonomy.protection.cases import Case
from moonstead.autonomy.protection.isolation import isolation_table
from moonstead.autonomy.protection.procedures import (
    PROCEDURES,
    RESTORES,
    TRIES,
    TRY_WINDOW_S,
    Do,
    Step,
    allowed,
    first_from,
)
from moonstead.units import DAY_S, HOUR_S


def case_of(procedure: str) -> Case:
    return Case(
        subject="it", row="load-off", component="it.part", channels=[0], since_t_s=0.0,
        procedure=procedure,
    )  # fmt: skip


def run(
    case: Case, waits_s: list[float], *, restores: bool, left_s: float, may_switch: bool
) -> list[tuple[float, Step]]:
    """Ask for steps at many instants; return those that were done."""
    done, now = [], 0.0
    for wait_s in waits_s:
        now += wait_s
        step = case.next_step(now, restores=restores, left_s=left_s, may_switch=may_switch)
        if step is not None:
            done.append((now, step))
    return done


def faults_of(done: list[tuple[float, Step]], *, restores: bool) -> list[str]:
    """Return the rules that a history of steps breaks."""
    broken = []
    for n, (t_s, step) in enumerate(done):
        if n and t_s < done[n - 1][0] + done[n - 1][1].wait_s:
            broken.append("a step before the one before was over")
        tried = [t for t, s in done[: n + 1] if s.do == Do.CYCLE and t_s - t < TRY_WINDOW_S]
        if len(tried) > TRIES:
            broken.append("switched more often than the budget allows")
        if not restores and step.do in RESTORES:
            broken.append("F1 restores")
    return broken


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(PROCEDURES)),
    st.lists(st.floats(0.0, 3.0 * DAY_S), min_size=40, max_size=40),
    st.booleans(),
    st.floats(0.0, 100.0 * HOUR_S),
    st.booleans(),
)
def test_every_procedure_ends_within_its_length_and_keeps_its_rules(
    procedure: str, waits_s: list[float], restores: bool, left_s: float, may_switch: bool
) -> None:
    case = case_of(procedure)
    done = run(case, waits_s, restores=restores, left_s=left_s, may_switch=may_switch)
    assert len(done) <= len(allowed(procedure, restores=restores))
    assert faults_of(done, restores=restores) == []
    # Asked for ever after, it does nothing more once its last step was done.
    run(case, [10.0 * DAY_S] * 20, restores=restores, left_s=left_s, may_switch=may_switch)
    assert run(case, [10.0 * DAY_S] * 5, restores=restores, left_s=left_s, may_switch=True) == []


@pytest.mark.parametrize("procedure", sorted(PROCEDURES))
def test_levels_go_up_and_people_are_asked_in_the_end(procedure: str) -> None:
    steps = PROCEDURES[procedure]
    levels = [step.level for step in steps]
    assert levels == sorted(levels)
    assert steps[-1].do == Do.GROUND
    assert all(step.wait_s <= 7 * DAY_S for step in steps)


def test_without_time_nothing_is_switched_first() -> None:
    steps = PROCEDURES["switched"]
    assert steps[first_from(steps, 0, 0, 2.0 * HOUR_S, may_switch=True)].do == Do.BLOCK
    assert steps[first_from(steps, 0, 0, 4.0 * HOUR_S, may_switch=True)].do == Do.CYCLE
    assert steps[first_from(steps, 0, TRIES, DAY_S, may_switch=True)].do == Do.BLOCK
    assert steps[first_from(steps, 0, 0, DAY_S, may_switch=False)].do == Do.BLOCK


def test_every_row_of_the_isolation_table_has_a_procedure_and_can_be_reached() -> None:
    rows = isolation_table()
    assert len({row.row for row in rows}) == len(rows)
    for n, row in enumerate(rows):
        assert row.procedure in PROCEDURES
        assert row.health in {"ok", "suspect", "failed"}
        assert row.left_s > 0.0
        before = [r for r in rows[:n] if (r.table, r.sign) == (row.table, row.sign)]
        # A row with no more conditions than one before it would never be read.
        assert not any(set(earlier.when) <= set(row.when) for earlier in before), row.row


def _no_budget(
    steps: tuple[Step, ...], place: int, tries: int, left_s: float, *, may_switch: bool
) -> int:
    return place


MUTANTS = {
    "no wait": lambda step: replace(step, wait_s=0.0),
    "budget": None,
}


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_rules_notice_when_they_are_broken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeded mistakes: a step that waits for nothing, a budget that is not kept."""
    long = tuple(Step(Do.CYCLE, 1, HOUR_S, "again") for _ in range(5))
    monkeypatch.setitem(PROCEDURES, "switched", long)
    if name == "budget":
        monkeypatch.setattr(cases_module, "first_from", _no_budget)
        case = case_of("switched")
        done = run(case, [HOUR_S] * 10, restores=True, left_s=1e9, may_switch=True)
        assert "switched more often than the budget allows" in faults_of(done, restores=True)
        return
    case = case_of("switched")
    done = run(case, [60.0, 60.0], restores=True, left_s=1e9, may_switch=True)
    assert len(done) == 1
    hasty = tuple(MUTANTS["no wait"](step) for step in long)
    monkeypatch.setitem(PROCEDURES, "switched", hasty)
    mutant = run(case_of("switched"), [60.0, 60.0], restores=True, left_s=1e9, may_switch=True)
    as_meant = [(t_s, long[0]) for t_s, _ in mutant]
    assert "a step before the one before was over" in faults_of(as_meant, restores=True)
