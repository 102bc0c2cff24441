"""The smooth sphere beyond the end of all terrain."""

import numba
import numpy as np

from moonstead.compiled import compiled_parallel
from moonstead.environment.sweep.beyond import gates_m
from moonstead.environment.sweep.elevation import COUNTS_PER_DEG, NO_COUNT
from moonstead.environment.sweep.far import at_nodes
from moonstead.environment.sweep.kinds import (
    NOWHERE,
    CountArray,
    FloatArray,
    Ground,
    Observers,
    Rims,
)

_LINES = 512
_INSIDE = 1e-6
_NOTHING = -32000  # counts below: no ground was seen


@compiled_parallel
def raise_to_sphere(
    counts: CountArray,
    observers: Observers,
    radius_m: FloatArray,
    floor_counts: CountArray,
    ground: Ground,
    rims: Rims,
    headings: FloatArray,
    sphere_m: float,
) -> None:
    """Raise horizons to that of a smooth sphere where all terrain ends before it.

    Parameters
    ----------
    counts
        Elevations, shape (directions, rows, columns), raised in place; `NO_COUNT` is set where
        there is no observer.
    observers, ground
        Who looks, and the grid they stand on.
    radius_m
        Of the observers, shape (rows, columns).
    floor_counts
        Horizon of the smooth sphere seen from them, rounded up, same shape.
    rims
        Of all terrain.
    headings
        Unit vectors in the gnomonic plane, shape (directions, 2).
    sphere_m
        Radius of the sphere.
    """
    eye, x_m, y_m, node_px = observers.height_m, ground.x_m, ground.y_m, ground.node_px
    rows, columns = eye.shape
    for n in numba.prange(len(headings)):
        hx, hy = headings[n, 0], headings[n, 1]
        along_m, across_m = hx * rims.x_m + hy * rims.y_m, hx * rims.y_m - hy * rims.x_m
        # From just inside the outermost points, so that rounding cannot make a line miss them.
        first_m = across_m.min() + _INSIDE * (across_m.max() - across_m.min())
        spacing_m = (1.0 - 2.0 * _INSIDE) * (across_m.max() - across_m.min()) / (_LINES - 1)
        gate_m = np.full(_LINES, -np.inf)
        begin = 0
        for end in rims.ends:
            gates_m(along_m[begin:end], across_m[begin:end], first_m, spacing_m, gate_m)
            begin = end
        for r in range(rows):
            for c in range(columns):
                if eye[r, c] <= NOWHERE:
                    counts[n, r, c] = NO_COUNT
                    continue
                known = counts[n, r, c]
                radius = radius_m[r, c]
                if radius <= sphere_m:
                    # From below its surface the sphere would be overhead: only terrain counts.
                    if known < _NOTHING:
                        counts[n, r, c] = 0
                    continue
                if known >= floor_counts[r, c]:
                    continue
                dip = np.arccos(sphere_m / radius)
                x = at_nodes(x_m, node_px, c + observers.column, r + observers.row)
                y = at_nodes(y_m, node_px, c + observers.column, r + observers.row)
                line = (hx * y - hy * x - first_m) / spacing_m
                line = min(max(line, 0.0), _LINES - 1.001)
                j = int(line)
                end_m = gate_m[j] + (line - j) * (gate_m[j + 1] - gate_m[j])
                offset = (hx * y - hy * x) / sphere_m
                flat = np.sqrt(1.0 + offset * offset)
                arc = np.arctan(end_m / sphere_m / flat)
                arc -= np.arctan((hx * x + hy * y) / sphere_m / flat)
                floor = -dip
                if arc > dip:
                    floor = np.arctan((sphere_m * np.cos(arc) - radius) / (sphere_m * np.sin(arc)))
                least = np.int16(np.floor(np.degrees(floor) * COUNTS_PER_DEG + 0.5))
                counts[n, r, c] = max(known, least)
