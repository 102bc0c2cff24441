"""Time: UTC at the edges, TDB seconds past J2000 inside.

``t_s`` counts SI seconds of Barycentric Dynamical Time past 2000-01-01T12:00:00 TDB. As a float64
it resolves 0.12 microseconds at 30 years. Leap seconds are those that the installed skyfield knows
(the last one is that of 2016-12-31); a leap second announced later is not in it, so UTC labels of
dates after its introduction would be off by that second while every ``t_s`` stays right.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from skyfield.api import load

from moonstead.units import DAY_S

J2000_JD = 2451545.0


@cache
def _timescale() -> Any:
    return load.timescale(builtin=True)


def skyfield_time(t_s: ArrayLike) -> Any:
    """Return skyfield's Time of one or many epochs, with no loss of precision.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, a number or an array of shape (n,).

    Returns
    -------
    skyfield.timelib.Time
        A single time, or a vector of n times.
    """
    days, seconds = np.divmod(np.asarray(t_s, dtype=np.float64), DAY_S)
    if days.ndim == 0:
        return _timescale().tdb_jd(float(J2000_JD + days), fraction=float(seconds / DAY_S))
    return _timescale().tdb_jd(J2000_JD + days, fraction=seconds / DAY_S)


def from_utc(text: str | datetime) -> float:
    """Convert a UTC date to TDB seconds past J2000.

    Parameters
    ----------
    text
        ISO 8601, such as ``2035-01-01T00:00:00Z`` or ``2035-01-01``, or a datetime. Without an
        offset it is UTC; another offset is converted.

    Returns
    -------
    float
        TDB seconds past J2000.

    Raises
    ------
    ValueError
        Where the text is not a date, with a sentence that says what would be.

    Examples
    --------
    >>> round(from_utc("2000-01-01T11:58:55.816Z"), 3)
    0.0
    """
    time = _timescale().from_datetime(_as_utc(text))
    return float((time.whole - J2000_JD) * DAY_S + time.tdb_fraction * DAY_S)


def _as_utc(text: str | datetime) -> datetime:
    if isinstance(text, str):
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            message = f'{text!r} is not a date; write UTC such as "2035-01-01T00:00:00Z"'
            raise ValueError(message) from None
    else:
        moment = text
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        message = f"{text} is beyond the years 1 to 9999; write a nearer date"
        raise ValueError(message) from None


def to_utc(t_s: float) -> datetime:
    """Convert TDB seconds past J2000 to an aware UTC datetime, to the millisecond.

    Parameters
    ----------
    t_s
        TDB seconds past J2000.

    Returns
    -------
    datetime.datetime
        With the UTC time zone. An instant inside a leap second takes the label of the second
        before it, as datetime has no name for it.
    """
    moment: datetime = skyfield_time(float(t_s)).utc_datetime()
    return moment.astimezone(UTC)


def iso_utc(t_s: float) -> str:
    """Return the ISO 8601 UTC text of an epoch, rounded to the second.

    Parameters
    ----------
    t_s
        TDB seconds past J2000.

    Returns
    -------
    str
        Such as ``2035-01-01T00:00:00Z``.
    """
    moment = to_utc(t_s) + timedelta(milliseconds=500)
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
