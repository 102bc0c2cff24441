"""The algebra of sets of time, against counting on a grid."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from moonstead.comms.intervals import (
    complement,
    duration_s,
    intersection,
    longest_s,
    union,
)

SETS = st.lists(st.integers(0, 40), min_size=0, max_size=12, unique=True).map(
    lambda ends: np.array(sorted(ends)[: len(ends) // 2 * 2], dtype=np.float64).reshape(-1, 2)
)
MIDDLES = np.arange(0.5, 40.0)


def inside(times: np.ndarray) -> np.ndarray:
    return np.any((times[:, :1] < MIDDLES) & (times[:, 1:] > MIDDLES), axis=0)


@given(SETS, SETS, SETS)
def test_each_operation_is_that_of_logic(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    assert np.array_equal(inside(union(a, b, c)), inside(a) | inside(b) | inside(c))
    assert np.array_equal(inside(intersection(a, b, c)), inside(a) & inside(b) & inside(c))
    assert np.array_equal(inside(complement(a, 0.0, 40.0)), ~inside(a))
    for made in (union(a, b, c), intersection(a, b), complement(a, 5.0, 30.0)):
        assert np.all(np.diff(made.ravel()) > 0.0)
        assert duration_s(made) == np.count_nonzero(inside(made))


@given(SETS, SETS)
def test_de_morgan(a: np.ndarray, b: np.ndarray) -> None:
    outside = union(complement(a, 0.0, 40.0), complement(b, 0.0, 40.0))
    assert np.array_equal(complement(intersection(a, b), 0.0, 40.0), outside)


def test_nothing_and_what_touches() -> None:
    nothing = np.empty((0, 2))
    assert union(nothing, nothing).shape == intersection(nothing).shape == (0, 2)
    assert longest_s(nothing) == duration_s(nothing) == 0.0
    touching = union(np.array([[0.0, 1.0]]), np.array([[1.0, 3.0]]))
    assert touching.tolist() == [[0.0, 3.0]]
    assert longest_s(touching) == 3.0
