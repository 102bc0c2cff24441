"""Requests in a scenario: windows, order, campaigns, shares, tables; and mistakes in them."""

from pathlib import Path

import numpy as np
import pytest

from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.run.planning import plan_scenario
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.examples import scenario_path

START, END = "2035-06-20T00:00:00Z", "2035-06-24T00:00:00Z"
MORE = """
[[campaign]]
name = "polar-sky"
value = 5.0
returns = 0.5

[[experiment]]
name = "first-light"
title = "Camera check"
partner = "sansa"
element = "earth-camera"
kind = "technical-verification"
duration_s = "2 h"
sessions = 2
value = 4
mandatory = true
window = [{ start = 2035-06-21T00:00:00Z, end = 2035-06-21T12:00:00Z }]

[[experiment]]
name = "night-side"
title = "Earth's night side"
partner = "sansa"
element = "earth-camera"
kind = "observation"
duration_s = "2 h"
sessions = 4
value = 6
returns = 0.5
half_life_s = "2 day"
campaign = "polar-sky"
after = { experiment = "first-light", sessions = 2, gap_s = "3 h" }
"""


def written(folder: Path, more: str = MORE, **changes: str) -> Path:
    text = scenario_path("ilrs-basic").read_text(encoding="utf-8")
    text = text.replace("start = 2035-01-01T00:00:00Z", f"start = {START}")
    text = text.replace("end = 2036-01-01T00:00:00Z", f"end = {END}")
    for old, new in changes.items():
        more = more.replace(old, new)
    path = folder / "asked.toml"
    path.write_text(text + more, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    path = written(tmp_path_factory.mktemp("asked"))
    return plan_scenario(
        build_world(*read_scenario(path), path),
        left=iter([1.0, 0.5] + [0.0] * 99).__next__,
        with_bound=True,
        threads=1,
    )


def test_windows_and_order_hold_in_the_plan(planned):
    assert planned.violations == ()
    mine = {"first-light": [], "night-side": []}
    for activity in planned.plan.activities:
        mine.get(activity.request, []).append(activity)
    begin, end = from_utc("2035-06-21T00:00:00Z"), from_utc("2035-06-21T12:00:00Z")
    assert len(mine["first-light"]) == 2
    for activity in mine["first-light"]:
        assert begin - 1.0 <= activity.start_t_s
        assert activity.end_t_s <= end + 1.0
    last = max(activity.end_t_s for activity in mine["first-light"])
    assert len(mine["night-side"]) == 4
    assert min(a.start_t_s for a in mine["night-side"]) >= last + 3 * 3600.0 - 1.0


def test_further_sessions_and_later_ones_are_worth_less(planned):
    problem = planned.asked.problem
    tasks = [task for task in problem.tasks if task.request == "night-side"]
    first, second = (task.options[0].worth for task in tasks[:2])
    both = np.isfinite(first) & np.isfinite(second)
    np.testing.assert_allclose(second[both], 0.5 * first[both])
    two_days = round(2 * 86400.0 / problem.slot_s)
    at = np.flatnonzero(np.isfinite(first[:-two_days]) & np.isfinite(first[two_days:]))[0]
    assert first[at + two_days] < 0.5 * first[at] + 1e-12
    assert problem.campaigns[0].rewards[:3] == (5.0, 2.5, 1.25)


def test_the_plan_is_below_its_bound_and_gives_reasons(planned):
    plan = planned.plan
    assert plan.bound is not None
    assert plan.points <= plan.bound * (1 + 1e-9)
    by_name = {a.name for a in plan.activities}
    for row in plan.left_out:
        assert row.text
        assert set(row.displaces) <= by_name
        if row.at_t_s is not None:
            assert plan.start_t_s <= row.at_t_s < plan.end_t_s
    for a in plan.activities:
        assert a.earliest_t_s <= a.start_t_s <= a.latest_t_s


WRONG = [
    ('"polar-sky"\nafter', '"polar"\nafter', 'experiment "night-side".campaign = "polar"'),
    ("sessions = 2, gap_s", "sessions = 9, gap_s", "first-light has 2 sessions only"),
    ('{ experiment = "first-light"', '{ experiment = "night-side"', "would wait for itself"),
    ("2035-06-21T12:00:00Z", "2035-06-20T12:00:00Z", "must be after the start"),
    ("returns = 0.5\nhalf", "returns = 1.5\nhalf", "must be at most 1"),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_what_is_wrong_is_told_in_one_line(tmp_path, old, new, words):
    assert old in MORE
    with pytest.raises(InputError) as caught:
        read_scenario(written(tmp_path, **{old: new}))
    assert len(caught.value.problems) == 1
    assert words in str(caught.value.problems[0])


TABLE = """name,title,partner,element,kind,duration_s,sessions,value
aurora,Aurora watch,sansa,earth-camera,observation,1 h,3,9
"""


def test_a_table_adds_requests_and_changes_what_a_run_is(tmp_path):
    (tmp_path / "more.csv").write_text(TABLE, encoding="utf-8")
    plain = written(tmp_path)
    text = plain.read_text(encoding="utf-8")
    path = tmp_path / "tabled.toml"
    path.write_text(
        text.replace('name = "ilrs-basic"', 'name = "ilrs-basic"\nrequest_table = ["more.csv"]'),
        encoding="utf-8",
    )
    scenario, recorded = read_scenario(path)
    assert scenario.experiment[-1].name == "aurora"
    (tmp_path / "more.csv").write_text(TABLE.replace(",9", ",8"), encoding="utf-8")
    assert read_scenario(path)[1] != recorded
    (tmp_path / "more.csv").write_text(TABLE.replace("aurora,", "earth-disc,"), encoding="utf-8")
    with pytest.raises(InputError, match="has this name already"):
        read_scenario(path)
