"""The campaign end to end on a small station: run, stop, go on, page, JUnit, command line."""

from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from made_cases import CASE, case_folder, stage, station

from moonstead.campaign.torture.campaign import RUNS, Progress, Row, run_campaign
from moonstead.campaign.torture.junit import junit
from moonstead.campaign.torture.page import torture_page
from moonstead.cli.main import run as moonstead
from moonstead.record.files import read_json


def quiet(progress: Progress) -> None:
    """Take progress and do nothing."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("torture")


@pytest.fixture(scope="module")
def rows(folder: Path) -> tuple[Row, ...]:
    staged = stage(folder, A=CASE.format(id="A1", mode="derated"))
    return run_campaign(staged, folder / "out", 1, 1, quiet)


def hashes(folder: Path) -> dict[str, str]:
    files = sorted((folder / RUNS).iterdir())
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_run_is_judged_on_all_nine_points(rows: tuple[Row, ...]) -> None:
    judged = rows[0].judged[0]
    assert judged.verdict is not None
    points = {point.name: point for point in judged.verdict.points}
    assert points["P1"].passed, points["P1"].text
    assert points["P8"].passed, points["P8"].text
    began = [e["t_s"] for e in judged.run["events"] if e["kind"] == "failed"]
    assert began == [6 * 3600.0]
    assert not [e for e in judged.reference["events"] if e["origin"] == "truth"]
    assert 0.0 < judged.verdict.kept_fraction <= 1.0


def test_a_stopped_campaign_goes_on_and_ends_with_the_same_bytes(
    rows: tuple[Row, ...], folder: Path
) -> None:
    assert rows
    out, before = folder / "out", hashes(folder / "out")
    lost = next(file for file in (out / RUNS).iterdir() if file.name.startswith("A1"))
    kept = next(file for file in (out / RUNS).iterdir() if file.name.startswith("reference"))
    lost.write_text(lost.read_text()[: len(lost.read_text()) // 2])
    at = kept.stat().st_mtime_ns
    staged = stage(folder, A=CASE.format(id="A1", mode="derated"))
    run_campaign(staged, out, 1, 1, quiet)
    assert hashes(out) == before
    assert kept.stat().st_mtime_ns == at


def test_the_junit_file_has_a_case_for_every_run(rows: tuple[Row, ...]) -> None:
    """Elements, attributes and counts as in the schema of the Jenkins plugin and windyroad."""
    top = ET.fromstring(junit(rows))  # noqa: S314  written by ourselves
    assert top.tag == "testsuites"
    (suite,) = top
    assert suite.tag == "testsuite"
    assert {"name", "tests", "failures", "errors"} <= suite.attrib.keys()
    cases = list(suite)
    assert {case.tag for case in cases} == {"testcase"}
    assert all({"name", "classname"} == case.attrib.keys() for case in cases)
    assert int(suite.attrib["tests"]) == len(cases) == sum(len(row.judged) for row in rows)
    failures = [one for case in cases for one in case if one.tag == "failure"]
    assert int(suite.attrib["failures"]) == len(failures)
    assert all(one.attrib.keys() == {"message"} and one.text for one in failures)


def test_the_page_tells_every_scenario_and_is_the_same_again(rows: tuple[Row, ...]) -> None:
    page = torture_page(rows, "A small station")
    assert page == torture_page(rows, "A small station")
    assert "half of the array lost" in page
    assert page.count("<svg") == len(rows)
    assert "http" not in page.replace("http://www.w3.org", "")


def test_the_verb_takes_scenarios_and_station_of_a_user(
    rows: tuple[Row, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What stands in the folder is not run again, so that this takes no time."""
    given = ["--scenarios", str(case_folder(folder)), "--station", str(station(folder))]
    status = moonstead(["torture", *given, "--seeds", "1", "--out", str(folder / "out")])
    told = capsys.readouterr().out
    assert "half of the array lost" in told
    assert status == (0 if all(row.passed for row in rows) else 1)
    verdicts = read_json(folder / "out" / "verdicts.json")
    assert [one["id"] for one in verdicts["scenarios"]] == ["A1"]
    assert (folder / "out" / "torture.html").exists()


def test_bad_words_on_the_command_line_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert moonstead(["torture", "--only", "P01,Q99", "--list"]) == 2
    assert "Q99" in capsys.readouterr().err
    assert moonstead(["torture", "--scenarios", "nowhere", "--list"]) == 2
    assert "nowhere" in capsys.readouterr().err
