"""What fault protection is sent before the run: the station's network as designed, and its sky.

Plain arrays, in the order of the telemetry; indices point from one table into another, -1 is none.
It is the design, not the truth: nothing in it knows what fails, ages faster or is delivered late.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.contracts import BoolArray, Channels, FloatArray

IndexArray = NDArray[np.int64]

PLAIN, HEATER, WORK, LINK, TASK = 0, 1, 2, 3, 4
"""Kinds of load: as commanded; by a thermostat; by what tanks and hands allow; by what the bus that
it feeds wants; work on an element, which is there only while it is to be done."""


class Plant(NamedTuple):
    """The network as designed; SI units. The first word of a field is its table."""

    source_island: IndexArray
    """Buses that ties join are one island."""
    source_node: IndexArray
    """The place after the last node is the outside."""
    source_element: IndexArray
    source_rated_w: FloatArray
    """The most that it is expected to offer in the run."""
    source_coefficient_per_k: FloatArray
    source_reference_k: FloatArray
    source_loss_per_s: FloatArray
    source_dust_per_s: FloatArray
    source_takes_heat: BoolArray
    source_heat_per_w: FloatArray
    source_ramp_per_s: FloatArray
    source_column: IndexArray
    """Of its offer in the series of `Sky`."""

    load_island: IndexArray
    load_node: IndexArray
    load_element: IndexArray
    load_kind: IndexArray
    load_power_w: FloatArray
    load_heat_fraction: FloatArray
    load_setpoint_k: FloatArray
    load_band_k: FloatArray

    link_load: IndexArray
    link_island: IndexArray
    """That it feeds."""
    link_efficiency: FloatArray
    link_loss_per_w: FloatArray

    work_load: IndexArray
    work_idle: FloatArray
    work_warm_up_s: FloatArray
    work_reaction_heat_w: FloatArray
    work_flow_begin: IndexArray
    work_flow_end: IndexArray
    work_need_begin: IndexArray
    work_need_end: IndexArray
    flow_tank: IndexArray
    flow_kg_per_s: FloatArray
    need_pool: IndexArray
    need_amount: FloatArray

    store_island: IndexArray
    store_node: IndexArray
    store_element: IndexArray
    store_order: IndexArray
    """Stores in their order of dispatch."""
    store_capacity_j: FloatArray
    store_floor: FloatArray
    store_charge_w: FloatArray
    store_discharge_w: FloatArray
    store_charge_efficiency: FloatArray
    store_discharge_efficiency: FloatArray
    store_self_discharge_per_s: FloatArray
    store_charge_min_k: FloatArray
    store_fade_per_s: FloatArray
    """Share of the rated capacity lost by the calendar."""
    store_cycle_fade: FloatArray
    """Joules of capacity lost for each joule taken out."""
    store_reactant_begin: IndexArray
    store_reactant_end: IndexArray
    reactant_tank: IndexArray
    reactant_kg_per_j: FloatArray

    node_element: IndexArray
    node_capacity_j_per_k: FloatArray
    node_radiating_w_per_k4: FloatArray
    node_louver_w_per_k4: FloatArray
    node_louver_open_k: FloatArray
    node_ground_w_per_k: FloatArray
    node_survival_k: FloatArray
    node_melting_k: FloatArray
    node_melting_band_k: FloatArray
    node_latent_j: FloatArray
    node_absorbed_column: IndexArray
    node_sink_column: IndexArray
    node_ground_column: IndexArray
    coupling_a: IndexArray
    coupling_b: IndexArray
    coupling_w_per_k: FloatArray
    coupling_w_per_k4: FloatArray
    coupling_pump: IndexArray
    coupling_closes_above_k: FloatArray

    recorder_element: IndexArray
    recorder_capacity_bit: FloatArray
    data_load: IndexArray
    data_rate_bit_per_s: FloatArray
    data_recorder: IndexArray
    data_reads: IndexArray
    transmitter_load: IndexArray
    transmitter_recorder: IndexArray
    transmitter_path: IndexArray
    transmitter_limit_bit_per_s: FloatArray

    tank_element: IndexArray
    tank_capacity_kg: FloatArray
    tank_leak_per_s: FloatArray
    tank_node: IndexArray
    tank_boils_kg_per_s_k: FloatArray
    tank_boiling_k: FloatArray
    tank_reacts: BoolArray
    """Stores run on what is in it."""
    tank_open: BoolArray
    """What else may take from it or fill it cannot be measured: bodies, hands, relief, reactants
    that others use too."""

    noise: FloatArray
    """One standard deviation of sensors of power (share), energy and mass (share), and K."""
    louver_band_k: float
    switch_band_k: float


class Sky(NamedTuple):
    """What the surroundings are expected to impose, one row per tick of the autonomy."""

    mean: NDArray[np.float32]
    """(n_ticks, n_series) over the tick, every different series once."""
    last: NDArray[np.float32]
    """The same in the last step of the tick, when power is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element and what protection may do about it."""

    name: str
    from_t_s: float = -np.inf
    """When it is planned to work."""
    until_t_s: float = np.inf
    is_repairable: bool = False
    is_vital: bool = False
    """It carries what survival hangs on: a computer, or what feeds the station."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionBelief:
    """Everything that fault protection is sent."""

    channels: Channels
    elements: tuple[Element, ...]
    plant: Plant
    sky: Sky
    start_t_s: float
    """Begin of the first tick."""
    tick_s: float
    sun: BoolArray
    """(n_ticks,) some of the Sun in view of its sensor at the end of the tick."""
    beside_sensor: BoolArray
    """(n_sources,) which sources have the sky of the Sun sensor."""
    path_bit_per_s: FloatArray
    """(n_ticks, n_paths) forecast rate of each path in the last step of the tick."""
    pools: tuple[str, ...]
    priorities: tuple[int, ...]
    """Of the loads."""
    normal_levels: tuple[float, ...]
    """Of the loads, when nothing is being done."""

    def tick(self, t_s: float) -> int:
        """Return the tick that ends at an instant, kept inside the forecast."""
        tick = round((t_s - self.start_t_s) / self.tick_s) - 1
        return min(max(tick, 0), len(self.sun) - 1)
