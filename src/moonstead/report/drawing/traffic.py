"""The recorder's filling and the contacts with Earth over the run."""

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from moonstead.report import words
from moonstead.report.drawing.axes import draw_envelope, legend_above, time_axis
from moonstead.report.drawing.style import BLUE, ORANGE, SERIES, inline_svg, new_figure
from moonstead.report.spells import bin_edges, envelope
from moonstead.report.story import Story
from moonstead.report.traffic import Traffic
from moonstead.units import DAY_S, HOUR_S

_POINTS = 960
_PANEL_PX = 150.0
_MOST_PATHS = 5


def draw_traffic(story: Story, traffic: Traffic) -> Markup:
    """Draw how full the recorder was, and how long each path was open."""
    paths = list(traffic.open_by_path)[:_MOST_PATHS]
    has_recorder = bool(story.series.channels("recorder_bit"))
    count = int(has_recorder) + len(paths)
    figure = new_figure(_PANEL_PX * count + 40.0)
    panels = figure.subplots(count, 1, sharex=True, squeeze=False)
    axes = [panel[0] for panel in panels]
    if has_recorder:
        _draw_recorder(axes[0], story, traffic)
    for place, (panel, path) in enumerate(zip(axes[int(has_recorder) :], paths, strict=True)):
        _draw_path(panel, story, traffic, path, SERIES[2 + place])
    for panel in axes:
        time_axis(panel, story, 0, story.n_steps)
    description = (
        f"Filling of the recorder, at most {words.data(traffic.greatest_filling_gbit)} of "
        f"{words.data(traffic.capacity_gbit)}; and hours of contact over each path to Earth."
    )
    return inline_svg(figure, "traffic", description)


def _draw_recorder(axes: Axes, story: Story, traffic: Traffic) -> None:
    edges = bin_edges(0, story.n_steps, _POINTS)
    filling = envelope(story.total("recorder_bit") / 1e9, edges)
    draw_envelope(axes, story, edges, filling, BLUE, "in the recorder")
    full = traffic.capacity_gbit
    if 0.0 < full <= 3.0 * max(traffic.greatest_filling_gbit, 1e-9):
        axes.axhline(full, color=ORANGE, linewidth=1.4, linestyle=(0, (5, 3)), label="full")
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("data (Gbit)")
    axes.set_title(f"Data waiting on board; recorders hold {words.data(full)}")
    legend_above(axes)


def _draw_path(axes: Axes, story: Story, traffic: Traffic, path: str, colour: str) -> None:
    """Draw the hours of contact a day, or, for a short run, an hour."""
    is_long = story.length_s > 5 * DAY_S
    unit_s = DAY_S if is_long else HOUR_S
    edges = bin_edges(0, story.n_steps, max(round(story.length_s / unit_s), 1))
    share = envelope(traffic.open_by_path[path].astype(np.float64), edges).mean
    scale = 24.0 if is_long else 60.0
    at_s = edges * story.step_s
    values = np.append(share, share[-1]) * scale
    axes.fill_between(at_s, 0.0, values, step="post", color=colour, alpha=0.85, linewidth=0.0)
    axes.set_ylim(0.0, scale)
    axes.set_yticks(np.linspace(0.0, scale, 5 if is_long else 3))
    axes.set_ylabel("open (h a day)" if is_long else "open (min an hour)")
    axes.set_title(f"Path {path}")
