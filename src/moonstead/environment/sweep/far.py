"""Horizon slopes from far ground: one hull a line, for all pixels beside the line.

In projective heights over the gnomonic plane (see `grid`) the ground is a flat landscape: what a
pixel sees highest in a direction is the tangent from it to the upper hull of the ground along its
line. A line is walked from its far end towards the observers; ground is pushed on the hull some
columns before the pixels there look at it, because nearer ground is scanned exactly (`near`).

Lines lie one row apart or closer, so a pixel is at most half a row from its line. Ground is sampled
where a line crosses the grid's columns.
"""

import numpy as np

from moonstead.compiled import compiled, inlined
from moonstead.environment.sweep.kinds import (
    BoolArray,
    FloatArray,
    Ground,
    Hull,
    IndexArray,
    Line,
    Observers,
    SlopeArray,
)

CHORD_PX = 4
"""Ground below the chord between two places this far to either side is not put on a hull."""
_SOME = np.float32(-1e9)  # below: no ground


@inlined
def at_nodes(node: FloatArray, node_px: int, column: float, row: float) -> float:
    """Interpolate a value that is known at the nodes of a grid."""
    m = min(max(int(row) // node_px, 0), node.shape[0] - 2)
    k = min(max(int(column) // node_px, 0), node.shape[1] - 2)
    v, u = row / node_px - m, column / node_px - k
    upper = (1.0 - u) * node[m, k] + u * node[m, k + 1]
    lower = (1.0 - u) * node[m + 1, k] + u * node[m + 1, k + 1]
    value: float = (1.0 - v) * upper + v * lower
    return value


@compiled
def line_spacing_m(across_m: FloatArray, node_px: int) -> float:
    """Return the least change of a gnomonic coordinate (at the nodes) from row to row, m."""
    closest = np.inf
    for m in range(across_m.shape[1]):
        for i in range(across_m.shape[0] - 1):
            closest = min(closest, abs(across_m[i + 1, m] - across_m[i, m]))
    return closest / node_px


@compiled
def trace_lines(
    along_m: FloatArray,
    across_m: FloatArray,
    node_px: int,
    first_m: float,
    spacing_m: float,
    place_px: FloatArray,
    distance_m: FloatArray,
) -> None:
    """Find where lines of equal `across_m` cut the node columns of a grid.

    Parameters
    ----------
    along_m, across_m
        Gnomonic coordinates along and across the lines at the nodes, shape (node rows, node
        columns); `across_m` is monotone along every column.
    node_px
        Pixels between nodes.
    first_m, spacing_m
        Line j lies at ``first_m + j * spacing_m``.
    place_px, distance_m
        To fill, shape (lines, node columns): row at which the line cuts the column, and `along_m`
        there.
    """
    nodes = along_m.shape[0]
    for m in range(along_m.shape[1]):
        rising = across_m[nodes - 1, m] > across_m[0, m]
        i = 0 if rising else nodes - 2
        for j in range(place_px.shape[0]):
            wanted = first_m + j * spacing_m
            if rising:
                while i < nodes - 2 and across_m[i + 1, m] < wanted:
                    i += 1
            else:
                while i > 0 and across_m[i, m] < wanted:
                    i -= 1
            share = (wanted - across_m[i, m]) / (across_m[i + 1, m] - across_m[i, m])
            place_px[j, m] = (i + share) * node_px
            distance_m[j, m] = along_m[i, m] + share * (along_m[i + 1, m] - along_m[i, m])


@compiled
def sample_line(
    ground: Ground, place_px: FloatArray, distance_m: FloatArray, line: Line
) -> tuple[int, int]:
    """Sample the ground where a line cuts the columns.

    Parameters
    ----------
    ground
        The grid.
    place_px, distance_m
        Of the line at the node columns, see `trace_lines`.
    line
        To fill.

    Returns
    -------
    (int, int)
        First and last column (exclusive) at which the line is on the grid.
    """
    node_px, margin = ground.node_px, ground.margin
    stride = ground.height_m.shape[1]
    columns, bottom = stride - 2 * margin, ground.height_m.shape[0] - 2 * margin - 1.0
    flat = ground.height_m.ravel()
    first, last = columns, 0
    for m in range(len(place_px) - 1):
        ya, yb = place_px[m], place_px[m + 1]
        if (ya < 0.0 and yb < 0.0) or (ya >= bottom and yb >= bottom):
            continue
        start = m * node_px
        end = min(start + node_px, columns)
        slant = (yb - ya) / node_px
        if not (0.0 <= ya < bottom and 0.0 <= yb < bottom):
            while start < end and not 0.0 <= ya + slant * (start - m * node_px) < bottom:
                start += 1
            while end > start and not 0.0 <= ya + slant * (end - 1 - m * node_px) < bottom:
                end -= 1
            if start == end:
                continue
        first, last = min(first, start), max(last, end)
        ya += slant * (start - m * node_px)
        step_m = (distance_m[m + 1] - distance_m[m]) / node_px
        ua_m = distance_m[m] + step_m * (start - m * node_px)
        base = margin * stride + margin + start
        rows_here, u_here = line.row_px[start:end], line.u_m[start:end]
        g_here = line.g_m[start:end]
        for k in range(end - start):
            at = ya + slant * k
            rows_here[k], u_here[k] = at, ua_m + step_m * k
            i = np.int64(at)
            share = np.float32(at - i)
            cell = np.uintp(i * stride + base + k)
            upper = flat[cell]
            g_here[k] = upper + share * (flat[cell + np.uintp(stride)] - upper)
    return first, last


@compiled
def find_crests(
    g_m: SlopeArray,
    first: int,
    last: int,
    mask: BoolArray,
    crest: IndexArray,
) -> int:
    """List the columns whose ground stands above all its chords: only they can bear a hull.

    Parameters
    ----------
    g_m
        Ground along a line at even steps, m.
    first, last
        Columns to look at.
    mask
        Room, at least as long as `g_m`.
    crest
        To fill, ascending.

    Returns
    -------
    int
        How many there are.
    """
    n = last - first - 2 * CHORD_PX
    inner = g_m[first + CHORD_PX : last - CHORD_PX]
    for i in range(n):
        mask[i] = inner[i] > _SOME
    for d in (1, 2, CHORD_PX):
        before = g_m[first + CHORD_PX - d : last - CHORD_PX - d]
        after = g_m[first + CHORD_PX + d : last - CHORD_PX + d]
        for i in range(n):
            mask[i] &= inner[i] + inner[i] > before[i] + after[i]
    count = 0
    for s in range(first, last):
        i = s - first - CHORD_PX
        good = mask[i] if 0 <= i < n else g_m[s] > _SOME
        crest[count] = s
        count += good
    return count


@inlined
def push(hull: Hull, top: int, u_m: float, g_m: float) -> int:
    """Put ground nearer than all before on a hull, and return its new top."""
    while top >= 1 and (hull.g_m[top] - g_m) * (hull.u_m[top - 1] - u_m) <= (
        hull.g_m[top - 1] - g_m
    ) * (hull.u_m[top] - u_m):
        top -= 1
    top += 1
    hull.u_m[top], hull.g_m[top] = u_m, g_m
    return top


@inlined
def tangent(hull: Hull, top: int, look: int, u_m: float, g_m: float) -> int:
    """Return the vertex of a hull that a nearer observer sees highest.

    Along a hull the slopes from one observer rise to the tangent and fall after it, so the search
    goes uphill from where the last observer looked.
    """
    du_m, dg_m = hull.u_m[look] - u_m, hull.g_m[look] - g_m
    start = look
    while look < top:
        nu_m, ng_m = hull.u_m[look + 1] - u_m, hull.g_m[look + 1] - g_m
        if ng_m * du_m < dg_m * nu_m:
            break
        look, du_m, dg_m = look + 1, nu_m, ng_m
    while look <= start and look > 0:
        nu_m, ng_m = hull.u_m[look - 1] - u_m, hull.g_m[look - 1] - g_m
        if ng_m * du_m <= dg_m * nu_m:
            break
        look, du_m, dg_m = look - 1, nu_m, ng_m
    return look


@compiled
def sweep_line(
    observers: Observers,
    slope: SlopeArray,
    skip: int,
    aside_m: float,
    line: Line,
    ends: tuple[int, int],
    crests: IndexArray,
    hull: Hull,
) -> None:
    """Raise the slopes of the pixels beside one line.

    Parameters
    ----------
    observers
        Of a window of the grid.
    slope
        Found so far, shape of the window; raised in place.
    skip
        Columns of near ground that are left out; negative where the line looks towards lesser
        columns.
    aside_m
        Change of the distance along the line for one row.
    line, ends, crests
        As `sample_line` and `find_crests` give them.
    hull
        Room for the hull.
    """
    row_0, column_0 = observers.row, observers.column
    rows, columns = slope.shape
    count = len(crests)
    first, last = ends
    ascending = skip > 0
    step = 1 if ascending else -1
    top, look, fed = -1, 0, 0
    highest_m = -np.inf
    if ascending:
        start, stop = min(last - 1 - skip, column_0 + columns - 1), max(first, column_0) - 1
    else:
        start, stop = max(first - skip, column_0), min(last, column_0 + columns)
    for s in range(start, stop, -step):
        while fed < count:
            place = crests[count - 1 - fed] if ascending else crests[fed]
            if (place - s) * step < skip * step:
                break
            height_m = np.float64(line.g_m[place])
            top = push(hull, top, line.u_m[place], height_m)
            highest_m = max(highest_m, height_m)
            fed += 1
        row = np.int64(line.row_px[s] + 0.5) - row_0
        if top < 0 or not 0 <= row < rows:
            continue
        eye_u_m = line.u_m[s] + (row + row_0 - line.row_px[s]) * aside_m
        eye_g_m = np.float64(observers.height_m[row, s - column_0])
        known = np.float64(slope[row, s - column_0])
        rise_m = highest_m - eye_g_m
        if rise_m <= known * ((hull.u_m[top] if rise_m > 0.0 else hull.u_m[0]) - eye_u_m):
            continue  # no ground of the hull can stand higher than what is known
        look = tangent(hull, top, min(look, top), eye_u_m, eye_g_m)
        best = np.float32((hull.g_m[look] - eye_g_m) / (hull.u_m[look] - eye_u_m))
        slope[row, s - column_0] = max(best, slope[row, s - column_0])
