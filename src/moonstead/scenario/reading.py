"""Reading a TOML file into a scenario object, with every mistake told at once.

A misspelt key or type is reported and then read as what it was meant to be, so that one spelling
mistake hides no other and brings no second message about a missing key. How a place in the file
is written: :mod:`moonstead.scenario.places`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from moonstead.errors import InputError, Problem
from moonstead.scenario.places import (
    Part,
    fields_by_key,
    is_model,
    locate,
    members,
    order_of,
    path_text,
    shown,
    value_at,
)
from moonstead.scenario.remedies import remedy
from moonstead.spec import Spec, closest, suggest

SpecT = TypeVar("SpecT", bound=Spec)
Known = Mapping[str, tuple[str, ...]]

_LARGEST_FILE_BYTES = 20_000_000


def read_document(path: Path, model: type[SpecT], known: Known | None = None) -> tuple[SpecT, str]:
    """Read a TOML file.

    Parameters
    ----------
    path
        The file, UTF-8.
    model
        What it must hold.
    known
        Names by kind that the file may refer to besides its own, such as the sites of the wheel;
        see :class:`moonstead.spec.RefersTo`.

    Returns
    -------
    tuple
        The object, and the text as it stands in the file.

    Raises
    ------
    InputError
        The file cannot be read, is no TOML, or holds mistakes; all of them are told.
    """
    text = _text_of(path)
    return check_document(text, str(path), model, known), text


def _text_of(path: Path) -> str:
    try:
        if path.is_dir():
            raise InputError(Problem(str(path), "", "", "is a folder; name a scenario file"))
        if path.exists() and path.stat().st_size > _LARGEST_FILE_BYTES:
            raise InputError(Problem(str(path), "", "", "is too large to be a scenario file"))
        # Some editors begin a file with a byte order mark, which TOML does not allow.
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        remedy_text = "no such file; give the path of a scenario file"
    except UnicodeDecodeError as error:
        remedy_text = f"is not UTF-8 text (byte {error.start + 1}); save it as UTF-8"
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        remedy_text = f"cannot be read: {reason}"
    raise InputError(Problem(str(path), "", "", remedy_text))


def check_document(text: str, file: str, model: type[SpecT], known: Known | None = None) -> SpecT:
    """Check the text of a TOML file against a model; see :func:`read_document`.

    Raises
    ------
    InputError
        With all mistakes, in the order of the file.
    """
    if not text.strip():
        raise InputError(Problem(file, "", "", "the file is empty"))
    return _Reading(file, text, model, known or {}).result()


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        problem = Problem(file, "", "", "is nested too deeply")
    except ValueError as error:  # TOMLDecodeError, or a number with thousands of digits
        problem = _syntax_problem(str(error), text, file)
    raise InputError(problem)


_UNQUOTED_QUANTITY = re.compile(r"[^=#\"']+=\s*([+-]?[\d.][\d._eE+-]*\s*[A-Za-z%°µ][^#\"']*)")


def _syntax_problem(message: str, text: str, file: str) -> Problem:
    """Turn the parser's message into a place and a remedy."""
    match = re.fullmatch(r"(.*) \(at (line (\d+), column \d+|end of document)\)", message)
    if match is None:
        return Problem(file, "", "", f"is not valid TOML: {message}")
    reason, place, line_number = match[1], match[2], match[3]
    lines = text.split("\n")
    line = lines[int(line_number) - 1].strip() if line_number else ""
    remedy_text = f"not valid TOML: {reason[:1].lower()}{reason[1:]}"
    if unquoted := _UNQUOTED_QUANTITY.fullmatch(line.split("#")[0]):
        remedy_text = f'a value with a unit is written in quotes: "{unquoted[1].strip()}"'
    elif "twice" in reason or "overwrite" in reason:
        remedy_text = "this key or table stands in the file twice; keep one"
    return Problem(file, place, shown(line) if line else "", remedy_text)


class _Reading(Generic[SpecT]):
    """One check of one text.

    The working copy is repaired as far as spelling goes; the original keeps what stands in the
    file, for the messages.
    """

    def __init__(self, file: str, text: str, model: type[SpecT], known: Known) -> None:
        self.file = file
        self.original = _parsed(text, file)
        self.working = _parsed(text, file)
        self.model = model
        self.known = known
        self.keys_in_file: dict[tuple[Part, ...], str] = {}
        self.found: list[tuple[tuple[int, ...], Problem]] = []

    def result(self) -> SpecT:
        """Return the object, or raise all problems in the order of the file."""
        value, errors = self._validated()
        while self._repair(errors):
            value, errors = self._validated()
        for error in errors:
            self._report(error)
        for parts, remedy_text in _repeated_names(self.working):
            self._add(parts, remedy_text)
        if self.found or value is None:
            ordered = sorted(self.found, key=lambda pair: pair[0])
            raise InputError(dict.fromkeys(problem for _, problem in ordered))
        return value

    def _validated(self) -> tuple[SpecT | None, list[Any]]:
        names = {kind: (*words, *self.known.get(kind, ())) for kind, words in _names(self.working)}
        try:
            return self.model.model_validate(self.working, context={**self.known, **names}), []
        except ValidationError as error:
            return None, list(error.errors(include_url=False))

    def _add(self, parts: tuple[Part, ...], remedy_text: str) -> None:
        in_file = tuple(
            self.keys_in_file.get(parts[: depth + 1], part) for depth, part in enumerate(parts)
        )
        stands, value = value_at(self.original, in_file)
        text = shown(value) if stands and in_file else ""
        path = path_text(self.original, in_file)
        order = order_of(self.original, in_file)
        self.found.append((order, Problem(self.file, path, text, remedy_text)))

    def _repair(self, errors: list[Any]) -> bool:
        """Report what is misspelt and correct it in the working copy; say if anything was."""
        repaired = [
            self._repair_key(error)
            if error["type"] == "extra_forbidden"
            else self._repair_tag(error)
            for error in errors
        ]
        return any(repaired)

    def _repair_key(self, error: Any) -> bool:
        place = locate(self.model, error["loc"])
        table = value_at(self.working, place.parts[:-1])[1]
        if place.owner is None or not isinstance(table, dict):
            return False
        free = [key for key in fields_by_key(place.owner) if key not in table]
        meant = closest(place.key, free)
        if meant is None:
            return False
        self._rename(place.parts, meant, f'unknown key; did you mean "{meant}"?')
        return True

    def _rename(self, parts: tuple[Part, ...], meant: str, remedy_text: str) -> None:
        self._add(parts, remedy_text)
        table: Any = value_at(self.working, parts[:-1])[1]
        renamed = {meant if key == parts[-1] else key: value for key, value in table.items()}
        table.clear()
        table.update(renamed)
        self.keys_in_file[(*parts[:-1], meant)] = str(parts[-1])

    def _repair_tag(self, error: Any) -> bool:
        if error["type"] not in ("union_tag_invalid", "union_tag_not_found"):
            return False
        tag_key = error["ctx"]["discriminator"].strip("'")
        place = locate(self.model, error["loc"])
        table = value_at(self.working, place.parts)[1]
        if not isinstance(table, dict):
            return False
        if tag_key in table:
            meant = closest(str(table[tag_key]), _tags(place.annotation, tag_key))
            if meant is None:
                return False
            self._report(error)
            table[tag_key] = meant
            return True
        misspelt = closest(tag_key, [key for key in table if key != "name"])
        if misspelt is None or isinstance(table[misspelt], (dict, list)):
            return False
        self._rename((*place.parts, misspelt), tag_key, f'unknown key; did you mean "{tag_key}"?')
        return True

    def _report(self, error: Any) -> None:
        place = locate(self.model, error["loc"])
        kind = error["type"]
        if kind == "too_short" and self._is_long_enough(error, place.parts):
            return
        if kind == "extra_forbidden" and place.owner is not None:
            known = ", ".join(sorted(fields_by_key(place.owner)))
            self._add(place.parts, f"unknown key; known here: {known}")
        elif kind in ("union_tag_invalid", "union_tag_not_found"):
            tag_key = error["ctx"]["discriminator"].strip("'")
            tags = _tags(place.annotation, tag_key)
            text = str(error["ctx"]["tag"]) if "tag" in error["ctx"] else ""
            prefix = f"no {place.key} is of this {tag_key}" if text else "missing"
            self._add((*place.parts, tag_key), f"{prefix}; {suggest(text, tags)}")
        else:
            self._add(place.parts, remedy(error, place))

    def _is_long_enough(self, error: Any, parts: tuple[Part, ...]) -> bool:
        """Say whether a list is short only because items of it are wrong and not counted."""
        items = value_at(self.working, parts)[1]
        return isinstance(items, list) and len(items) >= error["ctx"]["min_length"]


def _tags(annotation: Any, tag_key: str) -> list[str]:
    models = [member for member in members(annotation) if is_model(member)]
    fields = [fields_by_key(member).get(tag_key) for member in models]
    return [str(tag) for field in fields if field for tag in field.annotation.__args__]  # type: ignore[union-attr]


def _names(document: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the names that a document gives, by the key of their tables."""
    for kind, tables in document.items():
        if isinstance(tables, dict):
            yield kind, tuple(key for key, value in tables.items() if isinstance(value, dict))
        if isinstance(tables, list):
            names = [table.get("name") for table in tables if isinstance(table, dict)]
            yield kind, tuple(name for name in names if isinstance(name, str))


def _repeated_names(document: Mapping[str, Any]) -> Iterator[tuple[tuple[Part, ...], str]]:
    for kind, tables in document.items():
        seen: set[str] = set()
        for position, table in enumerate(tables if isinstance(tables, list) else ()):
            name = table.get("name") if isinstance(table, dict) else None
            if isinstance(name, str) and name in seen:
                yield (kind, position, "name"), f"another {kind} has this name already"
            if isinstance(name, str):
                seen.add(name)
