"""A quick look for sunny ground, to save the exact horizon for the few best candidates.

Near the pole a straight line in the polar stereographic plane is close to a great circle, and the
step along a ray may grow with distance. Errors of some hundredths of a degree do not matter here:
every candidate is judged again by the package's own horizon. Two nested maps, the fine one may be
the coarse one again.
"""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled, compiled_parallel
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.terrain.raster import Terrain, bilinear_at

FloatArray = NDArray[np.float64]
HeightArray = NDArray[np.float32]

N_AZIMUTHS = 120
GROWTH = 0.01  # of the distance: the step along a ray once it is longer than a pixel
SUN_RADIUS_DEG = 0.267


@dataclass(frozen=True)
class PlaneMap:
    """A north-up polar stereographic map: heights, place of the first pixel's centre, pixel."""

    heights_m: HeightArray
    left_m: float
    top_m: float
    pixel_m: float


def plane_map(layer: Terrain) -> PlaneMap:
    (a, _, c), (_, e, f) = layer.columns_rows
    return PlaneMap(layer.heights_m, -c / a, -f / e, 1.0 / a)


def latitude_longitude_deg(x_m: FloatArray, y_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    colatitude = 2.0 * np.arctan(np.hypot(x_m, y_m) / (2.0 * MOON_RADIUS_M))
    longitude_deg = np.degrees(np.arctan2(x_m, y_m)) % 360.0
    return (
        np.asarray(np.degrees(colatitude) - 90.0, dtype=np.float64),
        np.asarray(longitude_deg, dtype=np.float64),
    )


def plane_m(latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
    rho_m = 2.0 * MOON_RADIUS_M * np.tan(np.radians(90.0 + latitude_deg) / 2.0)
    lon = np.radians(longitude_deg)
    return float(rho_m * np.sin(lon)), float(rho_m * np.cos(lon))


def local_tops_m(plane: PlaneMap, half_window: int) -> tuple[FloatArray, FloatArray]:
    """Return x and y of the pixels that are the highest of their neighbourhood."""
    heights = plane.heights_m
    rows, columns = np.nonzero(_is_top(heights, half_window))
    x_m = plane.left_m + columns.astype(np.float64) * plane.pixel_m
    y_m = plane.top_m - rows.astype(np.float64) * plane.pixel_m
    return x_m, y_m


@compiled
def _is_top(heights_m: HeightArray, half: int) -> NDArray[np.bool_]:
    rows, columns = heights_m.shape
    top = np.zeros((rows, columns), dtype=np.bool_)
    for i in range(half, rows - half):
        for j in range(half, columns - half):
            window = heights_m[i - half : i + half + 1, j - half : j + half + 1]
            top[i, j] = heights_m[i, j] >= window.max()
    return top


def lit_fraction(
    x_m: FloatArray,
    y_m: FloatArray,
    height_m: float,
    maps: tuple[PlaneMap, PlaneMap],
    sun_me: FloatArray,
) -> FloatArray:
    """Return the share of the Suns (unit vectors, (n, 3)) that show at each place, about."""
    fine, coarse = maps
    return _lit(
        x_m,
        y_m,
        height_m,
        fine.heights_m,
        (fine.left_m, fine.top_m, fine.pixel_m),
        coarse.heights_m,
        (coarse.left_m, coarse.top_m, coarse.pixel_m),
        sun_me,
    )


@compiled_parallel
def _lit(
    x_m: FloatArray,
    y_m: FloatArray,
    height_m: float,
    fine: HeightArray,
    fine_grid: tuple[float, float, float],
    coarse: HeightArray,
    coarse_grid: tuple[float, float, float],
    sun_me: FloatArray,
) -> FloatArray:
    out = np.empty(len(x_m))
    for k in numba.prange(len(x_m)):
        horizon_deg = np.empty(N_AZIMUTHS)
        lon = np.arctan2(x_m[k], y_m[k])
        ground = _ground(x_m[k], y_m[k], fine, fine_grid, coarse, coarse_grid)
        for i in range(N_AZIMUTHS):
            azimuth = 2.0 * np.pi * i / N_AZIMUTHS
            dx = np.cos(azimuth) * np.sin(lon) + np.sin(azimuth) * np.cos(lon)
            dy = np.cos(azimuth) * np.cos(lon) - np.sin(azimuth) * np.sin(lon)
            best, distance = -1.0, fine_grid[2]
            while True:
                x, y = x_m[k] + dx * distance, y_m[k] + dy * distance
                height = _ground(x, y, fine, fine_grid, coarse, coarse_grid)
                if np.isnan(height):
                    break
                drop = distance * distance / (2.0 * MOON_RADIUS_M)
                best = max(best, (height - drop - ground - height_m) / distance)
                distance += max(fine_grid[2], GROWTH * distance)
            horizon_deg[i] = np.degrees(np.arctan(best))
        out[k] = _share_of_suns(x_m[k], y_m[k], horizon_deg, sun_me)
    return out


@compiled
def _ground(
    x: float,
    y: float,
    fine: HeightArray,
    fine_grid: tuple[float, float, float],
    coarse: HeightArray,
    coarse_grid: tuple[float, float, float],
) -> float:
    height: float = bilinear_at(
        fine, (x - fine_grid[0]) / fine_grid[2], (fine_grid[1] - y) / fine_grid[2]
    )
    if np.isnan(height):
        height = bilinear_at(
            coarse, (x - coarse_grid[0]) / coarse_grid[2], (coarse_grid[1] - y) / coarse_grid[2]
        )
    return height


@compiled
def _share_of_suns(x: float, y: float, horizon_deg: FloatArray, sun_me: FloatArray) -> float:
    lon = np.arctan2(x, y)
    lat = 2.0 * np.arctan(np.hypot(x, y) / (2.0 * MOON_RADIUS_M)) - 0.5 * np.pi
    cos_lat, sin_lat, cos_lon, sin_lon = np.cos(lat), np.sin(lat), np.cos(lon), np.sin(lon)
    lit = 0
    for n in range(len(sun_me)):
        sx, sy, sz = sun_me[n, 0], sun_me[n, 1], sun_me[n, 2]
        up = cos_lat * cos_lon * sx + cos_lat * sin_lon * sy + sin_lat * sz
        east = -sin_lon * sx + cos_lon * sy
        north = -sin_lat * cos_lon * sx - sin_lat * sin_lon * sy + cos_lat * sz
        place = (np.arctan2(east, north) / (2.0 * np.pi) % 1.0) * len(horizon_deg)
        low = int(place)
        share = place - low
        count = len(horizon_deg)
        horizon = (1.0 - share) * horizon_deg[low % count]
        horizon += share * horizon_deg[(low + 1) % count]
        lit += np.degrees(np.arcsin(up)) + SUN_RADIUS_DEG > horizon
    return lit / len(sun_me)
