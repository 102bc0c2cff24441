"""How long a step of the fast tier may be: against the truth, closed forms, and all failures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import scenarios
from moonstead.campaign.survival.bus import Bus
from moonstead.campaign.survival.campaign import mission_world
from moonstead.campaign.survival.kernel import lasting_steps
from moonstead.campaign.survival.mission import fly
from moonstead.campaign.survival.pace import LONGEST_S, ticks_until
from moonstead.campaign.survival.stage import Stage, make_stage
from moonstead.contracts import Command
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.examples import scenario_path
from moonstead.scenario.flights import orbiters_of
from moonstead.scenario.model import Scenario
from moonstead.units import DAY_S

TICK_S = 600.0
WHOLE_TICKS = int(LONGEST_S / TICK_S)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return two days, with all that the catalogue lets fail."""
    text = scenarios.text(
        *scenarios.SMALL,
        "[catalogue_faults]\n",
        start="2035-01-26T00:00:00Z",
        end="2035-01-28T00:00:00Z",
    )
    path: Path = tmp_path_factory.mktemp("bounds") / "dark.toml"
    path.write_text(text, encoding="utf-8")
    scenario, text = read_scenario(path)
    return make_stage(build_world(scenario, text, path), 2 * DAY_S)


@pytest.mark.parametrize("share_full", [0.07, 0.2, 0.5])
def test_nothing_goes_short_for_as_long_as_a_bus_is_sure(stage: Stage, share_full: float) -> None:
    simulator = stage.simulator(stage.schedule)
    state, station = simulator.state, stage.world.station
    bus = Bus(station, stage.drivers, stage.world.scenario.hub.bus, stage.grid.step_s)
    simulator.obey([Command(name, 0.0) for name in station.names.sources])
    state.store_energy_j[...] = share_full * state.store_capacity_j
    count = stage.grid.run_count
    steps = bus.steps_alone(state, (0, count))
    assert steps < count
    simulator.advance(0, steps, simulator.new_output(count), 0)
    assert simulator.ledger.load_unserved_j.sum() == 0.0
    assert simulator.ledger.store_discharged_j.sum() > 0.0 or steps == 0


def lasting(series_w: list[float], held_j: float, *, full_j: float = 1e9, in_w: float = 1e9) -> int:
    """Return the steps of 1 s for which a drain of 10 W is carried at an efficiency of a half."""
    series = np.array(series_w)[:, None]
    columns, share = np.zeros(1, dtype=np.uint32), np.ones(1)
    stores = (held_j, full_j, in_w, 0.5)
    return lasting_steps(series, columns, share, 0, len(series_w), 1.0, 10.0, *stores)


def test_how_long_stores_last_in_closed_form() -> None:
    assert lasting([0.0] * 20, 75.0) == 7
    assert lasting([0.0] * 20, 80.0) == 8
    assert lasting([10.0] * 20, 0.0) == 20
    # 4 s of 20 W over what is drawn bring 40 J: 4 s of dark.
    assert lasting([30.0] * 4 + [0.0] * 9, 0.0) == 8
    assert lasting([30.0] * 4 + [0.0] * 9, 0.0, full_j=20.0) == 6
    assert lasting([30.0] * 4 + [0.0] * 9, 0.0, in_w=10.0) == 6


def test_a_step_ends_at_the_first_tick_that_sees_what_is_due() -> None:
    assert ticks_until(-5.0, TICK_S) == 1
    assert ticks_until(0.0, TICK_S) == 1
    assert ticks_until(3.0 * TICK_S, TICK_S) == 3
    assert ticks_until(3.5 * TICK_S, TICK_S) == 4
    assert ticks_until(np.inf, TICK_S) == WHOLE_TICKS


def test_failures_that_are_left_out_would_have_changed_nothing(stage: Stage) -> None:
    every = replace(stage, schedule=stage.world.schedule)
    left_out = {one.fault.name for one in every.schedule.failures}
    left_out -= {one.fault.name for one in stage.schedule.failures}
    assert {name.partition(":")[0] for name in left_out} >= {"planner-crash", "bad-command"}
    short, whole = (fly(one, 2, rates=60.0, sparse=False).as_json() for one in (stage, every))
    assert 0 < short.pop("faults") < whole.pop("faults")
    assert short == whole


def test_orbits_are_held_in_missions_longer_than_the_scenario() -> None:
    path = scenario_path("ilrs-basic")
    written, _ = read_scenario(path)
    assert "free" in motions(written)
    assert motions(mission_world(path, 0.1)[0].scenario) == motions(written)
    assert motions(mission_world(path, 10.0)[0].scenario) == {"held"}


def motions(scenario: Scenario) -> set[str]:
    """Return how the orbiters of a scenario move."""
    return {one.orbit.motion for one in orbiters_of(scenario)}
