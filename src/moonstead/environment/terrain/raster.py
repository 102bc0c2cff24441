"""Terrain: elevation models from GeoTIFF (or any raster that GDAL reads), several nested.

Heights are metres above the sphere of radius `MOON_RADIUS_M`. Every layer keeps its own coordinate
reference system and is sampled through PROJ, so layers of different projections may be mixed.
"""

import hashlib
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from numpy.typing import ArrayLike, NDArray

from moonstead.compiled import compiled
from moonstead.environment.profile import FloatArray, TerrainFile
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.errors import InputError, Problem, RangeError

HeightArray = NDArray[np.float32]

_MOON_RADIUS_SPAN_M = (1.73e6, 1.745e6)  # every sphere or ellipsoid ever used for the Moon
_MOST_GB = 4.0  # of heights held in memory
_HEIGHT_SPAN_M = (-12e3, 13e3)  # lowest and highest ground of the Moon: -9.1 and +10.8 km


@dataclass(frozen=True, slots=True, eq=False)
class Terrain:
    """One elevation model.

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
        """Return column and row, in pixels from the first pixel's centre; infinite where undefined.

        Parameters
        ----------
        latitude_deg, longitude_deg
            Planetocentric, arrays of one shape.
        """
        x, y = _to_map(self.crs).transform(np.asarray(longitude_deg), np.asarray(latitude_deg))
        (a, b, c), (d, e, f) = self.columns_rows
        column, row = a * x + b * y + c, d * x + e * y + f
        if self.crs.is_geographic:  # longitudes of the file may count from any meridian
            turn = abs(a) * 360.0
            column = (column + 0.5) % turn - 0.5
        return column, row

    def rim_deg(self) -> tuple[FloatArray, FloatArray]:
        """Return latitude and longitude of up to 64 points around the edge."""
        rows, columns = self.heights_m.shape
        along, zero, one = np.arange(16) / 16.0, np.zeros(16), np.ones(16)
        u = np.concatenate([along, one, 1.0 - along, zero]) * columns - 0.5
        v = np.concatenate([zero, along, one, 1.0 - along]) * rows - 0.5
        shift = self.columns_rows[:, 2:]
        x, y = np.linalg.solve(self.columns_rows[:, :2], np.stack([u, v]) - shift)
        longitude_deg, latitude_deg = _to_map(self.crs).transform(x, y, direction="INVERSE")
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


@lru_cache(maxsize=16)
def _to_map(crs: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)


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


def load_terrain(paths: Iterable[str | Path]) -> tuple[Terrain, ...]:
    """Read elevation models, and order them from fine to coarse.

    Parameters
    ----------
    paths
        Raster files with one band of heights in metres and a coordinate reference system of the
        Moon.

    Returns
    -------
    tuple of Terrain
        Fine to coarse.

    Raises
    ------
    InputError
        With every file that is missing, unreadable, without a reference system, of another body,
        or without heights.
    """
    layers: list[Terrain] = []
    problems: list[Problem] = []
    for path in [Path(p) for p in paths]:
        try:
            layers.append(_read(path))
        except (ValueError, OSError, rasterio.errors.RasterioError) as error:
            problems.append(Problem(str(path), "", "", _reason(error)))
    if not layers and not problems:
        problems.append(Problem("terrain", "", "", "name at least one elevation model"))
    if problems:
        raise InputError(problems)
    return tuple(sorted(layers, key=lambda layer: layer.pixel_m))


def ground_elevation_m(
    layers: Sequence[Terrain], latitude_deg: float, longitude_deg: float
) -> float:
    """Return the ground elevation at a place, from the finest layer that covers it.

    Parameters
    ----------
    layers
        Fine to coarse.
    latitude_deg, longitude_deg
        Planetocentric.

    Returns
    -------
    float
        m above `MOON_RADIUS_M`.

    Raises
    ------
    RangeError
        Where no layer has the place.
    """
    for layer in layers:
        height_m = float(layer.sample_m(latitude_deg, longitude_deg)[0])
        if np.isfinite(height_m):
            return height_m
    place = f"{latitude_deg:g}, {longitude_deg:g}"
    covered = "; ".join(_covered(layer) for layer in layers)
    remedy = f"outside the terrain, which covers {covered}; choose a place inside or add a file"
    raise RangeError(Problem("terrain", "latitude_deg, longitude_deg", place, remedy))


def _covered(layer: Terrain) -> str:
    """Say in words what a layer covers: its centre and its half width."""
    rows, columns = layer.heights_m.shape
    linear, shift = layer.columns_rows[:, :2], layer.columns_rows[:, 2]
    middle = np.array([(columns - 1) / 2.0, (rows - 1) / 2.0])
    x, y = np.linalg.solve(linear, middle - shift)
    longitude_deg, latitude_deg = _to_map(layer.crs).transform(x, y, direction="INVERSE")
    half_km = (columns * layer.pixel_m / 2e3, rows * layer.pixel_m / 2e3)
    return (
        f"{half_km[0]:.4g} km by {half_km[1]:.4g} km to either side of latitude "
        f"{latitude_deg:.3f}, longitude {longitude_deg % 360.0:.3f} ({layer.file.name})"
    )


def _read(path: Path) -> Terrain:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with warnings.catch_warnings():
        # The file without a place on the map gets an error of its own below.
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        raster = rasterio.open(path)
    with raster:
        crs = _lunar_crs(raster.crs)
        if raster.transform.is_identity:
            message = "does not say where its pixels lie; write a geotransform into it"
            raise ValueError(message)
        _check_size(raster.height, raster.width)
        band = raster.read(1, masked=True)
        heights_m = np.ascontiguousarray(band.astype(np.float32).filled(np.nan))
        scale, offset = raster.scales[0], raster.offsets[0]
        if (scale, offset) != (1.0, 0.0):
            heights_m = (heights_m * scale + offset).astype(np.float32)
        product = raster.tags().get("SOURCE", raster.tags().get("TIFFTAG_IMAGEDESCRIPTION", ""))
        to_pixel, pixel = ~raster.transform, np.sqrt(abs(raster.transform.determinant))
    _check_heights(heights_m)
    unit_m = np.radians(1.0) * MOON_RADIUS_M if crs.is_geographic else 1.0
    columns_rows = np.array(
        [[to_pixel.a, to_pixel.b, to_pixel.c - 0.5], [to_pixel.d, to_pixel.e, to_pixel.f - 0.5]]
    )
    file_record = TerrainFile(path.name, product or path.name, sha256)
    return Terrain(heights_m, float(pixel * unit_m), file_record, crs, columns_rows)


def _lunar_crs(found: Any) -> pyproj.CRS:
    if not found:
        message = "has no coordinate reference system; write one into it, such as IAU_2015:30135"
        raise ValueError(message)
    crs = pyproj.CRS.from_wkt(found.to_wkt())
    ellipsoid = crs.ellipsoid
    if ellipsoid is None or crs.geodetic_crs is None:
        message = f"its reference system {crs.name!r} has no body; a lunar one is wanted"
        raise ValueError(message)
    radius_m = ellipsoid.semi_major_metre
    if not _MOON_RADIUS_SPAN_M[0] < radius_m < _MOON_RADIUS_SPAN_M[1]:
        message = (
            f"its reference system {crs.name!r} has a radius of {radius_m / 1e3:.1f} km: not the "
            "Moon's 1737.4 km; a lunar one is wanted, such as IAU_2015:30135"
        )
        raise ValueError(message)
    return crs


def _check_size(rows: int, columns: int) -> None:
    size_gb = rows * columns * np.dtype(np.float32).itemsize / 1e9
    if size_gb > _MOST_GB:
        message = (
            f"{columns} by {rows} pixels are {size_gb:.0f} GB in memory; cut out what lies within "
            "some 300 km of the site (gdal_translate -projwin), and coarsen it beyond 20 km"
        )
        raise ValueError(message)


def _check_heights(heights_m: HeightArray) -> None:
    known = np.isfinite(heights_m)
    if not known.any():
        message = "has no heights at all, only missing data; choose another file"
        raise ValueError(message)
    lowest, highest = float(heights_m[known].min()), float(heights_m[known].max())
    if lowest < _HEIGHT_SPAN_M[0] or highest > _HEIGHT_SPAN_M[1]:
        message = (
            f"heights from {lowest:g} to {highest:g} m are not of the Moon; metres above the "
            "sphere of 1737.4 km are wanted, with missing data marked as such"
        )
        raise ValueError(message)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror.lower()}; name an elevation model that can be read"
    if isinstance(error, rasterio.errors.RasterioError):
        return "is not a raster that can be read; a GeoTIFF with heights is wanted"
    return str(error)
