"""Colours of the pixels of a picture of a map: a layer over the shaded relief of its terrain."""

from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyproj
from numpy.typing import NDArray

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.grid import Terrain, bilinear, places_of
from moonstead.environment.terrain.relief import hillshade
from moonstead.maps.figure_look import Look
from moonstead.maps.image import MapImage

LIGHT_AZIMUTH_DEG: Final = 315.0
LIGHT_ELEVATION_DEG: Final = 35.0
UNKNOWN: Final = (0.78, 0.78, 0.78)
# What shade leaves of a colour, and how far light takes it to white: colours must stay readable.
_DARKEST, _BRIGHTEST = 0.52, 0.25


def thinned(image: MapImage, every: int) -> MapImage:
    """Return means of blocks of pixels; of classes the pixel in the middle."""
    if every == 1:
        return image
    rows, columns = (length // every for length in image.values.shape)
    cut = image.values[: rows * every, : columns * every]
    if image.unit == "" or not np.issubdtype(cut.dtype, np.floating):
        values: NDArray[Any] = cut[every // 2 :: every, every // 2 :: every]
        shift = float(every // 2)
    else:
        values = _block_means(cut, every)
        shift = (every - 1) / 2.0
    columns_rows = image.columns_rows.copy()
    columns_rows[:, 2] -= shift
    return replace(
        image,
        values=values,
        columns_rows=columns_rows / every,
        pixel_m=image.pixel_m * every,
    )


def _block_means(values: NDArray[Any], every: int) -> NDArray[np.float32]:
    rows, columns = (length // every for length in values.shape)
    blocks = values[: rows * every, : columns * every].reshape(rows, every, columns, every)
    known = np.isfinite(blocks)
    count = known.sum(axis=(1, 3))
    total = np.where(known, blocks, 0.0).sum(axis=(1, 3), dtype=np.float64)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def painted(image: MapImage, terrain: Terrain | None, look: Look) -> FloatArray:
    """Return the colours of the pixels, shape (rows, columns, 3)."""
    values = np.asarray(image.values, dtype=np.float64) * look.factor
    known = np.isfinite(values)
    colours = look.colours(look.norm(np.where(known, values, float(look.norm.vmin or 0.0))))[
        ..., :3
    ]
    colours = np.where(known[..., np.newaxis], colours, UNKNOWN)
    if terrain is None or not look.has_relief:
        return colours
    shade = _shade(image, terrain)[..., np.newaxis]
    # Shade darkens and light brightens a little: colours stay near those of the colour bar.
    dark = colours * (_DARKEST + (1.0 - _DARKEST) * np.minimum(2.0 * shade, 1.0))
    mixed: FloatArray = dark + (1.0 - dark) * _BRIGHTEST * np.maximum(2.0 * shade - 1.0, 0.0)
    return mixed


def _shade(image: MapImage, terrain: Terrain) -> FloatArray:
    """Return the shaded relief at the pixels of a map, 0 to 1, and one half where it is unknown."""
    transform = tuple(image.columns_rows.ravel().tolist())
    every = max(1, int(image.pixel_m / terrain.pixel_m + 0.01))
    return _shade_on(terrain, image.crs, transform, image.values.shape, every)


@lru_cache(maxsize=1)
def _shade_on(
    terrain: Terrain,
    crs: pyproj.CRS,
    transform: tuple[float, ...],
    shape: tuple[int, int],
    every: int,
) -> FloatArray:
    """Return `_shade` on a raster; the layers of a map, drawn one after the other, share it."""
    if min(terrain.heights_m.shape) // every < 3:
        return np.full(shape, 0.5)
    columns_rows = terrain.columns_rows.copy()
    columns_rows[:, 2] -= (every - 1) / 2.0
    coarse = replace(
        terrain,
        heights_m=_block_means(terrain.heights_m, every),
        columns_rows=columns_rows / every,
        pixel_m=terrain.pixel_m * every,
    )
    # The gradient needs neighbours: without this the edge of a map is left without shade.
    light = hillshade(_extended(coarse), LIGHT_AZIMUTH_DEG, LIGHT_ELEVATION_DEG)[1:-1, 1:-1]
    light = np.ascontiguousarray(light)
    row, column = np.indices(shape, dtype=np.float64)
    raster = np.array(transform).reshape(2, 3)
    u, v = coarse.pixels(*places_of(crs, raster, column.ravel(), row.ravel()))
    at = bilinear(light, np.where(np.isfinite(u), u, -9.0), np.where(np.isfinite(v), v, -9.0))
    level = np.sin(np.radians(LIGHT_ELEVATION_DEG))
    # Level ground is one half; steep ground does not saturate.
    spread = float(np.nanstd(at)) if np.isfinite(at).any() else 0.0
    shade = 0.5 + (at - level) / max(4.5 * spread, 0.1)
    return np.clip(np.where(np.isfinite(shade), shade, 0.5), 0.0, 1.0).reshape(shape)


def _extended(terrain: Terrain) -> Terrain:
    """Return terrain with one more row and column on every side, which go straight on."""
    columns_rows = terrain.columns_rows.copy()
    columns_rows[:, 2] += 1.0
    heights_m = np.pad(terrain.heights_m, 1, mode="reflect", reflect_type="odd")
    return replace(terrain, heights_m=heights_m, columns_rows=columns_rows)
