"""A run in which computers, software, links and everything of the catalogue fail."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from test_resume import tree

import moonstead.run.execute as execute_module
import scenarios
from moonstead.environment.timescale import from_utc
from moonstead.record.directory import RunDirectory
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.units import DAY_S, HOUR_S

RUN = {"start": "2035-03-01T00:00:00Z", "end": "2035-03-02T12:00:00Z"}
FAULTS = """
[catalogue_faults]
factor = 200
without = ["unforecast-shadow", "unforecast-shadow-seen"]
"""


def script(name: str, at: str, target: str, mode: str, **more: Any) -> str:
    keys = {"name": name, "target": [target], "mode": mode, **more}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in keys.items())
    return f"\n[[fault]]\nat = 2035-03-{at}:00\n{lines}\n"


SCRIPT = (
    script("no-answer", "01T00:10", "avionics.planner", "no-answer", duration_s="5 h"),
    script("crash", "01T04:00", "avionics.executive", "crash", duration_s="20 min"),
    script("reset", "01T07:00", "avionics.computer", "reset", duration_s="25 min"),
    script("late", "01T09:00", "avionics.telemetry", "late", duration_s="2 h", delay_s="30 min"),
    script("garbled", "01T12:00", "avionics.telemetry", "garbled", size=0.5, duration_s="3 h"),
    script("absurd", "01T16:00", "avionics.planner", "absurd", duration_s="10 h"),
    script("slip", "01T17:00", "avionics.uplink", "harmful"),
    script("lost", "01T18:00", "avionics.executive", "lost-event"),
    script("unplugged", "01T21:00", "hub.computer", "off", duration_s="50 min"),
    script("kashi", "01T22:30", "kashi", "off", duration_s="4 h"),
    script("neuquen", "01T22:30", "neuquen", "off", duration_s="4 h"),
    script("jump", "02T03:00", "avionics.clock", "jump", jump_s=-3000.0),
    script("home", "02T04:00", "home:cnsa", "off", duration_s="3 h"),
    script("both", "02T05:00", "avionics.computer", "off", duration_s="5 h"),
    script("other", "02T06:30", "avionics.computer", "off", duration_s="2 h"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    path = tmp_path_factory.mktemp("faults") / "faults.toml"
    path.write_text(scenarios.text(*scenarios.SMALL, FAULTS, *SCRIPT, **RUN))
    return build_world(*read_scenario(path), path)


@pytest.fixture(autouse=True)
def _blocks_of_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute_module, "BLOCK_S", DAY_S)


def quiet(done_s: float, total_s: float) -> None:
    """Take progress and do nothing."""


@pytest.fixture(scope="module")
def whole(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute_module, "BLOCK_S", DAY_S)
        execute_module.execute(world, RunDirectory(out), quiet)
    return out


def test_it_survives_and_every_balance_closes(whole: Path) -> None:
    directory = RunDirectory(whole)
    summary = directory.summary()
    told = Counter((event["origin"], event["kind"]) for event in directory.events())
    assert summary["balances_close"]
    assert told["truth", "failed"] > len(SCRIPT) + 10
    assert told["truth", "crashed"] == 0  # nothing of it is an error of the software
    assert told["truth", "computer-back"] >= 3
    assert told["autonomy", "plan-trouble"] >= 1
    back = [event["text"] for event in directory.events() if event["kind"] == "computer-back"]
    assert "it goes on from its log, after it had no power" in back
    assert told["autonomy", "restart"] >= 1


def test_while_both_computers_are_off_nothing_is_decided(whole: Path) -> None:
    directory = RunDirectory(whole)
    begin_t_s = from_utc(datetime(2035, 3, 2, 6, 40, tzinfo=UTC))
    end_t_s = begin_t_s + 1.5 * HOUR_S
    events = directory.events()
    assert not [
        event
        for event in events
        if event["origin"] == "autonomy" and begin_t_s <= event["t_s"] < end_t_s
    ]


def test_no_data_come_home_while_all_ground_stations_are_off(whole: Path) -> None:
    series = RunDirectory(whole).series()
    t_s, offered = series.read("t_s"), series.read("contact_rate_bit_per_s", "direct")
    begin_t_s = from_utc(datetime(2035, 3, 1, 22, 30, tzinfo=UTC))
    silent = (t_s >= begin_t_s) & (t_s < begin_t_s + 4.0 * HOUR_S - 1.0)
    assert offered[silent].max() == 0.0
    assert offered[t_s < begin_t_s - 600.0].max() > 0.0


class Stopped(BaseException):
    """What a test throws in the way of a run."""


def test_stopped_in_the_middle_it_ends_with_the_same_bytes(
    world: World, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(self: RunDirectory, number: int, *rest: Any) -> None:
        if number == 1:
            raise Stopped
        original(self, number, *rest)

    original = RunDirectory.write_tables
    with monkeypatch.context() as patch:
        patch.setattr(RunDirectory, "write_tables", stop)
        with pytest.raises(Stopped):
            execute_module.execute(world, RunDirectory(tmp_path / "run"), quiet)
    execute_module.execute(world, RunDirectory(tmp_path / "run"), quiet)
    assert tree(tmp_path / "run") == tree(whole)
