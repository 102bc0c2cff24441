"""People on Earth as an object: what they hear, what they send, how long they take."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from stations import START_S, TICK_S, experiment, station, telemetry

from moonstead.autonomy.ground.heard import Answer, Heard
from moonstead.autonomy.ground.side import GroundSettings, GroundSide
from moonstead.autonomy.ground.triage import Triage
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.planning.search.find import find_plan
from moonstead.contracts import Notice, PlanRow
from moonstead.units import DAY_S, HOUR_S

MODEL = station((
    experiment("look", sessions=40),
    experiment("cook", element="plant", partner="esa", loads=("plant",), sessions=9, value=5.0),
))  # fmt: skip
RESERVE_J = np.zeros(len(MODEL.forecast.generation_w) + 1)
BOTH = frozenset({"cnsa", "esa"})


def quick(problem: Any, before: Any) -> Any:
    return find_plan(problem, seed=1, iterations=20, start=before).placements


def people(level: int, **changes: Any) -> GroundSide:
    settings = GroundSettings(
        partners=("cnsa", "esa"), level=level, levels={}, upload_interval_s=3 * DAY_S,
        contact_every_s=DAY_S, triage_median_s=12 * HOUR_S, triage_sigma=0.8, tick_s=TICK_S,
        seed=1,
    )  # fmt: skip
    return GroundSide(MODEL, RESERVE_J, replace(settings, **changes), quick)


def heard(t_s: float, level: int, mode: Mode = Mode.NOMINAL, **changes: Any) -> Heard:
    """Return what people have in hand when the station is in contact; a frame is a tick old."""
    values: dict[str, Any] = {
        "telemetry": telemetry(t_s - TICK_S), "in_contact": BOTH,
        "status": {"mode": float(mode), "level": float(level)},
        "at_desk": {"cnsa": 3.0, "esa": 1.0},
    }  # fmt: skip
    return Heard(t_s=t_s, **{**values, **changes})


def lived(side: GroundSide, level: int, hours: float, first_s: float = TICK_S) -> list[Answer]:
    ticks = round(hours * HOUR_S / TICK_S)
    return [side.handle(heard(START_S + first_s + k * TICK_S, level)) for k in range(ticks)]


def kinds(answers: list[Answer]) -> list[str]:
    return [ask.kind for answer in answers for ask in answer.asks]


@pytest.mark.parametrize("level", [2, 3])
def test_a_schedule_goes_up_every_interval_and_lasts_beyond_the_next(level: int) -> None:
    side = people(level)
    answers = lived(side, level, 80.0)
    assert kinds(answers) == ["schedule", "schedule"]
    first = next(ask for answer in answers for ask in answer.asks)
    starts = [start_t_s for _, start_t_s in first.items]
    assert first.value > START_S + TICK_S
    assert min(starts) >= first.value
    assert 3 * DAY_S < max(starts) - START_S < 4 * DAY_S + 2 * HOUR_S
    assert side.hours["cnsa"]["planning"] == 8.0
    assert not kinds(lived(people(4), 4, 80.0))


def test_nothing_is_planned_from_old_frames_or_by_nobody() -> None:
    side = people(2)
    later = START_S + DAY_S
    assert not side.handle(heard(later, 2, telemetry=telemetry(later - 2 * HOUR_S))).asks
    assert not side.handle(heard(later + TICK_S, 2, at_desk={"cnsa": 0.0})).asks
    assert not side.handle(heard(later + 2 * TICK_S, 2, in_contact=frozenset())).asks
    (other,) = side.handle(heard(later + 3 * TICK_S, 2, in_contact=frozenset({"esa"}))).asks
    assert (other.kind, other.source) == ("schedule", "esa")


def test_people_start_each_session_in_its_time_and_for_its_partner() -> None:
    answers = lived(people(1), 1, 12.0)
    starts = [(k, ask) for k, answer in enumerate(answers) for ask in answer.asks]
    assert {ask.kind for _, ask in starts} == {"start"}
    assert {(ask.target, ask.source) for _, ask in starts} == {("look", "cnsa"), ("cook", "esa")}
    looks = [k for k, ask in starts if ask.target == "look"]
    assert len(looks) == 6  # of two hours each
    assert np.diff(looks).min() >= 12
    away = people(1)
    lived(away, 1, 0.5)
    gone = [
        away.handle(heard(START_S + (k + 4) * TICK_S, 1, in_contact=frozenset())) for k in range(60)
    ]
    assert not kinds(gone)


def test_what_has_been_done_is_not_planned_again() -> None:
    side = people(2)
    rows = tuple(
        PlanRow(f"look-{k}", "look", START_S, START_S + 7200.0, status)
        for k in range(38)
        for status in ("started", "done")
    )
    running = (PlanRow("look-39", "look", START_S, START_S + 7200.0, "started"),)
    (ask,) = side.handle(heard(START_S + TICK_S, 2, rows=rows + running)).asks
    looks = [start_t_s for name, start_t_s in ask.items if name == "look"]
    assert len(looks) == 1
    assert looks[0] >= START_S + 7200.0


def test_after_an_anomaly_people_think_first_and_then_act() -> None:
    side = people(2)
    lived(side, 2, 1.0)
    answers, acted = [], None
    for k in range(400):
        mode = Mode.SAFE if acted is None else Mode.NOMINAL
        answer = side.handle(heard(START_S + 2 * HOUR_S + k * TICK_S, 2, mode))
        answers.append(answer)
        if any(ask.kind == "clear" for ask in answer.asks):
            acted = k
            break
    assert acted is not None
    assert [ask.kind for ask in answers[-1].asks] == ["clear", "resume", "schedule"]
    assert [n.kind for answer in answers for n in answer.notices] == ["people", "people"]
    assert side.hours["cnsa"]["triage"] == pytest.approx(2.0 * acted * TICK_S / HOUR_S)
    assert side.triage.until_t_s is None
    # What people have done is not in question while it shows.
    assert not kinds(lived(side, 2, 24.0, first_s=2 * HOUR_S + (acted + 1) * TICK_S))


def test_what_has_failed_is_left_out_until_it_works_again() -> None:
    side = people(2)
    failed = Notice("health", "camera", "failed", {"health": 2.0})
    (ask,) = side.handle(heard(START_S + TICK_S, 2, notices=(failed,))).asks
    assert {name for name, _ in ask.items} == {"cook"}
    works = Notice("health", "camera", "ok", {"health": 0.0})
    later = side.handle(heard(START_S + 3 * DAY_S, 2, notices=(works,)))
    assert [ask.kind for ask in later.asks] == ["resume", "schedule"]
    assert {name for name, _ in later.asks[1].items} == {"look", "cook"}


def test_what_is_held_to_have_failed_is_given_another_try_for_a_day() -> None:
    side = people(2, triage_sigma=0.0)
    failed = Notice("health", "camera", "failed", {"health": 2.0})
    side.handle(heard(START_S + TICK_S, 2, notices=(failed,)))
    answers = lived(side, 2, 60.0, first_s=2 * TICK_S)
    asked = [(k, ask) for k, answer in enumerate(answers) for ask in answer.asks]
    tries = [k for k, ask in asked if ask.kind == "trust"]
    # 12 h of thinking, a day of trying, 12 h of thinking: nothing has been heard of it since.
    assert np.diff(tries).tolist() == pytest.approx([36.0 * HOUR_S / TICK_S], abs=2)
    assert tries[0] * TICK_S == pytest.approx(12 * HOUR_S, abs=2 * TICK_S)
    planned = {name for k, ask in asked if k == tries[0] for name, _ in ask.items}
    assert planned == {"look", "cook"}


def test_the_time_of_triage_is_lognormal_and_one_covers_what_comes_meanwhile() -> None:
    """Median and sigma within three standard errors (sigma / sqrt(n), sigma / sqrt(2 n))."""
    taken = []
    triage = Triage(12 * HOUR_S, 0.8, seed=5)
    for k in range(2000):
        assert triage.note((), (f"event {k}",), 0.0) == (f"event {k}",)
        assert triage.note((), ("another",), 1.0) == ()
        assert triage.until_t_s is not None
        taken.append(triage.until_t_s)
        triage.close()
    logs = np.log(taken)
    assert logs.mean() == pytest.approx(np.log(12 * HOUR_S), abs=3 * 0.8 / 2000**0.5)
    assert logs.std() == pytest.approx(0.8, abs=3 * 0.8 / 4000**0.5)
    assert triage.note(("a", "b"), (), 0.0) == ("a", "b")
    triage.close()
    assert triage.note(("a", "b"), (), 0.0) == ()  # known
    assert triage.note(("b",), (), 0.0) == ()
    assert triage.note(("a", "b"), (), 0.0) == ("a",)  # it is back


def test_restored_from_json_people_go_on_as_they_were() -> None:
    one = people(2)
    lived(one, 2, 4.0)
    one.handle(heard(START_S + 5 * HOUR_S, 2, Mode.SURVIVAL))
    frozen = json.dumps(one.state())
    other = people(2)
    other.restore(json.loads(frozen))
    assert json.dumps(other.state()) == frozen
    for k in range(500):
        told = heard(START_S + 5 * HOUR_S + (k + 1) * TICK_S, 2, Mode.SURVIVAL)
        assert other.handle(told) == one.handle(told)
    assert json.dumps(other.state()) == json.dumps(one.state())
