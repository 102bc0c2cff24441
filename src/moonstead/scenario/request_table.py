"""Requests from a table: CSV or a spreadsheet, one request a row, columns named as the keys.

What scientists and partners send is a table. Its columns are the keys of `[[experiment]]` in a
scenario (``name``, ``partner``, ``duration_s`` ...), in any order; a key of a table within is
written with a dot (``after.experiment``), an empty cell is a key that is not given. Values may have
units, as in a scenario: ``6 h``. In a list, values stand apart by semicolons.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zipfile import BadZipFile

from pydantic import ValidationError

from moonstead.errors import InputError, Problem
from moonstead.scenario.places import fields_by_key, locate, shown
from moonstead.scenario.remedies import remedy
from moonstead.spec import Spec, suggest

SpecT = TypeVar("SpecT", bound=Spec)
Row = tuple[int, dict[str, object]]
"""Number of the row in the file, from 1, and its cells that are not empty, by column."""

SPREADSHEETS = (".xlsx", ".xlsm")
_MOST_ROWS = 100_000


def read_request_table(
    path: Path, model: type[SpecT], known: Mapping[str, tuple[str, ...]]
) -> tuple[SpecT, ...]:
    """Read requests.

    Parameters
    ----------
    path
        A CSV file in UTF-8, or a spreadsheet (its first sheet).
    model
        What a row must hold.
    known
        Names by kind that rows may refer to, see `moonstead.spec.RefersTo`.

    Returns
    -------
    tuple
        One object for each row, in the order of the file.

    Raises
    ------
    InputError
        With every mistake, by row and column.
    """
    header, rows = _spreadsheet(path) if path.suffix in SPREADSHEETS else _csv(path)
    problems = list(_header_problems(str(path), header, model))
    if problems:
        raise InputError(problems)
    found = []
    seen: dict[object, int] = {}
    for number, cells in rows:
        try:
            found.append(model.model_validate(_nested(cells), context=dict(known)))
        except ValidationError as error:
            problems.extend(_problems(str(path), number, cells, model, error))
        name = cells.get("name")
        if name is not None and name in seen:
            text = f"row {seen[name]} has this name already"
            problems.append(Problem(str(path), f"row {number}, column name", shown(name), text))
        seen.setdefault(name, number)
    if problems:
        raise InputError(problems)
    return tuple(found)


def _csv(path: Path) -> tuple[list[str], list[Row]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        remedy_text = f"is not UTF-8 text (byte {error.start + 1}); save it as CSV UTF-8"
        raise InputError(Problem(str(path), "", "", remedy_text)) from None
    except OSError as error:
        raise InputError(Problem(str(path), "", "", _unreadable(error))) from None
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError(Problem(str(path), "", "", f"is no CSV: {error}")) from None
    return _table(path, [[_value(cell) for cell in line] for line in lines])


def _spreadsheet(path: Path) -> tuple[list[str], list[Row]]:
    # Half a second to import, and most runs have no spreadsheet.
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError):
        raise InputError(Problem(str(path), "", "", "is no spreadsheet (.xlsx)")) from None
    except OSError as error:
        raise InputError(Problem(str(path), "", "", _unreadable(error))) from None
    try:
        sheet = book.worksheets[0]
        lines = [
            [_value(cell) if isinstance(cell, str) else cell for cell in line]
            for line in sheet.iter_rows(values_only=True, max_row=_MOST_ROWS)
        ]
    finally:
        book.close()
    return _table(path, lines)


def _unreadable(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file; give the path of a table of requests"
    return f"cannot be read: {error.strerror or error}"


def _table(path: Path, lines: list[list[Any]]) -> tuple[list[str], list[Row]]:
    if not lines or all(cell in (None, "") for cell in lines[0]):
        raise InputError(
            Problem(str(path), "row 1", "", "must name the columns: name, partner, duration_s ...")
        )
    header = ["" if cell is None else str(cell).strip() for cell in lines[0]]
    while header and not header[-1]:
        header.pop()
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells = {
            key: cell
            for key, cell in zip(header, line, strict=False)
            if cell is not None and cell != ""
        }
        if any(cell not in (None, "") for cell in line[len(header) :]):
            text = f"has more cells than there are columns ({len(header)})"
            raise InputError(Problem(str(path), f"row {number}", "", text))
        if cells:
            rows.append((number, cells))
    return header, rows


def _value(text: str) -> object:
    """Return a cell as what it looks like: a number, true or false, a list, or a text."""
    text = text.strip()
    if ";" in text:
        return [_value(part) for part in text.split(";") if part.strip()]
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _header_problems(file: str, header: list[str], model: type[Spec]) -> Iterator[Problem]:
    known = fields_by_key(model)
    for number, column in enumerate(header, start=1):
        key = column.partition(".")[0]
        if not key:
            yield Problem(file, f"row 1, column {number}", "", "has no name")
        elif key not in known:
            yield Problem(file, "row 1", shown(column), f"unknown column; {suggest(key, known)}")
        elif header.index(column) != number - 1:
            yield Problem(file, "row 1", shown(column), "this column stands here twice; keep one")
    for key, field in known.items():
        columns = [column.partition(".")[0] for column in header]
        if field.is_required() and key not in columns:
            yield Problem(file, "row 1", "", f"the column {key} is missing")


def _nested(cells: Mapping[str, object]) -> dict[str, object]:
    row: dict[str, object] = {}
    for column, cell in cells.items():
        key, _, below = column.partition(".")
        value = _plain(cell)
        if not below:
            row[key] = value
            continue
        table = row.setdefault(key, {})
        if isinstance(table, dict):
            table[below] = value
    return row


def _plain(cell: object) -> object:
    """Return a cell of a spreadsheet as a scenario would hold it."""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    # A spreadsheet has no whole numbers: 5 may come as 5.0.
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell


def _problems(
    file: str, number: int, cells: Mapping[str, object], model: type[Spec], error: ValidationError
) -> Iterator[Problem]:
    for one in error.errors(include_url=False):
        column = ".".join(str(part) for part in one["loc"] if not isinstance(part, int))
        place = f"row {number}, column {column}" if column else f"row {number}"
        value = shown(cells[column]) if column in cells else ""
        yield Problem(file, place, value, remedy(one, locate(model, one["loc"])))
