"""The uneven field of the Moon as spherical harmonics, from a packaged table or from a file.

The packaged table is GRGM1200A (Lemoine et al. 2014, Geophys. Res. Lett. 41, 3382,
doi:10.1002/2014GL060027; PDS product GGGRX_1200A) to degree 12, in the principal axes of the Moon.
Its axes are those of DE430; the orientation here is that of DE440, which differs by about
0.1 arcsecond: a tenth of a metre at the ground.
"""

import csv
import gzip
import io
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import InputError, Problem

FloatArray = NDArray[np.float64]

GRGM1200A_GM_M3_PER_S2 = 4902.8001224453001e9
GRGM1200A_RADIUS_M = 1738.0e3
_LOW_TABLE = "gravity_low.csv"
_MOST_BYTES = 400_000_000  # degree 1200 as text is 80 MB


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GravityField:
    """Coefficients of a field, normalised so that the mean square of each harmonic is one (4 pi).

    Parameters
    ----------
    name
        Of the model.
    gm_m3_per_s2
        Mass of the Moon times the constant of gravity.
    radius_m
        The reference radius of the coefficients.
    cosine, sine
        Shape (N + 1, N + 1), first index degree, second order; ``cosine[0, 0]`` is 1.
    """

    name: str
    gm_m3_per_s2: float
    radius_m: float
    cosine: FloatArray = field(repr=False)
    sine: FloatArray = field(repr=False)

    @property
    def degree(self) -> int:
        """Highest degree of the table."""
        return len(self.cosine) - 1


@cache
def low_field() -> GravityField:
    """Return the packaged table: GRGM1200A to degree 12."""
    source = files("moonstead.orbits") / _LOW_TABLE
    return _field_of_rows(_csv_rows(_LOW_TABLE, source.read_text(encoding="utf-8")), _LOW_TABLE)


def read_field(path: Path) -> GravityField:
    """Read a field of higher degree.

    Parameters
    ----------
    path
        Comma-separated rows ``n,m,C,S`` (lines with ``#`` are remarks; GM and radius are those of
        GRGM1200A), or a table of PDS in the SHADR form (``.tab``: a first row with radius and GM
        in km, then rows n, m, C, S and deviations). Either may be gzipped (``.gz``).

    Returns
    -------
    GravityField
        As far as every degree is complete; a row that is missing is a mistake.

    Raises
    ------
    InputError
        With the file, the line and the reason.
    """
    text = _text_of(path)
    name = path.name.removesuffix(".gz")
    if name.lower().endswith((".tab", ".sha")):
        return _shadr_field(str(path), text)
    return _field_of_rows(_csv_rows(str(path), text), str(path))


def _text_of(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(raw)) as packed:
                raw = packed.read(_MOST_BYTES)
        return raw.decode("ascii")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        remedy = f"cannot be read as a gravity field ({error})"
        raise InputError(Problem(str(path), "", "", remedy)) from error


Row = tuple[int, int, float, float]


def _csv_rows(file: str, text: str) -> list[Row]:
    rows = []
    for number, line in enumerate(csv.reader(text.splitlines()), start=1):
        if line and not line[0].lstrip().startswith("#"):
            rows.append(_row(file, number, line))
    return rows


def _shadr_field(file: str, text: str) -> GravityField:
    lines = text.splitlines()
    header = lines[0].replace("D", "E").split(",") if lines else []
    try:
        radius_km, gm_km3_per_s2 = float(header[0]), float(header[1])
        normalised = int(header[5])
    except (IndexError, ValueError):
        remedy = "must begin with radius in km, GM in km3/s2, ..., as PDS's SHADR tables do"
        raise InputError(Problem(file, "line 1", ",".join(header)[:60], remedy)) from None
    if normalised != 1 or not (1e3 < radius_km < 3e3 and 4.8e3 < gm_km3_per_s2 < 5e3):
        remedy = "must be a normalised field (1) of the Moon, in km and km3/s2"
        raise InputError(Problem(file, "line 1", ",".join(header)[:60], remedy))
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            rows.append(_row(file, number, line.replace("D", "E").split(",")))
    return _field_of_rows(rows, file, gm_km3_per_s2 * 1e9, radius_km * 1e3)


def _row(file: str, number: int, words: list[str]) -> Row:
    try:
        row = (int(words[0]), int(words[1]), float(words[2]), float(words[3]))
    except (IndexError, ValueError):
        remedy = "must be degree, order, C, S"
        raise InputError(Problem(file, f"line {number}", ",".join(words)[:60], remedy)) from None
    if not 0 <= row[1] <= row[0] <= 3000 or not np.isfinite(row[2:]).all():
        remedy = "the order must be from 0 to the degree, and C and S finite"
        raise InputError(Problem(file, f"line {number}", ",".join(words)[:60], remedy))
    if row[0] > 1 and max(abs(row[2]), abs(row[3])) > 1e-3:
        remedy = "too large for a normalised coefficient of the Moon"
        raise InputError(Problem(file, f"line {number}", ",".join(words)[:60], remedy))
    return row


def _field_of_rows(
    rows: list[Row],
    file: str,
    gm_m3_per_s2: float = GRGM1200A_GM_M3_PER_S2,
    radius_m: float = GRGM1200A_RADIUS_M,
) -> GravityField:
    degree = max((row[0] for row in rows), default=0)
    cosine, sine = np.zeros((2, degree + 1, degree + 1))
    missing = np.tri(degree + 1, dtype=bool)
    missing[:2] = False  # degree 0 is GM, degree 1 nothing: the origin is the centre of mass
    for n, m, c, s in rows:
        cosine[n, m], sine[n, m] = c, s
        missing[n, m] = False
    if degree < 2:
        raise InputError(Problem(file, "", "", "holds no degree 2; is it a gravity field?"))
    if missing.any():
        n, m = np.argwhere(missing)[0]
        remedy = "missing; each degree needs all its orders"
        raise InputError(Problem(file, f"degree {n}, order {m}", "", remedy))
    cosine[0, 0] = 1.0
    cosine.setflags(write=False)
    sine.setflags(write=False)
    return GravityField(
        name=Path(file).name,
        gm_m3_per_s2=gm_m3_per_s2,
        radius_m=radius_m,
        cosine=cosine,
        sine=sine,
    )
