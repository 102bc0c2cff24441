"""Scenarios of the torture campaign: those that come with it, and what a user may get wrong."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_cases import CASE, case_folder, stage, station

from moonstead.campaign.torture.campaign import chosen, wrong_of
from moonstead.campaign.torture.case import read_cases, span_s
from moonstead.campaign.torture.staging import Staged, packaged, read_base, staged
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.kernels import Kernels
from moonstead.environment.light import visible_fraction
from moonstead.environment.sites import load_profile
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.scenario.build import build_world
from moonstead.scenario.timeline import schedule_of

STUDY = """P01 P02 P03 P04 P06 P07 P08 P09 P11 P12 P13 P15 P17 P18 T01 T02 T04 T06 T08 C01 C02 C04
C06 C07 C08 C10 D01 D02 D04 D05 D06 D08 D10 S01 S03 S05 R01 R02 R03 R05 R07 I01 H01 E02 E03 O01 O03
O04 O06 A01 A02 A03 X02"""
"""The list of the autonomy study, section 6.2."""


@pytest.fixture(scope="module")
def every() -> tuple[Staged, ...]:
    base = read_base()
    return chosen(*read_cases(packaged("scenarios"), base), base)


def test_every_scenario_of_the_study_is_there(every: tuple[Staged, ...]) -> None:
    assert {one.case.id for one in every} == set(STUDY.split())


def test_every_packaged_scenario_fits_the_station(every: tuple[Staged, ...]) -> None:
    parts = build_world(read_base(), "", Path("station.toml")).station.parts
    for one in every:
        schedule = schedule_of(one.run, parts, str(one.file))
        assert len(schedule.faults) == len(one.run.fault) + len(one.run.event)


def test_what_goes_wrong_is_in_the_run_and_not_in_its_reference(every: tuple[Staged, ...]) -> None:
    for one in every:
        assert not one.reference.fault
        assert not one.reference.event
        assert not one.reference.command
        wrong = wrong_of(one.run)
        assert wrong.has_faults or wrong.has_commands or one.case.reference == "base"


def test_times_count_from_the_beginning(tmp_path: Path) -> None:
    only = stage(tmp_path, A=CASE.format(id="A1", mode="derated"))[0]
    assert only.run.run.start == datetime(2035, 3, 1, tzinfo=UTC)
    assert only.run.fault[0].at == datetime(2035, 3, 1, 6, tzinfo=UTC)
    assert only.run.run.end - only.run.run.start == timedelta(days=1.5)


@given(
    days=st.integers(0, 400),
    hours=st.integers(0, 23),
    minutes=st.integers(0, 59),
    late=st.booleans(),
)
def test_a_span_is_the_sum_of_its_parts(days: int, hours: int, minutes: int, late: bool) -> None:
    text = f"{'' if late else '-'}{days} d {hours} h {minutes} min"
    whole = timedelta(days=days, hours=hours, minutes=minutes).total_seconds()
    assert span_s(text) == (whole if late else -whole)


def test_a_variant_is_the_same_at_another_time(tmp_path: Path) -> None:
    text = CASE.format(id="A1", mode="off") + '[[variant]]\nname = "late"\nshift_s = "3 h"\n'
    first, second = stage(tmp_path, A=text)
    assert (first.name, second.name) == ("A1", "A1-late")
    first_at, second_at = first.run.fault[0].at, second.run.fault[0].at
    assert first_at is not None
    assert second_at is not None
    assert second_at - first_at == timedelta(hours=3)


def test_a_beginning_is_found_in_the_sky(every: tuple[Staged, ...]) -> None:
    """The Sun is gone 162 h after the begin of P18, and was there a little before."""
    hard = next(one for one in every if one.name == "P18")
    profile = load_profile(hard.run.site.profile or "")
    dark_t_s = from_utc(hard.run.run.start + timedelta(hours=162))
    sun = load_ephemeris(Kernels()).track(profile.site, "sun", dark_t_s - 7200.0, 3600.0, 123)
    seen = visible_fraction(sun, profile)
    assert seen[0] > 0.0
    assert (seen[3:122] < 0.02).all()


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_cases(case_folder(folder, A=text), read_base(station(folder)))
    return [str(problem) for problem in caught.value.problems]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = CASE.format(id="a 1", mode="explode").replace("keep_fraction = 0.5", "keep = 3")
    text = text.replace('at = "6 h"', "at = 2035-03-01T06:00:00Z")
    told = "\n".join(mistakes(tmp_path, text))
    for wanted in ("id = ", "mode", "keep_fraction", "2 d 3 h"):
        assert wanted in told
    assert len(told.splitlines()) >= 4


def test_what_does_not_fit_the_station_is_told(tmp_path: Path) -> None:
    base = read_base(station(tmp_path))
    text = CASE.format(id="A1", mode="off").replace('isolate = ["array"]', 'isolate = ["arry"]')
    text += '[[set]]\nelement = ["battery"]\nkey = "initial_fractoin"\nvalue = 0.5\n'
    cases, files = read_cases(case_folder(tmp_path, A=text), base)
    with pytest.raises(InputError, match="initial_fraction"):
        staged(cases[0], files["A1"], base)
    cases, files = read_cases(case_folder(tmp_path, A=text.split("[[set]]")[0]), base)
    with pytest.raises(InputError, match='did you mean "array"'):
        staged(cases[0], files["A1"], base)


def test_another_state_of_an_element_is_set(tmp_path: Path) -> None:
    text = CASE.format(id="A1", mode="off")
    text += '[[set]]\nelement = ["battery"]\nkey = "initial_fraction"\nvalue = 0.31\n'
    only = stage(tmp_path, A=text)[0]
    for scenario in (only.run, only.reference):
        battery = next(one for one in scenario.element if one.name == "battery")
        assert battery.model_dump()["initial_fraction"] == 0.31


def test_an_id_twice_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    text = CASE.format(id="A1", mode="off")
    base = read_base(station(tmp_path))
    with pytest.raises(InputError, match="has this id already"):
        read_cases(case_folder(tmp_path, A=text, B=text), base)
    with pytest.raises(InputError, match="no folder with scenarios"):
        read_cases(tmp_path / "nowhere", base)


def test_only_takes_ids_and_tells_unknown_ones() -> None:
    base = read_base()
    cases, files = read_cases(packaged("scenarios"), base)
    names = {one.name for one in chosen(cases, files, base, ["P11"])}
    assert names == {"P11", "P11-in-dark"}
    names = {one.name for one in chosen(cases, files, base, ["P11-in-dark"])}
    assert names == {"P11-in-dark"}
    with pytest.raises(InputError, match="P1x"):
        chosen(cases, files, base, ["P1x"])


def test_what_comes_after_a_shorter_window_is_told() -> None:
    base = read_base()
    cases, files = read_cases(packaged("scenarios"), base)
    with pytest.raises(InputError, match="must come within the window, 3 days"):
        chosen(cases, files, base, ["P01", "P03"], days=3.0)
    assert chosen(cases, files, base, ["P01"], days=3.0)[0].run.run.end == datetime(
        2037, 10, 15, tzinfo=UTC
    )


def test_the_files_are_named_after_their_ids() -> None:
    names = {path.stem for path in packaged("scenarios").glob("*.toml")}
    assert names == set(STUDY.split())
