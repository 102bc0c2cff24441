"""Where a body stands in the sky of a site: the values, and how they come from vectors."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Body = Literal["sun", "earth"]

BODY_RADIUS_M = {"sun": 696_000e3, "earth": 6_378_137.0}
"""Sun: 696 000 km, as in eclipse tables and in SPICE pck00010/00011 (IAU photosphere 695 700 km is
0.04 % less). Earth: equatorial radius of WGS-84; its polar flattening of 0.3 % is left out."""


@dataclass(frozen=True, slots=True)
class BodyTrack:
    """Apparent place of a body in the sky of a site; every array has shape (n,).

    Parameters
    ----------
    t_s
        TDB seconds past J2000.
    azimuth_deg
        From north through east, 0 to 360.
    elevation_deg
        Of the centre of the disc above the plane at right angles to the site's radius.
    distance_m
        To the centre of the body.
    angular_radius_deg
        asin(R / distance), with R of `BODY_RADIUS_M`.
    """

    t_s: FloatArray
    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    distance_m: FloatArray
    angular_radius_deg: FloatArray


def me_to_enu(latitude_deg: float, longitude_deg: float) -> FloatArray:
    """Return the matrix (3, 3) that turns MOON_ME vectors into east, north and up of a place."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return np.stack([east, np.cross(up, east), up])


def track_of_enu(epochs: FloatArray, enu_m: FloatArray, body: Body) -> BodyTrack:
    """Return the track of apparent positions east, north and up.

    Parameters
    ----------
    epochs
        TDB seconds past J2000, shape (n,).
    enu_m
        Shape (3, n).
    body
        ``"sun"`` or ``"earth"``.
    """
    east_m, north_m, up_m = enu_m
    horizontal_m = np.hypot(east_m, north_m)
    distance_m = np.hypot(horizontal_m, up_m)
    return BodyTrack(
        t_s=epochs,
        azimuth_deg=np.degrees(np.arctan2(east_m, north_m)) % 360.0,
        elevation_deg=np.degrees(np.arctan2(up_m, horizontal_m)),
        distance_m=distance_m,
        angular_radius_deg=np.degrees(np.arcsin(BODY_RADIUS_M[body] / distance_m)),
    )
