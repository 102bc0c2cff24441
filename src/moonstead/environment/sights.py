"""Ground that makes a horizon, or could make it if heights were a little different.

Rays from the observer are sampled over nested terrain once. Only points that can come to stand
highest on their ray by an error of `SPREAD` standard deviations are kept, so that the horizon of
disturbed terrain costs milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.profile import FloatArray, HorizonProfile
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.terrain.grid import HeightArray, Terrain, bilinear

SPREAD: Final = 5.0
_STEPS_PER_DISTANCE: Final = 200.0  # far samples lie 0.5 % of their distance apart
_SAMPLES_PER_PIXEL: Final = 2.0
_FLOOR_DEG: Final = 0.1  # a profile so far above all sampled ground is the sphere beyond it


@dataclass(frozen=True, slots=True, eq=False)
class HeightError:
    """Error of the heights of a terrain layer: a Gaussian field of mean zero.

    Parameters
    ----------
    sigma_m
        Standard deviation.
    correlation_m
        Length L of the correlation ``exp(-d^2 / (2 L^2))`` of errors at the distance d.
    """

    sigma_m: float
    correlation_m: float

    def difference_m(self, distance_m: FloatArray) -> FloatArray:
        """Return the standard deviation of the difference of two errors so far apart."""
        square = 2.0 * -np.expm1(-0.5 * (distance_m / self.correlation_m) ** 2)
        deviation_m: FloatArray = self.sigma_m * np.sqrt(square)
        return deviation_m


@dataclass(frozen=True, slots=True, eq=False)
class LayerSights:
    """Points of one layer of terrain, shape (n,) each, and the rectangle that holds them.

    Parameters
    ----------
    ray
        Number of the azimuth.
    column, row
        In the rectangle.
    height_m
        As the terrain has it.
    arc_rad
        From the observer.
    corner, shape
        First row and column of the rectangle in the layer, and how many it has.
    pixel_m
        Of the layer.
    """

    ray: NDArray[np.intp]
    column: FloatArray
    row: FloatArray
    height_m: FloatArray
    arc_rad: FloatArray
    corner: tuple[int, int]
    shape: tuple[int, int]
    pixel_m: float

    def field_m(self, field_m: HeightArray) -> FloatArray:
        """Return a field over the rectangle at all points."""
        return bilinear(field_m, self.column, self.row)


@dataclass(frozen=True, slots=True, eq=False)
class Sights:
    """All points that matter for a horizon, by layer.

    Parameters
    ----------
    profile
        The horizon of the terrain as given.
    layers
        Fine to coarse; a layer without points is left out.
    numbers
        Of those layers among all.
    ground_layer
        Which of `layers` the observer stands on, at column and row `ground_pixel`.
    offset_deg
        What the horizon of the profile stands above that of the points, shape (azimuths,).
    """

    profile: HorizonProfile
    layers: tuple[LayerSights, ...]
    numbers: tuple[int, ...]
    ground_layer: int
    ground_pixel: tuple[float, float]
    offset_deg: FloatArray

    def horizon_deg(self, fields_m: Sequence[HeightArray], mast_m: float) -> FloatArray:
        """Return the horizon over disturbed terrain.

        Parameters
        ----------
        fields_m
            Added to the heights, over the rectangle of every layer.
        mast_m
            Added to the height of the observer above the ground.

        Returns
        -------
        ndarray of shape (azimuths,)
            Degrees; the profile's own where nothing is added.
        """
        column, row = self.ground_pixel
        ground_m = bilinear(fields_m[self.ground_layer], np.array([column]), np.array([row]))
        radius_m = self.profile.site.radius_m + float(ground_m[0]) + mast_m
        raised_m = [
            sights.height_m + sights.field_m(field)
            for sights, field in zip(self.layers, fields_m, strict=True)
        ]
        found_deg = _highest_deg(self.layers, raised_m, radius_m, len(self.offset_deg))
        # Where the sphere beyond the end of the terrain is the horizon, ground may still rise
        # above it, and it never sinks.
        floor = self.offset_deg > _FLOOR_DEG
        shift_deg = np.where(floor, 0.0, self.offset_deg)
        lowest_deg = np.where(floor, self.profile.elevation_deg, -np.inf)
        return np.maximum(found_deg + shift_deg, lowest_deg)


def sights_of(
    profile: HorizonProfile,
    layers: Sequence[Terrain],
    errors: Sequence[HeightError],
    height_sigma_m: float,
) -> Sights:
    """Sample terrain around an observer, and keep what can make the horizon.

    Parameters
    ----------
    profile
        Of the same terrain.
    layers, errors
        Fine to coarse, and how wrong each is.
    height_sigma_m
        Standard deviation of the observer's height above the ground.

    Returns
    -------
    Sights
    """
    site = profile.site
    all_points = [
        _points(site, profile.azimuth_deg, layer, layers[:i]) for i, layer in enumerate(layers)
    ]
    ground = next(
        i
        for i, layer in enumerate(layers)
        if np.isfinite(layer.sample_m(site.latitude_deg, site.longitude_deg)).all()
    )
    rise = [_tangent(p.height_m, p.arc_rad, site.radius_m) for p in all_points]
    reach = []
    for i, points in enumerate(all_points):
        distance_m = points.arc_rad * MOON_RADIUS_M
        same = errors[i].difference_m(distance_m)
        apart = np.hypot(errors[i].sigma_m, errors[ground].sigma_m)
        deviation_m = np.hypot(same if i == ground else apart, height_sigma_m)
        reach.append(SPREAD * deviation_m / distance_m)
    low = np.full(len(profile.azimuth_deg), -np.inf)
    for points, up, spread in zip(all_points, rise, reach, strict=True):
        np.maximum.at(low, points.ray, up - spread)
    kept: list[LayerSights] = []
    numbers: list[int] = []
    column, row = layers[ground].pixels(
        np.array([site.latitude_deg]), np.array([site.longitude_deg])
    )
    ground_pixel = float(column[0]), float(row[0])
    for i, (points, up, spread) in enumerate(zip(all_points, rise, reach, strict=True)):
        chosen = up + spread >= low[points.ray]
        own = ground_pixel if i == ground else None
        if own is None and not chosen.any():
            continue
        kept.append(_cut_out(points, chosen, own))
        numbers.append(i)
    as_given = [points.height_m for points in kept]
    found_deg = _highest_deg(kept, as_given, site.radius_m, len(low))
    ground_layer = numbers.index(ground)
    corner = kept[ground_layer].corner
    return Sights(
        profile=profile,
        layers=tuple(kept),
        numbers=tuple(numbers),
        ground_layer=ground_layer,
        ground_pixel=(ground_pixel[0] - corner[1], ground_pixel[1] - corner[0]),
        offset_deg=profile.elevation_deg - found_deg,
    )


def _points(
    site: Site, azimuth_deg: FloatArray, layer: Terrain, finer: Sequence[Terrain]
) -> LayerSights:
    """Sample a layer where it has heights and no finer layer has."""
    arc_rad = _distances_m(site, layer) / MOON_RADIUS_M
    ray = np.repeat(np.arange(len(azimuth_deg)), len(arc_rad))
    arc_rad = np.tile(arc_rad, len(azimuth_deg))
    latitude_deg, longitude_deg = _places_deg(site, azimuth_deg[ray], arc_rad)
    column, row = layer.pixels(latitude_deg, longitude_deg)
    height_m = bilinear(layer.heights_m, column, row)
    free = np.isfinite(height_m)
    for other in finer:
        free[free] = np.isnan(other.sample_m(latitude_deg[free], longitude_deg[free]))
    return LayerSights(
        ray[free],
        column[free],
        row[free],
        height_m[free],
        arc_rad[free],
        (0, 0),
        layer.heights_m.shape,
        layer.pixel_m,
    )


def _distances_m(site: Site, layer: Terrain) -> FloatArray:
    """Return distances that grow by half a pixel, and by a fixed share where that is more."""
    lat, lon = (np.radians(x) for x in layer.rim_deg())
    here, there = np.radians(site.latitude_deg), np.radians(site.longitude_deg)
    cosine = np.sin(lat) * np.sin(here) + np.cos(lat) * np.cos(here) * np.cos(lon - there)
    farthest_m = MOON_RADIUS_M * float(np.arccos(np.clip(cosine.min(), -1.0, 1.0)))
    step_m = layer.pixel_m / _SAMPLES_PER_PIXEL
    turn_m = step_m * _STEPS_PER_DISTANCE
    even_m = np.arange(step_m, min(turn_m, farthest_m) + step_m, step_m)
    count = max(int(np.ceil(_STEPS_PER_DISTANCE * np.log(max(farthest_m / turn_m, 1.0)))), 0)
    return np.concatenate([even_m, turn_m * np.exp(np.arange(1, count + 1) / _STEPS_PER_DISTANCE)])


def _places_deg(
    site: Site, azimuth_deg: FloatArray, arc_rad: FloatArray
) -> tuple[FloatArray, FloatArray]:
    lat, azimuth = np.radians(site.latitude_deg), np.radians(azimuth_deg)
    ahead = np.sin(arc_rad) * np.cos(azimuth)
    x = np.cos(lat) * np.cos(arc_rad) - np.sin(lat) * ahead
    y = np.sin(arc_rad) * np.sin(azimuth)
    z = np.sin(lat) * np.cos(arc_rad) + np.cos(lat) * ahead
    turn = np.degrees(np.arctan2(y, x))
    return np.degrees(np.arctan2(z, np.hypot(x, y))), site.longitude_deg + turn


def _tangent(height_m: FloatArray, arc_rad: FloatArray, observer_radius_m: float) -> FloatArray:
    radius_m = MOON_RADIUS_M + height_m
    rise: FloatArray = (radius_m * np.cos(arc_rad) - observer_radius_m) / (
        radius_m * np.sin(arc_rad)
    )
    return rise


def _highest_deg(
    layers: Sequence[LayerSights],
    heights_m: Sequence[FloatArray],
    observer_radius_m: float,
    rays: int,
) -> FloatArray:
    highest = np.full(rays, -np.inf)
    for sights, height_m in zip(layers, heights_m, strict=True):
        rise = _tangent(height_m, sights.arc_rad, observer_radius_m)
        np.maximum.at(highest, sights.ray, rise)
    elevation_deg: FloatArray = np.degrees(np.arctan(highest))
    return elevation_deg


def _cut_out(
    points: LayerSights, chosen: NDArray[np.bool_], own: tuple[float, float] | None
) -> LayerSights:
    """Return the chosen points in the rectangle that holds them and, if given, the observer."""
    column, row = points.column[chosen], points.row[chosen]
    reach = [column, row] if own is None else [np.append(column, own[0]), np.append(row, own[1])]
    first = [max(int(np.floor(x.min())), 0) for x in reach]
    last = [
        min(int(np.floor(x.max())) + 2, size)
        for x, size in zip(reach, points.shape[::-1], strict=True)
    ]
    return LayerSights(
        points.ray[chosen],
        column - first[0],
        row - first[1],
        points.height_m[chosen],
        points.arc_rad[chosen],
        (first[1], first[0]),
        (last[1] - first[1], last[0] - first[0]),
        points.pixel_m,
    )
