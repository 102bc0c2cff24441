"""The picture of ``moonstead size``: mass against mast height, and against reactor power."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

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
    columns = 2 if any(len(trade.by_reactor) > 1 for trade in trades) else 1
    figure = Figure(figsize=(5.5 * columns, 1.2 + 2.9 * len(trades)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(trades), columns, squeeze=False)
    for row, trade in zip(axes, trades, strict=True):
        _draw_heights(row[0], trade)
        if columns == 2:
            _draw_reactors(row[1], trade)
    handles = [Patch(color=colour, label=label) for label, colour, _ in PIECES]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(PIECES), frameon=False)
    task = trades[0].task
    figure.suptitle(
        f"Least mass that keeps {task.load_w / 1e3:g} kW alive\n"
        f"starts in {task.years} years, at most {100.0 * task.risk:.3g} % of all cases fail"
    )
    picture = io.BytesIO()
    figure.savefig(picture, format=path.suffix.lower().removeprefix("."), dpi=130)
    write_atomically(path, picture.getvalue())


def _draw_heights(axes: Any, trade: SiteTrade) -> None:
    light = trade.task.light
    places = np.arange(len(light.heights_m), dtype=np.float64)
    alive = [
        (place, design) for place, design in zip(places, trade.by_height, strict=True) if design
    ]
    for place in set(places) - {place for place, _ in alive}:
        axes.text(place, 0.0, "none\nsurvives", ha="center", va="bottom")
    _stack(axes, [place for place, _ in alive], [design for _, design in alive], 0.6)
    labels = [
        f"{height_m:g} m\n(dark {dark_s / DAY_S:.1f} d)"
        for height_m, dark_s in zip(light.heights_m, light.longest_dark_s, strict=True)
    ]
    axes.set_xticks(places, labels)
    axes.set_xlim(-0.6, len(places) - 0.4)
    axes.set(ylabel="mass (t)", title=f"{light.name}: mast height, no reactors")


def _draw_reactors(axes: Any, trade: SiteTrade) -> None:
    power_kw = [design.reactor_w / 1e3 for design in trade.by_reactor]
    # Masses jump where the first reactor comes: bars, as nothing lies between the points.
    width_kw = 0.6 * float(np.min(np.diff(power_kw), initial=1.0))
    _stack(axes, power_kw, trade.by_reactor, width_kw)
    axes.set(
        xlabel="reactor power, all units (kW)",
        ylabel="mass (t)",
        title=f"{trade.task.light.name}: reactors against sunlight",
    )


def _stack(axes: Any, places: Sequence[float], designs: Sequence[Design], width: float) -> None:
    """Draw designs as stacked bars, and write the mass of the lightest above it."""
    if not designs:
        return
    bottom_t = np.zeros(len(designs))
    for _, colour, mass in PIECES:
        mass_t = np.array([mass(design) for design in designs]) / _KG_PER_T
        axes.bar(places, mass_t, width, bottom=bottom_t, color=colour)
        bottom_t += mass_t
    at = int(np.argmin(bottom_t))
    axes.annotate(
        f"{bottom_t[at]:.2f} t", (places[at], bottom_t[at]), xytext=(0, 3),
        textcoords="offset points", ha="center", fontweight="bold",
    )  # fmt: skip
    axes.set_ylim(0.0, 1.15 * bottom_t.max())
    axes.grid(axis="y", alpha=0.3)
