"""The least store that gets a station through a span, exactly, by looking from its end back.

Going back in time, the energy that must be in the store before a step is what must be in it after
the step, plus what the step takes out or less what it puts in, and never below zero. The most that
must ever be in it is the least capacity: with that much, a store that begins full always holds at
least what it must. No smaller one does, so that this is no search.
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import NDArray

from moonstead.compiled import compiled, compiled_parallel
from moonstead.sizing.technology import StoreTechnology

FloatArray = NDArray[np.float64]

AREAS = np.geomspace(1e-5, 10.0, 640)
"""Array areas per watt of load (m2) at which needs are tabulated: 2 % apart."""


def least_store_j(
    light_w_per_m2: FloatArray,
    windows: NDArray[np.int64],
    supply: tuple[FloatArray, FloatArray],
    dt_s: float,
    store: StoreTechnology,
) -> FloatArray:
    """Return the least energy that a store must hold, case by case.

    Parameters
    ----------
    light_w_per_m2
        Electric power of a square metre of array, shape (n,).
    windows
        First step and end of the span of every case, shape (c, 2); the store begins full.
    supply
        Of every case, shape (c,): array area that works (m2), and the load that nothing else
        feeds (W).
    dt_s
        Length of a step.
    store
        Its efficiencies count.

    Returns
    -------
    ndarray of shape (c,)
        Joules inside the store; infinite where it would only run down.
    """
    area_m2, lack_w = supply
    leak = math.exp(store.self_discharge_per_s * dt_s)
    efficiencies = (store.charge_efficiency, 1.0 / store.discharge_efficiency, leak)
    needs_j = np.empty(len(windows))
    _all_needs(light_w_per_m2, windows, area_m2, lack_w, dt_s, efficiencies, needs_j)
    return needs_j


@dataclass(frozen=True, slots=True, eq=False)
class NeedTable:
    """Needs by area, for a load of one watt: all else follows, as needs grow with light and load.

    Parameters
    ----------
    areas_m2
        Rising, shape (a,).
    unit_j
        Shape (a, w): need of a load of 1 W in every span.
    """

    areas_m2: FloatArray
    unit_j: FloatArray

    def needs_j(self, area_m2: FloatArray, lack_w: FloatArray) -> FloatArray:
        """Return the needs of stations, shape (k, w), a little high: they are convex in the area.

        Parameters
        ----------
        area_m2, lack_w
            As in `least_store_j`.
        """
        lacks = lack_w > 0.0
        watts = np.where(lacks, lack_w, 1.0)
        wanted = np.clip(area_m2 / watts, 0.0, self.areas_m2[-1])
        right = np.clip(np.searchsorted(self.areas_m2, wanted), 1, len(self.areas_m2) - 1)
        low, high = self.areas_m2[right - 1], self.areas_m2[right]
        share = np.clip((wanted - low) / (high - low), 0.0, 1.0)[:, np.newaxis]
        below, above = self.unit_j[right - 1], self.unit_j[right]
        # Below the first area there is as good as no light; more area never needs more store.
        known = np.isfinite(below) & (wanted >= self.areas_m2[0])[:, np.newaxis]
        mixed = np.full(below.shape, np.inf)
        mixed[known] = (
            (1.0 - share) * np.where(known, below, 0.0) + share * np.where(known, above, 0.0)
        )[known]
        needs: FloatArray = np.where(lacks[:, np.newaxis], watts[:, np.newaxis] * mixed, 0.0)
        return needs


def need_table(
    light_w_per_m2: FloatArray,
    windows: NDArray[np.int64],
    dt_s: float,
    store: StoreTechnology,
) -> NeedTable:
    """Tabulate needs over the area for spans, shape (w, 2); the rest as in `least_store_j`."""
    spans = np.tile(windows, (len(AREAS), 1))
    areas_m2 = np.repeat(AREAS, len(windows))
    unit_j = least_store_j(light_w_per_m2, spans, (areas_m2, np.ones(len(areas_m2))), dt_s, store)
    return NeedTable(AREAS, unit_j.reshape(len(AREAS), len(windows)))


@compiled_parallel
def _all_needs(
    light_w_per_m2: FloatArray,
    windows: NDArray[np.int64],
    area_m2: FloatArray,
    lack_w: FloatArray,
    dt_s: float,
    store: tuple[float, float, float],
    needs: FloatArray,
) -> None:
    for case in prange(needs.size):
        needs[case] = _need_j(
            light_w_per_m2,
            windows[case, 0],
            windows[case, 1],
            area_m2[case],
            lack_w[case],
            dt_s,
            store,
        )


@compiled
def _need_j(
    light_w_per_m2: FloatArray,
    begin: int,
    end: int,
    area_m2: float,
    lack_w: float,
    dt_s: float,
    store: tuple[float, float, float],
) -> float:
    put, take, leak = store
    need_j = 0.0
    most_j = 0.0
    filled = False
    for i in range(end - 1, begin - 1, -1):
        # What leaks is lost at the end of a step: before, there was more in the store.
        need_j *= leak
        most_j = max(most_j, need_j)
        surplus_j = (area_m2 * light_w_per_m2[i] - lack_w) * dt_s
        if surplus_j >= 0.0:
            need_j -= surplus_j * put
        else:
            need_j -= surplus_j * take
        if need_j <= 0.0:
            need_j = 0.0
            filled = True
        most_j = max(most_j, need_j)
    return most_j if filled else np.inf


def within_risk_j(needs_j: FloatArray, risk: float) -> float:
    """Return the least capacity with which at most a share `risk` of all cases fails."""
    ordered = np.sort(needs_j, axis=None)
    allowed = int(risk * ordered.size + 1e-9)
    return float(ordered[ordered.size - 1 - allowed])
