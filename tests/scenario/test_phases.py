"""The ILRS phases: scenarios that are what they say; their years are run by hand (see the docs)."""

import re
from pathlib import Path
from typing import Any

import pytest

import moonstead.run.execute as execute_module
from moonstead.record.directory import RunDirectory
from moonstead.report.page import write_report
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.examples import scenario_path

PHASES = ("ilrs-orbital", "ilrs-construction", "ilrs-crewed")


def scenario(name: str) -> Any:
    return read_scenario(scenario_path(name))[0]


@pytest.mark.parametrize("name", [*PHASES, "ilrs-full"])
def test_every_number_has_its_source(name: str) -> None:
    bare = [
        line
        for line in scenario_path(name).read_text().splitlines()
        if re.match(r'\w+ = "?-?[\d.]+(e-?\d+)?( [\w/]+)?"?\s*$', line)
        and not re.match(r"(format|seed|step_s|decision_interval_s) =", line)
    ]
    assert bare == []


def test_the_phases_follow_one_another_and_the_full_run_covers_them() -> None:
    runs = [scenario(name).run for name in PHASES]
    full = scenario("ilrs-full").run
    assert [run.end for run in runs[:-1]] == [run.start for run in runs[1:]]
    assert (full.start, full.end) == (runs[0].start, runs[-1].end)


def test_each_phase_begins_with_what_the_one_before_left() -> None:
    full = {element.name: element for element in scenario("ilrs-full").element}
    for name in PHASES:
        phase = scenario(name)
        there = {
            element.name
            for element in full.values()
            if (element.retires is None or element.retires > phase.run.start)
            and (element.arrives is None or element.arrives < phase.run.end)
            and not (element.type == "cargo" and element.arrives <= phase.run.start)
        }
        assert {element.name for element in phase.element} == there
        for element in phase.element:
            same = full[element.name]
            assert (element.type, element.mass_kg) == (same.type, same.mass_kg)
            if element.arrives is not None:
                assert element.arrives == same.arrives
            else:
                assert same.arrives is None or same.arrives <= phase.run.start


def test_the_crewed_phase_begins_and_its_report_is_written(tmp_path: Path) -> None:
    """Half a year of it, in long steps: the habitat lands and is built, and nothing is lost."""
    text = scenario_path("ilrs-crewed").read_text()
    path = tmp_path / "begin.toml"
    path.write_text(text.replace("end = 2041-01-01T00:00:00Z", "end = 2036-04-20T00:00:00Z"))
    world = build_world(*read_scenario(path), path)
    directory = RunDirectory(tmp_path / "run")
    summary = execute_module.execute(world, directory, lambda done_s, total_s: None)
    assert summary["balances_close"]
    assert summary["survival"]["elements_lost"] == []
    happened = {(event["kind"], event["subject"]) for event in directory.events()}
    assert ("commissioned", "habitat") in happened
    page = write_report(directory).read_text()
    assert "habitat has landed" in page.lower()
