"""What can be said of survival from so many missions, and how surely."""

from collections.abc import Sequence
from dataclasses import dataclass
from warnings import catch_warnings, simplefilter

import numpy as np
from scipy.stats import CensoredData, binomtest, ecdf

from moonstead.contracts import FloatArray

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Chance:
    """A probability from counts, with the exact interval of Clopper and Pearson (1934)."""

    missions: int
    lost: int
    estimate: float
    low: float
    high: float
    """Two-sided interval."""
    at_least: float
    """One-sided lower bound: 299 missions without a loss say 0.99."""


def chance_of_no_loss(missions: int, lost: int) -> Chance:
    """Return how probable it is that a mission is not lost.

    Parameters
    ----------
    missions, lost
        How many were flown, at least one, and how many of them were lost.
    """
    kept = missions - lost
    both = binomtest(kept, missions).proportion_ci(CONFIDENCE, method="exact")
    one = binomtest(kept, missions, alternative="greater").proportion_ci(CONFIDENCE, method="exact")
    return Chance(
        missions=missions,
        lost=lost,
        estimate=kept / missions,
        low=float(both.low),
        high=float(both.high),
        at_least=float(one.low),
    )


def missions_for(chance: float) -> int:
    """Return how many missions without a loss say, one-sided at 95 %, that it is at least this."""
    return int(np.ceil(np.log(1.0 - CONFIDENCE) / np.log(chance) - 1e-9))


@dataclass(frozen=True, slots=True)
class Curve:
    """The product-limit estimate of Kaplan and Meier (1958); arrays of shape (n,)."""

    years: FloatArray
    """From 0 to the end of the missions; the curve steps at these."""
    kept: FloatArray
    low: FloatArray
    high: FloatArray
    """Pointwise interval (Greenwood, on the scale of log-log)."""


def survival_curve(lost_years: Sequence[float], kept_years: Sequence[float]) -> Curve:
    """Return the share of missions that are not lost, over time.

    Parameters
    ----------
    lost_years, kept_years
        When missions were lost, and how long those that were not have been flown.
    """
    end = max((*lost_years, *kept_years))
    if not lost_years:
        ones = np.ones(2)
        low = chance_of_no_loss(len(kept_years), 0).low
        return Curve(np.array([0.0, end]), ones, np.full(2, low), ones)
    sample = CensoredData(uncensored=list(lost_years), right=list(kept_years))
    found = ecdf(sample).sf
    with np.errstate(divide="ignore", invalid="ignore"), catch_warnings():
        # Where nobody is left there is no interval; it is all of it there, see below.
        simplefilter("ignore", RuntimeWarning)
        band = found.confidence_interval(CONFIDENCE, method="log-log")
    years = np.concatenate([[0.0], found.quantiles, [end]])

    def drawn(values: FloatArray, unknown: float) -> FloatArray:
        stepped = np.concatenate([[1.0], values, values[-1:]])
        return np.asarray(np.nan_to_num(stepped, nan=unknown), dtype=np.float64)

    return Curve(
        years,
        drawn(found.probabilities, 0.0),
        drawn(band.low.probabilities, 0.0),
        drawn(band.high.probabilities, 1.0),
    )
