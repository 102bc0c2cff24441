"""Ranking sites of hand-made maps whose best site is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.environment.profile import TerrainFile
from moonstead.environment.terrain.write import Layer, write_layer
from moonstead.errors import InputError
from moonstead.maps.criteria import CRITERIA
from moonstead.maps.image import MapImage
from moonstead.maps.nearness import shadow_distance
from moonstead.maps.rank import Limit, RankedSite, rank_sites
from moonstead.maps.reading import read_image, read_layers

POLAR = pyproj.CRS.from_user_input("+proj=stere +lat_0=-90 +lon_0=0 +R=1737400 +units=m +no_defs")
CYLINDRICAL = pyproj.CRS.from_user_input(
    "+proj=eqc +lat_ts=0 +lon_0=0 +R=1737400 +units=m +no_defs"
)
SPHERE = pyproj.Geod(a=1737400.0, b=1737400.0)
PIXEL_M = 500.0


def image(name: str, values: np.ndarray, crs: pyproj.CRS = POLAR, y_m: float = 0.0) -> MapImage:
    """Return a layer around the pole, or with its middle row at a height of the map."""
    rows, columns = values.shape
    columns_rows = np.array(
        [
            [1.0 / PIXEL_M, 0.0, (columns - 1) / 2.0],
            [0.0, -1.0 / PIXEL_M, (rows - 1) / 2.0 + y_m / PIXEL_M],
        ]
    )
    source = (TerrainFile("made.tif", "made", "0" * 64),)
    return MapImage(name, name, "1", values, crs, columns_rows, PIXEL_M, source)


def places(sites: tuple[RankedSite, ...]) -> list[tuple[int, int]]:
    return [(site.row, site.column) for site in sites]


def two_peaks() -> dict[str, MapImage]:
    light, earth = np.full((21, 31), 0.5), np.zeros((21, 31))
    light[4, 6], earth[4, 6] = 1.0, 0.0  # all light, no Earth
    light[15, 20], earth[15, 20] = 0.5, 1.0  # half of the light, all Earth
    return {
        "sun_any_fraction": image("sun_any_fraction", light),
        "earth_any_fraction": image("earth_any_fraction", earth),
    }


def test_the_score_is_the_mean_by_weight_and_says_why() -> None:
    best, second, *_ = rank_sites(two_peaks(), {"light": 3.0, "earth": 1.0})
    assert (best.row, best.column, best.rank) == (4, 6, 1)
    assert best.score == pytest.approx(0.75)
    assert (second.row, second.column) == (15, 20)
    assert second.score == pytest.approx(0.25)
    light, earth = second.judged
    assert (light.criterion, light.value, light.scaled, light.weight) == ("light", 0.5, 0.0, 0.75)
    assert (earth.layer, earth.value, earth.scaled) == ("earth_any_fraction", 1.0, 1.0)
    assert earth.contribution == pytest.approx(0.25)
    assert sum(judged.contribution for judged in second.judged) == pytest.approx(second.score)
    assert rank_sites(two_peaks(), {"light": 1.0, "earth": 3.0})[0].row == 15
    assert rank_sites(two_peaks(), {"light": 30.0, "earth": 10.0})[0] == best


def test_the_place_on_the_moon_is_that_of_the_pixel() -> None:
    (site,) = rank_sites(two_peaks(), {"light": 1.0}, count=1)
    to_map = pyproj.Transformer.from_crs(POLAR.geodetic_crs, POLAR, always_xy=True)
    x, y = to_map.transform(site.longitude_deg, site.latitude_deg)
    assert (x, y) == pytest.approx(((6 - 15) * PIXEL_M, (10 - 4) * PIXEL_M), abs=1e-3)


def test_places_in_the_list_that_hang_on_the_weights_are_told() -> None:
    # Light alone scores 1.05 and Earth alone 1.0 of 2.05: with each weight at 0.8, 1 and 1.2 of
    # its own, light wins 1 + 2 + 3 of the nine sets.
    best, second = rank_sites(two_peaks(), {"light": 1.05, "earth": 1.0}, count=2)
    assert best.row == 4
    assert best.keeps_place_fraction == pytest.approx(6 / 9)
    assert second.keeps_place_fraction == pytest.approx(6 / 9)
    assert best.stays_listed_fraction == second.stays_listed_fraction == 1.0
    (alone,) = rank_sites(two_peaks(), {"light": 1.05, "earth": 1.0}, count=1)
    assert alone.stays_listed_fraction == pytest.approx(6 / 9)
    (sure,) = rank_sites(two_peaks(), {"light": 1.0}, count=1)
    assert sure.keeps_place_fraction == 1.0


def test_sites_keep_to_limits_and_to_what_is_known() -> None:
    images = two_peaks()
    slope = np.full((21, 31), 3.0)
    slope[4, 6] = 9.0
    images["slope_deg"] = image("slope_deg", slope)
    weights = {"light": 3.0, "earth": 1.0}
    found = rank_sites(images, weights, limits=[Limit("slope_deg", most=8.0)])
    assert (4, 6) not in places(found)
    assert places(found)[0] == (15, 20)
    assert rank_sites(images, weights, limits=[Limit("slope_deg", most=9.0)])[0].row == 4
    slope[4, 6] = np.nan
    assert (4, 6) not in places(rank_sites(images, weights, limits=[Limit("slope_deg")]))
    assert rank_sites(images, weights, limits=[Limit("slope_deg", least=20.0)]) == ()
    images["sun_any_fraction"].values[15, 20] = np.nan
    assert (15, 20) not in places(rank_sites(images, weights))


def test_a_flank_is_no_site() -> None:
    light = 1.0 - 0.01 * np.abs(np.arange(41) - 20.0)
    images = {"sun_any_fraction": image("sun_any_fraction", np.tile(light, (3, 1)))}
    # The ridge of equal height has its first pixel; flanks, though apart, are not maxima.
    found = rank_sites(images, {"light": 1.0}, apart_m=3000.0)
    assert places(found) == [(0, 20)]


@given(seed=st.integers(0, 10_000), apart_px=st.floats(0.0, 12.0))
def test_sites_are_apart_and_in_order(seed: int, apart_px: float) -> None:
    light = np.random.default_rng(seed).uniform(0.5, 1.0, (23, 17))
    images = {"sun_any_fraction": image("sun_any_fraction", light, y_m=150e3)}
    apart_m = apart_px * PIXEL_M
    found = rank_sites(images, {"light": 1.0}, apart_m=apart_m, count=30)
    assert places(found)[0] == tuple(np.unravel_index(np.argmax(light), light.shape))
    scores = [site.score for site in found]
    assert scores == sorted(scores, reverse=True)
    assert [site.rank for site in found] == list(range(1, len(found) + 1))
    for i, a in enumerate(found):
        for b in found[:i]:
            way_m = SPHERE.inv(a.longitude_deg, a.latitude_deg, b.longitude_deg, b.latitude_deg)[2]
            assert way_m >= apart_m - 1e-3
        around = light[max(a.row - 1, 0) : a.row + 2, max(a.column - 1, 0) : a.column + 2]
        assert light[a.row, a.column] == around.max()


@pytest.mark.parametrize(("crs", "y_m"), [(POLAR, 0.0), (POLAR, 170e3), (CYLINDRICAL, -2.4e6)])
def test_distance_to_shadow_is_the_shortest_way_on_the_sphere(crs: pyproj.CRS, y_m: float) -> None:
    rng = np.random.default_rng(5)
    shadow = (rng.uniform(size=(14, 19)) > 0.93).astype(np.float64)
    shadow[0, 0] = np.nan
    layer = image("permanent_shadow", shadow, crs, y_m)
    found_m = shadow_distance(layer).values
    back = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    row, column = np.indices(shadow.shape)
    (a, _, c), (_, e, f) = layer.columns_rows
    east, north = back.transform((column - c) / a, (row - f) / e)
    dark = np.argwhere(shadow == 1.0)
    for i, j in np.ndindex(shadow.shape):
        true_m = min(
            SPHERE.inv(east[i, j], north[i, j], east[k, m], north[k, m])[2] for k, m in dark
        )
        # The nearest in the plane may be the next to nearest on the sphere.
        assert true_m - 1e-3 <= found_m[i, j] <= 1.02 * true_m + 1e-3
    assert (found_m[shadow == 1.0] == 0.0).all()


def test_no_shadow_is_infinitely_far_and_scores_nothing() -> None:
    images = two_peaks()
    images["permanent_shadow"] = image("permanent_shadow", np.zeros((21, 31)))
    best = rank_sites(images, {"light": 1.0, "shadow": 1.0})[0]
    assert best.judged[1].value == np.inf
    assert best.judged[1].contribution == 0.0


def test_near_to_shadow_is_better() -> None:
    images = two_peaks()
    shadow = np.zeros((21, 31))
    shadow[15, 23] = 1.0
    images["permanent_shadow"] = image("permanent_shadow", shadow)
    weights = {"earth": 1.0, "shadow": 1.0}
    best = rank_sites(images, weights)[0]
    assert (best.row, best.column) == (15, 20)
    assert best.judged[1].value == pytest.approx(3 * PIXEL_M, rel=1e-4)
    assert best.judged[1].scaled == pytest.approx(1.0 - 1500.0 / 10e3, rel=1e-4)


@pytest.mark.parametrize("criterion", CRITERIA.values(), ids=CRITERIA)
def test_every_rule_is_a_line_between_its_two_values(criterion: object) -> None:
    c = CRITERIA[criterion.name]
    step = c.at_one - c.at_zero
    at = c.at_zero + step * np.array([-1.0, 0.0, 0.25, 1.0, 2.0])
    assert c.scaled(at) == pytest.approx([0.0, 0.0, 0.25, 1.0, 1.0])
    assert np.isnan(c.scaled(np.array([np.nan]))).all()
    assert c.layer in c.rule


def test_wrong_input_is_told_at_once() -> None:
    images = two_peaks()
    with pytest.raises(InputError, match=r'ligth: no such criterion; did you mean "light"\?'):
        rank_sites(images, {"ligth": 1.0})
    with pytest.raises(InputError) as told:
        rank_sites(images, {"slope": 1.0, "light": -1.0}, apart_m=-1.0, count=0)
    text = str(told.value)
    assert "light = -1: write 0 or more" in text
    assert "slope_deg: the map has no such layer; add it with `moonstead map slope_deg`" in text
    assert "apart_m = -1" in text
    assert "count = 0" in text
    with pytest.raises(InputError, match="give at least one criterion a weight"):
        rank_sites(images, {"light": 0.0})
    with pytest.raises(InputError, match="distance_to_shadow_m or permanent_shadow"):
        rank_sites(images, {"shadow": 1.0})
    other = replace(images["earth_any_fraction"], values=np.zeros((21, 30)))
    with pytest.raises(InputError, match="earth_any_fraction: is not on the raster of sun_any"):
        rank_sites({**images, "earth_any_fraction": other}, {"light": 1.0, "earth": 1.0})


def test_layers_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    values = np.random.default_rng(0).uniform(size=(5, 7)).astype(np.float32)
    values[2, 3] = np.nan
    made = image("sun_any_fraction", values)
    tags = {"TITLE": "Time", "UNIT": "1", "NOTE": "19 years"}
    tags["TERRAIN"] = "a b.tif (SHA-256 0af1); c.tif (SHA-256 22)"
    product = "Time, Moonstead, from SYNTHETIC highlands"
    layer = Layer(values, made.crs, made.columns_rows, made.name, product=product, tags=tags)
    write_layer(layer, tmp_path / "sun_any_fraction.tif")
    shadow = np.array([[0, 1], [255, 0]], np.uint8)
    write_layer(
        Layer(shadow, made.crs, made.columns_rows, "permanent_shadow", nodata=255),
        tmp_path / "permanent_shadow.tif",
    )
    layers = read_layers(tmp_path, ["sun_any_fraction", "permanent_shadow", "slope_deg"])
    assert list(layers) == ["sun_any_fraction", "permanent_shadow"]
    found = layers["sun_any_fraction"]
    assert np.array_equal(found.values, values, equal_nan=True)
    assert found.columns_rows == pytest.approx(made.columns_rows)
    assert (found.title, found.unit, found.note) == ("Time", "1", "19 years")
    assert found.pixel_m == pytest.approx(PIXEL_M)
    assert found.is_synthetic
    assert [(file.name, file.sha256) for file in found.source] == [
        ("a b.tif", "0af1"),
        ("c.tif", "22"),
    ]
    assert np.isnan(layers["permanent_shadow"].values[1, 0])


def test_files_that_are_no_layers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        read_layers(tmp_path / "absent", ["slope_deg"])
    (tmp_path / "slope_deg.tif").write_bytes(b"II*\0nothing")
    with pytest.raises(InputError, match="is not a GeoTIFF that can be read"):
        read_image(tmp_path / "slope_deg.tif")
