"""What could be kept at best: nothing of what cannot run, all of what is not touched."""

import csv
from pathlib import Path

from made_cases import CASE, stage

from moonstead.campaign.torture.calibrate import ideal, target
from moonstead.campaign.torture.case import read_cases
from moonstead.campaign.torture.staging import packaged, read_base


def test_a_planner_that_knows_keeps_what_the_fault_leaves(tmp_path: Path) -> None:
    """The camera works for 6 of 36 hours: of its sessions of 3 h, each an hour after the last, it
    could do 8 or 9 in the whole window, and no more than 2 in those."""
    text = CASE.format(id="A1", mode="off").replace('target = ["array"]', 'target = ["camera"]')
    dead = ideal(stage(tmp_path, A=text)[0])
    assert dead.reference_points > 0.0
    assert 0.0 < dead.fraction <= 2.0 / 8.0 + 1e-9


def test_targets_are_those_of_the_study_where_they_can_be_reached() -> None:
    assert target(0.97, 1.0) == 0.97
    assert target(0.97, 0.9) == 0.87
    assert target(0.5, 0.01) == 0.0


def test_the_scenarios_ask_for_what_was_calibrated() -> None:
    cases = {case.id: case for case in read_cases(packaged("scenarios"), read_base())[0]}
    with packaged("scenarios/calibration.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 20
    for row in rows:
        at_best = float(row["at_best_fraction"])
        assert float(row["target_fraction"]) == target(float(row["study_fraction"]), at_best)
        assert cases[row["id"]].limits.keep_fraction == float(row["target_fraction"])
