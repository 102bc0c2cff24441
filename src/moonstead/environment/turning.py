"""Where the Earth is and how Moon and Earth are turned, as cubic pieces that a kernel can read.

Nodes every three hours are exact (skyfield over DE440 and the lunar orientation; precession and
nutation from daily nodes); cubic splines between them are within 1 m of the Earth's place and
0.0002 arcseconds of the orientations.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from moonstead.environment.earth_rotation import equator_and_spin, spin_and_pole
from moonstead.environment.ephemeris import Ephemeris
from moonstead.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]

NODE_S = 3.0 * HOUR_S
COLUMNS = 24
_PAD_NODES = 4  # so that the spline's end conditions do no harm
_CHUNK = 16384  # epochs held by skyfield at once


class Turning(NamedTuple):
    """Cubic pieces of equal length.

    Parameters
    ----------
    first_t_s
        Where the first piece begins, TDB seconds past J2000.
    cubic
        Shape (pieces, 24, 4): for each column the factors of 1, u, u^2 and u^3, where u is the
        time since the piece began in units of `NODE_S`. Columns 0 to 2: the Earth from the Moon's
        centre, ICRF axes, m; 3 to 11: the matrix from ICRF to MOON_ME, row by row; 12 to 20: that
        to the true equator and equinox of date; 21: the sidereal angle of Greenwich less
        ``EARTH_SPIN_RAD_PER_S * t_s``, rad; 22, 23: the pole's x and y, rad.
    """

    first_t_s: float
    cubic: FloatArray

    @property
    def last_t_s(self) -> float:
        """Where the last piece ends, TDB seconds past J2000."""
        return self.first_t_s + NODE_S * len(self.cubic)


def turning_over(ephemeris: Ephemeris, start_t_s: float, end_t_s: float) -> Turning:
    """Tabulate Earth and Moon over a span, with some hours to spare on both sides.

    Parameters
    ----------
    ephemeris
        Of Earth and Moon.
    start_t_s, end_t_s
        TDB seconds past J2000.

    Returns
    -------
    Turning
        6 kB a day.

    Raises
    ------
    RangeError
        Where the span leaves the ephemeris or comes before the table of the Earth's rotation.
    """
    first = int(np.floor(start_t_s / NODE_S)) - _PAD_NODES
    last = int(np.ceil(end_t_s / NODE_S)) + _PAD_NODES
    nodes = NODE_S * np.arange(first, last + 1)
    values = np.empty((len(nodes), COLUMNS))
    for at in range(0, len(nodes), _CHUNK):
        part = slice(at, at + _CHUNK)
        values[part, 0:3] = ephemeris.position_icrf_m("earth", nodes[part]).T
        turned = ephemeris.rotation_icrf_to_moon_me(nodes[part])
        values[part, 3:12] = np.moveaxis(turned, 2, 0).reshape(-1, 9)
    days = np.arange(nodes[0] - 2 * DAY_S, nodes[-1] + 3 * DAY_S, DAY_S)
    equator, slow_rad = equator_and_spin(days)
    _, x_rad, y_rad = spin_and_pole(days)
    slow = np.column_stack([equator.reshape(-1, 9), slow_rad, x_rad, y_rad])
    values[:, 12:] = CubicSpline(days, slow)(nodes)
    pieces = CubicSpline(np.arange(len(nodes), dtype=np.float64), values).c
    cubic = np.ascontiguousarray(np.transpose(pieces[::-1], (1, 2, 0)))
    return Turning(float(nodes[0]), cubic)
