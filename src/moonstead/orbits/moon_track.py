"""The Moon about the Earth, quick to ask at many instants."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import make_interp_spline

from moonstead.environment.ephemeris import Ephemeris
from moonstead.units import HOUR_S

FloatArray = NDArray[np.float64]

_NODE_S = 3.0 * HOUR_S
_PAD = 4


class MoonTrack:
    """Geocentric states of the Moon over a span: a spline of fifth degree through DE440.

    Parameters
    ----------
    ephemeris
        Of Earth and Moon.
    first_t_s, last_t_s
        The span, TDB seconds past J2000.

    Raises
    ------
    RangeError
        Where the span leaves the ephemeris.
    """

    def __init__(self, ephemeris: Ephemeris, first_t_s: float, last_t_s: float) -> None:
        steps = np.arange(-_PAD, np.ceil((last_t_s - first_t_s) / _NODE_S) + _PAD + 1)
        nodes = first_t_s + _NODE_S * steps
        self._position: Any = make_interp_spline(
            nodes, -ephemeris.position_icrf_m("earth", nodes).T, k=5
        )
        self._velocity: Any = self._position.derivative()

    def position_m(self, t_s: ArrayLike) -> FloatArray:
        """Return the Moon's centre from the Earth's along ICRF axes, shape (..., 3), m.

        Within 0.1 m of the ephemeris (measured).
        """
        return np.asarray(self._position(t_s))

    def velocity_m_per_s(self, t_s: ArrayLike) -> FloatArray:
        """Return the derivative of `position_m`, shape (..., 3), m/s."""
        return np.asarray(self._velocity(t_s))
