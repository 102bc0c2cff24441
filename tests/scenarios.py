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
GROUND = "ground_temperature_k = 104\n"
"""Of a site: what the surface is like, so that none need be computed."""
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
SMALL = (SITE + GROUND, PARTNER, NETWORK, HUB, POWER, CAMERA)
"""A station that does something, and is quick to run."""
ORBITERS = """
[[element]]
type = "relay_orbiter"
name = "relay"
partner = "cnsa"
mass_kg = 1200
path = "relay"
rate_bit_per_s = "1 Mbit/s"
earth_radio = "queqiao-2-ka"
earth_rate_bit_per_s = "100 Mbit/s"
memory_bit = "200 Gbit"
[element.orbit]
catalogue = "elfo"
[element.spacecraft]
array_power_w = 1500
battery_j = "4 kWh"
battery_power_w = 2000
avionics_power_w = 500
[element.spacecraft.thermal]
heat_capacity_j_per_k = 1e6
radiating_area_m2 = 40
emissivity = 0.06
louver_area_m2 = 2
survival_min_k = 243
heater_power_w = 500

[[element]]
type = "orbital_module"
name = "module"
partner = "roscosmos"
mass_kg = 4000
payload_power_w = 200
payload_rate_bit_per_s = "1 Mbit/s"
recorder_bit = "2 Tbit"
path = "module"
rate_bit_per_s = "2 Mbit/s"
[element.orbit]
perilune_altitude_m = "100 km"
apolune_altitude_m = "100 km"
inclination_deg = 90
perilune_argument_deg = 0
[element.spacecraft]
array_power_w = 3000
battery_j = "4 kWh"
battery_power_w = 2000
avionics_power_w = 600
[element.spacecraft.thermal]
heat_capacity_j_per_k = 1e6
radiating_area_m2 = 40
emissivity = 0.06
louver_area_m2 = 2
survival_min_k = 243
heater_power_w = 500

[[element]]
type = "radio_terminal"
name = "module-radio"
partner = "roscosmos"
mass_kg = 30
bus = "module"
path = "module"
recorder = "module"
power_w = 150
rate_limit_bit_per_s = "2 Mbit/s"
[element.thermal]
heat_capacity_j_per_k = 1e4
radiating_area_m2 = 0.5
emissivity = 0.05
survival_min_k = 200

[[experiment]]
name = "map"
title = "Map from orbit"
partner = "roscosmos"
element = "module"
kind = "exploration"
duration_s = "2 h"
sessions = 30
gap_s = "1 h"
value = 1
"""
ROSCOSMOS = """
[[partner]]
name = "roscosmos"
title = "State Corporation Roscosmos"
role = "founder"
"""
S_AND_X_BAND = """
[[ground_station]]
station = "bear-lakes"
partner = "roscosmos"
outages = true

[[ground_station]]
station = "ussuriysk"
partner = "roscosmos"
"""
BOTH_RADIOS = (
    '[{ path = "relay", power_w = 60, rate_limit_bit_per_s = "2 Mbit/s" }, '
    '{ path = "direct", power_w = 60, rate_limit_bit_per_s = "100 kbit/s" }]'
)


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
