"""The compiler for numeric kernels, in one place.

Kernels take and return arrays in SI units; they know no objects, files or clocks. Fast-math is
off, so that the same inputs give the same bytes. Compiled code is cached beside the source (or in
numba's user cache where that is read-only).
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a numeric kernel to machine code, with an on-disk cache."""
    return cast("Function", numba.njit(cache=True, error_model="numpy")(function))


def compiled_parallel(function: Function) -> Function:
    """Compile a numeric kernel whose ``prange`` loops run on all cores."""
    return cast("Function", numba.njit(cache=True, error_model="numpy", parallel=True)(function))
