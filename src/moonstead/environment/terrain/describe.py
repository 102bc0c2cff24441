"""What an elevation model is, in numbers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyproj

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.grid import pixels_of, places_of
from moonstead.environment.terrain.windows import Raster

_BLOCK_PIXELS = 1 << 24
_EDGE_POINTS = 64
_USUAL = ("IAU_2015:30100", "IAU_2015:30110", "IAU_2015:30130", "IAU_2015:30135")


@dataclass(frozen=True, slots=True)
class RasterSummary:
    """One layer of terrain on disk.

    Parameters
    ----------
    name, product, sha256
        As in `TerrainFile`.
    crs, authority
        Name of the reference system, and its number such as ``IAU_2015:30135``; empty where it
        has none.
    radius_m
        Of its sphere.
    rows, columns
        Size.
    pixel_m
        Side of a pixel on the ground at the centre.
    south_deg, north_deg, west_deg, east_deg
        What it covers, planetocentric; west to east may cross the meridian of 0.
    lowest_m, highest_m, mean_m
        Of the heights above the sphere of 1737.4 km; NaN where there are none.
    missing_fraction
        Of the pixels without data.
    """

    name: str
    product: str
    sha256: str
    crs: str
    authority: str
    radius_m: float
    rows: int
    columns: int
    pixel_m: float
    south_deg: float
    north_deg: float
    west_deg: float
    east_deg: float
    lowest_m: float
    highest_m: float
    mean_m: float
    missing_fraction: float


def terrain_summary(
    raster: Raster, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> RasterSummary:
    """Return what a layer is, after reading all of it once, some rows at a time.

    Parameters
    ----------
    raster
        To describe.
    progress
        Told of rows done, and of all rows.

    Raises
    ------
    InputError
        It cannot be read to its end.
    """
    lowest_m, highest_m, total_m, known = np.inf, -np.inf, 0.0, 0
    step = max(_BLOCK_PIXELS // raster.columns, 1)
    for begin in range(0, raster.rows, step):
        end = min(begin + step, raster.rows)
        heights_m = raster.window(begin, end, 0, raster.columns).heights_m
        found = heights_m[np.isfinite(heights_m)]
        if found.size:
            lowest_m = min(lowest_m, float(found.min()))
            highest_m = max(highest_m, float(found.max()))
            total_m += float(found.sum(dtype=np.float64))
            known += found.size
        progress(end, raster.rows)
    ellipsoid = raster.crs.ellipsoid
    south_deg, north_deg, west_deg, east_deg = _extent_deg(raster)
    return RasterSummary(
        name=raster.file.name,
        product=raster.file.product,
        sha256=raster.file.sha256,
        crs=raster.crs.name,
        authority=_authority(raster.crs),
        radius_m=float(ellipsoid.semi_major_metre) if ellipsoid else np.nan,
        rows=raster.rows,
        columns=raster.columns,
        pixel_m=raster.pixel_m,
        south_deg=south_deg,
        north_deg=north_deg,
        west_deg=west_deg,
        east_deg=east_deg,
        lowest_m=lowest_m if known else np.nan,
        highest_m=highest_m if known else np.nan,
        mean_m=total_m / known if known else np.nan,
        missing_fraction=1.0 - known / (raster.rows * raster.columns),
    )


def _authority(crs: pyproj.CRS) -> str:
    """Return the number of the usual system that puts places on the same spot of the map.

    GeoTIFF has no room for lunar numbers, so files seldom name them.
    """
    spots = _spots(crs)
    for number in _USUAL:
        if np.allclose(spots, _spots(pyproj.CRS.from_user_input(number)), rtol=0.0, atol=1e-3):
            return number
    return ""


def _spots(crs: pyproj.CRS) -> FloatArray:
    to_map = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    return np.array(to_map.transform([30.0, 100.0, 170.0], [-89.0, 10.0, 85.0]))


def _extent_deg(raster: Raster) -> tuple[float, float, float, float]:
    """Return south, north, west and east of the pixels' outer edge."""
    along = np.linspace(0.0, 1.0, _EDGE_POINTS)
    near, far = np.zeros(_EDGE_POINTS), np.ones(_EDGE_POINTS)
    u = np.concatenate([along, far, along, near]) * raster.columns - 0.5
    v = np.concatenate([near, along, far, along]) * raster.rows - 0.5
    places = np.array(places_of(raster.crs, raster.columns_rows, u, v))
    latitude_deg, longitude_deg = places[:, np.isfinite(places).all(axis=0)]
    south_deg, north_deg = float(latitude_deg.min()), float(latitude_deg.max())
    has_south, has_north = (_has_pole(raster, pole) for pole in (-90.0, 90.0))
    if has_south or has_north or raster.goes_round:
        south_deg = -90.0 if has_south else south_deg
        return south_deg, 90.0 if has_north else north_deg, 0.0, 360.0
    west_deg, east_deg = _shortest_arc_deg(longitude_deg)
    return south_deg, north_deg, west_deg, east_deg


def _has_pole(raster: Raster, latitude_deg: float) -> bool:
    column, row = pixels_of(raster.crs, raster.columns_rows, [latitude_deg], [0.0])
    return bool(-0.5 <= column[0] <= raster.columns - 0.5 and -0.5 <= row[0] <= raster.rows - 0.5)


def _shortest_arc_deg(longitude_deg: FloatArray) -> tuple[float, float]:
    """Return the ends, from 0 to 360, of the shortest arc that holds all longitudes."""
    around = np.sort(np.unique(longitude_deg % 360.0))
    gaps = np.diff(np.append(around, around[0] + 360.0))
    last = int(np.argmax(gaps))
    return float(around[(last + 1) % around.size]), float(around[last])
