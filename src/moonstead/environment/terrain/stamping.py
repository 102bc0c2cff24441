"""Craters cut into a height field, one after another."""

import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled
from moonstead.environment.profile import FloatArray

_RIM_POINTS = 16
_INNER, _OUTER = 0.9, 1.4  # radii between which the ground of before comes back


@compiled
def stamp_craters(
    heights_m: FloatArray,
    pixel_m: float,
    craters: FloatArray,
    tables: NDArray[np.float32],
    wears: FloatArray,
    lobes: FloatArray,
    reach: float,
    erasure: float,
) -> None:
    """Cut craters into a height field, in the order given.

    Parameters
    ----------
    heights_m
        Shape (rows, columns); changed in place.
    pixel_m
        Side of a pixel.
    craters
        Shape (n, 6): column and row of the centre in pixels, radius in m, wear, index of the
        table, and the factor on its heights.
    tables
        Shape (t, k, m): heights by wear and distance, for each size class.
    wears
        Shape (k,), increasing from 0.
    lobes
        Shape (n, 4): cosine and sine amplitudes of the rim's second and third harmonics, as parts
        of the radius.
    reach
        Radii to the end of the tables.
    erasure
        Share of the older relief, about the plane through the rim, that a fresh crater wipes out
        inside; worn ones less, the most worn none.
    """
    rows, columns = heights_m.shape
    nodes = tables.shape[2]
    per_radius = (nodes - 1) / reach
    for n in range(craters.shape[0]):
        column, row, radius_m, wear, factor = (
            craters[n, 0], craters[n, 1], craters[n, 2], craters[n, 3], craters[n, 5],
        )  # fmt: skip
        table = tables[int(craters[n, 4])]
        radius = radius_m / pixel_m
        level, tilt_column, tilt_row, inside = _plane_at_rim(heights_m, column, row, radius)
        below = 0
        while below < wears.shape[0] - 2 and wears[below + 1] <= wear:
            below += 1
        share = min(max((wear - wears[below]) / (wears[below + 1] - wears[below]), 0.0), 1.0)
        young, old = table[below], table[below + 1]
        # The most worn have been churned again since; of a rim off the map no plane is known.
        wiped = erasure * (1.0 - wear / wears[-1]) if inside else 0.0
        far = reach * radius * 1.2
        for i in range(max(int(np.ceil(row - far)), 0), min(int(row + far), rows - 1) + 1):
            v = i - row
            for j in range(
                max(int(np.ceil(column - far)), 0), min(int(column + far), columns - 1) + 1
            ):
                u = j - column
                apart = np.sqrt(u * u + v * v)
                # Cosine and sine of twice and three times the bearing, without an angle.
                if apart > 0.0:
                    c, s = u / apart, v / apart
                else:
                    c, s = 1.0, 0.0
                c2, s2 = c * c - s * s, 2.0 * c * s
                c3, s3 = c2 * c - s2 * s, s2 * c + c2 * s
                bulge = lobes[n, 0] * c2 + lobes[n, 1] * s2 + lobes[n, 2] * c3 + lobes[n, 3] * s3
                x = apart / (radius * (1.0 + bulge))
                place = x * per_radius
                k = int(place)
                if k >= nodes - 1:
                    continue
                w = place - k
                first = (1.0 - w) * young[k] + w * young[k + 1]
                second = (1.0 - w) * old[k] + w * old[k + 1]
                height_m = heights_m[i, j]
                if x < _OUTER:
                    fade = min(max((_OUTER - x) / (_OUTER - _INNER), 0.0), 1.0)
                    gone = wiped * fade * fade * (3.0 - 2.0 * fade)
                    plane_m = level + tilt_column * u + tilt_row * v
                    height_m += gone * (plane_m - height_m)
                heights_m[i, j] = height_m + factor * ((1.0 - share) * first + share * second)


@compiled
def _plane_at_rim(
    heights_m: FloatArray, column: float, row: float, radius: float
) -> tuple[float, float, float, bool]:
    """Return height at the centre and rise per pixel of the plane through points on the rim.

    The last value tells whether at least three quarters of the rim are on the map.
    """
    rows, columns = heights_m.shape
    level = tilt_column = tilt_row = 0.0
    inside = 0
    for n in range(_RIM_POINTS):
        angle = 2.0 * np.pi * n / _RIM_POINTS
        u, v = radius * np.cos(angle), radius * np.sin(angle)
        i, j = round(row + v), round(column + u)
        if 0 <= i < rows and 0 <= j < columns:
            inside += 1
        height_m = heights_m[min(max(i, 0), rows - 1), min(max(j, 0), columns - 1)]
        level += height_m / _RIM_POINTS
        tilt_column += 2.0 * height_m * u / (radius * radius * _RIM_POINTS)
        tilt_row += 2.0 * height_m * v / (radius * radius * _RIM_POINTS)
    return level, tilt_column, tilt_row, 4 * inside >= 3 * _RIM_POINTS
