"""Dates of navigation messages: calendar or day-of-year text in a time system, and ``t_s``.

Inside a day, seconds are kept apart from the day, so a text keeps what it says to 1e-11 s until it
becomes ``t_s``, which as a float64 resolves 1.2e-7 s until the year 2034 and 2.4e-7 s after.
"""

import re
from datetime import date, timedelta
from functools import cache
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from skyfield.timelib import tdb_minus_tt

from moonstead.environment.timescale import J2000_JD, skyfield_time
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
TimeSystem = Literal["UTC", "TAI", "TT", "TDB", "GPS"]
TIME_SYSTEMS: Final[tuple[str, ...]] = get_args(TimeSystem)

TT_MINUS_TAI_S = 32.184
"""By definition (IAU 1991, recommendation IV)."""
TAI_MINUS_GPS_S = 19.0
"""By definition (IS-GPS-200)."""
_EPOCH = re.compile(
    r"(\d{4})-(?:(\d{2})-(\d{2})|(\d{3}))T(\d{2}):(\d{2}):(\d{2})(\.\d*)?Z?", re.ASCII
)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_HALF_DAY_S = 43200.0
_SHAPE = 'must be a date such as "2030-01-31T12:00:00.000" or "2030-031T12:00:00.000"'


def parse_epoch(text: str) -> tuple[int, float]:
    """Split a date of CCSDS 502.0-B, section 7.5.10, into day and second.

    Parameters
    ----------
    text
        Such as ``2030-01-31T12:00:00.000`` or ``2030-031T12:00:00Z``.

    Returns
    -------
    tuple
        Days past 2000-01-01, and seconds of that day, below 86401.

    Raises
    ------
    ValueError
        With a sentence that says what would be right.
    """
    match = _EPOCH.fullmatch(text)
    if match is None:
        raise ValueError(_SHAPE)
    year, month, day, day_of_year, hour, minute, second, fraction = match.groups()
    number = _day_number(year, month, day, day_of_year)
    if int(hour) > 23 or int(minute) > 59 or int(second) > 60:
        message = "has an hour above 23, a minute above 59 or a second above 60"
        raise ValueError(message)
    if int(second) == 60 and (hour, minute) != ("23", "59"):
        message = "has a second 60 that is not at the end of a day"
        raise ValueError(message)
    rest = float(second + fraction) if fraction else float(second)
    return number, int(hour) * 3600 + int(minute) * 60 + rest


@cache
def _day_number(year: str, month: str | None, day: str | None, day_of_year: str | None) -> int:
    try:
        if day_of_year is None:
            return date(int(year), int(month or 0), int(day or 0)).toordinal() - _FIRST_DAY
        found = date(int(year), 1, 1) + timedelta(days=int(day_of_year) - 1)
    except (ValueError, OverflowError):
        message = "is no day of the calendar"
        raise ValueError(message) from None
    if found.year != int(year):
        message = "is no day of the calendar"
        raise ValueError(message)
    return found.toordinal() - _FIRST_DAY


def t_s_of(days: ArrayLike, seconds: ArrayLike, time_system: str) -> FloatArray:
    """Return TDB seconds past J2000 of dates in a time system.

    Parameters
    ----------
    days, seconds
        As from `parse_epoch`, shape (n,).
    time_system
        One of `TIME_SYSTEMS`.

    Returns
    -------
    ndarray of shape (n,), s
        TDB by USNO Circular 179, equation 2.6 (within 10 microseconds), as skyfield has it.

    Raises
    ------
    ValueError
        For a second 60 of UTC on a day that has none.
    """
    day = np.asarray(days, dtype=np.int64)
    second = np.asarray(seconds, dtype=np.float64)
    long = second >= DAY_S
    if long.any() and not (time_system == "UTC" and bool((leap_s(day[long]) > 0.0).all())):
        message = "has a second 60 on a day without a leap second"
        raise ValueError(message)
    whole_s = day * DAY_S - _HALF_DAY_S
    if time_system == "TDB":
        return np.asarray(whole_s + second)
    rest_s = second + _tt_minus_s(day, time_system)
    rest_s = rest_s + tdb_minus_tt(J2000_JD, (whole_s + rest_s) / DAY_S)
    return np.asarray(whole_s + rest_s)


def days_and_seconds(t_s: ArrayLike, time_system: str) -> tuple[IntArray, FloatArray]:
    """Return the dates of epochs: the inverse of `t_s_of`.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, shape (n,).
    time_system
        One of `TIME_SYSTEMS`.

    Returns
    -------
    tuple of ndarray of shape (n,)
        Days past 2000-01-01 and seconds of that day; 86400 and more within a leap second.
    """
    epochs = np.asarray(t_s, dtype=np.float64)
    whole_s = np.floor(epochs)
    rest = epochs - whole_s
    if time_system != "TDB":
        rest = rest - tdb_minus_tt(J2000_JD, epochs / DAY_S)
    whole_s = whole_s + _HALF_DAY_S
    day = np.floor((whole_s + rest) / DAY_S).astype(np.int64)
    for _ in range(2):
        offset_s = 0.0 if time_system == "TDB" else _tt_minus_s(day, time_system)
        second: FloatArray = (whole_s - day * DAY_S) + (rest - offset_s)
        day = np.where(second < 0.0, day - 1, day)
    offset_s = 0.0 if time_system == "TDB" else _tt_minus_s(day, time_system)
    return day, (whole_s - day * DAY_S) + (rest - offset_s)


def epoch_texts(t_s: ArrayLike, time_system: str) -> list[str]:
    """Write epochs, each in the fewest of 3, 6 or 9 decimals that bring it back to the bit.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, shape (n,).
    time_system
        One of `TIME_SYSTEMS`.

    Returns
    -------
    list of str
        Such as ``2030-01-31T12:00:00.000``.
    """
    epochs = np.atleast_1d(np.asarray(t_s, dtype=np.float64))
    day, second = days_and_seconds(epochs, time_system)
    length_s = DAY_S + (leap_s(day) if time_system == "UTC" else 0.0)
    days, ticks, decimals = day, second, np.full(epochs.shape, 9)
    for fewer in (9, 6, 3):
        counted = np.rint(second * 10.0**fewer)
        over = counted >= length_s * 10.0**fewer
        counted = np.where(over, counted - length_s * 10.0**fewer, counted)
        next_day = np.where(over, day + 1, day)
        kept = np.abs(t_s_of(next_day, counted / 10.0**fewer, time_system) - epochs) <= 1e-10
        kept |= fewer == 9
        days, ticks = np.where(kept, next_day, days), np.where(kept, counted, ticks)
        decimals = np.where(kept, fewer, decimals)
    parts = zip(days.tolist(), ticks.astype(np.int64).tolist(), decimals.tolist(), strict=True)
    return [_text(*part) for part in parts]


def _text(day: int, ticks: int, decimals: int) -> str:
    second, part = divmod(ticks, 10**decimals)
    minute = min(second // 60, 1439)
    clock = f"{minute // 60:02d}:{minute % 60:02d}:{second - 60 * minute:02d}.{part:0{decimals}d}"
    return f"{date.fromordinal(day + _FIRST_DAY).isoformat()}T{clock}"


def leap_s(days: ArrayLike) -> FloatArray:
    """Return by how much the UTC days, counted past 2000-01-01, are longer than 86400 s."""
    day = np.asarray(days, dtype=np.int64)
    return np.asarray(_tt_minus_s(day + 1, "UTC") - _tt_minus_s(day, "UTC"))


def _tt_minus_s(day: IntArray, time_system: str) -> FloatArray:
    """Return TT less the time system over given days (for UTC at their beginning)."""
    if time_system == "TT":
        return np.zeros(day.shape)
    if time_system == "TAI":
        return np.full(day.shape, TT_MINUS_TAI_S)
    if time_system == "GPS":
        return np.full(day.shape, TT_MINUS_TAI_S + TAI_MINUS_GPS_S)
    flat = np.atleast_1d(day)
    unique, place = np.unique(flat, return_inverse=True)
    time = skyfield_time(0.0).ts.utc(2000, 1, 1 + unique)
    midnight_jd = unique + (J2000_JD - 0.5)
    offset_s = ((time.whole - midnight_jd) + time.tai_fraction) * DAY_S
    found: FloatArray = (np.rint(offset_s) + TT_MINUS_TAI_S)[place].reshape(day.shape)
    return found
