"""The curve through the states of an orbiter."""

import numpy as np
import pytest

from moonstead.environment.trajectory import Trajectory
from moonstead.errors import RangeError
from moonstead.orbits.kepler import MOON_GM_M3_PER_S2, Orbit, state_equator_m


def _trajectory(node_t_s: np.ndarray, coefficients: np.ndarray) -> Trajectory:
    curves = [np.polynomial.Polynomial(row) for row in coefficients]

    def at_nodes(order: int) -> np.ndarray:
        return np.stack([(c.deriv(order) if order else c)(node_t_s) for c in curves], axis=1)

    return Trajectory(
        name="test",
        t_s=node_t_s,
        position_m=at_nodes(0),
        velocity_m_per_s=at_nodes(1),
        acceleration_m_per_s2=at_nodes(2),
    )


def test_polynomials_of_fifth_degree_are_met_exactly() -> None:
    rng = np.random.default_rng(1)
    coefficients = rng.normal(size=(3, 6))
    made = _trajectory(np.array([0.0, 0.3, 1.0, 1.1, 2.0]), coefficients)
    t_s = np.array([2.0, 0.0, 0.15, 1.05, 1.7, 0.3, 0.29])
    position_m, velocity_m_per_s = made.state(t_s)
    for axis in range(3):
        curve = np.polynomial.Polynomial(coefficients[axis])
        np.testing.assert_allclose(position_m[:, axis], curve(t_s), atol=1e-13)
        np.testing.assert_allclose(velocity_m_per_s[:, axis], curve.deriv()(t_s), atol=1e-12)


def test_a_low_orbit_by_the_minute_is_met_within_a_tenth_of_a_millimetre() -> None:
    orbit = Orbit(
        semi_major_axis_m=1.84e6,
        eccentricity=0.02,
        inclination_deg=86.0,
        ascending_node_deg=30.0,
        perilune_argument_deg=40.0,
        mean_anomaly_deg=0.0,
        epoch_t_s=0.0,
    )

    def states(t_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        position_m, velocity_m_per_s = state_equator_m(orbit, t_s)
        return position_m.T, velocity_m_per_s.T

    nodes = np.arange(0.0, 20000.0, 60.0)
    position_m, velocity_m_per_s = states(nodes)
    radius_m = np.linalg.norm(position_m, axis=1, keepdims=True)
    made = Trajectory(
        name="low",
        t_s=nodes,
        position_m=position_m,
        velocity_m_per_s=velocity_m_per_s,
        acceleration_m_per_s2=-MOON_GM_M3_PER_S2 * position_m / radius_m**3,
    )
    t_s = np.linspace(0.0, nodes[-1], 4001)
    got_m, got_m_per_s = made.state(t_s)
    true_m, true_m_per_s = states(t_s)
    assert np.abs(got_m - true_m).max() < 1e-4
    assert np.abs(got_m_per_s - true_m_per_s).max() < 1e-5


def test_epochs_outside_are_told() -> None:
    made = _trajectory(np.array([0.0, 1.0]), np.zeros((3, 6)))
    with pytest.raises(RangeError, match="outside the trajectory"):
        made.state([0.5, 1.5])
