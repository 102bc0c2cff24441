"""Launch windows to a landing with light and Earth in view: which launches, which landings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.light import LightSeries
from moonstead.orbits.transfer import Transfers
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a landing must bring, and how long the craft may wait for it.

    Parameters
    ----------
    light_s
        Time after landing with sunlight: some of the Sun's disc above the terrain and not behind
        the Earth.
    dark_s
        A darkness within it that the lander survives; longer ones end the light.
    earth_s
        Time after landing with some of the Earth's disc in view, unbroken.
    least_stay_s, most_stay_s
        In lunar orbit before the landing.
    """

    light_s: float
    dark_s: float
    earth_s: float
    least_stay_s: float
    most_stay_s: float


@dataclass(frozen=True, slots=True, eq=False)
class LandingTimes:
    """What a landing at any instant of an even grid brings; every array has shape (n,).

    Parameters
    ----------
    t_s
        TDB seconds past J2000.
    light_s, earth_s
        How long light and Earth stay after a landing; where they outlast the series, until its end.
    light_good, earth_good
        Whether that is as long as wished.
    """

    t_s: FloatArray
    light_s: FloatArray
    earth_s: FloatArray
    light_good: BoolArray
    earth_good: BoolArray

    @property
    def good(self) -> BoolArray:
        """Whether a landing brings light and Earth as wished."""
        return self.light_good & self.earth_good


def landing_times(series: LightSeries, wishes: Wishes) -> LandingTimes:
    """Judge every sample of a series as the instant of a landing.

    Parameters
    ----------
    series
        Light and Earth at the site; it should go on for the wished times after the last landing.
    wishes
        See there.
    """
    lit = series.sunlight_fraction > 0.0
    step_s = series.step_s
    light_s = np.where(lit, time_left_s(bridged(lit, wishes.dark_s, step_s), step_s), 0.0)
    earth_s = time_left_s(series.earth_fraction > 0.0, step_s)
    return LandingTimes(
        t_s=series.t_s,
        light_s=light_s,
        earth_s=earth_s,
        light_good=light_s >= wishes.light_s,
        earth_good=earth_s >= wishes.earth_s,
    )


def bridged(condition: BoolArray, gap_s: float, step_s: float) -> BoolArray:
    """Return a condition in which gaps up to a length count as filled, shape (n,)."""
    edges = np.diff(np.concatenate([[True], condition, [True]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == -1), np.flatnonzero(edges == 1)
    filled = condition.copy()
    for start, end in zip(starts, ends, strict=True):
        if (end - start) * step_s <= gap_s:
            filled[start:end] = True
    return filled


def time_left_s(condition: BoolArray, step_s: float) -> FloatArray:
    """Return how long a condition holds on from every sample, 0 where it does not, shape (n,)."""
    count = len(condition)
    places = np.where(condition, count, np.arange(count))
    next_break = np.minimum.accumulate(places[::-1])[::-1]
    return np.asarray((next_break - np.arange(count)) * step_s)


def first_good_landing(
    times: LandingTimes, arrival_t_s: FloatArray, wishes: Wishes
) -> NDArray[np.int64]:
    """Return the sample of the first good landing after each arrival; -1 where there is none.

    Parameters
    ----------
    times
        See `landing_times`.
    arrival_t_s
        In lunar orbit, TDB seconds past J2000, shape (n,).
    wishes
        For the stay in orbit.

    Returns
    -------
    ndarray of shape (n,)
    """
    good_t_s = times.t_s[times.good]
    place = np.searchsorted(good_t_s, arrival_t_s + wishes.least_stay_s)
    there = place < len(good_t_s)
    landing_t_s = np.full(len(arrival_t_s), np.inf)
    landing_t_s[there] = good_t_s[place[there]]
    soon = landing_t_s <= arrival_t_s + wishes.most_stay_s
    samples = np.full(len(arrival_t_s), -1, dtype=np.int64)
    samples[soon] = np.flatnonzero(times.good)[place[soon]]
    return samples


@dataclass(frozen=True, slots=True, eq=False)
class Flights:
    """The cheapest flight of every launch opportunity that leads to what is wished.

    Parameters
    ----------
    transfers
        By patched conics, in the order of launch, n of them.
    insertion_m_per_s
        Burn into the lunar orbit, shape (n,).
    landing
        Samples of the landing times, shape (n,); -1 where no landing is wished.
    """

    transfers: Transfers
    insertion_m_per_s: FloatArray
    landing: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.landing)

    @property
    def cost_m_per_s(self) -> FloatArray:
        """Trans-lunar injection and lunar orbit insertion, shape (n,)."""
        return self.transfers.tli_m_per_s + self.insertion_m_per_s


def best_flights(
    transfers: Transfers,
    insertion_m_per_s: FloatArray,
    allowed: BoolArray,
    landing: NDArray[np.int64] | None = None,
) -> Flights:
    """Choose the flight time of every launch opportunity: the one of the least burns.

    Parameters
    ----------
    transfers
        See `moonstead.orbits.transfer.find_transfers`.
    insertion_m_per_s
        Of each, shape (n,).
    allowed
        Which lead to what is wished, shape (n,).
    landing
        See `first_good_landing`; None where no landing is wished.

    Returns
    -------
    Flights
        May be empty.
    """
    rows = np.flatnonzero(allowed)
    cost = transfers.tli_m_per_s[rows] + insertion_m_per_s[rows]
    order = np.lexsort((cost, transfers.opportunity[rows]))
    _, first = np.unique(transfers.opportunity[rows][order], return_index=True)
    best = rows[order[first]]
    best = best[np.argsort(transfers.launch_t_s[best], kind="stable")]
    samples = np.full(len(best), -1, dtype=np.int64) if landing is None else landing[best]
    return Flights(transfers.chosen(best), insertion_m_per_s[best], samples)


def what_binds(times: LandingTimes, wishes: Wishes, first_t_s: float, last_t_s: float) -> str:
    """Say why nothing is good in a span of landings.

    Parameters
    ----------
    times, wishes
        See `landing_times`.
    first_t_s, last_t_s
        The span, TDB seconds past J2000.

    Returns
    -------
    str
        The condition that binds, in a few words.
    """
    span = (times.t_s >= first_t_s) & (times.t_s <= last_t_s)
    if not span.any():
        return "no landing in the span"
    if not times.light_good[span].any():
        longest_days = float(times.light_s[span].max()) / DAY_S
        wished = f"{wishes.light_s / DAY_S:g} d are wished"
        return f"light lasts {longest_days:.1f} d at most, {wished}; bridge a darkness or ask less"
    if not times.earth_good[span].any():
        longest_days = float(times.earth_s[span].max()) / DAY_S
        wished = f"{wishes.earth_s / DAY_S:g} d are wished"
        return f"Earth stays {longest_days:.1f} d at most, {wished}; ask less, or bring a relay"
    if not times.good[span].any():
        return "light and Earth are long enough, but never at the same time"
    return "landings would be good, but no launch comes within the stay in orbit"
