"""Paths for many bundles at once, as the nodes would plan them when each bundle is created."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.plan import ContactPlan
from moonstead.comms.routing.booking import known_for
from moonstead.comms.routing.bundles import Bundles, check_nodes
from moonstead.comms.routing.graph import OWLT_MARGIN, graph_of, ledger_of
from moonstead.comms.routing.pieces import Pieces
from moonstead.comms.routing.requests import (
    WHOLE,
    Answers,
    book_all,
    most_pieces,
    no_answers,
    requests_of,
    with_room,
)
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
        the bundle before it expires, shape (n,). A bundle that is cut has arrived with its last
        fragment, a critical one with its first copy.
    hops
        Number of contacts of the path, 0 where there is none, shape (n,). The path is that of the
        fragment or copy that decides the arrival.
    contacts
        The path as rows of the plan, the rest -1, shape (n, MOST_HOPS).
    pieces
        The path of every fragment and copy.
    """

    arrival_t_s: FloatArray = field(repr=False)
    hops: IntArray = field(repr=False)
    contacts: IntArray = field(repr=False)
    pieces: Pieces = field(repr=False)


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
    nodes = len(plan.nodes)
    ledger.mark["least_bit"] = bundles.least_bit
    requests = requests_of(bundles)
    several = requests.ends[:, 3] != WHOLE
    answers = no_answers(len(bundles), most_pieces(nodes) + 2 * int(several.sum()))
    known, room = known_for(nodes), room_for(nodes)
    while not book_all(graph, ledger, known, room, requests, answers):
        answers = with_room(answers, 2 * len(answers.listed.piece))
    return Routes(
        arrival_t_s=answers.arrival_t_s,
        hops=answers.hops,
        contacts=answers.contacts,
        pieces=_pieces(bundles, answers, np.flatnonzero(~several)),
    )


def _pieces(bundles: Bundles, answers: Answers, whole: IntArray) -> Pieces:
    """Return the pieces of bundles that may have several, among those that are whole."""
    listed, count = answers.listed, answers.listed.filled[0]
    if not count:
        return Pieces(
            bundle=np.arange(len(bundles)),
            size_bit=bundles.size_bit,
            arrival_t_s=answers.arrival_t_s,
            hops=answers.hops,
            contacts=answers.contacts,
        )
    piece = listed.piece[:count]
    bundle = np.concatenate([whole, piece["bundle"]])
    order = np.argsort(bundle, kind="stable")

    def merged(of_whole: NDArray[Any], of_pieces: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([of_whole[whole], of_pieces])[order]

    return Pieces(
        bundle=bundle[order],
        size_bit=merged(bundles.size_bit, piece["size_bit"]),
        arrival_t_s=merged(answers.arrival_t_s, piece["arrival_t_s"]),
        hops=merged(answers.hops, piece["hops"]),
        contacts=merged(answers.contacts, listed.contacts[:count]),
    )
