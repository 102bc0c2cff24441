"""A station as flat arrays: what the kernel reads, what it changes, what it adds up.

The first word of a field's name is its table; all fields of a table have one length. Indices
point from one table into another; -1 means none. Components are sorted by name, so that the order
in which a scenario lists its elements changes nothing. Where an entry owns a list in another
table, ``X_begin`` and ``X_end`` tell which part of that table it is.

The last thermal node stands for the outside: what names no node gives its heat there, and it is
never moved nor recorded.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]
PlaceArray = NDArray[np.uint32]
"""Indices that are never none."""
FlagArray = NDArray[np.bool_]
Float32Array = NDArray[np.float32]


class Network(NamedTuple):
    """Parameters, constant during a run; SI units."""

    source_node: IndexArray
    source_temperature_coefficient_per_k: FloatArray
    source_reference_temperature_k: FloatArray
    source_loss_per_s: FloatArray
    source_dust_per_s: FloatArray
    source_takes_heat: FlagArray
    source_heat_per_w: FloatArray
    source_ramp_per_s: FloatArray

    load_node: IndexArray
    """Loads are plain loads, converters, transmitters and the sending ends of links."""
    load_priority: IndexArray
    load_power_w: FloatArray
    load_divisible: FlagArray
    load_heat_fraction: FloatArray
    """0 for links, whose losses are counted apart."""
    load_counts: FloatArray
    """1 for what may be called unserved, 0 for links."""

    heater_load: IndexArray
    """Loads with a thermostat."""
    heater_setpoint_k: FloatArray
    heater_band_k: FloatArray

    work_load: IndexArray
    """Loads with flows or needs, by priority and name."""
    work_idle: FloatArray
    work_warm_up_s: FloatArray
    work_min_run_s: FloatArray
    work_reaction_heat_w: FloatArray
    work_cleans: IndexArray
    work_cleaning_per_s: FloatArray
    work_flow_begin: IndexArray
    """Its flows into and out of tanks."""
    work_flow_end: IndexArray
    work_need_begin: IndexArray
    work_need_end: IndexArray
    flow_tank: IndexArray
    flow_kg_per_s: FloatArray
    need_pool: IndexArray
    need_amount: FloatArray

    supply_pool: IndexArray
    supply_load: IndexArray
    pool_place: IndexArray
    """0, 1, 2 ...: a table of its own for what is left of each pool."""

    link_load: IndexArray
    link_efficiency: FloatArray
    link_loss_per_w: FloatArray
    """Resistance over voltage squared."""

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
    store_reactant_begin: IndexArray
    store_reactant_end: IndexArray
    reactant_tank: IndexArray
    reactant_kg_per_j: FloatArray

    node_heat_capacity_j_per_k: FloatArray
    node_radiating_w_per_k4: FloatArray
    """Area times emissivity times the Stefan-Boltzmann constant."""
    node_louver_w_per_k4: FloatArray
    node_louver_open_k: FloatArray
    node_ground_w_per_k: FloatArray
    node_survival_min_k: FloatArray
    node_melting_k: FloatArray
    """Lower edge of the melting band."""
    node_melting_band_k: FloatArray
    node_latent_j: FloatArray
    """0 for nodes without a phase change."""
    special_node: IndexArray
    """Nodes with a louver or ground contact, or that melt."""

    coupling_a: IndexArray
    coupling_b: IndexArray
    coupling_w_per_k: FloatArray
    coupling_w_per_k4: FloatArray
    coupling_pump: IndexArray
    coupling_closes_above_k: FloatArray
    coupling_ab: IndexArray
    """Where the matrix entry of row a and column b is kept."""
    coupling_ba: IndexArray
    leaf_node: IndexArray
    """Coupled nodes that touch a single other one when they are eliminated, which is first."""
    leaf_stem: IndexArray
    """That other one."""
    leaf_row_entry: IndexArray
    """Entry of the stem's row in the leaf's column."""
    leaf_column_entry: IndexArray
    """Entry of the leaf's row in the stem's column."""
    pivot_node: IndexArray
    """The other coupled nodes in the order in which they are eliminated."""
    pivot_near_begin: IndexArray
    pivot_near_end: IndexArray
    near_node: IndexArray
    """Nodes still to be eliminated that a pivot touches."""
    near_row_entry: IndexArray
    """Entry of that node's row in the pivot's column."""
    near_column_entry: IndexArray
    """Entry of the pivot's row in that node's column."""
    near_update_begin: IndexArray
    near_update_end: IndexArray
    update_target: IndexArray
    """Entry that is updated, or -1 for the diagonal."""
    update_entry: IndexArray
    """Entry of the pivot's row that it is updated by."""
    entry_row: IndexArray
    """Node whose row an entry is in."""

    recorder_capacity_bit: FloatArray
    recorder_writer_begin: IndexArray
    recorder_writer_end: IndexArray
    writer_load: IndexArray
    """Loads that write to each recorder, by priority and name."""
    writer_peers_end: IndexArray
    """After the last of those with its priority and recorder."""
    data_load: IndexArray
    """All loads that make data, by priority and name."""
    data_rate_bit_per_s: FloatArray
    data_recorder: IndexArray
    data_reads: IndexArray
    data_read_rate_bit_per_s: FloatArray

    transmitter_load: IndexArray
    transmitter_recorder: IndexArray
    transmitter_path: IndexArray
    transmitter_limit_bit_per_s: FloatArray

    tank_capacity_kg: FloatArray
    tank_leak_per_s: FloatArray
    tank_node: IndexArray
    """Whose heat boils it."""
    tank_boils_kg_per_s_k: FloatArray
    tank_boiling_k: FloatArray
    tank_relief: FlagArray


class Wiring(NamedTuple):
    """Which components hang together electrically while the ties stand as they do.

    An island is a set of buses joined by closed ties; islands are numbered so that every feeding
    one comes before those that it feeds. Arrays have the sizes of the station, so that a change
    of wiring changes no shape.
    """

    n_islands: int
    source_ptr: PlaceArray
    source: PlaceArray
    load_ptr: PlaceArray
    load: PlaceArray
    """By priority, then name."""
    varying_ptr: PlaceArray
    varying: PlaceArray
    """Those of the loads whose demand is found anew in every step."""
    store_ptr: PlaceArray
    store: PlaceArray
    """By dispatch order, then name."""
    feed_ptr: PlaceArray
    feed: PlaceArray
    """Links into each island, by name; those that would close a circle are in none."""


class Drivers(NamedTuple):
    """What the surroundings impose; one row per time step."""

    series: FloatArray
    """(n_steps, n_series), every different series once."""
    source: PlaceArray
    """Column of each source's offer in W."""
    absorbed: PlaceArray
    """Column of each node's absorbed sunlight in W; after the nodes `memory.NO_SERIES`."""
    sink: PlaceArray
    """Column of each node's sink temperature in K; after the nodes `memory.NO_SERIES`."""
    ground: PlaceArray
    """Column of each node's ground temperature in K."""
    supply: PlaceArray
    """Column of each supply of working time."""
    path_bit_per_s: FloatArray
    """(n_paths, n_steps)"""


class State(NamedTuple):
    """Everything that changes: copy these arrays and the run can be resumed bit for bit."""

    load_command: FloatArray
    """As commanded, 0 to 1."""
    load_stuck: FlagArray
    """Whether it obeys no command."""
    load_level: FloatArray
    """What it obeys: the command, or where it is stuck."""
    load_scale: FloatArray
    """Share of the load that there is and that works."""
    load_gain: FloatArray
    """Share of its product (data, commodities, heat pumped) for the same power."""
    source_command: FloatArray
    source_stuck: FlagArray
    source_level: FloatArray
    source_scale: FloatArray
    source_output: FloatArray
    """Level that a source with a ramp has reached."""
    source_health: FloatArray
    source_dust: FloatArray
    """Share of light that dust takes."""
    store_energy_j: FloatArray
    store_capacity_j: FloatArray
    store_scale: FloatArray
    """Share of its charge and discharge power that it can do."""
    supply_scale: FloatArray
    tie_command: FloatArray
    tie_stuck: FlagArray
    tie_level: FloatArray
    node_temperature_k: FloatArray
    node_scale: FloatArray
    """1 for nodes that are there, 0 for those that are not."""
    node_radiating: FloatArray
    """Share of its radiating area that works."""
    node_lost: FlagArray
    load_granted_w: FloatArray
    """In the last step: what working time needs power for is given by it in the next."""
    load_queue_bit: FloatArray
    """Data waiting in the recorder, by the load that made it."""
    tank_kg: FloatArray
    tank_scale: FloatArray
    """1 for tanks that are there, 0 for those that are not: room, not filling."""
    recorder_scale: FloatArray
    tank_hole_per_s: FloatArray
    """Leak beyond what it always leaks."""
    work_warm_s: FloatArray
    """How long each work load has warmed up."""
    work_run_s: FloatArray
    """Since its last start; 0 while off."""
    work_duty: FloatArray
    """Throughput of the last step."""


class Ledger(NamedTuple):
    """What has flowed since the start of the run, for the balances and the report."""

    source_drawn_j: FloatArray
    source_spilled_j: FloatArray
    load_used_j: FloatArray
    load_unserved_j: FloatArray
    load_running_s: FloatArray
    load_made_bit: FloatArray
    load_lost_bit: FloatArray
    """What found no room."""
    load_deleted_bit: FloatArray
    """What was given up by command."""
    load_delivered_bit: FloatArray
    load_processed_bit: FloatArray
    """Raw data that processors took."""
    link_delivered_j: FloatArray
    """What arrives at the far end."""
    work_done_s: FloatArray
    """Throughput times time."""
    work_lacked_s: FloatArray
    """Throughput wanted that inputs, room or working time did not allow, times time."""
    store_charged_j: FloatArray
    store_discharged_j: FloatArray
    store_loss_j: FloatArray
    """Conversion, self-discharge and energy lost by fading."""
    store_brought_j: FloatArray
    """By arrivals, or by others who fill its reactant tanks."""
    store_taken_j: FloatArray
    """By retirements, or by others who empty its reactant tanks."""
    node_absorbed_j: FloatArray
    node_dissipated_j: FloatArray
    node_extracted_j: FloatArray
    node_radiated_j: FloatArray
    node_ground_j: FloatArray
    """Given to the ground."""
    node_brought_j: FloatArray
    coupling_j: FloatArray
    """From node a to node b."""
    tank_in_kg: FloatArray
    tank_out_kg: FloatArray
    tank_lost_kg: FloatArray
    tank_brought_kg: FloatArray
    tank_taken_kg: FloatArray
    """With elements that go."""
    transmitter_sent_bit: FloatArray
    pool_offered_s: FloatArray
    pool_used_s: FloatArray


class Scratch(NamedTuple):
    """What one step works with; nothing of it lasts."""

    source_w: FloatArray
    """On offer, then drawn."""
    source_keep: FloatArray
    """Share of health that a step leaves."""
    source_column: IndexArray
    """Where its series is recorded; so for all tables that have one."""
    load_column: IndexArray
    load_per_w: FloatArray
    """One over its power; 0 for those without."""
    load_full_w: FloatArray
    """Power at the level it stands at."""
    load_demand_w: FloatArray
    load_varies: FloatArray
    """1 for those whose demand is found anew in every step: heaters, work, links; 0 for others."""
    load_steady_heat: FloatArray
    """Share of heat of the others, 0 for those."""
    heater_per_k: FloatArray
    """One over its band."""
    flow_step_kg: FloatArray
    """Mass that a step moves at full throughput."""
    work_asked: FloatArray
    """Throughput asked for."""
    link_arrives_w: FloatArray
    store_charge_now_w: FloatArray
    """Limit, then flow."""
    store_discharge_now_w: FloatArray
    store_leak_share: FloatArray
    """Share of energy that a step loses."""
    store_charge_w_per_j: FloatArray
    """Power that fills one joule of room in a step."""
    store_discharge_w_per_j: FloatArray
    store_taken_s: FloatArray
    """Joules taken out in a step per watt given."""
    store_fade_j: FloatArray
    """Capacity lost in a step by the calendar."""
    store_column: IndexArray
    node_column: IndexArray
    node_capacity_w_per_k: FloatArray
    """Heat capacity over the length of a step."""
    node_heat_w: FloatArray
    """What sources, loads, stores and links give to it."""
    node_steady_w: FloatArray
    """What loads whose demand stands give to it while they have it in full."""
    node_taken_w: FloatArray
    """What sources take from it."""
    node_uncoupled: FloatArray
    """1 for nodes without couplings, 0 for those with."""
    node_coefficient_w_per_k4: FloatArray
    """What a node that is there radiates per K^4, louvers not counted."""
    node_radiates_w: FloatArray
    """At the start of the step."""
    node_radiates_w_per_k: FloatArray
    node_capacity_now_j_per_k: FloatArray
    """More than its heat capacity while it melts."""
    node_diagonal: FloatArray
    """Of the linear system of temperatures."""
    node_rise_k: FloatArray
    """Its right side, then its solution."""
    coupling_flux_w: FloatArray
    coupling_slope_a_w_per_k: FloatArray
    coupling_slope_b_w_per_k: FloatArray
    leaf_inverse: FloatArray
    """Of its diagonal when it is eliminated."""
    leaf_factor: FloatArray
    """By how much its right side lessens that of its stem."""
    leaf_share: FloatArray
    """By how much less it rises per kelvin of its stem."""
    pivot_inverse: FloatArray
    near_factor: FloatArray
    """As that of a leaf."""
    recorder_room_bit: FloatArray
    recorder_column: IndexArray
    transmitter_column: IndexArray
    tank_column: IndexArray
    transmitter_now_bit_per_s: FloatArray
    tank_left_kg: FloatArray
    """What converters of lower priority may still take."""
    tank_room_kg: FloatArray
    pool_left: FloatArray
