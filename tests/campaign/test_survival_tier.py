"""The fast tier against every tick decided, and against the closed loop with its planner."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import scenarios
from moonstead.autonomy.guard.modes import Mode
from moonstead.campaign.survival.campaign import fly_fleets
from moonstead.campaign.survival.mission import CLOCK, Flown, Mission, fly, schedule_for
from moonstead.campaign.survival.stage import Stage, make_stage
from moonstead.errors import InputError
from moonstead.run.loop import Loop
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.surroundings import run_grid, surroundings
from moonstead.simulation.schedule import Fault, Schedule
from moonstead.simulation.schedule import Mode as FaultMode
from moonstead.units import DAY_S, HOUR_S

SMALL_BATTERY = scenarios.POWER.replace('"12 kWh"', '"4 kWh"')
SITE = scenarios.SITE + scenarios.GROUND
"""In 104 h of darkness from 25 January on, a battery that is too small freezes with its hub."""


def written(folder: Path, *, power: str, days: int = 9) -> Path:
    end = f"2035-01-{22 + days}T00:00:00Z"
    text = scenarios.text(
        SITE,
        scenarios.PARTNER,
        scenarios.NETWORK,
        scenarios.HUB,
        power,
        scenarios.CAMERA,
        start="2035-01-22T00:00:00Z",
        end=end,
    )
    path = folder / "dark.toml"
    path.write_text(text, encoding="utf-8")
    return path


def staged(path: Path) -> Stage:
    scenario, text = read_scenario(path)
    return make_stage(build_world(scenario, text, path), 9 * DAY_S)


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return staged(written(tmp_path_factory.mktemp("wide"), power=scenarios.POWER))


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return staged(written(tmp_path_factory.mktemp("narrow"), power=SMALL_BATTERY))


def alike(one: Flown, other: Flown) -> None:
    assert one.survives == other.survives
    assert (one.lost_h is None) == (other.lost_h is None)
    assert sorted(one.elements_lost) == sorted(other.elements_lost)
    assert one.least_margin == pytest.approx(other.least_margin, abs=0.02)
    for mode, hours in other.hours_in_mode.items():
        assert one.hours_in_mode[mode] == pytest.approx(hours, abs=13.0), mode


@pytest.mark.parametrize("which", ["wide", "narrow"])
def test_rare_decisions_come_to_what_every_tick_comes_to(
    which: str, request: pytest.FixtureRequest
) -> None:
    stage: Stage = request.getfixturevalue(which)
    rare, dense = fly(stage, 1), fly(stage, 1, sparse=False)
    alike(rare, dense)
    assert dense.decisions > 1000
    assert rare.decisions < dense.decisions


def test_the_closed_loop_with_its_planner_comes_to_the_same(narrow: Stage) -> None:
    flown = fly(narrow, narrow.world.scenario.run.seed)
    margins, modes, lost = closed_loop(narrow)
    assert sorted(flown.elements_lost) == lost
    assert flown.least_margin == pytest.approx(min(margins), abs=0.03)
    # Not TRIM: the planner fills the small recorder up to there, the mean programme does not.
    for mode in (Mode.REDUCED, Mode.SURVIVAL, Mode.HIBERNATE, Mode.SAFE):
        told_h = flown.hours_in_mode[mode.name.lower()]
        assert told_h == pytest.approx(modes.count(mode) / 6.0, abs=12.0), mode


def closed_loop(stage: Stage) -> tuple[list[float], list[Mode], list[str]]:
    """Return margins and modes of the full tier in each tick, and what was lost."""
    world = stage.world
    grid = run_grid(world)
    loop = Loop(world, grid, surroundings(world, grid))
    random = np.random.default_rng(3)
    output = loop.simulator.new_output(1)
    margins, modes = [], []
    for first in range(grid.run_count):
        numbers = random.standard_normal(loop.simulator.random_width)
        status = loop.step(first, first + 1, output, first, numbers).decision.status
        margins.append(status["margin_fraction"])
        modes.append(Mode(int(status["mode"])))
    lost = loop.simulator.state.node_lost
    names = [name for name, gone in zip(world.station.names.nodes, lost, strict=True) if gone]
    return margins, modes, names


def test_a_fault_begins_when_it_is_due_however_long_the_step(wide: Stage) -> None:
    begin_t_s = wide.grid.start_t_s
    at_t_s = begin_t_s + 31.0 * HOUR_S
    fault = Fault(name="x", targets=("array",), mode=FaultMode.OFF, t_s=at_t_s, duration_s=HOUR_S)
    schedule = Schedule(lives=wide.world.schedule.lives, faults=(fault,))
    simulator = wide.simulator(schedule)
    assert simulator.upkeep.quiet_until(begin_t_s) == at_t_s
    simulator.happen(at_t_s)
    assert simulator.upkeep.quiet_until(at_t_s) == at_t_s + HOUR_S
    simulator.happen(at_t_s + HOUR_S)
    assert simulator.upkeep.quiet_until(at_t_s + HOUR_S) == np.inf


def test_earth_sets_a_clock_right_that_drifted(wide: Stage) -> None:
    fault = Fault(
        name="slow",
        targets=(CLOCK,),
        mode=FaultMode.DRIFT,
        size=10.0 / HOUR_S,
        t_s=wide.grid.start_t_s + DAY_S,
        duration_s=4 * DAY_S,
    )
    drifting = replace(wide, schedule=replace(wide.schedule, faults=(fault,)))
    alike(fly(drifting, 1), fly(drifting, 1, sparse=False))
    # 960 s, if it were not set.
    mission = Mission(drifting, 1, 1.0, sparse=True)
    mission.fly()
    assert mission.board.state()["frames"]["clock_error_s"] == 0.0


def test_rates_shorten_the_time_to_a_failure(wide: Stage) -> None:
    world = replace(wide.world, scenario=wide.world.scenario)
    calm = schedule_for(world.schedule, 5, 1.0)
    assert calm.seed == 5
    often = schedule_for(world.schedule, 5, 4.0)
    pairs = zip(calm.failures, often.failures, strict=True)
    assert all(a.scale == pytest.approx(4.0 * b.scale) for a, b in pairs)


def test_a_campaign_goes_on_and_tells_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, power=scenarios.POWER, days=1)
    done: list[int] = []
    note: Callable[[int, int], None] = lambda count, _: done.append(count)  # noqa: E731
    first = fly_fleets(path, 0.003, 2, [1.0], tmp_path / "out", 1, note)
    files = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    (tmp_path / "out" / "rates-1-seed-00002.json").unlink()
    again = fly_fleets(path, 0.003, 2, [1.0], tmp_path / "out", 1, note)
    assert again == first
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == files
    assert done == [1, 2, 1, 2]


def test_missions_that_leave_the_ephemeris_are_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, power=scenarios.POWER, days=1)
    path.write_text(path.read_text().replace("2035-01-2", "2149-01-2"), encoding="utf-8")
    with pytest.raises(InputError, match="ephemeris"):
        fly_fleets(path, 40.0, 1, [1.0], tmp_path / "out", 1, lambda *_: None)
