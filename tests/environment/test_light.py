"""Smooth-sphere visibility, eclipses and statistics against tables computed elsewhere."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.light import (
    LightSeries,
    eclipse_fraction,
    light_series,
    light_statistics,
    visible_fraction,
)
from moonstead.environment.profile import HorizonProfile, even_azimuths_deg
from moonstead.environment.site import Site
from moonstead.environment.timescale import from_utc

WITHIN_FRACTION = 0.003  # of the table: another ephemeris and an hourly grid
WITHIN_CONTACT_S = 30.0

# Latitude, longitude; Earth's centre up, any of its disc; Sun's centre up, its upper limb up.
# Computed with DE421 by others, hourly 2025 to 2045, no terrain.
SMOOTH = [
    (-90.0, 0.0, 0.4848, 0.5302, 0.5018, 0.5566),
    (-89.9, 0.0, 0.4897, 0.5350, 0.5007, 0.5546),
    (-89.45, 222.7, 0.4655, 0.5110, 0.5026, 0.5584),
    (-88.0, 180.0, 0.3878, 0.4347, 0.5007, 0.5547),
    (-86.0, 0.0, 0.6862, 0.7448, 0.5015, 0.5236),
    (-85.0, 0.0, 0.7480, 0.8213, 0.5015, 0.5189),
    (-85.0, 180.0, 0.2110, 0.2759, 0.4991, 0.5166),
    (-84.6, 31.0, 0.7248, 0.7915, 0.5014, 0.5175),
]

# First contact, full start, full end, last contact (UTC); greatest fraction. At 89.9 S, 0 E.
ECLIPSES = [
    (
        "2025-03-14T04:22:22",
        "2025-03-14T05:31:52",
        "2025-03-14T08:17:27",
        "2025-03-14T09:27:02",
        1.0,
    ),
    (
        "2028-01-12T02:19:59",
        "2028-01-12T03:50:14",
        "2028-01-12T04:28:59",
        "2028-01-12T05:59:14",
        1.0,
    ),
    (
        "2029-12-20T20:26:58",
        "2029-12-20T22:05:48",
        "2029-12-20T23:10:13",
        "2029-12-21T00:48:58",
        1.0,
    ),
    (
        "2035-08-18T23:00:26",
        "2035-08-19T00:38:36",
        "2035-08-19T01:35:51",
        "2035-08-19T03:13:56",
        1.0,
    ),
    (
        "2036-02-11T20:18:12",
        "2036-02-11T21:28:27",
        "2036-02-11T23:02:32",
        "2036-02-12T00:12:42",
        1.0,
    ),
    (
        "2036-08-07T00:13:28",
        "2036-08-07T01:23:13",
        "2036-08-07T04:11:18",
        "2036-08-07T05:20:58",
        1.0,
    ),
    ("2038-01-21T02:04:33", None, None, "2038-01-21T05:40:13", 0.909),
    (
        "2044-09-07T08:57:55",
        "2044-09-07T10:03:35",
        "2044-09-07T12:43:25",
        "2044-09-07T13:49:00",
        1.0,
    ),
    ("2045-08-27T12:11:20", None, None, "2045-08-27T15:44:00", 0.614),
]


@cache
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def flat(site: Site) -> HorizonProfile:
    return HorizonProfile(site, even_azimuths_deg(720), np.zeros(720), ())


@pytest.mark.parametrize("row", SMOOTH, ids=lambda row: f"{row[0]}_{row[1]}")
def test_smooth_sphere_visibility(row: tuple[float, ...]) -> None:
    site = Site("smooth", row[0], row[1], 0.0, 0.0)
    start_t_s = from_utc("2025-01-01")
    count = int((from_utc("2045-12-31") - start_t_s) / 10_800.0)
    found = []
    for body in ("earth", "sun"):
        track = ephemeris().track(site, body, start_t_s, 10_800.0, count)
        found.append(float(np.mean(track.elevation_deg > 0.0)))
        found.append(float(np.mean(visible_fraction(track, flat(site)) > 0.0)))
    assert found == pytest.approx(row[2:], abs=WITHIN_FRACTION)


@pytest.mark.parametrize("row", ECLIPSES, ids=lambda row: row[0][:10])
def test_eclipse_contacts(row: tuple[str, str | None, str | None, str, float]) -> None:
    first, full_start, full_end, last, greatest = row
    site = Site("eclipse", -89.9, 0.0, 0.0, 0.0)
    start_t_s = from_utc(first) - 3600.0
    count = int((from_utc(last) + 3600.0 - start_t_s) / 5.0)
    sun, earth = (ephemeris().track(site, body, start_t_s, 5.0, count) for body in ("sun", "earth"))
    hidden = eclipse_fraction(sun, earth)
    some = sun.t_s[hidden > 0.0]
    assert some[0] == pytest.approx(from_utc(first), abs=WITHIN_CONTACT_S)
    assert some[-1] == pytest.approx(from_utc(last), abs=WITHIN_CONTACT_S)
    assert hidden.max() == pytest.approx(greatest, abs=0.001)
    if full_start is not None and full_end is not None:
        full = sun.t_s[hidden >= 1.0]
        assert full[0] == pytest.approx(from_utc(full_start), abs=WITHIN_CONTACT_S)
        assert full[-1] == pytest.approx(from_utc(full_end), abs=WITHIN_CONTACT_S)


def test_an_eclipse_dims_the_site_that_sees_the_sun() -> None:
    # 2036-02-11: 94.2 minutes full, 166.4 minutes of full sunlight lost
    low = flat(Site("eclipse", -89.9, 0.0, 0.0, 0.0))
    low = replace(low, elevation_deg=np.full(720, -5.0))
    series = light_series(ephemeris(), low, from_utc("2036-02-11T18:00:00Z"), 5.0, 6000)
    assert np.all(series.sun_fraction == 1.0)
    lost_min = float(np.sum(1.0 - series.sunlight_fraction)) * 5.0 / 60.0
    assert lost_min == pytest.approx(166.4, abs=0.5)
    statistics = light_statistics(series)
    assert statistics.any_disc_fraction == 1.0
    assert 60.0 * statistics.eclipse_loss_h == pytest.approx(lost_min)
    assert 60.0 * statistics.eclipse_h == pytest.approx(234.6, abs=0.5)
    assert statistics.longest_dark_h == 0.0
    assert statistics.longest_dark_start_utc == ""


def test_no_eclipse_where_the_table_has_none() -> None:
    for date in ("2034-09-28", "2035-02-22", "2042-09-29"):
        site = Site("eclipse", -89.9, 0.0, 0.0, 0.0)
        grid = from_utc(date) - 43_200.0, 60.0, 2880
        sun, earth = (ephemeris().track(site, body, *grid) for body in ("sun", "earth"))
        assert eclipse_fraction(sun, earth).max() == 0.0


def made_series(sun: np.ndarray, earth: np.ndarray, start_utc: str) -> LightSeries:
    t_s = from_utc(start_utc) + 3600.0 * np.arange(len(sun))
    return LightSeries(t_s, sun, np.zeros(len(sun)), earth)


def test_statistics_of_a_made_up_series() -> None:
    sun, earth = np.ones(24 * 59), np.zeros(24 * 59)  # January and February 2035
    sun[24 * 30 : 24 * 34] = 0.0  # dark from January 31 to February 3
    sun[:24] = 0.5
    earth[: 24 * 31] = 1.0
    found = light_statistics(made_series(sun, earth, "2035-01-01"))
    assert found.start_utc == "2035-01-01T00:00:00Z"
    assert found.end_utc == "2035-03-01T00:00:00Z"
    assert found.any_disc_fraction == pytest.approx(55 / 59)
    assert found.mean_disc_fraction == pytest.approx(54.5 / 59)
    assert found.longest_dark_h == 96.0
    assert found.longest_dark_start_utc == "2035-01-31T00:00:00Z"
    assert found.earth_fraction == pytest.approx(31 / 59)
    assert found.longest_earth_absence_h == 28 * 24.0
    january, february = found.months
    assert (january.month, february.month) == (1, 2)
    assert january.longest_dark_h == 24.0
    assert february.longest_dark_h == 72.0
    assert january.earth_fraction == 1.0
    assert february.longest_earth_absence_h == 28 * 24.0
    assert february.any_disc_fraction == pytest.approx(25 / 28)


def test_months_of_several_years_are_taken_together() -> None:
    hours = 24 * (365 + 365)
    sun = np.zeros(hours)
    sun[24 * 365 :] = 1.0
    found = light_statistics(made_series(sun, sun, "2034-01-01"))
    assert len(found.months) == 12
    assert [month.any_disc_fraction for month in found.months] == pytest.approx([0.5] * 12)
    assert found.months[1].longest_dark_h == 28 * 24.0
