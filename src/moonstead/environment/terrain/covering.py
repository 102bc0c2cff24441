"""Which pixels of a map cover a circle on the sphere."""

from dataclasses import dataclass

import numpy as np
import pyproj

from moonstead.environment.profile import FloatArray
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.terrain.grid import pixels_of, turn_px

_POINTS = 720  # on the circle; the sagitta between two is 1e-5 of its radius


@dataclass(frozen=True, slots=True)
class PixelWindow:
    """First row and column, and one past the last."""

    row_start: int
    row_stop: int
    column_start: int
    column_stop: int


def covering(
    crs: pyproj.CRS,
    columns_rows: FloatArray,
    shape: tuple[int, int],
    centre_deg: tuple[float, float],
    radius_m: float,
) -> PixelWindow:
    """Return the window of pixels that covers a circle, with a pixel of margin.

    Parameters
    ----------
    crs, columns_rows
        As in `moonstead.environment.terrain.grid.Terrain`.
    shape
        Rows and columns of the raster.
    centre_deg
        Latitude and longitude, planetocentric.
    radius_m
        Along the ground.

    Returns
    -------
    PixelWindow
        May lie outside the raster. All of the raster where the circle is larger than a hemisphere
        or leaves what the projection can show. On maps that unroll the Moon the columns are those
        of the turn that has most of them on the raster.
    """
    rows, columns = shape
    everything = PixelWindow(0, rows, 0, columns)
    arc_rad = max(radius_m, 0.0) / MOON_RADIUS_M
    if arc_rad >= np.pi / 2.0:
        return everything
    column, row = pixels_of(crs, columns_rows, *_circle_deg(*centre_deg, arc_rad), columns)
    turn = turn_px(crs, columns_rows)
    if turn > 0.0:
        poles_deg = [
            pole for pole in (-90.0, 90.0) if np.radians(abs(pole - centre_deg[0])) <= arc_rad
        ]
        if poles_deg:
            column = np.array([0.0, columns - 1.0])
            at_poles = pixels_of(crs, columns_rows, poles_deg, [0.0] * len(poles_deg))
            row = np.concatenate([row, at_poles[1]])
        else:
            column = column[0] + (column - column[0] + turn / 2.0) % turn - turn / 2.0
            column += turn * _turns_onto(column, turn, columns)
    if not (np.isfinite(column).all() and np.isfinite(row).all()):
        return everything
    return PixelWindow(
        int(np.floor(row.min())) - 1,
        int(np.ceil(row.max())) + 2,
        int(np.floor(column.min())) - 1,
        int(np.ceil(column.max())) + 2,
    )


def _circle_deg(
    latitude_deg: float, longitude_deg: float, arc_rad: float
) -> tuple[FloatArray, FloatArray]:
    """Return latitude and longitude of a centre and of points on a circle around it."""
    lat, lon = np.radians([latitude_deg, longitude_deg])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    heading = np.arange(_POINTS) * (2.0 * np.pi / _POINTS)
    aside = np.outer(np.cos(heading), np.cross(up, east)) + np.outer(np.sin(heading), east)
    x, y, z = np.vstack([up, np.cos(arc_rad) * up + np.sin(arc_rad) * aside]).T
    return np.degrees(np.arctan2(z, np.hypot(x, y))), np.degrees(np.arctan2(y, x))


def _turns_onto(column: FloatArray, turn: float, columns: int) -> float:
    """Return the whole turns that bring a range of columns over most of a raster's own."""
    turns = (0.0, -1.0, 1.0)
    overlap = [
        min(column.max() + k * turn, columns) - max(column.min() + k * turn, 0.0) for k in turns
    ]
    return turns[int(np.argmax(overlap))]
