"""Compiled code is never older than the source that it was made from."""

import subprocess
import sys
from pathlib import Path

INNER = "from moonstead.compiled import compiled\n\n@compiled\ndef inner(x):\n    return {} * x\n"
OUTER = """
from inner import inner
from moonstead.compiled import compiled

@compiled
def outer(x):
    return inner(x) + 1.0
"""
ASK = "from outer import outer; print(outer(1.0), sum(outer.stats.cache_hits.values()))"


def answer(folder: Path) -> tuple[float, int]:
    """Return what a fresh process computes, and how often it took compiled code from the cache."""
    command = [sys.executable, "-B", "-c", ASK]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    value, hits = said.split()
    return float(value), int(hits)


def test_a_change_in_a_kernel_of_another_file_is_seen(tmp_path: Path) -> None:
    (tmp_path / "inner.py").write_text(INNER.format(2.0))
    (tmp_path / "outer.py").write_text(OUTER)
    assert answer(tmp_path) == (3.0, 0)
    assert answer(tmp_path) == (3.0, 1)
    (tmp_path / "inner.py").write_text(INNER.format(5.0))
    assert answer(tmp_path) == (6.0, 0)
