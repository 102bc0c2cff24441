"""What happens next: a binary heap of events with one order, whatever the order they came in."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled_without_counting

IntArray = NDArray[np.int64]
Records = NDArray[Any]

# Kinds, in the order in which they happen at the same instant.
LOST, KNOWN, RELEASE, EXPIRE, ARRIVE, RETRY, SERVE = range(7)

BUNDLE_BITS = 32
CONTACT_BITS = 26


EVENT = np.dtype([("t_s", "f8"), ("code", "i8")])
"""Time, and kind, contact and bundle in one number."""


class Events(NamedTuple):
    """A heap; events at the same instant are ordered by kind, contact and bundle."""

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


@compiled_without_counting
def push(events: Events, t_s: float, kind: int, contact: int, bundle: int) -> None:
    """Add an event."""
    code = (((kind << CONTACT_BITS) | contact) << BUNDLE_BITS) | bundle
    heap = events.heap
    place = events.filled[0]
    events.filled[0] += 1
    while place > 0:
        above = (place - 1) >> 1
        if heap[above].t_s < t_s or (heap[above].t_s == t_s and heap[above].code <= code):
            break
        heap[place].t_s, heap[place].code = heap[above].t_s, heap[above].code
        place = above
    heap[place].t_s, heap[place].code = t_s, code


@compiled_without_counting
def peek(events: Events) -> tuple[float, int]:
    """Return time and kind of the next event; infinity where there is none."""
    if events.filled[0] == 0:
        return np.inf, -1
    return events.heap[0].t_s, events.heap[0].code >> (CONTACT_BITS + BUNDLE_BITS)


@compiled_without_counting
def pop(events: Events) -> tuple[float, int, int, int]:
    """Take the next event: time, kind, contact and bundle."""
    heap = events.heap
    first_t_s, first = heap[0].t_s, heap[0].code
    events.filled[0] -= 1
    last = events.filled[0]
    t_s, code = heap[last].t_s, heap[last].code
    place = 0
    while True:
        below = 2 * place + 1
        if below >= last:
            break
        right = below + 1
        if right < last and (
            heap[right].t_s < heap[below].t_s
            or (heap[right].t_s == heap[below].t_s and heap[right].code < heap[below].code)
        ):
            below = right
        if t_s < heap[below].t_s or (t_s == heap[below].t_s and code <= heap[below].code):
            break
        heap[place].t_s, heap[place].code = heap[below].t_s, heap[below].code
        place = below
    heap[place].t_s, heap[place].code = t_s, code
    kind = first >> (CONTACT_BITS + BUNDLE_BITS)
    contact = (first >> BUNDLE_BITS) & ((1 << CONTACT_BITS) - 1)
    return first_t_s, kind, contact, first & ((1 << BUNDLE_BITS) - 1)
