"""From the centres and frames that files name to the Moon's centre and the axes of ICRF."""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray
from skyfield.framelib import ICRS_to_J2000

from moonstead.environment.ephemeris import Ephemeris, moon_pa_to_me
from moonstead.interop.differences import rate_of

FloatArray = NDArray[np.float64]

CENTRES: Final = {"MOON": "moon", "EARTH": "earth"}
"""Names of CENTER_NAME that can be used, and the bodies of the ephemeris."""
_ICRF = re.compile(r"ICRF\d?|GCRF\d?|GRC", re.ASCII)
_EME2000 = ("EME2000", "J2000")
_MOON_ME = ("MOON_ME", "MOON_ME_DE440_ME421")
_MOON_PA = ("MOON_PA", "MOON_PA_DE440", "MOON_PA440")
FRAMES: Final = ("ICRF", "GCRF", *_EME2000, *_MOON_ME, *_MOON_PA)
"""Names of REF_FRAME that can be used; ICRF and GCRF also with the number of a realisation."""


def is_icrf(name: str) -> bool:
    """Tell whether a frame has the axes of ICRF (GCRF has, to the accuracy of this program)."""
    return _ICRF.fullmatch(name.upper()) is not None


def knows_frame(name: str) -> bool:
    """Tell whether states in a frame can be turned to ICRF."""
    return is_icrf(name) or name.upper() in FRAMES


def to_moon_icrf(
    ephemeris: Ephemeris,
    centre: str,
    frame: str,
    t_s: FloatArray,
    position_m: FloatArray,
    velocity_m_per_s: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Move states to the Moon's centre and turn them to ICRF.

    Parameters
    ----------
    ephemeris
        Where the Earth is, and how the Moon turns.
    centre, frame
        A name of `CENTRES` and one that `knows_frame`. EME2000 differs from ICRF by the frame
        bias of 0.02 arcseconds (IERS Conventions 2010, 5.4.4); lunar frames turn with the Moon.
    t_s
        TDB seconds past J2000, shape (n,).
    position_m, velocity_m_per_s
        Shape (n, 3).

    Returns
    -------
    tuple of ndarray of shape (n, 3)
        Position in m and velocity in m/s.

    Raises
    ------
    RangeError
        A date is outside the ephemeris.
    """
    position_m, velocity_m_per_s = _to_icrf(ephemeris, frame, t_s, position_m, velocity_m_per_s)
    body = CENTRES[centre.upper()]
    if body == "moon":
        return position_m, velocity_m_per_s
    return move_to_moon(ephemeris, body, t_s, position_m, velocity_m_per_s)


def move_to_moon(
    ephemeris: Ephemeris,
    body: str,
    t_s: FloatArray,
    position_m: FloatArray,
    velocity_m_per_s: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Add to ICRF states (n, 3) about a body of the ephemeris its own state about the Moon."""
    body_m = ephemeris.position_icrf_m(body, t_s)
    body_m_per_s = rate_of(lambda epochs: ephemeris.position_icrf_m(body, epochs), t_s)
    return position_m + body_m.T, velocity_m_per_s + body_m_per_s.T


def _to_icrf(
    ephemeris: Ephemeris,
    frame: str,
    t_s: FloatArray,
    position_m: FloatArray,
    velocity_m_per_s: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    name = frame.upper()
    if is_icrf(name):
        return position_m, velocity_m_per_s
    if name in _EME2000:
        return position_m @ ICRS_to_J2000, velocity_m_per_s @ ICRS_to_J2000
    if name in _MOON_PA:
        to_me = moon_pa_to_me()
        position_m, velocity_m_per_s = position_m @ to_me.T, velocity_m_per_s @ to_me.T
    turn = ephemeris.rotation_icrf_to_moon_me(t_s)
    turn_rate = rate_of(ephemeris.rotation_icrf_to_moon_me, t_s)
    position = np.einsum("jin,nj->ni", turn, position_m)
    velocity = np.einsum("jin,nj->ni", turn, velocity_m_per_s)
    return position, velocity + np.einsum("jin,nj->ni", turn_rate, position_m)
