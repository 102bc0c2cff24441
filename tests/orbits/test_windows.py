"""The search for windows: its conditions by brute force, its results by the sky itself."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.light import LightSeries, light_series
from moonstead.environment.sites import load_profile
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.errors import InputError, RangeError
from moonstead.orbits.launch_sites import find_launch_site
from moonstead.orbits.search import Search, Target, search_windows
from moonstead.orbits.windows import (
    Wishes,
    bridged,
    first_good_landing,
    landing_times,
    time_left_s,
    what_binds,
)
from moonstead.units import DAY_S, HOUR_S

WISHES = Wishes(
    light_s=7 * DAY_S,
    dark_s=0.0,
    earth_s=7 * DAY_S,
    least_stay_s=DAY_S,
    most_stay_s=7 * DAY_S,
)
PATTERN = st.lists(st.booleans(), min_size=2, max_size=60).map(np.array)


def series(lit: np.ndarray, earth: np.ndarray) -> LightSeries:
    count = len(lit)
    return LightSeries(
        t_s=np.arange(count) * HOUR_S,
        sun_fraction=lit.astype(float),
        eclipse_fraction=np.zeros(count),
        earth_fraction=earth.astype(float),
    )


@given(PATTERN)
def test_time_left_is_a_count(condition: np.ndarray) -> None:
    left = time_left_s(condition, 1.0)
    for start in range(len(condition)):
        count = 0
        while start + count < len(condition) and condition[start + count]:
            count += 1
        assert left[start] == count


@given(PATTERN, st.integers(0, 6))
def test_bridges_are_no_longer_than_allowed(condition: np.ndarray, gap: int) -> None:
    filled = bridged(condition, float(gap), 1.0)
    text = "".join("1" if one else "0" for one in condition)
    for run in {part for part in text.replace("1", " ").split() if len(part) <= gap}:
        text = "".join(part.replace("0", "1") if part == run else part for part in _pieces(text))
    assert "".join("1" if one else "0" for one in filled) == text


def _pieces(text: str) -> list[str]:
    pieces = [text[0]]
    for letter in text[1:]:
        if letter == pieces[-1][-1]:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


@given(PATTERN, st.integers(0, 2**32 - 1))
def test_the_first_good_landing_is_the_first(lit: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    earth = rng.random(len(lit)) < 0.8
    wishes = Wishes(
        light_s=2 * HOUR_S,
        dark_s=0.0,
        earth_s=HOUR_S,
        least_stay_s=3 * HOUR_S,
        most_stay_s=10 * HOUR_S,
    )
    times = landing_times(series(lit, earth), wishes)
    arrival_t_s = rng.uniform(-5.0, len(lit), 8) * HOUR_S
    found = first_good_landing(times, arrival_t_s, wishes)
    for arrival, sample in zip(arrival_t_s, found, strict=True):
        fitting = [
            k
            for k in range(len(lit))
            if 3 * HOUR_S <= k * HOUR_S - arrival <= 10 * HOUR_S
            and lit[k : k + 2].sum() == 2
            and earth[k]
        ]
        assert sample == (fitting[0] if fitting else -1)


def test_the_binding_condition_is_named() -> None:
    day, night = np.ones(240, dtype=bool), np.zeros(240, dtype=bool)
    wishes = replace(WISHES, light_s=2 * DAY_S, earth_s=2 * DAY_S)

    def reason(lit: np.ndarray, earth: np.ndarray) -> str:
        return what_binds(landing_times(series(lit, earth), wishes), wishes, 0.0, 4 * DAY_S)

    assert "light lasts 0.0 d at most, 2 d are wished" in reason(night, day)
    assert "Earth stays 0.0 d at most" in reason(day, night)
    first = np.arange(240) < 50
    assert "never at the same time" in reason(first, np.arange(240) >= 50)
    assert "no launch comes" in reason(day, day)


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def search(**changes: object) -> Search:
    asked = Search(
        target=Target(profile=load_profile("connecting-ridge-2m")),
        launch_site=find_launch_site("wenchang"),
        first_t_s=from_utc("2035-02-01"),
        last_t_s=from_utc("2035-04-01"),
        parking_altitude_m=200e3,
        wishes=WISHES,
    )
    return replace(asked, **changes)  # type: ignore[arg-type]


def test_landings_have_light_and_earth_and_cost_what_tables_say(ephemeris: Ephemeris) -> None:
    asked = search()
    found = search_windows(asked, ephemeris)
    assert found.times is not None
    assert found.descent is not None
    profile = asked.target.profile
    assert profile is not None
    for row in range(0, len(found.flights), 9):
        landing_t_s = float(found.times.t_s[found.flights.landing[row]])
        stay_s = landing_t_s - float(found.flights.transfers.arrival_t_s[row])
        assert DAY_S <= stay_s <= 7 * DAY_S
        light = light_series(ephemeris, profile, landing_t_s, 2 * HOUR_S, 7 * 12)
        assert light.sunlight_fraction.min() > 0.0
        assert light.earth_fraction.min() > 0.0
    assert [(month.year, month.month) for month in found.months] == [(2035, 2), (2035, 3)]
    for month in found.months:
        assert month.best is not None
        assert month.best.refined is not None
        cheapest = found.flights.cost_m_per_s[month.flights].min()
        assert found.flights.cost_m_per_s[month.best.flight] == cheapest
        launch = to_utc(float(found.flights.transfers.launch_t_s[month.best.flight]))
        assert (launch.year, launch.month) == (month.year, month.month)
        assert launch.day in month.days
        # figures.md E.2: from low Earth orbit to the ground 5.9 to 6.5 km/s is sane.
        refined = month.best.refined
        total = refined.tli_m_per_s + refined.insertion_m_per_s + found.descent.total_m_per_s
        assert 5.9e3 < total < 6.5e3
        # The pole is at 90 degrees; the site half a degree from it.
        assert month.best.orbit_inclination_deg == pytest.approx(90.0, abs=0.6)


def test_wishes_that_nothing_meets_are_told(ephemeris: Ephemeris) -> None:
    with pytest.raises(InputError, match=r"connecting-ridge-2m: no launch .*Earth stays 1\d\.\d d"):
        search_windows(search(wishes=replace(WISHES, earth_s=30 * DAY_S)), ephemeris)
    floor = Target(profile=load_profile("shackleton-floor"))
    with pytest.raises(InputError, match=r"light lasts 0\.0 d at most, 7 d are wished"):
        search_windows(search(target=floor), ephemeris)


def test_an_orbit_needs_no_light(ephemeris: Ephemeris) -> None:
    short = {"first_t_s": from_utc("2035-02-01"), "last_t_s": from_utc("2035-02-15")}
    polar = search(target=Target(inclination_deg=90.0), refined=False, **short)
    found = search_windows(polar, ephemeris)
    assert found.times is None
    assert len(found.flights) >= 26
    nrho = search_windows(search(target=Target(nrho=True), **short), ephemeris)
    assert np.all(nrho.flights.insertion_m_per_s == 450.0)  # the table's
    with pytest.raises(InputError, match="such an orbit can hold"):
        search_windows(search(target=Target(inclination_deg=0.0), **short), ephemeris)


def test_a_span_outside_the_ephemeris_is_told(ephemeris: Ephemeris) -> None:
    span = {"first_t_s": from_utc("2149-12-01"), "last_t_s": from_utc("2150-03-01")}
    with pytest.raises(RangeError, match="outside the ephemeris"):
        search_windows(search(**span), ephemeris)
