"""The window chart: a calendar of launches, and of what a landing would bring."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PatchCollection
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from moonstead.cli.window_tables import MONTHS
from moonstead.environment.timescale import from_utc, iso_utc
from moonstead.orbits.search import Month, Windows
from moonstead.record.files import write_atomically
from moonstead.units import DAY_S

PICTURES = (".png", ".svg", ".pdf")
# Okabe and Ito (2008): colours that readers with any colour vision tell apart.
_NEITHER, _LIGHT, _EARTH, _BOTH = "#3B3B3B", "#F0C36D", "#7FB7DD", "#009E73"
_CONDITIONS = ListedColormap([_NEITHER, _LIGHT, _EARTH, _BOTH])
_LANDED: dict[str, Any] = {"marker": "o", "color": "white", "markeredgecolor": "black"}
_SLOT = 0.4  # of a row's height, for launches; landings have the rest


def plot_windows(found: Windows, path: Path) -> None:
    """Draw the calendar.

    Parameters
    ----------
    found
        By a search.
    path
        PNG, SVG or PDF file to write.
    """
    months = found.months
    figure = Figure(figsize=(12.0, 2.6 + 0.55 * len(months)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    cost_km_per_s = found.flights.cost_m_per_s / 1e3
    scale = Normalize(float(cost_km_per_s.min()), float(cost_km_per_s.max()) + 1e-6)
    colours = ScalarMappable(scale, "Oranges_r")
    for place, month in enumerate(months):
        _draw_landings(axes, found, month, place)
        _draw_launches(axes, found, month, place, colours)
        _draw_best(axes, found, month, place)
    labels = [f"{MONTHS[month.month - 1]} {month.year}" for month in months]
    axes.set_yticks(np.arange(len(months)) + 0.5, labels)
    axes.set(xlim=(1.0, 32.0), ylim=(len(months), 0.0), xticks=range(1, 32), xlabel="day (UTC)")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="white", alpha=0.35, linewidth=0.5)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    figure.colorbar(
        colours, ax=axes, label="launches: TLI and lunar orbit insertion (km/s)", fraction=0.03,
        pad=0.1,
    )  # fmt: skip
    figure.legend(handles=_handles(found), loc="outside lower center", ncols=3, frameon=False)
    figure.suptitle(_title(found))
    picture = io.BytesIO()
    figure.savefig(picture, format=path.suffix.lower().removeprefix("."), dpi=130)
    write_atomically(path, picture.getvalue())


def _begin_t_s(month: Month) -> tuple[float, float]:
    """Return the first instants of a month and of the next."""
    year, number = (month.year + 1, 1) if month.month == 12 else (month.year, month.month + 1)
    return (
        from_utc(datetime(month.year, month.month, 1, tzinfo=UTC)),
        from_utc(datetime(year, number, 1, tzinfo=UTC)),
    )


def _draw_landings(axes: Any, found: Windows, month: Month, place: int) -> None:
    times = found.times
    if times is None:
        return
    begin_t_s, end_t_s = _begin_t_s(month)
    span = (times.t_s >= begin_t_s) & (times.t_s < end_t_s)
    if not span.any():
        return
    days = 1.0 + (times.t_s[span] - begin_t_s) / DAY_S
    step_days = float(times.t_s[1] - times.t_s[0]) / DAY_S
    kind = times.light_good[span].astype(int) + 2 * times.earth_good[span].astype(int)
    edges = np.append(days, days[-1] + step_days)
    rows = np.array([place + _SLOT + 0.05, place + 0.95])
    axes.pcolormesh(
        edges, rows, kind[np.newaxis, :], cmap=_CONDITIONS, vmin=-0.5, vmax=3.5, rasterized=True
    )


def _height(found: Windows) -> float:
    """Return the height of a row's launches: all of it where there are no landings."""
    return 0.9 if found.times is None else _SLOT


def _draw_launches(
    axes: Any, found: Windows, month: Month, place: int, colours: ScalarMappable
) -> None:
    begin_t_s, end_t_s = _begin_t_s(month)
    length_days = (end_t_s - begin_t_s) / DAY_S
    height = _height(found)
    axes.add_patch(Rectangle((1.0, place + 0.05), length_days, height, color="#EEEEEE"))
    launch_t_s = found.flights.transfers.launch_t_s[month.flights]
    cost = found.flights.cost_m_per_s[month.flights] / 1e3
    width_days = 0.42
    boxes = [
        Rectangle(
            (1.0 + (t_s - begin_t_s) / DAY_S - width_days / 2, place + 0.05), width_days, height
        )
        for t_s in launch_t_s
    ]
    axes.add_collection(PatchCollection(boxes, facecolors=colours.to_rgba(cost), edgecolors="none"))


def _draw_best(axes: Any, found: Windows, month: Month, place: int) -> None:
    best = month.best
    if best is None:
        axes.text(32.2, place + 0.5, "none", va="center", fontsize="small", color="0.4")
        return
    begin_t_s, _ = _begin_t_s(month)
    launch_day = 1.0 + (found.flights.transfers.launch_t_s[best.flight] - begin_t_s) / DAY_S
    axes.plot(
        launch_day, place + 0.05 + _height(found) / 2, marker="^", color="black", markersize=6
    )
    words = f"{found.flights.cost_m_per_s[best.flight] / 1e3:.2f} km/s"
    axes.text(32.2, place + 0.5, words, va="center", fontsize="small")
    if best.landing is not None:
        _draw_landing(axes, found, best.landing.t_s)


def _draw_landing(axes: Any, found: Windows, t_s: float) -> None:
    for place, month in enumerate(found.months):
        begin_t_s, end_t_s = _begin_t_s(month)
        if begin_t_s <= t_s < end_t_s:
            day = 1.0 + (t_s - begin_t_s) / DAY_S
            axes.plot(day, place + 0.5 * (1.0 + _SLOT), **_LANDED)


def _handles(found: Windows) -> list[Any]:
    handles: list[Any] = [
        Line2D(
            [], [], marker="^", color="black", linestyle="", label="cheapest launch of the month"
        )
    ]
    if found.times is None:
        return handles
    wishes = found.search.wishes
    light = f"light for {wishes.light_s / DAY_S:g} days"
    earth = f"Earth for {wishes.earth_s / DAY_S:g} days"
    return [
        *handles,
        Line2D([], [], linestyle="", label="its landing", **_LANDED),
        Patch(color=_BOTH, label=f"a landing then has {light} and {earth}"),
        Patch(color=_LIGHT, label=f"{light} only"),
        Patch(color=_EARTH, label=f"{earth} only"),
        Patch(color=_NEITHER, label="neither"),
    ]


def _title(found: Windows) -> str:
    search = found.search
    rows = "launches above, landings below" if found.times is not None else "launches"
    return (
        f"From {search.launch_site.title} to {search.target.title}: {rows}\n"
        f"{iso_utc(search.first_t_s)[:10]} to {iso_utc(search.last_t_s)[:10]}"
    )
