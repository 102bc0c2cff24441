"""Sessions in contact with people: operators on shift, shared by partners, from file to summary."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import moonstead.run.execute as execute_module
import scenarios
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.record.directory import RunDirectory
from moonstead.scenario.build import World, build_world, read_scenario

# Bengaluru from 08:00 to 18:00, that is from 02:30 to 12:30 UTC, but on Sundays; Tsukuba from 08:00
# to 20:00, that is from 23:00 to 11:00 UTC.
CENTRES = """
[[control_centre]]
centre = "istrac"
partner = "cnsa"
staff_fraction = 0.2

[[control_centre]]
centre = "tsukuba"
partner = "roscosmos"
staff_fraction = 0.25
"""
CAMERAS = scenarios.CAMERA.replace('light = "lit"', "needs_contact = true") + (
    scenarios.CAMERA.replace('"camera"', '"camera-b"')
    .replace('"watch"', '"look"')
    .replace('partner = "cnsa"', 'partner = "roscosmos"')
    .replace('light = "lit"', "needs_contact = true")
)


def written(folder: Path, *more: str, end: str = "2035-03-05T00:00:00Z") -> Path:
    path = folder / "people.toml"
    parts = (
        scenarios.SITE,
        scenarios.PARTNER,
        scenarios.ROSCOSMOS,
        scenarios.NETWORK,
        scenarios.HUB,
        scenarios.POWER,
    )
    path.write_text(scenarios.text(*parts, *more, end=end))
    return path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    path = written(tmp_path_factory.mktemp("scenario"), CAMERAS, CENTRES)
    return build_world(*read_scenario(path), path)


@pytest.fixture(scope="module")
def run(world: World, tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    directory = RunDirectory(tmp_path_factory.mktemp("people") / "run")
    execute_module.execute(world, directory, lambda _done, _total: None)
    return directory


def sessions(run: RunDirectory) -> list[dict[str, Any]]:
    return [row for row in run.plan() if row["status"] in {"done", "aborted"}]


def on_shift(t_s: Any) -> Any:
    """Return people by the table, by hand: 1.2 at Bengaluru Monday to Saturday, 1 at Tsukuba."""
    hour = (np.asarray(t_s) - from_utc("2035-03-01T00:00:00Z")) / 3600.0 % 24.0
    day = (np.asarray(t_s) - from_utc("2035-03-01T00:00:00Z")) // 86400.0
    bengaluru = (hour >= 2.5) & (hour < 12.5) & (day != 3)  # 1 March 2035 is a Thursday
    tsukuba = (hour >= 23.0) | (hour < 11.0)
    return 1.2 * bengaluru + 1.0 * tsukuba


def test_no_session_begins_without_its_operator_and_none_is_shared(run: RunDirectory) -> None:
    rows = sessions(run)
    assert {row["experiment"] for row in rows} == {"watch", "look"}
    grid_t_s = from_utc("2035-03-01T00:00:00Z") + 600.0 * np.arange(4 * 144) + 300.0
    busy = np.zeros(len(grid_t_s))
    for row in rows:
        busy += (grid_t_s > row["start_t_s"]) & (grid_t_s < row["end_t_s"])
        # The frame of a tick tells of the ten minutes before.
        assert on_shift(row["start_t_s"] - 300.0) >= 1.0
    assert busy.max() == 2.0
    short = busy > on_shift(grid_t_s) + 1e-9
    assert short.sum() <= 4 * 4  # at the end of a shift, for half an hour of grace


def test_sessions_do_not_crowd_for_people(run: RunDirectory) -> None:
    """The plan shares people between partners: what it holds finds somebody on shift."""
    told = {row["reason"] for row in run.plan() if row["status"] in {"skipped", "aborted"}}
    assert not any("operator" in reason for reason in told)


def test_hours_of_people_are_those_of_the_truth(run: RunDirectory) -> None:
    people = run.summary()["people"]
    (pool,) = (b for b in run.summary()["balances"] if b["place"] == "operator")
    offered_h, centres = people["offered_h"], people["centres"]
    assert offered_h == pytest.approx(sum(c["on_shift_h"] for c in centres.values()))
    # Three working days of ten hours and 1.2 people; four days of twelve hours and one.
    assert centres["istrac"]["on_shift_h"] == pytest.approx(3 * 10 * 1.2)
    assert centres["tsukuba"]["on_shift_h"] == pytest.approx(4 * 12 * 1.0)
    used_h = sum(partner["used_h"] for partner in people["partners"].values())
    assert used_h > 10.0
    assert used_h == pytest.approx(sum(c["used_h"] for c in centres.values()))
    for partner in people["partners"].values():
        assert sum(partner["from_centres_h"].values()) == pytest.approx(partner["used_h"])
    assert pool["in"] == pytest.approx(offered_h * 3600.0)


def test_a_closed_control_centre_is_noticed(tmp_path: Path) -> None:
    fault = """
[[fault]]
name = "evacuated"
at = 2035-03-01T00:00:00Z
target = ["istrac", "tsukuba"]
mode = "off"
"""
    path = written(tmp_path, CAMERAS, CENTRES, fault, end="2035-03-02T00:00:00Z")
    directory = RunDirectory(tmp_path / "run")
    world = build_world(*read_scenario(path), path)
    execute_module.execute(world, directory, lambda _done, _total: None)
    assert sessions(directory) == []
    assert {r["reason"] for r in directory.plan() if r["status"] == "skipped"} == {
        "no operator is there"
    }


@pytest.mark.parametrize(
    ("centres", "key", "words"),
    [
        (CENTRES.replace('"istrac"', '"istrack"'), "", 'did you mean "istrac"'),
        (CENTRES.replace('"tsukuba"', '"istrac"'), "", "given already"),
        (CENTRES, "operators = 3", "at most 2.2 people are on shift at once"),
        ("", "operators = 1", r"add a \[\[control_centre\]\]"),
        (CENTRES, "operators = 1\nneeds_contact = false", "nobody on Earth takes part"),
    ],
)
def test_wrong_people_are_told_in_a_line(
    tmp_path: Path, centres: str, key: str, words: str
) -> None:
    camera = scenarios.CAMERA.replace('light = "lit"', key or "needs_contact = true")
    if "needs_contact" not in camera:
        camera = camera.replace("value = 1", "value = 1\nneeds_contact = true")
    path = written(tmp_path, camera, centres)
    with pytest.raises(InputError, match=words) as told:
        build_world(*read_scenario(path), path)
    assert len(told.value.problems) == 1
    assert "\n" not in re.sub(r"\A\s+|\s+\Z", "", str(told.value))
