"""Rounding of recorded values, so that they compress: noise in the last bits does not."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float32Array = NDArray[np.float32]

KEPT_BITS = 20
"""Of the 23 bits after the leading one of a single-precision number."""
RELATIVE_ERROR = 2.0 ** -(KEPT_BITS + 1) + 2.0**-24
"""Largest error of a recorded value, as a share of it: half a millionth; above 1.2e-38."""

_DROPPED = 23 - KEPT_BITS
_HALF = np.uint32((1 << (_DROPPED - 1)) - 1)
_MASK = np.uint32((0xFFFFFFFF << _DROPPED) & 0xFFFFFFFF)


def rounded(values: ArrayLike) -> Float32Array:
    """Round to the nearest number of so many bits, a tie to the even one.

    Whole numbers to two million stay as they are, and so do infinities and what is no number.

    Parameters
    ----------
    values
        Of any shape.

    Returns
    -------
    numpy.ndarray
        Single precision, same shape.
    """
    single = np.ascontiguousarray(values, dtype=np.float32)
    bits = single.view(np.uint32)
    odd = (bits >> np.uint32(_DROPPED)) & np.uint32(1)
    near = ((bits + (_HALF + odd)) & _MASK).view(np.float32)
    finite = np.isfinite(single)
    return near if finite.all() else np.where(finite, near, single)
