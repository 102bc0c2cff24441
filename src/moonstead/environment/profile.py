"""Horizon profiles and their JSON files.

A profile file holds the site, where the terrain came from, and the elevation of the horizon at
even azimuths from north through east, rounded to 0.0001 degrees (0.4 arcseconds).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from moonstead.environment.site import Site
from moonstead.errors import InputError, Problem
from moonstead.record.files import write_atomically

FloatArray = NDArray[np.float64]

FORMAT = "moonstead-horizon"
FORMAT_VERSION = 1
_DECIMALS = 4
_FEWEST_AZIMUTHS = 8


@dataclass(frozen=True, slots=True)
class TerrainFile:
    """Where terrain came from.

    Parameters
    ----------
    name
        File name, without its folder.
    product
        What the file says of its source product.
    sha256
        Of the file's bytes.
    """

    name: str
    product: str
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class HorizonProfile:
    """The terrain horizon of a site.

    Parameters
    ----------
    site
        The observer.
    azimuth_deg
        Shape (n,): even steps from 0, from north through east.
    elevation_deg
        Shape (n,): of the horizon, negative where the ground falls away.
    source
        Terrain files, fine to coarse.
    note
        What a reader should know.
    """

    site: Site
    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    source: tuple[TerrainFile, ...]
    note: str = ""

    def elevation_at_deg(self, azimuth_deg: float | FloatArray) -> FloatArray:
        """Return the horizon at any azimuths, linear between the rays, degrees."""
        at_deg = np.atleast_1d(azimuth_deg)
        at: FloatArray = np.interp(at_deg, self.azimuth_deg, self.elevation_deg, period=360.0)
        return at


def even_azimuths_deg(count: int) -> FloatArray:
    """Return ``count`` azimuths in even steps from 0, degrees."""
    return np.arange(count, dtype=np.float64) * (360.0 / count)


class _SiteDocument(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    latitude_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    longitude_deg: Annotated[float, Field(ge=-360.0, le=360.0)]
    ground_elevation_m: Annotated[float, Field(ge=-12e3, le=13e3)]
    height_m: Annotated[float, Field(ge=0.0, le=1e5)]


class _FileDocument(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    product: str
    sha256: str


class _ProfileDocument(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    site: _SiteDocument
    note: str
    source: list[_FileDocument]
    horizon_elevation_deg: Annotated[
        list[Annotated[float, Field(ge=-90.0, le=90.0)]], Field(min_length=_FEWEST_AZIMUTHS)
    ]


def profile_text(profile: HorizonProfile) -> str:
    """Return the JSON text of a profile.

    Parameters
    ----------
    profile
        With evenly spaced azimuths from 0.

    Returns
    -------
    str
        Ends with a newline; the same profile gives the same text.
    """
    document = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "site": asdict(profile.site),
        "note": profile.note,
        "source": [asdict(file) for file in profile.source],
        "horizon_elevation_deg": None,
    }
    numbers = [f"{x:.{_DECIMALS}f}" for x in profile.elevation_deg]
    rows = [", ".join(numbers[i : i + 12]) for i in range(0, len(numbers), 12)]
    text = json.dumps(document, indent=1, ensure_ascii=False)
    return text.replace(": null", ": [\n  " + ",\n  ".join(rows) + "\n ]") + "\n"


def write_profile(profile: HorizonProfile, path: Path) -> None:
    """Write a profile as JSON; see `profile_text`."""
    write_atomically(path, profile_text(profile).encode())


def read_profile(path: Path) -> HorizonProfile:
    """Read a profile from a JSON file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    HorizonProfile

    Raises
    ------
    InputError
        Where the file is missing, is no profile, or is of another version; with every mistake.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(
            Problem(str(path), "", "", f"{reason}; name a horizon profile that can be read")
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(Problem(str(path), "", "", "is not a text file of JSON")) from error
    return parse_profile(text, str(path))


def parse_profile(text: str, file: str) -> HorizonProfile:
    """Read a profile from JSON text; ``file`` is its name in messages. See `read_profile`."""
    try:
        document = json.loads(text)
    except ValueError as error:
        remedy = f"is not JSON ({error}); write it again with `moonstead horizon`"
        raise InputError(Problem(file, "", "", remedy)) from error
    if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
        raise InputError(
            Problem(file, "format", "", f'is no horizon profile: "{FORMAT}" is wanted')
        )
    version = document.pop("version", None)
    if version != FORMAT_VERSION:
        remedy = f"this Moonstead reads version {FORMAT_VERSION}"
        raise InputError(Problem(file, "version", repr(version), remedy))
    try:
        checked = _ProfileDocument.model_validate(document)
    except ValidationError as error:
        raise InputError([_problem(file, mistake) for mistake in error.errors()]) from error
    return _profile(checked)


def _profile(document: _ProfileDocument) -> HorizonProfile:
    elevation_deg = np.array(document.horizon_elevation_deg)
    return HorizonProfile(
        site=Site(**document.site.model_dump()),
        azimuth_deg=even_azimuths_deg(len(elevation_deg)),
        elevation_deg=elevation_deg,
        source=tuple(TerrainFile(**file.model_dump()) for file in document.source),
        note=document.note,
    )


def _problem(file: str, mistake: Any) -> Problem:
    path = ".".join(str(part) for part in mistake["loc"])
    value = "" if mistake["type"] == "missing" else repr(mistake["input"])[:60]
    return Problem(file, path, value, mistake["msg"])
