"""Who sees whom: simple geometry, skyfield, and a whole relay path."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skyfield.functions import angle_between, to_spherical

from moonstead.comms.contacts import (
    Lookout,
    above_horizon,
    direct_path_open,
    hidden_by_moon,
    relay_path_open,
    site_look_angles,
    stations_in_view,
)
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.timescale import from_utc
from moonstead.orbits.kepler import (
    Orbit,
    relay_position_moon_me_m,
    shape_of_altitudes,
    state_equator_m,
)
from moonstead.units import DAY_S, MINUTE_S

FLAT_DEG = np.zeros(360)
AZIMUTHS_DEG = np.arange(360.0)
COORDINATES = st.tuples(*[st.floats(-1e8, 1e8)] * 3).map(np.array)


def at(latitude_deg: float, longitude_deg: float, radius_m: float) -> np.ndarray:
    lat, lon = np.radians([latitude_deg, longitude_deg])
    direction = [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    return radius_m * np.array(direction)[:, np.newaxis]


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "azimuth_deg"),
    [(10.0, 0.0, 0.0), (0.0, 10.0, 90.0), (-10.0, 0.0, 180.0), (0.0, -10.0, 270.0)],
)
def test_look_angles_along_the_axes(
    latitude_deg: float, longitude_deg: float, azimuth_deg: float
) -> None:
    target = at(latitude_deg, longitude_deg, 2.0 * MOON_RADIUS_M)
    azimuth, elevation, distance = site_look_angles(target, 0.0, 0.0, MOON_RADIUS_M)
    angle = np.radians(10.0)
    up, along = 2.0 * np.cos(angle) - 1.0, 2.0 * np.sin(angle)
    assert azimuth[0] == pytest.approx(azimuth_deg, abs=1e-9)
    assert elevation[0] == pytest.approx(np.degrees(np.arctan2(up, along)))
    assert distance[0] == pytest.approx(MOON_RADIUS_M * np.hypot(up, along))


@given(
    latitude_deg=st.floats(-90.0, 90.0),
    longitude_deg=st.floats(-180.0, 360.0),
    height_m=st.floats(1.0, 1e8),
)
def test_straight_up(latitude_deg: float, longitude_deg: float, height_m: float) -> None:
    target = at(latitude_deg, longitude_deg, MOON_RADIUS_M + height_m)
    _, elevation, distance = site_look_angles(target, latitude_deg, longitude_deg, MOON_RADIUS_M)
    assert elevation[0] == pytest.approx(90.0, abs=1e-4)
    assert distance[0] == pytest.approx(height_m, abs=1e-7)


@given(target=COORDINATES, latitude_deg=st.floats(-90.0, 90.0), longitude_deg=st.floats(0.0, 360.0))
def test_look_angles_against_skyfields_vectors(
    target: np.ndarray, latitude_deg: float, longitude_deg: float
) -> None:
    site = at(latitude_deg, longitude_deg, MOON_RADIUS_M)[:, 0]
    line = target - site
    distance, _, _ = to_spherical(line)
    _, elevation, found = site_look_angles(
        target[:, np.newaxis], latitude_deg, longitude_deg, MOON_RADIUS_M
    )
    assert found[0] == pytest.approx(distance)
    if distance > 1.0:
        assert elevation[0] == pytest.approx(90.0 - np.degrees(angle_between(line, site)), abs=1e-5)


def test_the_earth_at_a_polar_site_stands_where_the_ephemeris_says() -> None:
    ephemeris = load_ephemeris()
    site = Site("ridge", -89.4546, 222.819, 1900.0, 10.0)
    t_s = from_utc("2035-01-01") + DAY_S * np.arange(60.0)
    track = ephemeris.view(site, "earth", t_s)
    azimuth, elevation, distance = site_look_angles(
        ephemeris.earth_position_moon_me_m(t_s),
        site.latitude_deg,
        site.longitude_deg,
        site.radius_m,
    )
    # Light time and aberration are left out: under 1.5 arcseconds for the Earth.
    assert np.max(np.abs(elevation - track.elevation_deg)) < 0.001
    assert np.max(np.abs((azimuth - track.azimuth_deg + 180.0) % 360.0 - 180.0)) < 0.001
    # Light left where the Earth was 1.3 s ago: up to its speed around the Sun over that of light.
    assert distance == pytest.approx(track.distance_m, rel=1.1e-4)


def test_hidden_by_the_moon() -> None:
    radius = MOON_RADIUS_M
    relay = np.array([[-2.0, -2.0, -2.0, 2.0, -2.0], [0.0, 0.999, 1.001, 0.0, 0.0], [0.0] * 5])
    target = np.array([[60.0, 60.0, 60.0, 60.0, -60.0], [0.0, 0.999, 1.001, 0.0, 0.0], [0.0] * 5])
    hidden = hidden_by_moon(radius * relay, radius * target)
    assert hidden.tolist() == [True, True, False, False, False]


@given(relay=COORDINATES, target=COORDINATES)
def test_hiding_works_both_ways_and_agrees_with_points_along_the_line(
    relay: np.ndarray, target: np.ndarray
) -> None:
    forth = hidden_by_moon(relay[:, np.newaxis], target[:, np.newaxis])[0]
    back = hidden_by_moon(target[:, np.newaxis], relay[:, np.newaxis])[0]
    shares = np.linspace(0.0, 1.0, 2001)
    points = relay[:, np.newaxis] * (1.0 - shares) + target[:, np.newaxis] * shares
    lowest = np.min(np.linalg.norm(points, axis=0))
    spacing = np.linalg.norm(target - relay) / 2000.0
    if lowest < MOON_RADIUS_M * (1.0 - 1e-9):
        assert forth
        assert back
    if lowest > MOON_RADIUS_M + spacing:
        assert not forth
        assert not back


def test_skyline_is_interpolated_around_the_turn() -> None:
    azimuth = np.array([0.0, 45.0, 90.0, 315.0, 359.0])
    skyline_azimuth, skyline = np.array([0.0, 90.0, 180.0, 270.0]), np.array([4.0, 0.0, 0.0, 0.0])
    heights = np.array([4.0, 2.0, 0.0, 2.0, 4.0 * 89.0 / 90.0])
    above = above_horizon(azimuth, heights + 1.001, skyline_azimuth, skyline, 1.0)
    below = above_horizon(azimuth, heights + 0.999, skyline_azimuth, skyline, 1.0)
    assert above.all()
    assert not below.any()


def test_stations_in_view() -> None:
    elevation = np.array([[10.0, 4.0, -20.0], [-5.0, 7.0, 4.0]])
    assert stations_in_view(elevation, 5.0).tolist() == [True, True, False]
    assert stations_in_view(elevation, [11.0, 4.0]).tolist() == [False, True, True]
    assert stations_in_view(np.empty((0, 3)), 5.0).tolist() == [False] * 3


def test_direct_path() -> None:
    earth, horizon = np.array([3.0, 3.0, 1.5]), np.array([1.0, 1.0, 1.0])
    ground = np.array([True, False, True])
    assert direct_path_open(earth, horizon, 1.0, ground).tolist() == [True, False, False]


@pytest.fixture(scope="module")
def relay() -> Orbit:
    """Queqiao-2 as planned: 200 x 16 000 km, 62.4 degrees, apolune over the south."""
    axis_m, eccentricity = shape_of_altitudes(200e3, 16000e3)
    return Orbit(
        semi_major_axis_m=axis_m,
        eccentricity=eccentricity,
        inclination_deg=62.4,
        ascending_node_deg=0.0,
        perilune_argument_deg=90.0,
        mean_anomaly_deg=0.0,
        epoch_t_s=from_utc("2035-01-01"),
    )


def test_relay_path_at_the_pole_follows_keplers_second_law(relay: Orbit) -> None:
    """At the pole the relay is in view where it is south of the pole's tangent plane.

    The share of time comes from Kepler's equation at the two crossings of that plane.
    """
    ephemeris = load_ephemeris()
    t_s = relay.epoch_t_s + MINUTE_S * np.arange(int(10 * relay.period_s / MINUTE_S))
    rotation = ephemeris.rotation_icrf_to_moon_me(t_s)
    position = relay_position_moon_me_m(relay, rotation[:, :, 0], rotation, t_s)
    lookout = Lookout(
        latitude_deg=-90.0,
        longitude_deg=0.0,
        radius_m=MOON_RADIUS_M,
        horizon_azimuth_deg=AZIMUTHS_DEG,
        horizon_elevation_deg=FLAT_DEG,
        mask_deg=0.0,
    )
    earth = ephemeris.earth_position_moon_me_m(t_s)
    ground = np.ones(len(t_s), dtype=bool)
    behind_the_relay = 10.0 * position
    seen = relay_path_open(position, behind_the_relay, lookout, ground)
    anomaly = np.linspace(0.0, 2.0 * np.pi, 100_001)
    axis_m, ecc = relay.semi_major_axis_m, relay.eccentricity
    # Perilune 90 degrees from the node: z = sin(i) * distance along the line of apsides.
    height_m = np.sin(np.radians(relay.inclination_deg)) * axis_m * (np.cos(anomaly) - ecc)
    mean = anomaly - ecc * np.sin(anomaly)
    expected = np.trapezoid((height_m < -MOON_RADIUS_M).astype(float), mean) / (2.0 * np.pi)
    assert np.mean(seen) == pytest.approx(expected, abs=0.001)
    to_earth = relay_path_open(position, earth, lookout, ground)
    assert np.array_equal(to_earth, seen & ~hidden_by_moon(position, earth))
    assert not relay_path_open(position, earth, lookout, ~ground).any()


def test_a_relay_in_the_equator_plane_is_hidden_once_a_turn() -> None:
    """A circular orbit of radius r passes behind the Moon for asin(R/r)/pi of the time.

    Seen from far away in its own plane; the Earth is not quite far, nor quite in the plane.
    """
    orbit = Orbit(
        semi_major_axis_m=3.0 * MOON_RADIUS_M,
        eccentricity=0.0,
        inclination_deg=0.0,
        ascending_node_deg=0.0,
        perilune_argument_deg=0.0,
        mean_anomaly_deg=0.0,
        epoch_t_s=0.0,
    )
    position, _ = state_equator_m(orbit, np.linspace(0.0, orbit.period_s, 100_000, endpoint=False))
    far = np.broadcast_to([[1e15], [0.0], [0.0]], position.shape)
    share = np.mean(hidden_by_moon(position, far))
    assert share == pytest.approx(np.arcsin(1.0 / 3.0) / np.pi, abs=2e-5)
