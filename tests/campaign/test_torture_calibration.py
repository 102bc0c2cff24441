"""What could be kept at best: nothing of what cannot run, all of what is not touched."""

from pathlib import Path

from made_cases import CASE, stage

from moonstead.campaign.torture.calibrate import ideal, target


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
