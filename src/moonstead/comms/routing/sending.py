"""A stored bundle is sent on: whole, in fragments, or with a copy to every neighbour."""

import numpy as np

from moonstead.comms.routing.booking import book, find
from moonstead.comms.routing.events import EXPIRE
from moonstead.comms.routing.queues import enqueue
from moonstead.comms.routing.search import ANY, Errand
from moonstead.comms.routing.several import find_for_copy, find_for_fragment, with_size
from moonstead.comms.routing.stores import end, take_in
from moonstead.comms.routing.traffic import MOST_TRAVEL, WAITING, WENT_ASTRAY
from moonstead.comms.routing.world import World, let_drift_first, new_piece, tell
from moonstead.compiled import compiled_without_counting


@compiled_without_counting
def send_on(world: World, b: int, t_s: float) -> None:
    """Give a stored bundle a path and put it in the queue of its first contact."""
    graph, traffic = world.graph, world.traffic
    bundle = traffic.bundle[b]
    before = ANY
    if bundle.done > 0:
        before = int(graph.contact[traffic.path[b, bundle.done - 1]].source)
    if bundle.critical:
        _copy_on(world, b, before, t_s)
        return
    room, path = world.room, world.room.path
    limits = (bundle.deadline_t_s, bundle.least_bit)
    while True:
        errand = _errand(world, b, before, t_s)
        arrival_t_s, hops = find(graph, world.ledger, world.known, errand, room, path)
        size_bit = errand.size_bit
        if hops > 0 and arrival_t_s > bundle.deadline_t_s:
            hops = 0
        if hops == 0:
            arrival_t_s, hops, size_bit = find_for_fragment(
                graph, world.ledger, world.known, errand, limits, room, path
            )
        if hops > 0 or before == ANY:
            break
        before = ANY  # rather back than not at all
    if hops == 0:
        _wait(world, b, t_s)
        return
    if size_bit < errand.size_bit:
        rest = new_piece(traffic, b)
        traffic.bundle[rest].size_bit = errand.size_bit - size_bit
        bundle.size_bit = size_bit
        let_drift_first(traffic, world.site, rest)
    _queue_up(world, b, with_size(errand, size_bit), hops, t_s)


@compiled_without_counting
def _errand(world: World, b: int, avoid: int, t_s: float) -> Errand:
    bundle = world.traffic.bundle[b]
    return Errand(
        int(bundle.node),
        int(bundle.destination),
        avoid,
        t_s,
        bundle.size_bit,
        int(bundle.priority),
        ANY,
    )


@compiled_without_counting
def _wait(world: World, b: int, t_s: float) -> None:
    """Let a bundle wait until the plan changes or it expires."""
    bundle = world.traffic.bundle[b]
    bundle.fate = WAITING
    if bundle.deadline_t_s < np.inf:
        tell(world, max(t_s, bundle.deadline_t_s), EXPIRE, 0, b)


@compiled_without_counting
def _queue_up(world: World, b: int, errand: Errand, hops: int, t_s: float) -> None:
    """Book the path that was found, and put a bundle in the queue of its first contact."""
    traffic, path = world.traffic, world.room.path
    done = int(traffic.bundle[b].done)
    if done + hops > MOST_TRAVEL:
        end(world, b, WENT_ASTRAY)
        return
    book(world.graph, world.ledger, errand, path, hops)
    for hop in range(hops):
        traffic.path[b, done + hop] = path[hop]
    traffic.bundle[b].planned = done + hops
    enqueue(traffic, world.site, world.events, world.graph, b, t_s)


@compiled_without_counting
def _copy_on(world: World, b: int, before: int, t_s: float) -> None:
    """Send a critical bundle to every neighbour that no other copy goes to from its node."""
    graph, ledger, traffic, room = world.graph, world.ledger, world.traffic, world.room
    errand = _errand(world, b, before, t_s)
    deadline_t_s = traffic.bundle[b].deadline_t_s
    _mark_served(world, b)
    _, hops = find_for_copy(graph, ledger, errand, deadline_t_s, room, room.path)
    if hops == 0:
        _wait(world, b, t_s)
        return
    _queue_up(world, b, errand, hops, t_s)
    while True:
        _, hops = find_for_copy(graph, ledger, errand, deadline_t_s, room, room.path)
        if hops == 0 or not take_in(traffic, world.site, b, errand.source):
            return
        _queue_up(world, new_piece(traffic, b), errand, hops, t_s)


@compiled_without_counting
def _mark_served(world: World, b: int) -> None:
    """Mark the neighbours to which the other copies of a bundle go or went from its node."""
    contact, traffic, served = world.graph.contact, world.traffic, world.room.served
    served[:] = False
    other = int(traffic.first[traffic.bundle[b].given])
    while other >= 0:
        # The hop after those taken is that from where it is now; its later ones may change.
        for hop in range(min(traffic.bundle[other].done + 1, traffic.bundle[other].planned)):
            k = traffic.path[other, hop]
            if other != b and contact[k].source == traffic.bundle[b].node:
                served[contact[k].to] = True
        other = int(traffic.bundle[other].next_piece)


@compiled_without_counting
def was_here(world: World, b: int, node: int) -> bool:
    """Return whether another copy of a critical bundle is or was at a node."""
    contact, traffic = world.graph.contact, world.traffic
    other = int(traffic.first[traffic.bundle[b].given])
    while other >= 0:
        bundle = traffic.bundle[other]
        if other != b:
            if bundle.done == 0 and bundle.node == node:
                return True
            for hop in range(bundle.done):
                k = traffic.path[other, hop]
                if contact[k].source == node or contact[k].to == node:
                    return True
        other = int(bundle.next_piece)
    return False
