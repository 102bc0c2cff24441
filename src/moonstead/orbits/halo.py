"""Southern halo orbits about the far libration point L2 of Earth and Moon.

One family of periodic orbits of the circular restricted problem (`moonstead.orbits.threebody`)
leads from the plane of the Moon's orbit down to the near-rectilinear halo orbits (NRHO), which
pass closely over the Moon's north pole and spend their time over the south. Every orbit crosses
the plane of Earth, Moon and poles at right angles twice, so three numbers at one crossing and the
period describe it.

The family is followed from one published orbit by steps of equal arc length, each corrected until
the second crossing is at a right angle. References: J. V. Breakwell and J. V. Brown, *The halo
family of 3-dimensional periodic orbits in the Earth-Moon restricted 3-body problem*, Celestial
Mechanics 20, 1979; E. M. Spreen, *Trajectory design and targeting for applications to the
exploration program in cislunar space*, thesis, Purdue, 2021 (the seed: its 9:2 orbit).
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np

from moonstead.errors import InputError, Problem
from moonstead.orbits.threebody import (
    LENGTH_UNIT_M,
    MASS_RATIO,
    TIME_UNIT_S,
    FloatArray,
    carry,
    course,
    jacobi_constant,
    rates,
)
from moonstead.units import DAY_S

SYNODIC_MONTH_S: Final = 29.530589 * DAY_S

_SEED = np.array([1.02134, -0.18162, -0.10176, 1.50206])  # x, z, vy, period
_STEP = 0.02
_MOST_STEPS = 400
_LEAST_AMPLITUDE = 0.002
_LEAST_PERIOD = 1.2  # below, the perilune nears the ground
_ENOUGH = 1e-12
_MOST_CORRECTIONS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Halo:
    """A southern halo orbit about L2 in the circular restricted problem.

    Parameters
    ----------
    state
        At the southern crossing, which is its apolune, shape (6,), in units of the problem.
    period
        In units of the problem.
    """

    state: FloatArray = field(repr=False)
    period: float

    @property
    def period_s(self) -> float:
        """Time of one revolution."""
        return self.period * TIME_UNIT_S

    @property
    def amplitude_m(self) -> float:
        """Greatest distance from the plane of the Moon's orbit (Az)."""
        return abs(float(self.state[2])) * LENGTH_UNIT_M

    @property
    def jacobi(self) -> float:
        """Its constant of motion."""
        return float(jacobi_constant(self.state))

    def states(self, phase: FloatArray) -> FloatArray:
        """Return states at phases (revolutions after apolune, rising, shape (n,)), shape (n, 6)."""
        turns = np.floor(phase)
        within, index = np.unique((phase - turns) * self.period, return_inverse=True)
        return course(self.state, within)[index]

    def moon_distances_m(self) -> tuple[float, float]:
        """Return the least and the greatest distance from the Moon's centre."""
        far = np.linalg.norm(self.state[:3] - [1.0 - MASS_RATIO, 0.0, 0.0])
        opposite = carry(self.state, 0.5 * self.period)[0]
        near = np.linalg.norm(opposite[:3] - [1.0 - MASS_RATIO, 0.0, 0.0])
        return float(min(near, far)) * LENGTH_UNIT_M, float(max(near, far)) * LENGTH_UNIT_M


def halo_of_period(period_s: float) -> Halo:
    """Return the halo orbit of a period.

    Parameters
    ----------
    period_s
        Such as 2/9 of the synodic month for the orbit planned for Gateway.

    Returns
    -------
    Halo
        Periodic to rounding.

    Raises
    ------
    InputError
        Where the family has no such period.
    """
    return _member(3, period_s / TIME_UNIT_S, "halo period", f"{period_s / DAY_S:g} d")


def halo_of_resonance(revolutions: int, months: int) -> Halo:
    """Return the halo orbit with so many revolutions in so many synodic months: 9, 2 for 9:2."""
    return halo_of_period(SYNODIC_MONTH_S * months / revolutions)


def halo_of_amplitude(amplitude_m: float) -> Halo:
    """Return the halo orbit, the one far from the Moon, of a greatest height out of the plane.

    Parameters
    ----------
    amplitude_m
        Az, greatest distance from the plane of the Moon's orbit; below about 70,000 km.

    Returns
    -------
    Halo
        Periodic to rounding.

    Raises
    ------
    InputError
        Where the family has no such amplitude.
    """
    value = f"{amplitude_m / 1e3:g} km"
    return _member(1, -amplitude_m / LENGTH_UNIT_M, "halo amplitude", value)


def _member(column: int, wanted: float, what: str, value: str) -> Halo:
    """Return the orbit with one of x, z, vy, period as wanted: the last of those that have it."""
    family = halo_family()
    offset = family[:, column] - wanted
    crossings = np.flatnonzero(offset[:-1] * offset[1:] <= 0.0)
    if crossings.size == 0:
        unit, scale = ("d", TIME_UNIT_S / DAY_S) if column == 3 else ("km", LENGTH_UNIT_M / 1e3)
        known = np.abs(family[:, column]) * scale
        remedy = f"the family goes from {known.min():.4g} to {known.max():.4g} {unit}"
        raise InputError(Problem("orbit", what, value, remedy))
    at = crossings[-1]
    share = offset[at] / (offset[at] - offset[at + 1])
    guess = family[at] + share * (family[at + 1] - family[at])
    row = np.zeros(4)
    row[column] = 1.0
    orbit = _corrected(guess, row, wanted)
    state = np.array([orbit[0], 0.0, orbit[1], 0.0, orbit[2], 0.0])
    return Halo(state=state, period=float(orbit[3]))


@cache
def halo_family() -> FloatArray:
    """Return the family from the smallest NRHO to the plane: x, z, vy, period, shape (n, 4)."""
    row = np.array([0.0, 0.0, 0.0, 1.0])
    seed = _corrected(_SEED, row, _SEED[3])
    up = _followed(seed, 1.0)
    down = _followed(seed, -1.0)
    return np.vstack([down[::-1], seed[None, :], up])


def _followed(seed: FloatArray, sign: float) -> FloatArray:
    """Return the orbits that follow a seed towards longer (1) or shorter (-1) periods."""
    orbits = []
    tangent = np.array([0.0, 0.0, 0.0, sign])
    orbit = seed
    for _ in range(_MOST_STEPS):
        tangent = _tangent(orbit, tangent)
        guess = orbit + _STEP * tangent
        orbit = _corrected(guess, tangent, float(tangent @ guess))
        if orbit[1] > -_LEAST_AMPLITUDE or orbit[3] < _LEAST_PERIOD:
            break
        orbits.append(orbit)
    return np.array(orbits)


def _corrected(guess: FloatArray, row: FloatArray, wanted: float) -> FloatArray:
    """Return the periodic orbit near a guess with ``row @ orbit == wanted``."""
    orbit = guess.copy()
    for _ in range(_MOST_CORRECTIONS):
        miss, slopes = _crossing(orbit)
        miss = np.append(miss, row @ orbit - wanted)
        orbit = orbit - np.linalg.solve(np.vstack([slopes, row]), miss)
        if np.abs(miss).max() < _ENOUGH:
            break
    return orbit


def _tangent(orbit: FloatArray, before: FloatArray) -> FloatArray:
    """Return the direction of the family, as a unit vector on the side of the one before."""
    direction: FloatArray = np.linalg.svd(_crossing(orbit)[1])[2][3]
    return direction if direction @ before > 0.0 else -direction


def _crossing(orbit: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return y, vx, vz after half a period, and their slopes by x, z, vy, period."""
    x, z, vy, period = orbit
    end, transition = carry(np.array([x, 0.0, z, 0.0, vy, 0.0]), 0.5 * period)
    kept = [1, 3, 5]
    slopes = np.column_stack([transition[np.ix_(kept, [0, 2, 4])], 0.5 * rates(end)[kept]])
    return end[kept], slopes
