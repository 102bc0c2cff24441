"""The station manager as a whole: what it commands, what it remembers, whom it trusts."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stations import (
    BATTERY,
    START_S,
    TICK_S,
    experiment,
    forecast,
    holding,
    manager,
    station,
    telemetry,
)

from moonstead.autonomy.executive.activity import State
from moonstead.autonomy.guard.modes import BEACON_S, LAST_ALLOWED, Mode
from moonstead.autonomy.manager import RADIO_LEAST_BIT, StationManager
from moonstead.autonomy.model import After, LoadModel, RadioModel, StationModel
from moonstead.autonomy.planning.problem import Placement
from moonstead.autonomy.planning.search.find import find_plan
from moonstead.autonomy.sessions import REST_S, TANK_FULL, Sessions
from moonstead.autonomy.tactics import REPLAN_S
from moonstead.contracts import Decision, Telecommand, Telemetry, Verified
from moonstead.units import DAY_S, HOUR_S

HEARD = {"cnsa": START_S}
"""Who answers from Earth, with its time."""
HALF_DAYS = np.tile(np.concatenate([np.full(240, 2000.0), np.zeros(240)]), 4)


def quick(problem: Any, before: Any) -> Any:
    return find_plan(problem, seed=1, iterations=20, start=before).placements


def lively() -> StationModel:
    """A model with light and darkness, and experiments of all kinds."""
    return station(
        (
            experiment("look", light="lit", gap_s=HOUR_S, sessions=30),
            experiment("stare", light="dark", needs_contact=True, sessions=30, value=3.0),
            experiment("cook", element="plant", loads=("plant",), power_w=2e3, priority=7,
                       sessions=50, data_rate_bit_per_s=0.0),
        ),
        forecast=forecast(HALF_DAYS),
    )  # fmt: skip


@st.composite
def frames(draw: Any) -> list[Telemetry]:
    """Random telemetry over some days: charge, sky, contacts, loads that answer or not."""
    n_ticks = draw(st.integers(20, 90))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    swing = draw(st.sampled_from([0.02, 0.2]))
    charge = np.clip(np.cumsum(generator.normal(0.0, swing / 5, n_ticks)) + 0.6, 0.0, 1.0)
    lasts = draw(st.sampled_from([1, 8, 200]))
    seen = np.repeat(generator.random((n_ticks, 4)) < 0.6, lasts, axis=0)[:n_ticks]
    step_s = draw(st.sampled_from([600.0, 3600.0]))
    return [
        telemetry(
            START_S + step_s * tick,
            store_energy_j=np.array([charge[tick] * BATTERY.capacity_j]),
            load_power_w=generator.random(5) * np.array([50.0, 100.0, 80.0, 2e3, 40.0]),
            recorder_bit=np.array([generator.choice([0.0, 1e9])]),
            path_open=seen[tick, :2],
            sun_seen=bool(seen[tick, 2]),
            earth_seen=bool(seen[tick, 3]),
        )
        for tick in range(n_ticks)
    ]


@settings(max_examples=6, deadline=None)
@given(frames(), st.data())
def test_restored_from_json_it_decides_the_same(told: list[Telemetry], data: Any) -> None:
    one = manager(lively(), search=quick)
    cut = data.draw(st.integers(0, len(told)))
    for seen in told[:cut]:
        one.handle(seen)
    kept = one.state()
    frozen = json.dumps(kept, allow_nan=True)
    other = manager(lively(), search=quick)
    other.restore(json.loads(frozen))
    assert json.dumps(other.state()) == frozen
    for seen in told[cut:]:
        assert other.handle(seen) == one.handle(seen)
    assert json.dumps(other.state()) == json.dumps(one.state())
    assert json.dumps(kept) == frozen


@settings(max_examples=8, deadline=None)
@given(frames())
def test_it_commands_on_change_only_and_never_what_the_mode_forbids(told: list[Telemetry]) -> None:
    model = lively()
    boss = manager(model, search=quick)
    levels = {load.name: load.normal_level for load in model.loads}
    priorities = {load.name: load.priority for load in model.loads}
    for seen in told:
        decision = boss.handle(seen)
        names = [command.load for command in decision.commands]
        assert len(names) == len(set(names))
        for command in decision.commands:
            assert 0.0 <= command.level <= 1.0
            assert levels[command.load] != command.level
            levels[command.load] = command.level
        for name, level in levels.items():
            if level > 0.0 and name != "radio":
                assert priorities[name] <= LAST_ALLOWED[boss.guard.mode]
            if name == "computer" and boss.guard.mode != Mode.HIBERNATE:
                assert level == 1.0
    assert levels == dict(boss.guard.sent)


def commands(decision: Decision) -> dict[str, float]:
    return {command.load: command.level for command in decision.commands}


def kinds(decision: Decision) -> list[str]:
    return [notice.kind for notice in decision.notices]


def rows(decision: Decision, status: str) -> list[str]:
    return [row.activity for row in decision.plan if row.status == status]


def run(boss: StationManager, ticks: int, first: int = 0, **changes: Any) -> list[Decision]:
    return [
        boss.handle(holding(START_S + tick * TICK_S, 0.9, **changes))
        for tick in range(first, first + ticks)
    ]


def test_it_sheds_in_the_tick_that_sees_it_and_wakes_up_later() -> None:
    busy = experiment(sessions=99, duration_s=DAY_S)
    pump = LoadModel(name="pump", power_w=5.0, priority=2, normal_level=1.0)
    model = station((busy,))
    model = replace(
        model,
        loads=(*model.loads, pump),
        channels=replace(model.channels, loads=(*model.channels.loads, "pump")),
    )
    powers_w = np.array([50.0, 100.0, 20.0, 0.0, 0.0, 5.0])
    boss = manager(model)
    first = boss.handle(holding(START_S, 0.9, load_power_w=powers_w))
    assert commands(first) == {"camera": 1.0}
    low = boss.handle(holding(START_S + TICK_S, 0.16, load_power_w=powers_w))
    assert commands(low) == {"camera": 0.0, "pump": 0.0}
    assert "mode" in kinds(low)
    assert boss.guard.mode == Mode.SURVIVAL
    t_s = START_S + TICK_S
    woken = {}
    while boss.guard.mode != Mode.NOMINAL or "camera" not in woken:
        t_s += TICK_S
        woken |= commands(boss.handle(holding(t_s, 0.9, load_power_w=powers_w)))
        assert t_s < START_S + 2 * DAY_S
    assert woken == {"camera": 1.0, "pump": 1.0}


def test_it_plans_once_a_day_and_when_the_mode_changes() -> None:
    boss = manager(station((experiment(sessions=999),)), search=quick)
    told = run(boss, int(2.5 * REPLAN_S / TICK_S))
    planned = [tick * TICK_S for tick, d in enumerate(told) if rows(d, "planned")]
    assert planned == [0.0, REPLAN_S, 2 * REPLAN_S]
    decision = boss.handle(holding(START_S + 2.6 * REPLAN_S, 0.2))  # margin 0.06: trim
    assert boss.guard.mode == Mode.TRIM
    assert any(row.status in {"planned", "left-out"} for row in decision.plan)


def test_a_session_runs_its_time_and_keeps_its_gap() -> None:
    wanted = experiment(sessions=3, duration_s=2 * HOUR_S, gap_s=5 * HOUR_S)
    boss = manager(station((wanted,)), search=quick)
    told = run(boss, int(2 * DAY_S / TICK_S))
    on = {"camera": 0.0}
    times = []
    for tick, decision in enumerate(told):
        if commands(decision).get("camera", on["camera"]) != on["camera"]:
            on["camera"] = commands(decision)["camera"]
            times.append(tick * TICK_S)
    begins, ends = times[::2], times[1::2]
    assert [end - begin for begin, end in zip(begins, ends, strict=True)] == [2 * HOUR_S] * 3
    assert all(b - e >= 5 * HOUR_S for e, b in zip(ends, begins[1:], strict=False))
    assert boss.tactics.sessions.done == [3]
    done = [name for decision in told for name in rows(decision, "done")]
    assert len(done) == len(set(done)) == 3


def test_a_load_that_does_not_answer_rests_for_a_day() -> None:
    boss = manager(station((experiment(sessions=99, duration_s=DAY_S),)), search=quick)
    silent = np.array([0.0, 100.0, 20.0, 0.0, 0.0])
    told = run(boss, int(2.9 * DAY_S / TICK_S), load_power_w=silent)
    starts = [tick * TICK_S for tick, d in enumerate(told) if rows(d, "started")]
    assert [k for d in told for k in kinds(d)].count("no-response") == len(starts) >= 2
    assert starts[1] - starts[0] >= REST_S


def test_a_full_tank_ends_what_fills_it() -> None:
    fill = experiment(element="plant", loads=("plant",), tank="tank", tank_capacity_kg=10.0,
                      sessions=9, duration_s=DAY_S, priority=7)  # fmt: skip
    boss = manager(station((fill,)), search=quick)
    run(boss, 3)
    ended = run(boss, 1, first=3, tank_kg=np.array([9.9]))[0]
    assert commands(ended) == {"plant": 0.0}
    assert [(r.status, r.reason) for r in ended.plan if r.activity] == [("aborted", TANK_FULL)]


def fails(problem: Any, before: Any) -> Any:
    raise RuntimeError("out of ideas")


def absurd(problem: Any, before: Any) -> Any:
    return tuple(Placement(0, 10**6) for _ in problem.tasks)


def nonsense(problem: Any, before: Any) -> Any:
    return "forty-two"


@pytest.mark.parametrize("bad", [fails, absurd, nonsense])
def test_a_planner_that_fails_costs_no_session(bad: Any) -> None:
    """The greedy plan stands in, and what was wrong is told."""
    boss = manager(station((experiment(sessions=3),)), search=bad)
    told = run(boss, int(DAY_S / TICK_S))
    assert kinds(told[0]).count("plan-trouble") == 1
    assert boss.tactics.sessions.done == [3]


def test_an_executive_that_fails_is_made_anew_and_the_station_lives() -> None:
    boss = manager(station((experiment(sessions=99, duration_s=DAY_S),)), search=quick)
    run(boss, 3)

    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("lost")

    boss.executive.tick = broken  # type: ignore[method-assign, assignment]
    failed = run(boss, 1, first=3)[0]
    assert commands(failed) == {"camera": 0.0}  # the guard's programme alone
    after = run(boss, 3, first=4)
    assert "restart" in [kind for decision in after for kind in kinds(decision)]
    assert boss.guard.mode == Mode.NOMINAL
    assert dict(boss.guard.sent)["camera"] == 1.0  # it went on where it was


FIRST = experiment("first", sessions=2, light="lit")
SECOND = experiment(
    "second", element="plant", loads=("plant",), power_w=2000.0, sessions=2,
    after=After(experiment="first", sessions=2, gap_s=6 * HOUR_S),
)  # fmt: skip


def test_what_comes_after_something_else_waits_for_it_and_for_the_gap() -> None:
    boss = manager(station((FIRST, SECOND)), search=quick)
    told = run(boss, 144)
    when = {
        (row.activity, row.status): row.end_t_s if row.status == "done" else row.start_t_s
        for decision in told
        for row in decision.plan
    }
    done_t_s = max(when[f"first-{k}", "done"] for k in (1, 2))
    begun_t_s = min(when[f"second-{k}", "started"] for k in (1, 2))
    assert begun_t_s >= done_t_s + 6 * HOUR_S
    assert begun_t_s < done_t_s + 10 * HOUR_S


def test_what_comes_after_something_that_is_late_does_not_start_as_planned() -> None:
    boss = manager(station((FIRST, replace(SECOND, after=After(experiment="first")))), search=quick)
    told = run(boss, 6, sun_seen=False)  # the first waits for light
    ((_, planned_t_s),) = {
        (row.activity, row.start_t_s)
        for row in told[0].plan
        if row.status == "planned" and row.activity == "second-1"
    }
    told = run(boss, 18, first=6, sun_seen=False)
    assert planned_t_s + HOUR_S < START_S + 23 * TICK_S
    assert not any(rows(decision, "started") for decision in told)


def told_from_earth(sequence: int, kind: str, target: str = "", value: float = 0.0) -> Telecommand:
    return Telecommand("cnsa", sequence, START_S, START_S + DAY_S, kind, target, value)


def test_at_level_1_nothing_starts_without_a_word_from_earth() -> None:
    boss = manager(station((experiment(sessions=9),)), search=quick, level=1)
    idle = run(boss, 20, answered=HEARD)
    assert not any(decision.plan for decision in idle)  # nor is anything planned aboard
    go = told_from_earth(1, "start", "look")
    answer = run(boss, 1, first=20, answered=HEARD, received=(go,))[0]
    assert rows(answer, "started") == ["look-1"]
    assert [report.stage for report in answer.reports] == [Verified.ACCEPTED, Verified.STARTED]
    deaf = told_from_earth(2, "start", "look")
    assert not rows(run(boss, 1, first=21, received=(deaf,))[0], "started")
    later = run(boss, 20, first=22, answered=HEARD)
    last = [report.stage for decision in later for report in decision.reports]
    assert last == [Verified.START_FAILED, Verified.COMPLETED]
    more = told_from_earth(3, "autonomy", value=4.0)
    alone = run(boss, 40, first=42, answered=HEARD, received=(more,))
    assert any(rows(d, "started") for d in alone)


def schedule(sequence: int, from_s: float, *items: tuple[str, float]) -> Telecommand:
    given = tuple((name, START_S + start_s) for name, start_s in items)
    return replace(told_from_earth(sequence, "schedule", value=START_S + from_s), items=given)


def test_a_newer_schedule_replaces_what_is_pending_from_its_begin() -> None:
    boss = manager(station((experiment(sessions=9),)), search=quick, level=2)
    first = schedule(1, 0.0, ("look", HOUR_S), ("look", 4 * HOUR_S), ("look", 8 * HOUR_S))
    answer = run(boss, 1, received=(first,))[0]
    assert rows(answer, "planned") == ["look-1", "look-2", "look-3"]
    then = run(boss, 11, first=1)
    assert [row.start_t_s for d in then for row in d.plan if row.status == "started"] == [
        START_S + HOUR_S
    ]
    second = schedule(2, 3 * HOUR_S, ("look", 5 * HOUR_S))
    later = run(boss, 1, first=12, received=(second,)) + run(boss, 60, first=13)
    starts = [row.start_t_s for d in later for row in d.plan if row.status == "started"]
    assert starts == [START_S + 5 * HOUR_S]
    ends = [(r.sequence, r.stage, dict(r.values)) for d in later for r in d.reports]
    assert (1, Verified.COMPLETED, {"done": 1.0, "failed": 0.0, "replaced": 2.0}) in ends
    assert ends[-1] == (2, Verified.COMPLETED, {"done": 1.0, "failed": 0.0, "replaced": 0.0})


def test_what_is_planned_aboard_goes_around_what_is_scheduled_on_earth() -> None:
    """One of two people looks for Earth; the other, at level E4, may only cook beside that."""
    pools = {"people": np.full(48 * 40, 1.0)}
    model = station(
        (
            experiment("look", needs=(("people", 1.0),), duration_s=6 * HOUR_S),
            experiment("cook", element="plant", loads=("plant",), needs=(("people", 1.0),)),
        ),
        forecast=forecast(np.full(48 * 40, 2000.0), pools=pools),
    )
    boss = manager(model, search=quick, level=2, levels={"plant": 4})
    told = schedule(1, 0.0, ("look", 2 * HOUR_S), ("cook", 3 * HOUR_S))
    answers = run(boss, 1, received=(told,)) + run(boss, 60, first=1)
    starts = {
        row.activity: row.start_t_s - START_S
        for d in answers
        for row in d.plan
        if row.status == "started"
    }
    looks = [start_s for name, start_s in starts.items() if name.startswith("look")]
    cooks = [start_s for name, start_s in starts.items() if name.startswith("cook")]
    assert looks == [2 * HOUR_S]
    assert cooks
    # With energy to spare what is planned behind the look may begin half an hour early.
    assert all(start_s == 0.0 or start_s >= 7.5 * HOUR_S for start_s in cooks)
    assert "schedule-short" in [kind for d in answers for kind in kinds(d)]  # cook is not theirs


def test_at_data_level_1_science_leaves_room_for_essential_data() -> None:
    full = {"recorder_bit": np.array([0.75e12])}
    for keeps_all_data, begins in ((False, False), (True, True)):
        boss = manager(station((experiment(),), keeps_all_data=keeps_all_data), search=quick)
        told = run(boss, 40, **full)
        assert any(rows(d, "started") for d in told) == begins
        if not begins:  # planned without a look at the recorder, and not begun
            assert rows(told[0], "planned")


def test_a_command_that_would_kill_is_refused_with_its_reason() -> None:
    boss = manager(station(), search=quick)
    run(boss, 1)
    kill = told_from_earth(1, "level", "computer", 0.0)
    answer = run(boss, 1, first=1, received=(kill,))[0]
    assert not answer.commands
    assert [bool(report.reason) for report in answer.reports] == [True]


def test_the_radio_is_on_when_there_is_something_to_send_and_someone_to_hear() -> None:
    model = station(
        loads=(
            LoadModel(name="near", power_w=1.0, priority=2, normal_level=0.0),
            LoadModel(name="far", power_w=1.0, priority=2, normal_level=0.0),
        ),
        radios=(RadioModel(load="near", path="relay"), RadioModel(load="far", path="direct")),
    )
    model = replace(model, channels=replace(model.channels, loads=("near", "far")))
    full = np.array([2 * RADIO_LEAST_BIT])

    def on(direct: bool, relay: bool, **changes: Any) -> set[str]:
        boss = manager(model)
        paths = {"path_open": np.array([direct, relay]), "recorder_bit": full}
        seen = {"load_power_w": np.zeros(2), **paths, **changes}
        told = commands(boss.handle(telemetry(START_S, **seen)))
        return {name for name, level in told.items() if level}

    assert on(direct=True, relay=True) == {"near"}
    assert on(direct=True, relay=False) == {"far"}
    assert on(direct=False, relay=False) == set()
    little = np.array([RADIO_LEAST_BIT / 2])
    assert on(direct=True, relay=True, recorder_bit=little) == set()


def test_asleep_it_speaks_for_one_tick_in_every_six_hours() -> None:
    boss = manager(station())
    open_paths = np.array([True, True])
    level, spoken = 0.0, 0
    for tick in range(int(2 * DAY_S / TICK_S)):
        seen = holding(START_S + tick * TICK_S, 0.1, path_open=open_paths, sun_seen=False)
        level = commands(boss.handle(seen)).get("radio", level)
        spoken += level > 0.0
    assert spoken == pytest.approx(2 * DAY_S / BEACON_S, abs=1)


def test_a_station_without_stores_does_not_divide_by_them() -> None:
    bare = {"stores": (), "experiments": ()}
    seen = telemetry(START_S, load_power_w=np.array([0.0, 100.0, 20.0, 0.0, 0.0]))
    rich = manager(station(**bare))
    assert np.isfinite(rich.handle(seen).status["margin_fraction"])
    assert rich.guard.mode == Mode.NOMINAL
    poor = manager(station(**bare, forecast=forecast(np.full(96, 100.0))))
    assert np.isfinite(poor.handle(seen).status["margin_fraction"])
    assert poor.guard.mode >= Mode.SURVIVAL


@pytest.mark.parametrize("n_slots", [1, 5])
def test_a_forecast_that_ends_is_no_trouble(n_slots: int) -> None:
    model = station((experiment(),), forecast=forecast(np.full(n_slots, 2000.0)))
    boss = manager(model)
    for tick in range(30):
        decision = boss.handle(holding(START_S + tick * HOUR_S, 0.9))
        assert np.isfinite(decision.status["reserve_j"])


def test_a_session_whose_end_nobody_told_is_settled_with_the_next_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = experiment(sessions=3, duration_s=2 * HOUR_S, gap_s=5 * HOUR_S)
    boss = manager(station((wanted,)), search=quick)
    note = Sessions.note
    lost: list[str] = []

    def note_but_one(self: Sessions, transition: Any) -> Any:
        if transition.after == State.DONE and not lost:
            lost.append(transition.activity)
            return [], []
        return note(self, transition)

    monkeypatch.setattr(Sessions, "note", note_but_one)
    told = run(boss, int(2 * DAY_S / TICK_S))
    done = [name for decision in told for name in rows(decision, "done")]
    assert lost
    assert done.count(lost[0]) == 1
    assert boss.tactics.sessions.done == [3]
