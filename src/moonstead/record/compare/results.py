"""Which results of two runs differ, the weightiest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moonstead.record.compare.trees import Difference, differences
from moonstead.record.directory import RunDirectory

_REPEATED = (
    *("scenario", "title", "site", "elements", "partners", "ground_stations"),
    "balances",
)
"""Parts of a summary that repeat inputs or, as sums, other results; ``balances_close`` does not."""
_FIRST = "survival."


@dataclass(frozen=True, slots=True)
class ResultDifference:
    """One result that differs."""

    place: str
    a: Any
    b: Any
    change: float | None
    """``b - a`` where both are numbers."""
    relative: float | None
    """Size of the change as a share of the greater of both."""
    weight: float
    """Size of the change as a share of the greatest value of its kind in either run."""


def result_differences(
    a: RunDirectory, b: RunDirectory, tolerance: float
) -> tuple[ResultDifference, ...]:
    """Return what differs in the summaries of two runs.

    First what is no number (a verdict, a list of the lost), then the numbers of survival, then the
    others, both by weight, then what only one of the runs has.

    Parameters
    ----------
    a, b
        Complete runs.
    tolerance
        Numbers that differ by no more than this share of the greater count as equal.

    Raises
    ------
    RecordError
        A run is not complete, or its summary is damaged.
    """
    summaries = [
        {key: value for key, value in run.summary().items() if key not in _REPEATED}
        for run in (a, b)
    ]
    greatest: dict[str, float] = {}
    for summary in summaries:
        for name, number in _numbers("", summary):
            greatest[name] = max(greatest.get(name, 0.0), abs(number))

    def same(_name: str, x: Any, y: Any) -> bool:
        if _is_number(x) and _is_number(y):
            return bool(abs(x - y) <= tolerance * max(abs(x), abs(y)))
        return bool(x == y)

    found = [_weighed(d, greatest) for d in differences(summaries[0], summaries[1], same)]
    return tuple(sorted(found, key=_order))


def _weighed(found: Difference, greatest: dict[str, float]) -> ResultDifference:
    a, b = found.a, found.b
    if not (_is_number(a) and _is_number(b)):
        return ResultDifference(found.place, a, b, None, None, 0.0)
    change = float(b - a)
    greater = max(abs(a), abs(b))
    scale = greatest.get(found.place.rpartition(".")[2], greater)
    return ResultDifference(found.place, a, b, change, abs(change) / greater, abs(change) / scale)


def _order(found: ResultDifference) -> tuple[int, float, str]:
    if found.change is not None:
        return 1 if found.place.startswith(_FIRST) else 2, -found.weight, found.place
    return (3 if found.a is None or found.b is None else 0), 0.0, found.place


def _numbers(name: str, value: Any) -> Iterator[tuple[str, float]]:
    """Yield every number of a document with the last word of its place."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(name, inner)
    elif _is_number(value):
        yield name, float(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
