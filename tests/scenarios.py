"""Small scenarios for runs, as the text of a file."""

HEAD = """
format = 1
name = "small"
title = "A small station"
"""
RUN = """
[run]
start = {start}
end = {end}
step_s = {step_s}
decision_interval_s = {tick_s}
seed = 3
"""
SITE = """
[site]
profile = "connecting-ridge-10m"
"""
PARTNER = """
[[partner]]
name = "cnsa"
title = "China National Space Administration"
role = "founder"
"""
NETWORK = """
[direct_path]
name = "direct"
rate_bit_per_s = "2 Mbit/s"

[[ground_station]]
station = "kashi"
partner = "cnsa"

[[ground_station]]
station = "neuquen"
partner = "cnsa"
"""
HUB = """
[[element]]
type = "lander_hub"
name = "hub"
partner = "cnsa"
mass_kg = 900
computer_power_w = 90
housekeeping_power_w = 60
housekeeping_rate_bit_per_s = "2 kbit/s"
recorder_bit = "8 Gbit"
radio = {radios}
[element.thermal]
heat_capacity_j_per_k = 4e5
radiating_area_m2 = 8
emissivity = 0.05
survival_min_k = 233
heater_power_w = 150
"""
RADIO = '[{ path = "direct", power_w = 60, rate_limit_bit_per_s = "2 Mbit/s" }]'
POWER = """
[[element]]
type = "solar_array"
name = "array"
partner = "cnsa"
mass_kg = 30
area_m2 = 4
cell_efficiency = 0.3
mount = "vertical-tracking"
heat_capacity_j_per_k = 2e4

[[element]]
type = "battery"
name = "battery"
partner = "cnsa"
mass_kg = 90
capacity_j = "12 kWh"
charge_power_w = 1000
discharge_power_w = 1000
charge_efficiency = 0.96
discharge_efficiency = 0.96
[element.thermal]
heat_capacity_j_per_k = 1e5
radiating_area_m2 = 2
emissivity = 0.05
survival_min_k = 233
heater_power_w = 60
"""
CAMERA = """
[[element]]
type = "instrument"
name = "camera"
partner = "cnsa"
mass_kg = 8
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
name = "watch"
title = "Watch the ridge"
partner = "cnsa"
element = "camera"
kind = "observation"
duration_s = "3 h"
sessions = 40
gap_s = "1 h"
light = "lit"
value = 1
"""


def text(
    *parts: str,
    start: str = "2035-03-01T00:00:00Z",
    end: str = "2035-03-08T00:00:00Z",
    step_s: float = 600.0,
    tick_s: float = 600.0,
    radios: str = RADIO,
) -> str:
    """Return a scenario of a week in light, ten minutes a step; or of other parts."""
    chosen = parts or (SITE, PARTNER, NETWORK, HUB, POWER, CAMERA)
    run = RUN.format(start=start, end=end, step_s=step_s, tick_s=tick_s)
    return HEAD + run + "".join(chosen).replace("{radios}", radios)
