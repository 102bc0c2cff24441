"""Many directions at once: slopes from the observers' own grid, from coarser ones, elevations."""

import numba
import numpy as np

from moonstead.compiled import compiled, compiled_parallel
from moonstead.environment.sweep.beyond import hulls_beyond, look_beyond
from moonstead.environment.sweep.elevation import elevation_counts
from moonstead.environment.sweep.far import (
    CHORD_PX,
    at_nodes,
    find_crests,
    line_spacing_m,
    sample_line,
    sweep_line,
    trace_lines,
)
from moonstead.environment.sweep.kinds import (
    NOWHERE,
    CountArray,
    FloatArray,
    Ground,
    Hull,
    Line,
    Observers,
    SlopeArray,
)
from moonstead.environment.sweep.near import crossings, scan_first_cell, scan_row

_BLOCK_COLUMNS = 128
_BLOCK_ROWS = 32
_TILE = 32


@compiled
def pixels_per_metre(
    ground: Ground, column: float, row: float, heading: tuple[float, float]
) -> tuple[float, float]:
    """Return how many columns and rows a great circle crosses in a metre of the gnomonic plane."""
    x_m, y_m, node_px = ground.x_m, ground.y_m, ground.node_px
    d = 0.5 * node_px
    xc = at_nodes(x_m, node_px, column + d, row) - at_nodes(x_m, node_px, column - d, row)
    yc = at_nodes(y_m, node_px, column + d, row) - at_nodes(y_m, node_px, column - d, row)
    xr = at_nodes(x_m, node_px, column, row + d) - at_nodes(x_m, node_px, column, row - d)
    yr = at_nodes(y_m, node_px, column, row + d) - at_nodes(y_m, node_px, column, row - d)
    scale = node_px / (xc * yr - xr * yc)
    hx, hy = heading
    return (hx * yr - hy * xr) * scale, (hy * xc - hx * yc) * scale


@compiled
def crosses_columns(ground: Ground, heading: tuple[float, float]) -> bool:
    """Tell whether lines of a direction cross more columns than rows in the middle of a grid."""
    rows, columns = ground.height_m.shape
    middle = (0.5 * columns - ground.margin, 0.5 * rows - ground.margin)
    ray = pixels_per_metre(ground, middle[0], middle[1], heading)
    return abs(ray[0]) >= abs(ray[1])


@compiled
def scan_near(
    ground: Ground,
    observers: Observers,
    slope: SlopeArray,
    heading: tuple[float, float],
    reach: int,
) -> None:
    """Raise the slopes of a window by the ground within `reach` pixels; see `near`."""
    rows, columns = slope.shape
    stride, margin = ground.height_m.shape[1], ground.margin
    flat = ground.height_m.ravel()
    posts = np.empty((2, 2 * reach + 2), np.int64)
    share, inverse_m = np.empty(2 * reach + 2, np.float32), np.empty(2 * reach + 2, np.float32)
    ray = np.empty(4)
    for r0 in range(0, rows, _BLOCK_ROWS):
        r1 = min(r0 + _BLOCK_ROWS, rows)
        for c0 in range(0, columns, _BLOCK_COLUMNS):
            c1 = min(c0 + _BLOCK_COLUMNS, columns)
            row = observers.row + 0.5 * (r0 + r1 - 1)
            column = observers.column + 0.5 * (c0 + c1 - 1)
            ray[0], ray[1] = pixels_per_metre(ground, column, row, heading)
            t = reach / max(abs(ray[0]), abs(ray[1]))
            later = pixels_per_metre(ground, column + ray[0] * t, row + ray[1] * t, heading)
            ray[2], ray[3] = (later[0] - ray[0]) / (2.0 * t), (later[1] - ray[1]) / (2.0 * t)
            count = crossings(ray, reach, stride, posts, share, inverse_m)
            for r in range(r0, r1):
                start = (observers.row + r + margin) * stride + margin + observers.column + c0
                eyes, slopes = observers.height_m[r, c0:c1], slope[r, c0:c1]
                scan_first_cell(flat, start, stride, eyes, ray, slopes)
                scan_row(flat, start, eyes, posts, share, inverse_m, count, slopes)


@compiled
def sweep_far(
    ground: Ground,
    observers: Observers,
    slope: SlopeArray,
    heading: tuple[float, float],
    reach: int,
) -> None:
    """Raise the slopes of a window by the ground beyond `reach` pixels; see `far`."""
    hx, hy = heading
    node_px = ground.node_px
    along_m, across_m = hx * ground.x_m + hy * ground.y_m, hx * ground.y_m - hy * ground.x_m
    rows, columns = slope.shape
    low, high = np.inf, -np.inf
    for r in (observers.row, observers.row + rows - 1):
        for c in (observers.column, observers.column + columns - 1):
            at = at_nodes(across_m, node_px, c, r)
            low, high = min(low, at), max(high, at)
    spacing_m = line_spacing_m(across_m, node_px)
    # Edges of the window may bulge beyond its corners by what great circles bend in the map.
    low, high = low - 2.0 * spacing_m, high + 2.0 * spacing_m
    count = int((high - low) / spacing_m) + 2
    place_px = np.empty((count, across_m.shape[1]))
    distance_m = np.empty((count, across_m.shape[1]))
    trace_lines(along_m, across_m, node_px, low, spacing_m, place_px, distance_m)
    ascending = along_m[0, -1] > along_m[0, 0]
    m, k = along_m.shape[0] // 2, along_m.shape[1] // 2
    aside_m = (along_m[m, k] - along_m[m - 1, k]) / node_px
    width = ground.height_m.shape[1] - 2 * ground.margin
    line = Line(np.empty(width), np.empty(width), np.empty(width, np.float32))
    mask, crest = np.empty(width, np.bool_), np.empty(width, np.int64)
    hull = Hull(np.empty(width + 1), np.empty(width + 1))
    skip = max(reach - CHORD_PX, 1) * (1 if ascending else -1)
    for j in range(count):
        ends = sample_line(ground, place_px[j], distance_m[j], line)
        if ends[0] >= ends[1]:
            continue
        found = find_crests(line.g_m, ends[0], ends[1], mask, crest)
        sweep_line(observers, slope, skip, aside_m, line, ends, crest[:found], hull)


@compiled
def turn(source: SlopeArray, target: SlopeArray) -> None:
    """Transpose, square by square so that both stay in the processor's cache."""
    rows, columns = source.shape
    for r0 in range(0, rows, _TILE):
        for c0 in range(0, columns, _TILE):
            for r in range(r0, min(r0 + _TILE, rows)):
                for c in range(c0, min(c0 + _TILE, columns)):
                    target[c, r] = source[r, c]


@compiled_parallel
def own_slopes(
    ground: Ground,
    turned: Ground,
    observers: Observers,
    turned_observers: Observers,
    headings: FloatArray,
    reach: int,
    slopes: SlopeArray,
) -> None:
    """Find the slopes of the horizon of a window over its own grid, for several directions.

    Parameters
    ----------
    ground, observers
        The grid and the window.
    turned, turned_observers
        The same, transposed.
    headings
        Unit vectors in the gnomonic plane, shape (n, 2).
    reach
        Pixels that are scanned exactly.
    slopes
        To fill, shape (n, rows, columns).
    """
    rows, columns = observers.height_m.shape
    for n in numba.prange(len(headings)):
        heading = (headings[n, 0], headings[n, 1])
        if crosses_columns(ground, heading):
            slope = slopes[n]
            slope[:] = NOWHERE
            scan_near(ground, observers, slope, heading, reach)
            sweep_far(ground, observers, slope, heading, reach)
        else:
            slope = np.full((columns, rows), NOWHERE)
            scan_near(turned, turned_observers, slope, heading, reach)
            sweep_far(turned, turned_observers, slope, heading, reach)
            turn(slope, slopes[n])


@compiled_parallel
def slopes_beyond(
    coarse: Ground,
    coarse_turned: Ground,
    rim: tuple[FloatArray, FloatArray],
    ground: Ground,
    observers: Observers,
    headings: FloatArray,
    slopes: SlopeArray,
) -> None:
    """Raise the slopes of a window by a coarser grid around its own, for several directions.

    Parameters
    ----------
    coarse, coarse_turned
        The coarser grid, and transposed.
    rim
        Gnomonic coordinates of points around the observers' grid.
    ground, observers
        The observers' grid and window.
    headings
        Unit vectors in the gnomonic plane, shape (n, 2).
    slopes
        Shape (n, rows, columns), raised in place.
    """
    for n in numba.prange(len(headings)):
        hx, hy = headings[n, 0], headings[n, 1]
        along_m, across_m = hx * ground.x_m + hy * ground.y_m, hx * ground.y_m - hy * ground.x_m
        low_m, high_m = across_m.min(), across_m.max()
        if crosses_columns(coarse, (hx, hy)):
            hulls = hulls_beyond(coarse, rim, (hx, hy), low_m, high_m)
        else:
            hulls = hulls_beyond(coarse_turned, rim, (hx, hy), low_m, high_m)
        look_beyond(hulls, observers, slopes[n], along_m, across_m, ground.node_px)


@compiled_parallel
def elevations(
    slopes: SlopeArray,
    observers: Observers,
    ground: Ground,
    headings: FloatArray,
    radius_m: float,
    out: CountArray,
) -> None:
    """Turn slopes of several directions into elevation counts; see `elevation_counts`."""
    for n in numba.prange(len(headings)):
        heading = (headings[n, 0], headings[n, 1])
        elevation_counts(slopes[n], observers, ground, heading, radius_m, out[n])
