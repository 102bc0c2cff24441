"""Who sees whom, and when: intervals in which the line between two nodes is free.

What may be in the way: terrain and mask at a place on the Moon, the elevation mask of a ground
station, the Moon before an orbiter, and the Earth between nodes that are not on it. Intervals are
free of sampling: their ends are roots, within 0.1 ms of the model.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.comms.nodes import GroundNode, MoonPlace, Node, Orbiter, through_space
from moonstead.comms.visibility.ends import end_of, line_between
from moonstead.environment.line_of_sight import (
    ABOVE_AT_RECEIVER,
    ABOVE_AT_SENDER,
    CLEAR_OF_EARTH,
    CLEAR_OF_MOON,
    LIGHT_M_PER_S,
)
from moonstead.environment.sight_search import look_angles, search
from moonstead.environment.timescale import iso_utc
from moonstead.environment.turning import Turning
from moonstead.errors import InputError, Problem, RangeError

FloatArray = NDArray[np.float64]
Pair = tuple[Node, Node]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """When signals from one node reach another.

    Parameters
    ----------
    sender, receiver
        Names of the nodes.
    received_t_s
        Intervals of arrival, TDB seconds past J2000, shape (n, 2), in order and apart.
    sent_t_s
        The same signals when they left: earlier by the light time, shape (n, 2).
    """

    sender: str
    receiver: str
    received_t_s: FloatArray = field(repr=False)
    sent_t_s: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Geometry:
    """How a signal runs, for each epoch of reception, shape (n,) each.

    Parameters
    ----------
    range_m, light_time_s
        From where the sender was to where the receiver is.
    sender_azimuth_deg, sender_elevation_deg
        Of the receiver in the sender's sky: where it will be when the signal arrives. Not a
        number at an orbiter.
    receiver_azimuth_deg, receiver_elevation_deg
        Of the sender in the receiver's sky: where it was when the signal left; apparent, without
        refraction. Not a number at an orbiter.
    """

    range_m: FloatArray
    light_time_s: FloatArray
    sender_azimuth_deg: FloatArray
    sender_elevation_deg: FloatArray
    receiver_azimuth_deg: FloatArray
    receiver_elevation_deg: FloatArray


def sights(
    pairs: Iterable[Pair], start_t_s: float, end_t_s: float, turning: Turning
) -> tuple[Sight, ...]:
    """Return for each pair when the line of sight is free.

    Parameters
    ----------
    pairs
        Sender and receiver. The other direction of a pair differs by the light time only.
    start_t_s, end_t_s
        Span of reception, TDB seconds past J2000.
    turning
        Of Earth and Moon, from `moonstead.environment.turning.turning_over` the span.

    Returns
    -------
    tuple of Sight
        In the order of the pairs.

    Raises
    ------
    InputError
        Pairs of two ground stations or of two places on the Moon; a span that does not rise.
    RangeError
        Where the span leaves the turning table or a trajectory.
    """
    wanted = tuple(pairs)
    _refuse(wanted, np.array([start_t_s, end_t_s]), turning)
    span = np.array([[start_t_s, end_t_s]])
    ends = {id(node): end_of(node) for pair in wanted for node in pair}
    found = []
    for sender, receiver in wanted:
        line = line_between(ends[id(sender)], ends[id(receiver)], turning)
        windows = span
        for condition in _conditions(sender, receiver):
            windows = search(condition, line, windows)
        light_s = look_angles(line, windows.ravel())[:, 0] / LIGHT_M_PER_S
        found.append(
            Sight(
                sender=sender.name,
                receiver=receiver.name,
                received_t_s=windows,
                sent_t_s=windows - light_s.reshape(-1, 2),
            )
        )
    return tuple(found)


def geometry(sender: Node, receiver: Node, t_s: ArrayLike, turning: Turning) -> Geometry:
    """Return range, light time and look angles of a pair, whether or not the line is free.

    Parameters
    ----------
    sender, receiver
        The pair, as for `sights`.
    t_s
        Epochs of reception, TDB seconds past J2000, shape (n,).
    turning
        Of Earth and Moon.

    Returns
    -------
    Geometry

    Raises
    ------
    InputError, RangeError
        As for `sights`.
    """
    epochs = np.atleast_1d(np.asarray(t_s, dtype=np.float64))
    _refuse(((sender, receiver),), epochs, turning)
    seen = look_angles(line_between(end_of(sender), end_of(receiver), turning), epochs)
    return Geometry(
        range_m=seen[:, 0],
        light_time_s=seen[:, 0] / LIGHT_M_PER_S,
        sender_azimuth_deg=np.degrees(seen[:, 1]),
        sender_elevation_deg=np.degrees(seen[:, 2]),
        receiver_azimuth_deg=np.degrees(seen[:, 3]),
        receiver_elevation_deg=np.degrees(seen[:, 4]),
    )


def _conditions(sender: Node, receiver: Node) -> list[int]:
    """Return what must hold, in an order that leaves little to the later ones."""
    nodes = (sender, receiver)
    sides = ((sender, ABOVE_AT_SENDER), (receiver, ABOVE_AT_RECEIVER))
    conditions = [side for node, side in sides if isinstance(node, GroundNode)]
    conditions += [side for node, side in sides if isinstance(node, MoonPlace)]
    if not any(isinstance(node, MoonPlace) for node in nodes):
        conditions.append(CLEAR_OF_MOON)
    if not any(isinstance(node, GroundNode) for node in nodes):
        conditions.append(CLEAR_OF_EARTH)
    return conditions


def _refuse(pairs: Sequence[Pair], t_s: FloatArray, turning: Turning) -> None:
    remedy = "is not a matter of sight through space; pair a place, an orbiter or a ground station"
    problems = [
        Problem("pair", f'"{a.name}", "{b.name}"', "", remedy)
        for a, b in pairs
        if a is b or not through_space(a, b)
    ]
    if not np.all(np.isfinite(t_s)) or (len(t_s) == 2 and t_s[1] < t_s[0]):
        problems.append(Problem("span", "end_t_s", f"{t_s[-1]:g}", "must not be before the start"))
    if problems:
        raise InputError(problems)
    first, last = (float(t_s.min()), float(t_s.max())) if len(t_s) else (np.inf, -np.inf)
    spans = {"turning table": (turning.first_t_s, turning.last_t_s)}
    for node in (node for pair in pairs for node in pair):
        if isinstance(node, Orbiter):
            spans[node.name] = (node.trajectory.start_t_s, node.trajectory.end_t_s)
    outside = [
        Problem(
            name,
            "date",
            f"{iso_utc(first)} to {iso_utc(last)}",
            f"outside it; choose dates from {iso_utc(low)} to {iso_utc(high)}",
        )
        for name, (low, high) in spans.items()
        if first < low or last > high
    ]
    if outside:
        raise RangeError(outside)
