"""Fault protection against the truth: found, isolated, acted on, over; silent where all is well."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scenarios
from moonstead.campaign.torture.replay import REHEARSED_S, Rehearsal
from moonstead.contracts import Notice
from moonstead.run.loop import Loop
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.surroundings import run_grid, surroundings
from moonstead.units import DAY_S, HOUR_S

START = datetime(2035, 3, 1, tzinfo=UTC)
ROVER = """
[[element]]
type = "rover"
name = "rover"
partner = "cnsa"
mass_kg = 30
avionics_power_w = 10
drive_power_w = 20
payload_power_w = 5
payload_rate_bit_per_s = "1 kbit/s"
recorder = "hub"
battery_j = "200 Wh"
battery_power_w = 60
charger_power_w = 60
[element.thermal]
heat_capacity_j_per_k = 5e4
radiating_area_m2 = 0.5
emissivity = 0.05
survival_min_k = 213
heater_power_w = 20
"""
"""Nothing is asked of it: it stands in its dock, full."""
EVERY_D = 3.0
FIRST_D = 1.0
FAULTS = (
    ("avionics.clock", "drift", 2.7778e-3, "avionics.clock"),
    ("array", "off", 1.0, "array"),
    ("hub.housekeeping", "off", 1.0, "hub"),
    ("battery", "sensor-bias", 0.15, "battery"),
    ("hub", "sensor-stuck", 1.0, "hub"),
    ("hub.housekeeping", "overdraw", 0.5, "hub"),
    ("avionics.sun-sensor", "off", 1.0, "avionics.sun-sensor"),
    ("hub.recorder", "derated", 0.25, "hub"),
    ("avionics.log", "off", 1.0, "avionics.log"),
    ("avionics.telemetry", "garbled", 0.02, "avionics.telemetry"),
    ("battery", "off", 1.0, "battery"),
    ("array", "derated", 0.125, "array"),
    ("battery.heater", "stuck", 1.0, "battery"),
    ("rover.charger", "off", 1.0, "rover"),
)
"""Target, mode, size, and which element is to be held to be the cause."""


def text(faults: tuple[Any, ...], days: float) -> str:
    found = [scenarios.text(
        *scenarios.SMALL,
        ROVER,
        start=START.strftime("%Y-%m-%dT%H:%M:%SZ"),
        end=(START + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )]  # fmt: skip
    for k, (target, mode, size, _) in enumerate(faults):
        at = (START + timedelta(days=FIRST_D + k * EVERY_D)).strftime("%Y-%m-%dT%H:%M:%SZ")
        keys = {"name": f"f{k}", "target": [target], "mode": mode, "size": size}
        lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in keys.items())
        found.append(f'\n[[fault]]\nat = {at}\nduration_s = "24 h"\n{lines}\n')
    return "".join(found)


REPLAYED_D = 2.5
"""The last fault is active when the state is saved from which the end is decided again."""
Told = list[tuple[float, Notice]]


@pytest.fixture(scope="module")
def flown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Rehearsal]:
    """Return what was told in a run with all faults, and its end to be decided again."""
    path = tmp_path_factory.mktemp("protection") / "faults.toml"
    return fly(path, text(FAULTS, FIRST_D + EVERY_D * len(FAULTS)))


def fly(path: Path, scenario: str) -> tuple[Told, Rehearsal]:
    path.write_text(scenario)
    world = build_world(*read_scenario(path), path)
    grid = run_grid(world)
    loop = Loop(world, grid, surroundings(world, grid))
    later = round((REPLAYED_D * DAY_S - REHEARSED_S) / grid.step_s)
    rehearsal = Rehearsal(loop, grid.run_count - later)
    generator = np.random.default_rng(7)
    output = loop.simulator.new_output(grid.run_count)
    told = []
    for first in range(0, grid.run_count, loop.per_tick):
        rehearsal.look(first + loop.per_tick)
        random = generator.standard_normal(loop.simulator.random_width)
        happened = loop.step(first, first + loop.per_tick, output, 0, random)
        told += [(t_s - grid.start_t_s, notice) for t_s, _, notice in happened.events]
    return told, rehearsal


@pytest.fixture(scope="module")
def told(flown: tuple[Told, Rehearsal]) -> Told:
    return flown[0]


def test_a_new_controller_from_a_saved_state_decides_the_same(
    flown: tuple[Told, Rehearsal],
) -> None:
    replayed = flown[1].result()
    assert replayed["frames"] > 2 * 144
    assert replayed["same"]


@pytest.mark.parametrize("k", range(len(FAULTS)), ids=[f"{f[0]} {f[1]}" for f in FAULTS])
def test_found_isolated_acted_upon_and_over(told: Told, k: int) -> None:
    begin_s = (FIRST_D + k * EVERY_D) * DAY_S
    window = [(t, n) for t, n in told if begin_s <= t < begin_s + EVERY_D * DAY_S]
    isolated = [(t, n) for t, n in window if n.kind == "isolated"]
    assert isolated
    assert isolated[0][0] - begin_s <= 6 * HOUR_S
    assert isolated[0][1].subject == FAULTS[k][3]
    assert any(n.kind == "detected" and t <= isolated[0][0] for t, n in window)
    reactions = [n for _, n in window if n.kind == "reaction" and n.subject == FAULTS[k][3]]
    assert reactions
    assert all(0.0 <= n.values["level"] <= 5.0 for n in reactions)
    over_s = begin_s + DAY_S
    later = [t for t, n in told if n.kind == "recovered" and n.subject == FAULTS[k][3]]
    assert any(t >= over_s for t in later) or k == len(FAULTS) - 1


@pytest.mark.parametrize("target", ["battery.heater", "rover.charger"])
def test_a_hot_heater_and_the_dead_dock_of_a_full_rover_show_at_once(
    told: Told, target: str
) -> None:
    k = next(k for k, fault in enumerate(FAULTS) if fault[0] == target)
    begin_s = (FIRST_D + k * EVERY_D) * DAY_S
    first = next(t for t, n in told if t > begin_s and n.kind == "detected" and n.subject == target)
    assert first <= begin_s + 0.5 * HOUR_S


def test_an_upset_of_the_telemetry_is_nothing_else(told: Told) -> None:
    k = next(k for k, fault in enumerate(FAULTS) if fault[1] == "garbled")
    begin_s = (FIRST_D + k * EVERY_D) * DAY_S
    window = [n for t, n in told if begin_s <= t < begin_s + EVERY_D * DAY_S]
    assert {n.subject for n in window if n.kind == "isolated"} == {"avionics.telemetry"}


def test_nothing_is_found_before_anything_is_wrong(told: Told) -> None:
    early = [n for t, n in told if t < FIRST_D * DAY_S]
    assert not [n for n in early if n.kind in {"isolated", "reaction"}]


def test_at_f1_it_is_found_and_made_safe_and_people_bring_it_back(tmp_path: Path) -> None:
    one = ("hub.housekeeping", "off", 1.0, "hub")
    levels = '[autonomy]\nlevel = "E4"\nfaults = "F1"\n'
    told, _ = fly(tmp_path / "f1.toml", text((one,), FIRST_D + 1.5) + levels)
    assert "hub" in {notice.subject for _, notice in told if notice.kind == "isolated"}
    done = {notice.text for _, notice in told if notice.kind == "reaction"}
    assert done == {"hub: nothing is planned for it", "hub: people on Earth are asked to look"}
