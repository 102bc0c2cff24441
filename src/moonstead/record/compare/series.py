"""Which series of two runs differ, by how much, and since when: at full resolution."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import RecordError
from moonstead.quantities import quantities
from moonstead.record.excerpts import Excerpt
from moonstead.record.series import SeriesReader

_SLACK_STEPS = 1e-3


@dataclass(frozen=True, slots=True)
class SeriesDifference:
    """One series that differs."""

    name: str
    unit: str
    largest: float
    """Largest difference, in the unit."""
    at_utc: str
    """When, with the values of both runs."""
    a: float
    b: float
    first_utc: str
    """When the runs first differ in it."""
    steps: int
    """How many steps differ."""
    weight: float
    """Largest difference as a share of the greatest value of the quantity in either run."""


@dataclass(frozen=True, slots=True)
class SeriesComparison:
    """How the series of two runs compare."""

    differences: tuple[SeriesDifference, ...]
    """The weightiest first."""
    compared: int
    """How many series both runs have."""
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    why_not: str
    """Why nothing was compared; empty where it was."""


@dataclass(slots=True)
class _Found:
    """What has been found of a series so far."""

    largest: float = 0.0
    at_t_s: float = 0.0
    values: tuple[float, float] = (0.0, 0.0)
    first_t_s: float = 0.0
    steps: int = 0


def compare_series(a: SeriesReader, b: SeriesReader, tolerance: float) -> SeriesComparison:
    """Compare the series that both runs have, over the time that both have.

    Parameters
    ----------
    a, b
        Readers of the runs.
    tolerance
        Values that differ by no more than this share of the greater count as equal.

    Raises
    ------
    RecordError
        A block of a record is missing or damaged.
    """
    common = tuple(name for name in a.layout.columns if name in b.layout.columns)
    only = [
        tuple(name for name in x.layout.columns if name not in y.layout.columns)
        for x, y in ((a, b), (b, a))
    ]
    why_not = _why_not(a, b)
    found: dict[str, _Found] = {}
    greatest: dict[str, float] = {}
    for block in range(0 if why_not else a.layout.n_blocks):
        names = [name for name in common if not _surely_same(a, b, name, block)]
        first, end = a.layout.bounds(block)
        begin_t_s, end_t_s = (a.layout.start_t_s + a.layout.step_s * step for step in (first, end))
        parts = [reader.between(names, begin_t_s, end_t_s) for reader in (a, b)]
        t_s, rows = _overlap(parts[0], parts[1])
        for name in names:
            x, y = (part.values[name][row] for part, row in zip(parts, rows, strict=True))
            _note(found.setdefault(name, _Found()), t_s, x, y, tolerance)
            quantity = name.partition("/")[0]
            most = max(float(np.nanmax(np.abs(v), initial=0.0)) for v in (x, y))
            greatest[quantity] = max(greatest.get(quantity, 0.0), most)
    told = [_told(a, name, held, greatest) for name, held in found.items() if held.steps]
    told.sort(key=lambda difference: (-difference.weight, difference.name))
    return SeriesComparison(tuple(told), len(common), only[0], only[1], why_not)


def _why_not(a: SeriesReader, b: SeriesReader) -> str:
    x, y = a.layout, b.layout
    if x.step_s != y.step_s:
        return f"their steps are of {x.step_s:g} s and {y.step_s:g} s"
    apart = (y.start_t_s - x.start_t_s) / x.step_s
    if abs(apart - round(apart)) > _SLACK_STEPS:
        return "their steps do not end at the same instants"
    if round(apart) >= x.n_steps or round(apart) + y.n_steps <= 0:
        return "they have no time in common"
    return ""


def _surely_same(a: SeriesReader, b: SeriesReader, name: str, block: int) -> bool:
    x, y = a.layout, b.layout
    if (x.start_t_s, x.n_steps, x.block_steps) != (y.start_t_s, y.n_steps, y.block_steps):
        return False
    mark = a.fingerprint(name, block)
    return mark is not None and mark == b.fingerprint(name, block)


def _overlap(a: Excerpt, b: Excerpt) -> tuple[NDArray[Any], tuple[slice, slice]]:
    """Return the times that both have, and where they are in each.

    Raises
    ------
    RecordError
        One has a gap.
    """
    for gap in (*a.gaps, *b.gaps):
        raise RecordError(gap.reason)
    if not len(a.t_s) or not len(b.t_s):
        return a.t_s[:0], (slice(0, 0), slice(0, 0))
    # Both end at the same instants but for rounding; each may begin later or end earlier.
    begin, end = max(a.t_s[0], b.t_s[0]) - 1e-3, min(a.t_s[-1], b.t_s[-1]) + 1e-3
    rows = [slice(*np.searchsorted(part.t_s, [begin, end]).tolist()) for part in (a, b)]
    return a.t_s[rows[0]], (rows[0], rows[1])


def _note(
    found: _Found, t_s: NDArray[Any], x: NDArray[Any], y: NDArray[Any], tolerance: float
) -> None:
    with np.errstate(invalid="ignore"):
        apart = np.abs(x.astype(np.float64) - y)
    apart[(x == y) | (np.isnan(x) & np.isnan(y))] = 0.0
    apart[np.isnan(apart)] = np.inf  # no number where the other run has one
    differ = np.flatnonzero(apart > tolerance * np.fmax(np.abs(x), np.abs(y)))
    if not len(differ):
        return
    if not found.steps:
        found.first_t_s = float(t_s[differ[0]])
    found.steps += len(differ)
    most = int(differ[np.argmax(apart[differ])])
    if apart[most] > found.largest:
        found.largest, found.at_t_s = float(apart[most]), float(t_s[most])
        found.values = (float(x[most]), float(y[most]))


def _told(
    reader: SeriesReader, name: str, found: _Found, greatest: dict[str, float]
) -> SeriesDifference:
    quantity = name.partition("/")[0]
    return SeriesDifference(
        name=name,
        unit=quantities()[quantity].unit,
        largest=found.largest,
        at_utc=reader.layout.utc(found.at_t_s),
        a=found.values[0],
        b=found.values[1],
        first_utc=reader.layout.utc(found.first_t_s),
        steps=found.steps,
        weight=found.largest / greatest[quantity] if np.isfinite(found.largest) else np.inf,
    )
