"""The guard as a whole: odd times, parts that fail, what goes out, and what it remembers."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from guarded import LEVERS, START_S, TICK_S, frame, knowledge, telecommand
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstead.autonomy.guard.guard import Guard
from moonstead.autonomy.guard.modes import BEACON_S, LAST_ALLOWED, Mode
from moonstead.autonomy.guard.view import Evidence, View
from moonstead.autonomy.guard.watch import RESTARTS, TICKS_TO_BELIEVE
from moonstead.contracts import Command, Notice, Priority, Verified
from moonstead.units import DAY_S, HOUR_S


class Station:
    """A guard and what is commanded to it."""

    def __init__(self, **changes: Any) -> None:
        self.guard = Guard(knowledge(**changes))
        self.t_s = START_S
        self.out: tuple[Command, ...] = ()
        self.told: list[Notice] = []

    def tick(
        self,
        fraction: float = 0.8,
        orders: Any = (),
        t_s: float | None = None,
        evidence: Evidence = Evidence(),  # noqa: B008  frozen
        **seen: Any,
    ) -> View:
        telemetry = frame(self.t_s if t_s is None else t_s, fraction, **seen)
        if t_s is None:
            self.t_s += TICK_S
        view = self.guard.assess(telemetry, evidence)
        work = orders if callable(orders) else lambda: list(orders)
        wishes = self.guard.supervise("executive", work, [])
        self.guard.supervise("planner", lambda: None, None)
        self.out, told = self.guard.release(wishes, telemetry.path_open)
        self.told = [*view.notices, *told]
        return view


def kinds(station: Station) -> list[str]:
    return [notice.kind for notice in station.told]


def broken() -> list[Command]:
    raise ZeroDivisionError("boom")


NONSENSE = [
    [Command("camera", math.nan)],
    [Command("camera", 1.5)],
    [Command("nothing", 1.0)],
    [Command("camera", 0.5)] * 1000,
    broken,
]


@pytest.mark.parametrize("orders", NONSENSE)
def test_an_executive_gone_mad_is_cut_off_in_its_tick_and_made_anew(orders: Any) -> None:
    station = Station()
    station.tick(orders=[Command("camera", 1.0)])
    assert station.guard.sent["camera"] == 1.0
    station.tick(orders=orders)
    assert station.guard.sent["camera"] == 0.0  # the fixed programme
    view = station.tick(orders=[])
    assert list(view.restart) == ["executive"]
    assert view.mode == Mode.NOMINAL
    station.tick(orders=[Command("camera", 1.0)])
    assert station.guard.sent["camera"] == 1.0


def test_restarts_that_do_not_help_bring_safe_and_the_station_lives_on() -> None:
    station = Station()
    for _ in range(RESTARTS):
        assert station.tick(orders=broken).mode == Mode.NOMINAL
    view = station.tick(orders=broken)
    assert view.mode == Mode.SAFE
    assert not view.runs_parts
    ran = []
    station.tick(orders=lambda: ran.append(1) or [])
    assert not ran
    assert station.guard.sent["computer"] == 1.0
    while view.mode == Mode.SAFE:
        view = station.tick()
        assert station.t_s < START_S + 80 * HOUR_S
    assert station.t_s > START_S + 72 * HOUR_S
    assert set(view.restart) == {"executive", "planner"}


def test_safe_by_resets_ends_soon_after_them_but_only_once_in_three_days() -> None:
    station = Station()
    station.tick()

    def hours_in_safe() -> float:
        """Let the computer reset every 40 min for a day (torture test D02)."""
        modes = []
        every = round(2400.0 / TICK_S)
        for k in range(36 * every):
            if k % every == 0:
                station.guard.boot("it was reset by its watchdog")
            modes.append(station.tick().mode)
        while modes[-1] == Mode.SAFE:
            modes.append(station.tick().mode)
            assert len(modes) < 10 * DAY_S / TICK_S
        return modes.count(Mode.SAFE) * TICK_S / HOUR_S

    assert 22.0 < hours_in_safe() <= 24.0
    assert hours_in_safe() > 70.0  # until 72 h after it was left before
    for _ in range(round(3 * DAY_S / TICK_S)):
        station.tick()
    assert 22.0 < hours_in_safe() <= 24.0


def test_rare_failures_never_bring_safe() -> None:
    station = Station()
    for k in range(300):
        view = station.tick(orders=broken if k % 7 == 0 else [])
        assert view.mode == Mode.NOMINAL


def test_a_planner_that_never_answers_is_made_anew() -> None:
    guard = Guard(knowledge())
    anew: list[str] = []
    for k in range(8):
        anew += guard.assess(frame(START_S + k * TICK_S)).restart
        guard.supervise("executive", lambda: None, None)
    assert anew == ["planner"]


ALL_ON = [Command(lever.name, 1.0) for lever in LEVERS]


@pytest.mark.parametrize("fraction", [0.99, 0.16, 0.12, 0.08, 0.04])
def test_nothing_above_the_allowed_priority_goes_out(fraction: float) -> None:
    station = Station()
    view = station.tick(fraction, orders=ALL_ON)
    for lever in LEVERS:
        allowed = lever.priority <= LAST_ALLOWED[view.mode]
        level = station.guard.sent[lever.name]
        if lever.kind in ("load", "link") and not allowed:
            assert level <= lever.shed_level
        if lever.priority == Priority.SURVIVAL and lever.kind == "load":
            hibernates = view.mode == Mode.HIBERNATE
            assert level == (lever.hibernate_level if hibernates else 1.0)
    assert ("withheld" in kinds(station)) == (view.mode > Mode.NOMINAL)


def test_no_one_inside_switches_off_what_lives_unless_it_is_faulty() -> None:
    dark = {"sun_seen": False, "source_power_w": np.array([0.0])}
    station = Station()
    off = [Command(lever.name, 0.0) for lever in LEVERS]
    station.tick(orders=off, **dark)
    sent = station.guard.sent
    assert (sent["heater"], sent["computer"], sent["cable"], sent["tie"]) == (1.0, 1.0, 0.1, 0.5)
    station.guard.assess(frame(station.t_s, **dark))
    station.guard.release([], np.array([True]), frozenset({"hub"}))
    assert station.guard.sent["heater"] == 0.0  # a heater stuck on, told by fault protection


def test_shed_in_the_same_tick_and_given_back_with_the_wish_kept() -> None:
    station = Station()
    station.tick(orders=[Command("camera", 1.0), Command("cable", 1.0)])
    station.tick(0.08)
    assert {(c.load, c.level) for c in station.out} == {("camera", 0.0), ("cable", 0.1)}
    for _ in range(60):
        station.tick(0.9)
    assert station.guard.sent["camera"] == station.guard.sent["cable"] == 1.0


def test_asleep_a_beacon_speaks_every_six_hours_for_a_tick() -> None:
    station = Station()
    spoke = []
    for k in range(150):
        station.tick(0.06)
        if station.guard.sent["radio"] == 1.0:
            spoke.append(k)
    assert set(np.diff(spoke)) == {int(BEACON_S / TICK_S)}


def test_in_safe_the_radio_listens_while_a_path_is_open() -> None:
    station = Station()
    fault = Evidence(critical=("pump stopped",))
    assert station.tick(evidence=fault).mode == Mode.SAFE
    assert station.guard.sent["radio"] == 1.0
    station.tick(path_open=np.array([False]))
    assert station.guard.sent["radio"] == 0.0


def test_a_fault_that_stays_keeps_safe_until_people_who_know_it_clear_it() -> None:
    station = Station()
    fault = Evidence(critical=("pump stopped",))
    for _ in range(int(80 * HOUR_S / TICK_S)):
        assert station.tick(evidence=fault).mode == Mode.SAFE
    clear = telecommand(1, "clear", issued_t_s=station.t_s, expires_t_s=station.t_s + 60.0)
    assert station.tick(evidence=fault, received=(clear,)).mode == Mode.NOMINAL
    assert station.tick(evidence=fault).mode == Mode.NOMINAL  # known
    other = Evidence(critical=("pump stopped", "battery hot"))
    assert station.tick(evidence=other).mode == Mode.SAFE  # new
    third = Evidence(critical=("pump stopped", "battery hot", "leak"))
    late = telecommand(2, "clear", issued_t_s=station.t_s, expires_t_s=station.t_s + 60.0)
    view = station.tick(evidence=third, received=(late,))  # they did not know of the leak
    assert view.mode == Mode.SAFE
    assert view.reports[-1].stage == Verified.COMPLETION_FAILED
    assert "leak" in view.reports[-1].reason


def test_little_room_trims() -> None:
    station = Station()
    assert station.tick(recorder_bit=np.array([0.85e12])).mode == Mode.TRIM
    assert Station().tick(evidence=Evidence(room=0.1)).mode == Mode.TRIM


class TestOddTimes:
    def test_a_single_frame_out_of_time_changes_nothing(self) -> None:
        for odd_s in (-5 * DAY_S, -TICK_S, 0.0, 30 * DAY_S, math.nan):
            station = Station()
            for _ in range(5):
                station.tick()
            station.tick(t_s=station.t_s + odd_s if odd_s else station.t_s - TICK_S)
            assert "clock" in kinds(station), odd_s
            for _ in range(5):
                assert station.tick().mode == Mode.NOMINAL
                assert "energy-doubt" not in kinds(station)

    @pytest.mark.parametrize("jump_s", [-30 * DAY_S, 30 * DAY_S])
    def test_a_clock_that_jumped_brings_safe_and_people_are_heard(self, jump_s: float) -> None:
        station = Station()
        station.tick()
        station.t_s += jump_s
        for _ in range(TICKS_TO_BELIEVE - 1):
            assert station.tick().mode == Mode.NOMINAL
        assert station.tick().mode == Mode.SAFE
        true_s = station.t_s - jump_s  # what they say is out of its time here
        clear = telecommand(1, "clear", issued_t_s=true_s, expires_t_s=true_s + HOUR_S)
        assert station.tick(received=(clear,)).mode == Mode.NOMINAL

    def test_missed_frames_are_told_and_bridged(self) -> None:
        station = Station()
        station.tick()
        station.t_s += 7 * TICK_S
        view = station.tick()
        assert "7 frames missed" in station.told[0].text
        assert view.mode == Mode.NOMINAL

    def test_a_doubled_frame_does_not_make_time_pass(self) -> None:
        station = Station()
        for _ in range(3):
            station.tick(0.08)
        for _ in range(200):
            view = station.tick(0.9, t_s=station.t_s - TICK_S)
        assert view.mode == Mode.REDUCED


@st.composite
def stories(draw: Any) -> list[tuple[Any, bool]]:
    """Frames of any sort, commands among them, and whether the executive fails."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    t_s, fraction, story = START_S, 0.5, []
    for k in range(draw(st.integers(5, 60))):
        t_s += float(random.choice([TICK_S, TICK_S, 0.0, 5 * TICK_S, -DAY_S, 10 * DAY_S]))
        fraction = float(np.clip(fraction + 0.1 * random.standard_normal(), -0.1, 1.1))
        shown = random.choice([fraction, fraction, np.nan])
        issued_s = t_s if random.random() < 0.8 else t_s - 5 * DAY_S
        kind = str(random.choice(["level", "safe", "clear", "start", "nonsense"]))
        item = telecommand(k, kind, issued_t_s=issued_s, expires_t_s=issued_s + DAY_S)
        seen = frame(
            t_s, shown, sun_seen=bool(random.random() < 0.5),
            path_open=np.array([random.random() < 0.5]),
            received=(item,) if random.random() < 0.3 else (),
        )  # fmt: skip
        story.append((seen, random.random() < 0.2))
    return story


@settings(max_examples=25, deadline=None)
@given(stories(), st.data())
def test_restored_from_json_it_decides_the_same(story: list[tuple[Any, bool]], data: Any) -> None:
    def play(guard: Guard, part: list[tuple[Any, bool]]) -> list[Any]:
        answers: list[Any] = []
        for seen, fails in part:
            view = guard.assess(seen)
            orders = guard.supervise("executive", broken if fails else lambda: ALL_ON, [])
            answers += [view, guard.release(orders, seen.path_open)]
            assert math.isfinite(view.energy_j)
            assert guard.sent["computer"] > 0.0
        return answers

    cut = data.draw(st.integers(0, len(story)))
    one, other = Guard(knowledge()), Guard(knowledge())
    play(one, story[:cut])
    other.restore(json.loads(json.dumps(one.state(), allow_nan=False)))
    assert other.state() == one.state()
    assert play(other, story[cut:]) == play(one, story[cut:])
    assert other.state() == one.state()


def keeps_warm(temperature_k: float, isolated: frozenset[str] = frozenset()) -> list[Command]:
    """Return what goes out after a partner has switched a heater off in the light, as it cools."""
    levers = tuple(
        replace(one, node=0, least_k=250.0) if one.name == "heater" else one for one in LEVERS
    )
    guard = Guard(knowledge(levers=levers))
    order = telecommand(1, target="heater", value=0.0, source="esa")
    guard.assess(frame(START_S, received=(order,)))
    off, _ = guard.release([], np.array([True]))
    assert Command("heater", 0.0) in off
    guard.assess(frame(START_S + TICK_S, node_temperature_k=np.array([temperature_k])))
    commands, notices = guard.release([], np.array([True]), isolated)
    assert bool(commands) == bool(notices)
    return list(commands)


@pytest.mark.parametrize(
    ("temperature_k", "is_on"), [(251.0, False), (250.0, True), (200.0, True), (np.nan, True)]
)
def test_a_heater_that_someone_switched_off_comes_back_before_it_is_too_cold(
    temperature_k: float, is_on: bool
) -> None:
    assert (Command("heater", 1.0) in keeps_warm(temperature_k)) == is_on


def test_a_heater_that_is_isolated_for_a_fault_stays_off() -> None:
    assert keeps_warm(200.0, frozenset({"hub"})) == []
