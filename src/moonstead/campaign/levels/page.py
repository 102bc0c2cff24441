"""What autonomy is worth when the ground is silent: a picture, tables, and plain values."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from moonstead.campaign.levels.case import Case
from moonstead.campaign.levels.statistics import MEASURES, Cell, Mean
from moonstead.campaign.sheet import html_page, html_picture, html_table, html_text
from moonstead.report.drawing.style import (
    BLUE,
    GREEN,
    ORANGE,
    VERMILLION,
    house_style,
    inline_svg,
    new_figure,
)

_HEIGHT_PX = 360.0
COLOURS = {"E1": VERMILLION, "E2": ORANGE, "E3": BLUE, "E4": GREEN}
MARKERS = {"E1": "o", "E2": "s", "E3": "^", "E4": "D"}
MEANINGS = (
    ("E1", "people start every session, live"),
    ("E2", "a schedule from Earth at fixed times"),
    ("E3", "a schedule from Earth with windows and conditions"),
    ("E4", "plans made aboard"),
)
TITLE = "What autonomy is worth when the ground is silent"
HEADS = (
    "level",
    "contact",
    "science kept",
    "points",
    "sessions",
    "energy (kWh)",
    "downtime (h)",
    "without plan (h)",
    "staff (h)",
    "delivered (Gbit)",
    "lost (Gbit)",
    "survives",
)
NARROW = (0, 1, 2, 4, 6, 8, 11)
"""Columns for a narrow screen."""
METHOD = (
    "Each level is run in the closed loop with the same seeds: the same Sun and Earth, the same "
    "faults, the same noise. Contact is the share of each day in which people on Earth may use the "
    "ways that there are; a way is not always there. Science kept is the points of a seed over "
    "those of the same seed at E4 with contact all day. Intervals are of the mean over seeds, at "
    "95 %, by Student's t: two seeds say little. Downtime is time in a mode in which there is no "
    "science."
)


def levels_page(title: str, days: float, found: Sequence[Cell], chances: str) -> str:
    """Return the page.

    Parameters
    ----------
    title
        Of the station.
    days
        Length of each run.
    found
        All cells.
    chances
        What fails by chance, in words.
    """
    with house_style():
        svg = levels_picture(found)
    seeds = max(cell.seeds for cell in found)
    lead = (
        f"{title}: {days:g} days at each level of autonomy (ECSS-E-ST-70-11C), {seeds} "
        f"{'seed' if seeds == 1 else 'seeds'}; what fails by chance: {chances}."
    )
    sections = [
        ("Science over contact", html_picture(svg, worth(found))),
        ("All measures", html_table(HEADS, table_rows(found), texts=1)),
        ("The levels", html_table(("level", "who says when a session starts"), MEANINGS, texts=2)),
        ("How this was found", html_text(METHOD)),
    ]
    return html_page(TITLE, lead, sections)


def worth(found: Sequence[Cell]) -> str:
    """Return in words what each level keeps at the least and the most contact."""
    least = min(cell.contact for cell in found)
    most = max(cell.contact for cell in found)
    words = []
    for level in sorted({cell.level for cell in found}):
        kept = {cell.contact: cell.kept.value for cell in found if cell.level == level}
        if least in kept and most in kept and least < most:
            words.append(f"{level} {100.0 * kept[least]:.0f} and {100.0 * kept[most]:.0f} %")
    if not words:
        return "Science kept, with its 95 % interval."
    return (
        f"Science kept, with its 95 % interval. With contact for {100.0 * least:g} and "
        f"{100.0 * most:g} % of each day: {', '.join(words)}."
    )


def levels_picture(found: Sequence[Cell]) -> str:
    """Return the picture as SVG to stand in a page."""
    return str(inline_svg(_drawn(found), "levels", TITLE))


def picture_file(found: Sequence[Cell]) -> str:
    """Return the picture as a file of its own, on white."""
    with house_style():
        figure = _drawn(found)
        file = io.StringIO()
        figure.savefig(file, format="svg", facecolor="white", metadata={"Date": None})
    return file.getvalue()


def _drawn(found: Sequence[Cell]) -> Figure:
    figure = new_figure(_HEIGHT_PX)
    axes = figure.subplots()
    contacts = sorted({cell.contact for cell in found})
    levels = sorted({cell.level for cell in found})
    for place, level in enumerate(levels):
        here = sorted((c for c in found if c.level == level), key=lambda cell: cell.contact)
        # Side by side, so that no interval hides another.
        shift = 0.06 * (place - 0.5 * (len(levels) - 1))
        at = [contacts.index(cell.contact) + shift for cell in here]
        kept = [100.0 * cell.kept.value for cell in here]
        below = [100.0 * (cell.kept.value - cell.kept.low) for cell in here]
        above = [100.0 * (cell.kept.high - cell.kept.value) for cell in here]
        axes.errorbar(
            at,
            kept,
            yerr=[below, above],
            color=COLOURS[level],
            marker=MARKERS[level],
            markersize=6.0,
            linewidth=1.8,
            capsize=3.0,
            label=level,
        )
    axes.set_xticks(range(len(contacts)), [f"{100.0 * share:g} %" for share in contacts])
    axes.set_xlabel("share of each day with contact")
    axes.set_ylabel("science kept (%)")
    axes.set_ylim(bottom=-4.0)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=len(levels))
    return figure


def table_rows(found: Sequence[Cell]) -> list[tuple[str, ...]]:
    """Return a row of texts for each cell, by level and contact."""
    rows: list[tuple[str, ...]] = []
    for cell in sorted(found, key=lambda cell: (cell.level, cell.contact)):
        kept = cell.kept
        told = f"{100.0 * kept.value:.0f} %"
        if cell.seeds > 1:
            told += f" ({100.0 * kept.low:.0f} to {100.0 * kept.high:.0f})"
        means = (f"{cell.means[name].value:,.{_digits(name)}f}" for name in MEASURES)
        lives = f"{cell.survived} of {cell.seeds}"
        rows.append((cell.level, f"{100.0 * cell.contact:g} %", told, *means, lives))
    return rows


def _digits(measure: str) -> int:
    return 1 if measure in {"downtime_h", "data_lost_gbit"} else 0


def told_plainly(days: float, found: Sequence[Cell], results: Mapping[Case, Any]) -> dict[str, Any]:
    """Return the results as plain JSON values."""
    return {
        "days": days,
        "cells": [
            {
                "level": cell.level,
                "contact_fraction": cell.contact,
                "science_kept_fraction": _mean(cell.kept),
                "survived": cell.survived,
                "seeds": cell.seeds,
                **{name: _mean(mean) for name, mean in cell.means.items()},
            }
            for cell in found
        ],
        "cases": [
            {
                "level": case.level,
                "contact_fraction": case.contact,
                "seed": case.seed,
                **dict(result),
            }
            for case, result in results.items()
        ],
    }


def _mean(mean: Mean) -> dict[str, float]:
    return {"mean": mean.value, "low": mean.low, "high": mean.high}


def cases_csv(results: Mapping[Case, Mapping[str, Any]]) -> str:
    """Return a table with a row for each case."""
    file = io.StringIO()
    names = list(next(iter(results.values())))
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["level", "contact_fraction", "seed", *names])
    for case, result in results.items():
        writer.writerow([case.level, case.contact, case.seed, *(result[name] for name in names)])
    return file.getvalue()
