"""The verb terrain, through the command line's own door."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from moonstead.cli.main import run
from moonstead.environment.terrain import catalogue, fetch

POLAR = "+proj=stere +lat_0=-90 +lon_0=0 +R=1737400 +units=m +no_defs"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("MOONSTEAD_OFFLINE", raising=False)
    monkeypatch.setenv("MOONSTEAD_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "terrain"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    status = run(words)
    captured = capsys.readouterr()
    assert status == 0, captured.err
    return captured.out


def refused(capsys: pytest.CaptureFixture[str], status: int, *words: str) -> str:
    assert run(words) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Stand in for the archives: what is asked of them comes from a file here."""
    path = tmp_path / "served.tif"
    with rasterio.open(
        path, "w", driver="GTiff", dtype="float32", count=1, height=20, width=30, crs=POLAR,
        nodata=-1.0, transform=Affine(100.0, 0.0, -1500.0, 0.0, -100.0, 1000.0),
    ) as file:  # fmt: skip
        heights = np.linspace(0.0, 599.0, 600, dtype=np.float32).reshape(20, 30)
        heights[0, :6] = -1.0
        file.write(heights, 1)

    def from_here(address: str, target: Path, _partial: Path, *_: object) -> None:
        target.write_bytes(path.read_bytes())

    monkeypatch.setattr(fetch, "download", from_here)
    return path


@pytest.mark.parametrize("command", [(), ("list",), ("fetch",), ("info",), ("synth",)])
def test_every_command_has_help(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    text = said(capsys, "terrain", *command, "--help")
    assert " ".join(["Usage: moonstead terrain", *command]) in text


def test_list_tells_what_is_known_and_what_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "terrain", "list", "pgda", "site")
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if "_5m " in line}
    assert rows["site01_5m"] == ["in", "the", "file", "5", "41", "known", "asked"]
    assert rows["site20_5m"] == ["in", "the", "file", "5", "?", "?", "listed"]
    assert "ldem_16" not in text
    assert "27 products, 0 of them in" in text


def test_list_by_place(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(said(capsys, "terrain", "list", "--at", "-89.45,222.8", "--json"))
    names = [row["name"] for row in rows]
    assert {"ldem_875s_5m", "ldem_64", "sldem2013_s89e222"} < set(names)
    assert "ldem_875n_5m" not in names
    assert [row["pixel_m"] for row in rows] == sorted(row["pixel_m"] for row in rows)
    assert set(rows[0]) == {
        "name", "title", "address", "mirrors", "label_address", "area_deg", "pixel_m",
        "projection", "form", "size_bytes", "sha256", "label_sha256", "evidence", "seen_in",
        "licence", "citation", "is_cached",
    }  # fmt: skip
    assert "write LAT,LON" in refused(capsys, 2, "terrain", "list", "--at", "north")


def test_fetch_then_info_then_offline(
    capsys: pytest.CaptureFixture[str], served: Path, cache: Path
) -> None:
    sha256 = hashlib.sha256(served.read_bytes()).hexdigest()
    text = said(capsys, "terrain", "fetch", "DM2_5m")
    assert f"SHA-256 {sha256}, trusted at this first fetch" in text
    assert "cite Barker et al. 2021" in text
    (row,) = json.loads(said(capsys, "terrain", "fetch", "dm2_5m", "--offline", "--json"))
    assert row == {
        "name": "dm2_5m",
        "file": str(cache / "dm2_5m" / "DM2_final_adj_5mpp_surf.tif"),
        "label_file": None,
        "sha256": sha256,
        "proof": "first fetch",
        "was_cached": True,
    }
    assert "yes" in said(capsys, "terrain", "list", "dm2")
    text = said(capsys, "terrain", "info", "dm2_5m")
    assert "Nobile rim 2" in text
    assert "heights 6.0 to 599.0 m" in text


def test_info_of_a_file(capsys: pytest.CaptureFixture[str], served: Path) -> None:
    found = json.loads(said(capsys, "terrain", "info", str(served), "--json"))
    assert found["product"] is None
    (layer,) = found["layers"]
    assert layer["authority"] == "IAU_2015:30135"
    assert (layer["rows"], layer["columns"], layer["pixel_m"]) == (20, 30, 100.0)
    assert (layer["lowest_m"], layer["highest_m"]) == (6.0, 599.0)
    assert layer["missing_fraction"] == pytest.approx(0.01)
    assert layer["south_deg"] == -90.0
    corner_m = np.hypot(1500.0, 1000.0)
    edge_deg = np.degrees(2.0 * np.arctan(corner_m / 2.0 / 1_737_400.0)) - 90.0
    assert layer["north_deg"] == pytest.approx(edge_deg, abs=1e-9)
    assert (layer["west_deg"], layer["east_deg"]) == (0.0, 360.0)
    assert layer["sha256"] == hashlib.sha256(served.read_bytes()).hexdigest()


def test_info_of_what_is_not_here(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = said(capsys, "terrain", "info", "haworth_5m")
    assert "SHA-256: unknown" in text
    assert "moonstead terrain fetch haworth_5m brings it" in text
    found = json.loads(said(capsys, "terrain", "info", "haworth_5m", "--json"))
    assert found["product"]["size_bytes"] == 142_123_767
    assert found["layers"] == []
    assert "did you mean" in refused(capsys, 2, "terrain", "info", "hawort_5m")
    assert "no such file" in refused(capsys, 2, "terrain", "info", str(tmp_path / "no.tif"))


def test_info_crosses_the_meridian(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = str(tmp_path / "x.tif")
    said(capsys, "terrain", "synth", out, "--around", "10,0", "--size", "64", "--pixel", "500")
    (layer,) = json.loads(said(capsys, "terrain", "info", out, "--json"))["layers"]
    half_deg = np.degrees(16e3 / 1_737_400.0)
    assert layer["west_deg"] == pytest.approx(360.0 - half_deg, abs=0.02)
    assert layer["east_deg"] == pytest.approx(half_deg, abs=0.02)
    assert layer["north_deg"] == pytest.approx(10.0 + half_deg, abs=0.02)
    assert layer["authority"] == ""


def test_wrong_names_are_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    error = refused(capsys, 2, "terrain", "fetch", "site1_5m")
    assert 'no elevation model has this name; did you mean "site' in error


def test_what_cannot_be_fetched_is_status_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOONSTEAD_OFFLINE", "1")
    error = refused(capsys, 1, "terrain", "fetch", "dm1_5m")
    assert "the network is switched off" in error
    assert error.count("\n") == 1


def test_an_interrupted_fetch_is_status_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch, "download", interrupted)
    assert run(("terrain", "fetch", "dm1_5m")) == 130
    assert "stopped by the user" in capsys.readouterr().err


def test_content_that_is_not_the_catalogues_is_status_1(
    capsys: pytest.CaptureFixture[str], served: Path
) -> None:
    error = refused(capsys, 1, "terrain", "fetch", "site01_5m")
    known = catalogue.find_product("site01_5m").sha256
    assert f"does not have the SHA-256 {known}" in error


def test_synth_says_what_it_made(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "s.tif"
    words = ("terrain", "synth", str(out), "--seed", "9", "--size", "64", "--pixel", "20")
    found = json.loads(said(capsys, *words, "--ground", "mare", "--json"))
    assert found["product"].startswith("SYNTHETIC terrain, seed 9, mare, 64 pixels of 20 m about")
    with rasterio.open(out) as file:
        heights = file.read(1)
        assert file.tags()["SYNTHETIC"] == "YES"
    assert (found["lowest_m"], found["highest_m"]) == (heights.min(), heights.max())
    assert found["heights_sha256"] == hashlib.sha256(heights.tobytes()).hexdigest()
    first = out.read_bytes()
    assert "SYNTHETIC terrain, seed 9" in said(capsys, *words, "--ground", "mare")
    assert out.read_bytes() == first
    said(capsys, *words, "--cog", "--sidecar")
    assert (tmp_path / "s.prj").exists()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--size", "4"), "size = 4: write 16 to 8192 pixels"),
        (("--pixel", "-5"), "pixel_m = -5.0: write 0.1 to 2000 m"),
        (("--around", "95,0"), "write -90 to 90 degrees"),
        (("--ground", "sea"), "'sea' is not one of"),
    ],
)
def test_synth_refuses_what_cannot_be(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    error = refused(capsys, 2, "terrain", "synth", str(tmp_path / "s.tif"), *words)
    assert expected in error
    assert "folder that exists" in refused(
        capsys, 2, "terrain", "synth", str(tmp_path / "no" / "s.tif")
    )
    assert list(tmp_path.glob("*.tif")) == []
