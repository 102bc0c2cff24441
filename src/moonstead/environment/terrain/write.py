"""Layers of a map to GeoTIFF, with a lunar reference system.

The same layer gives the same bytes: there is no clock in the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.shutil import copy as copy_raster

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.grid import Terrain
from moonstead.errors import InputError, Problem

SYNTHETIC = "SYNTHETIC"
"""Begins the product name of made-up terrain, and is the tag that marks its files."""

_TILE_PIXELS = 256
_SIDECARS = {".prj": "WKT1_ESRI", ".wkt": "WKT2_2019"}


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One map of numbers.

    Parameters
    ----------
    values
        Shape (rows, columns), of any float or integer type that TIFF has.
    crs, columns_rows
        As in `Terrain`.
    name
        What the numbers are, such as ``height_m``.
    unit
        Such as ``m``; empty for none.
    nodata
        The number that stands for missing data; None for none (NaN is missing in any case).
    product
        What the map is made of, in words; it is written where readers look for it.
    tags
        More to say, by name.
    """

    values: NDArray[Any]
    crs: pyproj.CRS
    columns_rows: FloatArray
    name: str
    unit: str = ""
    nodata: float | None = None
    product: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def write_layer(
    layer: Layer, path: Path | str, *, is_cog: bool = False, has_sidecar: bool = False
) -> None:
    """Write a layer as GeoTIFF; the file appears when it is whole.

    Parameters
    ----------
    layer
        To write.
    path
        Of the file.
    is_cog
        Write it as cloud-optimised GeoTIFF, with overviews (averages; the nearest pixel for
        integers, which are often classes).
    has_sidecar
        Also write the reference system as ``NAME.prj`` (the form of ESRI) and ``NAME.wkt``
        (WKT 2), for programs that do not know lunar systems by number.

    Raises
    ------
    InputError
        The values are not a map of numbers, or the folder does not exist.
    """
    path = Path(path)
    _check(layer, path)
    partial = path.with_name(path.name + ".part")
    plain = partial.with_name(path.name + ".plain") if is_cog else partial
    try:
        _write_plain(layer, plain)
        if is_cog:
            is_integer = np.issubdtype(layer.values.dtype, np.integer)
            resampling = Resampling.nearest if is_integer else Resampling.average
            copy_raster(
                plain,
                partial,
                driver="COG",
                COMPRESS="DEFLATE",
                PREDICTOR="YES",
                BLOCKSIZE=_TILE_PIXELS,
                OVERVIEW_RESAMPLING=resampling.name,
                BIGTIFF="IF_SAFER",
            )
        partial.replace(path)
    finally:
        for left in {partial, plain}:
            left.unlink(missing_ok=True)
    if has_sidecar:
        for ending, form in _SIDECARS.items():
            text = layer.crs.to_wkt(form, pretty=form == "WKT2_2019")
            path.with_suffix(ending).write_text(text + "\n", encoding="utf-8")


def write_terrain(
    terrain: Terrain, path: Path | str, *, is_cog: bool = False, has_sidecar: bool = False
) -> None:
    """Write terrain as GeoTIFF of heights in metres above the sphere of 1737.4 km.

    Parameters
    ----------
    terrain
        To write. Made-up terrain gets the tag ``SYNTHETIC=YES``.
    path, is_cog, has_sidecar
        As in `write_layer`.

    Raises
    ------
    InputError
        The folder does not exist.
    """
    product = terrain.file.product
    tags = {SYNTHETIC: "YES"} if product.startswith(SYNTHETIC) else {}
    layer = Layer(
        terrain.heights_m,
        terrain.crs,
        terrain.columns_rows,
        "height_m",
        unit="m",
        nodata=np.nan,
        product=product,
        tags=tags,
    )
    write_layer(layer, path, is_cog=is_cog, has_sidecar=has_sidecar)


def check_target(path: Path) -> None:
    """Raise InputError where no file can be written under this name."""
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(Problem(str(path), "", "", "name a file in a folder that exists"))


def _check(layer: Layer, path: Path) -> None:
    values = layer.values
    if values.ndim != 2 or min(values.shape, default=0) == 0:
        remedy = "a map has rows and columns"
        raise InputError(Problem(layer.name, "shape", str(values.shape), remedy))
    if not rasterio.dtypes.check_dtype(values.dtype):
        remedy = "a map holds floats or integers of 8 to 64 bits"
        raise InputError(Problem(layer.name, "type", str(values.dtype), remedy))
    check_target(path)


def _write_plain(layer: Layer, path: Path) -> None:
    rows, columns = layer.values.shape
    is_tiled = min(rows, columns) >= _TILE_PIXELS
    tiling = {"blockxsize": _TILE_PIXELS, "blockysize": _TILE_PIXELS} if is_tiled else {}
    is_float = np.issubdtype(layer.values.dtype, np.floating)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=rows,
        width=columns,
        count=1,
        dtype=layer.values.dtype,
        crs=CRS.from_wkt(layer.crs.to_wkt()),
        transform=_transform(layer.columns_rows),
        nodata=layer.nodata,
        compress="deflate",
        predictor=3 if is_float else 2,
        tiled=is_tiled,
        bigtiff="if_safer",
        **tiling,
    ) as file:
        file.write(layer.values, 1)
        file.set_band_description(1, layer.name)
        if layer.unit:
            file.set_band_unit(1, layer.unit)
        # GeoTIFF has no number for lunar systems. Readers of TIFF show the description, and
        # users of GDAL look for SOURCE.
        authority = layer.crs.to_authority()
        said = {
            "CRS": ":".join(authority) if authority else "",
            "SOURCE": layer.product,
            "TIFFTAG_IMAGEDESCRIPTION": layer.product,
        }
        file.update_tags(**{name: text for name, text in said.items() if text}, **layer.tags)


def _transform(columns_rows: FloatArray) -> Affine:
    """Return the geotransform of pixel corners."""
    (a, b, c), (d, e, f) = columns_rows
    return ~Affine(a, b, c + 0.5, d, e, f + 0.5)
