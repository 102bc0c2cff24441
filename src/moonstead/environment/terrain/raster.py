"""Terrain: elevation models of any usual format, several nested.

Heights are metres above the sphere of radius `MOON_RADIUS_M`, whatever the file counts from. Every
layer keeps its own coordinate reference system and is sampled through PROJ, so layers of different
projections may be mixed.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from moonstead.environment.terrain.crs import answered_crs
from moonstead.environment.terrain.grid import HeightArray, Terrain, bilinear, bilinear_at
from moonstead.environment.terrain.heights import metres_in
from moonstead.environment.terrain.mosaic import layers_of
from moonstead.environment.terrain.opening import open_tile
from moonstead.environment.terrain.tile import Tile
from moonstead.environment.terrain.windows import Raster, covered_words
from moonstead.errors import InputError, Problem, RangeError

__all__ = [
    "HeightArray",
    "Raster",
    "Terrain",
    "bilinear",
    "bilinear_at",
    "ground_elevation_m",
    "load_terrain",
    "open_terrain",
]

_SUFFIXES: Final = frozenset(
    (".tif", ".tiff", ".img", ".lbl", ".jp2", ".nc", ".grd", ".cub", ".vrt", ".asc")
)


def open_terrain(
    paths: Iterable[str | Path], crs: str | None = None, unit: str | None = None
) -> tuple[Raster, ...]:
    """Open elevation models without reading them, and order them from fine to coarse.

    Parameters
    ----------
    paths
        Rasters with one band of heights: GeoTIFF and whatever else GDAL reads, PDS3 images or
        their labels, NetCDF grids (``FILE:VARIABLE`` where there are several); or folders of such
        files. Tiles of one grid become one layer.
    crs
        Reference system of the files that have none, such as ``IAU_2015:30135``; files that have
        one keep it.
    unit
        Of the heights of files that name none, ``m`` or ``km``. Without it metres are read, and
        what is likely kilometres is refused.

    Returns
    -------
    tuple of Raster
        Fine to coarse.

    Raises
    ------
    InputError
        With every file that is missing, unreadable, without a reference system, of another body,
        or of something else than heights.
    """
    layers, problems = _open(paths, crs, unit)
    if problems:
        raise InputError(problems.values())
    return tuple(sorted(layers, key=lambda layer: layer.pixel_m))


def load_terrain(paths: Iterable[str | Path]) -> tuple[Terrain, ...]:
    """Read elevation models into memory, and order them from fine to coarse.

    Parameters
    ----------
    paths
        As `open_terrain`, which reads windows of what is too large for memory.

    Returns
    -------
    tuple of Terrain
        Fine to coarse.

    Raises
    ------
    InputError
        As `open_terrain`, and with every file that is damaged, too large for memory, or without
        any heights.
    """
    layers, problems = _open(paths, None, None)
    loaded: list[Terrain] = []
    for layer in layers:
        try:
            terrain = layer.whole()
        except InputError as error:
            problems[layer.path] = error.problems[0]
            continue
        if np.isnan(terrain.heights_m).all():
            remedy = "has no heights at all, only missing data; choose another file"
            problems[layer.path] = Problem(str(layer.path), "", "", remedy)
        loaded.append(terrain)
    if problems:
        raise InputError(problems.values())
    return tuple(sorted(loaded, key=lambda terrain: terrain.pixel_m))


def ground_elevation_m(
    layers: Sequence[Terrain], latitude_deg: float, longitude_deg: float
) -> float:
    """Return the ground elevation at a place, from the finest layer that covers it.

    Parameters
    ----------
    layers
        Fine to coarse.
    latitude_deg, longitude_deg
        Planetocentric.

    Returns
    -------
    float
        m above `MOON_RADIUS_M`.

    Raises
    ------
    RangeError
        Where no layer has the place.
    """
    for layer in layers:
        height_m = float(layer.sample_m(latitude_deg, longitude_deg)[0])
        if np.isfinite(height_m):
            return height_m
    place = f"{latitude_deg:g}, {longitude_deg:g}"
    covered = "; ".join(
        covered_words(x.crs, x.columns_rows, x.heights_m.shape, x.pixel_m, x.file.name)
        for x in layers
    )
    remedy = f"outside the terrain, which covers {covered}; choose a place inside or add a file"
    raise RangeError(Problem("terrain", "latitude_deg, longitude_deg", place, remedy))


def _open(
    paths: Iterable[str | Path], crs: str | None, unit: str | None
) -> tuple[list[Raster], dict[Path, Problem]]:
    """Return the layers, and what is wrong with which file."""
    problems: dict[Path, Problem] = {}
    files = [file for path in paths for file in _files(Path(path), problems)]
    if not files and not problems:
        raise InputError(Problem("terrain", "", "", "name at least one elevation model"))
    answer, unit_m = answered_crs(crs), _answered_unit_m(unit)
    tiles: dict[Path, Tile] = {}
    for file in files:
        try:
            tile = open_tile(file, answer, unit_m)
        except InputError as error:
            problems[file] = error.problems[0]
        else:
            tiles.setdefault(tile.path, tile)  # a label and its image are one
    return layers_of(list(tiles.values())), problems


def _answered_unit_m(unit: str | None) -> float | None:
    try:
        return None if unit is None else metres_in(unit)
    except ValueError as error:
        raise InputError(Problem("unit", "", unit or "", 'give "m" or "km"')) from error


def _files(path: Path, problems: dict[Path, Problem]) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [file for file in sorted(path.iterdir()) if file.suffix.lower() in _SUFFIXES]
    if not files:
        remedy = "holds no rasters; name a folder with elevation models, or the files themselves"
        problems[path] = Problem(str(path), "", "", remedy)
    return files
