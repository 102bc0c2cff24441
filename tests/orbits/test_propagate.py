"""Flight against Kepler, conserved quantities, an independent propagator and itself reversed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from independent_orbits import fly_independently
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError, RangeError
from moonstead.orbits.forces import (
    MOON_GM_DE440_M3_PER_S2,
    POINT_MASSES,
    TWO_BODY,
    Forces,
    SolarPressure,
)
from moonstead.orbits.gravity import GravityField, low_field
from moonstead.orbits.kepler import MOON_GM_M3_PER_S2, Orbit, shape_of_altitudes, state_equator_m
from moonstead.orbits.propagate import propagate, propagate_states, propagate_with_transition
from moonstead.orbits.state import OrbitState, osculating_orbit, state_of_orbit, state_of_vector
from moonstead.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]
EPOCH_T_S = 8.5e8
ORBITS_M = {"low": (1e5, 1.2e5), "frozen relay": (1.5e6, 7.9e6), "day-long relay": (9e5, 1.6e7)}


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def orbit(perilune_m: float, apolune_m: float, tilt_deg: float = 62.4) -> Orbit:
    axis_m, eccentricity = shape_of_altitudes(perilune_m, apolune_m)
    return Orbit(
        semi_major_axis_m=axis_m,
        eccentricity=eccentricity,
        inclination_deg=tilt_deg,
        ascending_node_deg=270.0,
        perilune_argument_deg=90.0,
        mean_anomaly_deg=160.0,
        epoch_t_s=EPOCH_T_S,
    )


def start_of(path: Orbit, ephemeris: Ephemeris) -> OrbitState:
    return state_of_orbit(path).in_frame("ICRF", ephemeris)


def test_two_bodies_follow_kepler(ephemeris: Ephemeris) -> None:
    path = orbit(9e5, 1.6e7)
    # The table of constants of Kepler's orbit is older: the same ellipse, flown a little faster.
    faster = np.sqrt(MOON_GM_DE440_M3_PER_S2 / MOON_GM_M3_PER_S2)
    begin = state_of_orbit(path)
    begin = replace(begin, velocity_m_per_s=begin.velocity_m_per_s * faster)
    t_s = EPOCH_T_S + np.linspace(0.0, 30.0, 50) * DAY_S
    found_m, _ = propagate_states(begin, t_s, TWO_BODY, ephemeris=ephemeris)
    kepler_m, _ = state_equator_m(path, EPOCH_T_S + (t_s - EPOCH_T_S) * faster)
    to_icrf = ephemeris.rotation_icrf_to_moon_me(EPOCH_T_S)[:, :, 0].T
    np.testing.assert_allclose(found_m, (to_icrf @ kepler_m).T, atol=0.02)


@pytest.mark.parametrize("name", ["low", "frozen relay"])
def test_independent_propagator_agrees(name: str, ephemeris: Ephemeris) -> None:
    forces = Forces(degree=8)
    begin = start_of(orbit(*ORBITS_M[name]), ephemeris)
    days = 0.5 if name == "low" else 4.0
    t_s = EPOCH_T_S + np.linspace(0.0, days, 9) * DAY_S
    found_m, found_m_per_s = propagate_states(begin, t_s, forces, ephemeris=ephemeris)
    other = fly_independently(begin.vector, EPOCH_T_S, t_s, forces)
    np.testing.assert_allclose(found_m, other[:, :3], atol=0.02)
    np.testing.assert_allclose(found_m_per_s, other[:, 3:], atol=2e-5)


def test_energy_is_kept_in_a_field_that_does_not_change(ephemeris: Ephemeris) -> None:
    # An axis of revolution that is the spin axis: the zonal field is the same at all times but for
    # the slow nodding of the axis, so that energy is kept to its small work.
    low = low_field()
    zonal = np.zeros_like(low.cosine)
    zonal[0, 0], zonal[2:, 0] = 1.0, low.cosine[2:, 0]
    field = GravityField(
        name="zonal",
        gm_m3_per_s2=low.gm_m3_per_s2,
        radius_m=low.radius_m,
        cosine=zonal[:3, :3],
        sine=np.zeros((3, 3)),
    )
    forces = Forces(degree=2, gravity=field, earth=False, sun=False, jupiter=False)
    flown = propagate(
        start_of(orbit(*ORBITS_M["low"]), ephemeris), EPOCH_T_S + DAY_S, forces, ephemeris=ephemeris
    )
    turns = ephemeris.rotation_icrf_to_moon_me(flown.t_s)
    radius_m = np.linalg.norm(flown.position_m, axis=1)
    up = np.einsum("nj,jn->n", flown.position_m, turns[2]) / radius_m
    swell = zonal[2, 0] * np.sqrt(5.0) * (field.radius_m / radius_m) ** 2 * (1.5 * up**2 - 0.5)
    energy = 0.5 * (flown.velocity_m_per_s**2).sum(axis=1)
    energy -= field.gm_m3_per_s2 / radius_m * (1.0 + swell)
    # MOON_ME is 80 arcseconds from the principal axes: a share of 4e-4 of the swell of 2e-4.
    assert np.ptp(energy) < 2e-7 * abs(energy[0])


@settings(max_examples=6)
@given(
    perilune_m=st.floats(3e5, 3e6),
    apolune_m=st.floats(3e5, 2e7),
    tilt_deg=st.floats(0.0, 180.0),
    days=st.floats(-6.0, 6.0).filter(lambda days: abs(days) > 0.01),
)
def test_way_back_leads_to_the_start(
    perilune_m: float, apolune_m: float, tilt_deg: float, days: float
) -> None:
    ephemeris = load_ephemeris()
    begin = start_of(orbit(perilune_m, apolune_m, tilt_deg), ephemeris)
    forces = Forces(degree=8, solar_pressure=SolarPressure(area_m2=30.0, mass_kg=1000.0))
    end_t_s = EPOCH_T_S + days * DAY_S
    out_m, out_m_per_s = propagate_states(begin, [end_t_s], forces, ephemeris=ephemeris)
    end = OrbitState(epoch_t_s=end_t_s, position_m=out_m[0], velocity_m_per_s=out_m_per_s[0])
    back_m, _ = propagate_states(end, [EPOCH_T_S], forces, ephemeris=ephemeris)
    np.testing.assert_allclose(back_m[0], begin.position_m, atol=0.05)


@pytest.mark.parametrize("name", ORBITS_M)
@pytest.mark.parametrize("days", [2.0, -2.0])
def test_curve_is_within_a_millimetre(name: str, days: float, ephemeris: Ephemeris) -> None:
    begin = start_of(orbit(*ORBITS_M[name]), ephemeris)
    flown = propagate(begin, EPOCH_T_S + days * DAY_S, Forces(), ephemeris=ephemeris)
    t_s = np.linspace(flown.start_t_s, flown.end_t_s, 3001)
    exact_m, exact_m_per_s = propagate_states(begin, t_s, Forces(), ephemeris=ephemeris)
    curve_m, curve_m_per_s = flown.state(t_s)
    assert np.abs(curve_m - exact_m).max() < 1e-3
    assert np.abs(curve_m_per_s - exact_m_per_s).max() < 1e-4


@pytest.mark.parametrize("forces", [POINT_MASSES, Forces(degree=8)], ids=["points", "field"])
def test_transition_is_the_slope_of_the_end(forces: Forces, ephemeris: Ephemeris) -> None:
    begin = start_of(orbit(*ORBITS_M["frozen relay"]), ephemeris)
    end_t_s = EPOCH_T_S + 1.3 * DAY_S
    end, transition = propagate_with_transition(begin, end_t_s, forces, ephemeris=ephemeris)
    step = np.array([10.0] * 3 + [0.01] * 3)
    for column in range(6):
        aside = np.eye(6)[column] * step
        sides = [
            propagate_states(
                state_of_vector(EPOCH_T_S, begin.vector + sign * aside),
                [end_t_s],
                forces,
                ephemeris=ephemeris,
            )
            for sign in (1.0, -1.0)
        ]
        slope = (np.concatenate(sides[0], axis=1) - np.concatenate(sides[1], axis=1))[0]
        slope /= 2.0 * step[column]
        np.testing.assert_allclose(transition[:3, column], slope[:3], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(transition[3:, column], slope[3:], rtol=1e-4, atol=1e-8)
    # Liouville: a flow without friction keeps volume.
    assert np.linalg.det(transition) == pytest.approx(1.0, abs=1e-8)
    direct_m, _ = propagate_states(begin, [end_t_s], forces, ephemeris=ephemeris)
    np.testing.assert_allclose(end.position_m, direct_m[0], atol=0.01)


def test_sunlight_pushes_as_the_closed_form_says(ephemeris: Ephemeris) -> None:
    craft = SolarPressure(area_m2=100.0, mass_kg=100.0, reflection=1.5)
    begin = start_of(orbit(6e7, 6.1e7), ephemeris)
    t_s = [EPOCH_T_S + HOUR_S]
    with_light = propagate_states(
        begin, t_s, replace(TWO_BODY, solar_pressure=craft), ephemeris=ephemeris
    )
    without = propagate_states(begin, t_s, TWO_BODY, ephemeris=ephemeris)
    from_sun_m = begin.position_m - ephemeris.position_icrf_m("sun", EPOCH_T_S)[:, 0]
    distance_m = float(np.linalg.norm(from_sun_m))
    push = 1361.0 / 299792458.0 * (149597870700.0 / distance_m) ** 2 * 1.5
    expected_m_per_s = push * HOUR_S * from_sun_m / distance_m
    np.testing.assert_allclose(
        (with_light[1] - without[1])[0], expected_m_per_s, rtol=2e-3, atol=1e-6
    )


def test_shade_of_the_moon_ends_the_push(ephemeris: Ephemeris) -> None:
    sun_m = ephemeris.position_icrf_m("sun", EPOCH_T_S)[:, 0]
    away = -sun_m / np.linalg.norm(sun_m)
    side = np.cross(away, [0.0, 0.0, 1.0])
    begin = OrbitState(
        epoch_t_s=EPOCH_T_S,
        position_m=(MOON_RADIUS_M + 1e5) * away,
        velocity_m_per_s=1633.0 * side / np.linalg.norm(side),
    )
    craft = SolarPressure(area_m2=1e4, mass_kg=100.0)
    light = replace(TWO_BODY, solar_pressure=craft)
    t_s = EPOCH_T_S + np.array([600.0, 1200.0, 3000.0])
    with_light, _ = propagate_states(begin, t_s, light, ephemeris=ephemeris)
    without, _ = propagate_states(begin, t_s, TWO_BODY, ephemeris=ephemeris)
    apart_m = np.linalg.norm(with_light - without, axis=1)
    # The half-angle of the shade from the centre is asin(R / r) = 71 degrees: 1395 s of arc.
    assert apart_m[:2].max() < 1e-6
    assert apart_m[2] > 100.0


def test_osculating_orbit_is_the_one_given(ephemeris: Ephemeris) -> None:
    given_orbit = orbit(3e5, 8e6)
    found = osculating_orbit(start_of(given_orbit, ephemeris), ephemeris)
    assert found.semi_major_axis_m == pytest.approx(given_orbit.semi_major_axis_m, rel=1e-12)
    assert found.eccentricity == pytest.approx(given_orbit.eccentricity, rel=1e-11)
    for name in ("inclination_deg", "ascending_node_deg", "perilune_argument_deg"):
        assert getattr(found, name) == pytest.approx(getattr(given_orbit, name), abs=1e-9)
    assert found.mean_anomaly_deg == pytest.approx(given_orbit.mean_anomaly_deg, abs=1e-9)


@pytest.mark.parametrize(
    ("tilt_deg", "low_m", "high_m"), [(0.0, 3e5, 8e6), (50.0, 3e5, 3e5), (180.0, 3e5, 3e5)]
)
def test_orbit_without_node_or_perilune_keeps_its_place(
    tilt_deg: float, low_m: float, high_m: float, ephemeris: Ephemeris
) -> None:
    begin = state_of_orbit(orbit(low_m, high_m, tilt_deg))
    again = state_of_orbit(osculating_orbit(begin, ephemeris))
    np.testing.assert_allclose(again.position_m, begin.position_m, atol=1e-3)
    np.testing.assert_allclose(again.velocity_m_per_s, begin.velocity_m_per_s, atol=1e-6)


def test_path_that_is_not_bound_is_refused(ephemeris: Ephemeris) -> None:
    fast = OrbitState(epoch_t_s=EPOCH_T_S, position_m=[2e6, 0, 0], velocity_m_per_s=[0, 3e3, 0])
    with pytest.raises(InputError, match="not bound"):
        osculating_orbit(fast, ephemeris)


def test_impact_is_named_and_can_be_asked_for(ephemeris: Ephemeris) -> None:
    falling = OrbitState(epoch_t_s=EPOCH_T_S, position_m=[4e6, 0, 0], velocity_m_per_s=[0, 200, 0])
    end_t_s = EPOCH_T_S + DAY_S
    with pytest.raises(InputError, match=r"impact = 2026-.* meets the ground"):
        propagate(falling, end_t_s, TWO_BODY, ephemeris=ephemeris)
    flown = propagate(falling, end_t_s, TWO_BODY, ephemeris=ephemeris, until_impact=True)
    assert np.linalg.norm(flown.position_m[-1]) == pytest.approx(MOON_RADIUS_M, abs=1e-3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"position_m": [1.7e6, 0.0, 0.0]}, "altitude = -37400 m"),
        ({"position_m": [1.7e6, 0.0]}, "three numbers"),
        ({"position_m": [1.8e6, 0.0, float("nan")]}, "three numbers"),
        ({"epoch_t_s": float("nan")}, "epoch"),
        ({"frame": "J2000"}, "frame = J2000"),
    ],
)
def test_bad_state_is_named(changes: dict[str, object], words: str, ephemeris: Ephemeris) -> None:
    right: dict[str, object] = {
        "epoch_t_s": EPOCH_T_S,
        "position_m": [2e6, 0, 0],
        "velocity_m_per_s": [0, 1.5e3, 0],
    }
    with pytest.raises(InputError, match=words):
        propagate(
            OrbitState(**{**right, **changes}),  # type: ignore[arg-type]
            EPOCH_T_S + DAY_S,
            TWO_BODY,
            ephemeris=ephemeris,
        )


def test_dates_outside_the_ephemeris_are_named(ephemeris: Ephemeris) -> None:
    begin = start_of(orbit(3e5, 8e6), ephemeris)
    with pytest.raises(RangeError, match="outside the ephemeris"):
        propagate(begin, 5e9, TWO_BODY, ephemeris=ephemeris)


@pytest.mark.parametrize("degree", [1, -1, 13])
def test_degree_that_the_field_lacks_is_refused(degree: int) -> None:
    with pytest.raises(InputError, match="must be 0 or from 2 to 12"):
        Forces(degree=degree)


@pytest.mark.parametrize("days", [2.0, 4.0, 2.123456789])
def test_end_of_a_flight_is_the_end_asked_for(days: float, ephemeris: Ephemeris) -> None:
    # The end of the first of these was once taken for an impact, by a rounding of the time.
    epoch_t_s = from_utc("2028-12-31T00:00:00Z")
    begin = replace(state_of_orbit(orbit(1e6, 9e6)), epoch_t_s=epoch_t_s)
    flown = propagate(begin, epoch_t_s + days * DAY_S, Forces(), ephemeris=ephemeris)
    assert (flown.start_t_s, flown.end_t_s) == (epoch_t_s, epoch_t_s + days * DAY_S)
