"""The catalogue of ground stations on Earth, and how a scenario picks from it.

The table is ``ground_stations.csv`` beside this file. Its ``source`` column says where place and
dish come from, ``radio_source`` where the radio figures do; *recall* marks what was written down
from memory and not read on a page, *assumption* what nobody said. A position
wrong by 0.02 degrees or a height wrong by 300 m moves the Moon's elevation by 0.02 degrees at most.
"""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from moonstead.errors import InputError, Problem
from moonstead.spec import suggest

BANDS = ("L", "S", "C", "X", "Ku", "K", "Ka", "Q")
CONFIDENCES = ("high", "medium", "low")

# The sea shores and mountains of the Earth, and the dishes on it.
_NUMBER_BOUNDS = {
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 360.0),
    "height_m": (-500.0, 9000.0),
    "antenna_m": (0.1, 600.0),
}
# By band: from cooled receivers to a desert's ground; the smallest dish to the largest array; a
# watt from a small dish to the largest transmitter.
_BAND_BOUNDS = {
    "noise_k": (3.0, 2000.0),
    "g_over_t_db_per_k": (-20.0, 80.0),
    "eirp_dbw": (0.0, 150.0),
}
COLUMNS = (
    "name",
    "title",
    "owner",
    *_NUMBER_BOUNDS,
    "bands",
    *_BAND_BOUNDS,
    "receive_only",
    "radio_source",
    "source",
    "confidence",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundStation:
    """One dish on Earth.

    Parameters
    ----------
    name, title, owner
        The name in scenario files, the name for people, and who runs it.
    latitude_deg, longitude_deg, height_m
        Geodetic, WGS-84; longitude to the east.
    antenna_m
        Diameter of the dish.
    bands
        Radio bands, such as ``("S", "X")``.
    noise_k
        By band: temperature of the whole system at the zenith under a clear sky.
    g_over_t_db_per_k
        By band: gain over that temperature, where it is known as such.
    eirp_dbw
        By band: radiated power, where it is known.
    receive_only
        Whether it never sends.
    radio_source
        Where noise, G/T and EIRP come from.
    source, confidence
        Where place and dish come from, and how far to trust them.
    """

    name: str
    title: str
    owner: str
    latitude_deg: float
    longitude_deg: float
    height_m: float
    antenna_m: float
    bands: tuple[str, ...]
    noise_k: Mapping[str, float] = field(hash=False)
    g_over_t_db_per_k: Mapping[str, float] = field(hash=False)
    eirp_dbw: Mapping[str, float] = field(hash=False)
    receive_only: bool
    radio_source: str
    source: str
    confidence: str


def load_ground_stations(path: Path | None = None) -> tuple[GroundStation, ...]:
    """Read a catalogue of ground stations.

    Parameters
    ----------
    path
        A CSV file with the columns `COLUMNS`; None for the one that comes with Moonstead.

    Returns
    -------
    tuple
        The stations, in the order of the file; their names differ.

    Raises
    ------
    InputError
        The file cannot be read, or rows of it are wrong; all of them are told, with row (the
        heading is row 1) and column.
    """
    file = str(path) if path else "ground_stations.csv"
    source = path or files("moonstead.comms") / "ground_stations.csv"
    try:
        text = source.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(text.splitlines(), strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(Problem(file, "", "", f"cannot be read: {error}")) from error
    problems = list(_problems(file, rows))
    if problems:
        raise InputError(problems)
    return tuple(_station(dict(zip(rows[0], row, strict=True))) for row in rows[1:] if row)


def _problems(file: str, rows: list[list[str]]) -> Iterator[Problem]:
    heading = rows[0] if rows else []
    if tuple(heading) != COLUMNS:
        remedy = f"the columns must be {', '.join(COLUMNS)}"
        yield Problem(file, "row 1", ",".join(heading), remedy)
        return
    names: set[str] = set()
    for number, row in enumerate(rows[1:], start=2):
        if row and len(row) != len(COLUMNS):
            remedy = f"must have {len(COLUMNS)} values; a text with a comma goes in quotes"
            yield Problem(file, f"row {number}", f"{len(row)} values", remedy)
            continue
        for column, value in zip(COLUMNS, row, strict=False):
            if remedy := _cell_remedy(column, value):
                yield Problem(file, f"row {number}, {column}", f'"{value}"', remedy)
        if len(row) == len(COLUMNS):
            yield from _band_problems(file, number, dict(zip(COLUMNS, row, strict=True)))
        if row and row[0] in names:
            yield Problem(
                file, f"row {number}, name", f'"{row[0]}"', "stands there twice; keep one"
            )
        names.update(row[:1])


def _band_problems(file: str, number: int, row: Mapping[str, str]) -> Iterator[Problem]:
    """Yield bands with figures that the station does not have, and power that it cannot send."""
    bands = row["bands"].split()
    known = set(bands) <= set(BANDS)
    for column in _BAND_BOUNDS:
        for band in row[column].split()[::2]:
            if known and band not in bands:
                remedy = f"must be one of its bands, {row['bands']}"
                yield Problem(file, f"row {number}, {column}", f'"{band}"', remedy)
    if row["receive_only"] == "yes" and row["eirp_dbw"].strip():
        remedy = "must be empty where receive_only is yes"
        yield Problem(file, f"row {number}, eirp_dbw", f'"{row["eirp_dbw"]}"', remedy)


def _cell_remedy(column: str, value: str) -> str:
    """Return what would be right in a cell, or nothing where it is."""
    if column in _NUMBER_BOUNDS:
        low, high = _NUMBER_BOUNDS[column]
        return "" if low <= _number(value) <= high else f"must be a number from {low:g} to {high:g}"
    if column == "bands":
        bands = value.split()
        good = bool(bands) and set(bands) <= set(BANDS)
        return "" if good else f"must be one or more of {' '.join(BANDS)}"
    if column in _BAND_BOUNDS:
        low, high = _BAND_BOUNDS[column]
        values = [_number(word) for word in value.split()[1::2]]
        good = len(value.split()) == 2 * len(values) and all(low <= v <= high for v in values)
        return "" if good else f'must be like "S 25 X 30", each from {low:g} to {high:g}'
    if column == "receive_only":
        return "" if value in {"yes", "no"} else "must be yes or no"
    if column == "confidence":
        return "" if value in CONFIDENCES else f"must be one of {', '.join(CONFIDENCES)}"
    return "" if value.strip() else "must not be empty"


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _station(row: Mapping[str, str]) -> GroundStation:
    return GroundStation(
        name=row["name"],
        title=row["title"],
        owner=row["owner"],
        latitude_deg=float(row["latitude_deg"]),
        longitude_deg=float(row["longitude_deg"]),
        height_m=float(row["height_m"]),
        antenna_m=float(row["antenna_m"]),
        bands=tuple(row["bands"].split()),
        noise_k=_by_band(row["noise_k"]),
        g_over_t_db_per_k=_by_band(row["g_over_t_db_per_k"]),
        eirp_dbw=_by_band(row["eirp_dbw"]),
        receive_only=row["receive_only"] == "yes",
        radio_source=row["radio_source"],
        source=row["source"],
        confidence=row["confidence"],
    )


def _by_band(value: str) -> Mapping[str, float]:
    words = value.split()
    return {band: float(number) for band, number in zip(words[::2], words[1::2], strict=True)}


def ground_stations_named(
    names: Iterable[str], catalogue: Iterable[GroundStation]
) -> tuple[GroundStation, ...]:
    """Return stations by name.

    Raises
    ------
    InputError
        For every name that the catalogue does not have, with the one that was meant.
    """
    wanted = tuple(names)
    by_name = {station.name: station for station in catalogue}
    unknown = [name for name in wanted if name not in by_name]
    if unknown:
        raise InputError(
            Problem("ground stations", "name", f'"{name}"', f"unknown; {suggest(name, by_name)}")
            for name in unknown
        )
    return tuple(by_name[name] for name in wanted)
