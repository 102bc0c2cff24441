"""The compiled dispatch of electric buses: who gets power, and from where.

Dispatch rule of an electric bus. (1) What every load asks for is its
commanded level, or its thermostat's duty. (2) A bus asks its feeding link for what its own sources
do not cover, and for what its stores would take. (3) From the feeding buses outward, loads are
granted in order of priority from sources, link and stores together; a load that is not divisible
gets all or nothing. (4) From the fed buses inward, flows settle: sources first, then the link,
then stores in their order; what is left charges the stores in the same order; the rest is spilled.

Limit: what a link was granted and cannot use (the load it was for needs more than it may bring)
charges the stores or is spilled; it is not granted to other loads in the same step.
"""

from moonstead.compiled import inlined
from moonstead.simulation.network import Drivers, FloatArray, Network, State


@inlined
def offer(
    network: Network,
    drivers: Drivers,
    state: State,
    step: int,
    available_w: FloatArray,
    supply_w: FloatArray,
) -> None:
    """Power on offer from each source, and its sum on each bus."""
    supply_w[:] = 0.0
    for s in range(available_w.shape[0]):
        node = network.source_node[s]
        warm_k = state.node_temperature_k[node] - network.source_reference_temperature_k[s]
        factor = 1.0 + network.source_temperature_coefficient_per_k[s] * warm_k
        power_w = drivers.source_w[s, step] * max(factor, 0.0) * state.source_health[s]
        available_w[s] = 0.0 if state.node_lost[node] else power_w
        supply_w[network.source_bus[s]] += available_w[s]


@inlined
def ask(
    network: Network, state: State, dt_s: float, demand_w: FloatArray, room_kg: FloatArray
) -> None:
    """Find what each load would take now; links are asked for later. `room_kg` is scratch."""
    for tank in range(room_kg.shape[0]):
        room_kg[tank] = network.tank_capacity_kg[tank] - state.tank_kg[tank]
    for i in range(demand_w.shape[0]):
        node = network.load_node[i]
        demand_w[i] = 0.0
        if state.node_lost[node] or network.load_fed_bus[i] >= 0:
            continue
        duty = state.load_level[i]
        if network.load_band_k[i] > 0.0:
            cold_k = network.load_setpoint_k[i] - state.node_temperature_k[node]
            duty *= min(max(cold_k / network.load_band_k[i], 0.0), 1.0)
        tank = network.load_tank[i]
        if tank >= 0:
            most_kg = network.load_power_w[i] * network.load_kg_per_j[i] * dt_s
            duty = min(duty, max(room_kg[tank], 0.0) / most_kg)
            room_kg[tank] -= duty * most_kg
        demand_w[i] = network.load_power_w[i] * duty


@inlined
def store_limits(
    network: Network, state: State, dt_s: float, charge_w: FloatArray, discharge_w: FloatArray
) -> None:
    """Greatest charge and discharge power of each store, at the bus."""
    for s in range(charge_w.shape[0]):
        charge_w[s] = discharge_w[s] = 0.0
        node = network.store_node[s]
        if state.node_lost[node]:
            continue
        energy_j = state.store_energy_j[s]
        room_w = (state.store_capacity_j[s] - energy_j) / (
            network.store_charge_efficiency[s] * dt_s
        )
        if state.node_temperature_k[node] >= network.store_charge_min_temperature_k[s]:
            charge_w[s] = max(min(network.store_charge_power_w[s], room_w), 0.0)
        floor_j = network.store_floor_fraction[s] * state.store_capacity_j[s]
        left_w = (energy_j - floor_j) * network.store_discharge_efficiency[s] / dt_s
        discharge_w[s] = max(min(network.store_discharge_power_w[s], left_w), 0.0)


@inlined
def request_links(
    network: Network,
    state: State,
    supply_w: FloatArray,
    charge_w: FloatArray,
    demand_w: FloatArray,
) -> None:
    """From the fed buses inward, turn a bus's want into the demand of the link that feeds it."""
    n_buses = network.bus_order.shape[0]
    for k in range(n_buses - 1, -1, -1):
        bus = network.bus_order[k]
        feed = network.bus_feed[bus]
        if feed < 0:
            continue
        want_w = -supply_w[bus]
        for i in range(demand_w.shape[0]):
            if network.load_bus[i] == bus:
                want_w += demand_w[i]
        for s in range(charge_w.shape[0]):
            if network.store_bus[s] == bus:
                want_w += charge_w[s]
        if not state.node_lost[network.load_node[feed]]:
            limit_w = network.load_power_w[feed] * state.load_level[feed]
            demand_w[feed] = min(max(want_w, 0.0) / network.load_link_efficiency[feed], limit_w)


@inlined
def grant(
    network: Network,
    supply_w: FloatArray,
    discharge_w: FloatArray,
    demand_w: FloatArray,
    granted_w: FloatArray,
    link_w: FloatArray,
) -> None:
    """From the feeding buses outward, grant loads by priority.

    `link_w` becomes what each link may bring.
    """
    link_w[:] = 0.0
    for k in range(network.bus_order.shape[0]):
        bus = network.bus_order[k]
        feed = network.bus_feed[bus]
        if feed >= 0:
            link_w[bus] = granted_w[feed] * network.load_link_efficiency[feed]
        left_w = supply_w[bus] + link_w[bus]
        for s in range(discharge_w.shape[0]):
            if network.store_bus[s] == bus:
                left_w += discharge_w[s]
        # A rounding error must not shed a load that the supply just covers.
        slack_w = 1e-12 * left_w
        for j in range(demand_w.shape[0]):
            i = network.load_order[j]
            if network.load_bus[i] != bus:
                continue
            if demand_w[i] <= left_w + slack_w:
                granted_w[i] = demand_w[i]
            elif network.load_divisible[i]:
                granted_w[i] = max(left_w, 0.0)
            else:
                granted_w[i] = 0.0
            left_w -= granted_w[i]


@inlined
def settle(
    network: Network,
    supply_w: FloatArray,
    granted_w: FloatArray,
    link_w: FloatArray,
    charge_w: FloatArray,
    discharge_w: FloatArray,
) -> None:
    """From the fed buses inward, fix the flows.

    On entry `charge_w` and `discharge_w` are limits, on return flows; `supply_w` becomes what is
    drawn from the sources; the grant of a link becomes what it really carries.
    """
    for k in range(network.bus_order.shape[0] - 1, -1, -1):
        bus = network.bus_order[k]
        used_w = 0.0
        for i in range(granted_w.shape[0]):
            if network.load_bus[i] == bus:
                used_w += granted_w[i]
        accept_w = 0.0
        for s in range(charge_w.shape[0]):
            if network.store_bus[s] == bus:
                accept_w += charge_w[s]
        feed = network.bus_feed[bus]
        if feed >= 0:
            link_w[bus] = min(link_w[bus], max(used_w + accept_w - supply_w[bus], 0.0))
            granted_w[feed] = link_w[bus] / network.load_link_efficiency[feed]
        surplus_w = supply_w[bus] + link_w[bus] - used_w
        for j in range(charge_w.shape[0]):
            s = network.store_order[j]
            if network.store_bus[s] != bus:
                continue
            charge_w[s] = min(charge_w[s], max(surplus_w, 0.0))
            discharge_w[s] = min(discharge_w[s], max(-surplus_w, 0.0))
            surplus_w += discharge_w[s] - charge_w[s]
        supply_w[bus] -= max(surplus_w, 0.0)
