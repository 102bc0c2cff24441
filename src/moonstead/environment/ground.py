"""The Moon as a ground station on Earth sees it.

Precession and nutation are computed once a day and splined, as they cost a hundred times more than
the rest; the Earth's spin is exact at every node. Polar motion (0.3 arcseconds), diurnal aberration
(0.3) and the deflection of the vertical are left out.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from skyfield.api import wgs84
from skyfield.functions import rot_z

from moonstead.environment.timescale import skyfield_time
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

GROUND_NODE_S = 600.0
"""Between nodes; a cubic spline over it is within 0.01 arcsecond as the Earth turns 2.5 degrees."""


class MoonFromEarth:
    """The Moon's apparent place in the frame that turns with the Earth."""

    def __init__(self, spk: Any) -> None:
        self._spk = spk

    def positions_m(self, first_t_s: float, count: int) -> FloatArray:
        """Return the apparent geocentric positions at even nodes.

        Parameters
        ----------
        first_t_s
            TDB seconds past J2000 of the first node.
        count
            Number of nodes, `GROUND_NODE_S` apart.

        Returns
        -------
        ndarray of shape (3, count), m
            In ITRS.
        """
        epochs = first_t_s + GROUND_NODE_S * np.arange(count)
        days = np.arange(epochs[0] - 2 * DAY_S, epochs[-1] + 3 * DAY_S, DAY_S)
        slow = CubicSpline(days, _equator_and_equinox(days))(epochs)
        time = skyfield_time(epochs)
        moon = self._spk["earth"].at(time).observe(self._spk["moon"]).apparent(deflectors=())
        true_of_date_m = np.einsum("nij,jn->in", slow[:, :9].reshape(-1, 3, 3), moon.xyz.m)
        sidereal_rad = (time.gmst + slow[:, 9]) * (np.pi / 12.0)
        turned_m: FloatArray = np.einsum("ijn,jn->in", rot_z(-sidereal_rad), true_of_date_m)
        return turned_m


def _equator_and_equinox(t_s: FloatArray) -> FloatArray:
    """Return the ICRF to true-equator matrix (9) and the equation of the equinoxes (h), (n, 10)."""
    time = skyfield_time(t_s)
    matrix = np.moveaxis(np.asarray(time.M), 2, 0).reshape(len(t_s), 9)
    equinoxes_h = (np.asarray(time.gast - time.gmst) + 12.0) % 24.0 - 12.0
    return np.column_stack([matrix, equinoxes_h])


def sine_of_elevation(
    moon_itrs_m: FloatArray, latitude_deg: float, longitude_deg: float, height_m: float
) -> FloatArray:
    """Return the sine of the Moon's elevation at a ground station.

    Parameters
    ----------
    moon_itrs_m
        Geocentric, shape (3, n).
    latitude_deg, longitude_deg, height_m
        Geodetic, WGS-84.

    Returns
    -------
    ndarray of shape (n,)
    """
    station_m = wgs84.latlon(latitude_deg, longitude_deg, elevation_m=height_m).itrs_xyz.m
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    relative_m = moon_itrs_m - station_m[:, np.newaxis]
    sine: FloatArray = up @ relative_m / np.linalg.norm(relative_m, axis=0)
    return sine
