"""Horizons by brute force: a march along great circles in double precision.

Nothing of the sweep is used: places on the ray by spherical trigonometry, pixels by pyproj (or, for
many rays on one south polar map, by the closed form of its projection), heights bilinear in the
grid of the map, a step of a quarter of a pixel, to the edge of the map.
"""

from collections.abc import Sequence
from functools import lru_cache

import numba
import numpy as np
import pyproj

from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.terrain.grid import Terrain

STEPS_PER_PIXEL = 4.0


def march_deg(
    layers: Sequence[Terrain],
    place_deg: tuple[float, float],
    eye_m: float,
    azimuth_deg: float,
    farthest_m: float = np.inf,
) -> tuple[float, float]:
    """Return the elevation of the horizon (degrees), and how far from the eye it stands (m).

    ``layers`` are fine to coarse; ``eye_m`` counts from the sphere. Beyond the end of all terrain
    the smooth sphere goes on, for an eye above it.
    """
    eye = MOON_RADIUS_M + eye_m
    best, at_m, end_rad = -np.inf, 0.0, 0.0
    for k, layer in enumerate(layers):
        step_m = layer.pixel_m / STEPS_PER_PIXEL
        arc = np.arange(1.0, min(_reach_m(layer, place_deg), farthest_m) / step_m) * (
            step_m / MOON_RADIUS_M
        )
        latitude, longitude = on_ray_deg(place_deg, azimuth_deg, arc)
        height = heights_m(layer, latitude, longitude)
        for finer in layers[:k]:
            height[~np.isnan(heights_m(finer, latitude, longitude))] = np.nan
        known = ~np.isnan(height)
        if not known.any():
            continue
        arc, radius = arc[known], MOON_RADIUS_M + height[known]
        tangent = (radius * np.cos(arc) - eye) / (radius * np.sin(arc))
        end_rad = max(end_rad, float(arc[-1]))
        if tangent.max() > best:
            best, at_m = float(tangent.max()), float(arc[tangent.argmax()]) * MOON_RADIUS_M
    if eye > MOON_RADIUS_M:
        dip = np.arccos(MOON_RADIUS_M / eye)
        seen = max(dip, end_rad)
        sphere = (MOON_RADIUS_M * np.cos(seen) - eye) / (MOON_RADIUS_M * np.sin(seen))
        best = max(best, float(sphere))
    elif not np.isfinite(best):
        best = 0.0
    return float(np.degrees(np.arctan(best))), at_m


def on_ray_deg(
    place_deg: tuple[float, float], azimuth_deg: float, arc: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return latitudes and longitudes at arcs (radians) along a great circle from a place."""
    lat, az = np.radians(place_deg[0]), np.radians(azimuth_deg)
    sine = np.sin(lat) * np.cos(arc) + np.cos(lat) * np.sin(arc) * np.cos(az)
    turn = np.arctan2(np.sin(az) * np.sin(arc) * np.cos(lat), np.cos(arc) - np.sin(lat) * sine)
    # The arc cosine of a small colatitude would lose half the digits of the sine.
    north = np.cos(lat) * np.cos(arc) - np.sin(lat) * np.sin(arc) * np.cos(az)
    level = np.hypot(north, np.sin(az) * np.sin(arc))
    return np.degrees(np.arctan2(sine, level)), place_deg[1] + np.degrees(turn)


def heights_m(layer: Terrain, latitude_deg: np.ndarray, longitude_deg: np.ndarray) -> np.ndarray:
    """Return bilinear heights; NaN outside the outermost posts and beside missing ones."""
    x, y = _to_map(layer.crs).transform(longitude_deg, latitude_deg)
    (a, b, c), (d, e, f) = layer.columns_rows
    u, v = a * x + b * y + c, d * x + e * y + f
    rows, columns = layer.heights_m.shape
    slack = 1e-6
    inside = (u >= -slack) & (u <= columns - 1 + slack) & (v >= -slack) & (v <= rows - 1 + slack)
    u, v = np.where(inside, u, 0.0), np.where(inside, v, 0.0)
    j = np.clip(u.astype(int), 0, columns - 2)
    i = np.clip(v.astype(int), 0, rows - 2)
    p, q = u - j, v - i
    z = layer.heights_m
    found = (1 - q) * ((1 - p) * z[i, j].astype(float) + p * z[i, j + 1].astype(float))
    found += q * ((1 - p) * z[i + 1, j].astype(float) + p * z[i + 1, j + 1].astype(float))
    return np.where(inside, found, np.nan)


def _reach_m(layer: Terrain, place_deg: tuple[float, float]) -> float:
    latitude, longitude = (np.radians(x) for x in layer.rim_deg())
    lat, lon = np.radians(place_deg[0]), np.radians(place_deg[1])
    cosine = np.sin(lat) * np.sin(latitude) + np.cos(lat) * np.cos(latitude) * np.cos(
        longitude - lon
    )
    return float(np.arccos(np.clip(cosine, -1.0, 1.0)).max() * MOON_RADIUS_M) + layer.pixel_m


@lru_cache(maxsize=8)
def _to_map(crs: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)


def polar_march_deg(
    layer: Terrain, place_deg: tuple[float, float], eye_m: float, azimuth_deg: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the same as `march_deg` for many azimuths, on one south polar stereographic map."""
    lat, lon = np.radians(place_deg[0]), np.radians(place_deg[1])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    az = np.radians(azimuth_deg)
    ahead = np.outer(np.cos(az), np.cross(up, east)) + np.outer(np.sin(az), east)
    step_rad = layer.pixel_m / STEPS_PER_PIXEL / MOON_RADIUS_M
    count = int(_reach_m(layer, place_deg) / MOON_RADIUS_M / step_rad)
    tangent, at_rad, end_rad = _polar_march(
        layer.heights_m, layer.columns_rows, up, ahead, MOON_RADIUS_M + eye_m, step_rad, count
    )
    if eye_m > 0.0:
        dip = np.arccos(MOON_RADIUS_M / (MOON_RADIUS_M + eye_m))
        seen = np.maximum(dip, end_rad)
        sphere = MOON_RADIUS_M * np.cos(seen) - (MOON_RADIUS_M + eye_m)
        tangent = np.maximum(tangent, sphere / (MOON_RADIUS_M * np.sin(seen)))
    tangent[np.isneginf(tangent)] = 0.0
    return np.degrees(np.arctan(tangent)), at_rad * MOON_RADIUS_M


@numba.njit(cache=True)  # type: ignore[misc]
def _polar_march(
    z: np.ndarray,
    columns_rows: np.ndarray,
    up: np.ndarray,
    ahead: np.ndarray,
    eye: float,
    step_rad: float,
    count: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, columns = z.shape
    tangent, at_rad = np.full(len(ahead), -np.inf), np.zeros(len(ahead))
    end_rad = np.zeros(len(ahead))
    for n in range(len(ahead)):
        for k in range(1, count + 1):
            arc = k * step_rad
            c, s = np.cos(arc), np.sin(arc)
            px, py = c * up[0] + s * ahead[n, 0], c * up[1] + s * ahead[n, 1]
            pz = c * up[2] + s * ahead[n, 2]
            stretch = 2.0 * 1_737_400.0 / (1.0 - pz)
            x, y = py * stretch, px * stretch
            u = columns_rows[0, 0] * x + columns_rows[0, 1] * y + columns_rows[0, 2]
            v = columns_rows[1, 0] * x + columns_rows[1, 1] * y + columns_rows[1, 2]
            if not (0.0 <= u <= columns - 1 and 0.0 <= v <= rows - 1):
                continue
            j, i = min(int(u), columns - 2), min(int(v), rows - 2)
            p, q = u - j, v - i
            h = (1 - q) * ((1 - p) * z[i, j] + p * z[i, j + 1])
            h += q * ((1 - p) * z[i + 1, j] + p * z[i + 1, j + 1])
            if np.isnan(h):
                continue
            radius = 1_737_400.0 + h
            rise = (radius * c - eye) / (radius * s)
            end_rad[n] = arc
            if rise > tangent[n]:
                tangent[n], at_rad[n] = rise, arc
    return tangent, at_rad, end_rad
