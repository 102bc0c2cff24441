"""Tables of radio data as CSV: read strictly, with every wrong cell told at once."""

import csv
import math
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

from moonstead.errors import InputError, Problem

Check = Callable[[str], str]
"""Returns what would be right in a cell, or nothing where it is."""

CONFIDENCES = ("high", "medium", "low", "assumption")


def number(low: float, high: float, *, optional: bool = False) -> Check:
    """Return a check for numbers within bounds."""

    def check(text: str) -> str:
        if optional and not text:
            return ""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        also = " or empty" if optional else ""
        return "" if low <= value <= high else f"must be a number from {low:g} to {high:g}{also}"

    return check


def numbers(low: float, high: float) -> Check:
    """Return a check for numbers within bounds that rise, with spaces between; none is good too."""
    one = number(low, high)

    def check(text: str) -> str:
        wrong = [word for word in text.split() if one(word)]
        if wrong:
            return f"must be numbers from {low:g} to {high:g} with spaces between"
        values = [float(word) for word in text.split()]
        rises = all(a < b for a, b in pairwise(values))
        return "" if rises else "must rise"

    return check


def filled(text: str) -> str:
    """Check for a text that is there."""
    return "" if text.strip() else "must not be empty"


def one_of(words: tuple[str, ...], *, optional: bool = False) -> Check:
    """Return a check for one of some words."""

    def check(text: str) -> str:
        good = text in words or (optional and not text)
        return "" if good else f"must be one of {', '.join(words)}"

    return check


def read_table(
    packaged: str, path: Path | None, columns: Mapping[str, Check]
) -> tuple[dict[str, str], ...]:
    """Return the rows of a table whose first column is a name.

    Parameters
    ----------
    packaged
        Name of the file that comes with Moonstead.
    path
        A file of the user instead; None for the one that comes along.
    columns
        Names in order, and the check of each.

    Raises
    ------
    InputError
        With every mistake: row (the heading is row 1), column, value and remedy.
    """
    file = str(path) if path else packaged
    source = path or files("moonstead.comms") / packaged
    try:
        rows = list(csv.reader(source.read_text(encoding="utf-8-sig").splitlines(), strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(Problem(file, "", "", f"cannot be read: {error}")) from error
    problems = list(_problems(file, rows, columns))
    if problems:
        raise InputError(problems)
    return tuple(dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row)


def _problems(file: str, rows: list[list[str]], columns: Mapping[str, Check]) -> Iterator[Problem]:
    heading = rows[0] if rows else []
    if heading != list(columns):
        remedy = f"the columns must be {', '.join(columns)}"
        yield Problem(file, "row 1", ",".join(heading), remedy)
        return
    names: set[str] = set()
    for line, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        if len(row) != len(columns):
            remedy = f"must have {len(columns)} values; a text with a comma goes in quotes"
            yield Problem(file, f"row {line}", f"{len(row)} values", remedy)
            continue
        for (column, check), value in zip(columns.items(), row, strict=True):
            if remedy := check(value):
                yield Problem(file, f"row {line}, {column}", f'"{value}"', remedy)
        if row[0] in names:
            yield Problem(file, f"row {line}, name", f'"{row[0]}"', "stands there twice; keep one")
        names.add(row[0])
