"""Requests from CSV files and spreadsheets."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from moonstead.errors import InputError
from moonstead.scenario.model import Experiment
from moonstead.scenario.request_table import read_request_table

KNOWN = {"partner": ("cnsa", "sansa"), "element": ("rover", "camera")}
HEADER = ("name", "title", "partner", "element", "kind", "duration_s", "sessions", "value", "light")
ROWS = (
    ("survey", "Survey, first", "cnsa", "rover", "exploration", "6 h", 3, 20.5, "lit"),
    ("disc", "Earth's disc", "sansa", "camera", "observation", 7200, 10, 8, ""),
)


def _written(path, rows, header=HEADER, delimiter=","):
    if path.suffix == ".xlsx":
        book = Workbook()
        for row in (header, *rows):
            book.active.append([None if cell == "" else cell for cell in row])
        book.save(path)
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=delimiter).writerows((header, *rows))
    return path


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("b.csv", ";"), ("c.xlsx", "")])
def test_the_same_requests_from_every_kind_of_table(tmp_path, name, delimiter):
    path = _written(tmp_path / name, ROWS, delimiter=delimiter)
    survey, disc = read_request_table(path, Experiment, KNOWN)
    assert (survey.duration_s, survey.sessions, survey.value) == (21600.0, 3, 20.5)
    assert (survey.light, disc.light) == ("lit", "any")
    assert disc.title == "Earth's disc"


def _mistakes(path):
    with pytest.raises(InputError) as caught:
        read_request_table(path, Experiment, KNOWN)
    return [str(problem).removeprefix(f"{path}: ") for problem in caught.value.problems]


def test_every_mistake_is_told_by_row_and_column(tmp_path):
    bad = (
        ("survey", "x", "cnas", "rover", "exploration", "6 kg", 3, 20, ""),
        ("survey", "x", "cnsa", "rover", "exploration", 60, 0, 20, "bright"),
    )
    told = _mistakes(_written(tmp_path / "bad.csv", bad))
    assert any(t.startswith('row 2, column partner = "cnas"') and "cnsa" in t for t in told)
    assert any(t.startswith('row 2, column duration_s = "6 kg"') for t in told)
    assert any(t.startswith("row 3, column sessions = 0") for t in told)
    assert any(t.startswith('row 3, column light = "bright"') for t in told)
    assert any("row 2 has this name already" in t for t in told)
    assert len(told) == 5


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (("name", "nmae"), 'row 1 = "nmae": unknown column; did you mean "name"?'),
        (("name", "name"), "stands here twice"),
        (("name",), "the column duration_s is missing"),
        ((), "must name the columns"),
    ],
)
def test_a_wrong_header_is_told(tmp_path, header, words):
    assert any(words in told for told in _mistakes(_written(tmp_path / "h.csv", (), header)))


def test_files_that_are_no_tables(tmp_path):
    assert "no such file" in _mistakes(tmp_path / "none.csv")[0]
    for name, content in (("x.xlsx", b"PK no"), ("y.csv", b"\xff\xfe\x00")):
        path = tmp_path / name
        path.write_bytes(content)
        assert len(_mistakes(path)) == 1


@given(st.binary(max_size=300))
def test_no_bytes_make_a_traceback(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_request_table(path, Experiment, KNOWN)
