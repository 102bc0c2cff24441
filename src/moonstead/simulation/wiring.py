"""Which buses hang together while ties are open or closed, and in which order power goes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from moonstead.simulation.network import FloatArray, PlaceArray, Wiring

CLOSED = 0.5
"""A tie at this level or above is closed."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything electric is connected; indices into sorted names."""

    n_buses: int
    ties: tuple[tuple[int, int], ...]
    source_bus: tuple[int, ...]
    load_bus: tuple[int, ...]
    """-1 for loads that take no power."""
    load_order: tuple[int, ...]
    """All loads by priority, then name."""
    varying: tuple[int, ...]
    """Those of them whose demand is found anew in every step."""
    store_bus: tuple[int, ...]
    store_order: tuple[int, ...]
    links: tuple[tuple[int, int], ...]
    """(from bus, to bus) of each link."""
    link_load: tuple[int, ...]


def wire(layout: Layout, tie_level: FloatArray | Sequence[float]) -> tuple[Wiring, list[int]]:
    """Return the wiring while ties stand at these levels, and the links that are left idle.

    A link is idle whose two ends are joined by ties already, or that would close a circle with
    the links before it in the order of names.
    """
    island = joined_buses(layout, tie_level)
    feeds, idle = _feeds(layout, island)
    order = _feeders_first(sorted(set(island)), feeds, layout, island)
    rank = {found: k for k, found in enumerate(order)}
    n_islands = len(order)

    def members(
        buses: Sequence[int], items: Iterable[int], size: int
    ) -> tuple[PlaceArray, PlaceArray]:
        lists: list[list[int]] = [[] for _ in range(layout.n_buses)]
        for item in items:
            if buses[item] >= 0:
                lists[rank[island[buses[item]]]].append(item)
        return _flat(lists, size)

    to_bus = [pair[1] for pair in layout.links]
    source_ptr, source = members(
        layout.source_bus, range(len(layout.source_bus)), len(layout.source_bus)
    )
    load_ptr, load = members(layout.load_bus, layout.load_order, len(layout.load_bus))
    varying_ptr, varying = members(layout.load_bus, layout.varying, len(layout.varying))
    store_ptr, store = members(layout.store_bus, layout.store_order, len(layout.store_bus))
    feed_ptr, feed = members(to_bus, feeds, len(layout.links))
    wiring = Wiring(
        n_islands,
        source_ptr,
        source,
        load_ptr,
        load,
        varying_ptr,
        varying,
        store_ptr,
        store,
        feed_ptr,
        feed,
    )
    return wiring, idle


def joined_buses(layout: Layout, tie_level: FloatArray | Sequence[float]) -> list[int]:
    """Return, for each bus, the lowest bus of its island."""
    island = list(range(layout.n_buses))
    for (a, b), level in zip(layout.ties, tie_level, strict=True):
        if level >= CLOSED and island[a] != island[b]:
            low, high = sorted((island[a], island[b]))
            island = [low if found == high else found for found in island]
    return island


def _feeds(layout: Layout, island: list[int]) -> tuple[list[int], list[int]]:
    """Return the links that feed, and those left idle."""
    reaches: dict[int, set[int]] = {}
    feeds, idle = [], []
    for link, (a, b) in enumerate(layout.links):
        start, end = island[a], island[b]
        if start == end or start in _reachable(end, reaches):
            idle.append(link)
        else:
            reaches.setdefault(start, set()).add(end)
            feeds.append(link)
    return feeds, idle


def _reachable(start: int, reaches: dict[int, set[int]]) -> set[int]:
    found, todo = {start}, [start]
    while todo:
        for end in reaches.get(todo.pop(), ()):
            if end not in found:
                found.add(end)
                todo.append(end)
    return found


def _feeders_first(
    islands: list[int], feeds: list[int], layout: Layout, island: list[int]
) -> list[int]:
    """Return the islands, every feeding one before those that it feeds."""
    pairs = {(island[layout.links[link][0]], island[layout.links[link][1]]) for link in feeds}
    waiting = {found: {a for a, b in pairs if b == found} for found in islands}
    order: list[int] = []
    while waiting:
        ready = min(found for found, feeders in waiting.items() if not feeders)
        order.append(ready)
        del waiting[ready]
        for feeders in waiting.values():
            feeders.discard(ready)
    return order


def _flat(lists: list[list[int]], size: int) -> tuple[PlaceArray, PlaceArray]:
    """Return a list of lists as pointers and entries, padded to a fixed size."""
    ptr = np.zeros(len(lists) + 1, dtype=np.uint32)
    ptr[1:] = np.cumsum([len(entries) for entries in lists], dtype=np.uint32)
    flat = np.zeros(size, dtype=np.uint32)
    flat[: ptr[-1]] = [entry for entries in lists for entry in entries]
    return ptr, flat
