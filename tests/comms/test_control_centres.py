"""Shifts and staff of control centres, by the clock on the wall."""

from pathlib import Path

import numpy as np
import pytest

from moonstead.comms.control_centres import (
    control_centre_named,
    load_control_centres,
    on_shift,
    staff_hours,
)
from moonstead.comms.ground_stations import load_ground_stations
from moonstead.comms.intervals import duration_s
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.errors import InputError
from moonstead.units import DAY_S, HOUR_S

MONDAY_T_S = from_utc("2030-01-07")
WEEK = np.array([[MONDAY_T_S, MONDAY_T_S + 7 * DAY_S]])
HEADING = "shift,centre,title,owner,utc_offset_h,start,end,days,staff,source\n"


def test_centres_of_the_partners_that_have_ground_stations() -> None:
    centres = load_control_centres()
    assert {"bacc", "tsup", "esoc"} <= {centre.name for centre in centres}
    assert {centre.owner for centre in centres} <= {s.owner for s in load_ground_stations()}


def test_day_and_night_in_beijing() -> None:
    bacc = control_centre_named("bacc", load_control_centres())
    assert duration_s(on_shift(bacc, *WEEK[0])) == pytest.approx(7 * DAY_S, abs=0.1)
    # 12, 8 and 6 people for 8 hours each.
    assert staff_hours(bacc, WEEK) == pytest.approx(7 * 8 * (12 + 8 + 6), abs=0.01)
    # 08:00 to 09:00 in Beijing is midnight to one o'clock UTC.
    hour = np.array([[MONDAY_T_S, MONDAY_T_S + HOUR_S]])
    assert staff_hours(bacc, hour) == pytest.approx(12.0, abs=0.01)
    assert staff_hours(bacc, hour - HOUR_S) == pytest.approx(6.0, abs=0.01)
    assert staff_hours(bacc, np.empty((0, 2))) == 0.0


def test_working_days_only() -> None:
    gsoc = control_centre_named("gsoc", load_control_centres())
    times = on_shift(gsoc, *WEEK[0])
    assert len(times) == 5
    assert [to_utc(t + 1.0).strftime("%a %H:%M") for t in times[[0, -1], 0]] == [
        "Mon 07:00",
        "Fri 07:00",
    ]


def test_a_night_shift_that_began_the_day_before(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(HEADING + "n,here,Here,Us,-6,22:00,06:00,sun,2,made\n")
    (centre,) = load_control_centres(path)
    # Sunday 22:00 at UTC-6 is Monday 04:00 UTC; it ends at noon.
    (times,) = on_shift(centre, MONDAY_T_S + 5 * HOUR_S, MONDAY_T_S + DAY_S)
    assert (times - MONDAY_T_S) / HOUR_S == pytest.approx([5.0, 12.0], abs=1e-5)


def test_mistakes_are_told(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(HEADING + "a,here,Here,Us,15,8:00,25:00,mon mon,none,\n")
    with pytest.raises(InputError) as caught:
        load_control_centres(path)
    assert len(caught.value.problems) == 6
    path.write_text(
        HEADING
        + "a,here,Here,Us,1,08:00,16:00,mon,1,made\n"
        + "b,here,Here,Us,2,16:00,24:00,mon,1,made\n"
    )
    with pytest.raises(InputError, match='shift "b"'):
        load_control_centres(path)
    with pytest.raises(InputError, match='did you mean "esoc"'):
        control_centre_named("esok", load_control_centres())
