"""What nodes store: bundles, and the copies that custodians keep until they are relieved."""

from moonstead.comms.routing.traffic import Site, Traffic
from moonstead.comms.routing.world import World
from moonstead.compiled import compiled_without_counting


@compiled_without_counting
def take_in(traffic: Traffic, site: Site, b: int, node: int) -> bool:
    """Store a bundle at a node if there is room."""
    used_bit = site.store[node].used_bit + traffic.bundle[b].size_bit
    if used_bit > site.store[node].capacity_bit:
        return False
    site.store[node].used_bit = used_bit
    site.store[node].peak_bit = max(site.store[node].peak_bit, used_bit)
    return True


@compiled_without_counting
def release(world: World, node: int, size_bit: float, t_s: float) -> None:
    """Free the room of a copy that a node needs no more.

    The size is that which was sent: the bundle may have been cut since.
    """
    if t_s < world.site.store[node].lost_t_s:
        world.site.store[node].used_bit -= size_bit


@compiled_without_counting
def end(world: World, b: int, fate: int) -> None:
    """Take a stored bundle out of its store and of the world."""
    traffic, site = world.traffic, world.site
    traffic.bundle[b].fate = fate
    site.store[traffic.bundle[b].node].used_bit -= traffic.bundle[b].size_bit
