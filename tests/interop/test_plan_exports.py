"""Plans in other tools' formats: read back, and as their own definitions say."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.autonomy.planning.published import PlannedActivity, PublishedPlan
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.interop.plan_exports import (
    PLAN_FORMATS,
    icalendar,
    open_mct_json,
    plan_csv,
    plandev_json,
    seq_json,
)

START = datetime(2035, 3, 1, tzinfo=UTC)


def _plan(*activities):
    start_t_s = float(from_utc(START))
    return PublishedPlan(
        station="ilrs-basic",
        made_t_s=start_t_s,
        start_t_s=start_t_s,
        end_t_s=start_t_s + 14 * 86400.0,
        points=100.0,
        bound=102.0,
        activities=activities,
        left_out=(),
    )


def _activity(name="survey 1", hour=5.5, partner="cnsa", **changes):
    start_t_s = float(from_utc(START)) + 3600.0 * hour
    values = {
        "request": "survey", "partner": partner, "element": "rover", "start_t_s": start_t_s,
        "end_t_s": start_t_s + 7200.0, "earliest_t_s": start_t_s - 1800.0,
        "latest_t_s": start_t_s + 3600.0, "power_w": 120.0, "data_bit": 1e9, "value": 20.0,
        "loads": ("rover.drive", "rover.payload"),
    }  # fmt: skip
    return PlannedActivity(name=name, **{**values, **changes})


PLAN = _plan(_activity(), _activity("deep; sky, 2", 30.25, "sansa", element="antenna"))


def test_plandev_offsets_lead_back_to_the_starts():
    read = json.loads(plandev_json(PLAN))
    begin = datetime.fromisoformat(read["start_time"])
    assert read["version"] == "2"
    assert read["duration"] == "336:00:00"
    for row, activity in zip(read["activities"], PLAN.activities, strict=True):
        hours, minutes, seconds = row["start_offset"].split(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
        assert abs((begin + offset - to_utc(activity.start_t_s)).total_seconds()) < 0.501
        assert row["arguments"]["duration"] == 7_200_000_000


def test_open_mct_groups_by_element_in_unix_milliseconds():
    read = json.loads(open_mct_json(PLAN))
    assert set(read) == {"rover", "antenna"}
    only = read["rover"][0]
    assert only["start"] == (START + timedelta(hours=5.5)).timestamp() * 1000
    assert only["end"] - only["start"] == 7_200_000
    assert only["type"] == "rover"


def test_a_sequence_switches_every_load_on_and_off_in_order_of_time():
    read = json.loads(seq_json(PLAN))
    levels = {}
    tags = [step["time"]["tag"] for step in read["steps"]]
    assert tags == sorted(tags)
    assert tags[0] == "2035-060T05:30:00"
    for step in read["steps"]:
        assert set(step) == {"type", "stem", "args", "time", "description", "metadata"}
        load, level = (argument["value"] for argument in step["args"])
        levels[load] = levels.get(load, 0.0) + (1.0 if level else -1.0)
    assert set(levels.values()) == {0.0}


def test_the_table_has_a_row_for_every_activity():
    rows = list(csv.DictReader(io.StringIO(plan_csv(PLAN))))
    assert [row["activity"] for row in rows] == ["survey 1", "deep; sky, 2"]
    assert rows[0]["start_utc"] == "2035-03-01T05:30:00Z"


def _calendar(text):
    """Unfold and unescape as RFC 5545, 3.1 and 3.3.11, says."""
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    events, now = [], None
    for line in text.replace("\r\n ", "").split("\r\n"):
        if line == "BEGIN:VEVENT":
            now = {}
        elif line == "END:VEVENT":
            events.append(now)
            now = None
        elif now is not None:
            key, _, value = line.partition(":")
            now[key] = value.replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    return events


def test_a_calendar_has_an_event_for_every_activity():
    events = _calendar(icalendar(PLAN))
    assert [event["SUMMARY"] for event in events] == ["survey 1", "deep; sky, 2"]
    assert events[0]["DTSTART"] == "20350301T053000Z"
    assert len({event["UID"] for event in events}) == 2


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120))
def test_any_name_survives_folding(name):
    events = _calendar(icalendar(_plan(_activity("x" + name))))
    assert events[0]["SUMMARY"] == "x" + name


@pytest.mark.parametrize("name", PLAN_FORMATS)
def test_an_empty_plan_can_be_written(name):
    assert PLAN_FORMATS[name](_plan())
