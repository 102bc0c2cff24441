"""Layers of a map as one NetCDF file after the CF conventions 1.11.

Every layer names the grid mapping of the map, which has the parameters of CF and the WKT of the
lunar reference system; x and y are coordinates of pixel centres, and latitude and longitude of
every pixel are there as auxiliary coordinates for readers that know no projections (as float32,
good to a metre). Where the raster is not upright on its map, only these say where the pixels lie
(as float64). CF has no name for some projections, such as the equirectangular and the gnomonic:
there the grid mapping holds the WKT alone.

The file has no clock in it: the same layers give the same bytes with the same library.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import netCDF4
import numpy as np
import pyproj
from numpy.typing import NDArray

from moonstead.environment.profile import FloatArray
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.terrain.grid import places_of
from moonstead.environment.terrain.write import check_target
from moonstead.errors import InputError, Problem
from moonstead.maps.image import MapImage
from moonstead.version import VERSION

_CONVENTIONS: Final = "CF-1.11"
_MAPPING: Final = "crs"
_FLOAT_FILL: Final = np.float32(-9.96921e36)  # what the NetCDF library itself takes for float32
_UNITS: Final = {"deg": "degree"}
_STANDARD_NAMES: Final = {
    # Only what the CF table defines for this very quantity: it has no name for heights above a
    # lunar sphere, and none for shares of time.
    "lowest_temperature_k": "surface_temperature",
    "mean_temperature_k": "surface_temperature",
    "highest_temperature_k": "surface_temperature",
}
_FLAGS: Final = {"permanent_shadow": "light_at_some_time permanent_shadow"}
_CELL_METHODS: Final = {
    "lowest_temperature_k": "time: minimum",
    "mean_temperature_k": "time: mean",
    "highest_temperature_k": "time: maximum",
}


def write_netcdf(
    images: Sequence[MapImage], path: Path | str, attributes: Mapping[str, str] | None = None
) -> None:
    """Write layers of one raster; the file appears when it is whole.

    Parameters
    ----------
    images
        At least one; all on the same raster, with different names.
    path
        File that ends with ``.nc``.
    attributes
        Of the file, such as ``title`` and ``references``; they win over those written here.

    Raises
    ------
    InputError
        No layers, layers of different rasters or of one name, a name that does not end with
        ``.nc``, or a folder that does not exist.
    """
    path = Path(path)
    _check(images, path)
    partial = path.with_name(path.name + ".part")
    try:
        with netCDF4.Dataset(partial, "w", format="NETCDF4") as file:
            _write(file, images, attributes or {})
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _check(images: Sequence[MapImage], path: Path) -> None:
    if path.suffix.lower() != ".nc":
        raise InputError(Problem(str(path), "", "", "the name of a NetCDF file ends with .nc"))
    check_target(path)
    if not images:
        raise InputError(Problem(str(path), "", "", "a map has at least one layer"))
    first, seen = images[0], set[str]()
    for image in images:
        if image.values.shape != first.values.shape or not np.array_equal(
            image.columns_rows, first.columns_rows
        ):
            remedy = f"all layers of a file lie on one raster; write it apart from {first.name}"
            raise InputError(Problem(image.name, "raster", str(image.values.shape), remedy))
        if image.name in seen:
            raise InputError(Problem(image.name, "name", image.name, "name each layer once"))
        seen.add(image.name)


def _write(file: Any, images: Sequence[MapImage], attributes: Mapping[str, str]) -> None:
    first = images[0]
    rows, columns = first.values.shape
    _write_attributes(file, images, attributes)
    _write_mapping(file, first.crs)
    names = ("latitude", "longitude") if first.crs.is_geographic else ("y", "x")
    for name, size in zip(names, (rows, columns), strict=True):
        file.createDimension(name, size)
    is_upright = first.columns_rows[0, 1] == first.columns_rows[1, 0] == 0.0
    if is_upright:
        _write_axes(file, first, names)
    auxiliary = not (first.crs.is_geographic and is_upright)
    if auxiliary:
        _write_places(file, first, names, "f4" if is_upright else "f8")
    for image in images:
        variable = _write_values(file, image, names)
        variable.grid_mapping = _MAPPING
        if auxiliary:
            variable.coordinates = "lat lon"


def _write_attributes(file: Any, images: Sequence[MapImage], attributes: Mapping[str, str]) -> None:
    sources = {image_file: None for image in images for image_file in image.source}
    notes = dict.fromkeys(image.note for image in images if image.note)
    told = {
        "Conventions": _CONVENTIONS,
        "title": "Map of the Moon",
        "institution": "made with Moonstead",
        "source": "; ".join(f"{s.product} ({s.name}, SHA-256 {s.sha256})" for s in sources),
        "history": f"written by Moonstead {VERSION}",
        "references": "Moonstead documentation, page Maps",
    }
    if notes:
        told["comment"] = "\n".join(notes)
    if any(image.is_synthetic for image in images):
        told["SYNTHETIC"] = "YES: the terrain was made up"
    file.setncatts(told | dict(attributes))


def _write_mapping(file: Any, crs: pyproj.CRS) -> None:
    found = {
        key: value for key, value in crs.to_cf().items() if value not in ("unknown", "undefined")
    }
    variable = file.createVariable(_MAPPING, "i4")
    wkt = found.pop("crs_wkt")
    # GDAL reads spatial_ref, and readers without WKT want the radius by itself.
    found |= {"earth_radius": MOON_RADIUS_M} if "earth_radius" not in found else {}
    variable.setncatts(found | {"crs_wkt": wkt, "spatial_ref": wkt})


def _write_axes(file: Any, image: MapImage, names: tuple[str, str]) -> None:
    """Write the coordinates of rows and columns, in the unit of the map."""
    (a, _, c), (_, e, f) = image.columns_rows
    rows, columns = image.values.shape
    x, y = (np.arange(columns) - c) / a, (np.arange(rows) - f) / e
    is_geographic = image.crs.is_geographic
    for name, values, axis in ((names[0], y, "Y"), (names[1], x, "X")):
        variable = file.createVariable(name, "f8", (name,))
        if is_geographic:
            unit = "degrees_north" if axis == "Y" else "degrees_east"
            told = {"standard_name": name, "long_name": f"planetocentric {name}", "units": unit}
        else:
            low = axis.lower()
            told = {
                "standard_name": f"projection_{low}_coordinate",
                "long_name": f"{low} of pixel centre on the map",
                "units": _map_unit(image.crs),
            }
        variable.setncatts(told | {"axis": axis})
        variable[:] = values


def _write_places(file: Any, image: MapImage, names: tuple[str, str], number: str) -> None:
    rows, columns = image.values.shape
    row, column = np.indices((rows, columns), dtype=np.float64)
    places = places_of(image.crs, image.columns_rows, column.ravel(), row.ravel())
    for short, name, values in zip(("lat", "lon"), ("latitude", "longitude"), places, strict=True):
        variable = file.createVariable(short, number, names, **_packing(rows, columns))
        unit = "degrees_north" if short == "lat" else "degrees_east"
        variable.setncatts(
            {"standard_name": name, "long_name": f"planetocentric {name}", "units": unit}
        )
        degrees: FloatArray = np.where(np.isfinite(values), values, np.nan)
        variable[:] = degrees.reshape(rows, columns)


def _write_values(file: Any, image: MapImage, names: tuple[str, str]) -> Any:
    values: NDArray[Any] = np.asarray(image.values)
    packing = _packing(*values.shape)
    is_float = np.issubdtype(values.dtype, np.floating)
    if values.dtype == np.bool_:
        values = values.astype(np.int8)
    if is_float:
        fill = _FLOAT_FILL if values.dtype == np.float32 else np.float64(_FLOAT_FILL)
        variable = file.createVariable(image.name, values.dtype, names, fill_value=fill, **packing)
        values = np.where(np.isfinite(values), values, fill)
    else:
        variable = file.createVariable(image.name, values.dtype, names, **packing)
    told: dict[str, Any] = {
        "long_name": image.title,
        "units": _UNITS.get(image.unit, image.unit) or "1",
    }
    for key, table in (("standard_name", _STANDARD_NAMES), ("cell_methods", _CELL_METHODS)):
        if image.name in table:
            told[key] = table[image.name]
    if image.note:
        told["comment"] = image.note
    if image.name in _FLAGS:
        meanings = _FLAGS[image.name]
        told |= {"flag_values": np.arange(len(meanings.split()), dtype=values.dtype)}
        told["flag_meanings"] = meanings
    variable.setncatts(told)
    variable[:] = values
    return variable


def _packing(rows: int, columns: int) -> dict[str, Any]:
    tile = (min(rows, 256), min(columns, 256))
    return {"compression": "zlib", "complevel": 4, "shuffle": True, "chunksizes": tile}


def _map_unit(crs: pyproj.CRS) -> str:
    factor = float(crs.axis_info[0].unit_conversion_factor)
    return {1.0: "m", 1e3: "km"}.get(factor, f"{factor:.15g} m")
