"""The communications of the report: its sums are the summary's, its gaps those of the series."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_run import Made, make_run
from page_reading import Page

from moonstead.record.directory import RunDirectory
from moonstead.report import communications
from moonstead.report.communications import read_communications
from moonstead.report.page import render
from moonstead.report.story import Story, read_story
from moonstead.report.traffic import in_words, read_traffic


@pytest.fixture(scope="module")
def story(real_run: RunDirectory) -> Story:
    return read_story(real_run)


@pytest.fixture(scope="module")
def text(story: Story) -> str:
    return Page(render(story)).text


def made_page(path, made: Made) -> str:
    return Page(render(read_story(make_run(path / "run", made)))).text


def test_every_sum_of_the_page_is_the_summarys(story, text):
    data, network = story.summary["data"]["loads"], story.summary["network"]
    columns = (
        "made",
        "lost",
        "given_up",
        "waiting",
        "sent",
        "delivered",
        "lost_on_the_way",
        "on_the_way",
    )
    sums = [sum(row[f"{key}_gbit"] for row in data.values()) for key in columns]
    assert f"Sum {' '.join(f'{total:,.1f}' for total in sums)} Made =" in text
    through = [
        sum(row["through_gbit"][owner] for row in network["partners"].values())
        for owner in network["partners"]
    ]
    arrived = sum(row["arrived_gbit"] for row in network["partners"].values())
    row = " ".join(f"{amount:,.1f}" for amount in (*through, arrived))
    assert f"Sum {row} For " in text
    booked = sum(row["booked_h"] for row in network["ground_stations"].values())
    assert f"Sum {booked:,.0f} {arrived:,.1f} Booked is " in text
    assert arrived == pytest.approx(sum(row["delivered_gbit"] for row in data.values()))


def test_what_was_made_is_all_told(story):
    total = read_traffic(story).total
    assert total.made_gbit == pytest.approx(
        total.lost_gbit + total.given_up_gbit + total.waiting_gbit + total.sent_gbit, rel=1e-9
    )
    assert total.sent_gbit == pytest.approx(
        total.delivered_gbit + total.lost_on_the_way_gbit + total.on_the_way_gbit, rel=1e-9
    )
    assert total.not_home_gbit == pytest.approx(total.made_gbit - total.delivered_gbit)


def test_ground_stations_are_never_booked_for_longer_than_the_run(story):
    for ground in read_communications(story).ground:
        assert 0.0 <= ground.booked_fraction <= 1.0
    assert sum(ground.booked_h for ground in read_communications(story).ground) > 0.0


def test_people_of_control_centres_are_told_by_partner(tmp_path):
    story = read_story(make_run(tmp_path / "run", Made()))
    (desk,) = read_communications(story).centres
    assert (desk.on_shift_h, desk.for_partners_h, desk.used_h) == (20.0, (3.0,), 3.0)
    assert "A desk" in Page(render(story)).text


def test_latency_is_told_for_each_partner_that_got_data(story, text):
    for name, row in story.summary["network"]["partners"].items():
        told = f"For {name}, half of the data was home"
        assert (told in text) == (row["latency"] is not None)


def test_times_alone_are_those_of_the_series(tmp_path):
    story = read_story(make_run(tmp_path / "run", Made(hours=100.0)))
    told = read_communications(story)
    rate = story.read("contact_rate_bit_per_s", "direct")
    runs = [(closed, len(list(steps))) for closed, steps in groupby(rate <= 0.0)]
    lengths_h = [count / 6.0 for closed, count in runs if closed]
    assert sorted(spell.length_h for spell in told.spells) == sorted(lengths_h)
    assert told.count == len(lengths_h) == sum(c.count for c in told.classes)
    assert told.alone_h == sum(lengths_h) == sum(c.hours for c in told.classes)
    assert [c.name for c in told.classes] == ["3 to 6 h", "12 to 24 h"]


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=40))
@settings(max_examples=50, deadline=None)
def test_every_length_has_one_class(steps):
    class OfAMinute:
        step_s = 60.0

    lengths_h = np.array(steps) / 60.0
    classes = communications._classes(OfAMinute(), lengths_h)  # type: ignore[arg-type]
    assert sum(c.count for c in classes) == len(steps)
    assert sum(c.hours for c in classes) == pytest.approx(lengths_h.sum())
    assert sum(c.count for c in classes if c.name == "below 1 h") == sum(s < 60 for s in steps)


def test_paths_of_modules_do_not_end_the_solitude(tmp_path):
    made = Made(paths=("direct", "orbiter"), module_paths=("direct",))
    text = made_page(tmp_path, made)
    assert "The path direct of modules in orbit do not count here." not in text
    assert "The path direct of a module in orbit does not count here." in text
    made = Made(paths=("direct",), module_paths=("direct",))
    assert "The station has no path to Earth: it is alone all the time." in made_page(
        tmp_path / "other", made
    )


def test_without_any_path_it_says_so(tmp_path, undrawn):
    text = made_page(tmp_path, Made(paths=()))
    assert "The station has no path to Earth: it is alone all the time." in text
    assert "There is no path to Earth." in text


def test_never_alone_where_a_path_is_always_open(tmp_path, undrawn):
    text = made_page(tmp_path, Made(sun="never"))
    assert "The station was never alone: a path was open at any time." in text
    assert "The longest times alone" not in text


def test_what_was_lost_and_what_is_on_the_way_is_told(tmp_path):
    told = in_words(read_traffic(read_story(make_run(tmp_path / "run", Made()))))
    told = told.replace("\u00a0", " ")
    assert "3 Gbit were made, 2.25 Gbit sent, 1.75 Gbit came home." in told
    assert "250 Mbit was lost to a full recorder, 125 Mbit on the way" in told
    assert "at the end 375 Mbit was left in recorders and 375 Mbit was on the way." in told


def test_commands_that_never_came_up_are_told(tmp_path, undrawn):
    story = read_story(make_run(tmp_path / "run", Made()))
    waiting = {"target": "hub.computer", "partner": "one", "level": 1.0}
    network = {**story.summary["network"], "commands_on_the_way": [waiting]}
    values = {"network": network}
    assert "1 command had not come up" in made_page(tmp_path / "other", Made(values=values))
