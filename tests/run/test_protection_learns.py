"""A load that draws more than it was designed to: believed, planned with, and no trouble after."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flights import fly, loop_of, utc

import scenarios
from moonstead.contracts import Notice
from moonstead.run.loop import Loop

START = datetime(2035, 3, 1, tzinfo=UTC)
MORE = 0.15
BEGIN_D, END_D, DAYS = 1.0, 3.0, 5
FAULT = """
[[fault]]
name = "dear"
target = ["{target}"]
mode = "overdraw"
size = {size}
at = {at}
duration_s = "{hours} h"
"""


def flown(folder: Path, target: str, size: float = MORE) -> tuple[list[tuple[float, Notice]], Loop]:
    """Return what was told in a run with one such load (time in days), and the loop at its end."""
    hours = 24 * (END_D - BEGIN_D)
    fault = FAULT.format(target=target, size=size, at=utc(START, BEGIN_D), hours=hours)
    loop = loop_of(folder / "dear.toml", *scenarios.SMALL, fault, start=START, days=DAYS)
    return fly(loop, DAYS), loop


@pytest.mark.parametrize("target", ["camera.observe", "hub.housekeeping"])
def test_it_is_told_planned_with_and_over(target: str, tmp_path: Path) -> None:
    element = target.partition(".")[0]
    told, loop = flown(tmp_path, target)
    isolated = [(t, notice) for t, notice in told if notice.kind == "isolated"]
    assert [notice.subject for _, notice in isolated] == [element]
    assert "draws more than it was designed to" in isolated[0][1].text
    assert BEGIN_D < isolated[0][0] < BEGIN_D + 0.5
    recovered = [(t, notice) for t, notice in told if notice.kind == "recovered"]
    assert recovered
    assert all(t < BEGIN_D + 1.0 and "it may draw 11" in notice.text for t, notice in recovered)
    assert not [n for t, n in told if n.kind == "detected" and t > END_D]
    assert loop.manager is not None
    model, designed = loop.manager.tactics.model, loop.model
    dearer = (
        model.experiments[0].ways[0].power_w / designed.experiments[0].ways[0].power_w,
        model.forecast.base_power_w[0] - designed.forecast.base_power_w[0],
    )
    # Two days after its end it is forgotten in part.
    if element == "camera":
        assert 1.0 < dearer[0] < 1.0 + MORE
        assert dearer[1] == 0.0
    else:
        assert dearer[0] == 1.0
        assert 0.0 < dearer[1] < MORE * 60.0
