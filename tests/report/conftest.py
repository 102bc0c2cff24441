"""A real run of two days, made once."""

from pathlib import Path

import pytest
from markupsafe import Markup

from moonstead.record.directory import RunDirectory
from moonstead.report import page
from moonstead.run.execute import execute
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.examples import scenario_path


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """Run two days of the reference scenario, through everything."""
    folder: Path = tmp_path_factory.mktemp("report")
    text = scenario_path("ilrs-basic").read_text(encoding="utf-8")
    short = text.replace("end = 2036-01-01T00:00:00Z", "end = 2035-01-03T00:00:00Z")
    assert short != text
    file = folder / "two-days.toml"
    file.write_text(short, encoding="utf-8")
    scenario, read = read_scenario(file)
    directory = RunDirectory(folder / "run")
    execute(build_world(scenario, read, file), directory, lambda done, total: None)
    return directory


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the pictures out of a page whose words alone are looked at.

    Runs of the same kinds are drawn in ``test_report_edges.py``.
    """
    for name in [name for name in vars(page) if name.startswith("draw_")]:
        monkeypatch.setattr(page, name, lambda *story, **more: Markup())
