"""Swept horizons of real terrain against a march in double precision along each ray."""

from pathlib import Path

import numpy as np
import pytest
from made_maps import part
from marching import march_deg, polar_march_deg

from moonstead.environment.horizon import compute_horizon
from moonstead.environment.sweep.horizons import HorizonMap, Window, azimuths_deg, sweep_horizons
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.raster import load_terrain

MEDIAN_DEG, MOST_DEG, MEAN_DEG = 0.01, 0.1, 0.005  # issue 3: median, 95th percentile, mean
BEYOND_PX = 3.0  # horizons nearer than this are not judged
DIRECTIONS = 120
EDGE_PX = 4  # along its outermost posts a ray can run on the step between two layers: not judged
POLE = "south_pole_84S_240m_float32.tif"
RIDGE = "connecting_ridge_site01_10m_float32.tif"

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def pole(shared_data: Path) -> Terrain:
    return load_terrain([shared_data / "terrain" / POLE])[0]


@pytest.fixture(scope="module")
def ridge(shared_data: Path) -> Terrain:
    return load_terrain([shared_data / "terrain" / RIDGE])[0]


def assert_close(error_deg: np.ndarray) -> None:
    assert np.median(np.abs(error_deg)) <= MEDIAN_DEG
    assert np.percentile(np.abs(error_deg), 95.0) <= MOST_DEG
    assert abs(error_deg.mean()) < MEAN_DEG


def on_one_map(terrain: Terrain, window: Window, pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """Return errors and marched elevations of random pixels in all directions, where judged."""
    found = sweep_horizons([terrain], DIRECTIONS, 2.0, window)
    latitude, longitude = found.places_deg()
    random = np.random.default_rng(7)
    errors, truths = [], []
    for _ in range(pixels):
        row, column = random.integers(window.rows), random.integers(window.columns)
        place = float(latitude[row, column]), float(longitude[row, column])
        eye_m = float(terrain.heights_m[window.row + row, window.column + column]) + 2.0
        azimuth = azimuths_deg(found.frame, found.heading_deg, *place)
        truth, away_m = polar_march_deg(terrain, place, eye_m, azimuth)
        judged = away_m > BEYOND_PX * terrain.pixel_m
        swept = np.array([found.elevation_deg(k)[row, column] for k in range(DIRECTIONS)])
        errors.append((swept - truth)[judged])
        truths.append(truth[judged])
    return np.concatenate(errors), np.concatenate(truths)


@pytest.mark.parametrize(
    "window", [Window(700, 700, 90, 90), Window(60, 1250, 60, 60)], ids=["pole", "corner"]
)
def test_polar_map_of_240_m(pole: Terrain, window: Window) -> None:
    error, truth = on_one_map(pole, window, 25)
    assert_close(error)
    assert np.mean(truth < 0.0) > 0.1  # heights with a view downwards are among them
    assert_close(error[truth < 0.0])


def test_map_of_10_m(ridge: Terrain) -> None:
    error, truth = on_one_map(ridge, Window(700, 500, 90, 90), 25)
    assert_close(error)
    assert_close(error[truth < 0.0])


@pytest.fixture(scope="module")
def nested(pole: Terrain, ridge: Terrain) -> HorizonMap:
    return sweep_horizons([ridge, pole], DIRECTIONS, 2.0, Window(EDGE_PX, EDGE_PX, 60, 60))


def test_10_m_in_240_m_to_the_very_edge(pole: Terrain, ridge: Terrain, nested: HorizonMap) -> None:
    error, away_m = nested_errors([ridge, pole], nested, 250)
    assert_close(error)
    assert_close(error[away_m > 5e3])


def nested_errors(
    layers: list[Terrain], found: HorizonMap, rays: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return errors of random rays, and how far the horizon is (m), where judged."""
    random = np.random.default_rng(3)
    latitude, longitude = found.places_deg()
    window, told = found.window, []
    for _ in range(rays):
        row, column = random.integers(window.rows), random.integers(window.columns)
        ground_m = float(layers[0].heights_m[window.row + row, window.column + column])
        if np.isnan(ground_m):
            continue
        k = int(random.integers(len(found.heading_deg)))
        place = float(latitude[row, column]), float(longitude[row, column])
        azimuth = float(azimuths_deg(found.frame, found.heading_deg[k : k + 1], *place)[0])
        truth, away_m = march_deg(layers, place, ground_m + found.height_m, azimuth)
        if away_m > BEYOND_PX * layers[0].pixel_m:
            told.append((float(found.elevation_deg(k)[row, column]) - truth, away_m))
    error, away = np.array(told).T
    return error, away


def test_nested_profiles_are_those_of_single_sites(
    pole: Terrain, ridge: Terrain, nested: HorizonMap
) -> None:
    for row, column in ((0, 0), (30, 50)):
        profile = nested.profile(row, column)
        ray_cast = compute_horizon(profile.site, (ridge, pole)).elevation_deg
        error = profile.elevation_deg - ray_cast
        # The map has a direction every 3 degrees, and not at these azimuths: a straight line
        # between them, whatever stands there.
        assert np.median(np.abs(error)) < 0.15
        assert abs(error.mean()) < 0.1


def test_three_layers(pole: Terrain, ridge: Terrain) -> None:
    whole = slice(0, 1600)
    layers = [part(ridge, slice(600, 700), slice(600, 700)), part(ridge, whole, whole, 4), pole]
    error, _ = nested_errors(layers, sweep_horizons(layers, DIRECTIONS, 2.0), 200)
    assert_close(error)


def test_a_middle_layer_apart_from_the_finest(pole: Terrain, ridge: Terrain) -> None:
    middle = part(ridge, slice(0, 1600), slice(1000, 1600), 4)
    layers = [part(ridge, slice(600, 700), slice(600, 700)), middle, pole]
    found = sweep_horizons(layers, DIRECTIONS, 2.0, Window(EDGE_PX, EDGE_PX, 92, 92))
    error, away_m = nested_errors(layers, found, 200)
    assert_close(error[away_m > 2e3])
    # The finest layer is but 1 km wide: nearer horizons often stand on the step to the 240 m model.
    assert np.median(np.abs(error)) <= MEDIAN_DEG
    assert np.percentile(np.abs(error), 95.0) <= MOST_DEG


def test_a_fine_layer_partly_outside_the_coarse(pole: Terrain, ridge: Terrain) -> None:
    layers = [ridge, part(pole, slice(800, 1300), slice(700, 740))]
    error, _ = nested_errors(
        layers, sweep_horizons(layers, DIRECTIONS, 2.0, Window(1000, 800, 60, 60)), 200
    )
    assert_close(error)


def test_windows_and_tiles_are_parts_of_the_whole(pole: Terrain) -> None:
    small = part(pole, slice(500, 900), slice(500, 900))
    whole = sweep_horizons([small], 72, 2.0)
    window = sweep_horizons([small], 72, 2.0, Window(100, 150, 60, 50))
    # The window has its own centre, so its directions differ: compared at the same azimuths, where
    # both are straight lines between directions 5 degrees apart.
    profiles = [
        (whole.profile(100 + row, 150 + column), window.profile(row, column))
        for row, column in ((0, 0), (30, 25), (59, 49))
    ]
    error = np.concatenate([a.elevation_deg - b.elevation_deg for a, b in profiles])
    assert np.median(np.abs(error)) < 0.3
    assert abs(error.mean()) < 0.05
    # A tile whose halo holds all that can be seen: the same window of another raster.
    inside = Window(160, 160, 40, 40)
    tile = sweep_horizons(
        [part(small, slice(32, 400), slice(64, 400))], 72, 2.0, Window(128, 96, 40, 40)
    )
    reference = sweep_horizons([small], 72, 2.0, inside)
    assert tile.frame == pytest.approx(reference.frame, abs=1e-12)
    far = np.abs(tile.counts.astype(int) - reference.counts)
    assert np.percentile(far, 95.0) <= 4  # 0.01 degrees: lines pass elsewhere, and edges are nearer
