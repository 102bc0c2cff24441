"""`moonstead compare` as a user types it, on real runs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import scenarios
from moonstead.cli import comparison
from moonstead.cli.main import run
from moonstead.record.directory import RunDirectory
from moonstead.run.execute import execute
from moonstead.scenario.build import build_world, read_scenario

EXTRA = """
[[element]]
type = "instrument"
name = "sky-camera"
partner = "cnsa"
mass_kg = 9
observing_power_w = 12
standby_power_w = 2
rate_bit_per_s = "20 kbit/s"
recorder = "hub"
[element.thermal]
heat_capacity_j_per_k = 1e4
radiating_area_m2 = 0.3
emissivity = 0.05
survival_min_k = 220
heater_power_w = 8
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of runs of two days: the base, one with another seed, one of a larger station."""
    folder = tmp_path_factory.mktemp("runs")
    text = scenarios.text(start="2035-03-01T00:00:00Z", end="2035-03-03T00:00:00Z")
    larger = text.replace("area_m2 = 4\n", "area_m2 = 5\n").replace(
        "mass_kg = 90\n", "mass_kg = 91\n"
    )
    assert larger != text
    for name, scenario in (
        ("base", text),
        ("seed", text.replace("seed = 3", "seed = 9")),
        ("larger", larger + EXTRA),
        ("longer", text.replace("2035-03-03", "2035-03-04")),
    ):
        file = folder / f"{name}.toml"
        file.write_text(scenario)
        world = build_world(*read_scenario(file), file)
        execute(world, RunDirectory(folder / name), lambda _done_s, _total_s: None)
    return folder


def compared(runs: Path, a: str, b: str, capsys: Any, *options: str) -> tuple[int, str]:
    capsys.readouterr()
    status = run(["compare", str(runs / a), str(runs / b), *options])
    said = capsys.readouterr()
    assert said.err == ""
    return status, said.out


def test_equal_runs_are_equal(runs: Path, tmp_path: Path, capsys: Any) -> None:
    shutil.copytree(runs / "base", tmp_path / "copy")
    assert run(["compare", str(runs / "base"), str(tmp_path / "copy")]) == 0
    assert "Equal: the same was put in, and the same came out." in capsys.readouterr().out
    status, said = compared(runs, "base", "base", capsys, "--json")
    assert status == 0
    assert json.loads(said)["equal"] is True


def test_another_seed(runs: Path, capsys: Any) -> None:
    status, said = compared(runs, "base", "seed", capsys)
    assert status == 1
    assert "INPUTS  1 differs\n  seed  3 -> 9\n" in said
    assert "margin_fraction" in said


def test_a_larger_station(runs: Path, capsys: Any) -> None:
    status, said = compared(runs, "base", "larger", capsys)
    assert status == 1
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert 'element "array".area_m2 4 -> 5' in lines
    assert 'element "sky-camera" only in B: instrument' in lines
    assert any(line.startswith("only in B: ") and "sky-camera.standby" in line for line in lines)
    assert any(line.startswith("source_power_w/array ") for line in lines)
    assert max(len(line) for line in said.splitlines()) < 200
    status, back = compared(runs, "larger", "base", capsys, "--json")
    told = json.loads(back)
    assert status == 1
    assert "load_power_w/sky-camera.standby" in told["series"]["only_a"]
    places = {d["place"]: (d["a"], d["b"]) for d in told["inputs"]}
    assert places['element "array".area_m2'] == (5, 4)
    assert {"change", "relative", "weight"} < set(told["results"][0])


def test_a_longer_run_is_the_same_as_far_as_both_go(runs: Path, capsys: Any) -> None:
    status, said = compared(runs, "base", "longer", capsys, "--json")
    told = json.loads(said)
    assert status == 1
    assert {"end_utc", "steps"} == {d["place"] for d in told["inputs"]}
    apart = {d["name"] for d in told["series"]["differences"]}
    assert not any(name.startswith("sun_") for name in apart)


def test_a_generous_tolerance_and_the_whole_list(
    runs: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "_MOST", 3)
    short = compared(runs, "base", "larger", capsys)[1]
    long = compared(runs, "base", "larger", capsys, "--all")[1]
    few = compared(runs, "base", "larger", capsys, "--tolerance", "0.5")[1]
    assert "--all lists them" in short
    assert "--all lists them" not in long
    assert len(long.splitlines()) > len(short.splitlines()) > len(few.splitlines())


@pytest.mark.parametrize(
    "damage",
    [
        shutil.rmtree,
        lambda path: (path / "summary.json").unlink(),
        lambda path: (path / "summary.json").write_text("[]"),
        lambda path: (path / "summary.json").write_text("{}"),
        lambda path: (path / "series.json").write_text("{}"),
        lambda path: (path / "series" / "part-000000.parquet").write_bytes(b"no"),
        lambda path: (path / "events" / "part-000000.parquet").unlink(),
        lambda path: (path / "provenance.json").write_text('{"format": 2}'),
        lambda path: (path / "provenance.json").write_text('{"format": 1}'),
    ],
)
def test_what_is_no_whole_run_is_bad_input(
    runs: Path, tmp_path: Path, capsys: Any, damage: Any
) -> None:
    shutil.copytree(runs / "seed", tmp_path / "bad")
    damage(tmp_path / "bad")
    for pair in ((runs / "base", tmp_path / "bad"), (tmp_path / "bad", runs / "base")):
        capsys.readouterr()
        assert run(["compare", *map(str, pair)]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("error: ")
        assert str(tmp_path / "bad") in said.err
        assert len(said.err.splitlines()) == 1


def test_a_tolerance_is_a_share(runs: Path) -> None:
    assert run(["compare", str(runs / "base"), str(runs / "base"), "--tolerance", "-1"]) == 2
    assert run(["compare", str(runs / "base")]) == 2
