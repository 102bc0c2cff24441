"""What the model of the station reads, remembers and gives out."""

from typing import NamedTuple

from moonstead.contracts import BoolArray, FloatArray

STORE_GAIN = 0.05
CURTAILED = 0.999
"""Where less of the offers is drawn, stores are full or charge as fast as they can."""
MODEL_STORE = 0.002
"""Share of the capacity by which a tick of the model of a store errs."""


class Readings(NamedTuple):
    """Telemetry of a tick, and which sensors of it are believed."""

    source_w: FloatArray
    load_w: FloatArray
    store_j: FloatArray
    node_k: FloatArray
    tank_kg: FloatArray
    recorder_bit: FloatArray
    source_share: FloatArray
    """What part of its offer each regulator draws; NaN where it does not tell."""
    path_open: BoolArray
    path_bit_per_s: FloatArray
    """Forecast."""
    at_work: FloatArray
    """By pool; infinite where nobody reports."""
    source_trust: BoolArray
    load_trust: BoolArray
    store_trust: BoolArray
    node_trust: BoolArray
    tank_trust: BoolArray
    store_sure: BoolArray
    """Whether nothing is known against each store."""
    load_level: FloatArray
    """As commanded since the tick before."""
    source_level: FloatArray
    there: BoolArray
    """By element."""


class Estimate(NamedTuple):
    """What the model remembers, changed in place; NaN where it has not begun."""

    store_j: FloatArray
    store_capacity_j: FloatArray
    node_k: FloatArray
    tank_kg: FloatArray
    store_gain: FloatArray
    """Of the observer: as if it averaged in the beginning."""
    node_gain: FloatArray
    tank_gain: FloatArray
    recorder_bit: FloatArray
    source_output: FloatArray
    source_dust: FloatArray
    source_gain: FloatArray
    """Share of the designed offer that it has been found to give."""
    work_warm_s: FloatArray
    link_w: FloatArray
    """What came out of each link a tick ago."""
    work_duty: FloatArray
    """Throughput of each converter a tick ago."""
    load_gain: FloatArray
    """Of its designed power, what each load has been found to draw."""
    source_ratio: FloatArray
    """Reading over what would be drawn of the offer as designed, smoothed."""
    tank_idle: FloatArray
    """Residual while nothing fills it, smoothed."""
    was_open: FloatArray
    """By path: 1 where it was open a tick ago."""
    was_bit_per_s: FloatArray
    """By path: its forecast rate a tick ago."""
    heater_cold_k: FloatArray
    """By load: how far below its set point a heater read its temperature a tick ago, by what it
    drew; 0 or its whole band where it may have been farther."""


class Expected(NamedTuple):
    """What comes out, filled in place: expected readings, residuals, and some sums."""

    source_w: FloatArray
    load_w: FloatArray
    store_j: FloatArray
    node_k: FloatArray
    tank_kg: FloatArray
    recorder_bit: FloatArray
    source_z: FloatArray
    load_z: FloatArray
    store_z: FloatArray
    node_z: FloatArray
    tank_z: FloatArray
    recorder_z: FloatArray
    load_change_z: FloatArray
    """The change of a heater's power in this tick, against that of the temperature that it sees."""
    source_offer_w: FloatArray
    """As designed and aged, not curtailed; NaN where it may be ramping."""
    node_heat_w: FloatArray
    store_flow_w: FloatArray
    """Into each store, at the bus; less than 0 out of it."""
    island_offer_w: FloatArray
    island_net_w: FloatArray
    island_before_w: FloatArray
    """Net power a tick ago."""
    island_share: FloatArray
    """What part of the offers is drawn, as its regulators tell."""
    island_fed: FloatArray
    """1 where loads get what they ask for."""
    store_blur_w: FloatArray
    """What is not known of that."""
    node_before_w: FloatArray
    node_blur_w: FloatArray
    node_moved_k: FloatArray
    """By how much the model moved each in this tick."""
    node_doubt_k: FloatArray
    """One standard deviation of what is known of its temperature."""
    used_source_w: FloatArray
    used_load_w: FloatArray
    pool_wanted: FloatArray
    tank_running: FloatArray
    """1 where a converter fills it."""
    recorder_ways: FloatArray
    """How many radios empty each."""
    path_sent_bit: FloatArray
    """What went over each path in this tick, by the count of the recorders."""
    path_could_bit: FloatArray
    """What should have; 0 where that cannot be told."""
