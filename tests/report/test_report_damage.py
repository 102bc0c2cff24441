"""Run directories that cannot be told: one clear message each, and no page."""

import json
import shutil

import pytest
from click.testing import CliRunner
from made_run import Made, make_run

from moonstead.cli.main import run
from moonstead.cli.report import report
from moonstead.errors import RecordError
from moonstead.record.directory import RunDirectory
from moonstead.report.page import write_report


def without(name):
    def damage(path):
        target = path / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()

    return damage


def cut(name):
    def damage(path):
        target = path / name
        target.write_bytes(target.read_bytes()[: target.stat().st_size // 2])

    return damage


def with_key_gone(file, *keys):
    def damage(path):
        target = path / file
        value = json.loads(target.read_text())
        inner = value
        for key in keys[:-1]:
            inner = inner[key]
        del inner[keys[-1]]
        target.write_text(json.dumps(value))

    return damage


def block_gone(path):
    (path / "series" / "part-000000.parquet").unlink()


def block_cut(path):
    part = path / "series" / "part-000000.parquet"
    part.write_bytes(part.read_bytes()[:20])


def other_format(path):
    value = json.loads((path / "provenance.json").read_text())
    (path / "provenance.json").write_text(json.dumps({**value, "format": 99}))


def other_length(path):
    value = json.loads((path / "provenance.json").read_text())
    (path / "provenance.json").write_text(json.dumps({**value, "steps": 17}))


DAMAGES = {
    "not complete": without("summary.json"),
    "no provenance": without("provenance.json"),
    "no series": without("series"),
    "no events": without("events"),
    "no plan": without("plan"),
    "one quantity gone": with_key_gone("series.json", "quantities", "reserve_j"),
    "time axis gone": with_key_gone("series.json", "step_s"),
    "what the series are is cut": cut("series.json"),
    "summary cut": cut("summary.json"),
    "provenance cut": cut("provenance.json"),
    "events cut": cut("events/part-000000.parquet"),
    "summary of another version": with_key_gone("summary.json", "experiments"),
    "a number gone": with_key_gone("summary.json", "survival", "worst_reserve_kwh"),
    "seed gone": with_key_gone("provenance.json", "seed"),
    "a block gone": block_gone,
    "a block cut": block_cut,
    "another format": other_format,
    "another length": other_length,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_one_message_and_no_page(damage, tmp_path):
    directory = make_run(tmp_path / "run", Made(hours=24.0))
    damage(directory.path)
    with pytest.raises(RecordError) as caught:
        write_report(directory)
    assert len(str(caught.value).splitlines()) == 1
    assert not (directory.path / "report.html").exists()


def test_verb_leaves_with_status_one_and_one_line(tmp_path, capsys):
    assert run(["report", str(tmp_path / "nothing")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert told.err.startswith("error: ")


def test_a_folder_is_no_file_to_write(tmp_path, capsys):
    directory = make_run(tmp_path / "run", Made(hours=1.0))
    assert run(["report", str(directory.path), "--out", str(tmp_path)]) == 2
    assert run(["report", str(directory.path), "--out", str(tmp_path / "no" / "r.html")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_page_that_was_there_stays_if_the_record_is_damaged(tmp_path):
    directory = make_run(tmp_path / "run", Made(hours=1.0))
    before = write_report(directory).read_bytes()
    block_gone(directory.path)
    with pytest.raises(RecordError):
        write_report(RunDirectory(directory.path))
    assert (directory.path / "report.html").read_bytes() == before


def test_help_needs_no_heavy_import():
    result = CliRunner().invoke(report, ["--help"])
    assert result.exit_code == 0
