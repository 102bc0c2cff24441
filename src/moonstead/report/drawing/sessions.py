"""The timeline of sessions, an experiment a row."""

from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.patches import Patch
from numpy.typing import NDArray

from moonstead.report import words
from moonstead.report.drawing.axes import legend_above, mode_patches, shade_modes, time_axis
from moonstead.report.drawing.style import INK, SERIES, inline_svg, new_figure
from moonstead.report.science import ExperimentStory, Session
from moonstead.report.story import Story

_ROW_PX = 34.0
_RESOLUTION = 1400.0
"""Sessions nearer to each other than this part of the run are drawn as one bar."""


def draw_sessions(
    story: Story,
    done: tuple[ExperimentStory, ...],
    sessions: dict[str, list[Session]],
    mode: NDArray[np.int8],
) -> Markup:
    """Draw when each experiment ran."""
    figure = new_figure(_ROW_PX * len(done) + 86.0)
    axes = figure.add_subplot()
    partners = list(dict.fromkeys(p["name"] for p in story.summary["partners"]))
    colours = {name: SERIES[n % len(SERIES)] for n, name in enumerate(partners)}
    for row, experiment in enumerate(done):
        own = sessions[experiment.name]
        bars = _bars([s for s in own if s.status != "aborted"], story.length_s)
        axes.broken_barh(bars, (row - 0.3, 0.6), color=colours[experiment.partner], linewidth=0.0)
        broken = [session.to_s for session in own if session.status == "aborted"]
        axes.plot(
            broken,
            [row] * len(broken),
            linestyle="none",
            marker="x",
            color=INK,
            markersize=5,
            markeredgewidth=1.2,
        )
    shade_modes(axes, story, mode, 0, story.n_steps)
    time_axis(axes, story, 0, story.n_steps)
    axes.grid(visible=False, axis="y")
    axes.set_yticks(range(len(done)), labels=[experiment.name for experiment in done])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(done) - 0.5, -0.5)
    handles: list[Any] = [Patch(facecolor=colours[name], label=name) for name in partners]
    if any(experiment.aborted for experiment in done):
        handles += axes.plot(
            [], [], linestyle="none", marker="x", color=INK, markeredgewidth=1.2, label="aborted"
        )
    legend_above(axes, [*handles, *mode_patches(mode)], columns=8)
    told = [f"{e.name}: {e.done} of {e.wanted} sessions" for e in done]
    return inline_svg(figure, "sessions", f"When each experiment ran. {words.listed(told, 12)}.")


def _bars(sessions: list[Session], length_s: float) -> list[tuple[float, float]]:
    """Return bars as start and width, with those that the eye cannot tell apart joined."""
    joined: list[list[float]] = []
    for session in sorted(sessions, key=lambda session: session.from_s):
        if joined and session.from_s - joined[-1][1] <= length_s / _RESOLUTION:
            joined[-1][1] = max(joined[-1][1], session.to_s)
        else:
            joined.append([session.from_s, session.to_s])
    return [(first, last - first) for first, last in joined]
