"""What pictures over time share: the axis of time, the shade of modes, bands and legends."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from moonstead.report import words
from moonstead.report.drawing.style import INK, MODE_ALPHAS, VERMILLION
from moonstead.report.spells import Envelope, IndexArray, envelope, spells
from moonstead.report.standing import Standing
from moonstead.report.story import MODES, Story
from moonstead.units import DAY_S, HOUR_S

_LONG_S = 60 * DAY_S
_SHORT_S = 4 * DAY_S
_MOST_DAY_TICKS = 12
_MOST_MONTHS, _MOST_QUARTERS = 18, 72
"""Months drawn by month and by quarter; more are drawn by year."""
_HOUR_STEPS = (1, 2, 3, 6, 12)
_MOST_HOUR_TICKS = 12


def time_axis(axes: Axes, story: Story, first: int, end: int) -> None:
    """Let a horizontal axis of seconds since the start of the run show dates over [first, end)."""
    begin_s, last_s = first * story.step_s, end * story.step_s
    axes.set_xlim(begin_s, last_s)
    if last_s - begin_s > _LONG_S:
        _months(axes, story, begin_s, last_s)
    elif last_s - begin_s > _SHORT_S:
        _days(axes, story, begin_s, last_s)
    else:
        _hours(axes, story, begin_s, last_s)


def _months(axes: Axes, story: Story, begin_s: float, last_s: float) -> None:
    """Lines where months begin, names between them; quarters or years where there are many."""
    edges = []
    moment = (story.start + timedelta(seconds=begin_s)).replace(day=1, hour=0, minute=0, second=0)
    last = story.start + timedelta(seconds=last_s)
    while moment < last:
        edges.append(moment)
        moment = (moment + timedelta(days=32)).replace(day=1)
    if len(edges) > _MOST_QUARTERS:
        _years(axes, story, edges, (begin_s, last_s))
        return
    every = 1 if len(edges) <= _MOST_MONTHS else 3
    edges = [*edges[::every], moment] if every == 1 else [e for e in edges if e.month % 3 == 1]
    at_s = [(edge - story.start).total_seconds() for edge in edges]
    inside = [second for second in at_s if begin_s <= second <= last_s]
    axes.set_xticks(inside, labels=[""] * len(inside))
    axes.grid(visible=True, axis="x")
    several_years = edges[0].year != (last - timedelta(seconds=1)).year or every > 1
    centres: list[float] = []
    labels: list[str] = []
    for edge, from_s, to_s in zip(edges[:-1], at_s[:-1], at_s[1:], strict=True):
        left_s, right_s = max(from_s, begin_s), min(to_s, last_s)
        if right_s - left_s > 0.03 * (last_s - begin_s):
            centres.append((left_s + right_s) / 2.0)
            year = f"\n{edge.year}" if several_years and (edge.month == 1 or not labels) else ""
            labels.append(words.month(edge.month) + year)
    axes.set_xticks(centres, labels=labels, minor=True)
    axes.tick_params(axis="x", which="minor", length=0)


def _years(axes: Axes, story: Story, months: list[datetime], limits_s: tuple[float, float]) -> None:
    starts = [month for month in months if month.month == 1]
    at_s = [(start - story.start).total_seconds() for start in starts]
    inside = [(s, str(m.year)) for s, m in zip(at_s, starts, strict=True) if s >= limits_s[0]]
    axes.set_xticks([s for s, _ in inside], labels=[name for _, name in inside])
    axes.grid(visible=True, axis="x")


def _days(axes: Axes, story: Story, begin_s: float, last_s: float) -> None:
    days = (last_s - begin_s) / DAY_S
    every = next(n for n in (1, 2, 5, 10, 20) if days / n <= _MOST_DAY_TICKS)
    midnight = story.start.replace(hour=0, minute=0, second=0)
    _dated(axes, story, midnight, every * DAY_S, (begin_s, last_s), with_hours=False)


def _hours(axes: Axes, story: Story, begin_s: float, last_s: float) -> None:
    hours = (last_s - begin_s) / HOUR_S
    every = next((n for n in _HOUR_STEPS if hours / n <= _MOST_HOUR_TICKS), 24)
    midnight = story.start.replace(hour=0, minute=0, second=0)
    _dated(axes, story, midnight, every * HOUR_S, (begin_s, last_s), with_hours=True)


def _dated(
    axes: Axes,
    story: Story,
    midnight: Any,
    every_s: float,
    limits_s: tuple[float, float],
    *,
    with_hours: bool,
) -> None:
    origin_s = (midnight - story.start).total_seconds()
    first = int(np.ceil((limits_s[0] - origin_s) / every_s - 1e-9))
    last = int(np.floor((limits_s[1] - origin_s) / every_s + 1e-9))
    at_s = [origin_s + n * every_s for n in range(first, last + 1)]
    labels = []
    for n, second in enumerate(at_s):
        moment = story.start + timedelta(seconds=second)
        date = f"{moment.day} {words.month(moment.month)}"
        dated = n == 0 or moment.hour == 0
        hour = f"{moment:%H:%M}\n{date}" if dated else f"{moment:%H:%M}"
        labels.append(hour if with_hours else date)
    axes.set_xticks(at_s, labels=labels)
    axes.grid(visible=True, axis="x")


def middles_s(story: Story, edges: IndexArray) -> NDArray[np.float64]:
    """Return the middle of each bin of steps, in seconds since the start of the run."""
    return np.asarray((edges[:-1] + edges[1:]) * 0.5 * story.step_s, dtype=np.float64)


def draw_envelope(
    axes: Axes, story: Story, edges: IndexArray, band: Envelope, colour: str, label: str
) -> None:
    """Draw a series as its mean with the band of its extremes."""
    at_s = middles_s(story, edges)
    if np.any(band.high > band.low):
        axes.fill_between(at_s, band.low, band.high, color=colour, alpha=0.3, linewidth=0.0)
    axes.plot(at_s, band.mean, color=colour, linewidth=1.4, label=label)


def draw_survival(axes: Axes, story: Story, standing: Standing, edges: IndexArray) -> Line2D:
    """Draw what bare survival takes, in kW, as elements come and go; return its legend entry."""
    survival_kw = envelope(standing.survival_w, edges).high / 1e3
    style: dict[str, Any] = {"color": INK, "linewidth": 1.2, "linestyle": (0, (1, 1.5))}
    axes.plot(middles_s(story, edges), survival_kw, **style)
    return Line2D([], [], label="bare survival", **style)


def shade_modes(axes: Axes, story: Story, mode: NDArray[np.int8], first: int, end: int) -> None:
    """Shade the time that the station spent in each mode but the nominal one."""
    for number in range(1, len(MODES)):
        for a, b in spells(mode[first:end] == number):
            axes.axvspan(
                (first + a) * story.step_s,
                (first + b) * story.step_s,
                color=VERMILLION,
                alpha=MODE_ALPHAS[number],
                linewidth=0.0,
                zorder=0,
            )


def mode_patches(mode: NDArray[np.int8]) -> list[Patch]:
    """Return what a legend needs for the modes that occur."""
    return [
        Patch(facecolor=VERMILLION, alpha=MODE_ALPHAS[n], label=f"mode {MODES[n]}")
        for n in range(1, len(MODES))
        if np.any(mode == n)
    ]


def legend_above(axes: Axes, handles: list[Any] | None = None, columns: int = 6) -> None:
    """Put a legend above an axes, to the right of its title."""
    entries = axes.get_legend_handles_labels()[0] if handles is None else handles
    if not entries:
        return
    axes.legend(
        handles=entries,
        loc="lower right",
        bbox_to_anchor=(1.005, 1.01),
        ncols=min(len(entries), columns),
        borderaxespad=0.0,
        borderpad=0.25,
        columnspacing=1.2,
        handlelength=1.3,
        handletextpad=0.5,
    )


def quiet(axes: Axes) -> None:
    """Take the frame off an axes that shows a picture, not a curve."""
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
