"""Conditions as data: read off one snapshot, never remembered as an event.

A condition compares one measured value with a threshold. It can be logged, exported and shown
("waits for ..."). What is not measured holds for nothing: its value is NaN, and no condition on it
is met.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from moonstead.autonomy.executive.snapshot import Health, Snapshot


class Kind(StrEnum):
    """What is compared, and on which side of the threshold it must be."""

    LIT = "lit"
    DARK = "dark"
    EARTH_SEEN = "earth-seen"
    EARTH_HIDDEN = "earth-hidden"
    CONTACT = "contact"
    PATH_OPEN = "path-open"
    SOURCE_AT_LEAST = "source-at-least"
    LOAD_AT_LEAST = "load-at-least"
    LOAD_AT_MOST = "load-at-most"
    STORE_AT_LEAST = "store-at-least"
    NODE_AT_LEAST = "node-at-least"
    NODE_AT_MOST = "node-at-most"
    RECORDER_AT_LEAST = "recorder-at-least"
    RECORDER_AT_MOST = "recorder-at-most"
    TANK_AT_LEAST = "tank-at-least"
    TANK_AT_MOST = "tank-at-most"
    MARGIN_AT_LEAST = "margin-at-least"
    """Of the guard: (stored - reserve) / capacity."""
    HEALTH_AT_LEAST = "health-at-least"
    AFTER = "after"
    """At least so many seconds since the activity that it names was done."""
    NOT_LONG_AFTER = "not-long-after"
    """At most so many seconds since then."""
    WORKED_AT_LEAST = "worked-at-least"
    """Share of its main time in which all that had to be maintained held, 0 to 1."""


CHANNEL = {
    Kind.PATH_OPEN: "paths",
    Kind.SOURCE_AT_LEAST: "sources",
    Kind.LOAD_AT_LEAST: "loads",
    Kind.LOAD_AT_MOST: "loads",
    Kind.STORE_AT_LEAST: "stores",
    Kind.NODE_AT_LEAST: "nodes",
    Kind.NODE_AT_MOST: "nodes",
    Kind.RECORDER_AT_LEAST: "recorders",
    Kind.RECORDER_AT_MOST: "recorders",
    Kind.TANK_AT_LEAST: "tanks",
    Kind.TANK_AT_MOST: "tanks",
}
"""Kinds that read a channel of telemetry, and which."""
AT_MOST = frozenset(
    {Kind.LOAD_AT_MOST, Kind.NODE_AT_MOST, Kind.RECORDER_AT_MOST, Kind.TANK_AT_MOST}
    | {Kind.NOT_LONG_AFTER}
)
_UNIT = {
    "sources": "W", "loads": "W", "stores": "J", "nodes": "K", "recorders": "bit", "tanks": "kg",
}  # fmt: skip
_PLAIN = {
    Kind.LIT: "the Sun is not in view",
    Kind.DARK: "the Sun is in view",
    Kind.EARTH_SEEN: "Earth is not in view",
    Kind.EARTH_HIDDEN: "Earth is in view",
    Kind.CONTACT: "no contact with Earth",
}
"""Kinds that are true or false, and what to say where they are false."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison."""

    kind: Kind
    subject: str = ""
    """The channel, element or activity that it looks at, by name."""
    threshold: float = 0.5
    """In the SI unit of the channel; what is true or false is 1 or 0."""


@dataclass(slots=True)
class Past:
    """What a condition may know besides the snapshot."""

    done_t_s: Mapping[str, float]
    """When activities were done."""
    worked_fraction: float = math.nan


def _since_done(condition: Condition, snapshot: Snapshot, past: Past) -> float:
    return snapshot.t_s - past.done_t_s.get(condition.subject, math.nan)


# Tables of functions: reading an enumeration's members by name costs more than the measurement.
_OTHERS: dict[Kind, Callable[[Condition, Snapshot, Past], float]] = {
    Kind.LIT: lambda _, snapshot, __: float(snapshot.sun_seen),
    Kind.DARK: lambda _, snapshot, __: float(not snapshot.sun_seen),
    Kind.EARTH_SEEN: lambda _, snapshot, __: float(snapshot.earth_seen),
    Kind.EARTH_HIDDEN: lambda _, snapshot, __: float(not snapshot.earth_seen),
    Kind.CONTACT: lambda _, snapshot, __: float(snapshot.earth_heard),
    Kind.MARGIN_AT_LEAST: lambda _, snapshot, __: snapshot.margin_fraction,
    Kind.HEALTH_AT_LEAST: lambda c, snapshot, _: float(snapshot.health_of(c.subject)),
    Kind.AFTER: _since_done,
    Kind.NOT_LONG_AFTER: _since_done,
    Kind.WORKED_AT_LEAST: lambda _, __, past: past.worked_fraction,
}


def measure(condition: Condition, snapshot: Snapshot, past: Past) -> float:
    """Return the value that a condition looks at; NaN where it is not known."""
    channel = CHANNEL.get(condition.kind)
    if channel is not None:
        return snapshot.read(channel, condition.subject)
    return _OTHERS[condition.kind](condition, snapshot, past)


def is_met(condition: Condition, value: float, band: float = 0.0) -> bool:
    """Return whether a value is on the right side of the threshold, or within a band beyond it."""
    if condition.kind in AT_MOST:
        return value <= condition.threshold + band
    return value >= condition.threshold - band


def explain(condition: Condition, value: float) -> str:
    """Say what is missing, for people: a condition that is not met, with its value."""
    kind, subject = condition.kind, condition.subject
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind == Kind.HEALTH_AT_LEAST:
        return f"{subject} is {Health(int(value)).name.lower()}"
    if kind == Kind.PATH_OPEN:
        return f"{subject} is not {'measured' if math.isnan(value) else 'open'}"
    if math.isnan(value):
        return {
            Kind.AFTER: f"{subject} is not done",
            Kind.NOT_LONG_AFTER: f"{subject} is not done",
            Kind.WORKED_AT_LEAST: "no main time has passed",
            Kind.MARGIN_AT_LEAST: "the energy margin is not known",
        }.get(kind, f"{subject} is not measured")
    unit = " " + _UNIT[CHANNEL[kind]] if kind in CHANNEL else ""
    if kind in {Kind.AFTER, Kind.NOT_LONG_AFTER}:
        subject, unit = f"time since {subject}", " s"
    what = {
        Kind.MARGIN_AT_LEAST: "the energy margin",
        Kind.WORKED_AT_LEAST: "the share of time in which it worked",
    }.get(kind, subject)
    side = "at most" if kind in AT_MOST else "at least"
    return f"{what} is {value:.4g}{unit}, {side} {condition.threshold:.4g}{unit} is needed"
