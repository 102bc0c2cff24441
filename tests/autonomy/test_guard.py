"""The reserve against a run made by brute force, and the ladder against its own promises."""

from collections import deque
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from stations import BATTERY, START_S, SURVIVAL_W, forecast, holding, station

from moonstead.autonomy.guard import (
    DOWN_MARGIN,
    FLOOR_FRACTION,
    GENERATION_DERATING,
    LAST_ALLOWED,
    UP_HOLD_S,
    UP_MARGIN,
    Guard,
    reserve_of,
    viable_reserve_j,
)
from moonstead.autonomy.manager import StationManager
from moonstead.autonomy.model import Mode
from moonstead.contracts import FloatArray
from moonstead.units import DAY_S, HOUR_S

NET_W = arrays(np.float64, st.integers(1, 60), elements=st.floats(-2000.0, 2000.0))


def lowest_j(
    start_j: float, net_w: FloatArray, slot_s: float, round_trip: float, charge_w: float
) -> float:
    """Return the least energy of a run that starts with some, in slots, by going through it."""
    least = held = start_j
    for power in net_w:
        held += slot_s * (min(power, charge_w) * round_trip if power > 0.0 else power)
        least = min(least, held)
    return least


@settings(max_examples=200, deadline=None)
@given(
    NET_W,
    st.sampled_from([60.0, 1800.0]),
    st.sampled_from([0.0, 1e6]),
    st.floats(0.3, 1.0),
    st.sampled_from([50.0, 700.0, 1e9]),
)
def test_the_reserve_is_enough_and_nothing_less_is(
    net_w: FloatArray, slot_s: float, floor_j: float, round_trip: float, charge_w: float
) -> None:
    reserve_j = viable_reserve_j(net_w, slot_s, np.full(len(net_w), floor_j), round_trip, charge_w)
    scale_j = 1e-9 * (floor_j + np.abs(net_w).sum() * slot_s) + 1e-9
    for slot in range(len(net_w)):
        rest_w = net_w[slot:]
        assert reserve_j[slot] >= floor_j
        assert lowest_j(reserve_j[slot], rest_w, slot_s, round_trip, charge_w) >= floor_j - scale_j
        less_j = 0.99 * reserve_j[slot] - scale_j
        if reserve_j[slot] > 0.0:
            assert lowest_j(less_j, rest_w, slot_s, round_trip, charge_w) < floor_j
    assert reserve_j[-1] == floor_j


@pytest.mark.parametrize("charge_power_w", [1e4, 40.0])
def test_the_reserve_carries_a_real_battery_through_the_dark(charge_power_w: float) -> None:
    """A battery with losses, floor and slow charge, stepped here, meets its least charge."""
    light, dark = np.full(200, 900.0), np.zeros(120)
    generation_w = np.concatenate([light, dark, light[:40], dark, light])
    battery = replace(BATTERY, charge_power_w=charge_power_w)
    model = station(stores=(battery,), forecast=forecast(generation_w))
    reserve_j = reserve_of(model)

    def least_above_floor_j(deliverable_j: float) -> float:
        stored_j = deliverable_j / BATTERY.discharge_efficiency
        least_j = stored_j
        for offered_w in generation_w:
            net_w = GENERATION_DERATING * offered_w - SURVIVAL_W
            if net_w > 0.0:
                stored_j += min(net_w, charge_power_w) * 1800.0 * BATTERY.charge_efficiency
            else:
                stored_j += net_w * 1800.0 / BATTERY.discharge_efficiency
            stored_j = min(stored_j, 0.9 * BATTERY.capacity_j)
            least_j = min(least_j, stored_j)
        return least_j * BATTERY.discharge_efficiency

    floor_j = FLOOR_FRACTION * model.capacity_j
    assert least_above_floor_j(float(reserve_j[150])) >= 0.0
    start_j = float(reserve_j[0])
    assert least_above_floor_j(start_j) == pytest.approx(floor_j, rel=1e-6)
    assert least_above_floor_j(0.99 * start_j) < floor_j


def test_a_reserve_beyond_the_stores_is_an_alarm_told_once() -> None:
    dark = station(forecast=forecast(np.zeros(48 * 40)))
    manager = StationManager(dark, 600.0)
    first = manager.handle(holding(START_S, 1.0))
    alarms = [notice for notice in first.notices if notice.kind == "design-alarm"]
    assert len(alarms) == 1
    needed_j = 40 * DAY_S * 150.0 + FLOOR_FRACTION * dark.capacity_j
    assert alarms[0].values["reserve_j"] == pytest.approx(needed_j)
    again = manager.handle(holding(START_S + 600.0, 1.0))
    assert not [notice for notice in again.notices if notice.kind == "design-alarm"]
    sunny = StationManager(station(), 600.0).handle(holding(START_S, 1.0))
    assert not [notice for notice in sunny.notices if notice.kind == "design-alarm"]


LEVELS = sorted({*DOWN_MARGIN.values(), *UP_MARGIN.values()})
MARGINS = [-1.0, *(level + step for level in LEVELS for step in (-1e-3, 0.0, 1e-3)), 0.5]


@pytest.mark.parametrize("tick_s", [600.0, 3600.0])
def test_every_state_of_the_ladder_keeps_its_promises(tick_s: float) -> None:
    """All states that any history of margins leads to, by breadth-first search."""
    longest_s = max(UP_HOLD_S.values())
    seen: set[tuple[Mode, float | None]] = set()
    waiting: deque[tuple[Mode, float | None]] = deque([(Mode.NOMINAL, None)])
    while waiting:
        mode, good_for_s = waiting.popleft()
        if (mode, good_for_s) in seen:
            continue
        seen.add((mode, good_for_s))
        for margin in MARGINS:
            guard = Guard(mode, None if good_for_s is None else -good_for_s)
            after = guard.assess(0.0, margin)
            floor = max((m for m, limit in DOWN_MARGIN.items() if margin < limit), default=0)
            assert after >= floor  # down at once, in the same tick
            assert after >= mode - 1  # up one step at a time
            if after < mode:
                assert margin > UP_MARGIN[mode]
                assert good_for_s is not None
                assert good_for_s >= UP_HOLD_S[mode]
            if after == mode > Mode.NOMINAL and margin > UP_MARGIN[mode]:
                assert guard.good_since_t_s is not None  # it is on its way up
            held = guard.good_since_t_s
            good = None if held is None else min(-held + tick_s, longest_s + tick_s)
            waiting.append((after, good))
    assert {mode for mode, _ in seen} == set(Mode)
    assert len(seen) < 1000


@pytest.mark.parametrize("start_s", [START_S, 0.0, -6e8])
@pytest.mark.parametrize("mode", [Mode.TRIM, Mode.REDUCED, Mode.SURVIVAL])
def test_it_comes_back_to_nominal_and_not_too_soon(mode: Mode, start_s: float) -> None:
    """Also in a year before 2000, where seconds past J2000 are negative."""
    guard = Guard(mode)
    wanted_s = sum(hold for step, hold in UP_HOLD_S.items() if step <= mode)
    t_s = start_s
    while guard.assess(t_s, 0.9) != Mode.NOMINAL:
        t_s += 600.0
        assert t_s - start_s < wanted_s + 4 * 600.0
    assert t_s - start_s >= wanted_s


def test_a_dip_starts_the_wait_again() -> None:
    guard = Guard(Mode.REDUCED)
    for t_s in np.arange(0.0, UP_HOLD_S[Mode.REDUCED], 600.0):
        assert guard.assess(float(t_s), 0.2) == Mode.REDUCED
    assert guard.assess(UP_HOLD_S[Mode.REDUCED] - 300.0, UP_MARGIN[Mode.REDUCED]) == Mode.REDUCED
    assert guard.assess(UP_HOLD_S[Mode.REDUCED], 0.2) == Mode.REDUCED
    assert guard.assess(UP_HOLD_S[Mode.REDUCED] + HOUR_S, 0.2) == Mode.REDUCED


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(MARGINS), min_size=1, max_size=60))
def test_the_ladder_never_chatters(margins: list[float]) -> None:
    """Between two steps up lies at least the hold of the mode that is left."""
    guard = Guard()
    last_up_s = -1e9
    for tick, margin in enumerate(margins):
        before, now_s = guard.mode, 1800.0 * tick
        if guard.assess(now_s, margin) < before:
            assert now_s - last_up_s >= UP_HOLD_S[before]
            last_up_s = now_s


def test_the_ladder_drops_what_matters_least_first() -> None:
    kept = [LAST_ALLOWED[mode] for mode in sorted(Mode)]
    assert kept == sorted(kept, reverse=True)
    assert all(Guard(mode).allows(1) for mode in Mode)
    assert not Guard(Mode.SURVIVAL).allows(2)
