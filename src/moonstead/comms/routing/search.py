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

from moonstead.comms.routing.graph import MOST_HOPS, Graph, Ledger, Records
from moonstead.compiled import compiled_without_counting, inlined

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
ANY = -1


LABEL = np.dtype([("t_s", "f8"), ("close_t_s", "f8"), ("via", "i8"), ("reached", "i8")])
SEEN = np.dtype([("t_s", "f8"), ("hop", "i8")])


class Room(NamedTuple):
    """Room for a search among n nodes."""

    label: Records
    """Of each number of hops and node: the arrival, the earliest end among the contacts so far and
    the contact of the last hop; and in the first places the nodes that so many hops reached:
    `LABEL`, shape (MOST_HOPS + 1, n)."""
    seen: Records
    """Of each node: the earliest arrival so far and its number of hops: `SEEN`, shape (n,)."""
    path: IntArray
    """A path in link order, shape (MOST_HOPS,)."""
    trial: IntArray
    """Another."""
    other: IntArray
    """And another."""
    served: BoolArray
    """Neighbours to which a copy of a critical bundle goes already, shape (n,)."""


def room_for(nodes: int) -> Room:
    """Return the room that a search among so many nodes needs."""
    return Room(
        label=np.zeros((MOST_HOPS + 1, nodes), dtype=LABEL),
        seen=np.zeros(nodes, dtype=SEEN),
        path=np.empty(MOST_HOPS, np.int64),
        trial=np.empty(MOST_HOPS, np.int64),
        other=np.empty(MOST_HOPS, np.int64),
        served=np.zeros(nodes, np.bool_),
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
    entry: int
    """The node to which the first hop must lead, or ANY."""


@compiled_without_counting
def best_path(
    graph: Graph,
    ledger: Ledger,
    errand: Errand,
    hint: tuple[float, int],
    room: Room,
    path: IntArray,
) -> tuple[float, int, float]:
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
    tuple of float, int and float
        Arrival of the last byte, TDB seconds past J2000, and number of hops; infinity and 0 where
        there is no path. Then up to when no contact begins that could make another path the best as
        long as this one takes no time at all; minus infinity where it takes some.
    """
    # One search after another, all in one place, as each place costs seconds of compilation:
    # a guess with the fewest hops that there can be; anything earlier; a later termination, until
    # there is none; a lower entry node. All but the second look at few nodes.
    source, target = errand.source, errand.destination
    arrival_t_s, hops, before_t_s, least_end_t_s, sure = np.inf, 0, np.inf, -np.inf, False
    most_hops, entry, link, stage = graph.apart[source, target], errand.entry, -1, 0
    own, told, change_t_s = -1, False, np.inf
    if hint[0] < np.inf:
        before_t_s = np.nextafter(hint[0], np.inf)
        if hint[0] <= errand.now_t_s:  # nothing is earlier; is anything shorter?
            most_hops, stage = hint[1], 1
    while most_hops <= MOST_HOPS:
        limits = (before_t_s, most_hops, least_end_t_s, entry)
        found_t_s, found, certain, next_t_s = _search(graph, ledger, errand, limits, room)
        change_t_s = min(change_t_s, next_t_s)
        if found > 0:
            copy_path(room.trial, path, found)
            arrival_t_s, hops, sure = found_t_s, found, certain
        if stage == 0 and arrival_t_s > errand.now_t_s:
            most_hops, before_t_s, stage = MOST_HOPS, min(before_t_s, arrival_t_s), 1
            continue
        if hops == 0:
            break
        if not sure and (stage < 2 or (stage == 2 and found > 0)):
            most_hops, before_t_s, stage = hops, np.nextafter(arrival_t_s, np.inf), 2
            least_end_t_s = np.nextafter(termination(ledger, path, hops), np.inf)
            continue
        if errand.entry != ANY or (stage == 3 and found > 0):
            break
        if stage < 3:
            link, told = graph.node_first[source] - 1, sure and found > 0
            most_hops, before_t_s = hops, np.nextafter(arrival_t_s, np.inf)
            least_end_t_s, stage = termination(ledger, path, hops), 3
            own = graph.contact[path[0]].to
        link += 1
        while graph.link[link].to < own and (
            1 + graph.apart[graph.link[link].to, target] > hops
            or (told and room.label[1, graph.link[link].to].close_t_s < least_end_t_s)
        ):
            link += 1
        entry = graph.link[link].to
        if entry >= own:
            break
    return arrival_t_s, hops, change_t_s if arrival_t_s <= errand.now_t_s else -np.inf


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
def termination(ledger: Ledger, path: IntArray, hops: int) -> float:
    """Return the earliest end among the contacts of a path."""
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
) -> tuple[float, int, bool, float]:
    """Find the earliest arrival, and the fewest hops for it, within limits; the path is a trial.

    The limits are a time before which it must arrive, the most hops, the least end of a contact,
    and the node to which the first hop must lead, or ANY. Of paths to a node that are equal in
    arrival and hops the one with the later termination is kept, of these the one from the node with
    the lowest number. The termination is the latest there is for sure where nothing was passed over
    that comes to a node later but could end later. Told is also when the next contact begins of all
    that it came to.
    """
    label, seen = room.label, room.seen
    source, target = errand.source, errand.destination
    for node in range(seen.shape[0]):
        seen[node].t_s = np.inf
        seen[node].hop = 0
    if limits[3] < 0:
        for node in range(seen.shape[0]):
            label[1, node].close_t_s = -np.inf
    seen[target].t_s = limits[0]
    seen[source].t_s = errand.now_t_s
    label[0, source].t_s = errand.now_t_s
    label[0, source].close_t_s = np.inf
    label[0, 0].reached = source
    width, hop, sure, change_t_s = 1, 0, True, np.inf
    while width > 0 and hop < limits[1]:
        hop += 1
        last_width, width = width, 0
        for place in range(last_width):
            node = label[hop - 1, place].reached
            late = label[hop - 1, node].t_s >= seen[target].t_s
            if late and seen[target].hop < hop:
                continue
            at = (node, hop, width)
            width, certain, next_t_s = _hop_from(graph, ledger, errand, limits, room, at)
            sure &= certain
            change_t_s = min(change_t_s, next_t_s)
    hops = seen[target].hop
    if hops == 0:
        return np.inf, 0, True, change_t_s
    _trace(graph, room, target, hops)
    return seen[target].t_s, hops, sure, change_t_s


@inlined
def _hop_from(
    graph: Graph,
    ledger: Ledger,
    errand: Errand,
    limits: tuple[float, int, float, int],
    room: Room,
    at: tuple[int, int, int],
) -> tuple[int, bool, float]:
    """Take one hop more from a node.

    Returns
    -------
    tuple of int, bool and float
        How many nodes so many hops reach now, whether nothing later was passed over, and when the
        next contact begins.
    """
    node, hop, width = at
    label, seen = room.label, room.seen
    target, entry, spare = errand.destination, limits[3], limits[1] - hop
    ready_t_s, close_t_s = label[hop - 1, node].t_s, label[hop - 1, node].close_t_s
    sure, change_t_s = True, np.inf
    for place in range(graph.node_first[node], graph.node_first[node + 1]):
        if graph.toward[target, place].apart > spare:
            break
        link = graph.toward[target, place].link
        to = graph.link[link].to
        if hop == 1 and (to == errand.avoid or (entry >= 0 and entry != to)):
            continue
        # Being as early as the target helps no other node; being as early as before helps a node
        # if it came there with as many hops.
        limit_t_s, again = seen[target].t_s, seen[to].hop == hop
        bound_t_s = min(seen[to].t_s, limit_t_s)
        soonest_t_s = ready_t_s + graph.link[link].delay_s
        if soonest_t_s > bound_t_s or (to != target and soonest_t_s >= limit_t_s):
            sure &= not again or soonest_t_s > limit_t_s
            continue
        times = (ready_t_s, limits[2], bound_t_s, limit_t_s)
        t_s, k, certain, next_t_s = _earliest(graph, ledger, errand, link, hop == 1, times)
        sure &= certain
        change_t_s = min(change_t_s, next_t_s)
        if k < 0 or (to != target and t_s == limit_t_s):
            continue
        end_t_s = min(close_t_s, ledger.end_t_s[k])
        if again and t_s == seen[to].t_s:
            via, best_t_s = label[hop, to].via, label[hop, to].close_t_s
            if end_t_s < best_t_s or (end_t_s == best_t_s and node > graph.contact[via].source):
                continue
        elif t_s < seen[to].t_s:
            sure &= not again or label[hop, to].close_t_s <= end_t_s
            if not again and to != target:
                label[hop, width].reached = to
                width += 1
            seen[to].t_s, seen[to].hop = t_s, hop
            label[hop, to].t_s = t_s
        else:
            continue
        label[hop, to].via = k
        label[hop, to].close_t_s = end_t_s
    return width, sure, change_t_s


@compiled_without_counting
def _trace(graph: Graph, room: Room, target: int, hops: int) -> None:
    """Write down the path with which a search came to its target."""
    node = target
    for hop in range(hops, 0, -1):
        k = room.label[hop, node].via
        room.trial[hop - 1] = k
        node = graph.contact[k].source


@inlined
def _earliest(
    graph: Graph,
    ledger: Ledger,
    errand: Errand,
    link: int,
    from_source: bool,
    times: tuple[float, float, float, float],
) -> tuple[float, int, bool, float]:
    """Find the earliest arrival over a link.

    The times are when the bundle is ready, the least end of a contact, the latest arrival that
    helps, and up to when it matters that another contact brings it later.

    Returns
    -------
    tuple of float, int, bool and float
        Arrival, contact or -1, whether no other contact brings it so that it matters, and when the
        next contact could begin to.
    """
    ready_t_s, least_end_t_s, bound_t_s, limit_t_s = times
    size_bit, priority = errand.size_bit, errand.priority
    stop = graph.link[link].stop
    k = _skip_used(ledger, link, stop, errand.now_t_s, priority)
    if k < stop and ledger.end_t_s[k] <= ready_t_s:
        k = _after(ledger.end_t_s, k + 1, stop, ready_t_s)
    least_delay_s = graph.link[link].delay_s
    found, sure, change_t_s = -1, True, np.inf
    while k < stop:
        start_t_s = graph.contact[k].start_t_s
        if start_t_s + least_delay_s > bound_t_s:
            sure &= start_t_s + least_delay_s > limit_t_s
            change_t_s = min(change_t_s, start_t_s)
            break
        end_t_s = ledger.end_t_s[k]
        if end_t_s >= least_end_t_s and ledger.volume_bit[k, priority] >= size_bit:
            begin_t_s = max(ready_t_s, start_t_s)
            if from_source:
                begin_t_s = max(begin_t_s, ledger.free_t_s[k, priority])
            if begin_t_s > errand.now_t_s:
                change_t_s = min(change_t_s, begin_t_s)
            if begin_t_s < end_t_s and graph.contact[k].rate_bit_per_s > 0.0:
                sent_t_s = begin_t_s + size_bit / graph.contact[k].rate_bit_per_s
                arrival_t_s = sent_t_s + graph.contact[k].delay_s
                if sent_t_s <= end_t_s:
                    if arrival_t_s < bound_t_s or (found < 0 and arrival_t_s == bound_t_s):
                        bound_t_s = arrival_t_s
                        found = k
                    else:
                        sure &= arrival_t_s > limit_t_s
        k += 1
    return bound_t_s, found, sure, change_t_s


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
