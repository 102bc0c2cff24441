"""Keeping a halo orbit near a reference that needs no burns.

The reference is a trajectory of the full force model closed over the whole span. At every burn the
departure from it is carried ahead by transition matrices along the reference, and the burn is the
one that makes the weighted sum of its own square and of the squares of the departures at two
later epochs least (the target point method).

Reference: K. C. Howell and H. J. Pernicka, *Station-keeping method for libration point
trajectories*, J. Guidance, Control, and Dynamics 16, 1993.
"""

from math import ceil
from typing import Final

import numpy as np

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.trajectory import Trajectory
from moonstead.orbits.constructors import halo_trajectory, joined
from moonstead.orbits.forces import POINT_MASSES, Forces
from moonstead.orbits.halo import Halo
from moonstead.orbits.keeping import Errors, FloatArray, Keeping, last_state, pushed
from moonstead.orbits.propagate import propagate, propagate_with_transition
from moonstead.orbits.state import OrbitState, state_of_vector

TARGETS_REVOLUTIONS: Final = (1.0, 2.0)
"""How far ahead a burn looks."""
_SPEED_PER_LENGTH = 1e-6  # 1/s: a metre of departure weighs as much as a burn of so many m/s
_TOLERANCE = 1e-12


def keep_halo(
    halo: Halo,
    start_t_s: float,
    end_t_s: float,
    every_s: float,
    forces: Forces,
    *,
    ephemeris: Ephemeris,
    errors: Errors,
    name: str = "halo",
) -> Keeping:
    """Keep a halo orbit from its apolune on.

    Parameters
    ----------
    halo
        Of the circular problem.
    start_t_s, end_t_s
        TDB seconds past J2000.
    every_s
        Time between burns: a revolution for an NRHO, so that all burns are near apolune.
    forces
        What acts.
    ephemeris
        Of all bodies.
    errors
        Of navigation and engine.
    name
        Of the trajectory.

    Returns
    -------
    Keeping
        The first burn is one interval after the start.

    Raises
    ------
    InputError, RunError
        As `halo_trajectory`.
    """
    draws = np.random.default_rng(errors.seed)
    count = ceil((end_t_s - start_t_s) / every_s)
    beyond_s = (max(TARGETS_REVOLUTIONS) + 0.5) * halo.period_s + every_s
    reference = halo_trajectory(
        halo, start_t_s, end_t_s + beyond_s, forces, ephemeris=ephemeris, name=name
    )
    position_m, velocity_m_per_s = reference.state([start_t_s])
    truth = OrbitState(
        epoch_t_s=start_t_s, position_m=position_m[0], velocity_m_per_s=velocity_m_per_s[0]
    )
    flown: list[Trajectory] = []
    burns: list[FloatArray] = []
    for k in range(1, count + 1):
        to_t_s = min(start_t_s + k * every_s, end_t_s)
        flown.append(propagate(truth, to_t_s, forces, ephemeris=ephemeris, name=name))
        if to_t_s == end_t_s:
            break
        truth = last_state(flown[-1])
        gain = _gain(reference, to_t_s, halo.period_s, ephemeris)
        departure = errors.told(truth.vector, draws) - _vector(reference, to_t_s)
        burns.append(errors.burnt(gain @ departure, draws))
        truth = pushed(truth, burns[-1])
    return Keeping(
        burn_t_s=start_t_s + every_s * np.arange(1, len(burns) + 1, dtype=np.float64),
        burn_m_per_s=np.array(burns).reshape(-1, 3),
        trajectory=joined(name, flown),
    )


def _vector(reference: Trajectory, t_s: float) -> FloatArray:
    position_m, velocity_m_per_s = reference.state([t_s])
    return np.concatenate([position_m[0], velocity_m_per_s[0]])


def _gain(reference: Trajectory, t_s: float, period_s: float, ephemeris: Ephemeris) -> FloatArray:
    """Return the matrix that makes a burn, m/s, out of a departure, shape (3, 6)."""
    at_t_s = t_s
    carried: FloatArray = np.eye(6)
    normal: FloatArray = np.eye(3)
    mixed: FloatArray = np.zeros((3, 6))
    step_s = period_s / 4.0  # a single piece of two revolutions would leave the reference
    targets = {round(4 * ahead) for ahead in TARGETS_REVOLUTIONS}
    for quarter in range(1, max(targets) + 1):
        begin = state_of_vector(at_t_s, _vector(reference, at_t_s))
        at_t_s = t_s + quarter * step_s
        _, transition = propagate_with_transition(
            begin, at_t_s, POINT_MASSES, ephemeris=ephemeris, tolerance=_TOLERANCE
        )
        carried = np.asarray(transition @ carried)
        if quarter in targets:
            by_burn = carried[:3, 3:]
            normal = normal + _SPEED_PER_LENGTH**2 * by_burn.T @ by_burn
            mixed = mixed + _SPEED_PER_LENGTH**2 * by_burn.T @ carried[:3]
    return np.asarray(-np.linalg.solve(normal, mixed))
