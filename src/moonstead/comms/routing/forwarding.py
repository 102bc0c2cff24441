"""Bundles queue, travel and arrive: the compiled loop over events.

Each contact has a queue for each priority; a higher priority goes first, and what is being sent is
sent to its end. A bundle that no longer fits before the end of its contact is given another path,
as is one that arrives too late for its next contact and one whose path leads over a contact that is
known to be lost. A node that has a critical bundle for the first time plans for it anew.
"""

import numpy as np

from moonstead.comms.routing.booking import queue
from moonstead.comms.routing.events import (
    ARRIVE,
    EXPIRE,
    LOST,
    RELEASE,
    RETRY,
    SERVE,
    peek,
    pop,
    push,
)
from moonstead.comms.routing.losses import hear_of_loss, lose_node
from moonstead.comms.routing.queues import enqueue, give_back, give_back_rest, recount, take_next
from moonstead.comms.routing.sending import send_on, was_here
from moonstead.comms.routing.stores import end, release, take_in
from moonstead.comms.routing.traffic import (
    DELIVERED,
    DUPLICATE,
    EXPIRED,
    FLYING,
    LOST_ON_LINK,
    LOST_WITH_NODE,
    REFUSED,
    WAITING,
)
from moonstead.comms.routing.world import World, let_drift, take_adrift, tell
from moonstead.compiled import compiled_without_counting

CUSTODY_WAIT_S = 60.0
"""A custodian without a signal waits so much longer than the way there and back, then sends again.
An assumption: the standards leave the timer to the mission."""
EVENTS_AT_ONCE = 4
"""Most events that one event makes."""


@compiled_without_counting
def run_events(world: World, until_t_s: float) -> bool:
    """Work off all events up to a time, included.

    Returns
    -------
    bool
        False where events or rows of bundles need more room before it can go on.
    """
    traffic, events, clock = world.traffic, world.events, world.traffic.clock[0]
    # A bundle that is sent on may become as many copies as it has neighbours, each with its event.
    most = EVENTS_AT_ONCE + world.graph.apart.shape[0]
    while True:
        if events.filled[0] + most > events.heap.shape[0]:
            return False
        if world.site.adrift[0] >= 0:
            if clock.rows + most > traffic.bundle.shape[0]:
                return False
            send_on(world, take_adrift(traffic, world.site), clock.event_t_s)
            continue
        coming_t_s = np.inf
        if clock.come < clock.coming:
            coming_t_s = traffic.bundle[traffic.coming[clock.come]].created_t_s
        t_s, kind = peek(events)
        # What is created is there before any contact of the same instant takes its next bundle.
        created = coming_t_s < t_s or (coming_t_s == t_s and kind == SERVE)
        t_s = min(coming_t_s, t_s)
        if t_s > until_t_s or t_s == np.inf:
            return True
        clock.event_t_s = t_s
        if created:
            clock.come += 1
            _create(world, traffic.coming[clock.come - 1], t_s)
        else:
            _happen(world)


@compiled_without_counting
def _happen(world: World) -> None:
    """Let the next event happen."""
    t_s, kind, k, b, size_bit = pop(world.events)
    if kind == SERVE:
        _serve(world, k, t_s)
    elif kind == ARRIVE:
        _arrive(world, k, b, t_s)
    elif kind == RELEASE:
        release(world, world.graph.contact[k].source, size_bit, t_s)
    elif kind == RETRY:
        _retry(world, b, t_s)
    elif kind == EXPIRE:
        if world.traffic.bundle[b].fate == WAITING:
            end(world, b, EXPIRED)
    elif kind == LOST:
        lose_node(world, k, t_s)
    else:
        hear_of_loss(world, t_s)


@compiled_without_counting
def _create(world: World, b: int, t_s: float) -> None:
    traffic, site = world.traffic, world.site
    node = traffic.bundle[b].node
    if t_s >= site.store[node].lost_t_s:
        traffic.bundle[b].fate = LOST_WITH_NODE
    elif take_in(traffic, site, b, node):
        let_drift(traffic, site, b)
    else:
        traffic.bundle[b].fate = REFUSED


@compiled_without_counting
def _retry(world: World, b: int, t_s: float) -> None:
    """Send a bundle again, unless its custodian was lost itself."""
    traffic, site = world.traffic, world.site
    if t_s < site.store[traffic.bundle[b].node].lost_t_s:
        let_drift(traffic, site, b)
    else:
        traffic.bundle[b].fate = LOST_WITH_NODE


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
        release(world, graph.contact[k].source, site.use[k].sending_bit, t_s)
    site.use[k].sending = -1
    some_left = False
    while True:
        b = take_next(traffic, site, k)
        if b < 0:
            site.use[k].due = False
            if some_left:
                recount(world, k, t_s)
            return
        if t_s > traffic.bundle[b].deadline_t_s:
            give_back(world, b, traffic.bundle[b].done)
            end(world, b, EXPIRED)
            some_left = True
            continue
        sent_t_s = t_s + traffic.bundle[b].size_bit / graph.contact[k].rate_bit_per_s
        if t_s >= ledger.end_t_s[k] or sent_t_s > ledger.end_t_s[k]:
            give_back(world, b, traffic.bundle[b].done)
            let_drift(traffic, site, b)
            some_left = True
            continue
        traffic.bundle[b].fate = FLYING
        site.use[k].sending, site.use[k].sending_bit = b, traffic.bundle[b].size_bit
        site.use[k].carried_bit += traffic.bundle[b].size_bit
        push(events, sent_t_s, SERVE, k)
        tell(world, sent_t_s + graph.contact[k].owlt_s, ARRIVE, k, b)
        if some_left:
            recount(world, k, sent_t_s)
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
    home, late = to == traffic.bundle[b].destination, t_s > traffic.bundle[b].deadline_t_s
    double = traffic.bundle[b].critical and was_here(world, b, to)
    full = False
    if not (lost or home or late or double):
        full = not take_in(traffic, site, b, to)
    if lost or full:
        give_back_rest(world, b)
        if not traffic.bundle[b].custody:
            traffic.bundle[b].fate = LOST_ON_LINK if lost else REFUSED
            return
        again_t_s = t_s + graph.contact[k].owlt_s + CUSTODY_WAIT_S
        if lost and site.use[k].known_t_s < np.inf:
            again_t_s = max(again_t_s, site.use[k].known_t_s)
        tell(world, again_t_s, RETRY, k, b)
        return
    if traffic.bundle[b].custody:
        tell(world, t_s + graph.contact[k].owlt_s, RELEASE, k, b)
    traffic.bundle[b].node = to
    traffic.bundle[b].done += 1
    if double or late:
        give_back(world, b, traffic.bundle[b].done)
        traffic.bundle[b].fate = DUPLICATE if double else EXPIRED
        return
    if home:
        traffic.bundle[b].fate = DELIVERED
        traffic.bundle[b].arrival_t_s = t_s
        return
    if traffic.bundle[b].critical:
        give_back(world, b, traffic.bundle[b].done)
        let_drift(traffic, site, b)
        return
    following = traffic.path[b, traffic.bundle[b].done]
    begin_t_s = max(t_s, graph.contact[following].start_t_s, ledger.free_t_s[following, priority])
    sent_t_s = begin_t_s + size_bit / graph.contact[following].rate_bit_per_s
    if begin_t_s < ledger.end_t_s[following] and sent_t_s <= ledger.end_t_s[following]:
        queue(graph, ledger, following, t_s, size_bit, priority)
        enqueue(traffic, site, events, graph, b, t_s)
    else:
        give_back(world, b, traffic.bundle[b].done)
        let_drift(traffic, site, b)
