"""The compiled flows of one step: what the granted power does, and where everything goes.

Every flow is added to the ledger from its own place, so that the balances checked after a run
(`moonstead.simulation.balance`) are not true by construction.
"""

import math
from typing import NamedTuple

from moonstead.compiled import inlined
from moonstead.components import LOUVER_BAND_K
from moonstead.simulation.network import Drivers, FloatArray, Ledger, Network, State


class DataScratch(NamedTuple):
    """Room to work in, so that a step allocates nothing."""

    room_bit: FloatArray
    """(n_recorders,)"""
    path_left_bit_per_s: FloatArray
    """(n_paths,)"""
    sent_bit_per_s: FloatArray
    """(n_transmitters,) the result."""


@inlined
def draw(
    network: Network,
    state: State,
    ledger: Ledger,
    available_w: FloatArray,
    drawn_on_bus_w: FloatArray,
    heat_w: FloatArray,
    dt_s: float,
) -> None:
    """Share what a bus draws over its sources in proportion to their offers; age the sources."""
    for bus in range(drawn_on_bus_w.shape[0]):
        offered_w = 0.0
        for s in range(available_w.shape[0]):
            if network.source_bus[s] == bus:
                offered_w += available_w[s]
        share = drawn_on_bus_w[bus] / offered_w if offered_w > 0.0 else 0.0
        for s in range(available_w.shape[0]):
            if network.source_bus[s] != bus:
                continue
            drawn_w = available_w[s] * share
            ledger.source_drawn_j[s] += drawn_w * dt_s
            ledger.source_spilled_j[s] += (available_w[s] - drawn_w) * dt_s
            available_w[s] = drawn_w
            state.source_health[s] *= math.exp(-network.source_loss_per_s[s] * dt_s)
            if network.source_takes_heat[s]:
                node = network.source_node[s]
                heat_w[node] -= drawn_w
                ledger.node_extracted_j[node] += drawn_w * dt_s


@inlined
def use(
    network: Network,
    state: State,
    ledger: Ledger,
    demand_w: FloatArray,
    granted_w: FloatArray,
    heat_w: FloatArray,
    dt_s: float,
) -> None:
    """Turn what the loads are granted into heat, commodities and power for other buses."""
    for i in range(granted_w.shape[0]):
        power_w = granted_w[i]
        ledger.load_used_j[i] += power_w * dt_s
        node = network.load_node[i]
        if network.load_fed_bus[i] >= 0:
            arrives_w = power_w * network.load_link_efficiency[i]
            ledger.link_delivered_j[i] += arrives_w * dt_s
            lost_w = power_w - arrives_w
            heat_w[node] += lost_w
            ledger.node_dissipated_j[node] += lost_w * dt_s
            continue
        ledger.load_unserved_j[i] += (demand_w[i] - power_w) * dt_s
        if power_w > 0.0:
            ledger.load_running_s[i] += dt_s
        warm_w = power_w * network.load_heat_fraction[i]
        heat_w[node] += warm_w
        ledger.node_dissipated_j[node] += warm_w * dt_s
        tank = network.load_tank[i]
        if tank >= 0:
            made_kg = power_w * network.load_kg_per_j[i] * dt_s
            state.tank_kg[tank] += made_kg
            ledger.tank_made_kg[tank] += made_kg


@inlined
def move_stores(
    network: Network,
    state: State,
    ledger: Ledger,
    charge_w: FloatArray,
    discharge_w: FloatArray,
    heat_w: FloatArray,
    dt_s: float,
) -> None:
    """Charge, discharge, leak and age the stores."""
    for s in range(charge_w.shape[0]):
        put_j = charge_w[s] * network.store_charge_efficiency[s] * dt_s
        took_j = discharge_w[s] / network.store_discharge_efficiency[s] * dt_s
        # What was put in and taken out first: a leak only ever takes a share of what is left.
        left_j = max(state.store_energy_j[s] + put_j - took_j, 0.0)
        leak_j = -math.expm1(-network.store_self_discharge_per_s[s] * dt_s) * left_j
        loss_j = charge_w[s] * dt_s - put_j + took_j - discharge_w[s] * dt_s + leak_j
        state.store_energy_j[s] = left_j - leak_j
        faded_j = (
            network.store_calendar_fade_per_s[s] * network.store_rated_j[s] * dt_s
            + network.store_cycle_fade[s] * took_j
        )
        state.store_capacity_j[s] = max(state.store_capacity_j[s] - faded_j, 0.0)
        over_j = max(state.store_energy_j[s] - state.store_capacity_j[s], 0.0)
        state.store_energy_j[s] -= over_j
        loss_j += over_j
        ledger.store_charged_j[s] += charge_w[s] * dt_s
        ledger.store_discharged_j[s] += discharge_w[s] * dt_s
        ledger.store_loss_j[s] += loss_j
        node = network.store_node[s]
        heat_w[node] += loss_j / dt_s
        ledger.node_dissipated_j[node] += loss_j


@inlined
def move_data(
    network: Network,
    drivers: Drivers,
    state: State,
    ledger: Ledger,
    step: int,
    granted_w: FloatArray,
    scratch: DataScratch,
    dt_s: float,
) -> None:
    """Make data, drop what finds no room, and send what the open paths carry."""
    n_loads = granted_w.shape[0]
    room_bit, path_left_bit_per_s = scratch.room_bit, scratch.path_left_bit_per_s
    for r in range(room_bit.shape[0]):
        room_bit[r] = network.recorder_capacity_bit[r]
    for p in range(path_left_bit_per_s.shape[0]):
        path_left_bit_per_s[p] = drivers.path_bit_per_s[p, step]
    for i in range(n_loads):
        if network.load_recorder[i] >= 0:
            room_bit[network.load_recorder[i]] -= state.queue_bit[i]
    for j in range(n_loads):
        i = network.load_order[j]
        recorder = network.load_recorder[i]
        if recorder < 0 or granted_w[i] <= 0.0:
            continue
        duty = granted_w[i] / network.load_power_w[i]
        made_bit = network.load_data_rate_bit_per_s[i] * duty * dt_s
        kept_bit = min(made_bit, max(room_bit[recorder], 0.0))
        room_bit[recorder] -= kept_bit
        state.queue_bit[i] += kept_bit
        ledger.load_made_bit[i] += made_bit
        ledger.load_lost_bit[i] += made_bit - kept_bit
    for k in range(network.transmitter_load.shape[0]):
        path = network.transmitter_path[k]
        duty = (
            granted_w[network.transmitter_load[k]]
            / network.load_power_w[network.transmitter_load[k]]
        )
        rate_bit_per_s = min(
            duty * min(drivers.path_bit_per_s[path, step], network.transmitter_limit_bit_per_s[k]),
            path_left_bit_per_s[path],
        )
        sent_bit = 0.0
        if rate_bit_per_s > 0.0:
            recorder = network.transmitter_recorder[k]
            sent_bit = _send(network, state, ledger, recorder, rate_bit_per_s * dt_s)
        ledger.transmitter_sent_bit[k] += sent_bit
        scratch.sent_bit_per_s[k] = sent_bit / dt_s
        path_left_bit_per_s[path] -= scratch.sent_bit_per_s[k]


@inlined
def _send(
    network: Network, state: State, ledger: Ledger, recorder: int, budget_bit: float
) -> float:
    """Empty a recorder by at most a budget: by priority, and evenly within one priority."""
    sent_bit = 0.0
    n_loads = network.load_order.shape[0]
    j = 0
    while j < n_loads and budget_bit > sent_bit:
        priority = network.load_priority[network.load_order[j]]
        end = j
        waiting_bit = 0.0
        while end < n_loads and network.load_priority[network.load_order[end]] == priority:
            i = network.load_order[end]
            if network.load_recorder[i] == recorder:
                waiting_bit += state.queue_bit[i]
            end += 1
        if waiting_bit > 0.0:
            share = min((budget_bit - sent_bit) / waiting_bit, 1.0)
            for m in range(j, end):
                i = network.load_order[m]
                if network.load_recorder[i] == recorder:
                    moved_bit = state.queue_bit[i] * share
                    state.queue_bit[i] -= moved_bit
                    ledger.load_delivered_bit[i] += moved_bit
                    sent_bit += moved_bit
        j = end
    return sent_bit


@inlined
def warm(
    network: Network,
    drivers: Drivers,
    state: State,
    ledger: Ledger,
    step: int,
    heat_w: FloatArray,
    dt_s: float,
) -> None:
    """Linearly implicit (Rosenbrock-Euler) step of each node.

    Stable for any step length while louvers stand still; where they move, the step must be
    shorter than about the node's time constant with them.
    """
    for n in range(heat_w.shape[0]):
        temperature_k = state.node_temperature_k[n]
        absorbed_w = drivers.absorbed_w[n, step]
        opened = (temperature_k - network.node_louver_open_k[n]) / LOUVER_BAND_K
        coefficient = (
            network.node_radiating_w_per_k4[n]
            + min(max(opened, 0.0), 1.0) * network.node_louver_w_per_k4[n]
        )
        above_k4 = temperature_k**4 - drivers.sink_k[n, step] ** 4
        radiated_w = coefficient * above_k4
        slope_w_per_k = 4.0 * coefficient * temperature_k**3
        if 0.0 < opened < 1.0:
            slope_w_per_k += network.node_louver_w_per_k4[n] * max(above_k4, 0.0) / LOUVER_BAND_K
        rise_k = (
            dt_s
            * (absorbed_w + heat_w[n] - radiated_w)
            / (network.node_heat_capacity_j_per_k[n] + dt_s * slope_w_per_k)
        )
        state.node_temperature_k[n] = temperature_k + rise_k
        ledger.node_absorbed_j[n] += absorbed_w * dt_s
        ledger.node_radiated_j[n] += (radiated_w + slope_w_per_k * rise_k) * dt_s
        if state.node_temperature_k[n] < network.node_survival_min_k[n]:
            state.node_lost[n] = True
