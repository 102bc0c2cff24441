"""The station manager as a whole: what it commands, what it remembers, what it may know."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stations import BATTERY, START_S, experiment, forecast, holding, station, telemetry

from moonstead.autonomy.manager import BEACON_EVERY_S, RADIO_LEAST_BIT, REPLAN_S, StationManager
from moonstead.autonomy.model import LoadModel, Mode, RadioModel, StationModel
from moonstead.contracts import Decision, Telemetry
from moonstead.units import DAY_S, HOUR_S

TICK_S = 600.0
HALF_DAYS = np.tile(np.concatenate([np.full(240, 2000.0), np.zeros(240)]), 4)


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
    n_ticks = draw(st.integers(20, 200))
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


@settings(max_examples=40, deadline=None)
@given(frames(), st.data())
def test_restored_from_json_it_decides_the_same(told: list[Telemetry], data: Any) -> None:
    one = StationManager(lively(), TICK_S)
    cut = data.draw(st.integers(0, len(told)))
    for seen in told[:cut]:
        one.handle(seen)
    other = StationManager(lively(), TICK_S)
    other.restore(json.loads(json.dumps(one.state(), allow_nan=False)))
    assert other.state() == one.state()
    for seen in told[cut:]:
        assert other.handle(seen) == one.handle(seen)
    assert other.state() == one.state()


@settings(max_examples=20, deadline=None)
@given(frames())
def test_state_is_a_copy_and_handling_changes_no_telemetry(told: list[Telemetry]) -> None:
    manager = StationManager(lively(), TICK_S)
    middle = len(told) // 2
    for seen in told[:middle]:
        manager.handle(seen)
    kept = manager.state()
    frozen = json.dumps(kept)
    before = [seen.store_energy_j.copy() for seen in told]
    decisions = [manager.handle(seen) for seen in told[middle:]]
    assert json.dumps(kept) == frozen
    for seen, energy_j in zip(told, before, strict=True):
        np.testing.assert_array_equal(seen.store_energy_j, energy_j)
    again = StationManager(lively(), TICK_S)
    again.restore(kept)
    assert [again.handle(seen) for seen in told[middle:]] == decisions


@settings(max_examples=40, deadline=None)
@given(frames())
def test_it_commands_on_change_only_and_never_what_the_mode_forbids(told: list[Telemetry]) -> None:
    model = lively()
    manager = StationManager(model, TICK_S)
    levels = {load.name: load.normal_level for load in model.loads}
    priorities = {load.name: load.priority for load in model.loads}
    highest = {Mode.NOMINAL: 9, Mode.TRIM: 6, Mode.REDUCED: 2, Mode.SURVIVAL: 1}
    for seen in told:
        decision = manager.handle(seen)
        names = [command.load for command in decision.commands]
        assert len(names) == len(set(names))
        for command in decision.commands:
            assert 0.0 <= command.level <= 1.0
            assert levels[command.load] != command.level
            levels[command.load] = command.level
        for name, level in levels.items():
            if level > 0.0 and name != "radio":
                assert priorities[name] <= highest[manager.guard.mode]
            if priorities[name] == 1:
                assert level == 1.0
    assert levels == manager.sent


def commands(decision: Decision) -> dict[str, float]:
    return {command.load: command.level for command in decision.commands}


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
    manager = StationManager(model, TICK_S)
    first = manager.handle(holding(START_S, 0.9, load_power_w=powers_w))
    assert commands(first) == {"camera": 1.0}
    low = manager.handle(holding(START_S + TICK_S, 0.11, load_power_w=powers_w))
    assert commands(low) == {"camera": 0.0, "pump": 0.0}
    assert [notice.kind for notice in low.notices] == ["mode"]
    assert manager.guard.mode == Mode.SURVIVAL
    t_s = START_S + TICK_S
    woken = {}
    while manager.guard.mode != Mode.NOMINAL:
        t_s += TICK_S
        woken |= commands(manager.handle(holding(t_s, 0.9, load_power_w=powers_w)))
        assert t_s < START_S + 2 * DAY_S
    assert woken == {"camera": 1.0, "pump": 1.0}


def test_it_plans_once_a_day_and_when_the_mode_changes() -> None:
    manager = StationManager(station((experiment(sessions=999),)), TICK_S)
    planned = []
    for tick in range(int(2.5 * REPLAN_S / TICK_S)):
        decision = manager.handle(holding(START_S + tick * TICK_S, 0.9))
        if any(row.status == "planned" for row in decision.plan):
            planned.append(tick * TICK_S)
    assert planned == [0.0, REPLAN_S, 2 * REPLAN_S]
    t_s = START_S + 2.6 * REPLAN_S
    decision = manager.handle(holding(t_s, 0.2))  # margin 0.06: trim
    assert manager.guard.mode == Mode.TRIM
    assert any(row.status in {"planned", "left-out"} for row in decision.plan)


def test_the_radio_is_on_when_there_is_something_to_send_and_someone_to_hear() -> None:
    model = station(
        loads=(
            LoadModel(name="near", power_w=1.0, priority=2, normal_level=0.0),
            LoadModel(name="far", power_w=1.0, priority=2, normal_level=0.0),
        ),
        radios=(RadioModel(load="near", path="relay"), RadioModel(load="far", path="direct")),
    )
    full = np.array([2 * RADIO_LEAST_BIT])

    def on(t_s: float, direct: bool, relay: bool, **changes: Any) -> set[str]:
        manager = StationManager(model, TICK_S)
        seen = {"path_open": np.array([direct, relay]), "recorder_bit": full, **changes}
        return {
            name
            for name, level in commands(manager.handle(telemetry(t_s, **seen))).items()
            if level
        }

    assert on(START_S, direct=True, relay=True) == {"near"}
    assert on(START_S, direct=True, relay=False) == {"far"}
    assert on(START_S, direct=False, relay=False) == set()
    little = np.array([RADIO_LEAST_BIT / 2])
    assert on(START_S, direct=True, relay=True, recorder_bit=little) == set()
    empty = np.array([0.1 * BATTERY.capacity_j])
    spoken = [
        bool(on(START_S + tick * TICK_S, direct=True, relay=True, store_energy_j=empty))
        for tick in range(int(DAY_S / TICK_S))
    ]
    assert sum(spoken) == DAY_S / BEACON_EVERY_S  # a beacon for one tick, also when asleep


def test_a_station_without_stores_does_not_divide_by_them() -> None:
    bare = {"stores": (), "experiments": ()}
    seen = telemetry(START_S)
    rich = StationManager(station(**bare), TICK_S)
    rich.handle(seen)
    assert rich.guard.mode == Mode.NOMINAL
    poor = StationManager(station(**bare, forecast=forecast(np.full(96, 100.0))), TICK_S)
    poor.handle(seen)
    assert poor.guard.mode == Mode.SURVIVAL
    for manager in (rich, poor):
        assert np.isfinite(manager.margin(seen))


@pytest.mark.parametrize("n_slots", [0, 1, 5])
def test_a_forecast_that_ends_is_no_trouble(n_slots: int) -> None:
    model = station((experiment(),), forecast=forecast(np.full(n_slots, 2000.0)))
    manager = StationManager(model, TICK_S)
    for tick in range(30):
        manager.handle(holding(START_S + tick * HOUR_S, 0.9))
        assert np.isfinite(manager.reserve_now_j(START_S + tick * HOUR_S))


def test_the_reserve_between_slots_is_linear() -> None:
    manager = StationManager(lively(), TICK_S)
    starts = START_S + 1800.0 * np.arange(len(manager.reserve_j))
    for t_s in np.linspace(START_S, starts[-1] + 3600.0, 400):
        wanted = np.interp(t_s, starts, manager.reserve_j)
        assert manager.reserve_now_j(float(t_s)) == pytest.approx(wanted, rel=1e-12)


def test_a_wait_for_better_times_goes_on_after_a_restart() -> None:
    """Stopped at any tick of a recovery, it recovers in the same tick as one that was not."""

    def recovered_s(stop_at: int) -> list[float]:
        manager = StationManager(station(), TICK_S)
        manager.handle(holding(START_S, 0.1))
        steps = []
        for tick in range(1, 150):
            if tick == stop_at:
                told = json.loads(json.dumps(manager.state()))
                manager = StationManager(station(), TICK_S)
                manager.restore(told)
            before = manager.guard.mode
            manager.handle(holding(START_S + tick * TICK_S, 0.9))
            if manager.guard.mode != before:
                steps.append(tick * TICK_S)
        return steps

    undisturbed = recovered_s(0)
    assert len(undisturbed) == 3
    for stop_at in range(1, 150, 7):
        assert recovered_s(stop_at) == undisturbed
