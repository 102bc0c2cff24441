"""Permanent shadow against areas of spherical caps, and its polygons read back."""

from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from ball_maps import (
    EQUIRECTANGULAR,
    LOCAL,
    NORTH,
    RADIUS_KM,
    SOUTH,
    cap_area_km2,
    made_map,
    places_of_pixels,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstead.errors import InputError
from moonstead.maps.geopackage import LAYER, write_shadow
from moonstead.maps.shadow import find_shadow, pixel_area_m2, shadow_summary


@pytest.mark.parametrize(("crs", "sign"), [(SOUTH, -1.0), (NORTH, 1.0)])
def test_a_dark_cap_has_the_area_of_a_cap(crs: str, sign: float) -> None:
    lit = made_map(np.ones((700, 700), np.float32), crs)
    latitude_deg, _ = places_of_pixels(lit)
    dark = np.where(sign * latitude_deg >= 80.0, 0.0, 0.5).astype(np.float32)
    shadow = find_shadow(lit.with_values("sun_any_fraction", "Light", "1", dark))
    assert shadow.area_km2() == pytest.approx(cap_area_km2(80.0), rel=2e-4)
    for limit in (84.0, 86.0, 88.0):
        assert shadow.area_km2(limit) == pytest.approx(cap_area_km2(limit), rel=1e-3)
    (region,) = shadow.regions
    assert sign * region.latitude_deg > 89.99
    assert not region.is_cut
    # The plane of the map would say 0.8 % more: the weights are of the sphere.
    assert np.count_nonzero(shadow.mask) > 1.007 * cap_area_km2(80.0)
    told = shadow_summary(shadow, (-84.0, 88.0))
    assert list(told) == ["area_km2", "area_poleward_of_84_deg_km2", "area_poleward_of_88_deg_km2"]
    assert told["area_poleward_of_84_deg_km2"] == shadow.area_km2(84.0)


def test_pixels_of_an_unrolled_map_narrow_with_latitude() -> None:
    image = made_map(np.zeros((300, 400), np.float32), EQUIRECTANGULAR, 2000.0, (0.0, 1.5e6))
    latitude_deg, _ = places_of_pixels(image)
    edge = 2000.0 / (RADIUS_KM * 1e3) / 2.0
    north = np.radians(latitude_deg)
    truth = (RADIUS_KM * 1e3) ** 2 * 2.0 * edge * (np.sin(north + edge) - np.sin(north - edge))
    np.testing.assert_allclose(pixel_area_m2(image), truth, rtol=1e-4)


def test_a_map_of_a_slice_is_the_slice_of_the_sphere() -> None:
    """A local map far from the pole, against PROJ's area of the polygon of its edge."""
    image = made_map(np.zeros((200, 200), np.float32), LOCAL, 1000.0)
    edge = np.linspace(-1e5, 1e5, 401)
    x = np.concatenate([edge, np.full(401, 1e5), edge[::-1], np.full(401, -1e5)])
    y = np.concatenate([np.full(401, -1e5), edge, np.full(401, 1e5), edge[::-1]])
    crs = pyproj.CRS(LOCAL)
    to_degrees = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    truth_m2, _ = pyproj.Geod(a=1737400.0, b=1737400.0).polygon_area_perimeter(
        *to_degrees.transform(x, y)
    )
    # Sides of pixels are interpolated between nodes 16 pixels apart.
    assert find_shadow(image).area_km2() == pytest.approx(abs(truth_m2) / 1e6, rel=3e-5)


def test_regions_are_found_named_and_sorted() -> None:
    values = np.full((400, 400), 0.3, np.float32)
    image = made_map(values, SOUTH, 1000.0)
    latitude_deg, longitude_deg = places_of_pixels(image)
    for name_latitude, name_longitude, radius_km in ((-88.14, 45.91, 15.0), (-89.67, 129.78, 8.0)):
        ball = pyproj.Geod(a=1737400.0, b=1737400.0)
        _, _, apart_m = ball.inv(
            np.full(values.size, name_longitude), np.full(values.size, name_latitude),
            longitude_deg.ravel(), latitude_deg.ravel(),
        )  # fmt: skip
        values[apart_m.reshape(values.shape) < radius_km * 1e3] = 0.0
    values[0, 7:9] = 0.0
    values[300, 300] = 0.0
    values[301, 301] = 0.0
    values[100, 100:103] = [0.0, np.nan, 0.0]
    shadow = find_shadow(image)
    assert [region.feature for region in shadow.regions[:2]] == ["Shoemaker", "Shackleton"]
    assert [region.label for region in shadow.regions] == [1, 2, 3, 4, 5, 6]
    largest = shadow.regions[0]
    assert largest.area_km2 == pytest.approx(np.pi * 15.0**2, rel=0.01)
    assert largest.latitude_deg == pytest.approx(-88.14, abs=0.002)
    assert largest.longitude_deg == pytest.approx(45.91, abs=0.1)  # 0.1 degrees are 100 m here
    # Corners join; edges of the map and unknown ground leave a region open.
    assert sorted((r.pixels, r.is_cut) for r in shadow.regions[2:]) == [
        (1, True), (1, True), (2, False), (2, True),
    ]  # fmt: skip
    assert find_shadow(image, least_pixels=2).labels.max() == 4
    assert len(find_shadow(image, least_pixels=3).regions) == 2


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.9), st.integers(1, 6))
def test_regions_share_out_the_whole_shadow(seed: int, share: float, least: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((23, 17)) < share, 0.0, 0.4).astype(np.float32)
    values[rng.random(values.shape) < 0.05] = np.nan
    shadow = find_shadow(made_map(values), least)
    pixels = np.bincount(shadow.labels.ravel(), minlength=len(shadow.regions) + 1)[1:]
    assert pixels.tolist() == [region.pixels for region in shadow.regions]
    assert pixels.min(initial=least) >= least
    assert not shadow.mask[values != 0.0].any()
    assert sum(r.area_km2 for r in shadow.regions) == pytest.approx(shadow.area_km2())
    areas = [region.area_km2 for region in shadow.regions]
    assert areas == sorted(areas, reverse=True)


def test_polygons_are_read_back_with_areas_and_reference_system(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    values = np.where(rng.random((60, 50)) < 0.55, 0.0, 0.4).astype(np.float32)
    shadow = find_shadow(made_map(values, SOUTH, 500.0, (30e3, -40e3)), least_pixels=3)
    path = tmp_path / "shadow.gpkg"
    write_shadow(shadow, path)
    info = pyogrio.read_info(path, layer=LAYER)
    crs = pyproj.CRS(info["crs"])
    assert crs.ellipsoid.semi_major_metre == 1737400.0
    assert crs.coordinate_operation.method_name.startswith("Polar Stereographic")
    _, _, wkb, fields = pyogrio.raw.read(path, layer=LAYER)
    told = dict(zip(info["fields"], fields, strict=True))
    assert told["region"].tolist() == [region.label for region in shadow.regions]
    assert told["area_km2"].tolist() == [region.area_km2 for region in shadow.regions]
    assert told["is_cut"].tolist() == [region.is_cut for region in shadow.regions]
    outlines = shapely.from_wkb(wkb)
    assert shapely.is_valid(outlines).all()
    pixels = np.array([region.pixels for region in shadow.regions])
    assert shapely.area(outlines) == pytest.approx(pixels * 500.0**2, rel=1e-12)
    # Every pixel's centre lies in the polygon of its region.
    row, column = np.nonzero(shadow.mask)
    x, y = 30e3 + (column - 24.5) * 500.0, -40e3 - (row - 29.5) * 500.0
    inside = shapely.contains_xy(outlines[shadow.labels[row, column] - 1], x, y)
    assert inside.all()
    again = tmp_path / "again.gpkg"
    write_shadow(shadow, again)
    assert again.read_bytes() == path.read_bytes()
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["again.gpkg", "shadow.gpkg"]


def test_a_map_without_shadow_is_an_empty_layer(tmp_path: Path) -> None:
    shadow = find_shadow(made_map(np.full((3, 4), 0.5)))
    assert shadow.area_km2() == 0.0
    write_shadow(shadow, tmp_path / "none.gpkg")
    assert pyogrio.read_info(tmp_path / "none.gpkg")["features"] == 0


@pytest.mark.parametrize(
    ("values", "unit", "least"),
    [([[1.2, 0.0]], "1", 1), ([[0.0, 3.0]], "h", 1), ([[0.0, 1.0]], "1", 0)],
)
def test_other_layers_are_refused(values: list[list[float]], unit: str, least: int) -> None:
    with pytest.raises(InputError, match=r"share|1 or more"):
        find_shadow(made_map(values, unit=unit), least)


def test_file_names_are_checked(tmp_path: Path) -> None:
    shadow = find_shadow(made_map(np.zeros((2, 2))))
    with pytest.raises(InputError, match="gpkg"):
        write_shadow(shadow, tmp_path / "shadow.shp")
    with pytest.raises(InputError, match="folder that exists"):
        write_shadow(shadow, tmp_path / "no" / "shadow.gpkg")
