"""What must hold of swept horizons whatever the ground: limits, symmetries, same bytes."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_maps import NORTH, SOUTH, bumps_m, dip_deg, local, map_about, places
from made_terrain import EQUIRECTANGULAR, Hills
from marching import march_deg

from moonstead.environment.sweep.elevation import COUNTS_PER_DEG, NO_COUNT
from moonstead.environment.sweep.horizons import HorizonMap, Window, azimuths_deg, sweep_horizons
from moonstead.environment.terrain.grid import Terrain

COUNT_DEG = 1.0 / COUNTS_PER_DEG
WITHIN_DEG = 0.08  # a pixel lies up to half a row, 50 m, beside its line; flanks of 20 degrees


def azimuth_and_place(
    found: HorizonMap, row: int, column: int, k: int
) -> tuple[float, tuple[float, float]]:
    latitude, longitude = found.places_deg()
    place = float(latitude[row, column]), float(longitude[row, column])
    return float(azimuths_deg(found.frame, found.heading_deg[k : k + 1], *place)[0]), place


@pytest.mark.parametrize("crs", [SOUTH, NORTH, local(30.0, -40.0)], ids=["south", "north", "30 N"])
@pytest.mark.parametrize("height_m", [0.0, 2.0, 200.0, 20000.0])
def test_smooth_sphere_gives_its_dip(crs: str, height_m: float) -> None:
    # From 200 m the smooth horizon, 26 km away, lies far beyond the map's 3 km.
    found = sweep_horizons([map_about(np.zeros((60, 60)), 100.0, crs)], 24, height_m)
    assert np.abs(found.counts * COUNT_DEG + dip_deg(height_m)).max() <= COUNT_DEG + 1e-9


@pytest.mark.parametrize(
    ("crs", "centre"), [(NORTH, (89.6, 30.0)), (local(30.0, -40.0), (30.0, -40.0))]
)
def test_hills_of_a_closed_form(crs: str, centre: tuple[float, float]) -> None:
    stretch = 1.0 / np.cos(np.radians(centre[0]))
    hills = Hills(
        (*centre, 300.0, 4e3),
        (centre[0] + 0.3, centre[1], 1500.0, 3e3),
        (centre[0] - 0.2, centre[1] + 0.3 * stretch, 900.0, 2e3),
        (centre[0] - 0.35, centre[1] - 0.1 * stretch, -1500.0, 5e3),
    )
    empty = map_about(np.zeros((500, 500)), 100.0, crs)
    terrain = map_about(hills.height_m(*places(empty)), 100.0, crs)
    row, column = (round(float(x)) for x in terrain.pixels(*centre)[::-1])
    found = sweep_horizons([terrain], 36, 10.0, Window(row, column, 2, 2))
    for k in range(0, 36, 3):
        azimuth, place = azimuth_and_place(found, 0, 0, k)
        expected = hills.horizon_deg(*place, 10.0, azimuth, 34e3)
        assert found.elevation_deg(k)[0, 0] == pytest.approx(expected, abs=WITHIN_DEG)


def test_turning_the_ground_by_a_right_angle_turns_the_horizons() -> None:
    # Whole map about the pole: a quarter turn of the image is a quarter turn of longitude.
    heights = bumps_m((80, 80), seed=4) * 10.0
    plain = sweep_horizons([map_about(heights, 240.0)], 32, 2.0)
    turned = sweep_horizons([map_about(np.rot90(heights), 240.0)], 32, 2.0)
    assert plain.frame == pytest.approx(turned.frame, abs=1e-12)
    for k in range(32):
        error = turned.counts[(k - 8) % 32].astype(int) - np.rot90(plain.counts[k])
        # On the outermost posts, and where a ray grazes a post, rounding decides.
        assert np.mean(np.abs(error[1:-1, 1:-1]) <= 1) > 0.999


def test_a_higher_observer_never_sees_a_higher_horizon() -> None:
    # Each piece of ground sinks as one rises over it; all ground lies above the sphere.
    terrain = map_about(bumps_m((60, 60), seed=5) * 5.0 + 9000.0, 240.0)
    low, middle, high = (sweep_horizons([terrain], 24, h).counts for h in (0.0, 10.0, 500.0))
    assert np.all(middle <= low + 1)
    assert np.all(high <= middle + 1)


def test_same_bytes_again_and_with_any_number_of_threads() -> None:
    terrain = map_about(bumps_m((70, 50), seed=6), 10.0)
    coarse = map_about(bumps_m((60, 60), seed=7), 100.0)
    first = sweep_horizons([terrain, coarse], 36, 2.0).counts.tobytes()
    assert sweep_horizons([terrain, coarse], 36, 2.0).counts.tobytes() == first
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        assert sweep_horizons([terrain, coarse], 36, 2.0).counts.tobytes() == first
    finally:
        numba.set_num_threads(threads)


@settings(max_examples=12)
@given(
    # On fewer posts too few rays are left for a share of them to mean anything.
    rows=st.integers(36, 90),
    columns=st.integers(36, 90),
    seed=st.integers(0, 10_000),
    pixel_m=st.sampled_from([5.0, 100.0, 2000.0]),
    height_m=st.sampled_from([0.0, 2.0, 1000.0]),
)
def test_small_maps_against_the_march(
    rows: int, columns: int, seed: int, pixel_m: float, height_m: float
) -> None:
    heights = bumps_m((rows, columns), seed, least_px=4.0) * (pixel_m / 100.0)
    terrain = map_about(np.clip(heights, -8e3, 8e3), pixel_m)
    found = sweep_horizons([terrain], 16, height_m)
    random = np.random.default_rng(seed)
    error = []
    for _ in range(40):
        row, column = random.integers(1, rows - 1), random.integers(1, columns - 1)
        k = random.integers(16)
        azimuth, place = azimuth_and_place(found, int(row), int(column), int(k))
        eye_m = float(terrain.heights_m[row, column]) + height_m
        truth, away_m = march_deg([terrain], place, eye_m, azimuth)
        if away_m > 3.0 * pixel_m or away_m == 0.0:
            error.append(float(found.elevation_deg(int(k))[row, column]) - truth)
    # Hills of four pixels and 30 degrees, far rougher than maps are. Over such ground (nine kinds,
    # 3000 rays) the median error is 0.003 degrees, the 95th percentile 0.17, the worst 1.3.
    assert np.mean(np.abs([0.0, *error]) <= 0.4) > 0.8
    assert np.abs(error).max(initial=0.0) < 2.5


def test_a_round_hole_hides_nothing_and_has_no_observers() -> None:
    heights = bumps_m((90, 90), seed=8)
    row, column = np.ogrid[:90, :90]
    hole = (row - 45) ** 2 + (column - 45) ** 2 < 12**2
    holed = map_about(np.where(hole, np.nan, heights), 100.0)
    found = sweep_horizons([holed], 24, 2.0)
    assert np.all(found.counts[:, hole] == NO_COUNT)
    assert np.all(np.isnan(found.elevation_deg(0)[hole]))
    for k in range(0, 24, 2):
        azimuth, place = azimuth_and_place(found, 20, 45, k)
        truth, away_m = march_deg([holed], place, float(holed.heights_m[20, 45]) + 2.0, azimuth)
        if away_m > 300.0:
            assert found.elevation_deg(k)[20, 45] == pytest.approx(truth, abs=0.2)


def test_a_hole_is_filled_from_the_coarser_layer() -> None:
    hills = Hills((-89.6, 30.0, 300.0, 3e3), (-89.5, 60.0, 800.0, 2e3))
    coarse = filled(hills, map_about(np.zeros((400, 400)), 200.0))
    fine = filled(hills, map_about(np.zeros((100, 100)), 50.0))
    row, column = np.ogrid[:100, :100]
    hole = (row - 50) ** 2 + (column - 50) ** 2 < 20**2
    whole = sweep_horizons([fine, coarse], 24, 2.0, Window(5, 5, 20, 20)).counts
    fine.heights_m[hole] = np.nan
    holed = sweep_horizons([fine, coarse], 24, 2.0, Window(5, 5, 20, 20)).counts
    assert np.abs(holed.astype(int) - whole).max() <= 10  # bilinear at 200 m against 50 m


def filled(hills: Hills, terrain: Terrain) -> Terrain:
    terrain.heights_m[:] = hills.height_m(*places(terrain))
    return terrain


def test_a_coarse_layer_of_another_projection_is_resampled() -> None:
    # Equirectangular at 60 degrees south, where its great circles bend.
    hills = Hills((-60.0, 20.0, 300.0, 4e3), (-59.2, 20.5, 2500.0, 6e3), (-60.9, 18.5, 1800.0, 5e3))
    fine = filled(hills, map_about(np.zeros((60, 60)), 100.0, local(-60.0, 20.0)))
    empty = map_about(np.zeros((300, 400)), 400.0, EQUIRECTANGULAR)
    to_degree = 180.0 / np.pi / 1_737_400.0
    empty.columns_rows[:, 2] -= [20.0 / to_degree / 400.0, 60.0 / to_degree / 400.0]
    coarse = filled(hills, empty)
    found = sweep_horizons([fine, coarse], 36, 5.0, Window(29, 29, 2, 2))
    for k in range(36):
        azimuth, place = azimuth_and_place(found, 0, 0, k)
        expected = hills.horizon_deg(*place, 5.0, azimuth, 45e3)
        assert found.elevation_deg(k)[0, 0] == pytest.approx(expected, abs=0.03)
