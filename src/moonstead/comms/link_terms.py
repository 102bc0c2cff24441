"""Closed forms of a link budget: gains, beams and losses.

Sources: Balanis, Antenna Theory, 4th ed., sections 2.12 and 12.8 (gain of an aperture, loss between
two polarisation ellipses); ITU-R P.525-4 (free space); the beam of a dish as a Gaussian of
70 wavelengths over diameters between half-power points, as in CCSDS 401 and the handbook of the
Deep Space Network.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

SPEED_OF_LIGHT_M_PER_S = 299_792_458.0
BOLTZMANN_J_PER_K = 1.380649e-23
_BEAM_DEG = 70.0  # times wavelength over diameter
_DISH_EFFICIENCY = 0.55  # of an antenna of which only the gain is known


def decibels(ratio: ArrayLike) -> FloatArray:
    """Return a ratio of powers in dB; minus infinity for none."""
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(np.asarray(ratio, dtype=np.float64)))


def power_ratio(value_db: ArrayLike) -> FloatArray:
    """Return a ratio of powers from dB."""
    return np.asarray(10.0 ** (np.asarray(value_db, dtype=np.float64) / 10.0))


def free_space_loss_db(range_m: ArrayLike, frequency_hz: float) -> FloatArray:
    """Return the loss between isotropic antennas, ITU-R P.525-4 equation 3.

    Examples
    --------
    >>> round(float(free_space_loss_db(384.4e6, 8.45e9)), 2)
    222.68
    """
    turns = 4.0 * np.pi * np.asarray(range_m, dtype=np.float64)
    return 2.0 * decibels(turns * frequency_hz / SPEED_OF_LIGHT_M_PER_S)


def dish_gain_dbi(diameter_m: float, frequency_hz: float, efficiency: float) -> float:
    """Return the gain of a round aperture on its axis.

    Examples
    --------
    >>> round(dish_gain_dbi(35.0, 8.45e9, 0.65), 2)
    67.95
    """
    around = np.pi * diameter_m * frequency_hz / SPEED_OF_LIGHT_M_PER_S
    return float(decibels(efficiency * around**2))


def half_power_of_dish_deg(diameter_m: float, frequency_hz: float) -> float:
    """Return the full width of a dish's beam between half-power points, degrees."""
    return _BEAM_DEG * SPEED_OF_LIGHT_M_PER_S / (diameter_m * frequency_hz)


def half_power_of_gain_deg(gain_dbi: float) -> float:
    """Return the width of the beam of a dish of a gain, degrees, at most a half turn."""
    around = np.sqrt(power_ratio(gain_dbi) / _DISH_EFFICIENCY)
    return min(float(_BEAM_DEG * np.pi / around), 180.0)


def pointing_loss_db(offset_deg: ArrayLike, half_power_deg: float) -> FloatArray:
    """Return what a Gaussian beam loses off its axis: 3 dB at half of its half-power width."""
    offset = np.asarray(offset_deg, dtype=np.float64) / half_power_deg
    return np.asarray(10.0 * np.log10(16.0) * offset**2)


def polarisation_loss_db(first_axial_db: float, second_axial_db: float) -> float:
    """Return the loss between two circular polarisations of one sense, ellipses crossed.

    Parameters
    ----------
    first_axial_db, second_axial_db
        Axial ratios, 0 for a perfect circle.
    """
    a, b = 10.0 ** (first_axial_db / 10.0), 10.0 ** (second_axial_db / 10.0)  # squares of ratios
    both = (1.0 + a) * (1.0 + b)
    kept = (both + 4.0 * np.sqrt(a * b) - (1.0 - a) * (1.0 - b)) / (2.0 * both)
    return -float(decibels(kept))
