"""The range of temperature of every element against its limit."""

import numpy as np
from markupsafe import Markup

from moonstead.report import words
from moonstead.report.drawing.axes import legend_above
from moonstead.report.drawing.style import BLUE, INK, VERMILLION, inline_svg, new_figure
from moonstead.report.warmth import Warmth

_ROW_PX = 26.0
_ZERO_CELSIUS_K = 273.15


def draw_warmth(warmths: tuple[Warmth, ...]) -> Markup:
    """Draw least, mean and greatest temperature of each element, and what it survives."""
    figure = new_figure(_ROW_PX * len(warmths) + 92.0)
    axes = figure.add_subplot()
    rows = np.arange(len(warmths))
    low_c = np.array([w.min_k for w in warmths]) - _ZERO_CELSIUS_K
    high_c = np.array([w.max_k for w in warmths]) - _ZERO_CELSIUS_K
    mean_c = np.array([w.mean_k for w in warmths]) - _ZERO_CELSIUS_K
    axes.barh(
        rows, high_c - low_c, left=low_c, height=0.42, color=BLUE, alpha=0.55, label="over the run"
    )
    axes.plot(mean_c, rows, linestyle="none", marker="o", color=BLUE, markersize=6, label="mean")
    limits = [(w.survival_min_k - _ZERO_CELSIUS_K, n) for n, w in enumerate(warmths) if w.has_limit]
    axes.plot(
        [limit for limit, _ in limits],
        [row for _, row in limits],
        linestyle="none",
        marker="|",
        color=VERMILLION,
        markersize=16,
        markeredgewidth=2.6,
        label="survives down to",
    )
    lost = [(low, n) for n, (low, w) in enumerate(zip(low_c, warmths, strict=True)) if w.lost]
    if lost:
        axes.plot(
            [low for low, _ in lost],
            [row for _, row in lost],
            linestyle="none",
            marker="x",
            color=INK,
            markersize=9,
            markeredgewidth=2.2,
            label="lost",
        )
    axes.set_yticks(rows, labels=[warmth.name for warmth in warmths])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(warmths) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.set_xlabel("temperature (°C)")
    legend_above(axes)
    nearest = warmths[0]
    description = (
        f"Range of temperature of {words.count(len(warmths), 'element')}; nearest to its limit is "
        f"{nearest.name}, coldest {words.celsius(nearest.min_k)} °C, surviving "
        f"{words.celsius(nearest.survival_min_k)} °C."
    )
    return inline_svg(figure, "warmth", description)
