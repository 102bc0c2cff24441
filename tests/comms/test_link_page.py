"""The examples of docs/links.md run as they stand there."""

import re
from pathlib import Path

import numpy as np
import pytest

PAGE = Path(__file__).parents[2] / "docs" / "links.md"


def test_the_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(code, names)  # noqa: S102 - our own page
    told = capsys.readouterr().out.splitlines()
    assert told[0].split() == ["frequency", "26250000000.00", "Hz"]
    assert told[-1].startswith("margin")
    begin_s, end_s = np.asarray(names["begin_s"]), np.asarray(names["end_s"])
    bits = np.asarray(names["bit_per_s"]) * (end_s - begin_s)
    assert begin_s[0] > 0.0  # below 5 degrees nothing
    assert 1e12 < bits.sum() < 1e13
