"""Wrong input to horizons and light of maps: one clear error each, or a documented behaviour."""

import numpy as np
import pytest
from made_maps import NORTH, SOUTH, local, map_about

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.illumination.clock import sky_clock
from moonstead.environment.illumination.maps import light_map
from moonstead.environment.sweep.horizons import Window, sweep_horizons
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError, RangeError

START_T_S, DAY_S = from_utc("2030-01-01"), 86400.0
FLAT = np.zeros((20, 30))


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


@pytest.mark.parametrize(
    ("shape", "given", "words"),
    [
        ((1, 1), {}, "two pixels"),
        ((1, 40), {}, "two pixels"),
        ((20, 30), {"n_directions": 1}, "at least 8 directions"),
        ((20, 30), {"n_directions": 0}, "at least 8 directions"),
        ((20, 30), {"height_m": -1.0}, "on the ground or above"),
        ((20, 30), {"height_m": float("nan")}, "on the ground or above"),
        ((20, 30), {"height_m": float("inf")}, "on the ground or above"),
        ((20, 30), {"window": Window(-1, 0, 5, 5)}, "30 by 20 pixels"),
        ((20, 30), {"window": Window(0, 0, 21, 5)}, "30 by 20 pixels"),
        ((20, 30), {"window": Window(0, 0, 0, 5)}, "30 by 20 pixels"),
    ],
)
def test_refused(shape: tuple[int, int], given: dict, words: str) -> None:
    with pytest.raises(InputError, match=words) as told:
        sweep_horizons([map_about(np.zeros(shape), 100.0)], **given)
    assert told.value.problems[0].file == "made.tif"


def test_all_mistakes_at_once() -> None:
    with pytest.raises(InputError) as told:
        sweep_horizons([map_about(FLAT, 100.0)], 1, -2.0, Window(99, 0, 1, 1))
    assert len(told.value.problems) == 3


def test_a_map_without_any_ground_is_refused_but_not_a_window_without() -> None:
    with pytest.raises(InputError, match="no ground"):
        sweep_horizons([map_about(FLAT * np.nan, 100.0)])
    heights = FLAT.copy()
    heights[:10] = np.nan
    found = sweep_horizons([map_about(heights, 100.0)], 8, 2.0, Window(0, 0, 5, 5))
    assert np.isnan(found.elevation_deg(3)).all()


def test_a_map_on_which_great_circles_bend_is_refused() -> None:
    with pytest.raises(InputError, match="great circles bend"):
        sweep_horizons(
            [map_about(np.zeros((400, 400)), 5000.0, "+proj=eqc +lat_ts=0 +R=1737400 +units=m")]
        )


def test_the_pole_itself_is_an_observer(ephemeris: Ephemeris) -> None:
    found = sweep_horizons([map_about(np.zeros((21, 21)), 500.0, SOUTH)], 24, 2.0)
    assert np.all(found.counts[:, 10, 10] == found.counts[0, 10, 10])
    profile = found.profile(10, 10)
    assert profile.site.latitude_deg == pytest.approx(-90.0)
    assert np.isfinite(profile.elevation_deg).all()
    clock = sky_clock(ephemeris, START_T_S, START_T_S + 365.25 * DAY_S, -1)
    light = light_map(found, clock)
    around = light.sun.any_fraction[9:12, 9:12]
    assert np.isfinite(around).all()
    assert np.ptp(around) < 0.01


@pytest.mark.parametrize("days", [0.0, -5.0, 1.0, 29.0, float("nan")])
def test_a_span_of_less_than_a_lunation_is_refused(ephemeris: Ephemeris, days: float) -> None:
    with pytest.raises(InputError, match="lunation"):
        sky_clock(ephemeris, START_T_S, START_T_S + days * DAY_S, -1)


def test_a_span_outside_the_kernels_is_refused(ephemeris: Ephemeris) -> None:
    far_t_s = ephemeris.last_t_s + 100.0 * DAY_S
    with pytest.raises(RangeError):
        sky_clock(ephemeris, far_t_s, far_t_s + 400.0 * DAY_S, -1)


def test_light_of_the_wrong_hemisphere_or_latitude_is_refused(ephemeris: Ephemeris) -> None:
    clock = sky_clock(ephemeris, START_T_S, START_T_S + 60.0 * DAY_S, -1)
    with pytest.raises(RangeError, match="other pole"):
        light_map(sweep_horizons([map_about(FLAT, 100.0, NORTH)], 8), clock)
    with pytest.raises(RangeError, match="50 degrees"):
        light_map(sweep_horizons([map_about(FLAT, 100.0, local(-30.0, 10.0))], 8), clock)


def test_holes_have_no_light(ephemeris: Ephemeris) -> None:
    heights = FLAT.copy()
    heights[5:9, 5:9] = np.nan
    clock = sky_clock(ephemeris, START_T_S, START_T_S + 60.0 * DAY_S, -1)
    light = light_map(sweep_horizons([map_about(heights, 100.0)], 8), clock, "month")
    for layer in (light.sun.any_fraction, light.earth.longest_absence_h, light.together_fraction):
        assert np.array_equal(np.isnan(layer), np.isnan(heights))
    assert np.isnan(light.sun.parts_fraction[:, 6, 6]).all()
    assert np.isnan(light.sun.longest_season_t_s[6, 6])
