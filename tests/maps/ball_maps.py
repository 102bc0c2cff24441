"""Made-up layers of maps with known answers, in any projection."""

from typing import Any

import numpy as np
import pyproj

from moonstead.environment.profile import TerrainFile
from moonstead.environment.terrain.grid import Terrain
from moonstead.maps.image import MapImage

RADIUS_KM = 1737.4
SOUTH = "IAU_2015:30135"
NORTH = "IAU_2015:30130"
EQUIRECTANGULAR = "IAU_2015:30110"
GEOGRAPHIC = "IAU_2015:30100"
LOCAL = "+proj=stere +lat_0=-43.3 +lon_0=20 +k=1 +R=1737400 +units=m +no_defs"
FILE = TerrainFile("made.tif", "A made-up ball", "0" * 64)
SYNTHETIC = TerrainFile("made.tif", "SYNTHETIC terrain, seed 1", "0" * 64)


def made_map(
    values: Any,
    crs: str = SOUTH,
    pixel: float = 1000.0,
    centre: tuple[float, float] = (0.0, 0.0),
    name: str = "sun_any_fraction",
    unit: str = "1",
    file: TerrainFile = FILE,
) -> MapImage:
    """Lay values on a map, their middle at a place in units of the map."""
    values = np.asarray(values)
    rows, columns = values.shape
    middle_row, middle_column = (rows - 1) / 2.0, (columns - 1) / 2.0
    columns_rows = np.array(
        [
            [1.0 / pixel, 0.0, middle_column - centre[0] / pixel],
            [0.0, -1.0 / pixel, middle_row + centre[1] / pixel],
        ]
    )
    return MapImage(
        name=name,
        title="A layer",
        unit=unit,
        values=values,
        crs=pyproj.CRS(crs),
        columns_rows=columns_rows,
        pixel_m=pixel,
        source=(file,),
        note="Made for a test.",
    )


def terrain_of(image: MapImage, heights_m: Any) -> Terrain:
    heights = np.asarray(heights_m, dtype=np.float32)
    return Terrain(heights, image.pixel_m, image.source[0], image.crs, image.columns_rows)


def places_of_pixels(image: MapImage) -> tuple[Any, Any]:
    """Return latitude and longitude of every pixel, straight from PROJ."""
    rows, columns = image.values.shape
    (a, _, c), (_, e, f) = image.columns_rows
    x, y = np.meshgrid((np.arange(columns) - c) / a, (np.arange(rows) - f) / e)
    to_degrees = pyproj.Transformer.from_crs(image.crs, image.crs.geodetic_crs, always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    return latitude, longitude


def cap_area_km2(latitude_deg: float) -> float:
    """Return the area poleward of a latitude: Archimedes' hat-box theorem."""
    return float(2.0 * np.pi * RADIUS_KM**2 * (1.0 - np.sin(np.radians(abs(latitude_deg)))))
