"""How long a body is in view of a map, epoch by epoch: for any track, at any latitude."""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from moonstead.arcs import arcsine, arctangent
from moonstead.compiled import compiled, compiled_parallel

FloatArray = NDArray[np.float64]
SingleArray = NDArray[np.float32]
CountArray = NDArray[np.int16]
LongArray = NDArray[np.int32]

_BLOCK = 256


class Observers(NamedTuple):
    """Observers on a map; shape (pixels,) each.

    Parameters
    ----------
    x, y
        Gnomonic coordinates over the Moon's radius.
    radius
        Distance from the Moon's centre, in its radii.
    """

    x: SingleArray
    y: SingleArray
    radius: SingleArray


class Track(NamedTuple):
    """A body over time.

    Parameters
    ----------
    points
        In the map's frame, in radii of the Moon, shape (epochs, 3).
    disc
        Angular radius, radians, shape (epochs,); zero for a point.
    mask
        Least elevation at which it counts, radians.
    """

    points: FloatArray
    disc: FloatArray
    mask: float


class Seen(NamedTuple):
    """What observers see of a body; shape (pixels,) each.

    Parameters
    ----------
    any_part
        Epochs with any part in view.
    mean_disc
        Sum of the share of the disc in view.
    absence, presence
        Longest runs of epochs without and with any part in view.
    """

    any_part: LongArray
    mean_disc: FloatArray
    absence: LongArray
    presence: LongArray


@compiled
def _look(
    x: SingleArray,
    y: SingleArray,
    radius: SingleArray,
    point: FloatArray,
    directions: int,
    place: LongArray,
    share: SingleArray,
    elevation: SingleArray,
) -> None:
    """Find where a point stands: place and share in the horizon, and elevation in radians."""
    px, py, pz = np.float32(point[0]), np.float32(point[1]), np.float32(point[2])
    one, zero = np.float32(1.0), np.float32(0.0)
    half_turn, quarter = np.float32(np.pi), np.float32(0.5 * np.pi)
    per_step = np.float32(directions / (2.0 * np.pi))
    turn, none = np.int32(directions), np.int32(0)
    for i in range(len(x)):
        n = np.sqrt(one + x[i] * x[i] + y[i] * y[i])
        r = radius[i] / n
        vx, vy, vz = px - x[i] * r, py - y[i] * r, pz - r
        sine = (vx * x[i] + vy * y[i] + vz) / (n * np.sqrt(vx * vx + vy * vy + vz * vz))
        sine = sine if sine < one else one
        elevation[i] = arcsine(sine if sine > -one else -one)
        dx, dy = vx - vz * x[i], vy - vz * y[i]
        # The azimuth from the second axis towards the first, by the smaller of two quotients.
        steep = abs(dx) > abs(dy)
        top, below = (dy if steep else dx), (dx if steep else dy)
        angle = arctangent(top / (below if below != zero else one))
        angle = (quarter if dx > zero else -quarter) - angle if steep else angle
        angle = angle + half_turn if (not steep) & (dy < zero) else angle
        at = angle * per_step
        floor = np.floor(at)
        a = np.int32(floor)
        a = a + turn if a < none else a
        place[i] = a - turn if a >= turn else a
        share[i] = at - floor


@compiled_parallel
def follow(
    counts: CountArray, per_radian: float, observers: Observers, track: Track, seen: Seen
) -> None:
    """Follow a body over a map.

    Parameters
    ----------
    counts
        Horizons, shape (directions, pixels).
    per_radian
        Counts in a radian.
    observers, track
        Who looks, and at what.
    seen
        To fill; starts from zero.
    """
    directions, total = counts.shape
    # Unpacked here: what a parallel loop writes through a named tuple is lost.
    any_part, mean_disc, absence, presence = seen
    for b in numba.prange((total + _BLOCK - 1) // _BLOCK):
        first, last = b * _BLOCK, min((b + 1) * _BLOCK, total)
        width = last - first
        own = np.ascontiguousarray(counts[:, first:last])
        place, share = np.empty(width, np.int32), np.empty(width, np.float32)
        elevation = np.empty(width, np.float32)
        dark, light = np.zeros(width, np.int32), np.zeros(width, np.int32)
        for k in range(len(track.points)):
            _look(
                observers.x[first:last],
                observers.y[first:last],
                observers.radius[first:last],
                track.points[k],
                directions,
                place,
                share,
                elevation,
            )
            r = track.disc[k]
            for i in range(width):
                a = place[i]
                after = a + 1 if a + 1 < directions else 0
                low = np.float64(own[a, i])
                horizon = (low + share[i] * (own[after, i] - low)) / per_radian
                over = elevation[i] - max(horizon, track.mask)
                if over + r <= 0.0:
                    dark[i] += 1
                    light[i] = 0
                    absence[first + i] = max(absence[first + i], dark[i])
                    continue
                dark[i] = 0
                light[i] += 1
                presence[first + i] = max(presence[first + i], light[i])
                any_part[first + i] += 1
                depth = 1.0 if over >= r else over / r
                mean_disc[first + i] += (
                    0.5 + (depth * np.sqrt(1.0 - depth * depth) + np.arcsin(depth)) / np.pi
                )
