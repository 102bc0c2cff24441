"""Hours, upkeep and weather of ground stations."""

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest

from moonstead.comms.ground_stations import load_ground_stations
from moonstead.comms.intervals import complement, duration_s, intersection, union
from moonstead.comms.outages import (
    Schedule,
    load_climates,
    load_schedules,
    open_hours,
    usable,
    weather_outages,
)
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.errors import InputError
from moonstead.units import DAY_S, HOUR_S

START_T_S = from_utc("2030-01-01")
SPAN_S = 20 * 365.25 * DAY_S
HERE = Schedule(
    station="here",
    open_h=0.0,
    close_h=24.0,
    upkeep_day=1,
    upkeep_start_h=20.0,
    upkeep_h=8.0,
    climate="temperate",
)


def test_every_station_of_the_catalogue_has_its_hours() -> None:
    schedules = load_schedules()
    assert set(schedules) == {station.name for station in load_ground_stations()}


def test_upkeep_runs_through_midnight_on_its_day() -> None:
    opened = open_hours(HERE, START_T_S, START_T_S + 28 * DAY_S)
    closed = complement(opened, START_T_S, START_T_S + 28 * DAY_S)
    assert duration_s(closed) == pytest.approx(4 * 8 * HOUR_S, abs=0.1)
    begin, end = (to_utc(t + 1.0).astimezone(UTC) for t in closed[1])
    assert (begin.strftime("%A %H"), round((end - begin).total_seconds())) == (
        "Tuesday 20",
        8 * 3600,
    )
    # 2030-01-01 is a Tuesday: upkeep of the evening; that of a week before is over.
    assert to_utc(closed[0, 0]).day == 1


def test_upkeep_that_began_before_the_span_still_closes() -> None:
    start_t_s = from_utc("2030-01-02T01:00:00Z")
    opened = open_hours(HERE, start_t_s, start_t_s + DAY_S)
    assert opened[0, 0] - start_t_s == pytest.approx(3 * HOUR_S, abs=0.1)


@pytest.mark.parametrize(("open_h", "close_h", "share"), [(6.0, 18.0, 0.5), (22.0, 4.0, 0.25)])
def test_daily_hours(open_h: float, close_h: float, share: float) -> None:
    schedule = replace(HERE, open_h=open_h, close_h=close_h, upkeep_h=0.0)
    opened = open_hours(schedule, START_T_S, START_T_S + 100 * DAY_S)
    assert duration_s(opened) == pytest.approx(share * 100 * DAY_S, abs=60.0)
    hours = [to_utc(t + 1.0).hour for t in opened[1:, 0]]
    assert set(hours) == {int(open_h)}


@pytest.mark.parametrize("climate", ["desert", "monsoon"])
@pytest.mark.parametrize("band", ["S", "X", "Ka", "optical"])
def test_weather_takes_its_share_and_lasts_as_long_as_told(climate: str, band: str) -> None:
    told = load_climates()[climate]
    share = told.cloud_share if band == "optical" else told.radio_share[band]
    mean_s = told.cloud_s if band == "optical" else told.radio_outage_s
    schedules = [replace(HERE, station=f"s{k}", climate=climate) for k in range(10)]
    lost = [weather_outages(s, band, START_T_S, START_T_S + SPAN_S, 1) for s in schedules]
    count = sum(len(one) for one in lost)
    # The sum of n exponential spells, and their number, each spread by 1 / sqrt(n).
    spread = 5.0 * np.sqrt(2.0 / count)
    total_s = sum(duration_s(one) for one in lost)
    assert total_s / (10 * SPAN_S) == pytest.approx(share, rel=spread)
    assert total_s / count == pytest.approx(mean_s, rel=spread + 0.03)  # blocks cut some


def test_a_lower_band_is_lost_only_with_the_higher_ones() -> None:
    lost = {b: weather_outages(HERE, b, START_T_S, START_T_S + SPAN_S, 7) for b in ("S", "X", "Ka")}
    assert np.array_equal(intersection(lost["S"], lost["X"]), lost["S"])
    assert np.array_equal(intersection(lost["X"], lost["Ka"]), lost["X"])
    assert 0.0 < duration_s(lost["S"]) < duration_s(lost["X"]) < duration_s(lost["Ka"])


def test_the_same_weather_whatever_the_span() -> None:
    middle_t_s = START_T_S + 100 * DAY_S
    whole = usable(HERE, "Ka", START_T_S, START_T_S + 200 * DAY_S, 3)
    halves = [
        usable(HERE, "Ka", START_T_S, middle_t_s, 3),
        usable(HERE, "Ka", middle_t_s, START_T_S + 200 * DAY_S, 3),
    ]
    # Midnights of UTC are even in TDB to some milliseconds.
    assert np.allclose(union(*halves), whole, rtol=0.0, atol=0.005)
    assert not np.array_equal(usable(HERE, "Ka", START_T_S, middle_t_s, 4), halves[0])
    other = replace(HERE, station="there")
    assert not np.array_equal(usable(other, "Ka", START_T_S, middle_t_s, 3), halves[0])


def test_an_unknown_band_and_wrong_rows_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='did you mean "Ka"'):
        weather_outages(HERE, "ka", START_T_S, START_T_S + DAY_S, 0)  # type: ignore[arg-type]
    path = tmp_path / "hours.csv"
    path.write_text(
        "station,open_utc,upkeep_day,upkeep_start_utc,upkeep_h,climate,source\n"
        "a,06:00-06:00,doomsday,25:00,-1,arctic,\n"
    )
    with pytest.raises(InputError) as caught:
        load_schedules(path)
    assert len(caught.value.problems) == 6
