"""Horizon slopes from near ground: every crossing of the ray with the grid lines, for all pixels.

Between posts the ground is bilinear, so along a ray its height bends only where the ray crosses a
grid line; between two crossings it is a parabola. For one direction the crossings lie at the same
places relative to every pixel of a small block, so a whole block is scanned at once in vector
registers. Inside the first cell, where the parabola matters most, three more places are looked at.
"""

import numpy as np

from moonstead.compiled import compiled
from moonstead.environment.sweep.kinds import FloatArray, IndexArray, SlopeArray

FIRST_CELL = 3
"""Places looked at inside the first cell, at even steps."""


@compiled
def crossings(
    ray: FloatArray,
    reach: int,
    stride: int,
    posts: IndexArray,
    share: SlopeArray,
    inverse_m: SlopeArray,
) -> int:
    """Find where a ray from a pixel's centre crosses the grid lines.

    Parameters
    ----------
    ray
        ``(column, row, column2, row2)``: after t metres in the gnomonic plane the ray has moved
        ``column * t + column2 * t * t`` columns, and so on for rows.
    reach
        Columns (or rows, whichever the ray crosses more of) to go.
    stride
        Length of a row of the heights in memory.
    posts
        To fill, shape (2, at least 2 * reach + 2): offsets in memory of the posts beside a
        crossing.
    share
        To fill: weight of the second post.
    inverse_m
        To fill: one over the distance, 1/m.

    Returns
    -------
    int
        How many crossings; even, the last one twice if need be.
    """
    count = 0
    for axis in range(2):
        along, across = ray[axis], ray[1 - axis]
        steps = reach
        if abs(across) > abs(along):
            steps = int(reach * abs(along / across))
        step = 1 if along > 0.0 else -1
        for k in range(1, steps + 1):
            t = k * step / along
            t -= ray[axis + 2] * t * t / along
            side = across * t + ray[3 - axis] * t * t
            whole = int(np.floor(side))
            if axis == 0:
                posts[0, count] = whole * stride + k * step
                posts[1, count] = posts[0, count] + stride
            else:
                posts[0, count] = k * step * stride + whole
                posts[1, count] = posts[0, count] + 1
            share[count] = side - whole
            inverse_m[count] = 1.0 / t
            count += 1
    if count % 2 != 0:
        posts[0, count], posts[1, count] = posts[0, count - 1], posts[1, count - 1]
        share[count], inverse_m[count] = share[count - 1], inverse_m[count - 1]
        count += 1
    return count


@compiled
def scan_row(
    ground: SlopeArray,
    start: int,
    eye: SlopeArray,
    posts: IndexArray,
    share: SlopeArray,
    inverse_m: SlopeArray,
    count: int,
    slope: SlopeArray,
) -> None:
    """Raise the slopes of neighbouring pixels of a row by what stands at the crossings.

    Parameters
    ----------
    ground
        Projective heights with a margin of `NOWHERE`, flattened, m.
    start
        Place of the first pixel in it.
    eye
        Projective heights of the observers, shape (n,), m.
    posts, share, inverse_m, count
        As `crossings` gives them.
    slope
        Shape (n,), raised in place.
    """
    width = len(slope)
    one = np.float32(1.0)
    for k in range(0, count, 2):
        a = ground[start + posts[0, k] : start + posts[0, k] + width]
        b = ground[start + posts[1, k] : start + posts[1, k] + width]
        c = ground[start + posts[0, k + 1] : start + posts[0, k + 1] + width]
        d = ground[start + posts[1, k + 1] : start + posts[1, k + 1] + width]
        fb, fd = share[k], share[k + 1]
        fa, fc = one - fb, one - fd
        ia, ic = inverse_m[k], inverse_m[k + 1]
        for i in range(width):
            here = (fa * a[i] + fb * b[i] - eye[i]) * ia
            there = (fc * c[i] + fd * d[i] - eye[i]) * ic
            best = here if here > there else there
            slope[i] = best if best > slope[i] else slope[i]


@compiled
def scan_first_cell(
    ground: SlopeArray,
    start: int,
    stride: int,
    eye: SlopeArray,
    ray: FloatArray,
    slope: SlopeArray,
) -> None:
    """Raise the slopes by places inside the cell that the ray sets out into; see `scan_row`."""
    width = len(slope)
    reach_m = 1.0 / max(abs(ray[0]), abs(ray[1]))
    column, row = (1 if ray[0] > 0.0 else -1), (stride if ray[1] > 0.0 else -stride)
    a = ground[start : start + width]
    b = ground[start + column : start + column + width]
    c = ground[start + row : start + row + width]
    d = ground[start + row + column : start + row + column + width]
    for k in range(1, FIRST_CELL + 1):
        t = reach_m * k / (FIRST_CELL + 1.0)
        u, v = abs(ray[0]) * t, abs(ray[1]) * t
        wa, wb = np.float32((1.0 - u) * (1.0 - v)), np.float32(u * (1.0 - v))
        wc, wd = np.float32((1.0 - u) * v), np.float32(u * v)
        inverse_m = np.float32(1.0 / t)
        for i in range(width):
            best = (wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i] - eye[i]) * inverse_m
            slope[i] = best if best > slope[i] else slope[i]
