"""From the parts of a station to the flat arrays of the kernel."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from moonstead.components import (
    Converter,
    Link,
    Load,
    Parts,
    Surroundings,
    ThermalNode,
    Transmitter,
)
from moonstead.contracts import Channels
from moonstead.simulation.network import Drivers, FloatArray, IndexArray, Ledger, Network, State
from moonstead.units import JULIAN_YEAR_S

STEFAN_BOLTZMANN_W_PER_M2_K4 = 5.670374419e-8
"""CODATA 2018, exact in the 2019 SI."""


class NetworkError(ValueError):
    """The parts do not make a network: what is wrong, in a sentence."""


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Component = TypeVar("Component", bound=_Named)


@dataclass(frozen=True, slots=True)
class Names:
    """The name of each place in the arrays, sorted."""

    buses: tuple[str, ...]
    nodes: tuple[str, ...]
    sources: tuple[str, ...]
    loads: tuple[str, ...]
    """Plain loads, converters, transmitters and links together."""
    stores: tuple[str, ...]
    tanks: tuple[str, ...]
    recorders: tuple[str, ...]
    transmitters: tuple[str, ...]
    paths: tuple[str, ...]

    def channels(self) -> Channels:
        """Return the telemetry dictionary."""
        return Channels(
            sources=self.sources,
            loads=self.loads,
            stores=self.stores,
            nodes=self.nodes,
            recorders=self.recorders,
            tanks=self.tanks,
            paths=self.paths,
        )


@dataclass(frozen=True, slots=True)
class CompiledStation:
    """A network with the names of its places and the parts it was made from."""

    network: Network
    names: Names
    parts: Parts


def compile_station(parts: Parts) -> CompiledStation:
    """Compile the parts of a station.

    Raises
    ------
    NetworkError
        A name is used twice, a reference leads nowhere, a bus is fed by two links, links form a
        circle, or a value is zero that others are divided by.
    """
    for name, what, value in _divisors(parts):
        if not 0.0 < value < math.inf:
            raise NetworkError(f"{name}: {what} must be above zero, not {value:g}")
    parts = _sorted_parts(parts)
    links = {link.name: link for link in parts.links}
    loads = all_loads(parts)
    names = Names(
        buses=_unique("bus", parts.buses),
        nodes=_unique("thermal node", parts.nodes),
        sources=_unique("source", parts.sources),
        loads=_unique("load", loads),
        stores=_unique("store", parts.stores),
        tanks=_unique("tank", parts.tanks),
        recorders=_unique("recorder", parts.recorders),
        transmitters=tuple(transmitter.load.name for transmitter in parts.transmitters),
        paths=tuple(sorted({transmitter.path for transmitter in parts.transmitters})),
    )
    bus_feed, bus_order = _bus_tree(parts.links, names)
    converters = {converter.load.name: converter for converter in parts.converters}
    fields: dict[str, Any] = {
        "bus_order": bus_order,
        "bus_feed": bus_feed,
        **_source_fields(parts, names),
        **_load_fields(loads, names),
        **_load_role_fields(loads, links, converters, names),
        **_store_fields(parts, names),
        **_node_fields(parts.nodes),
        "recorder_capacity_bit": _floats(r.capacity_bit for r in parts.recorders),
        "tank_capacity_kg": _floats(t.capacity_kg for t in parts.tanks),
        **_transmitter_fields(parts.transmitters, names),
    }
    return CompiledStation(Network(**fields), names, parts)


def _divisors(parts: Parts) -> Iterator[tuple[str, str, float]]:
    """Yield everything that the kernel divides by: owner, what it is, value."""
    for node in parts.nodes:
        yield node.name, "heat_capacity_j_per_k", node.heat_capacity_j_per_k
    for source in parts.sources:
        yield source.name, "1 - loss_per_year", 1.0 - source.loss_per_year
    for store in parts.stores:
        yield store.name, "charge_efficiency", store.charge_efficiency
        yield store.name, "discharge_efficiency", store.discharge_efficiency
    for link in parts.links:
        yield link.name, "efficiency", link.efficiency
    for converter in parts.converters:
        yield converter.load.name, "power_w", converter.load.power_w
        yield converter.load.name, "specific_energy_j_per_kg", converter.specific_energy_j_per_kg
    for transmitter in parts.transmitters:
        yield transmitter.load.name, "power_w", transmitter.load.power_w


def drive(station: CompiledStation, surroundings: Surroundings) -> Drivers:
    """Evaluate every driver of a station on the surroundings' time grid."""
    parts, names = station.parts, station.names
    n_steps = next(iter(surroundings.values())).shape[-1]

    def table(rows: Sequence[FloatArray]) -> FloatArray:
        return np.ascontiguousarray(np.array(rows, dtype=np.float64).reshape(len(rows), n_steps))

    return Drivers(
        source_w=table([source.available_w(surroundings) for source in parts.sources]),
        absorbed_w=table([node.absorbed_w(surroundings) for node in parts.nodes]),
        sink_k=table([node.sink_temperature_k(surroundings) for node in parts.nodes]),
        path_bit_per_s=table(
            [surroundings[f"contact_rate_bit_per_s:{path}"] for path in names.paths]
        ),
    )


def initial_state(station: CompiledStation) -> State:
    """Return the state at the start of a run."""
    parts = station.parts
    levels = {load.name: load.initial_level for load in all_loads(parts)}
    capacity_j = _floats(store.capacity_j for store in parts.stores)
    return State(
        load_level=_floats(levels[name] for name in station.names.loads),
        source_health=np.ones(len(parts.sources)),
        store_energy_j=capacity_j * _floats(store.initial_fraction for store in parts.stores),
        store_capacity_j=capacity_j,
        node_temperature_k=_floats(node.initial_temperature_k for node in parts.nodes),
        node_lost=np.zeros(len(parts.nodes), dtype=np.bool_),
        queue_bit=np.zeros(len(levels)),
        tank_kg=_floats(tank.initial_kg for tank in parts.tanks),
    )


def empty_ledger(station: CompiledStation) -> Ledger:
    """Return a ledger in which nothing has flowed yet."""
    names = station.names
    size = {
        "source": len(names.sources),
        "load": len(names.loads),
        "link": len(names.loads),
        "store": len(names.stores),
        "node": len(names.nodes),
        "tank": len(names.tanks),
        "transmitter": len(names.transmitters),
    }
    return Ledger(*(np.zeros(size[name.partition("_")[0]]) for name in Ledger._fields))


def all_loads(parts: Parts) -> tuple[Load, ...]:
    """Return plain loads, converters, transmitters and the sending ends of links, by name."""
    link_ends = tuple(
        Load(
            name=link.name,
            bus=link.from_bus,
            node=link.node,
            power_w=link.capacity_w,
            priority=link.priority,
            initial_level=link.initial_level,
            divisible=True,
        )
        for link in parts.links
    )
    loads = (
        *parts.loads,
        *(converter.load for converter in parts.converters),
        *(transmitter.load for transmitter in parts.transmitters),
        *link_ends,
    )
    return tuple(sorted(loads, key=lambda load: load.name))


def _sorted_parts(parts: Parts) -> Parts:
    def by_name(items: tuple[Component, ...]) -> tuple[Component, ...]:
        return tuple(sorted(items, key=lambda item: item.name))

    return Parts(
        buses=by_name(parts.buses),
        nodes=by_name(parts.nodes),
        sources=by_name(parts.sources),
        loads=by_name(parts.loads),
        stores=by_name(parts.stores),
        tanks=by_name(parts.tanks),
        converters=tuple(sorted(parts.converters, key=lambda item: item.load.name)),
        links=by_name(parts.links),
        recorders=by_name(parts.recorders),
        transmitters=tuple(sorted(parts.transmitters, key=lambda item: item.load.name)),
    )


def _unique(kind: str, items: Sequence[_Named]) -> tuple[str, ...]:
    names = tuple(item.name for item in items)
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise NetworkError(f"more than one {kind} is called {doubled[0]!r}; names must differ")
    return names


def _index(kind: str, owner: str, name: str, names: tuple[str, ...]) -> int:
    if name not in names:
        raise NetworkError(
            f"{owner} refers to {kind} {name!r}, which does not exist; "
            f"there are: {', '.join(names) or 'none'}"
        )
    return names.index(name)


def _floats(values: Iterable[float]) -> FloatArray:
    return np.array(list(values), dtype=np.float64)


def _ints(values: Iterable[int]) -> IndexArray:
    return np.array(list(values), dtype=np.int64)


def _flags(values: Iterable[bool]) -> np.typing.NDArray[np.bool_]:
    return np.array(list(values), dtype=np.bool_)


def _bus_tree(links: tuple[Link, ...], names: Names) -> tuple[IndexArray, IndexArray]:
    """Return the feeding load of each bus and an order with feeders first."""
    feeder = {}
    parent = {}
    for link in links:
        _index("bus", f"link {link.name!r}", link.from_bus, names.buses)
        fed = _index("bus", f"link {link.name!r}", link.to_bus, names.buses)
        if fed in feeder:
            raise NetworkError(f"bus {link.to_bus!r} is fed by two links; one is allowed")
        feeder[fed] = names.loads.index(link.name)
        parent[fed] = names.buses.index(link.from_bus)
    depth = []
    for bus in range(len(names.buses)):
        seen, here = {bus}, bus
        while here in parent:
            here = parent[here]
            if here in seen:
                raise NetworkError(
                    f"links form a circle through bus {names.buses[bus]!r}; power needs an origin"
                )
            seen.add(here)
        depth.append(len(seen))
    order = sorted(range(len(names.buses)), key=lambda bus: (depth[bus], bus))
    return _ints(feeder.get(bus, -1) for bus in range(len(names.buses))), _ints(order)


def _source_fields(parts: Parts, names: Names) -> dict[str, object]:
    sources = parts.sources
    return {
        "source_bus": _ints(_index("bus", s.name, s.bus, names.buses) for s in sources),
        "source_node": _ints(_index("thermal node", s.name, s.node, names.nodes) for s in sources),
        "source_temperature_coefficient_per_k": _floats(
            s.temperature_coefficient_per_k for s in sources
        ),
        "source_reference_temperature_k": _floats(s.reference_temperature_k for s in sources),
        "source_loss_per_s": _floats(
            -math.log1p(-s.loss_per_year) / JULIAN_YEAR_S for s in sources
        ),
        "source_takes_heat": _flags(s.takes_heat for s in sources),
    }


def _load_fields(loads: tuple[Load, ...], names: Names) -> dict[str, object]:
    order = sorted(range(len(loads)), key=lambda i: (int(loads[i].priority), loads[i].name))
    return {
        "load_bus": _ints(_index("bus", i.name, i.bus, names.buses) for i in loads),
        "load_node": _ints(_index("thermal node", i.name, i.node, names.nodes) for i in loads),
        "load_priority": _ints(int(i.priority) for i in loads),
        "load_power_w": _floats(i.power_w for i in loads),
        "load_divisible": _flags(i.divisible or i.thermostat is not None for i in loads),
        "load_heat_fraction": _floats(i.heat_fraction for i in loads),
        "load_setpoint_k": _floats(i.thermostat.setpoint_k if i.thermostat else 0.0 for i in loads),
        "load_band_k": _floats(i.thermostat.band_k if i.thermostat else 0.0 for i in loads),
        "load_data_rate_bit_per_s": _floats(i.data_rate_bit_per_s for i in loads),
        "load_recorder": _ints(
            _index("recorder", i.name, i.recorder, names.recorders) if i.recorder else -1
            for i in loads
        ),
        "load_order": _ints(order),
    }


def _load_role_fields(
    loads: tuple[Load, ...],
    links: dict[str, Link],
    converters: dict[str, Converter],
    names: Names,
) -> dict[str, object]:
    def tank(load: Load) -> int:
        if load.name not in converters:
            return -1
        return _index("tank", load.name, converters[load.name].tank, names.tanks)

    return {
        "load_tank": _ints(tank(load) for load in loads),
        "load_kg_per_j": _floats(
            1.0 / converters[load.name].specific_energy_j_per_kg if load.name in converters else 0.0
            for load in loads
        ),
        "load_fed_bus": _ints(
            names.buses.index(links[load.name].to_bus) if load.name in links else -1
            for load in loads
        ),
        "load_link_efficiency": _floats(
            links[load.name].efficiency if load.name in links else 1.0 for load in loads
        ),
    }


def _store_fields(parts: Parts, names: Names) -> dict[str, object]:
    stores = parts.stores
    order = sorted(range(len(stores)), key=lambda i: (stores[i].order, stores[i].name))
    return {
        "store_bus": _ints(_index("bus", s.name, s.bus, names.buses) for s in stores),
        "store_node": _ints(_index("thermal node", s.name, s.node, names.nodes) for s in stores),
        "store_rated_j": _floats(s.capacity_j for s in stores),
        "store_floor_fraction": _floats(s.floor_fraction for s in stores),
        "store_charge_power_w": _floats(s.charge_power_w for s in stores),
        "store_discharge_power_w": _floats(s.discharge_power_w for s in stores),
        "store_charge_efficiency": _floats(s.charge_efficiency for s in stores),
        "store_discharge_efficiency": _floats(s.discharge_efficiency for s in stores),
        "store_self_discharge_per_s": _floats(s.self_discharge_per_s for s in stores),
        "store_charge_min_temperature_k": _floats(s.charge_min_temperature_k for s in stores),
        "store_calendar_fade_per_s": _floats(
            s.calendar_fade_per_year / JULIAN_YEAR_S for s in stores
        ),
        "store_cycle_fade": _floats(s.cycle_fade for s in stores),
        "store_order": _ints(order),
    }


def _node_fields(nodes: tuple[ThermalNode, ...]) -> dict[str, object]:
    return {
        "node_heat_capacity_j_per_k": _floats(n.heat_capacity_j_per_k for n in nodes),
        "node_radiating_w_per_k4": _floats(
            n.radiating_area_m2 * n.emissivity * STEFAN_BOLTZMANN_W_PER_M2_K4 for n in nodes
        ),
        "node_louver_w_per_k4": _floats(
            n.louver_area_m2 * STEFAN_BOLTZMANN_W_PER_M2_K4 for n in nodes
        ),
        "node_louver_open_k": _floats(n.louver_open_k for n in nodes),
        "node_survival_min_k": _floats(n.survival_min_k for n in nodes),
    }


def _transmitter_fields(transmitters: tuple[Transmitter, ...], names: Names) -> dict[str, object]:
    return {
        "transmitter_load": _ints(names.loads.index(t.load.name) for t in transmitters),
        "transmitter_recorder": _ints(
            _index("recorder", t.load.name, t.recorder, names.recorders) for t in transmitters
        ),
        "transmitter_path": _ints(names.paths.index(t.path) for t in transmitters),
        "transmitter_limit_bit_per_s": _floats(t.rate_limit_bit_per_s for t in transmitters),
    }
