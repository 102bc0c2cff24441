"""Flight of an orbiter under chosen forces, integrated by heyoka's adaptive Taylor method.

Where a function asks for a tolerance it is that of one step against the size of the state. At
1e-15 the integration error of a 24 h relay orbit stays below a metre in a year; the forces, not
the integrator, decide the accuracy.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.timescale import iso_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, Problem
from moonstead.orbits import dynamics
from moonstead.orbits.arcs import STATE_UNITS, enter, fly, impact_error, pieces
from moonstead.orbits.dynamics import TIME_S
from moonstead.orbits.forces import Forces
from moonstead.orbits.state import OrbitState, state_of_vector

FloatArray = NDArray[np.float64]

TOLERANCE = 1e-15


def propagate(
    state: OrbitState,
    end_t_s: float,
    forces: Forces,
    *,
    ephemeris: Ephemeris,
    name: str = "orbiter",
    until_impact: bool = False,
    tolerance: float = TOLERANCE,
) -> Trajectory:
    """Fly an orbiter from its state to another epoch, forward or backward.

    Parameters
    ----------
    state
        Where it begins, in any frame.
    end_t_s
        TDB seconds past J2000, before or after the epoch of the state.
    forces
        What acts on it.
    ephemeris
        Sun, Earth, Jupiter and the turning of the Moon.
    name
        Of the trajectory.
    until_impact
        Whether to end the trajectory where it meets the ground of Moon or Earth (the mean sphere);
        else that is an error.
    tolerance
        Of one step, relative.

    Returns
    -------
    Trajectory
        From the earlier to the later epoch, with nodes so close that the curve between them is
        within 1 mm of the integration.

    Raises
    ------
    InputError
        The state is below the ground, or the orbit meets it.
    RangeError
        An epoch is outside the ephemeris.
    """
    arcs = list(fly(state, end_t_s, forces, ephemeris, tolerance))
    if arcs[-1].impact and not until_impact:
        raise impact_error(name, arcs[-1])
    t_s = np.concatenate([arc.nodes_t_s() for arc in arcs])
    owner = np.repeat(np.arange(len(arcs)), [len(arc.nodes_t_s()) for arc in arcs])
    t_s, kept = np.unique(t_s, return_index=True)
    if len(t_s) < 2:
        remedy = "must differ from the epoch of the state"
        raise InputError(Problem(name, "end of the propagation", iso_utc(end_t_s), remedy))
    values = np.empty((len(t_s), 9))
    for number in np.unique(owner[kept]):
        mine = owner[kept] == number
        values[mine] = arcs[number].states(t_s[mine])
    return Trajectory(
        name=name,
        t_s=t_s,
        position_m=values[:, :3].copy(),
        velocity_m_per_s=values[:, 3:6].copy(),
        acceleration_m_per_s2=values[:, 6:].copy(),
    )


def propagate_states(
    state: OrbitState,
    t_s: ArrayLike,
    forces: Forces,
    *,
    ephemeris: Ephemeris,
    tolerance: float = TOLERANCE,
) -> tuple[FloatArray, FloatArray]:
    """Return position and velocity at given epochs, with no interpolation between states.

    Parameters
    ----------
    state, forces, ephemeris, tolerance
        As in `propagate`.
    t_s
        TDB seconds past J2000, shape (n,), in any order, before and after the epoch of the state.

    Returns
    -------
    tuple of ndarray of shape (n, 3)
        In m and m/s, from the Moon's centre, in ICRF axes.

    Raises
    ------
    InputError, RangeError
        As `propagate`.
    """
    epochs = np.atleast_1d(np.asarray(t_s, dtype=np.float64))
    found = np.empty((len(epochs), 6))
    later = epochs >= state.epoch_t_s
    for side in (later, ~later):
        if not side.any():
            continue
        end_t_s = float(epochs[side].max() if side is later else epochs[side].min())
        for arc in fly(state, end_t_s, forces, ephemeris, tolerance):
            inside = side & arc.holds(epochs)
            found[inside] = arc.states(epochs[inside])[:, :6]
            if arc.impact:
                raise impact_error("orbit state", arc)
    return found[:, :3], found[:, 3:]


def propagate_with_transition(
    state: OrbitState,
    end_t_s: float,
    forces: Forces,
    *,
    ephemeris: Ephemeris,
    tolerance: float = TOLERANCE,
) -> tuple[OrbitState, FloatArray]:
    """Return the state at another epoch and how it answers to a change of the first one.

    Made for searches that pass through many wrong orbits: the ground does not stop it.

    Parameters
    ----------
    state, end_t_s, forces, ephemeris, tolerance
        As in `propagate`.

    Returns
    -------
    tuple
        The state in ICRF at ``end_t_s``, and its derivative by position (m) and velocity (m/s) of
        the first state in ICRF, shape (6, 6).

    Raises
    ------
    RangeError
        An epoch is outside the ephemeris.
    """
    begin = state.in_frame("ICRF", ephemeris)
    flown = dynamics.integrator(forces, tolerance, transition=True)
    flown.state[:6] = begin.vector / STATE_UNITS
    flown.state[6:] = np.eye(6).ravel()
    from_t_s = begin.epoch_t_s
    for segment, to_t_s, parameters in pieces(from_t_s, end_t_s, ephemeris):
        middle_t_s = enter(flown, segment, parameters, from_t_s)
        flown.propagate_until((to_t_s - middle_t_s) / TIME_S)
        from_t_s = to_t_s
    end = np.array(flown.state)
    transition = end[6:].reshape(6, 6) * STATE_UNITS[:, None] / STATE_UNITS
    return state_of_vector(end_t_s, end[:6] * STATE_UNITS), transition
