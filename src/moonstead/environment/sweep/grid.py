"""The ground of a map in coordinates in which lines of sight are straight over a flat plane.

Let (x, y, 1) be along the direction of a point seen from the Moon's centre, in a frame whose third
axis goes through the map's centre: (x, y) are its gnomonic coordinates, in which great circles are
straight. The map ``(X, Y, Z) -> (X/Z, Y/Z, -1/Z)`` of space is projective: it turns straight lines
into straight lines and keeps what is above what. So with ``n = sqrt(1 + x^2 + y^2)`` and a point's
radius r, the *projective height* ``G = R (1 - R n / r)`` over (R x, R y) is a flat landscape with
just the lines of sight of the round Moon. A line of slope S in it, in the direction of the unit
vector d, stands in the sky of an observer of radius r at the elevation e,

``tan(e) = (q + v n^2) / sqrt(n^2 - q^2)``, with ``q = d . (x, y)`` and ``v = S r / (n R)``.
"""

from dataclasses import replace

import numba
import numpy as np
import pyproj

from moonstead.compiled import compiled_parallel
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.sweep.far import at_nodes
from moonstead.environment.sweep.kinds import (
    NOWHERE,
    FloatArray,
    Ground,
    Observers,
    SlopeArray,
)
from moonstead.environment.terrain.grid import HeightArray, Terrain, places_of

NODE_PX = 32
"""Between the places at which a map's projection is computed exactly; linear between."""
_STRAIGHT_PX = 0.1  # a great circle may bend by this from node to node
_EVEN = 1.5  # the greatest ratio between the widest and the narrowest row


def tangent_frame(latitude_deg: float, longitude_deg: float) -> FloatArray:
    """Return the matrix (3, 3) from MOON_ME to the east, north and up of a place.

    At a pole, east and north are those of the given meridian.
    """
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    return np.stack([east, np.cross(up, east), up])


def gnomonic_m(
    frame: FloatArray, latitude_deg: FloatArray, longitude_deg: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return gnomonic coordinates of places (any shape) in a `tangent_frame`, m.

    Places more than a right angle from its centre give NaN.
    """
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    unit = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    x, y, z = np.tensordot(frame, unit, axes=1)
    z = np.where(z > 0.0, z, np.nan)
    return MOON_RADIUS_M * x / z, MOON_RADIUS_M * y / z


def node_coordinates_m(terrain: Terrain, frame: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the gnomonic coordinates of a map's nodes, shape (node rows, node columns) each, m."""
    rows, columns = terrain.heights_m.shape
    node_rows = NODE_PX * np.arange((rows - 2) // NODE_PX + 2, dtype=np.float64)
    node_columns = NODE_PX * np.arange((columns - 2) // NODE_PX + 2, dtype=np.float64)
    column, row = np.meshgrid(node_columns, node_rows)
    latitude_deg, longitude_deg = places_of(
        terrain.crs, terrain.columns_rows, column.ravel(), row.ravel()
    )
    x_m, y_m = gnomonic_m(frame, latitude_deg, longitude_deg)
    return x_m.reshape(column.shape), y_m.reshape(column.shape)


def is_straight(terrain: Terrain, frame: FloatArray) -> bool:
    """Tell whether great circles are nearly straight lines in a map, and its rows even."""
    x_m, y_m = node_coordinates_m(terrain, frame)
    if not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
        return False
    steps = [np.hypot(np.diff(x_m, axis=a), np.diff(y_m, axis=a)) for a in (0, 1)]
    if any(step.max() > _EVEN * step.min() for step in steps):
        return False
    bends = [
        np.hypot(np.diff(x_m, 2, axis=a), np.diff(y_m, 2, axis=a)).max() / steps[a].min() * NODE_PX
        for a in (0, 1)
        if x_m.shape[a] > 2
    ]
    return bool(max(bends, default=0.0) / 2.0 < _STRAIGHT_PX)


def make_ground(terrain: Terrain, frame: FloatArray, margin: int) -> Ground:
    """Turn terrain into projective heights.

    Parameters
    ----------
    terrain
        On whose map great circles are nearly straight.
    frame
        Of the gnomonic plane, see `tangent_frame`.
    margin
        Pixels of nothing to lay around it.
    """
    x_m, y_m = node_coordinates_m(terrain, frame)
    height_m = np.full([n + 2 * margin for n in terrain.heights_m.shape], NOWHERE)
    _projective(terrain.heights_m, 0.0, x_m, y_m, (NODE_PX, margin, 0, 0), MOON_RADIUS_M, height_m)
    return Ground(height_m, margin, x_m, y_m, NODE_PX)


def turned(ground: Ground) -> Ground:
    """Return a grid with rows and columns exchanged."""
    return Ground(
        np.ascontiguousarray(ground.height_m.T),
        ground.margin,
        np.ascontiguousarray(ground.x_m.T),
        np.ascontiguousarray(ground.y_m.T),
        ground.node_px,
    )


def make_observers(
    heights_m: HeightArray, ground: Ground, row: int, column: int, above_ground_m: float
) -> Observers:
    """Put observers over a window of a grid.

    Parameters
    ----------
    heights_m
        Of the ground in the window, shape (rows, columns); NaN where nobody can stand.
    ground
        The grid.
    row, column
        Of the window's first pixel.
    above_ground_m
        Height of the observers.
    """
    height_m = np.full(heights_m.shape, NOWHERE)
    where = (NODE_PX, 0, row, column)
    _projective(heights_m, above_ground_m, ground.x_m, ground.y_m, where, MOON_RADIUS_M, height_m)
    return Observers(height_m, row, column)


@compiled_parallel
def _projective(
    heights_m: HeightArray,
    above_m: float,
    x_m: FloatArray,
    y_m: FloatArray,
    where: tuple[int, int, int, int],
    radius_m: float,
    out: SlopeArray,
) -> None:
    """Fill in projective heights; `where` is node_px, margin, and the first row and column."""
    node_px, margin, row_0, column_0 = where
    rows, columns = heights_m.shape
    for i in numba.prange(rows):
        for j in range(columns):
            height_m = np.float64(heights_m[i, j])
            if np.isnan(height_m):
                continue
            x = at_nodes(x_m, node_px, j + column_0, i + row_0) / radius_m
            y = at_nodes(y_m, node_px, j + column_0, i + row_0) / radius_m
            n = np.sqrt(1.0 + x * x + y * y)
            out[i + margin, j + margin] = radius_m * (
                1.0 - radius_m * n / (radius_m + height_m + above_m)
            )


def straightened(
    terrain: Terrain, latitude_deg: float, longitude_deg: float, reach_rad: float = np.inf
) -> Terrain:
    """Resample terrain, bilinearly at its own spacing, to a stereographic map about a place.

    For maps in which great circles bend too much to be swept, such as equirectangular ones far
    from the equator.

    Parameters
    ----------
    terrain
        Some of which lies within reach.
    latitude_deg, longitude_deg
        Of the place.
    reach_rad
        Arc from there beyond which nothing is wanted; what lies beyond a right angle never is.
    """
    crs = pyproj.CRS.from_proj4(
        f"+proj=stere +lat_0={latitude_deg!r} +lon_0={longitude_deg!r} +k=1 "
        f"+R={MOON_RADIUS_M} +units=m +no_defs"
    )
    to_map = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    frame = tangent_frame(latitude_deg, longitude_deg)
    near = node_arcs_rad(terrain, frame) <= reach_rad + node_rad(terrain)
    places_deg = _node_places_deg(terrain)
    x, y = to_map.transform(places_deg[1][near], places_deg[0][near])
    pixel_m = terrain.pixel_m
    most_m = 2.0 * MOON_RADIUS_M * np.tan(min(reach_rad, np.pi / 2.0) / 2.0)
    # A map's edge may bulge beyond the places looked at.
    edge_m = NODE_PX * pixel_m
    left, right = max(x.min() - edge_m, -most_m), min(x.max() + edge_m, most_m)
    low, high = max(y.min() - edge_m, -most_m), min(y.max() + edge_m, most_m)
    columns = int(np.ceil((right - left) / pixel_m)) + 1
    rows = int(np.ceil((high - low) / pixel_m)) + 1
    grid_x = left + pixel_m * np.arange(columns)
    heights_m = np.empty((rows, columns), np.float32)
    for i in range(rows):
        row_y = np.full(columns, high - pixel_m * i)
        row_longitude_deg, row_latitude_deg = to_map.transform(grid_x, row_y, direction="INVERSE")
        heights_m[i] = terrain.sample_m(row_latitude_deg, row_longitude_deg)
    columns_rows = np.array(
        [[1.0 / pixel_m, 0.0, -left / pixel_m], [0.0, -1.0 / pixel_m, high / pixel_m]]
    )
    return replace(terrain, heights_m=heights_m, crs=crs, columns_rows=columns_rows)


def node_rad(terrain: Terrain) -> float:
    """Return an arc wider than from any pixel of a map to the next node, radians."""
    return 2.0 * NODE_PX * terrain.pixel_m / MOON_RADIUS_M


def _node_places_deg(terrain: Terrain) -> tuple[FloatArray, FloatArray]:
    """Return latitude and longitude of every 32nd pixel and of the last ones."""
    at = [
        np.append(np.arange(0, n - 1, NODE_PX), n - 1).astype(np.float64)
        for n in terrain.heights_m.shape
    ]
    column, row = np.meshgrid(at[1], at[0])
    found = places_of(terrain.crs, terrain.columns_rows, column.ravel(), row.ravel())
    return found[0].reshape(row.shape), found[1].reshape(row.shape)


def node_arcs_rad(terrain: Terrain, frame: FloatArray) -> FloatArray:
    """Return how far every 32nd pixel and the last ones are from a frame's centre, radians.

    Infinite where the map's projection is undefined. Shape (node rows, node columns).
    """
    latitude_deg, longitude_deg = _node_places_deg(terrain)
    with np.errstate(invalid="ignore"):
        lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
        up = frame[2, 0] * np.cos(lat) * np.cos(lon) + frame[2, 1] * np.cos(lat) * np.sin(lon)
        cosine = np.clip(up + frame[2, 2] * np.sin(lat), -1.0, 1.0)
    arc: FloatArray = np.arccos(np.where(np.isfinite(cosine), cosine, -1.0))
    return np.where(np.isfinite(cosine), arc, np.inf)
