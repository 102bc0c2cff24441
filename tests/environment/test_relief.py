"""Slope, roughness, shade and ground for vehicles against closed forms, on the sphere."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
from made_terrain import EQUIRECTANGULAR, GEOGRAPHIC, MOON_RADIUS_M, ORTHOGRAPHIC, POLAR
from rasterio import Affine
from scipy.ndimage import convolve, label

from moonstead.environment.profile import TerrainFile
from moonstead.environment.terrain.grid import Terrain, columns_rows_of, places_of
from moonstead.environment.terrain.raster import load_terrain
from moonstead.environment.terrain.relief import (
    gradient,
    hillshade,
    roughness_m,
    slope_deg,
    slopes_by_baseline,
)
from moonstead.environment.terrain.traverse import (
    Ground,
    VehicleLimits,
    reachable,
    traversability,
)
from moonstead.errors import InputError, RangeError

FLAT = "+proj=stere +lat_0=-45 +lon_0=30 +R=1737400 +units=m +no_defs"


def made(heights: np.ndarray, crs: str, corner: tuple[float, float], pixel: float) -> Terrain:
    transform = Affine(pixel, 0.0, corner[0], 0.0, -pixel, corner[1])
    degree_m = np.radians(1.0) * MOON_RADIUS_M
    side_m = pixel * degree_m if crs == GEOGRAPHIC else pixel
    file = TerrainFile("made.tif", "made", "")
    crs_ = pyproj.CRS.from_user_input(crs)
    return Terrain(heights.astype(np.float32), side_m, file, crs_, columns_rows_of(transform))


def local(heights: np.ndarray, pixel_m: float = 10.0) -> Terrain:
    """A map small enough to be flat: scale errors are below a millionth."""
    half = heights.shape[1] * pixel_m / 2.0, heights.shape[0] * pixel_m / 2.0
    return made(heights, FLAT, (-half[0], half[1]), pixel_m)


def inner(values: np.ndarray, edge: int = 1) -> np.ndarray:
    return values[edge:-edge, edge:-edge]


@pytest.mark.parametrize("baseline_m", [None, 30.0, 70.0, 110.0])
def test_a_plane_has_its_slope(baseline_m: float | None) -> None:
    row, column = np.mgrid[:40, :50] * 10.0
    found = gradient(local(0.3 * column - 0.4 * row), baseline_m)
    edge = 1 if baseline_m is None else round(baseline_m / 10.0) // 2
    assert inner(found.right, edge) == pytest.approx(0.3, rel=1e-3)
    assert inner(found.up, edge) == pytest.approx(0.4, rel=1e-3)  # rows go down
    assert inner(found.slope_deg, edge) == pytest.approx(np.degrees(np.arctan(0.5)), rel=1e-3)
    assert np.isnan(found.slope_deg[: edge - 1 or 1]).all()
    assert np.isfinite(inner(found.slope_deg, edge)).all()


@pytest.mark.parametrize(
    ("crs", "corner", "pixel", "axis"),
    [
        (POLAR, (100e3, 260e3), 200.0, (-84.0, 25.0)),  # scale factor 1.0027
        (POLAR, (-20e3, 20e3), 200.0, (-90.0, 0.0)),
        (POLAR.replace("lat_0=-90", "lat_0=-90 +lat_ts=-70"), (900e3, 30e3), 200.0, (-58.0, 89.0)),
        (EQUIRECTANGULAR, (500e3, 1860e3), 200.0, (60.5, 17.0)),  # a pixel is half as wide
        (GEOGRAPHIC, (40.0, -80.0), 0.01, (-80.8, 41.0)),
        (ORTHOGRAPHIC, (300e3, 500e3), 200.0, (-30.0, 45.0)),  # oblique, with skew sides
    ],
    ids=["polar edge", "pole", "true at 70", "cylindrical", "geographic", "orthographic"],
)
def test_a_cone_on_the_sphere_has_one_slope_in_any_projection(
    crs: str, corner: tuple[float, float], pixel: float, axis: tuple[float, float]
) -> None:
    """Radius R exp(k c) at angle c from the axis: dr / (r dc) = k everywhere, heights included."""
    size, k = 200, np.tan(np.radians(12.0))
    blank = made(np.zeros((size, size)), crs, corner, pixel)
    row, column = np.mgrid[:size, :size].astype(float)
    places = places_of(blank.crs, blank.columns_rows, column.ravel(), row.ravel())
    latitude, longitude = np.radians(places)
    lat0, lon0 = np.radians(axis)
    across = np.cos(latitude) * np.cos(lat0) * np.sin((longitude - lon0) / 2.0) ** 2
    angle = 2.0 * np.arcsin(np.sqrt(np.sin((latitude - lat0) / 2.0) ** 2 + across))
    heights = MOON_RADIUS_M * np.expm1(k * angle)
    terrain = made(heights.reshape(size, size), crs, corner, pixel)
    found = inner(slope_deg(terrain))
    # Away from the tip, where the cone is not smooth and three pixels see its curvature.
    far = inner((angle * MOON_RADIUS_M).reshape(size, size) > 12.0 * terrain.pixel_m)
    assert far.sum() > 5000
    assert found[far] == pytest.approx(12.0, abs=0.06)
    assert np.median(found[far]) == pytest.approx(12.0, abs=0.005)


def test_horns_differences_are_those_of_the_paper() -> None:
    """Weights 1, 2, 1 over eight pixels (Horn 1981), by scipy's convolution."""
    heights = np.random.default_rng(3).normal(size=(30, 40))
    terrain = local(heights)
    kernel = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 80.0
    right = convolve(terrain.heights_m.astype(float), kernel[:, ::-1])
    up = convolve(terrain.heights_m.astype(float), kernel.T)
    expected = np.degrees(np.arctan(np.hypot(right, up)))
    assert inner(slope_deg(terrain)) == pytest.approx(inner(expected), rel=1e-5)


def test_the_plane_fitted_is_that_of_least_squares() -> None:
    heights = np.random.default_rng(4).normal(size=(20, 20))
    terrain = local(heights)
    found, rough = gradient(terrain, 70.0), roughness_m(terrain, 70.0)
    row, column = np.mgrid[-3:4, -3:4] * 10.0
    design = np.column_stack([column.ravel(), -row.ravel(), np.ones(49)])
    window = terrain.heights_m[6:13, 8:15].astype(float).ravel()
    (right, up, _), squares, *_ = np.linalg.lstsq(design, window, rcond=None)
    assert found.right[9, 11] == pytest.approx(right, rel=1e-4)
    assert found.up[9, 11] == pytest.approx(up, rel=1e-4)
    assert rough[9, 11] == pytest.approx(np.sqrt(squares[0] / 49.0), rel=1e-4)


def test_roughness_is_what_is_left_of_a_plane() -> None:
    row, column = np.mgrid[:60, :60] * 10.0
    plane = 2000.0 + 0.5 * column - 0.3 * row
    assert np.nanmax(roughness_m(local(plane), 50.0)) < 2e-3  # heights of 4 bytes
    board = 0.25 * (-1.0) ** (np.add.outer(np.arange(60), np.arange(60)))
    rough = inner(roughness_m(local(plane + board), 70.0), 3)
    assert rough == pytest.approx(0.25, rel=2e-3)  # a chequered board about its mean


def test_shade_is_the_cosine_to_the_normal() -> None:
    row, column = np.mgrid[:9, :9] * 10.0
    terrain = local(0.2 * column - 0.1 * -row)  # rises to the right, and down the rows
    normal = np.array([-0.2, 0.1, 1.0]) / np.sqrt(1.05)  # right, up, out
    for azimuth_deg, elevation_deg in ((315.0, 45.0), (90.0, 10.0), (200.0, 2.0)):
        azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
        sun = [
            np.sin(azimuth) * np.cos(elevation),
            np.cos(azimuth) * np.cos(elevation),
            np.sin(elevation),
        ]
        expected = max(float(normal @ sun), 0.0)
        found = inner(hillshade(terrain, azimuth_deg, elevation_deg))
        assert found == pytest.approx(expected, abs=1e-3)


def test_a_tilted_plane_has_one_bidirectional_slope() -> None:
    row, column = np.mgrid[:100, :100] * 10.0
    found = slopes_by_baseline(local(0.1 * column + 0.2 * row), [7.0, 7.2, 30.0, 100.0])
    assert found.baseline_m == pytest.approx(10.0 * np.array([1, 4, 14]) / np.sqrt(2), rel=2e-4)
    assert found.median_slope_deg == pytest.approx(
        np.degrees(np.arctan(np.hypot(0.1, 0.2))), rel=2e-4
    )
    assert found.leg_m == pytest.approx([10.0, 40.0, 140.0], rel=2e-4)
    rms = np.sqrt((0.1**2 + 0.2**2) / 2.0)
    assert found.deviation_m == pytest.approx(rms * found.leg_m, rel=2e-4)
    assert found.hurst_exponent == pytest.approx(1.0, abs=1e-4)


def test_white_noise_has_no_memory() -> None:
    noise = np.random.default_rng(5).normal(size=(400, 400))
    found = slopes_by_baseline(local(noise), [10.0, 50.0, 200.0])
    assert found.deviation_m == pytest.approx(np.sqrt(2.0), rel=0.02)
    assert found.hurst_exponent == pytest.approx(0.0, abs=0.01)


@pytest.mark.data
def test_the_hurst_exponent_of_the_south_pole_is_the_published_one(shared_data: Path) -> None:
    """Rosenburg et al. 2011, table 2: 0.95 for the south polar region."""
    for name, baselines_m in (
        ("connecting_ridge_site01_10m_float32.tif", [57.0, 120.0, 225.0, 560.0, 1000.0, 2000.0]),
        ("south_pole_84S_240m_float32.tif", [170.0, 510.0, 1000.0, 2000.0]),
    ):
        (terrain,) = load_terrain([shared_data / "terrain" / name])
        found = slopes_by_baseline(terrain, baselines_m)
        assert found.hurst_exponent == pytest.approx(0.95, abs=0.03)


def test_missing_data_is_never_guessed() -> None:
    heights = np.zeros((20, 20))
    heights[10, 10] = np.nan
    terrain = local(heights)
    for found in (slope_deg(terrain), roughness_m(terrain, 30.0), hillshade(terrain, 0.0, 45.0)):
        unknown = np.isnan(inner(found))
        assert unknown[8:11, 8:11].all()
        assert unknown.sum() == 9


def test_windows_must_fit() -> None:
    terrain = local(np.zeros((20, 20)))
    for wrong_m in (5.0, 500.0):
        with pytest.raises(InputError, match=r"name 20 m \(two pixels\) to 200 m \(the map\)"):
            slope_deg(terrain, wrong_m)
        with pytest.raises(InputError, match="two pixels"):
            roughness_m(terrain, wrong_m)
    with pytest.raises(InputError, match="up to 100 m"):
        slopes_by_baseline(terrain, [1000.0])
    assert np.isnan(slope_deg(local(np.zeros((1, 1))))).all()
    assert np.isnan(slope_deg(local(np.zeros((2, 30))))).all()


LIMITS = VehicleLimits(slope_deg=20.0, step_m=0.5, roughness_m=0.4)


def wall() -> np.ndarray:
    """Level ground with a steep ridge across it, open at one place."""
    heights = np.zeros((41, 41))
    heights[19:22, :] = 30.0
    heights[19:22, 8:13] = 0.0
    return heights


def test_ground_is_sorted_by_limits() -> None:
    _, column = np.mgrid[:21, :21] * 10.0
    for rise, expected in ((0.3, Ground.GO), (0.4, Ground.STEEP)):  # 16.7 and 21.8 degrees
        found = traversability(local(rise * column), LIMITS)
        assert (inner(found.ground, 2) == expected).all()
        assert (found.ground[0] != Ground.GO).all()
    spike = np.zeros((21, 21))
    spike[10, 10] = 0.7  # departs by 0.62 m from the plane through its neighbours
    assert traversability(local(spike), LIMITS).ground[10, 10] == Ground.STEP
    board = 0.45 * (-1.0) ** np.add.outer(np.arange(21), np.arange(21))
    assert (inner(traversability(local(board), LIMITS).ground, 2) == Ground.ROUGH).all()
    hole = np.zeros((21, 21))
    hole[5, 5] = np.nan
    assert traversability(local(hole), LIMITS).ground[5, 5] == Ground.UNKNOWN


def test_the_step_is_the_departure_from_the_plane() -> None:
    """Of a single pixel h high: the mean is h / 9 and the tilts are nil, so 8 h / 9."""
    for height_m, expected in ((0.55, Ground.GO), (0.57, Ground.STEP)):
        spike = np.zeros((11, 11))
        spike[5, 5] = height_m
        assert traversability(local(spike), LIMITS).ground[5, 5] == expected


def test_clearance_is_kept_from_what_cannot_be_taken() -> None:
    heights = np.zeros((41, 41))
    heights[20, 20] = 30.0
    plain = traversability(local(heights), LIMITS)
    kept = traversability(local(heights), VehicleLimits(20.0, 0.5, 0.4, clearance_m=55.0))
    no_go = plain.ground > Ground.NEAR
    near = kept.ground == Ground.NEAR
    row, column = np.mgrid[:41, :41]
    marked = np.argwhere(no_go)
    apart_m = np.min([10.0 * np.hypot(row - r, column - c) for r, c in marked], axis=0)
    expected = (apart_m < 55.0) & ~no_go & (plain.ground == Ground.GO)
    assert (near == expected).all()
    assert (kept.ground[no_go] == plain.ground[no_go]).all()


def test_cost_rises_from_one_with_slope() -> None:
    _, column = np.mgrid[:21, :21] * 10.0
    level = inner(traversability(local(0.0 * column), LIMITS).cost, 2)
    tilted = inner(traversability(local(np.tan(np.radians(10.0)) * column), LIMITS).cost, 2)
    assert level == pytest.approx(1.0)
    assert tilted == pytest.approx(1.25, rel=1e-3)
    assert np.isinf(traversability(local(column), LIMITS).cost).all()


def test_what_can_be_reached_is_connected_ground() -> None:
    terrain = local(wall())
    found = traversability(terrain, LIMITS)
    latitude_deg, longitude_deg = places_of(
        terrain.crs, terrain.columns_rows, np.array([30.0]), np.array([35.0])
    )
    start = float(latitude_deg[0]), float(longitude_deg[0])
    open_gate = reachable(terrain, found, *start)
    assert open_gate[5, 30]
    shut = wall()
    shut[19:22, :] = 30.0
    found = traversability(local(shut), LIMITS)
    below = reachable(local(shut), found, *start)
    assert not below[5, 30]
    parts, count = label(found.ground == Ground.GO)
    assert count == 2
    assert (below == (parts == parts[35, 30])).all()
    go_m2 = found.area_of_m2(Ground.GO)
    assert go_m2 == pytest.approx(100.0 * (found.ground == Ground.GO).sum(), rel=1e-4)


def test_a_start_that_is_no_start() -> None:
    terrain = local(wall())
    found = traversability(terrain, LIMITS)
    latitude_deg, longitude_deg = places_of(
        terrain.crs, terrain.columns_rows, np.array([30.0]), np.array([18.0])
    )
    with pytest.raises(RangeError, match="the ground there is steep"):
        reachable(terrain, found, float(latitude_deg[0]), float(longitude_deg[0]))
    with pytest.raises(RangeError, match="outside the terrain"):
        reachable(terrain, found, 10.0, 10.0)


def test_areas_are_those_of_the_sphere() -> None:
    """A geographic map of a belt: 2 pi R^2 (sin 70 - sin 60) in all."""
    heights = np.zeros((50, 1800))
    terrain = made(heights, GEOGRAPHIC, (0.0, 70.0), 0.2)
    area_m2 = traversability(terrain, VehicleLimits(20.0, 50.0, 50.0)).area_m2
    expected = 2 * np.pi * MOON_RADIUS_M**2 * np.diff(np.sin(np.radians([60.0, 70.0])))[0]
    assert area_m2.sum(dtype=float) == pytest.approx(expected, rel=3e-4)
    heights[20, 20] = 1e4
    steep = made(heights, GEOGRAPHIC, (0.0, 70.0), 0.2)
    with pytest.raises(InputError, match="differ too much in size"):
        traversability(steep, VehicleLimits(20.0, 50.0, 50.0, clearance_m=1e4))


def test_every_wrong_limit_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        VehicleLimits(95.0, 0.0, -1.0, -1.0)
    assert len(caught.value.problems) == 4
