"""Errors of terrain and mast as bands on light, against closed forms."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
import pytest
from made_terrain import MOON_RADIUS_M, POLAR, Hills, write_hills

from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.horizon import compute_horizon, smooth_horizon
from moonstead.environment.light import light_series, light_statistics
from moonstead.environment.profile import HorizonProfile, TerrainFile, even_azimuths_deg
from moonstead.environment.sights import HeightError, sights_of
from moonstead.environment.site import Site
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.raster import ground_elevation_m, load_terrain
from moonstead.environment.timescale import from_utc
from moonstead.environment.uncertainty import (
    correlated_field_m,
    disturbed_horizons,
    light_band,
    usual_error,
)
from moonstead.errors import InputError

NO_ERROR = HeightError(0.0, 100.0)


def around_pole(heights_m: np.ndarray, pixel_m: float) -> Terrain:
    """Return square terrain with the south pole in its middle."""
    middle = (len(heights_m) - 1) / 2.0
    columns_rows = np.array([[1.0 / pixel_m, 0.0, middle], [0.0, -1.0 / pixel_m, middle]])
    file = TerrainFile("made.tif", "made", "")
    return Terrain(
        heights_m.astype(np.float32), pixel_m, file, pyproj.CRS.from_user_input(POLAR), columns_rows
    )


def on_ground(layers: list[Terrain], height_m: float, azimuths: int = 72) -> HorizonProfile:
    ground_m = ground_elevation_m(layers, -90.0, 0.0)
    return compute_horizon(Site("pole", -90.0, 0.0, ground_m, height_m), layers, azimuths)


def radius_m(size: int, pixel_m: float) -> np.ndarray:
    """Return the distance of pixels from the middle, along the ground."""
    at = (np.arange(size) - (size - 1) / 2.0) * pixel_m
    return 2.0 * MOON_RADIUS_M * np.arctan(np.hypot(*np.meshgrid(at, at)) / (2.0 * MOON_RADIUS_M))


def test_the_field_has_the_deviation_and_correlation_stated() -> None:
    error, pixel_m, rng = HeightError(0.4, 20.0), 5.0, np.random.default_rng(3)
    fields = np.array([correlated_field_m((300, 400), pixel_m, error, rng) for _ in range(12)])
    assert fields.dtype == np.float32
    # A field holds some (300 x 5 / 20)(400 x 5 / 20) / pi = 2400 independent patches.
    assert fields.mean() == pytest.approx(0.0, abs=5 * 0.4 / np.sqrt(12 * 2400))
    assert fields.std() == pytest.approx(0.4, rel=0.02)
    for lag in (1, 4, 8):
        wanted = 0.4**2 * np.exp(-0.5 * (lag * pixel_m / 20.0) ** 2)
        for pair in (
            fields[:, lag:] * fields[:, :-lag],
            fields[:, :, lag:] * fields[:, :, :-lag],
        ):
            assert pair.mean() == pytest.approx(wanted, abs=0.02 * 0.4**2)
    diagonal = (fields[:, 4:, 4:] * fields[:, :-4, :-4]).mean()
    assert diagonal == pytest.approx(0.4**2 * np.exp(-1.0), abs=0.02 * 0.4**2)


def test_every_pixel_has_the_same_deviation() -> None:
    rng = np.random.default_rng(1)
    error = HeightError(2.0, 30.0)
    fields = np.array([correlated_field_m((7, 11), 10.0, error, rng) for _ in range(1500)])
    assert np.abs(fields.std(axis=0) / 2.0 - 1.0).max() < 0.1
    assert np.abs(fields.mean(axis=0)).max() < 5.0 * 2.0 / np.sqrt(1500)


def test_usual_errors_are_those_published() -> None:
    fine = usual_error(5.0)
    assert 0.30 <= fine.sigma_m <= 0.50  # Barker et al. 2021
    slope_deg = np.degrees(np.arctan(np.sqrt(2.0) * fine.sigma_m / fine.correlation_m))
    assert 1.5 <= slope_deg <= 2.5  # the same
    assert 3.0 <= usual_error(59.2).sigma_m <= 4.0  # SLDEM2015: Barker et al. 2016


def test_without_errors_every_member_is_the_horizon_as_given(tmp_path: Path) -> None:
    hills = Hills((-89.8, 30.0, 300.0, 2000.0), (-89.7, 200.0, 500.0, 1500.0))
    path = write_hills(tmp_path / "hills.tif", hills, POLAR, (-15e3, 15e3), 100.0, 300)
    layers = load_terrain([path])
    profile = on_ground(list(layers), 2.0)
    horizons_deg = disturbed_horizons(profile, layers, [NO_ERROR], 0.0, 2, np.random.default_rng(0))
    assert np.abs(horizons_deg - profile.elevation_deg).max() < 1e-9


def test_a_member_is_the_horizon_of_its_terrain() -> None:
    rng = np.random.default_rng(8)
    rough = HeightError(60.0, 400.0)
    fine = around_pole(correlated_field_m((200, 200), 20.0, rough, rng), 20.0)
    coarse = around_pole(correlated_field_m((200, 200), 200.0, HeightError(300.0, 2e3), rng), 200.0)
    layers = [fine, coarse]
    profile = on_ground(layers, 2.0, 360)
    errors = [HeightError(2.0, 60.0), HeightError(20.0, 600.0)]
    sights = sights_of(profile, layers, errors, 1.0)
    fields = [
        correlated_field_m((200, 200), x.pixel_m, e, rng)
        for x, e in zip(layers, errors, strict=True)
    ]
    cut = [
        fields[n][s.corner[0] : s.corner[0] + s.shape[0], s.corner[1] : s.corner[1] + s.shape[1]]
        for n, s in zip(sights.numbers, sights.layers, strict=True)
    ]
    found_deg = sights.horizon_deg([np.ascontiguousarray(part) for part in cut], 0.7)
    moved = [replace(x, heights_m=x.heights_m + f) for x, f in zip(layers, fields, strict=True)]
    true_deg = on_ground(moved, 2.7, 360).elevation_deg
    apart_deg = np.abs(found_deg - true_deg)
    assert np.abs(true_deg - profile.elevation_deg).mean() > 0.1
    assert np.median(apart_deg) < 0.005
    assert np.quantile(apart_deg, 0.95) < 0.05


def test_a_far_rim_errs_by_its_height_over_its_distance() -> None:
    away_m, pixel_m, size = 2000.0, 20.0, 240
    rim = 100.0 * np.exp(-(((radius_m(size, pixel_m) - away_m) / 100.0) ** 2))
    layers = [around_pole(rim, pixel_m)]
    profile = on_ground(layers, 2.0, 36)
    error = HeightError(1.0, 400.0)  # far wider than the rim, far narrower than the bowl
    rng = np.random.default_rng(4)
    horizons_deg = disturbed_horizons(profile, layers, [error], 0.0, 400, rng)
    slope = np.tan(np.radians(profile.elevation_deg))
    expected_deg = np.degrees(np.sqrt(2.0) / away_m / (1.0 + slope**2))
    assert horizons_deg.std(axis=0) == pytest.approx(expected_deg, rel=0.2)
    assert (horizons_deg.std(axis=0) / expected_deg).mean() == pytest.approx(1.0, abs=0.05)


def test_a_mast_on_the_smooth_sphere_errs_by_the_dip() -> None:
    layers = [around_pole(np.zeros((200, 200)), 100.0)]
    profile = on_ground(layers, 2.0, 8)
    rng = np.random.default_rng(6)
    horizons_deg = disturbed_horizons(profile, layers, [NO_ERROR], 0.3, 300, rng)
    assert profile.elevation_deg == pytest.approx(smooth_horizon(2.0), abs=1e-4)
    mast_m = MOON_RADIUS_M * (1.0 / np.cos(np.radians(horizons_deg)) - 1.0)
    assert mast_m.mean() == pytest.approx(2.0, abs=0.06)
    assert mast_m[:, 0].std() == pytest.approx(0.3, rel=0.15)


def test_ground_that_is_low_does_not_raise_the_sphere_beyond_it() -> None:
    # A map of 2 km to either side ends before the horizon of a 20 m mast (8.3 km).
    layers = [around_pole(np.zeros((40, 40)), 100.0)]
    profile = on_ground(layers, 20.0, 8)
    rng = np.random.default_rng(6)
    error = HeightError(0.5, 300.0)
    horizons_deg = disturbed_horizons(profile, layers, [error], 0.0, 20, rng)
    assert (horizons_deg >= profile.elevation_deg).all()
    assert horizons_deg == pytest.approx(np.tile(smooth_horizon(20.0), (20, 8)), abs=0.01)


def test_the_same_seed_gives_the_same_bytes() -> None:
    rng = np.random.default_rng(2)
    layers = [around_pole(correlated_field_m((90, 90), 50.0, HeightError(30.0, 300.0), rng), 50.0)]
    profile = on_ground(layers, 2.0)

    def members(seed: int) -> np.ndarray:
        return disturbed_horizons(
            profile, layers, [usual_error(50.0)], 0.1, 3, np.random.default_rng(seed)
        )

    assert members(5).tobytes() == members(5).tobytes()
    assert np.abs(members(5) - members(6)).max() > 0.01


def test_a_band_of_equal_members_is_the_exact_figure() -> None:
    ephemeris = load_ephemeris()
    azimuth_deg = even_azimuths_deg(72)
    elevation_deg = 1.0 + 0.8 * np.sin(np.radians(3.0 * azimuth_deg))
    profile = HorizonProfile(Site("x", -89.5, 0.0, 0.0, 2.0), azimuth_deg, elevation_deg, ())
    grid = (from_utc("2035-01-01"), 3600.0, 4000)
    exact = light_statistics(light_series(ephemeris, profile, *grid))
    tracks = [ephemeris.track(profile.site, body, *grid) for body in ("sun", "earth")]
    band = light_band(profile, np.tile(elevation_deg, (3, 1)), *tracks)
    for name in ("any_disc_fraction", "mean_disc_fraction", "longest_dark_h", "earth_fraction"):
        found = getattr(band, name)
        assert found.low == found.median == found.high == pytest.approx(getattr(exact, name))
    assert 0.0 < band.any_disc_fraction.low < 1.0
    shifts_deg = np.linspace(-0.5, 0.5, 21)[:, np.newaxis]
    band = light_band(profile, elevation_deg + shifts_deg, *tracks)
    assert band.horizon_sigma_deg == pytest.approx(np.std(shifts_deg))
    higher = light_band(profile, elevation_deg[np.newaxis] + 0.45, *tracks)
    assert band.any_disc_fraction.low == pytest.approx(higher.any_disc_fraction.median, abs=1e-9)
    assert band.longest_dark_h.high == pytest.approx(higher.longest_dark_h.median, abs=1e-9)


@pytest.mark.parametrize(
    ("error", "height_sigma_m", "count", "said"),
    [
        (HeightError(-1.0, 10.0), 0.0, 2, "sigma_m = -1: write 0 m or more"),
        (HeightError(np.nan, 10.0), 0.0, 2, "sigma_m = nan"),
        (HeightError(1.0, 0.0), 0.0, 2, "correlation_m = 0: write more than 0 m"),
        (NO_ERROR, -0.1, 2, "height_sigma_m = -0.1"),
        (NO_ERROR, 0.0, 0, "count = 0: ask for one member or more"),
    ],
)
def test_wrong_errors_are_refused(
    error: HeightError, height_sigma_m: float, count: int, said: str
) -> None:
    layers = [around_pole(np.zeros((9, 9)), 100.0)]
    profile = on_ground(layers, 2.0, 8)
    with pytest.raises(InputError, match=said):
        disturbed_horizons(
            profile, layers, [error], height_sigma_m, count, np.random.default_rng(0)
        )
