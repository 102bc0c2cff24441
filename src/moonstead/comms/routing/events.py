"""What happens next: a binary heap of events with one order, whatever the order they came in."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled_without_counting, inlined

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Records = NDArray[Any]

# Kinds, in the order in which they happen at the same instant.
LOST, KNOWN, RELEASE, EXPIRE, ARRIVE, RETRY, SERVE = range(7)

BUNDLE_BITS = 32
CONTACT_BITS = 26


EVENT = np.dtype([("t_s", "f8"), ("code", "i8"), ("piece", "i8"), ("size_bit", "f8")])
"""Time; kind, contact and bundle as it was given in one number; piece of the bundle and its row in
one number; size of the bundle when the event was made."""


class Events(NamedTuple):
    """A heap; events at the same instant are ordered by kind, contact, bundle and piece.

    The row of a bundle says nothing of the order: it depends on when the bundle was given.
    """

    heap: Records
    """`EVENT`, the next one first."""
    filled: IntArray
    """How many there are, shape (1,)."""


def no_events(room: int) -> Events:
    """Return an empty heap with room for so many events."""
    return Events(np.zeros(room, dtype=EVENT), np.zeros(1, np.int64))


def with_room(events: Events, room: int) -> Events:
    """Return the same events with room for at least so many."""
    size = len(events.heap)
    if room <= size:
        return events
    more = np.zeros(max(room, 2 * size) - size, dtype=EVENT)
    return Events(np.concatenate([events.heap, more]), events.filled)


@inlined
def _is_before(one: Any, t_s: float, code: int, piece: int) -> bool:
    if one.t_s != t_s:
        return bool(one.t_s < t_s)
    if one.code != code:
        return bool(one.code < code)
    return bool(one.piece <= piece)


@inlined
def _copy(one: Any, to: Any) -> None:
    to.t_s, to.code, to.piece, to.size_bit = one.t_s, one.code, one.piece, one.size_bit


@compiled_without_counting
def push(
    events: Events,
    t_s: float,
    kind: int,
    contact: int,
    bundle: int = 0,
    piece: int = 0,
    size_bit: float = 0.0,
) -> None:
    """Add an event; the piece has its row in its lower half."""
    heap = events.heap
    place = events.filled[0]
    events.filled[0] += 1
    code = (((kind << CONTACT_BITS) | contact) << BUNDLE_BITS) | bundle
    while place > 0:
        above = (place - 1) >> 1
        if _is_before(heap[above], t_s, code, piece):
            break
        _copy(heap[above], heap[place])
        place = above
    new = heap[place]
    new.t_s, new.code, new.piece, new.size_bit = t_s, code, piece, size_bit


@compiled_without_counting
def peek(events: Events) -> tuple[float, int]:
    """Return time and kind of the next event; infinity where there is none."""
    if events.filled[0] == 0:
        return np.inf, -1
    return events.heap[0].t_s, events.heap[0].code >> (CONTACT_BITS + BUNDLE_BITS)


@compiled_without_counting
def pop(events: Events) -> tuple[float, int, int, int, float]:
    """Take the next event: time, kind, contact, row of the bundle and its size."""
    heap = events.heap
    first_t_s, code, piece, size_bit = heap[0].t_s, heap[0].code, heap[0].piece, heap[0].size_bit
    events.filled[0] -= 1
    last = events.filled[0]
    moved = heap[last]
    moved_t_s, moved_code, moved_piece = moved.t_s, moved.code, moved.piece
    place = 0
    while True:
        below = 2 * place + 1
        if below >= last:
            break
        right = below + 1
        if right < last:
            one = heap[below]
            if _is_before(heap[right], one.t_s, one.code, one.piece):
                below = right
        if not _is_before(heap[below], moved_t_s, moved_code, moved_piece):
            break
        _copy(heap[below], heap[place])
        place = below
    _copy(moved, heap[place])
    contact = (code >> BUNDLE_BITS) & ((1 << CONTACT_BITS) - 1)
    row = piece & ((1 << BUNDLE_BITS) - 1)
    return first_t_s, code >> (CONTACT_BITS + BUNDLE_BITS), contact, row, size_bit


def listed(events: Events, kind: int) -> tuple[FloatArray, IntArray, IntArray]:
    """Return all events of a kind to come: times, contacts and rows of bundles, as they lie."""
    heap = events.heap[: events.filled[0]]
    heap = heap[heap["code"] >> (CONTACT_BITS + BUNDLE_BITS) == kind]
    contact = (heap["code"] >> BUNDLE_BITS) & ((1 << CONTACT_BITS) - 1)
    return heap["t_s"].copy(), contact, heap["piece"] & ((1 << BUNDLE_BITS) - 1)
