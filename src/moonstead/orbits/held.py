"""An orbit that station keeping holds to its shape: a fixed ellipse, as a trajectory.

Assumption: burns undo whatever turns or reshapes the orbit, at once and exactly. What they cost
is not counted here.
"""

import math

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.trajectory import Trajectory
from moonstead.orbits.kepler import MOON_GM_M3_PER_S2, Orbit, state_equator_m

FloatArray = NDArray[np.float64]

NODES_PER_CIRCLE = 32
"""Of a round orbit; the curve between them is within 1 cm for one 10,000 km across."""


def held_trajectory(
    name: str, orbit: Orbit, start_t_s: float, end_t_s: float, axes: FloatArray
) -> Trajectory:
    """Return the trajectory of a two-body orbit.

    Parameters
    ----------
    name
        Of the orbiter.
    orbit
        In any frame that does not turn.
    start_t_s, end_t_s
        Span, TDB seconds past J2000.
    axes
        The axes of that frame as columns, along those of ICRF, shape (3, 3).

    Returns
    -------
    Trajectory
        With nodes at even steps of the eccentric anomaly, so that they are dense at perilune.
    """
    t_s = _nodes_t_s(orbit, start_t_s, end_t_s)
    equator_m, equator_m_per_s = state_equator_m(orbit, t_s)
    position_m = np.ascontiguousarray((axes @ equator_m).T)
    radius_m = np.linalg.norm(position_m, axis=1, keepdims=True)
    return Trajectory(
        name=name,
        t_s=t_s,
        position_m=position_m,
        velocity_m_per_s=np.ascontiguousarray((axes @ equator_m_per_s).T),
        acceleration_m_per_s2=-MOON_GM_M3_PER_S2 * position_m / radius_m**3,
    )


def _nodes_t_s(orbit: Orbit, start_t_s: float, end_t_s: float) -> FloatArray:
    ecc, rate = orbit.eccentricity, orbit.mean_motion_rad_per_s
    count = 2 * math.ceil(0.5 * NODES_PER_CIRCLE * math.sqrt((1.0 + ecc) / (1.0 - ecc)))
    mean_rad = math.radians(orbit.mean_anomaly_deg)
    first = math.floor((mean_rad + rate * (start_t_s - orbit.epoch_t_s)) / (2.0 * math.pi))
    last = math.ceil((mean_rad + rate * (end_t_s - orbit.epoch_t_s)) / (2.0 * math.pi))
    anomaly = 2.0 * math.pi / count * np.arange(first * count, last * count + 1)
    nodes = orbit.epoch_t_s + (anomaly - ecc * np.sin(anomaly) - mean_rad) / rate
    inside = nodes[(nodes > start_t_s) & (nodes < end_t_s)]
    return np.concatenate([[start_t_s], inside, [end_t_s]])
