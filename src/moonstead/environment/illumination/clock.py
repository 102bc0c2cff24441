"""A clock that ticks when the Sun stands over the same meridians again, lunation after lunation.

The Sun's direction in the Moon's frame moves on a narrow band: once a lunation around all
longitudes, within 1.6 degrees of the equator. Sampled whenever its longitude is one of n fixed
ones, years of it are n columns of latitudes. A pixel's horizon then comes down to one number a
column, the latitude from which on the Sun is in view, and no more has to be computed for a longer
time. The Earth's direction stays within 8 degrees in longitude and 7 in latitude; its columns are
bins.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from moonstead.environment.bodytrack import BODY_RADIUS_M, Body
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.errors import InputError, Problem
from moonstead.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]
SingleArray = NDArray[np.float32]

SUN_COLUMNS = 360
"""A lunation in steps of 1.97 hours."""
EARTH_COLUMN_DEG = 0.25
LEAST_SPAN_S = 30.0 * DAY_S
"""The longest lunation lasts 29.9 days: in a shorter span the Sun misses some columns."""
_NODE_S = 6.0 * HOUR_S


@dataclass(frozen=True, slots=True, eq=False)
class BodyColumns:
    """A body's directions over time, sorted into columns of longitude.

    Parameters
    ----------
    longitude_rad
        Of the columns, in MOON_ME, shape (columns,).
    column
        Of every epoch, shape (n,).
    lift_rad
        Latitude of the body towards the map's pole at every epoch, plus what its disc is larger
        than `radius_rad`, shape (n,).
    radius_rad
        Mean angular radius of the disc.
    parallax
        Radius of the Moon over the mean distance.
    """

    longitude_rad: FloatArray
    column: NDArray[np.int32]
    lift_rad: SingleArray
    radius_rad: float
    parallax: float


@dataclass(frozen=True, slots=True, eq=False)
class SkyClock:
    """Sun and Earth over a span, ready for maps.

    Parameters
    ----------
    t_s
        Epochs, TDB seconds past J2000, shape (n,).
    step_h
        Time that each epoch stands for, shape (n,), hours.
    sun, earth
        Where they stand at these epochs.
    pole
        1 for the north, -1 for the south: the pole that latitudes count towards.
    columns
        Epochs in a lunation.
    """

    t_s: FloatArray
    step_h: SingleArray
    sun: BodyColumns
    earth: BodyColumns
    pole: int
    columns: int


def sky_clock(
    ephemeris: Ephemeris, start_t_s: float, end_t_s: float, pole: int, columns: int = SUN_COLUMNS
) -> SkyClock:
    """Sample Sun and Earth over a span.

    Parameters
    ----------
    ephemeris
        Of Sun and Earth.
    start_t_s, end_t_s
        TDB seconds past J2000.
    pole
        1 or -1, of the hemisphere of the map.
    columns
        Of solar longitude, even.

    Returns
    -------
    SkyClock

    Raises
    ------
    InputError
        For a span of less than a lunation.
    RangeError
        Where the span leaves the ephemeris.
    """
    if not end_t_s - start_t_s >= LEAST_SPAN_S:
        days = f"{(end_t_s - start_t_s) / DAY_S:g} days"
        remedy = f"light of maps needs a lunation, {LEAST_SPAN_S / DAY_S:g} days, or longer"
        raise InputError(Problem("span", "", days, remedy))
    count = int(np.ceil((end_t_s - start_t_s) / _NODE_S)) + 1
    nodes_s = np.linspace(start_t_s, end_t_s, count)
    x, y, _ = ephemeris.apparent_moon_me_m("sun", nodes_s)
    turned = -np.unwrap(np.arctan2(y, x))  # grows: the Sun goes west
    step = 2.0 * np.pi / columns
    ticks = np.arange(np.ceil(turned[0] / step), np.floor(turned[-1] / step) + 1)
    t_s = np.clip(CubicSpline(turned, nodes_s)(ticks * step), start_t_s, end_t_s)
    sun_m = ephemeris.apparent_moon_me_m("sun", t_s)
    sun = _columns(sun_m, "sun", pole, -ticks * step, 2.0 * np.pi / columns, columns)
    earth_m = ephemeris.apparent_moon_me_m("earth", t_s)
    longitude = np.arctan2(earth_m[1], earth_m[0])
    width = np.radians(EARTH_COLUMN_DEG)
    earth = _columns(earth_m, "earth", pole, longitude, width, round(2.0 * np.pi / width))
    step_h = (np.gradient(t_s) / HOUR_S).astype(np.float32)
    return SkyClock(t_s, step_h, sun, earth, pole, columns)


def _columns(
    position_m: FloatArray, body: Body, pole: int, longitude: FloatArray, width: float, around: int
) -> BodyColumns:
    distance_m = np.sqrt(np.sum(position_m**2, axis=0))
    lift = pole * np.arcsin(position_m[2] / distance_m)
    radius = np.arcsin(BODY_RADIUS_M[body] / distance_m)
    parallax = MOON_RADIUS_M / distance_m
    mean_radius, mean_parallax = float(radius.mean()), float(parallax.mean())
    # A disc nearer than the mean is larger, and hangs lower by its greater parallax.
    lift += (radius - mean_radius) - (parallax - mean_parallax)
    number = np.round(longitude / width).astype(np.int64) % around
    used, column = np.unique(number, return_inverse=True)
    return BodyColumns(
        longitude_rad=used.astype(np.float64) * width,
        column=column.astype(np.int32),
        lift_rad=lift.astype(np.float32),
        radius_rad=mean_radius,
        parallax=mean_parallax,
    )
