"""NetCDF grids: CF maps with a grid mapping, and the plain z(y, x) of GMT and others.

Coordinates are the centres of pixels, given along rows and columns or, as longitude and latitude,
for every pixel. They are checked to be even; a grid that is not even is refused.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import netCDF4
import numpy as np
import pyproj
from rasterio import Affine

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.crs import NO_CRS, lunar_crs

_MAGIC: Final = (b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n")
_X_NAMES: Final = ("x", "lon", "longitude", "easting", "xc")
_Y_NAMES: Final = ("y", "lat", "latitude", "northing", "yc")
_UNEVEN_PX: Final = 0.02  # how far a coordinate may be off an even grid (float32 degrees are 0.01)


@dataclass(frozen=True, slots=True)
class NetcdfGrid:
    """What a NetCDF file says of its grid of heights.

    Parameters
    ----------
    path
        The file.
    variable
        Of the heights.
    rows, columns
        Of the grid.
    transposed
        Whether columns come before rows in the file.
    unit
        Of the heights, as the file writes it; may be empty.
    crs
        Its reference system.
    transform
        From pixel corners to the map.
    product
        Title of the file; may be empty.
    """

    path: Path
    variable: str
    rows: int
    columns: int
    transposed: bool
    unit: str
    crs: pyproj.CRS
    transform: Affine
    product: str

    def read(
        self, row_start: int, row_stop: int, column_start: int, column_stop: int
    ) -> FloatArray:
        """Return a window in the unit of the file, NaN where it has no data."""
        rows, columns = slice(row_start, row_stop), slice(column_start, column_stop)
        with netCDF4.Dataset(self.path) as file:
            variable = file.variables[self.variable]
            lead = (0,) * (variable.ndim - 2)
            values = variable[(*lead, columns, rows) if self.transposed else (*lead, rows, columns)]
        heights: FloatArray = np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan)
        return heights.T if self.transposed else heights


def is_netcdf(path: Path) -> bool:
    """Tell by the first bytes whether a file is NetCDF, classic or of version 4."""
    with path.open("rb") as file:
        return file.read(8).startswith(_MAGIC)


def open_netcdf(path: Path, variable: str, crs: pyproj.CRS | None) -> NetcdfGrid:
    """Describe the grid of heights of a file.

    Parameters
    ----------
    path
        NetCDF file.
    variable
        Name of the heights; may be empty where the file has only one grid.
    crs
        Taken where the file names no reference system.

    Raises
    ------
    ValueError
        Where it holds no even grid of heights of the Moon, in words.
    OSError
        Where the library cannot read it.
    """
    with netCDF4.Dataset(path) as file:
        heights = _heights(file, variable)
        found = _crs(file, heights, crs)
        y, x = heights.dimensions[-2:]
        x_axis, y_axis = file.variables.get(x), file.variables.get(y)
        transposed = _is_x(y, y_axis) and _is_y(x, x_axis)
        if transposed:
            x, y, x_axis, y_axis = y, x, y_axis, x_axis
        if x_axis is not None and y_axis is not None and _fits(found, x_axis):
            transform = _even_axes(found, x_axis, y_axis)
        else:
            transform = _even_places(file, found, heights, transposed=transposed)
        rows, columns = heights.shape[-2:][:: -1 if transposed else 1]
        return NetcdfGrid(
            path=path,
            variable=heights.name,
            rows=int(rows),
            columns=int(columns),
            transposed=transposed,
            unit=str(getattr(heights, "units", "")),
            crs=found,
            transform=transform,
            product=str(getattr(file, "title", "")),
        )


def _heights(file: Any, name: str) -> Any:
    if name:
        if name not in file.variables:
            raise ValueError(f"has no variable {name!r}, but {', '.join(file.variables)}")
        return file.variables[name]
    grids = [v for v in file.variables.values() if _is_grid(v) and not _is_coordinate(v)]
    if not grids:
        raise ValueError("has no grid of two dimensions; a NetCDF file with heights is wanted")
    if len(grids) > 1:
        names = ", ".join(v.name for v in grids)
        raise ValueError(
            f"has {len(grids)} grids; which holds heights? Name it as FILE:NAME: {names}"
        )
    return grids[0]


def _is_grid(variable: Any) -> bool:
    shape = variable.shape
    return variable.ndim >= 2 and all(n == 1 for n in shape[:-2]) and variable.dtype != str


def _is_coordinate(variable: Any) -> bool:
    standard = str(getattr(variable, "standard_name", ""))
    return (
        standard in ("longitude", "latitude")
        or str(getattr(variable, "units", "")).startswith("degree")
        or variable.name.lower() in (*_X_NAMES, *_Y_NAMES)
    )


def _is_x(name: str, axis: Any) -> bool:
    standard, units = str(getattr(axis, "standard_name", "")), str(getattr(axis, "units", ""))
    return (
        standard in ("longitude", "projection_x_coordinate")
        or units.lower().startswith("degrees_e")
        or name.lower() in _X_NAMES
    )


def _is_y(name: str, axis: Any) -> bool:
    standard, units = str(getattr(axis, "standard_name", "")), str(getattr(axis, "units", ""))
    return (
        standard in ("latitude", "projection_y_coordinate")
        or units.lower().startswith("degrees_n")
        or name.lower() in _Y_NAMES
    )


def _crs(file: Any, heights: Any, answer: pyproj.CRS | None) -> pyproj.CRS:
    # "crs: x y" is the extended form of CF 1.7.
    mapping = str(getattr(heights, "grid_mapping", "")).partition(":")[0].strip()
    if mapping not in file.variables:
        if answer is None:
            raise ValueError(NO_CRS)
        return answer
    attributes = {k: v for k, v in file.variables[mapping].__dict__.items() if k != "_FillValue"}
    numbers = {k: _plain(v) for k, v in attributes.items()}
    if not {"crs_wkt", "spatial_ref"} & set(numbers):
        # Without a radius the WGS 84 of the Earth would be assumed.
        if not {"earth_radius", "semi_major_axis"} & set(numbers):
            if answer is None:
                raise ValueError(f"its grid mapping {mapping!r} names no radius, so it {NO_CRS}")
            return answer
        numbers.setdefault("grid_mapping_name", "latitude_longitude")
    try:
        return lunar_crs(_wkt_of_mapping(tuple(numbers.items())))
    except (KeyError, pyproj.exceptions.CRSError) as error:
        message = f"its grid mapping {mapping!r} is not understood ({error}); write CF attributes"
        raise ValueError(message) from error


def _plain(value: Any) -> Any:
    """Return a number or text of Python, or a tuple of numbers, of what NetCDF returns."""
    value = value.tolist() if isinstance(value, (np.generic, np.ndarray)) else value
    return tuple(value) if isinstance(value, list) else value


@lru_cache(maxsize=16)
def _wkt_of_mapping(attributes: tuple[tuple[str, Any], ...]) -> str:
    """Return the WKT of the CF attributes of a grid mapping.

    It takes PROJ half a second to make an ellipsoid of a radius; the tiles of a mosaic share it.
    """
    wkt: str = pyproj.CRS.from_cf(dict(attributes)).to_wkt()
    return wkt


def _fits(crs: pyproj.CRS, axis: Any) -> bool:
    """Tell whether a coordinate is in the unit of a map: degrees, or a length."""
    in_degrees = _is_degrees(axis)
    return in_degrees is None or in_degrees == crs.is_geographic


def _is_degrees(axis: Any) -> bool | None:
    units = str(getattr(axis, "units", "")).lower()
    return units.startswith("deg") if units else None


def _map_units(crs: pyproj.CRS, axis: Any) -> FloatArray:
    """Return the values of a coordinate in the unit of the map."""
    values = np.ma.filled(np.ma.asarray(axis[:]).astype(np.float64), np.nan)
    unit = str(getattr(axis, "units", "")).strip().lower()
    if crs.is_geographic or not unit:
        return values
    lengths = {"km": 1e3, "kilometer": 1e3, "kilometers": 1e3, "kilometre": 1e3, "m": 1.0}
    lengths |= {"meter": 1.0, "meters": 1.0, "metre": 1.0, "metres": 1.0, "kilometres": 1e3}
    if unit not in lengths:
        raise ValueError(f"its coordinate {axis.name!r} is in {unit!r}; m or km is wanted")
    return values * (lengths[unit] / float(crs.axis_info[0].unit_conversion_factor))


def _even_axes(crs: pyproj.CRS, x_axis: Any, y_axis: Any) -> Affine:
    (x, step_x), (y, step_y) = (_even(crs, axis) for axis in (x_axis, y_axis))
    if crs.is_geographic and abs(y) > 90.5:
        message = f"its coordinate {y_axis.name!r} begins at {y:g}: no latitude in degrees"
        raise ValueError(f"{message}; a projected reference system is wanted for it")
    return Affine(step_x, 0.0, x - step_x / 2.0, 0.0, step_y, y - step_y / 2.0)


def _even(crs: pyproj.CRS, axis: Any) -> tuple[float, float]:
    """Return where an even coordinate begins, and its step."""
    values = _map_units(crs, axis)
    if len(values) < 2:
        raise ValueError(f"its coordinate {axis.name!r} has one value, so its pixels have no size")
    step = float(values[-1] - values[0]) / (len(values) - 1)
    off = np.abs(values - (values[0] + step * np.arange(len(values))))
    if step == 0.0 or not (off < _UNEVEN_PX * abs(step)).all():
        message = f"its coordinate {axis.name!r} is not evenly spaced"
        raise ValueError(f"{message}; grid it evenly first (GMT grdsample, gdalwarp)")
    return float(values[0]), step


def _even_places(file: Any, crs: pyproj.CRS, heights: Any, *, transposed: bool) -> Affine:
    """Fit the map to the longitude and latitude of every pixel."""
    grids = {}
    for variable in file.variables.values():
        if variable.dimensions == heights.dimensions[-2:]:
            for kind, known in (("x", _is_x), ("y", _is_y)):
                if known(variable.name, variable):
                    grids[kind] = np.ma.filled(np.ma.asarray(variable[:], np.float64), np.nan)
    if len(grids) != 2:
        message = "does not say where its pixels lie in its reference system"
        raise ValueError(f"{message} {crs.name!r}; x and y, or longitude and latitude, are wanted")
    longitude, latitude = (g.T if transposed else g for g in (grids["x"], grids["y"]))
    longitude = np.unwrap(longitude, axis=1, period=360.0)
    to_map = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    x, y = to_map.transform(longitude, latitude)
    row, column = np.indices(x.shape)
    pixels = np.stack([column.ravel(), row.ravel(), np.ones(x.size)], axis=1)
    solution = np.linalg.lstsq(pixels, np.stack([x.ravel(), y.ravel()], axis=1), rcond=None)[0]
    off = np.abs(pixels @ solution - np.stack([x.ravel(), y.ravel()], axis=1))
    solution[np.abs(solution) < 1e-9 * np.abs(solution[:2]).max()] = 0.0  # upright is upright
    (a, d), (b, e), (c, f) = solution
    if not off.max() < _UNEVEN_PX * np.sqrt(abs(a * e - b * d)):
        message = f"its longitudes and latitudes are no even grid in {crs.name!r}"
        raise ValueError(f"{message}; name the right reference system, or grid it evenly first")
    return Affine(a, b, c - (a + b) / 2.0, d, e, f - (d + e) / 2.0)
