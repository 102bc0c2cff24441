"""Any body's track over a map, against the series of a site and closed forms."""

from datetime import UTC, datetime

import numpy as np
import pytest

from moonstead.environment.bodytrack import BODY_RADIUS_M
from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.illumination.tracks import track_view
from moonstead.environment.light import light_series, light_statistics
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.sweep.horizons import HorizonMap, Window, sweep_horizons
from moonstead.environment.terrain.grid import places_of
from moonstead.environment.terrain.synthetic import synthetic_terrain
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError

START_T_S = from_utc(datetime(2035, 1, 1, tzinfo=UTC))
HOURS = 4000


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def horizons_at(latitude_deg: float, longitude_deg: float) -> HorizonMap:
    terrain = synthetic_terrain(3, 96, 200.0, latitude_deg, longitude_deg)
    return sweep_horizons([terrain], 360, 2.0, Window(40, 40, 8, 8))


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg"), [(-88.0, 30.0), (20.0, 100.0), (55, 350)]
)
@pytest.mark.parametrize("body", ["sun", "earth"])
def test_sun_and_earth_as_in_the_series_of_a_site(
    ephemeris: Ephemeris, latitude_deg: float, longitude_deg: float, body: str
) -> None:
    horizons = horizons_at(latitude_deg, longitude_deg)
    epochs = START_T_S + 3600.0 * np.arange(HOURS)
    position_m = ephemeris.apparent_moon_me_m(body, epochs).T
    view = track_view(horizons, position_m, 3600.0, BODY_RADIUS_M[body])
    for row, column in ((0, 0), (3, 6), (7, 1)):
        series = light_series(
            ephemeris, horizons.profile(row, column, 1440), START_T_S, 3600.0, HOURS
        )
        told = light_statistics(series)
        some, mean, longest = (
            (told.any_disc_fraction, told.mean_disc_fraction, told.longest_dark_h)
            if body == "sun"
            else (told.earth_fraction, told.mean_earth_fraction, told.longest_earth_absence_h)
        )
        assert view.any_fraction[row, column] == pytest.approx(some, abs=0.005)
        assert view.mean_fraction[row, column] == pytest.approx(mean, abs=0.002)
        assert view.longest_absence_h[row, column] == pytest.approx(longest, abs=3.0)


def test_an_orbiter_over_flat_ground_rises_where_geometry_says() -> None:
    horizons = horizons_at(-60.0, 10.0)
    level = HorizonMap(
        horizons.terrain,
        horizons.window,
        horizons.frame,
        horizons.heading_deg,
        np.zeros_like(horizons.counts),
        horizons.height_m,
        horizons.source,
    )
    w = level.window
    place = places_of(
        level.terrain.crs, level.terrain.columns_rows, np.array([w.column]), np.array([w.row])
    )
    lat, lon = np.radians(float(place[0][0])), np.radians(float(place[1][0]))
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    aside = np.cross(up, [0.0, 0.0, 1.0])
    aside /= np.linalg.norm(aside)
    eye_m = MOON_RADIUS_M + float(level.terrain.heights_m[w.row, w.column]) + level.height_m
    orbit_m = MOON_RADIUS_M + 2.0e6
    # Above the plane at right angles to the radius as long as the arc is below acos(eye / orbit).
    arc = np.arccos(eye_m / orbit_m) * np.array([0.999, 1.001, -0.999, -1.001])
    position_m = orbit_m * (np.cos(arc)[:, np.newaxis] * up + np.sin(arc)[:, np.newaxis] * aside)
    view = track_view(level, position_m, 60.0)
    assert view.any_fraction[0, 0] == 0.5
    assert view.longest_presence_h[0, 0] == pytest.approx(1.0 / 60.0)
    masked = track_view(level, position_m, 60.0, mask_deg=5.0)
    assert masked.any_fraction[0, 0] == 0.0


@pytest.mark.parametrize(
    "position_m", [np.empty((0, 3)), np.full((2, 3), np.nan), np.zeros((1, 3)), np.zeros((4, 2))]
)
def test_tracks_that_are_none(position_m: np.ndarray) -> None:
    with pytest.raises(InputError, match="finite positions outside the Moon"):
        track_view(horizons_at(-88.0, 30.0), position_m, 60.0)
