"""Solar particle events: when they come, how large they are, how they rise and fade.

Onsets are a Poisson process whose rate follows the activity of the cycle (Nymmik 1999: rate goes
with activity, the distribution of sizes does not). Sizes are lognormal in the fluence of protons
above 30 MeV, as in the JPL-91 model (Feynman et al. 1993), with a greatest one. The parameters are
from memory of the literature, not checked at the source; they give one event like August 1972 in
four cycles, and one was seen in the five cycles since 1964. The spectrum of an event is exponential
in rigidity.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.radiation.cosmic_rays import PROTON_MEV
from moonstead.environment.radiation.solar_cycle import SolarCycle
from moonstead.errors import InputError, Problem
from moonstead.units import HOUR_S

FloatArray = NDArray[np.float64]

REFERENCE_MEV = 30.0
"""Events are sized by their protons above this kinetic energy."""
PER_CM2 = 1e4
"""Particles per m2 of one per cm2, the unit of the literature."""


@dataclass(frozen=True, slots=True)
class EventStatistics:
    """How often and how large solar particle events are.

    Parameters
    ----------
    per_cycle
        Mean number in a cycle: 5.4 a year in seven active years.
    median_per_m2
        Of the fluence above 30 MeV: 10^6.93 per cm2.
    decades
        Standard deviation of its decimal logarithm.
    greatest_per_m2
        Larger events are given this fluence: 2e10 per cm2, the (contested) estimate for 1859. Lunar
        rocks allow no year with 1e11 in a million (Kovaltsov and Usoskin 2014, abstract).
    rigidity_mv, rigidity_spread
        Median of the folding rigidity and standard deviation of its natural logarithm. Published
        events lie between 40 and 200 MV: 78 for August 1972, 195 for February 1956.
    rise_s, decay_s
        Medians of the time from onset to peak and of the decay after it.
    time_spread
        Standard deviation of the natural logarithm of both. Order of magnitude only.
    """

    per_cycle: float = 37.8
    median_per_m2: float = 10.0**6.93 * PER_CM2
    decades: float = 1.19
    greatest_per_m2: float = 2e10 * PER_CM2
    rigidity_mv: float = 80.0
    rigidity_spread: float = 0.4
    rise_s: float = 5.0 * HOUR_S
    decay_s: float = 18.0 * HOUR_S
    time_spread: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class ParticleEvents:
    """Solar particle events in order of onset; every array has shape (n,).

    Parameters
    ----------
    onset_t_s
        TDB seconds past J2000.
    fluence_per_m2
        Omnidirectional, protons above `REFERENCE_MEV`, in free space.
    rigidity_mv
        Folding rigidity of the spectrum.
    rise_s, decay_s
        The flux rises in a straight line, then falls exponentially.
    """

    onset_t_s: FloatArray
    fluence_per_m2: FloatArray
    rigidity_mv: FloatArray
    rise_s: FloatArray
    decay_s: FloatArray


def _one(fluence_per_cm2: float, rigidity_mv: float) -> ParticleEvents:
    columns = (0.0, fluence_per_cm2 * PER_CM2, rigidity_mv, 5.0 * HOUR_S, 18.0 * HOUR_S)
    return ParticleEvents(*(np.array([column]) for column in columns))


def august_1972() -> ParticleEvents:
    """Return the event of August 1972 with its onset at 0.

    7.9e9 per cm2 above 30 MeV (King 1974). His spectrum is exponential in energy, see
    `king_fluence`; a folding rigidity of 78 MV meets it at 30 and 100 MeV and is 17 % low at 60.
    """
    return _one(7.9e9, 78.0)


def february_1956() -> ParticleEvents:
    """Return the hard event of February 1956 with its onset at 0: 1e9 per cm2 and 195 MV.

    After Webber, as used in shielding studies; not checked at the source.
    """
    return _one(1.0e9, 195.0)


def king_fluence(energy_mev: ArrayLike) -> FloatArray:
    """Return the fluence of August 1972 above kinetic energies, per m2 (King 1974)."""
    energy = np.asarray(energy_mev, dtype=np.float64)
    fluence: FloatArray = 7.9e9 * PER_CM2 * np.exp((REFERENCE_MEV - energy) / 26.5)
    return fluence


def rigidity_of_mv(energy_mev: ArrayLike) -> FloatArray:
    """Return the rigidity of protons of kinetic energies, MV."""
    energy = np.asarray(energy_mev, dtype=np.float64)
    return np.asarray(np.sqrt(energy * (energy + 2.0 * PROTON_MEV)))


def event_fluence(events: ParticleEvents, energy_mev: ArrayLike) -> FloatArray:
    """Return the omnidirectional fluence of each event above kinetic energies, per m2.

    Parameters
    ----------
    events
        n of them.
    energy_mev
        Shape (m,); from 10 to 1000 MeV the form holds.

    Returns
    -------
    ndarray of shape (n, m)
    """
    energy = np.atleast_1d(np.asarray(energy_mev, dtype=np.float64))
    beyond = rigidity_of_mv(energy) - rigidity_of_mv(REFERENCE_MEV)
    fluence: FloatArray = events.fluence_per_m2[:, np.newaxis] * np.exp(
        -beyond / events.rigidity_mv[:, np.newaxis]
    )
    return fluence


def sample_events(
    rng: np.random.Generator,
    start_t_s: float,
    end_t_s: float,
    cycle: SolarCycle | None = None,
    statistics: EventStatistics | None = None,
) -> ParticleEvents:
    """Draw the events of a span of time.

    Parameters
    ----------
    rng
        The only source of chance: the same state gives the same events.
    start_t_s, end_t_s
        TDB seconds past J2000.
    cycle, statistics
        None for the defaults.

    Returns
    -------
    ParticleEvents

    Raises
    ------
    InputError
        Where the end is before the start.
    """
    if not start_t_s <= end_t_s < np.inf:
        value, remedy = f"{start_t_s} to {end_t_s}", "give a span that ends after it starts"
        raise InputError(Problem("span", "", value, remedy))
    cycle, s = cycle or SolarCycle(), statistics or EventStatistics()
    most_per_s = 2.0 * s.per_cycle / cycle.length_s  # at maximum: the mean activity is one half
    count = int(rng.poisson(most_per_s * (end_t_s - start_t_s)))
    onset_t_s = np.sort(rng.uniform(start_t_s, end_t_s, count))
    kept = rng.uniform(size=count) < cycle.activity(onset_t_s)
    onset_t_s = onset_t_s[kept]
    n = len(onset_t_s)
    fluence = s.median_per_m2 * 10.0 ** (s.decades * rng.standard_normal(n))
    rigidity_mv = s.rigidity_mv * np.exp(s.rigidity_spread * rng.standard_normal(n))
    stretch = np.exp(s.time_spread * rng.standard_normal((2, n)))
    return ParticleEvents(
        onset_t_s=onset_t_s,
        fluence_per_m2=np.minimum(fluence, s.greatest_per_m2),
        rigidity_mv=rigidity_mv,
        rise_s=s.rise_s * stretch[0],
        decay_s=s.decay_s * stretch[1],
    )


def fluence_share(events: ParticleEvents, t_s: ArrayLike) -> FloatArray:
    """Return how much of each event's fluence has come by given epochs, 0 to 1.

    Parameters
    ----------
    events
        n of them.
    t_s
        TDB seconds past J2000, shape (m,).

    Returns
    -------
    ndarray of shape (n, m)
        Differences over a step give the mean flux of the step exactly.
    """
    since = np.atleast_1d(np.asarray(t_s, dtype=np.float64)) - events.onset_t_s[:, np.newaxis]
    rise, decay = events.rise_s[:, np.newaxis], events.decay_s[:, np.newaxis]
    rising = np.clip(since / rise, 0.0, 1.0)
    fading = -np.expm1(-np.maximum(since - rise, 0.0) / decay)
    share: FloatArray = (0.5 * rise * rising**2 + decay * fading) / (0.5 * rise + decay)
    return share


def event_flux(events: ParticleEvents, t_s: ArrayLike) -> FloatArray:
    """Return the flux of protons above `REFERENCE_MEV` of all events together.

    Parameters
    ----------
    events
        Of the span.
    t_s
        TDB seconds past J2000, shape (m,).

    Returns
    -------
    ndarray of shape (m,), 1/(m2 s)
        Omnidirectional, free space.
    """
    since = np.atleast_1d(np.asarray(t_s, dtype=np.float64)) - events.onset_t_s[:, np.newaxis]
    rise, decay = events.rise_s[:, np.newaxis], events.decay_s[:, np.newaxis]
    peak = events.fluence_per_m2[:, np.newaxis] / (0.5 * rise + decay)
    shape = np.where(since < rise, np.maximum(since / rise, 0.0), 1.0)
    shape *= np.exp(-np.maximum(since - rise, 0.0) / decay)
    flux: FloatArray = np.sum(peak * shape, axis=0)
    return flux
