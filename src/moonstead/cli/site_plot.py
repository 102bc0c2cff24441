"""The picture of a site: horizon with the bands of Sun and Earth, and light by month."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from moonstead.environment.ephemeris import Body, BodyTrack, Ephemeris
from moonstead.environment.light import LightStatistics
from moonstead.environment.profile import FloatArray, HorizonProfile
from moonstead.environment.terrain.write import SYNTHETIC
from moonstead.record.files import write_atomically

# Okabe and Ito (2008): colours that readers with any colour vision tell apart.
SUN, EARTH, GROUND, DARK, BAND = "#E69F00", "#0072B2", "#999999", "#000000", "#CC79A7"
PICTURES = (".png", ".svg", ".pdf")
_MOST_SAMPLES = 200_000
_BIN_DEG = 1.0


def plot_site(
    profile: HorizonProfile,
    ephemeris: Ephemeris,
    statistics: LightStatistics,
    grid: tuple[float, float, int],
    path: Path,
    horizons_deg: FloatArray | None = None,
) -> None:
    """Draw the horizon, the bands in which Sun and Earth move, and light and Earth by month.

    Parameters
    ----------
    profile
        The site and its horizon.
    ephemeris
        Of Sun and Earth.
    statistics
        By month, of the same span.
    grid
        Start (t_s), step (s) and count of the samples.
    path
        PNG, SVG or PDF file to write.
    horizons_deg
        Of an ensemble, shape (members, azimuths), where the band of the horizon is to be shown.
    """
    figure = Figure(figsize=(11.0, 9.0), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplot_mosaic([["sky", "sky"], ["share", "spell"]], height_ratios=[1.15, 1.0])
    start_t_s, step_s, count = grid
    thin = max(1, int(np.ceil(count / _MOST_SAMPLES)), int(3600.0 // step_s))
    coarse = (start_t_s, step_s * thin, max(count // thin, 2))
    if horizons_deg is not None:
        _draw_horizons(axes["sky"], profile, horizons_deg)
    _draw_sky(axes["sky"], profile, ephemeris, coarse)
    _draw_shares(axes["share"], statistics)
    _draw_spells(axes["spell"], statistics)
    place = profile.site
    made_up = any(SYNTHETIC in file.product for file in profile.source)
    figure.suptitle(
        ("SYNTHETIC TERRAIN\n" if made_up else "")
        + f"{place.name}: latitude {place.latitude_deg:.4f}°, "
        f"longitude {place.longitude_deg:.4f}° E, {place.height_m:g} m above ground\n"
        f"{statistics.start_utc} to {statistics.end_utc}"
    )
    picture = io.BytesIO()
    figure.savefig(picture, format=path.suffix.lower().removeprefix("."), dpi=130)
    write_atomically(path, picture.getvalue())


def _draw_horizons(axes: Any, profile: HorizonProfile, horizons_deg: FloatArray) -> None:
    low_deg, high_deg = np.quantile(horizons_deg, (0.05, 0.95), axis=0)
    axes.fill_between(
        profile.azimuth_deg, low_deg, high_deg, color=BAND, alpha=0.7, linewidth=0.0, zorder=2.0,
        label="horizon, 5 to 95 % of the errors",
    )  # fmt: skip


def _draw_sky(
    axes: Any, profile: HorizonProfile, ephemeris: Ephemeris, grid: tuple[float, float, int]
) -> None:
    colours: tuple[tuple[Body, str], ...] = (("sun", SUN), ("earth", EARTH))
    for body, colour in colours:
        track = ephemeris.track(profile.site, body, *grid)
        azimuth_deg, low_deg, high_deg = _band(track)
        axes.fill_between(
            azimuth_deg, low_deg, high_deg, color=colour, alpha=0.45, linewidth=0.0,
            label=f"{body.capitalize()}, whole disc, over the span",
        )  # fmt: skip
    top_deg = max(float(profile.elevation_deg.max()), axes.get_ylim()[1])
    around_deg = np.append(profile.azimuth_deg, 360.0)
    horizon_deg = np.append(profile.elevation_deg, profile.elevation_deg[0])
    bottom_deg = min(float(horizon_deg.min()), axes.get_ylim()[0]) - 0.3
    top_deg += 0.12 * (top_deg - bottom_deg)  # room for the legend
    axes.fill_between(around_deg, bottom_deg, horizon_deg, color=GROUND, alpha=0.75, linewidth=0.0)
    axes.plot(around_deg, horizon_deg, color=DARK, linewidth=1.2, label="terrain horizon")
    axes.set(
        xlim=(0.0, 360.0), ylim=(bottom_deg, top_deg), xticks=range(0, 361, 30),
        xlabel="azimuth from north through east (degrees)", ylabel="elevation (degrees)",
        title="Horizon, and where Sun and Earth move",
    )  # fmt: skip
    axes.grid(alpha=0.3)
    axes.legend(loc="upper right", ncols=4, framealpha=0.9)


def _band(track: BodyTrack) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return lower and upper edge of the discs in every bin of azimuth; NaN where there is none."""
    count = int(360.0 / _BIN_DEG)
    low_deg: FloatArray = np.full(count, np.inf)
    high_deg: FloatArray = np.full(count, -np.inf)
    width_deg = track.angular_radius_deg / np.cos(np.radians(track.elevation_deg))
    for across in np.linspace(-1.0, 1.0, 9):
        chord_deg = track.angular_radius_deg * np.sqrt(1.0 - across**2)
        place = ((track.azimuth_deg + across * width_deg) % 360.0 / _BIN_DEG).astype(int) % count
        np.minimum.at(low_deg, place, track.elevation_deg - chord_deg)
        np.maximum.at(high_deg, place, track.elevation_deg + chord_deg)
    none = low_deg > high_deg
    low_deg[none] = high_deg[none] = np.nan
    middle_deg: FloatArray = (np.arange(count, dtype=np.float64) + 0.5) * _BIN_DEG
    return middle_deg, low_deg, high_deg


def _draw_shares(axes: Any, statistics: LightStatistics) -> None:
    months = np.array([month.month for month in statistics.months], dtype=np.float64)
    bars = (
        ("any part of the Sun", SUN, "", [m.any_disc_fraction for m in statistics.months]),
        ("Sun's disc, mean", SUN, "///", [m.mean_disc_fraction for m in statistics.months]),
        ("any part of the Earth", EARTH, "", [m.earth_fraction for m in statistics.months]),
    )
    for i, (label, colour, hatch, values) in enumerate(bars):
        axes.bar(
            months + 0.27 * (i - 1), 100.0 * np.array(values), 0.27, label=label,
            color="white" if hatch else colour, edgecolor=colour, hatch=hatch,
        )  # fmt: skip
    axes.set(ylim=(0.0, 100.0), ylabel="in view (% of time or disc)")
    axes.set_title("In view above the terrain, by month")
    _finish_months(axes)


def _draw_spells(axes: Any, statistics: LightStatistics) -> None:
    months = np.array([month.month for month in statistics.months], dtype=np.float64)
    dark_h = np.array([month.longest_dark_h for month in statistics.months])
    absent_h = np.array([month.longest_earth_absence_h for month in statistics.months])
    axes.bar(months - 0.2, dark_h, 0.4, color=DARK, label="no Sun")
    axes.bar(months + 0.2, absent_h, 0.4, color=EARTH, label="no Earth")
    axes.set(ylabel="longest spell within the month (h)")
    axes.set_title("Longest spells without, by month")
    _finish_months(axes)


def _finish_months(axes: Any) -> None:
    axes.set_xticks(range(1, 13), ["J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"])
    axes.set_xlabel("calendar month")
    axes.set_xlim(0.4, 12.6)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.14),
        ncols=3,
        frameon=False,
        fontsize="small",
        columnspacing=1.0,
    )
