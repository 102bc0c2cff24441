"""The longest light at a site, and its seasons: long times without a long darkness."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.illumination.maps import BRIDGE_H
from moonstead.environment.light import LightSeries
from moonstead.environment.timescale import iso_utc
from moonstead.units import DAY_S, HOUR_S

__all__ = ["BRIDGE_H", "LEAST_SEASON_DAYS", "LightRuns", "Season", "light_runs"]

LEAST_SEASON_DAYS = 29.530589
"""A mean synodic month: every azimuth has had its Sun."""


@dataclass(frozen=True, slots=True)
class Season:
    """A time in which no darkness outlasts `BRIDGE_H`.

    Parameters
    ----------
    start_utc
        When it begins: at the end of a longer darkness, or of the span's start.
    days
        How long it lasts.
    """

    start_utc: str
    days: float


@dataclass(frozen=True, slots=True)
class LightRuns:
    """The longest light, and the seasons.

    Parameters
    ----------
    longest_light_h
        Longest time with some of the Sun's disc in view all along.
    longest_light_start_utc
        When it begins; empty where it is never light.
    seasons
        All of at least `LEAST_SEASON_DAYS`, in order. At the ends of the span they are cut.
    """

    longest_light_h: float
    longest_light_start_utc: str
    seasons: tuple[Season, ...]


def light_runs(series: LightSeries) -> LightRuns:
    """Find the longest light and the seasons of a series.

    Parameters
    ----------
    series
        Of at least two samples on an even grid.

    Returns
    -------
    LightRuns
        Resolved to one step. Eclipses by the Earth are not counted, as in `light_statistics`.
    """
    step_s = series.step_s
    lit = series.sun_fraction > 0.0
    begins, ends = _runs(lit)
    longest = int(np.argmax(ends - begins)) if len(begins) else -1
    long_dark = np.zeros(len(lit), dtype=np.bool_)
    for begin, end in zip(*_runs(~lit), strict=True):
        long_dark[begin:end] = (end - begin) * step_s > BRIDGE_H * HOUR_S
    seasons = tuple(
        Season(iso_utc(float(series.t_s[begin])), float(end - begin) * step_s / DAY_S)
        for begin, end in zip(*_runs(~long_dark), strict=True)
        if (end - begin) * step_s >= LEAST_SEASON_DAYS * DAY_S
    )
    if longest < 0:
        return LightRuns(0.0, "", seasons)
    return LightRuns(
        longest_light_h=float(ends[longest] - begins[longest]) * step_s / HOUR_S,
        longest_light_start_utc=iso_utc(float(series.t_s[begins[longest]])),
        seasons=seasons,
    )


def _runs(condition: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where runs of true begin, and one past where they end."""
    changes = np.diff(np.concatenate([[False], condition, [False]]).astype(np.int8))
    return np.flatnonzero(changes == 1), np.flatnonzero(changes == -1)
