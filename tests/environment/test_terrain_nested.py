"""Windows of terrain around a place: bounded in size, and the horizon of the whole."""

from pathlib import Path

import numpy as np
import pytest
from made_terrain import EQUIRECTANGULAR, POLAR, Hills, write_hills, write_raster

from moonstead.environment.horizon import compute_horizon
from moonstead.environment.site import Site
from moonstead.environment.terrain import nested
from moonstead.environment.terrain.nested import files_of, layers_around
from moonstead.environment.terrain.raster import ground_elevation_m, open_terrain
from moonstead.errors import InputError, RangeError

PLACE = (-89.9, 40.0)
HILLS = Hills(
    (-89.8, 30.0, 300.0, 2000.0), (-89.5, 200.0, 900.0, 3000.0), (-88.9, 90.0, 1500.0, 4000.0)
)


def test_small_terrain_is_read_whole(tmp_path: Path) -> None:
    path = write_hills(tmp_path / "a.tif", HILLS, POLAR, (-20e3, 20e3), 100.0, 400)
    (layer,) = layers_around(open_terrain([path]), *PLACE)
    assert layer.heights_m.shape == (400, 400)


def test_far_terrain_is_averaged_with_little_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_hills(tmp_path / "a.tif", HILLS, POLAR, (-25e3, 25e3), 50.0, 1000)
    rasters = open_terrain([path])
    monkeypatch.setattr(nested, "NEAR_PIXELS", 100)
    layers = layers_around(rasters, *PLACE)
    assert [layer.pixel_m for layer in layers] == pytest.approx([50.0, 200.0, 800.0])
    assert sum(layer.heights_m.size for layer in layers) < 0.15 * 1000**2
    assert len(files_of(layers)) == 1
    site = Site("x", *PLACE, ground_elevation_m(layers, *PLACE), 2.0)
    found_deg = compute_horizon(site, layers, 180).elevation_deg
    whole_deg = compute_horizon(site, [rasters[0].whole()], 180).elevation_deg
    # Blocks of 1/100 of their distance under hills some 40 blocks wide.
    assert np.abs(found_deg - whole_deg).max() < 0.05


def test_a_place_beside_the_fine_terrain_stands_on_the_coarse(tmp_path: Path) -> None:
    fine = write_hills(tmp_path / "f.tif", HILLS, POLAR, (20e3, 20e3), 10.0, 100)
    coarse = write_hills(tmp_path / "c.tif", HILLS, POLAR, (-40e3, 40e3), 400.0, 200)
    layers = layers_around(open_terrain([fine, coarse], unit="m"), *PLACE)
    assert ground_elevation_m(layers, *PLACE) == pytest.approx(
        float(HILLS.height_m(np.array(PLACE[0]), np.array(PLACE[1]))), abs=5.0
    )
    assert {layer.file.name for layer in layers} == {"f.tif", "c.tif"}


def test_a_global_map_is_read_across_its_edge(tmp_path: Path) -> None:
    pixel = 30323.35
    flat = np.full((180, 360), 700.0)
    path = write_raster(
        tmp_path / "g.tif", flat, EQUIRECTANGULAR, (-180 * pixel, 90 * pixel, pixel)
    )
    layers = layers_around(open_terrain([path]), -10.0, 179.9)
    assert layers[0].heights_m.shape[1] < 30
    assert ground_elevation_m(layers, -10.0, -179.9) == pytest.approx(700.0)


def test_places_without_terrain_are_refused(tmp_path: Path) -> None:
    far = write_hills(tmp_path / "a.tif", HILLS, POLAR, (-20e3, 20e3), 100.0, 400)
    with pytest.raises(RangeError, match="outside the terrain, which covers 20 km by 20 km"):
        layers_around(open_terrain([far]), -60.0, 0.0)
    empty = write_raster(tmp_path / "e.tif", np.full((50, 50), np.nan), POLAR, (-2e3, 2e3, 80.0))
    with pytest.raises(InputError):
        layers_around(open_terrain([empty]), -90.0, 0.0)
