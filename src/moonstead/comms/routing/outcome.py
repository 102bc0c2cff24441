"""What has become of bundles and their pieces, and where those are that are still under way."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.plan import ContactPlan
from moonstead.comms.routing.events import ARRIVE, SERVE, listed
from moonstead.comms.routing.pieces import Pieces
from moonstead.comms.routing.traffic import COMING, DELIVERED
from moonstead.comms.routing.world import World

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Nodes and bundles at an instant, to be advanced; its arrays change when it is.

    Parameters
    ----------
    plan
        The contact plan.
    world
        The arrays, see `moonstead.comms.routing.traffic`.
    """

    plan: ContactPlan
    world: World = field(repr=False)

    @property
    def now_t_s(self) -> float:
        """Up to when all is done, TDB seconds past J2000."""
        return float(self.world.traffic.clock["now_t_s"][0])

    @property
    def stored_bit(self) -> FloatArray:
        """What each node stores now, copies held in custody included, shape (nodes,)."""
        return self.world.site.store["used_bit"].copy()


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceFates(Pieces):
    """What has become of every piece.

    Parameters
    ----------
    fate
        A place in `moonstead.comms.routing.traffic.FATES`, shape (m,).
    node
        Where the piece is, or was last, shape (m,).
    """

    fate: IntArray = field(repr=False)
    node: IntArray = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What has become of each bundle, in the order in which they were given.

    A bundle that was cut has arrived when its last fragment has, and fares as the fragment that
    fares worst; a critical one has arrived when its first copy has, and fares as the best of them.
    Node and path are those of the piece that decides.

    Parameters
    ----------
    arrival_t_s
        At the destination, TDB seconds past J2000; infinity where it has not arrived, shape (n,).
    fate
        A place in `moonstead.comms.routing.traffic.FATES`, shape (n,).
    node
        Where the bundle is, or was last, shape (n,).
    hops
        Hops taken, shape (n,).
    contacts
        Contacts taken, as rows of the plan, the rest -1, shape (n, MOST_TRAVEL).
    carried_bit
        What each contact of the plan has carried, shape (contacts,).
    peak_bit
        The most that each node has stored at a time, shape (nodes,).
    pieces
        Every fragment and copy.
    """

    arrival_t_s: FloatArray = field(repr=False)
    fate: IntArray = field(repr=False)
    node: IntArray = field(repr=False)
    hops: IntArray = field(repr=False)
    contacts: IntArray = field(repr=False)
    carried_bit: FloatArray = field(repr=False)
    peak_bit: FloatArray = field(repr=False)
    pieces: PieceFates = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """Pieces that have neither arrived nor been lost, as those who sent them see it.

    Parameters
    ----------
    bundle, size_bit
        Whose piece it is, and its size, shape (m,).
    node
        Where it is; where it will arrive when it is being sent, shape (m,).
    from_t_s
        From when it is there, TDB seconds past J2000; minus infinity where it is, shape (m,).
    sender
        Which node sends it there; -1 where none does, shape (m,).
    source, destination, busy_t_s
        Links that are sending, and until when, shape (k,).
    """

    bundle: IntArray
    size_bit: FloatArray
    node: IntArray
    from_t_s: FloatArray
    sender: IntArray
    source: IntArray
    destination: IntArray
    busy_t_s: FloatArray


def arrivals(progress: Progress) -> Arrivals:
    """Return what has become of all bundles so far."""
    graph, site = progress.world.graph, progress.world.site
    carried_bit = np.zeros(len(progress.plan))
    carried_bit[graph.contact["row"]] = site.use["carried_bit"]
    pieces = _pieces(progress.world)
    rows = progress.world.traffic.clock["rows"][0]
    decides = np.arange(rows)
    if rows > progress.world.traffic.clock["given"][0]:
        decides = _deciding(progress.world, pieces)
    return Arrivals(
        arrival_t_s=pieces.arrival_t_s[decides],
        fate=pieces.fate[decides],
        node=pieces.node[decides],
        hops=pieces.hops[decides],
        contacts=pieces.contacts[decides],
        carried_bit=carried_bit,
        peak_bit=site.store["peak_bit"].copy(),
        pieces=pieces,
    )


def under_way(progress: Progress) -> UnderWay:
    """Return where all pieces are that have neither arrived nor been lost."""
    world = progress.world
    contact, row = world.graph.contact, _rows(world)
    node = world.traffic.bundle["node"].astype(np.int64)
    from_t_s, sender = np.full(len(node), -np.inf), np.full(len(node), -1, dtype=np.int64)
    t_s, k, b = listed(world.events, ARRIVE)
    node[b], from_t_s[b], sender[b] = contact["to"][k], t_s, contact["source"][k]
    row = row[world.traffic.bundle["fate"][row] < DELIVERED]
    coming = row[world.traffic.bundle["fate"][row] == COMING]
    from_t_s[coming] = world.traffic.bundle["created_t_s"][coming]
    busy_t_s, k, _ = listed(world.events, SERVE)
    sends = world.site.use["sending"][k] >= 0
    return UnderWay(
        bundle=world.traffic.bundle["given"][row].astype(np.int64),
        size_bit=world.traffic.bundle["size_bit"][row],
        node=node[row],
        from_t_s=from_t_s[row],
        sender=sender[row],
        source=contact["source"][k[sends]],
        destination=contact["to"][k[sends]],
        busy_t_s=busy_t_s[sends],
    )


def _rows(world: World) -> IntArray:
    """Return the rows of all pieces, by bundle and piece, shape (m,)."""
    bundle = world.traffic.bundle[: world.traffic.clock["rows"][0]]
    if len(bundle) == world.traffic.clock["given"][0]:
        return np.arange(len(bundle))
    return np.lexsort([bundle["piece"], bundle["given"]])


def _pieces(world: World) -> PieceFates:
    row, traffic, in_plan = _rows(world), world.traffic, world.graph.contact["row"]
    bundle = traffic.bundle[row]
    hops = bundle["done"].astype(np.int64)
    taken = np.arange(traffic.path.shape[1]) < hops[:, np.newaxis]
    path = np.where(taken, traffic.path[row], len(in_plan))
    return PieceFates(
        bundle=bundle["given"].astype(np.int64),
        size_bit=bundle["size_bit"].copy(),
        arrival_t_s=bundle["arrival_t_s"].copy(),
        hops=hops,
        contacts=np.append(in_plan, -1)[path],
        fate=bundle["fate"].astype(np.int64),
        node=bundle["node"].astype(np.int64),
    )


def _deciding(world: World, pieces: PieceFates) -> IntArray:
    """Return the piece that decides what has become of each bundle, shape (n,)."""
    critical = world.traffic.bundle["critical"][world.traffic.first[pieces.bundle]]
    arrived, over = pieces.fate == DELIVERED, pieces.fate > DELIVERED
    best = np.where(arrived, 2, np.where(over, 0, 1))
    worst = np.where(arrived, 0, np.where(over, 2, 1))
    time_t_s = np.where(arrived, pieces.arrival_t_s, 0.0)
    # The last in this order decides: what is told last is the most important.
    order = np.lexsort(
        [
            -np.arange(len(critical)),
            np.where(critical, -time_t_s, time_t_s),
            np.where(critical, best, worst),
            pieces.bundle,
        ]
    )
    return order[np.flatnonzero(np.diff(pieces.bundle[order], append=-1))]
