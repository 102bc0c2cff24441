"""Pieces: the fragments of a bundle that was cut, the copies of a critical one, or the whole."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Every piece of every bundle, those of one together in the order in which they were made.

    Fragments of a bundle have its size together; each copy has the size of the bundle.

    Parameters
    ----------
    bundle
        Whose piece it is, in the order in which bundles were given, shape (m,).
    size_bit
        Its size, shape (m,).
    arrival_t_s
        At the destination, TDB seconds past J2000; infinity where it does not arrive, shape (m,).
    hops
        Number of contacts of its path, shape (m,).
    contacts
        Its path as rows of the plan, the rest -1, shape (m, most hops).
    """

    bundle: IntArray = field(repr=False)
    size_bit: FloatArray = field(repr=False)
    arrival_t_s: FloatArray = field(repr=False)
    hops: IntArray = field(repr=False)
    contacts: IntArray = field(repr=False)
