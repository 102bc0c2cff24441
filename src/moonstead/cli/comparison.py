"""How two runs compare, in lines for a person."""

from collections.abc import Sequence
from typing import Any

from moonstead.record.compare.runs import RunComparison, TableComparison
from moonstead.record.compare.series import SeriesComparison
from moonstead.record.compare.trees import Difference
from moonstead.record.directory import RunDirectory

_MOST = 15
_LONGEST = 60
_HEX = 64


def comparison_lines(
    a: RunDirectory, b: RunDirectory, found: RunComparison, *, show_all: bool
) -> list[str]:
    """Return how two runs compare.

    Parameters
    ----------
    a, b
        The runs.
    found
        What differs.
    show_all
        Whether to list every difference, or only the weightiest.
    """
    most = 10**9 if show_all else _MOST
    lines = [_about("A", a), _about("B", b), ""]
    if found.is_equal:
        return [*lines, "Equal: the same was put in, and the same came out."]
    return [
        *lines,
        *_inputs(found.inputs, most),
        *_results(found, most),
        *_series(found.series, most),
        *[line for table in found.tables for line in _table(table)],
    ]


def _about(letter: str, run: RunDirectory) -> str:
    about, survival = run.provenance(), run.summary()["survival"]
    verdict = "survives" if survival["survives"] else "does NOT survive"
    lost = survival["elements_lost"]
    return (
        f"{letter}  {run.path}: {about['scenario_name']}, {about['start_utc']} to "
        f"{about['end_utc']}, seed {about['seed']}: {verdict}"
        + (f"; lost {', '.join(lost)}" if lost else "")
    )


def _inputs(found: Sequence[Difference], most: int) -> list[str]:
    if not found:
        return ["INPUTS  all equal", ""]
    rows = [(d.place, _change(d.a, d.b)) for d in found[:most]]
    return [f"INPUTS  {_differ(len(found))}", *_columns(rows), *_more(len(found), most), ""]


def _results(found: RunComparison, most: int) -> list[str]:
    results = found.results
    if not results:
        return ["RESULTS  all equal", ""]
    rows = []
    for d in results[:most]:
        relative = ""
        if d.relative is not None and d.change is not None:
            relative = f"{d.change:+.4g}"
            if d.a:
                relative += f"  ({_percent(d.change / abs(d.a))})"
        rows.append((d.place, _change(d.a, d.b), relative))
    return [f"RESULTS  {_differ(len(results))}", *_columns(rows), *_more(len(results), most), ""]


def _series(found: SeriesComparison, most: int) -> list[str]:
    if found.why_not:
        return [f"SERIES  not compared: {found.why_not}", ""]
    lines = ["SERIES  all equal"]
    if found.differences:
        first = min(d.first_utc for d in found.differences)
        lines = [f"SERIES  {len(found.differences)} of {found.compared} differ, first {first}"]
        heads = ("", "largest difference", "at", "A -> B there", "first differs")
        rows = [
            (d.name, _amount(d.largest, d.unit), d.at_utc, _change(d.a, d.b), d.first_utc)
            for d in found.differences[:most]
        ]
        lines += [*_columns([heads, *rows]), *_more(len(found.differences), most)]
    for letter, names in (("A", found.only_a), ("B", found.only_b)):
        if names:
            shown = ", ".join(names[:most])
            more = f" and {len(names) - most} more" if len(names) > most else ""
            lines.append(f"  only in {letter}: {shown}{more}")
    return [*lines, ""]


def _table(found: TableComparison) -> list[str]:
    name = found.name.upper()
    if not found.first_utc:
        return [f"{name}  all {found.rows_a} rows equal"]
    return [
        f"{name}  {found.rows_a} rows and {found.rows_b}; they part {found.first_utc}",
        f"  A: {found.first_a or 'nothing more'}",
        f"  B: {found.first_b or 'nothing more'}",
    ]


def _change(a: Any, b: Any) -> str:
    if a is None:
        return f"only in B{_what(b)}"
    if b is None:
        return f"only in A{_what(a)}"
    return f"{_value(a)} -> {_value(b)}"


def _what(value: Any) -> str:
    if isinstance(value, dict):
        return f": {value['type']}" if "type" in value else ""
    return f": {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ", ".join(_value(item) for item in value) or "none"
    text = str(value)
    if len(text) == _HEX and " " not in text:
        return f"{text[:10]}..."
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _amount(value: float, unit: str) -> str:
    return f"{value:.4g}" if unit == "1" else f"{value:.4g} {unit}"


def _percent(share: float) -> str:
    return f"{100.0 * share:+.2g} %" if abs(share) < 10.0 else f"{1.0 + share:.3g} times"


def _differ(count: int) -> str:
    return "1 differs" if count == 1 else f"{count} differ"


def _more(count: int, most: int) -> list[str]:
    return [f"  and {count - most} more; --all lists them"] if count > most else []


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        ("  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]
