"""The picture of ``moonstead size``: mass against mast height, and against reactor power."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from moonstead.record.files import write_atomically
from moonstead.sizing.search import Design
from moonstead.sizing.trade import SiteTrade
from moonstead.units import DAY_S

# Okabe and Ito (2008): colours that readers with any colour vision tell apart.
PIECES: tuple[tuple[str, str, Callable[[Design], float]], ...] = (
    ("array", "#E69F00", lambda design: design.array_kg),
    ("mast", "#999999", lambda design: design.masts_kg),
    ("store", "#0072B2", lambda design: design.store_kg),
    ("reactor", "#D55E00", lambda design: design.reactor_kg),
)
_KG_PER_T = 1e3


def plot_trades(trades: Sequence[SiteTrade], path: Path) -> None:
    """Draw the trade of every site in a row of its own.

    Parameters
    ----------
    trades
        One for each site.
    path
        PNG, SVG or PDF file to write.
    """
    figure = Figure(figsize=(11.0, 1.2 + 2.9 * len(trades)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(trades), 2, squeeze=False)
    for (left, right), trade in zip(axes, trades, strict=True):
        _draw_heights(left, trade)
        _draw_reactors(right, trade)
    handles, labels = axes[0, 1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(PIECES), frameon=False)
    task = trades[0].task
    figure.suptitle(
        f"Least mass that keeps {task.load_w / 1e3:g} kW alive: {task.years} starts, "
        f"at most {100.0 * task.risk:.3g} % of all cases fail"
    )
    picture = io.BytesIO()
    figure.savefig(picture, format=path.suffix.lower().removeprefix("."), dpi=130)
    write_atomically(path, picture.getvalue())


def _draw_heights(axes: Any, trade: SiteTrade) -> None:
    light = trade.task.light
    places = np.arange(len(light.heights_m))
    for place, design in zip(places, trade.by_height, strict=True):
        if design is None:
            axes.text(place, 0.0, "none\nsurvives", ha="center", va="bottom")
            continue
        bottom_t = 0.0
        for _, colour, mass in PIECES:
            mass_t = mass(design) / _KG_PER_T
            axes.bar(place, mass_t, 0.6, bottom=bottom_t, color=colour)
            bottom_t += mass_t
    labels = [
        f"{height_m:g} m\n(dark {dark_s / DAY_S:.1f} d)"
        for height_m, dark_s in zip(light.heights_m, light.longest_dark_s, strict=True)
    ]
    axes.set_xticks(places, labels)
    axes.set_xlim(-0.6, len(places) - 0.4)
    axes.margins(y=0.12)
    axes.set(ylabel="mass (t)", title=f"{light.name}: mast height, no reactors")
    axes.grid(axis="y", alpha=0.3)


def _draw_reactors(axes: Any, trade: SiteTrade) -> None:
    designs: list[Design] = list(trade.by_reactor)
    power_kw = np.array([design.reactor_w / 1e3 for design in designs])
    # Masses jump where the first reactor comes: bars, as nothing lies between the points.
    width_kw = 0.6 * float(np.min(np.diff(power_kw), initial=1.0))
    bottom_t = np.zeros(len(designs))
    for label, colour, mass in PIECES:
        mass_t = np.array([mass(design) for design in designs]) / _KG_PER_T
        axes.bar(power_kw, mass_t, width_kw, bottom=bottom_t, color=colour, label=label)
        bottom_t += mass_t
    at = int(np.argmin(bottom_t))
    axes.annotate(
        f"{bottom_t[at]:.2f} t", (power_kw[at], bottom_t[at]), xytext=(0, 4),
        textcoords="offset points", ha="center", fontweight="bold",
    )  # fmt: skip
    axes.set(
        xlabel="reactor power, all units (kW)", ylabel="mass (t)",
        ylim=(0.0, 1.15 * bottom_t.max()),
        title=f"{trade.task.light.name}: reactors against sunlight",
    )  # fmt: skip
    axes.grid(axis="y", alpha=0.3)
