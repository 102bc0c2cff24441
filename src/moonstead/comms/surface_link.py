"""Links between antennas on the Moon's ground, with the terrain between them.

The line of sight is found on the sphere, without approximation; the loss of what stands in or near
it comes from `moonstead.comms.surface_diffraction`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from moonstead.comms.link_terms import SPEED_OF_LIGHT_M_PER_S, FloatArray
from moonstead.comms.surface_diffraction import delta_bullington_db
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.terrain.grid import Terrain
from moonstead.errors import InputError, Problem, RangeError

_FARTHEST_RAD = np.radians(10.0)  # 300 km: the diffraction model takes the ground as nearly flat


@dataclass(frozen=True, slots=True, eq=False)
class GroundProfile:
    """Ground below a great circle.

    Parameters
    ----------
    along_m
        Distance on the sphere of `MOON_RADIUS_M`, shape (n,), from 0.
    height_m
        Of the ground above that sphere, shape (n,).
    """

    along_m: FloatArray
    height_m: FloatArray


@dataclass(frozen=True, slots=True)
class SurfacePath:
    """What is between two antennas on the ground.

    Parameters
    ----------
    range_m
        In a straight line.
    visible
        Whether no ground stands in the line of sight.
    clearance_m
        Least height of the line over the ground between; negative where it is cut.
    clearance_zones
        The same in radii of the first Fresnel zone at its place; 0.6 and more is as good as free.
    obstruction_db
        Loss by diffraction, on top of free space.
    """

    range_m: float
    visible: bool
    clearance_m: float
    clearance_zones: float
    obstruction_db: float


def horizon_m(height_m: float, radius_m: float = MOON_RADIUS_M) -> float:
    """Return how far the smooth horizon is from an antenna, in a straight line.

    Examples
    --------
    >>> round(horizon_m(10.0))
    5895
    """
    return float(np.sqrt(2.0 * radius_m * height_m + height_m**2))


def ground_profile(
    layers: Sequence[Terrain], first: Site, last: Site, step_m: float
) -> GroundProfile:
    """Return the ground between two places.

    Parameters
    ----------
    layers
        From fine to coarse: the first that has heights at a point gives it.
    first, last
        Where the antennas stand.
    step_m
        Between points, at most.

    Raises
    ------
    RangeError
        No layer has heights at some point; it says where.
    InputError
        The places are one, or more than 10 degrees apart, or the step is not above 0.
    """
    ends = np.array([_direction(first), _direction(last)])
    angle_rad = _angle_rad(first, last)
    count = _point_count(angle_rad, step_m)
    share = np.linspace(0.0, 1.0, count)[:, np.newaxis]
    spread = np.sin((1.0 - share) * angle_rad) * ends[0] + np.sin(share * angle_rad) * ends[1]
    latitude_deg = np.degrees(np.arctan2(spread[:, 2], np.hypot(spread[:, 0], spread[:, 1])))
    longitude_deg = np.degrees(np.arctan2(spread[:, 1], spread[:, 0]))
    height_m = np.full(count, np.nan)
    for layer in layers:
        missing = np.isnan(height_m)
        if missing.any():
            height_m[missing] = layer.sample_m(latitude_deg[missing], longitude_deg[missing])
    if np.isnan(height_m).any():
        at = int(np.flatnonzero(np.isnan(height_m))[0])
        place = f"{latitude_deg[at]:.4f}, {longitude_deg[at]:.4f}"
        remedy = "no elevation model has heights there; add one that covers the way between"
        raise RangeError(Problem("terrain", "latitude_deg, longitude_deg", place, remedy))
    return GroundProfile(share[:, 0] * angle_rad * MOON_RADIUS_M, height_m)


def surface_path(
    profile: GroundProfile, heights_m: tuple[float, float], frequency_hz: float
) -> SurfacePath:
    """Return what a link over ground meets.

    Parameters
    ----------
    profile
        Between the antennas, with the ground that they stand on at its ends.
    heights_m
        Of both antennas above that ground.
    frequency_hz
        Of the carrier.

    Raises
    ------
    InputError
        An antenna is not above its ground.
    """
    if min(heights_m) <= 0.0:
        remedy = "an antenna must be above its ground"
        raise InputError(Problem("link", "heights_m", f"{min(heights_m):g}", remedy))
    along_m, ground_m = profile.along_m, profile.height_m
    ends_m = float(ground_m[0]) + heights_m[0], float(ground_m[-1]) + heights_m[1]
    angle_rad = along_m / MOON_RADIUS_M
    first_m, last_m = MOON_RADIUS_M + ends_m[0], MOON_RADIUS_M + ends_m[1]
    whole = float(angle_rad[-1])
    apart2 = (last_m - first_m) ** 2 + 4.0 * first_m * last_m * np.sin(whole / 2.0) ** 2
    near, far = angle_rad[1:-1], whole - angle_rad[1:-1]
    ray_m = first_m * last_m * np.sin(whole)
    ray_m = ray_m / (first_m * np.sin(near) + last_m * np.sin(far)) - MOON_RADIUS_M
    clear_m = ray_m - ground_m[1:-1]
    wave_m = SPEED_OF_LIGHT_M_PER_S / frequency_hz
    zone_m = np.sqrt(wave_m * along_m[1:-1] * (along_m[-1] - along_m[1:-1]) / along_m[-1])
    return SurfacePath(
        range_m=float(np.sqrt(apart2)),
        visible=bool(np.all(clear_m >= 0.0)),
        clearance_m=float(np.min(clear_m, initial=np.inf)),
        clearance_zones=float(np.min(clear_m / zone_m, initial=np.inf)),
        obstruction_db=delta_bullington_db(along_m, ground_m, ends_m, frequency_hz, MOON_RADIUS_M),
    )


def _direction(place: Site) -> FloatArray:
    lat, lon = np.radians([place.latitude_deg, place.longitude_deg])
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _angle_rad(first: Site, last: Site) -> float:
    a, b = _direction(first), _direction(last)
    angle_rad = float(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))
    if not 0.0 < angle_rad <= _FARTHEST_RAD:
        value = f"{np.degrees(angle_rad):.3f} degrees apart"
        remedy = "name two places that are apart, by at most 10 degrees of the Moon (303 km)"
        raise InputError(Problem("link", f"{first.name}, {last.name}", value, remedy))
    return angle_rad


def _point_count(angle_rad: float, step_m: float) -> int:
    if not step_m > 0.0:
        raise InputError(Problem("link", "step_m", f"{step_m:g}", "must be above 0 m"))
    return max(int(np.ceil(angle_rad * MOON_RADIUS_M / step_m)) + 1, 3)
