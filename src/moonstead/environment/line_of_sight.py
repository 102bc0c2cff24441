"""The line from one end to another, and how far it is from being blocked: kernels.

All is in ICRF axes from the Moon's centre. An epoch is that of reception: the receiver stands where
it is then, the sender where it was when the signal left (light time by two steps, within 2 cm). At
what stands on a body the direction is turned by its speed against the Moon (aberration: 0.7
arcseconds on Earth), so that elevations are apparent. There is no refraction: masks stand for it.
"""

from math import asin, atan2, cos, pi, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled_without_counting
from moonstead.environment.earth_rotation import EARTH_SPIN_RAD_PER_S
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.trajectory import interpolate
from moonstead.environment.turning import NODE_S

FloatArray = NDArray[np.float64]

ON_MOON, ORBITING, ON_EARTH = 0, 1, 2
ABOVE_AT_SENDER, ABOVE_AT_RECEIVER, CLEAR_OF_MOON, CLEAR_OF_EARTH = 0, 1, 2, 3

LIGHT_M_PER_S = 299_792_458.0
EARTH_RADIUS_M = 6_378_136.6
"""Equatorial, IERS Conventions (2010); the Earth hides as a sphere of it, without its air."""
MOON_SPIN_RAD_PER_S = 2.661_7e-6
"""On average: one turn in 27.321661 days."""
MOST_MOON_SPIN_RAD_PER_S = 2.7e-6
"""With libration."""
MOST_EARTH_SPEED_M_PER_S = 1_200.0
"""Of the Earth about the Moon: it is 1,110 at the closest perigees."""
FINE_RAD, FINE_M = 0.0035, 10_000.0
"""How far a direction, or the line's distance from a body, may move in a fine step."""
FINE_KNOTS = 0.4
"""How far a direction may move along a skyline in a fine step, in units of its finest spacing."""
SHARE_OF_RANGE, HIGHER_RAD = 0.25, 0.35

# Where a kernel keeps what it works with: one array, so that it allocates nothing per epoch.
_SENDER, _RECEIVER, _SPEED, _MATRIX_S, _MATRIX_R, _LINE, _ENU = 0, 3, 6, 9, 18, 27, 30
WORK_SIZE = 40


class End(NamedTuple):
    """One end of a line of sight, as numbers.

    Parameters
    ----------
    kind
        `ON_MOON`, `ORBITING` or `ON_EARTH`.
    place_m
        Of what stands on a body: in MOON_ME or ITRS, shape (3,).
    axes
        East, north and up there, as rows, shape (3, 3).
    node_t_s, node_m, node_m_per_s, node_m_per_s2
        Of an orbiter: its trajectory, shape (n,) and (n, 3).
    skyline_azimuth_rad, skyline_rad
        Lowest elevation that counts by azimuth, shape (k,): azimuths rise from 0 or below to a
        whole turn or above. A single knot is a skyline of one height.
    knot_rad, steepest
        Finest spacing of the knots; most that the skyline rises or falls by azimuth, rad per rad.
    lowest_rad, highest_rad
        Of the skyline.
    speed_m_per_s
        Which the end never exceeds, from the Moon's centre.
    grazing_m
        How high above the mean sphere a line to an orbiter must pass.
    """

    kind: int
    place_m: FloatArray
    axes: FloatArray
    node_t_s: FloatArray
    node_m: FloatArray
    node_m_per_s: FloatArray
    node_m_per_s2: FloatArray
    skyline_azimuth_rad: FloatArray
    skyline_rad: FloatArray
    knot_rad: float
    steepest: float
    lowest_rad: float
    highest_rad: float
    speed_m_per_s: float
    grazing_m: float


class Line(NamedTuple):
    """Two ends, what carries them, and room to work in.

    Parameters
    ----------
    sender, receiver
        The ends.
    cubic, first_t_s
        Of a `Turning`.
    work, state
        Room of shape (`WORK_SIZE`,) and (3, 1, 3).
    """

    sender: End
    receiver: End
    cubic: FloatArray
    first_t_s: float
    work: FloatArray
    state: FloatArray


@compiled_without_counting
def read_columns(
    cubic: FloatArray,
    first_t_s: float,
    t_s: float,
    first: int,
    last: int,
    work: FloatArray,
    at: int,
) -> None:
    """Write columns of a `Turning` at an epoch into the work array."""
    place = (t_s - first_t_s) / NODE_S
    piece = min(max(int(place), 0), cubic.shape[0] - 1)
    u = place - piece
    for column in range(first, last):
        c = cubic[piece, column]
        work[at + column - first] = c[0] + u * (c[1] + u * (c[2] + u * c[3]))


@compiled_without_counting
def earth_matrix(
    cubic: FloatArray, first_t_s: float, t_s: float, work: FloatArray, at: int
) -> None:
    """Write the matrix from ICRF to ITRS, row by row, into the work array."""
    place = (t_s - first_t_s) / NODE_S
    piece = min(max(int(place), 0), cubic.shape[0] - 1)
    u = place - piece
    c = cubic[piece, 21]
    turned = c[0] + u * (c[1] + u * (c[2] + u * c[3])) + EARTH_SPIN_RAD_PER_S * t_s
    x, y = cubic[piece, 22, 0], cubic[piece, 23, 0]
    cosine, sine = cos(turned), sin(turned)
    for k in range(3):
        c = cubic[piece, 12 + k]
        first = c[0] + u * (c[1] + u * (c[2] + u * c[3]))
        c = cubic[piece, 15 + k]
        second = c[0] + u * (c[1] + u * (c[2] + u * c[3]))
        c = cubic[piece, 18 + k]
        third = c[0] + u * (c[1] + u * (c[2] + u * c[3]))
        ahead = cosine * first + sine * second
        across = cosine * second - sine * first
        work[at + k] = ahead + x * third
        work[at + 3 + k] = across - y * third
        work[at + 6 + k] = third - x * ahead + y * across


@compiled_without_counting
def stand(line: Line, at_sender: bool, t_s: float) -> None:
    """Write where an end is (ICRF from the Moon's centre) and how its body is turned."""
    work, state = line.work, line.state
    end = line.sender if at_sender else line.receiver
    at = _SENDER if at_sender else _RECEIVER
    matrix = _MATRIX_S if at_sender else _MATRIX_R
    if end.kind == ORBITING:
        state[0, 0, 0] = t_s
        interpolate(
            end.node_t_s,
            end.node_m,
            end.node_m_per_s,
            end.node_m_per_s2,
            state[0, 0, :1],
            state[1],
            state[2],
        )
        for k in range(3):
            work[at + k] = state[1, 0, k]
        return
    on_moon = end.kind == ON_MOON
    first, last, to = (3, 12, matrix) if on_moon else (0, 3, at)
    if on_moon:
        work[at] = work[at + 1] = work[at + 2] = 0.0
    else:
        earth_matrix(line.cubic, line.first_t_s, t_s, work, matrix)
    read_columns(line.cubic, line.first_t_s, t_s, first, last, work, to)
    for k in range(3):
        work[at + k] += (
            work[matrix + k] * end.place_m[0]
            + work[matrix + 3 + k] * end.place_m[1]
            + work[matrix + 6 + k] * end.place_m[2]
        )


@compiled_without_counting
def draw_line(line: Line, t_s: float) -> float:
    """Place both ends and the line from receiver to sender; return its length in m."""
    work = line.work
    range_m = 0.0
    for step in range(3):  # the receiver, then the sender without and with light time
        stand(line, step > 0, t_s - range_m / LIGHT_M_PER_S)
        if step > 0:
            square = 0.0
            for k in range(3):
                work[_LINE + k] = work[_SENDER + k] - work[_RECEIVER + k]
                square += work[_LINE + k] ** 2
            range_m = sqrt(square)
    return range_m


@compiled_without_counting
def look(line: Line, at_sender: bool, t_s: float, range_m: float) -> tuple[float, float]:
    """Return azimuth (0 to 2 pi) and elevation, rad, of one end at the other, after `draw_line`."""
    work = line.work
    end = line.sender if at_sender else line.receiver
    matrix = _MATRIX_S if at_sender else _MATRIX_R
    x, y, z = work[_LINE], work[_LINE + 1], work[_LINE + 2]
    x_m, y_m, z_m = _aberration_m(line, end, matrix, t_s, range_m)
    x, y, z = x + x_m, y + y_m, z + z_m
    if at_sender:
        x, y, z = -x, -y, -z
    body = work[_ENU : _ENU + 3]
    for k in range(3):
        row = matrix + 3 * k
        body[k] = work[row] * x + work[row + 1] * y + work[row + 2] * z
    east = end.axes[0, 0] * body[0] + end.axes[0, 1] * body[1] + end.axes[0, 2] * body[2]
    north = end.axes[1, 0] * body[0] + end.axes[1, 1] * body[1] + end.axes[1, 2] * body[2]
    up = end.axes[2, 0] * body[0] + end.axes[2, 1] * body[1] + end.axes[2, 2] * body[2]
    elevation = asin(min(max(up / sqrt(east * east + north * north + up * up), -1.0), 1.0))
    azimuth = atan2(east, north)
    return (azimuth if azimuth >= 0.0 else azimuth + 2.0 * pi), elevation


@compiled_without_counting
def _aberration_m(
    line: Line, end: End, matrix: int, t_s: float, range_m: float
) -> tuple[float, float, float]:
    """Return what to add to the line from receiver to sender, for a signal that comes or goes.

    It is the range times the speed of the place, over that of light (first order). Both bodies
    turn about their third axis, but for the Earth's pole and the Moon's libration.
    """
    work, cubic = line.work, line.cubic
    spin = EARTH_SPIN_RAD_PER_S if end.kind == ON_EARTH else MOON_SPIN_RAD_PER_S
    east, north = -spin * end.place_m[1], spin * end.place_m[0]
    for k in range(3):
        work[_SPEED + k] = work[matrix + k] * east + work[matrix + 3 + k] * north
    if end.kind == ON_EARTH:
        place = (t_s - line.first_t_s) / NODE_S
        piece = min(max(int(place), 0), cubic.shape[0] - 1)
        u = place - piece
        for k in range(3):
            c = cubic[piece, k]
            work[_SPEED + k] += (c[1] + u * (2.0 * c[2] + u * 3.0 * c[3])) / NODE_S
    scale = range_m / LIGHT_M_PER_S
    return scale * work[_SPEED], scale * work[_SPEED + 1], scale * work[_SPEED + 2]


@compiled_without_counting
def skyline_at(azimuth_rad: FloatArray, skyline_rad: FloatArray, azimuth: float) -> float:
    """Interpolate a skyline between its knots."""
    low, high = 0, azimuth_rad.shape[0] - 1
    if high == 0:
        return float(skyline_rad[0])
    while high - low > 1:
        middle = (low + high) // 2
        if azimuth_rad[middle] <= azimuth:
            low = middle
        else:
            high = middle
    share = (azimuth - azimuth_rad[low]) / (azimuth_rad[high] - azimuth_rad[low])
    return float(skyline_rad[low] + share * (skyline_rad[high] - skyline_rad[low]))


@compiled_without_counting
def from_body_m(work: FloatArray, centre: int) -> float:
    """Return how near the line between the ends comes to the Moon's centre, or the Earth's.

    ``centre`` is where the Earth stands in the work array; below zero means the Moon.
    """
    along = square = 0.0
    for k in range(3):
        middle = 0.0 if centre < 0 else work[centre + k]
        along -= (work[_RECEIVER + k] - middle) * work[_LINE + k]
        square += work[_LINE + k] ** 2
    share = min(max(along / square, 0.0), 1.0) if square > 0.0 else 0.0
    nearest = 0.0
    for k in range(3):
        middle = 0.0 if centre < 0 else work[centre + k]
        nearest += (work[_RECEIVER + k] - middle + share * work[_LINE + k]) ** 2
    return sqrt(nearest)


@compiled_without_counting
def margin(condition: int, line: Line, t_s: float) -> tuple[float, float, float, float]:
    """Return how well a condition holds at an epoch, and how soon it can change.

    Returns
    -------
    tuple
        The margin (rad or m), positive while the condition holds; a time in which its sign
        cannot change (s); a bound of its rate over that time or a fine step (per second); and a
        fine step (s).
    """
    range_m = draw_line(line, t_s)
    sender, receiver, work = line.sender, line.receiver, line.work
    speed = sender.speed_m_per_s + receiver.speed_m_per_s
    if condition >= CLEAR_OF_MOON:
        centre, first, last = (-1, 0, 0) if condition == CLEAR_OF_MOON else (_ENU, 0, 3)
        read_columns(line.cubic, line.first_t_s, t_s, first, last, work, centre)
        lowest_m = EARTH_RADIUS_M
        # A line comes no faster to a body than the faster one of its ends.
        speed = max(sender.speed_m_per_s, receiver.speed_m_per_s)
        if condition == CLEAR_OF_MOON:
            lowest_m = MOON_RADIUS_M + max(sender.grazing_m, receiver.grazing_m)
        else:
            speed += MOST_EARTH_SPEED_M_PER_S
        value = from_body_m(work, centre) - lowest_m
        return value, abs(value) / speed, speed, FINE_M / speed
    end = sender if condition == ABOVE_AT_SENDER else receiver
    azimuth, elevation = look(line, condition == ABOVE_AT_SENDER, t_s, range_m)
    value = elevation - skyline_at(end.skyline_azimuth_rad, end.skyline_rad, azimuth)
    spin = MOST_MOON_SPIN_RAD_PER_S if end.kind == ON_MOON else EARTH_SPIN_RAD_PER_S
    rate = speed / ((1.0 - SHARE_OF_RANGE) * max(range_m, 1.0)) + spin
    # The azimuth turns faster the higher the elevation, which itself may grow by HIGHER_RAD.
    flattest = cos(min(abs(elevation) + HIGHER_RAD, 1.5))
    steep = rate * (1.0 + end.steepest / flattest)
    clear = max(elevation - end.highest_rad, end.lowest_rad - elevation, 0.0)
    safe_s = max(clear / rate, min(abs(value) / steep, HIGHER_RAD / rate))
    safe_s = min(safe_s, SHARE_OF_RANGE * range_m / speed)
    fine = min(FINE_RAD, FINE_KNOTS * end.knot_rad * max(cos(elevation), 0.01))
    return value, safe_s, steep, fine / rate
