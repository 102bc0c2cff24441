"""Every way in which files say that they are of the Moon, and some that say they are not."""

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from made_terrain import MOON_RADIUS_M, POLAR, write_raster
from rasterio.crs import CRS

from moonstead.environment.terrain.crs import lunar_crs
from moonstead.environment.terrain.raster import Terrain, load_terrain, open_terrain
from moonstead.errors import InputError

DEGREE_M = np.radians(1.0) * MOON_RADIUS_M
GCS_2000 = (
    'GEOGCS["GCS_Moon_2000",DATUM["D_Moon_2000",SPHEROID["Moon_2000_IAU_IAG",1737400.0,0.0]],'
    'PRIMEM["Reference_Meridian",0.0],UNIT["Degree",0.0174532925199433]]'
)
STERE = (
    'PROJCS["Moon_{name}_Pole_Stereographic",{gcs},PROJECTION["{method}"],'
    'PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",0.0],PARAMETER["{origin}",{latitude}],UNIT["Meter",1.0]]'
)
EARTH_NAMED = GCS_2000.replace("GCS_Moon_2000", "WGS 84").replace("D_Moon_2000", "WGS_1984")
EARTH_NAMED = EARTH_NAMED.replace("Moon_2000_IAU_IAG", "WGS 84")
SOUTH = {
    "iau": "IAU_2015:30135",
    "wkt2": pyproj.CRS("IAU_2015:30135").to_wkt("WKT2_2019"),
    "wkt1": pyproj.CRS("IAU_2015:30135").to_wkt("WKT1_GDAL"),
    "esri": "ESRI:103878",
    "moon-2000": STERE.format(
        name="South",
        gcs=GCS_2000,
        method="Stereographic",
        origin="Latitude_Of_Origin",
        latitude=-90,
    ),
    "moon-2000-polar": STERE.format(
        name="South",
        gcs=GCS_2000,
        method="Polar_Stereographic",
        origin="latitude_of_origin",
        latitude=-90,
    ),
    "earth-named": STERE.format(
        name="X", gcs=EARTH_NAMED, method="Stereographic", origin="Latitude_Of_Origin", latitude=-90
    ),
    "proj-r": POLAR,
    "proj-ab": "+proj=stere +lat_0=-90 +lon_0=0 +k=1 +a=1737400 +b=1737400 +units=m +no_defs",
}
NORTH = {
    "iau": "IAU_2015:30130",
    "esri": "ESRI:103877",
    "moon-2000": STERE.format(
        name="North", gcs=GCS_2000, method="Stereographic", origin="Latitude_Of_Origin", latitude=90
    ),
    "proj": "+proj=stere +lat_0=90 +lon_0=0 +R=1737400 +units=m",
}
DEGREES = {
    "iau": "IAU_2015:30100",
    "esri": "ESRI:104903",
    "moon-2000": GCS_2000,
    "proj": "+proj=longlat +R=1737400 +no_defs",
}
METRES = {
    "iau": "IAU_2015:30110",
    "esri": "ESRI:103881",
    "proj": "+proj=eqc +lat_ts=0 +lon_0=0 +R=1737400 +units=m",
}


def one_pixel_up(path: Path, crs: str, grid: tuple[float, float, float]) -> Terrain:
    """Return a raster with one high pixel, written and read."""
    heights = np.zeros((30, 40))
    heights[7, 25] = 500.0
    write_raster(path, heights, crs, grid)
    (terrain,) = load_terrain([path])
    assert terrain.heights_m[7, 25] == 500.0
    return terrain


@pytest.mark.parametrize("crs", SOUTH.values(), ids=SOUTH.keys())
def test_south_polar_maps(tmp_path: Path, crs: str) -> None:
    terrain = one_pixel_up(tmp_path / "x.tif", crs, (3000.0, 9000.0, 100.0))
    x, y = 3000.0 + 25.5 * 100.0, 9000.0 - 7.5 * 100.0
    latitude_deg = -90.0 + np.degrees(2.0 * np.arctan(np.hypot(x, y) / (2.0 * MOON_RADIUS_M)))
    longitude_deg = np.degrees(np.arctan2(x, y))  # x = rho sin(lon), y = rho cos(lon)
    assert terrain.sample_m(latitude_deg, longitude_deg)[0] == pytest.approx(500.0, abs=1e-3)
    assert terrain.pixel_m == 100.0


@pytest.mark.parametrize("crs", NORTH.values(), ids=NORTH.keys())
def test_north_polar_maps(tmp_path: Path, crs: str) -> None:
    terrain = one_pixel_up(tmp_path / "x.tif", crs, (3000.0, 9000.0, 100.0))
    x, y = 3000.0 + 25.5 * 100.0, 9000.0 - 7.5 * 100.0
    latitude_deg = 90.0 - np.degrees(2.0 * np.arctan(np.hypot(x, y) / (2.0 * MOON_RADIUS_M)))
    longitude_deg = np.degrees(np.arctan2(x, -y))
    assert terrain.sample_m(latitude_deg, longitude_deg)[0] == pytest.approx(500.0, abs=1e-3)


@pytest.mark.parametrize("crs", DEGREES.values(), ids=DEGREES.keys())
def test_maps_in_degrees(tmp_path: Path, crs: str) -> None:
    terrain = one_pixel_up(tmp_path / "x.tif", crs, (200.0, -40.0, 0.25))
    found = terrain.sample_m(-40.0 - 7.5 * 0.25, 200.0 + 25.5 * 0.25)[0]
    assert found == pytest.approx(500.0, abs=1e-6)
    assert terrain.sample_m(-40.0 - 7.5 * 0.25, 200.0 + 25.5 * 0.25 - 360.0)[0] == found
    narrowing = np.sqrt(np.cos(np.radians(-40.0 - 15.0 * 0.25)))  # at the centre, 30 rows
    assert terrain.pixel_m == pytest.approx(0.25 * DEGREE_M * narrowing, rel=1e-5)


@pytest.mark.parametrize("crs", METRES.values(), ids=METRES.keys())
def test_equirectangular_maps(tmp_path: Path, crs: str) -> None:
    pixel = 0.25 * DEGREE_M
    terrain = one_pixel_up(tmp_path / "x.tif", crs, (20.0 * DEGREE_M, 10.0 * DEGREE_M, pixel))
    found = terrain.sample_m(10.0 - 7.5 * 0.25, 20.0 + 25.5 * 0.25)[0]
    assert found == pytest.approx(500.0, abs=1e-3)


@pytest.mark.parametrize("first_deg", [-180.0, 0.0, 90.0])
def test_an_equirectangular_map_may_begin_at_any_meridian(tmp_path: Path, first_deg: float) -> None:
    """A map from 0 to 360 about the meridian 0 lies half beyond the projection's own edge."""
    heights = np.tile(np.arange(360.0), (20, 1))
    grid = (first_deg * DEGREE_M, 10.0 * DEGREE_M, DEGREE_M)
    path = write_raster(tmp_path / "x.tif", heights, METRES["proj"], grid)
    (terrain,) = load_terrain([path])
    for column in (0, 100, 359):
        found = terrain.sample_m(0.3, first_deg + column + 0.5)[0]
        assert found == pytest.approx(column, abs=1e-6)


def test_a_map_in_kilometres(tmp_path: Path) -> None:
    heights = np.arange(12.0).reshape(3, 4) * 100.0
    grid = (1.0, 2.0, 0.5)
    path = write_raster(tmp_path / "x.tif", heights, POLAR.replace("=m ", "=km "), grid)
    (terrain,) = load_terrain([path])
    assert terrain.pixel_m == pytest.approx(500.0)
    rho_m = np.hypot(1750.0, 1250.0)
    latitude_deg = -90.0 + np.degrees(2.0 * np.arctan(rho_m / (2.0 * MOON_RADIUS_M)))
    found = terrain.sample_m(latitude_deg, np.degrees(np.arctan2(1750.0, 1250.0)))[0]
    assert found == pytest.approx(heights[1, 1], abs=1e-3)


def test_heights_count_from_the_sphere_of_the_system(tmp_path: Path) -> None:
    """ESRI and others also wrote spheres of 1738 km; 600 m were lost if that were ignored."""
    heights = np.full((4, 4), 1000.0)
    grid = (0.0, 0.0, 100.0)
    path = write_raster(tmp_path / "x.tif", heights, POLAR.replace("1737400", "1738000"), grid)
    (terrain,) = load_terrain([path])
    assert np.all(terrain.heights_m == 1600.0)


def test_a_radius_is_told_from_a_height_and_needs_no_sphere(tmp_path: Path) -> None:
    heights = np.array([[-2500.0, 0.0], [100.5, 7000.25]])
    for crs in (POLAR, POLAR.replace("1737400", "1738000")):
        path = tmp_path / "x.tif"
        with rasterio.open(
            path, "w", driver="GTiff", dtype="float64", count=1, width=2, height=2, crs=crs,
            transform=Affine(100.0, 0.0, 0.0, 0.0, -100.0, 0.0),
        ) as file:  # fmt: skip
            file.write(heights + MOON_RADIUS_M, 1)
        (terrain,) = load_terrain([path])
        np.testing.assert_array_equal(terrain.heights_m, heights)


def test_the_answer_counts_only_where_the_file_says_nothing(tmp_path: Path) -> None:
    grid = (0.0, 0.0, 100.0)
    bare = write_raster(tmp_path / "bare.tif", np.zeros((4, 4)), None, grid)
    south = write_raster(tmp_path / "south.tif", np.zeros((4, 4)), POLAR, (9e4, 0.0, 100.0))
    layers = open_terrain([bare, south], crs="IAU_2015:30130")
    by_name = {layer.path.name: layer.crs for layer in layers}
    assert by_name["bare.tif"] == pyproj.CRS("IAU_2015:30130")
    assert by_name["south.tif"] != by_name["bare.tif"]
    with pytest.raises(InputError, match="which one is it"):
        open_terrain([bare])
    for wrong, reason in (("EPSG:4326", "6378.1 km of the Earth"), ("nonsense", "not understood")):
        with pytest.raises(InputError, match=f"crs = {wrong}: .*{reason}"):
            open_terrain([bare], crs=wrong)


def test_a_sidecar_says_it_too(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "x.tif", np.zeros((4, 4)), None, (0.0, 0.0, 100.0))
    path.with_suffix(".prj").write_text(CRS.from_user_input(POLAR).to_wkt())
    assert open_terrain([path])[0].crs.ellipsoid.semi_major_metre == MOON_RADIUS_M


def test_the_radius_decides_not_the_name() -> None:
    assert lunar_crs(EARTH_NAMED).ellipsoid.semi_major_metre == MOON_RADIUS_M


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("EPSG:32733", "6378.1 km of the Earth"),
        ("IAU_2015:49900", "3396.2 km of Mars"),
        ("IAU_2015:19900", "2440.5 km of Mercury"),
        ("IAU_2015:29900", "6051.8 km of Venus"),
        ("+proj=longlat +R=252100", "252.1 km: not the Moon's"),
        ("+proj=longlat +a=1738100 +b=1736000", "flattened"),
        ("+proj=longlat +R=1737400 +pm=90", "another meridian"),
        ('LOCAL_CS["site grid",UNIT["m",1]]', "has no body"),
    ],
)
def test_what_is_not_of_the_moon(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        lunar_crs(text)
