"""A converter whose tank runs dry in the middle of a tick is not broken, nor does the tank leak."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flights import fly, loop_of

import scenarios

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
    loop = loop_of(
        tmp_path / "hops.toml",
        *scenarios.SMALL,
        HOPPER.format(duration=duration, sessions=sessions),
        start=datetime(2035, 3, 1, tzinfo=UTC),
        days=8,
        changes=(("area_m2 = 4", "area_m2 = 8"),),
    )
    told = fly(loop, 8, seed)
    names = list(loop.simulator.station.names.tanks)
    left_kg = loop.simulator.state.tank_kg[names.index("hopper.fuel")]
    assert left_kg < 0.2 * 60.0
    # Neither then nor later, when only the tank itself is looked at.
    assert not [notice for _, notice in told if notice.kind == "detected"]
