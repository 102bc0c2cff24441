"""moonstead site on the user's own terrain, and moonstead sites rank."""

import csv
import json
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine

from moonstead.cli.main import run
from moonstead.environment.horizon import smooth_horizon
from moonstead.environment.terrain.write import Layer, write_layer

POLAR = "+proj=stere +lat_0=-90 +lon_0=0 +R=1737400 +units=m +no_defs"
QUICK = ("--no-plot", "--years", "0.2", "--step-minutes", "60")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(words) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def write_dem(path: Path, heights: np.ndarray, pixel_m: float, crs: str | None = POLAR) -> Path:
    half_m = len(heights) * pixel_m / 2.0
    options = {} if crs is None else {"crs": crs}
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, height=len(heights),
        width=len(heights), transform=Affine(pixel_m, 0.0, -half_m, 0.0, -pixel_m, half_m),
        **options,
    ) as file:  # fmt: skip
        file.write(heights.astype(np.float32), 1)
    return path


def tilted(size: int, pixel_m: float, rise: float) -> np.ndarray:
    """Return ground that rises to the right of the map."""
    return np.tile((np.arange(size) - size / 2.0) * pixel_m * rise, (size, 1))


def test_a_site_on_own_terrain(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dem = write_dem(tmp_path / "flat.tif", np.zeros((200, 200)), 200.0)
    words = ("-89.9", "10", "--dem", str(dem), "--height", "20", *QUICK)
    found = json.loads(said(capsys, "site", *words, "--json"))
    assert found["site"]["name"] == "89.9S-10E"
    assert found["site"]["height_m"] == 20.0
    assert found["horizon"]["lowest_deg"] == pytest.approx(smooth_horizon(20.0), abs=1e-3)
    assert found["horizon"]["highest_deg"] == pytest.approx(smooth_horizon(20.0), abs=1e-3)
    assert found["ground"]["slope_deg"] == pytest.approx(0.0, abs=1e-3)
    assert found["ground"]["roughness_m"] == pytest.approx(0.0, abs=1e-3)
    assert found["source"] == [
        {"name": "flat.tif", "product": found["source"][0]["product"],
         "sha256": found["source"][0]["sha256"]}
    ]  # fmt: skip
    assert found["uncertainty"] is None
    joined = json.loads(said(capsys, "site", "-89.9,10,20", "--dem", str(dem), *QUICK, "--json"))
    assert joined == found
    assert list(tmp_path.glob("*.png")) == []


def test_slope_is_that_of_the_ground(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    dem = write_dem(tmp_path / "ramp.tif", tilted(101, 20.0, 0.1), 20.0)
    found = json.loads(said(capsys, "site", "-90", "0", "--dem", str(dem), *QUICK, "--json"))
    assert found["ground"]["slope_deg"] == pytest.approx(np.degrees(np.arctan(0.1)), rel=1e-3)
    assert found["ground"]["slope_baseline_m"] == 40.0
    assert found["ground"]["roughness_m"] == pytest.approx(0.0, abs=1e-3)
    edge = json.loads(said(capsys, "site", "-89.968", "0", "--dem", str(dem), *QUICK, "--json"))
    assert edge["ground"]["slope_deg"] is None


def test_the_band_of_a_site(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    dem = write_dem(tmp_path / "rough.tif", rng.normal(0.0, 3.0, (120, 120)), 50.0)
    words = ("site", "-90", "0", "--dem", str(dem), *QUICK)
    found = json.loads(said(capsys, *words, "--uncertainty", "12", "--json"))
    band = found["uncertainty"]
    assert band["members"] == 12
    for name in ("any_disc_fraction", "mean_disc_fraction", "longest_dark_h", "earth_fraction"):
        assert 0.0 <= band[name]["low"] <= band[name]["median"] <= band[name]["high"]
    assert band["horizon_sigma_deg"] > 0.05
    assert band["layers"][0]["correlation_m"] == pytest.approx(160.0)
    none = ("--dem-sigma", "0", "--height-sigma", "0", "--uncertainty", "2", "--json")
    exact = json.loads(said(capsys, *words, *none))
    assert exact["uncertainty"]["horizon_sigma_deg"] < 1e-9
    assert exact["uncertainty"]["any_disc_fraction"]["low"] == exact["any_disc_fraction"]
    again = json.loads(said(capsys, *words, "--uncertainty", "12", "--json"))
    assert again == found
    text = said(capsys, *words, "--dem-sigma", "0.5", "--dem-correlation", "70")
    assert "32 members" in text
    assert "finest 0.5 m, correlated over 70 m" in text.replace("\n", " ")
    assert "Seasons" in text


def test_made_up_terrain_is_marked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    dem, out, picture = (str(tmp_path / name) for name in ("s.tif", "s.json", "s.svg"))
    said(capsys, "terrain", "synth", dem, "--size", "60", "--around", "-89,0")
    words = ("site", "-89", "0", "--dem", dem, "--years", "0.1", "--step-minutes", "60")
    assert "SYNTHETIC TERRAIN" in said(capsys, *words, "--uncertainty", "3", "--plot", picture)
    assert json.loads(said(capsys, *words, "--no-plot", "--json"))["is_synthetic"]
    assert Path(picture).stat().st_size > 10_000
    assert "SYNTHETIC TERRAIN" in said(capsys, "horizon", "-89,0,2", "--dem", dem, "--out", out)
    assert "SYNTHETIC TERRAIN" in said(capsys, "site", out, *QUICK)


@pytest.mark.parametrize("verb", ["site", "horizon"])
def test_files_that_do_not_say_are_answered_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, verb: str
) -> None:
    dem = write_dem(tmp_path / "km.tif", tilted(60, 100.0, 0.1) / 1e3 + 0.5, 100.0, crs=None)
    out = ("--out", str(tmp_path / "out.json")) if verb == "horizon" else QUICK
    place = ("-90,0,2",) if verb == "horizon" else ("-90", "0")
    words = (verb, *place, "--dem", str(dem), *out)
    assert run(words) == 2
    assert "reference system" in capsys.readouterr().err
    words += ("--crs", "IAU_2015:30135")
    assert run(words) == 2
    assert "kilometres" in capsys.readouterr().err
    found = json.loads(said(capsys, *words, "--unit", "km", "--json"))
    site = found["site"] if verb == "site" else found
    assert site["ground_elevation_m"] == pytest.approx(500.0, abs=6.0)


def test_ranking_a_map(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    size, pixel_m = 60, 500.0
    crs = pyproj.CRS.from_user_input(POLAR)
    middle = (size - 1) / 2.0
    columns_rows = np.array([[1.0 / pixel_m, 0.0, middle], [0.0, -1.0 / pixel_m, middle]])
    rng = np.random.default_rng(1)
    layers = {
        "sun_any_fraction": rng.uniform(0.5, 0.7, (size, size)),
        "earth_any_fraction": np.full((size, size), 0.5),
        "slope_deg": np.full((size, size), 3.0),
        "permanent_shadow": np.zeros((size, size)),
    }
    layers["sun_any_fraction"][12, 40] = 0.9
    layers["permanent_shadow"][12, 44] = 1.0
    for name, values in layers.items():
        layer = Layer(values.astype(np.float32), crs, columns_rows, name, product="made")
        write_layer(layer, tmp_path / f"{name}.tif")
    words = ("sites", "rank", str(tmp_path), "--count", "4", "--limit", "slope_deg<8")
    found = json.loads(said(capsys, *words, "--json"))
    assert len(found["sites"]) == 4
    best = found["sites"][0]
    assert (best["row"], best["column"]) == (12, 40)
    assert best["score"] == pytest.approx(0.5 * 0.8 + (0.5 + 0.8 + 0.8) / 6.0, abs=1e-4)
    places = json.loads((tmp_path / "sites.geojson").read_text(encoding="utf-8"))
    assert len(places["features"]) == 4
    assert "30100" in places["crs"]["properties"]["name"]
    longitude, latitude = places["features"][0]["geometry"]["coordinates"]
    assert latitude == best["latitude_deg"]
    assert longitude % 360.0 == pytest.approx(best["longitude_deg"])
    with (tmp_path / "sites.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[0]["distance_to_shadow_m"]) == pytest.approx(2000.0, rel=1e-3)
    text = said(capsys, *words, "--out", str(tmp_path / "mine.csv"), "--weights", "light=1")
    assert "light, 100%: sun_any_fraction from 0.5 (0) to 1 (1)" in text
    assert (tmp_path / "mine.csv").is_file()
    assert "No site keeps" in said(capsys, *words, "--limit", "slope_deg>20")
    assert json.loads(said(capsys, "sites", "--json"))[0]["name"]
