"""The experiment on levels: cases, statistics, table and picture, on a small station."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import scenarios
from moonstead.campaign.levels.campaign import REFERENCE, cases_of
from moonstead.campaign.levels.case import Case, case_scenario
from moonstead.campaign.levels.page import cases_csv, levels_page, picture_file
from moonstead.campaign.levels.statistics import MEASURES, cells, mean_of
from moonstead.cli.levels import levels
from moonstead.errors import InputError
from moonstead.scenario.build import read_scenario

PATH = Path("small.toml")


def result(points: float) -> dict[str, float | bool]:
    return {**dict.fromkeys(MEASURES, 1.0), "points": points, "survives": True}


def made(points: dict[tuple[str, float], tuple[float, ...]]) -> dict[Case, dict[str, float | bool]]:
    return {
        Case(PATH, 30.0, level, contact, seed): result(value)
        for (level, contact), values in points.items()
        for seed, value in enumerate(values, start=1)
    }


def test_science_is_set_against_the_same_seed_at_full_contact() -> None:
    found = cells(made({("E4", 1.0): (10.0, 40.0), ("E1", 0.0): (5.0, 20.0)}), REFERENCE)
    kept = {cell.level: cell.kept for cell in found}
    # Seeds differ by four times; each lost half: paired, there is no scatter at all.
    assert (kept["E1"].low, kept["E1"].value, kept["E1"].high) == (0.5, 0.5, 0.5)
    assert kept["E4"].value == 1.0


def test_the_interval_of_a_mean_is_that_of_the_normal_law_for_many_seeds() -> None:
    sample = np.random.default_rng(4).normal(3.0, 2.0, 400)
    found = mean_of(sample.tolist())
    half = 1.96 * sample.std() / np.sqrt(400)
    assert found.value == pytest.approx(sample.mean())
    assert found.high - found.low == pytest.approx(2.0 * half, rel=0.1)
    assert mean_of(sample.tolist()) == found


def test_the_interval_of_ten_values_is_the_published_one() -> None:
    # Student 1908, hours of sleep gained, second drug less first; interval by t.test of R.
    found = mean_of([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858), abs=1e-6)


def test_the_reference_is_always_run_and_seeds_stay_together() -> None:
    cases = cases_of(PATH, 30.0, ["E1"], [0.0, 0.1], 2)
    assert [(c.level, c.contact, c.seed) for c in cases] == [
        *(("E1", 0.0, 1), ("E1", 0.1, 1), ("E4", 1.0, 1)),
        *(("E1", 0.0, 2), ("E1", 0.1, 2), ("E4", 1.0, 2)),
    ]
    assert len({case.name for case in cases}) == len(cases)


def test_a_case_changes_level_contact_seed_and_length_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(scenarios.text(), encoding="utf-8")
    scenario, _ = read_scenario(file)
    silent = case_scenario(scenario, Case(file, 2.5, "E2", 0.25, 9))
    assert silent.autonomy.level == "E2"
    assert silent.ground.contact_for_s == 0.25 * silent.ground.contact_every_s
    assert (silent.run.end - silent.run.start).total_seconds() == 2.5 * 86400.0
    assert silent.run.seed == 9
    assert silent.element == scenario.element
    assert case_scenario(scenario, Case(file, 2.5, "E2", 1.0, 9)).ground.contact_for_s is None


def test_table_page_and_picture_tell_the_same() -> None:
    results = made({("E4", 1.0): (10.0, 12.0), ("E1", 0.0): (1.0, 0.0), ("E4", 0.0): (10.0, 11.0)})
    found = cells(results, REFERENCE)
    rows = list(csv.DictReader(io.StringIO(cases_csv(results))))
    assert len(rows) == 6
    assert {row["points"] for row in rows if row["level"] == "E1"} == {"1.0", "0.0"}
    page = levels_page("A small station", 30.0, found, "nothing")
    assert "E1 5 " not in page  # no contact in the whole for E1: nothing to compare in words
    assert "E4 96 and 100 %" in page
    assert picture_file(found) == picture_file(found)


def test_the_verb_on_a_tiny_case(tmp_path: Path) -> None:
    file, out = tmp_path / "small.toml", tmp_path / "out"
    file.write_text(scenarios.text(), encoding="utf-8")
    words = [
        *(str(file), "--days", "1", "--seeds", "1", "--levels", "E1", "--contacts", "0"),
        *("--out", str(out), "--processes", "1"),
    ]
    told = CliRunner().invoke(levels, words, catch_exceptions=False)
    assert told.exit_code == 0
    names = ["cases", "levels.csv", "levels.html", "levels.json", "levels.svg"]
    assert sorted(path.name for path in out.iterdir()) == names
    with pytest.raises(InputError, match="--levels"):
        CliRunner().invoke(levels, [str(file), "--levels", "E5"], catch_exceptions=False)
    with pytest.raises(InputError, match="--contacts"):
        CliRunner().invoke(levels, [str(file), "--contacts", "120"], catch_exceptions=False)
