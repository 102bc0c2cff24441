"""The commodities that tanks hold and converters turn into each other: one table."""

import csv
from functools import cache
from importlib.resources import files


@cache
def commodities() -> dict[str, str]:
    """Return the meaning of each commodity by name."""
    text = files("moonstead").joinpath("commodities.csv").read_text(encoding="utf-8")
    return {row["name"]: row["meaning"] for row in csv.DictReader(text.splitlines())}
