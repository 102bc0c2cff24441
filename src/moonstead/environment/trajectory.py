"""Where something that flies is over time: states with epoch and frame, and a curve through them.

Between two states the curve is the polynomial of fifth degree that meets position, velocity and
acceleration at both (quintic Hermite interpolation). Its error is ``h^6 / 46080`` times the sixth
derivative: below a millimetre for a low lunar orbit at steps of a minute.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.compiled import compiled
from moonstead.environment.timescale import iso_utc
from moonstead.errors import Problem, RangeError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """States of one orbiter about the Moon's centre, in ICRF axes, and the curve through them.

    Parameters
    ----------
    name
        Of the orbiter.
    t_s
        TDB seconds past J2000, rising, shape (n,), n at least 2.
    position_m, velocity_m_per_s, acceleration_m_per_s2
        Geometric, from the Moon's centre, along the axes of ICRF, shape (n, 3).
    """

    name: str
    t_s: FloatArray = field(repr=False)
    position_m: FloatArray = field(repr=False)
    velocity_m_per_s: FloatArray = field(repr=False)
    acceleration_m_per_s2: FloatArray = field(repr=False)

    @property
    def start_t_s(self) -> float:
        """First epoch, TDB seconds past J2000."""
        return float(self.t_s[0])

    @property
    def end_t_s(self) -> float:
        """Last epoch, TDB seconds past J2000."""
        return float(self.t_s[-1])

    def state(self, t_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return position and velocity at given epochs.

        Parameters
        ----------
        t_s
            TDB seconds past J2000, shape (n,).

        Returns
        -------
        tuple of ndarray of shape (n, 3)
            Position in m and velocity in m/s, from the Moon's centre, in ICRF axes.

        Raises
        ------
        RangeError
            Where an epoch is outside the states.
        """
        epochs = np.atleast_1d(np.asarray(t_s, dtype=np.float64))
        bad = ~((epochs >= self.t_s[0]) & (epochs <= self.t_s[-1]))
        if bad.any():
            remedy = (
                f"outside the trajectory; choose a date from {iso_utc(self.start_t_s)} "
                f"to {iso_utc(self.end_t_s)}"
            )
            raise RangeError(Problem(self.name, "date", iso_utc(float(epochs[bad][0])), remedy))
        position_m = np.empty((len(epochs), 3))
        velocity_m_per_s = np.empty((len(epochs), 3))
        interpolate(
            self.t_s,
            self.position_m,
            self.velocity_m_per_s,
            self.acceleration_m_per_s2,
            epochs,
            position_m,
            velocity_m_per_s,
        )
        return position_m, velocity_m_per_s


@compiled
def interpolate(
    node_t_s: FloatArray,
    node_m: FloatArray,
    node_m_per_s: FloatArray,
    node_m_per_s2: FloatArray,
    t_s: FloatArray,
    position_m: FloatArray,
    velocity_m_per_s: FloatArray,
) -> None:
    """Fill positions and velocities, shape (n, 3), at epochs (n,) within the nodes (k,), (k, 3)."""
    last = node_t_s.shape[0] - 2
    k = 0
    for i in range(t_s.shape[0]):
        k = segment_of(node_t_s, t_s[i], min(k, last))
        h_s = node_t_s[k + 1] - node_t_s[k]
        u = (t_s[i] - node_t_s[k]) / h_s
        for axis in range(3):
            x0, x1 = node_m[k, axis], node_m[k + 1, axis]
            v0, v1 = node_m_per_s[k, axis] * h_s, node_m_per_s[k + 1, axis] * h_s
            a0 = 0.5 * node_m_per_s2[k, axis] * h_s * h_s
            a1 = 0.5 * node_m_per_s2[k + 1, axis] * h_s * h_s
            rest = x1 - x0 - v0 - a0
            rest_1 = v1 - v0 - 2.0 * a0
            rest_2 = a1 - a0
            c3 = 10.0 * rest - 4.0 * rest_1 + rest_2
            c4 = -15.0 * rest + 7.0 * rest_1 - 2.0 * rest_2
            c5 = 6.0 * rest - 3.0 * rest_1 + rest_2
            position_m[i, axis] = x0 + u * (v0 + u * (a0 + u * (c3 + u * (c4 + u * c5))))
            slope = v0 + u * (2.0 * a0 + u * (3.0 * c3 + u * (4.0 * c4 + u * 5.0 * c5)))
            velocity_m_per_s[i, axis] = slope / h_s


@compiled
def segment_of(node_t_s: FloatArray, t_s: float, guess: int) -> int:
    """Return k with ``node_t_s[k] <= t_s <= node_t_s[k + 1]``; the guess saves the search."""
    last = node_t_s.shape[0] - 2
    if node_t_s[guess] <= t_s <= node_t_s[guess + 1]:
        return guess
    if guess < last and node_t_s[guess + 1] <= t_s <= node_t_s[guess + 2]:
        return guess + 1
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        if node_t_s[middle] <= t_s:
            low = middle
        else:
            high = middle - 1
    return low
