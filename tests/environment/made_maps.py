"""Maps in memory, made or cut from others."""

from dataclasses import replace

import numpy as np
import pyproj

from moonstead.environment.profile import TerrainFile
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.terrain.grid import Terrain

SOUTH = "+proj=stere +lat_0=-90 +lon_0=0 +R=1737400 +units=m +no_defs"
NORTH = "+proj=stere +lat_0=90 +lon_0=0 +R=1737400 +units=m +no_defs"


def map_about(heights_m: np.ndarray, pixel_m: float, crs: str = SOUTH) -> Terrain:
    """Return heights as a map whose middle is the middle of its projection."""
    rows, columns = heights_m.shape
    columns_rows = np.array(
        [[1.0 / pixel_m, 0.0, (columns - 1) / 2.0], [0.0, -1.0 / pixel_m, (rows - 1) / 2.0]]
    )
    file = TerrainFile("made.tif", "", "")
    return Terrain(
        heights_m.astype(np.float32), pixel_m, file, pyproj.CRS.from_user_input(crs), columns_rows
    )


def local(latitude_deg: float, longitude_deg: float) -> str:
    return f"+proj=stere +lat_0={latitude_deg} +lon_0={longitude_deg} +R=1737400 +units=m +no_defs"


def places(terrain: Terrain) -> tuple[np.ndarray, np.ndarray]:
    """Return latitudes and longitudes of all pixels."""
    rows, columns = terrain.heights_m.shape
    column, row = np.meshgrid(np.arange(columns), np.arange(rows))
    (a, _, c), (_, e, f) = terrain.columns_rows
    to_map = pyproj.Transformer.from_crs(terrain.crs.geodetic_crs, terrain.crs, always_xy=True)
    longitude, latitude = to_map.transform((column - c) / a, (row - f) / e, direction="INVERSE")
    return latitude, longitude


def part(terrain: Terrain, rows: slice, columns: slice, every: int = 1) -> Terrain:
    """Return a part of a map, and of that every so many pixels."""
    shift = np.array([[0.0, 0.0, columns.start], [0.0, 0.0, rows.start]])
    return replace(
        terrain,
        heights_m=np.ascontiguousarray(terrain.heights_m[rows, columns][::every, ::every]),
        columns_rows=(terrain.columns_rows - shift) / every,
        pixel_m=terrain.pixel_m * every,
    )


def bumps_m(
    shape: tuple[int, int], seed: int, count: int = 30, least_px: float = 2.0
) -> np.ndarray:
    """Return smooth random ground: Gaussian hills and hollows of some pixels, slopes to 25 deg."""
    random = np.random.default_rng(seed)
    row, column = np.ogrid[: shape[0], : shape[1]]
    height = np.zeros(shape)
    for _ in range(count):
        r, c = random.uniform(0, shape[0]), random.uniform(0, shape[1])
        width = least_px * np.exp(random.uniform(0.0, 1.5))
        height += (
            random.normal()
            * 30.0
            * width
            * np.exp(-((row - r) ** 2 + (column - c) ** 2) / width**2)
        )
    return height


def dip_deg(eye_m: float) -> float:
    return float(np.degrees(np.arccos(MOON_RADIUS_M / (MOON_RADIUS_M + eye_m))))
