"""Slope, roughness and shaded relief of terrain, and slopes by baseline.

All slopes are of the ground: pixels have their true sides on the sphere at the ground's own
height, whatever the projection (:mod:`moonstead.environment.terrain.metric`). A pixel is unknown
where its window reaches beyond the map or holds missing data.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import correlate1d

from moonstead.environment.profile import FloatArray
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.metric import Field, pixel_sides
from moonstead.errors import InputError, Problem

_BLOCK_ROWS = 256
_MOST_SAMPLES = 500_000


@dataclass(frozen=True, slots=True, eq=False)
class Gradient:
    """Rise over run of the ground.

    Parameters
    ----------
    right, up
        Shape of the terrain: along rows, and across them against their order (to the north on a
        map with north up). NaN where unknown.
    """

    right: Field
    up: Field

    @property
    def slope_deg(self) -> Field:
        """Angle of steepest descent, degrees."""
        angle: Field = np.degrees(np.arctan(np.hypot(self.right, self.up)))
        return angle


@dataclass(frozen=True, slots=True, eq=False)
class SlopeStatistics:
    """Slopes by baseline.

    Parameters
    ----------
    baseline_m
        Shape (n,): square root of the area of the triangles, increasing.
    median_slope_deg
        Shape (n,): of the planes through them.
    deviation_m
        Shape (n,): root mean square of the height difference along the legs.
    leg_m
        Shape (n,): mean length of the legs.
    """

    baseline_m: FloatArray
    median_slope_deg: FloatArray
    deviation_m: FloatArray
    leg_m: FloatArray

    @property
    def hurst_exponent(self) -> float:
        """Slope of the line through log deviation by log leg, over all baselines."""
        return float(np.polyfit(np.log(self.leg_m), np.log(self.deviation_m), 1)[0])


def gradient(terrain: Terrain, baseline_m: float | None = None) -> Gradient:
    """Return the rise over run of the ground.

    Parameters
    ----------
    terrain
        One elevation model.
    baseline_m
        None for the 3 by 3 differences of Horn (1981, Proc. IEEE 69, 14), as GDAL's slope; else
        the side of a square window, through whose heights a plane is fitted by least squares.

    Raises
    ------
    InputError
        The baseline is shorter than two pixels, or wider than the map.

    Notes
    -----
    Horn's differences of a surface with curvature are those of its second-order fit; a feature
    narrower than the window is smoothed. Rasters are treated as flat within a window.
    """
    if baseline_m is None:
        level, steps = np.array([0.25, 0.5, 0.25]), np.array([-0.5, 0.0, 0.5])
    else:
        offsets = np.arange(-(half := _half_window(terrain, baseline_m)), half + 1.0)
        level = np.full(offsets.size, 1.0 / offsets.size)
        steps = offsets / np.sum(offsets**2)
    by_column = _filtered(terrain.heights_m, level, steps)
    by_row = _filtered(terrain.heights_m, steps, level)
    return _on_the_ground(terrain, by_column, by_row)


def slope_deg(terrain: Terrain, baseline_m: float | None = None) -> Field:
    """Return the slope of the ground in degrees; the parameters are those of `gradient`."""
    return gradient(terrain, baseline_m).slope_deg


def hillshade(terrain: Terrain, azimuth_deg: float, elevation_deg: float) -> Field:
    """Return the shaded relief of a surface that scatters alike in all directions.

    Parameters
    ----------
    terrain
        One elevation model.
    azimuth_deg
        Of the light, on the map: from up (against the order of rows) to the right. On a map with
        the pole in its middle, one map azimuth is one direction in space.
    elevation_deg
        Of the light above the level ground.

    Returns
    -------
    ndarray
        Cosine of the angle between light and ground normal, 0 where the ground faces away; NaN
        where unknown. There are no cast shadows.
    """
    found = gradient(terrain)
    azimuth, elevation = np.radians(azimuth_deg), np.radians(elevation_deg)
    across = found.right * np.sin(azimuth) + found.up * np.cos(azimuth)
    lit = np.sin(elevation) - np.cos(elevation) * across
    steepness = np.sqrt(1.0 + found.right**2 + found.up**2)
    shade: Field = np.maximum(lit / steepness, 0.0).astype(np.float32)
    return shade


def roughness_m(terrain: Terrain, window_m: float) -> Field:
    """Return the root mean square departure of the heights from a plane.

    Parameters
    ----------
    terrain
        One elevation model.
    window_m
        Side of the square window that the plane is fitted in, by least squares.

    Returns
    -------
    ndarray
        m, measured along the vertical; NaN where unknown.

    Raises
    ------
    InputError
        The window is narrower than two pixels, or wider than the map.
    """
    offsets = np.arange(-(half := _half_window(terrain, window_m)), half + 1.0)
    level = np.full(offsets.size, 1.0 / offsets.size)
    steps = offsets / np.sum(offsets**2)
    # The plane takes its rise times the spread of the offsets from the variance. Heights count
    # from the middle of the map, so that squares keep the millimetre.
    heights = terrain.heights_m - np.nanmean(terrain.heights_m, dtype=np.float64)
    spread = np.mean(offsets**2)
    variance = _filtered(heights**2, level, level) - _filtered(heights, level, level) ** 2
    variance -= spread * _filtered(heights, level, steps) ** 2
    variance -= spread * _filtered(heights, steps, level) ** 2
    departure: Field = np.sqrt(np.maximum(variance, 0.0)).astype(np.float32)
    return departure


def slopes_by_baseline(terrain: Terrain, baselines_m: Sequence[float]) -> SlopeStatistics:
    """Return the statistics of bidirectional slopes at several baselines.

    A bidirectional slope is that of the plane through three points: a pixel and its neighbours at
    a distance to the right and below, as Rosenburg et al. (2011, J. Geophys. Res. 116, E02001)
    take it through three spots of the laser altimeter. The baseline is the square root of the
    triangle's area: legs of 25 m make 17.7 m.

    Parameters
    ----------
    terrain
        One elevation model.
    baselines_m
        Wanted; each becomes the nearest that whole pixels make, and doubles fall away.

    Raises
    ------
    InputError
        A baseline reaches beyond the map.
    """
    rows, columns = terrain.heights_m.shape
    legs = sorted({max(round(b * np.sqrt(2.0) / terrain.pixel_m), 1) for b in baselines_m})
    if not legs or legs[-1] >= min(rows, columns):
        remedy = f"name baselines up to {min(rows, columns) * terrain.pixel_m / 2:.0f} m"
        raise InputError(Problem("baselines_m", "", str(list(baselines_m)), remedy))
    return SlopeStatistics(*np.array([_bidirectional(terrain, leg) for leg in legs]).T)


def _bidirectional(terrain: Terrain, leg: int) -> tuple[float, float, float, float]:
    heights = terrain.heights_m
    rows, columns = heights.shape
    every = max(int(np.sqrt(rows * columns / _MOST_SAMPLES)), 1)
    here = heights[:-leg:every, :-leg:every].astype(np.float64)
    right = heights[:-leg:every, leg::every] - here
    down = heights[leg::every, :-leg:every] - here
    sides = pixel_sides(terrain).at(
        np.arange(0, rows - leg, every), np.arange(0, columns - leg, every)
    )
    along_m, skew_m, across_m = sides
    swell = leg * (1.0 + here / MOON_RADIUS_M)
    rise_right = right / (along_m * swell)
    rise_up = (rise_right * skew_m * swell - down) / (across_m * swell)
    slope = np.degrees(np.arctan(np.hypot(rise_right, rise_up)))
    area = along_m * across_m * swell**2 / 2.0
    return (
        float(np.sqrt(np.nanmean(area))),
        float(np.nanmedian(slope)),
        float(np.sqrt(np.nanmean(np.stack([right, down]) ** 2))),
        float(np.nanmean(np.stack([along_m, np.hypot(skew_m, across_m)]) * swell)),
    )


def _half_window(terrain: Terrain, width_m: float) -> int:
    half = round((width_m / terrain.pixel_m - 1.0) / 2.0 + 1e-9)
    if width_m < 2.0 * terrain.pixel_m or 2 * half + 1 > min(terrain.heights_m.shape):
        widest_m = min(terrain.heights_m.shape) * terrain.pixel_m
        remedy = f"name {2.0 * terrain.pixel_m:g} m (two pixels) to {widest_m:g} m (the map)"
        raise InputError(Problem("baseline", "", f"{width_m:g} m", remedy))
    return max(half, 1)


def _filtered(
    values: Field | FloatArray, down_rows: FloatArray, along_rows: FloatArray
) -> FloatArray:
    """Return weighted sums over a window; NaN where it reaches beyond the map."""
    half = along_rows.size // 2
    if min(values.shape) < along_rows.size:
        return np.full(values.shape, np.nan)
    summed = correlate1d(values, down_rows, axis=0, output=np.float64)
    found: FloatArray = correlate1d(summed, along_rows, axis=1)
    for edge in (np.s_[:half], np.s_[-half:], np.s_[:, :half], np.s_[:, -half:]):
        found[edge] = np.nan
    return found


def _row_blocks(rows: int) -> Iterator[tuple[int, int]]:
    for begin in range(0, rows, _BLOCK_ROWS):
        yield begin, min(begin + _BLOCK_ROWS, rows)


def _on_the_ground(terrain: Terrain, by_column: FloatArray, by_row: FloatArray) -> Gradient:
    """Turn height differences per pixel into rise over run."""
    rows, columns = terrain.heights_m.shape
    sides = pixel_sides(terrain)
    right = np.empty((rows, columns), np.float32)
    up = np.empty((rows, columns), np.float32)
    for begin, end in _row_blocks(rows):
        along_m, skew_m, across_m = sides.at(np.arange(begin, end), np.arange(columns))
        swell = 1.0 + terrain.heights_m[begin:end] / MOON_RADIUS_M
        rise = by_column[begin:end] / along_m
        right[begin:end] = rise / swell
        up[begin:end] = (rise * skew_m - by_row[begin:end]) / across_m / swell
    return Gradient(right, up)
