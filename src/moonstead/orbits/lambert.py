"""Two-body arcs between two places in a given time: Lambert's problem, any number of turns.

The unknown of D. Izzo, *Revisiting Lambert's problem*, Celest. Mech. Dyn. Astron. 121 (2015) 1-15:
``x``, below 1 for ellipses and above 1 for hyperbolas, with ``lam`` in (-1, 1) for the shape of the
triangle. Householder's third-order iteration; the time of flight is Lancaster and Blanchard's
closed form, and Battin's series about the parabola, where that form loses its digits.

Singular cases: where start and end lie in one line with the centre (0 or 180 degrees apart) the two
places name no plane, and the caller's pole does; where they are one and the same place there is
no arc. A time that is too short for the asked number of turns has none either.
"""

from dataclasses import dataclass
from math import pi
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.compiled import compiled

FloatArray = NDArray[np.float64]

_NEAR_PARABOLA = 0.2
_IN_LINE = 1e-9  # sine of the angle below which the cross product has no direction
_MOST_STEPS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Arcs that solve Lambert's problem.

    Parameters
    ----------
    departure_m_per_s, arrival_m_per_s
        Velocities at the two ends, shape (n, 3); NaN where there is no arc.
    found
        Shape (n,).
    """

    departure_m_per_s: FloatArray
    arrival_m_per_s: FloatArray
    found: NDArray[np.bool_]


def lambert(
    departure_m: ArrayLike,
    arrival_m: ArrayLike,
    flight_time_s: ArrayLike,
    gm_m3_per_s2: float,
    *,
    pole: ArrayLike,
    revolutions: int = 0,
    left_branch: bool = False,
) -> Arcs:
    """Solve Lambert's problem for many pairs of places.

    Parameters
    ----------
    departure_m, arrival_m
        From the centre of attraction along axes that do not turn, shape (n, 3) or (3,).
    flight_time_s
        Shape (n,) or a number, above 0.
    gm_m3_per_s2
        Of the centre.
    pole
        The motion is counterclockwise seen from here, shape (3,) or (n, 3). It also names the
        plane where the two places do not.
    revolutions
        Full turns on the way.
    left_branch
        Of the two arcs that full turns allow, the one whose ``x`` is below that of the shortest
        time (the left branch of Izzo's figure 2).

    Returns
    -------
    Arcs
        No arc (not found) where the time is not positive, the places are one and the same or at
        the centre, or the time is too short for the turns.
    """
    start_m, end_m, up = (
        np.atleast_2d(np.asarray(vector, dtype=np.float64))
        for vector in (departure_m, arrival_m, pole)
    )
    start_m, end_m, up = np.broadcast_arrays(start_m, end_m, up)
    triangle = _triangle(start_m, end_m, up)
    time_s = np.asarray(flight_time_s, dtype=np.float64)
    near_m, far_m, angle_rad, time_s = (
        np.ascontiguousarray(array)
        for array in np.broadcast_arrays(
            triangle.start_m, triangle.end_m, triangle.angle_rad, np.atleast_1d(time_s)
        )
    )
    speeds = np.empty((len(time_s), 4))
    _plane_arcs(near_m, far_m, angle_rad, time_s, gm_m3_per_s2, revolutions, left_branch, speeds)
    return Arcs(
        speeds[:, :1] * triangle.start + speeds[:, 1:2] * triangle.start_ahead,
        speeds[:, 2:3] * triangle.end + speeds[:, 3:] * triangle.end_ahead,
        np.isfinite(speeds[:, 0]),
    )


def most_revolutions(
    departure_m: ArrayLike,
    arrival_m: ArrayLike,
    flight_time_s: float,
    gm_m3_per_s2: float,
    *,
    pole: ArrayLike,
) -> int:
    """Return how many full turns fit into the flight time; see `lambert` for the arguments."""
    triangle = _triangle(
        *(
            np.atleast_2d(np.asarray(vector, dtype=np.float64))
            for vector in (departure_m, arrival_m, pole)
        )
    )
    lam, time = _shape(
        float(triangle.start_m[0]),
        float(triangle.end_m[0]),
        float(triangle.angle_rad[0]),
        flight_time_s,
        gm_m3_per_s2,
    )[:2]
    if not np.isfinite(time):
        return 0
    turns = int(time / pi)
    return turns - 1 if turns > 0 and time < _shortest(lam, turns)[1] else turns


class _Triangle(NamedTuple):
    """Distances and angle swept, (n,); unit vectors to both ends and ahead of them, (n, 3)."""

    start_m: FloatArray
    end_m: FloatArray
    angle_rad: FloatArray
    start: FloatArray
    end: FloatArray
    start_ahead: FloatArray
    end_ahead: FloatArray


def _triangle(start_m: FloatArray, end_m: FloatArray, pole: FloatArray) -> _Triangle:
    near_m, far_m = np.linalg.norm(start_m, axis=1), np.linalg.norm(end_m, axis=1)
    with np.errstate(invalid="ignore"):  # a place at the centre has no direction, and no arc
        start, end = start_m / near_m[:, np.newaxis], end_m / far_m[:, np.newaxis]
    normal = np.cross(start, end)
    sine, cosine = np.linalg.norm(normal, axis=1), np.sum(start * end, axis=1)
    back = np.sum(normal * pole, axis=1) < 0.0
    in_line = ~(sine >= _IN_LINE)
    along_pole = pole - np.sum(pole * start, axis=1, keepdims=True) * start
    normal = np.where(
        in_line[:, np.newaxis], along_pole, np.where(back, -1.0, 1.0)[:, None] * normal
    )
    normal = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    angle_rad = np.arctan2(np.where(back & ~in_line, -sine, sine), cosine) % (2.0 * pi)
    return _Triangle(
        near_m, far_m, angle_rad, start, end, np.cross(normal, start), np.cross(normal, end)
    )


@compiled
def _plane_arcs(
    start_m: FloatArray,
    end_m: FloatArray,
    angle_rad: FloatArray,
    time_s: FloatArray,
    gm_m3_per_s2: float,
    revolutions: int,
    left_branch: bool,
    speeds: FloatArray,
) -> None:
    """Fill what `plane_arc` returns, (n, 4), for arrays (n,)."""
    for i in range(time_s.shape[0]):
        radial_0, across_0, radial_1, across_1 = plane_arc(
            start_m[i], end_m[i], angle_rad[i], time_s[i], gm_m3_per_s2, revolutions, left_branch
        )
        speeds[i, 0], speeds[i, 1] = radial_0, across_0
        speeds[i, 2], speeds[i, 3] = radial_1, across_1


@compiled
def plane_arc(
    start_m: float,
    end_m: float,
    angle_rad: float,
    time_s: float,
    gm_m3_per_s2: float,
    revolutions: int,
    left_branch: bool,
) -> tuple[float, float, float, float]:
    """Solve Lambert's problem in its plane.

    Parameters
    ----------
    start_m, end_m
        Distances from the centre.
    angle_rad
        Swept from start to end, 0 to 2 pi, full turns not counted.
    time_s, gm_m3_per_s2, revolutions, left_branch
        As in `lambert`.

    Returns
    -------
    tuple of float, m/s
        Radial and transverse velocity at the start, and at the end; NaN where there is no arc.
    """
    lam, time, semi_m, chord_m = _shape(start_m, end_m, angle_rad, time_s, gm_m3_per_s2)
    x = _solve(lam, time, revolutions, left_branch)
    y = np.sqrt(1.0 - lam * lam * (1.0 - x * x))
    scale = np.sqrt(0.5 * gm_m3_per_s2 * semi_m)
    rho = (start_m - end_m) / chord_m
    across = scale * np.sqrt(max(1.0 - rho * rho, 0.0)) * (y + lam * x)
    inner, outer = lam * y - x, rho * (lam * y + x)
    return (
        scale * (inner - outer) / start_m,
        across / start_m,
        -scale * (inner + outer) / end_m,
        across / end_m,
    )


@compiled
def _shape(
    start_m: float, end_m: float, angle_rad: float, time_s: float, gm_m3_per_s2: float
) -> tuple[float, float, float, float]:
    """Return lambda, the time without dimension (NaN: no problem), half perimeter and chord."""
    half = 0.5 * angle_rad
    # The chord by half angles: no digits are lost where the places are close.
    chord_m = np.sqrt((start_m - end_m) ** 2 + 4.0 * start_m * end_m * np.sin(half) ** 2)
    semi_m = 0.5 * (start_m + end_m + chord_m)
    lam = np.sqrt(start_m * end_m) * np.cos(half) / semi_m
    good = time_s > 0.0 and start_m > 0.0 and end_m > 0.0 and chord_m > 1e-12 * semi_m
    time = np.sqrt(2.0 * gm_m3_per_s2 / semi_m**3) * time_s if good else np.nan
    return lam, time, semi_m, chord_m


@compiled
def _solve(lam: float, time: float, turns: int, left_branch: bool) -> float:
    """Return the x whose time of flight is asked for; NaN where there is none."""
    if not time > 0.0:
        return np.nan
    if turns == 0:
        x = _first_guess(lam, time)
    else:
        lowest_x, least = _shortest(lam, turns)
        if time < least:
            return np.nan
        if left_branch:
            share = ((turns + 1) * pi / (8.0 * time)) ** (2.0 / 3.0)
        else:
            share = (8.0 * time / (turns * pi)) ** (2.0 / 3.0)
        x = (share - 1.0) / (share + 1.0)
        x = min(x, lowest_x) if left_branch else max(x, lowest_x)
    return _householder(lam, time, turns, x)


@compiled
def _first_guess(lam: float, time: float) -> float:
    """Return Izzo's first x for arcs below one turn."""
    at_0 = np.arccos(lam) + lam * np.sqrt(1.0 - lam * lam)
    at_1 = 2.0 / 3.0 * (1.0 - lam**3)
    if time >= at_0:
        x: float = -(time - at_0) / (time - at_0 + 4.0)
    elif time <= at_1:
        x = 1.0 + 2.5 * at_1 * (at_1 - time) / (time * (1.0 - lam**5))
    else:
        x = (time / at_0) ** (np.log(2.0) / np.log(at_1 / at_0)) - 1.0
    return x


@compiled
def _householder(lam: float, time: float, turns: int, x: float) -> float:
    for _ in range(_MOST_STEPS):
        excess = _time(lam, x, turns) - time
        first, second, third = _slopes(lam, x, excess + time)
        below = first * (first * first - excess * second) + third * excess * excess / 6.0
        step = excess * (first * first - 0.5 * excess * second) / below
        if not np.isfinite(step):
            break
        while x - step <= -1.0:
            step *= 0.5
        x -= step
        if abs(step) <= 1e-15 * max(abs(x), 1.0):
            break
    met: bool = abs(_time(lam, x, turns) - time) <= 1e-9 * time
    return x if met else np.nan


@compiled
def _slopes(lam: float, x: float, time: float) -> tuple[float, float, float]:
    """Return the first three derivatives of the time of flight by x."""
    inside = 1.0 - x * x
    if abs(inside) < 1e-9:  # the parabola: limits are finite, these fractions are not
        inside = np.copysign(1e-9, inside)
    y = np.sqrt(1.0 - lam * lam * inside)
    rest = 1.0 - lam * lam
    first = (3.0 * time * x - 2.0 + 2.0 * lam**3 * x / y) / inside
    second = (3.0 * time + 5.0 * x * first + 2.0 * rest * lam**3 / y**3) / inside
    third = (7.0 * x * second + 8.0 * first - 6.0 * rest * lam**5 * x / y**5) / inside
    return first, second, third


@compiled
def _time(lam: float, x: float, turns: int) -> float:
    """Return the time of flight without dimension."""
    energy = x * x - 1.0
    z = np.sqrt(1.0 + lam * lam * energy)
    time: float
    if abs(x - 1.0) < _NEAR_PARABOLA:
        eta = z - lam * x
        series = 4.0 / 3.0 * _series(0.5 * (1.0 - lam - x * eta))
        time = 0.5 * (eta**3 * series + 4.0 * lam * eta)
        return time + turns * pi / abs(energy) ** 1.5 if turns > 0 else time
    root = np.sqrt(abs(energy))
    g = x * z - lam * energy
    if energy < 0.0:
        angle = np.arctan2(root * (z - lam * x), g) + turns * pi
    else:
        angle = np.arcsinh(root * (z - lam * x))
    time = (x - lam * z - angle / root) / energy
    return time


@compiled
def _series(z: float) -> float:
    """Return the hypergeometric function F(3, 1; 5/2; z)."""
    total, term = 1.0, 1.0
    for i in range(200):
        term *= (3.0 + i) * z / (2.5 + i)
        total += term
        if abs(term) <= 1e-17 * abs(total):
            break
    return total


@compiled
def _shortest(lam: float, turns: int) -> tuple[float, float]:
    """Return the x of least time with full turns, and that time (Halley's iteration)."""
    x = 0.0
    for _ in range(_MOST_STEPS):
        first, second, third = _slopes(lam, x, _time(lam, x, turns))
        step = first * second / (second * second - 0.5 * first * third)
        while abs(x - step) >= 1.0:
            step *= 0.5
        x -= step
        if abs(step) <= 1e-14:
            break
    return x, _time(lam, x, turns)
