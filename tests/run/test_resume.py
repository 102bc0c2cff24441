"""Same seed, same bytes: twice, after every kind of death, and through every kind of cut."""

import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import moonstead.run.execute as execute_module
import scenarios
from moonstead.errors import InputError, RunError
from moonstead.record.directory import RunDirectory
from moonstead.record.writer import SeriesWriter
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.surroundings import run_grid
from moonstead.units import DAY_S

# The second day ends in 64 hours of darkness: the ladder moves, sessions fail and are skipped.
DARK = {"start": "2035-11-09T00:00:00Z", "end": "2035-11-14T12:00:00Z"}


def tree(folder: Path) -> dict[str, str]:
    """Return every file below a folder with a hash of its bytes."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(autouse=True)
def _blocks_of_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute_module, "BLOCK_S", DAY_S)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "small.toml"
    path.write_text(scenarios.text(**DARK))
    return path


@pytest.fixture(scope="module")
def world(scenario: Path) -> World:
    return build_world(*read_scenario(scenario), scenario)


def quiet(done_s: float, total_s: float) -> None:
    """Take progress and do nothing."""


def finished(world: World, out: Path) -> dict[str, Any]:
    return execute_module.execute(world, RunDirectory(out), quiet)


@pytest.fixture(scope="module")
def undisturbed(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute_module, "BLOCK_S", DAY_S)
        out = tmp_path_factory.mktemp("undisturbed") / "run"
        summary = finished(world, out)
    assert summary["survival"]["hours_in_mode"]["nominal"] < 5.5 * 24.0  # it is no easy week
    return tree(out)


def reseeded(world: World, seed: int) -> World:
    run = world.scenario.run.model_copy(update={"seed": seed})
    return replace(world, scenario=world.scenario.model_copy(update={"run": run}))


def test_the_same_seed_gives_the_same_bytes(
    world: World, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    finished(world, tmp_path / "run")
    assert tree(tmp_path / "run") == undisturbed


def test_another_seed_gives_others(
    world: World, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    other = reseeded(world, 4)
    finished(other, tmp_path / "run")
    found = tree(tmp_path / "run")
    assert set(found) == set(undisturbed)
    part = "series/part-000000.parquet"
    assert found[part] != undisturbed[part]


def test_killed_again_and_again_it_ends_with_the_same_bytes(
    scenario: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    """SIGKILL in real processes, at random moments and in the middle of writes."""
    script = Path(__file__).parent / "killed.py"
    out = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, str(script), str(scenario), str(out), "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 5
    assert tree(out) == undisturbed


class Stopped(BaseException):
    """What a test throws in the way of a run."""


@pytest.mark.parametrize("block", [0, 1, 5])
@pytest.mark.parametrize("error", [KeyboardInterrupt, Stopped])
def test_stopped_between_series_and_tables_it_goes_on(
    world: World, undisturbed: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    block: int, error: type[BaseException],
) -> None:  # fmt: skip
    def stop(self: RunDirectory, number: int, *rest: Any) -> None:
        if number == block:
            raise error
        original(self, number, *rest)

    original = RunDirectory.write_tables
    with monkeypatch.context() as patch:
        patch.setattr(RunDirectory, "write_tables", stop)
        with pytest.raises(error):
            finished(world, tmp_path / "run")
    done_blocks = []

    def note(done_s: float, total_s: float) -> None:
        done_blocks.append(round(done_s / DAY_S))

    execute_module.execute(world, RunDirectory(tmp_path / "run"), note)
    assert done_blocks[0] == block  # nothing already computed is computed again
    assert tree(tmp_path / "run") == undisturbed


def test_killed_between_results_and_tidying_it_is_complete(
    world: World, undisturbed: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"

    def stop(self: Path, **_: Any) -> None:
        if self.name == "checkpoint.npz":
            raise Stopped
        original(self, **_)

    original = Path.unlink
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", stop)
        with pytest.raises(Stopped):
            finished(world, out)
    assert RunDirectory(out).is_complete
    assert finished(world, out)["survival"]
    assert tree(out) == undisturbed


def test_a_full_disk_is_told_and_what_is_done_is_kept(
    world: World, undisturbed: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = SeriesWriter.write

    def full(self: SeriesWriter, first: int, block: Any) -> None:
        if first >= 3 * 144:
            raise OSError(28, "No space left on device")
        original(self, first, block)

    with monkeypatch.context() as patch:
        patch.setattr(SeriesWriter, "write", full)
        with pytest.raises(RunError, match="No space left on device") as caught:
            finished(world, tmp_path / "run")
    assert str(tmp_path / "run") in str(caught.value)
    finished(world, tmp_path / "run")
    assert tree(tmp_path / "run") == undisturbed


def test_a_complete_run_is_not_run_again(world: World, tmp_path: Path) -> None:
    first = finished(world, tmp_path / "run")
    before = tree(tmp_path / "run")
    assert finished(world, tmp_path / "run") == first
    assert tree(tmp_path / "run") == before


def test_two_processes_do_not_write_one_run(world: World, tmp_path: Path) -> None:
    finished(world, tmp_path / "run")
    before = tree(tmp_path / "run")
    hold = (
        "import sys, fcntl; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print(1); input()"
    )
    command = [sys.executable, "-u", "-c", hold, str(tmp_path / "run" / "provenance.json")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(RunError, match="another process"):
            finished(world, tmp_path / "run")
        other.communicate(b"\n")
    assert finished(world, tmp_path / "run")["survival"]
    assert tree(tmp_path / "run") == before


def test_another_run_is_not_written_over(world: World, tmp_path: Path) -> None:
    finished(world, tmp_path / "run")
    before = tree(tmp_path / "run")
    with pytest.raises(InputError, match="seed"):
        finished(reseeded(world, 9), tmp_path / "run")
    assert tree(tmp_path / "run") == before


@pytest.mark.parametrize("month", range(1, 13))
def test_a_run_has_all_its_ticks_in_every_month(world: World, tmp_path: Path, month: int) -> None:
    """A UTC day is not 86400 s of TDB to the microsecond; the last tick must not fall out."""
    path = tmp_path / "small.toml"
    path.write_text(
        scenarios.text(start=f"2035-{month:02d}-01T00:00:00Z", end=f"2035-{month:02d}-08T00:00:00Z")
    )
    grid = run_grid(replace(world, scenario=read_scenario(path)[0]))
    assert grid.run_count == 7 * 144


def test_the_cut_into_blocks_changes_only_the_noise(world: World, tmp_path: Path) -> None:
    """Without noise the same numbers come out, whatever the length of a block."""
    sensors = world.scenario.sensors.model_copy(
        update=dict.fromkeys(type(world.scenario.sensors).model_fields, 0.0)
    )
    silent = replace(world, scenario=world.scenario.model_copy(update={"sensors": sensors}))
    found = []
    for block_s in (DAY_S, 0.75 * DAY_S, 30 * DAY_S):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(execute_module, "BLOCK_S", block_s)
            summary = finished(silent, tmp_path / f"{block_s}")
        series = RunDirectory(tmp_path / f"{block_s}").series()
        found.append(
            (summary, {name: series.read(name) for name in ("load_power_w", "mode", "t_s")})
        )
    for summary, series_of in found[1:]:
        assert summary == found[0][0]
        for name, values in series_of.items():
            np.testing.assert_array_equal(values, found[0][1][name])
