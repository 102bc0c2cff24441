"""Time scales against SPICE's leap-second arithmetic and known instants."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.environment.timescale import from_utc, iso_utc, skyfield_time, to_utc


def test_j2000_is_zero() -> None:
    # TT = UTC + 32 s + 32.184 s at J2000; TDB - TT is -0.1 ms that day (USNO circular 179)
    assert from_utc("2000-01-01T11:58:55.816Z") == pytest.approx(0.0, abs=2e-4)


def test_leap_seconds_since_2017() -> None:
    naive_s = (
        datetime(2035, 1, 1, tzinfo=UTC) - datetime(2000, 1, 1, 12, tzinfo=UTC)
    ).total_seconds()
    assert from_utc("2035-01-01") == pytest.approx(naive_s + 69.184, abs=2e-3)


def test_forms_of_a_date() -> None:
    expected = from_utc("2035-01-01T00:00:00Z")
    assert from_utc("2035-01-01") == expected
    assert from_utc("2035-01-01T00:00:00") == expected
    assert from_utc("2035-01-01T08:00:00+08:00") == expected
    assert from_utc(datetime(2035, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == expected


@pytest.mark.parametrize("text", ["", "tomorrow", "2035-13-01", "2035-02-30", "20 July 1969"])
def test_a_text_that_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date; write UTC such as"):
        from_utc(text)


@given(st.datetimes(datetime(1972, 1, 2), datetime(2149, 12, 31)))  # noqa: DTZ001
def test_round_trip(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    assert abs(to_utc(from_utc(moment)) - moment) <= timedelta(milliseconds=0.51)


def test_iso_text_is_rounded_to_the_second() -> None:
    assert iso_utc(from_utc("2035-06-01T10:34:56.4Z")) == "2035-06-01T10:34:56Z"
    assert iso_utc(from_utc("2035-12-31T23:59:59.6Z")) == "2036-01-01T00:00:00Z"


def test_skyfield_time_keeps_microseconds() -> None:
    t_s = 1.1e9 + np.array([0.0, 1e-6])
    tdb_s = (skyfield_time(t_s).tdb_fraction - skyfield_time(t_s[0]).tdb_fraction) * 86400.0
    assert tdb_s[1] == pytest.approx(1e-6, abs=2e-7)
