"""When a path from the station to Earth is open.

Geometry only: who sees whom. Rates, queues and routes come on top. A path is open when its space
part is and a ground station has the Moon above its elevation mask; handing over from one ground
station to the next takes no time here, and every station is taken to be free. All series share one
even time grid; light time, 1.3 s, is left out as it is far below any grid step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.site import MOON_RADIUS_M

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """An antenna on the Moon and the horizon around it.

    Parameters
    ----------
    latitude_deg, longitude_deg
        Planetocentric, in MOON_ME.
    radius_m
        Of the antenna, from the Moon's centre.
    horizon_azimuth_deg, horizon_elevation_deg
        The skyline, shape (k,): azimuths from north by east, rising, within one turn.
    mask_deg
        How far above the skyline a body must stand to be used.
    """

    latitude_deg: float
    longitude_deg: float
    radius_m: float
    horizon_azimuth_deg: FloatArray
    horizon_elevation_deg: FloatArray
    mask_deg: float


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


def stations_in_view(moon_elevation_deg: FloatArray, mask_deg: ArrayLike) -> BoolArray:
    """Say whether at least one ground station has the Moon above its elevation mask.

    Parameters
    ----------
    moon_elevation_deg
        Of the Moon's centre at each ground station, shape (n_stations, n).
    mask_deg
        One for all, or one each, shape (n_stations,).

    Returns
    -------
    ndarray of bool, shape (n,)
        False throughout where there is no ground station.
    """
    masks = np.broadcast_to(np.asarray(mask_deg, dtype=np.float64), moon_elevation_deg.shape[:1])
    return np.asarray(np.any(moon_elevation_deg >= masks[:, np.newaxis], axis=0))


def direct_path_open(
    earth_elevation_deg: FloatArray,
    horizon_elevation_deg: FloatArray,
    margin_deg: float,
    ground_in_view: BoolArray,
) -> BoolArray:
    """Say when the station reaches Earth by itself.

    Parameters
    ----------
    earth_elevation_deg
        Of the Earth's centre at the site, shape (n,).
    horizon_elevation_deg
        Of the skyline below the Earth, shape (n,).
    margin_deg
        How far the Earth's centre must stand above it: 0 for the centre itself, the disc's radius
        (0.90 to 1.03 degrees) for the whole Earth.
    ground_in_view
        From `stations_in_view`, shape (n,).

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    return (earth_elevation_deg - horizon_elevation_deg >= margin_deg) & ground_in_view


def relay_path_open(
    relay_position_moon_me_m: FloatArray,
    earth_position_moon_me_m: FloatArray,
    lookout: Lookout,
    ground_in_view: BoolArray,
) -> BoolArray:
    """Say when the station reaches Earth by way of an orbiter.

    Parameters
    ----------
    relay_position_moon_me_m, earth_position_moon_me_m
        From the Moon's centre, in MOON_ME, shape (3, n).
    lookout
        The antenna that looks for the orbiter.
    ground_in_view
        From `stations_in_view`, shape (n,).

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    azimuth_deg, elevation_deg, _ = site_look_angles(
        relay_position_moon_me_m, lookout.latitude_deg, lookout.longitude_deg, lookout.radius_m
    )
    seen = above_horizon(
        azimuth_deg,
        elevation_deg,
        lookout.horizon_azimuth_deg,
        lookout.horizon_elevation_deg,
        lookout.mask_deg,
    )
    return (
        seen & ~hidden_by_moon(relay_position_moon_me_m, earth_position_moon_me_m) & ground_in_view
    )
