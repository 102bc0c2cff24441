"""How much of the Sun an orbiter sees: eclipses by Moon and Earth, discs in front of discs.

Penumbra and umbra come from the area of the solar disc that the disc of the Moon or the Earth
hides, taken as circles in a plane (the Moon may fill half the sky, where its limb is nearly a
straight line before the Sun: the error is far below a second of eclipse). Limb darkening, the air
of the Earth and light time are left out.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from moonstead.compiled import compiled
from moonstead.environment.bodytrack import BODY_RADIUS_M
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.trajectory import Trajectory
from moonstead.units import HOUR_S

FloatArray = NDArray[np.float64]

SAMPLE_S = 30.0
"""Of the mean over a step: an eclipse of half an hour is met within a part in a hundred."""
_NODE_S = 3.0 * HOUR_S
_CHUNK = 200_000


def sunlit_fraction(
    trajectory: Trajectory, ephemeris: Ephemeris, start_t_s: float, step_s: float, count: int
) -> FloatArray:
    """Return the share of the Sun's disc that an orbiter sees, as means over steps.

    Parameters
    ----------
    trajectory
        Of the orbiter.
    ephemeris
        Of Sun and Earth.
    start_t_s, step_s, count
        Steps begin at ``start_t_s + step_s * arange(count)`` (TDB seconds past J2000).

    Returns
    -------
    ndarray of shape (count,)
        0 to 1.

    Raises
    ------
    RangeError
        A step is outside the trajectory or the ephemeris.
    """
    per_step = max(math.ceil(step_s / SAMPLE_S), 1)
    steps = max(_CHUNK // per_step, 1)
    fraction = np.empty(count)
    for first in range(0, count, steps):
        n = min(steps, count - first)
        # In the middle of each part of a step.
        parts = (np.arange(n * per_step, dtype=np.float64) + 0.5) * (step_s / per_step)
        t_s: FloatArray = start_t_s + first * step_s + parts
        seen = sun_seen(trajectory.state(t_s)[0], *_bodies_m(ephemeris, t_s))
        fraction[first : first + n] = seen.reshape(n, per_step).mean(axis=1)
    return fraction


def _bodies_m(ephemeris: Ephemeris, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Sun and Earth from the Moon's centre, shape (n, 3) each."""
    span = np.arange(t_s[0] // _NODE_S - 3, t_s[-1] // _NODE_S + 5) * _NODE_S
    nodes = span[(span >= ephemeris.first_t_s) & (span <= ephemeris.last_t_s)]
    sun, earth = (
        CubicSpline(nodes, ephemeris.position_icrf_m(body, nodes), axis=1)(t_s).T
        for body in ("sun", "earth")
    )
    return np.ascontiguousarray(sun), np.ascontiguousarray(earth)


def sun_seen(position_m: FloatArray, sun_m: FloatArray, earth_m: FloatArray) -> FloatArray:
    """Return the share of the Sun's disc that neither Moon nor Earth hides.

    Parameters
    ----------
    position_m, sun_m, earth_m
        Of orbiter, Sun and Earth from the Moon's centre along any one set of axes, shape (n, 3).

    Returns
    -------
    ndarray of shape (n,)
        0 to 1.
    """
    return _sun_seen(
        position_m, sun_m, earth_m, MOON_RADIUS_M, BODY_RADIUS_M["earth"], BODY_RADIUS_M["sun"]
    )


@compiled
def _sun_seen(
    position_m: FloatArray,
    sun_m: FloatArray,
    earth_m: FloatArray,
    moon_radius_m: float,
    earth_radius_m: float,
    sun_radius_m: float,
) -> FloatArray:
    seen = np.empty(position_m.shape[0])
    for k in range(position_m.shape[0]):
        to_sun = sun_m[k] - position_m[k]
        sun_rad = math.asin(sun_radius_m / math.sqrt(np.sum(to_sun * to_sun)))
        hidden = _hidden(to_sun, sun_rad, -position_m[k], moon_radius_m)
        hidden += _hidden(to_sun, sun_rad, earth_m[k] - position_m[k], earth_radius_m)
        seen[k] = max(1.0 - hidden, 0.0)
    return seen


@compiled
def _hidden(to_sun: FloatArray, sun_rad: float, to_body: FloatArray, radius_m: float) -> float:
    """Return the share of the Sun's disc behind a body."""
    cross = math.sqrt(
        (to_sun[1] * to_body[2] - to_sun[2] * to_body[1]) ** 2
        + (to_sun[2] * to_body[0] - to_sun[0] * to_body[2]) ** 2
        + (to_sun[0] * to_body[1] - to_sun[1] * to_body[0]) ** 2
    )
    apart = math.atan2(cross, np.sum(to_sun * to_body))
    body_rad = math.asin(min(radius_m / math.sqrt(np.sum(to_body * to_body)), 1.0))
    if apart >= sun_rad + body_rad:
        return 0.0
    if apart <= body_rad - sun_rad:
        return 1.0
    if apart <= sun_rad - body_rad:
        return (body_rad / sun_rad) ** 2
    # The lens of two circles (any handbook), as a share of the Sun's.
    x = (apart * apart + sun_rad * sun_rad - body_rad * body_rad) / (2.0 * apart)
    at_sun = math.acos(min(max(x / sun_rad, -1.0), 1.0))
    at_body = math.acos(min(max((apart - x) / body_rad, -1.0), 1.0))
    half_chord = sun_rad * math.sin(at_sun)
    lens = sun_rad * sun_rad * at_sun + body_rad * body_rad * at_body - apart * half_chord
    return lens / (math.pi * sun_rad * sun_rad)
