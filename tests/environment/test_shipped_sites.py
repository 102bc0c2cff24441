"""The profiles in the wheel: what they are made of, and the light that was published for them."""

from functools import cache

import numpy as np
import pytest

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.light import LightStatistics, light_series, light_statistics
from moonstead.environment.sites import load_profile, site_names
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError

HOURS_OF_19_YEARS = int(19 * 365.25 * 24)
WITHIN_PUBLISHED = 0.01  # another terrain model, another ephemeris
TERRAIN_SHA256 = {
    "connecting_ridge_site01_10m_float32.tif",
    "south_pole_84S_240m_float32.tif",
}


@cache
def ephemeris() -> Ephemeris:
    return load_ephemeris()


@cache
def nineteen_years(name: str) -> LightStatistics:
    start_t_s = from_utc("2018-10-22")
    series = light_series(ephemeris(), load_profile(name), start_t_s, 3600.0, HOURS_OF_19_YEARS)
    return light_statistics(series)


def test_the_sites_that_were_promised() -> None:
    names = site_names()
    promised = {
        "connecting-ridge-2m",
        "connecting-ridge-10m",
        "shackleton-rim-2m",
        "shackleton-rim-10m",
        "de-gerlache-rim-2m",
        "de-gerlache-rim-10m",
        "malapert-massif",
        "shackleton-floor",
    }
    assert promised <= set(names)
    assert len([name for name in names if name.startswith("peak-")]) >= 5


@pytest.mark.parametrize("name", site_names())
def test_every_profile_says_where_it_comes_from(name: str) -> None:
    profile = load_profile(name)
    assert profile.site.name == name
    assert len(profile.elevation_deg) == 720
    assert profile.site.height_m in (2.0, 10.0)
    assert len(profile.note) > 20
    assert {file.name for file in profile.source} <= TERRAIN_SHA256
    assert all(len(file.sha256) == 64 and file.product for file in profile.source)
    assert np.abs(profile.elevation_deg).max() < 40.0


# Glaeser et al. 2014, Icarus 243:78, abstract: best points of Connecting Ridge over 19 years.
@pytest.mark.parametrize(
    ("name", "published"), [("connecting-ridge-2m", 0.9227), ("connecting-ridge-10m", 0.9565)]
)
def test_connecting_ridge_over_19_years(name: str, published: float) -> None:
    found = nineteen_years(name)
    assert found.any_disc_fraction == pytest.approx(published, abs=WITHIN_PUBLISHED)
    assert 72.0 <= found.longest_dark_h <= 120.0
    assert found.mean_disc_fraction < found.any_disc_fraction


def test_the_floor_of_shackleton_is_dark() -> None:
    found = nineteen_years("shackleton-floor")
    assert found.any_disc_fraction == 0.0
    assert found.earth_fraction == 0.0
    assert found.longest_dark_h == pytest.approx(HOURS_OF_19_YEARS)


def test_lit_sites_beat_the_smooth_sphere() -> None:
    # 55 to 56 % of the time with the upper limb up is all that a smooth sphere gives at the pole
    for name in ("shackleton-rim-10m", "de-gerlache-rim-10m", "malapert-massif"):
        assert nineteen_years(name).any_disc_fraction > 0.8


def test_a_misspelt_name_is_put_right() -> None:
    with pytest.raises(InputError, match='did you mean "connecting-ridge-10m"'):
        load_profile("conecting-ridge-10m")
    with pytest.raises(InputError, match="known: connecting-ridge-10m"):
        load_profile("zzz")
