"""Terrain in memory: a grid of heights, and where on the Moon its pixels lie."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray
from rasterio import Affine

from moonstead.compiled import compiled
from moonstead.environment.profile import FloatArray, TerrainFile
from moonstead.environment.site import MOON_RADIUS_M

HeightArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """One elevation model, or a window of one.

    Parameters
    ----------
    heights_m
        Shape (rows, columns), above `MOON_RADIUS_M`; NaN where the model has no data.
    pixel_m
        Side of a pixel on the ground at the raster's centre.
    file
        Where it came from.
    crs
        Its coordinate reference system.
    columns_rows
        Affine matrix (2, 3) from map coordinates to column and row, 0 at the first pixel's centre.
    """

    heights_m: HeightArray
    pixel_m: float
    file: TerrainFile
    crs: pyproj.CRS
    columns_rows: FloatArray

    def pixels(self, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> tuple[Any, Any]:
        """Return column and row, in pixels from the first pixel's centre; not finite off the map.

        Parameters
        ----------
        latitude_deg, longitude_deg
            Planetocentric, arrays of one shape.
        """
        columns = self.heights_m.shape[1]
        return pixels_of(self.crs, self.columns_rows, latitude_deg, longitude_deg, columns)

    def rim_deg(self) -> tuple[FloatArray, FloatArray]:
        """Return latitude and longitude of up to 64 points around the edge."""
        rows, columns = self.heights_m.shape
        along, zero, one = np.arange(16) / 16.0, np.zeros(16), np.ones(16)
        u = np.concatenate([along, one, 1.0 - along, zero]) * columns - 0.5
        v = np.concatenate([zero, along, one, 1.0 - along]) * rows - 0.5
        latitude_deg, longitude_deg = places_of(self.crs, self.columns_rows, u, v)
        known = np.isfinite(longitude_deg) & np.isfinite(latitude_deg)
        return latitude_deg[known], longitude_deg[known]

    def sample_m(self, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> FloatArray:
        """Return the ground elevation by bilinear interpolation; NaN where there is none.

        Parameters
        ----------
        latitude_deg, longitude_deg
            Planetocentric, arrays of one shape (n,) or numbers.

        Returns
        -------
        ndarray of shape (n,), m above `MOON_RADIUS_M`
        """
        column, row = self.pixels(np.atleast_1d(latitude_deg), np.atleast_1d(longitude_deg))
        return bilinear(self.heights_m, column, row)


def pixels_of(
    crs: pyproj.CRS,
    columns_rows: FloatArray,
    latitude_deg: ArrayLike,
    longitude_deg: ArrayLike,
    columns: int = 0,
) -> tuple[Any, Any]:
    """Return column and row of places on a map; see `Terrain.pixels`.

    On maps that unroll the Moon a place has many columns, a turn apart: the one nearest to the
    middle of so many ``columns``, or without them the first one from the first pixel on.
    """
    to_map, turn = _map_of(crs)
    x, y = to_map.transform(np.asarray(longitude_deg), np.asarray(latitude_deg))
    (a, b, c), (d, e, f) = columns_rows
    with np.errstate(invalid="ignore"):  # where the projection is undefined
        column, row = a * x + b * y + c, d * x + e * y + f
        if turn > 0.0 and b == d == 0.0:  # longitudes of the file may count from any meridian
            around = abs(a) * turn
            middle = ((columns or around) - 1.0) / 2.0
            column = (column - middle + around / 2.0) % around - around / 2.0 + middle
    return column, row


def places_of(
    crs: pyproj.CRS, columns_rows: FloatArray, column: ArrayLike, row: ArrayLike
) -> tuple[Any, Any]:
    """Return latitude and longitude of pixels, planetocentric degrees; infinite where undefined."""
    linear, shift = columns_rows[:, :2], columns_rows[:, 2]
    x, y = np.linalg.solve(linear, np.stack([column, row]) - shift[:, np.newaxis])
    longitude_deg, latitude_deg = _map_of(crs)[0].transform(x, y, direction="INVERSE")
    return latitude_deg, longitude_deg


def columns_rows_of(transform: Affine) -> FloatArray:
    """Return the matrix of `Terrain.columns_rows` of a geotransform of pixel corners."""
    back = ~transform
    return np.array([[back.a, back.b, back.c - 0.5], [back.d, back.e, back.f - 0.5]])


def moved(transform: Affine, column: float, row: float, every: int = 1) -> Affine:
    """Return the geotransform of a window that begins at a pixel's corner, in larger pixels."""
    a, b, c, d, e, f = transform[:6]
    return Affine(
        a * every, b * every, c + a * column + b * row,
        d * every, e * every, f + d * column + e * row,
    )  # fmt: skip


def turn_px(crs: pyproj.CRS, columns_rows: FloatArray) -> float:
    """Return how many columns go once round the Moon; 0 on maps that do not unroll it."""
    (a, b, _), (d, _, _) = columns_rows
    return float(abs(a) * _map_of(crs)[1]) if b == d == 0.0 else 0.0


def ground_pixel_m(
    crs: pyproj.CRS, columns_rows: FloatArray, map_pixel: float, shape: tuple[int, int]
) -> float:
    """Return the side of a square of the ground area of a pixel at the centre of a raster.

    Azimuthal maps are taken at the scale of their own centre (true at the pole for the polar
    products); on maps that unroll the Moon a pixel narrows with latitude.

    Parameters
    ----------
    crs, columns_rows
        As in `Terrain`.
    map_pixel
        Side of a pixel in the unit of the map.
    shape
        Rows and columns.
    """
    if _map_of(crs)[1] == 0.0:
        return map_pixel * float(crs.axis_info[0].unit_conversion_factor)
    rows, columns = shape
    middle = np.array([[(columns - 1) / 2.0], [(rows - 1) / 2.0]])
    u, v = middle + 0.5 * np.array([[-1.0, 1.0, 0.0, 0.0], [0.0, 0.0, -1.0, 1.0]])
    latitude_deg, longitude_deg = places_of(crs, columns_rows, u, v)
    north, east = np.radians(latitude_deg), np.radians(longitude_deg)
    across = (east[1] - east[0] + np.pi) % (2.0 * np.pi) - np.pi
    down = (east[3] - east[2] + np.pi) % (2.0 * np.pi) - np.pi
    narrowing = np.cos(north.mean())
    area = narrowing * abs(across * (north[3] - north[2]) - down * (north[1] - north[0]))
    return float(MOON_RADIUS_M * np.sqrt(area))


@lru_cache(maxsize=16)
def _map_of(crs: pyproj.CRS) -> tuple[pyproj.Transformer, float]:
    """Return the way from degrees to the map, and how much x grows in a turn of longitude."""
    to_map = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    if crs.is_geographic:
        return to_map, 360.0
    operation = crs.coordinate_operation
    method = "" if operation is None else operation.method_name
    unrolls = "Cylindrical" in method or "Carr" in method or "Mercator" in method
    if not unrolls or "Transverse" in method or "Oblique" in method:
        return to_map, 0.0
    # Of four steps of a degree at most one crosses the edge of the map.
    start_deg = np.array([0.0, 90.0, 180.0, 270.0])
    step = to_map.transform(start_deg + 1.0, 0.0 * start_deg)[0]
    step -= to_map.transform(start_deg, 0.0 * start_deg)[0]
    return to_map, float(np.median(step)) * 360.0


@compiled
def bilinear_at(heights_m: HeightArray, column: float, row: float) -> float:
    """Return one bilinear sample; NaN outside the raster or beside missing data."""
    rows, columns = heights_m.shape
    if not (-0.5 <= column <= columns - 0.5 and -0.5 <= row <= rows - 0.5):
        return np.nan
    x = min(max(column, 0.0), columns - 1.0)
    y = min(max(row, 0.0), rows - 1.0)
    i = min(int(y), max(rows - 2, 0))
    j = min(int(x), max(columns - 2, 0))
    below, right = min(i + 1, rows - 1), min(j + 1, columns - 1)
    v = y - i
    u = x - j
    top = (1.0 - u) * heights_m[i, j] + u * heights_m[i, right]
    bottom = (1.0 - u) * heights_m[below, j] + u * heights_m[below, right]
    sample: float = (1.0 - v) * top + v * bottom
    return sample


@compiled
def bilinear(heights_m: HeightArray, column: FloatArray, row: FloatArray) -> FloatArray:
    """Return bilinear samples at pixel coordinates of shape (n,)."""
    out = np.empty(column.shape[0])
    for k in range(column.shape[0]):
        out[k] = bilinear_at(heights_m, column[k], row[k])
    return out
