"""What the surroundings do to equipment: named sources of ageing, one small function each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.radiation.cosmic_rays import cosmic_ray_dose, proton_flux
from moonstead.environment.radiation.shielding import cosmic_ray_transmission, event_dose_gy
from moonstead.environment.radiation.solar_cycle import SolarCycle
from moonstead.environment.radiation.solar_particles import (
    ParticleEvents,
    august_1972,
    event_flux,
    fluence_share,
)
from moonstead.units import DAY_S, JULIAN_YEAR_S

FloatArray = NDArray[np.float64]

CELL_LOSS_1972 = {"bare": 0.07, "covered": 0.01}
"""Of a solar cell's output in an event like that of August 1972, on Apollo's cells (O'Brien 2013,
abstract; "covered" is his upper limit)."""
CELL_LOSS_2000_DAYS = {"bare": (0.24, 0.29), "covered": (0.04, 0.10)}
"""All long-term loss over about 2000 d on Apollo's cells: dust, radiation and time (same)."""
DUST_KG_PER_M2_S = 21.4e-5 / JULIAN_YEAR_S
"""Natural dust on a surface 1.9 m above the ground: 21.4 ug/cm2 a year, Chang'e-3 in Mare Imbrium
(Li et al. 2019, abstract). Traffic and landings bring far more."""
_ESCAPE_M_PER_S = 2376.0  # from the Moon's surface
_METEOROID_M_PER_S = 20_000.0  # typical at 1 au


@dataclass(frozen=True, slots=True, eq=False)
class Ageing:
    """Sources of ageing at epochs; every array has shape (m,).

    Parameters
    ----------
    ionising_gy
        Total ionising dose behind the shield since the first epoch.
    cell_loss
        Of a covered solar cell's output by solar particles since the first epoch.
    upset_rate
        Rate of single event effects, 1 for the cosmic rays of solar minimum.
    """

    ionising_gy: FloatArray
    cell_loss: FloatArray
    upset_rate: FloatArray


def ageing(
    t_s: FloatArray,
    events: ParticleEvents,
    shield_g_per_cm2: float,
    cycle: SolarCycle | None = None,
) -> Ageing:
    """Return the sources of ageing over time on the lunar surface.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, rising, shape (m,).
    events
        Of the span; see `sample_events`.
    shield_g_per_cm2
        Around electronics, from 0.1; a box of 3 mm of aluminium has 0.8.
    cycle
        Of the Sun; None for the default.

    Returns
    -------
    Ageing
        The upset rate goes with the flux of protons above 30 MeV, unshielded: a proxy, right for
        orders of magnitude.
    """
    cycle = cycle or SolarCycle()
    rate = cosmic_ray_dose(t_s, cycle).absorbed_gy_per_s * cosmic_ray_transmission(shield_g_per_cm2)
    steps = 0.5 * (rate[1:] + rate[:-1]) * np.diff(t_s)
    arrived = fluence_share(events, t_s)
    arrived -= arrived[:, :1]
    ionising = np.concatenate([[0.0], np.cumsum(steps)])
    ionising += event_dose_gy(events, shield_g_per_cm2) @ arrived
    whole = august_1972().fluence_per_m2[0]
    quiet = proton_flux(cycle.least_potential_mv)
    now = proton_flux(cycle.potential_mv(t_s)) + 0.5 * event_flux(events, t_s)
    return Ageing(
        ionising_gy=ionising,
        cell_loss=-np.expm1(-CELL_LOSS_1972["covered"] * (events.fluence_per_m2 @ arrived) / whole),
        upset_rate=now / quiet,
    )


def long_term_cell_loss(duration_s: ArrayLike, share: float = 0.07) -> FloatArray:
    """Return the loss of a solar cell's output by all causes, as Apollo's cells aged.

    Parameters
    ----------
    duration_s
        On the surface.
    share
        Lost in 2000 d; 0.04 to 0.10 of covered cells, 0.24 to 0.29 of bare ones (O'Brien 2013).

    Returns
    -------
    ndarray in the shape of ``duration_s``
        0 to 1, exponential. It contains the loss by solar particles: do not add both.
    """
    spans = np.asarray(duration_s, dtype=np.float64) / (2000.0 * DAY_S)
    return np.asarray(-np.expm1(spans * np.log1p(-share)))


def meteoroid_flux(mass_g: ArrayLike, tilt_deg: float = 0.0) -> FloatArray:
    """Return the flux of meteoroids of at least given masses on a surface on the Moon.

    Parameters
    ----------
    mass_g
        From 1e-18 to 1 g the fit holds.
    tilt_deg
        Of the surface: 0 faces the zenith, 90 stands upright.

    Returns
    -------
    ndarray in the shape of ``mass_g``, 1/(m2 s)
        Gruen et al. 1985 in the form of ECSS-E-ST-10-04C, isotropic, one side of a plate; times
        the share of the plate's view that is sky and the focusing by the Moon's gravity (1.4 %).
        Ejecta that impacts throw up are left out; near the ground they are more, and slower.
    """
    m = np.asarray(mass_g, dtype=np.float64)
    per_m2_s = (2.2e3 * m**0.306 + 15.0) ** -4.38
    per_m2_s += 1.3e-9 * (m + 1e11 * m**2 + 1e27 * m**4) ** -0.36
    per_m2_s += 1.3e-16 * (m + 1e6 * m**2) ** -0.85
    sky = 0.5 * (1.0 + np.cos(np.radians(tilt_deg)))
    focusing = 1.0 + (_ESCAPE_M_PER_S / _METEOROID_M_PER_S) ** 2
    return np.asarray(per_m2_s * sky * focusing)
