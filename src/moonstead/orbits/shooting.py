"""Multiple shooting: one trajectory out of many guessed states.

The span is cut at given epochs. Every piece is propagated with its transition matrix, and all
states are moved together, by Newton's method with the shortest correction, until each piece ends
where the next one begins. Nothing is held fixed, so the trajectory stays near the guess and keeps
its character over as many revolutions as are asked for.

Transition matrices cost most, so they are taken from point masses; the full force model then only
has to be flown, three or four times, with the corrections of those matrices.

Reference: T. A. Pavlak, *Trajectory design and orbit maintenance strategies in multi-body
dynamical regimes*, thesis, Purdue, 2013, chapter 3.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import bsr_array, csc_array
from scipy.sparse.linalg import splu

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.timescale import iso_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import RunError
from moonstead.orbits.forces import POINT_MASSES, Forces
from moonstead.orbits.propagate import propagate, propagate_with_transition
from moonstead.orbits.state import state_of_vector

FloatArray = NDArray[np.float64]

CLOSED_M: Final = 1e-3
"""Greatest gap that is left between two pieces."""

_SCALE = np.array([1e6, 1e6, 1e6, 1e1, 1e1, 1e1])  # m and m/s that weigh the same
_MOST_STEPS = 30
_NEARLY_CLOSED_M = 10.0
_LONGEST_MOVE = 4.0  # of a step, in units of _SCALE: beyond, the linear picture is worth nothing
_TOLERANCE = 1e-12  # of point masses, whose trajectory is a guess only


def shoot(
    t_s: FloatArray, guess: FloatArray, forces: Forces, *, ephemeris: Ephemeris, name: str
) -> list[Trajectory]:
    """Return the pieces of one trajectory near guessed states.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, rising, shape (n,). None should be near a close passage.
    guess
        States at the epochs, m and m/s, shape (n, 6).
    forces
        What acts.
    ephemeris
        Of all bodies.
    name
        Of the trajectory.

    Returns
    -------
    list of Trajectory
        Between the epochs; each begins within `CLOSED_M` of the end of the one before.

    Raises
    ------
    RunError
        The gaps do not close: the guess is too far from any trajectory.
    """
    states, slopes = _closed(t_s, guess, ephemeris)

    def flown(states: FloatArray) -> list[Trajectory]:
        return [
            propagate(
                state_of_vector(float(t_s[k]), states[k]),
                float(t_s[k + 1]),
                forces,
                ephemeris=ephemeris,
                name=name,
            )
            for k in range(len(t_s) - 1)
        ]

    for _ in range(_MOST_STEPS):
        pieces = flown(states)
        ends = [np.concatenate([one.position_m[-1], one.velocity_m_per_s[-1]]) for one in pieces]
        gaps = np.array(ends) - states[1:]
        if _widest_m(gaps) < CLOSED_M:
            return pieces
        states = states - _bounded(_shortest_move(gaps, slopes))
    raise _not_closed(t_s, gaps)


def _closed(
    t_s: FloatArray, guess: FloatArray, ephemeris: Ephemeris
) -> tuple[FloatArray, FloatArray]:
    """Return states, (n, 6), of one trajectory of point masses, and transitions, (n - 1, 6, 6)."""
    states = guess.copy()
    for _ in range(_MOST_STEPS):
        pieces = [
            propagate_with_transition(
                state_of_vector(float(t_s[k]), states[k]),
                float(t_s[k + 1]),
                POINT_MASSES,
                ephemeris=ephemeris,
                tolerance=_TOLERANCE,
            )
            for k in range(len(t_s) - 1)
        ]
        gaps = np.array([end.vector for end, _ in pieces]) - states[1:]
        slopes = np.array([transition for _, transition in pieces])
        if _widest_m(gaps) < _NEARLY_CLOSED_M:
            return states, slopes
        states = states - _bounded(_shortest_move(gaps, slopes))
    raise _not_closed(t_s, gaps)


def _shortest_move(gaps: FloatArray, slopes: FloatArray) -> FloatArray:
    """Return the smallest change of all states, in units of _SCALE, that undoes the gaps."""
    count = len(gaps)
    blocks = np.empty((2 * count, 6, 6))
    blocks[0::2] = slopes * _SCALE[None, None, :] / _SCALE[None, :, None]
    blocks[1::2] = -np.eye(6)
    columns = np.repeat(np.arange(count), 2) + np.tile([0, 1], count)
    rows = 2 * np.arange(count + 1)
    jacobian = csc_array(bsr_array((blocks, columns, rows), shape=(6 * count, 6 * (count + 1))))
    weights = splu(csc_array(jacobian @ jacobian.T)).solve((gaps / _SCALE).ravel())
    move: FloatArray = (jacobian.T @ weights).reshape(count + 1, 6) * _SCALE
    return move


def _bounded(move: FloatArray) -> FloatArray:
    return move * min(1.0, _LONGEST_MOVE / float(np.abs(move / _SCALE).max()))


def _widest_m(gaps: FloatArray) -> float:
    return float(np.linalg.norm(gaps[:, :3], axis=1).max())


def _not_closed(t_s: FloatArray, gaps: FloatArray) -> RunError:
    worst = int(np.argmax(np.linalg.norm(gaps[:, :3], axis=1)))
    return RunError(
        f"orbit: no trajectory was found near the guess; after {_MOST_STEPS} corrections a gap of "
        f"{_widest_m(gaps) / 1e3:.3g} km is left at {iso_utc(float(t_s[worst + 1]))}; "
        "ask for a shorter span or another epoch"
    )
