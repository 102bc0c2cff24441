"""Light on the ground: against spherical bowls, exact radiosity, real horizons and flat ground."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from bowls import bowl_horizon_deg, centre_income

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.horizon import compute_horizon
from moonstead.environment.light import visible_fraction
from moonstead.environment.profile import HorizonProfile, even_azimuths_deg
from moonstead.environment.regolith.properties import (
    AU_M,
    SOLAR_CONSTANT_W_PER_M2,
    STEFAN_BOLTZMANN,
    Regolith,
)
from moonstead.environment.regolith.sun_table import SunTable, sun_table
from moonstead.environment.regolith.sunlight import cut_disc, terrain_view
from moonstead.environment.regolith.temperature import (
    absorbed_flux,
    regolith_temperature,
    temperature_map,
)
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.terrain.raster import ground_elevation_m, load_terrain
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.units import DAY_S, HOUR_S

YEAR_S = 365.25 * DAY_S
GREY = Regolith(albedo_cubic=0.0, albedo_eighth=0.0)


@cache
def ephemeris() -> Ephemeris:
    return load_ephemeris()


@cache
def year(step_h: float = 6.0) -> SunTable:
    step_s = step_h * HOUR_S
    return sun_table(ephemeris(), from_utc("2026-01-01"), step_s, round(YEAR_S / step_s))


def lone_sun(elevation_deg: float) -> SunTable:
    """Return a table with the Sun at one elevation in the north, 1 au from latitude 0."""
    up, north = np.sin(np.radians(elevation_deg)), np.cos(np.radians(elevation_deg))
    position_m = np.array([[AU_M * up + MOON_RADIUS_M, 0.0, AU_M * north]])
    return SunTable(np.zeros(1), HOUR_S, position_m)


@pytest.mark.parametrize("opening_deg", [25.0, 60.0, 90.0])
@pytest.mark.parametrize("off_centre_deg", [0.0, 10.0, 20.0])
def test_every_place_of_a_bowl_sees_as_much_of_it(
    opening_deg: float, off_centre_deg: float
) -> None:
    # The part of a bowl in view is its share of the sphere, wherever in it one lies.
    opening, off_centre = np.radians([opening_deg, off_centre_deg])
    horizon = bowl_horizon_deg(off_centre, opening, even_azimuths_deg(720))
    view = terrain_view(horizon, off_centre, np.pi)  # north of the lowest point: falls to the south
    assert view == pytest.approx(np.sin(opening / 2.0) ** 2, abs=2e-4)


@pytest.mark.parametrize("slope_deg", [0.0, 15.0, 60.0])
def test_open_slopes_see_the_plain(slope_deg: float) -> None:
    view = terrain_view(np.zeros(360), np.radians(slope_deg), 1.0)
    assert view == pytest.approx((1.0 - np.cos(np.radians(slope_deg))) / 2.0, abs=1e-6)


def test_cut_discs() -> None:
    width = 1e-4
    y = np.arange(-1.0, 1.0, width) + width / 2.0
    chord_length = 2.0 * np.sqrt(1.0 - y * y) / np.pi
    for chord in (-1.5, -0.7, 0.0, 0.4, 0.99, 1.5):
        area, middle = cut_disc(chord)
        above = y > chord
        assert area == pytest.approx(np.sum(chord_length[above]) * width, abs=1e-5)
        if area > 0.0:
            mean = np.average(y[above], weights=chord_length[above])
            assert middle == pytest.approx(mean, abs=1e-3)


def test_dark_floors_of_bowls_against_the_closed_form() -> None:
    # Ingersoll et al. 1992: depth to diameter 0.2, Sun 10 degrees high, the floor in shadow
    opening = 2.0 * np.arctan(2.0 * 0.2)
    elevation = np.radians(10.0)
    f = np.sin(opening / 2.0) ** 2
    assert f == pytest.approx(1.0 / (1.0 + 5.0**2 / 4.0))
    a, e = GREY.albedo, GREY.emissivity
    share = f * (1.0 - a) / (1.0 - a * f) * (e + a * (1.0 - f))
    closed = SOLAR_CONSTANT_W_PER_M2 * np.sin(elevation) * share
    horizon = bowl_horizon_deg(0.0, opening, even_azimuths_deg(360))
    direct, terrain = absorbed_flux(horizon[np.newaxis], np.zeros((1, 4)), lone_sun(10.0), GREY)
    # in polar craters of the Moon (Sun at most 1.6 degrees high) they find less than 102 K
    polar = SOLAR_CONSTANT_W_PER_M2 * np.sin(np.radians(1.59)) * share
    assert (polar / (e * STEFAN_BOLTZMANN)) ** 0.25 < 102.0
    assert direct[0, 0] == 0.0
    assert terrain[0, 0] == pytest.approx(closed, rel=1e-4)


# What the approximation gets wrong where a crater is no bowl but has a flat floor and straight
# walls: the middle of the floor sees the lit top of a wall of slope w over a rim of elevation h
# with sin(w - h), in a bowl with sin(h). The figures of docs/temperature-and-radiation.md.
@pytest.mark.parametrize(
    ("floor", "depth", "elevation_deg", "ratio"),
    [
        (0.35, 0.4, 1.5, 1.9),  # steep, h 22 and w 32 degrees
        (0.35, 0.4, 5.0, 1.6),
        (0.5, 0.25, 1.5, 1.0),  # h 14 and w 27 degrees, nearly the slopes of a bowl
        (0.7, 0.15, 1.5, 0.46),  # wide, h 9 and w 27 degrees
        (0.7, 0.15, 5.0, 0.51),
    ],
)
def test_flat_floors_against_exact_radiosity(
    floor: float, depth: float, elevation_deg: float, ratio: float
) -> None:
    sun = np.radians(elevation_deg)
    exact = centre_income(floor, depth, sun, GREY.albedo, GREY.emissivity)
    rim = np.full((1, 72), np.degrees(np.arctan(depth)))
    _, terrain = absorbed_flux(rim, np.zeros((1, 4)), lone_sun(elevation_deg), GREY)
    found = terrain[0, 0] / (exact * SOLAR_CONSTANT_W_PER_M2)
    assert found == pytest.approx(ratio, rel=0.05)
    assert abs(found**0.25 - 1.0) < 0.2  # of the temperature in balance


def test_sunlight_follows_the_exact_disc_over_a_real_horizon() -> None:
    azimuth_deg = even_azimuths_deg(720)
    rough_deg = 1.0 * np.sin(np.radians(3.0 * azimuth_deg)) + 0.3 * np.sin(
        np.radians(40.0 * azimuth_deg)
    )
    site = Site("rough", -89.2, 40.0, 0.0, 0.0)
    profile = HorizonProfile(site, azimuth_deg, rough_deg, ())
    place = np.array([[-89.2, 40.0, 60.0, 0.0]])  # a steep face: sunlight far from grazing
    sun = year(2.0)
    direct, _ = absorbed_flux(rough_deg[np.newaxis], place, sun, GREY)
    track = ephemeris().track(site, "sun", float(sun.t_s[0]), sun.step_s, len(sun.t_s))
    seen = visible_fraction(track, profile)
    flux = SOLAR_CONSTANT_W_PER_M2 * (AU_M / track.distance_m) ** 2 * seen
    elevation, azimuth = np.radians(track.elevation_deg), np.radians(track.azimuth_deg)
    cosine = 0.5 * np.sin(elevation) + np.sqrt(0.75) * np.cos(elevation) * np.cos(azimuth)
    expected = flux * np.maximum(cosine, 0.0) * (1.0 - GREY.albedo)
    clear = cosine > 0.1  # not where the face cuts the disc itself
    miss = (direct[:, 0] - expected)[clear]
    full = SOLAR_CONSTANT_W_PER_M2
    assert abs(miss.mean()) < 1e-3 * full
    assert np.sqrt(np.mean(miss**2)) < 0.015 * full


def test_flat_polar_ground_gets_what_half_discs_bring() -> None:
    # Over a year flat ground at the pole receives F/pi times the sine of the obliquity, nearly:
    # a direct sum over the disc in thin strips is the reference.
    sun = year()
    place = np.array([[-89.9, 0.0, 0.0, 0.0]])
    direct, terrain = absorbed_flux(np.zeros((1, 72)), place, sun, GREY)
    site = Site("", -89.9, 0.0, 0.0, 0.0)
    track = ephemeris().track(site, "sun", float(sun.t_s[0]), sun.step_s, len(sun.t_s))
    strip = (np.arange(400) + 0.5) / 200.0 - 1.0
    width = 2.0 * np.sqrt(1.0 - strip**2) / np.pi / 200.0
    height = np.radians(track.elevation_deg[:, None] + track.angular_radius_deg[:, None] * strip)
    mean = np.sum(np.maximum(np.sin(height), 0.0) * width, axis=1)
    expected = SOLAR_CONSTANT_W_PER_M2 * (AU_M / track.distance_m) ** 2 * mean * 0.88
    assert direct[:, 0] == pytest.approx(expected, abs=0.003)
    assert terrain.max() == 0.0


def test_a_site_is_a_map_of_one_pixel() -> None:
    azimuth_deg = even_azimuths_deg(72)
    horizon = 5.0 + 3.0 * np.sin(np.radians(azimuth_deg))
    profile = HorizonProfile(Site("", -88.0, 30.0, 0.0, 0.0), azimuth_deg, horizon, ())
    series = regolith_temperature(profile, year(), (0.0, 1.0), slope_deg=8.0, aspect_deg=200.0)
    place = np.tile([-88.0, 30.0, 8.0, 200.0], (70, 1))
    place[1::2] = [-85.0, 10.0, 0.0, 0.0]
    found = temperature_map(np.tile(horizon, (70, 1)), place, year(), (0.0, 1.0))
    assert np.array_equal(found.highest_k[:, 0], series.temperature_k.max(axis=0))
    assert np.array_equal(found.highest_k[:, 68], series.summary.highest_k[:, 0])
    assert series.t_s[-1] == pytest.approx(year().t_s[0] - 0.5 * year().step_s + YEAR_S)


def test_slopes_towards_the_sun_are_warmer() -> None:
    place = np.array([[-85.0, 0.0, 20.0, 0.0], [-85.0, 0.0, 0.0, 0.0], [-85.0, 0.0, 20.0, 180.0]])
    found = temperature_map(np.zeros((3, 72)), place, year())
    assert found.mean_k[0, 0] > found.mean_k[0, 1] + 20.0 > found.mean_k[0, 2] + 30.0


def test_bad_places_are_refused() -> None:
    good, place = np.zeros((2, 36)), np.zeros((2, 4))
    with pytest.raises(InputError, match="pixels, 4"):
        temperature_map(good, place[:1], year())
    with pytest.raises(InputError, match="pixels, 4"):
        temperature_map(good[:, :1], place, year())
    holed = good.copy()
    holed[1, 3] = np.nan
    with pytest.raises(InputError, match=r"horizon_deg: pixel 1"):
        temperature_map(holed, place, year())
    with pytest.raises(InputError, match="step_s"):
        temperature_map(good, place, replace(year(), step_s=DAY_S))


# Floors of large craters, PSR in every published map; Diviner: 25 to 110 K (../shared/figures.md B)
FLOORS = {
    "Shackleton": (-89.67, 129.78),
    "Haworth": (-87.45, -5.17),
    "Shoemaker": (-88.14, 45.91),
    "Faustini": (-87.18, 84.31),
}


@pytest.mark.data
def test_dark_polar_floors(shared_data: Path) -> None:
    layers = load_terrain([shared_data / "terrain" / "south_pole_84S_240m_float32.tif"])
    for name, (latitude, longitude) in FLOORS.items():
        ground_m = ground_elevation_m(layers, latitude, longitude)
        site = Site(name, latitude, longitude, ground_m, 0.0)
        profile = compute_horizon(site, layers, n_azimuths=180, samples_per_pixel=1.0)
        found = regolith_temperature(profile, year(3.0), (0.0, 0.5, 1.0))
        assert found.sunlight_w_per_m2.max() == 0.0, name
        assert found.summary.lowest_k[0, 0] > 25.0, name
        assert found.summary.highest_k[0, 0] < 110.0, name
        # no colder than geothermal heat and the mean of the terrain's light allow
        mean_flux = found.terrain_w_per_m2.mean() + 0.018
        assert found.summary.mean_k[0, 0] < (mean_flux / (0.95 * STEFAN_BOLTZMANN)) ** 0.25
