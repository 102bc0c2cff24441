"""The arrays that the kernels of this package pass to one another."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SlopeArray = NDArray[np.float32]
FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
CountArray = NDArray[np.int16]

NOWHERE = np.float32(-1e30)
"""The height of ground that is not there."""


class Ground(NamedTuple):
    """A grid of projective heights (see the module `grid`).

    Parameters
    ----------
    height_m
        With a margin of `NOWHERE`, shape (rows + 2 margin, columns + 2 margin).
    margin
        Its width, px.
    x_m, y_m
        Gnomonic coordinates at the nodes, shape (node rows, node columns); the last nodes lie at
        the last pixel or beyond.
    node_px
        Pixels between nodes; coordinates are linear between them.
    """

    height_m: SlopeArray
    margin: int
    x_m: FloatArray
    y_m: FloatArray
    node_px: int


class Observers(NamedTuple):
    """Observers over a window of a grid.

    Parameters
    ----------
    height_m
        Projective, shape (rows, columns); `NOWHERE` where nobody stands.
    row, column
        Of the window's first pixel in the grid.
    """

    height_m: SlopeArray
    row: int
    column: int


class Rims(NamedTuple):
    """Points around grids, one grid after the other.

    Parameters
    ----------
    x_m, y_m
        Gnomonic coordinates, shape (n,).
    ends
        Where the points of each grid end.
    """

    x_m: FloatArray
    y_m: FloatArray
    ends: IndexArray


class Line(NamedTuple):
    """Ground along a line, by column; shape (columns,) each.

    Parameters
    ----------
    row_px
        Where the line cuts the column.
    u_m
        Gnomonic coordinate along the line.
    g_m
        Projective height.
    """

    row_px: FloatArray
    u_m: FloatArray
    g_m: SlopeArray


class Hull(NamedTuple):
    """Vertices of an upper hull, far to near: gnomonic coordinate and projective height."""

    u_m: FloatArray
    g_m: FloatArray
