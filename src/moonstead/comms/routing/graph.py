"""A contact plan as the arrays that the routing kernels read, and the ledger that they change.

The kernels know contacts in *link order*: sorted by source, destination and start. A link is all
contacts from one node to another. What belongs to one contact or link stands in one record: that is
near in memory, and each array less makes calls between kernels cheaper.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.plan import ContactPlan

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Records = NDArray[Any]

PRIORITIES = 3
MOST_HOPS = 12
"""Longer paths are not looked for: with a dozen nodes there are none."""

OWLT_MARGIN = 450_000.0 * 1609.344 / 3600.0 / 299_792_458.0
"""Share of the light time that is added to it, as nodes may move apart while the bundle flies
(CCSDS 734.3-B-1, 2.4.2): the speed of 450,000 miles per hour that ION and Unibo-CGR take, over the
speed of light."""


CONTACT = np.dtype(
    [
        ("start_t_s", "f8"),
        ("rate_bit_per_s", "f8"),
        ("owlt_s", "f8"),
        ("delay_s", "f8"),  # light time with its margin
        ("link", "i8"),
        ("source", "i8"),
        ("to", "i8"),
        ("row", "i8"),  # in the plan
    ]
)
LINK = np.dtype([("to", "i8"), ("first", "i8"), ("stop", "i8"), ("delay_s", "f8")])
WAY = np.dtype([("link", "i4"), ("apart", "i4")])
MARK = np.dtype([("least_bit", "f8"), ("generation", "i8")])


class Graph(NamedTuple):
    """A plan in link order; n nodes, m links, k contacts. Nothing in it changes."""

    node_first: IntArray
    """First link that leaves each node, shape (n + 1,)."""
    apart: IntArray
    """Fewest hops from a node to a node, whatever the times; more than MOST_HOPS where there is no
    way, shape (n, n)."""
    toward: Records
    """For each destination the links, those of a node together; first those from whose end the
    destination is the fewest hops apart, which stand beside them: `WAY`, shape (n, m)."""
    link: Records
    """Destination, first contact, the one after the last, least delay: `LINK`, shape (m,)."""
    contact: Records
    """`CONTACT`, shape (k,)."""


class Ledger(NamedTuple):
    """What is left of a plan while bundles are given their paths; the kernels change it."""

    end_t_s: FloatArray
    """End of each contact as it is known; a contact known to be lost ends early, shape (k,)."""
    volume_bit: FloatArray
    """What a bundle of each priority may still take of a contact (3.2.6.8.8, maximum transmission
    volume), shape (k, 3)."""
    free_t_s: FloatArray
    """When all that waits for a contact at its source, of this priority and above, will have been
    sent, shape (k, 3)."""
    first: IntArray
    """First contact of each link that is not over and not full, shape (m, 3)."""
    mark: Records
    """The size for which `first` counts a contact as full, and how often volume was given back:
    `MARK`, shape (1,)."""


def graph_of(plan: ContactPlan, owlt_margin: float = OWLT_MARGIN) -> Graph:
    """Return a plan in link order.

    Parameters
    ----------
    plan
        The contact plan.
    owlt_margin
        Share of the light time that is added to it.
    """
    count = max(len(plan.nodes), 1)
    key = plan.source * count + plan.destination
    small = key.astype(np.min_scalar_type(count * count))  # short numbers are sorted by radix
    row = np.argsort(small, kind="stable")  # stays sorted by start
    contact = np.zeros(len(plan), dtype=CONTACT)
    contact["row"] = row
    contact["source"], contact["to"] = plan.source[row], plan.destination[row]
    contact["start_t_s"] = plan.start_t_s[row]
    contact["rate_bit_per_s"] = plan.rate_bit_per_s[row]
    contact["owlt_s"] = plan.owlt_s[row]
    contact["delay_s"] = plan.owlt_s[row] * (1.0 + owlt_margin)
    key = key[row]
    begins = np.diff(key, prepend=-1) > 0
    first, contact["link"] = np.flatnonzero(begins), np.cumsum(begins) - 1
    pairs = key[first]
    link = np.zeros(len(pairs), dtype=LINK)
    link["to"], link["first"], link["stop"] = pairs % count, first, np.append(first[1:], len(key))
    link["delay_s"] = np.inf
    np.minimum.at(link["delay_s"], contact["link"], contact["delay_s"])
    node_first = np.searchsorted(pairs // count, np.arange(count + 1)).astype(np.int64)
    apart = _apart(pairs // count, pairs % count, count)
    return Graph(node_first, apart, _toward(pairs // count, apart[link["to"]].T), link, contact)


def _toward(source: IntArray, apart: IntArray) -> Records:
    order = np.argsort(source * (MOST_HOPS + 2) + apart, axis=1, kind="stable")
    toward = np.zeros(apart.shape, dtype=WAY)
    toward["link"], toward["apart"] = order, np.take_along_axis(apart, order, axis=1)
    return toward


def _apart(source: IntArray, to: IntArray, nodes: int) -> IntArray:
    apart = np.full((nodes, nodes), MOST_HOPS + 1, dtype=np.int64)
    np.fill_diagonal(apart, 0)
    for _ in range(MOST_HOPS):
        before = apart.copy()
        np.minimum.at(apart, source, before[to] + 1)
        if np.array_equal(apart, before):
            break
    return np.minimum(apart, MOST_HOPS + 1)


def ledger_of(plan: ContactPlan, graph: Graph) -> Ledger:
    """Return the ledger of a plan of which nothing is taken yet."""
    row = graph.contact["row"]
    volume_bit = plan.volume_bit[row]
    return Ledger(
        end_t_s=plan.end_t_s[row],
        volume_bit=np.repeat(volume_bit[:, np.newaxis], PRIORITIES, axis=1),
        free_t_s=np.full((len(plan), PRIORITIES), -np.inf),
        first=np.repeat(graph.link["first"][:, np.newaxis], PRIORITIES, axis=1),
        mark=np.zeros(1, dtype=MARK),
    )
