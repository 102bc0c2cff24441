"""A contact plan as the arrays that the routing kernels read, and the ledger that they change.

The kernels know contacts in *link order*: sorted by source, destination and start. A link is all
contacts from one node to another. ``Graph.row`` leads back to the rows of the plan.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.plan import ContactPlan

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PRIORITIES = 3
MOST_HOPS = 12
"""Longer paths are not looked for: with a dozen nodes there are none."""

OWLT_MARGIN = 450_000.0 * 1609.344 / 3600.0 / 299_792_458.0
"""Share of the light time that is added to it, as nodes may move apart while the bundle flies
(CCSDS 734.3-B-1, 2.4.2): the speed of 450,000 miles per hour that ION and Unibo-CGR take, over the
speed of light."""


class Graph(NamedTuple):
    """A plan in link order; n nodes, m links, k contacts. Nothing in it changes."""

    node_first: IntArray
    """First link that leaves each node, shape (n + 1,)."""
    link_to: IntArray
    """Node at the end of each link, rising for each source, shape (m,)."""
    link_of: IntArray
    """Link from a node to a node, -1 where there is none, shape (n, n)."""
    link_first: IntArray
    """First contact of each link, shape (m + 1,)."""
    link_delay_s: FloatArray
    """Least delay of the contacts of each link, shape (m,)."""
    link: IntArray
    """Link of each contact, shape (k,)."""
    source: IntArray
    start_t_s: FloatArray
    rate_bit_per_s: FloatArray
    delay_s: FloatArray
    """Light time with its margin, shape (k,)."""
    row: IntArray
    """Row of each contact in the plan, shape (k,)."""


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
    least_bit: FloatArray
    """Size for which `first` counts a contact as full, shape (1,)."""
    generation: IntArray
    """Counts each time that volume was given back, shape (1,)."""


def graph_of(plan: ContactPlan, owlt_margin: float = OWLT_MARGIN) -> Graph:
    """Return a plan in link order.

    Parameters
    ----------
    plan
        The contact plan.
    owlt_margin
        Share of the light time that is added to it.
    """
    count = len(plan.nodes)
    row = np.lexsort([plan.start_t_s, plan.destination, plan.source])
    source, destination = plan.source[row], plan.destination[row]
    key = source * count + destination
    pairs, link_first, link = np.unique(key, return_index=True, return_inverse=True)
    delay_s = plan.owlt_s[row] * (1.0 + owlt_margin)
    link_of = np.full((count, count), -1, dtype=np.int64)
    link_of[pairs // max(count, 1), pairs % max(count, 1)] = np.arange(len(pairs))
    least_delay_s = np.full(len(pairs), np.inf)
    np.minimum.at(least_delay_s, link, delay_s)
    return Graph(
        node_first=np.searchsorted(pairs // max(count, 1), np.arange(count + 1)).astype(np.int64),
        link_to=pairs % max(count, 1),
        link_of=link_of,
        link_first=np.append(link_first, len(key)).astype(np.int64),
        link_delay_s=least_delay_s,
        link=link.astype(np.int64),
        source=source,
        start_t_s=plan.start_t_s[row],
        rate_bit_per_s=plan.rate_bit_per_s[row],
        delay_s=delay_s,
        row=row.astype(np.int64),
    )


def ledger_of(plan: ContactPlan, graph: Graph) -> Ledger:
    """Return the ledger of a plan of which nothing is taken yet."""
    volume_bit = plan.volume_bit[graph.row]
    return Ledger(
        end_t_s=plan.end_t_s[graph.row],
        volume_bit=np.repeat(volume_bit[:, np.newaxis], PRIORITIES, axis=1),
        free_t_s=np.full((len(plan), PRIORITIES), -np.inf),
        first=np.repeat(graph.link_first[:-1, np.newaxis], PRIORITIES, axis=1),
        least_bit=np.zeros(1),
        generation=np.zeros(1, dtype=np.int64),
    )
