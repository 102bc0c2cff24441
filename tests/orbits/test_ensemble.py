"""Orbiters side by side against each flown alone."""

import numpy as np
import pytest

from moonstead.environment.ephemeris import load_ephemeris
from moonstead.errors import InputError
from moonstead.orbits.ensemble import propagate_ensemble
from moonstead.orbits.forces import Forces, SolarPressure
from moonstead.orbits.kepler import Orbit, shape_of_altitudes
from moonstead.orbits.propagate import propagate, propagate_states
from moonstead.orbits.state import OrbitState, state_of_orbit
from moonstead.units import DAY_S

EPOCH_T_S = 8.5e8
FORCES = Forces(degree=4, solar_pressure=SolarPressure(area_m2=20.0, mass_kg=500.0))


def state(perilune_m: float, anomaly_deg: float = 10.0) -> OrbitState:
    axis_m, eccentricity = shape_of_altitudes(perilune_m, 2e6)
    return state_of_orbit(
        Orbit(
            semi_major_axis_m=axis_m,
            eccentricity=eccentricity,
            inclination_deg=80.0,
            ascending_node_deg=30.0,
            perilune_argument_deg=270.0,
            mean_anomaly_deg=anomaly_deg,
            epoch_t_s=EPOCH_T_S,
        )
    )


def test_each_flies_as_if_alone() -> None:
    ephemeris = load_ephemeris()
    states = [state(300e3 + 50e3 * number, 40.0 * number) for number in range(6)]
    t_s = EPOCH_T_S + np.array([0.0, 0.3, 2.9, 6.0]) * DAY_S
    flown = propagate_ensemble(states, t_s, FORCES, ephemeris=ephemeris)
    assert np.isnan(flown.impact_t_s).all()
    for number, one in enumerate(states):
        position_m, velocity_m_per_s = propagate_states(one, t_s, FORCES, ephemeris=ephemeris)
        np.testing.assert_allclose(flown.position_m[number], position_m, atol=0.01)
        np.testing.assert_allclose(flown.velocity_m_per_s[number], velocity_m_per_s, atol=1e-5)


def test_who_meets_the_ground_is_told_and_the_others_fly_on() -> None:
    ephemeris = load_ephemeris()
    axis_m, eccentricity = shape_of_altitudes(1e3, 2e6)
    falling = state_of_orbit(
        Orbit(
            semi_major_axis_m=axis_m,
            eccentricity=eccentricity,
            inclination_deg=80.0,
            ascending_node_deg=30.0,
            perilune_argument_deg=270.0,
            mean_anomaly_deg=180.0,
            epoch_t_s=EPOCH_T_S,
        )
    )
    slowed = OrbitState(
        epoch_t_s=EPOCH_T_S,
        position_m=falling.position_m,
        velocity_m_per_s=0.9 * falling.velocity_m_per_s,
        frame="MOON_EQUATOR",
    )
    t_s = EPOCH_T_S + np.array([0.05, 1.0, 5.0]) * DAY_S
    flown = propagate_ensemble([state(4e5), slowed], t_s, FORCES, ephemeris=ephemeris)
    alone = propagate(slowed, float(t_s[-1]), FORCES, ephemeris=ephemeris, until_impact=True)
    assert np.isnan(flown.impact_t_s[0])
    assert flown.impact_t_s[1] == pytest.approx(alone.end_t_s, abs=1e-3)
    assert np.isfinite(flown.position_m[0]).all()
    assert np.isfinite(flown.position_m[1, 0]).all()
    assert np.isnan(flown.position_m[1, 1:]).all()


def test_bad_input_is_named() -> None:
    ephemeris = load_ephemeris()
    with pytest.raises(InputError, match="at least one state"):
        propagate_ensemble([], [EPOCH_T_S], FORCES, ephemeris=ephemeris)
    with pytest.raises(InputError, match="must rise"):
        propagate_ensemble([state(4e5)], [EPOCH_T_S - 1.0], FORCES, ephemeris=ephemeris)
