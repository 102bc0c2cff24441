"""Reading elevation models: sampling, nesting, and everything that can be wrong with a file."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from made_terrain import EQUIRECTANGULAR, GEOGRAPHIC, POLAR, Hills, write_hills, write_raster

from moonstead.environment.terrain.raster import ground_elevation_m, load_terrain
from moonstead.errors import InputError, RangeError

MARS = "+proj=longlat +R=3396190"
HILLS = Hills((-89.5, 40.0, 2000.0, 9e3), (-89.2, 200.0, -1500.0, 12e3))


def test_bilinear_samples_at_pixel_centres(tmp_path: Path) -> None:
    heights = np.arange(12.0).reshape(3, 4)
    path = write_raster(tmp_path / "plane.tif", heights, EQUIRECTANGULAR, (0.0, 300.0, 100.0))
    (layer,) = load_terrain([path])
    degree_m = np.radians(1.0) * 1_737_400.0
    for row, column in ((0, 0), (1, 2), (2, 3)):
        latitude, longitude = (300.0 - 100.0 * (row + 0.5)), 100.0 * (column + 0.5)
        found = layer.sample_m(latitude / degree_m, longitude / degree_m)[0]
        assert found == pytest.approx(heights[row, column], abs=1e-6)
    middle = layer.sample_m(200.0 / degree_m, 200.0 / degree_m)[0]
    assert middle == pytest.approx(np.mean(heights[0:2, 1:3]), abs=1e-6)
    assert layer.pixel_m == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("crs", "corner", "pixel", "size"),
    [(POLAR, (-40e3, 40e3), 100.0, 800), (GEOGRAPHIC, (0.0, -88.0), 0.01, 36_000)],
    ids=["polar", "geographic"],
)
def test_any_projection_gives_the_ground(
    tmp_path: Path, crs: str, corner: tuple[float, float], pixel: float, size: int
) -> None:
    if crs == GEOGRAPHIC:
        longitude = (np.arange(3600) + 0.5) * 0.1
        latitude = -88.0 - (np.arange(20) + 0.5) * 0.1
        heights = HILLS.height_m(*np.meshgrid(latitude, longitude, indexing="ij"))
        path = write_raster(tmp_path / "x.tif", heights, crs, (0.0, -88.0, 0.1))
        tolerance_m = 60.0  # pixels of 3 km
    else:
        path = write_hills(tmp_path / "x.tif", HILLS, crs, corner, pixel, size)
        tolerance_m = 0.5
    layers = load_terrain([path])
    for latitude_deg, longitude_deg in (
        (-89.5, 40.0),
        (-89.3, 210.0),
        (-89.05, -150.0),
        (-89.4, 359.97),
    ):
        expected_m = float(HILLS.height_m(latitude_deg, longitude_deg))
        found_m = ground_elevation_m(layers, latitude_deg, longitude_deg)
        assert found_m == pytest.approx(expected_m, abs=tolerance_m)


def test_fine_layers_come_first_and_coarse_ones_fill_in(tmp_path: Path) -> None:
    coarse = write_raster(tmp_path / "c.tif", np.full((50, 50), 100.0), POLAR, (-25e3, 25e3, 1e3))
    fine_heights = np.full((40, 40), 200.0)
    fine_heights[:20, :] = -9999.0
    fine = write_raster(tmp_path / "f.tif", fine_heights, POLAR, (-2e3, 2e3, 100.0), nodata=-9999.0)
    layers = load_terrain([coarse, fine])
    assert [layer.file.name for layer in layers] == ["f.tif", "c.tif"]
    assert layers[0].file.sha256 == hashlib.sha256(fine.read_bytes()).hexdigest()
    assert ground_elevation_m(layers, -89.97, 180.0) == pytest.approx(200.0)
    assert ground_elevation_m(layers, -89.97, 0.0) == pytest.approx(100.0)  # a hole in the fine one
    with pytest.raises(RangeError, match=r"-80, 10: outside the terrain.*f\.tif.*c\.tif"):
        ground_elevation_m(layers, -80.0, 10.0)


def test_every_bad_file_is_named_at_once(tmp_path: Path) -> None:
    grid = (-500.0, 500.0, 100.0)
    flat = np.zeros((10, 10))
    text = tmp_path / "text.tif"
    text.write_text("no raster")
    files = {
        tmp_path / "absent.tif": "no such file",
        text: "is not a raster",
        write_raster(tmp_path / "nocrs.tif", flat, None, grid): "no coordinate reference system",
        write_raster(tmp_path / "earth.tif", flat, "EPSG:3031", grid): "not the Moon's 1737.4 km",
        write_raster(tmp_path / "mars.tif", flat, MARS, (0.0, 0.0, 0.1)): "3396.2 km",
        write_raster(tmp_path / "void.tif", flat - 1.0, POLAR, grid, nodata=-1.0): "no heights",
        write_raster(tmp_path / "tall.tif", flat + 2e4, POLAR, (0.0, 0.0, 10.0)): "not of the Moon",
    }  # fmt: skip
    with pytest.raises(InputError) as caught:
        load_terrain(files)
    assert len(caught.value.problems) == len(files)
    for problem, (path, expected) in zip(caught.value.problems, files.items(), strict=True):
        assert problem.file == str(path)
        assert expected in problem.remedy


def test_a_raster_beyond_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, crs=POLAR, sparse_ok=True, tiled=True,
        height=40_000, width=40_000, transform=Affine(1.0, 0.0, -2e4, 0.0, -1.0, 2e4),
    ):  # fmt: skip
        pass
    with pytest.raises(InputError, match=r"40000 by 40000 pixels are 6 GB in memory; .*\.around\("):
        load_terrain([path])


def test_no_file_at_all() -> None:
    with pytest.raises(InputError, match="at least one elevation model"):
        load_terrain([])


@pytest.mark.parametrize("driver", ["COG", "ISIS3", "PDS4", "AAIGrid", "ENVI", "HFA"])
def test_what_else_users_have(tmp_path: Path, driver: str) -> None:
    """Cubes of ISIS, PDS4 labels, ASCII grids and more come with GDAL."""
    heights = HILLS.height_m(*np.meshgrid(np.linspace(-89.9, -89.0, 40), np.arange(40.0) * 9.0))
    tiff = write_raster(tmp_path / "x.tif", heights, "IAU_2015:30135", (3000.0, 9000.0, 100.0))
    suffix = {"ISIS3": "cub", "PDS4": "xml", "AAIGrid": "asc", "COG": "tiff"}.get(driver, "img")
    options = {"VAR_TARGET": "Moon"} if driver == "PDS4" else {}
    path = tmp_path / f"made.{suffix}"
    rasterio.shutil.copy(tiff, path, driver=driver, **options)
    (expected,), (found,) = load_terrain([tiff]), load_terrain([path])
    np.testing.assert_allclose(found.heights_m, expected.heights_m, atol=0.01)
    place = (-89.8, 30.0)
    assert found.sample_m(*place)[0] == pytest.approx(expected.sample_m(*place)[0], abs=0.01)
