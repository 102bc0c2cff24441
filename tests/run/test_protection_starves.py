"""A converter whose tank runs dry in the middle of a tick is not broken, nor does the tank leak."""

from pathlib import Path

import numpy as np
import pytest

import scenarios
from moonstead.run.loop import Loop
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.surroundings import run_grid, surroundings

HOPPER = """
[[element]]
type = "hopper"
name = "hopper"
partner = "cnsa"
mass_kg = 200
propellant_kg = 60
specific_impulse_s = 230
range_m = "4 km"
hop_duration_s = "10 min"
flight_power_w = 150
avionics_power_w = 30
payload_power_w = 40
payload_rate_bit_per_s = "10 kbit/s"
recorder = "hub"
battery_j = "2 kWh"
battery_power_w = 400
charger_power_w = 200
[element.thermal]
heat_capacity_j_per_k = 1.2e5
radiating_area_m2 = 2.5
emissivity = 0.06
survival_min_k = 233
heater_power_w = 80
heater_setpoint_k = "5 degC"

[[experiment]]
name = "hops"
title = "Hops, with propellant for three"
partner = "cnsa"
element = "hopper"
kind = "technical-verification"
duration_s = "{duration}"
sessions = {sessions}
gap_s = "20 h"
value = 50
"""


@pytest.mark.parametrize(
    ("duration", "sessions", "seed"), [("1 h", 1, 7), ("10 min", 3, 1), ("10 min", 3, 2)]
)
def test_a_dry_tank_is_no_fault(duration: str, sessions: int, seed: int, tmp_path: Path) -> None:
    path = tmp_path / "hops.toml"
    text = scenarios.text(
        *scenarios.SMALL,
        HOPPER.format(duration=duration, sessions=sessions),
        start="2035-03-01T00:00:00Z",
        end="2035-03-09T00:00:00Z",
    )
    path.write_text(text.replace("area_m2 = 4", "area_m2 = 8"), encoding="utf-8")
    world = build_world(*read_scenario(path), path)
    grid = run_grid(world)
    loop = Loop(world, grid, surroundings(world, grid))
    generator = np.random.default_rng(seed)
    output = loop.simulator.new_output(grid.run_count)
    told = []
    for first in range(0, grid.run_count, loop.per_tick):
        random = generator.standard_normal(loop.simulator.random_width)
        told += loop.step(first, first + loop.per_tick, output, 0, random).events
    names = list(loop.simulator.station.names.tanks)
    left_kg = loop.simulator.state.tank_kg[names.index("hopper.fuel")]
    assert left_kg < 0.2 * 60.0
    # Neither then nor later, when only the tank itself is looked at.
    assert not [notice for _, _, notice in told if notice.kind == "detected"]
