"""Descent, against vis-viva, flown descents and published budgets."""

from math import exp, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstead.environment.site import MOON_RADIUS_M
from moonstead.errors import InputError
from moonstead.orbits.descent import Lander, descend, lowering_m_per_s
from moonstead.orbits.forces import MOON_GM_DE440_M3_PER_S2

NAUTICAL_MILE_M = 1852.0
FOOT_M = 0.3048


def test_lowering_the_perilune_is_as_published() -> None:
    assert lowering_m_per_s(100e3, 15e3) == pytest.approx(19.5, abs=0.1)  # figures.md E.2
    # Apollo 11's flight plan: 74.2 ft/s from 60 nautical miles to 50,000 feet, both counted above
    # the landing site, 2 km below the mean sphere.
    apollo = lowering_m_per_s(60 * NAUTICAL_MILE_M, 50_000 * FOOT_M)
    assert apollo == pytest.approx(74.2 * FOOT_M, rel=0.04)


def test_the_descent_of_apollos_class_is_as_it_flew() -> None:
    """Apollo 11 burnt 12 min 36 s from about 260 nautical miles on; Chang'e-3 12, Chang'e-5 14."""
    descent = descend(Lander(), 100e3)
    assert 11.0 < (descent.braking_s + descent.vertical_s) / 60.0 < 14.0
    assert descent.range_m == pytest.approx(260 * NAUTICAL_MILE_M, rel=0.1)
    # figures.md E.2: 2.18 km/s from low orbit to the ground with its 5 % reserve.
    assert descent.total_m_per_s == pytest.approx(2180.0 / 1.05, rel=0.04)
    assert descent.mass_fraction == pytest.approx(exp(-descent.total_m_per_s / 3050.0))


@settings(max_examples=25)
@given(st.floats(2.3, 6.0), st.floats(20e3, 300e3), st.floats(2600.0, 4500.0))
def test_braking_spends_more_than_without_gravity(
    acceleration: float, orbit_m: float, exhaust_m_per_s: float
) -> None:
    lander = Lander(acceleration_m_per_s2=acceleration, exhaust_m_per_s=exhaust_m_per_s)
    descent = descend(lander, orbit_m)
    low_m, gate_m = MOON_RADIUS_M + 15e3, MOON_RADIUS_M + lander.gate_altitude_m
    high_m = MOON_RADIUS_M + orbit_m
    energy = 2.0 * MOON_GM_DE440_M3_PER_S2 * (1.0 / low_m - 1.0 / (high_m + low_m))
    fallen = energy + 2.0 * MOON_GM_DE440_M3_PER_S2 * (1.0 / gate_m - 1.0 / low_m)
    # At least the speed on arrival without thrust less that of the gate; at most a tenth above.
    bound = sqrt(fallen) - lander.gate_sink_m_per_s
    assert bound < descent.braking_m_per_s < 1.1 * bound + 60.0
    # The rocket equation holds between time and speed spent.
    spent = exhaust_m_per_s * (1.0 - exp(-descent.braking_m_per_s / exhaust_m_per_s))
    assert descent.braking_s == pytest.approx(spent / acceleration, rel=2e-3)


def test_more_thrust_loses_less_to_gravity() -> None:
    totals = [
        descend(Lander(acceleration_m_per_s2=a), 100e3).total_m_per_s for a in (2.3, 2.7, 3.2, 4.0)
    ]
    assert totals == sorted(totals, reverse=True)


def test_a_hover_costs_gravity_times_its_time() -> None:
    short, long = (descend(Lander(hover_s=s), 100e3).total_m_per_s for s in (0.0, 100.0))
    assert long - short == pytest.approx(162.4, abs=0.2)  # 1.624 m/s2: GM over R squared


def test_too_little_thrust_is_told() -> None:
    with pytest.raises(InputError, match=r"acceleration_m_per_s2 = 0\.8 m/s2: too little thrust"):
        descend(Lander(acceleration_m_per_s2=0.8), 100e3)
