"""Windows of rasters on disk: the right pixels, averages, circles, edges of the map, mosaics."""

import hashlib
import pickle
import tracemalloc
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from made_terrain import EQUIRECTANGULAR, GEOGRAPHIC, MOON_RADIUS_M, POLAR, write_raster
from rasterio.enums import Resampling

from moonstead.environment.terrain.raster import Raster, Terrain, load_terrain, open_terrain
from moonstead.errors import InputError, RangeError

FROM_180 = EQUIRECTANGULAR.replace("lon_0=0", "lon_0=180")
DEGREE_M = np.radians(1.0) * MOON_RADIUS_M


def noise(rows: int, columns: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 500.0, (rows, columns)).astype(np.float32)


def opened(path: Path, heights: np.ndarray, crs: str, grid: tuple[float, float, float]) -> Raster:
    return open_terrain([write_raster(path, heights, crs, grid)])[0]


def test_a_window_is_that_part_of_the_whole(tmp_path: Path) -> None:
    heights = noise(50, 70)
    raster = opened(tmp_path / "x.tif", heights, POLAR, (-3500.0, 2500.0, 100.0))
    assert (raster.rows, raster.columns, raster.pixel_m) == (50, 70, 100.0)
    window = raster.window(10, 31, 25, 65)
    np.testing.assert_array_equal(window.heights_m, heights[10:31, 25:65])
    (whole,) = load_terrain([raster.path])
    place = (-89.99, 20.0)
    assert window.sample_m(*place)[0] == pytest.approx(whole.sample_m(*place)[0], abs=1e-6)
    assert window.file == whole.file
    assert window.crs == whole.crs


@settings(max_examples=20)
@given(
    data=st.data(),
    every=st.integers(1, 7),
    rows=st.tuples(st.integers(0, 40), st.integers(7, 20)),
    columns=st.tuples(st.integers(0, 50), st.integers(7, 20)),
)
def test_averages_are_means_of_what_is_known_and_lie_in_its_middle(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, every: int, rows, columns
) -> None:
    heights = noise(60, 70, data.draw(st.integers(0, 9)))
    heights[np.random.default_rng(3).random(heights.shape) < 0.2] = np.nan
    path = tmp_path_factory.getbasetemp() / "averaged.tif"
    raster = opened(path, heights, EQUIRECTANGULAR, (1e4, 2e4, 100.0))
    (top, n_rows), (left, n_columns) = rows, columns
    window = raster.window(top, top + n_rows, left, left + n_columns, every)
    assert window.heights_m.shape == (n_rows // every, n_columns // every)
    row, column = 0, n_columns // every - 1
    block = heights[top : top + every, left + column * every : left + (column + 1) * every]
    expected = np.nanmean(block.astype(float)) if np.isfinite(block).any() else np.nan
    assert window.heights_m[row, column] == pytest.approx(expected, rel=1e-6, nan_ok=True)
    x = 1e4 + (left + (column + 0.5) * every) * 100.0
    y = 2e4 - (top + 0.5 * every) * 100.0
    found = window.pixels(y / DEGREE_M, x / DEGREE_M)
    np.testing.assert_allclose(found, (column, row), atol=1e-6)
    assert window.pixel_m == pytest.approx(100.0 * every, rel=1e-4)


def test_overviews_stand_for_averages(tmp_path: Path) -> None:
    path = tmp_path / "cog.tif"
    heights = noise(256, 512)
    write_raster(path, heights, POLAR, (0.0, 0.0, 100.0))
    with rasterio.open(path, "r+") as file:
        file.build_overviews([2, 4], Resampling.average)
    averaged = open_terrain([path])[0].window(32, 256, 64, 512, every=8)
    blocks = heights[32:, 64:].reshape(28, 8, 56, 8).mean(axis=(1, 3), dtype=np.float64)
    np.testing.assert_allclose(averaged.heights_m, blocks, atol=2e-4)
    with rasterio.open(path, "r+") as file:  # to see that they are used
        file.build_overviews([2, 4], Resampling.nearest)
    picked = open_terrain([path])[0].window(32, 256, 64, 512, every=8)
    assert np.abs(picked.heights_m - blocks).max() > 10.0
    unaligned = open_terrain([path])[0].window(33, 257 - 8, 65, 505, every=8)
    means = heights[33:249, 65:505].reshape(27, 8, 55, 8).mean(axis=(1, 3), dtype=np.float64)
    np.testing.assert_allclose(unaligned.heights_m, means, atol=2e-4)


def test_only_the_window_is_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, crs=POLAR, sparse_ok=True, tiled=True,
        height=40_000, width=40_000, transform=Affine(5.0, 0.0, -1e5, 0.0, -5.0, 1e5),
    ) as file:  # fmt: skip
        block = np.full((1, 256, 256), 1234.0, np.float32)
        file.write(block, window=rasterio.windows.Window(19_968, 19_968, 256, 256))
    (raster,) = open_terrain([path])
    assert raster.file.sha256
    tracemalloc.start()
    terrain = raster.around(-90.0, 0.0, 1000.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert terrain.sample_m(-90.0, 0.0)[0] == 1234.0
    assert terrain.heights_m.shape == (404, 404)
    assert peak < 10e6


@settings(max_examples=40)
@given(
    latitude_deg=st.floats(-90.0, 90.0),
    longitude_deg=st.floats(-360.0, 720.0),
    radius_m=st.floats(2e3, 1.5e6),
    crs=st.sampled_from(["degrees", "metres", "metres from 180", "south", "ortho"]),
)
def test_around_covers_the_circle(
    around_rasters: dict[str, Raster],
    around_wholes: dict[str, Terrain],
    latitude_deg: float,
    longitude_deg: float,
    radius_m: float,
    crs: str,
) -> None:
    """Every point of the disc that the whole raster knows is the same in the window."""
    raster, whole = around_rasters[crs], around_wholes[crs]
    generator = np.random.default_rng(5)
    sphere = pyproj.Geod(a=MOON_RADIUS_M, f=0.0)
    far_m = radius_m * np.sqrt(generator.random(200)) * 0.999
    start = np.full(200, longitude_deg), np.full(200, latitude_deg)
    places = sphere.fwd(*start, generator.random(200) * 360.0, far_m)[1::-1]
    expected_m = whole.sample_m(*places)
    try:
        window = raster.around(latitude_deg, longitude_deg, radius_m)
    except RangeError:
        assert np.isnan(expected_m).all()
        return
    found_m = window.sample_m(*places)
    known = np.isfinite(expected_m)
    if raster.goes_round:  # at its own edge the whole has no neighbour across, the window has
        column, _ = whole.pixels(*places)
        known &= (column > 0.0) & (column < raster.columns - 1.0)
    np.testing.assert_allclose(found_m[known], expected_m[known], atol=1e-3)


@pytest.fixture(scope="module")
def around_rasters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Raster]:
    folder = tmp_path_factory.mktemp("around")
    degrees, metres = (0.0, 90.0, 2.0), (-180.0 * DEGREE_M, 90.0 * DEGREE_M, 2.0 * DEGREE_M)
    return {
        "degrees": opened(folder / "d.tif", noise(90, 180), GEOGRAPHIC, degrees),
        "metres": opened(folder / "m.tif", noise(90, 180), EQUIRECTANGULAR, metres),
        "metres from 180": opened(folder / "e.tif", noise(90, 180), FROM_180, metres),
        "south": opened(folder / "s.tif", noise(100, 100), POLAR, (-5e5, 5e5, 1e4)),
        "ortho": opened(
            folder / "o.tif",
            noise(100, 100),
            "+proj=ortho +lat_0=-45 +lon_0=30 +R=1737400",
            (-1e6, 1e6, 2e4),
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def around_wholes(around_rasters: dict[str, Raster]) -> dict[str, Terrain]:
    return {name: raster.whole() for name, raster in around_rasters.items()}


@pytest.mark.parametrize("name", ["degrees", "metres", "metres from 180"])
def test_around_is_tight_and_whole_across_the_edge(
    around_rasters: dict[str, Raster], name: str
) -> None:
    raster = around_rasters[name]
    for edge_deg in (0.0, 180.0):
        window = raster.around(0.0, edge_deg, 5.0 * DEGREE_M)
        assert window.heights_m.shape[0] <= 9
        assert window.heights_m.shape[1] <= 9
        assert np.isfinite(window.sample_m(np.zeros(9), edge_deg + np.arange(-4.0, 5.0))).all()
    polar = raster.around(-88.0, 10.0, 4.0 * DEGREE_M)
    assert polar.heights_m.shape[1] == raster.columns
    assert polar.heights_m.shape[0] <= 6


def test_a_grid_whose_last_column_repeats_the_first(tmp_path: Path) -> None:
    """GMT's gridline registration: nodes at 0, 2 ... 360 degrees, and on both poles."""
    nodes = noise(91, 180)
    heights = np.concatenate([nodes, nodes[:, :1]], axis=1)
    raster = opened(tmp_path / "x.tif", heights, GEOGRAPHIC, (-1.0, 91.0, 2.0))
    assert raster.goes_round
    window = raster.around(0.0, 359.0, 5.0 * DEGREE_M)
    assert window.heights_m.shape[1] <= 9
    longitudes = np.array([354.0, 356.0, 358.0, 0.0, 2.0, 4.0])
    expected = nodes[45, (longitudes / 2.0).astype(int)]
    np.testing.assert_allclose(window.sample_m(np.zeros(6), longitudes), expected, atol=1e-3)
    pole = raster.around(90.0, 0.0, 3.0 * DEGREE_M)
    assert pole.heights_m.shape == (4, 181)
    assert pole.sample_m(90.0, 20.0)[0] == pytest.approx(nodes[0, 10])


def test_windows_may_begin_before_the_edge_of_a_map_that_goes_round(
    around_rasters: dict[str, Raster],
) -> None:
    raster = around_rasters["degrees"]
    whole = raster.whole().heights_m
    window = raster.window(40, 50, -3, 4)
    np.testing.assert_array_equal(window.heights_m, np.roll(whole, 3, axis=1)[40:50, :7])
    assert window.sample_m(-0.5, -0.7)[0] == pytest.approx(
        raster.window(40, 50, 177, 184).sample_m(-0.5, 359.3)[0]
    )


@pytest.mark.parametrize("crs", [GEOGRAPHIC, EQUIRECTANGULAR], ids=["degrees", "metres"])
def test_beside_a_raster_columns_go_on_to_either_side(tmp_path: Path, crs: str) -> None:
    """Horizons need to know how far off a place is; a turn of the Moon away would be far off."""
    unit = 1.0 if crs == GEOGRAPHIC else DEGREE_M
    grid = (350.0 * unit - (0.0 if crs == GEOGRAPHIC else 360.0 * unit), 5.0 * unit, unit)
    (terrain,) = load_terrain([write_raster(tmp_path / "x.tif", noise(10, 20), crs, grid)])
    column, _ = terrain.pixels(np.zeros(4), np.array([347.5, 350.5, 9.5, 12.5]))
    np.testing.assert_allclose(column, [-3.0, 0.0, 19.0, 22.0], atol=1e-6)


def test_a_circle_off_the_map(around_rasters: dict[str, Raster]) -> None:
    match = r"latitude_deg, longitude_deg = 20, 30: outside the terrain, which covers 500 km by 500"
    with pytest.raises(RangeError, match=match):
        around_rasters["south"].around(20.0, 30.0, 1e5)


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        ((5, 5, 0, 10), "an empty window"),
        ((9, 2, 0, 10), "an empty window"),
        ((0, 10, 0, 3, 4), "an empty window"),
        ((0, 10, 0, 10, 0), "an empty window"),
        ((-1, 10, 0, 10), "outside the raster; it has 100 rows and 100 columns"),
        ((0, 10, 95, 101), "outside the raster"),
    ],
)
def test_windows_that_make_no_sense(
    around_rasters: dict[str, Raster], window: tuple[int, ...], reason: str
) -> None:
    with pytest.raises(InputError, match=f"window = rows .*: {reason}"):
        around_rasters["south"].window(*window)
    with pytest.raises(InputError, match="outside the raster"):
        around_rasters["degrees"].window(0, 10, -10, 175)


def test_tiles_of_one_grid_become_one_layer(tmp_path: Path) -> None:
    heights = noise(60, 80)
    folder = tmp_path / "tiles"
    folder.mkdir()
    for name, rows, columns in (
        ("a", slice(0, 30), slice(0, 40)),
        ("b", slice(0, 30), slice(40, 80)),
        ("c", slice(25, 60), slice(0, 45)),  # overlaps a and d
        ("d", slice(30, 60), slice(40, 80)),
    ):
        corner = (-4e3 + 100.0 * columns.start, 3e3 - 100.0 * rows.start, 100.0)
        write_raster(folder / f"{name}.tif", heights[rows, columns], POLAR, corner)
    (folder / "readme.txt").write_text("not a raster")
    (raster,) = open_terrain([folder])
    assert (raster.rows, raster.columns) == (60, 80)
    np.testing.assert_array_equal(raster.whole().heights_m, heights)
    np.testing.assert_array_equal(raster.window(20, 40, 30, 50).heights_m, heights[20:40, 30:50])
    blocks = heights[4:60, 2:80].reshape(8, 7, 78, -1)[:, :, :77].reshape(8, 7, 11, 7)
    averaged = raster.window(4, 60, 2, 79, every=7)
    np.testing.assert_allclose(averaged.heights_m, blocks.mean(axis=(1, 3)), rtol=1e-4, atol=1e-3)
    lines = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.glob("*.tif"))
    )
    by_line = "".join(sorted(lines.splitlines(keepends=True)))
    assert raster.file.sha256 == hashlib.sha256(by_line.encode()).hexdigest()
    assert raster.file.name == "a.tif and 3 more"


def test_tiles_that_go_round_the_moon_together(tmp_path: Path) -> None:
    heights = noise(20, 36)
    for first in (0, 12, 24):
        write_raster(
            tmp_path / f"{first}.tif",
            heights[:, first : first + 12],
            GEOGRAPHIC,
            (-180.0 + first * 10.0, 90.0, 10.0),
        )
    (raster,) = open_terrain([tmp_path])
    assert raster.goes_round
    window = raster.around(-5.0, 180.0, 15.0 * DEGREE_M)
    assert window.heights_m.shape[1] <= 8
    found_m = window.sample_m([-5.0, -5.0], [175.0, -175.0])
    np.testing.assert_allclose(found_m, heights[9, [35, 0]], atol=1e-3)


def test_tiles_that_do_not_belong_together_stay_apart(tmp_path: Path) -> None:
    flat = np.zeros((10, 10))
    grids = {
        "here": (0.0, 0.0, 100.0),
        "apart": (5e3, 0.0, 100.0),
        "corner": (1e3, 1e3, 100.0),  # meets "here" in one point
        "off-grid": (1e3, -30.0, 100.0),
        "finer": (0.0, 0.0, 50.0),
    }
    paths = [write_raster(tmp_path / f"{n}.tif", flat, POLAR, g) for n, g in grids.items()]
    north = write_raster(
        tmp_path / "north.tif", flat, POLAR.replace("-90", "90"), (0.0, 0.0, 100.0)
    )
    names = [layer.path.stem for layer in open_terrain([*paths, north])]
    assert names == ["finer", "here", "apart", "corner", "off-grid", "north"]


def test_a_hole_in_the_middle_is_filled_from_the_other_tile_or_stays(tmp_path: Path) -> None:
    disc = np.hypot(*np.mgrid[-20:21, -20:21]) <= 12.0
    heights = np.where(disc, np.nan, 100.0)
    holed = write_raster(tmp_path / "holed.tif", heights, POLAR, (-2050.0, 2050.0, 100.0))
    (raster,) = open_terrain([holed])
    terrain = raster.around(-90.0, 0.0, 500.0)
    assert terrain.heights_m.shape == (15, 15)
    assert np.isnan(terrain.heights_m).all()  # documented: a window may hold no data at all
    assert np.isnan(terrain.sample_m(-90.0, 0.0)[0])
    patch = write_raster(
        tmp_path / "patch.tif", np.full((31, 31), 7.0), POLAR, (-1550.0, 1550.0, 100.0)
    )
    (filled,) = load_terrain([holed, patch])
    np.testing.assert_array_equal(filled.heights_m, np.where(disc, 7.0, 100.0))


def test_a_raster_may_go_to_another_process_with_its_hash(tmp_path: Path) -> None:
    raster = opened(tmp_path / "x.tif", noise(20, 20), POLAR, (0.0, 0.0, 100.0))
    sha256 = raster.file.sha256
    copy = pickle.loads(pickle.dumps(raster))  # noqa: S301  # our own bytes
    raster.path.write_bytes(b"gone")
    assert copy.file.sha256 == sha256


@pytest.mark.data
def test_the_check_values_of_the_reference_data(shared_data: Path) -> None:
    """PROVENANCE.md: places whose heights were checked against an independent map."""
    folder = shared_data / "terrain"
    ridge, cap = open_terrain(sorted(folder.glob("*.tif")))
    assert (ridge.pixel_m, cap.pixel_m) == (10.0, 240.0)
    for latitude_deg, longitude_deg, height_m in (
        (-89.67, 129.78, -2784.0),
        (-90.0, 0.0, 1292.0),
        (-89.45, 222.69, 1949.0),
        (-84.67, 39.40, 7022.7),
    ):
        window = cap.around(latitude_deg, longitude_deg, 5e3)
        found_m = window.sample_m(latitude_deg, longitude_deg)[0]
        # The highest place is given to 0.01 degrees, 300 m.
        assert found_m == pytest.approx(height_m, abs=6.0)
        assert window.heights_m.shape[0] <= 46
    assert float(cap.whole().heights_m.max()) == pytest.approx(7022.7, abs=0.1)
    # The 10 m map averaged to 240 m: median +0.6 m, standard deviation 3.5 m.
    averaged = ridge.window(0, 1584, 0, 1584, every=24)
    x = -19_000.0 + 240.0 * (np.arange(66) + 0.5)
    y = -4_000.0 - 240.0 * (np.arange(66) + 0.5)
    back = pyproj.Transformer.from_crs(POLAR, "IAU_2015:30100", always_xy=True)
    longitude_deg, latitude_deg = back.transform(*(g.ravel() for g in np.meshgrid(x, y)))
    apart_m = averaged.heights_m.ravel() - cap.whole().sample_m(latitude_deg, longitude_deg)
    assert np.median(apart_m) == pytest.approx(0.6, abs=0.05)
    assert np.std(apart_m) == pytest.approx(3.5, abs=0.05)
