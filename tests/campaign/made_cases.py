"""A small station and scenarios of the torture campaign for it, as files."""

from pathlib import Path

import scenarios
from moonstead.campaign.torture.case import read_cases
from moonstead.campaign.torture.staging import Staged, read_base, staged

CASE = """
format = 1
id = "{id}"
title = "half of the array lost"
days = 1.5
[[fault]]
name = "half"
at = "6 h"
target = ["array"]
mode = "{mode}"
size = 0.5
[limits]
detect_s = "4 h"
isolate = ["array"]
keep_fraction = 0.5
"""


def station(folder: Path) -> Path:
    """Write a small station in the light; return its file."""
    path = folder / "station.toml"
    path.write_text(scenarios.text(start="2035-03-01T00:00:00Z", end="2035-03-02T12:00:00Z"))
    return path


def case_folder(folder: Path, **texts: str) -> Path:
    """Write scenarios, each under the name of its file; return their folder."""
    cases = folder / "cases"
    cases.mkdir(exist_ok=True)
    for name, text in texts.items():
        (cases / f"{name}.toml").write_text(text)
    return cases


def stage(folder: Path, **texts: str) -> list[Staged]:
    """Return scenarios on the small station, ready to run."""
    base = read_base(station(folder))
    cases, files = read_cases(case_folder(folder, **texts), base)
    return [one for case in cases for one in staged(case, files[case.id], base)]
