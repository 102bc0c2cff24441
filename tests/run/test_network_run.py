"""A run through the network: a relay with memory, a module, an outage, commands from Earth."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_resume import tree

import moonstead.run.execute as execute_module
import scenarios
from moonstead.environment.timescale import from_utc
from moonstead.record.directory import RunDirectory
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.surroundings import run_grid, surroundings
from moonstead.units import DAY_S

HAPPENING = """
[[fault]]
name = "relay-safe-mode"
at = 2035-03-02T06:00:00Z
target = ["relay.avionics"]
mode = "off"
duration_s = "18 h"

[[command]]
at = 2035-03-02T12:00:00Z
partner = "cnsa"
target = "hub.housekeeping"
level = 0.5

[[command]]
at = 2035-03-02T12:00:00Z
partner = "cnsa"
target = "relay.avionics"
level = 1
"""
OUTAGE = from_utc("2035-03-02T06:00:00Z"), from_utc("2035-03-03T00:00:00Z")


def quiet(done_s: float, total_s: float) -> None:
    """Take progress and do nothing."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("scenario") / "network.toml"
    parts = (
        scenarios.SITE,
        scenarios.PARTNER,
        scenarios.ROSCOSMOS,
        scenarios.NETWORK,
        scenarios.S_AND_X_BAND,
        scenarios.HUB,
        scenarios.POWER,
        scenarios.CAMERA,
        scenarios.ORBITERS,
        HAPPENING,
    )
    path.write_text(
        scenarios.text(*parts, end="2035-03-05T00:00:00Z", radios=scenarios.BOTH_RADIOS)
    )
    return build_world(*read_scenario(path), path)


@pytest.fixture(scope="module")
def run(world: World, tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    directory = RunDirectory(tmp_path_factory.mktemp("network") / "run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute_module, "BLOCK_S", DAY_S)
        execute_module.execute(world, directory, quiet)
    return directory


def rate(run: RunDirectory, path: str) -> Any:
    return run.series().read("contact_rate_bit_per_s", path)


def test_every_bit_that_was_made_is_somewhere(run: RunDirectory) -> None:
    loads = run.summary()["data"]["loads"]
    assert set(loads) == {"hub.computer", "camera.observe", "module.payload"}
    for name, load in loads.items():
        where = ("lost", "delivered", "lost_on_the_way", "on_the_way", "waiting")
        assert sum(load[f"{key}_gbit"] for key in where) == pytest.approx(load["made_gbit"])
        assert load["delivered_gbit"] > 0.5 * load["made_gbit"] > 0.0, name


def test_each_recorder_is_emptied_over_its_own_paths(run: RunDirectory) -> None:
    """A module sends through the stations that serve it, never by way of the relay."""
    data = run.summary()["data"]
    module = data["loads"]["module.payload"]
    sender = data["transmitters"]["module-radio.sender"]
    assert module["sent_gbit"] == pytest.approx(sender["sent_gbit"])
    # What goes by no relay is home within seconds of the interval that it was sent in.
    assert run.summary()["network"]["partners"]["roscosmos"]["latency"]["slowest_s"] < 60.0
    assert module["on_the_way_gbit"] < 1.5


def test_what_came_home_is_the_integral_of_its_series(run: RunDirectory) -> None:
    partners = run.summary()["network"]["partners"]
    for name, partner in partners.items():
        series = run.series().read("arrived_bit_per_s", name)
        assert series.sum() * 600.0 / 1e9 == pytest.approx(partner["arrived_gbit"], rel=1e-6)
        assert sum(partner["through_gbit"].values()) == pytest.approx(partner["arrived_gbit"])
        assert partner["latency"]["slowest_s"] >= partner["latency"]["mean_s"] > 1.2
    assert partners["roscosmos"]["arrived_gbit"] == pytest.approx(
        run.summary()["data"]["loads"]["module.payload"]["delivered_gbit"]
    )


def test_a_relay_in_safe_mode_carries_nothing(world: World, run: RunDirectory) -> None:
    t_s = run_grid(world).t_s[: len(rate(run, "relay"))]
    offered = surroundings(world, run_grid(world)).network.rates_bit_per_s["relay"]
    # The outage is seen at the end of the interval in which it begins, and likewise its end.
    out = (t_s >= OUTAGE[0] + 600.0) & (t_s < OUTAGE[1])
    assert offered[: len(t_s)][out].max() == 1e6
    assert rate(run, "relay")[out].max() == 0.0
    late = (t_s >= OUTAGE[1] + 600.0) | (t_s < OUTAGE[0])
    np.testing.assert_allclose(rate(run, "relay")[late], offered[: len(t_s)][late], rtol=1e-6)


def test_commands_come_up_with_light_time_when_there_is_a_way(
    world: World, run: RunDirectory
) -> None:
    told = [event for event in run.events() if event["kind"] == "commanded"]
    assert [event["subject"] for event in told] == ["hub.housekeeping", "relay.avionics"]
    given_t_s = from_utc("2035-03-02T12:00:00Z")
    took_s = json.loads(told[0]["values"])["took_s"]
    t_s = run_grid(world).t_s[: len(rate(run, "relay"))]
    any_way = (rate(run, "relay") > 0.0) | (rate(run, "direct") > 0.0)
    first_t_s = t_s[(t_s + 600.0 > given_t_s) & any_way][0]
    # Cable, light and 8 seconds of sending after there is a way; seen at the next decision.
    sending_s = 8192.0 / 1000.0
    assert 1.2 + 0.1 + sending_s < took_s < max(first_t_s + 600.0 - given_t_s, 0.0) + 60.0
    assert 0.0 <= told[0]["t_s"] - given_t_s - took_s <= 600.0
    # What is in safe mode cannot be reached before it is over.
    assert told[1]["t_s"] >= OUTAGE[1]
    assert run.summary()["network"]["commands_on_the_way"] == []


def test_killed_and_resumed_it_ends_with_the_same_bytes(
    world: World, run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute_module, "BLOCK_S", DAY_S)
    save = RunDirectory.save

    def stop(self: RunDirectory, checkpoint: Any) -> None:
        save(self, checkpoint)
        if checkpoint.next_block == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunDirectory, "save", stop)
        with pytest.raises(KeyboardInterrupt):
            execute_module.execute(world, RunDirectory(tmp_path / "run"), quiet)
    execute_module.execute(world, RunDirectory(tmp_path / "run"), quiet)
    assert tree(tmp_path / "run") == tree(run.path)
