"""From slopes over the flat projective landscape to elevations in the sky."""

import numpy as np

from moonstead.arcs import arctangent
from moonstead.compiled import compiled
from moonstead.environment.sweep.kinds import CountArray, Ground, Observers, SlopeArray

COUNTS_PER_DEG = 400.0
"""Elevations are kept as whole counts: rounded by at most 0.00125 degrees, up to 81.9."""
NO_COUNT = np.int16(-32768)
"""Where there is no ground to stand on."""
_MOST = np.float32(32767.0)


@compiled
def elevation_counts(
    slope: SlopeArray,
    observers: Observers,
    ground: Ground,
    heading: tuple[float, float],
    radius_m: float,
    out: CountArray,
) -> None:
    """Turn slopes into elevation counts; see the module `grid` for the formula.

    Parameters
    ----------
    slope
        Shape of the observers' window.
    observers, ground
        Who looks, and the grid they stand on.
    heading
        Unit vector of the direction in the gnomonic plane.
    radius_m
        Of the sphere.
    out
        To fill.
    """
    rows, columns = slope.shape
    eye, x_m, y_m, node_px = observers.height_m, ground.x_m, ground.y_m, ground.node_px
    hx, hy = heading
    shrink = np.float32(1.0 / radius_m)
    scale = np.float32(np.degrees(1.0) * COUNTS_PER_DEG)
    one, half = np.float32(1.0), np.float32(0.5)
    for r in range(rows):
        row = r + observers.row
        m = row // node_px
        v = row / node_px - m
        c = 0
        while c < columns:
            column = c + observers.column
            k = column // node_px
            u = column / node_px - k
            end = min(columns, (k + 1) * node_px - observers.column)
            xa = (1.0 - v) * x_m[m, k] + v * x_m[m + 1, k]
            xb = (1.0 - v) * x_m[m, k + 1] + v * x_m[m + 1, k + 1]
            ya = (1.0 - v) * y_m[m, k] + v * y_m[m + 1, k]
            yb = (1.0 - v) * y_m[m, k + 1] + v * y_m[m + 1, k + 1]
            x0, dx = (
                np.float32((xa + u * (xb - xa)) / radius_m),
                np.float32((xb - xa) / radius_m / node_px),
            )
            y0, dy = (
                np.float32((ya + u * (yb - ya)) / radius_m),
                np.float32((yb - ya) / radius_m / node_px),
            )
            fx, fy = np.float32(hx), np.float32(hy)
            slopes, eyes, counts = slope[r, c:end], eye[r, c:end], out[r, c:end]
            for i in range(end - c):
                along = np.float32(i)
                x, y = x0 + dx * along, y0 + dy * along
                n2 = one + x * x + y * y
                q = fx * x + fy * y
                rise = slopes[i] / (one - eyes[i] * shrink)
                t = (q + rise * n2) / np.sqrt(n2 - q * q)
                e = arctangent(t) * scale
                e = e if e < _MOST else _MOST
                e = e if e > -_MOST else -_MOST
                counts[i] = np.int16(np.floor(e + half))
            c = end
