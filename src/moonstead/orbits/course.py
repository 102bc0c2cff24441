"""What a flight amounts to: its revolutions, how it drifts, and its time in shadow."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.trajectory import Trajectory
from moonstead.orbits.constructors import Plane, plane_axes
from moonstead.orbits.events import Event, find_events, shadow_spans
from moonstead.orbits.keeping_shape import shape_of_revolution
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

FROZEN_DEG: Final = 20.0
FROZEN_ECCENTRICITY: Final = 0.1
"""An ellipse is called frozen where its perilune argument and its eccentricity, averaged over each
revolution, swing by less than this to either side of their middle."""
_LEAST_ROUND = 0.01  # of eccentricity, below which perilune has no direction worth telling
_LEAST_REVOLUTIONS = 3
_LEAST_S = 30.0 * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """How the ellipse moved: one average for each revolution, shape (n,)."""

    t_s: FloatArray
    eccentricity: FloatArray
    argument_deg: FloatArray
    inclination_deg: FloatArray

    @property
    def is_frozen(self) -> bool | None:
        """Whether perilune stays; None for a flight of less than 30 days or a circle."""
        is_short = len(self.t_s) < _LEAST_REVOLUTIONS or self.t_s[-1] - self.t_s[0] < 0.9 * _LEAST_S
        if is_short or self.eccentricity.min() < _LEAST_ROUND:
            return None
        turn_deg = 0.5 * float(np.ptp(self.argument_deg))
        change = 0.5 * float(np.ptp(self.eccentricity))
        return turn_deg < FROZEN_DEG and change < FROZEN_ECCENTRICITY


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """Passages through the shadow of a body."""

    body: str
    spans: tuple[tuple[float, float], ...]
    umbra_spans: tuple[tuple[float, float], ...]

    @property
    def longest_s(self) -> float:
        """The longest passage, penumbra included; 0 where there is none."""
        return max((end - begin for begin, end in self.spans), default=0.0)

    @property
    def longest_umbra_s(self) -> float:
        """The longest time without any sunlight."""
        return max((end - begin for begin, end in self.umbra_spans), default=0.0)

    @property
    def total_s(self) -> float:
        """Of all passages."""
        return sum(end - begin for begin, end in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a flight amounts to.

    Parameters
    ----------
    perilune_t_s, perilune_altitude_m, apolune_altitude_m
        Every one within the flight, shapes (n,) and (m,).
    shadows
        Of the Moon and of the Earth.
    swing
        Of the ellipse; None for a halo, which is none.
    """

    perilune_t_s: FloatArray
    perilune_altitude_m: FloatArray
    apolune_altitude_m: FloatArray
    shadows: tuple[Shadow, Shadow]
    swing: Swing | None

    @property
    def period_s(self) -> float | None:
        """Mean time from perilune to perilune; None where there are fewer than two."""
        count = len(self.perilune_t_s) - 1
        if count < 1:
            return None
        return float(self.perilune_t_s[-1] - self.perilune_t_s[0]) / count


def course_of(trajectory: Trajectory, ephemeris: Ephemeris, plane: Plane | None) -> Course:
    """Sum up a flight.

    Parameters
    ----------
    trajectory
        The flight.
    ephemeris
        Of Sun, Earth and Moon.
    plane
        What the angles of the ellipse count from; None for a halo.

    Returns
    -------
    Course
        Events at the very ends of the flight are not counted.
    """
    events = find_events(trajectory, ephemeris)
    perilune_t_s = np.array([event.t_s for event in events if event.kind == "perilune"])
    apolune_t_s = np.array([event.t_s for event in events if event.kind == "apolune"])
    return Course(
        perilune_t_s=perilune_t_s,
        perilune_altitude_m=altitude_m(trajectory, perilune_t_s),
        apolune_altitude_m=altitude_m(trajectory, apolune_t_s),
        shadows=(_shadow(events, "moon"), _shadow(events, "earth")),
        swing=None
        if plane is None or len(perilune_t_s) < 2
        else _swing(trajectory, perilune_t_s, ephemeris, plane),
    )


def altitude_m(trajectory: Trajectory, t_s: FloatArray) -> FloatArray:
    """Return heights above the mean sphere, shape (n,)."""
    if len(t_s) == 0:
        return np.zeros(0)
    height_m: FloatArray = np.linalg.norm(trajectory.state(t_s)[0], axis=1) - MOON_RADIUS_M
    return height_m


def _shadow(events: list[Event], body: str) -> Shadow:
    return Shadow(
        body=body,
        spans=tuple(shadow_spans(events, body, "penumbra")),
        umbra_spans=tuple(shadow_spans(events, body, "umbra")),
    )


def _swing(
    trajectory: Trajectory, perilune_t_s: FloatArray, ephemeris: Ephemeris, plane: Plane
) -> Swing:
    rows = []
    for begin_t_s, end_t_s in pairwise(perilune_t_s):
        pole = plane_axes(ephemeris, float(begin_t_s), plane)[:, 2]
        shape = shape_of_revolution(trajectory, (float(begin_t_s), float(end_t_s)), pole)
        along, ahead = shape.vector
        rows.append((
            0.5 * (begin_t_s + end_t_s),
            float(np.hypot(along, ahead)),
            float(np.degrees(np.arctan2(ahead, along))),
            shape.inclination_deg,
        ))  # fmt: skip
    t_s, eccentricity, argument_deg, inclination_deg = np.array(rows).T
    turned_deg: FloatArray = np.unwrap(argument_deg % 360.0, period=360.0)
    return Swing(
        t_s=t_s,
        eccentricity=eccentricity,
        argument_deg=turned_deg,
        inclination_deg=inclination_deg,
    )
