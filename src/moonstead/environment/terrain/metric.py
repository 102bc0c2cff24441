"""How long the sides of a raster's pixels are on the ground, for any projection.

A pixel's two sides are vectors in the plane that touches the sphere. They are taken from the
projection at nodes some pixels apart and interpolated, so that scale factors (a polar
stereographic map 6 degrees from the pole is too large by 0.27 %), the cosine of latitude in
cylindrical maps and oblique grids all come out right without naming any of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates

from moonstead.environment.profile import FloatArray
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.terrain.grid import Terrain, places_of

Field = NDArray[np.float32]

_NODE_PIXELS = 16


@dataclass(frozen=True, slots=True, eq=False)
class PixelSides:
    """Sides of pixels on the sphere of radius `MOON_RADIUS_M`, at nodes.

    With the first axis along a row to the right and the second across it, against the order of
    rows (up on a map with north up): one step to the right is (``along_m``, 0), one step down is
    (``skew_m``, -``across_m``).

    Parameters
    ----------
    rows, columns
        Shapes (m,) and (n,): where the nodes are, in pixels from the first pixel's centre.
    along_m, skew_m, across_m
        Shape (m, n).
    """

    rows: FloatArray
    columns: FloatArray
    along_m: FloatArray
    skew_m: FloatArray
    across_m: FloatArray

    def at(self, rows: ArrayLike, columns: ArrayLike) -> tuple[FloatArray, ...]:
        """Return the three sides at rows (m,) and columns (n,) of pixels, each of shape (m, n)."""
        u = np.asarray(rows) / (self.rows[1] - self.rows[0])
        v = np.asarray(columns) / (self.columns[1] - self.columns[0])
        grid = np.meshgrid(u, v, indexing="ij")
        return tuple(
            map_coordinates(side, grid, order=1, mode="nearest")
            for side in (self.along_m, self.skew_m, self.across_m)
        )


def pixel_sides(terrain: Terrain) -> PixelSides:
    """Return the sides of a terrain's pixels on the ground."""
    rows, columns = terrain.heights_m.shape
    row, column = _nodes(rows), _nodes(columns)
    grid_row, grid_column = np.meshgrid(row, column, indexing="ij")
    half = 0.5
    right = MOON_RADIUS_M * (
        _directions(terrain, grid_row, grid_column + half)
        - _directions(terrain, grid_row, grid_column - half)
    )
    down = MOON_RADIUS_M * (
        _directions(terrain, grid_row + half, grid_column)
        - _directions(terrain, grid_row - half, grid_column)
    )
    along_m = np.sqrt(np.sum(right**2, axis=0))
    skew_m = np.sum(right * down, axis=0) / along_m
    across_m = np.sqrt(np.maximum(np.sum(down**2, axis=0) - skew_m**2, 0.0))
    return PixelSides(row, column, along_m, skew_m, across_m)


def _nodes(size: int) -> FloatArray:
    count = max(-(-(size - 1) // _NODE_PIXELS), 1) + 1
    return np.linspace(0.0, max(size - 1, 1), count)


def _directions(terrain: Terrain, row: FloatArray, column: FloatArray) -> FloatArray:
    """Return unit vectors from the Moon's centre, shape (3, ...); NaN off the map."""
    places = places_of(terrain.crs, terrain.columns_rows, column.ravel(), row.ravel())
    latitude, longitude = np.radians(np.where(np.isfinite(places), places, np.nan))
    level = np.cos(latitude)
    directions = [level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)]
    return np.stack(directions).reshape(3, *row.shape)
