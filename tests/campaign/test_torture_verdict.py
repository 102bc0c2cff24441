"""The nine points on runs made up by hand: each fails for its own reason alone."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.campaign.torture.case import Limits
from moonstead.campaign.torture.verdict import Verdict, Wrong, is_of, judge

HOUR = 3600.0
WRONG = Wrong(("array-1",), has_faults=True, has_commands=False)
LIMITS = Limits(detect_s=2 * HOUR, isolate=("array-1",), keep_fraction=0.9)


def event(t_s: float, kind: str, subject: str, origin: str = "autonomy", **values: float) -> Any:
    return {
        "t_s": t_s,
        "origin": origin,
        "kind": kind,
        "subject": subject,
        "text": "",
        "values": values,
    }


def a_run(*events: Any, **changes: Any) -> dict[str, Any]:
    """Return a run in which all goes well, but for what is changed."""
    told = [
        event(10 * HOUR, "failed", "array-1", "truth"),
        event(11 * HOUR, "detected", "array-1"),
        event(11 * HOUR, "isolated", "array-1"),
        event(11 * HOUR, "reaction", "array-1", level=3.0),
    ]
    return {
        "events": [*told, *events],
        "science": {"watch": {"points": 95.0}, "dig": {"points": 5.0}},
        "hours_in_mode": {"safe": 0.0},
        "least_true_margin": 0.3,
        "survival_unserved_j": {},
        "crew_lacked_s": 0.0,
        "tick_s": 600.0,
        "sessions": [["array-1", 30 * HOUR, 36 * HOUR]],
        "leases": {"there": True, "unaccounted": 0, "without_holder": [], "late": []},
        "replay": {"frames": 144, "same": True},
        **changes,
    }


def verdict(run: Mapping[str, Any], limits: Limits = LIMITS, wrong: Wrong = WRONG) -> Verdict:
    return judge(run, a_run(), wrong, limits)


def failed(run: Mapping[str, Any], limits: Limits = LIMITS, wrong: Wrong = WRONG) -> set[str]:
    return {point.name for point in verdict(run, limits, wrong).failed}


def test_a_good_run_passes_all_nine() -> None:
    told = verdict(a_run())
    assert [point.name for point in told.points] == [f"P{n}" for n in range(1, 10)]
    assert told.passed
    assert (told.latency_s, told.suspect, told.kept_fraction) == (HOUR, "array-1", 1.0)


@pytest.mark.parametrize(
    ("point", "run"),
    [
        ("P1", a_run(survival_unserved_j={"hub.computer": 3600.0})),
        ("P1", a_run(crew_lacked_s=1.0)),
        ("P2", a_run(least_true_margin=-0.03)),
        ("P3", a_run(event(99 * HOUR, "element-lost", "rover", "truth"))),
        ("P6", a_run(event(12 * HOUR, "reaction", "rover", level=2.0))),
        ("P7", a_run(science={"watch": {"points": 85.0}, "dig": {"points": 4.0}})),
        ("P8", a_run(replay={"frames": 144, "same": False})),
        ("P8", a_run(leases={"there": True, "unaccounted": 1, "without_holder": [], "late": []})),
        (
            "P8",
            a_run(leases={"there": True, "unaccounted": 0, "without_holder": [], "late": ["a"]}),
        ),
        ("P8", a_run(leases={"there": False})),
        ("P9", a_run(hours_in_mode={"safe": 24.2})),
    ],
)
def test_each_point_fails_for_its_own_reason(point: str, run: dict[str, Any]) -> None:
    assert failed(run) == {point}


def test_slack_of_the_reserve_and_of_a_day_in_safe() -> None:
    assert failed(a_run(least_true_margin=-0.019, hours_in_mode={"safe": 24.0})) == set()


def test_told_too_late_never_or_of_something_else() -> None:
    began = event(10 * HOUR, "failed", "array-1", "truth")
    cause = event(13 * HOUR, "isolated", "array-1")
    late = a_run(events=[began, event(12.1 * HOUR, "detected", "array-1"), cause])
    other = a_run(events=[began, event(10.5 * HOUR, "detected", "rover"), cause])
    before = a_run(events=[event(9 * HOUR, "detected", "array-1"), began, cause])
    for run in (late, other, before, a_run(events=[began, cause])):
        assert failed(run) == {"P4"}


def test_no_limit_is_shorter_than_one_decision() -> None:
    quick = Limits(detect_s=1.0, isolate=("array-1",), keep_fraction=0.9)
    began = event(10 * HOUR, "failed", "array-1", "truth")
    cause = event(11 * HOUR, "isolated", "array-1")
    soon = event(10 * HOUR + 600.0, "detected", "array-1")
    later = event(10 * HOUR + 1200.0, "detected", "array-1")
    assert failed(a_run(events=[began, soon, cause]), quick) == set()
    assert failed(a_run(events=[began, later, cause]), quick) == {"P4"}


def test_what_shows_only_in_use_counts_from_its_next_use() -> None:
    used = Limits(detect_s=HOUR, in_use=True, isolate=("array-1",), keep_fraction=0.9)
    began = event(10 * HOUR, "failed", "array-1", "truth")
    told, cause = event(30.5 * HOUR, "detected", "array-1"), event(31 * HOUR, "isolated", "array-1")
    assert failed(a_run(events=[began, told, cause]), used) == set()
    at_work = [["array-1", 9 * HOUR, 15 * HOUR], ["array-1", 30 * HOUR, 36 * HOUR]]
    assert failed(a_run(events=[began, told, cause], sessions=at_work), used) == {"P4"}


def test_a_wrong_cause_first_fails_even_if_the_right_one_follows() -> None:
    began = event(10 * HOUR, "failed", "array-1", "truth")
    told = event(10.5 * HOUR, "detected", "array-1")
    causes = [event(10.6 * HOUR, "isolated", "rover"), event(11 * HOUR, "isolated", "array-1")]
    assert failed(a_run(events=[began, told, *causes])) == {"P5"}


def test_what_the_truth_did_not_do_fails_and_is_not_passed_over() -> None:
    assert failed(a_run(events=[])) == {"P4", "P5"}
    silent = Limits(keep_fraction=0.9)
    assert failed(a_run(events=[]), silent) == {"P4", "P5"}


def test_a_floor_may_be_touched_but_not_reached() -> None:
    dark = Limits(detect_s=2 * HOUR, isolate=("array-1",), keep_fraction=0.5, may_touch_floor=True)
    assert failed(a_run(least_true_margin=-0.5), dark) == set()
    assert failed(a_run(survival_unserved_j={"rover.heater": 3.6e6}), dark) == {"P2"}


def test_a_refused_command_is_told_and_an_accepted_one_is_not() -> None:
    limits = Limits(detect_s=600.0, told_by=("telecommand",), keep_fraction=0.9)
    wrong = Wrong(("array-1",), has_faults=False, has_commands=True)
    came = event(5 * HOUR, "commanded", "array-1", "ground")
    refused = event(5 * HOUR, "telecommand", "array-1", stage=2.0)
    accepted = event(5 * HOUR, "telecommand", "array-1", stage=1.0)
    assert failed(a_run(events=[came, refused]), limits, wrong) == set()
    assert failed(a_run(events=[came, accepted]), limits, wrong) == {"P4"}
    assert failed(a_run(events=[refused]), limits, wrong) == {"P4", "P5"}


def test_further_requests_are_no_science_that_is_kept() -> None:
    science = {"watch": {"points": 40.0}, "dig": {"points": 5.0}, "flood": {"points": 500.0}}
    assert verdict(a_run(science=science)).kept_fraction == pytest.approx(0.45)


@given(st.from_regex(r"[a-z]{1,6}(\.[a-z]{1,6})?", fullmatch=True))
def test_an_element_is_itself_its_parts_and_nothing_that_begins_alike(name: str) -> None:
    assert is_of(name, [name])
    assert is_of(f"{name}.part", [name])
    assert is_of(name, [f"{name}.part"])
    assert is_of(f"other, {name}", [name])
    assert not is_of(f"{name}x", [name])
