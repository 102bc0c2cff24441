"""Giving bundles their paths one after another, each from what the others before it left.

A path that was best once stays best as time goes on and volume is taken, as long as it still
brings a bundle of that size at the same time: no path has become better meanwhile. So the last path
between two nodes is kept and tried first (the standard's route list); where volume was given back
it is looked for anew. The same holds for a path that takes no time at all, as long as no other
contact has begun that its search came to: only then there are more such paths.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.routing.graph import MOST_HOPS, PRIORITIES, Graph, Ledger, Records
from moonstead.comms.routing.search import Errand, Room, best_path, copy_path, follow
from moonstead.compiled import compiled_without_counting

IntArray = NDArray[np.int64]

ROUTE = np.dtype(
    [
        ("hops", "i8"),
        ("arrival_t_s", "f8"),
        ("size_bit", "f8"),
        ("generation", "i8"),
        ("change_t_s", "f8"),
    ]
)


class Known(NamedTuple):
    """The last best path for each pair of nodes and priority."""

    route: Records
    """`ROUTE`; hops are 0 where there was none, -1 where none was looked for, shape (n, n, 3)."""
    path: IntArray
    """Shape (n, n, 3, MOST_HOPS)."""


def known_for(nodes: int) -> Known:
    """Return the memory for paths among so many nodes, with nothing in it."""
    shape = (nodes, nodes, PRIORITIES)
    route = np.zeros(shape, dtype=ROUTE)
    route["hops"] = -1
    return Known(route, np.zeros((*shape, MOST_HOPS), dtype=np.int64))


@compiled_without_counting
def find(
    graph: Graph, ledger: Ledger, known: Known, errand: Errand, room: Room, path: IntArray
) -> tuple[float, int]:
    """Find the best path of a bundle as `best_path` does, from memory where that is the same."""
    at = (errand.source, errand.destination, errand.priority)
    route = known.route[at]
    memory = known.path[at]
    free = errand.avoid < 0 and errand.entry < 0
    hint_t_s, hint_hops = np.inf, 0
    if free and route.hops >= 0:
        same = route.size_bit == errand.size_bit
        same &= route.generation == ledger.mark[0].generation
        hint_hops = route.hops
        if hint_hops > 0:
            hint_t_s = follow(
                graph, ledger, memory, hint_hops, errand.now_t_s, errand.size_bit, errand.priority
            )
        # Both may be infinity: there was no path.
        still = hint_t_s == route.arrival_t_s
        still |= hint_t_s == errand.now_t_s and errand.now_t_s < route.change_t_s
        if same and still:
            copy_path(memory, path, hint_hops)
            return hint_t_s, hint_hops
    hint = (hint_t_s, hint_hops)
    arrival_t_s, hops, change_t_s = best_path(graph, ledger, errand, hint, room, path)
    if free:
        route.hops = hops
        copy_path(path, memory, hops)
        route.arrival_t_s = arrival_t_s
        route.change_t_s = change_t_s
        route.size_bit = errand.size_bit
        route.generation = ledger.mark[0].generation
    return arrival_t_s, hops


@compiled_without_counting
def book(graph: Graph, ledger: Ledger, errand: Errand, path: IntArray, hops: int) -> None:
    """Take the volume of a path for a bundle: of its priority and below (3.2.8.1.2)."""
    if errand.size_bit == 0.0:
        return
    for hop in range(hops):
        for priority in range(errand.priority + 1):
            ledger.volume_bit[path[hop], priority] -= errand.size_bit
    queue(graph, ledger, path[0], errand.now_t_s, errand.size_bit, errand.priority)


@compiled_without_counting
def queue(
    graph: Graph, ledger: Ledger, k: int, now_t_s: float, size_bit: float, priority: int
) -> None:
    """Count a bundle among what waits for a contact at its source."""
    least_t_s = max(now_t_s, graph.contact[k].start_t_s)
    for below in range(priority + 1):
        free_t_s = max(ledger.free_t_s[k, below], least_t_s)
        ledger.free_t_s[k, below] = free_t_s + size_bit / graph.contact[k].rate_bit_per_s
