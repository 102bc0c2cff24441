"""Who sees whom at given instants, plainly: what the search for intervals is held against."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
MOON_RADIUS_M = 1_737_400.0


def site_look_angles(
    position_moon_me_m: FloatArray,
    latitude_deg: float,
    longitude_deg: float,
    observer_radius_m: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return where something stands in the sky of a site.

    Parameters
    ----------
    position_moon_me_m
        From the Moon's centre, in MOON_ME, shape (3, n).
    latitude_deg, longitude_deg
        Of the site, planetocentric.
    observer_radius_m
        Of the observer, from the Moon's centre.

    Returns
    -------
    tuple of ndarray of shape (n,)
        Azimuth (from north by east, 0 to 360 degrees), elevation (degrees) and range (m). At the
        poles north is the direction that it has when one comes along the site's meridian.
    """
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    north = np.array([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    line_m = position_moon_me_m - (observer_radius_m * up)[:, np.newaxis]
    east_m, north_m, up_m = np.stack([east, north, up]) @ line_m
    azimuth_deg = np.degrees(np.arctan2(east_m, north_m)) % 360.0
    elevation_deg = np.degrees(np.arctan2(up_m, np.hypot(east_m, north_m)))
    return azimuth_deg, elevation_deg, np.linalg.norm(line_m, axis=0)


def hidden_by_moon(
    from_m: FloatArray, to_m: FloatArray, radius_m: float = MOON_RADIUS_M
) -> BoolArray:
    """Say whether the Moon stands between two points outside it.

    Parameters
    ----------
    from_m, to_m
        From the Moon's centre, in any one frame, shape (3, n).
    radius_m
        Of the Moon, taken as a smooth sphere.

    Returns
    -------
    ndarray of bool, shape (n,)
        A line that just touches the sphere is not hidden.
    """
    line_m = to_m - from_m
    length2 = np.maximum(np.sum(line_m * line_m, axis=0), np.finfo(float).tiny)
    nearest = np.clip(-np.sum(from_m * line_m, axis=0) / length2, 0.0, 1.0)
    hidden: BoolArray = np.linalg.norm(from_m + nearest * line_m, axis=0) < radius_m
    return hidden


def above_horizon(
    azimuth_deg: FloatArray,
    elevation_deg: FloatArray,
    horizon_azimuth_deg: FloatArray,
    horizon_elevation_deg: FloatArray,
    mask_deg: float,
) -> BoolArray:
    """Say whether something stands at least ``mask_deg`` above a skyline.

    Parameters
    ----------
    azimuth_deg, elevation_deg
        Where it stands, shape (n,).
    horizon_azimuth_deg, horizon_elevation_deg
        The skyline, shape (k,), azimuths rising within one turn; straight lines in between, and
        from the last to the first.
    mask_deg
        How far above the skyline counts.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    skyline_deg = np.interp(azimuth_deg, horizon_azimuth_deg, horizon_elevation_deg, period=360.0)
    return np.asarray(elevation_deg - skyline_deg >= mask_deg)
