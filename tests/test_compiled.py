"""Compiled code is never older than its source; kernels without counting count nothing."""

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


PAIR = "from typing import NamedTuple\n\nclass Pair(NamedTuple):\n    a: float\n    b: float\n"
OF_A_PAIR = """
from {0} import Pair
from moonstead.compiled import compiled

@compiled
def outer(x):
    pair = Pair(x, 2.0)
    return of(pair)

@compiled
def of(pair):
    return pair.a + pair.b
"""


def test_a_cache_with_types_of_a_file_that_is_gone_is_made_anew(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / f"{name}.py").write_text(PAIR)
        (tmp_path / "outer.py").write_text(OF_A_PAIR.format(name))
        assert answer(tmp_path) == (3.0, 0)
        assert answer(tmp_path) == (3.0, 1)
        (tmp_path / f"{name}.py").unlink()


COUNTED = """
from typing import NamedTuple
import numpy as np
from moonstead.compiled import compiled, compiled_without_counting

class Pair(NamedTuple):
    a: np.ndarray
    b: np.ndarray

def total(pair):
    sum_of = 0.0
    for one in pair:
        sum_of += one[0]
    return sum_of

pair = Pair(np.ones(2), np.ones(2))
for kind in (compiled, compiled_without_counting):
    kernel = kind(total)
    kernel(pair)
    print(sum("NRT_incref" in text for text in kernel.inspect_llvm().values()))
"""


APART = """
import re
import numpy as np
from moonstead.compiled import compiled_apart

@compiled_apart
def double(x, y):
    for k in range(x.shape[0]):
        y[k] = 2.0 * x[k]

double(np.ones(2), np.ones(2))
(text,) = double.inspect_llvm().values()
print("NRT_incref" in text, *sorted(set(re.findall(r"noalias [^,]*%arg.([xy]).4", text))))
"""


def test_kernels_apart_are_told_that_their_arrays_share_nothing(tmp_path: Path) -> None:
    """The flag behind it is private to numba too."""
    (tmp_path / "apart.py").write_text(APART)
    command = [sys.executable, "-B", "apart.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "x", "y"]


def test_kernels_without_counting_count_nothing(tmp_path: Path) -> None:
    """The option behind it is private to numba: this tells when it means something else."""
    (tmp_path / "counted.py").write_text(COUNTED)
    command = [sys.executable, "-B", "counted.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["1", "0"]
