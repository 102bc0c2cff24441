"""The picture of one run: margin over time, darkness, modes, and what was told when."""

from typing import Any

import numpy as np
from markupsafe import Markup

from moonstead.campaign.torture.verdict import Run
from moonstead.report.drawing.style import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    MODE_ALPHAS,
    NIGHT,
    ORANGE,
    VERMILLION,
    inline_svg,
    new_figure,
)
from moonstead.units import DAY_S

_HEIGHT_PX = 230.0
_MARKS = {
    "failed": ("begins", VERMILLION, "v"),
    "detected": ("told", ORANGE, "o"),
    "isolated": ("cause named", BLUE, "s"),
    "reaction": ("reaction", INK, "D"),
    "recovered": ("recovered", GREEN, "^"),
    "telecommand": ("telecommand", GREY, "x"),
}
"""Words, colour and form of each kind of event that is drawn, in rows from the top."""
_MOST_MARKS = 60
_DARK_SHARE = 0.02


def draw_timeline(run: Run, name: str) -> Markup:
    """Return the picture of a run as SVG.

    Parameters
    ----------
    run
        As kept by the campaign.
    name
        Unique within the page.
    """
    hourly = run["hourly"]
    days = np.arange(len(hourly["margin"])) / 24.0
    figure = new_figure(_HEIGHT_PX)
    marks, axes = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [len(_MARKS), 8]}
    )
    _shade(axes, days, hourly)
    axes.plot(days, 100 * np.array(hourly["margin"]), color=GREY, linewidth=0.9)
    axes.plot(days, 100 * np.array(hourly["true_margin"]), color=BLUE, linewidth=1.5)
    axes.axhline(0.0, color=VERMILLION, linewidth=1.0)
    axes.set_ylabel("margin, %")
    axes.set_xlabel("days")
    axes.set_xlim(0.0, run["hours"] / 24.0)
    _mark(marks, run)
    least = 100 * min(hourly["true_margin"])
    description = (
        f"Energy above the reserve over {run['hours'] / 24:.0f} days, least {least:.0f} % of the "
        "capacity, with darkness and modes shaded, and what was told above"
    )
    return inline_svg(figure, name, description)


def _shade(axes: Any, days: Any, hourly: Any) -> None:
    """Shade darkness at the foot, and the modes behind."""
    dark = np.array(hourly["sun"]) < _DARK_SHARE
    axes.fill_between(
        days,
        0.0,
        0.06,
        where=dark,
        step="post",
        color=NIGHT,
        linewidth=0.0,
        transform=axes.get_xaxis_transform(),
    )
    mode = np.array(hourly["mode"]).astype(int)
    for step in range(1, len(MODE_ALPHAS)):
        if (mode == step).any():
            axes.fill_between(
                days,
                0.0,
                1.0,
                where=mode == step,
                step="post",
                color=VERMILLION,
                alpha=MODE_ALPHAS[step],
                linewidth=0.0,
                transform=axes.get_xaxis_transform(),
            )


def _mark(axes: Any, run: Run) -> None:
    """Draw what was told, a row for each kind."""
    names = list(_MARKS)
    for row, (kind, (_, colour, form)) in enumerate(_MARKS.items()):
        at = [event["t_s"] / DAY_S for event in run["events"] if event["kind"] == kind]
        at = at[:_MOST_MARKS]
        axes.plot(at, [row] * len(at), linestyle="none", marker=form, markersize=5, color=colour)
    axes.set_yticks(range(len(names)), [_MARKS[name][0] for name in names])
    axes.tick_params(axis="y", length=0.0, labelsize=10.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.spines["bottom"].set_color(FAINT)
    axes.tick_params(axis="x", length=0.0)
