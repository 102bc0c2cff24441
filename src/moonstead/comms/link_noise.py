"""Noise that an antenna sees: warm air, and the Moon in its beam.

**Moon.** Temperature of the middle of the disc by wavelength and phase: fits to radio data from 0.1
to 30 cm in the handbook of RATAN-600 (Special Astrophysical Observatory, "Tb Moon", read). The heat
of a lunar day reaches the depth that radiates late, so full Moon is not the warmest.

**Limits.** The poles are colder than the middle of the disc and the limb is darker: a beam on a
polar station sees less, so the noise is an upper figure (20 % or so). The beam is a Gaussian with
all of its power in the main lobe.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chndtr

from moonstead.comms.link_terms import SPEED_OF_LIGHT_M_PER_S, FloatArray, power_ratio
from moonstead.environment.site import MOON_RADIUS_M

AIR_K = 275.0
"""Mean temperature at which air, cloud and rain radiate: ITU-R P.618-13, section 3."""

_LONGEST_CM = 30.0
_LONG_WAVE_K = 225.0
_WIDTH_PER_SIGMA = np.sqrt(8.0 * np.log(2.0))


def moon_brightness_k(frequency_hz: float, phase_deg: ArrayLike) -> FloatArray:
    """Return the brightness temperature of the middle of the Moon's disc.

    Parameters
    ----------
    frequency_hz
        From 1 to 300 GHz; a metre wave is taken as a long one.
    phase_deg
        Angle since full Moon, growing by 360 in 29.53 days.
    """
    cm = 100.0 * SPEED_OF_LIGHT_M_PER_S / frequency_hz
    mean_k = _LONG_WAVE_K
    if cm <= _LONGEST_CM:
        mean_k = 206.06 + 1.6308 * cm - 0.043774 * cm**2 + 0.00043042 * cm**3
    steadiness = 50.0
    if cm <= 20.0:
        steadiness = 1.2207 + 5.3788 * cm - 0.26528 * cm**2 + 0.0064374 * cm**3
    lag_deg = 45.0
    if cm <= 1.25:
        lag_deg = 42.745 + 1.042 * np.log(cm)
    elif cm <= 4.0:
        lag_deg = 26.402 + 18.625 * cm - 6.3123 * cm**2 + 0.70462 * cm**3
    swing = np.cos(np.radians(np.asarray(phase_deg, dtype=np.float64) - lag_deg)) / steadiness
    return np.asarray(mean_k * (1.0 + swing))


def beam_share(
    angular_radius_deg: ArrayLike, half_power_deg: float, offset_deg: ArrayLike = 0.0
) -> FloatArray:
    """Return the share of a Gaussian beam that falls on a disc.

    Parameters
    ----------
    angular_radius_deg
        Of the disc.
    half_power_deg
        Full width of the beam between half-power points.
    offset_deg
        From the middle of the disc to the beam's axis.
    """
    sigma_deg = half_power_deg / _WIDTH_PER_SIGMA
    radius = np.asarray(angular_radius_deg, dtype=np.float64) / sigma_deg
    offset = np.asarray(offset_deg, dtype=np.float64) / sigma_deg
    return np.asarray(chndtr(radius**2, 2, np.maximum(offset**2, 1e-12)))


def disc_noise_k(
    brightness_k: ArrayLike,
    angular_radius_deg: ArrayLike,
    half_power_deg: float,
    offset_deg: ArrayLike = 0.0,
) -> FloatArray:
    """Return what a warm disc adds to an antenna's temperature, K; see `beam_share`."""
    share = beam_share(angular_radius_deg, half_power_deg, offset_deg)
    return np.asarray(np.asarray(brightness_k, dtype=np.float64) * share)


def angular_radius_deg(radius_m: float, range_m: ArrayLike) -> FloatArray:
    """Return how large a sphere looks from a distance of its centre; a half sky from its ground."""
    sine = np.clip(radius_m / np.asarray(range_m, dtype=np.float64), 0.0, 1.0)
    return np.asarray(np.degrees(np.arcsin(sine)))


def moon_noise_k(
    target_m: FloatArray, moon_m: FloatArray, frequency_hz: float, half_power_deg: float
) -> FloatArray:
    """Return the noise of the Moon in a beam that points at a target, K.

    The Moon has its mean over a lunation; phases change it by 6 % at X-band and 14 % at 26 GHz.

    Parameters
    ----------
    target_m, moon_m
        Of the target and of the Moon's centre from the antenna, in any one frame, shape (3, n).
    frequency_hz, half_power_deg
        Of the receiver.
    """
    range_m = np.linalg.norm(moon_m, axis=0)
    away = np.linalg.norm(np.cross(target_m, moon_m, axis=0), axis=0)
    offset_deg = np.degrees(np.arctan2(away, np.sum(target_m * moon_m, axis=0)))
    mean_k = np.mean(moon_brightness_k(frequency_hz, [0.0, 90.0, 180.0, 270.0]))
    radius_deg = angular_radius_deg(MOON_RADIUS_M, range_m)
    return disc_noise_k(mean_k, radius_deg, half_power_deg, offset_deg)


def moon_phase_deg(moon_m: FloatArray, sun_m: FloatArray) -> FloatArray:
    """Return the angle since full Moon, for an antenna on or near Earth.

    Parameters
    ----------
    moon_m, sun_m
        From the Earth's centre, in ICRF axes, shape (3, n).
    """
    turned = np.cross(sun_m, moon_m, axis=0)
    sign = np.where(turned[2] < 0.0, -1.0, 1.0)
    elongation = np.arctan2(np.linalg.norm(turned, axis=0), np.sum(sun_m * moon_m, axis=0))
    return np.asarray((np.degrees(sign * elongation) + 180.0) % 360.0)


def air_noise_k(absorbed_db: ArrayLike) -> FloatArray:
    """Return what air that absorbs radiates into an antenna: ITU-R P.618-13 equation 67."""
    return np.asarray(AIR_K * (1.0 - power_ratio(-np.asarray(absorbed_db, dtype=np.float64))))


def system_noise_k(
    receiver_k: float, absorbed_db: ArrayLike = 0.0, hot_k: ArrayLike = 0.0
) -> FloatArray:
    """Return the noise temperature of a receiving system.

    Parameters
    ----------
    receiver_k
        Of receiver, lines, spill-over and the cosmic background.
    absorbed_db
        By the air before the antenna; 0 in space.
    hot_k
        From bodies in the beam, outside the air.
    """
    passed = power_ratio(-np.asarray(absorbed_db, dtype=np.float64))
    return np.asarray(receiver_k + air_noise_k(absorbed_db) + np.asarray(hot_k) * passed)
