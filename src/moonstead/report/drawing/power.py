"""Power and stored energy over the run."""

from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from moonstead.report import words
from moonstead.report.drawing.axes import (
    draw_envelope,
    draw_survival,
    legend_above,
    middles_s,
    mode_patches,
    shade_modes,
    time_axis,
)
from moonstead.report.drawing.style import (
    BLUE,
    FAINT,
    GREY,
    INK,
    SERIES,
    SOURCES,
    inline_svg,
    new_figure,
)
from moonstead.report.power import Power
from moonstead.report.spells import bin_edges, envelope, round_edges
from moonstead.report.story import Story
from moonstead.units import DAY_S, HOUR_S, KWH_J

_AREAS = 400
_BINS_S = (600.0, 1800.0, HOUR_S, 2 * HOUR_S, 6 * HOUR_S, DAY_S, 5 * DAY_S)
_POINTS = 960
_POWER_PX, _ENERGY_PX, _STORE_PX = 250.0, 210.0, 96.0
MOST_STORES = 8


def draw_power(story: Story, power: Power) -> Markup:
    """Draw generation by source, load, what found no taker; reserve; and the charge of stores."""
    stores = list(story.summary["stores"])[:MOST_STORES]
    heights = [_POWER_PX]
    if stores:
        heights += [_ENERGY_PX, *[_STORE_PX] * len(stores)]
    figure = new_figure(sum(heights) + 40.0)
    panels = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)
    axes = [panel[0] for panel in panels]
    _draw_flows(axes[0], story, power)
    if stores:
        _draw_reserve(axes[1], story, power)
        for place, (panel, store) in enumerate(zip(axes[2:], stores, strict=True)):
            _draw_store(panel, story, store, SERIES[place % len(SERIES)])
    for panel in axes:
        shade_modes(panel, story, power.mode, 0, story.n_steps)
        time_axis(panel, story, 0, story.n_steps)
    return inline_svg(figure, "power", _description(story, power))


def _description(story: Story, power: Power) -> str:
    return (
        f"Power over the run: sources gave {words.energy(story.kwh(power.generation_w))}, loads "
        f"took {words.energy(story.kwh(power.load_w))}, "
        f"{words.energy(story.kwh(power.spilled_w))} found no taker. Below it the energy that the "
        "stores can deliver against the reserve, and the charge of every store."
    )


def _draw_flows(axes: Axes, story: Story, power: Power) -> None:
    bin_s = next((s for s in _BINS_S if story.length_s / s <= _AREAS), _BINS_S[-1])
    edges = round_edges(0, story.n_steps, max(round(bin_s / story.step_s), 1))
    at_s = edges * story.step_s
    base = np.zeros(len(edges) - 1)
    handles: list[Any] = []
    for place, (name, drawn_w) in enumerate(power.drawn_w.items()):
        colour = SOURCES[place % len(SOURCES)]
        top = base + envelope(drawn_w, edges).mean / 1e3
        _step_area(axes, at_s, base, top, colour, 0.85)
        handles.append(Patch(facecolor=colour, alpha=0.85, label=name))
        base = top
    if power.spilled_w.any():
        top = base + envelope(power.spilled_w, edges).mean / 1e3
        _step_area(axes, at_s, base, top, GREY, 0.35)
        handles.append(Patch(facecolor=GREY, alpha=0.35, label="on offer, no taker"))
    load_kw = envelope(power.load_w, edges)
    middle_s = middles_s(story, edges)
    axes.plot(middle_s, load_kw.mean / 1e3, color=INK, linewidth=1.3)
    handles.append(Line2D([], [], color=INK, linewidth=1.3, label="all loads"))
    handles.append(draw_survival(axes, story, power.standing, edges))
    axes.set_ylabel("power (kW)")
    axes.set_ylim(bottom=0.0)
    means = "daily means" if bin_s == DAY_S else f"means of {words.span(bin_s)}"
    axes.set_title(f"Power, {means}")
    legend_above(axes, handles)


def _step_area(axes: Axes, at_s: Any, low: Any, high: Any, colour: str, alpha: float) -> None:
    axes.fill_between(
        at_s,
        np.append(low, low[-1]),
        np.append(high, high[-1]),
        step="post",
        color=colour,
        alpha=alpha,
        linewidth=0.0,
    )


def _draw_reserve(axes: Axes, story: Story, power: Power) -> None:
    edges = bin_edges(0, story.n_steps, _POINTS)
    draw_envelope(
        axes, story, edges, envelope(power.deliverable_j / KWH_J, edges), BLUE, "in store"
    )
    reserve = envelope(power.reserve_j / KWH_J, edges).high
    axes.plot(middles_s(story, edges), reserve, color=INK, linewidth=1.5, label="reserve needed")
    full = envelope(power.standing.capacity_j / KWH_J, edges).high
    dashes = (0, (5, 3))
    axes.plot(middles_s(story, edges), full, color=FAINT, linewidth=1.2, ls=dashes, label="full")
    axes.set_ylabel("energy (kWh)")
    axes.set_ylim(0.0, 1.08 * max(float(full.max()), float(reserve.max()), 1e-3))
    axes.set_title("Deliverable energy and reserve")
    handles = [*axes.get_legend_handles_labels()[0], *mode_patches(power.mode)]
    legend_above(axes, handles)


def _draw_store(axes: Axes, story: Story, store: str, colour: str) -> None:
    rated_kwh = story.summary["stores"][store]["rated_kwh"]
    edges = bin_edges(0, story.n_steps, _POINTS)
    charge = envelope(story.read("store_energy_j", store) / (KWH_J * rated_kwh) * 100.0, edges)
    draw_envelope(axes, story, edges, charge, colour, store)
    floor = 100.0 * story.summary["stores"][store]["floor_fraction"]
    axes.axhline(floor, color=FAINT, linewidth=1.0, linestyle=(0, (2, 2)))
    axes.set_ylim(0.0, 105.0)
    axes.set_yticks([0, 50, 100])
    axes.set_ylabel("charge (%)")
    axes.set_title(f"{store}, {words.energy(rated_kwh)}")
