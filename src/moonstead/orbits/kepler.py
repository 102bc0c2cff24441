"""Two-body motion of an orbiter about the Moon.

Assumption and limit: a point-mass Moon and nothing else. The pull of the Earth and the uneven
field of the Moon turn and reshape real relay orbits within weeks to months; times of single
passes drift, while the share of time above a polar site, which follows from the shape of the orbit,
holds for longer. Not a substitute for orbit determination.

The frame is that of the lunar equator at the orbit's epoch: the axes of MOON_ME at that instant,
frozen, origin at the Moon's centre. Vectors in it are named ``..._equator_m``.

Reference: D. A. Vallado, *Fundamentals of Astrodynamics and Applications*, sections 2.2 and 2.5.
"""

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.site import MOON_RADIUS_M
from moonstead.errors import InputError, Problem

FloatArray = NDArray[np.float64]

MOON_GM_M3_PER_S2 = 4.902800066e12
"""As with JPL DE421. Other published values agree to about 1e-8, which is nothing here."""

_MOST_STEPS = 50
_ROUND = 1e-14  # what rounding leaves of a tilt or eccentricity of zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbit:
    """A bound two-body orbit about the Moon.

    Parameters
    ----------
    semi_major_axis_m
        Half of the long axis.
    eccentricity
        From 0 to below 1.
    inclination_deg, ascending_node_deg, perilune_argument_deg
        Against the lunar equator at the epoch; the node is counted east from the axis of the
        mean sub-Earth point, the perilune from the node.
    mean_anomaly_deg
        At the epoch.
    epoch_t_s
        TDB seconds past J2000.

    Raises
    ------
    InputError
        The orbit is not bound or meets the ground.
    """

    semi_major_axis_m: float
    eccentricity: float
    inclination_deg: float
    ascending_node_deg: float
    perilune_argument_deg: float
    mean_anomaly_deg: float
    epoch_t_s: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.eccentricity < 1.0:
            remedy = "must be from 0 to below 1"
            raise InputError(Problem("orbit", "eccentricity", f"{self.eccentricity:g}", remedy))
        perilune_m = self.semi_major_axis_m * (1.0 - self.eccentricity)
        if not MOON_RADIUS_M < perilune_m < np.inf:
            value = f"{perilune_m - MOON_RADIUS_M:g} m"
            raise InputError(Problem("orbit", "perilune altitude", value, "must be above ground"))

    @property
    def mean_motion_rad_per_s(self) -> float:
        """Mean angular rate."""
        return sqrt(MOON_GM_M3_PER_S2 / self.semi_major_axis_m**3)

    @property
    def period_s(self) -> float:
        """Time of one revolution."""
        return 2.0 * pi / self.mean_motion_rad_per_s


def shape_of_altitudes(
    perilune_altitude_m: float, apolune_altitude_m: float
) -> tuple[float, float]:
    """Return the semi-major axis and eccentricity of an orbit given by its two altitudes.

    Parameters
    ----------
    perilune_altitude_m, apolune_altitude_m
        Above the mean sphere of 1737.4 km, in either order.

    Returns
    -------
    tuple
        Semi-major axis in m, and eccentricity.
    """
    low_m, high_m = sorted((perilune_altitude_m, apolune_altitude_m))
    axis_m = MOON_RADIUS_M + 0.5 * (low_m + high_m)
    return axis_m, 0.5 * (high_m - low_m) / axis_m


def eccentric_anomaly_rad(mean_anomaly_rad: ArrayLike, eccentricity: float) -> FloatArray:
    """Solve Kepler's equation ``E - e sin E = M``.

    Between 0 and pi the equation is convex, and ``M + e``, ``M / (1 - e)`` and pi are never below
    its root; Newton's method from the least of them comes down on the root and cannot overshoot.

    Parameters
    ----------
    mean_anomaly_rad
        Any shape, any number of turns.
    eccentricity
        From 0 to below 1.

    Returns
    -------
    ndarray of the same shape, rad
        In the same turn as the mean anomaly; the residual is at rounding level.
    """
    mean = np.asarray(mean_anomaly_rad, dtype=np.float64)
    turns = np.round(mean / (2.0 * pi)) * (2.0 * pi)
    half = np.minimum(np.abs(mean - turns), pi)
    anomaly = np.minimum(np.minimum(half + eccentricity, half / (1.0 - eccentricity)), pi)
    for _ in range(_MOST_STEPS):
        excess = anomaly - eccentricity * np.sin(anomaly) - half
        step = excess / (1.0 - eccentricity * np.cos(anomaly))
        anomaly = anomaly - step
        if np.all(np.abs(step) <= 1e-15 * anomaly):
            break
    return np.asarray(turns + np.copysign(anomaly, mean - turns))


def state_equator_m(orbit: Orbit, t_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return where an orbiter is and how fast it moves.

    Parameters
    ----------
    orbit
        The orbit.
    t_s
        TDB seconds past J2000, shape (n,).

    Returns
    -------
    tuple of ndarray of shape (3, n)
        Position in m and velocity in m/s, in the frame of the lunar equator at the epoch.
    """
    elapsed_s = np.atleast_1d(np.asarray(t_s, dtype=np.float64)) - orbit.epoch_t_s
    axis_m, ecc = orbit.semi_major_axis_m, orbit.eccentricity
    rate = orbit.mean_motion_rad_per_s
    anomaly = eccentric_anomaly_rad(np.radians(orbit.mean_anomaly_deg) + rate * elapsed_s, ecc)
    cosine, sine = np.cos(anomaly), np.sin(anomaly)
    minor_m = axis_m * sqrt((1.0 - ecc) * (1.0 + ecc))
    speed = rate / (1.0 - ecc * cosine)
    position_m = np.stack([axis_m * (cosine - ecc), minor_m * sine])
    velocity_m_per_s = np.stack([-axis_m * speed * sine, minor_m * speed * cosine])
    plane = _plane_axes(orbit)
    return plane @ position_m, plane @ velocity_m_per_s


def orbit_of_state_equator(
    epoch_t_s: float, position_m: FloatArray, velocity_m_per_s: FloatArray
) -> Orbit:
    """Return the two-body orbit through a position and velocity.

    Where an angle has no meaning (the node of an equatorial orbit, the perilune of a circular one)
    it is zero and the next angle counts from the one before.

    Parameters
    ----------
    epoch_t_s
        TDB seconds past J2000.
    position_m, velocity_m_per_s
        Shape (3,), in the frame of the lunar equator at the epoch.

    Returns
    -------
    Orbit
        With angles from 0 to below 360 degrees.

    Raises
    ------
    InputError
        The path is not bound (parabola, hyperbola), falls straight, or meets the ground.
    """
    radius_m = float(np.linalg.norm(position_m))
    momentum = np.cross(position_m, velocity_m_per_s)
    energy = 0.5 * float(velocity_m_per_s @ velocity_m_per_s) - MOON_GM_M3_PER_S2 / radius_m
    if not energy < 0.0:
        speed = f"{float(np.linalg.norm(velocity_m_per_s)):g} m/s at {radius_m / 1e3:g} km"
        remedy = "not bound to the Moon; give a speed below that of escape"
        raise InputError(Problem("orbit state", "velocity", speed, remedy))
    eccentric = np.cross(velocity_m_per_s, momentum) / MOON_GM_M3_PER_S2 - position_m / radius_m
    eccentricity = float(np.linalg.norm(eccentric))
    axis_m = -0.5 * MOON_GM_M3_PER_S2 / energy
    pole = momentum / max(float(np.linalg.norm(momentum)), np.finfo(float).tiny)
    tilt = np.arctan2(np.hypot(pole[0], pole[1]), pole[2])
    to_node = np.array([1.0, 0.0, 0.0])
    if np.hypot(pole[0], pole[1]) > _ROUND:
        to_node = np.array([-pole[1], pole[0], 0.0]) / np.hypot(pole[0], pole[1])
    ahead = np.cross(pole, to_node)
    argument = 0.0
    if eccentricity > _ROUND:
        argument = float(np.arctan2(eccentric @ ahead, eccentric @ to_node))
    true = np.arctan2(position_m @ ahead, position_m @ to_node) - argument
    root = sqrt(max((1.0 - eccentricity) * (1.0 + eccentricity), 0.0))
    anomaly = np.arctan2(root * np.sin(true), eccentricity + np.cos(true))
    node = np.arctan2(to_node[1], to_node[0])
    angles = np.degrees([node, argument, anomaly - eccentricity * np.sin(anomaly)]) % 360.0
    return Orbit(
        semi_major_axis_m=axis_m,
        eccentricity=eccentricity,
        inclination_deg=float(np.degrees(tilt)),
        ascending_node_deg=float(angles[0]),
        perilune_argument_deg=float(angles[1]),
        mean_anomaly_deg=float(angles[2]),
        epoch_t_s=epoch_t_s,
    )


def _plane_axes(orbit: Orbit) -> FloatArray:
    """Return the unit vectors to perilune and 90 degrees ahead of it, shape (3, 2)."""
    node, tilt, argument = np.radians(
        [orbit.ascending_node_deg, orbit.inclination_deg, orbit.perilune_argument_deg]
    )
    to_node = np.array([np.cos(node), np.sin(node), 0.0])
    ahead = np.array([-np.sin(node) * np.cos(tilt), np.cos(node) * np.cos(tilt), np.sin(tilt)])
    perilune = np.cos(argument) * to_node + np.sin(argument) * ahead
    along = -np.sin(argument) * to_node + np.cos(argument) * ahead
    return np.column_stack([perilune, along])


def relay_position_moon_me_m(
    orbit: Orbit,
    rotation_at_epoch: FloatArray,
    rotation_icrf_to_moon_me: FloatArray,
    t_s: ArrayLike,
) -> FloatArray:
    """Return where an orbiter is over the turning Moon.

    Parameters
    ----------
    orbit
        The orbit.
    rotation_at_epoch
        ICRF to MOON_ME at ``orbit.epoch_t_s``, shape (3, 3).
    rotation_icrf_to_moon_me
        The same at ``t_s``, shape (3, 3, n).
    t_s
        TDB seconds past J2000, shape (n,).

    Returns
    -------
    ndarray of shape (3, n), m
        From the Moon's centre, in MOON_ME at each instant.
    """
    position_icrf_m = rotation_at_epoch.T @ state_equator_m(orbit, t_s)[0]
    turned_m: FloatArray = np.einsum("ijn,jn->in", rotation_icrf_to_moon_me, position_icrf_m)
    return turned_m
