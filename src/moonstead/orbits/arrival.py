"""Arrival at the Moon: from the velocity at infinity into an orbit, and the plane over a site.

A hyperbola about the Moon is aimed by where its asymptote passes the Moon: the plane may be any
that holds the asymptote, so an orbit over a landing site costs no turn.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.orbits.forces import MOON_GM_DE440_M3_PER_S2

FloatArray = NDArray[np.float64]

NRHO_INSERTION_M_PER_S = 450.0
"""From TLI into the near-rectilinear halo orbit: review of lunar architectures, PMC7385728, table 4
(with its 5 % reserve); not computed here."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The osculating hyperbola of a state near the Moon; vectors of shape (3,), ICRF axes.

    Parameters
    ----------
    perilune_m
        Distance from the Moon's centre.
    perilune_delay_s
        Until the perilune, negative where it is past.
    asymptote
        Unit vector along which it came in.
    miss_m
        From the Moon's centre to the incoming asymptote, at right angles to it (the vector B).
    excess_m_per_s
        Speed at infinity.
    """

    perilune_m: float
    perilune_delay_s: float
    asymptote: FloatArray
    miss_m: FloatArray
    excess_m_per_s: float


def insertion_m_per_s(excess_m_per_s: ArrayLike, altitude_m: float) -> FloatArray:
    """Return the burn from a hyperbola at its perilune into a circle of that altitude.

    Parameters
    ----------
    excess_m_per_s
        Speed at infinity, any shape.
    altitude_m
        Above the mean sphere.
    """
    circle = sqrt(MOON_GM_DE440_M3_PER_S2 / (MOON_RADIUS_M + altitude_m))
    excess = np.asarray(excess_m_per_s, dtype=np.float64)
    return np.asarray(np.sqrt(excess**2 + 2.0 * circle**2) - circle)


def site_up(site: Site, ephemeris: Ephemeris, t_s: ArrayLike) -> FloatArray:
    """Return the unit vectors from the Moon's centre to a site, ICRF axes, shape (n, 3)."""
    latitude, longitude = np.radians([site.latitude_deg, site.longitude_deg])
    up_me = np.array(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ]
    )
    return np.asarray(np.einsum("ijn,i->nj", ephemeris.rotation_icrf_to_moon_me(t_s), up_me))


def moon_axis(ephemeris: Ephemeris, t_s: ArrayLike) -> FloatArray:
    """Return the unit vectors of the Moon's axis to the north, ICRF axes, shape (n, 3)."""
    return np.asarray(ephemeris.rotation_icrf_to_moon_me(t_s)[2].T)


def pole_over(asymptote: FloatArray, up: FloatArray) -> FloatArray:
    """Return the poles of the orbits that hold an incoming asymptote and pass over a place.

    The orbit is taken to keep its plane against the stars until the landing. (A polar one does; a
    low one at 45 degrees turns by 0.9 degrees a day, which the aim has to lead by.)

    Parameters
    ----------
    asymptote
        Unit vectors of the incoming velocity, ICRF axes, shape (..., 3).
    up
        Unit vectors to the place at the landing; see `site_up`.

    Returns
    -------
    ndarray of shape (..., 3)
        Unit vectors along the angular momentum; of the two senses the one that comes over the
        place less than half a turn after the direction of the asymptote.
    """
    pole = np.cross(asymptote, up)
    return np.asarray(pole / np.linalg.norm(pole, axis=-1, keepdims=True))


def inclination_deg(pole: FloatArray, axis: FloatArray) -> FloatArray:
    """Return the angle between poles of orbits and the Moon's axis (`moon_axis`), (..., 3) each."""
    return np.asarray(np.degrees(np.arccos(np.clip(np.sum(axis * pole, axis=-1), -1.0, 1.0))))


def pole_of_inclination(asymptote: FloatArray, wanted_deg: float, axis: FloatArray) -> FloatArray:
    """Return the poles of the orbits of an inclination that hold an incoming asymptote.

    Parameters
    ----------
    asymptote
        Unit vectors of the incoming velocity, ICRF axes, shape (..., 3).
    wanted_deg
        Against the lunar equator.
    axis
        See `moon_axis`.

    Returns
    -------
    ndarray of shape (..., 3)
        Unit vectors; NaN where the asymptote stands steeper on the equator than such a plane can
        hold. Of the two planes the one that the asymptote crosses on its way north.
    """
    sine = np.sum(axis * asymptote, axis=-1, keepdims=True)
    cosine = np.sqrt(1.0 - sine**2)
    north = (axis - sine * asymptote) / cosine
    share = np.cos(np.radians(wanted_deg)) / cosine
    share = np.where(np.abs(share) <= 1.0, share, np.nan)
    return np.asarray(share * north + np.sqrt(1.0 - share**2) * np.cross(asymptote, north))


def passage(position_m: FloatArray, velocity_m_per_s: FloatArray) -> Passage | None:
    """Return the hyperbola of a state about the Moon, None where the state is bound to it.

    Parameters
    ----------
    position_m, velocity_m_per_s
        From the Moon's centre, ICRF axes, shape (3,).
    """
    gm = MOON_GM_DE440_M3_PER_S2
    distance_m = float(np.linalg.norm(position_m))
    energy = 0.5 * float(velocity_m_per_s @ velocity_m_per_s) - gm / distance_m
    if energy <= 0.0:
        return None
    momentum = np.cross(position_m, velocity_m_per_s)
    to_perilune = np.cross(velocity_m_per_s, momentum) / gm - position_m / distance_m
    eccentricity = float(np.linalg.norm(to_perilune))
    axis_m = 0.5 * gm / energy
    excess = sqrt(2.0 * energy)
    pole = momentum / np.linalg.norm(momentum)
    p_hat = to_perilune / eccentricity
    q_hat = np.cross(pole, p_hat)
    root = sqrt(max(eccentricity**2 - 1.0, 0.0))
    asymptote = (p_hat + root * q_hat) / eccentricity
    sine = float(position_m @ velocity_m_per_s) / (eccentricity * sqrt(gm * axis_m))
    anomaly = float(np.arcsinh(sine))
    since_s = (eccentricity * sine - anomaly) * sqrt(axis_m**3 / gm)
    return Passage(
        perilune_m=axis_m * (eccentricity - 1.0),
        perilune_delay_s=-since_s,
        asymptote=asymptote,
        miss_m=axis_m * root * np.cross(asymptote, pole),
        excess_m_per_s=excess,
    )


def aim_m(
    asymptote: FloatArray, pole: FloatArray, excess_m_per_s: float, low_m: float
) -> FloatArray:
    """Return the vector B of a hyperbola with a given perilune distance in a given plane.

    Parameters
    ----------
    asymptote, pole
        Unit vectors of the incoming velocity and along the angular momentum wanted (which is
        taken at right angles to the asymptote), shape (3,).
    excess_m_per_s
        Speed at infinity.
    low_m
        Distance of the perilune from the Moon's centre.

    Returns
    -------
    ndarray of shape (3,), m
        From the Moon's centre, at right angles to the asymptote.
    """
    toward = np.cross(asymptote, pole)
    length_m = low_m * sqrt(1.0 + 2.0 * MOON_GM_DE440_M3_PER_S2 / (low_m * excess_m_per_s**2))
    return np.asarray(length_m * toward / np.linalg.norm(toward))
