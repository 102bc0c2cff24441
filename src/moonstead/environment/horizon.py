"""The terrain horizon of a point.

Along a great circle through the site everything lies in one plane through the Moon's centre, so
curvature is exact: ground of radius r at the arc theta from an observer of radius r0 stands at the
elevation ``atan2(r cos(theta) - r0, r sin(theta))``. Rays are sampled every half pixel of the
finest layer that covers each place, to the edge of the coarsest. Negative horizons are kept.

Limits: where a ray leaves all terrain the ground beyond is taken to be the smooth sphere; holes
in the data that no layer fills hide nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.compiled import compiled
from moonstead.environment.profile import FloatArray, HorizonProfile, even_azimuths_deg
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.terrain.raster import Terrain, bilinear

__all__ = ["HorizonProfile", "compute_horizon", "smooth_horizon"]

_RUN = 32  # samples between two looks at whether a ray is still on the raster


def smooth_horizon(height_m: float) -> float:
    """Return the elevation of the horizon of a smooth sphere of radius `MOON_RADIUS_M`.

    Parameters
    ----------
    height_m
        Of the observer above the sphere.

    Returns
    -------
    float
        Degrees, zero or less: ``-acos(R / (R + h))``; zero at or below the sphere.
    """
    ratio = MOON_RADIUS_M / (MOON_RADIUS_M + max(height_m, 0.0))
    return -float(np.degrees(np.arccos(ratio)))


def compute_horizon(
    site: Site, layers: Sequence[Terrain], n_azimuths: int = 720, samples_per_pixel: float = 2.0
) -> HorizonProfile:
    """Compute the horizon of a site over nested terrain.

    Parameters
    ----------
    site
        With the ground elevation taken from the terrain (`ground_elevation_m`).
    layers
        Fine to coarse.
    n_azimuths
        Rays, evenly spaced from north through east.
    samples_per_pixel
        Of the layer that covers a place; with fewer it is faster and may miss sharp crests (a
        local search does well with 1).

    Returns
    -------
    HorizonProfile
        Elevations in degrees at ``n_azimuths`` azimuths.
    """
    azimuth_deg = even_azimuths_deg(n_azimuths)
    rays = _Rays(
        up=_unit(site.latitude_deg, site.longitude_deg),
        heading=_headings(site, azimuth_deg),
        radius_m=site.radius_m,
        tangent=np.full(n_azimuths, -np.inf),
        last_arc_rad=np.zeros(n_azimuths),
    )
    for index, layer in enumerate(layers):
        _scan_layer(rays, layer, layers[:index], samples_per_pixel)
    floor = _sphere_beyond(site.radius_m, rays.last_arc_rad)
    elevation_deg: FloatArray = np.degrees(np.arctan(np.maximum(rays.tangent, floor)))
    return HorizonProfile(site, azimuth_deg, elevation_deg, tuple(x.file for x in layers))


@dataclass(frozen=True, slots=True)
class _Rays:
    """Great circles from a site, and what was found along them so far (shape (n,))."""

    up: FloatArray
    heading: FloatArray
    radius_m: float
    tangent: FloatArray
    """Of the horizon's elevation."""
    last_arc_rad: FloatArray
    """How far there was terrain."""


def _unit(latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> FloatArray:
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _headings(site: Site, azimuth_deg: FloatArray) -> FloatArray:
    """Return the unit vectors along the ground in which the rays set out, (n, 3)."""
    lon, az = np.radians(site.longitude_deg), np.radians(azimuth_deg)
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    north = np.cross(_unit(site.latitude_deg, site.longitude_deg), east)
    return np.outer(np.cos(az), north) + np.outer(np.sin(az), east)


def _scan_layer(
    rays: _Rays, layer: Terrain, finer: Sequence[Terrain], samples_per_pixel: float
) -> None:
    """Raise the horizon of every ray by what one layer holds and no finer layer covers."""
    step_rad = layer.pixel_m / samples_per_pixel / MOON_RADIUS_M
    on_layer = _runs_on(layer, rays, step_rad)
    highest_m = MOON_RADIUS_M + max(float(np.nanmax(layer.heights_m)), 0.0)
    first = 0
    while first < on_layer.shape[1]:  # near ground first: what it hides need not be looked at
        last = max(2 * first, first + 4)
        ray, run = np.nonzero(on_layer[:, first:last])
        start_rad = ((run + first) * _RUN + 1).astype(np.float64) * step_rad
        may_rise = _tangent(highest_m, start_rad, rays.radius_m) > rays.tangent[ray]
        if rays.radius_m > highest_m:  # from above, far ground can stand higher than near ground
            may_rise[:] = True
        np.maximum.at(rays.last_arc_rad, ray[~may_rise], start_rad[~may_rise])
        _scan_runs(rays, layer, finer, ray[may_rise], start_rad[may_rise], step_rad)
        first = last


def _tangent(radius_m: float, arc_rad: FloatArray, observer_radius_m: float) -> FloatArray:
    tangent: FloatArray = (radius_m * np.cos(arc_rad) - observer_radius_m) / (
        radius_m * np.sin(arc_rad)
    )
    return tangent


def _runs_on(layer: Terrain, rays: _Rays, step_rad: float) -> NDArray[np.bool_]:
    """Tell which runs of `_RUN` samples of which rays may touch a layer, shape (rays, runs)."""
    n_rays = len(rays.heading)
    n_runs = int(np.ceil(_farthest_rad(layer, rays) / step_rad / _RUN))
    knot_rad = np.arange(n_runs + 1, dtype=np.float64) * (_RUN * step_rad)
    ray = np.repeat(np.arange(n_rays), n_runs + 1)
    places = _places_deg(rays.up, rays.heading, ray, np.tile(knot_rad, n_rays))
    margin_px = 1.0 + _RUN * step_rad * MOON_RADIUS_M / layer.pixel_m
    near = _is_near(layer, *places, margin_px).reshape(n_rays, n_runs + 1)
    return near[:, :-1] | near[:, 1:]


def _is_near(
    layer: Terrain, latitude_deg: FloatArray, longitude_deg: FloatArray, margin_px: float
) -> NDArray[np.bool_]:
    column, row = layer.pixels(latitude_deg, longitude_deg)
    rows, columns = layer.heights_m.shape
    near: NDArray[np.bool_] = (
        (column > -margin_px)
        & (column < columns - 1 + margin_px)
        & (row > -margin_px)
        & (row < rows - 1 + margin_px)
    )
    return near


def _farthest_rad(layer: Terrain, rays: _Rays) -> float:
    """Return the greatest arc at which a layer could matter: its rim, or where nothing is seen."""
    lowest_m = MOON_RADIUS_M + float(np.nanmin(layer.heights_m))
    highest_m = MOON_RADIUS_M + float(np.nanmax(layer.heights_m))
    lowest_m = min(lowest_m, rays.radius_m)
    sight_rad = np.arccos(lowest_m / highest_m) + np.arccos(lowest_m / rays.radius_m)
    rim = _unit(*layer.rim_deg())
    rim_rad = np.arccos(np.clip(rays.up @ rim, -1.0, 1.0))
    return float(min(sight_rad, rim_rad.max()))


def _scan_runs(
    rays: _Rays,
    layer: Terrain,
    finer: Sequence[Terrain],
    run_ray: NDArray[np.intp],
    run_start_rad: FloatArray,
    step_rad: float,
) -> None:
    """Sample runs of a layer, leave out what finer layers cover, and raise the horizon."""
    ray = np.repeat(run_ray, _RUN)
    arc_rad = (run_start_rad[:, np.newaxis] + np.arange(_RUN) * step_rad).ravel()
    latitude_deg, longitude_deg = _places_deg(rays.up, rays.heading, ray, arc_rad)
    height_m = bilinear(layer.heights_m, *layer.pixels(latitude_deg, longitude_deg))
    for other in finer:
        margin_px = 1.0 + _RUN * step_rad * MOON_RADIUS_M / other.pixel_m
        starts = slice(None, None, _RUN)
        near_run = _is_near(other, latitude_deg[starts], longitude_deg[starts], margin_px)
        near = np.repeat(near_run, _RUN)
        height_m[near] = np.where(
            np.isnan(other.sample_m(latitude_deg[near], longitude_deg[near])),
            height_m[near],
            np.nan,
        )
    _raise_tangents(ray, arc_rad, height_m, rays.radius_m, rays.tangent, rays.last_arc_rad)


@compiled
def _places_deg(
    up: FloatArray, heading: FloatArray, ray: NDArray[np.intp], arc_rad: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return latitude and longitude of points on rays, arrays of shape (n,)."""
    latitude_deg, longitude_deg = np.empty(len(ray)), np.empty(len(ray))
    for k in range(len(ray)):
        c, s = np.cos(arc_rad[k]), np.sin(arc_rad[k])
        x = c * up[0] + s * heading[ray[k], 0]
        y = c * up[1] + s * heading[ray[k], 1]
        z = c * up[2] + s * heading[ray[k], 2]
        latitude_deg[k] = np.degrees(np.arctan2(z, np.sqrt(x * x + y * y)))
        longitude_deg[k] = np.degrees(np.arctan2(y, x))
    return latitude_deg, longitude_deg


@compiled
def _raise_tangents(
    ray: NDArray[np.intp],
    arc_rad: FloatArray,
    height_m: FloatArray,
    observer_radius_m: float,
    tangent: FloatArray,
    last_arc_rad: FloatArray,
) -> None:
    for k in range(len(ray)):
        if np.isnan(height_m[k]):
            continue
        radius_m = MOON_RADIUS_M + height_m[k]
        up_m = radius_m * np.cos(arc_rad[k]) - observer_radius_m
        rise = up_m / (radius_m * np.sin(arc_rad[k]))
        i = ray[k]
        tangent[i] = max(tangent[i], rise)
        last_arc_rad[i] = max(last_arc_rad[i], arc_rad[k])


def _sphere_beyond(observer_radius_m: float, last_arc_rad: FloatArray) -> FloatArray:
    """Return the tangent of the horizon of the smooth sphere beyond the end of the terrain."""
    at_end = np.full(len(last_arc_rad), -np.inf)
    some = last_arc_rad > 0.0
    at_end[some] = _tangent(MOON_RADIUS_M, last_arc_rad[some], observer_radius_m)
    if observer_radius_m <= MOON_RADIUS_M:
        # Below the sphere's surface the sphere itself would be overhead: only the terrain counts.
        return np.where(some, -np.inf, 0.0)
    dip_rad = np.arccos(MOON_RADIUS_M / observer_radius_m)
    return np.where(last_arc_rad < dip_rad, -np.tan(dip_rad), at_end)
