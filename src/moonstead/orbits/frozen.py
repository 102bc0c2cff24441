"""Frozen orbits: ellipses whose perilune the Earth does not turn.

High above the Moon the pull of the Earth rules. Averaged over the month and the revolution
(quadrupole, the Earth on a circle) it lets eccentricity and argument of perilune swing about a
point of rest, at an argument of 90 or 270 degrees, where ``cos^2 i = 3/5 (1 - e^2)`` against the
plane of the Earth's motion about the Moon. The Moon's oblateness moves that point a little; its
term is added as if the equator lay in the same plane (6.7 degrees off in truth).

References: M. L. Lidov, *The evolution of orbits of artificial satellites of planets under the
action of gravitational perturbations of external bodies*, 1962; T. A. Ely, *Stable constellations
of frozen elliptical inclined lunar orbits*, J. Astronaut. Sci. 53, 2005; D. Folta and D. Quinn,
*Lunar frozen orbits*, AIAA 2006-6749.

Limits: from about 1,000 km altitude to about 20,000 km. Lower, the uneven field of the Moon rules.
"""

from math import acos, degrees, radians, sqrt
from typing import Final

import numpy as np
from scipy.optimize import brentq

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.errors import InputError, Problem
from moonstead.orbits.kepler import MOON_GM_M3_PER_S2
from moonstead.orbits.threebody import MASS_RATIO, TIME_UNIT_S, FloatArray, turning_frame

MOON_J2: Final = 2.0323e-4
"""Unnormalised, at 1738 km (GRGM1200A; Lemoine et al. 2014)."""
_HIGHEST_ECCENTRICITY = 0.95


def frozen_inclination_deg(semi_major_axis_m: float, eccentricity: float) -> float:
    """Return the inclination at which an orbit of this size and shape is frozen.

    Parameters
    ----------
    semi_major_axis_m, eccentricity
        Of the orbit.

    Returns
    -------
    float
        Against the plane of the Earth's motion about the Moon, below 90; 180 minus it is frozen
        too.
    """
    earth, moon = _rates(semi_major_axis_m)
    eta = sqrt(1.0 - eccentricity**2)
    cosine_squared = (6.0 * earth * eta + moon / eta**4) / (
        10.0 * earth / eta + 5.0 * moon / eta**4
    )
    return degrees(acos(sqrt(cosine_squared)))


def frozen_eccentricity(semi_major_axis_m: float, inclination_deg: float) -> float:
    """Return the eccentricity at which an orbit of this size and inclination is frozen.

    Parameters
    ----------
    semi_major_axis_m
        Of the orbit.
    inclination_deg
        Against the plane of the Earth's motion about the Moon.

    Returns
    -------
    float
        Where perilune still clears the ground.

    Raises
    ------
    InputError
        Where there is none: the inclination is too near to the plane or too near to the pole.
    """
    highest = min(_HIGHEST_ECCENTRICITY, 1.0 - MOON_RADIUS_M / semi_major_axis_m)
    if highest <= 0.0:
        value = f"{semi_major_axis_m / 1e3:g} km"
        raise InputError(Problem("orbit", "semi-major axis", value, "must be above ground"))
    wanted_deg = inclination_deg if inclination_deg <= 90.0 else 180.0 - inclination_deg
    low_deg = frozen_inclination_deg(semi_major_axis_m, 0.0)
    high_deg = frozen_inclination_deg(semi_major_axis_m, highest)
    if not low_deg <= wanted_deg <= high_deg:
        remedy = (
            f"no orbit of {semi_major_axis_m / 1e3:g} km is frozen there; "
            f"choose from {low_deg:.1f} to {high_deg:.1f} degrees, or 180 minus that"
        )
        raise InputError(Problem("orbit", "inclination_deg", f"{inclination_deg:g}", remedy))
    return float(
        brentq(lambda e: frozen_inclination_deg(semi_major_axis_m, e) - wanted_deg, 0.0, highest)
    )


def _rates(semi_major_axis_m: float) -> tuple[float, float]:
    """Return by how much Earth and oblateness turn the perilune, rad/s, but for shape and tilt."""
    mean_motion = sqrt(MOON_GM_M3_PER_S2 / semi_major_axis_m**3)
    earth = 0.375 * (1.0 - MASS_RATIO) / (TIME_UNIT_S**2 * mean_motion)
    moon = 0.75 * MOON_J2 * mean_motion * (1_738_000.0 / semi_major_axis_m) ** 2
    return earth, moon


def perilune_turn_rad_per_s(
    semi_major_axis_m: float, eccentricity: float, inclination_deg: float, argument_deg: float
) -> float:
    """Return the mean rate of the argument of perilune.

    Parameters
    ----------
    semi_major_axis_m, eccentricity
        Of the orbit.
    inclination_deg, argument_deg
        Against the plane of the Earth's motion about the Moon.

    Returns
    -------
    float
        Zero for a frozen orbit.
    """
    earth, moon = _rates(semi_major_axis_m)
    eta_squared = 1.0 - eccentricity**2
    cosine_squared = np.cos(radians(inclination_deg)) ** 2
    swing = 5.0 * (eta_squared - cosine_squared) * np.cos(2.0 * radians(argument_deg))
    by_earth = earth / sqrt(eta_squared) * (5.0 * cosine_squared - eta_squared + swing)
    return float(by_earth + moon / eta_squared**2 * (5.0 * cosine_squared - 1.0))


def earth_plane_axes(ephemeris: Ephemeris, t_s: float) -> FloatArray:
    """Return the axes of the plane in which the Earth moves about the Moon.

    Parameters
    ----------
    ephemeris
        Of the Earth.
    t_s
        TDB seconds past J2000.

    Returns
    -------
    ndarray of shape (3, 3)
        Columns in ICRF: x to the Earth, z along the angular momentum, y completes.
    """
    frame = turning_frame(ephemeris, np.array([t_s]))[0][0]
    return np.column_stack([-frame[:, 0], -frame[:, 1], frame[:, 2]])
