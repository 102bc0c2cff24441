"""Plans in the formats of other tools: PlanDev, Open MCT, SEQ JSON, CSV and iCalendar.

- PlanDev (formerly Aerie): the plan file that its user interface exports and imports, version 2.
- Open MCT: the JSON of its plan view, activities by group, times in milliseconds of Unix time.
- SEQ JSON: the sequence format of the AMMOS tools (schema 1.3), a command for each change.
- iCalendar: RFC 5545, one event an activity.

All times in files are UTC, to the second.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from moonstead.autonomy.planning.published import PlannedActivity, PublishedPlan
from moonstead.environment.timescale import iso_utc, to_utc

COLOURS = ("#3b6ea8", "#b3623b", "#4f8a5b", "#7a5a9a", "#9a7d2e", "#4f8a94")
"""Of partners in Open MCT, in order of name."""
COLUMNS = (
    "activity",
    "request",
    "partner",
    "element",
    "way",
    "start_utc",
    "end_utc",
    "earliest_utc",
    "latest_utc",
    "power_w",
    "data_bit",
    "value",
)


def plandev_json(plan: PublishedPlan) -> str:
    """Return a plan file of PlanDev; an activity's type is its request."""
    start = _to_second(plan.start_t_s)
    activities = [
        {
            "anchor_id": None,
            "anchored_to_start": True,
            "arguments": {
                "duration": round((a.end_t_s - a.start_t_s) * 1e6),
                "element": a.element,
                "way": a.way,
                "partner": a.partner,
                "power_w": a.power_w,
                "data_bit": a.data_bit,
            },
            "id": number,
            "metadata": {"value": a.value},
            "name": a.name,
            "start_offset": _interval(_to_second(a.start_t_s) - start),
            "tags": [{"tag": {"color": colour, "name": a.partner}}],
            "type": a.request,
        }
        for number, (a, colour) in enumerate(_coloured(plan), start=1)
    ]
    return _json(
        {
            "activities": activities,
            "duration": _interval(_to_second(plan.end_t_s) - start),
            "id": 1,
            "model_id": 1,
            "name": f"{plan.station} {iso_utc(plan.start_t_s)}",
            "simulation_arguments": {},
            "start_time": start.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "tags": [],
            "version": "2",
        }
    )


def open_mct_json(plan: PublishedPlan) -> str:
    """Return the plan of an Open MCT plan view, a group for each element."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for a, colour in _coloured(plan):
        groups.setdefault(a.element, []).append(
            {
                "name": a.name,
                "start": _unix_ms(a.start_t_s),
                "end": _unix_ms(a.end_t_s),
                "type": a.element,
                "color": colour,
                "textColor": "#ffffff",
                "description": f"{a.request} of {a.partner}, {a.value:g} points",
            }
        )
    return _json(groups)


def seq_json(plan: PublishedPlan) -> str:
    """Return a sequence: the loads of activities to 1 at their start, to 0 at their end."""
    changes = sorted(
        (t_s, level, load, a.name)
        for a in plan.activities
        for t_s, level in ((a.start_t_s, 1.0), (a.end_t_s, 0.0))
        for load in a.loads
    )
    steps = [
        {
            "type": "command",
            "stem": "SET_LEVEL",
            "args": [
                {"type": "string", "name": "load", "value": load},
                {"type": "number", "name": "level", "value": level},
            ],
            "time": {"type": "ABSOLUTE", "tag": _day_of_year(t_s)},
            "description": name,
            "metadata": {},
        }
        for t_s, level, load, name in changes
    ]
    return _json(
        {
            "id": f"{plan.station}-{to_utc(plan.start_t_s):%Y-%jT%H-%M-%S}",
            "metadata": {
                "station": plan.station,
                "made_utc": iso_utc(plan.made_t_s),
                "points": plan.points,
                "bound": plan.bound,
            },
            "steps": steps,
        }
    )


def plan_csv(plan: PublishedPlan) -> str:
    """Return a table of activities."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for a in plan.activities:
        times = (a.start_t_s, a.end_t_s, a.earliest_t_s, a.latest_t_s)
        table.writerow(
            (
                a.name,
                a.request,
                a.partner,
                a.element,
                a.way,
                *(iso_utc(t_s) for t_s in times),
                f"{a.power_w:.6g}",
                f"{a.data_bit:.6g}",
                f"{a.value:.6g}",
            )
        )
    return text.getvalue()


def icalendar(plan: PublishedPlan) -> str:
    """Return a calendar of activities (RFC 5545)."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Moonstead//plan//EN",
        f"X-WR-CALNAME:{_escaped(plan.station)}",
    ]
    for a in plan.activities:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{a.name}-{_basic(a.start_t_s)}@{plan.station}".replace(" ", "-"),
            f"DTSTAMP:{_basic(plan.made_t_s)}",
            f"DTSTART:{_basic(a.start_t_s)}",
            f"DTEND:{_basic(a.end_t_s)}",
            f"SUMMARY:{_escaped(a.name)}",
            f"LOCATION:{_escaped(a.element)}",
            f"CATEGORIES:{_escaped(a.partner)}",
            f"DESCRIPTION:{_escaped(f'{a.request}, {a.power_w:.0f} W, {a.value:g} points')}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines)


PLAN_FORMATS: Mapping[str, Callable[[PublishedPlan], str]] = {
    "plandev": plandev_json,
    "open-mct": open_mct_json,
    "seq": seq_json,
    "csv": plan_csv,
    "ics": icalendar,
}


def _coloured(plan: PublishedPlan) -> list[tuple[PlannedActivity, str]]:
    partners = sorted({a.partner for a in plan.activities})
    return [(a, COLOURS[partners.index(a.partner) % len(COLOURS)]) for a in plan.activities]


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def _interval(length: timedelta) -> str:
    """Return hours, minutes and seconds as PostgreSQL writes an interval."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}"


def _to_second(t_s: float) -> datetime:
    exact = to_utc(t_s)
    return (exact + timedelta(microseconds=500_000)).replace(microsecond=0)


def _unix_ms(t_s: float) -> int:
    return round(_to_second(t_s).timestamp() * 1000)


def _day_of_year(t_s: float) -> str:
    return f"{_to_second(t_s):%Y-%jT%H:%M:%S}"


def _basic(t_s: float) -> str:
    return f"{_to_second(t_s):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for raw, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(raw, written)
    return text


def _folded(line: str) -> str:
    """Return a content line, cut so that no line is longer than 75 octets."""
    parts, room, octets = [""], 75, 0
    for letter in line:
        size = len(letter.encode())
        if octets + size > room:
            parts.append("")
            room, octets = 74, 0
        parts[-1] += letter
        octets += size
    return "\r\n ".join(parts) + "\r\n"
