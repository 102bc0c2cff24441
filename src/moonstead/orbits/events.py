"""Moments of a flight: nodes, apsides, and the edges of shadow, found on its trajectory.

Each kind is a smooth function of time that passes through zero at the event. It is sampled densely
enough that a sample lies between any two events that matter, extremes near zero are followed to
their bottom so that a grazed shadow is not missed, and each root is closed in to well below 1 ms.

Shadow: Sun, Moon and Earth as spheres (the Sun of 696,000 km, as SPICE has it; the Moon's mean
sphere; the Earth's equatorial radius, without its air, which widens the shadow by about 1 %).
In penumbra a part of the Sun's disc is hidden, in umbra all of it. Positions are geometric: the
8 minutes of light time of the Sun move the edge by up to 0.5 s on a low orbit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.bodytrack import BODY_RADIUS_M
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.trajectory import Trajectory

FloatArray = NDArray[np.float64]

Kind = Literal[
    "ascending node",
    "descending node",
    "perilune",
    "apolune",
    "moon penumbra begins",
    "moon penumbra ends",
    "moon umbra begins",
    "moon umbra ends",
    "earth penumbra begins",
    "earth penumbra ends",
    "earth umbra begins",
    "earth umbra ends",
]
_ROOT_S = 1e-5
_MOST_STEP_S = 600.0
_PER_NODE = 2
_STEPS_OF_MINIMUM = 60
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A moment of a flight.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, within 1 ms of the trajectory's own.
    kind
        What happens.
    """

    t_s: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Search:
    value: Callable[[FloatArray], FloatArray]
    rising: Kind
    falling: Kind


def find_events(trajectory: Trajectory, ephemeris: Ephemeris) -> list[Event]:
    """Return every node, apsis and shadow edge of a flight.

    Parameters
    ----------
    trajectory
        The flight; events at its very ends are not told.
    ephemeris
        Sun, Earth and the lunar equator of date (MOON_ME).

    Returns
    -------
    list of Event
        In the order of time. A surface impact ends a propagation and so is no event: see
        `moonstead.orbits.propagate.propagate`.

    Raises
    ------
    RangeError
        The trajectory leaves the ephemeris.
    """
    searches = [
        _Search(_Northward(trajectory, ephemeris), "ascending node", "descending node"),
        _Search(_Outward(trajectory), "perilune", "apolune"),
        _shadow_search(trajectory, ephemeris, "moon", "penumbra"),
        _shadow_search(trajectory, ephemeris, "moon", "umbra"),
        _shadow_search(trajectory, ephemeris, "earth", "penumbra"),
        _shadow_search(trajectory, ephemeris, "earth", "umbra"),
    ]
    t_s = _samples(trajectory)
    return sorted(event for search in searches for event in _events_of(search, t_s))


def shadow_spans(events: list[Event], body: str, part: str) -> list[tuple[float, float]]:
    """Return begin and end of each passage through a shadow.

    Parameters
    ----------
    events
        From `find_events`.
    body, part
        ``"moon"`` or ``"earth"``; ``"penumbra"`` or ``"umbra"``.

    Returns
    -------
    list of tuple of float
        TDB seconds past J2000; a passage that the ends of the trajectory cut is left out.
    """
    spans = []
    begin_t_s = None
    for event in events:
        if event.kind == f"{body} {part} begins":
            begin_t_s = event.t_s
        elif event.kind == f"{body} {part} ends" and begin_t_s is not None:
            spans.append((begin_t_s, event.t_s))
            begin_t_s = None
    return spans


class _Northward:
    """Height above the plane of the Moon's equator of date."""

    def __init__(self, trajectory: Trajectory, ephemeris: Ephemeris) -> None:
        self._trajectory = trajectory
        self._ephemeris = ephemeris

    def __call__(self, t_s: FloatArray) -> FloatArray:
        pole = self._ephemeris.rotation_icrf_to_moon_me(t_s)[2]
        height: FloatArray = np.einsum("nj,jn->n", self._trajectory.state(t_s)[0], pole)
        return height


class _Outward:
    """Half the rate of change of the squared distance."""

    def __init__(self, trajectory: Trajectory) -> None:
        self._trajectory = trajectory

    def __call__(self, t_s: FloatArray) -> FloatArray:
        position_m, velocity_m_per_s = self._trajectory.state(t_s)
        rate: FloatArray = np.einsum("nj,nj->n", position_m, velocity_m_per_s)
        return rate


class _Margin:
    """Angle, rad, from the edge of a shadow; above zero outside of it."""

    def __init__(self, trajectory: Trajectory, ephemeris: Ephemeris, body: str, part: str) -> None:
        self._trajectory = trajectory
        self._ephemeris = ephemeris
        self._body = body
        self._part = part

    def __call__(self, t_s: FloatArray) -> FloatArray:
        position_m = self._trajectory.state(t_s)[0].T
        to_sun_m = self._ephemeris.position_icrf_m("sun", t_s) - position_m
        if self._body == "moon":
            to_body_m, radius_m = -position_m, MOON_RADIUS_M
        else:
            to_body_m = self._ephemeris.position_icrf_m("earth", t_s) - position_m
            radius_m = BODY_RADIUS_M["earth"]
        sun_distance_m = np.linalg.norm(to_sun_m, axis=0)
        body_distance_m = np.linalg.norm(to_body_m, axis=0)
        cross = np.linalg.norm(np.cross(to_sun_m, to_body_m, axis=0), axis=0)
        apart = np.arctan2(cross, (to_sun_m * to_body_m).sum(axis=0))
        sun = np.arcsin(BODY_RADIUS_M["sun"] / sun_distance_m)
        disc = np.arcsin(np.minimum(radius_m / body_distance_m, 1.0))
        margin: FloatArray = apart - disc - (sun if self._part == "penumbra" else -sun)
        return margin


def _shadow_search(
    trajectory: Trajectory,
    ephemeris: Ephemeris,
    body: Literal["moon", "earth"],
    part: Literal["penumbra", "umbra"],
) -> _Search:
    ends: dict[str, tuple[Kind, Kind]] = {
        "moon penumbra": ("moon penumbra ends", "moon penumbra begins"),
        "moon umbra": ("moon umbra ends", "moon umbra begins"),
        "earth penumbra": ("earth penumbra ends", "earth penumbra begins"),
        "earth umbra": ("earth umbra ends", "earth umbra begins"),
    }
    return _Search(_Margin(trajectory, ephemeris, body, part), *ends[f"{body} {part}"])


def _samples(trajectory: Trajectory) -> FloatArray:
    """Return epochs at the nodes and between them, at most ten minutes apart."""
    gaps_s = np.diff(trajectory.t_s)
    parts = np.maximum(np.ceil(gaps_s / _MOST_STEP_S), _PER_NODE).astype(np.int64)
    gap = np.repeat(np.arange(len(gaps_s)), parts)
    within = np.arange(len(gap)) - np.repeat(np.cumsum(parts) - parts, parts)
    inner = trajectory.t_s[gap] + gaps_s[gap] * within / parts[gap]
    return np.unique(np.append(inner, trajectory.t_s[-1]))


def _events_of(search: _Search, t_s: FloatArray) -> list[Event]:
    values = search.value(t_s)
    t_s, values = _with_extremes(search.value, t_s, values)
    up = np.sign(values)
    up[up == 0.0] = 1.0
    at = np.flatnonzero(up[1:] != up[:-1])
    roots = _closed_in(search.value, t_s[at], t_s[at + 1], values[at])
    return [
        Event(float(root), search.rising if values[k] < 0.0 else search.falling)
        for root, k in zip(roots, at, strict=True)
    ]


def _with_extremes(
    value: Callable[[FloatArray], FloatArray], t_s: FloatArray, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Add the extremes between samples of one sign, where a pair of roots may hide."""
    size = np.abs(values)
    same = (np.sign(values[:-2]) == np.sign(values[1:-1])) & (
        np.sign(values[1:-1]) == np.sign(values[2:])
    )
    middle = np.flatnonzero(same & (size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:])) + 1
    if not len(middle):
        return t_s, values
    # Only where the parabola through three samples comes near zero can there be a pair.
    bend = size[middle - 1] - 2.0 * size[middle] + size[middle + 1]
    middle = middle[size[middle] <= bend]
    if not len(middle):
        return t_s, values
    low, high = t_s[middle - 1].copy(), t_s[middle + 1].copy()
    sign = np.sign(values[middle])
    for _ in range(_STEPS_OF_MINIMUM):
        first, second = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        left = sign * value(first) < sign * value(second)
        low, high = np.where(left, low, first), np.where(left, second, high)
    bottom = 0.5 * (low + high)
    times = np.concatenate([t_s, bottom])
    order = np.argsort(times, kind="stable")
    return times[order], np.concatenate([values, value(bottom)])[order]


def _closed_in(
    value: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray, start: FloatArray
) -> FloatArray:
    """Return roots between brackets, all at once, by halving."""
    if not len(low):
        return low
    low, high, below = low.copy(), high.copy(), start < 0.0
    while float((high - low).max()) > _ROOT_S:
        middle = 0.5 * (low + high)
        same = (value(middle) < 0.0) == below
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return 0.5 * (low + high)
