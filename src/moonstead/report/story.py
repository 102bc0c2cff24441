"""One run as its record tells it: everything the report reads, checked once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import RecordError
from moonstead.record.directory import RunDirectory
from moonstead.record.series import SeriesReader
from moonstead.report import words
from moonstead.report.spells import FloatArray
from moonstead.units import HOUR_S, KWH_J

_YEAR_DAYS = 365.25
_LONG_DAYS = 2 * _YEAR_DAYS
"""A longer run is told in years."""
ALWAYS_TOLD = ("nominal", "trim", "reduced", "survival")
"""Modes that a report tells of also where there was none of them."""
MODES = ("nominal", "trim", "reduced", "survival", "hibernate", "safe")
_SUMMARY = (
    *("scenario", "title", "site", "survival", "energy", "stores", "nodes", "data", "network"),
    *("people", "tanks", "elements", "partners", "ground_stations", "experiments"),
    *("balances", "balances_close"),
)
_PROVENANCE = (
    *("moonstead", "python", "numba", "numpy", "scenario", "scenario_name", "scenario_sha256"),
    *("seed", "start_utc", "end_utc", "step_s", "steps", "kernels", "terrain", "terrain_products"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """A complete run, read from its directory."""

    name: str
    """Of the run directory."""
    provenance: dict[str, Any]
    summary: dict[str, Any]
    events: list[dict[str, Any]]
    plan: list[dict[str, Any]]
    series: SeriesReader
    start: datetime
    start_t_s: float
    step_s: float
    n_steps: int

    def read(self, quantity: str, channel: str | None = None) -> NDArray[Any]:
        """Return a whole series, one value a step.

        Raises
        ------
        RecordError
            It is missing, damaged, of another length, or a block of it was never written.
        """
        values = self.series.read(quantity, channel)
        if values.shape[-1] != self.n_steps:
            raise RecordError(
                f"series {quantity!r} of this run has {values.shape[-1]} steps, not {self.n_steps}"
            )
        if np.isnan(values).any():
            raise RecordError(f"series {quantity!r} of this run has gaps; the record is not whole")
        return values

    def read_part(self, quantity: str, channel: str, first: int, end: int) -> FloatArray:
        """Return one channel over steps [first, end)."""
        return np.asarray(self.read(quantity, channel)[first:end], dtype=np.float64)

    def total(self, quantity: str) -> FloatArray:
        """Return the sum of all channels of a quantity."""
        total = np.zeros(self.n_steps)
        for channel in self.series.channels(quantity):
            total += self.read(quantity, channel)
        return total

    def at(self, step: int) -> datetime:
        """Return the UTC at the beginning of a step."""
        return self.start + timedelta(seconds=step * self.step_s)

    def utc(self, t_s: float) -> datetime:
        """Return the UTC of an epoch of the record, to the second.

        Counted from the start of the run, so a leap second within it shifts what follows by one
        second; the swing of TDB against UTC, 2 ms, is rounded away.
        """
        return self.start + timedelta(seconds=round(t_s - self.start_t_s))

    def step_of(self, t_s: float) -> int:
        """Return the step that an epoch is in, kept within the run."""
        step = int((t_s - self.start_t_s) / self.step_s + 1e-6)
        return min(max(step, 0), self.n_steps - 1)

    def hours(self, steps: float) -> float:
        """Return the hours of a number of steps."""
        return steps * self.step_s / HOUR_S

    def kwh(self, powers_w: NDArray[Any]) -> float:
        """Return the energy of a series of powers, one a step."""
        return float(np.sum(powers_w, dtype=np.float64)) * self.step_s / KWH_J

    @property
    def length_s(self) -> float:
        """Length of the run."""
        return self.n_steps * self.step_s

    @property
    def end(self) -> datetime:
        """UTC at the end of the run."""
        return self.at(self.n_steps)

    @property
    def period(self) -> str:
        """The span of the run in words."""
        days = self.length_s / (24 * HOUR_S)
        if 364.0 <= days <= 367.0:
            return "this year"
        if days > _LONG_DAYS:
            return f"these {words.number(days / _YEAR_DAYS)} years"
        return "this day" if days <= 1.0 else f"these {days:.0f} days"


def read_story(directory: RunDirectory) -> Story:
    """Read a run directory.

    Raises
    ------
    RecordError
        The run is not complete, or its record is damaged or of another version.
    """
    provenance, summary = directory.provenance(), directory.summary()
    _demand(directory, "provenance.json", provenance, _PROVENANCE)
    _demand(directory, "summary.json", summary, _SUMMARY)
    series = directory.series()
    t_s = series.read("t_s")
    n_steps, step_s = int(provenance["steps"]), float(provenance["step_s"])
    if t_s.shape != (n_steps,):
        raise RecordError(f"{directory.path}: the time axis has {len(t_s)} steps, not {n_steps}")
    return Story(
        name=directory.path.resolve().name,
        provenance=provenance,
        summary=summary,
        events=directory.events(),
        plan=directory.plan(),
        series=series,
        start=parse_utc(provenance["start_utc"]),
        start_t_s=float(t_s[0]) - step_s,
        step_s=step_s,
        n_steps=n_steps,
    )


def parse_utc(text: str) -> datetime:
    """Return the instant of an ISO 8601 text of the record."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _demand(directory: RunDirectory, file: str, found: Any, keys: tuple[str, ...]) -> None:
    missing = [key for key in keys if not isinstance(found, dict) or key not in found]
    if missing:
        raise RecordError(
            f"{directory.path / file}: has no {', '.join(missing)}; written by another version, "
            "or damaged: run the scenario again into a new folder"
        )
