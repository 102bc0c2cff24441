"""Paths for many bundles at once, as the nodes would plan them when each bundle is created."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.plan import ContactPlan
from moonstead.comms.routing.booking import Answers, Requests, book_all, known_for
from moonstead.comms.routing.bundles import Bundles, check_nodes
from moonstead.comms.routing.graph import MOST_HOPS, OWLT_MARGIN, graph_of, ledger_of
from moonstead.comms.routing.search import room_for

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The path of each bundle.

    Parameters
    ----------
    arrival_t_s
        Projected arrival of the last byte, TDB seconds past J2000; infinity where no path brings
        the bundle before it expires, shape (n,).
    hops
        Number of contacts of the path, 0 where there is none, shape (n,).
    contacts
        The path as rows of the plan, the rest -1, shape (n, MOST_HOPS).
    """

    arrival_t_s: FloatArray = field(repr=False)
    hops: IntArray = field(repr=False)
    contacts: IntArray = field(repr=False)


def route_batch(plan: ContactPlan, bundles: Bundles, owlt_margin: float = OWLT_MARGIN) -> Routes:
    """Return the path that the rules of CCSDS 734.3-B-1 give each bundle; see `search`.

    Bundles are taken in the order of their creation (of two at the same time, the one given first),
    and each takes its volume of the contacts of its path. Stores have no limit here, and nothing
    goes wrong: `forward` follows what then happens.

    Parameters
    ----------
    plan
        The contact plan.
    bundles
        What is to be carried.
    owlt_margin
        Share of the light time that is added to it (2.4.2).

    Raises
    ------
    InputError
        Where a bundle begins or ends at a node that is not in the plan.
    """
    check_nodes(bundles, plan)
    graph = graph_of(plan, owlt_margin)
    ledger = ledger_of(plan, graph)
    count = len(bundles)
    if count:
        ledger.mark["least_bit"] = bundles.size_bit.min()
    requests = Requests(
        order=np.argsort(bundles.created_t_s, kind="stable"),
        ends=np.column_stack([bundles.source, bundles.destination, bundles.priority]),
        numbers=np.column_stack([bundles.size_bit, bundles.created_t_s, bundles.deadline_t_s]),
    )
    answers = Answers(
        arrival_t_s=np.full(count, np.inf),
        hops=np.zeros(count, dtype=np.int64),
        contacts=np.full((count, MOST_HOPS), -1, dtype=np.int64),
    )
    nodes = len(plan.nodes)
    book_all(graph, ledger, known_for(nodes), room_for(nodes), requests, answers)
    return Routes(arrival_t_s=answers.arrival_t_s, hops=answers.hops, contacts=answers.contacts)
