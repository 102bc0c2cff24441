"""When a ground station may be used: opening hours, upkeep, and weather by band.

``ground_schedules.csv`` has the hours of each station, ``ground_weather.csv`` the climates. Nearly
all of it is assumption, and its source column says so. Weather comes and goes at random: outages
and clear spells last exponentially long, with the climate's mean and share of time. An outage of
the radio is one of the highest bands; the stronger ones of them stop the lower bands too. The seed,
the station and the date decide alone, so that any part of a year has the same weather as the year.

Left out: that weather has seasons and times of day, and that neighbours share it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.clock import clock_remedy, hour_of, span_h
from moonstead.comms.intervals import complement, intersection, union
from moonstead.comms.link_tables import Check, filled, number, one_of, read_table
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.errors import InputError, Problem
from moonstead.spec import suggest
from moonstead.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]
Band = Literal["L", "S", "C", "X", "Ku", "K", "Ka", "Q", "optical"]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BLOCK_S = 64 * DAY_S
"""Of weather that is drawn at once; spells end where a block does."""
_LIKE = {"L": "S", "S": "S", "C": "X", "X": "X", "Ku": "Ka", "K": "Ka", "Ka": "Ka", "Q": "Ka"}
_BLOCKS_BEFORE_J2000 = 2**16


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The hours of a ground station, UTC.

    Parameters
    ----------
    station
        Its name in the catalogue.
    open_h, close_h
        Hours of the day; closing before opening runs through midnight.
    upkeep_day
        Day of the week, 0 for Monday.
    upkeep_start_h, upkeep_h
        When upkeep begins, and how long it takes.
    climate
        A row of ``ground_weather.csv``.
    """

    station: str
    open_h: float
    close_h: float
    upkeep_day: int
    upkeep_start_h: float
    upkeep_h: float
    climate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """How often weather stops the work of a ground station.

    Parameters
    ----------
    radio_outage_s, cloud_s
        Mean duration of an outage of the radio, and of clouds.
    radio_share
        Of all time that is lost, by band: S, X and Ka.
    cloud_share
        Of all time that is lost to an optical link.
    """

    radio_outage_s: float
    radio_share: Mapping[str, float]
    cloud_s: float
    cloud_share: float


def load_schedules(path: Path | None = None) -> dict[str, Schedule]:
    """Read the hours of ground stations by name; None for those that come with Moonstead.

    Raises
    ------
    InputError
        With every wrong cell.
    """
    columns: dict[str, Check] = {
        "station": filled,
        "open_utc": _hours_remedy,
        "upkeep_day": one_of(DAYS),
        "upkeep_start_utc": clock_remedy,
        "upkeep_h": number(0.0, 167.0),
        "climate": one_of(tuple(load_climates())),
        "source": filled,
    }
    return {
        row["station"]: Schedule(
            station=row["station"],
            open_h=hour_of(row["open_utc"].partition("-")[0]),
            close_h=hour_of(row["open_utc"].partition("-")[2]),
            upkeep_day=DAYS.index(row["upkeep_day"]),
            upkeep_start_h=hour_of(row["upkeep_start_utc"]),
            upkeep_h=float(row["upkeep_h"]),
            climate=row["climate"],
        )
        for row in read_table("ground_schedules.csv", path, columns)
    }


@cache
def load_climates() -> Mapping[str, Climate]:
    """Read the climates by name."""
    share, hours = number(0.0, 0.95), number(0.01, 1000.0)
    columns: dict[str, Check] = {
        "climate": filled,
        "radio_outage_h": hours,
        "s_share": share,
        "x_share": share,
        "ka_share": share,
        "cloud_h": hours,
        "cloud_share": share,
        "source": filled,
    }
    return {
        row["climate"]: Climate(
            radio_outage_s=float(row["radio_outage_h"]) * HOUR_S,
            radio_share={b: float(row[f"{b.lower()}_share"]) for b in ("S", "X", "Ka")},
            cloud_s=float(row["cloud_h"]) * HOUR_S,
            cloud_share=float(row["cloud_share"]),
        )
        for row in read_table("ground_weather.csv", None, columns)
    }


def usable(
    schedule: Schedule, band: Band, start_t_s: float, end_t_s: float, seed: int
) -> FloatArray:
    """Return when a ground station may be used in a band.

    Parameters
    ----------
    schedule
        Of the station.
    band
        Radio band, or ``"optical"``.
    start_t_s, end_t_s
        Span, TDB seconds past J2000.
    seed
        Of the weather.

    Returns
    -------
    ndarray of shape (n, 2)
        Intervals, TDB seconds past J2000: open, no upkeep, no outage by weather.
    """
    lost = weather_outages(schedule, band, start_t_s, end_t_s, seed)
    return intersection(
        open_hours(schedule, start_t_s, end_t_s), complement(lost, start_t_s, end_t_s)
    )


def open_hours(schedule: Schedule, start_t_s: float, end_t_s: float) -> FloatArray:
    """Return when a ground station is open and not under upkeep, shape (n, 2).

    Days are 86,400 s from the first midnight: where a leap second falls within the span, the hours
    after it are early by it.
    """
    first = to_utc(start_t_s).replace(hour=0, minute=0, second=0, microsecond=0)
    first -= timedelta(days=7)  # upkeep that began last week may still go on
    midnight_t_s, weekday = from_utc(first), first.weekday()
    count = int((end_t_s - midnight_t_s) / DAY_S) + 2
    midnights = midnight_t_s + DAY_S * np.arange(count)
    span = np.array([[start_t_s, end_t_s]])
    if schedule.open_h == 0.0 and schedule.close_h == 24.0:
        opened = span
    else:
        from_t_s = midnights + schedule.open_h * HOUR_S
        long_s = span_h(schedule.open_h, schedule.close_h) * HOUR_S
        opened = np.column_stack([from_t_s, from_t_s + long_s])
    weeks = midnights[(schedule.upkeep_day - weekday) % 7 :: 7] + schedule.upkeep_start_h * HOUR_S
    upkeep = union(np.column_stack([weeks, weeks + schedule.upkeep_h * HOUR_S]))
    return intersection(opened, span, complement(upkeep, start_t_s, end_t_s))


def weather_outages(
    schedule: Schedule, band: Band, start_t_s: float, end_t_s: float, seed: int
) -> FloatArray:
    """Return when weather stops a band at a ground station, shape (n, 2).

    Raises
    ------
    InputError
        The band is unknown.
    """
    climate = load_climates()[schedule.climate]
    if band == "optical":
        share, kept, mean_s = climate.cloud_share, 1.0, climate.cloud_s
    elif band in _LIKE:
        share = max(climate.radio_share.values())
        kept = climate.radio_share[_LIKE[band]] / share if share > 0.0 else 0.0
        mean_s = climate.radio_outage_s
    else:
        remedy = f"unknown; {suggest(band, [*_LIKE, 'optical'])}"
        raise InputError(Problem("weather", "band", f'"{band}"', remedy))
    blocks = range(int(start_t_s // BLOCK_S), int(end_t_s // BLOCK_S) + 1)
    words = [seed, crc32(schedule.station.encode()), int(band == "optical")]
    drawn = [
        block * BLOCK_S + _block_outages(share, kept, mean_s, [*words, block])
        for block in blocks
        if share > 0.0
    ]
    return intersection(union(*drawn, np.empty((0, 2))), np.array([[start_t_s, end_t_s]]))


def _block_outages(share: float, kept: float, mean_s: float, words: list[int]) -> FloatArray:
    """Draw the outages of one block, s after it begins."""
    seed, station, kind, block = words
    draw = np.random.default_rng([seed, station, kind, block + _BLOCKS_BEFORE_J2000])
    clear_s = mean_s * (1.0 - share) / share
    # Spells have no memory: what is left of the first one is as long as any.
    lost_first = draw.random() < share
    most = int(6.0 * BLOCK_S / (mean_s + clear_s)) + 20
    lengths_s = draw.exponential(np.array([clear_s, mean_s]), (most, 2))
    severity = draw.random(most)
    if lost_first:
        lengths_s[0, 0] = 0.0
    ends = np.minimum(np.cumsum(lengths_s.ravel()), BLOCK_S).reshape(-1, 2)
    return ends[(severity < kept) & (ends[:, 1] > ends[:, 0])]


def _hours_remedy(text: str) -> str:
    first, _, last = text.partition("-")
    wrong = clock_remedy(first) or clock_remedy(last) or first == last
    return 'must be like "06:00-18:00" or "00:00-24:00"' if wrong else ""
