"""The onboard model begins anew with an upset reading: the next ones must not look wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import scenarios
from moonstead.autonomy.protection.observer import Observer
from moonstead.run.loop import Loop
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.surroundings import run_grid, surroundings

TANK = """
[[element]]
type = "tank"
name = "nitrogen"
partner = "cnsa"
mass_kg = 20
commodity = "nitrogen"
capacity_kg = 50
initial_kg = 5
"""
FIELDS = {"store": "store_energy_j", "node": "node_temperature_k", "tank": "tank_kg"}
BEGINS, TICKS = 30, 45


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = scenarios.text(
        *scenarios.SMALL, TANK, start="2035-03-01T00:00:00Z", end="2035-03-02T00:00:00Z"
    )
    file = tmp_path_factory.mktemp("begins") / "small.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("forgets", [True, False])
@pytest.mark.parametrize("factor", [1.4, 0.6])
def test_an_upset_of_the_first_reading_is_not_held_against_the_next(
    path: Path, factor: float, forgets: bool
) -> None:
    world = build_world(*read_scenario(path), path)
    grid = run_grid(world)
    loop = Loop(world, grid, surroundings(world, grid))
    observer = Observer(loop.protection)
    generator = np.random.default_rng(11)
    output = loop.simulator.new_output(grid.run_count)
    for tick in range(TICKS):
        first, stop = tick * loop.per_tick, (tick + 1) * loop.per_tick
        t_s = grid.start_t_s + stop * grid.step_s
        loop.simulator.happen(grid.start_t_s + first * grid.step_s)
        loop.simulator.advance(first, stop, output, 0)
        random = generator.standard_normal(loop.simulator.random_width)
        telemetry = loop.simulator.telemetry(t_s, stop - 1, 0, output, random)
        if tick == BEGINS:
            if forgets:
                observer.forget()
            upset = {field: getattr(telemetry, field) * factor for field in FIELDS.values()}
            telemetry = replace(telemetry, **upset)
        observer.step(telemetry, {}, loop.knowledge.tick_s)
        for table in FIELDS:
            z = observer.z[observer.span[table]]
            assert tick == BEGINS or not (np.abs(z) > 6.0).any(), (table, tick, z)
