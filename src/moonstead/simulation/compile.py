"""From the parts of a station to the flat arrays of the kernel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from moonstead.components import Driver, FloatArray, Parts, Surroundings
from moonstead.contracts import Channels
from moonstead.simulation.check import NetworkError, network_mistakes
from moonstead.simulation.memory import NO_SERIES, padded, varying_loads
from moonstead.simulation.names import Names, names_of
from moonstead.simulation.network import Drivers, Network, PlaceArray
from moonstead.simulation.parts import all_loads, sorted_parts
from moonstead.simulation.tables import network_fields
from moonstead.simulation.wiring import Layout

SurroundingsOf = Callable[[str], Surroundings]
"""The surroundings of a component, by its name: elements may stand at different places."""


@dataclass(frozen=True, slots=True)
class CompiledStation:
    """A network with the names of its places and the parts it was made from."""

    network: Network
    layout: Layout
    names: Names
    parts: Parts

    def channels(self) -> Channels:
        """Return the telemetry dictionary."""
        return self.names.channels()


def compile_station(parts: Parts) -> CompiledStation:
    """Compile the parts of a station.

    Raises
    ------
    NetworkError
        With everything that is wrong: names used twice, references that lead nowhere, values out
        of bounds, commodities that do not match, mass out of nothing, links in a circle, loads
        that nothing can feed.
    """
    mistakes = network_mistakes(parts)
    if mistakes:
        raise NetworkError(mistakes)
    parts = sorted_parts(parts)
    names = names_of(parts)
    network = Network(**network_fields(parts, names))
    return CompiledStation(network, _layout(network, parts, names), names, parts)


def _layout(network: Network, parts: Parts, names: Names) -> Layout:
    loads = all_loads(parts)
    buses = names.buses
    by_priority = sorted(range(len(loads)), key=lambda i: (int(loads[i].priority), loads[i].name))
    by_order = sorted(
        range(len(parts.stores)), key=lambda i: (parts.stores[i].order, parts.stores[i].name)
    )
    return Layout(
        n_buses=len(buses),
        ties=tuple((buses.index(tie.bus_a), buses.index(tie.bus_b)) for tie in parts.ties),
        source_bus=tuple(buses.index(source.bus) for source in parts.sources),
        load_bus=tuple(buses.index(load.bus) if load.bus else -1 for load in loads),
        load_order=tuple(by_priority),
        varying=tuple(varying_loads(network).tolist()),
        store_bus=tuple(buses.index(store.bus) for store in parts.stores),
        store_order=tuple(by_order),
        links=tuple((buses.index(link.from_bus), buses.index(link.to_bus)) for link in parts.links),
        link_load=tuple(names.loads.index(link.name) for link in parts.links),
    )


class _Columns:
    """Collects different series, each once."""

    def __init__(self, n_steps: int) -> None:
        self.n_steps = n_steps
        self.columns: list[FloatArray] = []
        self._places: dict[bytes, int] = {}

    def add(self, values: FloatArray) -> int:
        """Return the column that holds these values."""
        full = np.ascontiguousarray(np.broadcast_to(values, (self.n_steps,)), dtype=np.float64)
        # Most drivers share a series of the surroundings or are constant; equal bytes are equal.
        key = full.tobytes() if self.n_steps < _SMALL else _digest(full)
        if key not in self._places:
            self._places[key] = len(self.columns)
            self.columns.append(full)
        return self._places[key]


_SMALL = 64


def _digest(values: FloatArray) -> bytes:
    return blake2b(values.view(np.uint8).data, digest_size=16).digest()


def drive(station: CompiledStation, surroundings: Surroundings | SurroundingsOf) -> Drivers:
    """Evaluate every driver of a station on the surroundings' time grid.

    Parameters
    ----------
    station
        What to drive.
    surroundings
        Series by quantity name, or a function that gives those of a component by its name.
        Contact rates are those of the component ``""``.
    """
    of: SurroundingsOf = surroundings if callable(surroundings) else lambda _: surroundings
    here = of("")
    n_steps = next(iter(here.values())).shape[-1]
    table = _Columns(n_steps)

    def add(items: Sequence[tuple[str, Driver]]) -> np.typing.NDArray[np.uint32]:
        places = [table.add(driver(of(name))) for name, driver in items]
        return np.array(places, dtype=np.uint32)

    parts, names = station.parts, station.names
    outside = table.add(np.zeros(1))
    source = add([(source.name, source.available_w) for source in parts.sources])
    absorbed = add([(node.name, node.absorbed_w) for node in parts.nodes])
    sink = add([(node.name, node.sink_temperature_k) for node in parts.nodes])
    supply = add([(item.name, item.amount) for item in parts.supplies])
    ground = [
        table.add(of(node.name)["ground_temperature_k"])
        if node.ground_conductance_w_per_k > 0.0
        else outside
        for node in parts.nodes
    ]
    paths = [here[f"contact_rate_bit_per_s:{path}"] for path in names.paths]
    return Drivers(
        series=np.ascontiguousarray(np.column_stack(table.columns)),
        source=source,
        absorbed=_filled_up(absorbed),
        sink=_filled_up(sink),
        ground=np.array([*ground, outside], dtype=np.uint32),
        supply=supply,
        path_bit_per_s=np.array(paths, dtype=np.float64).reshape(len(paths), n_steps),
    )


def _filled_up(columns: PlaceArray) -> PlaceArray:
    """Return the columns of the nodes, then none up to the length of the fields of `Heat`."""
    n_none = padded(len(columns) + 1) - len(columns)
    return np.append(columns, np.full(n_none, NO_SERIES, dtype=np.uint32))
