"""The verbs site, sites, sky and horizon, through the command line's own door."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from moonstead.cli.main import VERBS, run
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.site import Site
from moonstead.environment.timescale import from_utc

POLAR = "+proj=stere +lat_0=-90 +lon_0=0 +R=1737400 +units=m +no_defs"
SITE_KEYS = {
    "site", "start_utc", "end_utc", "step_s", "any_disc_fraction", "mean_disc_fraction",
    "longest_dark_h", "longest_dark_start_utc", "earth_fraction", "mean_earth_fraction",
    "longest_earth_absence_h", "longest_earth_absence_start_utc", "eclipse_h", "eclipse_loss_h",
    "months", "longest_light_h", "longest_light_start_utc", "seasons", "horizon", "ground",
    "source", "is_synthetic", "uncertainty", "plot_file",
}  # fmt: skip


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(words) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


@pytest.fixture
def flat_dem(tmp_path: Path) -> Path:
    path = tmp_path / "flat.tif"
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, height=200, width=200, crs=POLAR,
        transform=Affine(200.0, 0.0, -20e3, 0.0, -200.0, 20e3),
    ) as file:  # fmt: skip
        file.write(np.full((200, 200), 500.0, dtype=np.float32), 1)
    return path


def test_help_is_quick_and_lists_every_verb() -> None:
    begin_s = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", "from moonstead.cli.main import main; main()", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    took_s = time.perf_counter() - begin_s
    assert took_s < 1.5  # 0.1 s on an idle machine; heavy imports would take 2 s and more
    assert all(verb in done.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", ["site", "sites", "sky", "horizon"])
def test_every_verb_has_help(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    assert "Usage: moonstead " + verb in said(capsys, verb, "--help")


def test_sites_lists_the_profiles(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(said(capsys, "sites", "--json"))
    ridge = next(row for row in rows if row["name"] == "connecting-ridge-10m")
    assert ridge["latitude_deg"] == pytest.approx(-89.4546, abs=0.001)
    assert ridge["longitude_deg"] == pytest.approx(222.819, abs=0.05)
    assert ridge["height_m"] == 10.0
    assert len(ridge["source"][0]["sha256"]) == 64
    assert "connecting-ridge-10m" in said(capsys, "sites")


def test_site_sums_up_and_plots(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("site", "connecting-ridge-10m", "--start", "2035-01-01", "--years", "1")
    found = json.loads(said(capsys, *words, "--json", "--step-minutes", "60"))
    assert set(found) == SITE_KEYS
    assert 0.9 < found["any_disc_fraction"] < 1.0
    assert len(found["months"]) == 12
    assert found["plot_file"] == "connecting-ridge-10m-light.png"
    assert (tmp_path / "connecting-ridge-10m-light.png").read_bytes().startswith(b"\x89PNG")
    text = said(capsys, *words, "--step-minutes", "60", "--plot", "ridge.svg")
    assert (tmp_path / "ridge.svg").read_text(encoding="utf-8").startswith("<?xml")
    for key in ("any_disc_fraction", "longest_dark_h", "earth_fraction", "Picture: ridge.svg"):
        assert key in text
    assert f"{found['any_disc_fraction']:.4f}" in text


def test_no_plot_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = json.loads(
        said(capsys, "site", "shackleton-floor", "--years", "0.1", "--no-plot", "--json")
    )
    assert found["plot_file"] is None
    assert found["any_disc_fraction"] == 0.0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["-89.45,222.8,10", "89.45S,222.8E,10", "89.45s, 137.2W, 10 m"])
def test_sky_by_coordinates(capsys: pytest.CaptureFixture[str], place: str) -> None:
    found = json.loads(said(capsys, "sky", place, "--at", "2035-01-01T00:00:00Z", "--json"))
    site = Site("x", -89.45, 222.8, 0.0, 10.0)
    earth = load_ephemeris().view(site, "earth", [from_utc("2035-01-01")])
    assert found["earth"]["azimuth_deg"] == pytest.approx(float(earth.azimuth_deg[0]))
    assert found["earth"]["distance_m"] == pytest.approx(float(earth.distance_m[0]))
    assert found["earth"]["visible_fraction"] is None
    assert found["sun"]["angular_radius_deg"] == pytest.approx(0.271, abs=0.001)


def test_sky_of_a_named_site_tells_what_is_above_the_terrain(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("sky", "shackleton-floor", "--at", "2036-08-07T02:00:00Z")
    found = json.loads(said(capsys, *words, "--json"))
    assert found["sun"]["visible_fraction"] == 0.0
    assert found["eclipse_fraction"] == 1.0
    text = said(capsys, *words)
    assert "0.0 %" in text
    assert "hides 100.0 %" in text


def test_horizon_of_own_terrain_can_be_used_as_a_site(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, flat_dem: Path
) -> None:
    out = tmp_path / "mine.json"
    words = ("horizon", "-89.9,10,20", "--dem", str(flat_dem), "--out", str(out))
    found = json.loads(said(capsys, *words, "--name", "my-flat", "--json"))
    assert found["ground_elevation_m"] == pytest.approx(500.0)
    assert found["lowest_horizon_deg"] == pytest.approx(-0.2747, abs=0.002)  # sqrt(2 h / R)
    sky = json.loads(said(capsys, "sky", str(out), "--at", "2035-01-01", "--json"))
    assert sky["site"]["name"] == "my-flat"
    assert sky["sun"]["visible_fraction"] is not None


def test_wrong_input_gives_one_clear_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, flat_dem: Path
) -> None:
    at = ("--at", "2035-01-01")
    out = ("--out", str(tmp_path / "x.json"))
    cases = [
        (("sky", "-91,0", *at), "write -90 to 90 degrees"),
        (("sky", "-89.45,222.8,-5", *at), "write 0 to 100000 metres"),
        (("sky", "-89,abc", *at), "write LAT,LON[,HEIGHT]"),
        (("sky", "-89S,10", *at), "write a sign or N or S"),
        (("sky", "-89,10", "--at", "yesterday"), "is not a date"),
        (("sky", "-89,10", "--at", "2200-01-01"), "outside the ephemeris"),
        (("sky", "shakleton-floor", *at), 'did you mean "shackleton-floor"?'),
        (("site", "connecting-ridge-9m", "--no-plot"), "did you mean"),
        (("site", "absent.json"), "no such file"),
        (("site", "shackleton-floor", "--plot", "x.gif"), ".png, .svg or .pdf"),
        (("site", "shackleton-floor", "--plot", "no/such/x.png"), "a folder that exists"),
        (("site", "shackleton-floor", "--years", "-1"), "--years"),
        (("site", "shackleton-floor", "--no-plot", "--years", "200"), "outside the ephemeris"),
        (("site", "-89.9", "10", "--no-plot"), "add --dem FILE"),
        (("site", "-89.9", "10", "20", "30", "--dem", str(flat_dem)), "write LAT,LON[,HEIGHT]"),
        (("site", "-89.9,10,5", "--height", "3", "--dem", str(flat_dem)), "give it once"),
        (("site", "-89.9", "10", "--height", "-3", "--dem", str(flat_dem)), "--height"),
        (("site", "shackleton-floor", "--dem", str(flat_dem)), "write LAT LON instead"),
        (("site", "shackleton-floor", "--height", "3"), "write LAT LON instead"),
        (("site", "shackleton-floor", "--uncertainty"), "errors of terrain need the terrain"),
        (("site", "-60", "0", "--dem", str(flat_dem)), "outside the terrain"),
        (
            ("site", "-89.9", "10", "--yeers", "3", "--dem", str(flat_dem)),
            "No such option",
        ),
        (("site", "-89.9", "10", "--dem", str(flat_dem), "--unit", "miles"), 'give "m" or "km"'),
        (("sites", "rank", str(tmp_path / "no")), "is no folder"),
        (("sites", "rank", str(tmp_path)), "the map has no such layer"),
        (("sites", "rank", str(tmp_path), "--weights", "light"), "light=3,earth=1"),
        (("sites", "rank", str(tmp_path), "--weights", "lite=1"), "no such criterion"),
        (("sites", "rank", str(tmp_path), "--limit", "slope=3"), "slope_deg<8"),
        (("sites", "rank", str(tmp_path), "--out", "x.shp"), ".geojson or .csv"),
        (("horizon", "-60,0,2", "--dem", str(flat_dem), *out), "outside the terrain"),
        (("horizon", "-89.9,0,2", "--dem", str(tmp_path / "no.tif"), *out), "no such file"),
        (("horizon", "-89.9,0,2", "--dem", str(flat_dem), "--out", "no/x.json"), "--out"),
        (("sky",), "Missing argument"),
        (("skye",), "No such command"),
    ]
    for words, expected in cases:
        assert expected in refused(capsys, *words), words


def test_a_disk_that_cannot_be_written_is_status_1(
    capsys: pytest.CaptureFixture[str], flat_dem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "mine.json")

    monkeypatch.chdir(flat_dem.parent)
    monkeypatch.setattr("os.fsync", full)
    assert run(("horizon", "-89.9,0,2", "--dem", str(flat_dem), "--out", "mine.json")) == 1
    assert capsys.readouterr().err == "error: mine.json: No space left on device\n"


def test_an_interrupt_is_status_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("moonstead.cli.sky.load_ephemeris", interrupted)
    assert run(("sky", "-89,0", "--at", "2035-01-01")) == 130
    assert "stopped by the user" in capsys.readouterr().err
