"""Many bundles are given their paths, in the order of their creation."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.routing.booking import Known, book, find
from moonstead.comms.routing.bundles import MOST_FRAGMENTS, Bundles
from moonstead.comms.routing.graph import MOST_HOPS, Graph, Ledger, Records
from moonstead.comms.routing.search import ANY, Errand, Room, copy_path
from moonstead.comms.routing.several import find_for_copy, find_for_fragment, with_size
from moonstead.compiled import compiled_without_counting

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

WHOLE, TO_CUT, CRITICAL = 0, 1, 2


class Requests(NamedTuple):
    """Bundles as the kernel reads them."""

    order: IntArray
    """In which they take volume, by time of creation, shape (n,)."""
    ends: IntArray
    """Source, destination, priority, and `WHOLE`, `TO_CUT` or `CRITICAL`, shape (n, 4)."""
    numbers: FloatArray
    """Size (bit), creation and deadline (TDB seconds past J2000) and least fragment (bit), shape
    (n, 4)."""


PIECE = np.dtype([("bundle", "i8"), ("size_bit", "f8"), ("arrival_t_s", "f8"), ("hops", "i8")])


class PieceList(NamedTuple):
    """The pieces of bundles that have several; m is the room for them."""

    piece: Records
    """`PIECE`, shape (m,)."""
    contacts: IntArray
    """As rows of the plan, shape (m, MOST_HOPS)."""
    filled: IntArray
    """How many pieces there are, and how many bundles have their answer, shape (2,)."""


class Answers(NamedTuple):
    """What the kernel fills."""

    arrival_t_s: FloatArray
    """Of the last byte; infinity where there is no path in time, shape (n,)."""
    hops: IntArray
    contacts: IntArray
    """As rows of the plan, shape (n, MOST_HOPS)."""
    listed: PieceList


def requests_of(bundles: Bundles) -> Requests:
    """Return bundles as the kernel reads them."""
    least_bit = bundles.least_fragment_bit
    kind = np.where(np.isfinite(least_bit), TO_CUT, WHOLE)
    kind[bundles.critical] = CRITICAL
    return Requests(
        order=np.argsort(bundles.created_t_s, kind="stable"),
        ends=np.column_stack([bundles.source, bundles.destination, bundles.priority, kind]),
        numbers=np.column_stack(
            [bundles.size_bit, bundles.created_t_s, bundles.deadline_t_s, least_bit]
        ),
    )


def no_answers(count: int, pieces: int) -> Answers:
    """Return the answers for so many bundles before there is any, with room for some pieces."""
    return Answers(
        arrival_t_s=np.full(count, np.inf),
        hops=np.zeros(count, dtype=np.int64),
        contacts=np.full((count, MOST_HOPS), -1, dtype=np.int64),
        listed=_no_pieces(pieces),
    )


def _no_pieces(room: int) -> PieceList:
    """Return room for so many pieces."""
    return PieceList(
        np.zeros(room, dtype=PIECE), np.full((room, MOST_HOPS), -1, np.int64), np.zeros(2, np.int64)
    )


def with_room(answers: Answers, pieces: int) -> Answers:
    """Return the same answers with room for so many pieces."""
    old = answers.listed
    more = _no_pieces(pieces - len(old.piece))
    listed = PieceList(
        np.concatenate([old.piece, more.piece]),
        np.concatenate([old.contacts, more.contacts]),
        old.filled,
    )
    return answers._replace(listed=listed)


def most_pieces(nodes: int) -> int:
    """Return how many pieces one bundle can have, fragments or copies."""
    return max(MOST_FRAGMENTS, nodes)


@compiled_without_counting
def book_all(
    graph: Graph,
    ledger: Ledger,
    known: Known,
    room: Room,
    requests: Requests,
    answers: Answers,
) -> bool:
    """Give every bundle its path; the answers begin as infinity, 0 and -1.

    Returns
    -------
    bool
        False where the pieces need more room before it can go on.
    """
    ends, numbers, path, pieces = requests.ends, requests.numbers, room.path, answers.listed
    for place in range(pieces.filled[1], requests.order.shape[0]):
        b = requests.order[place]
        source, destination, priority = ends[b, 0], ends[b, 1], ends[b, 2]
        errand = Errand(
            source, destination, int(ANY), numbers[b, 1], numbers[b, 0], priority, int(ANY)
        )
        if ends[b, 3] != WHOLE:
            if pieces.filled[0] + max(MOST_FRAGMENTS, graph.apart.shape[0]) > pieces.piece.shape[0]:
                pieces.filled[1] = place
                return False
            if ends[b, 3] == CRITICAL:
                _copy(graph, ledger, errand, b, room, requests, answers)
            else:
                _cut(graph, ledger, known, errand, b, room, requests, answers)
            continue
        t_s, hops = find(graph, ledger, known, errand, room, path)
        if hops == 0 or t_s > numbers[b, 2]:
            continue
        book(graph, ledger, errand, path, hops)
        answers.arrival_t_s[b] = t_s
        answers.hops[b] = hops
        for hop in range(hops):
            answers.contacts[b, hop] = graph.contact[path[hop]].row
    return True


@compiled_without_counting
def _note(
    graph: Graph, pieces: PieceList, b: int, size_bit: float, t_s: float, hops: int, path: IntArray
) -> None:
    place = pieces.filled[0]
    piece = pieces.piece[place]
    piece.bundle, piece.size_bit, piece.arrival_t_s, piece.hops = b, size_bit, t_s, hops
    for hop in range(hops):
        pieces.contacts[place, hop] = graph.contact[path[hop]].row
    pieces.filled[0] += 1


@compiled_without_counting
def _copy(
    graph: Graph,
    ledger: Ledger,
    errand: Errand,
    b: int,
    room: Room,
    requests: Requests,
    answers: Answers,
) -> None:
    """Give a critical bundle a path over every neighbour that can bring it in time."""
    pieces = answers.listed
    first = pieces.filled[0]
    room.served[:] = False
    while True:
        t_s, hops = find_for_copy(graph, ledger, errand, requests.numbers[b, 2], room, room.path)
        if hops == 0:
            break
        book(graph, ledger, errand, room.path, hops)
        _note(graph, pieces, b, errand.size_bit, t_s, hops, room.path)
    if pieces.filled[0] == first:
        _note(graph, pieces, b, errand.size_bit, np.inf, 0, room.path)
    best = pieces.piece[first]  # the best goes first
    answers.arrival_t_s[b], answers.hops[b] = best.arrival_t_s, best.hops
    copy_path(pieces.contacts[first], answers.contacts[b], best.hops)


@compiled_without_counting
def _cut(
    graph: Graph,
    ledger: Ledger,
    known: Known,
    errand: Errand,
    b: int,
    room: Room,
    requests: Requests,
    answers: Answers,
) -> None:
    """Give a bundle a path, or several to its fragments where none brings it whole in time."""
    deadline_t_s, least_bit, pieces = requests.numbers[b, 2], requests.numbers[b, 3], answers.listed
    last, last_t_s, rest_bit = pieces.filled[0], -np.inf, errand.size_bit
    while True:
        size_bit = rest_bit
        rest = with_size(errand, rest_bit)
        t_s, hops = find(graph, ledger, known, rest, room, room.path)
        if hops == 0 or t_s > deadline_t_s:
            t_s, hops, size_bit = find_for_fragment(
                graph, ledger, known, rest, (deadline_t_s, least_bit), room, room.path
            )
        if hops == 0:
            size_bit = rest_bit
        else:
            book(graph, ledger, with_size(errand, size_bit), room.path, hops)
        if t_s > last_t_s:
            last, last_t_s = pieces.filled[0], t_s
        _note(graph, pieces, b, size_bit, t_s, hops, room.path)
        rest_bit -= size_bit
        if rest_bit <= 0.0:
            break
    if last_t_s < np.inf:
        answers.arrival_t_s[b], answers.hops[b] = last_t_s, pieces.piece[last].hops
        copy_path(pieces.contacts[last], answers.contacts[b], pieces.piece[last].hops)
