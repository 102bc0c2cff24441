"""The verbs check, schema, init and run, through the command line's own door."""

import json
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import scenarios
from moonstead.cli.main import VERBS, run
from moonstead.scenario.examples import example_names, scenario_path
from moonstead.version import code_sha256

CHECK_KEYS = {
    "scenario", "title", "start_utc", "end_utc", "steps", "site", "latitude_deg", "longitude_deg",
    "mast_height_m", "partners", "elements", "landed_mass_kg", "experiments", "ground_stations",
}  # fmt: skip
RUN_KEYS = {
    "scenario", "title", "site", "survival", "energy", "stores", "nodes", "data", "tanks",
    "network", "people", "planning",
    "elements", "partners", "ground_stations", "experiments", "balances", "balances_close",
}  # fmt: skip
UNITS = (
    "_w", "_kwh", "_h", "_k", "_m", "_deg", "_kg", "_gbit", "_fraction", "_utc", "_residual", "_s",
)  # fmt: skip
COMMAND = [sys.executable, "-c", "from moonstead.cli.main import main; main()"]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario of two days, in a folder that is also the working folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(scenarios.text(end="2035-03-03T00:00:00Z"))
    return path


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    status = run(words)
    said = capsys.readouterr()
    assert status == 0, said.err
    return said.out


def test_check_says_what_is_in_it(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = json.loads(answered(capsys, "check", str(small), "--json"))
    assert set(facts) == CHECK_KEYS
    assert facts["steps"] == 2 * 144
    assert facts["elements"] == 4
    assert facts["landed_mass_kg"] == 900 + 30 + 90 + 8
    assert facts["partners"] == ["cnsa"]
    assert facts["ground_stations"] == ["kashi", "neuquen"]
    assert "no mistakes" in answered(capsys, "check", str(small))


@pytest.mark.parametrize("name", example_names())
def test_the_scenarios_that_come_with_it_are_right(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new.toml"
    said = answered(capsys, "init", str(target), "--from", name)
    assert str(target) in said
    # Right also where it was copied to, away from what lies beside the original.
    facts = json.loads(answered(capsys, "check", str(target), "--json"))
    assert facts["scenario"] == name
    copy = target.read_text(encoding="utf-8")
    assert copy == scenario_path(name).read_text(encoding="utf-8")
    assert copy.count("#") > 20  # commented


def test_init_writes_nothing_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mine.toml"
    target.write_text("mine")
    assert run(["init", str(target)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "exists already" in said.err
    assert target.read_text() == "mine"
    assert run(["init", str(tmp_path / "no" / "mine.toml")]) == 2
    assert "folder" in capsys.readouterr().err
    assert run(["init", str(tmp_path / "new.toml"), "--from", "ilrs-basics"]) == 2
    assert 'did you mean "ilrs-basic"?' in capsys.readouterr().err
    assert not (tmp_path / "new.toml").exists()


@pytest.fixture(scope="module")
def judge() -> jsonschema.Draft202012Validator:
    said = subprocess.run([*COMMAND, "schema"], capture_output=True, text=True, check=True).stdout
    schema = json.loads(said)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def as_json(text: str) -> Any:
    return json.loads(json.dumps(tomllib.loads(text), default=lambda value: value.isoformat()))


@pytest.mark.parametrize("name", example_names())
def test_the_schema_takes_what_is_right(name: str, judge: jsonschema.Draft202012Validator) -> None:
    judge.validate(as_json(scenario_path(name).read_text(encoding="utf-8")))


def broken() -> Iterator[tuple[str, dict[str, Any]]]:
    def fresh() -> Any:
        return as_json(scenarios.text())

    for key in ("format", "name", "run", "site", "partner", "element"):
        document = fresh()
        del document[key]
        yield f"no {key}", document
    document = fresh()
    document["surprise"] = 1
    yield "unknown key", document
    document = fresh()
    document["element"][0]["type"] = "castle"
    yield "unknown type", document
    document = fresh()
    document["element"][2]["capacity_j"] = -5.0
    yield "negative capacity", document
    document = fresh()
    document["element"][2]["capacity"] = document["element"][2].pop("capacity_j")
    yield "misspelt key", document
    document = fresh()
    document["name"] = "Two Words"
    yield "bad name", document
    document = fresh()
    document["experiment"][0]["light"] = "bright"
    yield "unknown choice", document


@pytest.mark.parametrize(("fault", "document"), list(broken()))
def test_the_schema_refuses_what_is_wrong(
    fault: str, document: Any, judge: jsonschema.Draft202012Validator
) -> None:
    judge.validate(as_json(scenarios.text()))
    assert not judge.is_valid(document), fault


def numbers(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from numbers(inner, path)
    else:
        yield path, value


def test_run_answers_in_json(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary = json.loads(answered(capsys, "run", str(small), "--out", "out", "--json"))
    assert set(summary) >= RUN_KEYS
    assert summary["balances_close"] is True
    assert len(summary["balances"]) >= 1 + 1 + 4 + 1  # bus, store, nodes, recorder
    for path, value in numbers(summary):
        if isinstance(value, float) and ".hours" not in path and ".balances" not in path:
            known = path.endswith((*UNITS, ".value")) or ".through_gbit." in path
            assert known, f"{path} has no unit in its name"
    assert sum(summary["survival"]["hours_in_mode"].values()) == pytest.approx(48.0)
    assert json.loads((small.parent / "out" / "summary.json").read_text()) == {
        key: summary[key] for key in RUN_KEYS
    }
    assert (small.parent / "out" / "report.html").exists()


def test_run_in_words_and_into_its_own_folder(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "small.toml"]) == 0
    said = capsys.readouterr()
    assert "A small station" in said.out
    assert "balance" in said.out
    assert (small.parent / "runs" / "small" / "summary.json").exists()
    assert run(["run", "small.toml"]) == 0  # again: complete already
    assert capsys.readouterr().out == said.out


def test_until_and_seed_change_the_run(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("run", str(small), "--out", "out", "--until", "2035-03-02", "--seed", "7", "--json")
    summary = json.loads(answered(capsys, *words))
    assert sum(summary["survival"]["hours_in_mode"].values()) == pytest.approx(24.0)
    provenance = json.loads((small.parent / "out" / "provenance.json").read_text())
    assert (provenance["seed"], provenance["end_utc"]) == (7, "2035-03-02T00:00:00Z")
    assert provenance["scenario"] == small.read_text()
    assert run(["run", str(small), "--out", "out"]) == 2  # not the same run any more
    assert "differs in end_utc, seed" in capsys.readouterr().err


def test_a_run_of_other_code_is_not_gone_on_with(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("run", str(small), "--out", "out", "--until", "2035-03-02")
    assert run([*words]) == 0
    told = small.parent / "out" / "provenance.json"
    told.write_text(told.read_text().replace(code_sha256(), "0" * 64))
    assert run([*words]) == 2
    assert "differs in code_sha256" in capsys.readouterr().err


def test_a_folder_named_as_a_scenario_is_in_nobodys_way(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small.parent / "ilrs-basic").mkdir()
    assert json.loads(answered(capsys, "check", "ilrs-basic", "--json"))["scenario"] == "ilrs-basic"


VARIANTS = {
    "no ground, no radio, no paths": scenarios.text(
        scenarios.SITE, scenarios.PARTNER, scenarios.HUB, scenarios.POWER, scenarios.CAMERA,
        radios="[]", end="2035-03-03T00:00:00Z",
    ),
    "one tick": scenarios.text(end="2035-03-01T00:10:00Z"),
    "less than a tick": scenarios.text(end="2035-03-01T00:00:01Z"),
    "no whole number of ticks": scenarios.text(end="2035-03-02T07:55:13Z"),
    "no whole number of blocks": scenarios.text(end="2035-03-16T01:00:00Z", step_s=60.0),
    "from darkness": scenarios.text(start="2035-11-11T00:00:00Z", end="2035-11-15T00:00:00Z"),
    "steps that binary cannot write": scenarios.text(
        step_s=1.2, tick_s=600.0, end="2035-03-01T06:00:00Z"
    ),
    "long ticks": scenarios.text(step_s=300.0, tick_s=3600.0, end="2035-03-03T00:00:00Z"),
    "before 2000": scenarios.text(start="1990-03-01T00:00:00Z", end="1990-03-03T00:00:00Z"),
    "the last days of the ephemeris": scenarios.text(
        start="2149-12-30T00:00:00Z", end="2150-01-01T00:00:00Z"
    ),
}  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_unusual_stations_run_and_balance(
    variant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.toml"
    path.write_text(VARIANTS[variant])
    words = ("run", str(path), "--out", str(tmp_path / "out"), "--json")
    summary = json.loads(answered(capsys, *words))
    assert summary["balances_close"] is True
    assert summary["survival"]["survives"] is True


def test_ctrl_c_stops_with_a_line_and_goes_on(small: Path, tmp_path: Path) -> None:
    """SIGINT to a real process in the middle of a run of many blocks."""
    small.write_text(scenarios.text(end="2035-06-01T00:00:00Z"))
    arguments = ["run", str(small), "--out", "out", "--json"]
    # A machine that is busy may deliver the signal after the last block: then once more. What runs
    # in the background of a shell ignores the signal, and so would its children: they must not.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    command = [*COMMAND[:-1], heeding + COMMAND[-1], *arguments]
    for _ in range(3):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        )
        deadline_s = time.monotonic() + 60.0
        while not (tmp_path / "out" / "checkpoint.npz").exists() and time.monotonic() < deadline_s:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60.0)
        if process.returncode != 0:
            break
        shutil.rmtree(tmp_path / "out")
    assert process.returncode == 130, err
    assert out == ""
    assert "stopped by the user" in err
    assert "Traceback" not in err
    assert not (tmp_path / "out" / "summary.json").exists()
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["balances_close"] is True


def test_every_verb_is_listed_and_helps(capsys: pytest.CaptureFixture[str]) -> None:
    said = answered(capsys, "--help")
    for verb in VERBS:
        assert verb in said
        assert "Usage" in answered(capsys, verb, "--help")
