"""Station keeping against published yearly costs and against impulses in closed form."""

import numpy as np
import pytest

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.timescale import from_utc
from moonstead.orbits.catalogue import find_orbit, keep
from moonstead.orbits.constructors import keplerian_state, plane_axes
from moonstead.orbits.forces import POINT_MASSES, Forces
from moonstead.orbits.keeping import Errors, Keeping
from moonstead.orbits.keeping_shape import (
    Shape,
    cheapest_burns,
    keep_shape,
    shape_of_revolution,
)
from moonstead.orbits.kepler import MOON_GM_M3_PER_S2, Orbit
from moonstead.orbits.state import OrbitState
from moonstead.orbits.threebody import SIDEREAL_MONTH_S
from moonstead.units import DAY_S

START_T_S = from_utc("2030-01-01")
PERFECT = Errors(position_m=0.0, velocity_m_per_s=0.0, engine_fraction=0.0, engine_m_per_s=0.0)


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def kept(name: str, days: float, errors: Errors, ephemeris: Ephemeris) -> Keeping:
    end_t_s = START_T_S + days * DAY_S
    orbit = find_orbit(name)
    return keep(orbit, START_T_S, end_t_s, Forces(degree=2), ephemeris=ephemeris, errors=errors)


def test_gateways_orbit_costs_less_than_ten_metres_a_second_a_year(ephemeris: Ephemeris) -> None:
    # Davis et al. and Guzzetti et al. 2017: less than 10 m/s a year; errors of their size.
    errors = Errors(position_m=3333.0, velocity_m_per_s=0.0333)
    keeping = kept("nrho-9-2", 66.0, errors, ephemeris)
    assert len(keeping.burn_t_s) == 10  # one a revolution, the first after one
    assert 0.5 < keeping.yearly_m_per_s < 10.0
    radius_m = np.linalg.norm(keeping.trajectory.position_m, axis=1)
    assert radius_m.min() > 3.0e6
    assert radius_m.max() < 73e6


def test_the_first_relay_costs_what_its_propellant_says(ephemeris: Ephemeris) -> None:
    keeping = kept("queqiao-1-halo", 120.0, Errors(), ephemeris)
    # Zhang et al. 2021: 80 g of hydrazine in 9 days on 449 kg. At 220 s of specific impulse (usual
    # for its thrusters) that is 0.39 m/s, 16 m/s a year.
    flown_m_per_s = 220.0 * 9.80665 * np.log(448.7 / (448.7 - 0.080)) * 365.25 / 9.0
    assert flown_m_per_s == pytest.approx(15.6, abs=0.5)
    assert 0.3 * flown_m_per_s < keeping.yearly_m_per_s < 3.0 * flown_m_per_s
    radius_m = np.linalg.norm(keeping.trajectory.position_m, axis=1)
    assert 45e6 < radius_m.min() < radius_m.max() < 81e6


def test_equal_seeds_give_equal_burns_and_no_errors_hardly_any(ephemeris: Ephemeris) -> None:
    first = kept("queqiao-1-halo", 30.0, Errors(seed=3), ephemeris)
    again = kept("queqiao-1-halo", 30.0, Errors(seed=3), ephemeris)
    other = kept("queqiao-1-halo", 30.0, Errors(seed=4), ephemeris)
    none = kept("queqiao-1-halo", 30.0, PERFECT, ephemeris)
    assert first.burn_m_per_s.tobytes() == again.burn_m_per_s.tobytes()
    assert first.burn_m_per_s.tobytes() != other.burn_m_per_s.tobytes()
    assert none.total_m_per_s < 1e-3


def circle() -> OrbitState:
    radius_m = 3e6
    speed_m_per_s = np.sqrt(MOON_GM_M3_PER_S2 / radius_m)
    return OrbitState(
        epoch_t_s=START_T_S,
        position_m=np.array([radius_m, 0.0, 0.0]),
        velocity_m_per_s=np.array([0.0, 0.6, 0.8]) * speed_m_per_s,
    )


def test_a_burn_pair_costs_what_gauss_says() -> None:
    state, pole = circle(), np.array([0.0, 0.0, 1.0])
    speed_m_per_s = float(np.linalg.norm(state.velocity_m_per_s))
    now = Shape(axis_m=3e6, vector=np.zeros(2), inclination_deg=53.13)
    shifted = Shape(axis_m=3e6, vector=np.array([0.01, 0.0]), inclination_deg=53.13)
    pair = cheapest_burns(state, shifted, now, pole)
    # On a circle, at constant size: half the speed times the change of eccentricity, in all.
    total = sum(float(np.linalg.norm(burn)) for _, burn in pair)
    assert total == pytest.approx(0.5 * speed_m_per_s * 0.01, rel=1e-3)
    grown = Shape(axis_m=3.03e6, vector=np.zeros(2), inclination_deg=53.13)
    pair = cheapest_burns(state, grown, now, pole)
    # Hohmann between circles that are near: half the speed times the relative growth.
    total = sum(float(np.linalg.norm(burn)) for _, burn in pair)
    assert total == pytest.approx(0.5 * speed_m_per_s * 0.01, rel=1e-3)


def test_an_ellipse_is_brought_back_and_the_frozen_one_needs_no_burn(ephemeris: Ephemeris) -> None:
    assert len(kept("queqiao-2", 120.0, Errors(), ephemeris).burn_t_s) == 0
    orbit = Orbit(
        semi_major_axis_m=8e6,
        eccentricity=0.3,
        inclination_deg=30.0,
        ascending_node_deg=270.0,
        perilune_argument_deg=90.0,
        mean_anomaly_deg=0.0,
        epoch_t_s=START_T_S,
    )
    state = keplerian_state(orbit, ephemeris, "earth")
    end_t_s = START_T_S + 70.0 * DAY_S
    keeping = keep_shape(state, end_t_s, 1e5, POINT_MASSES, ephemeris=ephemeris, errors=PERFECT)
    assert len(keeping.burn_t_s) == 4
    assert np.all(np.diff(keeping.burn_t_s) > 0.0)
    loose = keep_shape(state, end_t_s, 1e9, POINT_MASSES, ephemeris=ephemeris, errors=PERFECT)
    assert len(loose.burn_t_s) == 0

    def shift(one: Keeping) -> float:
        trajectory, pole = one.trajectory, plane_axes(ephemeris, START_T_S, "equator")[:, 2]
        period_s = orbit.period_s
        last_t_s = START_T_S + 2.0 * SIDEREAL_MONTH_S + 2.0 * period_s
        first = shape_of_revolution(trajectory, (START_T_S, START_T_S + period_s), pole)
        last = shape_of_revolution(trajectory, (last_t_s, last_t_s + period_s), pole)
        return float(np.linalg.norm(last.vector - first.vector))

    assert shift(keeping) < 0.25 * shift(loose)
