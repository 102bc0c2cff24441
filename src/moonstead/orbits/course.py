"""What a flight amounts to: its revolutions, how it drifts, and its time in shadow."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.trajectory import Trajectory
from moonstead.orbits.constructors import Plane, plane_poles
from moonstead.orbits.events import Event, find_events, shadow_spans
from moonstead.orbits.keeping_shape import shape_of_revolution
from moonstead.orbits.threebody import turning_position_m
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

FROZEN_DEG: Final = 20.0
FROZEN_ECCENTRICITY: Final = 0.1
"""An ellipse is called frozen where its perilune argument and its eccentricity, averaged over each
revolution, swing by less than this to either side of their middle."""
_LEAST_ROUND = 0.01  # of eccentricity, below which perilune has no direction worth telling
_LEAST_REVOLUTIONS = 3
_PASSAGE_STEP_S = 600.0
_LEAST_S = 30.0 * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Swing:
    """How the ellipse moved: one average for each revolution, shape (n,)."""

    t_s: FloatArray
    eccentricity: FloatArray
    argument_deg: FloatArray
    inclination_deg: FloatArray

    @property
    def is_round(self) -> bool:
        """Whether it is at times so near to a circle that perilune has no place."""
        return bool(self.eccentricity.min() < _LEAST_ROUND)

    @property
    def is_frozen(self) -> bool | None:
        """Whether perilune stays; None for a flight of less than 30 days or a circle."""
        is_short = len(self.t_s) < _LEAST_REVOLUTIONS or self.t_s[-1] - self.t_s[0] < 0.9 * _LEAST_S
        if is_short or self.is_round:
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
    period_s
        Mean time of a revolution: of an ellipse between perilunes, of a halo between passages
        through the plane of Earth, Moon and poles; None where there are fewer than two.
    altitude_m
        Least and greatest height above the mean sphere.
    perilune_altitude_m, apolune_altitude_m
        Every one within the flight, shapes (n,) and (m,).
    shadows
        Of the Moon and of the Earth.
    swing
        Of the ellipse; None for a halo, which is none.
    """

    period_s: float | None
    altitude_m: tuple[float, float]
    perilune_altitude_m: FloatArray
    apolune_altitude_m: FloatArray
    shadows: tuple[Shadow, Shadow]
    swing: Swing | None


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
    turns_t_s = perilune_t_s if plane is not None else _passages_t_s(trajectory, ephemeris)
    height_m = altitude_m(trajectory, np.union1d(trajectory.t_s, perilune_t_s))
    return Course(
        period_s=float(np.diff(turns_t_s).mean()) if len(turns_t_s) > 1 else None,
        altitude_m=(float(height_m.min()), float(height_m.max())),
        perilune_altitude_m=altitude_m(trajectory, perilune_t_s),
        apolune_altitude_m=altitude_m(trajectory, apolune_t_s),
        shadows=(_shadow(events, "moon"), _shadow(events, "earth")),
        swing=None
        if plane is None or len(perilune_t_s) < 2
        else swing_of(trajectory, perilune_t_s, ephemeris, plane),
    )


def _passages_t_s(trajectory: Trajectory, ephemeris: Ephemeris) -> FloatArray:
    """Return when y in the frame that turns with Earth and Moon rises through zero."""
    count = int((trajectory.end_t_s - trajectory.start_t_s) / _PASSAGE_STEP_S) + 2
    t_s: FloatArray = np.linspace(trajectory.start_t_s, trajectory.end_t_s, count)
    y_m = turning_position_m(ephemeris, t_s, trajectory.state(t_s)[0])[:, 1]
    before = np.flatnonzero((y_m[:-1] < 0.0) & (y_m[1:] >= 0.0))
    share = y_m[before] / (y_m[before] - y_m[before + 1])
    passages_t_s: FloatArray = t_s[before] + share * (t_s[before + 1] - t_s[before])
    return passages_t_s


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


def swing_of(
    trajectory: Trajectory, perilune_t_s: FloatArray, ephemeris: Ephemeris, plane: Plane
) -> Swing:
    """Return the ellipse of every revolution.

    Parameters
    ----------
    trajectory
        The flight.
    perilune_t_s
        At least two, rising, TDB seconds past J2000.
    ephemeris, plane
        As in `course_of`.
    """
    rows = []
    poles = plane_poles(ephemeris, perilune_t_s, plane)
    for (begin_t_s, end_t_s), pole in zip(pairwise(perilune_t_s), poles, strict=False):
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
