"""What a navigation message says, before it is judged: keyed texts with their place in the file."""

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from moonstead.errors import InputError, Problem
from moonstead.interop.ndm_epochs import TIME_SYSTEMS, parse_epoch, t_s_of
from moonstead.spec import suggest

MOST_PROBLEMS = 20
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One value: where it stands, what stands there, and the unit if one is written."""

    place: str
    text: str
    unit: str = ""


@dataclass(slots=True)
class Block:
    """Values that belong together, such as the metadata of one segment."""

    place: str
    fields: dict[str, Field] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class RawSegment:
    """One segment of an OEM: rows are a place and the texts of epoch and numbers."""

    meta: Block
    rows: list[tuple[str, list[str]]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    covariances: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class RawOem:
    """An OEM as it stands."""

    header: Block
    segments: list[RawSegment] = field(default_factory=list)


@dataclass(slots=True)
class RawOpm:
    """An OPM as it stands: one block of each kind, and any number of manoeuvres."""

    header: Block
    blocks: dict[str, Block] = field(default_factory=dict)
    manoeuvres: list[Block] = field(default_factory=list)


class Judge:
    """Turns texts into values and keeps every mistake that it meets."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def wrong(self, place: str, value: str, remedy: str) -> None:
        """Keep one mistake."""
        shown = value if len(value) <= 60 else value[:57] + "..."
        self.problems.append(Problem(self.file, place, shown, remedy))

    def stop_if_wrong(self) -> None:
        """Raise InputError with the mistakes so far, at most `MOST_PROBLEMS` and their number."""
        if not self.problems:
            return
        rest = len(self.problems) - MOST_PROBLEMS
        kept = self.problems[:MOST_PROBLEMS]
        if rest > 0:
            kept.append(Problem(self.file, "", "", f"and {rest} more of this file"))
        raise InputError(kept)

    def put(self, block: Block, key: str, value: Field) -> None:
        """Add a value to a block; a key that is there already is a mistake."""
        if key in block.fields:
            self.wrong(value.place, value.text, f"stands a second time ({block.fields[key].place})")
        else:
            block.fields[key] = value

    def unknown(self, place: str, key: str, known: list[str]) -> None:
        """Keep the mistake of a keyword that the standard does not have in this place."""
        self.wrong(place, key, f"is no keyword of this part; {suggest(key, known)}")

    def text(self, block: Block, key: str, *, needed: bool = True) -> str:
        """Return a text that must not be empty, or ``""`` where it is absent."""
        value = block.fields.get(key)
        if value is None:
            if needed:
                self.wrong(block.place, "", f"{key} is missing")
            return ""
        if not value.text:
            self.wrong(value.place, "", f"{key} has no value")
        return value.text

    def number(
        self, block: Block, key: str, unit: str = "", scale: float = 1.0, *, needed: bool = True
    ) -> float | None:
        """Return a finite number times scale; None where it is absent or wrong."""
        if not self.text(block, key, needed=needed):
            return None
        value = block.fields[key]
        if value.unit and value.unit.lower() != unit.lower():
            self.wrong(value.place, f"[{value.unit}]", f"must be in {unit or 'no unit'}")
            return None
        if (found := number_of(value.text)) is None or not math.isfinite(found * scale):
            self.wrong(value.place, value.text, "must be a finite number")
            return None
        return found * scale

    def epoch(
        self, block: Block, key: str, time_system: str, *, needed: bool = True
    ) -> float | None:
        """Return TDB seconds past J2000; None where the date is absent or wrong."""
        text = self.text(block, key, needed=needed)
        if not text or not time_system:
            return None
        try:
            return float(t_s_of(*parse_epoch(text), time_system))
        except ValueError as error:
            self.wrong(block.fields[key].place, text, str(error))
            return None

    def time_system(self, block: Block) -> str:
        """Return the time system of metadata, or ``""`` where it is wrong."""
        text = self.text(block, "TIME_SYSTEM")
        if text and text.upper() not in TIME_SYSTEMS:
            remedy = f"is not supported; must be one of {', '.join(TIME_SYSTEMS)}"
            self.wrong(block.fields["TIME_SYSTEM"].place, text, remedy)
            return ""
        return text.upper()


def number_of(text: str) -> float | None:
    """Return the number that a text is in the notation of the standard, or None."""
    return float(text) if _NUMBER.fullmatch(text) else None


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InputError(Problem(str(path), "", "", f"{reason}; name a file to read")) from error
