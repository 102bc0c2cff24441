"""What waits where over the run, what comes home to whom, and how long the station is alone."""

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from moonstead.report import words
from moonstead.report.communications import Communications, day_or_hour_s
from moonstead.report.drawing.axes import draw_envelope, legend_above, time_axis
from moonstead.report.drawing.style import BLUE, ORANGE, SERIES, VERMILLION, inline_svg, new_figure
from moonstead.report.spells import IndexArray, bin_edges, envelope
from moonstead.report.story import Story
from moonstead.units import DAY_S

_POINTS = 960
_PANEL_PX = 160.0
_MOST_BINS = 400


def draw_communications(story: Story, told: Communications) -> Markup:
    """Draw waiting data, what came home and the time alone."""
    figure = new_figure(3 * _PANEL_PX + 40.0)
    waiting, home, alone = figure.subplots(3, 1, sharex=True)
    _draw_waiting(waiting, story, told)
    edges = _edges(story)
    per = "a day" if day_or_hour_s(story) == DAY_S else "an hour"
    _draw_home(home, story, told, edges, per)
    _draw_alone(alone, story, told, edges, per)
    for panel in (waiting, home, alone):
        time_axis(panel, story, 0, story.n_steps)
    most = words.data(float((told.recorder_bit + told.network_bit).max(initial=0.0)) / 1e9)
    description = (
        f"Data waiting in recorders and on the way, at most {most} together; data that came home "
        f"to each partner, {words.data(told.arrived_gbit)} in all; and how long the station was "
        f"alone {per}, {words.hours(told.alone_h)} in all."
    )
    return inline_svg(figure, "communications", description)


def _edges(story: Story) -> IndexArray:
    """Return the edges of days, or for a short run hours, merged where there are too many."""
    count = max(round(story.length_s / day_or_hour_s(story)), 1)
    return bin_edges(0, story.n_steps, min(count, _MOST_BINS))


def _draw_waiting(axes: Axes, story: Story, told: Communications) -> None:
    edges = bin_edges(0, story.n_steps, _POINTS)
    for series, colour, label in (
        (told.recorder_bit, BLUE, "in recorders"),
        (told.network_bit, ORANGE, "on the way: aboard relays, at ground stations"),
    ):
        draw_envelope(axes, story, edges, envelope(series / 1e9, edges), colour, label)
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("data (Gbit)")
    axes.set_title("Data that waits")
    legend_above(axes)


def _draw_home(axes: Axes, story: Story, told: Communications, edges: IndexArray, per: str) -> None:
    below = np.zeros(len(edges) - 1)
    handles = []
    for place, (name, rate) in enumerate(told.arrived_bit_per_s.items()):
        colour = SERIES[place % len(SERIES)]
        above = below + envelope(rate, edges).mean * day_or_hour_s(story) / 1e9
        _steps(axes, story, edges, below, above, colour)
        handles.append(Patch(facecolor=colour, alpha=0.85, label=name))
        below = above
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel(f"home (Gbit {per})")
    axes.set_title("Data that comes home, by partner")
    legend_above(axes, handles)


def _draw_alone(
    axes: Axes, story: Story, told: Communications, edges: IndexArray, per: str
) -> None:
    unit, name = (24.0, "h") if per == "a day" else (60.0, "min")
    share = envelope(told.alone.astype(np.float64), edges).mean * unit
    _steps(axes, story, edges, np.zeros_like(share), share, VERMILLION)
    axes.set_ylim(0.0, max(float(share.max(initial=0.0)) * 1.08, 0.05 * unit))
    axes.set_ylabel(f"alone ({name} {per})")
    axes.set_title("Time without any path of the station")


def _steps(
    axes: Axes,
    story: Story,
    edges: IndexArray,
    below: np.ndarray,
    above: np.ndarray,
    colour: str,
) -> None:
    low, high = (np.append(values, values[-1]) for values in (below, above))
    axes.fill_between(
        edges * story.step_s, low, high, step="post", color=colour, alpha=0.85, linewidth=0.0
    )
