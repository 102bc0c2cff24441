"""Two runs beside each other: what was put in, and what came out."""

from dataclasses import dataclass
from typing import Any

from moonstead.errors import RecordError
from moonstead.record.compare.inputs import input_differences
from moonstead.record.compare.results import ResultDifference, result_differences
from moonstead.record.compare.series import SeriesComparison, compare_series
from moonstead.record.compare.trees import Difference
from moonstead.record.directory import RunDirectory
from moonstead.record.layout import Layout

_PROVENANCE = ("scenario", "scenario_name", "start_utc", "end_utc", "seed")
_EVENT = ("t_s", "origin", "kind", "subject")
_PLAN = ("t_s", "activity", "experiment", "start_t_s", "end_t_s", "status", "reason")


@dataclass(frozen=True, slots=True)
class TableComparison:
    """How a table of what happened compares."""

    name: str
    rows_a: int
    rows_b: int
    first_utc: str
    """When the first row that differs was written; empty where none does."""
    first_a: str
    """That row in words; empty where the run has none."""
    first_b: str


@dataclass(frozen=True, slots=True)
class RunComparison:
    """How two runs compare."""

    inputs: tuple[Difference, ...]
    results: tuple[ResultDifference, ...]
    series: SeriesComparison
    tables: tuple[TableComparison, ...]

    @property
    def is_equal(self) -> bool:
        """Whether the same was put in and the same came out."""
        series = self.series
        return not (
            self.inputs
            or self.results
            or series.differences
            or series.only_a
            or series.only_b
            or series.why_not
            or any(table.first_utc for table in self.tables)
        )


def compare_runs(a: RunDirectory, b: RunDirectory, tolerance: float = 0.0) -> RunComparison:
    """Compare two complete runs.

    Parameters
    ----------
    a, b
        Their directories.
    tolerance
        Numbers that differ by no more than this share of the greater count as equal.

    Raises
    ------
    RecordError
        One is no run, not complete, or damaged.
    """
    for run in (a, b):
        _demand(run)
    readers = (a.series(), b.series())
    layout = readers[0].layout
    return RunComparison(
        inputs=input_differences(a, b),
        results=result_differences(a, b, tolerance),
        series=compare_series(*readers, tolerance),
        tables=(
            _compare_rows("events", _EVENT, a.events(), b.events(), layout),
            _compare_rows("plan", _PLAN, a.plan(), b.plan(), layout),
        ),
    )


def _compare_rows(
    name: str,
    keys: tuple[str, ...],
    a: list[dict[str, Any]],
    b: list[dict[str, Any]],
    layout: Layout,
) -> TableComparison:
    """Find the first row that differs; numbers in the texts of events are told by the results."""
    alike = 0
    while alike < min(len(a), len(b)) and all(a[alike][key] == b[alike][key] for key in keys):
        alike += 1
    rows = [table[alike] if alike < len(table) else None for table in (a, b)]
    times = [row["t_s"] for row in rows if row is not None]
    return TableComparison(
        name=name,
        rows_a=len(a),
        rows_b=len(b),
        first_utc=layout.utc(min(times)) if times else "",
        first_a=_in_words(rows[0], layout),
        first_b=_in_words(rows[1], layout),
    )


def _in_words(row: dict[str, Any] | None, layout: Layout) -> str:
    if row is None:
        return ""
    if "text" in row:
        return str(row["text"])
    reason = f" ({row['reason']})" if row["reason"] else ""
    span = " to ".join(layout.utc(row[key]) for key in ("start_t_s", "end_t_s"))
    return f"{row['activity'] or row['experiment']} {row['status']}{reason}, {span}"


def _demand(run: RunDirectory) -> None:
    """Make sure that a run is complete and says what it is."""
    for file, found, keys in (
        ("provenance.json", run.provenance(), _PROVENANCE),
        ("summary.json", run.summary(), ("survival",)),
        ("summary.json", run.summary().get("survival"), ("survives", "elements_lost")),
    ):
        missing = [key for key in keys if not isinstance(found, dict) or key not in found]
        if missing:
            raise RecordError(
                f"{run.path / file}: has no {', '.join(missing)}; written by another version, or "
                "damaged: run the scenario again into a new folder"
            )
