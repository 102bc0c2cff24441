"""Places as people write them on the command line."""

import re
from pathlib import Path

from moonstead.environment.profile import HorizonProfile, read_profile
from moonstead.environment.site import Site
from moonstead.environment.sites import load_profile
from moonstead.errors import InputError, Problem

PLACE_FORM = 'LAT,LON[,HEIGHT] in degrees and metres, such as "-89.45,222.8,10" or "89.45S,222.8E"'
_NUMBER = r"[+-]?\d+(?:\.\d*)?"
_PLACE = re.compile(
    rf"^\s*({_NUMBER})\s*([NSns]?)\s*,\s*({_NUMBER})\s*([EWew]?)\s*(?:,\s*({_NUMBER})\s*m?\s*)?$"
)
_LOOKS_LIKE_A_PLACE = re.compile(r"^\s*[+-]?\.?\d.*,")
_HIGHEST_M = 1e5


def is_place(text: str) -> bool:
    """Tell whether a text is meant as coordinates rather than as a name."""
    return bool(_LOOKS_LIKE_A_PLACE.match(text))


def is_number(text: str) -> bool:
    """Tell whether a text is one coordinate."""
    return bool(re.fullmatch(rf"\s*{_NUMBER}\s*[NSEWnsew]?\s*", text))


def parse_place(text: str, default_height_m: float) -> Site:
    """Read ``LAT,LON[,HEIGHT]``.

    Parameters
    ----------
    text
        Degrees, with a sign or N, S, E, W; height in metres above the ground.
    default_height_m
        Where no height is written.

    Returns
    -------
    Site
        With its ground at the sphere of 1737.4 km, as no terrain is known here.

    Raises
    ------
    InputError
        Where it cannot be read, or a number is out of range.
    """
    match = _PLACE.match(text)
    if match is None:
        raise InputError(Problem("SITE", "", repr(text), f"write {PLACE_FORM}"))
    latitude, ns, longitude, ew, height = match.groups()
    latitude_deg = _signed(latitude, ns, "S")
    longitude_deg = _signed(longitude, ew, "W")
    height_m = default_height_m if height is None else float(height)
    problems = [
        Problem("SITE", name, value, remedy)
        for good, name, value, remedy in (
            (abs(latitude_deg) <= 90.0, "latitude", latitude + ns, "write -90 to 90 degrees"),
            (abs(longitude_deg) <= 360.0, "longitude", longitude + ew, "write -360 to 360 degrees"),
            (0.0 <= height_m <= _HIGHEST_M, "height", str(height), "write 0 to 100000 metres"),
            (not (ns and latitude[0] in "+-"), "latitude", latitude + ns, "write a sign or N or S"),
            (
                not (ew and longitude[0] in "+-"),
                "longitude",
                longitude + ew,
                "write a sign or E or W",
            ),
        )
        if not good
    ]
    if problems:
        raise InputError(problems)
    return Site(text.strip(), latitude_deg, longitude_deg % 360.0, 0.0, height_m)


def _signed(number: str, letter: str, negative: str) -> float:
    return -float(number) if letter.upper() == negative else float(number)


def find_profile(name: str) -> HorizonProfile:
    """Return a profile by the name of a site that comes with Moonstead, or by a JSON file's path.

    Raises
    ------
    InputError
        Where there is neither, with the nearest name that exists.
    """
    if name.endswith(".json") or Path(name).is_file():
        return read_profile(Path(name))
    return load_profile(name)
