"""The circular restricted three-body problem of Earth and Moon, and its turning frame.

Assumption and limit: Earth and Moon on circles about their barycentre, nothing else. Halo orbits
are exact there; in the real system they are first guesses (`moonstead.orbits.shooting`).

Units: length is the distance of Earth and Moon, time that in which they turn by one radian, so that
a sidereal month is 2 pi. Origin: the barycentre. Axes: x from Earth to Moon, z along the angular
momentum of the pair, y completes. The Moon lies at ``1 - MASS_RATIO`` on the x axis.

Reference: V. Szebehely, *Theory of Orbits*, 1967, chapters 1 and 2.
"""

from functools import cache
from math import pi
from typing import Any, Final

import heyoka
import numpy as np
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.orbits.forces import EARTH_GM_M3_PER_S2, MOON_GM_DE440_M3_PER_S2
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

_PAIR_GM_M3_PER_S2 = EARTH_GM_M3_PER_S2 + MOON_GM_DE440_M3_PER_S2
SIDEREAL_MONTH_S: Final = 27.321661 * DAY_S
MASS_RATIO: Final = MOON_GM_DE440_M3_PER_S2 / _PAIR_GM_M3_PER_S2
TIME_UNIT_S: Final = SIDEREAL_MONTH_S / (2.0 * pi)
LENGTH_UNIT_M: Final = float((_PAIR_GM_M3_PER_S2 * TIME_UNIT_S**2) ** (1.0 / 3.0))
"""Of the circle that has the sidereal month as its period: 384,748 km."""

_DIFFERENCE_S = 60.0  # the Earth's velocity by central difference: within 1e-6 m/s


def jacobi_constant(state: FloatArray) -> FloatArray:
    """Return the constant of motion ``2 U - v^2``.

    Parameters
    ----------
    state
        Position and velocity, shape (..., 6), in units of the problem.

    Returns
    -------
    ndarray of shape (...)
        Of Szebehely's form without the constant ``mu (1 - mu)``.
    """
    x, y, z, *velocity = np.moveaxis(np.asarray(state, dtype=np.float64), -1, 0)
    from_earth = np.sqrt((x + MASS_RATIO) ** 2 + y**2 + z**2)
    from_moon = np.sqrt((x - 1.0 + MASS_RATIO) ** 2 + y**2 + z**2)
    pull = 2.0 * (1.0 - MASS_RATIO) / from_earth + 2.0 * MASS_RATIO / from_moon
    constant: FloatArray = x**2 + y**2 + pull - sum(part**2 for part in velocity)
    return constant


def rates(state: FloatArray) -> FloatArray:
    """Return the time derivative of a state, shape (6,), in units of the problem."""
    x, y, z, vx, vy, vz = state
    earth = (1.0 - MASS_RATIO) / ((x + MASS_RATIO) ** 2 + y**2 + z**2) ** 1.5
    moon = MASS_RATIO / ((x - 1.0 + MASS_RATIO) ** 2 + y**2 + z**2) ** 1.5
    return np.array([
        vx,
        vy,
        vz,
        2.0 * vy + x - earth * (x + MASS_RATIO) - moon * (x - 1.0 + MASS_RATIO),
        -2.0 * vx + y - (earth + moon) * y,
        -(earth + moon) * z,
    ])  # fmt: skip


def carry(state: FloatArray, duration: float) -> tuple[FloatArray, FloatArray]:
    """Carry a state and its transition matrix forward.

    Parameters
    ----------
    state
        Position and velocity, shape (6,), in units of the problem.
    duration
        In units of the problem.

    Returns
    -------
    tuple
        State, shape (6,), and transition matrix ``d end / d start``, shape (6, 6).
    """
    integrator = _integrator()
    integrator.time = 0.0
    integrator.state[:6] = state
    integrator.state[6:] = np.eye(6).ravel()
    integrator.propagate_until(float(duration))
    end = np.array(integrator.state)
    return end[:6], end[6:].reshape(6, 6)


def course(state: FloatArray, times: FloatArray) -> FloatArray:
    """Return the states at given times after a state, shape (n, 6), in units of the problem."""
    integrator = _integrator()
    integrator.time = 0.0
    integrator.state[:6] = state
    integrator.state[6:] = np.eye(6).ravel()
    states: FloatArray = integrator.propagate_grid(np.ascontiguousarray(times, dtype=np.float64))[
        -1
    ]
    return states[:, :6].copy()


@cache
def _integrator() -> Any:
    """Return the compiled equations with their variations."""
    x, y, z, vx, vy, vz = heyoka.make_vars("x", "y", "z", "vx", "vy", "vz")
    earth = (1.0 - MASS_RATIO) * ((x + MASS_RATIO) ** 2 + y**2 + z**2) ** -1.5
    moon = MASS_RATIO * ((x - (1.0 - MASS_RATIO)) ** 2 + y**2 + z**2) ** -1.5
    equations = [
        (x, vx),
        (y, vy),
        (z, vz),
        (vx, 2.0 * vy + x - earth * (x + MASS_RATIO) - moon * (x - (1.0 - MASS_RATIO))),
        (vy, -2.0 * vx + y - (earth + moon) * y),
        (vz, -(earth + moon) * z),
    ]
    system = heyoka.var_ode_sys(equations, heyoka.var_args.vars, order=1)
    return heyoka.taylor_adaptive(system, [1.1, 0.0, 0.0, 0.0, 0.0, 0.0], compact_mode=True)


def turning_frame(ephemeris: Ephemeris, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the frame that turns with the true Earth and Moon.

    Parameters
    ----------
    ephemeris
        Of Earth and Moon.
    t_s
        TDB seconds past J2000, shape (n,).

    Returns
    -------
    tuple
        Axes x, y, z as columns in ICRF, shape (n, 3, 3): x from Earth to Moon, z along their
        angular momentum; and the turning rate about z in rad/s, shape (n,).
    """
    away_m = -ephemeris.position_icrf_m("earth", t_s).T
    later_m = -ephemeris.position_icrf_m("earth", t_s + _DIFFERENCE_S).T
    earlier_m = -ephemeris.position_icrf_m("earth", t_s - _DIFFERENCE_S).T
    velocity_m_per_s = (later_m - earlier_m) / (2.0 * _DIFFERENCE_S)
    distance_m = np.linalg.norm(away_m, axis=1)
    outward = away_m / distance_m[:, None]
    momentum = np.cross(away_m, velocity_m_per_s)
    momentum_size = np.linalg.norm(momentum, axis=1)
    normal = momentum / momentum_size[:, None]
    axes = np.stack([outward, np.cross(normal, outward), normal], axis=2)
    return axes, momentum_size / distance_m**2


def to_icrf(
    states: FloatArray, ephemeris: Ephemeris, t_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Place states of the circular problem about the true Moon.

    The axes turn as the true ones do; the size is that of the circular problem and does not swing
    with the distance of the Earth, as the pull of the Moon, which rules most of the orbits in
    question, does not either (measured: a year of a near-rectilinear orbit is found from such
    guesses, and is not from guesses that swell and shrink).

    Parameters
    ----------
    states
        In units of the problem, shape (n, 6).
    ephemeris
        Of Earth and Moon.
    t_s
        TDB seconds past J2000, shape (n,).

    Returns
    -------
    tuple of ndarray of shape (n, 3)
        Position in m and velocity in m/s from the Moon's centre, along the axes of ICRF.
    """
    axes, turn_rad_per_s = turning_frame(ephemeris, t_s)
    place_m = LENGTH_UNIT_M * (states[:, :3] - np.array([1.0 - MASS_RATIO, 0.0, 0.0]))
    swept_m = np.stack([-place_m[:, 1], place_m[:, 0], np.zeros(len(place_m))], axis=1)
    own_m_per_s = LENGTH_UNIT_M / TIME_UNIT_S * states[:, 3:]
    velocity_m_per_s = own_m_per_s + turn_rad_per_s[:, None] * swept_m
    position_m = np.einsum("nij,nj->ni", axes, place_m)
    return position_m, np.einsum("nij,nj->ni", axes, velocity_m_per_s)


def turning_position_m(ephemeris: Ephemeris, t_s: FloatArray, position_m: FloatArray) -> FloatArray:
    """Turn positions from the Moon's centre, shape (n, 3), from ICRF into the turning frame."""
    axes = turning_frame(ephemeris, t_s)[0]
    turned_m: FloatArray = np.einsum("nij,ni->nj", axes, position_m)
    return turned_m
