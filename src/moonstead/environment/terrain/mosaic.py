"""Tiles of one grid become one layer.

Files belong to one layer where they have the same reference system and pixel, lie on the same
grid to a hundredth of a pixel, and touch or overlap along a side. Products of the same grid that
lie apart stay layers of their own, so that no memory goes to the ground between them.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from moonstead.environment.terrain.grid import columns_rows_of, moved
from moonstead.environment.terrain.tile import Tile
from moonstead.environment.terrain.windows import Placed, Raster

_SAME_GRID_PX: Final = 0.01


def layers_of(tiles: Sequence[Tile]) -> list[Raster]:
    """Return the layers that tiles make, in the order of their first tiles."""
    groups: list[list[Tile]] = []
    for tile in tiles:
        touching = [group for group in groups if any(_touch(tile, other) for other in group)]
        merged = [other for group in touching for other in group]
        position = groups.index(touching[0]) if touching else len(groups)
        groups = [group for group in groups if group not in touching]
        groups.insert(position, [*merged, tile])
    return [_layer(sorted(group, key=tiles.index)) for group in groups]


def _touch(one: Tile, other: Tile) -> bool:
    """Tell whether two tiles share a grid and at least a part of a side."""
    steps = (one.transform.a, one.transform.b, one.transform.d, one.transform.e)
    others = (other.transform.a, other.transform.b, other.transform.d, other.transform.e)
    reach = max(one.rows, one.columns, other.rows, other.columns)
    if not np.allclose(steps, others, rtol=_SAME_GRID_PX / reach, atol=0.0) or one.crs != other.crs:
        return False
    column, row = _corner_px(one, other)
    if max(abs(column - round(column)), abs(row - round(row))) > _SAME_GRID_PX:
        return False
    across = min(one.columns, round(column) + other.columns) - max(0, round(column))
    down = min(one.rows, round(row) + other.rows) - max(0, round(row))
    return bool(across >= 0 and down >= 0 and across + down > 0)


def _layer(tiles: list[Tile]) -> Raster:
    first = tiles[0]
    corners = [_corner_px(first, tile) for tile in tiles]
    columns, rows = ([round(corner[axis]) for corner in corners] for axis in (0, 1))
    left, top = min(columns), min(rows)
    return Raster(
        path=first.path,
        crs=first.crs,
        rows=max(row + tile.rows for row, tile in zip(rows, tiles, strict=True)) - top,
        columns=max(c + tile.columns for c, tile in zip(columns, tiles, strict=True)) - left,
        transform=moved(first.transform, left, top),
        tiles=tuple(
            Placed(tile, row - top, column - left)
            for tile, row, column in zip(tiles, rows, columns, strict=True)
        ),
    )


def _corner_px(tile: Tile, other: Tile) -> tuple[float, float]:
    """Return the column and row of a tile at which the first corner of another lies."""
    (a, b, c), (d, e, f) = columns_rows_of(tile.transform)
    x, y = other.transform.c, other.transform.f
    return float(a * x + b * y + c + 0.5), float(d * x + e * y + f + 0.5)
