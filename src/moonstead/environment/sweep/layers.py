"""Which ground is swept: what can be in sight, each place once, and the edges between layers.

The finest layer is the observers' own. Its holes, and a skirt around it two pixels of the coarsest
layer wide, are filled from the coarser ones, so that no observer stands at the very edge where the
layers meet. The others count beyond the end of that skirt, and only where no layer between has
ground.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion

from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.sweep.grid import (
    NODE_PX,
    is_straight,
    node_arcs_rad,
    node_rad,
    straightened,
    tangent_frame,
)
from moonstead.environment.sweep.kinds import FloatArray
from moonstead.environment.terrain.grid import HeightArray, Terrain, places_of

_SKIRT = 2.0  # pixels of the coarsest layer: four lines of it


@dataclass(frozen=True, slots=True)
class SweptLayers:
    """Terrain as it is swept.

    Parameters
    ----------
    own
        The observers' layer, with its holes and a skirt filled.
    beyond
        The others that can be in sight, fine to coarse, without what finer ones of them show.
    skirt
        Its width, pixels of `own`.
    row, column
        Of the first pixel of the observers' layer in `own`; negative where that was cut.
    """

    own: Terrain
    beyond: tuple[Terrain, ...]
    skirt: int
    row: int
    column: int


def swept_layers(
    layers: Sequence[Terrain], centre_deg: tuple[float, float], reach_rad: float
) -> SweptLayers:
    """Choose and prepare the ground that observers near a place can see.

    Parameters
    ----------
    layers
        Fine to coarse.
    centre_deg
        Latitude and longitude of the middle of the observers.
    reach_rad
        Arc from there within which ground counts; see `sight_rad`.
    """
    frame = tangent_frame(*centre_deg)
    own, row, column = _nearby(layers[0], frame, reach_rad)
    own, skirt = _skirted(own, layers[1:])
    beyond: list[Terrain] = []
    for layer in layers[1:]:
        if not node_arcs_rad(layer, frame).min() <= reach_rad + node_rad(layer):
            continue
        near, _, _ = _nearby(layer, frame, reach_rad)
        if not is_straight(near, frame):
            near = straightened(near, *centre_deg, reach_rad)
        beyond.append(_uncovered(near, beyond))
    return SweptLayers(own, tuple(beyond), skirt, skirt - row, skirt - column)


def sight_rad(layers: Sequence[Terrain], eye_m: float) -> float:
    """Return the arc beyond which no ground is in sight of an eye.

    A line of sight may touch the lowest ground between the eye and the highest.

    Parameters
    ----------
    layers
        The terrain.
    eye_m
        Height of the highest eye.
    """
    lowest = MOON_RADIUS_M + min(float(np.nanmin(x.heights_m)) for x in layers if _some(x))
    lowest = min(lowest, MOON_RADIUS_M)
    highest = MOON_RADIUS_M + max(float(np.nanmax(x.heights_m)) for x in layers if _some(x))
    arcs = [np.arccos(min(lowest / radius, 1.0)) for radius in (highest, MOON_RADIUS_M + eye_m)]
    return float(sum(arcs))


def _some(terrain: Terrain) -> bool:
    return bool(np.isfinite(terrain.heights_m).any())


def _nearby(terrain: Terrain, frame: FloatArray, reach_rad: float) -> tuple[Terrain, int, int]:
    """Cut off what is beyond reach, at nodes; the row and column at which the rest begins."""
    near = node_arcs_rad(terrain, frame) <= reach_rad + node_rad(terrain)
    (row, end_row), (column, end_column) = _extent(near), _extent(near.T)
    heights_m = np.ascontiguousarray(terrain.heights_m[row:end_row, column:end_column], np.float32)
    return _moved(terrain, heights_m, -row, -column), row, column


def _extent(near: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the first row and one past the last of what is needed for nodes that are near."""
    at = np.flatnonzero(np.logical_or.reduce(near, axis=1))
    # The last place stands for the last pixel, wherever that is.
    return max(int(at[0]) - 1, 0) * NODE_PX, (int(at[-1]) + 1) * NODE_PX + 1


def _moved(terrain: Terrain, heights_m: HeightArray, rows: int, columns: int) -> Terrain:
    columns_rows = terrain.columns_rows + np.array([[0.0, 0.0, columns], [0.0, 0.0, rows]])
    return replace(terrain, heights_m=heights_m, columns_rows=columns_rows)


def _skirted(terrain: Terrain, coarser: Sequence[Terrain]) -> tuple[Terrain, int]:
    """Fill holes and a skirt from coarser layers; also return the skirt's width, pixels."""
    if not coarser:
        return terrain, 0
    widest_m = max(layer.pixel_m for layer in coarser)
    skirt = int(np.ceil(_SKIRT * widest_m / terrain.pixel_m))
    heights_m = np.pad(terrain.heights_m, skirt, constant_values=np.nan)
    wider = _moved(terrain, heights_m, skirt, skirt)
    for layer in coarser:
        row, column = np.nonzero(np.isnan(heights_m))
        place = places_of(
            wider.crs, wider.columns_rows, column.astype(np.float64), row.astype(np.float64)
        )
        heights_m[row, column] = layer.sample_m(*place)
    return wider, skirt


def _uncovered(terrain: Terrain, finer: Sequence[Terrain]) -> Terrain:
    """Take out ground that finer layers show, but for a pixel along their edges."""
    rows, columns = terrain.heights_m.shape
    if not finer:
        return terrain
    column, row = np.meshgrid(np.arange(columns, dtype=np.float64), np.arange(rows * 1.0))
    place = places_of(terrain.crs, terrain.columns_rows, column.ravel(), row.ravel())
    covered = np.zeros((rows, columns), np.bool_)
    for layer in finer:
        covered |= np.isfinite(layer.sample_m(*place)).reshape(rows, columns)
    inner = binary_erosion(covered, np.ones((3, 3)))
    return replace(terrain, heights_m=np.where(inner, np.float32(np.nan), terrain.heights_m))
