"""The compiler for numeric kernels, in one place.

Kernels take and return arrays in SI units; they know no objects, files or clocks. Fast-math is
off, so that the same inputs give the same bytes. Compiled code is cached beside the source (or in
numba's user cache where that is read-only).

numba calls cached code old only when the kernel's own file changes, and would go on using it when
a kernel or a constant changes that is compiled into it from another file. Here the cache is tied
to all source of the kernel's folder and of the leaves beside this file; kernels take other kernels
and constants from there only.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])
# A private option of numba (see the tests): no run time that counts references to arrays.
_WITHOUT_COUNTING: Any = {"cache": True, "error_model": "numpy", "_nrt": False}


def compiled(function: Function) -> Function:
    """Compile a numeric kernel to machine code, with an on-disk cache."""
    kernel = numba.njit(cache=True, error_model="numpy")(function)
    return cast("Function", _tied_to_sources(kernel, function))


def compiled_without_counting(function: Function) -> Function:
    """Compile a numeric kernel that allocates nothing and returns no array.

    It counts no references: each use of an array of a named tuple would count one up and down,
    which costs more than the few numbers of a time step (measured: ten times the step).
    """
    kernel = numba.njit(**_WITHOUT_COUNTING)(function)
    return cast("Function", _tied_to_sources(kernel, function))


def compiled_beside(function: Function) -> Function:
    """Compile as `compiled_without_counting` a kernel that lets other threads run Python meanwhile.

    What it changes must be its own: nothing keeps two threads from writing to the same array.
    """
    kernel = numba.njit(nogil=True, **_WITHOUT_COUNTING)(function)
    return cast("Function", _tied_to_sources(kernel, function))


def compiled_apart(function: Function) -> Function:
    """Compile as `compiled_without_counting` a kernel no two of whose arrays share memory.

    Told so, the compiler does several neighbours at once without asking whether what it writes to
    one array changes another (measured: a tenth of a time step). Given arrays that share memory
    of which any is written, the results are wrong.
    """
    kernel: Any = numba.njit(**_WITHOUT_COUNTING)(function)
    # Private names of numba: tests/test_compiled.py fails when they change their meaning.
    kernel._compiler._customize_flags = _without_aliases  # noqa: SLF001
    return cast("Function", _tied_to_sources(kernel, function))


def _without_aliases(flags: Any) -> Any:
    flags.noalias = True
    return flags


def compiled_parallel(function: Function) -> Function:
    """Compile a numeric kernel whose ``prange`` loops run on all cores."""
    kernel = numba.njit(cache=True, error_model="numpy", parallel=True)(function)
    return cast("Function", _tied_to_sources(kernel, function))


def inlined(function: Function) -> Function:
    """Compile a part of a kernel into the kernels that call it.

    A call between kernels passes everything that an array is made of; for the small parts of a
    time step that costs as much as their work (measured: a third of the step).
    """
    kernel = numba.njit(cache=True, error_model="numpy", inline="always")(function)
    return cast("Function", _tied_to_sources(kernel, function))


def _tied_to_sources(kernel: Any, function: Callable[..., object]) -> Any:
    # Private names of numba: tests/test_compiled.py fails when they change their meaning.
    cache_file = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    if cache_file is not None:
        folder = Path(function.__code__.co_filename).parent
        cache_file._source_stamp = _fingerprint(folder)  # noqa: SLF001
        cache_file._load_index = _forgiving(cache_file._load_index)  # noqa: SLF001
    return kernel


def _forgiving(load_index: Callable[[], dict[Any, Any]]) -> Callable[[], dict[Any, Any]]:
    """Return a reader that finds nothing where an index cannot be read.

    numba reads all of it before it looks whether it is of this source: types that have moved to
    another file since stop the reading, and nothing that is of any use is lost with it.
    """

    def load() -> dict[Any, Any]:
        try:
            return load_index()
        except Exception:  # noqa: BLE001  unpickling what was written by other code may raise anything
            return {}

    return load


@cache
def _fingerprint(folder: Path) -> str:
    """Return a hash of the source that a kernel in a folder can be made of."""
    digest = sha256()
    for place in (folder, Path(__file__).parent):
        for path in sorted(place.glob("*.py")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
