"""Jobs of a campaign: what is done is not done again, what fails is told and tried again."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from moonstead.campaign import runner
from moonstead.campaign.runner import Job, run_jobs
from moonstead.errors import InputError, Problem


def work(argument: Any) -> Mapping[str, Any]:
    """Square a number; refuse what is below 0."""
    if argument < 0:
        raise InputError(Problem("job", "", str(argument), "must not be negative"))
    if argument == 0:
        raise ZeroDivisionError
    return {"square": argument * argument}


def linger(argument: Any) -> Mapping[str, Any]:
    """Give signs of life until someone ends the process."""
    while True:
        Path(argument).write_text(str(time.monotonic()))
        time.sleep(0.02)


def jobs(*numbers: int, key: str = "1") -> list[Job]:
    return [Job(f"job-{number}", key, number) for number in numbers]


def squares(folder: Path, wanted: list[Job], processes: int = 1) -> dict[str, Any]:
    return {
        one.job.name: one.result and one.result["square"]
        for one in run_jobs(wanted, work, folder, processes)
    }


def _pretend(file: Path, square: int) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), "result": {"square": square}}))


def test_two_processes_do_what_one_does(tmp_path: Path) -> None:
    one = squares(tmp_path / "one", jobs(1, 2, 3))
    two = squares(tmp_path / "two", jobs(1, 2, 3), processes=2)
    assert one == two == {"job-1": 1, "job-2": 4, "job-3": 9}
    for name in one:
        file = f"{name}.json"
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_what_is_done_is_not_done_again_unless_its_key_changes(tmp_path: Path) -> None:
    squares(tmp_path, jobs(2))
    _pretend(tmp_path / "job-2.json", 5)
    assert squares(tmp_path, jobs(2)) == {"job-2": 5}
    assert squares(tmp_path, jobs(2, key="2")) == {"job-2": 4}


def test_what_other_code_has_done_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    squares(tmp_path, jobs(2))
    _pretend(tmp_path / "job-2.json", 5)
    monkeypatch.setattr(runner, "code_sha256", lambda: "other")
    assert squares(tmp_path, jobs(2)) == {"job-2": 4}


def test_what_fails_is_told_and_leaves_no_file(tmp_path: Path) -> None:
    outcomes = {one.job.name: one for one in run_jobs(jobs(-1, 0, 2), work, tmp_path, 1)}
    assert outcomes["job--1"].result is None
    assert "must not be negative" in outcomes["job--1"].error
    assert "ZeroDivisionError" in outcomes["job-0"].error
    assert outcomes["job-2"].result == {"square": 4}
    assert [path.name for path in tmp_path.iterdir()] == ["job-2.json"]


LINGERING = """
import sys
from test_campaign_runner import Job, Path, linger, run_jobs
folder = Path(sys.argv[1])
list(run_jobs([Job(n, n, str(folder / n)) for n in "ab"], linger, folder / "runs", 2))
"""


def test_processes_of_a_killed_campaign_end(tmp_path: Path) -> None:
    """They would wait for their next job for ever, and take memory from the next campaign."""
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    campaign = subprocess.Popen([sys.executable, "-c", LINGERING, str(tmp_path)], env=here)
    signs = [tmp_path / "a", tmp_path / "b"]
    deadline_s = time.monotonic() + 60.0
    while not all(sign.exists() for sign in signs) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    campaign.kill()
    campaign.wait()

    def beats() -> list[str]:
        return [sign.read_text() for sign in signs]

    before = None
    while before != beats() and time.monotonic() < deadline_s:
        before = beats()
        time.sleep(0.5)
    assert before == beats()
