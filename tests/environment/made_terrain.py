"""Made-up terrain with a closed form, written as GeoTIFF in any projection."""

from pathlib import Path

import numpy as np
import pyproj
import rasterio
from affine import Affine

MOON_RADIUS_M = 1_737_400.0
POLAR = "+proj=stere +lat_0=-90 +lon_0=0 +R=1737400 +units=m +no_defs"
EQUIRECTANGULAR = "+proj=eqc +lat_ts=0 +lon_0=0 +R=1737400 +units=m +no_defs"
ORTHOGRAPHIC = "+proj=ortho +lat_0=-45 +lon_0=30 +R=1737400 +units=m +no_defs"
GEOGRAPHIC = "+proj=longlat +R=1737400 +no_defs"


def unit(latitude_deg: np.ndarray, longitude_deg: np.ndarray) -> np.ndarray:
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


class Hills:
    """Gaussian hills on the sphere: (latitude, longitude, height_m, width_m) each."""

    def __init__(self, *hills: tuple[float, float, float, float]) -> None:
        self.hills = hills

    def height_m(self, latitude_deg: np.ndarray, longitude_deg: np.ndarray) -> np.ndarray:
        point = unit(np.asarray(latitude_deg), np.asarray(longitude_deg))
        total = np.zeros(point.shape[1:])
        for latitude, longitude, height, width in self.hills:
            top = unit(np.asarray(latitude), np.asarray(longitude))
            apart = point - top.reshape(3, *([1] * (point.ndim - 1)))
            total += height * np.exp(-(np.sum(apart**2, axis=0) * MOON_RADIUS_M**2) / width**2)
        return total

    def horizon_deg(
        self,
        latitude_deg: float,
        longitude_deg: float,
        eye_m: float,
        azimuth_deg: float,
        far_m: float,
    ) -> float:
        """March along the great circle in small steps over the closed form."""
        arc = np.arange(20.0, far_m, 5.0) / MOON_RADIUS_M
        lat, az = np.radians(latitude_deg), np.radians(azimuth_deg)
        sine = np.sin(lat) * np.cos(arc) + np.cos(lat) * np.sin(arc) * np.cos(az)
        along = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))
        turn = np.arctan2(np.sin(az) * np.sin(arc) * np.cos(lat), np.cos(arc) - np.sin(lat) * sine)
        ground = self.height_m(along, longitude_deg + np.degrees(turn))
        eye = MOON_RADIUS_M + float(self.height_m(latitude_deg, longitude_deg)) + eye_m
        radius = MOON_RADIUS_M + ground
        return float(np.degrees(np.arctan2(radius * np.cos(arc) - eye, radius * np.sin(arc))).max())


def write_hills(
    path: Path, hills: Hills, crs: str, corner: tuple[float, float], pixel: float, size: int
) -> Path:
    """Write hills over a square whose upper left corner and pixel are in map units."""
    x = corner[0] + (np.arange(size) + 0.5) * pixel
    y = corner[1] - (np.arange(size) + 0.5) * pixel
    grid_x, grid_y = np.meshgrid(x, y)
    projection = pyproj.CRS.from_user_input(crs)
    to_degrees = pyproj.Transformer.from_crs(projection, projection.geodetic_crs, always_xy=True)
    longitude, latitude = to_degrees.transform(grid_x, grid_y)
    return write_raster(path, hills.height_m(latitude, longitude), crs, (*corner, pixel))


def write_raster(
    path: Path,
    heights: np.ndarray,
    crs: str | None,
    grid: tuple[float, float, float],
    nodata: float | None = None,
) -> Path:
    options = {} if crs is None else {"crs": crs}
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, nodata=nodata,
        height=heights.shape[0], width=heights.shape[1],
        transform=Affine(grid[2], 0.0, grid[0], 0.0, -grid[2], grid[1]), **options,
    ) as file:  # fmt: skip
        file.write(heights.astype(np.float32), 1)
    return path
