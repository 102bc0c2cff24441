"""Spells of a condition, and series made short enough to draw without losing their extremes."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]


class Envelope(NamedTuple):
    """A series in bins: each array has one value a bin."""

    low: FloatArray
    mean: FloatArray
    high: FloatArray


def spells(condition: NDArray[np.bool_]) -> IndexArray:
    """Return where a condition begins and ceases to hold, shape (n_spells, 2), end exclusive.

    Examples
    --------
    >>> spells(np.array([True, False, True, True])).tolist()
    [[0, 1], [2, 4]]
    """
    padded = np.concatenate([[False], condition, [False]])
    return np.flatnonzero(padded[1:] != padded[:-1]).reshape(-1, 2)


def longest(found: IndexArray) -> tuple[int, int]:
    """Return the longest of some spells, the first of equals; an empty one if there are none."""
    if len(found) == 0:
        return 0, 0
    first, end = found[int(np.argmax(found[:, 1] - found[:, 0]))]
    return int(first), int(end)


def bin_edges(first: int, end: int, most: int) -> IndexArray:
    """Return the edges of at most ``most`` bins of nearly equal length over steps [first, end)."""
    count = max(min(most, end - first), 1)
    return np.unique(np.linspace(first, end, count + 1).round().astype(np.intp))


def round_edges(first: int, end: int, per_bin: int) -> IndexArray:
    """Return the edges of bins of so many steps, counted from step 0, over steps [first, end)."""
    inside = np.arange((first // per_bin + 1) * per_bin, end, per_bin, dtype=np.intp)
    return np.concatenate([[first], inside, [end]]).astype(np.intp)


def envelope(values: NDArray[Any], edges: IndexArray) -> Envelope:
    """Return least, mean and greatest of a series in each bin."""
    part = np.asarray(values[edges[0] : edges[-1]], dtype=np.float64)
    starts = edges[:-1] - edges[0]
    return Envelope(
        np.minimum.reduceat(part, starts),
        np.add.reduceat(part, starts) / np.diff(edges),
        np.maximum.reduceat(part, starts),
    )
