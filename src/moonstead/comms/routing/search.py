"""The path that the rules of CCSDS 734.3-B-1 prefer, among all paths there are.

Section numbers are those of the standard as its implementations aiodtnsim and Unibo-CGR cite them.
A path is judged by the arrival of a bundle's last byte (3.2.6.2 to 3.2.6.7):

- the first node sends at the earliest transmission opportunity (3.2.6.2): now, or the start of the
  contact, or when all that waits for it with the same or a higher priority is sent;
- each further node sends at the start of its contact or when the last byte has come (3.2.6.3);
- the last byte is sent size / rate later (3.2.6.4) and arrives a light time and its margin later
  (3.2.6.6).

A path is a candidate (3.2.6.9) when each contact has ended only after the last byte is sent and has
volume left for the bundle's priority. This is the rule of the effective volume limit (3.2.6.8.9)
for a bundle that is not cut up: the effective stop time of a contact, the earliest end among it and
all later contacts of the path, always leaves room for a last byte that passes each of them in time.

Of the candidates the best has (3.2.8.1.4) 1) the earliest arrival, 2) the fewest hops, 3) the
latest termination time, the earliest end among its contacts, 4) the lowest number of the entry
node, to which the first hop leads. The standard leaves open how many candidates an implementation
looks at (3.2.6.9.1); here it is all of them. Being early at a node never makes a path later, so it
is enough to know, for each node and number of hops, the earliest arrival.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.routing.graph import MOST_HOPS, Graph, Ledger
from moonstead.compiled import compiled_without_counting, inlined

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ANY = -1


class Room(NamedTuple):
    """Room for a search among n nodes."""

    arrival_t_s: FloatArray
    """At each node with at most so many hops, shape (MOST_HOPS + 1, n)."""
    via: IntArray
    """Contact of the last hop, -1 where one hop more brings nothing, shape (MOST_HOPS + 1, n)."""
    close_t_s: FloatArray
    """Earliest end among the contacts so far, shape (MOST_HOPS + 1, n)."""
    path: IntArray
    """A path in link order, shape (MOST_HOPS,)."""
    trial: IntArray
    """Another."""


def room_for(nodes: int) -> Room:
    """Return the room that a search among so many nodes needs."""
    shape = (MOST_HOPS + 1, nodes)
    return Room(
        arrival_t_s=np.empty(shape),
        via=np.empty(shape, np.int64),
        close_t_s=np.empty(shape),
        path=np.empty(MOST_HOPS, np.int64),
        trial=np.empty(MOST_HOPS, np.int64),
    )


class Errand(NamedTuple):
    """What is looked for: a path for one bundle."""

    source: int
    destination: int
    avoid: int
    """A node to which the first hop must not lead (3.2.6.9 b), or -1."""
    now_t_s: float
    size_bit: float
    priority: int


@compiled_without_counting
def best_path(
    graph: Graph,
    ledger: Ledger,
    errand: Errand,
    hint: tuple[float, int],
    room: Room,
    path: IntArray,
) -> tuple[float, int]:
    """Find the best path of a bundle.

    Parameters
    ----------
    hint
        Arrival and hops of some path that the bundle can take, infinity and 0 where none is known;
        what is later is not looked at.
    path
        Filled with the contacts, in link order, shape (MOST_HOPS,).

    Returns
    -------
    tuple of float and int
        Arrival of the last byte, TDB seconds past J2000, and number of hops; infinity and 0 where
        there is no path.
    """
    # One search after another, all in one place, as each place costs seconds of compilation:
    # a guess with the fewest hops that there can be; anything earlier; a later termination, until
    # there is none; a lower entry node. All but the second look at few nodes.
    source, target = errand.source, errand.destination
    arrival_t_s, hops, before_t_s, least_end_t_s = np.inf, 0, np.inf, -np.inf
    most_hops, entry, link, stage = graph.apart[source, target], ANY, -1, 0
    if hint[0] < np.inf:
        before_t_s = np.nextafter(hint[0], np.inf)
        if hint[0] <= errand.now_t_s:  # nothing is earlier; is anything shorter?
            most_hops, stage = hint[1], 1
    while most_hops <= MOST_HOPS:
        limits = (before_t_s, most_hops, least_end_t_s, entry)
        found_t_s, found = _search(graph, ledger, errand, limits, room)
        if found > 0:
            copy_path(room.trial, path, found)
            arrival_t_s, hops = found_t_s, found
        if stage == 0 and arrival_t_s > errand.now_t_s:
            most_hops, before_t_s, stage = MOST_HOPS, min(before_t_s, arrival_t_s), 1
            continue
        if hops == 0:
            break
        if stage < 2 or (stage == 2 and found > 0):
            most_hops, before_t_s, stage = hops, np.nextafter(arrival_t_s, np.inf), 2
            least_end_t_s = np.nextafter(_termination(ledger, path, hops), np.inf)
            continue
        if stage == 3 and found > 0:
            break
        link = graph.node_first[source] if stage == 2 else link + 1
        while 1 + graph.apart[graph.link[link].to, target] > hops:
            link += 1  # at the latest the path's own entry is near enough
        entry, stage, least_end_t_s = graph.link[link].to, 3, _termination(ledger, path, hops)
        if entry >= graph.contact[path[0]].to:
            break
    return arrival_t_s, hops


@compiled_without_counting
def follow(
    graph: Graph,
    ledger: Ledger,
    path: IntArray,
    hops: int,
    ready_t_s: float,
    size_bit: float,
    priority: int,
) -> float:
    """Return when a bundle's last byte would arrive on a given path; infinity where it cannot."""
    t_s = ready_t_s
    for hop in range(hops):
        k = path[hop]
        begin_t_s = max(t_s, graph.contact[k].start_t_s)
        if hop == 0:
            begin_t_s = max(begin_t_s, ledger.free_t_s[k, priority])
        sent_t_s = begin_t_s + size_bit / graph.contact[k].rate_bit_per_s
        end_t_s = ledger.end_t_s[k]
        if begin_t_s >= end_t_s or sent_t_s > end_t_s or ledger.volume_bit[k, priority] < size_bit:
            return np.inf
        t_s = sent_t_s + graph.contact[k].delay_s
    return t_s


@compiled_without_counting
def copy_path(path: IntArray, to: IntArray, hops: int) -> None:
    """Copy the first contacts of a path."""
    for hop in range(hops):
        to[hop] = path[hop]


@compiled_without_counting
def _termination(ledger: Ledger, path: IntArray, hops: int) -> float:
    close_t_s = np.inf
    for hop in range(hops):
        close_t_s = min(close_t_s, ledger.end_t_s[path[hop]])
    return close_t_s


@compiled_without_counting
def _search(
    graph: Graph,
    ledger: Ledger,
    errand: Errand,
    limits: tuple[float, int, float, int],
    room: Room,
) -> tuple[float, int]:
    """Find the earliest arrival, and the fewest hops for it, within limits; the path is a trial.

    The limits are a time before which it must arrive, the most hops, the least end of a contact,
    and the node to which the first hop must lead, or ANY. Of paths to a node that are equal in
    arrival and hops the one with the later termination is kept; that is mostly, not always, the
    latest there is.
    """
    most_hops = limits[1]
    at_t_s, via = room.arrival_t_s, room.via
    nodes = at_t_s.shape[1]
    source, target = errand.source, errand.destination
    for node in range(nodes):
        at_t_s[0, node] = np.inf
        via[0, node] = -1
    at_t_s[0, target] = limits[0]
    at_t_s[0, source] = errand.now_t_s
    via[0, source] = 0
    room.close_t_s[0, source] = np.inf
    best_hops = 0
    for hop in range(1, most_hops + 1):
        for node in range(nodes):
            at_t_s[hop, node] = at_t_s[hop - 1, node]
            via[hop, node] = -1
        improved = False
        for node in range(nodes):
            late = via[hop, target] < 0 and at_t_s[hop - 1, node] >= at_t_s[hop, target]
            if via[hop - 1, node] < 0 or node == target or late:
                continue
            improved |= _hop_from(graph, ledger, errand, limits, room, node, hop)
        if via[hop, target] >= 0:
            best_hops = hop
        if not improved:
            break
    if best_hops == 0:
        return np.inf, 0
    _trace(graph, room, target, best_hops)
    return at_t_s[best_hops, target], best_hops


@inlined
def _hop_from(
    graph: Graph,
    ledger: Ledger,
    errand: Errand,
    limits: tuple[float, int, float, int],
    room: Room,
    node: int,
    hop: int,
) -> bool:
    """Take one hop more from a node; say whether that brought anything."""
    most_hops, least_end_t_s, entry = limits[1], limits[2], limits[3]
    at_t_s, close_t_s, target = room.arrival_t_s, room.close_t_s, errand.destination
    ready_t_s = at_t_s[hop - 1, node]
    improved = False
    for link in range(graph.node_first[node], graph.node_first[node + 1]):
        to = graph.link[link].to
        if hop + graph.apart[to, target] > most_hops:
            continue
        if hop == 1 and (to == errand.avoid or (entry >= 0 and entry != to)):
            continue
        # Being as early as the target helps no other node; being as early as before helps a node
        # if it came there with as many hops.
        bound_t_s = min(at_t_s[hop, to], at_t_s[hop, target])
        soonest_t_s = ready_t_s + graph.link[link].delay_s
        if soonest_t_s > bound_t_s or (to != target and soonest_t_s >= at_t_s[hop, target]):
            continue
        t_s, k = _earliest(
            graph, ledger, errand, link, ready_t_s, hop == 1, least_end_t_s, bound_t_s
        )
        if k < 0 or (to != target and t_s == at_t_s[hop, target]):
            continue
        end_t_s = min(close_t_s[hop - 1, node], ledger.end_t_s[k])
        later = room.via[hop, to] >= 0 and end_t_s > close_t_s[hop, to]
        if t_s < at_t_s[hop, to] or later:
            at_t_s[hop, to] = t_s
            room.via[hop, to] = k
            close_t_s[hop, to] = end_t_s
            improved = True
    return improved


@compiled_without_counting
def _trace(graph: Graph, room: Room, target: int, hops: int) -> None:
    """Write down the path with which a search came to its target."""
    node, hop = target, hops
    for place in range(hops - 1, -1, -1):
        while room.via[hop, node] < 0:
            hop -= 1
        room.trial[place] = room.via[hop, node]
        node = graph.contact[room.trial[place]].source
        hop -= 1


@inlined
def _earliest(
    graph: Graph,
    ledger: Ledger,
    errand: Errand,
    link: int,
    ready_t_s: float,
    from_source: bool,
    least_end_t_s: float,
    bound_t_s: float,
) -> tuple[float, int]:
    """Return the earliest arrival over a link, no later than a bound, and the contact, or -1."""
    size_bit, priority = errand.size_bit, errand.priority
    stop = graph.link[link].stop
    k = _skip_used(ledger, link, stop, errand.now_t_s, priority)
    if k < stop and ledger.end_t_s[k] <= ready_t_s:
        k = _after(ledger.end_t_s, k + 1, stop, ready_t_s)
    least_delay_s = graph.link[link].delay_s
    found = -1
    while k < stop:
        start_t_s = graph.contact[k].start_t_s
        if start_t_s + least_delay_s > bound_t_s:
            break
        end_t_s = ledger.end_t_s[k]
        if end_t_s >= least_end_t_s and ledger.volume_bit[k, priority] >= size_bit:
            begin_t_s = max(ready_t_s, start_t_s)
            if from_source:
                begin_t_s = max(begin_t_s, ledger.free_t_s[k, priority])
            if begin_t_s < end_t_s and graph.contact[k].rate_bit_per_s > 0.0:
                sent_t_s = begin_t_s + size_bit / graph.contact[k].rate_bit_per_s
                arrival_t_s = sent_t_s + graph.contact[k].delay_s
                nearer = arrival_t_s < bound_t_s or (found < 0 and arrival_t_s == bound_t_s)
                if sent_t_s <= end_t_s and nearer:
                    bound_t_s = arrival_t_s
                    found = k
        k += 1
    return bound_t_s, found


@inlined
def _skip_used(ledger: Ledger, link: int, stop: int, now_t_s: float, priority: int) -> int:
    k = ledger.first[link, priority]
    least_bit = ledger.mark[0].least_bit
    while k < stop and (ledger.end_t_s[k] <= now_t_s or ledger.volume_bit[k, priority] < least_bit):
        k += 1
    ledger.first[link, priority] = k
    return int(k)


@inlined
def _after(end_t_s: FloatArray, low: int, high: int, t_s: float) -> int:
    """Return the first contact of a link that ends after a time."""
    while low < high:
        middle = (low + high) // 2
        if end_t_s[middle] <= t_s:
            low = middle + 1
        else:
            high = middle
    return low
