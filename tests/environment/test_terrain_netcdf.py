"""NetCDF grids, written by SciPy, GDAL and the NetCDF library, with and without a grid mapping."""

from pathlib import Path

import netCDF4
import numpy as np
import pyproj
import pytest
import xarray as xr
from made_terrain import MOON_RADIUS_M, POLAR
from scipy.io import netcdf_file

from moonstead.environment.terrain.raster import load_terrain, open_terrain
from moonstead.errors import InputError

ROWS, COLUMNS = 10, 12
HEIGHTS = np.add.outer(np.arange(ROWS) * 100.0, np.arange(COLUMNS) * 7.0)
SOUTH = {
    "grid_mapping_name": "polar_stereographic",
    "earth_radius": MOON_RADIUS_M,
    "latitude_of_projection_origin": -90.0,
    "straight_vertical_longitude_from_pole": 0.0,
    "scale_factor_at_projection_origin": 1.0,
    "false_easting": 0.0,
    "false_northing": 0.0,
}
SPHERE = {
    "grid_mapping_name": "latitude_longitude",
    "semi_major_axis": MOON_RADIUS_M,
    "inverse_flattening": 0.0,
}
X_M = 20e3 + np.arange(COLUMNS) * 500.0
Y_M = -30e3 + np.arange(ROWS) * 500.0
LON = 10.25 + np.arange(COLUMNS) * 0.5
LAT = -80.25 + np.arange(ROWS) * 0.5
MAP_AXES = {"y": (Y_M, "m"), "x": (X_M, "m")}
DEGREES = {"lat": (LAT, "degrees_north"), "lon": (LON, "degrees_east")}


def write(path: Path, axes: dict, mapping: dict | None = None, **attributes: object) -> Path:
    """Write a classic NetCDF file with one grid z."""
    with netcdf_file(path, "w") as file:
        for name, (values, unit) in axes.items():
            file.createDimension(name, len(values))
            axis = file.createVariable(name, "d", (name,))
            axis[:] = values
            if unit:
                axis.units = unit
        z = file.createVariable("z", "f", tuple(axes))
        z[:] = HEIGHTS if next(iter(axes)) in ("y", "lat", "northing") else HEIGHTS.T
        if mapping is not None:
            z.grid_mapping = "crs"
            holder = file.createVariable("crs", "i", ())
            for key, value in mapping.items():
                setattr(holder, key, value)
        for key, value in attributes.items():
            setattr(z, key, value)
    return path


def south_deg(x: float, y: float) -> tuple[float, float]:
    polar = 2.0 * np.arctan(np.hypot(x, y) / (2.0 * MOON_RADIUS_M))
    return float(np.degrees(polar)) - 90.0, float(np.degrees(np.arctan2(x, y)))


def check_south(path: Path, crs: str | None = None) -> None:
    (layer,) = open_terrain([path], crs=crs)
    terrain = layer.whole()
    assert terrain.pixel_m == pytest.approx(500.0)
    for row, column in ((0, 0), (3, 11), (9, 5)):
        found = terrain.sample_m(*south_deg(X_M[column], Y_M[row]))[0]
        assert found == pytest.approx(HEIGHTS[row, column], abs=1e-3)


def check_degrees(path: Path, crs: str | None = None) -> None:
    (layer,) = open_terrain([path], crs=crs)
    terrain = layer.whole()
    for row, column in ((0, 0), (3, 11), (9, 5)):
        found = terrain.sample_m(LAT[row], LON[column])[0]
        assert found == pytest.approx(HEIGHTS[row, column], abs=1e-6)


@pytest.mark.parametrize(
    "axes",
    [
        MAP_AXES,
        {"y": (Y_M / 1e3, "km"), "x": (X_M / 1e3, "km")},
        {"y": (Y_M, ""), "x": (X_M, "")},
        {"x": (X_M, "m"), "y": (Y_M, "m")},
        {"northing": (Y_M, "meters"), "easting": (X_M, "meters")},
    ],
    ids=["m", "km", "no-unit", "columns-first", "named"],
)
def test_polar_grids_with_a_mapping(tmp_path: Path, axes: dict) -> None:
    check_south(write(tmp_path / "x.nc", axes, SOUTH))


@pytest.mark.parametrize(
    "mapping",
    [
        SPHERE,
        {"grid_mapping_name": "latitude_longitude", "earth_radius": MOON_RADIUS_M},
        {"earth_radius": MOON_RADIUS_M},
        {"crs_wkt": pyproj.CRS("IAU_2015:30100").to_wkt()},
        {"spatial_ref": pyproj.CRS("+proj=longlat +R=1737400").to_wkt()},
    ],
    ids=["axes", "radius", "nameless", "wkt", "gdal"],
)
def test_grids_in_degrees_with_a_mapping(tmp_path: Path, mapping: dict) -> None:
    check_degrees(write(tmp_path / "x.nc", DEGREES, mapping))


def test_grids_that_name_no_system_are_asked_about(tmp_path: Path) -> None:
    """GMT writes z(y, x) and no more; a library would take the Earth's WGS 84 for it."""
    path = write(tmp_path / "x.grd", MAP_AXES)
    with pytest.raises(InputError, match="no coordinate reference system; which one is it"):
        load_terrain([path])
    check_south(path, crs="IAU_2015:30135")
    path = write(tmp_path / "y.grd", DEGREES)
    check_degrees(path, crs="IAU_2015:30100")
    with pytest.raises(InputError, match="does not say where its pixels lie in its reference"):
        open_terrain([path], crs="IAU_2015:30135")
    path = write(tmp_path / "z.nc", DEGREES, {"grid_mapping_name": "latitude_longitude"})
    with pytest.raises(InputError, match="names no radius, so it has no coordinate reference"):
        load_terrain([path])
    check_degrees(path, crs="IAU_2015:30100")


def test_the_earth_is_refused(tmp_path: Path) -> None:
    earth = {**SPHERE, "semi_major_axis": 6378137.0, "inverse_flattening": 298.257223563}
    with pytest.raises(InputError, match=r"6378\.1 km of the Earth"):
        load_terrain([write(tmp_path / "x.nc", DEGREES, earth)])


def test_heights_in_kilometres_and_missing_data(tmp_path: Path) -> None:
    path = write(tmp_path / "x.nc", MAP_AXES, SOUTH, units="km")
    with netcdf_file(path, "a") as file:
        z = file.variables["z"]
        z._FillValue = np.float32(-99999.0)
        z[2, 3] = -99999.0
        z[:] = np.where(np.asarray(z[:]) < 0.0, z[:], np.asarray(z[:]) / 1e3)
    (terrain,) = load_terrain([path])
    assert np.isnan(terrain.heights_m[2, 3])
    known = np.isfinite(terrain.heights_m)
    assert known.sum() == HEIGHTS.size - 1
    np.testing.assert_allclose(terrain.heights_m[known], HEIGHTS[known], atol=1e-3)


@pytest.mark.parametrize("system", ["polar", "degrees", "across-the-edge"])
def test_coordinates_of_every_pixel(tmp_path: Path, system: str) -> None:
    """Version 4 of the format, compressed, with longitude and latitude in two dimensions."""
    if system == "polar":
        back = pyproj.Transformer.from_crs(POLAR, "IAU_2015:30100", always_xy=True)
        longitude, latitude = back.transform(*np.meshgrid(X_M, Y_M))
    else:
        first = LON if system == "degrees" else (LON + 345.0) % 360.0
        longitude, latitude = np.meshgrid(first, LAT)
    path = tmp_path / "x.nc"
    with netCDF4.Dataset(path, "w") as file:
        file.title = "Made-up hills"
        file.createDimension("row", ROWS)
        file.createDimension("column", COLUMNS)
        for name, values in (("lon", longitude), ("lat", latitude), ("elevation", HEIGHTS)):
            file.createVariable(name, "f8", ("row", "column"), zlib=True)[:] = values
        file["lon"].units, file["lat"].units = "degrees_east", "degrees_north"
    if system == "polar":
        check_south(path, crs="IAU_2015:30135")
        with pytest.raises(InputError, match="are no even grid"):
            open_terrain([path], crs="IAU_2015:30100")
    else:
        (layer,) = open_terrain([path], crs="IAU_2015:30100")
        assert layer.file.product == "Made-up hills"
        found = layer.whole().sample_m(latitude[3, 11], longitude[3, 11])[0]
        assert found == pytest.approx(HEIGHTS[3, 11])


def test_what_xarray_writes(tmp_path: Path) -> None:
    grid = xr.DataArray(HEIGHTS, dims=("y", "x"), coords={"y": Y_M, "x": X_M}, name="elevation")
    crs = xr.DataArray(0, attrs=pyproj.CRS("IAU_2015:30135").to_cf())
    grid.attrs = {"grid_mapping": "spatial_ref", "units": "m"}
    path = tmp_path / "x.nc"
    xr.Dataset({"elevation": grid, "spatial_ref": crs}).to_netcdf(path, engine="netcdf4")
    check_south(path)


def test_windows_are_read_alone(tmp_path: Path) -> None:
    (layer,) = open_terrain([write(tmp_path / "x.nc", MAP_AXES, SOUTH)])
    window = layer.window(2, 8, 3, 9, every=2)
    means = HEIGHTS[2:8, 3:9].reshape(3, 2, 3, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(window.heights_m, means)
    across = open_terrain(
        [write(tmp_path / "y.nc", {"x": MAP_AXES["x"], "y": MAP_AXES["y"]}, SOUTH)]
    )[0]
    np.testing.assert_array_equal(across.window(2, 8, 3, 9).heights_m, HEIGHTS[2:8, 3:9])


def test_which_grid_is_a_question(tmp_path: Path) -> None:
    path = write(tmp_path / "x.nc", MAP_AXES, SOUTH)
    with netcdf_file(path, "a") as file:
        other = file.createVariable("count", "i", ("y", "x"))
        other[:] = 3
        other.grid_mapping = "crs"
    with pytest.raises(InputError, match=r"which holds heights.*(z, count|count, z)"):
        open_terrain([path])
    check_south(Path(f"{path}:z"))
    with pytest.raises(InputError, match="has no variable 'height', but "):
        open_terrain([f"{path}:height"])


@pytest.mark.parametrize(
    ("axes", "reason"),
    [
        ({"y": (Y_M, "m"), "x": (np.append(X_M[:-1], 9e4), "m")}, "'x' is not evenly spaced"),
        ({"y": (Y_M, "m"), "x": (X_M * 0.0, "m")}, "'x' is not evenly spaced"),
        ({"y": (Y_M, "m"), "x": (X_M, "furlong")}, "'x' is in 'furlong'; m or km"),
        (DEGREES, "does not say where its pixels lie"),
    ],
)
def test_coordinates_that_make_no_map(tmp_path: Path, axes: dict, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        open_terrain([write(tmp_path / "x.nc", axes, SOUTH)])


def test_metres_are_no_latitudes(tmp_path: Path) -> None:
    axes = {"y": (Y_M, ""), "x": (X_M, "")}
    with pytest.raises(InputError, match="'y' begins at -30000: no latitude"):
        open_terrain([write(tmp_path / "x.nc", axes, SPHERE)])


def test_no_grid_and_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "x.nc"
    with netcdf_file(path, "w") as file:
        file.createDimension("n", 3)
        file.createVariable("n", "d", ("n",))[:] = 0.0
    with pytest.raises(InputError, match="no grid of two dimensions"):
        open_terrain([path])
    good = write(tmp_path / "good.nc", MAP_AXES, SOUTH).read_bytes()
    path.write_bytes(good[:60])
    with pytest.raises(InputError, match=r"x\.nc: is not a raster that can be read"):
        open_terrain([path])
