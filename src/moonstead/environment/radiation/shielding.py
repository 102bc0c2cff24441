"""Dose behind shielding: coarse, for choosing how much regolith to pile up.

Protons of an event are taken straight ahead through water or regolith from the open half of the
sky, all along one areal density. Ranges follow Bragg and Kleeman's rule. What is made on the way
(neutrons, recoils) is one term that goes with the protons above 500 MeV and falls with the
attenuation length of nucleons in rock. Its size and the factor from dose to dose equivalent are set
so that the event of February 1956 needs 30 g/cm2 for 250 mSv and 150 g/cm2 for 50 mSv (Pham and
El-Genk 2008, abstract). Between and near these points trust it within a factor of two.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.radiation.solar_particles import ParticleEvents, event_fluence

FloatArray = NDArray[np.float64]

RANGE_G_PER_CM2 = 0.0022
RANGE_POWER = 1.77
"""Range in water, g/cm2, is 0.0022 * (E / MeV)^1.77 (Bortfeld 1997): within 3 % of NIST PSTAR from
30 to 200 MeV; at 1 GeV a third too long."""
_LEAST_LOSS = 2.0  # MeV cm2/g, of protons above a GeV
_MOST_LOSS = 800.0  # MeV cm2/g, at the end of the range
NUCLEON_LENGTH_G_PER_CM2 = 160.0
"""Attenuation length of the nucleon cascade in rock (Gosse and Phillips 2001)."""
_GY_PER_MEV_PER_G = 1.602176634e-10
_OPEN_SKY = 0.5  # the Moon hides the other half
DOSE_TO_EQUIVALENT = 3.10
SECONDARY_SV_CM2 = 8.0e-9
"""Both calibrated as said above."""
_LEFT_MEV = np.geomspace(0.01, 5000.0, 600)  # behind the shield


def range_g_per_cm2(energy_mev: ArrayLike) -> FloatArray:
    """Return the range of protons of kinetic energies in water, g/cm2, in their shape."""
    energy = np.asarray(energy_mev, dtype=np.float64)
    return np.asarray(RANGE_G_PER_CM2 * energy**RANGE_POWER)


def event_dose_gy(events: ParticleEvents, shield_g_per_cm2: float) -> FloatArray:
    """Return the absorbed dose in water of each event behind a shield, from its protons alone.

    Parameters
    ----------
    events
        n of them.
    shield_g_per_cm2
        Areal density of water or regolith, over the whole open sky; from 0.1.

    Returns
    -------
    ndarray of shape (n,), Gy
    """
    behind = range_g_per_cm2(_LEFT_MEV)
    energy_mev = ((behind + shield_g_per_cm2) / RANGE_G_PER_CM2) ** (1.0 / RANGE_POWER)
    loss = _LEFT_MEV ** (1.0 - RANGE_POWER) / (RANGE_G_PER_CM2 * RANGE_POWER)
    loss = np.clip(loss, _LEAST_LOSS, _MOST_LOSS)
    above_per_cm2 = event_fluence(events, energy_mev) / 1e4
    between = above_per_cm2[:, :-1] - above_per_cm2[:, 1:]
    dose: FloatArray = between @ (0.5 * (loss[1:] + loss[:-1]))
    return _OPEN_SKY * _GY_PER_MEV_PER_G * dose


def event_equivalent_sv(events: ParticleEvents, shield_g_per_cm2: float) -> FloatArray:
    """Return the dose equivalent of each event behind a shield, secondary particles included.

    Parameters
    ----------
    events, shield_g_per_cm2
        As in `event_dose_gy`.

    Returns
    -------
    ndarray of shape (n,), Sv
    """
    hard_per_cm2 = event_fluence(events, 500.0)[:, 0] / 1e4
    secondary = SECONDARY_SV_CM2 * hard_per_cm2
    secondary *= np.exp(-shield_g_per_cm2 / NUCLEON_LENGTH_G_PER_CM2)
    return DOSE_TO_EQUIVALENT * event_dose_gy(events, shield_g_per_cm2) + secondary


def cosmic_ray_transmission(shield_g_per_cm2: ArrayLike) -> FloatArray:
    """Return the share of the cosmic ray dose that is left behind shields, in their shape.

    Falls with the attenuation length of nucleons in rock. The build-up of secondary particles in
    the first tens of g/cm2 is left out: thin shields do not help as much as this says.
    """
    shield = np.asarray(shield_g_per_cm2, dtype=np.float64)
    return np.asarray(np.exp(-shield / NUCLEON_LENGTH_G_PER_CM2))
