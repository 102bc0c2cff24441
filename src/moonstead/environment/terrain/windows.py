"""Windows of large rasters, read without loading the whole file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import pyproj
from rasterio import Affine

from moonstead.environment.profile import FloatArray, TerrainFile
from moonstead.environment.terrain.covering import PixelWindow, covering
from moonstead.environment.terrain.grid import (
    Terrain,
    columns_rows_of,
    ground_pixel_m,
    moved,
    places_of,
    turn_px,
)
from moonstead.environment.terrain.tile import Tile
from moonstead.errors import InputError, Problem, RangeError

_MOST_GB: Final = 4.0  # of heights held in memory
_CANVAS_PIXELS: Final = 2**24  # read at a time: 128 MB in double precision
_BLOCK_ROWS: Final = 1024  # the largest blocks in use, so that few are decoded twice


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A tile, and the row and column of the layer at which its first pixel lies."""

    tile: Tile
    row: int
    column: int


# Without slots, so that the hash is computed once and travels with a pickled raster.
@dataclass(frozen=True, eq=False)
class Raster:
    """A layer of terrain on disk: one file, or several tiles of one grid.

    Parameters
    ----------
    path
        The file; the first one of a mosaic.
    crs
        Its coordinate reference system.
    rows, columns
        Of the whole layer.
    transform
        From pixel corners to the map.
    tiles
        What it is made of; where tiles overlap the first one with data counts.
    """

    path: Path
    crs: pyproj.CRS
    rows: int
    columns: int
    transform: Affine
    tiles: tuple[Placed, ...]

    @property
    def pixel_m(self) -> float:
        """Side of a pixel on the ground at the centre."""
        return _ground_pixel_m(self.crs, self.transform, (self.rows, self.columns))

    @cached_property
    def columns_rows(self) -> FloatArray:
        """Affine matrix (2, 3) from map coordinates to column and row; see `Terrain`."""
        return columns_rows_of(self.transform)

    @cached_property
    def file(self) -> TerrainFile:
        """Where it came from. The hash is computed at the first use, which reads all bytes.

        A mosaic has the hash of the sorted lines ``HASH  NAME`` of its files, as ``sha256sum``
        writes them.
        """
        tiles = [placed.tile for placed in self.tiles]
        product = next((tile.product for tile in tiles if tile.product), self.path.name)
        if len(tiles) == 1:
            return TerrainFile(self.path.name, product, _sha256(self.path))
        lines = sorted(f"{_sha256(tile.path)}  {tile.path.name}\n" for tile in tiles)
        sha256 = hashlib.sha256("".join(lines).encode()).hexdigest()
        return TerrainFile(f"{self.path.name} and {len(tiles) - 1} more", product, sha256)

    @property
    def goes_round(self) -> bool:
        """Whether the columns go once round the Moon, so that windows may cross the edge.

        The last column may repeat the first, as in GMT's gridline registration.
        """
        return self._turn > 0

    @property
    def _turn(self) -> int:
        """How many columns go once round the Moon; 0 where they do not."""
        turn = turn_px(self.crs, self.columns_rows)
        whole = round(turn)
        repeated = self.columns - whole
        return whole if whole > 0 and abs(turn - whole) < 0.01 and repeated in (0, 1) else 0

    def whole(self) -> Terrain:
        """Read all of it; see `window`."""
        return self.window(0, self.rows, 0, self.columns)

    def window(
        self, row_start: int, row_stop: int, column_start: int, column_stop: int, every: int = 1
    ) -> Terrain:
        """Read a window.

        Parameters
        ----------
        row_start, row_stop, column_start, column_stop
            First pixel, and one past the last. Columns may lie beyond the edge of a raster that
            goes once round the Moon.
        every
            Average so many rows and columns into one pixel, over those that have data. A rest of
            fewer rows or columns at the end is left out. Where a GeoTIFF has overviews of a factor
            that divides this number and the window, they stand for averages; they are whatever
            their maker chose (``gdaladdo -r average`` gives averages).

        Returns
        -------
        Terrain
            NaN where there is no data, which may be everywhere.

        Raises
        ------
        InputError
            Where the window is empty, outside, or too large for memory; where a file is damaged,
            or holds no heights of the Moon.
        """
        self._check_window(row_start, row_stop, column_start, column_stop, every)
        rows, columns = (row_stop - row_start) // every, (column_stop - column_start) // every
        heights_m = np.empty((rows, columns), np.float32)
        for first, last in _chunks(row_start, rows, columns * every, every):
            window = PixelWindow(
                row_start + first * every,
                row_start + last * every,
                column_start,
                column_start + columns * every,
            )
            heights_m[first:last] = self._averages(window, every)
        transform = moved(self.transform, column_start, row_start, every)
        columns_rows = columns_rows_of(transform)
        pixel_m = _ground_pixel_m(self.crs, transform, (rows, columns))
        return Terrain(heights_m, pixel_m, self.file, self.crs, columns_rows)

    def around(
        self, latitude_deg: float, longitude_deg: float, radius_m: float, every: int = 1
    ) -> Terrain:
        """Read the window that covers a circle on the sphere.

        Parameters
        ----------
        latitude_deg, longitude_deg
            Centre, planetocentric.
        radius_m
            Of the circle along the ground. It may hold a pole, and cross the edge of a raster that
            goes once round the Moon; elsewhere the window ends at the edge of the raster.
        every
            As in `window`; the window is widened to multiples of it.

        Returns
        -------
        Terrain

        Raises
        ------
        RangeError
            Where the circle does not touch the raster.
        InputError
            As `window`.
        """
        found = covering(
            self.crs, self.columns_rows, (self.rows, self.columns), (latitude_deg, longitude_deg),
            radius_m,
        )  # fmt: skip
        rows = _widened(found.row_start, found.row_stop, every, (0, self.rows))
        edge = None if self.goes_round else (0, self.columns)
        columns = _widened(found.column_start, found.column_stop, every, edge)
        if columns[1] - columns[0] > self.columns:
            columns = (0, self.columns)
        if rows[0] >= rows[1] or columns[0] >= columns[1]:
            place = f"{latitude_deg:g}, {longitude_deg:g}"
            remedy = f"outside the terrain, which covers {self.covered()}; choose a place inside"
            raise RangeError(Problem(str(self.path), "latitude_deg, longitude_deg", place, remedy))
        return self.window(*rows, *columns, every)

    def covered(self) -> str:
        """Say in words what it covers: its centre and its half width."""
        return covered_words(
            self.crs, self.columns_rows, (self.rows, self.columns), self.pixel_m, self.path.name
        )

    def _check_window(
        self, row_start: int, row_stop: int, column_start: int, column_stop: int, every: int
    ) -> None:
        inside = row_start >= 0 and row_stop <= self.rows
        if self.goes_round:
            inside &= column_stop - column_start <= self.columns
            inside &= -self.columns <= column_start and column_stop <= 2 * self.columns
        else:
            inside &= column_start >= 0 and column_stop <= self.columns
        filled = row_stop - row_start >= every >= 1 and column_stop - column_start >= every
        if not (inside and filled):
            asked = f"rows {row_start} to {row_stop}, columns {column_start} to {column_stop}"
            asked += f" every {every}" if every != 1 else ""
            remedy = (
                f"{'outside the raster' if filled else 'an empty window'}; it has {self.rows} rows "
                f"and {self.columns} columns"
            )
            raise InputError(Problem(str(self.path), "window", asked, remedy))
        size = (row_stop - row_start) // every, (column_stop - column_start) // every
        size_gb = size[0] * size[1] * np.dtype(np.float32).itemsize / 1e9
        if size_gb > _MOST_GB:
            remedy = (
                f"{size[1]} by {size[0]} pixels are {size_gb:.0f} GB in memory; read what lies "
                "around the site with open_terrain(...)[0].around(latitude_deg, longitude_deg, "
                "radius_m, every=...), or cut out what lies within some 300 km of it "
                "(gdal_translate -projwin) and coarsen it beyond 20 km"
            )
            raise InputError(Problem(str(self.path), "", "", remedy))

    def _averages(self, window: PixelWindow, every: int) -> FloatArray:
        """Return the heights of a window whose sides are multiples of ``every``."""
        parts = [p for placed in self.tiles for p in self._parts(placed, window)]
        factor = max((f for f in _factors(every) if all(p.has(f) for p in parts)), default=1)
        rows = (window.row_stop - window.row_start) // factor
        columns = (window.column_stop - window.column_start) // factor
        canvas_m = np.full((rows, columns), np.nan)
        for part in parts:
            found_m = part.tile.heights_m(part.rows, part.columns, factor)
            if len(parts) == 1 and found_m.shape == canvas_m.shape:
                return _block_means(found_m, every // factor)
            row, column = part.row // factor, part.column // factor
            view = canvas_m[row : row + found_m.shape[0], column : column + found_m.shape[1]]
            np.copyto(view, found_m, where=np.isnan(view))
        return _block_means(canvas_m, every // factor)

    def _parts(self, placed: Placed, window: PixelWindow) -> "list[_Part]":
        """Return where a tile touches a window, also across the edge of the map."""
        parts = []
        tile = placed.tile
        turn = self._turn
        for shift in (-turn, 0, turn) if turn else (0,):
            row, column = placed.row, placed.column + shift
            rows = max(window.row_start, row), min(window.row_stop, row + tile.rows)
            columns = (
                max(window.column_start, column),
                min(window.column_stop, column + tile.columns),
            )
            if rows[0] < rows[1] and columns[0] < columns[1]:
                parts.append(
                    _Part(
                        tile,
                        (rows[0] - row, rows[1] - row),
                        (columns[0] - column, columns[1] - column),
                        rows[0] - window.row_start,
                        columns[0] - window.column_start,
                    )
                )
        return parts


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The pixels of a tile that a window needs, and where they go in it."""

    tile: Tile
    rows: tuple[int, int]
    columns: tuple[int, int]
    row: int
    column: int

    def has(self, factor: int) -> bool:
        """Tell whether an overview of a factor holds exactly these pixels."""
        edges = (*self.rows, *self.columns, self.row, self.column)
        return factor in self.tile.overviews and all(edge % factor == 0 for edge in edges)


def covered_words(
    crs: pyproj.CRS, columns_rows: FloatArray, shape: tuple[int, int], pixel_m: float, name: str
) -> str:
    """Say in words what a raster of rows and columns covers: its centre and its half width."""
    rows, columns = shape
    middle = np.array([(columns - 1) / 2.0]), np.array([(rows - 1) / 2.0])
    latitude_deg, longitude_deg = places_of(crs, columns_rows, *middle)
    return (
        f"{columns * pixel_m / 2e3:.4g} km by {rows * pixel_m / 2e3:.4g} km to either side of "
        f"latitude {latitude_deg[0]:.3f}, longitude {longitude_deg[0] % 360.0:.3f} ({name})"
    )


def _ground_pixel_m(crs: pyproj.CRS, transform: Affine, shape: tuple[int, int]) -> float:
    map_pixel = float(np.sqrt(abs(transform.determinant)))
    return ground_pixel_m(crs, columns_rows_of(transform), map_pixel, shape)


def _chunks(row_start: int, rows: int, width: int, every: int) -> Iterator[tuple[int, int]]:
    """Cut rows of a window into ranges that fit the canvas and end where blocks of files do."""
    at_once = max(_CANVAS_PIXELS // width, every)
    first = 0
    while first < rows:
        end = row_start + first * every + at_once
        last = (end - end % _BLOCK_ROWS - row_start) // every
        if last <= first:
            last = first + at_once // every
        yield first, min(last, rows)
        first = last


def _widened(start: int, stop: int, every: int, edge: tuple[int, int] | None) -> tuple[int, int]:
    """Widen a range to multiples of a step, and end it at the edge where there is one."""
    start, stop = start // every * every, -(-stop // every) * every
    return (start, stop) if edge is None else (max(start, edge[0]), min(stop, edge[1]))


def _factors(every: int) -> list[int]:
    return [factor for factor in range(2, every + 1) if every % factor == 0]


def _block_means(heights_m: FloatArray, every: int) -> FloatArray:
    """Return the means of square blocks over what is known in them."""
    if every == 1:
        return heights_m
    rows, columns = heights_m.shape[0] // every, heights_m.shape[1] // every
    blocks = heights_m.reshape(rows, every, columns, every)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0.0).sum(axis=(1, 3))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


@lru_cache(maxsize=64)
def _sha256_of(path: Path, size: int, modified_ns: int) -> str:  # noqa: ARG001  # a cache key
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sha256(path: Path) -> str:
    """Return the hash of a file's bytes, read in chunks once for each state of the file."""
    state = path.stat()
    return _sha256_of(path, state.st_size, state.st_mtime_ns)
