"""How a map is cut into tiles, and what terrain each tile needs around it.

The observers stand on the finest elevation model that holds the map's centre. Each tile is
computed with that model at full resolution some way beyond its edge, then with averages of ever
more pixels, then with the coarser models, out to `FAR_M` or to where the models end. So memory
depends on the tile, not on the map, and a map larger than memory can be made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyproj

from moonstead.environment.profile import FloatArray
from moonstead.environment.sweep.grid import is_straight, straightened, tangent_frame
from moonstead.environment.sweep.horizons import Window
from moonstead.environment.terrain.covering import covering
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.nested import EVERY, FAR_M
from moonstead.environment.terrain.windows import Raster
from moonstead.errors import InputError, Problem, RangeError

_FULL_PX = 6e6  # pixels of full resolution around a tile, at most
_LEVEL_PX = 2.5e6  # pixels of each coarser level
_LEAST_HALO_PX = 64
_BYTES_PER_COUNT = 2


@dataclass(frozen=True, slots=True)
class Area:
    """What to map: a square on the map around a place.

    Parameters
    ----------
    latitude_deg, longitude_deg
        Of its centre.
    radius_m
        From the centre to an edge, along the ground.
    """

    latitude_deg: float
    longitude_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True, eq=False)
class MapPlan:
    """A map cut into tiles.

    Parameters
    ----------
    area
        What to map.
    own
        The elevation model on whose pixels the observers stand.
    window
        The map's part of it.
    tiles
        Parts of the window, row by row.
    coarser
        The other models, fine to coarse.
    """

    area: Area
    own: "Raster | Sheet"
    window: Window
    tiles: tuple[Window, ...]
    coarser: tuple[Raster, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Terrain in memory that is read like a raster on disk."""

    terrain: Terrain

    @property
    def rows(self) -> int:
        """Of the whole sheet."""
        return int(self.terrain.heights_m.shape[0])

    @property
    def columns(self) -> int:
        """Of the whole sheet."""
        return int(self.terrain.heights_m.shape[1])

    @property
    def pixel_m(self) -> float:
        """Side of a pixel."""
        return self.terrain.pixel_m

    @property
    def crs(self) -> pyproj.CRS:
        """Its coordinate reference system."""
        return self.terrain.crs

    @property
    def columns_rows(self) -> FloatArray:
        """Affine matrix (2, 3) from map coordinates to column and row."""
        return self.terrain.columns_rows

    def window(
        self, row_start: int, row_stop: int, column_start: int, column_stop: int, every: int = 1
    ) -> Terrain:
        """Cut out a window, with averages of `every` rows and columns; see `Raster.window`."""
        rows = (row_stop - row_start) // every
        columns = (column_stop - column_start) // every
        cut = self.terrain.heights_m[
            row_start : row_start + rows * every, column_start : column_start + columns * every
        ]
        if every > 1:
            blocks = cut.reshape(rows, every, columns, every)
            known = np.isfinite(blocks)
            count = known.sum(axis=(1, 3))
            total = np.where(known, blocks, 0.0).sum(axis=(1, 3))
            cut = np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
        shift = np.array([column_start, row_start]) + (every - 1) / 2.0
        columns_rows = self.terrain.columns_rows.copy()
        columns_rows[:, 2] -= shift
        return replace(
            self.terrain,
            heights_m=np.ascontiguousarray(cut),
            pixel_m=self.terrain.pixel_m * every,
            columns_rows=columns_rows / every,
        )


def plan_map(
    rasters: Sequence[Raster], area: Area, n_directions: int, memory_bytes: float
) -> MapPlan:
    """Choose the observers' grid, and cut the map into tiles that fit into memory.

    Parameters
    ----------
    rasters
        Fine to coarse.
    area
        What to map.
    n_directions
        Of the horizons.
    memory_bytes
        For the horizons of one tile; the terrain takes up to half a gigabyte more.

    Returns
    -------
    MapPlan

    Raises
    ------
    RangeError
        Where no model holds the centre.
    InputError
        Where the map would have no more than one pixel.
    """
    centre_deg = (area.latitude_deg, area.longitude_deg)
    index = next((i for i, raster in enumerate(rasters) if _holds(raster, centre_deg)), None)
    if index != 0:
        # A finer model beside the centre would be left out of what is seen: nothing is guessed.
        wanted = rasters if index is None else rasters[:index]
        covered = "; ".join(raster.covered() for raster in wanted)
        place = f"{area.latitude_deg:g}, {area.longitude_deg:g}"
        remedy = f"outside {covered}; choose a place inside, or other files"
        raise RangeError(Problem("--around", "", place, remedy))
    raster = rasters[0]
    own: Raster | Sheet = raster
    frame = tangent_frame(*centre_deg)
    around = raster.around(*centre_deg, area.radius_m)
    if is_straight(around, frame):
        window = _clipped(raster, centre_deg, area.radius_m)
    else:
        halo_m = min(area.radius_m, _LEAST_HALO_PX * 4 * raster.pixel_m)
        wide = raster.around(*centre_deg, np.sqrt(2.0) * (area.radius_m + halo_m))
        own = Sheet(straightened(wide, *centre_deg))
        window = _clipped(own, centre_deg, area.radius_m)
    if min(window.rows, window.columns) < 2:
        size = f"{area.radius_m / 1e3:g} km"
        remedy = f"is less than two pixels of {raster.pixel_m:.3g} m; choose a larger radius"
        raise InputError(Problem("--radius", "", size, remedy))
    most_px = memory_bytes / (_BYTES_PER_COUNT * n_directions)
    side = int(np.clip(np.sqrt(most_px), 32, 4096))
    return MapPlan(area, own, window, _tiles(window, side), tuple(rasters[1:]))


def terrain_of(plan: MapPlan, tile: Window) -> tuple[tuple[Terrain, ...], Window]:
    """Read the terrain that a tile needs, and tell where the tile lies in the first layer.

    Parameters
    ----------
    plan
        The map.
    tile
        One of its tiles.

    Returns
    -------
    (tuple of Terrain, Window)
        Fine to coarse.
    """
    own = plan.own
    far_px = FAR_M / own.pixel_m
    halo = _halo_px(tile, far_px, _FULL_PX)
    layers, box = [], _box(own, tile, halo, 1)
    layers.append(own.window(*box))
    inside = Window(tile.row - box[0], tile.column - box[2], tile.rows, tile.columns)
    every = 1
    while halo < far_px and not _whole(own, box):
        every *= EVERY
        halo = _halo_px(tile, far_px, _LEVEL_PX * every**2)
        box = _box(own, tile, halo, every)
        if min(box[1] - box[0], box[3] - box[2]) < 2 * every:
            break
        layers.append(own.window(*box, every))
    for raster in plan.coarser:
        reach_m = FAR_M + np.sqrt(2.0) * plan.area.radius_m
        every = max(int(np.ceil(2.0 * reach_m / raster.pixel_m / np.sqrt(_FULL_PX))), 1)
        layers.append(
            raster.around(plan.area.latitude_deg, plan.area.longitude_deg, reach_m, every)
        )
    return tuple(layers), inside


def _holds(raster: Raster, centre_deg: tuple[float, float]) -> bool:
    try:
        small = raster.around(*centre_deg, raster.pixel_m)
    except RangeError:
        return False
    return bool(np.isfinite(small.sample_m(*centre_deg)[0]))


def _clipped(raster: Raster | Sheet, centre_deg: tuple[float, float], radius_m: float) -> Window:
    shape = (raster.rows, raster.columns)
    found = covering(raster.crs, raster.columns_rows, shape, centre_deg, radius_m)
    row_0, column_0 = max(found.row_start, 0), max(found.column_start, 0)
    row_1, column_1 = min(found.row_stop, raster.rows), min(found.column_stop, raster.columns)
    return Window(row_0, column_0, row_1 - row_0, column_1 - column_0)


def _tiles(window: Window, side: int) -> tuple[Window, ...]:
    """Cut a window into nearly equal parts of at most `side` pixels."""

    def cuts(length: int) -> list[int]:
        parts = -(-length // side)
        return [length * k // parts for k in range(parts + 1)]

    rows, columns = cuts(window.rows), cuts(window.columns)
    return tuple(
        Window(window.row + r0, window.column + c0, r1 - r0, c1 - c0)
        for r0, r1 in pairwise(rows)
        for c0, c1 in pairwise(columns)
    )


def _halo_px(tile: Window, far_px: float, most_px: float) -> int:
    """Return how far around a tile to go without holding more than so many pixels."""
    middle = (tile.rows + tile.columns) / 4.0
    halo = np.sqrt(most_px) / 2.0 - middle
    return int(min(max(halo, _LEAST_HALO_PX), np.ceil(far_px)))


def _box(own: Raster | Sheet, tile: Window, halo: int, every: int) -> tuple[int, int, int, int]:
    row_0 = max(tile.row - halo, 0) // every * every
    column_0 = max(tile.column - halo, 0) // every * every
    row_1 = min(tile.row + tile.rows + halo, own.rows)
    column_1 = min(tile.column + tile.columns + halo, own.columns)
    return row_0, row_1, column_0, column_1


def _whole(own: Raster | Sheet, box: tuple[int, int, int, int]) -> bool:
    return box == (0, own.rows, 0, own.columns)
