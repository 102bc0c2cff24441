"""What a station takes when nothing is done, and what its parts mean to the main bus."""

from collections.abc import Mapping

from moonstead.autonomy.model import StoreModel
from moonstead.components import Load, Parts, Store, ThermalNode
from moonstead.contracts import Priority
from moonstead.scenario.lives import Span, life_of
from moonstead.simulation.tables import STEFAN_BOLTZMANN_W_PER_M2_K4


def on_bus(parts: Parts, bus: str) -> list[Store]:
    """Return the stores of a bus in their order of dispatch."""
    stores = [store for store in parts.stores if store.bus == bus]
    return sorted(stores, key=lambda store: (store.order, store.name))


def store_model(store: Store, lives: Mapping[str, Span]) -> StoreModel:
    """Return a store as designed, with when it is planned to be there."""
    life = life_of(store.name, lives)
    return StoreModel(
        from_t_s=life.from_t_s,
        until_t_s=life.until_t_s,
        name=store.name,
        capacity_j=store.capacity_j,
        floor_fraction=store.floor_fraction,
        charge_power_w=store.charge_power_w,
        discharge_power_w=store.discharge_power_w,
        charge_efficiency=store.charge_efficiency,
        discharge_efficiency=store.discharge_efficiency,
        self_discharge_per_s=store.self_discharge_per_s,
    )


def survival_power_w(parts: Parts, bus: str, sink_k: float) -> float:
    """Return what a bus must carry in the dark: survival loads, heaters, and the buses it feeds."""
    total_w = 0.0
    nodes = {node.name: node for node in parts.nodes}
    for load in (*parts.loads, *(converter.load for converter in parts.converters)):
        if load.bus != bus or load.priority != Priority.SURVIVAL:
            continue
        total_w += holding_w(load, nodes.get(load.node), parts, sink_k)
    for link in parts.links:
        if link.from_bus == bus:
            total_w += survival_power_w(parts, link.to_bus, sink_k) / link.efficiency
    return total_w


def holding_w(load: Load, node: ThermalNode | None, parts: Parts, sink_k: float) -> float:
    """Return the mean power of a survival load; for a heater, what holds its set point."""
    if load.thermostat is None or node is None:
        return load.power_w * load.initial_level
    coefficient = node.radiating_area_m2 * node.emissivity * STEFAN_BOLTZMANN_W_PER_M2_K4
    lost_w = coefficient * (load.thermostat.setpoint_k**4 - sink_k**4)
    warm_w = sum(
        other.power_w * other.heat_fraction * other.initial_level
        for other in parts.loads
        if other.node == load.node
        and other.priority == Priority.SURVIVAL
        and other.thermostat is None
    )
    return min(max(lost_w - warm_w, 0.0), load.power_w)


def on_main_w(parts: Parts, load: Load, main: str, power_w: float | None = None) -> float:
    """Return what a load takes from the main bus, through links and a store; 0 if none leads on.

    Parameters
    ----------
    parts
        Of the station.
    load
        Where it is, and its full power.
    main
        The main bus.
    power_w
        What it draws on its own bus, if not its full power.
    """
    power_w, bus = load.power_w if power_w is None else power_w, load.bus
    while bus != main:
        link = next((link for link in parts.links if link.to_bus == bus), None)
        if link is None:
            return 0.0
        stores = on_bus(parts, bus)
        if stores:
            power_w /= stores[0].charge_efficiency * stores[0].discharge_efficiency
        power_w /= link.efficiency
        bus = link.from_bus
    return power_w
