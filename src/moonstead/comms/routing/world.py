"""All that the loop over events reads and changes, and what its parts have in common."""

from typing import NamedTuple

from moonstead.comms.routing.booking import Known
from moonstead.comms.routing.events import BUNDLE_BITS, Events, push
from moonstead.comms.routing.graph import Graph, Ledger
from moonstead.comms.routing.search import Room
from moonstead.comms.routing.traffic import Site, Traffic
from moonstead.compiled import compiled_without_counting


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
def tell(world: World, t_s: float, kind: int, k: int, b: int) -> None:
    """Add an event of a bundle."""
    bundle = world.traffic.bundle[b]
    piece = (bundle.piece << BUNDLE_BITS) | b
    push(world.events, t_s, kind, k, bundle.given, piece, bundle.size_bit)


@compiled_without_counting
def let_drift(traffic: Traffic, site: Site, b: int) -> None:
    """Note that a stored bundle needs a path; it is sent on at the end of the event."""
    traffic.bundle[b].following = -1
    if site.adrift[0] < 0:
        site.adrift[0] = b
    else:
        traffic.bundle[site.adrift[1]].following = b
    site.adrift[1] = b


@compiled_without_counting
def let_drift_first(traffic: Traffic, site: Site, b: int) -> None:
    """Note that a stored bundle needs a path before all others that do."""
    traffic.bundle[b].following = site.adrift[0]
    if site.adrift[0] < 0:
        site.adrift[1] = b
    site.adrift[0] = b


@compiled_without_counting
def take_adrift(traffic: Traffic, site: Site) -> int:
    """Take the next bundle that needs a path."""
    b = int(site.adrift[0])
    site.adrift[0] = traffic.bundle[b].following
    return b


@compiled_without_counting
def new_piece(traffic: Traffic, b: int) -> int:
    """Return the row of a new piece of a bundle: a copy of another one that has no path planned."""
    old, clock = traffic.bundle[b], traffic.clock[0]
    row = int(clock.rows)
    clock.rows += 1
    new = traffic.bundle[row]
    new.size_bit, new.created_t_s, new.deadline_t_s = (
        old.size_bit,
        old.created_t_s,
        old.deadline_t_s,
    )
    new.arrival_t_s, new.least_bit, new.following = old.arrival_t_s, old.least_bit, -1
    new.node, new.destination, new.priority = old.node, old.destination, old.priority
    new.custody, new.critical, new.fate = old.custody, old.critical, old.fate
    new.done, new.planned = old.done, old.done
    for hop in range(traffic.path.shape[1]):
        traffic.path[row, hop] = traffic.path[b, hop] if hop < old.done else -1
    first = traffic.bundle[traffic.first[old.given]]
    new.given, new.piece, new.next_piece = old.given, first.pieces, -1
    first.pieces += 1
    last = int(traffic.first[old.given])
    while traffic.bundle[last].next_piece >= 0:
        last = int(traffic.bundle[last].next_piece)
    traffic.bundle[last].next_piece = row
    return row
