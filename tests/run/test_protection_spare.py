"""A radio that is dead and tried now and then keeps nobody from sending: its spare goes on."""

from datetime import UTC, datetime
from pathlib import Path

from flights import fly, loop_of

import scenarios

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
    loop = loop_of(
        tmp_path / "spare.toml",
        *scenarios.SMALL,
        SPARE,
        start=datetime(2035, 3, 1, tzinfo=UTC),
        days=DAYS,
        changes=(("area_m2 = 4", "area_m2 = 8"),),
    )
    dead = loop.simulator.station.names.loads.index("hub.radio-direct")
    held_bit: dict[bool, list[float]] = {False: [], True: []}

    def look(day: float) -> None:
        state = loop.simulator.state
        if day > BEGIN_D + 0.5:
            held_bit[bool(state.load_level[dead] > 0.0)].append(float(state.load_queue_bit.sum()))

    told = fly(loop, DAYS, look=look)
    assert any("tried again" in notice.text for _, notice in told)
    # A session of three hours writes 0.5 Gbit; half a day without a radio leaves two of them.
    assert max(held_bit[True]) < 1e9
