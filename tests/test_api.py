"""The public names: what is promised is there, is listed, and says what it is."""

import subprocess
import sys
from types import ModuleType

from moonstead import api
from moonstead.version import VERSION


def test_all_is_what_the_module_imports_and_nothing_else() -> None:
    """An import without a promise, or a promise without an import, is an oversight."""
    found = {
        name
        for name, value in vars(api).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert found == set(api.__all__)


def test_all_is_sorted_and_without_doubles() -> None:
    names = list(api.__all__)
    assert len(set(names)) == len(names)
    constants = [name for name in names if name.isupper()]
    classes = [name for name in names if name[0].isupper() and not name.isupper()]
    functions = [name for name in names if name[0].islower()]
    assert names == sorted(constants) + sorted(classes) + sorted(functions)


def test_every_public_name_has_a_docstring_of_its_own() -> None:
    for name in api.__all__:
        value = getattr(api, name)
        if callable(value):
            assert value.__doc__, name
            assert value.__module__.startswith("moonstead."), name


def test_the_version_is_the_one_of_the_package() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from moonstead.cli.main import main; main()", "--version"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert VERSION in said
    assert api.VERSION == VERSION
