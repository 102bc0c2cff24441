"""Control centres and their shifts: human time as a resource that partners share.

The table is ``control_centres.csv``, one row a shift. The centres and where they are: recall; their
shifts and staff for a lunar station: assumption, to be replaced by what the partners agree on.
Clocks are those of winter: daylight saving time is left out.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.clock import clock_remedy, hour_of, span_h
from moonstead.comms.intervals import duration_s, intersection, union
from moonstead.comms.link_tables import Check, filled, number, read_table
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.errors import InputError, Problem
from moonstead.spec import suggest
from moonstead.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Hours in which a number of people are there.

    Parameters
    ----------
    start_h, end_h
        By the centre's clock; an end not after the start is on the next day.
    days
        On which it starts, 0 for Monday.
    staff
        People for the lunar station.
    """

    start_h: float
    end_h: float
    days: tuple[int, ...]
    staff: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCentre:
    """Where people work for the station.

    Parameters
    ----------
    name, title, owner
        The name in files, the name for people, and the partner whose people they are.
    utc_offset_h
        How far its clock is ahead of UTC.
    shifts
        In the order of the table; they may overlap.
    """

    name: str
    title: str
    owner: str
    utc_offset_h: float
    shifts: tuple[Shift, ...]


def load_control_centres(path: Path | None = None) -> tuple[ControlCentre, ...]:
    """Read the control centres; None for those that come with Moonstead.

    Raises
    ------
    InputError
        With every wrong cell, and with shifts of one centre that tell of it differently.
    """
    columns: dict[str, Check] = {
        "shift": filled,
        "centre": filled,
        "title": filled,
        "owner": filled,
        "utc_offset_h": number(-12.0, 14.0),
        "start": clock_remedy,
        "end": clock_remedy,
        "days": _days_remedy,
        "staff": _staff_remedy,
        "source": filled,
    }
    rows = read_table("control_centres.csv", path, columns)
    shifts: dict[str, list[Shift]] = {}
    known: dict[str, tuple[str, str, str]] = {}
    problems = []
    for row in rows:
        name, about = row["centre"], (row["title"], row["owner"], row["utc_offset_h"])
        if known.setdefault(name, about) != about:
            remedy = f'title, owner and offset must be those of the first shift of "{name}"'
            place = f'shift "{row["shift"]}"'
            problems.append(Problem(str(path), place, ", ".join(about), remedy))
        shift = Shift(
            start_h=hour_of(row["start"]),
            end_h=hour_of(row["end"]),
            days=tuple(_DAYS.index(day) for day in row["days"].split()),
            staff=int(row["staff"]),
        )
        shifts.setdefault(name, []).append(shift)
    if problems:
        raise InputError(problems)
    return tuple(
        ControlCentre(
            name=name,
            title=title,
            owner=owner,
            utc_offset_h=float(offset_h),
            shifts=tuple(shifts[name]),
        )
        for name, (title, owner, offset_h) in known.items()
    )


def control_centre_named(name: str, centres: tuple[ControlCentre, ...]) -> ControlCentre:
    """Return a control centre by name.

    Raises
    ------
    InputError
        There is none, with the one that was meant.
    """
    by_name = {centre.name: centre for centre in centres}
    if name not in by_name:
        remedy = f"unknown; {suggest(name, by_name)}"
        raise InputError(Problem("control centres", "name", f'"{name}"', remedy))
    return by_name[name]


def on_shift(centre: ControlCentre, start_t_s: float, end_t_s: float) -> FloatArray:
    """Return when anybody is there.

    Parameters
    ----------
    centre
        The control centre.
    start_t_s, end_t_s
        Span, TDB seconds past J2000.

    Returns
    -------
    ndarray of shape (n, 2)
        Intervals, TDB seconds past J2000, within some milliseconds of the clock.
    """
    return union(*(times for _, times in shift_times(centre, start_t_s, end_t_s)))


def staff_hours(centre: ControlCentre, times: FloatArray) -> float:
    """Return how many hours of people's time a centre has within given times.

    Parameters
    ----------
    centre
        The control centre.
    times
        Intervals, TDB seconds past J2000, shape (n, 2), such as contacts.

    Returns
    -------
    float
        Hours, counted for each of the people.
    """
    if len(times) == 0:
        return 0.0
    shifts = shift_times(centre, float(times[0, 0]), float(times[-1, 1]))
    return sum(staff * duration_s(intersection(of, times)) for staff, of in shifts) / HOUR_S


def shift_times(
    centre: ControlCentre, start_t_s: float, end_t_s: float
) -> tuple[tuple[int, FloatArray], ...]:
    """Return for each shift how many people it has and when it is on, shape (n, 2)."""
    offset = timedelta(hours=centre.utc_offset_h)
    first = (to_utc(start_t_s) + offset).replace(hour=0, minute=0, second=0, microsecond=0)
    first -= timedelta(days=1)  # a shift of the night before may still be on
    midnights = from_utc(first - offset) + DAY_S * np.arange(int((end_t_s - start_t_s) / DAY_S) + 4)
    weekdays = (first.weekday() + np.arange(len(midnights))) % 7
    span = np.array([[start_t_s, end_t_s]])
    found = []
    for shift in centre.shifts:
        starts = midnights[np.isin(weekdays, shift.days)] + shift.start_h * HOUR_S
        long_s = span_h(shift.start_h, shift.end_h) * HOUR_S
        times = union(np.column_stack([starts, starts + long_s]))
        found.append((shift.staff, intersection(times, span)))
    return tuple(found)


def _days_remedy(text: str) -> str:
    days = text.split()
    good = bool(days) and set(days) <= set(_DAYS) and len(set(days)) == len(days)
    return "" if good else f"must be one or more of {' '.join(_DAYS)}, each once"


def _staff_remedy(text: str) -> str:
    return "" if text.isdecimal() and 0 < int(text) < 1000 else "must be a whole number from 1"
