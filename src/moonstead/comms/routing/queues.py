"""Queues of contacts, one for each priority, and the volume that waiting bundles have booked."""

from moonstead.comms.routing.events import SERVE, Events, push
from moonstead.comms.routing.graph import PRIORITIES, Graph
from moonstead.comms.routing.traffic import QUEUED, Site, Traffic
from moonstead.comms.routing.world import World
from moonstead.compiled import compiled_without_counting


@compiled_without_counting
def enqueue(traffic: Traffic, site: Site, events: Events, graph: Graph, b: int, t_s: float) -> None:
    """Put a bundle in the queue of the next contact of its path."""
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
        push(events, max(t_s, graph.contact[k].start_t_s), SERVE, k)


@compiled_without_counting
def take_next(traffic: Traffic, site: Site, k: int) -> int:
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
def recount(world: World, k: int, free_t_s: float) -> None:
    """Count anew what waits for a contact when bundles have left its queue (3.2.6.2)."""
    rate_bit_per_s = world.graph.contact[k].rate_bit_per_s
    for priority in range(PRIORITIES - 1, -1, -1):
        b = world.site.queue[k, priority, 0]
        while b >= 0:
            free_t_s += world.traffic.bundle[b].size_bit / rate_bit_per_s
            b = world.traffic.bundle[b].following
        world.ledger.free_t_s[k, priority] = free_t_s


@compiled_without_counting
def give_back(world: World, b: int, first: int) -> None:
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
def give_back_rest(world: World, b: int) -> None:
    """Give back what follows a hop that was sent and did not arrive."""
    traffic = world.traffic
    give_back(world, b, traffic.bundle[b].done + 1)
    traffic.path[b, traffic.bundle[b].done] = -1
    traffic.bundle[b].planned = traffic.bundle[b].done
