"""Several paths for one bundle: how much of it a path takes, and by which neighbours copies go.

A bundle that no path brings whole in time may be cut (3.2.8.2, anticipatory fragmentation): a path
is looked for that brings the least fragment soonest, and takes as much as it can; what is left is
routed again, whole first. A fragment has whole bits, so that the sum of all is the bundle to the
last bit.

A critical bundle goes to every neighbour that can bring it in time, to each by the best path over
it (3.2.8.1.3). The best goes first; each further copy has what the ones before it left, so no
contact is booked beyond its volume.
"""

import numpy as np

from moonstead.comms.routing.booking import Known, find
from moonstead.comms.routing.graph import MOST_HOPS, Graph, Ledger
from moonstead.comms.routing.search import (
    ANY,
    Errand,
    IntArray,
    Room,
    best_path,
    copy_path,
    follow,
    termination,
)
from moonstead.compiled import compiled_without_counting


@compiled_without_counting
def with_size(errand: Errand, size_bit: float) -> Errand:
    """Return the same errand for another size."""
    return Errand(
        errand.source,
        errand.destination,
        errand.avoid,
        errand.now_t_s,
        size_bit,
        errand.priority,
        errand.entry,
    )


@compiled_without_counting
def find_for_fragment(
    graph: Graph,
    ledger: Ledger,
    known: Known,
    errand: Errand,
    limits: tuple[float, float],
    room: Room,
    path: IntArray,
) -> tuple[float, int, float]:
    """Find a path for a part of a bundle that no path brings whole.

    Parameters
    ----------
    limits
        The deadline, TDB seconds past J2000, and the least fragment, bit.

    Returns
    -------
    tuple of float, int and float
        Arrival of the part's last byte, hops of its path and its size; infinity, 0 and 0 where no
        path brings a part in time, or the bundle is too small to be cut.
    """
    deadline_t_s, least_bit = limits
    if errand.size_bit < 2.0 * least_bit:
        return np.inf, 0, 0.0
    part = with_size(errand, least_bit)
    arrival_t_s, hops = find(graph, ledger, known, part, room, path)
    if hops == 0 or arrival_t_s > deadline_t_s:
        return np.inf, 0, 0.0
    most_bit = _most_bit(graph, ledger, errand, path, hops, deadline_t_s)
    size_bit, step_bit = np.floor(min(most_bit, errand.size_bit - least_bit)), 1.0
    while size_bit > least_bit:  # times are rounded: what is just too much is made less
        t_s = follow(graph, ledger, path, hops, errand.now_t_s, size_bit, errand.priority)
        if t_s <= deadline_t_s and t_s < np.inf:
            return t_s, hops, size_bit
        size_bit -= step_bit
        step_bit *= 2.0
    return arrival_t_s, hops, least_bit


@compiled_without_counting
def _most_bit(
    graph: Graph, ledger: Ledger, errand: Errand, path: IntArray, hops: int, deadline_t_s: float
) -> float:
    """Return the most that a path takes so that all of it is in time at each hop.

    Sent on from the start of any contact, the last byte passes each later hop after the light times
    and the sending times in between, which grow with the size: each pair of hops is a limit.
    """
    most_bit = np.inf
    for first in range(hops):
        k = path[first]
        most_bit = min(most_bit, ledger.volume_bit[k, errand.priority])
        begin_t_s = graph.contact[k].start_t_s
        if first == 0:
            begin_t_s = max(begin_t_s, errand.now_t_s, ledger.free_t_s[k, errand.priority])
        s_per_bit = 0.0
        for hop in range(first, hops):
            k = path[hop]
            s_per_bit += 1.0 / graph.contact[k].rate_bit_per_s
            most_bit = min(most_bit, (ledger.end_t_s[k] - begin_t_s) / s_per_bit)
            begin_t_s += graph.contact[k].delay_s
        most_bit = min(most_bit, (deadline_t_s - begin_t_s) / s_per_bit)
    return most_bit


@compiled_without_counting
def find_for_copy(
    graph: Graph,
    ledger: Ledger,
    errand: Errand,
    deadline_t_s: float,
    room: Room,
    path: IntArray,
) -> tuple[float, int]:
    """Find the best path over a neighbour that is not served yet, and count it as served.

    Returns
    -------
    tuple of float and int
        Arrival of the last byte and hops; infinity and 0 where there is no path in time.
    """
    source, target = errand.source, errand.destination
    best_t_s, best_hops, best_end_t_s, best_to = np.inf, 0, -np.inf, ANY
    for link in range(graph.node_first[source], graph.node_first[source + 1]):
        to = graph.link[link].to
        if room.served[to] or to == errand.avoid or graph.apart[to, target] >= MOST_HOPS:
            continue
        over = Errand(
            source, target, ANY, errand.now_t_s, errand.size_bit, errand.priority, int(to)
        )
        t_s, hops, _ = best_path(graph, ledger, over, (np.inf, 0), room, room.other)
        if hops == 0 or t_s > deadline_t_s:
            continue
        end_t_s = termination(ledger, room.other, hops)
        if t_s == best_t_s:
            better = hops < best_hops or (hops == best_hops and end_t_s > best_end_t_s)
        else:
            better = t_s < best_t_s
        if better:
            best_t_s, best_hops, best_end_t_s, best_to = t_s, hops, end_t_s, to
            copy_path(room.other, path, hops)
    if best_hops > 0:
        room.served[best_to] = True
    return best_t_s, best_hops
