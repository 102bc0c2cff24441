"""The picture of ``moonstead orbit``: over the Moon, beside Earth and Moon, and over time."""

import io
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from moonstead.cli.orbit_source import Source
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.timescale import iso_utc, to_utc
from moonstead.environment.trajectory import FloatArray, Trajectory
from moonstead.orbits.course import Course
from moonstead.orbits.threebody import turning_position_m
from moonstead.record.files import write_atomically
from moonstead.units import DAY_S

# Okabe and Ito (2008): colours that readers with any colour vision tell apart.
PATH, MOON, EARTH, SHADE, START = "#0072B2", "#999999", "#009E73", "#000000", "#D55E00"
_formatter: Any = ConciseDateFormatter
_MOST_POINTS: Final = 40_000
_FEW = 60  # eclipses, that thick strokes still tell apart
_LEAST_PER_REVOLUTION = 180
_LONGEST_STEP_S = 1800.0


def plot_orbit(
    source: Source, trajectory: Trajectory, course: Course, ephemeris: Ephemeris, path: Path
) -> None:
    """Draw the ground track, two views beside Earth and Moon, and altitude with eclipses.

    Parameters
    ----------
    source
        What was flown.
    trajectory, course
        The flight and what it amounts to.
    ephemeris
        Of the Earth and the turning Moon.
    path
        PNG, SVG or PDF file to write.
    """
    t_s = _epochs(trajectory, course)
    position_m = trajectory.state(t_s)[0]
    figure = Figure(figsize=(11.0, 9.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplot_mosaic(
        [["track", "above", "side"], ["height", "height", "height"]],
        height_ratios=[1.2, 1.0], width_ratios=[1.25, 1.0, 1.0],
    )  # fmt: skip
    _draw_track(axes["track"], figure, ephemeris, t_s, position_m)
    turned_km = turning_position_m(ephemeris, t_s, position_m) / 1e3
    _draw_view(axes["above"], turned_km[:, :2], "y, along the Moon's way (km)")
    axes["above"].set_title("From above, turning with the Earth", fontsize="medium")
    _draw_view(axes["side"], turned_km[:, [0, 2]], "z, out of the Moon's orbit plane (km)")
    axes["side"].set_title("From the side, turning with the Earth", fontsize="medium")
    _draw_height(axes["height"], t_s, position_m, course)
    days = (trajectory.end_t_s - trajectory.start_t_s) / DAY_S
    figure.suptitle(
        f"{source.title}\n{iso_utc(trajectory.start_t_s)} to {iso_utc(trajectory.end_t_s)} "
        f"({days:.4g} days)"
    )
    picture = io.BytesIO()
    figure.savefig(picture, format=path.suffix.lower().removeprefix("."), dpi=130)
    write_atomically(path, picture.getvalue())


def _epochs(trajectory: Trajectory, course: Course) -> FloatArray:
    """Return epochs dense enough for smooth lines, but not more than a picture can hold."""
    span_s = trajectory.end_t_s - trajectory.start_t_s
    period_s = course.period_s or span_s
    step_s = min(_LONGEST_STEP_S, period_s / _LEAST_PER_REVOLUTION)
    count = int(min(span_s / step_s, _MOST_POINTS)) + 2
    even = np.linspace(trajectory.start_t_s, trajectory.end_t_s, count)
    # The trajectory's own states are closer together where it passes the Moon.
    own = trajectory.t_s[:: max(1, len(trajectory.t_s) // _MOST_POINTS)]
    return np.union1d(even, own)


def _draw_track(
    axes: Any, figure: Figure, ephemeris: Ephemeris, t_s: FloatArray, position_m: FloatArray
) -> None:
    turn = ephemeris.rotation_icrf_to_moon_me(t_s)
    fixed_m = np.einsum("ijn,nj->in", turn, position_m)
    radius_m = np.linalg.norm(fixed_m, axis=0)
    latitude_deg = np.degrees(np.arcsin(fixed_m[2] / radius_m))
    longitude_deg = np.degrees(np.arctan2(fixed_m[1], fixed_m[0])) % 360.0
    order = np.argsort(-radius_m, kind="stable")  # low passages on top
    dots = axes.scatter(
        longitude_deg[order], latitude_deg[order], c=(radius_m[order] - MOON_RADIUS_M) / 1e3,
        s=1.5, cmap="viridis", linewidths=0.0, rasterized=True,
    )  # fmt: skip
    axes.plot(longitude_deg[0], latitude_deg[0], "o", color=START, markersize=5, label="start")
    figure.colorbar(dots, ax=axes, location="bottom", label="altitude (km)", shrink=0.9)
    axes.set(
        xlim=(0.0, 360.0), ylim=(-90.0, 90.0), xticks=range(0, 361, 90), yticks=range(-90, 91, 30),
        xlabel="longitude east (degrees); 0 faces the Earth", ylabel="latitude (degrees)",
    )  # fmt: skip
    axes.set_title("Ground track (MOON_ME)", fontsize="medium")
    axes.grid(alpha=0.3)


def _draw_view(axes: Any, way_km: FloatArray, label: str) -> None:
    """Draw two coordinates of the frame that turns with Earth and Moon; the Earth lies left."""
    axes.plot(way_km[:, 0], way_km[:, 1], color=PATH, linewidth=0.6, rasterized=True)
    axes.plot(*way_km[0], "o", color=START, markersize=5)
    axes.add_patch(Circle((0.0, 0.0), MOON_RADIUS_M / 1e3, color=MOON, zorder=2.5))
    reach_km = 1.08 * max(float(np.abs(way_km).max()), 1.5 * MOON_RADIUS_M / 1e3)
    low_km, high_km = way_km.min(axis=0), way_km.max(axis=0)
    moon_km = MOON_RADIUS_M / 1e3
    middle_km = 0.5 * (np.minimum(low_km, -moon_km) + np.maximum(high_km, moon_km))
    half_km = 0.54 * float((np.maximum(high_km, moon_km) - np.minimum(low_km, -moon_km)).max())
    half_km = min(half_km, reach_km)
    axes.set(
        xlim=(middle_km[0] - half_km, middle_km[0] + half_km),
        ylim=(middle_km[1] - half_km, middle_km[1] + half_km),
        xlabel="x, away from the Earth (km)", ylabel=label, aspect="equal",
    )  # fmt: skip
    axes.annotate(
        "to Earth", (0.03, 0.03), xytext=(0.22, 0.03), xycoords="axes fraction", color=EARTH,
        va="center", arrowprops={"arrowstyle": "->", "color": EARTH},
    )  # fmt: skip
    axes.tick_params(axis="x", labelrotation=30)
    axes.grid(alpha=0.3)


def _draw_height(axes: Any, t_s: FloatArray, position_m: FloatArray, course: Course) -> None:
    axes.xaxis_date()
    dates = _dates(t_s)
    height_km = np.linalg.norm(position_m, axis=1) / 1e3 - MOON_RADIUS_M / 1e3
    axes.plot(dates, height_km, color=PATH, linewidth=0.7, label="altitude")
    for shadow, colour in zip(course.shadows, (SHADE, EARTH), strict=True):
        label = f"in the shadow of the {shadow.body.capitalize()}"
        width = 3.0 if len(shadow.spans) < _FEW else 1.0
        for begin_t_s, end_t_s in shadow.spans:
            inside = (t_s >= begin_t_s) & (t_s <= end_t_s)
            # A passage may fall between two points of the line.
            ends = np.array([begin_t_s, end_t_s])
            span_t_s = np.concatenate([ends[:1], t_s[inside], ends[1:]])
            axes.plot(
                _dates(span_t_s), np.interp(span_t_s, t_s, height_km), color=colour,
                linewidth=width, solid_capstyle="butt", label=label,
            )  # fmt: skip
            label = "_"
    axes.set(ylabel="altitude (km)", title="Altitude, and eclipses of the Sun", ylim=(0.0, None))
    axes.set_xlim(dates[0], dates[-1])
    axes.xaxis.set_major_formatter(_formatter(axes.xaxis.get_major_locator()))
    axes.grid(alpha=0.3)
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, frameon=False, fontsize="small"
    )


def _dates(t_s: FloatArray) -> FloatArray:
    """Return days as matplotlib counts them, from 1970."""
    first = to_utc(float(t_s[0])).timestamp() / DAY_S
    dates: FloatArray = first + (t_s - t_s[0]) / DAY_S
    return dates
