"""A shadow that no forecast has is no fault of the arrays, nor of the sensor that sees it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flights import fly, loop_of, utc

import scenarios
from moonstead.contracts import Notice

START = datetime(2035, 3, 1, tzinfo=UTC)
BEGIN_D, END_D, DAYS = 1.0, 1.25, 3
ARRAYS = scenarios.POWER.partition('[[element]]\ntype = "battery"')
SECOND = ARRAYS[0].replace('name = "array"', 'name = "array-2"')
FAULT = """
[[fault]]
name = "{name}"
target = {target}
mode = "{mode}"
{size}
at = {at}
duration_s = "6 h"
"""


def fault(target: str, mode: str, size: str = "") -> str:
    name = target.strip('["]').split('"')[0].replace(".", "-")
    return FAULT.format(name=name, target=target, mode=mode, size=size, at=utc(START, BEGIN_D))


BLIND = fault('["avionics.sun-sensor"]', "off")


def isolated(path: Path, *parts: str) -> tuple[list[tuple[str, str]], list[tuple[float, Notice]]]:
    """Return what is blamed, with the cause, and all that is told."""
    told = fly(loop_of(path / "shade.toml", *scenarios.SMALL, *parts, start=START, days=DAYS), DAYS)
    found = [(n.subject, n.text) for _, n in told if n.kind == "isolated"]
    return found, told


@pytest.mark.parametrize("arrays", ['["array"]', '["array", "array-2"]'])
def test_where_mast_and_arrays_are_dark_a_shadow_is_blamed(arrays: str, tmp_path: Path) -> None:
    second = [SECOND] if "2" in arrays else []
    shade = fault(arrays, "derated", "size = 1.0")
    blamed, told = isolated(tmp_path, *second, shade, BLIND)
    assert [subject for subject, _ in blamed] == ["station"]
    assert "shadow that was not forecast" in blamed[0][1]
    recovered = [t for t, n in told if n.kind == "recovered"]
    assert len(recovered) == 1
    assert END_D < recovered[0] < END_D + 1.0
    assert not [n for _, n in told if n.kind in {"failed-over", "element-lost", "restart"}]


def test_where_arrays_have_light_the_sensor_is_blamed(tmp_path: Path) -> None:
    blamed, _ = isolated(tmp_path, SECOND, BLIND)
    assert [subject for subject, _ in blamed] == ["avionics.sun-sensor"]


def test_where_the_sensor_sees_the_sun_the_arrays_are_blamed(tmp_path: Path) -> None:
    blamed, _ = isolated(tmp_path, SECOND, fault('["array"]', "derated", "size = 1.0"))
    assert [subject for subject, _ in blamed] == ["array"]
