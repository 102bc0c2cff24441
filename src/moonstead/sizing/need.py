"""The least store that gets a station through a span, exactly, by looking from its end back.

Going back in time, the energy that must be in the store before a step is what must be in it after
the step, plus what the step takes out or less what it puts in, and never below zero. The most that
must ever be in it is the least capacity: with that much, a store that begins full always holds at
least what it must. No smaller one does, so that this is no search.
"""

import math

import numpy as np
from numba import prange
from numpy.typing import NDArray

from moonstead.compiled import compiled, compiled_parallel
from moonstead.sizing.technology import StoreTechnology

FloatArray = NDArray[np.float64]


def least_store_j(
    light_w_per_m2: FloatArray,
    windows: NDArray[np.int64],
    supply: tuple[FloatArray, FloatArray, FloatArray],
    dt_s: float,
    store: StoreTechnology,
) -> FloatArray:
    """Return the least energy that a store must hold, for every station and span.

    Parameters
    ----------
    light_w_per_m2
        Electric power of a square metre of array, shape (n,).
    windows
        First step and end of every span, shape (w, 2); the store is full at the beginning.
    supply
        Of every station, shape (k,): array area that works (m2), reactor power (W), load (W).
    dt_s
        Length of a step.
    store
        Its efficiencies count.

    Returns
    -------
    ndarray of shape (k, w)
        Joules inside the store; infinite where it would only run down.
    """
    area_m2, reactor_w, load_w = supply
    leak = math.exp(store.self_discharge_per_s * dt_s)
    needs = np.empty((len(area_m2), len(windows)))
    _all_needs(
        light_w_per_m2, windows, area_m2, load_w - reactor_w, dt_s,
        (store.charge_efficiency, 1.0 / store.discharge_efficiency, leak), needs,
    )  # fmt: skip
    return needs


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
    n_windows = windows.shape[0]
    for job in prange(needs.size):
        k, w = job // n_windows, job % n_windows
        needs[k, w] = _need_j(
            light_w_per_m2, windows[w, 0], windows[w, 1], area_m2[k], lack_w[k], dt_s, store
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
