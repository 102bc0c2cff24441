"""From horizons to thresholds: how far towards the pole a body must stand to be in view.

For a pixel of latitude p, at an hour angle H of the body from the pixel's meridian, the elevation e
of a body of latitude s obeys ``sin e = sin p sin s + cos p cos s cos H = C sin(s + psi)`` with
``C = hypot(sin p, cos p cos H)``. Near a pole it grows with s, so a body is in view from one
latitude on. The direction in which it is then seen depends a little on that latitude: a first guess
at it is enough (an error of 1 degree in it turns the direction by 0.1 degrees at most at latitude
84).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.arcs import arcsine, arctangent
from moonstead.compiled import compiled

FloatArray = NDArray[np.float64]
SingleArray = NDArray[np.float32]
CountArray = NDArray[np.int16]

FINER = 2
"""Places between two directions of a horizon at which a disc is laid against it."""
_OFFSETS = 5
NEVER = np.float32(9.0)
"""A threshold beyond all latitudes; minus this: always in view."""


class Pixels(NamedTuple):
    """A block of pixels; shape (n,) each.

    Parameters
    ----------
    x, y
        Gnomonic coordinates over the Moon's radius.
    rise
        Sine of the latitude towards the map's pole.
    u, v
        Cosine of the latitude times cosine and sine of the longitude.
    """

    x: SingleArray
    y: SingleArray
    rise: SingleArray
    u: SingleArray
    v: SingleArray


class Body(NamedTuple):
    """A body's columns in the frame of a map.

    Parameters
    ----------
    cosine, sine
        Of the columns' longitudes, shape (columns,).
    ahead
        Unit vectors to the columns on the equator, in the map's frame, shape (columns, 3).
    pole
        Unit vector to the map's pole, in the map's frame.
    radius
        Angular radius of the disc, radians.
    parallax
        Radius of the Moon over the body's distance.
    span
        Beyond this latitude the body never stands, radians.
    """

    cosine: SingleArray
    sine: SingleArray
    ahead: FloatArray
    pole: FloatArray
    radius: float
    parallax: float
    span: float


@compiled
def limb_horizon(
    counts: CountArray, per_radian: float, radius: float, limb: SingleArray, middle: SingleArray
) -> None:
    """Find where a disc's centre stands when its limb, and its middle, meet the horizon.

    Parameters
    ----------
    counts
        Horizon elevations, shape (directions, n).
    per_radian
        Counts in a radian.
    radius
        Of the disc, radians.
    limb
        To fill, shape (`FINER` * directions, n): elevation of the centre at which the first part of
        the disc comes in view, radians; the horizon is linear between directions.
    middle
        To fill: mean horizon over the width of the disc, weighted by its height there.
    """
    directions, width = counts.shape
    scale = np.float32(1.0 / per_radian)
    spacing = 2.0 * np.pi / directions
    weights = np.empty(_OFFSETS)
    for o in range(_OFFSETS):
        across = (2.0 * o / (_OFFSETS - 1.0) - 1.0) * 0.9
        weights[o] = np.sqrt(1.0 - across * across)
    total = weights.sum()
    for j in range(FINER * directions):
        lowest, mean = limb[j], middle[j]
        for i in range(width):
            lowest[i] = np.float32(1e3)
            mean[i] = np.float32(0.0)
        for o in range(_OFFSETS):
            across = (2.0 * o / (_OFFSETS - 1.0) - 1.0) * 0.9
            place = j / FINER + across * radius / spacing
            k = int(np.floor(place))
            after = np.float32(place - k)
            before = np.float32(1.0) - after
            left, right = counts[k % directions], counts[(k + 1) % directions]
            height = np.float32(radius * np.sqrt(1.0 - across * across))
            weight = np.float32(weights[o] / total)
            for i in range(width):
                e = (before * np.float32(left[i]) + after * np.float32(right[i])) * scale
                low = e - height
                lowest[i] = low if low < lowest[i] else lowest[i]
                mean[i] += weight * e


class Room(NamedTuple):
    """Memory for steps between; shape (n,) each."""

    place: NDArray[np.int32]
    share: SingleArray
    elevation: SingleArray


@compiled
def thresholds(
    pixels: Pixels,
    body: Body,
    horizon: SingleArray,
    column: int,
    start: SingleArray,
    room: Room,
    out: SingleArray,
) -> None:
    """Find the latitude from which on a body stands above given elevations, in one column.

    Parameters
    ----------
    pixels, body
        A block of n pixels, and the body.
    horizon
        Elevations by direction at the map's centre, shape (m, n), radians.
    column
        Of the body.
    start
        A first guess, shape (n,), such as the result for the column before.
    room
        For n pixels.
    out
        To fill, shape (n,), radians towards the map's pole; plus or minus `NEVER`.
    """
    _look(pixels, body, horizon.shape[0], column, start, room)
    # A gather of its own: a loop that also calculates would not be vectorised.
    width = np.int32(horizon.shape[1])
    flat = horizon.ravel()
    last = np.int32(horizon.shape[0] - 1)
    for i in range(width):
        a = room.place[i]
        b = a + np.int32(1) if a < last else np.int32(0)
        low = flat[np.uintp(a * width + np.int32(i))]
        high = flat[np.uintp(b * width + np.int32(i))]
        room.elevation[i] = low + room.share[i] * (high - low)
    _solve(pixels, body, column, room.elevation, out)


@compiled
def _look(
    pixels: Pixels, body: Body, directions: int, column: int, start: SingleArray, room: Room
) -> None:
    """Find the direction of the body at latitudes `start`: place in the horizon, and share."""
    ahead, pole = body.ahead[column], body.pole
    fx, fy, fz = np.float32(ahead[0]), np.float32(ahead[1]), np.float32(ahead[2])
    px, py, pz = np.float32(pole[0]), np.float32(pole[1]), np.float32(pole[2])
    facing = np.arctan2(ahead[0], ahead[1])
    per_step = np.float32(directions / (2.0 * np.pi))
    base = np.float32(facing / (2.0 * np.pi) % 1.0 * directions)
    turn, none = np.int32(directions), np.int32(0)
    span = np.float32(body.span)
    one, half, sixth = np.float32(1.0), np.float32(0.5), np.float32(1.0 / 6.0)
    xs, ys, places, shares = pixels.x, pixels.y, room.place, room.share
    for i in range(len(start)):
        s = start[i]
        s = s if s < span else span
        s = s if s > -span else -span
        far, up = one - half * s * s, s - sixth * s * s * s
        sx, sy, sz = far * fx + up * px, far * fy + up * py, far * fz + up * pz
        dx, dy = sx - sz * xs[i], sy - sz * ys[i]
        # Clockwise from where the column's longitude is seen from the map's centre.
        aside = arctangent((dx * fy - dy * fx) / (dx * fx + dy * fy))
        place = base + aside * per_step
        floor = np.floor(place)
        a = np.int32(floor)
        a = a + turn if a < none else a
        places[i] = a - turn if a >= turn else a
        shares[i] = place - floor


@compiled
def _solve(
    pixels: Pixels, body: Body, column: int, elevation: SingleArray, out: SingleArray
) -> None:
    """Find the latitude at which the body stands at an elevation."""
    cosine, sine = body.cosine[column], body.sine[column]
    parallax = np.float32(body.parallax)
    one, half = np.float32(1.0), np.float32(0.5)
    rises, us, vs = pixels.rise, pixels.u, pixels.v
    for i in range(len(elevation)):
        e = elevation[i]
        e += parallax * (one - half * e * e)
        e2 = e * e
        sine_e = np.float32(0.0083333310) + e2 * np.float32(-0.00019840874)
        sine_e = e * (one + e2 * (np.float32(-0.16666666) + e2 * sine_e))
        rise = rises[i]
        level = us[i] * cosine + vs[i] * sine
        share = sine_e / np.sqrt(rise * rise + level * level)
        inside = share if share < one else one
        inside = inside if inside > -one else -one
        s = arcsine(inside) - arctangent(level / rise)
        s = s if share < one else NEVER
        out[i] = s if share > -one else -NEVER
