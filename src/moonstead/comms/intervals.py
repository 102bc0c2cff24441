"""Sets of time as intervals: shape (n, 2), in order and apart, from start to end."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def union(*sets: FloatArray) -> FloatArray:
    """Return the time that is in any of some sets; what touches is joined, no time is dropped.

    Examples
    --------
    >>> union(np.array([[0.0, 2.0], [5.0, 6.0]]), np.array([[1.0, 3.0]])).tolist()
    [[0.0, 3.0], [5.0, 6.0]]
    """
    return _where_covered(sets, 1)


def intersection(*sets: FloatArray) -> FloatArray:
    """Return the time that is in all of some sets.

    Examples
    --------
    >>> intersection(np.array([[0.0, 4.0]]), np.array([[1.0, 2.0], [3.0, 9.0]])).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    return _where_covered(sets, len(sets))


def complement(times: FloatArray, start_t_s: float, end_t_s: float) -> FloatArray:
    """Return the time of a span that is not in a set.

    Examples
    --------
    >>> complement(np.array([[1.0, 2.0]]), 0.0, 5.0).tolist()
    [[0.0, 1.0], [2.0, 5.0]]
    """
    inside = intersection(times, np.array([[start_t_s, end_t_s]]))
    gaps = np.concatenate([[start_t_s], inside.ravel(), [end_t_s]]).reshape(-1, 2)
    kept: FloatArray = gaps[gaps[:, 1] > gaps[:, 0]]
    return kept


def duration_s(times: FloatArray) -> float:
    """Return how much time is in a set, s."""
    return float(np.sum(times[:, 1] - times[:, 0]))


def longest_s(times: FloatArray) -> float:
    """Return the longest interval of a set, s; 0 where there is none."""
    return float(np.max(times[:, 1] - times[:, 0], initial=0.0))


def _where_covered(sets: tuple[FloatArray, ...], least: int) -> FloatArray:
    """Return the time that is in at least so many of the sets."""
    ends = np.concatenate([np.asarray(times, dtype=np.float64).reshape(-1) for times in sets])
    steps = np.tile([1, -1], len(ends) // 2)
    # Where one interval ends as another begins, the beginning counts first: they are joined.
    order = np.lexsort((-steps, ends))
    depth = np.cumsum(steps[order])
    covered = np.concatenate([[False], depth >= least])
    changes = np.flatnonzero(covered[1:] != covered[:-1])
    found = ends[order][changes].reshape(-1, 2)
    kept: FloatArray = found[found[:, 1] > found[:, 0]]
    return kept
