"""What would be right instead, in plain words, for everything that a model can refuse."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from moonstead.scenario.places import Place, is_model, members, shown
from moonstead.spec import RefusedText, suggest
from moonstead.units import example_of, kind_of, unit_of_name

_INSTANT = "2035-01-01T00:00:00Z"
_NAME = "lower-case letters, digits and single hyphens, such as relay-1"
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
    "multiple_of": ("multiple_of", "a multiple of"),
}
_LENGTHS = {
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have a length of at least {min_length}",
    "too_long": "must have a length of at most {max_length}",
}


def remedy(error: Mapping[str, Any], place: Place) -> str:
    """Say what would be right at a place where a model found an error.

    Parameters
    ----------
    error
        One of pydantic's errors, as ``ValidationError.errors()`` gives them.
    place
        Where it is.
    """
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind in ("mistake", "value_error", "assertion_error"):
        return str(context.get("remedy") or context["error"])
    if isinstance(value, RefusedText):
        return value.reason
    if kind == "missing":
        return _missing(place)
    if kind in _BOUNDS:
        return _bound(kind, context, place)
    return _constraint(kind, context) or _choice_or_type(value, place)


def _constraint(kind: str, context: Mapping[str, Any]) -> str:
    if kind in _LENGTHS:
        return _LENGTHS[kind].format(**context)
    if kind == "string_pattern_mismatch":
        is_name = context["pattern"].startswith("^[a-z0-9]")
        return "must be made of " + (_NAME if is_name else f"what fits {context['pattern']}")
    if kind == "finite_number":
        return "must be a finite number"
    return ""


def _choice_or_type(value: object, place: Place) -> str:
    options = _options(place.annotation)
    if options and isinstance(value, str):
        return "not one of the choices; " + suggest(value, map(str, options))
    return f"must be {expected(place)}"


def _missing(place: Place) -> str:
    if place.parts and isinstance(place.parts[-1], int):
        return "the list is too short"
    text = f"missing; write {_example(place)}"
    about = (place.field.description or "") if place.field else ""
    first = " ".join(about.split()).split(". ")[0].rstrip(".")
    return f"{text} ({first})" if first else text


def _bound(kind: str, context: Mapping[str, Any], place: Place) -> str:
    name, words = _BOUNDS[kind]
    unit = unit_of_name(place.key)
    unit_text = {None: "", "degree": " deg"}.get(unit, f" {unit}".rstrip())
    text = f"must be {words} {context[name]:g}{unit_text}"
    if unit == "" and name in ("lt", "le"):
        text += '; a percentage is written in quotes: "95 %"'
    return text


def _options(annotation: Any) -> list[Any]:
    options: list[Any] = []
    for member in members(annotation):
        if get_origin(member) is Literal:
            options += get_args(member)
        elif isinstance(member, type) and issubclass(member, Enum):
            options += [option.value for option in member]
    return options


def expected(place: Place) -> str:
    """Say in words what a model expects at a place."""
    words = [_expected_one(member, place) for member in members(place.annotation)]
    return " or ".join(dict.fromkeys(words))


def _expected_one(annotation: Any, place: Place) -> str:
    if options := _options(annotation):
        return "one of " * (len(options) > 1) + ", ".join(shown(option) for option in options)
    if annotation is float:
        unit = unit_of_name(place.key)
        if unit is None:
            return "a number"
        return f'{kind_of(unit)}: a number{f" in {unit}" if unit else ""} or "{example_of(unit)}"'
    if is_model(annotation) or get_origin(annotation) is dict:
        return f"a table, written once: [{place.heading}]"
    if get_origin(annotation) in (tuple, list):
        tables = any(is_model(member) for member in members(get_args(annotation)[0]))
        return (
            f"a list of tables, each begun with [[{place.heading}]]"
            if tables
            else "a list: [ ... ]"
        )
    plain = {
        int: "a whole number",
        bool: "true or false",
        str: "a text in quotes",
        datetime: f"a date and time in UTC, such as {_INSTANT}",
    }
    return plain.get(annotation, "something else")


def _example(place: Place) -> str:
    first = members(place.annotation)[0]
    key = place.key
    if is_model(first) or get_origin(first) is dict:
        return f"a table [{place.heading}]"
    if get_origin(first) in (tuple, list):
        tables = any(is_model(member) for member in members(get_args(first)[0]))
        return f"tables [[{place.heading}]]" if tables else f"{key} = [ ... ]"
    unit = unit_of_name(key)
    if first is float and unit is not None:
        return f'{key} = "{example_of(unit)}"'
    if options := _options(first):
        return " or ".join(f"{key} = {shown(option)}" for option in options)
    plain = {float: "1.0", int: "1", bool: "true", datetime: _INSTANT}
    return f"{key} = " + plain.get(first, '"..."')
