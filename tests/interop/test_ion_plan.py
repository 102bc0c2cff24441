from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_cases import EPOCH, EPOCH_T_S, NAMES, NUMBERS, whole_plans, written

from moonstead.comms.plan import ContactPlan, plan_of_rows
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.interop.ion import read_ionrc, write_ionrc

SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

FILE = """\
1 3 ''
# the plan
s
m utcdelta 0
@ 2035/01/01-00:00:00
a range +0 +600 3 7 1
a range +0 +300 7 3 2
a contact +20 +400 3 7 1000   # out
a contact 2035/01/01-00:05:00 +600 7 3 500 0.5
@ +1000
a range +0 +100 3 21 1
a contact +0 +100 3 21 10
a contact +0 +100 3 3 10
a contact -1 +0 9 9 0
a contact +0 0 3 9 0
"""


@SAME_FOLDER
@given(whole_plans())
def test_a_plan_in_whole_numbers_comes_back_exactly(tmp_path: Path, plan: ContactPlan) -> None:
    path = tmp_path / "plan.ionrc"
    write_ionrc(path, plan, EPOCH, NUMBERS)
    again = read_ionrc(path, "2030-01-01T00:00:00Z", NAMES)
    assert again == plan
    text = path.read_text()
    write_ionrc(path, again, EPOCH, NUMBERS)
    assert path.read_text() == text


def test_the_commands_mean_what_the_manual_says(tmp_path: Path) -> None:
    plan = read_ionrc(written(tmp_path / "a", FILE), "2030-01-01T00:00:00Z")
    assert plan.nodes == ("3", "7", "9", "21")
    rows = [
        (a, b, start - EPOCH_T_S, end - EPOCH_T_S, *rest) for a, b, start, end, *rest in plan.rows()
    ]
    assert rows == [
        ("3", "7", 20.0, 400.0, 8000.0, 1.0, 1.0),
        ("7", "3", 300.0, 600.0, 4000.0, 1.0, 0.5),
        ("3", "21", 1000.0, 1100.0, 80.0, 1.0, 1.0),
    ]


def test_the_other_way_has_its_own_range_where_there_is_one(tmp_path: Path) -> None:
    text = FILE.replace("2035/01/01-00:05:00 +600", "+100 +600")
    plan = read_ionrc(written(tmp_path / "a", text), EPOCH, {**NAMES, 9: "rover"})
    back = [
        (row[2] - EPOCH_T_S, row[3] - EPOCH_T_S, row[5]) for row in plan.rows() if row[0] == "relay"
    ]
    assert back == [(100.0, 300.0, 2.0), (300.0, 600.0, 1.0)]


def test_times_are_utc(tmp_path: Path) -> None:
    text = "a range 2016/12/31-23:59:59 2017/01/01-00:00:01 1 2 1\n"
    text += "a contact 2016/12/31-23:59:59 2017/01/01-00:00:01 1 2 1\n"
    plan = read_ionrc(written(tmp_path / "a", text), EPOCH)
    assert plan.start_t_s[0] == pytest.approx(from_utc("2016-12-31T23:59:59Z"), abs=0.004)
    assert plan.end_t_s[0] - plan.start_t_s[0] == pytest.approx(3.0)  # a leap second lies between


def test_rounding_is_safe(tmp_path: Path) -> None:
    row = ("a", "b", EPOCH_T_S + 0.4, EPOCH_T_S + 9.6, 1001.0, 1.28, 1.0)
    path = tmp_path / "a"
    write_ionrc(path, plan_of_rows(["a", "b"], [row]), EPOCH)
    assert path.read_text().splitlines()[-2:] == ["a range +1 +9 1 2 2", "a contact +1 +9 1 2 125"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a contact +0 +9 1 2", "write a contact START STOP SOURCE DEST BYTES_PER_S"),
        ("a range +0 +9 1 2", "write a range START STOP ONE OTHER LIGHT_S"),
        ("a contact +9 +0 1 2 5", "+9 +0: let it end after it begins"),
        ("a contact 0 +9 1 2 5", "= 0: write yyyy/mm/dd-hh:mm:ss or +seconds"),
        ("a contact 2035/13/01-00:00:00 +9 1 2 5", "write yyyy/mm/dd-hh:mm:ss"),
        ("a contact +0 +9 one 2 5", "one 2: write two node numbers"),
        ("a contact +0 +9 1 2 -5", "-5: write finite numbers of at least 0"),
        ("a contact +0 +9 1 2 nan", "nan: write finite numbers"),
        ("a contact +0 +9 1 2 5", "no range: add a range of nodes 1 and 2"),
        ("d contact +0 1 2", "leave the contact out instead"),
        ("c contact +0 1 2 5", "write the contact as it is to be"),
        ("a planet +0", "a planet +0: write a contact, a range, @ or a comment"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_ionrc(written(tmp_path / "bad.ionrc", f"# first\n{line}\n"), EPOCH)
    assert "bad.ionrc: line 2" in str(caught.value)
    assert told in str(caught.value)


def test_overlaps_are_told_with_both_lines(tmp_path: Path) -> None:
    text = "a range +0 +99 1 2 0\na contact +0 +9 1 2 5\na contact +5 +20 1 2 5\n"
    with pytest.raises(InputError, match=r"line 3: start_t_s = .* overlaps line 2, which ends"):
        read_ionrc(written(tmp_path / "a", text), EPOCH)


def test_two_regions_unknown_nodes_and_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 2.*one plan has one region"):
        read_ionrc(written(tmp_path / "a", "^ 1\n^ 2\n"), EPOCH)
    with pytest.raises(InputError, match="node 9: give this node a name"):
        read_ionrc(written(tmp_path / "a", FILE), EPOCH, NAMES)
    with pytest.raises(InputError, match="is not text in UTF-8"):
        read_ionrc(written(tmp_path / "a", b"\xff\xfe"), EPOCH)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_ionrc(tmp_path / "none", EPOCH)
    with pytest.raises(InputError, match="epoch"):
        read_ionrc(written(tmp_path / "a", ""), "some day")


def test_node_numbers_must_rise_with_the_nodes(tmp_path: Path) -> None:
    plan = plan_of_rows(["a", "b"], [("a", "b", EPOCH_T_S, EPOCH_T_S + 9.0, 8.0, 0.0, 1.0)])
    for numbers in ({"a": 2, "b": 1}, {"a": 0, "b": 1}, {"a": 1}):
        with pytest.raises(InputError, match=r"numbers: (a|b)"):
            write_ionrc(tmp_path / "a", plan, EPOCH, numbers)
    with pytest.raises(InputError, match="give an epoch before the first contact"):
        write_ionrc(tmp_path / "a", plan, "2035-01-01T00:00:05Z")
    with pytest.raises(InputError, match="give whole seconds"):
        write_ionrc(tmp_path / "a", plan, "2035-01-01T00:00:00.5Z")


COMMANDS = ["a contact", "a range", "@", "^", "d contact", "m", "#", "\n", "a"]
TIMES = ["+0", "+9", "+99999999999", "-1", "0", "2035/01/01-00:00:00", "0000/00/00-00:00:00"]
NUMBERS_OF_SORTS = ["1", "2", "9" * 30, "1e999", "nan", "-5", "é", "１", "\x00"]
WORDS = st.sampled_from([*COMMANDS, *TIMES, *NUMBERS_OF_SORTS])


@SAME_FOLDER
@given(st.lists(WORDS, max_size=30).map(" ".join) | st.text(max_size=60))
def test_no_text_raises_anything_else(tmp_path: Path, text: str) -> None:
    path = written(tmp_path / "a", text.encode("utf-8", "surrogatepass"))
    with suppress(InputError):
        read_ionrc(path, EPOCH)


@SAME_FOLDER
@given(st.integers(0, len(FILE) - 1), st.characters(min_codepoint=32, max_codepoint=126))
def test_no_changed_file_raises_anything_else(tmp_path: Path, place: int, sign: str) -> None:
    with suppress(InputError):
        read_ionrc(written(tmp_path / "a", FILE[:place] + sign + FILE[place + 1 :]), EPOCH)
