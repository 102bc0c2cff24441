"""The longest light and the seasons, on series whose answer is known."""

import numpy as np
import pytest

from moonstead.environment.light import LightSeries
from moonstead.environment.seasons import light_runs
from moonstead.environment.timescale import from_utc

START_T_S = from_utc("2035-01-01")


def series_of(*runs: tuple[int, float]) -> LightSeries:
    """Return hours of runs of a constant share of the Sun."""
    sun = np.concatenate([np.full(hours, share) for hours, share in runs])
    zero = np.zeros(len(sun))
    return LightSeries(START_T_S + 3600.0 * np.arange(len(sun)), sun, zero, zero)


def test_a_season_outlasts_72_hours_of_darkness_and_no_more() -> None:
    runs = light_runs(
        series_of((100, 0.0), (500, 1.0), (72, 0.0), (400, 0.01), (73, 0.0), (708, 1.0), (90, 0.0))
    )
    assert [season.days for season in runs.seasons] == [pytest.approx(972 / 24)]
    assert runs.seasons[0].start_utc == "2035-01-05T04:00:00Z"
    assert runs.longest_light_h == 708.0
    assert runs.longest_light_start_utc == "2035-02-17T17:00:00Z"


def test_a_season_lasts_a_synodic_month_at_least() -> None:
    assert light_runs(series_of((708, 1.0), (100, 0.0))).seasons == ()
    assert len(light_runs(series_of((709, 1.0), (100, 0.0))).seasons) == 1


def test_always_light_and_always_dark() -> None:
    light, dark = light_runs(series_of((1000, 0.5))), light_runs(series_of((1000, 0.0)))
    assert light.longest_light_h == 1000.0
    assert [season.days for season in light.seasons] == [pytest.approx(1000 / 24)]
    assert (dark.longest_light_h, dark.longest_light_start_utc, dark.seasons) == (0.0, "", ())
