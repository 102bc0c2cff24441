import dataclasses
from pathlib import Path

import numpy as np
import pytest
from oem_samples import OEM_KVN

from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.interop.ndm_write import Form
from moonstead.interop.oem import Oem, oem_text, parse_oem, read_oem, write_oem

FORMS: list[Form] = ["kvn", "xml"]


def parsed(text: str) -> Oem:
    return parse_oem(text.encode(), "orbit.oem")


def told(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parsed(text)
    return [str(problem) for problem in caught.value.problems]


def assert_same(one: Oem, other: Oem) -> None:
    assert one.header == other.header
    assert len(one.segments) == len(other.segments)
    for a, b in zip(one.segments, other.segments, strict=True):
        assert a.metadata == b.metadata
        assert (a.interpolation, a.interpolation_degree) == (
            b.interpolation,
            b.interpolation_degree,
        )
        assert (a.start_t_s, a.stop_t_s) == (b.start_t_s, b.stop_t_s)
        assert (a.useable_start_t_s, a.useable_stop_t_s) == (
            b.useable_start_t_s,
            b.useable_stop_t_s,
        )
        assert a.comments == b.comments
        assert np.array_equal(a.t_s, b.t_s)
        assert np.abs(a.position_m - b.position_m).max() < 1e-6
        assert np.abs(a.velocity_m_per_s - b.velocity_m_per_s).max() < 1e-9
        if a.acceleration_m_per_s2 is None:
            assert b.acceleration_m_per_s2 is None
        else:
            assert b.acceleration_m_per_s2 is not None
            np.testing.assert_allclose(a.acceleration_m_per_s2, b.acceleration_m_per_s2, rtol=1e-15)
        for c, d in zip(a.covariances, b.covariances, strict=True):
            assert (c.t_s, c.ref_frame, c.comments) == (d.t_s, d.ref_frame, d.comments)
            np.testing.assert_allclose(c.matrix, d.matrix, rtol=1e-15)


def test_every_part_of_a_message_is_read() -> None:
    oem = parsed(OEM_KVN)
    assert oem.header.message_id == "OEM 17"
    assert oem.header.comments == ("a comment of the header",)
    first, second = oem.segments
    assert first.metadata.object_name == "RELAY ONE"
    assert first.metadata.comments == ("about the Moon",)
    assert first.comments == ("states",)
    assert first.interpolation_degree == 5
    assert first.t_s[0] == pytest.approx(from_utc("2029-12-18T12:00:00.331"), abs=2e-7)
    np.testing.assert_allclose(np.diff(first.t_s), 60.0, atol=3e-7)
    np.testing.assert_array_equal(first.position_m[1], [2889e3, -309e3, -1809.5e3])
    np.testing.assert_array_equal(first.velocity_m_per_s[1], [1700.0, -500.0, -1050.0])
    assert first.acceleration_m_per_s2 is None
    assert [c.ref_frame for c in first.covariances] == ["RTN", ""]
    assert first.covariances[0].comments == ("how sure",)
    matrix = first.covariances[0].matrix
    assert np.array_equal(matrix, matrix.T)
    assert matrix[5, 3] == pytest.approx(1.8692631e-10 * 1e6)
    assert second.acceleration_m_per_s2 is not None
    np.testing.assert_allclose(second.acceleration_m_per_s2[0], [0.1, 0.2, -0.3])


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_back(form: Form) -> None:
    oem = parsed(OEM_KVN)
    text = oem_text(oem, form)
    again = parsed(text)
    assert_same(oem, again)
    assert oem_text(again, form) == text


def test_the_name_of_the_file_chooses_the_form(tmp_path: Path) -> None:
    oem = parsed(OEM_KVN)
    for name, start in (("orbit.xml", "<?xml"), ("orbit.oem", "CCSDS_OEM_VERS = 3.0")):
        write_oem(oem, tmp_path / name)
        assert (tmp_path / name).read_text().startswith(start)
        assert_same(oem, read_oem(tmp_path / name))


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n \n"])
def test_line_ends_and_blank_lines_do_not_matter(line_end: str) -> None:
    assert_same(parsed(OEM_KVN), parsed(OEM_KVN.replace("\n", line_end)))


def test_a_prefix_and_units_in_xml_are_read() -> None:
    text = oem_text(parsed(OEM_KVN), "xml")
    units = text.replace("<X>", '<X units="km">').replace("<X_DOT>", '<X_DOT units="km/s">')
    assert_same(parsed(OEM_KVN), parsed(units))
    assert "must be in km" in told(text.replace("<X>", '<X units="m">', 1))[0]


CASES = [
    ("META_STOP\n", "", "cannot be read in the metadata part"),
    ("CENTER_NAME = MOON\n", "", "line 7, metadata: CENTER_NAME is missing"),
    ("REF_FRAME = ICRF\n", "REF_FRAME =\n", "line 12, REF_FRAME: REF_FRAME has no value"),
    ("TIME_SYSTEM = UTC", "TIME_SYSTEM = UT1", "line 13, TIME_SYSTEM = UT1: is not supported"),
    ("OBJECT_ID", "OBJECTID", "line 10, OBJECTID = OBJECTID: is no keyword of this part; did you"),
    ("OBJECT_NAME = R", "OBJECT_ID = R", "line 10, OBJECT_ID = 2029-062A: stands a second time"),
    ("-280.045", "nan", "line 23, Y = nan: must be a number"),
    ("-280.045", "1e400", "line 23, Y = 1e400: must be a number"),
    ("-280.045", "1e18", "is farther than a light year"),
    ("1.73372", "1e9", "is faster than light"),
    (" -1.04195", "", "line 23 = 6 values: a state is a date"),
    ("2029-352T12:01:00.331", "2029-12-18T12:00:00.331", "line 24 = 2029-12-18T12:00:00.331: st"),
    ("2029-352T12:01", "2029-352T11:01", "is earlier than the state before it"),
    ("2029-352T", "2029-366T", "line 24 = 2029-366T12:01:00.331: is no day of the calendar"),
    ("2029-352T12:01:00.331", "2029-352T12:61:00", "a minute above 59"),
    ("\nSTOP_TIME = 2029-12-18T12:02", "\nSTOP_TIME = 2029-12-18T11:02", "is before START_TIME"),
    ("START_TIME = 2029-12-18T12:00", "START_TIME = 2029-12-18T12:01", "must be between START"),
    ("\nSTOP_TIME = 2029-12-18T12:02", "\nSTOP_TIME = 2029-12-18T12:01", "is after STOP_TIME"),
    ("INTERPOLATION_DEGREE = 5", "INTERPOLATION_DEGREE = x", "a whole number from 1 to 99"),
    ("INTERPOLATION_DEGREE = 5\n", "", "INTERPOLATION_DEGREE is missing"),
    ("COVARIANCE_STOP\n", "", "META_START: cannot stand in the covariance part"),
    ("4.6189273e-04 6.78", "6.78", "line 32 = 1 values: this row has 2"),
    ("3.3313494e-04", "-3.3e-04", "a variance must not be negative"),
    ("VERS = 3.0", "VERS = 9.0", "line 1, CCSDS_OEM_VERS = 9.0: is not supported"),
    ("VERS = 3.0", "VERS = 2.0", "MESSAGE_ID: is no keyword of this part"),
    ("COMMENT states", "STATES = 3", "a keyword cannot stand among states"),
    ("COMMENT states", "what is this", "line 22 = 3 values"),
]


@pytest.mark.parametrize(("old", "new", "words"), CASES)
def test_a_mistake_is_told_with_its_line(old: str, new: str, words: str) -> None:
    assert old in OEM_KVN
    problems = told(OEM_KVN.replace(old, new, 1))
    assert any(words in problem for problem in problems), problems
    assert all(problem.startswith("orbit.oem: ") for problem in problems)


def test_several_mistakes_are_told_at_once_and_many_are_counted() -> None:
    text = OEM_KVN.replace("-280.045", "x").replace("2990.0", "y").replace("= MOON\n", "=\n")
    assert len(told(text)) == 5
    rows = "\n".join("2029-12-18T12:00:00 a b c d e f" for _ in range(1000))
    problems = told(OEM_KVN.replace("COMMENT states", rows))
    assert len(problems) == 21
    assert "and 980 more" in problems[-1] or "and 98" in problems[-1]


XML_CASES = [
    ("<oem", "<orm", "is no XML here"),
    ("</oem>", "", "is no XML here"),
    ('id="CCSDS_OEM_VERS"', 'id="OEM"', 'id must be "CCSDS_OEM_VERS"'),
    ("<body>", "<bodi/><body>", "is no keyword of this part; did you mean"),
    ("<X>2789.619000000</X>", "", "oem/body/segment/data/stateVector: X is missing"),
    ("2789.619000000", "wide", "stateVector, X = wide: must be a number"),
    ("<ORIGINATOR>MOONSTEAD</ORIGINATOR>", "", "ORIGINATOR is missing"),
    ("<?xml version", '<!DOCTYPE oem [<!ENTITY a "b">]><?xml version', "take the document"),
    ("<oem", '<!DOCTYPE oem [<!ENTITY a "b">]><oem', "take the document type out"),
    ("<CX_X>", "<CX_X><a/>", "must hold a value and no elements"),
]


@pytest.mark.parametrize(("old", "new", "words"), XML_CASES)
def test_a_mistake_in_xml_is_told_with_line_and_path(old: str, new: str, words: str) -> None:
    text = oem_text(parsed(OEM_KVN), "xml")
    assert old in text
    problems = told(text.replace(old, new, 1))
    assert any(words in problem for problem in problems), problems
    assert all("line " in problem for problem in problems)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"\xff\xfe\x00", b"PK\x03\x04" * 100, b"<", b"<a/>"]
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        parse_oem(data, "orbit.oem")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_oem(tmp_path / "none.oem")


def test_what_would_break_the_file_is_not_written() -> None:
    oem = parsed(OEM_KVN)
    for change in ("two\nlines", "", "Müller"):
        header = dataclasses.replace(oem.header, originator=change)
        with pytest.raises(InputError, match="ORIGINATOR"):
            oem_text(Oem(header, oem.segments))
    for wrong in ({"version": "1.0"}, {"version": "2.0"}, {"creation_date": "today"}):
        header = dataclasses.replace(oem.header, **wrong)
        with pytest.raises(InputError):
            oem_text(Oem(header, oem.segments))


@pytest.mark.data
def test_artemis_1_as_flown_is_read(shared_data: Path) -> None:
    path = shared_data / "trajectories" / "Post_TLI_Orion_AsFlown_20221213_EPH_OEM.asc"
    oem = read_oem(path)
    (segment,) = oem.segments
    assert segment.metadata.object_name == "EM1"
    assert len(segment.t_s) == 9211
    np.testing.assert_array_equal(
        segment.position_m[0], np.array([-2706.474978, 8923.779246, 5462.225803]) * 1e3
    )
    assert_same(oem, parsed(oem_text(oem)))
