"""Light and Earth on a map over years."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.illumination.clock import BodyColumns, SkyClock
from moonstead.environment.illumination.kernel import Found, Task, fill_light
from moonstead.environment.illumination.spells import COUNTS
from moonstead.environment.illumination.tables import share_tables
from moonstead.environment.illumination.thresholds import Pixels
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.sweep.elevation import COUNTS_PER_DEG, NO_COUNT
from moonstead.environment.sweep.grid import gnomonic_m
from moonstead.environment.sweep.horizons import HorizonMap
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.errors import Problem, RangeError

SingleArray = NDArray[np.float32]
FloatArray = NDArray[np.float64]

LEAST_LATITUDE_DEG = 50.0
"""Nearer to the equator the Sun's latitude does not decide whether it is in view."""
BRIDGE_H = 72.0
_MARGIN_RAD = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class BodyLight:
    """A body in view of the pixels of a map; shape (rows, columns) each, NaN without ground.

    Parameters
    ----------
    any_fraction
        Of the time, with any part of the disc in view.
    mean_fraction
        Of the disc in view, mean over time.
    parts_fraction
        `any_fraction` by part of the span, shape (parts, rows, columns).
    longest_absence_h, longest_presence_h
        The longest time without and with any part in view, in whole epochs of the clock.
    seasons
        Runs of lunations without an absence of more than `BRIDGE_H`.
    longest_season_months
        The longest of them, synodic months.
    longest_season_t_s
        When it begins, TDB seconds past J2000; NaN where there is none.
    """

    any_fraction: SingleArray
    mean_fraction: SingleArray
    parts_fraction: SingleArray
    longest_absence_h: SingleArray
    longest_presence_h: SingleArray
    seasons: SingleArray
    longest_season_months: SingleArray
    longest_season_t_s: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class LightMap:
    """Light and Earth on a map; eclipses by the Earth are not counted.

    Parameters
    ----------
    horizons
        Where the map is and what hides; without the horizons themselves.
    start_t_s, end_t_s
        The span, TDB seconds past J2000.
    sun, earth
        What is in view.
    parts
        Names of the parts of the span, such as "2035-01".
    together_fraction
        Of the time, with some of the Sun and some of the Earth in view.
    """

    horizons: HorizonMap
    start_t_s: float
    end_t_s: float
    sun: BodyLight
    earth: BodyLight
    parts: tuple[str, ...]
    together_fraction: SingleArray


def light_map(horizons: HorizonMap, clock: SkyClock, by: str = "") -> LightMap:
    """Compute light and Earth on a map.

    Every pixel's horizon becomes one threshold for each of the columns of the clock: the latitude
    from which on the body is in view. Shares of time come from tables of those, durations from the
    thresholds and all epochs in order.

    Parameters
    ----------
    horizons
        Of a map within 40 degrees of a pole.
    clock
        For the same pole.
    by
        "month" for the twelve calendar months (all years together), "year" for the calendar
        years; "" for neither.

    Returns
    -------
    LightMap

    Raises
    ------
    RangeError
        For a map that reaches too near to the equator, or is of the other hemisphere.
    """
    w = horizons.window
    latitude_deg, longitude_deg = horizons.places_deg()
    towards_deg = float((clock.pole * latitude_deg).min())
    if towards_deg < LEAST_LATITUDE_DEG:
        remedy = f"maps of light need latitudes of {LEAST_LATITUDE_DEG:g} degrees and more"
        if towards_deg < 0.0:
            remedy = "the clock is for the other pole; give sky_clock the pole of the map"
        name = horizons.terrain.file.name
        raise RangeError(Problem(name, "latitude", f"{clock.pole * towards_deg:.2f}", remedy))
    pixels = _pixels(horizons.frame, clock.pole, latitude_deg.ravel(), longitude_deg.ravel())
    names, part = _parts(clock.t_s, by)
    weight = clock.step_h / clock.step_h.sum(dtype=np.float64)
    # Less than half a lunation at the end is part of the one before.
    lunations = max(round(len(clock.t_s) / clock.columns), 1)
    starts = np.append(np.arange(lunations) * clock.columns, len(clock.t_s))
    total_h = float(clock.step_h.sum(dtype=np.float64))
    epoch_h = total_h / len(clock.t_s)
    bridge = int(BRIDGE_H / epoch_h)
    count = latitude_deg.size
    tasks, found = [], []
    for columns in (clock.sun, clock.earth):
        shares = _share_tables(columns, weight, part, len(names))
        tasks.append(_task(columns, shares, horizons.frame, clock.pole, starts, bridge))
        found.append(_found(count, len(names)))
    together = np.zeros(count, np.int32)
    fill_light(
        horizons.counts.reshape(len(horizons.counts), -1),
        COUNTS_PER_DEG * np.degrees(1.0),
        pixels,
        tasks[0],
        tasks[1],
        found[0],
        found[1],
        together,
    )
    shape = (w.rows, w.columns)
    missing = horizons.counts[0] == NO_COUNT
    sun, earth = (_body_light(f, shape, missing, epoch_h, clock.t_s[starts[:-1]]) for f in found)
    return LightMap(
        horizons=replace(horizons, counts=horizons.counts[:0]),
        start_t_s=float(clock.t_s[0]),
        end_t_s=float(clock.t_s[-1]),
        sun=sun,
        earth=earth,
        parts=names,
        together_fraction=_image(together / len(clock.t_s), shape, missing),
    )


def _image(values: NDArray[Any], shape: tuple[int, int], missing: NDArray[np.bool_]) -> SingleArray:
    picture = values.reshape(*values.shape[:-1], *shape).astype(np.float32)
    picture[..., missing] = np.nan
    return picture


def _body_light(
    found: Found,
    shape: tuple[int, int],
    missing: NDArray[np.bool_],
    epoch_h: float,
    lunation_t_s: FloatArray,
) -> BodyLight:
    begin_t_s = np.where(found.season > 0, lunation_t_s[found.season_start], np.nan)
    return BodyLight(
        any_fraction=_image(found.any_part, shape, missing),
        mean_fraction=_image(found.mean_disc, shape, missing),
        parts_fraction=_image(found.parts, shape, missing),
        longest_absence_h=_image(found.absence * epoch_h, shape, missing),
        longest_presence_h=_image(found.presence * epoch_h, shape, missing),
        seasons=_image(found.seasons, shape, missing),
        longest_season_months=_image(found.season, shape, missing),
        longest_season_t_s=np.where(missing, np.nan, begin_t_s.reshape(shape)),
    )


def _found(count: int, parts: int) -> Found:
    spells = [np.zeros(count, np.int32) for _ in range(5)]
    any_part, mean_disc = np.zeros(count, np.float32), np.zeros(count, np.float32)
    return Found(any_part, mean_disc, np.zeros((parts, count), np.float32), *spells)


def _pixels(
    frame: FloatArray, pole: int, latitude_deg: FloatArray, longitude_deg: FloatArray
) -> Pixels:
    x_m, y_m = gnomonic_m(frame, latitude_deg, longitude_deg)
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    values = (
        x_m / MOON_RADIUS_M,
        y_m / MOON_RADIUS_M,
        pole * np.sin(lat),
        np.cos(lat) * np.cos(lon),
        np.cos(lat) * np.sin(lon),
    )
    return Pixels(*(value.astype(np.float32) for value in values))


def _span(columns: BodyColumns) -> float:
    # Half a disc beyond the body's centre, so that the tables end where nothing changes any more.
    return float(np.abs(columns.lift_rad).max()) + columns.radius_rad + _MARGIN_RAD


def _task(
    columns: BodyColumns,
    shares: tuple[SingleArray, SingleArray, SingleArray],
    frame: FloatArray,
    pole: int,
    starts: NDArray[np.int64],
    bridge: int,
) -> Task:
    cosine, sine = np.cos(columns.longitude_rad), np.sin(columns.longitude_rad)
    ahead = np.stack([cosine, sine, np.zeros_like(sine)], axis=1) @ frame.T
    span = _span(columns)
    return Task(
        cosine.astype(np.float32),
        sine.astype(np.float32),
        np.ascontiguousarray(ahead),
        np.ascontiguousarray(frame[:, 2] * pole),
        columns.radius_rad,
        columns.parallax,
        span,
        *shares,
        columns.column,
        np.round(columns.lift_rad * (COUNTS / span)).astype(np.int16),
        starts.astype(np.int32),
        bridge,
    )


def _share_tables(
    columns: BodyColumns, weight: FloatArray, part: NDArray[np.intp], parts: int
) -> tuple[SingleArray, SingleArray, SingleArray]:
    """Return the tables of the whole span, and of any part in view by part of the span."""
    count, span = len(columns.longitude_rad), _span(columns)
    any_part, mean_disc = share_tables(
        columns.column, columns.lift_rad, weight, count, columns.radius_rad, span
    )
    by_part = np.empty((parts, *any_part.shape), np.float32)
    for p in range(parts):
        own = np.where(part == p, weight, 0.0)
        by_part[p], _ = share_tables(
            columns.column, columns.lift_rad, own / own.sum(), count, columns.radius_rad, span
        )
    return any_part, mean_disc, by_part


def _parts(t_s: FloatArray, by: str) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """Return the names of the parts of the time that have epochs, and the part of every epoch."""
    if not by:
        return (), np.zeros(len(t_s), np.intp)
    first, last = to_utc(float(t_s[0])).year, to_utc(float(t_s[-1])).year
    months = [(year, month) for year in range(first, last + 1) for month in range(1, 13)]
    edges = [from_utc(datetime(year, month, 1, tzinfo=UTC)) for year, month in months]
    of_epoch = np.searchsorted(edges, t_s, side="right") - 1
    labels = np.array(
        [f"{month:02d}" if by == "month" else f"{year:04d}" for year, month in months]
    )[of_epoch]
    names, part = np.unique(labels, return_inverse=True)
    return tuple(str(name) for name in names), part
