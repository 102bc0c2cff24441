"""The life of an activity, told tick by tick."""

from typing import Any

import numpy as np
import pytest
from stations import START_S, experiment, station, telemetry

from moonstead.autonomy.executive import (
    GRACE_S,
    NO_RESPONSE_S,
    REST_S,
    START_WINDOW_S,
    TANK_FULL,
    Executive,
    Log,
)
from moonstead.autonomy.guard import Guard
from moonstead.autonomy.manager import StationManager
from moonstead.autonomy.model import Experiment, Mode, StoreModel
from moonstead.autonomy.planner import Plan, Session
from moonstead.units import HOUR_S

TICK_S = 600.0


class Story:
    """An executive that is stepped, and all that it has written down."""

    def __init__(
        self,
        *experiments: Experiment,
        starts_h: tuple[tuple[int, float], ...] = ((0, 0.0),),
        **changes: Any,
    ) -> None:
        self.model = station(experiments, **changes)
        self.executive = Executive(self.model)
        self.guard = Guard()
        self.log = Log()
        self.t_s = START_S
        self.plan(*starts_h)

    def plan(self, *starts_h: tuple[int, float]) -> None:
        sessions = []
        for e, start_h in starts_h:
            start_s = START_S + start_h * HOUR_S
            sessions.append(Session(e, start_s, start_s + self.model.experiments[e].duration_s))
        reasons = tuple("" for _ in self.model.experiments)
        self.executive.adopt(Plan(tuple(sessions), reasons), self.log)

    def until(self, hour: float, **seen: Any) -> "Story":
        while self.t_s <= START_S + hour * HOUR_S:
            self.executive.step(telemetry(self.t_s, **seen), self.guard, self.log)
            self.t_s += TICK_S
        return self

    def told(self) -> list[tuple[str, str, float]]:
        """Return name, status and hour of the end of everything that happened after planning."""
        return [
            (row.activity, row.status, (row.end_t_s - START_S) / HOUR_S)
            for row in self.log.rows
            if row.status not in {"planned", "left-out"}
        ]

    @property
    def on(self) -> list[str]:
        return list(self.executive.loads_on())


def test_a_session_starts_runs_its_time_and_is_done() -> None:
    story = Story(experiment(duration_s=2 * HOUR_S, gap_s=6 * HOUR_S)).until(0.0)
    assert story.on == ["camera"]
    assert story.executive.sessions_left() == (4,)
    story.until(3.0)
    assert story.told() == [("look-1", "started", 2.0), ("look-1", "done", 2.0)]
    assert story.on == []
    assert story.executive.done == [1]
    assert story.executive.ready() == (START_S + 8 * HOUR_S,)


def test_a_late_start_keeps_its_full_length() -> None:
    story = Story(experiment(light="lit")).until(1.0, sun_seen=False)
    assert story.told() == []
    story.until(9.0)
    assert [status for _, status, _ in story.told()] == ["started", "done"]
    started, done = story.log.rows[-2:]
    assert done.end_t_s - started.start_t_s == 7200.0


@pytest.mark.parametrize(
    ("changes", "seen", "reason"),
    [
        ({"light": "lit"}, {"sun_seen": False}, "the Sun is not in view"),
        ({"light": "dark"}, {"sun_seen": True}, "the Sun is in view"),
        ({"earth": "visible"}, {"earth_seen": False}, "Earth is not in view"),
        ({"earth": "hidden"}, {"earth_seen": True}, "Earth is in view"),
        ({"needs_contact": True}, {"earth_heard": False}, "no contact"),
    ],
)
def test_a_sky_that_does_not_suit_skips_and_aborts(
    changes: dict[str, Any], seen: dict[str, Any], reason: str
) -> None:
    waiting = Story(experiment(**changes)).until(START_WINDOW_S / HOUR_S - 0.2, **seen)
    assert waiting.told() == []
    waiting.until(START_WINDOW_S / HOUR_S, **seen)
    assert [row.status for row in waiting.log.rows][-1] == "skipped"
    assert reason in waiting.log.rows[-1].reason
    assert waiting.executive.sessions_left() == (5,)

    good = {
        "sun_seen": not seen.get("sun_seen", True), "earth_seen": not seen.get("earth_seen", True),
        "earth_heard": True,
    }  # fmt: skip
    running = Story(experiment(**changes)).until(0.5, **good)
    assert running.on == ["camera"]
    running.until(0.5 + GRACE_S / HOUR_S, **seen)
    assert running.on == ["camera"]
    running.until(0.5 + GRACE_S / HOUR_S + 0.2, **seen)
    assert running.on == []
    assert running.log.rows[-1].status == "aborted"
    assert reason in running.log.rows[-1].reason
    assert running.executive.sessions_left() == (5,)


def test_a_cloud_shorter_than_the_grace_does_no_harm() -> None:
    story = Story(experiment(light="lit")).until(0.5)
    for hour in (0.8, 1.2, 1.6):
        story.until(hour, sun_seen=False).until(hour + 0.17)
    story.until(3.0)
    assert [status for _, status, _ in story.told()] == ["started", "done"]


def test_a_load_that_draws_nothing_is_told_and_left_alone() -> None:
    dead = {"load_power_w": np.array([2.0, 100.0, 20.0, 0.0, 0.0])}
    first_looked_at_s = TICK_S
    story = Story(experiment()).until((first_looked_at_s + NO_RESPONSE_S) / HOUR_S - 0.1, **dead)
    assert story.on == ["camera"]
    story.until((first_looked_at_s + NO_RESPONSE_S) / HOUR_S, **dead)
    assert story.told()[-1][:2] == ("look-1", "aborted")
    assert [(notice.kind, notice.subject) for notice in story.log.notices] == [
        ("no-response", "camera")
    ]
    ended_s = story.t_s - TICK_S
    assert story.executive.ready() == (ended_s + REST_S,)
    weak = {"load_power_w": np.array([6.0, 100.0, 20.0, 0.0, 0.0])}
    assert Story(experiment()).until(3.0, **weak).told()[-1][1] == "done"


def test_a_thermostat_may_be_silent() -> None:
    silent = {"load_power_w": np.zeros(5)}
    story = Story(experiment(loads=("heater",))).until(3.0, **silent)
    assert story.told()[-1][1] == "done"


@pytest.mark.parametrize(
    ("mode", "priority", "allowed"),
    [
        (Mode.TRIM, 5, True),
        (Mode.TRIM, 7, False),
        (Mode.REDUCED, 5, False),
        (Mode.SURVIVAL, 5, False),
    ],
)
def test_a_mode_ends_what_it_does_not_allow(mode: Mode, priority: int, allowed: bool) -> None:
    story = Story(experiment(priority=priority)).until(0.5)
    story.guard = Guard(mode)
    story.until(0.7)
    assert bool(story.on) == allowed
    assert (story.told()[-1][1] == "aborted") != allowed
    fresh = Story(experiment(priority=priority))
    fresh.guard = Guard(mode)
    assert bool(fresh.until(0.0).on) == allowed


def test_an_element_does_one_thing_at_a_time() -> None:
    """The first starts an hour late, so the second of the same element has to wait for it."""
    story = Story(
        experiment("one", light="lit"), experiment("two"), starts_h=((0, 0.0), (1, 2.0))
    ).until(1.0, sun_seen=False)
    seen_on = []
    while story.t_s < START_S + 8 * HOUR_S:
        story.until((story.t_s - START_S) / HOUR_S)
        seen_on.append(len(story.on))
    assert max(seen_on) == 1
    assert sorted(row[0] for row in story.told() if row[1] == "done") == ["one-1", "two-1"]
    other = Story(
        experiment("one"), experiment("two", element="plant", loads=("plant",)),
        starts_h=((0, 0.0), (1, 0.0)),
    )  # fmt: skip
    assert sorted(other.until(0.0).on) == ["camera", "plant"]


def test_the_gap_is_kept_when_a_session_ends_late() -> None:
    story = Story(experiment(light="lit", gap_s=3 * HOUR_S), starts_h=((0, 0.0), (0, 5.0))).until(
        2.0, sun_seen=False
    )
    story.until(12.0)
    starts = [row.start_t_s for row in story.log.rows if row.status == "started"]
    ends = [row.end_t_s for row in story.log.rows if row.status == "done"]
    assert len(starts) == len(ends) == 2
    assert starts[1] >= ends[0] + 3 * HOUR_S


def test_the_planner_is_told_of_the_gap_after_what_still_runs() -> None:
    story = Story(experiment(gap_s=10 * HOUR_S)).until(1.0)
    assert story.executive.ready() == (START_S + 12 * HOUR_S,)


def test_a_battery_of_its_own_must_be_charged() -> None:
    rover = experiment(own_store="battery", own_store_capacity_j=4e8, own_store_min_fraction=0.8)
    story = Story(rover).until(1.0, store_energy_j=np.array([3.1e8]))
    assert story.on == []
    assert story.until(1.3, store_energy_j=np.array([3.3e8])).on == ["camera"]


def test_a_new_plan_keeps_what_runs_and_no_name_is_used_twice() -> None:
    story = Story(experiment(sessions=20), starts_h=((0, 0.0), (0, 3.0), (0, 30.0))).until(1.0)
    story.plan((0, 3.0), (0, 6.0), (0, 9.0))
    assert story.on == ["camera"]
    story.until(7.0, sun_seen=True)
    story.plan((0, 9.0), (0, 12.0))
    story.until(20.0)
    started = [name for name, status, _ in story.told() if status == "started"]
    done = [name for name, status, _ in story.told() if status == "done"]
    assert started == done
    assert len(started) == len(set(started)) == 5


def test_no_name_is_used_twice_after_a_skip() -> None:
    story = Story(experiment(light="lit", sessions=9), starts_h=((0, 0.0), (0, 4.2)))
    story.until(4.0, sun_seen=False).until(7.0)
    story.plan((0, 8.0), (0, 11.0))
    story.until(15.0)
    started = [name for name, status, _ in story.told() if status == "started"]
    assert len(started) == len(set(started)) == 3


def test_what_a_plan_leaves_out_is_written_down_with_its_reason() -> None:
    story = Story(experiment("one"), experiment("two"))
    story.executive.adopt(Plan((), ("too dark", "too full")), log := Log())
    assert [(r.experiment, r.status, r.reason) for r in log.rows] == [
        ("one", "left-out", "too dark"), ("two", "left-out", "too full"),
    ]  # fmt: skip


def test_it_aborts_before_the_year_2000_too() -> None:
    story = Story(experiment(light="lit"))
    story.t_s = -6e8
    story.executive.activities[0].start_t_s = -6e8
    story.executive.activities[0].end_t_s = -6e8 + 7200.0
    for tick in range(12):
        seen = telemetry(-6e8 + tick * TICK_S, sun_seen=tick < 2)
        story.executive.step(seen, story.guard, story.log)
    assert [row.status for row in story.log.rows][-2:] == ["started", "aborted"]


def test_stores_have_a_model_of_their_own() -> None:
    """What a store can deliver, by hand: above its floor, less the loss of discharging."""
    store = StoreModel(
        name="battery", capacity_j=100.0, floor_fraction=0.2, charge_power_w=1.0,
        discharge_power_w=1.0, charge_efficiency=1.0, discharge_efficiency=0.5,
    )  # fmt: skip
    model = station(stores=(store,))
    assert model.capacity_j == 40.0
    for stored_j, deliverable_j in ((100.0, 40.0), (60.0, 20.0), (20.0, 0.0), (5.0, 0.0)):
        seen = telemetry(START_S, store_energy_j=np.array([stored_j]))
        assert model.deliverable_j(seen) == deliverable_j


def fills_a_tank() -> Experiment:
    return experiment(element="plant", loads=("plant",), tank="tank", tank_capacity_kg=100.0)


def test_nothing_is_put_into_a_full_tank() -> None:
    story = Story(fills_a_tank()).until(START_WINDOW_S / HOUR_S + 1.0, tank_kg=np.array([99.5]))
    assert [row.reason for row in story.log.rows if row.status == "skipped"] == [TANK_FULL]
    assert not any(row.status == "started" for row in story.log.rows)


def test_a_tank_that_fills_ends_the_session_and_blames_nobody() -> None:
    story = Story(fills_a_tank()).until(1.0, tank_kg=np.array([40.0]))
    assert story.executive.running()
    story.until(2.0, tank_kg=np.array([99.5]), load_power_w=np.zeros(5))
    assert [row.reason for row in story.log.rows if row.status == "aborted"] == [TANK_FULL]
    assert story.log.notices == []


def test_sessions_that_would_fill_a_full_tank_are_not_planned() -> None:
    manager = StationManager(station([fills_a_tank()]), TICK_S)
    rows = manager.handle(telemetry(START_S, tank_kg=np.array([99.5]))).plan
    assert [(row.status, row.reason) for row in rows] == [("left-out", TANK_FULL)]
