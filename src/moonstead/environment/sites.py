"""The horizon profiles that come with Moonstead, by name.

Computed by Moonstead's own code from LOLA terrain with ``builders/build_profiles.py``.
"""

from importlib.resources import files

from moonstead.environment.profile import HorizonProfile, parse_profile
from moonstead.errors import InputError, Problem
from moonstead.spec import suggest

_ENDING = ".json"


def site_names() -> list[str]:
    """Return the names of all profiles, in alphabetical order."""
    folder = files("moonstead.environment").joinpath("profiles")
    names = (entry.name for entry in folder.iterdir())
    return sorted(name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING))


def load_profile(name: str) -> HorizonProfile:
    """Return the horizon profile of a named site.

    Parameters
    ----------
    name
        As listed by `site_names`.

    Returns
    -------
    HorizonProfile

    Raises
    ------
    InputError
        Where no profile has this name, with the nearest name that exists.
    """
    names = site_names()
    if name not in names:
        remedy = f"no site has this name; {suggest(name, names)}"
        raise InputError(Problem("site", "name", name, remedy))
    file = files("moonstead.environment").joinpath("profiles", name + _ENDING)
    return parse_profile(file.read_text(encoding="utf-8"), f"profiles/{name}{_ENDING}")
