"""Make the horizon profiles that come with Moonstead.

    python builders/build_profiles.py FOLDER [--out FOLDER] [--only AREA]

FOLDER holds the two terrain files, LOLA's south polar map at 240 m (LDEM_75S_120M reduced, 1536 x
1536) and the 10 m map of Connecting Ridge (PGDA product 78, Site01, reduced). Neither comes with
Moonstead. Every local top of the maps is judged by a quick look (prefilter.py); the best of each
area are judged again with the package's own horizon over 19 years, and improved by a search over
the ground until no neighbour is better. Judged is the share of time with any part of the Sun in
view, plus a hundredth of that of the Earth (so that of two equals the one with more Earth wins),
less one point for every day that the longest darkness exceeds five. A point that others have
named before is kept where it comes within half a point of the best. Prints one line per profile.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.disc import disc_fraction
from moonstead.environment.ephemeris import BODY_RADIUS_M, Body, Ephemeris, load_ephemeris
from moonstead.environment.horizon import compute_horizon
from moonstead.environment.light import light_series, light_statistics
from moonstead.environment.profile import HorizonProfile, write_profile
from moonstead.environment.site import Site
from moonstead.environment.terrain.raster import Terrain, ground_elevation_m, load_terrain
from moonstead.environment.timescale import from_utc
from moonstead.units import HOUR_S, JULIAN_YEAR_S
from prefilter import (
    FloatArray,
    PlaneMap,
    latitude_longitude_deg,
    lit_fraction,
    local_tops_m,
    plane_m,
    plane_map,
)

FILES = ("connecting_ridge_site01_10m_float32.tif", "south_pole_84S_240m_float32.tif")
FIRST_UTC = "2018-10-22"  # the span of Glaeser et al. 2014, Icarus 243:78
YEARS = 19
QUICK_SUNS = 1500
LOOK_HOURS = 1.0  # coarser, a dark spell would not end at the short light that ends it
EARTH_WEIGHT = 0.01
APART_M = 15e3  # between the tops found elsewhere
FARTHEST_M = 150e3  # from the pole: beyond, the map ends too near
ELSEWHERE = 6
FINALISTS = 24
CLIMBS = 3
BEARABLE_DARK_H = 120.0
KNOWN_IS_GOOD_ENOUGH = 0.005


@dataclass(frozen=True)
class Area:
    """Where to look for the sunniest ground, and under which name to keep it."""

    name: str
    latitude_deg: float
    longitude_deg: float
    inner_m: float
    outer_m: float
    heights_m: tuple[float, ...]
    note: str
    fine: bool = False
    known_deg: tuple[tuple[float, float], ...] = ()


AREAS = (
    Area(
        "connecting-ridge",
        -89.45,
        222.7,
        0.0,
        3e3,
        (2.0, 10.0),
        "Connecting Ridge",
        True,
        ((-89.4392, 222.831), (-89.4546, 222.819)),
    ),
    Area(
        "shackleton-rim", -89.67, 129.78, 8.5e3, 14e3, (2.0, 10.0), "the rim of Shackleton crater"
    ),
    Area(
        "de-gerlache-rim", -88.92, 287.328, 0.0, 10e3, (2.0, 10.0), "the rim of de Gerlache crater"
    ),
    Area("malapert-massif", -85.964, 357.681, 0.0, 6e3, (10.0,), "the Malapert massif"),
)
DARK_FLOOR = Site("shackleton-floor", -89.67, 129.78, 0.0, 2.0)


@dataclass(frozen=True)
class Sky:
    """Sun and Earth over the span, from the Moon's centre in MOON_ME, and a few Sun directions."""

    sun_m: FloatArray
    earth_m: FloatArray
    quick: FloatArray


def read_sky(ephemeris: Ephemeris) -> Sky:
    start_t_s, span_s = from_utc(FIRST_UTC), YEARS * JULIAN_YEAR_S
    step_s = LOOK_HOURS * HOUR_S
    t_s = start_t_s + step_s * np.arange(int(span_s / step_s))
    sun_m = ephemeris.position_moon_me_m("sun", t_s)
    quick = sun_m[:, np.linspace(0, len(t_s) - 1, QUICK_SUNS).astype(int)]
    return Sky(
        sun_m,
        ephemeris.position_moon_me_m("earth", t_s[::6]),
        np.ascontiguousarray((quick / np.linalg.norm(quick, axis=0)).T),
    )


def merit(site: Site, layers: Sequence[Terrain], sky: Sky) -> float:
    """Judge a site; see the top of this file."""
    horizon_deg = compute_horizon(site, layers).elevation_deg
    sun = in_view(site, horizon_deg, sky.sun_m, "sun")
    earth = in_view(site, horizon_deg, sky.earth_m, "earth")
    lit = np.flatnonzero(np.concatenate([[True], sun, [True]]))
    longest_dark_h = (int(np.diff(lit).max()) - 1) * LOOK_HOURS
    fine = 0.01 * max(longest_dark_h - BEARABLE_DARK_H, 0.0) / 24.0
    return float(np.mean(sun) + EARTH_WEIGHT * np.mean(earth)) - fine


def in_view(
    site: Site, horizon_deg: FloatArray, body_m: FloatArray, body: Body
) -> NDArray[np.bool_]:
    """Tell when any part of a body's disc shows above the horizon, shape (n,)."""
    lat, lon = np.radians(site.latitude_deg), np.radians(site.longitude_deg)
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    x, y, z = np.stack([east, np.cross(up, east), up]) @ body_m
    z = z - site.radius_m
    distance_m = np.sqrt(x * x + y * y + z * z)
    fraction = disc_fraction(
        np.degrees(np.arctan2(x, y)) % 360.0,
        np.degrees(np.arcsin(z / distance_m)),
        np.degrees(np.arcsin(BODY_RADIUS_M[body] / distance_m)),
        horizon_deg,
    )
    return fraction > 0.0


def site_at(name: str, x_m: float, y_m: float, height_m: float, layers: Sequence[Terrain]) -> Site:
    latitude, longitude = latitude_longitude_deg(np.array([x_m]), np.array([y_m]))
    latitude_deg, longitude_deg = round(float(latitude[0]), 5), round(float(longitude[0]), 4)
    ground_m = ground_elevation_m(layers, latitude_deg, longitude_deg)
    return Site(name, latitude_deg, longitude_deg, round(ground_m, 3), height_m)


def climb(start: Site, layers: Sequence[Terrain], sky: Sky) -> tuple[float, Site]:
    """Walk over the ground to more merit until no neighbour at half a pixel has more."""
    best, best_merit, known = start, merit(start, layers, sky), set()
    step_m = layers[0].pixel_m
    while step_m >= layers[0].pixel_m / 2.0 * 0.99:
        x_m, y_m = plane_m(best.latitude_deg, best.longitude_deg)
        improved = False
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)):
            x, y = x_m + dx * step_m, y_m + dy * step_m
            if (round(x), round(y)) in known:
                continue
            known.add((round(x), round(y)))
            place = site_at(start.name, x, y, start.height_m, layers)
            found = merit(place, layers, sky)
            if found > best_merit:
                best, best_merit, improved = place, found, True
        if not improved:
            step_m /= 2.0
    return best_merit, best


def best_of_area(
    name: str,
    places_m: tuple[FloatArray, FloatArray],
    known: Sequence[Site],
    height_m: float,
    layers: Sequence[Terrain],
    maps: tuple[PlaneMap, PlaneMap],
    sky: Sky,
) -> tuple[float, Site]:
    """Search an area from its best tops and from the points that others have named."""
    quick = lit_fraction(*places_m, height_m, maps, sky.quick)
    finalists = np.argsort(-quick)[:FINALISTS]
    sites = [
        site_at(name, float(places_m[0][i]), float(places_m[1][i]), height_m, layers)
        for i in finalists
    ]
    starts = sorted(sites, key=lambda site: -merit(site, layers, sky))[:CLIMBS]
    climbs = [climb(start, layers, sky) for start in [*starts, *known]]
    return max(climbs, key=lambda found: found[0])


def ring(area: Area, tops_m: tuple[FloatArray, FloatArray]) -> tuple[FloatArray, FloatArray]:
    x_m, y_m = plane_m(area.latitude_deg, area.longitude_deg)
    distance_m = np.hypot(tops_m[0] - x_m, tops_m[1] - y_m)
    inside = (distance_m >= area.inner_m) & (distance_m <= area.outer_m)
    return tops_m[0][inside], tops_m[1][inside]


def sunny_elsewhere(
    tops_m: tuple[FloatArray, FloatArray], taken: Sequence[Site], coarse: PlaneMap, sky: Sky
) -> list[tuple[float, float]]:
    """Return the sunniest tops at 10 m, well apart from each other and from the named areas."""
    x_m, y_m = tops_m
    quick = lit_fraction(x_m, y_m, 10.0, (coarse, coarse), sky.quick)
    kept = [plane_m(site.latitude_deg, site.longitude_deg) for site in taken]
    found: list[tuple[float, float]] = []
    for i in np.argsort(-quick):
        place = (float(x_m[i]), float(y_m[i]))
        apart = all(np.hypot(place[0] - x, place[1] - y) > APART_M for x, y in kept)
        if apart and np.hypot(*place) < FARTHEST_M:
            kept.append(place)
            found.append(place)
        if len(found) == ELSEWHERE:
            break
    return found


def find_sites(layers: Sequence[Terrain], sky: Sky, only: str) -> list[tuple[Site, str]]:
    """Return every site with its note, or those of one area."""
    fine, coarse = (plane_map(layer) for layer in layers)
    coarse_tops, fine_tops = local_tops_m(coarse, 1), local_tops_m(fine, 3)
    found: list[tuple[Site, str]] = []
    for area in [area for area in AREAS if only in ("", area.name)]:
        tops, maps = (fine_tops, (fine, coarse)) if area.fine else (coarse_tops, (coarse, coarse))
        used = layers if area.fine else layers[1:]
        places_m = ring(area, tops)
        for height_m in area.heights_m:
            name = f"{area.name}-{height_m:.0f}m" if len(area.heights_m) > 1 else area.name
            known = [site_at(name, *plane_m(*p), height_m, used) for p in area.known_deg]
            best, site = best_of_area(name, places_m, known, height_m, used, maps, sky)
            note = f"Best-lit point found on {area.note}, {height_m:.0f} m above ground."
            for other in known:
                less = best - merit(other, used, sky)
                if less < KNOWN_IS_GOOD_ENOUGH:
                    note = (
                        f"Well-lit point of {area.note}, {height_m:.0f} m above ground, within "
                        f"{100 * less:.2f} points of the best found "
                        f"({-site.latitude_deg:.4f} S, {site.longitude_deg:.3f} E)."
                    )
                    site = other
            found.append((site, note))
    if only:
        return found
    for x_m, y_m in sunny_elsewhere(coarse_tops, [site for site, _ in found], coarse, sky):
        start = site_at("", x_m, y_m, 10.0, layers[1:])
        _, site = climb(start, layers[1:], sky)
        note = "Best-lit point found in its area, 10 m above ground."
        found.append((replace(site, name=coordinate_name(site)), note))
    ground_m = ground_elevation_m(layers, DARK_FLOOR.latitude_deg, DARK_FLOOR.longitude_deg)
    floor = replace(DARK_FLOOR, ground_elevation_m=round(ground_m, 3))
    return [*found, (floor, "Floor of Shackleton crater: no direct sunlight.")]


def coordinate_name(site: Site) -> str:
    south, east = f"{-site.latitude_deg:.2f}", f"{site.longitude_deg:.1f}"
    return f"peak-{south}s-{east}e".replace(".", "-")


def finished(
    site: Site, note: str, layers: Sequence[Terrain], ephemeris: Ephemeris
) -> HorizonProfile:
    """Compute the full horizon, and add to the note what the light comes to."""
    on_fine = np.isfinite(layers[0].sample_m(site.latitude_deg, site.longitude_deg)[0])
    used = layers if on_fine else layers[1:]
    profile = compute_horizon(site, used)
    count = int(YEARS * JULIAN_YEAR_S / HOUR_S)
    series = light_series(ephemeris, profile, from_utc(FIRST_UTC), HOUR_S, count)
    light = light_statistics(series)
    figures = (
        f"{YEARS} years from {FIRST_UTC}, hourly: any part of the Sun in view "
        f"{100 * light.any_disc_fraction:.2f} %, mean disc {100 * light.mean_disc_fraction:.2f} %, "
        f"longest darkness {light.longest_dark_h:.0f} h, "
        f"any part of the Earth in view {100 * light.earth_fraction:.2f} %."
    )
    print(f"{site.name:26s} {site.latitude_deg:.5f} {site.longitude_deg:.4f} {figures}", flush=True)
    detail = "" if on_fine else " 240 m terrain: relief below that scale is not in it."
    return replace(profile, note=f"{note} {figures}{detail}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--out", type=Path, default=Path("src/moonstead/environment/profiles"))
    arguments.add_argument("--only", default="", choices=[area.name for area in AREAS])
    given = arguments.parse_args()
    layers = load_terrain(given.folder / name for name in FILES)
    ephemeris = load_ephemeris()
    sky = read_sky(ephemeris)
    given.out.mkdir(parents=True, exist_ok=True)
    for site, note in find_sites(layers, sky, given.only):
        profile = finished(site, note, layers, ephemeris)
        write_profile(profile, given.out / f"{site.name}.json")


if __name__ == "__main__":
    main()
