"""A run over a rover's link, a relay's access by its radios, and a laser to the one telescope."""

import json

import numpy as np
import pytest

import moonstead.run.execute as execute_module
import scenarios
from moonstead.record.directory import RunDirectory
from moonstead.scenario.build import World, build_world, read_scenario

RELAY = (
    scenarios.ORBITERS.partition('\n[[element]]\ntype = "orbital_module"')[0]
    .replace('earth_radio = "queqiao-2-ka"', 'earth_terminal = "llcd"')
    .replace(
        "[element.orbit]",
        'moon_radio = "queqiao-2-uhf"\nstation_radio = "rover-uhf"\n[element.orbit]',
    )
)
TELESCOPE = """
[[ground_station]]
station = "kashi"
partner = "cnsa"
terminal = "llcd-ground"

[[ground_station]]
station = "neuquen"
partner = "cnsa"
"""
ROVER = """
[[element]]
type = "rover"
name = "rover"
partner = "cnsa"
mass_kg = 430
avionics_power_w = 50
drive_power_w = 150
payload_power_w = 80
payload_rate_bit_per_s = "200 kbit/s"
recorder = "hub"
battery_j = "5 kWh"
battery_power_w = 600
charger_power_w = 300
easting_m = 0
northing_m = 13000
surface_link = { radio = "rover-uhf", hub_radio = "station-uhf" }
[element.thermal]
heat_capacity_j_per_k = 2.5e5
radiating_area_m2 = 4
emissivity = 0.06
survival_min_k = 233
heater_power_w = 100

[[experiment]]
name = "survey"
title = "Survey beyond the horizon"
partner = "cnsa"
element = "rover"
kind = "exploration"
duration_s = "2 h"
sessions = 20
gap_s = "2 h"
value = 1

[[command]]
at = 2035-03-02T12:00:00Z
partner = "cnsa"
target = "rover.avionics"
level = 1

[[command]]
at = 2035-03-02T12:00:00Z
partner = "cnsa"
target = "hub.housekeeping"
level = 1
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("scenario") / "links.toml"
    parts = (
        scenarios.SITE,
        scenarios.PARTNER,
        TELESCOPE,
        scenarios.HUB,
        scenarios.POWER,
        RELAY,
        ROVER,
    )
    radios = '[{ path = "relay", power_w = 60, rate_limit_bit_per_s = "2 Mbit/s" }]'
    text = scenarios.text(*parts, end="2035-03-05T00:00:00Z", radios=radios)
    # Under this seed most of the time is clear over Kashi.
    path.write_text(text.replace("seed = 3", "seed = 5"))
    return build_world(*read_scenario(path), path)


@pytest.fixture(scope="module")
def run(world: World, tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    directory = RunDirectory(tmp_path_factory.mktemp("links") / "run")
    execute_module.execute(world, directory, lambda _done, _total: None)
    return directory


def test_a_rover_makes_what_its_link_carries(run: RunDirectory) -> None:
    summary = run.summary()
    link = summary["network"]["surface_links"]["rover"]
    assert not link["visible"]
    assert 0.0 < link["rate_bit_per_s"] < 200e3
    made_gbit = summary["data"]["loads"]["rover.payload"]["made_gbit"]
    hours = summary["energy"]["loads"]["rover.payload"]["running_h"]
    assert hours > 4.0
    assert made_gbit == pytest.approx(link["rate_bit_per_s"] * hours * 3600.0 / 1e9, rel=1e-9)


def test_the_relay_takes_what_its_radio_hears(run: RunDirectory) -> None:
    rate = run.series().read("contact_rate_bit_per_s", "relay")
    assert rate.max() == pytest.approx(128e3)
    steady = rate[1:-1][(np.diff(rate)[:-1] == 0.0) & (np.diff(rate)[1:] == 0.0)]
    assert set(np.unique(steady.round())) <= {0.0, 8e3, 32e3, 128e3}


def test_all_comes_home_by_the_telescope(run: RunDirectory) -> None:
    summary = run.summary()
    received = {
        name: row["received_gbit"] for name, row in summary["network"]["ground_stations"].items()
    }
    assert received["neuquen"] == 0.0
    assert received["kashi"] > 0.1
    for name, load in summary["data"]["loads"].items():
        where = ("lost", "delivered", "lost_on_the_way", "on_the_way", "waiting")
        assert sum(load[f"{key}_gbit"] for key in where) == pytest.approx(load["made_gbit"]), name


def test_a_command_goes_on_over_the_ground(run: RunDirectory) -> None:
    took_s = {
        event["subject"]: json.loads(event["values"])["took_s"]
        for event in run.events()
        if event["kind"] == "commanded"
    }
    up_bit_per_s = run.summary()["network"]["surface_links"]["rover"]["uplink_rate_bit_per_s"]
    assert took_s["rover.avionics"] >= took_s["hub.housekeeping"] + 8192.0 / up_bit_per_s - 1e-6
