"""Runs of every odd kind: the page is made, is whole, and says what is so."""

import functools

import pytest
from made_run import KWH_J, Made, changes, make_run
from page_reading import Page

from moonstead.report.happenings import MOST_TOLD, happenings
from moonstead.report.page import render
from moonstead.report.story import read_story

TOO_SMALL = {
    "survives": True,
    "elements_lost": [],
    "survival_power_w": 500.0,
    "survival_unserved_kwh": 0.0,
    "worst_reserve_kwh": 14.0,
    "worst_reserve_utc": "2035-03-01T12:00:00Z",
    "deliverable_capacity_kwh": 10.0,
    **changes(survival_w=500.0, base_w=650.0, capacity_kwh=10.0),
    "least_margin_fraction": 0.2,
    "hours_in_mode": {"nominal": 48.0, "trim": 0.0, "reduced": 0.0, "survival": 0.0},
}

ODD = {
    "ordinary": Made(),
    "one step": Made(hours=1.0 / 6.0),
    "forty days": Made(hours=960.0, step_s=1800.0),
    "two years": Made(hours=731 * 24.0, step_s=3600.0),
    "no stores": Made(stores=()),
    "no paths": Made(paths=(), tank=False, experiments=False),
    "many of everything": Made(
        stores=tuple(f"battery-{n}" for n in range(12)),
        paths=("direct", "relay", "second-relay"),
        sources=tuple(f"array-{n}" for n in range(8)),
        second_bus=True,
    ),
    "no generation": Made(source_w=0.0),
    "never dark": Made(sun="always"),
    "always dark": Made(sun="never", mode=3),
    "work given up": Made(mode=2),
    "power missing": Made(unserved_j=KWH_J),
    "elements lost": Made(lost=("hub", "seismometer"), unserved_j=2.5 * KWH_J, mode=3),
    "stores too small": Made(values={"survival": TOO_SMALL}),
    "bare": Made(stores=(), experiments=False, paths=(), tank=False, sources=(), sun="never"),
}


@pytest.fixture(scope="module")
def page_of(tmp_path_factory):
    """Return the page of an odd run by its name; each is made once."""

    @functools.cache
    def read(name: str) -> Page:
        folder = tmp_path_factory.mktemp("odd")
        return Page(render(read_story(make_run(folder / "run", ODD[name]))))

    return read


@pytest.mark.parametrize("name", ODD)
def test_every_odd_run_has_a_whole_page(name, page_of):
    page = page_of(name)
    assert "nan" not in page.text.split()
    assert "Provenance" in page.headings
    assert len(page.ids) == len(set(page.ids))
    assert "A <made> station & more" in page.text


def test_a_lost_station_is_told_with_what_and_when(page_of):
    page = page_of("elements lost")
    assert (
        page.headings[0]
        == "The station does not survive these 2 days: hub and seismometer lost to the cold."
    )
    assert "Hub fell to 215 K, below what it survives, and is lost (1 Mar 2035, 05:00)" in page.text
    assert "hub.computer went without 2.5 kWh that survival needed" in page.text
    assert "Between 1 Mar 2035, 05:10 and 1 Mar 2035, 05:30" in page.text
    assert "Survival energy not served 2.5 kWh" in page.text


def test_power_missing_without_a_loss_is_not_survival(page_of):
    page = page_of("power missing")
    assert page.headings[0].endswith("survival loads went without power.")


def test_stores_that_are_too_small_are_told_even_if_it_came_through(page_of):
    page = page_of("stores too small")
    assert "stores are too small to be sure" in page.headings[0]
    assert "full stores deliver 10 kWh: 4 kWh too little" in page.text


def test_what_was_shed_in_the_dark_is_named(page_of):
    page = page_of("work given up")
    assert page.headings[0] == "The station survives these 2 days, but only by giving up work."
    assert "it held back hub.science" in page.text
    assert "24 h in mode reduced" in page.text


def test_darkness_is_told_with_its_accounts(page_of):
    page = page_of("ordinary")
    assert (
        "The longest darkness lasts 12 h, from 1 Mar 2035, 12:00 to 2 Mar 2035, 00:00" in page.text
    )
    assert "Survival needs 6 kWh over it as designed; the sources could give nothing" in page.text


def test_light_all_the_time_has_no_dark_picture(page_of):
    page = page_of("never dark")
    assert "The mast is never in the dark." in page.text
    assert "no dark spell to enlarge" in page.text


def test_dark_all_the_time_is_told(page_of):
    assert "The mast is in the dark all the time, 48 h." in page_of("always dark").text


def test_absences_are_told(page_of):
    page = page_of("bare")
    for sentence in (
        "The station has no stores of energy.",
        "The scenario asks for no experiments.",
        "There is no path to Earth.",
        "Nothing on this station makes data.",
        "There are no stores on the main bus.",
        "Nothing out of the ordinary happened",
    ):
        assert sentence in page.text


def test_why_an_experiment_got_less_is_told(page_of):
    page = page_of("ordinary")
    assert "energy had to be kept for survival (1 of 1 round)" in page.text.lower()
    assert "1 session skipped or aborted: mode reduced" in page.text
    assert "1 session still running at the end" in page.text


def test_repeats_are_merged_and_their_energy_added(page_of):
    page = page_of("elements lost")
    assert "did not get the power it needs to survive (2.5 kWh missing). 3" in page.text


def test_events_are_bounded_and_the_rest_counted(tmp_path):
    directory = make_run(tmp_path / "run", Made(hours=240.0))
    rows = [
        {
            "t_s": 1109592069.18 + 600.0 * n,
            "origin": "autonomy",
            "kind": "odd",
            "subject": chr(97 + n % 26) * (1 + n // 26),
            "text": "is odd",
            "values": "{}",
        }
        for n in range(2 * MOST_TOLD)
    ]
    directory.write_tables(0, rows, [])
    found = happenings(read_story(directory))
    assert len(found.told) == MOST_TOLD
    assert sum(h.times for h in found.told) + sum(n for _, n in found.untold) == found.recorded
