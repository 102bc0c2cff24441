"""A run whose envelope was damaged while it was stopped goes on, and ends with the same bytes."""

from pathlib import Path
from typing import Any

import pytest
from test_resume import DARK, Stopped, finished, tree

import moonstead.run.execute as execute_module
import scenarios
from moonstead.record.directory import RunDirectory
from moonstead.scenario.build import build_world, read_scenario
from moonstead.units import DAY_S


def test_a_damaged_envelope_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(execute_module, "BLOCK_S", DAY_S)
    scenario = tmp_path / "small.toml"
    scenario.write_text(scenarios.text(**{**DARK, "end": "2035-11-13T12:00:00Z"}))
    world = build_world(*read_scenario(scenario), scenario)
    finished(world, tmp_path / "undisturbed")

    def stop(self: RunDirectory, number: int, *rest: Any) -> None:
        if number == 3:
            raise Stopped
        original(self, number, *rest)

    original = RunDirectory.write_tables
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(RunDirectory, "write_tables", stop)
        with pytest.raises(Stopped):
            finished(world, out)
    envelope = out / "envelope.npy"
    envelope.write_bytes(envelope.read_bytes()[:1000])
    finished(world, out)
    assert "made again from the series" in caplog.text
    assert tree(out) == tree(tmp_path / "undisturbed")
