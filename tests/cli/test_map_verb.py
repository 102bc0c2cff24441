"""``moonstead map`` as a user types it."""

import json
import re
from pathlib import Path

import netCDF4
import numpy as np
import pyproj
import pytest
import rasterio

from moonstead.cli.main import run
from moonstead.cli.ranking import parse_weights
from moonstead.environment.sites import site_names
from moonstead.environment.terrain.synthetic import synthetic_terrain
from moonstead.environment.terrain.write import write_terrain
from moonstead.maps.products import chosen_products
from moonstead.maps.rank import needed_layers


@pytest.fixture(scope="module")
def dem(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("dem") / "ground.tif"
    write_terrain(synthetic_terrain(8, 96, 100.0, -88.5, 100.0), path)
    return str(path)


def asked(dem: str, out: Path, *more: str) -> list[str]:
    return [
        "map", "slope_deg,light", "--around=-88.5,100", "--radius", "2", "--dem", dem,
        "--years", "1", "--directions", "36", "--out", str(out), *more,
    ]  # fmt: skip


def test_a_map_to_files(dem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(asked(dem, tmp_path, "--json", "--netcdf", "--cog")) == 0
    told = json.loads(capsys.readouterr().out)
    layers = {layer["name"]: layer for layer in told["layers"]}
    assert list(layers)[:2] == ["slope_deg", "sun_any_fraction"]
    light = layers["sun_any_fraction"]
    assert 0.0 <= light["least"] <= light["mean"] <= light["greatest"] <= 1.0
    assert light["greatest_at"][0] == pytest.approx(-88.5, abs=0.1)
    assert layers["permanent_shadow"]["area_km2"] >= 0.0
    with rasterio.open(tmp_path / "sun_any_fraction.tif") as file:
        values = file.read(1)
        tags = file.tags()
        assert "South Polar" in file.crs.wkt
        assert pyproj.CRS.from_wkt(file.crs.wkt).ellipsoid.semi_major_metre == 1737400.0
    assert float(np.nanmax(values)) == pytest.approx(light["greatest"], abs=1e-6)
    assert tags["SYNTHETIC"] == "YES"
    assert "2035-01-01 to 2036-01-01" in tags["NOTE"]
    assert "SHA-256" in tags["TERRAIN"]
    with netCDF4.Dataset(tmp_path / "map.nc") as file:
        assert file.Conventions.startswith("CF-")
        np.testing.assert_allclose(file["sun_any_fraction"][:].filled(np.nan), values, atol=1e-6)
    left = {path.suffix for path in tmp_path.iterdir()}
    assert left == {".tif", ".png", ".prj", ".wkt", ".json", ".nc", ".gpkg"}
    assert run(["sites", "rank", str(tmp_path), "--weights", "light=2,slope=1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


def test_the_table_fits_a_terminal(
    dem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(asked(dem, tmp_path, "--no-figures")) == 0
    said = capsys.readouterr().out
    assert "longest_season_start_day" in said
    assert "greatest at" in said
    assert max(len(line) for line in said.splitlines() if str(tmp_path) not in line) <= 80
    assert "…" not in said  # no number is cut off
    assert "e+0" not in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["map", "suns", "--around=-88.5,100", "--dem", "{dem}"], "choose from relief, light"),
        (["map", "light", "--around=-88.5,100"], "--dem: name an elevation model"),
        (["map", "light", "--around=-60,100", "--dem", "{dem}"], "--around = -60, 100: outside"),
        (["map", "light", "--around", "shackeltn", "--dem", "{dem}"], "shackleton"),
        (["map", "light", "--around=-88.5,100", "--dem", "no_such_product"], "no_such_product"),
        (["map", "light", "--around=-88.5,100", "--dem", "gone.tif"], "gone.tif"),
        (
            ["map", "light", "--around=-88.5,100", "--dem", "{dem}", "--start", "2149-12-01"],
            "outside the ephemeris",
        ),
        (["map", "light", "--around=-88.5,100", "--dem", "{dem}", "--years", "0"], "--years"),
        (
            ["map", "light", "--around=-88.5,100", "--dem", "{dem}", "--directions", "1"],
            "8<=x<=3600",
        ),
        (["map", "light", "--around=-88.5,100", "--dem", "{dem}", "--radius", "0"], "--radius"),
    ],
)
def test_wrong_input_is_one_clear_error(
    dem: str, tmp_path: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [word.replace("{dem}", dem) for word in words]
    assert run([*given, "--out", str(tmp_path / "map")]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said


def test_another_map_in_the_folder(
    dem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["map", "relief", "--around=-88.5,100", "--radius", "1", "--dem", dem, "--no-figures"]
    assert run([*words, "--out", str(tmp_path)]) == 0
    assert run([*words, "--out", str(tmp_path)]) == 0
    assert run([*words, "--height", "5", "--out", str(tmp_path)]) == 2
    assert "holds a map made with another height_m" in capsys.readouterr().err


def test_the_commands_of_the_readme_fit_together() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    mapped = re.search(r"moonstead map (\S+) --around (\S+)", readme)
    ranked = re.search(r"moonstead sites rank maps/(\S+) --weights (\S+)", readme)
    assert mapped
    assert ranked
    assert mapped[2] in site_names()
    assert ranked[1] == mapped[2]
    made = {product.name for product in chosen_products(mapped[1].split(","))}
    assert set(needed_layers(parse_weights(ranked[2]), [])) <= made
