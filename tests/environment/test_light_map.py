"""Light of maps against the series of single sites, smooth-sphere limits, and named places."""

from pathlib import Path

import numpy as np
import pytest
from made_maps import map_about, part
from marching import polar_march_deg

from moonstead.environment.bodytrack import Body, me_to_enu, track_of_enu
from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.illumination.clock import SkyClock, sky_clock
from moonstead.environment.illumination.maps import BRIDGE_H, LightMap, light_map
from moonstead.environment.light import light_series, light_statistics, visible_fraction
from moonstead.environment.profile import HorizonProfile, even_azimuths_deg
from moonstead.environment.sweep.horizons import HorizonMap, Window, sweep_horizons
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.raster import load_terrain
from moonstead.environment.timescale import from_utc, iso_utc

YEAR_S = 365.25 * 86400.0
START_T_S = from_utc("2018-10-22")  # the span of Glaeser et al. 2014, Icarus 243:78
ANY, MEAN = 0.002, 0.0005
SPELL_H = 12.0


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


@pytest.fixture(scope="module")
def clock(ephemeris: Ephemeris) -> SkyClock:
    return sky_clock(ephemeris, START_T_S, START_T_S + 19.0 * YEAR_S, -1)


@pytest.fixture(scope="module")
def pole(shared_data: Path) -> Terrain:
    return load_terrain([shared_data / "terrain" / "south_pole_84S_240m_float32.tif"])[0]


# figures.md D.4 (DE421, hourly 2025 to 2045, no terrain): any part of the Sun, of the Earth.
LIMITS = {
    (-90.0, 0.0): (0.5566, 0.5302),
    (-88.0, 0.0): (0.5546, 0.6291),
    (-88.0, 180.0): (0.5547, 0.4347),
    (-86.0, 0.0): (0.5236, 0.7448),
    (-85.0, 0.0): (0.5189, 0.8213),
    (-85.0, 180.0): (0.5166, 0.2759),
}


def test_limits_of_the_smooth_sphere(ephemeris: Ephemeris) -> None:
    start_t_s = from_utc("2025-01-01")
    clock = sky_clock(ephemeris, start_t_s, start_t_s + 21.0 * YEAR_S, -1)
    # From the sphere itself the straight chord to the next post leads 0.004 degrees down.
    flat = map_about(np.zeros((1271, 5)), 240.0)
    light = light_map(sweep_horizons([flat], 36, 0.0, Window(0, 1, 1271, 3)), clock)
    latitude, longitude = light.horizons.places_deg()
    for (lat, lon), (sun, earth) in LIMITS.items():
        other_side = np.cos(np.radians(longitude[:, 1] - lon)) < 0.0
        row = int(np.argmin(np.abs(latitude[:, 1] - lat) + other_side))
        assert light.sun.any_fraction[row, 1] == pytest.approx(sun, abs=0.003)
        # the nearest pixel is up to half a kilometre, 0.016 degrees, away
        assert light.earth.any_fraction[row, 1] == pytest.approx(earth, abs=0.005)


@pytest.fixture(scope="module")
def ridge(pole: Terrain, clock: SkyClock) -> tuple[HorizonMap, LightMap, LightMap]:
    """Return horizons of some pixels of Connecting Ridge, and their light by month and by year."""
    found = sweep_horizons([pole], 360, 2.0, Window(806, 714, 10, 12))
    return found, light_map(found, clock, "month"), light_map(found, clock, "year")


def fractions(
    profile: HorizonProfile, body: Body, t_s: np.ndarray, position_m: np.ndarray
) -> np.ndarray:
    enu_m = me_to_enu(profile.site.latitude_deg, profile.site.longitude_deg) @ position_m
    enu_m[2] -= profile.site.radius_m
    return visible_fraction(track_of_enu(t_s, enu_m, body), profile)


def runs(condition: np.ndarray) -> np.ndarray:
    """Return the lengths of the runs of true."""
    change = np.diff(np.concatenate([[0], condition.astype(int), [0]]))
    return np.flatnonzero(change == -1) - np.flatnonzero(change == 1)


@pytest.mark.data
def test_against_the_exact_series(
    ridge: tuple[HorizonMap, LightMap, LightMap], clock: SkyClock, ephemeris: Ephemeris
) -> None:
    found, light, _ = ridge
    sun_m = ephemeris.apparent_moon_me_m("sun", clock.t_s)
    earth_m = ephemeris.apparent_moon_me_m("earth", clock.t_s)
    epoch_h = float(clock.step_h.mean())
    for row, column in ((0, 0), (4, 5), (9, 11), (2, 8), (7, 3)):
        profile = found.profile(row, column, 720)
        sun = fractions(profile, "sun", clock.t_s, sun_m)
        earth = fractions(profile, "earth", clock.t_s, earth_m)
        for told, exact in ((light.sun, sun), (light.earth, earth)):
            assert told.any_fraction[row, column] == pytest.approx(np.mean(exact > 0), abs=ANY)
            assert told.mean_fraction[row, column] == pytest.approx(exact.mean(), abs=MEAN)
            absence_h = runs(exact == 0).max() * epoch_h
            assert told.longest_absence_h[row, column] == pytest.approx(absence_h, abs=SPELL_H)
            presence_h = runs(exact > 0).max() * epoch_h
            assert told.longest_presence_h[row, column] == pytest.approx(
                presence_h, abs=max(SPELL_H, 0.05 * presence_h)
            )
        both = np.mean((sun > 0) & (earth > 0))
        assert light.together_fraction[row, column] == pytest.approx(both, abs=ANY)
        assert_seasons(light, sun, clock, row, column)


def assert_seasons(
    light: LightMap, sun: np.ndarray, clock: SkyClock, row: int, column: int
) -> None:
    bridge = int(BRIDGE_H / float(clock.step_h.mean()))
    lunations = round(len(sun) / clock.columns)
    dark = sun == 0
    run, longest = 0, np.zeros(lunations, int)
    for k in range(len(sun)):
        run = run + 1 if dark[k] else 0
        at = min(k // clock.columns, lunations - 1)
        longest[at] = max(longest[at], run)
    good = runs(longest <= bridge)
    assert light.sun.longest_season_months[row, column] == pytest.approx(
        max(good, default=0), abs=1.0
    )
    assert light.sun.seasons[row, column] == pytest.approx(len(good), abs=0.15 * len(good) + 2.0)


@pytest.mark.data
def test_against_the_hourly_series_of_a_site(
    ridge: tuple[HorizonMap, LightMap, LightMap], ephemeris: Ephemeris
) -> None:
    found, light, _ = ridge
    count = int(19.0 * YEAR_S / 3600.0)
    series = light_series(ephemeris, found.profile(4, 5, 720), START_T_S, 3600.0, count)
    exact = light_statistics(series)
    sun, earth = light.sun, light.earth
    assert sun.any_fraction[4, 5] == pytest.approx(exact.any_disc_fraction, abs=ANY)
    assert sun.mean_fraction[4, 5] == pytest.approx(exact.mean_disc_fraction, abs=MEAN)
    assert sun.longest_absence_h[4, 5] == pytest.approx(exact.longest_dark_h, abs=SPELL_H)
    assert earth.any_fraction[4, 5] == pytest.approx(exact.earth_fraction, abs=ANY)
    assert earth.longest_absence_h[4, 5] == pytest.approx(
        exact.longest_earth_absence_h, abs=SPELL_H
    )
    months = [month.any_disc_fraction for month in exact.months]
    assert light.parts == tuple(f"{m:02d}" for m in range(1, 13))
    assert sun.parts_fraction[:, 4, 5] == pytest.approx(months, abs=0.005)


@pytest.mark.data
def test_months_and_years_sum_to_the_whole(
    ridge: tuple[HorizonMap, LightMap, LightMap], clock: SkyClock
) -> None:
    for light, digits in zip(ridge[1:], (slice(5, 7), slice(0, 4)), strict=True):
        names = [iso_utc(float(t))[digits] for t in clock.t_s[:: clock.columns // 40]]
        share = np.array([names.count(name) for name in light.parts]) / len(names)
        for body in (light.sun, light.earth):
            total = np.tensordot(share, body.parts_fraction, axes=1)
            assert total == pytest.approx(body.any_fraction, abs=0.003)


@pytest.mark.data
def test_19_years_of_swept_and_of_marched_horizons(
    pole: Terrain, clock: SkyClock, ephemeris: Ephemeris
) -> None:
    sun_m = ephemeris.apparent_moon_me_m("sun", clock.t_s)
    random = np.random.default_rng(11)
    azimuth = even_azimuths_deg(360)
    errors = []
    for _ in range(8):
        corner = random.integers(300, 1230, 2)
        found = sweep_horizons([pole], 360, 2.0, Window(int(corner[0]), int(corner[1]), 3, 3))
        light = light_map(found, clock)
        for row, column in ((0, 0), (1, 2), (2, 1)):
            site = found.profile(row, column).site
            place = site.latitude_deg, site.longitude_deg
            elevation, _ = polar_march_deg(pole, place, site.ground_elevation_m + 2.0, azimuth)
            exact = fractions(HorizonProfile(site, azimuth, elevation, ()), "sun", clock.t_s, sun_m)
            errors.append(
                (
                    light.sun.any_fraction[row, column] - np.mean(exact > 0),
                    light.sun.mean_fraction[row, column] - exact.mean(),
                )
            )
    rms = np.sqrt(np.mean(np.square(errors), axis=0))
    assert np.all(rms <= 0.005)


FLOORS = {  # IAU gazetteer, latitude and longitude of the centres
    "Shackleton": (-89.67, 129.78),
    "Haworth": (-87.45, -5.17),
    "Shoemaker": (-88.14, 45.91),
    "Faustini": (-87.18, 84.31),
    "de Gerlache": (-88.48, -88.34),
}
RIMS = {  # figures.md A, the least light to find near by, 10 m above 240 m terrain
    "near Shackleton, Bussey et al. 2010": ((-88.74, 124.5), 0.80),
    "Connecting Ridge": ((-89.45, 222.69), 0.85),
    "rim of Shackleton": ((-89.78, 203.5), 0.80),
    "rim of de Gerlache": ((-88.92, 287.328), 0.80),
    "Malapert massif": ((-85.964, -2.319), 0.70),
}


def light_around(
    pole: Terrain, clock: SkyClock, place: tuple[float, float], half: int, height_m: float
) -> LightMap:
    column, row = (round(float(x)) for x in pole.pixels(*place))
    size = 2 * half + 1
    window = Window(row - half, column - half, size, size)
    return light_map(sweep_horizons([pole], 180, height_m, window), clock, "month")


@pytest.mark.data
@pytest.mark.parametrize("name", FLOORS)
def test_floors_are_dark_for_19_years(pole: Terrain, clock: SkyClock, name: str) -> None:
    column, row = (round(float(x)) for x in pole.pixels(*FLOORS[name]))
    near = pole.heights_m[row - 12 : row + 13, column - 12 : column + 13]
    down, across = np.unravel_index(np.argmin(near), near.shape)  # the lowest within 3 km
    window = Window(row + int(down) - 14, column + int(across) - 14, 5, 5)
    light = light_map(sweep_horizons([pole], 180, 2.0, window), clock)
    assert np.all(light.sun.any_fraction == 0.0)
    assert np.all(light.sun.seasons == 0)
    assert np.all(np.isnan(light.sun.longest_season_t_s))


@pytest.mark.data
@pytest.mark.parametrize("name", RIMS)
def test_rims_are_lit(pole: Terrain, clock: SkyClock, name: str) -> None:
    place, least = RIMS[name]
    light = light_around(pole, clock, place, 40 if "de Gerlache" in name else 10, 10.0)
    assert light.sun.any_fraction.max() > least


@pytest.mark.data
def test_summers_of_quasi_continuous_light(pole: Terrain, ephemeris: Ephemeris) -> None:
    # De Rosa et al. 2012 and Bussey et al. 2010: at the ridge months of nearly continuous light in
    # summer, and darkness in winter. The year of Bussey et al., 2020. (Over 19 years calendar
    # months show nothing: the Moon's seasons repeat after 347 days.)
    start_t_s = from_utc("2020-01-01")
    clock = sky_clock(ephemeris, start_t_s, start_t_s + YEAR_S, -1)
    light = light_around(pole, clock, (-89.45, 222.69), 8, 2.0)
    best = np.unravel_index(np.argmax(light.sun.any_fraction), light.sun.any_fraction.shape)
    months = light.sun.parts_fraction[:, best[0], best[1]]
    assert np.count_nonzero(months > 0.97) >= 3
    assert months.min() < 0.8
    assert 3 <= light.sun.longest_season_months[best] <= 9


RIDGE_PUBLISHED = {2.0: 0.9227, 10.0: 0.9565}  # Glaeser et al. 2014


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("height_m", RIDGE_PUBLISHED)
def test_the_best_point_of_connecting_ridge_is_found(
    pole: Terrain, clock: SkyClock, shared_data: Path, height_m: float
) -> None:
    fine = load_terrain([shared_data / "terrain" / "connecting_ridge_site01_10m_float32.tif"])[0]
    coarse = part(fine, slice(0, 1600), slice(0, 1600), 4)
    column, row = (round(float(x)) for x in coarse.pixels(-89.45, 222.7))
    window = Window(row - 50, column - 50, 100, 100)  # 4 km by 4 km
    light = light_map(sweep_horizons([coarse, pole], 180, height_m, window), clock).sun.any_fraction
    at = np.unravel_index(np.nanargmax(light), light.shape)
    r, c = 4 * (window.row + int(at[0])), 4 * (window.column + int(at[1]))
    near = sweep_horizons([fine, pole], 360, height_m, Window(r - 16, c - 16, 33, 33))
    best = light_map(near, clock).sun
    at = np.unravel_index(np.nanargmax(best.any_fraction), best.any_fraction.shape)
    assert best.any_fraction[at] == pytest.approx(RIDGE_PUBLISHED[height_m], abs=0.01)
    # "Typically 3 to 5 days" there; judged by light alone the best pixel at 2 m has one of 5.9.
    assert 72.0 <= best.longest_absence_h[at] <= 144.0
