"""Files and folders that a user names to be written."""

from collections.abc import Sequence
from pathlib import Path

from moonstead.errors import InputError, Problem


def target_file(name: str, option: str, what: str, endings: Sequence[str]) -> Path:
    """Return the path of a file to write.

    Parameters
    ----------
    name
        As the user gave it.
    option
        The option that it was given with.
    what
        It is, such as "a picture".
    endings
        That it may have, of any case; so that no mistype writes over a file of another kind.

    Raises
    ------
    InputError
        Where the ending is another one, the folder does not exist, or the name is a folder's.
    """
    path = Path(name)
    if path.suffix.lower() not in endings:
        *others, last = endings
        known = f"{', '.join(others)} or {last}" if others else last
        raise InputError(Problem(option, "", name, f"{what} ends with {known}"))
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(Problem(option, "", name, "name a file in a folder that exists"))
    return path


def target_folder(path: Path, option: str) -> Path:
    """Return a folder to write into, which need not exist.

    Raises
    ------
    InputError
        Where a file is in the way.
    """
    nearest = next(place for place in (path, *path.absolute().parents) if place.exists())
    if not nearest.is_dir():
        remedy = f"{nearest} is a file; name a folder"
        raise InputError(Problem(option, "", str(path), remedy))
    return path
