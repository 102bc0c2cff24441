"""Made-up terrain against published numbers, physics and the real Moon; and its files."""

import hashlib
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from moonstead.environment.horizon import compute_horizon
from moonstead.environment.site import Site
from moonstead.environment.terrain.craters import (
    DIFFUSIVITY_M2_PER_MYR,
    OLDEST_VISIBLE,
    REACH,
    equilibrium_per_km2,
    fresh_shape,
    one_km_craters_per_km2,
    production_per_km2,
    worn_profiles,
)
from moonstead.environment.terrain.describe import terrain_summary
from moonstead.environment.terrain.raster import load_terrain, open_terrain
from moonstead.environment.terrain.relief import SlopeStatistics, slopes_by_baseline
from moonstead.environment.terrain.stamping import stamp_craters
from moonstead.environment.terrain.synthetic import Ground, synthetic_terrain
from moonstead.environment.terrain.write import Layer, write_layer, write_terrain
from moonstead.errors import InputError

RIDGE = (-89.45, 222.8)


def ensemble(ground: Ground, pixel_m: float, baselines_m: list[float]) -> list[SlopeStatistics]:
    return [
        slopes_by_baseline(synthetic_terrain(seed, 256, pixel_m, *RIDGE, ground), baselines_m)
        for seed in range(6)
    ]


@pytest.mark.parametrize(
    ("ground", "slope_deg", "hurst"), [("highlands", 7.5, 0.95), ("mare", 2.0, 0.76)]
)
def test_slopes_are_those_that_lola_measured(
    ground: Ground, slope_deg: float, hurst: float
) -> None:
    """Rosenburg et al. 2011, table 2: median bidirectional slope at 17 m, Hurst exponent."""
    found = ensemble(ground, 12.5, [17.7, 50.0, 100.0, 200.0, 400.0])
    median_deg = np.median([one.median_slope_deg for one in found], axis=0)
    assert found[0].baseline_m[0] == pytest.approx(17.7, abs=0.1)
    assert median_deg[0] == pytest.approx(slope_deg, rel=0.2)
    steepness = np.log(np.tan(np.radians(median_deg)))
    fitted = 1.0 + np.polyfit(np.log(found[0].baseline_m), steepness, 1)[0]
    assert fitted == pytest.approx(hurst, abs=0.07)


@pytest.mark.data
def test_slopes_by_baseline_are_those_of_the_real_cap(shared_data: Path) -> None:
    baselines_m = [170.0, 510.0, 1000.0, 2700.0]
    cap = load_terrain([shared_data / "terrain" / "south_pole_84S_240m_float32.tif"])[0]
    real = slopes_by_baseline(cap, baselines_m).median_slope_deg
    made = [one.median_slope_deg for one in ensemble("highlands", 240.0, baselines_m)]
    assert np.median(made, axis=0) == pytest.approx(real, rel=0.2)


def test_wear_is_that_of_measured_craters() -> None:
    """Fassett and Thomson 2014: after 3 Gyr 1 km craters keep some 52 % of depth, 300 m 7 %."""
    for diameter_m, kept, tolerance in ((1000.0, 0.52, 0.10), (300.0, 0.07, 0.015)):
        wear = DIFFUSIVITY_M2_PER_MYR * 3000.0 / (diameter_m / 2.0) ** 2
        (fresh, worn) = worn_profiles([fresh_shape(diameter_m)], np.array([0.0, wear]))[0]
        assert np.ptp(worn) / np.ptp(fresh) == pytest.approx(kept, abs=tolerance)


@pytest.mark.parametrize("wear", [0.005, 0.05, OLDEST_VISIBLE])
def test_wear_is_diffusion_in_the_plane(wear: float) -> None:
    """A Gaussian filter of the map is the same heat kernel, made by others."""
    shape = fresh_shape(1000.0)
    per_radius = 40
    along = np.arange(-8 * per_radius, 8 * per_radius + 1) / per_radius
    distance = np.hypot(*np.meshgrid(along, along))
    fresh = np.where(distance < REACH, shape.height_m(distance), 0.0)
    expected = gaussian_filter(fresh, np.sqrt(2.0 * wear) * per_radius, truncate=8.0)
    (profile,) = worn_profiles([shape], np.array([wear]))[0]
    middle = 8 * per_radius
    radii = np.linspace(0.0, REACH, profile.size)
    ray = np.interp(radii, along[middle:], expected[middle, middle:])
    assert profile == pytest.approx(ray, abs=0.006 * shape.depth_m)


def test_wear_keeps_the_volume() -> None:
    """Of the bowl and rim, while the ejecta do not leave the table."""
    profiles = worn_profiles([fresh_shape(500.0)], np.array([0.0, 0.01, 0.1]))[0]
    radii = np.linspace(0.0, REACH, profiles.shape[1])
    volumes = np.trapezoid(profiles * radii, radii, axis=1)
    assert volumes == pytest.approx(volumes[0], rel=0.02)


@pytest.mark.parametrize(
    ("diameter_m", "depth_m", "rim_m"),
    [  # Pike 1977 by hand: km to the powers 1.010 and 1.014; 0.301 and 0.399
        (1_000.0, 196.0, 36.0),
        (5_000.0, 196.0 * 5.0 * 5.0**0.010, 36.0 * 5.0 * 5.0**0.014),
        (50_000.0, 1044.0 * 3.2464, 236.0 * 4.7633),
    ],
)
def test_fresh_craters_have_the_measured_depth(
    diameter_m: float, depth_m: float, rim_m: float
) -> None:
    shape = fresh_shape(diameter_m)
    assert shape.depth_m == pytest.approx(depth_m, rel=1e-3)
    assert shape.rim_m == pytest.approx(rim_m, rel=1e-3)
    heights_m = shape.height_m(np.linspace(0.0, 6.0, 6001))
    assert heights_m.max() == pytest.approx(rim_m, rel=1e-3)
    assert heights_m[-1] == 0.0
    assert -heights_m.min() == pytest.approx(depth_m - rim_m, rel=1e-3)


def test_crater_numbers_are_those_of_the_papers() -> None:
    """Neukum et al. 2001: 8.38e-4 per km2 and Gyr lately; 10^a0 at 1 km by construction."""
    assert float(one_km_craters_per_km2(1.0)) == pytest.approx(8.38e-4, rel=1e-3)
    assert float(production_per_km2(1000.0, 3.0)) == pytest.approx(
        float(one_km_craters_per_km2(3.0))
    )
    # log10 N(10 km) - log10 N(1 km) is the sum of the coefficients.
    ratio = production_per_km2(1e4, 1.0) / production_per_km2(1e3, 1.0)
    coefficients = (
        *(-3.557528, 0.781027, 1.021521, -0.156012, -0.444058),
        *(0.019977, 0.086850, -0.005874, -0.006809, 8.25e-4, 5.54e-5),
    )
    assert np.log10(ratio) == pytest.approx(sum(coefficients))
    # Trask 1966: 10^-1.1 per km2 at 1 km, inverse square.
    assert equilibrium_per_km2(100.0) == pytest.approx(7.943, rel=1e-3)


def test_a_single_crater_is_cut_as_its_profile_says() -> None:
    shape, radius_m, pixel_m, size = fresh_shape(400.0), 200.0, 5.0, 401
    wears = np.array([0.0, 0.1])
    table = worn_profiles([shape], wears)
    heights_m = np.full((size, size), 1000.0)
    crater = np.array([[200.0, 200.0, radius_m, 0.0, 0.0, 1.0]])
    flat = np.zeros((1, 4))
    stamp_craters(heights_m, pixel_m, crater, table.astype(np.float32), wears, flat, REACH, 0.5)
    row, column = np.mgrid[:size, :size]
    x = np.hypot(row - 200, column - 200) * pixel_m / radius_m
    expected = 1000.0 + np.where(x < REACH, shape.height_m(x), 0.0)
    assert heights_m == pytest.approx(expected, abs=0.01 * shape.depth_m)


def test_a_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    digests = set()
    for k, is_cog in ((0, False), (1, False), (2, True), (3, True)):
        made = synthetic_terrain(7, 300, 20.0, *RIDGE)
        write_terrain(made, tmp_path / f"{k}.tif", is_cog=is_cog)
        digests.add((is_cog, hashlib.sha256((tmp_path / f"{k}.tif").read_bytes()).hexdigest()))
        assert made.file.sha256 == hashlib.sha256(made.heights_m.tobytes()).hexdigest()
    assert len(digests) == 2
    other = synthetic_terrain(8, 300, 20.0, *RIDGE)
    assert not np.array_equal(other.heights_m, made.heights_m)


@pytest.mark.parametrize("is_cog", [False, True])
@pytest.mark.parametrize(
    ("place", "number"),
    [(RIDGE, "IAU_2015:30135"), ((85.0, 10.0), "IAU_2015:30130"), ((-42.0, 348.0), "")],
)
def test_what_is_written_is_read_back(
    tmp_path: Path, place: tuple[float, float], number: str, is_cog: bool
) -> None:
    made = synthetic_terrain(3, 300, 10.0, *place)
    path = tmp_path / "made.tif"
    write_terrain(made, path, is_cog=is_cog, has_sidecar=True)
    (read,) = load_terrain([path])
    assert np.array_equal(read.heights_m, made.heights_m)
    assert read.pixel_m == pytest.approx(10.0, rel=1e-3)
    assert read.columns_rows == pytest.approx(made.columns_rows)
    column, row = read.pixels(np.array([place[0]]), np.array([place[1]]))
    assert column[0] == pytest.approx(149.5, abs=0.51)
    assert row[0] == pytest.approx(149.5, abs=0.51)
    summary = terrain_summary(open_terrain([path])[0])
    assert summary.authority == number
    assert (summary.rows, summary.columns, summary.missing_fraction) == (300, 300, 0.0)
    assert summary.lowest_m == made.heights_m.min()
    assert summary.highest_m == made.heights_m.max()
    with rasterio.open(path) as file:
        assert file.tags()["SYNTHETIC"] == "YES"
        assert file.units == ("m",)
        assert (file.overviews(1) != []) is is_cog
        assert file.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") == ("COG" if is_cog else None)
    for ending in (".prj", ".wkt"):
        crs = pyproj.CRS.from_wkt(path.with_suffix(ending).read_text("utf-8"))
        assert crs.ellipsoid is not None
        assert crs.ellipsoid.semi_major_metre == 1_737_400.0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["made.prj", "made.tif", "made.wkt"]


def test_it_is_marked_in_what_is_made_of_it(tmp_path: Path) -> None:
    write_terrain(synthetic_terrain(5, 100, 20.0, *RIDGE), tmp_path / "x.tif")
    layers = load_terrain([tmp_path / "x.tif"])
    profile = compute_horizon(Site("x", *RIDGE, 0.0, 2.0), layers)
    assert profile.source[0].product.startswith("SYNTHETIC terrain, seed 5, highlands")


@settings(max_examples=15)
@given(seed=st.integers(0, 2**63), size=st.integers(16, 40), pixel_m=st.floats(0.1, 2000.0))
def test_any_seed_and_size_make_ground(seed: int, size: int, pixel_m: float) -> None:
    made = synthetic_terrain(seed, size, pixel_m, -30.0, 40.0)
    assert made.heights_m.shape == (size, size)
    assert np.isfinite(made.heights_m).all()
    assert np.ptp(made.heights_m) < 25_000.0


def test_every_wrong_wish_is_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        synthetic_terrain(-1, 8, 0.0, 91.0, 400.0, "sea")  # type: ignore[arg-type]
    text = str(caught.value)
    for name in ("seed = -1", "size = 8", "pixel_m = 0.0", "latitude", "longitude", "ground = sea"):
        assert name in text


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("is_cog", [False, True])
def test_layers_of_any_number_are_written(tmp_path: Path, dtype: str, is_cog: bool) -> None:
    values = np.arange(600 * 500).reshape(600, 500).astype(dtype)
    made = synthetic_terrain(1, 16, 10.0, *RIDGE)
    layer = Layer(
        values, made.crs, made.columns_rows, "count", nodata=0.0, product="P", tags={"K": "v"}
    )
    write_layer(layer, tmp_path / "x.tif", is_cog=is_cog)
    with rasterio.open(tmp_path / "x.tif") as file:
        assert np.array_equal(file.read(1), values)
        assert file.nodata == 0.0
        assert file.descriptions == ("count",)
        assert {**file.tags()}.items() >= {"K": "v", "SOURCE": "P", "CRS": "IAU_2015:30135"}.items()


def test_what_is_no_map_is_not_written(tmp_path: Path) -> None:
    made = synthetic_terrain(1, 16, 10.0, *RIDGE)

    def write(values: np.ndarray, path: Path) -> None:
        write_layer(Layer(values, made.crs, made.columns_rows, "x"), path)

    with pytest.raises(InputError, match="rows and columns"):
        write(np.zeros(3), tmp_path / "x.tif")
    with pytest.raises(InputError, match="floats or integers"):
        write(np.zeros((3, 3), bool), tmp_path / "x.tif")
    with pytest.raises(InputError, match="folder that exists"):
        write(np.zeros((3, 3)), tmp_path / "no" / "x.tif")
    assert list(tmp_path.iterdir()) == []
