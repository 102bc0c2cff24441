"""Reports of stations that grow: what is told is what was there at the time."""

from dataclasses import replace

import numpy as np
import pytest
from made_run import Made, changes, make_run
from page_reading import Page

from moonstead.report.darkness import deciding_spells, like_then
from moonstead.report.light import read_light
from moonstead.report.page import render
from moonstead.report.power import read_power, stays_on_floor
from moonstead.report.presence import presence
from moonstead.report.story import Story, read_story

DAY_STEPS = 144
SURVIVAL = {
    "survives": True,
    "elements_lost": [],
    "survival_power_w": 900.0,
    "survival_unserved_kwh": 0.0,
    "worst_reserve_kwh": 4.0,
    "worst_reserve_utc": "2035-03-01T12:00:00Z",
    "deliverable_capacity_kwh": 10.0,
    "least_margin_fraction": 0.2,
    "hours_in_mode": {"nominal": 48.0, "trim": 0.0, "reduced": 24.0, "survival": 0.0},
}


def grown() -> dict[str, object]:
    """Return a survival summary of a station that doubles on the second of three days."""
    first = changes(survival_w=400.0, base_w=500.0, capacity_kwh=10.0)
    second = changes(survival_w=900.0, base_w=1100.0, capacity_kwh=20.0, day=2)
    return {**SURVIVAL, **{key: first[key] + second[key] for key in first}}


def story_of(folder, made: Made) -> Story:
    return read_story(make_run(folder / "run", made))


@pytest.mark.parametrize("late_from", [DAY_STEPS, DAY_STEPS + 10])
def test_what_had_not_arrived_was_not_shed(tmp_path, late_from) -> None:
    made = Made(hours=72.0, mode=2, late_from=late_from)
    story = story_of(tmp_path, made)
    there = presence(story, "late.lamp")
    assert int(np.argmax(there)) == late_from
    assert there[late_from:].all()
    light, power = read_light(story), read_power(story)
    first = deciding_spells(story, light, power)[0]
    assert (first.first, first.end_step) == (DAY_STEPS // 2, DAY_STEPS)
    assert first.shed == ("hub.science",)
    # In each later dark spell the lamp is missed, at the 200 W that it takes whenever it may.
    last = deciding_spells(story, light, power)[-1]
    assert last.shed == ("hub.science", "late.lamp")
    assert last.given_up_kwh == pytest.approx((300.0 + 200.0) * 12.0 / 1e3, rel=1e-3)


def test_the_usual_is_that_of_the_station_as_it_was_then(tmp_path) -> None:
    story = story_of(tmp_path, Made(hours=72.0, late_from=DAY_STEPS + 10))
    assert like_then(story, DAY_STEPS // 2, DAY_STEPS) == (0, DAY_STEPS + 10)
    assert like_then(story, DAY_STEPS, DAY_STEPS + 20) == (0, story.n_steps)
    assert like_then(story, DAY_STEPS + 10, DAY_STEPS + 20) == (DAY_STEPS + 10, story.n_steps)
    spell = deciding_spells(story, read_light(story), read_power(story))[0]
    # Offered: 2.2 kW of sunlit hours, of which 12 h and ten steps of 10 min lie around the spell.
    lit_h, rest_h = 12.0 + 10.0 / 6.0, 12.0 + 10.0 / 6.0
    assert spell.usual_kwh == pytest.approx(2.2 * lit_h / rest_h * 12.0, rel=1e-6)
    assert not spell.is_rest_whole


def test_survival_power_is_told_as_it_was_at_the_time(tmp_path) -> None:
    story = story_of(tmp_path, Made(hours=72.0, values={"survival": grown()}))
    spells = deciding_spells(story, read_light(story), read_power(story))
    assert [spell.need_kwh for spell in spells] == pytest.approx([0.4 * 12.0, 0.9 * 12.0])
    text = Page(render(story)).text
    assert "Bare survival takes 400 W at first and 900 W at the end" in text
    assert "Survival needs 4.8 kWh over it as designed" in text
    assert "Survival power 400 W to 900 W" in text
    assert "the need is 40 % of it; 10 kWh to 20 kWh over the run" in text
    assert "2 Mar 2035, 00:00 900 1,100 20.0" in text


def test_a_station_that_stays_as_it_is_has_one_survival_power(tmp_path, undrawn) -> None:
    text = Page(render(story_of(tmp_path, Made()))).text
    assert "Bare survival takes 500 W, all the time." in text
    assert "Bare survival takes 500 W of the main bus, 650 W with nothing being done." in text


def test_a_reserve_on_its_floor_is_known_while_stores_come(tmp_path) -> None:
    story = story_of(tmp_path, Made(hours=72.0, values={"survival": grown()}))
    power = read_power(story)
    floor_j = 0.05 * power.standing.capacity_j
    assert floor_j[0] < floor_j[-1]
    assert stays_on_floor(replace(power, reserve_j=floor_j))
    floor_j[5] *= 1.01
    assert not stays_on_floor(replace(power, reserve_j=floor_j))


def test_a_run_of_years_is_told_by_year_with_the_darkest_month(tmp_path, undrawn) -> None:
    story = story_of(tmp_path, Made(hours=731 * 24.0, step_s=3600.0))
    light = read_light(story)
    assert [year.span.name for year in light.years] == ["2035", "2036", "2037"]
    assert all(year.span.any_disc_fraction == pytest.approx(0.5) for year in light.years)
    text = Page(render(story)).text
    assert text.index("above the terrain, by year") < text.index("above the terrain, by month")


def test_a_run_of_a_year_is_told_by_month_alone(tmp_path, undrawn) -> None:
    story = story_of(tmp_path, Made(hours=366 * 24.0, step_s=3600.0))
    assert read_light(story).years == ()
    assert "by year" not in Page(render(story)).text
