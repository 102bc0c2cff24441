"""Paths, ground stations and homes that are silent: what is closed, and that nothing is lost."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_courier import _bits, _courier, _network

import scenarios
from moonstead.run.link_faults import NO_OUTAGE, LinkFaults
from moonstead.scenario.build import read_scenario
from moonstead.scenario.model import Scenario
from moonstead.simulation.schedule import Fault, Mode
from moonstead.units import DAY_S, HOUR_S

CARRIERS = {"relay": "relay", "module": "module"}
PARTNERS = scenarios.PARTNER + '[[partner]]\nname = "roscosmos"\ntitle = "R"\nrole = "founder"\n'


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    path: Path = tmp_path_factory.mktemp("links") / "links.toml"
    parts = (scenarios.SITE, PARTNERS, scenarios.NETWORK, scenarios.HUB, scenarios.ORBITERS)
    path.write_text(scenarios.text(*parts))
    return read_scenario(path)[0]


def fault(
    *targets: str, mode: Mode = Mode.OFF, size: float = 1.0, period_s: float = DAY_S
) -> Fault:
    return Fault(name="silent", targets=targets, mode=mode, size=size, period_s=period_s)


def test_a_path_is_cut_where_the_station_is(scenario: Scenario) -> None:
    faults = LinkFaults(scenario, CARRIERS)
    direct = faults.outage([(fault("direct"), 0.0)], 1.0)
    assert direct.links == {("station", "kashi"), ("station", "neuquen")}
    assert direct.shares == (("direct", 0.0),)
    relay = faults.outage([(fault("path:relay"), 0.0)], 1.0)
    assert relay.links == {("station", "relay")}  # what it holds goes on to Earth
    module = faults.outage([(fault("path:module"), 0.0)], 1.0)
    assert module.links == {("module", "kashi"), ("module", "neuquen")}


def test_a_name_of_an_element_is_the_element(scenario: Scenario) -> None:
    assert LinkFaults(scenario, CARRIERS).outage([(fault("relay"), 0.0)], 1.0) == NO_OUTAGE


def test_stations_and_homes_are_nodes(scenario: Scenario) -> None:
    outage = LinkFaults(scenario, CARRIERS).outage([(fault("kashi", "home:cnsa"), 0.0)], 1.0)
    assert outage.nodes == {"kashi", "home-cnsa"}
    assert outage.silent == {"cnsa"}
    assert not outage.shares


def test_faults_of_a_path_multiply_and_come_and_go(scenario: Scenario) -> None:
    faults = LinkFaults(scenario, CARRIERS)
    noisy = (fault("direct", mode=Mode.DERATED, size=0.3), 0.0)
    again = (fault("direct", mode=Mode.DERATED, size=0.5), 0.0)
    assert faults.outage([noisy, again], 1.0).shares == (("direct", pytest.approx(0.35)),)
    assert not faults.outage([noisy, again], 1.0).links
    gap = (fault("direct", mode=Mode.INTERMITTENT, size=0.25, period_s=4 * HOUR_S), 0.0)
    silent = [bool(faults.outage([gap], hour * HOUR_S).links) for hour in range(8)]
    assert silent == [True, False, False, False] * 2


@settings(max_examples=8)
@given(st.integers(1, 40), st.integers(1, 30))
def test_what_waits_behind_a_cut_comes_home_when_it_is_over(begin_h: int, hours: int) -> None:
    """Cut between relay and Earth: the relay holds it, and no bit is lost or sooner."""
    courier = _courier(_network(memory=True, contacts=[(0.0, 50 * DAY_S)]), relay=1e15)
    sent_bit, ended = 0.0, []
    end_h = begin_h + hours
    for hour in range(80):
        t_s = hour * HOUR_S
        cut = {("relay", "kashi")} if begin_h <= hour < end_h else set()
        found = courier.close((), t_s, cut) if hour else None
        if found is not None:
            ended.append(found)
        if hour < 60:
            bit = np.array([3e8, 1e8])
            courier.send(t_s, t_s + HOUR_S, np.array([bit.sum()]), bit)
            sent_bit += float(bit.sum())
    ended.append(courier.carry(90 * HOUR_S))
    home_s = np.concatenate([one.arrived_t_s for one in ended])
    inside = (home_s > begin_h * HOUR_S + 3600.0) & (home_s < end_h * HOUR_S)
    assert not inside.any()
    assert _bits(ended, home=True) + courier.waiting_bit == pytest.approx(sent_bit)
    assert courier.waiting_bit == pytest.approx(0.0)


def test_with_everything_closed_everything_waits() -> None:
    courier = _courier(_network(memory=True, contacts=[(0.0, 50 * DAY_S)]), relay=1e15)
    courier.close(("kashi", "jiamusi", "home-a", "home-b"), 0.0, {("station", "relay")})
    courier.send(0.0, HOUR_S, np.array([4e8]), np.array([3e8, 1e8]))
    assert not len(courier.carry(DAY_S).bit)
    assert courier.waiting_bit == pytest.approx(4e8)
