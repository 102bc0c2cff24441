"""Nodes and links that are lost, and what all others do when they learn of it."""

from moonstead.comms.routing.graph import PRIORITIES
from moonstead.comms.routing.queues import give_back
from moonstead.comms.routing.traffic import LOST_WITH_NODE, QUEUED, WAITING, Site, Traffic
from moonstead.comms.routing.world import World, let_drift
from moonstead.compiled import compiled_without_counting


@compiled_without_counting
def lose_node(world: World, node: int, t_s: float) -> None:
    """Lose a node with all that it stores."""
    graph, traffic, site = world.graph, world.traffic, world.site
    site.store[node].lost_t_s = min(site.store[node].lost_t_s, t_s)
    for given in range(traffic.clock[0].given):
        b = int(traffic.first[given])
        while b >= 0:
            bundle = traffic.bundle[b]
            if bundle.node == node and bundle.fate in (WAITING, QUEUED):
                give_back(world, b, bundle.done)
                bundle.fate = LOST_WITH_NODE
            b = int(bundle.next_piece)
    for k in range(graph.contact.shape[0]):
        if graph.contact[k].source == node:
            for priority in range(PRIORITIES):
                site.queue[k, priority, 0] = -1
                site.queue[k, priority, 1] = -1
    site.store[node].used_bit = 0.0


@compiled_without_counting
def hear_of_loss(world: World, t_s: float) -> None:
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
                    give_back(world, b, traffic.bundle[b].done)
                    let_drift(traffic, site, b)
                else:
                    before = b
                b = after
    for given in range(traffic.clock[0].given):
        b = traffic.first[given]
        while b >= 0:
            if traffic.bundle[b].fate == WAITING and t_s <= traffic.bundle[b].deadline_t_s:
                let_drift(traffic, site, b)
            b = traffic.bundle[b].next_piece


@compiled_without_counting
def _counts_on_lost(traffic: Traffic, site: Site, b: int, t_s: float) -> bool:
    for hop in range(traffic.bundle[b].done, traffic.bundle[b].planned):
        if site.use[traffic.path[b, hop]].known_t_s <= t_s:
            return True
    return False
