"""NetCDF files of maps, read back by xarray, PROJ and our own reader of terrain."""

from dataclasses import replace
from pathlib import Path

import netCDF4
import numpy as np
import pyproj
import pytest
import xarray as xr
from ball_maps import (
    EQUIRECTANGULAR,
    GEOGRAPHIC,
    LOCAL,
    NORTH,
    SOUTH,
    SYNTHETIC,
    made_map,
    places_of_pixels,
)

from moonstead.environment.terrain.raster import load_terrain
from moonstead.errors import InputError
from moonstead.maps.netcdf import write_netcdf

CASES = {
    SOUTH: (1000.0, (5000.0, -7000.0), "polar_stereographic"),
    NORTH: (1000.0, (0.0, 0.0), "polar_stereographic"),
    LOCAL: (500.0, (2000.0, 3000.0), "stereographic"),
    GEOGRAPHIC: (0.25, (40.0, -20.0), "latitude_longitude"),
    EQUIRECTANGULAR: (2000.0, (1e5, 5e5), None),  # CF has no name for it
}


def heights(rows: int = 30, columns: int = 40) -> np.ndarray:
    values = np.random.default_rng(1).normal(0.0, 900.0, (rows, columns)).astype(np.float32)
    values[3, 4] = np.nan
    return values


@pytest.mark.parametrize("crs", CASES)
def test_what_was_written_is_read_back(crs: str, tmp_path: Path) -> None:
    pixel, centre, mapping = CASES[crs]
    image = made_map(heights(), crs, pixel, centre, name="elevation_m", unit="m")
    path = tmp_path / "map.nc"
    write_netcdf([image], path, {"title": "A test"})
    with xr.open_dataset(path) as found:
        values = found["elevation_m"]
        assert values.dtype == np.float32
        np.testing.assert_array_equal(values.to_numpy(), image.values)
        assert values.attrs["units"] == "m"
        assert found.attrs["Conventions"] == "CF-1.11"
        assert found.attrs["title"] == "A test"
        attributes = {k: v for k, v in found["crs"].attrs.items() if k != "spatial_ref"}
        assert pyproj.CRS.from_cf(attributes).equals(image.crs, ignore_axis_order=True)
        assert attributes.get("grid_mapping_name") == mapping
        assert float(attributes["earth_radius"]) == 1737400.0
        latitude_deg, longitude_deg = places_of_pixels(image)
        if crs == GEOGRAPHIC:
            latitude, longitude = np.meshgrid(found["latitude"], found["longitude"], indexing="ij")
        else:
            assert found["x"].attrs["standard_name"] == "projection_x_coordinate"
            assert found["y"].attrs["units"] == "m"
            latitude, longitude = found["lat"].to_numpy(), found["lon"].to_numpy()
            assert {"lat", "lon"} <= set(values.coords)
        np.testing.assert_allclose(latitude, latitude_deg, atol=5e-6)
        np.testing.assert_allclose((longitude - longitude_deg + 180.0) % 360.0, 180.0, atol=2e-5)
    (terrain,) = load_terrain([path])
    np.testing.assert_array_equal(terrain.heights_m, image.values)
    np.testing.assert_allclose(terrain.columns_rows, image.columns_rows, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("crs", [c for c, case in CASES.items() if case[2]])
def test_parameters_of_cf_alone_make_the_same_map(crs: str, tmp_path: Path) -> None:
    """Readers that know no WKT build the projection from the named parameters."""
    pixel, centre, _ = CASES[crs]
    image = made_map(heights(), crs, pixel, centre, name="elevation_m", unit="m")
    write_netcdf([image], tmp_path / "map.nc")
    with netCDF4.Dataset(tmp_path / "map.nc") as file:
        named = {
            k: v.item() if isinstance(v, np.generic) else v
            for k, v in file["crs"].__dict__.items()
            if k not in ("crs_wkt", "spatial_ref", "_FillValue")
        }
    built = pyproj.CRS.from_cf(named)
    way = pyproj.Transformer.from_crs(built.geodetic_crs, built, always_xy=True)
    ours = pyproj.Transformer.from_crs(image.crs.geodetic_crs, image.crs, always_xy=True)
    latitude_deg, longitude_deg = places_of_pixels(image)
    np.testing.assert_allclose(
        way.transform(longitude_deg, latitude_deg),
        ours.transform(longitude_deg, latitude_deg),
        atol=1e-6,
    )


def test_a_turned_raster_is_placed_by_its_latitudes(tmp_path: Path) -> None:
    upright = made_map(heights(), SOUTH, 1000.0, (6e4, 8e4), name="elevation_m", unit="m")
    turn = np.radians(30.0)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    columns_rows = upright.columns_rows.copy()
    columns_rows[:, :2] = columns_rows[:, :2] @ turned
    image = replace(upright, columns_rows=columns_rows)
    write_netcdf([image], tmp_path / "map.nc")
    (terrain,) = load_terrain([tmp_path / "map.nc"])
    np.testing.assert_allclose(terrain.columns_rows, columns_rows, rtol=1e-6, atol=1e-5)


def test_kinds_of_layers_are_described(tmp_path: Path) -> None:
    base = made_map(heights(), name="lowest_temperature_k", unit="K", file=SYNTHETIC)
    whole = np.arange(1200, dtype=np.uint8).reshape(30, 40) % 6
    layers = [
        base,
        base.with_values("slope_deg", "Slope", "deg", heights()),
        base.with_values("ground", "Ground", "", whole),
        base.with_values("shaded", "Shaded", "", whole > 2),
        base.with_values("permanent_shadow", "Shadow", "", (whole > 2).astype(np.float32)),
    ]
    write_netcdf(layers, tmp_path / "map.nc")
    with netCDF4.Dataset(tmp_path / "map.nc") as file:
        assert file["lowest_temperature_k"].standard_name == "surface_temperature"
        assert file["lowest_temperature_k"].cell_methods == "time: minimum"
        assert file["slope_deg"].units == "degree"
        assert file["ground"].units == "1"
        assert file["permanent_shadow"].flag_values.tolist() == [0.0, 1.0]
        assert len(file["permanent_shadow"].flag_meanings.split()) == 2
        np.testing.assert_array_equal(file["ground"][:], whole)
        np.testing.assert_array_equal(file["shaded"][:], whole > 2)
        assert file.SYNTHETIC.startswith("YES")
        assert "seed 1" in file.source
        assert file.comment == "Made for a test."
        assert file["ground"].filters()["zlib"]


def test_the_same_map_gives_the_same_bytes(tmp_path: Path) -> None:
    image = made_map(heights(), name="elevation_m", unit="m")
    for name in ("a.nc", "b.nc"):
        write_netcdf([image], tmp_path / name)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.nc", "b.nc"]


def test_what_cannot_be_one_file_is_refused(tmp_path: Path) -> None:
    image = made_map(heights())
    other = image.with_values("x", "X", "1", heights(20, 20))
    moved = replace(image, name="x", columns_rows=image.columns_rows + 1.0)
    path = tmp_path / "map.nc"
    for layers, said in (
        ([], "at least one"),
        ([image, other], "one raster"),
        ([image, moved], "one raster"),
        ([image, image], "once"),
    ):
        with pytest.raises(InputError, match=said):
            write_netcdf(layers, path)
    with pytest.raises(InputError, match=r"\.nc"):
        write_netcdf([image], tmp_path / "map.hdf")
    with pytest.raises(InputError, match="folder that exists"):
        write_netcdf([image], tmp_path / "no" / "map.nc")
    assert not list(tmp_path.iterdir())
