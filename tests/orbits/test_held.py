"""An orbit held to its shape is the two-body orbit at any time."""

import numpy as np
import pytest

from moonstead.environment.ephemeris import load_ephemeris
from moonstead.orbits.held import held_trajectory
from moonstead.orbits.kepler import Orbit, shape_of_altitudes, state_equator_m
from moonstead.units import DAY_S


@pytest.mark.parametrize("altitudes_km", [(200.0, 16000.0), (100.0, 100.0), (879.0, 8729.0)])
def test_between_nodes_it_is_the_ellipse(altitudes_km: tuple[float, float]) -> None:
    axis_m, eccentricity = shape_of_altitudes(*(1e3 * km for km in altitudes_km))
    orbit = Orbit(
        semi_major_axis_m=axis_m,
        eccentricity=eccentricity,
        inclination_deg=62.4,
        ascending_node_deg=20.0,
        perilune_argument_deg=90.0,
        mean_anomaly_deg=200.0,
        epoch_t_s=8.5e8,
    )
    turn = load_ephemeris().rotation_icrf_to_moon_me(8.5e8)[:, :, 0].T
    made = held_trajectory("relay", orbit, 8.5e8, 8.5e8 + 3.0 * DAY_S, turn)
    t_s = np.linspace(8.5e8, 8.5e8 + 3.0 * DAY_S, 20_001)
    true_m, true_m_per_s = state_equator_m(orbit, t_s)
    position_m, velocity_m_per_s = made.state(t_s)
    assert np.abs(position_m.T - turn @ true_m).max() < 0.02
    assert np.abs(velocity_m_per_s.T - turn @ true_m_per_s).max() < 1e-3
