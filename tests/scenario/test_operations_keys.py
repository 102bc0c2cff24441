"""Levels, people and commands in a scenario: what is read, and what is told of mistakes."""

from pathlib import Path

import pytest

import scenarios
from moonstead.errors import InputError
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.model import Scenario

GOOD = """
[autonomy]
level = "E2"
data = "D1"
faults = "F1"

[[autonomy.element]]
name = "camera"
level = "E4"

[ground]
upload_interval_s = "2 day"
contact_every_s = "12 h"
contact_for_s = "2 h"

[[ground.silence]]
from = 2035-03-02
until = 2035-03-03T12:00:00Z
partner = "cnsa"

[[command]]
at = 2035-03-01T06:00:00Z
partner = "cnsa"
kind = "start"
target = "watch-3"
"""


def read(folder: Path, *more: str) -> Scenario:
    path = folder / "scenario.toml"
    path.write_text(scenarios.text() + "".join(more))
    return read_scenario(path)[0]


def told(folder: Path, *more: str) -> list[tuple[str, str]]:
    path = folder / "scenario.toml"
    path.write_text(scenarios.text() + "".join(more))
    with pytest.raises(InputError) as caught:
        build_world(*read_scenario(path), path)
    return [(p.path, p.remedy) for p in caught.value.problems]


def test_levels_and_people_are_read(tmp_path: Path) -> None:
    scenario = read(tmp_path, GOOD)
    assert scenario.autonomy.number == 2
    assert scenario.autonomy.numbers == {"camera": 4}
    assert scenario.ground.upload_interval_s == 172800.0
    (silence,) = scenario.ground.silence
    assert (silence.until - silence.start).total_seconds() == 36 * 3600.0
    plain = read(tmp_path)
    assert (plain.autonomy.number, plain.autonomy.data, plain.autonomy.faults) == (4, "D2", "F2")
    assert plain.ground.contact_for_s is None


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ('[autonomy]\nlevel = "E5"', "autonomy.level", "E1"),
        ('[[autonomy.element]]\nname = "camra"\nlevel = "E1"', "name", 'did you mean "camera"'),
        ("[ground]\ncontact_for_s = '2 day'", "ground.contact_for_s", "at most from one to"),
        ("[[ground.silence]]\nfrom = 2035-03-03\nuntil = 2035-03-02", "until", "after from"),
    ],
)
def test_mistakes_are_told_with_their_place(
    tmp_path: Path, text: str, place: str, remedy: str
) -> None:
    ((path, said),) = told(tmp_path, "\n", text, "\n")
    assert place in path
    assert remedy in said


@pytest.mark.parametrize(
    ("keys", "key", "remedy"),
    [
        ('target = "camera.observe"', "level", "missing"),
        ("level = 1", "target", "missing"),
        ('target = "camera.observ"\nlevel = 1', "target", 'did you mean "camera.observe"'),
        ('target = "camera.observe"\nlevel = 1\nvalue = 2', "value", "gives its level"),
        ('kind = "start"\ntarget = "wach"', "target", 'did you mean "watch"'),
        ('kind = "start"\ntarget = "watch"\nlevel = 1', "level", 'a "start" has a value'),
        ('kind = "autonomy"\ntarget = "camra"\nvalue = 2', "target", 'did you mean "camera"'),
        ('kind = "autonomy"\nvalue = 5', "value", "from 1 to 4"),
        ('kind = "restart"\ntarget = "guard"', "target", "known: executive, planner"),
        ('kind = "dance"', "kind", "level"),
    ],
)
def test_wrong_commands_are_told(tmp_path: Path, keys: str, key: str, remedy: str) -> None:
    head = '\n[[command]]\nat = 2035-03-01T06:00:00Z\npartner = "cnsa"\n'
    ((path, said),) = told(tmp_path, head, keys, "\n")
    assert path == f"command #1.{key}"
    assert remedy in said
