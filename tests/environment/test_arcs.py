"""Arc functions of arithmetic alone against the standard library's."""

import numpy as np

from moonstead.arcs import arcsine, arctangent
from moonstead.compiled import compiled


@compiled
def arctangents(values: np.ndarray, out: np.ndarray) -> None:
    for i in range(len(values)):
        out[i] = arctangent(values[i])


@compiled
def arcsines(values: np.ndarray, out: np.ndarray) -> None:
    for i in range(len(values)):
        out[i] = arcsine(values[i])


def test_arctangent_within_its_stated_error() -> None:
    t = np.concatenate([np.linspace(-3.0, 3.0, 200_001), np.geomspace(1e-6, 1e9, 5001)])
    t = np.concatenate([t, -t]).astype(np.float32)
    found = np.empty_like(t)
    arctangents(t, found)
    assert np.abs(found - np.arctan(t.astype(np.float64))).max() < 2e-7


def test_arcsine_within_its_stated_error() -> None:
    x = np.linspace(-1.0, 1.0, 400_001).astype(np.float32)
    found = np.empty_like(x)
    arcsines(x, found)
    inner = np.abs(x) < 1.0 - 1e-6
    error = np.abs(found - np.arcsin(x.astype(np.float64)))
    assert error[inner].max() < 5e-7
    assert error.max() < 2e-6  # at plus and minus one the cosine is kept from zero
