"""Detectors: many channels watched at once, each row one monitoring definition (PUS-C ST[12]).

A row looks at one number per tick, such as a reading, or a reading less what the onboard model
expects (a residual), and counts how often in a row it looks wrong. Rows that work on residuals
whiten them first: sensor noise and model errors are correlated from tick to tick, and a cumulative
sum of correlated numbers raises thousands of false alarms a year where it would raise none
(Moonstead's own measurement; see ``tests/autonomy/test_detectors.py``).

The correlation is learned as it goes: running moments of the residual, first order autoregression,
updated only while the row sees nothing wrong, so that a fault is not learned as normal.

Sources: limit, delta and expected value checks with repetition: ECSS-E-ST-70-41C, service 12
(recall). Cumulative sum: Page 1954, Biometrika 41, 100. Whitening by an autoregressive model of
order 1 before charting: Alwan and Roberts 1988, J. Bus. Econ. Stat. 6, 87 (recall).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled_without_counting
from moonstead.contracts import BoolArray, FloatArray

IndexArray = NDArray[np.int64]

LIMIT, DELTA, SHIFT, SPREAD, FROZEN = 0, 1, 2, 3, 4
"""What a row does with its number: outside low and high; a change beyond them from the tick before;
a cumulative sum of the whitened residual up or down; the same of its square; no change at all."""

LEAST_SAMPLES = 200
"""A residual is judged only after so many samples of it."""
MEMORY_SAMPLES = 4000
"""The running moments forget with this time constant."""
WORST_CORRELATION = 0.98
"""Of neighbouring samples; a residual that is slower than this is judged as if it had this."""
OUTLIER_SIGMA = 4.0
"""A whitened residual beyond this is not learned from."""


class Rows(NamedTuple):
    """Monitoring definitions; arrays of shape (n_rows,)."""

    kind: IndexArray
    low: FloatArray
    """LIMIT, DELTA: lowest value that is right."""
    high: FloatArray
    repeat: IndexArray
    """LIMIT, DELTA, FROZEN: so many ticks one after the other raise the alarm."""
    slack: FloatArray
    """SHIFT, SPREAD: what is taken from each whitened number, in standard deviations (k). A step of
    d standard deviations shows in numbers whitened with correlation r as d sqrt((1 - r) / (1 + r)):
    half of that finds it soonest."""
    threshold: FloatArray
    """SHIFT, SPREAD: sum that raises the alarm (h); one false alarm in exp(2 k h) / (2 k^2) samples
    (Siegmund 1985, without his correction for the step)."""
    least_sigma: FloatArray
    """SHIFT, SPREAD: the residual is taken to scatter at least so much, in its own unit."""


class Memory(NamedTuple):
    """What the detectors remember; arrays of shape (n_rows,), changed in place."""

    wrong: IndexArray
    """Wrong ticks one after the other."""
    last: FloatArray
    """Number of the tick before; NaN where there was none."""
    up: FloatArray
    """Cumulative sums."""
    down: FloatArray
    samples: FloatArray
    mean: FloatArray
    variance: FloatArray
    covariance: FloatArray
    """With the number of the tick before."""
    alarm: BoolArray


def new_memory(n_rows: int) -> Memory:
    """Return the memory of detectors that have seen nothing."""
    return Memory(
        wrong=np.zeros(n_rows, dtype=np.int64),
        last=np.full(n_rows, np.nan),
        up=np.zeros(n_rows),
        down=np.zeros(n_rows),
        samples=np.zeros(n_rows),
        mean=np.zeros(n_rows),
        variance=np.zeros(n_rows),
        covariance=np.zeros(n_rows),
        alarm=np.zeros(n_rows, dtype=np.bool_),
    )


@compiled_without_counting
def watch(rows: Rows, memory: Memory, values: FloatArray, allowed: BoolArray) -> None:
    """Take one tick into account: fill ``memory.alarm`` in place.

    Parameters
    ----------
    rows, memory
        Definitions, and what was seen before.
    values
        One number per row, shape (n_rows,); NaN where it is not known at this tick.
    allowed
        Where a row is switched on and its number means something now; an alarm elsewhere is off,
        and what the row has counted is kept.
    """
    for i in range(rows.kind.shape[0]):
        value = values[i]
        if not allowed[i] or not np.isfinite(value):
            memory.alarm[i] = False
            # The next number has no neighbour to be compared with.
            memory.last[i] = np.nan
            continue
        kind = rows.kind[i]
        if kind in (SHIFT, SPREAD):
            _sum_up(rows, memory, i, value)
            continue
        wrong = False
        if kind == LIMIT:
            wrong = value < rows.low[i] or value > rows.high[i]
        elif np.isfinite(memory.last[i]):
            change = value - memory.last[i]
            if kind == DELTA:
                wrong = change < rows.low[i] or change > rows.high[i]
            else:
                wrong = change == 0.0
        memory.last[i] = value
        memory.wrong[i] = memory.wrong[i] + 1 if wrong else 0
        memory.alarm[i] = memory.wrong[i] >= rows.repeat[i]


@compiled_without_counting
def _sum_up(rows: Rows, memory: Memory, i: int, value: float) -> None:
    """Whiten a residual, add it to its sums, and learn from it where it looks right."""
    last = memory.last[i]
    memory.last[i] = value
    mean = memory.mean[i]
    sigma = max(np.sqrt(max(memory.variance[i], 0.0)), rows.least_sigma[i])
    judged = memory.samples[i] >= LEAST_SAMPLES
    white = 0.0
    if sigma > 0.0 and np.isfinite(last):
        phi = min(max(memory.covariance[i] / (sigma * sigma), 0.0), WORST_CORRELATION)
        white = (value - mean - phi * (last - mean)) / (sigma * np.sqrt(1.0 - phi * phi))
    if judged and np.isfinite(last):
        number = white if rows.kind[i] == SHIFT else (white * white - 1.0) / np.sqrt(2.0)
        memory.up[i] = max(memory.up[i] + number - rows.slack[i], 0.0)
        if rows.kind[i] == SHIFT:
            memory.down[i] = max(memory.down[i] - number - rows.slack[i], 0.0)
    memory.alarm[i] = judged and max(memory.up[i], memory.down[i]) > rows.threshold[i]
    quiet = memory.up[i] <= 0.5 * rows.threshold[i] and memory.down[i] <= 0.5 * rows.threshold[i]
    if judged and not (quiet and abs(white) < OUTLIER_SIGMA):
        return
    memory.samples[i] += 1.0
    share = 1.0 / min(memory.samples[i], float(MEMORY_SAMPLES))
    off = value - mean
    memory.mean[i] += share * off
    memory.variance[i] += share * (off * (value - memory.mean[i]) - memory.variance[i])
    if np.isfinite(last):
        product = off * (last - mean)
        memory.covariance[i] += share * (product - memory.covariance[i])
