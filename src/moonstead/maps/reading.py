"""Layers of a finished map, read back from the folder that `moonstead map` writes."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
import pyproj
import rasterio
from rasterio.errors import RasterioError

from moonstead.environment.profile import TerrainFile
from moonstead.environment.terrain.grid import columns_rows_of, ground_pixel_m
from moonstead.errors import InputError, Problem
from moonstead.maps.image import MapImage

_SOURCE: Final = re.compile(r"(?:^|; )(.+?) \(SHA-256 ([0-9a-f]*)\)")
_FROM: Final = ", from "


def read_layers(folder: Path, names: Iterable[str]) -> dict[str, MapImage]:
    """Read those layers that a folder has.

    Parameters
    ----------
    folder
        With a GeoTIFF ``NAME.tif`` a layer.
    names
        Wanted; those that are absent are left out.

    Returns
    -------
    dict of str to MapImage

    Raises
    ------
    InputError
        Where the folder does not exist, or a file of it cannot be read.
    """
    if not folder.is_dir():
        remedy = "is no folder; name one that `moonstead map` has written"
        raise InputError(Problem(str(folder), "", "", remedy))
    paths = {name: folder / f"{name}.tif" for name in names}
    return {name: read_image(path) for name, path in paths.items() if path.is_file()}


def read_image(path: Path) -> MapImage:
    """Read one layer; see `read_layers`.

    Raises
    ------
    InputError
        Where it cannot be read or has no reference system.
    """
    try:
        with rasterio.open(path) as file:
            values = file.read(1, masked=True)
            tags, transform = file.tags(), file.transform
            wkt = "" if file.crs is None else file.crs.to_wkt()
    except (RasterioError, OSError) as error:
        remedy = "is not a GeoTIFF that can be read, or was cut short; make the map again"
        raise InputError(Problem(str(path), "", "", remedy)) from error
    if not wkt:
        remedy = "has no reference system; make it with `moonstead map`"
        raise InputError(Problem(str(path), "crs", "", remedy))
    crs = pyproj.CRS.from_wkt(wkt)
    columns_rows = columns_rows_of(transform)
    map_pixel = float(np.sqrt(abs(transform.determinant)))
    return MapImage(
        name=path.stem,
        title=tags.get("TITLE", path.stem),
        unit=tags.get("UNIT", ""),
        values=values.astype(np.float64).filled(np.nan),
        crs=crs,
        columns_rows=columns_rows,
        pixel_m=ground_pixel_m(crs, columns_rows, map_pixel, values.shape),
        source=_source(tags, path),
        note=tags.get("NOTE", ""),
    )


def _source(tags: dict[str, str], path: Path) -> tuple[TerrainFile, ...]:
    """Return the terrain that a layer rests on; the description tells the first one's product."""
    product = tags.get("TIFFTAG_IMAGEDESCRIPTION", "").partition(_FROM)[2]
    found = [
        TerrainFile(name, product, sha) for name, sha in _SOURCE.findall(tags.get("TERRAIN", ""))
    ]
    return tuple(found) or (TerrainFile(path.name, product, ""),)
