"""Every bit that is sent comes home, waits or is lost; nothing is sooner than light."""

import dataclasses
import json
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moonstead.comms.plan import plan_of_rows
from moonstead.run.courier import Courier, Ended
from moonstead.run.uplink import Uplink
from moonstead.scenario.contact_network import ContactNetwork, Stretch, mean_rates_bit_per_s
from moonstead.scenario.ground_command import GroundCommand

NODES = ("station", "relay", "kashi", "jiamusi", "home-a", "home-b")
STATION_LIGHT_S, EARTH_LIGHT_S, CABLE_S = 0.05, 1.3, 0.1
DAY_S = 86400.0


def _network(*, memory: bool, contacts: list[tuple[float, float]]) -> ContactNetwork:
    """A relay that the station always sees, and that Earth serves at times."""
    rows = [("relay", "kashi", begin, end, 2e7, EARTH_LIGHT_S, 1.0) for begin, end in contacts]
    rows += [
        (ground, home, 0.0, 100 * DAY_S, 1e9, CABLE_S, 1.0)
        for ground in ("kashi", "jiamusi")
        for home in ("home-a", "home-b")
    ]
    if memory:
        stretches = (Stretch(0.0, 50 * DAY_S, "relay", STATION_LIGHT_S, 1e7),)
    else:
        light_s = STATION_LIGHT_S + EARTH_LIGHT_S
        stretches = tuple(Stretch(begin, end, "kashi", light_s, 1e7) for begin, end in contacts)
    return ContactNetwork(
        plan=plan_of_rows(NODES, rows),
        stretches={"relay": stretches},
        rates_bit_per_s={},
        live={},
        carriers={"relay": "relay"},
        services=(),
    )


def _courier(network: ContactNetwork, **memories_bit: float) -> Courier:
    owners = np.array([0, 1])
    return Courier(network, ("relay",), owners, ("a", "b"), memories_bit, 0.0)


def _bits(ended: list[Ended], *, home: bool) -> float:
    return sum(float(e.bit[np.isfinite(e.arrived_t_s) == home].sum()) for e in ended)


def test_what_is_on_its_last_hop_when_it_is_asked_for_counts_as_home() -> None:
    """Torture test P01, seed 4: asked a tenth of a second too soon, it was sent home from home."""
    rows = [
        ("relay", "kashi", 100.0, 3700.0, 2e7, EARTH_LIGHT_S, 1.0),
        ("kashi", "home-a", 0.0, 100 * DAY_S, 1e12, CABLE_S, 1.0),
    ]
    network = dataclasses.replace(
        _network(memory=True, contacts=[(100.0, 3700.0)]), plan=plan_of_rows(NODES, rows)
    )
    whole = _courier(network)
    whole.send(0.0, 60.0, np.array([1e6]), np.array([1e6, 0.0]))
    (home_t_s,) = whole.carry(DAY_S).arrived_t_s.tolist()
    courier = _courier(network)
    courier.send(0.0, 60.0, np.array([1e6]), np.array([1e6, 0.0]))
    ended = courier.carry(home_t_s - 0.5 * CABLE_S)
    assert (ended.bit.tolist(), ended.arrived_t_s.tolist()) == ([1e6], [home_t_s])
    assert ended.station.tolist() == [NODES.index("kashi")]
    assert courier.waiting_bit == 0.0
    assert len(courier.carry(DAY_S).bit) == 0


HOURS = st.lists(st.integers(0, 71), min_size=1, max_size=12, unique=True)


@given(
    HOURS,
    st.lists(st.tuples(st.floats(0.0, 2e10), st.floats(0.0, 2e10)), min_size=1, max_size=30),
    st.booleans(),
    st.sampled_from([float("inf"), 3e9]),
)
@settings(max_examples=40, deadline=None)
def test_what_is_sent_comes_home_waits_or_is_lost(
    hours: list[int], sent_bit: list[tuple[float, float]], down: bool, memory_bit: float
) -> None:
    contacts = [(h * 3600.0 + 100.0, h * 3600.0 + 3400.0) for h in sorted(hours)]
    courier = _courier(_network(memory=True, contacts=contacts), relay=memory_bit)
    ended, total_bit = [], 0.0
    for k, loads in enumerate(sent_bit):
        by_load = np.array([bit if bit >= 1.0 else 0.0 for bit in loads])
        total_bit += by_load.sum()
        courier.send(k * 3600.0, (k + 1) * 3600.0, np.array([by_load.sum()]), by_load)
        if down and k in {5, 9}:
            change = courier.close(["relay"] if k == 5 else [], (k + 1) * 3600.0)
            assert change is not None
            ended.append(change)
    ended += [courier.carry(day * DAY_S) for day in (3.0, 4.0)]
    kept_bit = courier.waiting_bit
    home_bit, lost_bit = _bits(ended, home=True), _bits(ended, home=False)
    assert home_bit + lost_bit + kept_bit == pytest.approx(total_bit, rel=1e-12, abs=1e-6)
    assert courier.waiting_by_load(2).sum() == pytest.approx(kept_bit, rel=1e-12, abs=1e-6)
    if memory_bit == float("inf"):
        assert lost_bit == 0.0
    for e in ended:
        home = np.isfinite(e.arrived_t_s)
        took_s = (e.arrived_t_s - e.sent_t_s)[home]
        assert np.all(took_s >= STATION_LIGHT_S + EARTH_LIGHT_S + CABLE_S)
        assert np.all(e.station[home] == NODES.index("kashi"))
        for t_s in e.arrived_t_s[home]:
            left_t_s = t_s - EARTH_LIGHT_S - CABLE_S - 2e9 / 1e9
            assert any(begin <= t_s and left_t_s <= end + 1.0 for begin, end in contacts)


def test_without_memory_it_is_home_after_the_light_time_and_the_cable() -> None:
    courier = _courier(_network(memory=False, contacts=[(0.0, 7200.0)]))
    courier.send(0.0, 3600.0, np.array([1e6]), np.array([4e5, 6e5]))
    ended = courier.carry(DAY_S)
    light_s = STATION_LIGHT_S + EARTH_LIGHT_S + CABLE_S
    np.testing.assert_allclose(
        ended.arrived_t_s - ended.sent_t_s, light_s + ended.bit.cumsum() / 1e9, atol=2e-3
    )
    assert ended.partner.tolist() == [0, 1]


def test_a_relay_that_is_down_keeps_what_it_holds_and_sends_it_later() -> None:
    contacts = [(3600.0, 7200.0), (36000.0, 39600.0)]
    courier = _courier(_network(memory=True, contacts=contacts))
    courier.send(0.0, 1800.0, np.array([1e9]), np.array([1e9, 0.0]))
    first = courier.close(["relay"], 1800.0)
    assert first is not None
    assert len(first.bit) == 0
    assert courier.close(["relay"], 2400.0) is None
    second = courier.close([], 9000.0)
    assert second is not None
    assert len(second.bit) == 0
    third = courier.carry(2 * DAY_S)
    assert third.bit.sum() == 1e9
    assert third.arrived_t_s[0] == pytest.approx(36000.0 + 1e9 / 2e7 + 1.4 + 1.0, abs=0.1)


def test_a_full_memory_refuses_and_it_is_told() -> None:
    courier = _courier(_network(memory=True, contacts=[(90000.0, 99000.0)]), relay=3e9)
    courier.send(0.0, 3600.0, np.array([8e9]), np.array([8e9, 0.0]))
    ended = courier.carry(DAY_S)
    assert _bits([ended], home=False) == pytest.approx(6e9)
    assert courier.waiting_bit == pytest.approx(2e9)


def test_a_cut_journey_goes_on_as_if_never_cut() -> None:
    contacts = [(3600.0 * h, 3600.0 * h + 1200.0) for h in range(0, 90, 5)]

    def journey(*, cut: bool) -> list[Any]:
        courier = _courier(_network(memory=True, contacts=contacts))
        told = []
        for block in range(3):
            for k in range(24):
                begin = (24 * block + k) * 3600.0
                courier.send(begin, begin + 3600.0, np.array([9e9]), np.array([4e9, 5e9]))
            ended = courier.carry((block + 1) * DAY_S)
            told.append((ended.bit.tolist(), ended.arrived_t_s.tolist(), ended.load.tolist()))
            if cut:
                memory = courier.memory()
                courier = _courier(_network(memory=True, contacts=contacts))
                courier.restore(memory)
        return told

    assert journey(cut=True) == journey(cut=False)


def _uplink(courier: Courier) -> Uplink:
    """The commands of a scenario that has nothing else; a command goes to the relay itself too."""
    commands = [
        GroundCommand.model_validate({"at": at, "partner": "a", "target": target, "level": 1.0})
        for at, target in (
            ("2000-01-01T13:00:00", "heater"),
            ("2000-01-02T12:00:00", "relay.radio"),
        )
    ]
    scenario = cast("Any", SimpleNamespace(command=commands))
    return Uplink(scenario, courier, {"relay"}, lambda _partner, _t_s: True)


UP = [
    ("home-a", "kashi", -1e6, 4e6, 1e4, CABLE_S, 1.0),
    ("kashi", "relay", 3600.0, 7200.0, 1e3, EARTH_LIGHT_S, 1.0),
    ("kashi", "relay", 200000.0, 210000.0, 1e3, EARTH_LIGHT_S, 1.0),
    ("relay", "station", 600000.0, 700000.0, 100.0, STATION_LIGHT_S, 1.0),
]


@given(st.lists(st.floats(3600.0, 650000.0), max_size=6), st.booleans())
@example([3670.0, 200005.0], True)  # while they fly to the relay
@example([600040.0], True)  # while it flies to the station
@settings(max_examples=25, deadline=None)
def test_a_command_goes_on_from_where_it_is_however_the_time_is_cut(
    cuts: list[float], resumed: bool
) -> None:
    network = _network(memory=True, contacts=[(0.0, 7200.0)])
    network = dataclasses.replace(network, plan=plan_of_rows(NODES, UP))
    courier = _courier(network)
    uplink = _uplink(courier)
    came: dict[str, list[float]] = {}
    times = sorted({*np.arange(1800.0, 700001.0, 20000.0).tolist(), *cuts})
    for t_s in times:
        commands, notices = uplink.step(t_s)
        assert len(commands) == len(notices)
        for notice in notices:
            came.setdefault(notice.subject, []).append(notice.values["took_s"])
        if t_s not in cuts:
            continue
        courier.carry(t_s)
        kept = json.loads(json.dumps([courier.memory(), uplink.memory()]))
        if resumed:
            courier = _courier(network)
            uplink = _uplink(courier)
            courier.restore(kept[0])
            uplink.restore(kept[1])
    # By hand: the first is at the relay within the first contact and waits there for the station;
    # the second waits on Earth. J2000 is 64.184 s before noon UTC.
    light_s = EARTH_LIGHT_S + 8.192
    assert came["relay.radio"] == [pytest.approx(200000.0 - 86464.184 + light_s, abs=0.01)]
    down_s = 81.92 + STATION_LIGHT_S
    assert came["heater"] == [pytest.approx(600000.0 - 3664.184 + down_s, abs=0.01)]


@given(st.floats(0.0, 7000.0))
@example(300.0)
@settings(max_examples=20, deadline=None)
def test_what_is_being_sent_arrives_although_the_plan_changes(cut_t_s: float) -> None:
    # The first contact takes all and 0.1 s more: nothing is sent twice, no time is lost.
    contacts = [(100.0, 500.1), (7100.0, 8000.0)]
    courier = _courier(_network(memory=True, contacts=contacts))
    courier.send(0.0, 50.0, np.array([8e9]), np.array([8e9, 0.0]))
    ended = [courier.carry(t_s) for t_s in sorted({60.0, max(cut_t_s, 60.0), 7050.0})]
    assert _bits(ended, home=True) == 8e9
    assert max(e.arrived_t_s.max(initial=0.0) for e in ended) == pytest.approx(503.4, abs=0.01)


@given(
    st.lists(
        st.tuples(st.floats(-50.0, 700.0), st.floats(0.0, 400.0), st.sampled_from([1e6, 2.5e6])),
        max_size=8,
    )
)
def test_what_a_path_offers_is_the_volume_of_its_stretches(
    given_stretches: list[tuple[float, float, float]],
) -> None:
    stretches, last = [], -1e9
    for begin, length, rate in sorted(given_stretches):
        start = max(begin, last)
        last = start + length
        stretches.append(Stretch(start, last, "kashi", 0.0, rate))
    rates = mean_rates_bit_per_s(stretches, 0.0, 60.0, 10)
    for step in range(10):
        low, high = 60.0 * step, 60.0 * (step + 1)
        volume = sum(
            max(min(s.end_t_s, high) - max(s.start_t_s, low), 0.0) * s.rate_bit_per_s
            for s in stretches
        )
        assert rates[step] * 60.0 == pytest.approx(volume, rel=1e-9, abs=1e-3)
