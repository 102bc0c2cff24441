"""A relay whose memory is full takes nothing more: the station keeps it, and nothing is lost."""

from pathlib import Path

import numpy as np
import pytest
from test_resume import tree

import moonstead.run.execute as execute_module
import scenarios
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.record.directory import RunDirectory
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.surroundings import run_grid, surroundings
from moonstead.units import DAY_S

MEMORY_BIT = 3e9
UPKEEP = """
upkeep = { delta_v_m_per_s_per_year = 50, propellant_kg = 0.15 }
[element.orbit]"""
ONE_GROUND_STATION = """
[[ground_station]]
station = "kashi"
partner = "cnsa"
"""
CAMERA = scenarios.CAMERA.replace('"50 kbit/s"', '"400 kbit/s"').replace(
    "sessions = 40", "sessions = 99"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("scenario") / "full.toml"
    relay = scenarios.ORBITERS.partition('\n[[element]]\ntype = "orbital_module"')[0]
    parts = (
        scenarios.SITE,
        scenarios.PARTNER,
        ONE_GROUND_STATION,
        scenarios.HUB,
        scenarios.POWER,
        CAMERA,
        relay.replace('"200 Gbit"', '"3 Gbit"').replace("[element.orbit]", UPKEEP),
    )
    radios = '[{ path = "relay", power_w = 60, rate_limit_bit_per_s = "2 Mbit/s" }]'
    path.write_text(scenarios.text(*parts, end="2035-03-04T00:00:00Z", radios=radios))
    return build_world(*read_scenario(path), path)


def done(world: World, folder: Path, block_s: float) -> RunDirectory:
    directory = RunDirectory(folder / "run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute_module, "BLOCK_S", block_s)
        execute_module.execute(world, directory, lambda _done, _total: None)
    return directory


@pytest.fixture(scope="module")
def run(world: World, tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    return done(world, tmp_path_factory.mktemp("full"), DAY_S)


def test_nothing_is_lost_and_every_bit_is_somewhere(run: RunDirectory) -> None:
    for name, load in run.summary()["data"]["loads"].items():
        assert load["lost_on_the_way_gbit"] == 0.0, name
        where = ("lost", "given_up", "delivered", "on_the_way", "waiting")
        total_gbit = sum(load[f"{key}_gbit"] for key in where)
        assert total_gbit == pytest.approx(load["made_gbit"], rel=1e-9), name
        # There is but one experiment: nothing is worth more than what is stored.
        assert load["given_up_gbit"] == 0.0, name


def test_the_path_is_held_up_where_the_memory_is_full(world: World, run: RunDirectory) -> None:
    offered = surroundings(world, run_grid(world)).network.rates_bit_per_s["relay"]
    rate = run.series().read("contact_rate_bit_per_s", "relay")
    offered = offered[: len(rate)]
    held_up = (offered > 0.0) & (rate < 0.99 * offered)
    assert held_up.sum() > 10
    assert not np.any(rate > offered * (1.0 + 1e-6))
    # Meanwhile the station's own recorder fills.
    recorder = run.series().read("recorder_bit", "hub.recorder")
    assert recorder[held_up].max() > 1e9


def test_what_is_on_the_way_fits_the_memory(run: RunDirectory) -> None:
    waiting = run.series().read("network_bit")
    # On the way is what the relay holds, and what was sent in the tick itself and is home at once.
    assert 0.9 * MEMORY_BIT < waiting.max() <= MEMORY_BIT


def test_it_sends_again_as_soon_as_the_relay_has_room(run: RunDirectory) -> None:
    """More comes home than the memory holds: it is filled and emptied again and again."""
    delivered = sum(row["delivered_gbit"] for row in run.summary()["data"]["loads"].values())
    assert delivered * 1e9 > 3.0 * MEMORY_BIT


def test_an_orbit_is_held_until_its_propellant_is_used_up(run: RunDirectory) -> None:
    """Each year 1200 kg times 50 m/s over 220 s times 9.80665 m/s2."""
    told = run.summary()["network"]["propellant"]["relay"]
    per_year_kg = 1200.0 * 50.0 / (220.0 * 9.80665)
    assert told["burnt_kg_per_year"] == pytest.approx(per_year_kg)
    lasts_s = 0.15 / per_year_kg * 365.25 * DAY_S
    ends_t_s = from_utc("2035-03-01T00:00:00Z") + lasts_s
    assert from_utc(told["lasts_until_utc"]) == pytest.approx(ends_t_s, abs=1.0)
    assert told["ran_out"]
    assert told["left_kg"] == pytest.approx(0.0, abs=1e-9)
    assert run.summary()["balances_close"]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('motion = "free"', "a free orbit takes no propellant"),
        ("", "it must be below 1200 kg"),
    ],
)
def test_wrong_propellant_is_told_in_a_line(tmp_path: Path, keys: str, words: str) -> None:
    relay = scenarios.ORBITERS.partition('\n[[element]]\ntype = "orbital_module"')[0]
    upkeep = UPKEEP if keys else UPKEEP.replace("0.15", "1300")
    path = tmp_path / "fuel.toml"
    path.write_text(
        scenarios.text(
            scenarios.SITE,
            scenarios.PARTNER,
            ONE_GROUND_STATION,
            scenarios.HUB,
            relay.replace("[element.orbit]", f"{upkeep}\n{keys}"),
        )
    )
    with pytest.raises(InputError, match=words) as told:
        read_scenario(path)
    assert len(told.value.problems) == 1


def test_killed_and_resumed_it_ends_with_the_same_bytes(
    world: World, run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execute_module, "BLOCK_S", DAY_S)
    save = RunDirectory.save

    def stop(self: RunDirectory, checkpoint: execute_module.Checkpoint) -> None:
        save(self, checkpoint)
        if checkpoint.next_block == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunDirectory, "save", stop)
        with pytest.raises(KeyboardInterrupt):
            execute_module.execute(world, RunDirectory(tmp_path / "run"), lambda _d, _t: None)
    execute_module.execute(world, RunDirectory(tmp_path / "run"), lambda _d, _t: None)
    assert tree(tmp_path / "run") == tree(run.path)
