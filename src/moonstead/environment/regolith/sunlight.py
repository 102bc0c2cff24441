"""Light and warmth that a piece of lunar ground absorbs: the Sun, and the terrain in its view.

*Sun.* The visible part of the disc is what stands above a horizon that is level across the disc's
width, and above the plane of the ground itself; it counts with its area and from its centre of
area, so that a limb over the horizon lights flat ground. No limb darkening, no eclipses.

*Terrain.* Ground that sees terrain in a part f of its sky (weighted by the cosine, from the horizon
profile) receives from it what the inside of a spherical bowl of the same f receives (Buhl et al.
1968; Ingersoll et al. 1992): every place of a bowl sees every other alike, so that reflected light
and infrared radiation are the same everywhere in it,

``F sin(e) (1 - A) f / (1 - A f) [emissivity + A (1 - f)]``

with the solar flux F, the Sun's elevation e and the albedo A. The walls radiate at once what they
absorb. The form conserves energy: as much leaves through the opening as came in.
"""

import numpy as np
from numba import prange

from moonstead.compiled import compiled, compiled_parallel
from moonstead.environment.regolith.kernel import FloatArray

SOLAR, RADIUS, MOON, ALBEDO, CUBIC, EIGHTH, DIFFUSE, EMISSIVITY = range(8)
"""Places in the table of the light: solar constant times au^2 (W), radius of the Sun and of the
Moon (m), albedo and its two coefficients, albedo for diffuse light, emissivity."""


@compiled
def horizon_at(horizon_deg: FloatArray, azimuth_deg: float) -> float:
    """Return the horizon (m,), even azimuths from 0, at one azimuth of 0 to 360, linear."""
    count = len(horizon_deg)
    place = azimuth_deg * count / 360.0
    low = int(place)
    share = place - low
    height: float = (1.0 - share) * horizon_deg[low % count]
    height += share * horizon_deg[(low + 1) % count]
    return height


@compiled
def plane_horizon(slope_rad: float, aspect_rad: float, azimuth_rad: float) -> float:
    """Return the elevation, radians, at which tilted ground cuts its own view."""
    rise: float = np.arctan(-np.tan(slope_rad) * np.cos(azimuth_rad - aspect_rad))
    return rise


@compiled
def terrain_view(horizon_deg: FloatArray, slope_rad: float, aspect_rad: float) -> float:
    """Return the part of a ground's view that is terrain: 1 minus Dozier and Frew's (1990) sky."""
    count = len(horizon_deg)
    sky = 0.0
    for a in range(count):
        azimuth_rad = 2.0 * np.pi * a / count
        own = plane_horizon(slope_rad, aspect_rad, azimuth_rad)
        zenith = 0.5 * np.pi - max(np.radians(horizon_deg[a]), own)
        sky += np.cos(slope_rad) * np.sin(zenith) ** 2
        lean = np.sin(slope_rad) * np.cos(azimuth_rad - aspect_rad)
        sky += lean * (zenith - np.sin(zenith) * np.cos(zenith))
    return min(max(1.0 - sky / count, 0.0), 1.0)


@compiled
def cut_disc(chord: float) -> tuple[float, float]:
    """Return area (share of the disc) and height of its centre, for the unit disc above a chord."""
    if chord <= -1.0:
        return 1.0, 0.0
    if chord >= 1.0:
        return 0.0, 1.0
    square = 1.0 - chord * chord
    area = (np.arccos(chord) - chord * np.sqrt(square)) / np.pi
    if area <= 0.0:
        return 0.0, 1.0
    return area, 2.0 / (3.0 * np.pi) * square * np.sqrt(square) / area


@compiled
def absorbed_by(
    sun_m: FloatArray,
    place: FloatArray,
    horizon_deg: FloatArray,
    light: FloatArray,
    out: FloatArray,
) -> None:
    """Write what one place absorbs from Sun and terrain, W/m2, (2, steps).

    ``place`` is latitude, longitude, slope and aspect in radians; ``sun_m`` (steps, 3) in MOON_ME.
    """
    latitude, longitude, slope, aspect = place[0], place[1], place[2], place[3]
    sin_lat, cos_lat = np.sin(latitude), np.cos(latitude)
    sin_lon, cos_lon = np.sin(longitude), np.cos(longitude)
    sin_slope, cos_slope = np.sin(slope), np.cos(slope)
    view = terrain_view(horizon_deg, slope, aspect)
    dark = light[DIFFUSE]
    trapped = view * (1.0 - dark) / (1.0 - dark * view)
    trapped *= light[EMISSIVITY] + dark * (1.0 - view)
    highest, lowest = np.radians(horizon_deg.max()), np.radians(horizon_deg.min())
    highest = max(highest, slope)
    for k in range(len(sun_m)):
        x, y, z = sun_m[k, 0], sun_m[k, 1], sun_m[k, 2]
        east = -sin_lon * x + cos_lon * y
        outward = cos_lon * x + sin_lon * y
        north = -sin_lat * outward + cos_lat * z
        up = cos_lat * outward + sin_lat * z - light[MOON]
        distance = np.sqrt(east * east + north * north + up * up)
        elevation = np.arcsin(up / distance)
        radius = light[RADIUS] / distance
        out[0, k] = 0.0
        out[1, k] = 0.0
        if elevation + radius <= min(lowest, 0.0):
            continue
        flux = light[SOLAR] / (distance * distance)
        area, middle = cut_disc(-elevation / radius)
        income = area * np.sin(elevation + middle * radius)
        out[1, k] = flux * max(income, 0.0) * trapped
        azimuth = np.arctan2(east, north) % (2.0 * np.pi)
        cut = plane_horizon(slope, aspect, azimuth)
        if elevation - radius < highest:
            cut = max(cut, np.radians(horizon_at(horizon_deg, np.degrees(azimuth))))
        area, middle = cut_disc((cut - elevation) / radius)
        seen = elevation + middle * radius
        cosine = cos_slope * np.sin(seen)
        cosine += sin_slope * np.cos(seen) * np.cos(azimuth - aspect)
        if area <= 0.0 or cosine <= 0.0:
            continue
        incidence = np.arccos(min(cosine, 1.0)) / (0.5 * np.pi)
        albedo = light[ALBEDO] + light[CUBIC] * 8.0 * incidence**3 + light[EIGHTH] * incidence**8
        out[0, k] = flux * area * cosine * (1.0 - albedo)


@compiled_parallel
def absorbed_series(
    sun_m: FloatArray, places: FloatArray, horizon_deg: FloatArray, light: FloatArray
) -> FloatArray:
    """Return what places absorb from Sun and terrain, W/m2, (2, steps, places)."""
    out = np.empty((2, len(sun_m), len(places)))
    for j in prange(len(places)):
        absorbed_by(sun_m, places[j], horizon_deg[j], light, out[:, :, j])
    return out
