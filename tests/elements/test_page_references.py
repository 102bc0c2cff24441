"""The tests that pages of element types name are there."""

import re
import sys
from pathlib import Path
from typing import get_args

import pytest

from moonstead.elements.catalogue import AnyElement

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", get_args(AnyElement), ids=lambda kind: str(kind.__name__))
def test_every_test_that_its_page_names_exists(kind: type) -> None:
    about = sys.modules[kind.__module__].__doc__ or ""
    for path, name in re.findall(r"(tests/[\w/]+\.py)::(\w+)", about):
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), name
