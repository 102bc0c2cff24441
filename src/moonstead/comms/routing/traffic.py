"""Bundles under way: the arrays that the forwarding kernels change.

A row is a bundle as it was given, or a further fragment or copy of one. There is room for more rows
than there are; the clock says how many are real.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.routing.graph import PRIORITIES

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Int32Array = NDArray[np.int32]
Records = NDArray[Any]

MOST_TRAVEL = 16
"""Hops that a bundle may take with all changes of path; then it is lost."""

# What has become of a bundle.
COMING, WAITING, QUEUED, FLYING, DELIVERED = 0, 1, 2, 3, 4
EXPIRED, REFUSED, LOST_ON_LINK, LOST_WITH_NODE, WENT_ASTRAY, DUPLICATE = 5, 6, 7, 8, 9, 10

FATES = (
    "not created yet",
    "waiting for a path",
    "queued for a contact",
    "being sent",
    "delivered",
    "expired",
    "refused by a full store",
    "lost on a link that was down",
    "lost with the node that had it",
    "given up after too many hops",
    "dropped where another copy had been",
)
"""What each number in ``fate`` means."""


BUNDLE = np.dtype(
    [
        ("size_bit", "f8"),
        ("created_t_s", "f8"),
        ("deadline_t_s", "f8"),
        ("arrival_t_s", "f8"),  # at the destination; infinity where it has not arrived
        ("least_bit", "f8"),  # of a fragment; infinity where it is not cut
        ("following", "i8"),  # next bundle in the same queue, or -1
        ("node", "i4"),  # where it is or was last; while it flies in custody, who has the copy
        ("destination", "i4"),
        ("given", "i4"),  # the bundle of which it is a piece, in the order of giving
        ("piece", "i4"),  # which piece of it: 0 is the row that was given
        ("pieces", "i4"),  # in the row that was given: how many there are
        ("next_piece", "i4"),  # row of the piece made next, or -1
        ("priority", "i1"),
        ("custody", "?"),
        ("critical", "?"),
        ("fate", "i1"),
        ("done", "i1"),  # hops taken
        ("planned", "i1"),  # hops taken and planned
    ],
    align=True,
)
USE = np.dtype(
    [
        ("true_end_t_s", "f8"),  # until when the contact works; senders learn of a loss later
        ("known_t_s", "f8"),  # when they learn of it; infinity where there is none
        ("carried_bit", "f8"),
        ("sending", "i8"),  # bundle that is being sent, or -1
        ("sending_bit", "f8"),  # its size
        ("due", "?"),  # whether it has an event in which it takes its next bundle
    ],
    align=True,
)
STORE = np.dtype(
    [("lost_t_s", "f8"), ("capacity_bit", "f8"), ("used_bit", "f8"), ("peak_bit", "f8")]
)
CLOCK = np.dtype(
    [
        ("now_t_s", "f8"),  # up to when all is done
        ("event_t_s", "f8"),  # of the last event
        ("rows", "i8"),  # bundles and further pieces that there are
        ("given", "i8"),  # bundles
        ("come", "i8"),  # which part of `coming` has come
        ("coming", "i8"),  # its length
    ]
)


class Traffic(NamedTuple):
    """Bundles and what has become of them; n is the room for them and their pieces."""

    bundle: Records
    """`BUNDLE`, shape (n,)."""
    path: Int32Array
    """Contacts in link order: taken, then planned, shape (n, MOST_TRAVEL)."""
    coming: IntArray
    """Rows of bundles in the order of their creation, shape (n,)."""
    first: IntArray
    """Row of each bundle in the order of giving, shape (n,)."""
    clock: Records
    """`CLOCK`, shape (1,)."""


class Site(NamedTuple):
    """What contacts, nodes and queues are like now: n nodes, k contacts."""

    use: Records
    """`USE`, shape (k,)."""
    store: Records
    """`STORE`, shape (n,)."""
    queue: IntArray
    """First and last bundle in the queue of each contact and priority, or -1, shape (k, 3, 2)."""
    adrift: IntArray
    """First and last of the stored bundles that need a path, or -1, shape (2,)."""


def no_traffic(room: int) -> Traffic:
    """Return room for so many bundles, with none in it."""
    clock = np.zeros(1, dtype=CLOCK)
    clock["now_t_s"] = -np.inf
    return Traffic(
        bundle=np.zeros(room, dtype=BUNDLE),
        path=np.full((room, MOST_TRAVEL), -1, np.int32),
        coming=np.zeros(room, dtype=np.int64),
        first=np.zeros(room, dtype=np.int64),
        clock=clock,
    )


def with_bundles(traffic: Traffic, more: int) -> Traffic:
    """Return the same traffic with room for so many rows more."""
    room, needed = len(traffic.bundle), int(traffic.clock["rows"][0]) + more
    if needed <= room:
        return traffic
    fresh = no_traffic(max(needed, 2 * room) - room)
    return Traffic(
        bundle=np.concatenate([traffic.bundle, fresh.bundle]),
        path=np.concatenate([traffic.path, fresh.path]),
        coming=np.concatenate([traffic.coming, fresh.coming]),
        first=np.concatenate([traffic.first, fresh.first]),
        clock=traffic.clock,
    )


def site_of(end_t_s: FloatArray, capacity_bit: FloatArray) -> Site:
    """Return contacts (in link order) and nodes at rest."""
    use = np.zeros(len(end_t_s), dtype=USE)
    use["true_end_t_s"], use["known_t_s"], use["sending"] = end_t_s, np.inf, -1
    store = np.zeros(len(capacity_bit), dtype=STORE)
    store["lost_t_s"], store["capacity_bit"] = np.inf, capacity_bit
    queue = np.full((len(use), PRIORITIES, 2), -1, dtype=np.int64)
    return Site(use, store, queue, np.full(2, -1, dtype=np.int64))
