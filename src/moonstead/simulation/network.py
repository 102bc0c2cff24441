"""A station as flat arrays: what the kernel reads, what it changes, what it adds up.

Indices point from one table into another; -1 means none. Components are sorted by name, so that
the order in which a scenario lists its elements changes nothing.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]
FlagArray = NDArray[np.bool_]
Float32Array = NDArray[np.float32]


class Network(NamedTuple):
    """Parameters, constant during a run; SI units. Sizes: see the first field of each table."""

    bus_order: IndexArray
    """Buses with every feeding bus before the fed one."""
    bus_feed: IndexArray
    """The load (a link's sending end) that feeds each bus."""

    source_bus: IndexArray
    source_node: IndexArray
    source_temperature_coefficient_per_k: FloatArray
    source_reference_temperature_k: FloatArray
    source_loss_per_s: FloatArray
    source_takes_heat: FlagArray

    load_bus: IndexArray
    load_node: IndexArray
    load_priority: IndexArray
    load_power_w: FloatArray
    load_divisible: FlagArray
    load_heat_fraction: FloatArray
    load_setpoint_k: FloatArray
    load_band_k: FloatArray
    """0 for loads without a thermostat."""
    load_data_rate_bit_per_s: FloatArray
    load_recorder: IndexArray
    load_tank: IndexArray
    load_kg_per_j: FloatArray
    load_fed_bus: IndexArray
    """The bus at the far end, for links."""
    load_link_efficiency: FloatArray
    load_order: IndexArray
    """All loads by priority, then name."""

    store_bus: IndexArray
    store_node: IndexArray
    store_rated_j: FloatArray
    store_floor_fraction: FloatArray
    store_charge_power_w: FloatArray
    store_discharge_power_w: FloatArray
    store_charge_efficiency: FloatArray
    store_discharge_efficiency: FloatArray
    store_self_discharge_per_s: FloatArray
    store_charge_min_temperature_k: FloatArray
    store_calendar_fade_per_s: FloatArray
    store_cycle_fade: FloatArray
    store_order: IndexArray
    """All stores by dispatch order, then name."""

    node_heat_capacity_j_per_k: FloatArray
    node_radiating_w_per_k4: FloatArray
    """Area times emissivity times the Stefan-Boltzmann constant."""
    node_louver_w_per_k4: FloatArray
    node_louver_open_k: FloatArray
    node_survival_min_k: FloatArray

    recorder_capacity_bit: FloatArray
    tank_capacity_kg: FloatArray

    transmitter_load: IndexArray
    transmitter_recorder: IndexArray
    transmitter_path: IndexArray
    transmitter_limit_bit_per_s: FloatArray


class Drivers(NamedTuple):
    """What the surroundings impose, one column per time step."""

    source_w: FloatArray
    """(n_sources, n_steps)"""
    absorbed_w: FloatArray
    """(n_nodes, n_steps)"""
    sink_k: FloatArray
    """(n_nodes, n_steps)"""
    path_bit_per_s: FloatArray
    """(n_paths, n_steps)"""


class State(NamedTuple):
    """Everything that changes: copy these arrays and the run can be resumed bit for bit."""

    load_level: FloatArray
    """As commanded, 0 to 1."""
    source_health: FloatArray
    store_energy_j: FloatArray
    store_capacity_j: FloatArray
    node_temperature_k: FloatArray
    node_lost: FlagArray
    queue_bit: FloatArray
    """(n_loads,) data waiting in the recorder, by the load that made it."""
    tank_kg: FloatArray


class Ledger(NamedTuple):
    """What has flowed since the start of the run, for the balances and the report."""

    source_drawn_j: FloatArray
    source_spilled_j: FloatArray
    load_used_j: FloatArray
    load_unserved_j: FloatArray
    load_running_s: FloatArray
    load_made_bit: FloatArray
    load_lost_bit: FloatArray
    load_delivered_bit: FloatArray
    link_delivered_j: FloatArray
    """(n_loads,) what arrives at the far end, for links."""
    store_charged_j: FloatArray
    store_discharged_j: FloatArray
    store_loss_j: FloatArray
    """Conversion, self-discharge and energy lost by fading."""
    node_absorbed_j: FloatArray
    node_dissipated_j: FloatArray
    node_extracted_j: FloatArray
    node_radiated_j: FloatArray
    tank_made_kg: FloatArray
    transmitter_sent_bit: FloatArray


class Output(NamedTuple):
    """Series of one block, one column per time step, in single precision."""

    source_power_w: Float32Array
    load_power_w: Float32Array
    store_energy_j: Float32Array
    node_temperature_k: Float32Array
    recorder_bit: Float32Array
    tank_kg: Float32Array
    transmitter_bit_per_s: Float32Array
