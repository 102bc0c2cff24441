"""The verb contacts, through the command line's own door, and against the series of a run."""

import json
import re
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scenarios
from moonstead.cli import contacts_account
from moonstead.cli.contacts_account import Account, account_of
from moonstead.cli.main import run
from moonstead.environment.timescale import from_utc
from moonstead.interop.hdtn import read_hdtn, write_hdtn
from moonstead.interop.ion import read_ionrc, write_ionrc
from moonstead.interop.plan_csv import read_plan_csv
from moonstead.record.directory import RunDirectory
from moonstead.run.execute import execute
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.surroundings import run_grid

PARTS = (
    scenarios.SITE,
    scenarios.PARTNER,
    scenarios.ROSCOSMOS,
    scenarios.NETWORK,
    scenarios.S_AND_X_BAND,
    scenarios.HUB,
    scenarios.POWER,
    scenarios.CAMERA,
    scenarios.ORBITERS,
)
DIRECT_ONLY = (
    scenarios.SITE,
    scenarios.PARTNER,
    scenarios.NETWORK,
    scenarios.HUB,
    scenarios.POWER,
)
START, END = "2035-03-01T00:00:00Z", "2035-03-10T00:00:00Z"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("contacts") / "small.toml"
    path.write_text(scenarios.text(*PARTS, end=END, radios=scenarios.BOTH_RADIOS), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def world(file: Path) -> World:
    return build_world(*read_scenario(file), file)


@pytest.fixture(scope="module")
def account(world: World) -> Account:
    grid = run_grid(world)
    last_t_s = grid.start_t_s + grid.run_count * grid.step_s
    return account_of(world, grid.start_t_s, last_t_s)


def found(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run(("contacts", *words, "--json")) == 0
    return json.loads(capsys.readouterr().out)


def test_sums_agree_and_the_picture_is_there(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = found(capsys, str(file), "--out", str(tmp_path / "new"))
    assert answer["files"] == [str(tmp_path / "new" / "small-contacts.png")]
    assert Path(answer["files"][0]).stat().st_size > 20_000
    assert answer["days"] == pytest.approx(9.0)
    assert [week["days"] for week in answer["weeks"]] == pytest.approx([7.0, 2.0])
    stations = answer["ground_stations"]
    for partner in answer["partners"]:
        mine = [one for one in stations if one["partner"] == partner["name"]]
        for key in ("booked_h", "receives_gbit_per_day"):
            assert partner[key] == pytest.approx(sum(one[key] for one in mine))
        by_week = sum(week["booked_h"][partner["name"]] for week in answer["weeks"])
        assert by_week == pytest.approx(partner["booked_h"])
    for one in stations:
        assert one["booked_h"] == pytest.approx(sum(one["served_h"].values()))
        assert one["booked_h"] <= 24.0 * answer["days"]
    alone_h = sum(week["alone_h"] for week in answer["weeks"])
    assert alone_h == pytest.approx(answer["alone_h"])
    assert sum(spell["hours"] for spell in answer["alone"]) == pytest.approx(answer["alone_h"])
    for path in answer["paths"]:
        by_week = sum(week["gbit_per_day"][path["name"]] * week["days"] for week in answer["weeks"])
        assert by_week == pytest.approx(path["gbit_per_day"] * answer["days"])
    own = {path["name"]: path["is_of_station"] for path in answer["paths"]}
    assert own == {"relay": True, "module": False, "direct": True}


def test_what_is_received_is_what_the_paths_of_direct_senders_carry(account: Account) -> None:
    """A path without a relay carries to Earth just what its ground stations receive from it."""
    number = {name: k for k, name in enumerate(account.plan.nodes)}
    for path in account.paths:
        if path.sender == "relay":
            continue
        to_earth = (account.plan.source == number[path.sender]) & np.isin(
            account.plan.destination, [number[one.name] for one in account.ground]
        )
        carried_bit = path.volume_bit(account.start_t_s, account.end_t_s)
        assert account.plan.volume_bit[to_earth].sum() == pytest.approx(carried_bit)


def test_gaps_are_those_of_the_series_of_a_run(
    world: World, account: Account, tmp_path: Path
) -> None:
    directory = RunDirectory(tmp_path / "run")
    execute(world, directory, lambda done, total: None)
    series, step_s = directory.series(), world.scenario.run.step_s
    closed = {}
    for path in account.paths:
        rates = series.read("contact_rate_bit_per_s", path.name)
        closed[path.name] = rates <= 0.0
        # A step counts as open where any part of it is: gaps of the series are cut to whole steps.
        gap = contacts_account.longest_gap(path.open_t_s, account.start_t_s, account.end_t_s)
        lengths = [len(list(steps)) for shut, steps in groupby(closed[path.name]) if shut]
        length_s = 0.0 if gap is None else gap[1] - gap[0]
        assert max(lengths, default=0) * step_s == pytest.approx(length_s, abs=2.0 * step_s)
        volume_bit = path.volume_bit(account.start_t_s, account.end_t_s)
        assert rates.sum(dtype=float) * step_s == pytest.approx(volume_bit, rel=1e-5)
    alone = closed["relay"] & closed["direct"]
    alone_s = np.sum(account.alone_t_s[:, 1] - account.alone_t_s[:, 0])
    slack_s = 2.0 * step_s * (len(account.alone_t_s) + 1)
    assert alone.sum() * step_s == pytest.approx(alone_s, abs=slack_s)
    # Within each gap, every step that it holds whole is closed.
    t_s = account.start_t_s + step_s * np.arange(len(alone))
    for begin, end in account.alone_t_s.tolist():
        assert alone[(t_s >= begin) & (t_s + step_s <= end)].all()
    booked_h = {name: row["booked_h"] for name, row in _stations(directory).items()}
    assert booked_h == pytest.approx({one.name: one.booked_s / 3600.0 for one in account.ground})


def _stations(directory: RunDirectory) -> dict[str, Any]:
    stations: dict[str, Any] = directory.summary()["network"]["ground_stations"]
    return stations


def test_a_part_of_the_span_has_the_contacts_of_the_whole(world: World, account: Account) -> None:
    begin, end = from_utc("2035-03-03T05:00:00Z"), from_utc("2035-03-05T00:00:00Z")
    part = account_of(world, begin, end)
    served = [s for s in account.services if s.end_t_s > begin and s.start_t_s < end]
    assert [(s.craft, s.station) for s in part.services] == [(s.craft, s.station) for s in served]
    for mine, whole in zip(part.services, served, strict=True):
        assert mine.start_t_s == pytest.approx(max(whole.start_t_s, begin), abs=1e-3)
        assert mine.end_t_s == pytest.approx(min(whole.end_t_s, end), abs=1e-3)


def test_exported_plans_read_back_equal(
    file: Path, account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, ion, hdtn = (tmp_path / name for name in ("plan.csv", "plan.ionrc", "plan.json"))
    targets = ("--csv", str(table), "--ion", str(ion), "--hdtn", str(hdtn))
    answer = found(capsys, str(file), "--no-plot", *targets)
    assert answer["files"] == [str(ion), str(hdtn), str(table)]
    assert read_plan_csv(table) == account.plan
    names = dict(enumerate(account.plan.nodes, start=1))
    for path, read, write in ((ion, read_ionrc, write_ionrc), (hdtn, read_hdtn, write_hdtn)):
        plan = read(path, START, names)
        assert 0.95 * len(account.plan) < len(plan) <= len(account.plan)
        again = tmp_path / f"again{path.suffix}"
        numbers = {name: k for k, name in names.items()}
        write(again, plan, START, {name: numbers[name] for name in plan.nodes})
        assert _told(again) == _told(path)


def _told(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != "#"]


def test_the_table_says_who_is_alone_when(
    file: Path, capsys: pytest.CaptureFixture[str], account: Account
) -> None:
    assert run(("contacts", str(file), "--no-plot", "--days", "9")) == 0
    said = capsys.readouterr().out
    assert "contacts 2035-03-01 00:00 to 2035-03-10 00:00 UTC (9 days)" in said
    assert re.search(r"relay +station +relay +\d", said)
    assert re.search(r"module +module +module +\d", said)
    hours = np.sum(account.alone_t_s[:, 1] - account.alone_t_s[:, 0]) / 3600.0
    assert f"{hours:,.1f} h in all" in said or hours == 0.0
    assert "all of roscosmos" in said
    assert "2035-03-08 (2 d)" in said


def test_a_long_span_is_drawn_by_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "long.toml"
    path.write_text(scenarios.text(*DIRECT_ONLY, end="2035-05-01T00:00:00Z"), encoding="utf-8")
    answer = found(capsys, str(path), "--days", "400", "--out", str(tmp_path))
    assert answer["days"] == pytest.approx(61.0)
    assert (tmp_path / "small-contacts.png").stat().st_size > 10_000
    assert answer["at_one_time"][0]["fraction"] == pytest.approx(1.0 - answer["alone_fraction"])


def test_without_any_path_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mute.toml"
    parts = (scenarios.SITE, scenarios.PARTNER, scenarios.HUB, scenarios.POWER)
    path.write_text(scenarios.text(*parts, radios="[]"), encoding="utf-8")
    answer = found(capsys, str(path), "--out", str(tmp_path))
    assert answer["paths"] == []
    assert answer["alone_fraction"] == 1.0
    assert run(("contacts", str(path), "--no-plot")) == 0
    assert "There is no path to Earth" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "someday"), "--from: 'someday' is not a date"),
        (("--from", "2035-02-28"), "is not in the run, 2035-03-01T00:00:00"),
        (("--from", "2035-03-10"), "to 2035-03-10T00:00:00"),
        (("--days", "0"), "--days"),
        (("--days", "nan"), "not a finite number"),
        (("--csv", "plan.json"), "a table ends with .csv"),
        (("--ion", "nowhere/plan.ionrc"), "folder that exists"),
    ],
)
def test_mistakes_are_told_in_a_line(
    file: Path, words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(("contacts", str(file), "--no-plot", *words)) == 2
    captured = capsys.readouterr()
    assert told in captured.err
    assert captured.out == ""
    assert "Traceback" not in captured.err


def test_an_unknown_scenario_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("contacts", "ilrs-basics", "--no-plot")) == 2
    assert 'did you mean "ilrs-basic"?' in capsys.readouterr().err
