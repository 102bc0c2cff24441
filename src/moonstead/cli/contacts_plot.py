"""The contact chart: paths and ground stations by rows, time along; times alone are marked."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from moonstead.cli.contacts_account import Account
from moonstead.comms.intervals import intersection
from moonstead.environment.timescale import iso_utc, to_utc
from moonstead.record.files import write_atomically
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]
Rows = list[tuple[str, list[tuple[str, FloatArray]]]]
"""Name, and intervals by colour."""

# Okabe and Ito (2008): colours that readers with any colour vision tell apart.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#56B4E9", "#CC79A7", "#999999", "#F0E442")
_ALONE = "#D55E00"
_MOST_WEEKS = 5
"""Drawn week by week; longer spans as shares of days."""
_MOST_BINS = 380
_ROW_INCH, _WIDTH_INCH = 0.21, 12.0


def plot_contacts(account: Account, path: Path) -> None:
    """Draw the chart.

    Parameters
    ----------
    account
        Of the contacts over a span.
    path
        PNG file to write.
    """
    colours = {name: _COLOURS[k % len(_COLOURS)] for k, name in enumerate(account.senders)}
    rows = _rows(account, colours)
    weeks = account.weeks()
    by_week = len(weeks) <= _MOST_WEEKS
    height = 0.45 + _ROW_INCH * len(rows)
    panels = len(weeks) if by_week else 1
    size = (_WIDTH_INCH, 1.3 + (height if by_week else 1.7 * height) * panels)
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(panels, 1, squeeze=False)[:, 0]
    if by_week:
        for one, (begin_t_s, _) in zip(axes, weeks, strict=True):
            _draw_week(one, account, rows, begin_t_s)
    else:
        _draw_shares(axes[0], account, rows)
    handles = [
        Patch(color=_ALONE, label="the station is alone"),
        *(Patch(color=colour, label=f"serves {name}") for name, colour in colours.items()),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    kind = "contacts" if by_week else "contacts, the darker the more of the time"
    figure.suptitle(
        f"{account.world.scenario.title}: {kind}\n"
        f"{iso_utc(account.start_t_s)[:10]} to {iso_utc(account.end_t_s)[:10]} (UTC)"
    )
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=130)
    write_atomically(path, picture.getvalue())


def _rows(account: Account, colours: dict[str, str]) -> Rows:
    rows: Rows = [("alone", [(_ALONE, account.alone_t_s)])]
    rows += [(f"path {p.name}", [(colours[p.sender], p.open_t_s)]) for p in account.paths]
    for one in account.ground:
        served = []
        for name, colour in colours.items():
            mine = [s for s in account.services if (s.station, s.craft) == (one.name, name)]
            times = np.array([(s.start_t_s, s.end_t_s) for s in mine]).reshape(-1, 2)
            served.append((colour, times))
        rows.append((f"{one.name} ({one.partner})", served))
    return rows


def _frame(axes: Any, rows: Rows, paths: int) -> None:
    axes.set_yticks(np.arange(len(rows)) + 0.5, [name for name, _ in rows], fontsize="small")
    axes.set_ylim(len(rows), 0.0)
    axes.tick_params(axis="y", length=0)
    for place in (1, 1 + paths):
        axes.axhline(place, color="0.6", linewidth=0.6)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)


def _draw_week(axes: Any, account: Account, rows: Rows, begin_t_s: float) -> None:
    def days(t_s: float) -> float:
        return (t_s - begin_t_s) / DAY_S

    _frame(axes, rows, len(account.paths))
    week = np.array([[begin_t_s, min(begin_t_s + 7 * DAY_S, account.end_t_s)]])
    for begin, end in intersection(account.alone_t_s, week).tolist():
        axes.axvspan(days(begin), days(end), color=_ALONE, alpha=0.15, linewidth=0.0)
    for place, (_, parts) in enumerate(rows):
        for colour, times in parts:
            bars = [
                (days(begin), days(end) - days(begin))
                for begin, end in intersection(times, week).tolist()
            ]
            axes.broken_barh(bars, (place + 0.12, 0.76), facecolors=colour, linewidth=0.0)
    axes.set_xlim(0.0, 7.0)
    labels = [f"{to_utc(begin_t_s + k * DAY_S + 1.0):%a %d %b}" for k in range(7)]
    axes.set_xticks(range(7), labels, fontsize="small", ha="left")
    axes.grid(axis="x", color="0.85", linewidth=0.6)
    axes.set_axisbelow(True)
    if days(account.end_t_s) < 7.0:
        axes.axvspan(days(account.end_t_s), 7.0, color="white", zorder=3.0)


def _draw_shares(axes: Any, account: Account, rows: Rows) -> None:
    """Draw each day (or few days) in the depth of its share of time."""
    per_bin_s = DAY_S * np.ceil(account.days / _MOST_BINS)
    edges_t_s = np.append(np.arange(account.start_t_s, account.end_t_s, per_bin_s), account.end_t_s)
    edges_days = (edges_t_s - account.start_t_s) / DAY_S
    alone = _shares(edges_t_s, account.alone_t_s)
    # Hours in a month would hardly be seen beside whole days: the worst day is the darkest.
    most_alone = float(alone.max(initial=0.0))
    rows = [(f"alone (at most {24 * most_alone:.1f} h a day)", rows[0][1]), *rows[1:]]
    _frame(axes, rows, len(account.paths))
    for place, (_, parts) in enumerate(rows):
        shares = [_shares(edges_t_s, times) for _, times in parts]
        full = 1.0 if place or not most_alone else most_alone
        # Two colours in a row: the one that has more of the day.
        most = np.argmax(shares, axis=0)
        for k, (colour, _) in enumerate(parts):
            shown = np.where(most == k, np.sum(shares, axis=0), np.nan)[np.newaxis, :]
            depth = LinearSegmentedColormap.from_list(colour, ["white", colour])
            axes.pcolormesh(
                edges_days,
                [place + 0.06, place + 0.94],
                shown,
                cmap=depth,
                vmin=0.0,
                vmax=full,
                rasterized=True,
            )
    axes.set_xlim(0.0, edges_days[-1])
    every = max(7, 7 * int(np.ceil(account.days / 7 / 14)))
    ticks = np.arange(0, account.days, every)
    labels = [f"{to_utc(account.start_t_s + day * DAY_S + 1.0):%d %b\n%Y}" for day in ticks]
    axes.set_xticks(ticks, labels, fontsize="small")


def _shares(edges_t_s: FloatArray, times: FloatArray) -> FloatArray:
    """Return the share of each bin that is in some times."""
    if len(times) == 0:
        return np.zeros(len(edges_t_s) - 1)
    # The time so far is a ramp that rises within each interval: read it at the edges.
    before_s = np.concatenate([[0.0], np.cumsum(times[:, 1] - times[:, 0])])
    so_far_s = np.interp(edges_t_s, times.reshape(-1), np.repeat(before_s, 2)[1:-1])
    shares: FloatArray = np.diff(so_far_s) / np.diff(edges_t_s)
    return shares
