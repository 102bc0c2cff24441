"""The name of each place in the arrays."""

from collections.abc import Iterable
from dataclasses import dataclass

from moonstead.components import Parts
from moonstead.contracts import Channels
from moonstead.simulation.parts import all_loads

PACKET_STORE = "stored"
"""Each load that writes to a recorder has a packet store there, called ``LOAD.stored``."""


@dataclass(frozen=True, slots=True)
class Names:
    """The name of each place in the arrays, sorted."""

    buses: tuple[str, ...]
    ties: tuple[str, ...]
    nodes: tuple[str, ...]
    couplings: tuple[str, ...]
    sources: tuple[str, ...]
    loads: tuple[str, ...]
    """Plain loads, converters, transmitters and links together."""
    links: tuple[str, ...]
    work: tuple[str, ...]
    """Loads with flows or needs, by priority and name."""
    stores: tuple[str, ...]
    tanks: tuple[str, ...]
    supplies: tuple[str, ...]
    pools: tuple[str, ...]
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


def names_of(parts: Parts) -> Names:
    """Return the names of the components of sorted parts."""
    loads = all_loads(parts)
    converting = {converter.load.name for converter in parts.converters}
    working = [load for load in loads if load.name in converting or load.needs or load.cleans]
    working.sort(key=lambda load: (int(load.priority), load.name))
    return Names(
        buses=tuple(item.name for item in parts.buses),
        ties=tuple(item.name for item in parts.ties),
        nodes=tuple(item.name for item in parts.nodes),
        couplings=tuple(item.name for item in parts.couplings),
        sources=tuple(item.name for item in parts.sources),
        loads=tuple(load.name for load in loads),
        links=tuple(item.name for item in parts.links),
        work=tuple(load.name for load in working),
        stores=tuple(item.name for item in parts.stores),
        tanks=tuple(item.name for item in parts.tanks),
        supplies=tuple(item.name for item in parts.supplies),
        pools=_sorted({item.pool for item in parts.supplies}),
        recorders=tuple(item.name for item in parts.recorders),
        transmitters=tuple(transmitter.load.name for transmitter in parts.transmitters),
        paths=_sorted({transmitter.path for transmitter in parts.transmitters}),
    )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
