"""The compiled step: what one tick of time does to the whole network.

Dispatch of power first (`moonstead.simulation.dispatch`), then what it does
(`moonstead.simulation.flows`), then one column of every series.
"""

import numpy as np

from moonstead.compiled import compiled, inlined
from moonstead.simulation.dispatch import (
    ask,
    grant,
    offer,
    request_links,
    settle,
    store_limits,
)
from moonstead.simulation.flows import DataScratch, draw, move_data, move_stores, use, warm
from moonstead.simulation.network import (
    Drivers,
    Float32Array,
    FloatArray,
    Ledger,
    Network,
    Output,
    State,
)


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
    room_kg = np.zeros(network.tank_capacity_kg.shape[0])
    data = DataScratch(
        np.zeros(network.recorder_capacity_bit.shape[0]),
        np.zeros(drivers.path_bit_per_s.shape[0]),
        np.zeros(network.transmitter_load.shape[0]),
    )
    heat_w = np.zeros(network.node_heat_capacity_j_per_k.shape[0])
    for step in range(steps[0], steps[1]):
        offer(network, drivers, state, step, available_w, supply_w)
        ask(network, state, dt_s, demand_w, room_kg)
        store_limits(network, state, dt_s, charge_w, discharge_w)
        request_links(network, state, supply_w, charge_w, demand_w)
        grant(network, supply_w, discharge_w, demand_w, granted_w, link_w)
        heat_w[:] = 0.0
        settle(network, supply_w, granted_w, link_w, charge_w, discharge_w)
        draw(network, state, ledger, available_w, supply_w, heat_w, dt_s)
        use(network, state, ledger, demand_w, granted_w, heat_w, dt_s)
        move_stores(network, state, ledger, charge_w, discharge_w, heat_w, dt_s)
        move_data(network, drivers, state, ledger, step, granted_w, data, dt_s)
        warm(network, drivers, state, ledger, step, heat_w, dt_s)
        _record(
            network, state, output, step - steps[2], available_w, granted_w, data.sent_bit_per_s
        )


@inlined
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
    _put(output.source_power_w, column, drawn_w)
    _put(output.load_power_w, column, granted_w)
    _put(output.store_energy_j, column, state.store_energy_j)
    _put(output.node_temperature_k, column, state.node_temperature_k)
    _put(output.tank_kg, column, state.tank_kg)
    _put(output.transmitter_bit_per_s, column, sent_bit_per_s)
    for r in range(output.recorder_bit.shape[0]):
        filling_bit = 0.0
        for i in range(granted_w.shape[0]):
            if network.load_recorder[i] == r:
                filling_bit += state.queue_bit[i]
        output.recorder_bit[r, column] = filling_bit


@inlined
def _put(series: Float32Array, column: int, values: FloatArray) -> None:
    """Write one column; a plain loop, as assigning a slice costs more than its few numbers."""
    for row in range(values.shape[0]):
        series[row, column] = values[row]
