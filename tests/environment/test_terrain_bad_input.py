"""Elevation models that are not what they should be: a clear line each, or known behaviour."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from made_terrain import EQUIRECTANGULAR, GEOGRAPHIC, MOON_RADIUS_M, POLAR, Hills, write_raster
from rasterio.enums import ColorInterp

from moonstead.environment.horizon import compute_horizon
from moonstead.environment.site import Site
from moonstead.environment.terrain.raster import ground_elevation_m, load_terrain, open_terrain
from moonstead.errors import InputError, RangeError

GRID = (-2000.0, 2000.0, 100.0)
ROUGH = np.random.default_rng(8).normal(0.0, 10.0, (40, 40)).cumsum(axis=0).cumsum(axis=1)
UP = Affine(100.0, 0.0, -2000.0, 0.0, -100.0, 2000.0)


def write(path: Path, bands: np.ndarray, transform: Affine | None = UP, **options: object) -> Path:
    """Write any GeoTIFF, shape (bands, rows, columns)."""
    if transform is not None:
        options["transform"] = transform
    with rasterio.open(
        path, "w", driver="GTiff", dtype=bands.dtype.name, count=bands.shape[0], crs=POLAR,
        height=bands.shape[1], width=bands.shape[2], **options,
    ) as file:  # fmt: skip
        file.write(bands)
    return path


def refusal(*paths: Path | str, **answers: str) -> str:
    """Return the one line with which a file is refused."""
    with pytest.raises(InputError) as caught:
        [layer.whole() for layer in open_terrain(paths, **answers)]
    text = str(caught.value)
    assert "\n" not in text
    assert str(paths[0]) in text
    return text


@pytest.mark.parametrize("layout", ["strips", "tiled", "header"])
def test_a_truncated_file(tmp_path: Path, layout: str) -> None:
    path = write(
        tmp_path / "x.tif",
        np.tile(ROUGH, (8, 8))[np.newaxis].astype(np.float32),
        tiled=layout == "tiled",
        compress="deflate",
        blockxsize=64,
        blockysize=64 if layout == "tiled" else 1,
    )
    good = path.read_bytes()
    path.write_bytes(good[: 100 if layout == "header" else len(good) // 2])
    text = refusal(path)
    assert "cut short; fetch it again" in text or "is not a raster that can be read" in text


def test_a_file_that_is_damaged_in_the_middle_is_found_when_it_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.tif", np.tile(ROUGH, (16, 16))[np.newaxis].astype(np.float32),
        compress="deflate", predictor=3,
    )  # fmt: skip
    (layer,) = open_terrain([path], unit="m")
    good = bytearray(path.read_bytes())
    good[len(good) // 2 : len(good) // 2 + 2000] = b"\xff" * 2000
    path.write_bytes(good)
    with pytest.raises(InputError, match=r"x\.tif: rows 0 to 640: cannot be read: the file is dam"):
        layer.whole()


def test_the_earth_and_mars(tmp_path: Path) -> None:
    flat = np.zeros((10, 10))
    earth = write_raster(tmp_path / "e.tif", flat, "EPSG:4326", (0.0, 0.0, 0.1))
    assert "'WGS 84' has a radius of 6378.1 km of the Earth: not the Moon's" in refusal(earth)
    mars = write_raster(tmp_path / "m.tif", flat, "IAU_2015:49900", (0.0, 0.0, 0.1))
    assert "3396.2 km of Mars: not the Moon's" in refusal(mars)


def test_the_principal_axes_frame(tmp_path: Path) -> None:
    for name in ("LDEM_64_PA", "LDEM64_PA_pixel_202405"):
        path = write_raster(tmp_path / f"{name}.tif", ROUGH, POLAR, GRID)
        assert "is in the principal axes frame (PA), some 0.9 km off" in refusal(path)
    named = write_raster(tmp_path / "PANAMA_pa.tif", ROUGH, POLAR, GRID)
    assert load_terrain([named])
    with rasterio.open(named, "r+") as file:
        file.update_tags(SOURCE="LOLA shape in principal axes")
    assert "principal axes" in refusal(named)


def test_kilometres_that_nobody_names_are_asked_about(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "x.tif", ROUGH / 1e3, POLAR, GRID)
    text = refusal(path)
    assert "without a unit are likely kilometres" in text
    assert 'Pass unit="km" or unit="m"' in text
    (layer,) = open_terrain([path], unit="km")
    np.testing.assert_allclose(layer.whole().heights_m, ROUGH, atol=1e-3)
    (layer,) = open_terrain([path], unit="m")
    np.testing.assert_allclose(layer.whole().heights_m, ROUGH / 1e3, atol=1e-6)
    radius = write_raster(tmp_path / "r.tif", 1737.4 + ROUGH / 1e3, POLAR, GRID)
    assert "likely kilometres" in refusal(radius)
    (layer,) = open_terrain([radius], unit="km")
    np.testing.assert_allclose(layer.whole().heights_m, ROUGH, atol=0.1)  # as single precision has
    assert "unit = feet: give" in refusal_of_unit(path)


def refusal_of_unit(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        open_terrain([path], unit="feet")
    return str(caught.value)


@pytest.mark.parametrize(
    "heights",
    [
        ROUGH,
        ROUGH / ROUGH.max(),  # a quiet square of 4 km: a metre up and down
        np.add.outer(np.arange(40.0), np.arange(40.0)) * 0.2,  # a plane of 0.16 degrees
        np.full((40, 40), 5.0),
        np.round(ROUGH / ROUGH.max()),  # in steps of a metre
    ],
    ids=["rough", "quiet", "plane", "level", "steps"],
)
def test_small_and_flat_ground_in_metres_is_believed(tmp_path: Path, heights: np.ndarray) -> None:
    (terrain,) = load_terrain([write_raster(tmp_path / "x.tif", heights, POLAR, GRID)])
    np.testing.assert_allclose(terrain.heights_m, heights, rtol=1e-6)


@pytest.mark.data
def test_real_ground_written_in_kilometres_is_noticed(tmp_path: Path, shared_data: Path) -> None:
    for source in sorted((shared_data / "terrain").glob("*.tif")):
        with rasterio.open(source) as file:
            heights, profile = file.read(1), file.profile
        profile |= {"dtype": "float32"}
        path = tmp_path / source.name
        with rasterio.open(path, "w", **profile) as file:
            file.write((heights / 1e3).astype(np.float32), 1)
        assert "likely kilometres" in refusal(path)


def test_the_unit_of_the_file_counts(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "x.tif", ROUGH / 1e3, POLAR, GRID)
    with rasterio.open(path, "r+") as file:
        file.units = ("km",)
    for layer in (*open_terrain([path]), *open_terrain([path], unit="m")):
        np.testing.assert_allclose(layer.whole().heights_m, ROUGH, atol=1e-3)
    with rasterio.open(path, "r+") as file:
        file.units = ("degree",)
    assert "its values are in 'degree'; heights in m or km" in refusal(path)


def test_scale_and_offset_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", np.array([[[10, -4]]], np.int16))
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5,), (100.0,)
    np.testing.assert_array_equal(load_terrain([path])[0].heights_m, [[105.0, 98.0]])


def test_heights_of_no_moon(tmp_path: Path) -> None:
    for name, heights in (("high", ROUGH + 2e4), ("deep", ROUGH - 3.2e4), ("both", ROUGH * 1e6)):
        path = write_raster(tmp_path / f"{name}.tif", heights, POLAR, GRID)
        assert "m are not of the Moon" in refusal(path)
    unmarked = ROUGH.copy()
    unmarked[3, 3] = -3.4e38
    path = write_raster(tmp_path / "unmarked.tif", unmarked, POLAR, GRID)
    assert "with missing data marked as such" in refusal(path)


def test_holes_are_nan_however_they_are_marked(tmp_path: Path) -> None:
    heights = ROUGH.astype(np.float32)
    marks = {"nan": np.nan, "number": -32768.0, "infinite": np.inf}
    for name, mark in marks.items():
        holed = heights.copy()
        holed[4:8, 5] = mark
        nodata = None if name == "infinite" else mark
        path = write(tmp_path / f"{name}.tif", holed[np.newaxis], nodata=nodata)
        (terrain,) = load_terrain([path])
        assert np.isnan(terrain.heights_m[4:8, 5]).all()
        assert np.isnan(terrain.heights_m).sum() == 4
    masked = write(tmp_path / "mask.tif", heights[np.newaxis])
    with rasterio.open(masked, "r+") as file:
        file.write_mask(np.where(heights > np.median(heights), 0, 255).astype(np.uint8))
    assert np.isnan(load_terrain([masked])[0].heights_m).sum() == 800


def test_one_pixel_and_one_line(tmp_path: Path) -> None:
    one = write_raster(tmp_path / "one.tif", np.array([[7.0]]), POLAR, (-50.0, 50.0, 100.0))
    (terrain,) = load_terrain([one])
    assert ground_elevation_m([terrain], -90.0, 0.0) == 7.0
    assert compute_horizon(Site("", -90.0, 0.0, 7.0, 2.0), [terrain]).elevation_deg.max() < 0.0
    line = write_raster(tmp_path / "line.tif", np.arange(6.0)[np.newaxis] * 9, POLAR, GRID)
    assert load_terrain([line])[0].heights_m.shape == (1, 6)


def test_pictures(tmp_path: Path) -> None:
    picture = np.zeros((3, 40, 40), np.uint8)
    rgb = write(tmp_path / "rgb.tif", picture, photometric="RGB")
    assert "is a picture (3 bands of uint8), not heights" in refusal(rgb)
    shade = write(tmp_path / "shade.tif", picture[:1])
    assert "is a picture (1 band of uint8)" in refusal(shade)
    wide = write(tmp_path / "wide.tif", picture.astype(np.uint16), photometric="RGB")
    assert "is a picture (3 bands of uint16)" in refusal(wide)
    palette = write(tmp_path / "palette.tif", picture[:1])
    with rasterio.open(palette, "r+") as file:
        file.write_colormap(1, {0: (255, 0, 0, 255)})
    assert "is a picture" in refusal(palette)


def test_several_bands_are_a_question_but_a_mask_beside_heights_is_not(tmp_path: Path) -> None:
    both = np.stack([ROUGH, ROUGH]).astype(np.float32)
    path = write(tmp_path / "two.tif", both)
    with rasterio.open(path, "r+") as file:
        file.set_band_description(1, "height")
        file.colorinterp = (ColorInterp.gray, ColorInterp.undefined)
    assert "has 2 bands (height, 2); which holds heights?" in refusal(path)
    with rasterio.open(path, "r+") as file:
        file.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
    assert load_terrain([path])[0].heights_m.shape == (40, 40)
    waves = write(tmp_path / "waves.tif", both[:1].astype(np.complex64))
    assert "has complex numbers" in refusal(waves)


def test_folders(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "readme.txt").write_text("nothing here")
    assert "holds no rasters; name a folder with elevation models" in refusal(empty)
    assert "no such file or directory" in refusal(tmp_path / "absent.tif")
    (empty / "broken.tif").write_text("no raster")
    assert "broken.tif: is not a raster that can be read" in refusal(empty)


def test_the_pole_itself(tmp_path: Path) -> None:
    """A polar map has its pole in a pixel's middle or at a corner; either way it is one place."""
    hill = Hills((-90.0, 0.0, 300.0, 2e3))
    for size, tolerance_m in ((41, 1e-3), (40, 1.0)):
        at = (np.arange(size) - (size - 1) / 2.0) * 100.0
        heights = 300.0 * np.exp(-np.add.outer(at**2, at**2) / 2e3**2)
        corner = -50.0 * size
        grid = (corner, -corner, 100.0)
        (terrain,) = load_terrain([write_raster(tmp_path / f"{size}.tif", heights, POLAR, grid)])
        found_m = terrain.sample_m(np.full(8, -90.0), np.arange(8) * 45.0)
        np.testing.assert_allclose(found_m, hill.height_m(-90.0, 0.0), atol=tolerance_m)
        assert np.ptp(found_m) < 1e-6
    band = np.tile(np.arange(1.0, 6.0)[:, np.newaxis] * 200.0, (1, 36))
    path = write_raster(tmp_path / "band.tif", band, GEOGRAPHIC, (0.0, -40.0, 10.0))
    (terrain,) = load_terrain([path])
    assert terrain.sample_m(-90.0, 123.0)[0] == 1000.0  # the last line is held to the pole


def test_a_full_disc_of_holes_around_the_site(tmp_path: Path) -> None:
    disc = np.hypot(*np.mgrid[-20:20, -20:20]) < 10.0
    path = write_raster(tmp_path / "x.tif", np.where(disc, np.nan, ROUGH), POLAR, GRID)
    layers = load_terrain([path])
    with pytest.raises(RangeError, match="choose a place inside or add a file"):
        ground_elevation_m(layers, -90.0, 0.0)
    elevation_deg = compute_horizon(Site("", -90.0, 0.0, 0.0, 2.0), layers).elevation_deg
    assert np.isfinite(elevation_deg).all()


@pytest.mark.parametrize("turn_deg", [30.0, 90.0, 180.0, -75.0])
def test_a_rotated_raster(tmp_path: Path, turn_deg: float) -> None:
    turned = Affine.rotation(turn_deg)
    a, b, _, d, e, _ = turned[:6]
    transform = Affine(80.0 * a, -80.0 * b, 1234.0, 80.0 * d, -80.0 * e, -4321.0)
    path = write(tmp_path / "x.tif", ROUGH[np.newaxis].astype(np.float32), transform)
    (layer,) = open_terrain([path])
    terrain = layer.whole()
    assert terrain.pixel_m == pytest.approx(80.0)
    for row, column in ((0, 0), (7, 25), (39, 39)):
        x, y = rasterio.transform.xy(transform, row, column)
        latitude_deg = -90.0 + np.degrees(2.0 * np.arctan(np.hypot(x, y) / (2.0 * MOON_RADIUS_M)))
        longitude_deg = float(np.degrees(np.arctan2(x, y)))
        found_m = terrain.sample_m(latitude_deg, longitude_deg)[0]
        assert found_m == pytest.approx(ROUGH[row, column], rel=1e-4, abs=1e-2)
        window = layer.around(latitude_deg, longitude_deg, 300.0)
        assert window.sample_m(latitude_deg, longitude_deg)[0] == pytest.approx(found_m, abs=1e-2)
        assert window.heights_m.size < 150


def test_south_up(tmp_path: Path) -> None:
    transform = Affine(100.0, 0.0, -2000.0, 0.0, 100.0, -2000.0)
    upside = write(tmp_path / "u.tif", ROUGH[::-1][np.newaxis].astype(np.float32), transform)
    plain = write(tmp_path / "p.tif", ROUGH[np.newaxis].astype(np.float32))
    (one,), (other,) = load_terrain([upside]), load_terrain([plain])
    places = np.array([-89.99, -89.97]), np.array([10.0, 200.0])
    np.testing.assert_allclose(one.sample_m(*places), other.sample_m(*places), atol=1e-3)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_no_place_on_the_map(tmp_path: Path) -> None:
    path = write(tmp_path / "x.tif", ROUGH[np.newaxis].astype(np.float32), None)
    assert "does not say where its pixels lie; write a geotransform into it" in refusal(path)


def test_pixels_without_a_size(tmp_path: Path) -> None:
    flat = Affine(100.0, 0.0, 5.0, 0.0, 0.0, 5.0)
    path = write(tmp_path / "x.tif", ROUGH[np.newaxis].astype(np.float32), flat)
    assert "its pixels have no size" in refusal(path)


def test_jpeg_2000_whose_numbers_nobody_explains(tmp_path: Path) -> None:
    """LOLA's JPEG 2000 holds half metres, which only its label says."""
    path = tmp_path / "x.jp2"
    with rasterio.open(
        path, "w", driver="JP2OpenJPEG", dtype="int16", count=1, height=40, width=40, crs=POLAR,
        transform=UP, QUALITY="100", REVERSIBLE="YES",
    ) as file:  # fmt: skip
        file.write(ROUGH.astype(np.int16), 1)
    assert "has no PDS label beside it (NAME_JP2.LBL)" in refusal(path)
    (layer,) = open_terrain([path], unit="m")
    np.testing.assert_array_equal(layer.whole().heights_m, ROUGH.astype(np.int16))
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: size // 2])
    text = refusal(path, unit="m")
    assert "cut short; fetch it again" in text or "is not a raster" in text


def test_a_good_file_does_not_hide_a_bad_one(tmp_path: Path) -> None:
    good = write_raster(tmp_path / "good.tif", ROUGH, EQUIRECTANGULAR, GRID)
    bad = write_raster(tmp_path / "bad.tif", ROUGH, "EPSG:3857", GRID)
    with pytest.raises(InputError, match=r"bad\.tif: .*of the Earth"):
        load_terrain([good, bad])
