"""The page on the record runs as it stands, on a real run."""

import re
from pathlib import Path

import pytest

import scenarios
from moonstead.record.directory import RunDirectory
from moonstead.run.execute import execute
from moonstead.scenario.build import build_world, read_scenario

PAGE = Path(__file__).parents[2] / "docs" / "record.md"


def test_the_code_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "small.toml"
    file.write_text(scenarios.text(start="2035-01-01T00:00:00Z", end="2035-01-04T00:00:00Z"))
    world = build_world(*read_scenario(file), file)
    execute(world, RunDirectory(tmp_path / "run"), lambda _done_s, _total_s: None)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102
    assert names["loads"].sizes["utc"] == 432
    assert len(names["hours"].t_s) == 36
    assert names["year"].low.max() <= names["year"].high.max()
