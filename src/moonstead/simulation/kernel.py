"""The compiled step: what one tick of time does to the whole network.

Dispatch of power first (`moonstead.simulation.dispatch`), then what it does
(`moonstead.simulation.flows`), then one column of every series.
"""

import numpy as np

from moonstead.compiled import compiled
from moonstead.simulation.dispatch import (
    ask,
    grant,
    offer,
    request_links,
    settle,
    store_limits,
)
from moonstead.simulation.flows import draw, move_data, move_stores, use, warm
from moonstead.simulation.network import Drivers, FloatArray, Ledger, Network, Output, State


@compiled
def advance(
    network: Network,
    drivers: Drivers,
    state: State,
    ledger: Ledger,
    output: Output,
    steps: tuple[int, int, int],
    dt_s: float,
) -> None:
    """Advance the truth over a range of steps, in place.

    Parameters
    ----------
    network, drivers
        Parameters, and what the surroundings impose.
    state, ledger
        Changed in place.
    output
        Filled in place, one column per step.
    steps
        First step, end step (exclusive), and the step that is column 0 of `output`.
    dt_s
        Length of one step.
    """
    n_loads = network.load_bus.shape[0]
    n_buses = network.bus_order.shape[0]
    n_stores = network.store_bus.shape[0]
    demand_w = np.zeros(n_loads)
    granted_w = np.zeros(n_loads)
    available_w = np.zeros(network.source_bus.shape[0])
    supply_w = np.zeros(n_buses)
    link_w = np.zeros(n_buses)
    charge_w = np.zeros(n_stores)
    discharge_w = np.zeros(n_stores)
    sent_bit_per_s = np.zeros(network.transmitter_load.shape[0])
    heat_w = np.zeros(network.node_heat_capacity_j_per_k.shape[0])
    for step in range(steps[0], steps[1]):
        offer(network, drivers, state, step, available_w, supply_w)
        ask(network, state, dt_s, demand_w)
        store_limits(network, state, dt_s, charge_w, discharge_w)
        request_links(network, state, supply_w, charge_w, demand_w)
        grant(network, supply_w, discharge_w, demand_w, granted_w, link_w)
        heat_w[:] = 0.0
        settle(network, supply_w, granted_w, link_w, charge_w, discharge_w)
        draw(network, state, ledger, available_w, supply_w, heat_w, dt_s)
        use(network, state, ledger, demand_w, granted_w, heat_w, dt_s)
        move_stores(network, state, ledger, charge_w, discharge_w, heat_w, dt_s)
        move_data(network, drivers, state, ledger, step, granted_w, sent_bit_per_s, dt_s)
        warm(network, drivers, state, ledger, step, heat_w, dt_s)
        _record(network, state, output, step - steps[2], available_w, granted_w, sent_bit_per_s)


@compiled
def _record(
    network: Network,
    state: State,
    output: Output,
    column: int,
    drawn_w: FloatArray,
    granted_w: FloatArray,
    sent_bit_per_s: FloatArray,
) -> None:
    """Write one column of every series."""
    output.source_power_w[:, column] = drawn_w
    output.load_power_w[:, column] = granted_w
    output.store_energy_j[:, column] = state.store_energy_j
    output.node_temperature_k[:, column] = state.node_temperature_k
    output.tank_kg[:, column] = state.tank_kg
    output.transmitter_bit_per_s[:, column] = sent_bit_per_s
    output.recorder_bit[:, column] = 0.0
    for i in range(granted_w.shape[0]):
        if network.load_recorder[i] >= 0:
            output.recorder_bit[network.load_recorder[i], column] += state.queue_bit[i]
