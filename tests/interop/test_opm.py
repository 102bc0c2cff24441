import dataclasses
from pathlib import Path

import numpy as np
import pytest
from oem_samples import OPM_KVN

from moonstead.errors import InputError
from moonstead.interop.ndm_write import Form
from moonstead.interop.opm import Opm, parse_opm, read_opm
from moonstead.interop.opm_write import opm_text, write_opm

FORMS: list[Form] = ["kvn", "xml"]


def parsed(text: str) -> Opm:
    return parse_opm(text.encode(), "state.opm")


def told(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parsed(text)
    return [str(problem) for problem in caught.value.problems]


def test_every_part_of_a_message_is_read() -> None:
    opm = parsed(OPM_KVN)
    assert opm.metadata.comments == ("about the Earth",)
    assert opm.comments == ("a state beyond escape",)
    np.testing.assert_allclose(opm.position_m, [6655994.2, -40218575.1, -82917.7], rtol=1e-15)
    assert opm.kepler is not None
    assert opm.kepler.eccentricity > 1.0
    assert opm.kepler.semi_major_axis_m == pytest.approx(-41399512.3)
    assert (opm.kepler.anomaly, opm.kepler.anomaly_deg) == ("true", 41.922339)
    assert opm.spacecraft.mass_kg == 1913.0
    assert opm.spacecraft.drag_area_m2 is None
    assert opm.covariance is not None
    assert opm.covariance.ref_frame == "RTN"
    first, second = opm.manoeuvres
    assert first.comments == ("two burns",)
    assert first.delta_v_m_per_s == pytest.approx((-24.257, 12.626, -18.909))
    assert (second.duration_s, second.ref_frame) == (0.0, "RTN")
    assert opm.user_defined == (("EARTH_MODEL", "WGS-84"),)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_back(form: Form) -> None:
    opm = parsed(OPM_KVN)
    text = opm_text(opm, form)
    again = parsed(text)
    assert opm_text(again, form) == text
    for name in ("header", "metadata", "t_s", "spacecraft", "user_defined", "comments"):
        assert getattr(again, name) == getattr(opm, name), name
    assert np.abs(again.position_m - opm.position_m).max() < 1e-6
    assert np.abs(again.velocity_m_per_s - opm.velocity_m_per_s).max() < 1e-9
    assert opm.kepler is not None
    assert again.kepler is not None
    assert dataclasses.astuple(again.kepler)[:5] == pytest.approx(
        dataclasses.astuple(opm.kepler)[:5], rel=1e-15
    )
    assert [burn.comments for burn in again.manoeuvres] == [("two burns",), ()]
    assert again.manoeuvres[0].delta_v_m_per_s == pytest.approx(opm.manoeuvres[0].delta_v_m_per_s)


def test_the_name_of_the_file_chooses_the_form(tmp_path: Path) -> None:
    opm = parsed(OPM_KVN)
    for name, start in (("state.xml", "<?xml"), ("state.opm", "CCSDS_OPM_VERS = 3.0")):
        write_opm(opm, tmp_path / name)
        assert (tmp_path / name).read_text().startswith(start)
        assert read_opm(tmp_path / name).t_s == opm.t_s


def test_the_smallest_message_is_read() -> None:
    lines = OPM_KVN.split("\n")
    opm = parsed("\n".join(lines[: lines.index("Z_DOT = -0.00101495 [km/s]") + 1]))
    assert opm.kepler is None
    assert opm.covariance is None
    assert opm.manoeuvres == ()


CASES = [
    ("X = 6655.9942 [km]", "X = 6655.9942 [m]", "line 16, X = [m]: must be in km"),
    ("X = 6655.9942 [km]\n", "", "X is missing"),
    ("X = 6655.9942", "X = inf", "line 16, X = inf: must be a finite number"),
    ("X = 6655.9942", "X = 1e307", "must be a finite number"),
    ("GM = 398600.4415 [km**3/s**2]\n", "", "line 22, kepler: GM is missing"),
    ("ECCENTRICITY = 1", "ECCENTRICITY = -1", "must not be negative"),
    ("MASS = 1", "MASS = -1", "must not be negative"),
    ("MASS = 1", "MASSE = -1", 'did you mean "MASS"?'),
    ("DELTA_MASS = -15", "DELTA_MASS = 15", "must not be positive"),
    ("DURATION = 1325", "DURATION = -1325", "must not be negative"),
    ("MAN_REF_FRAME = RTN\n", "", "MAN_REF_FRAME is missing"),
    ("TRUE_ANOMALY", "MEAN_ANOMALY = 3\nTRUE_ANOMALY", "and not both"),
    ("CX_X = 3", "CX_X = -3", "a variance must not be negative"),
    ("CY_X = 4.618927349220216e-04\n", "", "CY_X is missing"),
    ("TIME_SYSTEM = TAI", "TIME_SYSTEM = MET", "is not supported"),
    ("EPOCH = 2029-06-03T00:00", "EPOCH = 2029-06-33T00:00", "is no day of the calendar"),
    ("CCSDS_OPM_VERS", "CCSDS_OEM_VERS", "the first line must be"),
]


@pytest.mark.parametrize(("old", "new", "words"), CASES)
def test_a_mistake_is_told_with_its_line(old: str, new: str, words: str) -> None:
    assert old in OPM_KVN
    problems = told(OPM_KVN.replace(old, new, 1))
    assert any(words in problem for problem in problems), problems


def test_mistakes_in_xml_are_told_with_line_and_path() -> None:
    text = opm_text(parsed(OPM_KVN), "xml")
    wrong = text.replace("<GM>", "<GN>").replace("</GM>", "</GN>").replace("<MASS>1", "<MASS>-1")
    problems = told(wrong)
    assert any("keplerianElements/GN" in problem for problem in problems)
    assert any("spacecraftParameters/MASS" in problem for problem in problems)


def test_version_2_has_all_of_the_spacecraft_or_nothing() -> None:
    opm = parsed(OPM_KVN)
    old = dataclasses.replace(
        opm, header=dataclasses.replace(opm.header, version="2.0", message_id="")
    )
    with pytest.raises(InputError, match="or none of them"):
        opm_text(old)
    full = dataclasses.replace(opm.spacecraft, drag_area_m2=10.0, drag_coefficient=2.3)
    assert parsed(opm_text(dataclasses.replace(old, spacecraft=full), "xml")).spacecraft == full
