"""Maps from files: tiles, nested terrain, resumption, and what is refused."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from made_equirectangular import write_equirectangular_cone

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.terrain.grid import Terrain, places_of
from moonstead.environment.terrain.raster import open_terrain
from moonstead.environment.terrain.synthetic import synthetic_terrain
from moonstead.environment.terrain.traverse import VehicleLimits
from moonstead.environment.terrain.write import write_terrain
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError, RangeError
from moonstead.maps import plan
from moonstead.maps.archive import read_horizons
from moonstead.maps.plan import Area, plan_map, terrain_of
from moonstead.maps.products import PRODUCTS, chosen_products
from moonstead.maps.run import MadeMap, MapRequest, make_map

START_T_S = from_utc(datetime(2035, 1, 1, tzinfo=UTC))
PIXEL_M = 100.0


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


@pytest.fixture(scope="module")
def polar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("terrain") / "polar.tif"
    write_terrain(synthetic_terrain(3, 160, PIXEL_M, -89.0, 40.0), path)
    return path


def asked(area: Area, words: list[str], **changes: object) -> MapRequest:
    request = {
        "area": area,
        "products": chosen_products(words),
        "height_m": 2.0,
        "n_directions": 72,
        "start_t_s": START_T_S,
        "years": 1.0,
        **changes,
    }
    return MapRequest(**request)  # type: ignore[arg-type]


def quiet(share: float, what: str) -> None:
    pass


def made(path: Path, request: MapRequest, ephemeris: Ephemeris, folder: Path) -> MadeMap:
    return make_map(open_terrain([path]), request, ephemeris, folder, quiet)


CENTRE = Area(-89.0, 40.0, 3000.0)
FOUR_TILES_BYTES = 2.0 * 72 * 34**2


def test_a_map_in_tiles_is_the_map(polar: Path, ephemeris: Ephemeris, tmp_path: Path) -> None:
    words = ["relief", "light", "earth", "horizon"]
    whole = made(polar, asked(CENTRE, words), ephemeris, tmp_path / "whole")
    parts = made(
        polar, asked(CENTRE, words, memory_bytes=FOUR_TILES_BYTES), ephemeris, tmp_path / "parts"
    )
    assert len(whole.plan.tiles) == 1
    assert len(parts.plan.tiles) >= 4
    assert whole.names == parts.names == tuple(p.name for p in chosen_products(words))
    for name in ("elevation_m", "slope_deg", "roughness_m"):
        np.testing.assert_allclose(
            whole.image(name).values, parts.image(name).values, rtol=1e-5, equal_nan=True
        )
    # Tiles look in slightly other directions: each has its own centre.
    for name, near in (
        ("sun_any_fraction", 0.01),
        ("sun_mean_fraction", 0.005),
        ("sky_fraction", 0.002),
    ):
        apart = whole.image(name).values - parts.image(name).values
        assert np.sqrt(np.mean(apart**2)) < near


def test_the_map_lies_where_it_was_asked(polar: Path, ephemeris: Ephemeris, tmp_path: Path) -> None:
    found = made(polar, asked(CENTRE, ["relief"]), ephemeris, tmp_path)
    terrain = found.terrain()
    column, row = terrain.pixels(-89.0, 40.0)
    rows, columns = terrain.heights_m.shape
    assert abs(float(column) - (columns - 1) / 2) < 1.5
    assert abs(float(row) - (rows - 1) / 2) < 1.5
    assert rows * PIXEL_M == pytest.approx(6000.0, abs=4 * PIXEL_M)
    source = open_terrain([polar])[0].whole()
    at = np.array([-89.01]), np.array([40.2])
    np.testing.assert_allclose(terrain.sample_m(*at), source.sample_m(*at), atol=1e-3)


class StopError(Exception):
    pass


def test_a_stopped_map_goes_on_where_it_was(
    polar: Path, ephemeris: Ephemeris, tmp_path: Path
) -> None:
    request = asked(CENTRE, ["light"], memory_bytes=FOUR_TILES_BYTES)
    undisturbed = made(polar, request, ephemeris, tmp_path / "undisturbed")

    def stop(share: float, what: str) -> None:
        if what.startswith("tile 3"):
            raise StopError

    folder = tmp_path / "stopped"
    with pytest.raises(StopError):
        make_map(open_terrain([polar]), request, ephemeris, folder, stop)
    kept = sorted((folder / "tiles").iterdir())
    assert [path.name for path in kept] == ["tile-0000.npz", "tile-0001.npz"]
    before = [path.stat().st_mtime_ns for path in kept]
    again = made(polar, request, ephemeris, folder)
    assert [path.stat().st_mtime_ns for path in kept] == before
    for path in sorted(undisturbed.tiles.iterdir()):
        assert (again.tiles / path.name).read_bytes() == path.read_bytes()


def test_another_map_in_the_same_folder_is_refused(
    polar: Path, ephemeris: Ephemeris, tmp_path: Path
) -> None:
    made(polar, asked(CENTRE, ["relief"]), ephemeris, tmp_path)
    with pytest.raises(InputError, match=r"another height_m, products; choose another folder"):
        made(polar, asked(CENTRE, ["light"], height_m=3.0), ephemeris, tmp_path)


def test_months_sum_to_the_year(polar: Path, ephemeris: Ephemeris, tmp_path: Path) -> None:
    found = made(polar, asked(CENTRE, ["sun_any_fraction"], by="month"), ephemeris, tmp_path)
    assert found.names == ("sun_any_fraction", *(f"sun_any_fraction_{m:02d}" for m in range(1, 13)))
    months = [found.image(name).values for name in found.names[1:]]
    days = [31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    mean = np.average(months, axis=0, weights=days)
    np.testing.assert_allclose(mean, found.image("sun_any_fraction").values, atol=0.006)
    assert found.image("sun_any_fraction_07").title.endswith("month 7")


def test_an_equirectangular_map_far_from_the_equator_is_resampled(
    ephemeris: Ephemeris, tmp_path: Path
) -> None:
    path = write_equirectangular_cone(tmp_path / "cone.tif", latitude_deg=-70.0, longitude_deg=20.0)
    request = asked(Area(-70.0, 20.0, 8000.0), ["relief", "horizon", "light"])
    found = made(path, request, ephemeris, tmp_path / "map")
    terrain = found.terrain()
    top = summit_deg(terrain)
    assert top == pytest.approx((-70.0, 20.0), abs=0.01)
    assert np.nanmax(found.image("sun_any_fraction").values) > 0.5


def summit_deg(terrain: Terrain) -> tuple[float, float]:
    row, column = np.unravel_index(np.nanargmax(terrain.heights_m), terrain.heights_m.shape)
    place = places_of(terrain.crs, terrain.columns_rows, np.array([column]), np.array([row]))
    return float(place[0][0]), float(place[1][0]) % 360.0


def test_light_near_the_equator_is_refused(ephemeris: Ephemeris, tmp_path: Path) -> None:
    path = tmp_path / "mare.tif"
    write_terrain(synthetic_terrain(4, 64, PIXEL_M, 10.0, 20.0, ground="mare"), path)
    with pytest.raises(RangeError, match="latitudes of 50 degrees"):
        made(path, asked(Area(10.0, 20.0, 1500.0), ["light"]), ephemeris, tmp_path / "map")
    found = made(path, asked(Area(10.0, 20.0, 1500.0), ["horizon"]), ephemeris, tmp_path / "sky")
    assert np.nanmin(found.image("sky_fraction").values) > 0.5


def test_an_area_outside_the_terrain_is_refused(polar: Path) -> None:
    with pytest.raises(RangeError, match=r"--around = -80, 40: outside 8 km by 8 km"):
        plan_map(open_terrain([polar]), Area(-80.0, 40.0, 3000.0), 72, 1e9)


def test_a_finer_model_beside_the_place_is_not_left_out_in_silence(
    polar: Path, tmp_path: Path
) -> None:
    fine = tmp_path / "fine.tif"
    write_terrain(synthetic_terrain(6, 64, 10.0, -88.0, 40.0), fine)
    with pytest.raises(RangeError, match=r"outside .*fine.tif"):
        plan_map(open_terrain([fine, polar]), Area(-89.0, 40.0, 3000.0), 72, 1e9)


def test_far_ground_of_averages_hides_like_all_of_it(
    polar: Path, ephemeris: Ephemeris, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = Area(-89.0, 40.0, 500.0)
    whole = made(polar, asked(near, ["horizon"]), ephemeris, tmp_path / "whole")
    monkeypatch.setattr(plan, "_FULL_PX", 58.0**2)
    monkeypatch.setattr(plan, "_LEVEL_PX", 50.0**2)
    monkeypatch.setattr(plan, "_LEAST_HALO_PX", 24)
    cut = made(polar, asked(near, ["horizon"]), ephemeris, tmp_path / "cut")
    layers, _inside = terrain_of(cut.plan, cut.plan.tiles[0])
    assert [round(layer.pixel_m / PIXEL_M) for layer in layers][:2] == [1, 4]
    assert layers[0].heights_m.shape[0] < 64
    apart = whole.image("highest_horizon_deg").values - cut.image("highest_horizon_deg").values
    assert np.abs(apart).max() < 0.5
    assert np.sqrt(np.mean(apart**2)) < 0.1


def test_words_for_layers() -> None:
    assert chosen_products(["all"]) == tuple(PRODUCTS.values())
    assert [p.name for p in chosen_products(["slope_deg", "elevation_m"])] == [
        "elevation_m",
        "slope_deg",
    ]
    with pytest.raises(InputError, match="'suns': choose from relief, light"):
        chosen_products(["suns", "light"])


def test_horizons_are_kept_and_read_again(
    polar: Path, ephemeris: Ephemeris, tmp_path: Path
) -> None:
    request = asked(Area(-89.0, 40.0, 1000.0), ["horizon"], keeps_horizons=True)
    found = made(polar, request, ephemeris, tmp_path)
    kept = read_horizons(tmp_path / "horizons" / "tile-0000.zarr")
    highest = kept.counts.max(axis=0) / 400.0
    np.testing.assert_allclose(highest, found.image("highest_horizon_deg").values, atol=1e-6)
    latitude_deg, longitude_deg = kept.places_deg()
    middle = latitude_deg.shape[0] // 2, latitude_deg.shape[1] // 2
    assert latitude_deg[middle] == pytest.approx(-89.0, abs=0.01)
    assert longitude_deg[middle] % 360.0 == pytest.approx(40.0, abs=0.5)
    assert kept.profile(*middle).site.ground_elevation_m == pytest.approx(
        float(found.image("elevation_m").values[middle])
    )
    with pytest.raises(InputError, match="holds no horizons"):
        read_horizons(tmp_path / "nothing")


def test_ground_by_the_limits_of_a_vehicle(
    polar: Path, ephemeris: Ephemeris, tmp_path: Path
) -> None:
    vehicle = VehicleLimits(slope_deg=8.0, step_m=1e6, roughness_m=1e6)
    found = made(polar, asked(CENTRE, ["relief"], vehicle=vehicle), ephemeris, tmp_path)
    steep = found.image("slope_deg").values > 8.0
    np.testing.assert_array_equal(found.image("traversability").values == 3.0, steep)
    assert "3 steep (over 8 deg)" in found.image("traversability").note


@pytest.mark.slow
def test_temperatures(polar: Path, ephemeris: Ephemeris, tmp_path: Path) -> None:
    request = asked(Area(-89.0, 40.0, 500.0), ["temperature", "light"])
    found = made(polar, request, ephemeris, tmp_path)
    lowest, mean, highest = (
        found.image(f"{name}_temperature_k").values for name in ("lowest", "mean", "highest")
    )
    assert np.nanmin(lowest) > 20.0
    assert np.nanmax(highest) < 350.0
    assert np.all(lowest[1:-1, 1:-1] <= mean[1:-1, 1:-1])
    assert np.all(mean[1:-1, 1:-1] <= highest[1:-1, 1:-1])
    lit = found.image("sun_mean_fraction").values
    brightest, darkest = lit > np.quantile(lit, 0.8), lit < np.quantile(lit, 0.2)
    assert np.nanmean(mean[brightest]) > np.nanmean(mean[darkest])
