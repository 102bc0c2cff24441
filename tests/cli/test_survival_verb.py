"""The verb survival, through the command line's own door."""

import json
from pathlib import Path

import pytest

import scenarios
from moonstead.cli.main import run


@pytest.fixture
def written(tmp_path: Path) -> Path:
    parts = (scenarios.PARTNER, scenarios.NETWORK, scenarios.HUB, scenarios.POWER, scenarios.CAMERA)
    text = scenarios.text(
        scenarios.SITE, *parts, start="2035-01-22T00:00:00Z", end="2035-01-23T00:00:00Z"
    )
    path = tmp_path / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_survival_tells_its_chances_and_leaves_a_page(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ("survival", str(written), "--years", "0.01", "--missions", "1", "--rates", "1,3")
    assert run((*words, "--processes", "1", "--out", str(out))) == 0
    told = capsys.readouterr().out
    assert "0.0250 to 1.0000" in told  # Clopper and Pearson for 1 of 1
    assert "everything in the catalogue of faults" in told
    page = (out / "survival.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    fleets = json.loads((out / "survival.json").read_text(encoding="utf-8"))["fleets"]
    assert [fleet["no_loss"]["missions"] for fleet in fleets] == [1, 1]
