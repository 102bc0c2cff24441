"""One layer of a map: values on a raster, with what a reader must know about them."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from moonstead.environment.profile import TerrainFile
from moonstead.environment.terrain.grid import Terrain

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MapImage:
    """A layer of a map.

    Parameters
    ----------
    name
        In commands and file names, such as ``sun_any_fraction``.
    title
        In words.
    unit
        As in "1", "h", "deg", "K", "m"; empty for classes.
    values
        Shape (rows, columns); NaN where there is none.
    crs
        Of the raster.
    columns_rows
        Affine matrix (2, 3) from map coordinates to column and row, 0 at the first pixel's centre.
    pixel_m
        Side of a pixel at the centre, on the ground.
    source
        Terrain files that it rests on, fine to coarse.
    note
        Method and span, for captions and file headers.
    """

    name: str
    title: str
    unit: str
    values: NDArray[Any]
    crs: pyproj.CRS
    columns_rows: FloatArray
    pixel_m: float
    source: tuple[TerrainFile, ...]
    note: str = ""

    @property
    def is_synthetic(self) -> bool:
        """Whether it rests on terrain that was made up."""
        return any("SYNTHETIC" in file.product for file in self.source)

    def with_values(self, name: str, title: str, unit: str, values: NDArray[Any]) -> "MapImage":
        """Return another layer on the same raster."""
        return replace(self, name=name, title=title, unit=unit, values=values)


def image_of(terrain: Terrain, note: str = "") -> MapImage:
    """Return the heights of terrain as a layer."""
    return MapImage(
        name="elevation_m",
        title="Elevation",
        unit="m",
        values=terrain.heights_m,
        crs=terrain.crs,
        columns_rows=terrain.columns_rows,
        pixel_m=terrain.pixel_m,
        source=(terrain.file,),
        note=note,
    )
