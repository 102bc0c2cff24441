"""The terrain as two triangles a cell, for the ray casters."""

import numpy as np
from numpy.typing import NDArray

from peers.contract import Floats


def vertices_m(heights_m: Floats, pixel_m: float) -> NDArray[np.float32]:
    """East, north and up of every post from the map's centre, (rows * cols, 3)."""
    rows, cols = heights_m.shape
    east = (np.arange(cols) - (cols - 1) / 2.0) * pixel_m
    north = ((rows - 1) / 2.0 - np.arange(rows)) * pixel_m
    grid_east, grid_north = np.meshgrid(east, north)
    points_m = np.stack([grid_east.ravel(), grid_north.ravel(), heights_m.ravel()], axis=1)
    return np.ascontiguousarray(points_m, dtype=np.float32)


def triangles(rows: int, cols: int) -> NDArray[np.uint32]:
    """Corners of the triangles, anticlockwise from above, (triangles, 3)."""
    post = np.arange(rows * cols, dtype=np.uint32).reshape(rows, cols)
    upper_left, upper_right = post[:-1, :-1].ravel(), post[:-1, 1:].ravel()
    lower_left, lower_right = post[1:, :-1].ravel(), post[1:, 1:].ravel()
    first = np.stack([upper_left, lower_left, upper_right], axis=1)
    second = np.stack([upper_right, lower_left, lower_right], axis=1)
    return np.ascontiguousarray(np.concatenate([first, second]))
