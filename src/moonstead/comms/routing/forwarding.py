"""Bundles queue, travel and arrive: the compiled loop over events.

Each contact has a queue for each priority; a higher priority goes first, and what is being sent is
sent to its end. A bundle that no longer fits before the end of its contact is given another path,
as is one that arrives too late for its next contact and one whose path leads over a contact that is
known to be lost.
"""

from typing import Any, NamedTuple

import numpy as np

from moonstead.comms.routing.booking import Known, book, find, queue
from moonstead.comms.routing.events import (
    ARRIVE,
    EXPIRE,
    KNOWN,
    LOST,
    RELEASE,
    RETRY,
    SERVE,
    Events,
    peek,
    pop,
    push,
)
from moonstead.comms.routing.graph import PRIORITIES, Graph, Ledger
from moonstead.comms.routing.search import ANY, Errand, Room
from moonstead.comms.routing.traffic import (
    DELIVERED,
    EXPIRED,
    FLYING,
    LOST_ON_LINK,
    LOST_WITH_NODE,
    MOST_TRAVEL,
    QUEUED,
    REFUSED,
    WAITING,
    WENT_ASTRAY,
    Site,
    Traffic,
)
from moonstead.compiled import compiled_without_counting

CUSTODY_WAIT_S = 60.0
"""A custodian without a signal waits so much longer than the way there and back, then sends again.
An assumption: the standards leave the timer to the mission."""
EVENTS_AT_ONCE = 4
"""Most events that one event makes, apart from news of a loss."""


class World(NamedTuple):
    """All that the loop over events reads and changes."""

    graph: Graph
    ledger: Ledger
    known: Known
    room: Room
    traffic: Traffic
    site: Site
    events: Events


@compiled_without_counting
def run_events(world: World, until_t_s: float) -> bool:
    """Work off all events up to a time, included.

    Returns
    -------
    bool
        False where the events need more room before it can go on.
    """
    traffic, events, clock = world.traffic, world.events, world.traffic.clock[0]
    while True:
        coming_t_s = np.inf
        if clock.come < clock.coming:
            coming_t_s = traffic.bundle[traffic.coming[clock.come]].created_t_s
        t_s, kind = peek(events)
        # What is created is there before any contact of the same instant takes its next bundle.
        created = coming_t_s < t_s or (coming_t_s == t_s and kind == SERVE)
        t_s = min(coming_t_s, t_s)
        if t_s > until_t_s or t_s == np.inf:
            return True
        news = clock.bundles if kind == KNOWN else 0
        if events.filled[0] + EVENTS_AT_ONCE + 2 * news > events.heap.shape[0]:
            return False
        if created:
            clock.come += 1
            _create(world, traffic.coming[clock.come - 1], t_s)
        else:
            _happen(world)
        while world.site.adrift[0] >= 0:
            _send_on(world, _take_adrift(traffic, world.site), t_s)


@compiled_without_counting
def _happen(world: World) -> None:
    """Let the next event happen."""
    t_s, kind, k, b = pop(world.events)
    if kind == SERVE:
        _serve(world, k, t_s)
    elif kind == ARRIVE:
        _arrive(world, k, b, t_s)
    elif kind == RELEASE:
        _release(world, world.graph.contact[k].source, b, t_s)
    elif kind == RETRY:
        _retry(world, b, t_s)
    elif kind == EXPIRE:
        if world.traffic.bundle[b].fate == WAITING:
            _end(world, b, EXPIRED)
    elif kind == LOST:
        _lose_node(world, k, t_s)
    else:
        _hear_of_loss(world, t_s)


@compiled_without_counting
def _let_drift(traffic: Traffic, site: Site, b: int) -> None:
    """Note that a stored bundle needs a path; it is sent on at the end of the event."""
    traffic.bundle[b].following = -1
    if site.adrift[0] < 0:
        site.adrift[0] = b
    else:
        traffic.bundle[site.adrift[1]].following = b
    site.adrift[1] = b


@compiled_without_counting
def _take_adrift(traffic: Traffic, site: Site) -> int:
    b = int(site.adrift[0])
    site.adrift[0] = traffic.bundle[b].following
    return b


@compiled_without_counting
def _create(world: World, b: int, t_s: float) -> None:
    traffic, site = world.traffic, world.site
    node = traffic.bundle[b].node
    if t_s >= site.store[node].lost_t_s:
        traffic.bundle[b].fate = LOST_WITH_NODE
    elif _take_in(traffic, site, b, node):
        _let_drift(world.traffic, world.site, b)
    else:
        traffic.bundle[b].fate = REFUSED


@compiled_without_counting
def _take_in(traffic: Traffic, site: Site, b: int, node: int) -> bool:
    """Store a bundle at a node if there is room."""
    used_bit = site.store[node].used_bit + traffic.bundle[b].size_bit
    if used_bit > site.store[node].capacity_bit:
        return False
    site.store[node].used_bit = used_bit
    site.store[node].peak_bit = max(site.store[node].peak_bit, used_bit)
    return True


@compiled_without_counting
def _release(world: World, node: int, b: int, t_s: float) -> None:
    """Free the room of a copy that a node needs no more."""
    if t_s < world.site.store[node].lost_t_s:
        world.site.store[node].used_bit -= world.traffic.bundle[b].size_bit


@compiled_without_counting
def _retry(world: World, b: int, t_s: float) -> None:
    """Send a bundle again, unless its custodian was lost itself."""
    if t_s < world.site.store[world.traffic.bundle[b].node].lost_t_s:
        _let_drift(world.traffic, world.site, b)
    else:
        world.traffic.bundle[b].fate = LOST_WITH_NODE


@compiled_without_counting
def _end(world: World, b: int, fate: int) -> None:
    """Take a stored bundle out of its store and of the world."""
    traffic, site = world.traffic, world.site
    traffic.bundle[b].fate = fate
    site.store[traffic.bundle[b].node].used_bit -= traffic.bundle[b].size_bit


@compiled_without_counting
def _give_back(world: World, b: int, first: int) -> None:
    """Give back the volume of the planned hops of a bundle from a place in its path on."""
    graph, ledger, traffic = world.graph, world.ledger, world.traffic
    if first >= traffic.bundle[b].planned:
        return
    for hop in range(first, traffic.bundle[b].planned):
        k = traffic.path[b, hop]
        for below in range(traffic.bundle[b].priority + 1):
            ledger.volume_bit[k, below] += traffic.bundle[b].size_bit
            link = graph.contact[k].link
            ledger.first[link, below] = min(ledger.first[link, below], k)
        traffic.path[b, hop] = -1
    traffic.bundle[b].planned = traffic.bundle[b].done
    ledger.mark[0].generation += 1


@compiled_without_counting
def _errand(bundle: Any, avoid: int, t_s: float) -> Errand:
    return Errand(bundle.node, bundle.destination, avoid, t_s, bundle.size_bit, bundle.priority)


@compiled_without_counting
def _send_on(world: World, b: int, t_s: float) -> None:
    """Give a stored bundle a path and put it in the queue of its first contact."""
    graph, ledger, traffic, site = world.graph, world.ledger, world.traffic, world.site
    room, events = world.room, world.events
    bundle = traffic.bundle[b]
    done = int(bundle.done)
    before = graph.contact[traffic.path[b, done - 1]].source if done > 0 else ANY
    while True:
        errand = _errand(bundle, before, t_s)
        arrival_t_s, hops = find(graph, ledger, world.known, errand, room, room.path)
        late = hops == 0 or arrival_t_s > bundle.deadline_t_s
        if not late or before == ANY:
            break
        before = ANY  # rather back than not at all
    if late:
        bundle.fate = WAITING
        if bundle.deadline_t_s < np.inf:
            push(events, max(t_s, bundle.deadline_t_s), EXPIRE, 0, b)
        return
    if done + hops > MOST_TRAVEL:
        _end(world, b, WENT_ASTRAY)
        return
    book(graph, ledger, errand, room.path, hops)
    for hop in range(hops):
        traffic.path[b, done + hop] = room.path[hop]
    bundle.planned = done + hops
    _enqueue(traffic, site, events, graph, b, t_s)


@compiled_without_counting
def _enqueue(
    traffic: Traffic, site: Site, events: Events, graph: Graph, b: int, t_s: float
) -> None:
    k = traffic.path[b, traffic.bundle[b].done]
    priority = traffic.bundle[b].priority
    traffic.bundle[b].fate = QUEUED
    traffic.bundle[b].following = -1
    last = site.queue[k, priority, 1]
    if last < 0:
        site.queue[k, priority, 0] = b
    else:
        traffic.bundle[last].following = b
    site.queue[k, priority, 1] = b
    if not site.use[k].due:
        site.use[k].due = True
        push(events, max(t_s, graph.contact[k].start_t_s), SERVE, k, 0)


@compiled_without_counting
def _take_next(traffic: Traffic, site: Site, k: int) -> int:
    """Take the next bundle from the queues of a contact; -1 where there is none."""
    for priority in range(PRIORITIES - 1, -1, -1):
        b = site.queue[k, priority, 0]
        if b >= 0:
            site.queue[k, priority, 0] = traffic.bundle[b].following
            if traffic.bundle[b].following < 0:
                site.queue[k, priority, 1] = -1
            return int(b)
    return -1


@compiled_without_counting
def _serve(world: World, k: int, t_s: float) -> None:
    """Finish what a contact was sending, and begin to send the next bundle."""
    graph, ledger, traffic, site, events = (
        world.graph,
        world.ledger,
        world.traffic,
        world.site,
        world.events,
    )
    sent = site.use[k].sending
    if sent >= 0 and not traffic.bundle[sent].custody:
        _release(world, graph.contact[k].source, sent, t_s)
    site.use[k].sending = -1
    while True:
        b = _take_next(traffic, site, k)
        if b < 0:
            site.use[k].due = False
            return
        if t_s > traffic.bundle[b].deadline_t_s:
            _give_back(world, b, traffic.bundle[b].done)
            _end(world, b, EXPIRED)
            continue
        sent_t_s = t_s + traffic.bundle[b].size_bit / graph.contact[k].rate_bit_per_s
        if t_s >= ledger.end_t_s[k] or sent_t_s > ledger.end_t_s[k]:
            _give_back(world, b, traffic.bundle[b].done)
            _let_drift(world.traffic, world.site, b)
            continue
        traffic.bundle[b].fate = FLYING
        site.use[k].sending = b
        site.use[k].carried_bit += traffic.bundle[b].size_bit
        push(events, sent_t_s, SERVE, k, 0)
        push(events, sent_t_s + graph.contact[k].owlt_s, ARRIVE, k, b)
        return


@compiled_without_counting
def _arrive(world: World, k: int, b: int, t_s: float) -> None:
    graph, ledger, traffic, site, events = (
        world.graph,
        world.ledger,
        world.traffic,
        world.site,
        world.events,
    )
    to = graph.contact[k].to
    size_bit, priority = traffic.bundle[b].size_bit, traffic.bundle[b].priority
    lost = (
        t_s - graph.contact[k].owlt_s > site.use[k].true_end_t_s or t_s >= site.store[to].lost_t_s
    )
    home = to == traffic.bundle[b].destination
    if not lost and not home and t_s <= traffic.bundle[b].deadline_t_s:
        full = not _take_in(traffic, site, b, to)
    else:
        full = False
    if lost or full:
        _give_back_rest(world, b)
        if not traffic.bundle[b].custody:
            traffic.bundle[b].fate = LOST_ON_LINK if lost else REFUSED
            return
        again_t_s = t_s + graph.contact[k].owlt_s + CUSTODY_WAIT_S
        if lost and site.use[k].known_t_s < np.inf:
            again_t_s = max(again_t_s, site.use[k].known_t_s)
        push(events, again_t_s, RETRY, k, b)
        return
    if traffic.bundle[b].custody:
        push(events, t_s + graph.contact[k].owlt_s, RELEASE, k, b)
    traffic.bundle[b].node = to
    traffic.bundle[b].done += 1
    if t_s > traffic.bundle[b].deadline_t_s:
        _give_back(world, b, traffic.bundle[b].done)
        traffic.bundle[b].fate = EXPIRED
        return
    if home:
        traffic.bundle[b].fate = DELIVERED
        traffic.bundle[b].arrival_t_s = t_s
        return
    following = traffic.path[b, traffic.bundle[b].done]
    begin_t_s = max(t_s, graph.contact[following].start_t_s, ledger.free_t_s[following, priority])
    sent_t_s = begin_t_s + size_bit / graph.contact[following].rate_bit_per_s
    if begin_t_s < ledger.end_t_s[following] and sent_t_s <= ledger.end_t_s[following]:
        queue(graph, ledger, following, t_s, size_bit, priority)
        _enqueue(traffic, site, events, graph, b, t_s)
    else:
        _give_back(world, b, traffic.bundle[b].done)
        _let_drift(world.traffic, world.site, b)


@compiled_without_counting
def _give_back_rest(world: World, b: int) -> None:
    """Give back what follows a hop that was sent and did not arrive."""
    traffic = world.traffic
    _give_back(world, b, traffic.bundle[b].done + 1)
    traffic.path[b, traffic.bundle[b].done] = -1
    traffic.bundle[b].planned = traffic.bundle[b].done


@compiled_without_counting
def _lose_node(world: World, node: int, t_s: float) -> None:
    """Lose a node with all that it stores."""
    graph, traffic, site = world.graph, world.traffic, world.site
    site.store[node].lost_t_s = min(site.store[node].lost_t_s, t_s)
    for b in range(traffic.clock[0].bundles):
        if traffic.bundle[b].node != node:
            continue
        fate = traffic.bundle[b].fate
        if fate in (WAITING, QUEUED):
            _give_back(world, b, traffic.bundle[b].done)
            traffic.bundle[b].fate = LOST_WITH_NODE
    for k in range(graph.contact.shape[0]):
        if graph.contact[k].source == node:
            for priority in range(PRIORITIES):
                site.queue[k, priority, 0] = -1
                site.queue[k, priority, 1] = -1
    site.store[node].used_bit = 0.0


@compiled_without_counting
def _hear_of_loss(world: World, t_s: float) -> None:
    """All learn that some contacts are lost: bundles that counted on them are given new paths."""
    graph, ledger, traffic, site = world.graph, world.ledger, world.traffic, world.site
    for j in range(graph.contact.shape[0]):
        if site.use[j].known_t_s <= t_s:
            ledger.end_t_s[j] = min(ledger.end_t_s[j], site.use[j].true_end_t_s)
    ledger.mark[0].generation += 1
    for j in range(graph.contact.shape[0]):
        for priority in range(PRIORITIES):
            b = site.queue[j, priority, 0]
            before = -1
            while b >= 0:
                after = traffic.bundle[b].following
                if _counts_on_lost(traffic, site, b, t_s):
                    if before < 0:
                        site.queue[j, priority, 0] = after
                    else:
                        traffic.bundle[before].following = after
                    if after < 0:
                        site.queue[j, priority, 1] = before
                    _give_back(world, b, traffic.bundle[b].done)
                    _let_drift(traffic, site, b)
                else:
                    before = b
                b = after
    for b in range(traffic.clock[0].bundles):
        if traffic.bundle[b].fate == WAITING and t_s <= traffic.bundle[b].deadline_t_s:
            _let_drift(world.traffic, world.site, b)


@compiled_without_counting
def _counts_on_lost(traffic: Traffic, site: Site, b: int, t_s: float) -> bool:
    for hop in range(traffic.bundle[b].done, traffic.bundle[b].planned):
        if site.use[traffic.path[b, hop]].known_t_s <= t_s:
            return True
    return False
