"""The one table of quantities: name, unit, what it is per, who writes it, what it means.

Code, store, plots and documentation read it from ``quantities.csv``.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Quantity:
    """A recorded quantity."""

    name: str
    unit: str
    channels: str
    """What there is one of it for, such as ``store``; empty for one of the whole station."""
    written_by: str
    meaning: str


@cache
def quantities() -> dict[str, Quantity]:
    """Return every quantity by name."""
    text = files("moonstead").joinpath("quantities.csv").read_text(encoding="utf-8")
    return {row["name"]: Quantity(**row) for row in csv.DictReader(text.splitlines())}
