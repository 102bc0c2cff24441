"""Opening a file of heights: which reader it needs, and whether it is what it should be."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyproj
from rasterio.errors import RasterioError

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.crs import lunar_crs
from moonstead.environment.terrain.gdalgrid import GdalGrid, open_gdal, open_quietly, scaled
from moonstead.environment.terrain.grid import columns_rows_of, ground_pixel_m
from moonstead.environment.terrain.heights import check_metres, metres_in
from moonstead.environment.terrain.netcdf import is_netcdf, open_netcdf
from moonstead.environment.terrain.pds3 import Pds3Image, label_of, read_label
from moonstead.environment.terrain.tile import Reader, Tile
from moonstead.errors import InputError, Problem

_SAMPLE_PX: Final = 64
# LDEM_64_PA of LOLA and the PA shape grids for gravity work say it nowhere else.
_PRINCIPAL_AXES: Final = re.compile(r"(?:^|[\W_])PA(?:[\W_]|$)|(?i:principal.ax[ei]s)")
_UNREADABLE: Final = (
    "is not a raster that can be read, or was cut short; a GeoTIFF with heights is wanted"
)


def open_tile(path: Path, crs: pyproj.CRS | None, unit_m: float | None) -> Tile:
    """Describe a file of heights; its pixels are not read, but for a sample where units matter.

    Parameters
    ----------
    path
        A raster, a PDS3 label, or ``FILE.nc:VARIABLE``.
    crs
        Taken where the file names no reference system.
    unit_m
        Of the heights, taken where the file names none.

    Returns
    -------
    Tile

    Raises
    ------
    InputError
        Where it is no map of heights of the Moon, with the reason.
    """
    try:
        file, variable = _split_variable(path)
        label = None if variable else label_of(file)
        if label is not None:
            tile = _open_pds3(read_label(label, file), unit_m)
        elif variable or is_netcdf(file):
            tile = _open_netcdf(file, variable, crs, unit_m)
        else:
            tile = open_gdal(file, crs, unit_m)
        _check(tile)
    except (ValueError, OSError, RuntimeError, RasterioError) as error:
        raise InputError(Problem(str(path), "", "", _reason(error, path))) from error
    return tile


def _check(tile: Tile) -> None:
    if tile.transform.determinant == 0.0:
        raise ValueError("its pixels have no size; write a right geotransform into it")
    if _PRINCIPAL_AXES.search(f"{tile.path.stem} {tile.product}"):
        message = (
            "says by its name that it is in the principal axes frame (PA), some 0.9 km off the"
        )
        raise ValueError(f"{message} mean Earth frame; choose the mean Earth product, or rename it")
    if tile.unit_m is None:
        check_metres(*_sample(tile))


@dataclass(frozen=True, slots=True)
class _RawGrid:
    """Reads pixels that lie line after line in a file."""

    image: Pds3Image

    def read(
        self, row_start: int, row_stop: int, column_start: int, column_stop: int
    ) -> FloatArray:
        image = self.image
        numbers = np.memmap(
            image.data,
            np.dtype(image.number),
            "r",
            image.start_byte,
            (image.rows, image.columns),
        )
        part = numbers[row_start:row_stop, column_start:column_stop]
        return scaled(part, image.scale, image.offset, image.missing)


def _open_pds3(image: Pds3Image, unit_m: float | None) -> Tile:
    reader: Reader
    if image.jp2:
        with open_quietly(image.data) as raster:
            size = (raster.height, raster.width)
        if size != (image.rows, image.columns):
            message = f"has {size[1]} by {size[0]} pixels, but its label says"
            raise ValueError(f"{message} {image.columns} by {image.rows}; fetch both again")
        reader = GdalGrid(image.data, image.scale, image.offset, image.missing)
    else:
        wanted = np.dtype(image.number).itemsize * image.rows * image.columns + image.start_byte
        found = image.data.stat().st_size
        if found < wanted:
            message = f"is cut short: {image.data.name} has {found} bytes of {wanted}"
            raise ValueError(f"{message} that its label promises; fetch it again")
        reader = _RawGrid(image)
    return Tile(
        path=image.data,
        product=image.product,
        crs=lunar_crs(image.crs),
        transform=image.transform,
        rows=image.rows,
        columns=image.columns,
        reader=reader,
        unit_m=metres_in(image.unit) or unit_m,
    )


def _open_netcdf(file: Path, variable: str, crs: pyproj.CRS | None, unit_m: float | None) -> Tile:
    grid = open_netcdf(file, variable, crs)
    return Tile(
        path=file,
        product=grid.product,
        crs=grid.crs,
        transform=grid.transform,
        rows=grid.rows,
        columns=grid.columns,
        reader=grid,
        unit_m=metres_in(grid.unit) or unit_m,
    )


def _split_variable(path: Path) -> tuple[Path, str]:
    """Take ``FILE.nc:VARIABLE`` apart."""
    file, colon, variable = str(path).rpartition(":")
    if colon and not path.exists() and Path(file).is_file():
        return Path(file), variable
    return path, ""


def _sample(tile: Tile) -> tuple[list[FloatArray], float]:
    """Return up to nine blocks of a file, in its own unit, and the side of a pixel in m."""
    blocks = [
        tile.reader.read(*rows, *columns)
        for rows in _spread(tile.rows)
        for columns in _spread(tile.columns)
    ]
    map_pixel = float(np.sqrt(abs(tile.transform.determinant)))
    shape = (tile.rows, tile.columns)
    return blocks, ground_pixel_m(tile.crs, columns_rows_of(tile.transform), map_pixel, shape)


def _spread(length: int) -> list[tuple[int, int]]:
    """Return the first, the middle and the last `_SAMPLE_PX` of a length, or all of a short one."""
    last = max(length - _SAMPLE_PX, 0)
    return [(first, min(first + _SAMPLE_PX, length)) for first in sorted({0, last // 2, last})]


def _reason(error: Exception, path: Path) -> str:
    if isinstance(error, OSError) and error.errno and error.errno > 0 and error.strerror:
        return f"{error.strerror.lower()}; name an elevation model that can be read"
    if isinstance(error, RasterioError) and path.suffix.lower() == ".img":
        return f"has no PDS label beside it ({path.stem}.LBL) to read it by; fetch that too"
    if isinstance(error, (OSError, RuntimeError, RasterioError)):
        return _UNREADABLE
    return str(error)
