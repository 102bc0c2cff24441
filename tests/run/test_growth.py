"""A run in which everything happens: arrivals, assembly, moves, faults, chance, repairs."""

from pathlib import Path
from typing import Any

import pytest
from test_resume import tree

import moonstead.run.execute as execute_module
import scenarios
from moonstead.record.directory import RunDirectory
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.units import DAY_S

SITE = scenarios.SITE + scenarios.GROUND
LIVES = """
[[place]]
name = "trap"

[[element]]
type = "crane"
name = "crane"
partner = "cnsa"
mass_kg = 300
standby_power_w = 20
work_power_w = 100
arms = 2
availability_fraction = 0.5
[element.thermal]
heat_capacity_j_per_k = 3e5
radiating_area_m2 = 3
emissivity = 0.06
survival_min_k = 200
heater_power_w = 80
heater_setpoint_k = "-30 degC"

[[element]]
type = "tank"
name = "stores"
partner = "cnsa"
mass_kg = 20
commodity = "spare-parts"
capacity_kg = 100
initial_kg = 30

[[element]]
type = "solar_array"
name = "array-late"
partner = "cnsa"
mass_kg = 30
arrives = 2035-03-02T06:00:00
area_m2 = 4
cell_efficiency = 0.3
mount = "vertical-tracking"
heat_capacity_j_per_k = 2e4
move = [{ at = 2035-03-05T12:00:00, place = "trap" }]
spare_kg = 5
spares = "stores"
[element.assembly]
duration_s = "9 h"
robots = 1
[element.repair]
duration_s = "5 h"
robots = 1
[[element.failure]]
mode = "derated"
size = 0.4
scale_s = "20 h"

[[element]]
type = "instrument"
name = "camera-late"
partner = "cnsa"
mass_kg = 8
arrives = 2035-03-03
retires = 2035-03-06T12:00:00
observing_power_w = 25
rate_bit_per_s = "50 kbit/s"
recorder = "hub"
[element.thermal]
heat_capacity_j_per_k = 2e4
radiating_area_m2 = 0.5
emissivity = 0.05
survival_min_k = 213
heater_power_w = 20

[[experiment]]
name = "watch-late"
title = "Watch with the late camera"
partner = "cnsa"
element = "camera-late"
kind = "observation"
duration_s = "3 h"
sessions = 40
value = 1

[[delivery]]
at = 2035-03-04T03:00:00
tank = "stores"
mass_kg = 90

[[fault]]
name = "loose-plug"
at = 2035-03-04
target = ["camera"]
mode = "intermittent"
size = 0.5
period_s = "4 h"
duration_s = "2 day"

[[fault]]
name = "blind"
at = 2035-03-03T12:00:00
target = ["battery"]
mode = "sensor-stuck"
duration_s = "30 h"

[[fault]]
name = "hole"
at = 2035-03-05
target = ["stores"]
mode = "leak"
size = 0.5

[[event]]
name = "storms"
kind = "radiation-storm"
mean_interval_s = "60 h"
"""
PARTS = (
    SITE,
    scenarios.PARTNER,
    scenarios.NETWORK,
    scenarios.HUB,
    scenarios.POWER,
    scenarios.CAMERA,
    LIVES,
)


@pytest.fixture(autouse=True)
def _blocks_of_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute_module, "BLOCK_S", DAY_S)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("grown") / "grown.toml"
    path.write_text(scenarios.text(*PARTS))
    return build_world(*read_scenario(path), path)


@pytest.fixture(scope="module")
def whole(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute_module, "BLOCK_S", DAY_S)
        execute_module.execute(world, RunDirectory(out), quiet)
    return out


def quiet(done_s: float, total_s: float) -> None:
    """Take progress and do nothing."""


def test_everything_happens_and_every_balance_closes(whole: Path) -> None:
    directory = RunDirectory(whole)
    told = {(event["kind"], event["subject"]) for event in directory.events()}
    assert told >= {
        ("arrived", "array-late"),
        ("commissioned", "array-late"),
        ("failed", "array-late"),
        ("repaired", "array-late"),
        ("arrived", "camera-late"),
        ("retired", "camera-late"),
        ("delivered", "stores"),
        ("failed", "camera"),
        ("over", "camera"),
        ("failed", "stores"),
    }
    summary = directory.summary()
    assert summary["balances_close"]
    assert summary["tanks"]["stores"]["lost_kg"] > 0.0


def at(directory: RunDirectory, kind: str, subject: str) -> float:
    events = directory.events()
    return min(e["t_s"] for e in events if (e["kind"], e["subject"]) == (kind, subject))


def test_nothing_of_it_works_before_and_after(whole: Path) -> None:
    directory = RunDirectory(whole)
    series = directory.series()
    t_s = series.read("t_s")
    array_w = series.read("source_power_w", "array-late")
    assert array_w[t_s <= at(directory, "commissioned", "array-late")].max() == 0.0
    moved = t_s > t_s[0] - 600.0 + 4.5 * DAY_S + 300.0
    assert array_w.max() > 0.0
    assert array_w[moved].max() == 0.0  # in the trap there is no light
    camera_w = series.read("load_power_w", "camera-late.observe")
    there = (t_s > at(directory, "arrived", "camera-late")) & (
        t_s <= at(directory, "retired", "camera-late")
    )
    assert camera_w[there].max() > 0.0
    assert camera_w[~there].max() == 0.0


def test_assembly_takes_the_hours_that_the_crane_gave(whole: Path) -> None:
    directory = RunDirectory(whole)
    length_s = at(directory, "commissioned", "array-late") - at(directory, "arrived", "array-late")
    assert 9 * 3600.0 <= length_s <= 10 * 3600.0  # one of two arms, half of the time: one robot


def test_sessions_are_planned_while_their_element_is_planned_to_be_there(whole: Path) -> None:
    directory = RunDirectory(whole)
    rows = [row for row in directory.plan() if row["experiment"] == "watch-late"]
    done = [row for row in rows if row["status"] == "done"]
    assert len(done) > 5
    begin, end = (at(directory, kind, "camera-late") for kind in ("arrived", "retired"))
    assert all(begin <= row["start_t_s"] <= row["end_t_s"] <= end for row in done)


class Stopped(BaseException):
    """What a test throws in the way of a run."""


@pytest.mark.parametrize("block", [0, 1, 2, 3, 4, 5])
def test_stopped_in_the_middle_of_growth_and_faults_it_ends_with_the_same_bytes(
    world: World, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    def stop(self: RunDirectory, number: int, *rest: Any) -> None:
        if number == block:
            raise Stopped
        original(self, number, *rest)

    original = RunDirectory.write_tables
    with monkeypatch.context() as patch:
        patch.setattr(RunDirectory, "write_tables", stop)
        with pytest.raises(Stopped):
            execute_module.execute(world, RunDirectory(tmp_path / "run"), quiet)
    execute_module.execute(world, RunDirectory(tmp_path / "run"), quiet)
    assert tree(tmp_path / "run") == tree(whole)
