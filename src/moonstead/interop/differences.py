"""Accelerations from tables of states, and rates from functions of time."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STENCIL = 3
"""States that an acceleration is taken from. The curve between the states then still gains with
the sixth power of the step (five times the error that exact accelerations would leave), and a burn
that a file does not mark spoils as few states as can be: of Artemis I as flown, every second state
left out, 268 of 4,605 come back worse than a metre; with five states 399, with seven 471."""
_RATE_STEP_S = 1024.0
"""A power of two, so that adding it to an epoch does not round; long, as the turning of the Moon is
known at dates rounded to 40 microseconds."""


def accelerations(
    t_s: FloatArray, position_m: FloatArray, velocity_m_per_s: FloatArray
) -> FloatArray:
    """Estimate accelerations at the states of a table, which may have uneven steps.

    The polynomial of lowest degree that meets position and velocity of the state and its two
    neighbour on either side (the nearest two of one side at the ends; both where there are two),
    differentiated twice (Hermite interpolation by divided differences).

    Parameters
    ----------
    t_s
        Rising, shape (n,), n at least 2.
    position_m, velocity_m_per_s
        Shape (n, 3).

    Returns
    -------
    ndarray of shape (n, 3), m/s^2
        Good where the motion between the states is smooth; a burn between two states spoils the
        two beside it.
    """
    count = len(t_s)
    size = min(STENCIL, count)
    first = np.clip(np.arange(count) - size // 2, 0, count - size)
    nodes = first[:, None] + np.arange(size)
    scale_s = (t_s[nodes[:, -1]] - t_s[nodes[:, 0]]) / (size - 1)
    tau = (t_s[nodes] - t_s[:, None]) / scale_s[:, None]
    offset = position_m[nodes] - position_m[:, None, :]
    slope = velocity_m_per_s[nodes] * scale_s[:, None, None]
    z = np.repeat(tau, 2, axis=1)
    twice_s = np.repeat(t_s[nodes], 2, axis=1)
    table = np.repeat(offset, 2, axis=1)
    coefficients = [table[:, 0]]
    for order in range(1, 2 * size):
        # From the epochs themselves: seen from far away, two near ones would fall together.
        gap = ((twice_s[:, order:] - twice_s[:, :-order]) / scale_s[:, None])[:, :, None]
        step = table[:, 1:] - table[:, :-1]
        if order == 1:
            doubled = gap == 0.0
            divided = step / np.where(doubled, 1.0, gap)
            table = np.where(doubled, np.repeat(slope, 2, axis=1)[:, :-1], divided)
        else:
            table = step / gap
        coefficients.append(table[:, 0])
    value = np.zeros((count, 3))
    rate = np.zeros((count, 3))
    second = np.zeros((count, 3))
    for order in range(2 * size - 1, -1, -1):
        along = -z[:, order, None]
        second = second * along + 2.0 * rate
        rate = rate * along + value
        value = value * along + coefficients[order]
    return np.asarray(second / scale_s[:, None] ** 2)


def rate_of(function: Callable[[FloatArray], FloatArray], t_s: FloatArray) -> FloatArray:
    """Return the rate of change of a slow function of time, by central differences of order 4.

    Parameters
    ----------
    function
        Gives values of shape (..., n) at epochs (n,); smooth over hours, such as the position
        of the Earth seen from the Moon or the turning of the Moon.
    t_s
        Shape (n,).

    Returns
    -------
    ndarray of shape (..., n)
        Per second. For the Earth within 1e-8 m/s, for the turning of the Moon within 1e-13 rad/s.
    """
    h_s = _RATE_STEP_S
    near = function(t_s + h_s) - function(t_s - h_s)
    far = function(t_s + 2.0 * h_s) - function(t_s - 2.0 * h_s)
    return np.asarray((8.0 * near - far) / (12.0 * h_s))
