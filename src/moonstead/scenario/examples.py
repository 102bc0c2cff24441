"""The scenarios that come with Moonstead, by name; and where a scenario that is named stands."""

from importlib.resources import files
from pathlib import Path

from moonstead.errors import InputError, Problem
from moonstead.spec import suggest

ENDING = ".toml"


def example_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with Moonstead."""
    return tuple(sorted(path.stem for path in _folder().glob(f"*{ENDING}")))


def scenario_path(name: str) -> Path:
    """Return the file of a scenario given by path or by name.

    Raises
    ------
    InputError
        There is neither such a file nor a scenario of that name.
    """
    path = Path(name)
    # A folder may have the name of a scenario: a run directory, for one.
    if path.exists() and not (path.is_dir() and name in example_names()):
        return path
    if name in example_names():
        return _folder() / (name + ENDING)
    if path.suffix == ENDING or len(path.parts) > 1:
        raise InputError(Problem(name, "", "", "no such file; give the path of a scenario file"))
    remedy = f"no scenario file or name; {suggest(name, example_names())}"
    raise InputError(Problem("SCENARIO", "", name, remedy))


def _folder() -> Path:
    return Path(str(files("moonstead.scenario").joinpath("examples")))
