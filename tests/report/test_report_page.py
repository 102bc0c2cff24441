"""The page of a real run: whole, self-contained, true to the record, the same every time."""

import json
import re
import shutil

import matplotlib as mpl
import pytest
from click.testing import CliRunner
from page_reading import Page, inner_references

from moonstead.cli.report import report
from moonstead.record.directory import RunDirectory
from moonstead.report import ledger
from moonstead.report.page import render, write_report
from moonstead.report.power import read_power
from moonstead.report.story import read_story

SECTIONS = [
    "Time in each mode",
    "Key figures",
    "Light and Earth",
    "Power and stored energy",
    "What was done",
    "Data",
    "Communications",
    "Energy ledger",
    "Temperatures",
    "Events",
    "Provenance",
]


@pytest.fixture(scope="module")
def html(real_run):
    return render(read_story(real_run))


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_all_sections_are_there_in_order_below_the_verdict(page):
    assert page.headings[0].startswith("The station ")
    assert page.headings[1:] == SECTIONS


def test_page_needs_nothing_but_itself(html, page):
    assert "://" not in html.replace(page.links[0], "")
    assert not re.search(r"@import|url\((?!#)|<script|<link|<iframe", html)
    inside = {"#" + name for name in page.ids}
    for link in page.links:
        assert link.startswith("data:image/png;base64,") or link in inside


def test_names_are_unique_and_every_reference_meets_one(html, page):
    assert len(page.ids) == len(set(page.ids))
    assert inner_references(html) <= set(page.ids)


def test_pictures_have_descriptions_and_headers_have_scopes(page):
    assert page.unlabelled_pictures == 0
    assert page.headers_without_scope == 0


def test_page_is_of_moderate_size(html):
    assert len(html) < 2_000_000


def test_ledger_is_that_of_the_summary(real_run, page):
    summary = real_run.summary()
    for name, source in summary["energy"]["sources"].items():
        assert f"from {name} {source['drawn_kwh']:,.1f} " in page.text
    for name, store in summary["stores"].items():
        assert f"out of {name} {store['discharged_kwh']:,.1f} " in page.text
        assert f"into {name} {store['charged_kwh']:,.1f} " in page.text
        assert f" {store['begin_kwh']:,.1f} {store['charged_kwh']:,.1f} " in page.text
    for balance in summary["balances"]:
        if balance["carrier"] == "electric power":
            joules = f"Sum {balance['in'] / 3.6e6:,.1f} "
            assert page.text.count(joules) >= 2


def test_both_sides_of_every_bus_add_up(real_run):
    for bus in ledger.buses(read_story(real_run)):
        assert bus.in_kwh == pytest.approx(bus.out_kwh, rel=1e-9)


def test_series_and_summary_tell_the_same_energies(real_run):
    story = read_story(real_run)
    power, energy = read_power(story), story.summary["energy"]
    drawn_kwh = sum(source["drawn_kwh"] for source in energy["sources"].values())
    spilled_kwh = sum(source["spilled_kwh"] for source in energy["sources"].values())
    used_kwh = sum(load["used_kwh"] for load in energy["loads"].values() if not load["is_link"])
    assert story.kwh(power.generation_w) == pytest.approx(drawn_kwh, rel=1e-6)
    assert story.kwh(power.spilled_w) == pytest.approx(spilled_kwh, rel=1e-5)
    assert story.kwh(power.load_w) == pytest.approx(used_kwh, rel=1e-6)


def test_experiments_partners_and_provenance_are_told(real_run, page):
    summary, provenance = real_run.summary(), real_run.provenance()
    for experiment in summary["experiments"]:
        done, wanted = experiment["sessions_done"], experiment["sessions_wanted"]
        assert experiment["title"] in page.text
        assert f"{done:,} of {wanted:,}" in page.text
    for partner in summary["partners"]:
        assert partner["title"] in page.text
    for digest in (*provenance["kernels"].values(), *provenance["terrain"].values()):
        assert digest in page.text
    assert provenance["scenario_sha256"] in page.text
    assert provenance["code_sha256"] in page.text
    assert re.sub(r"\s+", " ", provenance["scenario"]).strip() in page.text
    assert f"--until {provenance['end_utc']} --seed {provenance['seed']}" in page.text


def test_the_same_record_gives_the_same_bytes_wherever_it_lies(real_run, html, tmp_path):
    elsewhere = tmp_path / "another name"
    shutil.copytree(real_run.path, elsewhere)
    written = write_report(RunDirectory(elsewhere))
    assert written == elsewhere / "report.html"
    assert written.read_bytes() == html.encode()
    again = write_report(RunDirectory(elsewhere), tmp_path / "again.html")
    assert again.read_bytes() == html.encode()


def test_own_settings_of_matplotlib_change_nothing(real_run, html):
    with mpl.rc_context({"font.size": 31.0, "lines.linewidth": 9.0, "svg.hashsalt": "other"}):
        assert render(read_story(real_run)) == html
        assert mpl.rcParams["font.size"] == 31.0


def test_verb_prints_the_path_and_a_digest(real_run, tmp_path):
    out = tmp_path / "r.html"
    result = CliRunner().invoke(report, [str(real_run.path), "--out", str(out)])
    assert result.exit_code == 0
    assert result.output.splitlines()[-1].endswith(str(out))
    assert "survives" in result.output
    assert out.exists()


def test_verb_prints_the_summary_for_machines(real_run, tmp_path):
    out = tmp_path / "r.html"
    result = CliRunner().invoke(report, [str(real_run.path), "--out", str(out), "--json"])
    told = json.loads(result.output)
    assert told.pop("report_file") == str(out)
    assert told == real_run.summary()
    documented = set(re.findall(r'"(\w+)"', report.help or ""))
    assert documented == {*told, "report_file"}
