"""Lambert's problem, against the two-body propagation of SPICE and closed forms."""

from itertools import pairwise
from math import pi, sqrt

import numpy as np
import pytest
import spiceypy
from hypothesis import assume, given
from hypothesis import strategies as st

from moonstead.orbits.lambert import lambert, most_revolutions

EARTH_GM = 3.986004418e14
POLE = np.array([0.0, 0.0, 1.0])


def propagated(position_m: np.ndarray, velocity: np.ndarray, time_s: float) -> np.ndarray:
    """Return the state after a time by SPICE's prop2b, in m and m/s."""
    state = np.concatenate([position_m, velocity])
    return np.asarray(spiceypy.prop2b(EARTH_GM, state, time_s))


@given(
    start_m=st.floats(6.6e6, 4e8),
    end_m=st.floats(6.6e6, 4e8),
    angle_rad=st.floats(0.1, 2 * pi - 0.1),
    tilt_rad=st.floats(0.0, 1.5),
    share=st.floats(0.05, 30.0),
)
def test_an_arc_flown_by_spice_ends_where_it_should(
    start_m: float, end_m: float, angle_rad: float, tilt_rad: float, share: float
) -> None:
    assume(abs(angle_rad - pi) > 1e-3)
    first = start_m * np.array([1.0, 0.0, 0.0])
    ahead = np.array([0.0, np.cos(tilt_rad), np.sin(tilt_rad)])
    last = end_m * (np.cos(angle_rad) * np.array([1.0, 0.0, 0.0]) + np.sin(angle_rad) * ahead)
    chord_m = float(np.linalg.norm(last - first))
    semi_m = 0.5 * (start_m + end_m + chord_m)
    time_s = share * sqrt(semi_m**3 / (2.0 * EARTH_GM))
    pole = np.array([0.0, -np.sin(tilt_rad), np.cos(tilt_rad)])
    arcs = lambert(first, last, time_s, EARTH_GM, pole=pole)
    assert arcs.found.all()
    # An arc that dives at the centre amplifies rounding without end.
    assume(_perigee_m(first, arcs.departure_m_per_s[0]) > 0.01 * min(start_m, end_m))
    flown = propagated(first, arcs.departure_m_per_s[0], time_s)
    # An error of one part in 1e13 of the speed grows with the arc: hence not smaller.
    speed = max(float(np.linalg.norm(v)) for v in (arcs.departure_m_per_s, arcs.arrival_m_per_s))
    scale_m = max(start_m, end_m, speed * time_s)
    np.testing.assert_allclose(flown[:3], last, atol=1e-7 * scale_m)
    np.testing.assert_allclose(flown[3:], arcs.arrival_m_per_s[0], atol=1e-6 * speed)
    assert np.cross(first, arcs.departure_m_per_s[0]) @ pole > 0.0


@given(
    ratio=st.floats(0.3, 3.0),
    angle_rad=st.floats(0.1, 2 * pi - 0.1),
    turns=st.integers(1, 6),
    surplus=st.floats(1.02, 3.0),
    left_branch=st.booleans(),
)
def test_arcs_of_many_turns(
    ratio: float, angle_rad: float, turns: int, surplus: float, left_branch: bool
) -> None:
    assume(abs(angle_rad - pi) > 1e-3)
    first = np.array([1e7, 0.0, 0.0])
    last = ratio * 1e7 * np.array([np.cos(angle_rad), np.sin(angle_rad), 0.0])
    semi_m = 0.5 * (1e7 * (1.0 + ratio) + float(np.linalg.norm(last - first)))
    time_s = surplus * (turns + 1) * pi * sqrt(semi_m**3 / (2.0 * EARTH_GM))
    assert most_revolutions(first, last, time_s, EARTH_GM, pole=POLE) >= turns
    arcs = lambert(
        first, last, time_s, EARTH_GM, pole=POLE, revolutions=turns, left_branch=left_branch
    )
    assert arcs.found.all()
    flown = propagated(first, arcs.departure_m_per_s[0], time_s)
    np.testing.assert_allclose(flown[:3], last, atol=10.0)
    period_s = 2 * pi * sqrt(_axis_m(first, arcs.departure_m_per_s[0]) ** 3 / EARTH_GM)
    assert turns * period_s <= time_s <= (turns + 1) * period_s


def test_the_two_branches_are_two_arcs_and_meet_at_the_most_turns() -> None:
    first, last = np.array([1e7, 0.0, 0.0]), np.array([0.0, 1.2e7, 0.0])
    apart = []
    for turns in range(1, most_revolutions(first, last, 6e4, EARTH_GM, pole=POLE) + 1):
        axes_m = [
            _axis_m(
                first,
                lambert(
                    first, last, 6e4, EARTH_GM, pole=POLE, revolutions=turns, left_branch=left
                ).departure_m_per_s[0],
            )
            for left in (False, True)
        ]
        apart.append(abs(axes_m[1] - axes_m[0]))
    assert len(apart) >= 3
    assert all(more > less > 1.0 for more, less in pairwise(apart))


def test_turns_that_do_not_fit_give_no_arc() -> None:
    first, last = np.array([1e7, 0.0, 0.0]), np.array([0.0, 1.2e7, 0.0])
    most = most_revolutions(first, last, 6e4, EARTH_GM, pole=POLE)
    for turns, there in ((most, True), (most + 1, False)):
        arcs = lambert(first, last, 6e4, EARTH_GM, pole=POLE, revolutions=turns)
        assert arcs.found.all() == there
        assert np.isnan(arcs.departure_m_per_s).all() != there


def test_half_a_turn_is_hohmanns_ellipse_in_the_plane_that_the_pole_names() -> None:
    low_m, high_m = 6.578e6, 384.4e6
    axis_m = 0.5 * (low_m + high_m)
    time_s = pi * sqrt(axis_m**3 / EARTH_GM)
    pole = np.array([0.0, -0.6, 0.8])
    arcs = lambert([low_m, 0.0, 0.0], [-high_m, 0.0, 0.0], time_s, EARTH_GM, pole=pole)
    at_perigee = sqrt(EARTH_GM * (2.0 / low_m - 1.0 / axis_m))  # vis-viva
    at_apogee = sqrt(EARTH_GM * (2.0 / high_m - 1.0 / axis_m))
    ahead = np.cross(pole, [1.0, 0.0, 0.0])
    np.testing.assert_allclose(arcs.departure_m_per_s[0], at_perigee * ahead, atol=1e-7)
    np.testing.assert_allclose(arcs.arrival_m_per_s[0], -at_apogee * ahead, atol=1e-7)


@pytest.mark.parametrize("factor", [1.0, 1.0 - 1e-13, 1.0 + 1e-9])
def test_the_parabola_is_no_singularity(factor: float) -> None:
    first, last = np.array([7e6, 0.0, 0.0]), np.array([0.0, 9e6, 0.0])
    semi_m = 0.5 * (1.6e7 + float(np.linalg.norm(last - first)))
    lam = sqrt(1.0 - float(np.linalg.norm(last - first)) / semi_m)
    time_s = factor * 2 / 3 * (1 - lam**3) * sqrt(semi_m**3 / (2 * EARTH_GM))  # Barker, Euler
    arcs = lambert(first, last, time_s, EARTH_GM, pole=POLE)
    escape = sqrt(2.0 * EARTH_GM / 7e6)
    assert float(np.linalg.norm(arcs.departure_m_per_s)) == pytest.approx(escape, rel=1e-8)


@pytest.mark.parametrize(
    ("first", "last", "time_s"),
    [
        ([7e6, 0, 0], [7e6, 0, 0], 5e3),
        ([0, 0, 0], [7e6, 0, 0], 5e3),
        ([7e6, 0, 0], [0, 8e6, 0], 0.0),
        ([7e6, 0, 0], [0, 8e6, 0], -5.0),
        ([7e6, 0, 0], [0, 8e6, 0], float("nan")),
    ],
)
def test_what_has_no_arc_is_told(first: list[float], last: list[float], time_s: float) -> None:
    assert not lambert(first, last, time_s, EARTH_GM, pole=POLE).found.any()
    if time_s > 0.0:
        assert most_revolutions(first, last, time_s, EARTH_GM, pole=POLE) == 0


def test_vallado_example_7_5() -> None:
    # Vallado, Fundamentals of Astrodynamics and Applications, example 7-5: x, y in km and km/s.
    arcs = lambert(
        [15945.34e3, 0, 0], [12214.83899e3, 10249.46731e3, 0], 76 * 60.0, EARTH_GM, pole=POLE
    )
    np.testing.assert_allclose(arcs.departure_m_per_s[0], [2058.913, 2915.965, 0.0], atol=0.01)
    np.testing.assert_allclose(arcs.arrival_m_per_s[0], [-3451.565, 910.315, 0.0], atol=0.01)


def _axis_m(position_m: np.ndarray, velocity: np.ndarray) -> float:
    return float(1.0 / (2.0 / np.linalg.norm(position_m) - velocity @ velocity / EARTH_GM))


def _perigee_m(position_m: np.ndarray, velocity: np.ndarray) -> float:
    momentum = np.cross(position_m, velocity)
    toward = np.cross(velocity, momentum) / EARTH_GM - position_m / np.linalg.norm(position_m)
    return float(momentum @ momentum / EARTH_GM / (1.0 + np.linalg.norm(toward)))
