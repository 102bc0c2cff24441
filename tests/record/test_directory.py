"""A run directory that is damaged, anywhere, is told of in one message; none is a traceback."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import moonstead.run.execute as execute_module
import scenarios
from moonstead.cli.main import run
from moonstead.errors import MoonsteadError, RecordError
from moonstead.quantities import quantities
from moonstead.record.directory import RunDirectory
from moonstead.record.files import write_atomically, write_json
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.units import DAY_S


@pytest.fixture(scope="module")
def half_and_whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A scenario file, its run stopped after two blocks of four, and the same run complete."""
    folder = tmp_path_factory.mktemp("runs")
    file = folder / "small.toml"
    file.write_text(scenarios.text(start="2035-03-01T00:00:00Z", end="2035-03-05T00:00:00Z"))
    world = build_world(*read_scenario(file), file)

    def stop(done_s: float, total_s: float) -> None:
        if done_s >= 2 * DAY_S:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute_module, "BLOCK_S", DAY_S)
        with pytest.raises(KeyboardInterrupt):
            execute_module.execute(world, RunDirectory(folder / "half"), stop)
        execute_module.execute(world, RunDirectory(folder / "whole"), lambda done_s, total_s: None)
    return file, folder / "half", folder / "whole"


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garble(path: Path) -> None:
    path.write_bytes(bytes(255 - byte for byte in path.read_bytes()))


def delete(path: Path) -> None:
    path.unlink()


DAMAGES: tuple[Callable[[Path], None], ...] = (truncate, empty, garble, delete)
TOLD_FILES = (
    "provenance.json", "summary.json", "events/part-000001.parquet", "plan/part-000000.parquet",
    "series.json", "series/part-000000.parquet", "series/part-000002.parquet",
)  # fmt: skip


def read_everything(folder: Path) -> None:
    directory = RunDirectory(folder)
    directory.provenance()
    directory.summary()
    directory.events()
    directory.plan()
    series = directory.series()
    for name in ("load_power_w", "margin_fraction"):
        series.channels(name)
        assert not np.isnan(series.read(name)).any()
    series.read("t_s")


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", TOLD_FILES)
def test_each_damaged_file_is_told(
    half_and_whole: tuple[Path, Path, Path], tmp_path: Path, file: str, damage: Any
) -> None:
    shutil.copytree(half_and_whole[2], tmp_path / "run")
    read_everything(tmp_path / "run")
    damage(tmp_path / "run" / file)
    with pytest.raises(RecordError) as caught:
        read_everything(tmp_path / "run")
    message = str(caught.value)
    assert str(tmp_path / "run") in message
    assert "\n" not in message


def every_file(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("which", ["half", "whole"])
def test_no_damage_to_any_file_is_a_traceback(
    half_and_whole: tuple[Path, Path, Path], tmp_path: Path, damage: Any, which: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Resume, or read again, with each file of the directory damaged in turn."""
    scenario, half, whole = half_and_whole
    folder = half if which == "half" else whole
    world = build_world(*read_scenario(scenario), scenario)
    monkeypatch.setattr(execute_module, "BLOCK_S", DAY_S)
    for file in every_file(folder):
        place = tmp_path / "run"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(folder, place)
        damage(place / file)
        error = error_of(world, place) if which == "half" else error_of(None, place)
        if error is not None:
            assert str(place) in str(error), file
            assert error.exit_status in {1, 2}
            assert "\n" not in str(error)


def error_of(world: World | None, place: Path) -> MoonsteadError | None:
    """Resume a run, or read one where no world is given; return what it is told, if anything."""
    try:
        if world is None:
            read_everything(place)
        else:
            execute_module.execute(world, RunDirectory(place), lambda done_s, total_s: None)
    except MoonsteadError as error:
        return error
    return None


@pytest.mark.parametrize("damage", [truncate, delete])
def test_the_report_verb_tells_damage_in_a_line(
    half_and_whole: tuple[Path, Path, Path], tmp_path: Path, capsys: Any, damage: Any
) -> None:
    for file in TOLD_FILES:
        place = tmp_path / "run"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(half_and_whole[2], place)
        damage(place / file)
        status = run(["report", str(place)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        assert status == 1, file
        assert said.err.startswith("error: "), file
        assert len(said.err.strip().splitlines()) == 1


def test_what_is_no_run_is_told(tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("hello")
    write_json_at = tmp_path / "old"
    write_json_at.mkdir()
    write_json(write_json_at / "provenance.json", {"format": 0})
    for name in ("empty", "file", "old", "missing"):
        with pytest.raises(RecordError):
            RunDirectory(tmp_path / name).provenance()
        assert run(["report", str(tmp_path / name)]) in {1, 2}
        said = capsys.readouterr()
        assert said.out == ""
        assert name in said.err
        assert "Traceback" not in said.err


def test_every_recorded_series_is_in_the_table_of_quantities(
    half_and_whole: tuple[Path, Path, Path],
) -> None:
    told = json.loads((half_and_whole[2] / "series.json").read_text())["quantities"]
    assert len(told) > 10
    for name, quantity in told.items():
        assert quantity["unit"] == quantities()[name].unit
        assert quantity["meaning"] == quantities()[name].meaning


def test_the_series_add_up_to_the_summary(half_and_whole: tuple[Path, Path, Path]) -> None:
    """Energy by load and source, from the recorded series alone, in float64."""
    directory = RunDirectory(half_and_whole[2])
    summary, series = directory.summary(), directory.series()
    for quantity, table, key in (
        ("load_power_w", "loads", "used_kwh"),
        ("source_power_w", "sources", "drawn_kwh"),
    ):
        for name in series.channels(quantity):
            total_j = series.read(quantity, name).sum(dtype=np.float64) * 600.0
            assert total_j / 3.6e6 == pytest.approx(summary["energy"][table][name][key], rel=1e-6)
    for name in series.channels("store_energy_j"):
        end_j = float(series.read("store_energy_j", name)[-1])
        assert end_j / 3.6e6 == pytest.approx(summary["stores"][name]["end_kwh"], rel=1e-6)


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(OSError, match="No space"):
            write_atomically(path, b"new and longer")
    assert path.read_bytes() == b"old"
    write_atomically(path, b"new and longer")
    assert path.read_bytes() == b"new and longer"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_no_record_holds_a_number_that_json_has_not(tmp_path: Path) -> None:
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not JSON compliant"):
            write_json(tmp_path / "file", {"x": bad})
    assert list(tmp_path.iterdir()) == []
