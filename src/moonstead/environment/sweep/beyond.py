"""Horizon slopes from a coarser grid around the grid of the observers.

All ground of the coarser grid that counts lies beyond the edge of the observers' own, so on one
line it is the same for every observer: its hull is made once, and every observer searches it. A
pixel takes the mean of the two lines beside it, weighted by nearness. The observers' grid has a
skirt wider than the lines lie apart (see `layers`), so the ground of both lies ahead of them.
"""

from typing import NamedTuple

import numpy as np

from moonstead.compiled import compiled
from moonstead.environment.sweep.far import (
    at_nodes,
    find_crests,
    line_spacing_m,
    push,
    sample_line,
    tangent,
    trace_lines,
)
from moonstead.environment.sweep.kinds import (
    FloatArray,
    Ground,
    Hull,
    IndexArray,
    Line,
    Observers,
    SlopeArray,
)

LINES_PER_ROW = 2.0


@compiled
def gates_m(
    rim_along_m: FloatArray,
    rim_across_m: FloatArray,
    first_m: float,
    spacing_m: float,
    gate_m: FloatArray,
) -> None:
    """Raise, for every line, the distance at which it leaves the polygon of a grid.

    Parameters
    ----------
    rim_along_m, rim_across_m
        Of points around the grid, shape (n,).
    first_m, spacing_m
        Line j lies at ``first_m + j * spacing_m``.
    gate_m
        Shape (lines,), raised in place.
    """
    count = len(rim_along_m)
    for i in range(count):
        k = (i + 1) % count
        a, b = rim_across_m[i], rim_across_m[k]
        ua, ub = rim_along_m[i], rim_along_m[k]
        if b < a:
            a, b, ua, ub = b, a, ub, ua
        if b == a:
            continue
        start = max(int(np.ceil((a - first_m) / spacing_m)), 0)
        end = min(int(np.floor((b - first_m) / spacing_m)), len(gate_m) - 1)
        for j in range(start, end + 1):
            share = (first_m + j * spacing_m - a) / (b - a)
            gate_m[j] = max(gate_m[j], ua + share * (ub - ua))


class Hulls(NamedTuple):
    """Hulls of many lines, one after the other.

    Parameters
    ----------
    u_m, g_m
        Vertices, each hull far to near.
    starts
        Where each begins; one more than there are lines.
    first_m, spacing_m
        Line j lies at ``first_m + j * spacing_m`` across.
    """

    u_m: FloatArray
    g_m: FloatArray
    starts: IndexArray
    first_m: float
    spacing_m: float


@compiled
def hulls_beyond(
    ground: Ground,
    rim: tuple[FloatArray, FloatArray],
    heading: tuple[float, float],
    low_m: float,
    high_m: float,
) -> Hulls:
    """Make the hull of every line of a grid beyond the grid of the observers.

    Parameters
    ----------
    ground
        The coarse grid, turned so that its columns are crossed more than its rows.
    rim
        Gnomonic coordinates of points around the observers' grid.
    heading
        Unit vector of the lines in the gnomonic plane.
    low_m, high_m
        Least and greatest coordinate of the observers across the lines.
    """
    hx, hy = heading
    along_m, across_m = hx * ground.x_m + hy * ground.y_m, hx * ground.y_m - hy * ground.x_m
    rim_along_m, rim_across_m = hx * rim[0] + hy * rim[1], hx * rim[1] - hy * rim[0]
    spacing_m = line_spacing_m(across_m, ground.node_px) / LINES_PER_ROW
    first_m = low_m - spacing_m
    count = int((high_m - first_m) / spacing_m) + 3
    place_px = np.empty((count, across_m.shape[1]))
    distance_m = np.empty((count, across_m.shape[1]))
    trace_lines(along_m, across_m, ground.node_px, first_m, spacing_m, place_px, distance_m)
    gate_m = np.full(count, -np.inf)
    gates_m(rim_along_m, rim_across_m, first_m, spacing_m, gate_m)
    columns = ground.height_m.shape[1] - 2 * ground.margin
    ascending = along_m[0, -1] > along_m[0, 0]
    line = Line(np.empty(columns), np.empty(columns), np.empty(columns, np.float32))
    mask, crest = np.empty(columns, np.bool_), np.empty(columns, np.int64)
    hull = Hull(np.empty(columns + 1), np.empty(columns + 1))
    u_m, g_m = np.empty(64 * count), np.empty(64 * count)
    starts = np.zeros(count + 1, np.int64)
    used = 0
    for j in range(count):
        first, last = sample_line(ground, place_px[j], distance_m[j], line)
        # Chords must not span the gate: what lies before it is not part of this landscape.
        while first < last and ascending and line.u_m[first] <= gate_m[j]:
            first += 1
        while first < last and not ascending and line.u_m[last - 1] <= gate_m[j]:
            last -= 1
        found = find_crests(line.g_m, first, last, mask, crest) if first < last else 0
        top = -1
        for k in range(found):
            place = crest[found - 1 - k] if ascending else crest[k]
            top = push(hull, top, line.u_m[place], np.float64(line.g_m[place]))
        size = top + 1
        if used + size > len(u_m):
            u_m, g_m = _longer(u_m, used, size), _longer(g_m, used, size)
        u_m[used : used + size], g_m[used : used + size] = hull.u_m[:size], hull.g_m[:size]
        used += size
        starts[j + 1] = used
    return Hulls(u_m, g_m, starts, first_m, spacing_m)


@compiled
def _longer(values: FloatArray, used: int, more: int) -> FloatArray:
    longer = np.empty(2 * len(values) + more)
    longer[:used] = values[:used]
    return longer


@compiled
def look_beyond(
    hulls: Hulls,
    observers: Observers,
    slope: SlopeArray,
    along_m: FloatArray,
    across_m: FloatArray,
    node_px: int,
) -> None:
    """Raise the slopes of all observers by what the hulls of a coarser grid show them.

    Parameters
    ----------
    hulls
        As `hulls_beyond` gives them.
    observers
        Of a window of the finest grid.
    slope
        Found so far, shape of the window; raised in place.
    along_m, across_m, node_px
        Gnomonic coordinates along and across the lines at the nodes of the observers' grid.
    """
    rows, columns = slope.shape
    look = np.zeros(len(hulls.starts) - 1, np.int64)
    for r in range(rows):
        row = r + observers.row
        for c in range(columns):
            column = c + observers.column
            u_m = at_nodes(along_m, node_px, column, row)
            g_m = np.float64(observers.height_m[r, c])
            place = (at_nodes(across_m, node_px, column, row) - hulls.first_m) / hulls.spacing_m
            j = int(place)
            total, weight = 0.0, 0.0
            for side in range(2):
                begin, end = hulls.starts[j + side], hulls.starts[j + side + 1]
                if begin == end:
                    continue
                hull = Hull(hulls.u_m[begin:end], hulls.g_m[begin:end])
                at = tangent(hull, end - begin - 1, look[j + side], u_m, g_m)
                look[j + side] = at
                part = place - j if side == 1 else 1.0 - (place - j)
                total += part * (hull.g_m[at] - g_m) / (hull.u_m[at] - u_m)
                weight += part
            if weight > 0.0:
                slope[r, c] = max(slope[r, c], np.float32(total / weight))
