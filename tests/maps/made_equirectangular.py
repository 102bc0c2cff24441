"""A cone on an equirectangular map, for tests."""

from pathlib import Path

import numpy as np
import pyproj
import rasterio
from affine import Affine

RADIUS_M = 1_737_400.0


def write_equirectangular_cone(path: Path, latitude_deg: float, longitude_deg: float) -> Path:
    """Write a cone of 2 km height and 8 km radius on an equirectangular map true at the equator."""
    crs = pyproj.CRS.from_proj4(f"+proj=eqc +lat_ts=0 +lon_0=0 +R={RADIUS_M} +units=m +no_defs")
    pixel_m, size = 200.0, 420
    x0, y0 = np.radians(longitude_deg) * RADIUS_M, np.radians(latitude_deg) * RADIUS_M
    half = (size - 1) / 2.0
    x = x0 + (np.arange(size) - half) * pixel_m
    y = y0 - (np.arange(size) - half) * pixel_m
    lon, lat = np.meshgrid(x / RADIUS_M, y / RADIUS_M)
    centre = np.radians(latitude_deg), np.radians(longitude_deg)
    cosine = np.sin(lat) * np.sin(centre[0]) + np.cos(lat) * np.cos(centre[0]) * np.cos(
        lon - centre[1]
    )
    distance_m = np.arccos(np.clip(cosine, -1.0, 1.0)) * RADIUS_M
    heights_m = np.maximum(2000.0 * (1.0 - distance_m / 8000.0), 0.0).astype(np.float32)
    transform = Affine(pixel_m, 0.0, x[0] - pixel_m / 2, 0.0, -pixel_m, y[0] + pixel_m / 2)
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, height=size, width=size,
        crs=crs.to_wkt(), transform=transform,
    ) as file:  # fmt: skip
        file.write(heights_m, 1)
    return path
