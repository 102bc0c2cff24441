"""The calendar picture: Sun and Earth hour by hour, a month or a day a row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from moonstead.report import words
from moonstead.report.drawing.axes import quiet
from moonstead.report.drawing.style import (
    GRID,
    VERMILLION,
    inline_svg,
    new_figure,
)
from moonstead.report.light import Light
from moonstead.report.story import Story
from moonstead.units import DAY_S, HOUR_S

# From night to full disc: of one hue and rising lightness, so that any colour vision reads them.
_SUN = LinearSegmentedColormap.from_list("sun", ["#1d1f2b", "#6b4a1f", "#e69f00", "#ffe27a"])
_EARTH = LinearSegmentedColormap.from_list("earth", ["#1d1f2b", "#1f4a6b", "#3f97d0", "#b5e2ff"])
_FEW_DAYS = 45
_SUN_PX, _EARTH_PX, _GAP_PX = 14, 8, 8
_ROW_PX = _SUN_PX + _EARTH_PX + _GAP_PX
_KEYS_PX = 30.0
_DAY_CELL_S = 600.0


@dataclass(frozen=True, slots=True)
class _Grid:
    """How time is laid out in rows of cells."""

    starts: tuple[datetime, ...]
    """Of the rows."""
    cell_s: float
    columns: int
    labels: tuple[str, ...]


def draw_calendar(story: Story, light: Light) -> Markup:
    """Draw how much of the Sun's and Earth's disc is in view over the run."""
    grid = _grid(story)
    rows = len(grid.starts)
    picture = np.zeros((rows * _ROW_PX, grid.columns, 4))
    for row in range(rows):
        top = row * _ROW_PX
        sun = _cells(story, light.sun_fraction, grid, row)
        earth = _cells(story, light.earth_fraction, grid, row)
        picture[top : top + _SUN_PX] = _painted(sun, _SUN)
        picture[top + _SUN_PX : top + _SUN_PX + _EARTH_PX] = _painted(earth, _EARTH)
    height_px = rows * _ROW_PX + _KEYS_PX + 56.0
    figure = new_figure(height_px)
    below_keys = (0.0, 0.0, 1.0, 1.0 - _KEYS_PX / height_px)
    figure.set_layout_engine("constrained", rect=below_keys)
    axes = figure.add_subplot()
    axes.imshow(
        picture,
        aspect="auto",
        interpolation="none",
        extent=(0.0, grid.columns * grid.cell_s, rows * _ROW_PX, 0.0),
    )
    _mark_eclipses(axes, light, grid)
    _label(axes, grid)
    _keys(figure)
    description = (
        f"Calendar of light and Earth. Any part of the Sun is in view "
        f"{words.percent(light.whole.any_disc_fraction)} of the time, the longest darkness lasts "
        f"{words.span(light.whole.longest_dark_h * HOUR_S)}; any part of Earth is in view "
        f"{words.percent(light.whole.earth_fraction)} of the time."
    )
    return inline_svg(figure, "calendar", description)


def _grid(story: Story) -> _Grid:
    """Lay out months as rows of hours, or, for a short run, days as rows of ten minutes."""
    midnight = story.start.replace(hour=0, minute=0, second=0)
    last = story.end - timedelta(seconds=1)
    starts = []
    if story.length_s <= _FEW_DAYS * DAY_S:
        while midnight <= last:
            starts.append(midnight)
            midnight += timedelta(days=1)
        cell_s = max(_DAY_CELL_S, story.step_s)
        labels = tuple(f"{start.day} {words.month(start.month)}" for start in starts)
        return _Grid(tuple(starts), cell_s, int(DAY_S // cell_s), labels)
    moment = midnight.replace(day=1)
    while moment <= last:
        starts.append(moment)
        moment = (moment + timedelta(days=32)).replace(day=1)
    several_years = starts[0].year != starts[-1].year
    labels = tuple(words.month(s.month) + (f" {s.year}" if several_years else "") for s in starts)
    return _Grid(tuple(starts), HOUR_S, 31 * 24, labels)


def _row_end(grid: _Grid, row: int) -> datetime:
    if row + 1 < len(grid.starts):
        return grid.starts[row + 1]
    if grid.cell_s * grid.columns <= DAY_S:
        return grid.starts[row] + timedelta(days=1)
    return (grid.starts[row] + timedelta(days=32)).replace(day=1)


def _cells(
    story: Story, fraction: NDArray[np.float32], grid: _Grid, row: int
) -> NDArray[np.float64]:
    """Return the mean of each cell of a row; NaN outside the run and the month."""
    begin_s = (grid.starts[row] - story.start).total_seconds()
    count = round((_row_end(grid, row) - grid.starts[row]).total_seconds() / grid.cell_s)
    edges = np.ceil((begin_s + grid.cell_s * np.arange(count + 1)) / story.step_s - 1e-6)
    edges = np.clip(edges.astype(np.intp), 0, story.n_steps)
    sums = np.concatenate([[0.0], np.cumsum(fraction, dtype=np.float64)])
    width = np.diff(edges)
    cells = np.full(grid.columns, np.nan)
    filled = np.flatnonzero(width > 0)
    filled = filled[filled < grid.columns]
    cells[filled] = (sums[edges[filled + 1]] - sums[edges[filled]]) / width[filled]
    return cells


def _painted(cells: NDArray[np.float64], colours: LinearSegmentedColormap) -> NDArray[np.float64]:
    painted = np.asarray(colours(np.nan_to_num(np.clip(cells, 0.0, 1.0))), dtype=np.float64)
    painted[np.isnan(cells)] = (*to_rgb(GRID), 0.0)
    return painted


def _mark_eclipses(axes: Axes, light: Light, grid: _Grid) -> None:
    for eclipse in light.eclipses:
        middle = eclipse.start + (eclipse.end - eclipse.start) / 2
        row = max(n for n, start in enumerate(grid.starts) if start <= middle)
        across_s = (middle - grid.starts[row]).total_seconds()
        axes.plot(
            across_s,
            row * _ROW_PX - 1.0,
            marker="v",
            markersize=8,
            color=VERMILLION,
            markeredgewidth=0,
            clip_on=False,
        )


def _label(axes: Axes, grid: _Grid) -> None:
    quiet(axes)
    rows = len(grid.starts)
    axes.set_yticks([(n + 0.5) * _ROW_PX - _GAP_PX / 2 for n in range(rows)], labels=grid.labels)
    axes.set_ylim(rows * _ROW_PX, -8.0)
    if grid.cell_s * grid.columns <= DAY_S:
        ticks = range(0, 25, 3)
        axes.set_xticks([h * HOUR_S for h in ticks], labels=[f"{h:02d}:00" for h in ticks])
        axes.set_xlabel("time of day (UTC)")
    else:
        days = (1, 5, 10, 15, 20, 25, 30)
        axes.set_xticks([(d - 0.5) * DAY_S for d in days], labels=[str(d) for d in days])
        axes.set_xlabel("day of the month (UTC)")


def _keys(figure: Figure) -> None:
    """Draw the two scales above the picture."""
    ramp = np.linspace(0.0, 1.0, 64)[np.newaxis, :]
    for left, colours, text in (
        (0.07, _SUN, "Sun’s disc in view (upper band)"),
        (0.56, _EARTH, "Earth’s disc in view (lower band)"),
    ):
        bottom = 1.0 - 20.0 / (figure.get_figheight() * figure.dpi)
        height = 11.0 / (figure.get_figheight() * figure.dpi)
        scale = figure.add_axes((left, bottom, 0.1, height))
        scale.set_in_layout(False)
        scale.imshow(ramp, aspect="auto", cmap=colours, interpolation="none")
        quiet(scale)
        scale.set_xticks([])
        scale.set_yticks([])
        for across, side, label in ((-0.06, "right", "0"), (1.06, "left", f"100 %   {text}")):
            scale.text(across, 0.45, label, transform=scale.transAxes, ha=side, va="center")
