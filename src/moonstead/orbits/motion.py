"""Third bodies and the Moon's orientation as polynomials over four days, for the integrator.

The segments begin where those of JPL's DE440 do, so that the polynomial of the Earth is the
ephemeris itself and not a fit to it. The Sun and Jupiter are held against the barycentre of Earth
and Moon, where their motion is smooth.
"""

from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris, moon_pa_to_me
from moonstead.environment.timescale import skyfield_time
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

SEGMENT_S = 4.0 * DAY_S
HALF_KS = 0.5 * SEGMENT_S / 1e3
_PHASE_S = -0.5 * DAY_S  # DE440's pieces begin at midnight, J2000 is noon
EARTH_TERMS = 13
FAR_TERMS = 9
ANGLE_TERMS = 10
_NODES = 16

EMRAT = 81.3005682214972
"""Mass of the Earth over that of the Moon: DE440 (Park et al. 2021)."""
BARYCENTRE_SHARE = EMRAT / (1.0 + EMRAT)
"""Of the way from the Moon to the Earth, where their barycentre is."""


def segment_of_epoch(t_s: float) -> int:
    """Return the number of the segment that holds an epoch (its start belongs to it)."""
    return int(np.floor((t_s - _PHASE_S) / SEGMENT_S))


def segment_middle_t_s(segment: int) -> float:
    """Return the middle of a segment, TDB seconds past J2000."""
    return _PHASE_S + (segment + 0.5) * SEGMENT_S


class Motion:
    """Polynomials of one ephemeris, made when first asked for and kept."""

    def __init__(self, ephemeris: Ephemeris) -> None:
        self._ephemeris = ephemeris
        self._known: dict[int, FloatArray] = {}

    def parameters(self, first: int, last: int) -> FloatArray:
        """Return the parameters of the segments from first to last.

        Returns
        -------
        ndarray of shape (count, PARAMETERS)
            In units of 1000 km and 1000 s: coefficients from the constant up, in the fraction of
            the half segment from its middle (-1 to 1), of the Earth from the Moon (3 rows), the Sun
            and Jupiter from the barycentre of Earth and Moon (3 rows each), the Euler angles of
            the Moon's principal axes in rad (3 rows), then the Earth's pole (3).

        Raises
        ------
        RangeError
            A segment is outside the ephemeris.
        """
        wanted = range(first, last + 1)
        missing = [segment for segment in wanted if segment not in self._known]
        if missing:
            fresh = _fitted(self._ephemeris, np.array(missing))
            self._known.update(zip(missing, fresh, strict=True))
        return np.stack([self._known[segment] for segment in wanted])


@lru_cache(maxsize=4)
def motion_of(ephemeris: Ephemeris) -> Motion:
    """Return the polynomials of an ephemeris."""
    return Motion(ephemeris)


EARTH_AT = 0
SUN_AT = EARTH_AT + 3 * EARTH_TERMS
JUPITER_AT = SUN_AT + 3 * FAR_TERMS
ANGLES_AT = JUPITER_AT + 3 * FAR_TERMS
POLE_AT = ANGLES_AT + 3 * ANGLE_TERMS
PARAMETERS = POLE_AT + 3


def _fitted(ephemeris: Ephemeris, segments: NDArray[np.int64]) -> FloatArray:
    nodes = chebyshev.chebpts1(_NODES)
    middles = np.array([segment_middle_t_s(int(segment)) for segment in segments])
    epochs = (middles[:, None] + nodes * 0.5 * SEGMENT_S).ravel()
    earth = ephemeris.position_icrf_m("earth", epochs) / 1e6
    barycentre = BARYCENTRE_SHARE * earth
    sun = ephemeris.position_icrf_m("sun", epochs) / 1e6 - barycentre
    jupiter = ephemeris.position_icrf_m("jupiter barycenter", epochs) / 1e6 - barycentre
    angles = _euler_angles(ephemeris.rotation_icrf_to_moon_me(epochs), len(segments))
    poles = np.moveaxis(np.asarray(skyfield_time(middles).M), -1, 0)[:, 2, :]
    parts = [
        _coefficients(earth, nodes, EARTH_TERMS),
        _coefficients(sun, nodes, FAR_TERMS),
        _coefficients(jupiter, nodes, FAR_TERMS),
        _coefficients(angles, nodes, ANGLE_TERMS),
        poles,
    ]
    return np.concatenate(parts, axis=1)


def _coefficients(values: FloatArray, nodes: FloatArray, terms: int) -> FloatArray:
    """Return powers from the constant up, shape (count, 3 terms), of values (3, count nodes)."""
    rows = values.reshape(3, -1, _NODES)
    series = np.tensordot(chebyshev.chebvander(nodes, _NODES - 1), rows, axes=([0], [2]))
    series *= 2.0 / _NODES
    series[0] *= 0.5
    powers = np.zeros((terms, terms))
    for k in range(terms):
        powers[: k + 1, k] = chebyshev.cheb2poly(np.eye(terms)[k])[: k + 1]
    fitted = np.tensordot(powers, series[:terms], axes=1)
    flat: FloatArray = fitted.transpose(2, 1, 0).reshape(rows.shape[1], 3 * terms)
    return flat


def _euler_angles(icrf_to_me: FloatArray, count: int) -> FloatArray:
    """Return phi, theta, psi of the principal axes, rad, continuous in each segment, (3, n).

    The turn from ICRF is ``R3(psi) R1(theta) R3(phi)``.
    """
    turn = np.einsum("ji,jkn->ikn", moon_pa_to_me(), icrf_to_me)
    angles = np.stack(
        [
            np.arctan2(turn[2, 0], -turn[2, 1]),
            np.arccos(turn[2, 2]),
            np.arctan2(turn[0, 2], turn[1, 2]),
        ]
    )
    by_segment = np.unwrap(angles.reshape(3, count, -1), axis=2)
    return by_segment.reshape(3, -1)
