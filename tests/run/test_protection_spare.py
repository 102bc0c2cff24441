"""A radio that is dead and tried now and then keeps nobody from sending: its spare goes on."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

import scenarios
from moonstead.run.loop import Loop
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.surroundings import run_grid, surroundings
from moonstead.units import DAY_S

START = datetime(2035, 3, 1, tzinfo=UTC)
BEGIN_D, DAYS = 1, 7
SPARE = """
[[element]]
type = "radio_terminal"
name = "spare"
partner = "cnsa"
mass_kg = 10
path = "direct"
recorder = "hub"
power_w = 40
rate_limit_bit_per_s = "500 kbit/s"
receiver_power_w = 2
[element.thermal]
heat_capacity_j_per_k = 8e3
radiating_area_m2 = 0.3
emissivity = 0.06
survival_min_k = 223
heater_power_w = 10
heater_setpoint_k = "-30 degC"
louver_area_m2 = 0.12

[[fault]]
name = "dead"
target = ["hub.radio-direct"]
mode = "off"
at = 2035-03-02T00:00:00Z
"""


def test_the_spare_sends_while_the_dead_one_is_tried(tmp_path: Path) -> None:
    text = scenarios.text(
        *scenarios.SMALL,
        SPARE,
        start=START.strftime("%Y-%m-%dT%H:%M:%SZ"),
        end=(START + timedelta(days=DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    path = tmp_path / "spare.toml"
    path.write_text(text.replace("area_m2 = 4", "area_m2 = 8"), encoding="utf-8")
    world = build_world(*read_scenario(path), path)
    grid = run_grid(world)
    loop = Loop(world, grid, surroundings(world, grid))
    generator = np.random.default_rng(7)
    output = loop.simulator.new_output(grid.run_count)
    names, told = loop.simulator.station.names, []
    held_bit, is_tried = [], []
    dead = names.loads.index("hub.radio-direct")
    for first in range(0, grid.run_count, loop.per_tick):
        random = generator.standard_normal(loop.simulator.random_width)
        happened = loop.step(first, first + loop.per_tick, output, 0, random)
        told += [notice.text for _, _, notice in happened.events if notice.kind == "reaction"]
        if first * grid.step_s > (BEGIN_D + 0.5) * DAY_S:
            state = loop.simulator.state
            held_bit.append(float(state.load_queue_bit.sum()))
            is_tried.append(bool(state.load_level[dead] > 0.0))
    assert any("tried again" in text for text in told)
    assert any(is_tried)
    # A session of three hours writes 0.5 Gbit; half a day without a radio leaves two of them.
    assert np.array(held_bit)[is_tried].max() < 1e9
