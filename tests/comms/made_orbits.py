"""Orbiters for tests: two-body motion, so that their states are known in closed form."""

import numpy as np

from moonstead.environment.trajectory import Trajectory
from moonstead.orbits.kepler import MOON_GM_M3_PER_S2, Orbit, shape_of_altitudes, state_equator_m


def made_orbiter(
    name: str,
    altitudes_m: tuple[float, float],
    angles_deg: tuple[float, float, float, float],
    start_t_s: float,
    end_t_s: float,
    step_s: float = 60.0,
) -> Trajectory:
    """Return an orbiter by altitudes, and inclination, node, perilune and anomaly in ICRF axes."""
    axis_m, eccentricity = shape_of_altitudes(*altitudes_m)
    orbit = Orbit(
        semi_major_axis_m=axis_m,
        eccentricity=eccentricity,
        inclination_deg=angles_deg[0],
        ascending_node_deg=angles_deg[1],
        perilune_argument_deg=angles_deg[2],
        mean_anomaly_deg=angles_deg[3],
        epoch_t_s=start_t_s,
    )
    count = int(np.ceil((end_t_s - start_t_s) / step_s)) + 1
    t_s = np.linspace(start_t_s, end_t_s, count)
    position_m, velocity_m_per_s = state_equator_m(orbit, t_s)
    radius_m = np.linalg.norm(position_m, axis=0)
    return Trajectory(
        name=name,
        t_s=t_s,
        position_m=position_m.T.copy(),
        velocity_m_per_s=velocity_m_per_s.T.copy(),
        acceleration_m_per_s2=(-MOON_GM_M3_PER_S2 * position_m / radius_m**3).T.copy(),
    )
