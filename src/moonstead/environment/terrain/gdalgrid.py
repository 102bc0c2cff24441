"""Rasters that GDAL reads: GeoTIFF and COG, JPEG 2000, ISIS cubes, ASCII grids and many more."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyproj
import rasterio
from rasterio.enums import ColorInterp
from rasterio.windows import Window

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.crs import NO_CRS, lunar_crs
from moonstead.environment.terrain.heights import metres_in
from moonstead.environment.terrain.tile import Tile

_PICTURE: Final = frozenset(
    {ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.palette}
)
_NO_PLACE: Final = "does not say where its pixels lie; write a geotransform into it"


@dataclass(frozen=True, slots=True)
class GdalGrid:
    """Reads the first band of a file, or of one of its overviews.

    Parameters
    ----------
    path
        The file.
    scale, offset
        Value = number * scale + offset.
    missing
        Numbers that mark missing data, besides what the file says.
    overview
        Which of the file's overviews, from 0; None for the full resolution.
    """

    path: Path
    scale: float = 1.0
    offset: float = 0.0
    missing: tuple[float, ...] = ()
    overview: int | None = None

    def read(
        self, row_start: int, row_stop: int, column_start: int, column_stop: int
    ) -> FloatArray:
        """Return a window in the unit of the file, NaN where it has no data."""
        window = Window.from_slices((row_start, row_stop), (column_start, column_stop))
        with (
            rasterio.Env(GDAL_NUM_THREADS="ALL_CPUS"),
            open_quietly(self.path, self.overview) as raster,
        ):
            band = raster.read(1, window=window, masked=True)
        return scaled(band, self.scale, self.offset, self.missing)


def open_quietly(path: Path, overview: int | None = None) -> Any:
    """Open a file; one without a place on the map gets an error of our own later."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        options = {} if overview is None else {"overview_level": overview}
        return rasterio.open(path, **options)


def scaled(numbers: Any, scale: float, offset: float, missing: tuple[float, ...]) -> FloatArray:
    """Return number * scale + offset, NaN where the numbers are masked or mark missing data."""
    values: FloatArray = np.array(np.ma.getdata(numbers), np.float64)
    if np.ma.is_masked(numbers):
        values[np.ma.getmaskarray(numbers)] = np.nan
    for marker in missing:
        values[values == marker] = np.nan
    if (scale, offset) != (1.0, 0.0):
        values *= scale
        values += offset
    return values


def open_gdal(path: Path, crs: pyproj.CRS | None, unit_m: float | None) -> Tile:
    """Describe a file; see `moonstead.environment.terrain.opening.open_tile`.

    Raises
    ------
    ValueError
        Where it is no map of heights of the Moon, in words.
    rasterio.errors.RasterioError
        Where GDAL cannot read it.
    """
    with open_quietly(path) as raster:
        _check_heights_not_picture(raster)
        found = _crs(path, raster, crs)
        if raster.transform.is_identity:
            raise ValueError(_NO_PLACE)
        told_m = metres_in(raster.units[0] or "") or unit_m
        scale, offset = raster.scales[0], raster.offsets[0]
        if raster.driver.startswith("JP2") and told_m is None and (scale, offset) == (1.0, 0.0):
            raise ValueError(
                "has no PDS label beside it (NAME_JP2.LBL) that says what its numbers mean; fetch "
                'that too, or pass unit="m" if they are metres'
            )
        # The smaller copies inside JPEG 2000 lie half a pixel off, as wavelets have it.
        factors = raster.overviews(1) if raster.driver == "GTiff" else []
        tags = raster.tags()
        return Tile(
            path=path,
            product=tags.get("SOURCE", tags.get("TIFFTAG_IMAGEDESCRIPTION", "")),
            crs=found,
            transform=raster.transform,
            rows=raster.height,
            columns=raster.width,
            reader=GdalGrid(path, scale, offset),
            unit_m=told_m,
            overviews={
                factor: GdalGrid(path, scale, offset, overview=level)
                for level, factor in enumerate(factors)
            },
        )


def _check_heights_not_picture(raster: Any) -> None:
    if raster.count == 0:
        names = ", ".join(name.rpartition(":")[2] for name in raster.subdatasets)
        raise ValueError(f"has no band of its own, only parts ({names}); write one as GeoTIFF")
    bands = [band for band in raster.colorinterp if band is not ColorInterp.alpha]
    bytes_plain = raster.dtypes[0] == "uint8" and raster.scales[0] == 1.0
    if _PICTURE & set(bands) or bytes_plain:
        kind = f"{len(bands)} band{'s' * (len(bands) > 1)} of {raster.dtypes[0]}"
        raise ValueError(f"is a picture ({kind}), not heights; an elevation model is wanted")
    if len(bands) > 1:
        named = ", ".join(name or str(i + 1) for i, name in enumerate(raster.descriptions))
        message = f"has {len(bands)} bands ({named}); which holds heights?"
        raise ValueError(f"{message} Write it alone with `gdal_translate -b`")
    if np.dtype(raster.dtypes[0]).kind == "c":
        raise ValueError("has complex numbers, not heights; an elevation model is wanted")


def _crs(path: Path, raster: Any, answer: pyproj.CRS | None) -> pyproj.CRS:
    if raster.crs:
        return lunar_crs(raster.crs.to_wkt())
    beside = path.with_suffix(".prj")
    if beside.is_file():
        return lunar_crs(beside.read_text(encoding="utf-8", errors="replace"))
    if answer is None:
        raise ValueError(NO_CRS)
    return answer
