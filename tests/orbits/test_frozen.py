"""Frozen orbits: the averaged theory against published orbits, and against flights of a year."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.orbits.constructors import frozen_orbit, keplerian_state
from moonstead.orbits.course import Swing, swing_of
from moonstead.orbits.forces import Forces
from moonstead.orbits.frozen import (
    earth_plane_axes,
    frozen_eccentricity,
    frozen_inclination_deg,
    perilune_turn_rad_per_s,
)
from moonstead.orbits.kepler import Orbit
from moonstead.orbits.propagate import propagate
from moonstead.units import DAY_S

EPOCH_T_S = from_utc("2030-01-01")
FORCES = Forces(degree=4)


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def flight(orbit: Orbit, days: float, ephemeris: Ephemeris) -> Swing:
    state = keplerian_state(orbit, ephemeris, "earth")
    end_t_s = EPOCH_T_S + days * DAY_S
    flown = propagate(state, end_t_s, FORCES, ephemeris=ephemeris)
    t_s = np.arange(EPOCH_T_S, end_t_s, 300.0)
    outward = np.einsum("ij,ij->i", *flown.state(t_s))
    perilunes_t_s = t_s[1:][(outward[:-1] < 0.0) & (outward[1:] >= 0.0)]
    return swing_of(flown, perilunes_t_s, ephemeris, "earth")


def test_the_planned_tilt_of_the_second_relay_comes_out() -> None:
    # Queqiao-2 as planned: 200 x 16,000 km at 62.4 degrees.
    assert frozen_inclination_deg(9837.4e3, 0.8031) == pytest.approx(62.4, abs=0.3)


def test_without_oblateness_the_rule_of_lidov_holds() -> None:
    far_m = 60e6  # there the Moon's shape does nothing
    for eccentricity in (0.1, 0.5, 0.9):
        rule_deg = np.degrees(np.arccos(np.sqrt(0.6 * (1.0 - eccentricity**2))))
        assert frozen_inclination_deg(far_m, eccentricity) == pytest.approx(rule_deg, abs=1e-4)


@given(
    axis_m=st.floats(3e6, 2e7), eccentricity=st.floats(0.01, 0.4), under=st.sampled_from([90, 270])
)
def test_perilune_stands_still_there_and_only_there(
    axis_m: float, eccentricity: float, under: int
) -> None:
    tilt_deg = frozen_inclination_deg(axis_m, eccentricity)
    assert frozen_eccentricity(axis_m, tilt_deg) == pytest.approx(eccentricity, abs=1e-8)
    assert frozen_eccentricity(axis_m, 180.0 - tilt_deg) == pytest.approx(eccentricity, abs=1e-8)
    still = perilune_turn_rad_per_s(axis_m, eccentricity, tilt_deg, under)
    flatter = perilune_turn_rad_per_s(axis_m, eccentricity, tilt_deg - 5.0, under)
    steeper = perilune_turn_rad_per_s(axis_m, eccentricity, tilt_deg + 5.0, under)
    assert abs(still) < 1e-12 * abs(flatter)
    assert flatter > 0.0 > steeper


def test_a_frozen_orbit_stays_frozen_for_a_year(ephemeris: Ephemeris) -> None:
    orbit = frozen_orbit(EPOCH_T_S, 6541.4e3, eccentricity=0.6)
    swing = flight(orbit, 365.25, ephemeris)
    assert swing.is_frozen
    assert swing.argument_deg.min() > 80.0
    assert swing.argument_deg.max() < 100.0
    assert np.ptp(swing.eccentricity) < 0.08
    assert np.ptp(swing.inclination_deg) < 5.0


def test_an_orbit_that_is_not_frozen_drifts(ephemeris: Ephemeris) -> None:
    turned = Orbit(
        semi_major_axis_m=9800e3,
        eccentricity=0.4,
        inclination_deg=30.0,
        ascending_node_deg=270.0,
        perilune_argument_deg=90.0,
        mean_anomaly_deg=180.0,
        epoch_t_s=EPOCH_T_S,
    )
    swing = flight(turned, 90.0, ephemeris)
    assert swing.is_frozen is False
    turn_rad_per_s = perilune_turn_rad_per_s(9800e3, 0.4, 30.0, 90.0)
    assert turn_rad_per_s > 0.0
    # The averaged rate is that of the first weeks, before its own swing shows.
    early = swing.t_s < swing.t_s[0] + 27.3 * DAY_S
    slope = np.polyfit(swing.t_s[early], np.radians(swing.argument_deg[early]), 1)[0]
    assert slope == pytest.approx(turn_rad_per_s, rel=0.25)


def test_the_axes_of_the_earth_plane_point_at_the_earth(ephemeris: Ephemeris) -> None:
    axes = earth_plane_axes(ephemeris, EPOCH_T_S)
    earth_m = ephemeris.position_icrf_m("earth", np.array([EPOCH_T_S]))[:, 0]
    later_m = ephemeris.position_icrf_m("earth", np.array([EPOCH_T_S + DAY_S]))[:, 0]
    assert axes.T @ earth_m == pytest.approx([np.linalg.norm(earth_m), 0.0, 0.0], abs=1e-3)
    assert (axes.T @ later_m)[1] > 0.0
    assert abs((axes.T @ later_m)[2]) < 1e5
    assert axes.T @ axes == pytest.approx(np.eye(3), abs=1e-14)
    assert np.linalg.det(axes) == pytest.approx(1.0, abs=1e-14)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"inclination_deg": 20.0}, "no orbit of 6500 km is frozen there; choose from"),
        ({"inclination_deg": 89.0}, "no orbit of 6500 km is frozen there; choose from"),
        ({}, "give either the eccentricity or the inclination"),
        ({"inclination_deg": 50.0, "eccentricity": 0.5}, "give either"),
        ({"eccentricity": 0.9}, "perilune altitude"),
    ],
)
def test_what_cannot_be_frozen_is_refused(given: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        frozen_orbit(EPOCH_T_S, 6500e3, **given)


def test_an_axis_below_ground_is_refused() -> None:
    with pytest.raises(InputError, match="semi-major axis = 1000 km: must be above ground"):
        frozen_eccentricity(1e6, 50.0)
