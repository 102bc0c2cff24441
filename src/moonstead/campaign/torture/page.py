"""The page of a campaign: verdicts in tables, and a picture of the worst seed of each scenario."""

from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from moonstead.campaign.torture.campaign import Row
from moonstead.campaign.torture.timeline import draw_timeline
from moonstead.campaign.torture.verdict import TITLES, span
from moonstead.report.drawing.style import house_style
from moonstead.report.page import style_sheet
from moonstead.version import VERSION

RUN = "run"
"""The name of the point that a run failed which could not be done."""


def torture_page(rows: Sequence[Row], station: str) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    rows
        Of the campaign.
    station
        Title of the base station.
    """
    passed = sum(row.passed for row in rows)
    with house_style():
        told = [_told(row) for row in rows]
    return (
        _environment()
        .get_template("torture.html")
        .render(
            style=Markup(style_sheet()),  # noqa: S704  our own style sheet
            version=VERSION,
            station=station,
            rows=told,
            runs=sum(len(row.judged) for row in rows),
            passed=passed,
            tone="good" if passed == len(rows) else "failed",
            headline=_headline(rows),
            points=_points(rows),
        )
    )


def _headline(rows: Sequence[Row]) -> str:
    lost = [row for row in rows for one in row.judged if "P1" in {p.name for p in one.failed}]
    if lost:
        return f"The station is lost in {len(lost)} runs"
    if all(row.passed for row in rows):
        return "The station comes through everything"
    return "The station survives every run; some scenarios are not handled as they should be"


def points_failed(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Return for each point that failed how many runs of which scenario failed it."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        for one in row.judged:
            for point in one.failed:
                counts = found.setdefault(point.name, {})
                counts[row.staged.name] = counts.get(row.staged.name, 0) + 1
    return dict(sorted(found.items()))


def _points(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "name": name if name in TITLES else "",
            "title": TITLES.get(name, "could not be run"),
            "count": sum(counts.values()),
            "names": ", ".join(counts),
        }
        for name, counts in points_failed(rows).items()
    ]


def cells(row: Row) -> dict[str, str]:
    """Return the figures of a row as texts, for page and terminal."""
    latencies = row.values("latency_s")
    limits = row.staged.limits
    worst = row.worst.verdict
    kept, margins = row.values("kept_fraction"), row.values("least_margin")
    failed = dict.fromkeys(point.name for one in row.judged for point in one.failed)
    return {
        "name": row.staged.name,
        "title": row.staged.title + (" ▲" if limits.may_touch_floor else ""),
        "seeds": f"{sum(one.passed for one in row.judged)} of {len(row.judged)}",
        "told": span(median(latencies)) if latencies else "",
        "within": "" if limits.detect_s is None else span(limits.detect_s),
        "suspect": worst.suspect if worst is not None else "",
        "kept": f"{100 * min(kept):.1f} %" if kept else "",
        "wanted": f"{100 * limits.keep_fraction:.0f} %",
        "margin": f"{100 * min(margins):+.0f} %" if margins else "",
        "failed": " ".join(sorted(failed)),
    }


def _told(row: Row) -> dict[str, Any]:
    worst = row.worst
    return {
        **cells(row),
        "passed": row.passed,
        "text": " ".join(row.staged.case.text.split()),
        "why": [
            f"{point.name} {TITLES.get(point.name, '')}: {point.text}" for point in worst.failed
        ],
        "picture": draw_timeline(worst.run, row.staged.name.lower()) if worst.run else None,
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("moonstead.campaign.torture"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
