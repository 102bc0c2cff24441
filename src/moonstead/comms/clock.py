"""Times of day in tables: "08:00", and "24:00" for the end of the day."""

import re

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00")


def clock_remedy(text: str) -> str:
    """Return what would be right in a cell, or nothing where it is."""
    return "" if _CLOCK.fullmatch(text) else 'must be a time of day such as "08:00"'


def hour_of(text: str) -> float:
    """Return a time of day in hours since midnight."""
    hours, minutes = text.split(":")
    return int(hours) + int(minutes) / 60.0


def span_h(start_h: float, end_h: float) -> float:
    """Return how long it is from one time of day to the next other one, h.

    Examples
    --------
    >>> span_h(22.0, 4.0), span_h(0.0, 24.0)
    (6.0, 24.0)
    """
    return (end_h - start_h) % 24.0 or 24.0
