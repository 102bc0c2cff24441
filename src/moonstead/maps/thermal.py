"""Temperatures of the pixels of a map, from its horizons and slopes."""

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.profile import FloatArray, even_azimuths_deg
from moonstead.environment.regolith.sun_table import SunTable
from moonstead.environment.regolith.temperature import temperature_map
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.sweep.elevation import COUNTS_PER_DEG, NO_COUNT
from moonstead.environment.sweep.grid import gnomonic_m
from moonstead.environment.sweep.horizons import HorizonMap
from moonstead.environment.terrain.grid import places_of
from moonstead.environment.terrain.relief import Gradient

ICE_DEPTH_M = 0.5
_AZIMUTHS = 120  # 3 degrees: what a slope receives changes by the cosine
_PIXELS = 8192  # at a time


def map_temperatures_k(horizons: HorizonMap, slopes: Gradient, sun: SunTable) -> FloatArray:
    """Find the temperatures of a map's pixels over a cycle.

    Parameters
    ----------
    horizons
        Of the pixels.
    slopes
        Of the ground there, shape (rows, columns).
    sun
        Over the cycle.

    Returns
    -------
    ndarray of shape (4, rows, columns)
        Lowest, mean and highest of the surface, and highest at `ICE_DEPTH_M`; NaN where the ground
        or its slope is unknown.
    """
    w = horizons.window
    latitude_deg, longitude_deg = (place.ravel() for place in horizons.places_deg())
    slope_deg, aspect_deg = _falls(horizons, slopes)
    known = (horizons.counts[0].ravel() != NO_COUNT) & np.isfinite(slope_deg)
    found = np.full((4, w.rows * w.columns), np.nan)
    places = np.stack([latitude_deg, longitude_deg, slope_deg, aspect_deg], axis=1)
    for first in range(0, len(places), _PIXELS):
        chosen = first + np.flatnonzero(known[first : first + _PIXELS])
        if len(chosen) == 0:
            continue
        horizon_deg = even_horizons_deg(horizons, chosen)
        part = temperature_map(horizon_deg, places[chosen], sun, (0.0, ICE_DEPTH_M))
        found[:3, chosen] = part.lowest_k[0], part.mean_k[0], part.highest_k[0]
        found[3, chosen] = part.highest_k[1]
    return found.reshape(4, w.rows, w.columns)


def even_horizons_deg(horizons: HorizonMap, chosen: NDArray[np.intp]) -> FloatArray:
    """Return the horizons of chosen pixels at even azimuths from north through east.

    Parameters
    ----------
    horizons
        Of a map.
    chosen
        Pixels, counted row by row, shape (n,).

    Returns
    -------
    ndarray of shape (n, 120), degrees
    """
    latitude_deg, longitude_deg = (place.ravel()[chosen] for place in horizons.places_deg())
    x_m, y_m = gnomonic_m(horizons.frame, latitude_deg, longitude_deg)
    x, y = x_m / MOON_RADIUS_M, y_m / MOON_RADIUS_M
    east, north = (horizons.frame @ axis for axis in _axes(latitude_deg, longitude_deg))
    counts = horizons.counts.reshape(len(horizons.counts), -1)[:, chosen]
    directions = len(counts)
    pixel = np.arange(len(chosen))
    found = np.empty((len(chosen), _AZIMUTHS))
    for k, azimuth in enumerate(np.radians(even_azimuths_deg(_AZIMUTHS))):
        ahead = np.cos(azimuth) * north + np.sin(azimuth) * east
        heading = np.arctan2(ahead[0] - ahead[2] * x, ahead[1] - ahead[2] * y)
        place = heading / (2.0 * np.pi) % 1.0 * directions
        low = np.floor(place).astype(np.intp)
        share = place - low
        before = counts[low % directions, pixel]
        after = counts[(low + 1) % directions, pixel]
        found[:, k] = ((1.0 - share) * before + share * after) / COUNTS_PER_DEG
    return found


def _axes(latitude_deg: FloatArray, longitude_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return unit vectors to the east and to the north of places, MOON_ME, shape (3, n) each."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    east = np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)])
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
    return east, north


def _falls(horizons: HorizonMap, slopes: Gradient) -> tuple[FloatArray, FloatArray]:
    """Return the slope of pixels, and the azimuth towards which they fall, degrees."""
    w, terrain = horizons.window, horizons.terrain
    columns, rows = np.meshgrid(
        w.column + np.arange(w.columns, dtype=np.float64),
        w.row + np.arange(w.rows, dtype=np.float64),
    )
    column, row = columns.ravel(), rows.ravel()
    latitude_deg, longitude_deg = (place.ravel() for place in horizons.places_deg())
    points = []
    for aside in (-0.5, 0.5):
        place = places_of(terrain.crs, terrain.columns_rows, column + aside, row)
        lat, lon = np.radians(place[0]), np.radians(place[1])
        points.append(np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]))
    step = points[1] - points[0]
    east, north = _axes(latitude_deg, longitude_deg)
    right = np.arctan2(np.sum(step * east, axis=0), np.sum(step * north, axis=0))
    up = right - 0.5 * np.pi
    rise_right, rise_up = slopes.right.ravel(), slopes.up.ravel()
    to_east = -(rise_right * np.sin(right) + rise_up * np.sin(up))
    to_north = -(rise_right * np.cos(right) + rise_up * np.cos(up))
    slope_deg = np.degrees(np.arctan(np.hypot(rise_right, rise_up)))
    return slope_deg, np.degrees(np.arctan2(to_east, to_north)) % 360.0
