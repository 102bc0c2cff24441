"""Two-body motion against its conserved quantities, an integrator and published orbits."""

from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.errors import InputError
from moonstead.orbits.kepler import (
    MOON_GM_M3_PER_S2,
    Orbit,
    eccentric_anomaly_rad,
    relay_position_moon_me_m,
    shape_of_altitudes,
    state_equator_m,
)
from moonstead.units import DAY_S, HOUR_S, MINUTE_S

ANGLES = st.floats(-720.0, 720.0)


def orbit_of(
    perilune_m: float, apolune_m: float, angles: tuple[float, ...] = (62.4, 30.0, 270.0, 0.0)
) -> Orbit:
    axis_m, eccentricity = shape_of_altitudes(perilune_m, apolune_m)
    return Orbit(
        semi_major_axis_m=axis_m,
        eccentricity=eccentricity,
        inclination_deg=angles[0],
        ascending_node_deg=angles[1],
        perilune_argument_deg=angles[2],
        mean_anomaly_deg=angles[3],
        epoch_t_s=1.1e9,
    )


ORBITS = st.builds(
    orbit_of,
    st.floats(10e3, 5e6),
    st.floats(10e3, 70e6),
    st.tuples(st.floats(0.0, 180.0), ANGLES, ANGLES, ANGLES),
)


@given(mean=st.floats(-1e4, 1e4), eccentricity=st.floats(0.0, 0.99))
def test_keplers_equation(mean: float, eccentricity: float) -> None:
    anomaly = float(eccentric_anomaly_rad(mean, eccentricity))
    residual = anomaly - eccentricity * np.sin(anomaly) - mean
    assert abs(residual) <= 8.0 * np.finfo(float).eps * max(1.0, abs(mean), abs(anomaly))


@pytest.mark.parametrize("eccentricity", [0.0, 1e-9, 0.5, 0.8031, 0.99])
def test_keplers_equation_near_perilune_and_everywhere(eccentricity: float) -> None:
    small = np.logspace(-300, -1, 600)
    mean = np.concatenate([-small, [0.0], small, np.linspace(-pi, pi, 20001)])
    anomaly = eccentric_anomaly_rad(mean, eccentricity)
    residual = anomaly - eccentricity * np.sin(anomaly) - mean
    assert np.all(
        np.abs(residual) <= 4.0 * np.finfo(float).eps * np.maximum(np.abs(anomaly), 1e-300)
    )
    assert np.all(np.diff(eccentric_anomaly_rad(np.linspace(0, 50, 9999), eccentricity)) > 0)


@pytest.mark.parametrize(
    ("low_km", "high_km", "period_s", "tolerance_s"),
    [
        (200, 16000, 24.32 * HOUR_S, 0.005 * HOUR_S),  # Queqiao-2 as planned
        (300, 8600, 12.13 * HOUR_S, 0.005 * HOUR_S),  # Queqiao-2, design of 2021
        (100, 100, 117.79 * MINUTE_S, 0.005 * MINUTE_S),
        (50, 50, 113.02 * MINUTE_S, 0.005 * MINUTE_S),
        (15, 100, 113.73 * MINUTE_S, 0.005 * MINUTE_S),
    ],
)
def test_periods(low_km: float, high_km: float, period_s: float, tolerance_s: float) -> None:
    assert orbit_of(low_km * 1e3, high_km * 1e3).period_s == pytest.approx(
        period_s, abs=tolerance_s
    )


def test_shape_of_the_planned_queqiao_2_orbit() -> None:
    axis_m, eccentricity = shape_of_altitudes(200e3, 16000e3)
    assert axis_m == pytest.approx(9837.4e3)
    assert eccentricity == pytest.approx(0.8031, abs=5e-5)


@given(orbit=ORBITS, revolutions=st.lists(st.floats(-500.0, 500.0), min_size=1, max_size=20))
def test_energy_and_angular_momentum_are_conserved(orbit: Orbit, revolutions: list[float]) -> None:
    t_s = orbit.epoch_t_s + orbit.period_s * np.array(revolutions)
    position, velocity = state_equator_m(orbit, t_s)
    radius = np.linalg.norm(position, axis=0)
    energy = 0.5 * np.sum(velocity**2, axis=0) - MOON_GM_M3_PER_S2 / radius
    momentum = np.cross(position, velocity, axis=0)
    expected = np.sqrt(MOON_GM_M3_PER_S2 * orbit.semi_major_axis_m * (1.0 - orbit.eccentricity**2))
    tilt, node = np.radians([orbit.inclination_deg, orbit.ascending_node_deg])
    normal = np.array([np.sin(node) * np.sin(tilt), -np.cos(node) * np.sin(tilt), np.cos(tilt)])
    # Near perilune of a long orbit the energy is a small difference of large numbers.
    scale = MOON_GM_M3_PER_S2 / radius
    assert np.all(
        np.abs(energy + MOON_GM_M3_PER_S2 / (2 * orbit.semi_major_axis_m)) < 1e-12 * scale
    )
    assert np.allclose(momentum, expected * normal[:, np.newaxis], rtol=0, atol=1e-12 * expected)


@given(orbit=ORBITS)
def test_apsides_and_period(orbit: Orbit) -> None:
    to_perilune_s = -np.radians(orbit.mean_anomaly_deg) / orbit.mean_motion_rad_per_s
    t_s = orbit.epoch_t_s + to_perilune_s + orbit.period_s * np.array([0.0, 0.5, 1.0])
    position, velocity = state_equator_m(orbit, t_s)
    radius = np.linalg.norm(position, axis=0)
    axis_m, ecc = orbit.semi_major_axis_m, orbit.eccentricity
    low, high = axis_m * (1 - ecc), axis_m * (1 + ecc)
    assert radius == pytest.approx([low, high, low], rel=1e-9)
    speed = np.linalg.norm(velocity, axis=0)
    assert speed[0] / speed[1] == pytest.approx(high / low, rel=1e-6)


def test_against_an_integrator() -> None:
    orbit = orbit_of(200e3, 16000e3)
    start_position, start_velocity = state_equator_m(orbit, [orbit.epoch_t_s])
    times = np.linspace(0.0, 2.0 * orbit.period_s, 200)

    def pull(_: float, state: np.ndarray) -> np.ndarray:
        position = state[:3]
        acceleration = -MOON_GM_M3_PER_S2 * position / np.linalg.norm(position) ** 3
        return np.concatenate([state[3:], acceleration])

    flown = solve_ivp(
        pull,
        (0.0, times[-1]),
        np.concatenate([start_position[:, 0], start_velocity[:, 0]]),
        method="DOP853",
        t_eval=times,
        rtol=1e-13,
        atol=1e-6,
    )
    position, velocity = state_equator_m(orbit, orbit.epoch_t_s + times)
    assert np.max(np.abs(flown.y[:3] - position)) < 0.1
    assert np.max(np.abs(flown.y[3:] - velocity)) < 1e-4


def test_the_equator_frame_is_moon_me_at_the_epoch_and_stays_in_space() -> None:
    ephemeris = load_ephemeris()
    orbit = orbit_of(200e3, 16000e3)
    t_s = orbit.epoch_t_s + DAY_S * np.array([0.0, 27.321661])
    rotation = ephemeris.rotation_icrf_to_moon_me(t_s)
    position = relay_position_moon_me_m(orbit, rotation[:, :, 0], rotation, t_s)
    inertial = state_equator_m(orbit, t_s)[0]
    assert position[:, 0] == pytest.approx(inertial[:, 0], abs=1e-3)
    # The Moon has turned once about its axis, apart from libration (under 8 degrees).
    angle = np.arccos(position[:, 1] @ inertial[:, 1] / np.linalg.norm(inertial[:, 1]) ** 2)
    assert np.degrees(angle) < 8.0
    assert np.linalg.norm(position[:, 1]) == pytest.approx(np.linalg.norm(inertial[:, 1]))


@pytest.mark.parametrize(("low_m", "high_m"), [(-1.0, 1e6), (0.0, 0.0)])
def test_orbits_that_meet_the_ground_are_refused(low_m: float, high_m: float) -> None:
    with pytest.raises(InputError, match="above ground"):
        orbit_of(low_m, high_m)


@pytest.mark.parametrize("eccentricity", [-0.1, 1.0, float("nan")])
def test_orbits_that_are_not_bound_are_refused(eccentricity: float) -> None:
    with pytest.raises(InputError, match="from 0 to below 1"):
        Orbit(
            semi_major_axis_m=5.0 * MOON_RADIUS_M,
            eccentricity=eccentricity,
            inclination_deg=0.0,
            ascending_node_deg=0.0,
            perilune_argument_deg=0.0,
            mean_anomaly_deg=0.0,
            epoch_t_s=0.0,
        )
