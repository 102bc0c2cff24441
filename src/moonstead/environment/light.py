"""Light and Earth at a site over time: how much of each disc is in view, and what that comes to."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.disc import disc_fraction
from moonstead.environment.ephemeris import BodyTrack, Ephemeris
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.timescale import from_utc, iso_utc, to_utc
from moonstead.units import HOUR_S

__all__ = [
    "LightSeries",
    "LightStatistics",
    "MonthLight",
    "disc_fraction",
    "eclipse_fraction",
    "light_series",
    "light_statistics",
    "visible_fraction",
]

FloatArray = NDArray[np.float64]

_EDGE_S = 0.01  # TDB swings by 2 ms against UTC: a sample at midnight belongs to the new month


@dataclass(frozen=True, slots=True, eq=False)
class LightSeries:
    """Sun and Earth at a site on an even time grid; every array has shape (n,).

    Parameters
    ----------
    t_s
        TDB seconds past J2000.
    sun_fraction
        Of the solar disc's area above the terrain horizon, eclipses not counted.
    eclipse_fraction
        Of the solar disc's area behind the Earth.
    earth_fraction
        Of the Earth's disc above the terrain horizon.
    """

    t_s: FloatArray
    sun_fraction: FloatArray
    eclipse_fraction: FloatArray
    earth_fraction: FloatArray

    @property
    def step_s(self) -> float:
        """Between two samples."""
        return float(self.t_s[1] - self.t_s[0])

    @property
    def sunlight_fraction(self) -> FloatArray:
        """Share of full sunlight at the site, terrain and eclipses counted, shape (n,).

        The product ``sun_fraction * (1 - eclipse_fraction)``: exact where either is 0 or 1, and
        the mean over how the two hidden parts may lie to each other while both cut the disc. No
        limb darkening.
        """
        return self.sun_fraction * (1.0 - self.eclipse_fraction)


@dataclass(frozen=True, slots=True)
class MonthLight:
    """Light and Earth in one calendar month, all years together."""

    month: int
    any_disc_fraction: float
    mean_disc_fraction: float
    longest_dark_h: float
    earth_fraction: float
    mean_earth_fraction: float
    longest_earth_absence_h: float


@dataclass(frozen=True, slots=True)
class LightStatistics:
    """Light and Earth at a site over a span.

    The figures of the Sun count the terrain horizon only, as published maps of illumination do;
    eclipses by the Earth are given apart.

    Parameters
    ----------
    start_utc, end_utc
        The span.
    step_s
        Of the samples; a spell is resolved to one step.
    any_disc_fraction
        Of the time, with any part of the solar disc in view.
    mean_disc_fraction
        Of the disc's area in view, mean over time.
    longest_dark_h
        Longest spell with no part of the disc in view.
    longest_dark_start_utc
        When it begins; empty where it is never dark.
    earth_fraction
        Of the time, with any part of the Earth's disc in view.
    mean_earth_fraction
        Of the Earth's disc in view, mean over time.
    longest_earth_absence_h
        Longest spell with no part of the Earth's disc in view.
    longest_earth_absence_start_utc
        When it begins; empty where the Earth is always in view.
    eclipse_h
        Time with the Sun above the horizon and some of its disc behind the Earth.
    eclipse_loss_h
        Hours of full sunlight that eclipses take.
    months
        The same by calendar month; a spell that crosses into another month is cut at its end.
    """

    start_utc: str
    end_utc: str
    step_s: float
    any_disc_fraction: float
    mean_disc_fraction: float
    longest_dark_h: float
    longest_dark_start_utc: str
    earth_fraction: float
    mean_earth_fraction: float
    longest_earth_absence_h: float
    longest_earth_absence_start_utc: str
    eclipse_h: float
    eclipse_loss_h: float
    months: tuple[MonthLight, ...]


def visible_fraction(track: BodyTrack, profile: HorizonProfile) -> FloatArray:
    """Return the fraction of a body's disc above a horizon, shape (n,); see `disc_fraction`."""
    return disc_fraction(
        track.azimuth_deg, track.elevation_deg, track.angular_radius_deg, profile.elevation_deg
    )


def eclipse_fraction(sun: BodyTrack, earth: BodyTrack) -> FloatArray:
    """Return the fraction of the solar disc that the Earth hides.

    Parameters
    ----------
    sun, earth
        In the sky of one site at the same n epochs.

    Returns
    -------
    ndarray of shape (n,)
        0 to 1, by the overlap of two flat circles. The Earth is an airless sphere of 6378.137 km:
        its atmosphere would widen the shadow by about 1 %.
    """
    separation_deg = _separation_deg(sun, earth)
    hidden = np.zeros(len(separation_deg))
    touching = separation_deg < sun.angular_radius_deg + earth.angular_radius_deg
    hidden[touching] = _overlap(
        sun.angular_radius_deg[touching],
        earth.angular_radius_deg[touching],
        separation_deg[touching],
    )
    return hidden


def _separation_deg(a: BodyTrack, b: BodyTrack) -> FloatArray:
    ea, eb = np.radians(a.elevation_deg), np.radians(b.elevation_deg)
    half_azimuth = np.radians(a.azimuth_deg - b.azimuth_deg) / 2.0
    haversine = np.sin((ea - eb) / 2.0) ** 2 + np.cos(ea) * np.cos(eb) * np.sin(half_azimuth) ** 2
    apart: FloatArray = np.degrees(2.0 * np.arcsin(np.sqrt(np.clip(haversine, 0.0, 1.0))))
    return apart


def _overlap(r: FloatArray, cover: FloatArray, distance: FloatArray) -> FloatArray:
    """Return the share of circles of radius ``r`` that circles of radius ``cover`` hide."""
    d = np.maximum(distance, 1e-12)
    cos_r = np.clip((d * d + r * r - cover * cover) / (2.0 * d * r), -1.0, 1.0)
    cos_cover = np.clip((d * d + cover * cover - r * r) / (2.0 * d * cover), -1.0, 1.0)
    product = (-d + r + cover) * (d + r - cover) * (d - r + cover) * (d + r + cover)
    lens = (
        r * r * np.arccos(cos_r)
        + cover * cover * np.arccos(cos_cover)
        - 0.5 * np.sqrt(np.maximum(product, 0.0))
    )
    inside = distance <= np.abs(r - cover)
    whole = np.pi * np.minimum(r, cover) ** 2
    share: FloatArray = np.where(inside, whole, lens) / (np.pi * r * r)
    return np.clip(share, 0.0, 1.0)


def light_series(
    ephemeris: Ephemeris, profile: HorizonProfile, start_t_s: float, step_s: float, count: int
) -> LightSeries:
    """Compute the light and the Earth at a site on an even time grid.

    Parameters
    ----------
    ephemeris
        Of Sun and Earth.
    profile
        The site and its horizon.
    start_t_s, step_s, count
        The grid ``start_t_s + step_s * arange(count)``.

    Returns
    -------
    LightSeries

    Raises
    ------
    RangeError
        Where the grid leaves the ephemeris.
    """
    sun = ephemeris.track(profile.site, "sun", start_t_s, step_s, count)
    earth = ephemeris.track(profile.site, "earth", start_t_s, step_s, count)
    return LightSeries(
        t_s=sun.t_s,
        sun_fraction=visible_fraction(sun, profile),
        eclipse_fraction=eclipse_fraction(sun, earth),
        earth_fraction=visible_fraction(earth, profile),
    )


def light_statistics(series: LightSeries) -> LightStatistics:
    """Sum up a series.

    Parameters
    ----------
    series
        Of at least two samples on an even grid.

    Returns
    -------
    LightStatistics
    """
    step_s = series.step_s
    sun, earth = series.sun_fraction, series.earth_fraction
    dark, dark_start = _longest_run(sun == 0.0)
    absent, absent_start = _longest_run(earth == 0.0)
    eclipsed = (series.eclipse_fraction > 0.0) & (sun > 0.0)
    return LightStatistics(
        start_utc=iso_utc(float(series.t_s[0])),
        end_utc=iso_utc(float(series.t_s[-1]) + step_s),
        step_s=step_s,
        any_disc_fraction=float(np.mean(sun > 0.0)),
        mean_disc_fraction=float(np.mean(sun)),
        longest_dark_h=dark * step_s / HOUR_S,
        longest_dark_start_utc=iso_utc(float(series.t_s[dark_start])) if dark else "",
        earth_fraction=float(np.mean(earth > 0.0)),
        mean_earth_fraction=float(np.mean(earth)),
        longest_earth_absence_h=absent * step_s / HOUR_S,
        longest_earth_absence_start_utc=iso_utc(float(series.t_s[absent_start])) if absent else "",
        eclipse_h=float(np.count_nonzero(eclipsed)) * step_s / HOUR_S,
        eclipse_loss_h=float(np.sum(sun * series.eclipse_fraction)) * step_s / HOUR_S,
        months=_by_month(series),
    )


def _by_month(series: LightSeries) -> tuple[MonthLight, ...]:
    edges, months = _month_edges(series.t_s)
    of_sample = np.repeat(months, np.diff(edges))
    spans = list(zip(edges[:-1], edges[1:], months, strict=True))
    found = []
    for month in range(1, 13):
        chosen = of_sample == month
        if not chosen.any():
            continue
        own = [slice(first, last) for first, last, m in spans if m == month]
        sun, earth = series.sun_fraction, series.earth_fraction
        dark = max(_longest_run(sun[span] == 0.0)[0] for span in own)
        absent = max(_longest_run(earth[span] == 0.0)[0] for span in own)
        found.append(
            MonthLight(
                month=month,
                any_disc_fraction=float(np.mean(sun[chosen] > 0.0)),
                mean_disc_fraction=float(np.mean(sun[chosen])),
                longest_dark_h=dark * series.step_s / HOUR_S,
                earth_fraction=float(np.mean(earth[chosen] > 0.0)),
                mean_earth_fraction=float(np.mean(earth[chosen])),
                longest_earth_absence_h=absent * series.step_s / HOUR_S,
            )
        )
    return tuple(found)


def _month_edges(t_s: FloatArray) -> tuple[NDArray[np.intp], list[int]]:
    """Return the sample numbers at which calendar months begin (and the end), and the months."""
    moment, last = to_utc(float(t_s[0])), to_utc(float(t_s[-1]))
    starts, months = [0], [moment.month]
    year, month = moment.year, moment.month
    while (year, month) < (last.year, last.month):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        begin_t_s = from_utc(datetime(year, month, 1, tzinfo=UTC)) - _EDGE_S
        edge = int(np.searchsorted(t_s, begin_t_s))
        if starts[-1] < edge < len(t_s):
            starts.append(edge)
            months.append(month)
    return np.array([*starts, len(t_s)]), months


def _longest_run(condition: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the length of the longest run of true, in samples, and where it begins."""
    padded = np.concatenate([[False], condition, [False]]).astype(np.int8)
    changes = np.diff(padded)
    starts, ends = np.flatnonzero(changes == 1), np.flatnonzero(changes == -1)
    if len(starts) == 0:
        return 0, 0
    longest = int(np.argmax(ends - starts))
    return int(ends[longest] - starts[longest]), int(starts[longest])
