"""One dark spell enlarged: power by class, stored energy against the reserve, the coldest."""

from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from moonstead.report import words
from moonstead.report.darkness import DarkSpell
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
    CLASSES,
    FAINT,
    GREY,
    INK,
    NIGHT,
    ORANGE,
    SERIES,
    inline_svg,
    new_figure,
)
from moonstead.report.power import Power
from moonstead.report.spells import IndexArray, bin_edges, envelope, spells
from moonstead.report.story import Story
from moonstead.report.warmth import Warmth
from moonstead.units import HOUR_S, KWH_J

_BEFORE_FRACTION, _LEAST_BEFORE_S = 0.15, 12 * HOUR_S
_AREAS, _POINTS = 320, 640
_COLDEST = 4
_ZERO_CELSIUS_K = 273.15
_HEIGHTS = (14.0, 230.0, 190.0, 190.0)


def draw_dark(
    story: Story, power: Power, spell: DarkSpell, warmths: tuple[Warmth, ...], name: str
) -> Markup:
    """Draw what happened in and around a dark spell."""
    first, end = window(story, spell)
    figure = new_figure(sum(_HEIGHTS) + 90.0)
    panels = figure.subplots(4, 1, sharex=True, height_ratios=_HEIGHTS)
    _draw_strip(panels[0], story, spell, first, end)
    _draw_loads(panels[1], story, power, bin_edges(first, end, _AREAS))
    _draw_energy(panels[2], story, power, bin_edges(first, end, _POINTS))
    _draw_cold(panels[3], story, warmths, bin_edges(first, end, _POINTS))
    for panel in panels[1:]:
        shade_modes(panel, story, power.mode, first, end)
        for step in (spell.first, spell.end_step):
            panel.axvline(step * story.step_s, color=FAINT, linewidth=1.0, linestyle=(0, (4, 3)))
    for panel in panels:
        time_axis(panel, story, first, end)
    panels[0].grid(visible=False, axis="x")
    description = (
        f"The dark spell from {words.minute(spell.start)} to {words.minute(spell.end)}, enlarged: "
        f"power by class of load, stored energy from {words.energy(spell.begin_kwh)} down to "
        f"{words.energy(spell.end_kwh)}, and the temperatures of the coldest elements."
    )
    return inline_svg(figure, name, description)


def window(story: Story, spell: DarkSpell) -> tuple[int, int]:
    """Return the steps to show: the spell and some time before and after it."""
    beside = max(_BEFORE_FRACTION * spell.length_s, _LEAST_BEFORE_S) / story.step_s
    return max(int(spell.first - beside), 0), min(int(spell.end_step + beside), story.n_steps)


def _draw_strip(axes: Axes, story: Story, spell: DarkSpell, first: int, end: int) -> None:
    """Show by a strip when the Sun is up."""
    axes.axvspan(first * story.step_s, end * story.step_s, color=ORANGE, linewidth=0.0)
    for a, b in spells(story.read("sun_fraction")[first:end] <= 0.0):
        span_s = ((first + a) * story.step_s, (first + b) * story.step_s)
        axes.axvspan(*span_s, color=NIGHT, linewidth=0.0)
    axes.set_yticks([])
    axes.set_ylim(0.0, 1.0)
    axes.spines[:].set_visible(False)
    axes.tick_params(axis="x", length=0)
    axes.set_title(f"Dark for {words.span(spell.length_s)}")
    legend_above(
        axes,
        [
            Patch(facecolor=ORANGE, label="Sun in view"),
            Patch(facecolor=NIGHT, edgecolor=FAINT, label="no Sun"),
        ],
    )


def _draw_loads(axes: Axes, story: Story, power: Power, edges: IndexArray) -> None:
    base = np.zeros(len(edges) - 1)
    at_s = edges * story.step_s
    handles: list[Any] = []
    for priority, load_w in power.by_class_w.items():
        top = base + envelope(load_w, edges).mean / 1e3
        colour = CLASSES.get(priority, GREY)
        axes.fill_between(
            at_s,
            np.append(base, base[-1]),
            np.append(top, top[-1]),
            step="post",
            color=colour,
            alpha=0.85,
            linewidth=0.0,
        )
        handles.append(Patch(facecolor=colour, alpha=0.85, label=words.of_class(priority)))
        base = top
    generation_kw = envelope(power.generation_w, edges).mean / 1e3
    axes.plot(middles_s(story, edges), generation_kw, color=ORANGE, linewidth=1.8)
    handles.append(Line2D([], [], color=ORANGE, linewidth=1.8, label="generation"))
    handles.append(draw_survival(axes, story, power.standing, edges))
    axes.set_ylabel("power (kW)")
    axes.set_ylim(bottom=0.0)
    axes.set_title("Load by class")
    legend_above(axes, handles, columns=7)


def _draw_energy(axes: Axes, story: Story, power: Power, edges: IndexArray) -> None:
    draw_envelope(
        axes, story, edges, envelope(power.deliverable_j / KWH_J, edges), BLUE, "in store"
    )
    reserve = envelope(power.reserve_j / KWH_J, edges)
    axes.plot(
        middles_s(story, edges), reserve.mean, color=INK, linewidth=1.5, label="reserve needed"
    )
    full = envelope(power.standing.capacity_j / KWH_J, edges).high
    dashes = (0, (5, 3))
    axes.plot(middles_s(story, edges), full, color=FAINT, linewidth=1.2, ls=dashes, label="full")
    axes.set_ylim(0.0, 1.08 * max(float(full.max()), float(reserve.high.max()), 1e-3))
    axes.set_ylabel("energy (kWh)")
    axes.set_title("Deliverable energy")
    within = power.mode[edges[0] : edges[-1]]
    legend_above(axes, [*axes.get_legend_handles_labels()[0], *mode_patches(within)])


def _draw_cold(axes: Axes, story: Story, warmths: tuple[Warmth, ...], edges: IndexArray) -> None:
    """Draw the elements that come nearest to what they survive, and their limits."""
    limited = [warmth for warmth in warmths if warmth.has_limit]
    spare_k = {}
    for warmth in limited:
        part_k = story.read_part("node_temperature_k", warmth.name, int(edges[0]), int(edges[-1]))
        spare_k[warmth.name] = float(part_k.min()) - warmth.survival_min_k
    nearest = sorted(limited, key=lambda warmth: (spare_k[warmth.name], warmth.name))[:_COLDEST]
    for place, warmth in enumerate(nearest):
        colour = SERIES[place]
        values_k = story.read("node_temperature_k", warmth.name)
        band = envelope(values_k, edges)
        shifted = type(band)(*(part - _ZERO_CELSIUS_K for part in band))
        draw_envelope(axes, story, edges, shifted, colour, warmth.name)
        limit_c = warmth.survival_min_k - _ZERO_CELSIUS_K
        axes.axhline(limit_c, color=colour, linewidth=1.2, linestyle=(0, (1, 1.5)))
    axes.set_ylabel("temperature (°C)")
    axes.set_title("Nearest to their limits (dotted)")
    legend_above(axes)
