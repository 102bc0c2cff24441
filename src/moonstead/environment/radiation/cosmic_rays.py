"""Galactic cosmic rays on the lunar surface through the solar cycle.

Spectrum: the force field (Gleeson and Axford 1968) over the interstellar proton spectrum of Burger
et al. 2000 in the form of Usoskin et al. 2005. Dose: scaled with the flux of protons above a
threshold, so that both published ends of the cycle are met; it is an interpolation between
measurements, not a transport calculation.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.radiation.solar_cycle import SolarCycle
from moonstead.units import HOUR_S, JULIAN_YEAR_S

FloatArray = NDArray[np.float64]

PROTON_MEV = 938.272
"""Rest energy, CODATA."""
LND_DOSE_GY_PER_S = 13.2e-6 / HOUR_S
"""Total absorbed dose rate in silicon on the surface, Chang'e-4 LND, January and February 2019:
13.2 +- 1 uGy/h (Zhang et al. 2020)."""
LND_EPOCH_T_S = 19.08 * JULIAN_YEAR_S
"""End of January 2019, TDB seconds past J2000."""
LND_NEUTRAL_SHARE = 3.1 / 13.2
"""Of it from neutrons and gamma rays: 3.1 +- 0.5 uGy/h (same)."""
EQUIVALENT_SV_PER_YEAR = (0.380, 0.110)
"""Dose equivalent on the surface at solar minimum and maximum (Reitz et al. 2012, abstract)."""


def interstellar_protons(energy_mev: ArrayLike) -> FloatArray:
    """Return the proton flux outside the heliosphere, 1/(m2 s sr MeV), at kinetic energies."""
    momentum_gev = _momentum_mev(np.asarray(energy_mev, dtype=np.float64)) / 1e3
    per_gev = 1.9e4 * momentum_gev**-2.78 / (1.0 + 0.4866 * momentum_gev**-2.51)
    flux: FloatArray = per_gev / 1e3
    return flux


def modulated_protons(energy_mev: ArrayLike, potential_mv: ArrayLike) -> FloatArray:
    """Return the proton flux at 1 au, 1/(m2 s sr MeV).

    Parameters
    ----------
    energy_mev
        Kinetic, above 0; within 20 % of measurements from 0.2 to 50 GeV, worse below.
    potential_mv
        Modulation potential; broadcasts with ``energy_mev``.
    """
    energy = np.asarray(energy_mev, dtype=np.float64)
    outside = energy + np.asarray(potential_mv, dtype=np.float64)
    ratio = (_momentum_mev(energy) / _momentum_mev(outside)) ** 2
    flux: FloatArray = interstellar_protons(outside) * ratio
    return flux


def proton_flux(potential_mv: ArrayLike, above_mev: float = 30.0) -> FloatArray:
    """Return the flux of protons above an energy through a flat surface from above, 1/(m2 s).

    Parameters
    ----------
    potential_mv
        Modulation potential, any shape.
    above_mev
        Kinetic energy.

    Returns
    -------
    ndarray in the shape of ``potential_mv``
        From the half of the sky that the Moon leaves open: pi times the isotropic flux.
    """
    energy_mev = np.geomspace(above_mev, 1e5, 400)
    potential = np.atleast_1d(np.asarray(potential_mv, dtype=np.float64))
    per_energy = modulated_protons(energy_mev, potential[..., np.newaxis])
    total = np.asarray(np.pi * np.trapezoid(per_energy, energy_mev, axis=-1))
    return total.reshape(np.shape(potential_mv))


@dataclass(frozen=True, slots=True, eq=False)
class CosmicRayDose:
    """Dose from cosmic rays on bare lunar ground; every array has the shape of the epochs.

    Parameters
    ----------
    absorbed_gy_per_s
        In silicon, neutral particles included.
    equivalent_sv_per_s
        To people without shielding.
    proton_flux_per_m2_s
        Above 30 MeV, through a flat surface.
    """

    absorbed_gy_per_s: FloatArray
    equivalent_sv_per_s: FloatArray
    proton_flux_per_m2_s: FloatArray


def cosmic_ray_dose(t_s: ArrayLike, cycle: SolarCycle | None = None) -> CosmicRayDose:
    """Return the dose of cosmic rays at epochs.

    Parameters
    ----------
    t_s
        TDB seconds past J2000.
    cycle
        Of the Sun; None for the default.

    Returns
    -------
    CosmicRayDose
        The dose equivalent is the line in proton flux through both values of Reitz et al. 2012;
        the absorbed dose goes with the proton flux from what LND measured. Uncertain by 20 % at
        minimum and by 40 % at maximum.
    """
    cycle = cycle or SolarCycle()
    flux = proton_flux(cycle.potential_mv(t_s))
    ends_mv = (cycle.least_potential_mv, cycle.greatest_potential_mv)
    most, least = proton_flux(np.array(ends_mv))
    high, low = (dose / JULIAN_YEAR_S for dose in EQUIVALENT_SV_PER_YEAR)
    equivalent = low + (high - low) * (flux - least) / (most - least)
    then = proton_flux(cycle.potential_mv(LND_EPOCH_T_S))
    return CosmicRayDose(LND_DOSE_GY_PER_S * flux / then, equivalent, flux)


def _momentum_mev(energy_mev: FloatArray) -> FloatArray:
    momentum: FloatArray = np.sqrt(energy_mev * (energy_mev + 2.0 * PROTON_MEV))
    return momentum
