"""Levels E1 to E4 in whole runs: who starts sessions when, with people, with few, with none."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_resume import tree

import moonstead.run.execute as execute_module
import scenarios
from moonstead.contracts import Notice, PlanRow, Verified
from moonstead.environment.timescale import from_utc
from moonstead.record.directory import RunDirectory
from moonstead.run.loop import Loop
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.surroundings import PlacedSurroundings, run_grid, surroundings
from moonstead.units import DAY_S, HOUR_S

START_S = from_utc("2035-03-01T00:00:00Z")
END = "2035-03-03T00:00:00Z"
BASE = scenarios.text(
    scenarios.SITE, scenarios.PARTNER, scenarios.ROSCOSMOS, scenarios.NETWORK, scenarios.HUB,
    scenarios.POWER, scenarios.CAMERA, end=END,
)  # fmt: skip
FOUR_HOURS = "contact_for_s = '4 h'\n"
NEVER = "contact_for_s = 0\n"


@dataclass(frozen=True)
class Flown:
    """What came of a run in memory."""

    loop: Loop
    rows: list[PlanRow]
    events: list[tuple[float, str, Notice]]

    def starts(self) -> list[float]:
        """Return when sessions started, s after the begin of the run."""
        return [row.start_t_s - START_S for row in self.rows if row.status == "started"]

    def stages(self) -> dict[int, list[Verified]]:
        """Return the stages that were reported of the commands of cnsa, by number."""
        found: dict[int, list[Verified]] = {}
        for _, _, notice in self.events:
            if notice.kind == "telecommand" and "of cnsa" in notice.text:
                number = int(notice.values["sequence"])
                found.setdefault(number, []).append(Verified(int(notice.values["stage"])))
        return found


Fly = Callable[..., Flown]


def written(folder: Path, *more: str) -> World:
    path = folder / "levels.toml"
    path.write_text(BASE + "".join(more))
    return build_world(*read_scenario(path), path)


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, PlacedSurroundings]:
    world = written(tmp_path_factory.mktemp("scenario"))
    return world, surroundings(world, run_grid(world))


@pytest.fixture(scope="module")
def fly(placed: tuple[World, PlacedSurroundings], tmp_path_factory: pytest.TempPathFactory) -> Fly:
    known: dict[tuple[str, ...], Flown] = {}

    def run(*more: str, hours: float = 48.0) -> Flown:
        if (*more, str(hours)) in known:
            return known[*more, str(hours)]
        world = written(tmp_path_factory.mktemp("scenario"), *more)
        grid = run_grid(world)
        loop = Loop(world, grid, placed[1])
        steps = round(hours * HOUR_S / grid.step_s)
        output = loop.simulator.new_output(steps)
        random = np.random.default_rng(1).standard_normal((steps, loop.simulator.random_width))
        happened = [loop.step(k, k + 1, output, 0, random[k]) for k in range(steps)]
        rows = [row for one in happened for row in one.decision.plan]
        flown = Flown(loop, rows, [event for one in happened for event in one.events])
        known[*more, str(hours)] = flown
        return flown

    return run


def level(name: str, *ground: str) -> tuple[str, ...]:
    table = "".join(("[ground]\nupload_interval_s = '1 day'\n", *ground))
    return f"\n[autonomy]\nlevel = '{name}'\n", table


def test_at_level_4_silence_changes_nothing(fly: Fly) -> None:
    heard, silent = fly(*level("E4")), fly(*level("E4", NEVER))
    assert len(heard.starts()) > 8
    assert silent.rows == heard.rows
    assert silent.loop.ground.counts == {"cnsa": {}, "roscosmos": {}}


def test_at_level_1_people_start_everything_while_they_are_in_contact(fly: Fly) -> None:
    full, few = fly(*level("E1")), fly(*level("E1", FOUR_HOURS))
    # A session takes three hours and an hour of rest; people plan once a day, and react in ticks.
    assert len(full.starts()) >= 7
    assert 1 <= len(few.starts()) <= 4
    # What is sent at the end of a contact comes up two decisions later.
    assert all(start_s % DAY_S < 4.0 * HOUR_S + 1200.0 for start_s in few.starts())
    stages = full.stages()
    done = [told for told in stages.values() if told[-1] == Verified.COMPLETED]
    assert all(told == [Verified.ACCEPTED, Verified.STARTED, Verified.COMPLETED] for told in done)
    assert full.loop.ground.side.hours["cnsa"]["live"] > 10.0
    assert not fly(*level("E1", NEVER)).starts()


@pytest.mark.parametrize("ground", ["", FOUR_HOURS])
def test_at_level_2_sessions_start_at_the_times_that_were_sent_up(fly: Fly, ground: str) -> None:
    flown = fly(*level("E2", ground))
    planned: dict[str, float] = {}
    starts = []
    for row in flown.rows:
        if row.status == "planned":
            planned[row.activity] = row.start_t_s
        elif row.status == "started":
            starts.append(row.start_t_s - planned[row.activity])
    assert len(starts) > 8
    assert all(0.0 <= late_s <= 900.0 for late_s in starts)
    told = {stages[0] for stages in flown.stages().values()}
    assert told == {Verified.ACCEPTED}
    assert flown.loop.ground.counts["cnsa"]["came up"] == 2  # one schedule a day


def test_a_schedule_runs_out_when_nobody_sends_another(fly: Fly) -> None:
    silence = "[[ground.silence]]\nfrom = 2035-03-01T01:00:00Z\nuntil = 2035-03-03\n"
    short = "contact_every_s = '1 h'\n"
    flown = fly(*level("E3", short, silence.replace("until = 2035-03-03", "until = 2035-03-04")))
    assert flown.loop.ground.counts["cnsa"]["came up"] == 1
    full = fly(*level("E3"))
    horizon_s = 1.5 * HOUR_S + 2 * DAY_S
    assert max(flown.starts()) < horizon_s
    assert len(flown.starts()) <= len(full.starts())
    assert not fly(*level("E3", NEVER)).starts()
    assert fly(*level("E3", NEVER)).loop.ground.without_plan_s == 48.0 * HOUR_S


HARMFUL = """
[[command]] # 1: kills the station
at = 2035-03-01T01:00:00Z
partner = "cnsa"
target = "hub.computer"
level = 0

[[command]] # 2: as good as any
at = 2035-03-01T02:00:00Z
partner = "cnsa"
target = "hub.housekeeping"
level = 0.5

[[command]] # a copy of it
at = 2035-03-01T03:00:00Z
partner = "cnsa"
target = "hub.housekeeping"
level = 0.25
sequence = 2

[[command]] # 3: from an old file
at = 2035-03-01T04:00:00Z
issued = 2035-02-26T04:00:00Z
partner = "cnsa"
target = "hub.housekeeping"
level = 0.25

[[command]] # the number of a stranger
at = 2035-03-01T05:00:00Z
partner = "cnsa"
kind = "safe"
sequence = 900
authentic = false

[[command]] # 4: the element belongs to cnsa
at = 2035-03-01T06:00:00Z
partner = "cnsa"
target = "camera.observe"
level = 0

[[command]] # at the same time
at = 2035-03-01T06:00:00Z
partner = "roscosmos"
target = "camera.observe"
level = 1

[[command]] # 5 to 54: a storm
at = 2035-03-01T07:00:00Z
partner = "cnsa"
target = "hub.housekeeping"
level = 1
repeat = 50
"""


def test_what_the_guard_refuses_does_nothing(fly: Fly) -> None:
    flown = fly(*level("E4", NEVER), HARMFUL, hours=10)
    assert not flown.stages()  # no contact is given: nothing has come up
    flown = fly(*level("E4"), HARMFUL, hours=10)
    stages = flown.stages()
    assert stages[1] == [Verified.ACCEPTANCE_FAILED]
    assert stages[2][:2] == [Verified.ACCEPTED, Verified.STARTED]
    assert stages[2].count(Verified.ACCEPTANCE_FAILED) == 1
    words = " ".join(n.text for _, _, n in flown.events if n.kind == "command-refused")
    for said in ("something dies without", "a copy", "too old", "not authentic", "more than 40"):
        assert said in words
    (conflict,) = [n for _, _, n in flown.events if n.kind == "command-conflict"]
    assert conflict.text == "cnsa and roscosmos command camera at once; cnsa owns it"
    commands = [c for c in flown.loop.simulator.station.names.loads if c == "hub.computer"]
    assert commands
    assert flown.loop.manager is not None
    assert flown.loop.manager.guard.sent["hub.computer"] == 1.0
    assert flown.loop.manager.guard.mode == 0


def test_killed_and_resumed_it_ends_with_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = (
        '[[fault]]\nname = "dead"\nat = 2035-03-01T05:00:00Z\ntarget = ["camera"]\nmode = "off"\n'
        "duration_s = '2 h'\n"
    )
    short = "triage_median_s = '3 h'\n"
    world = written(tmp_path, *level("E2", FOUR_HOURS, short), fault)
    monkeypatch.setattr(execute_module, "BLOCK_S", 0.75 * DAY_S)
    whole = RunDirectory(tmp_path / "whole")
    execute_module.execute(world, whole, lambda _done, _total: None)
    save = RunDirectory.save

    def stop(self: RunDirectory, checkpoint: Any) -> None:
        save(self, checkpoint)
        if checkpoint.next_block == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunDirectory, "save", stop)
        with pytest.raises(KeyboardInterrupt):
            execute_module.execute(world, RunDirectory(tmp_path / "cut"), lambda _d, _t: None)
    execute_module.execute(world, RunDirectory(tmp_path / "cut"), lambda _done, _total: None)
    assert tree(tmp_path / "cut") == tree(tmp_path / "whole")
