"""Tables of the keys of a scenario object: unit, default, bounds and meaning."""

import inspect
import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from moonstead.spec import RefersTo, Spec
from moonstead.units import unit_of_name


def section(title: str, model: type[Spec]) -> str:
    """Return a heading, the model's docstring and its table."""
    return f"{title}\n\n{inspect.getdoc(model)}\n\n{rows(model)}\n"


def rows(model: type[Spec], leave_out: typing.Container[str] = ()) -> str:
    """Return the table of a model's keys."""
    text = "| key | unit | default | bounds | meaning |\n|---|---|---|---|---|\n"
    for name, field in model.model_fields.items():
        if name not in leave_out:
            unit = unit_of_name(name)
            shown_unit = "" if unit is None else (unit or "1")
            about = " ".join((field.description or "").replace("``", "`").split())
            meaning = f"{about}{choices(field)}{reference(field)}"
            cells = (f"`{field.alias or name}`", shown_unit, default(field), bounds(field), meaning)
            text += f"| {' | '.join(cells)} |\n"
    return text


def default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if isinstance(value, Spec) or value in (None, ()):
        return "none" if value in (None, ()) else "as below"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def bounds(field: FieldInfo) -> str:
    found: dict[str, Any] = {}
    for mark in marks(field):
        for name in ("gt", "ge", "lt", "le"):
            if hasattr(mark, name):
                found[name] = getattr(mark, name)
    if "ge" in found and "le" in found:
        return f"{found['ge']:.4g} to {found['le']:.4g}"
    signs = {"gt": "above", "ge": "from", "lt": "below", "le": "up to"}
    return ", ".join(f"{signs[name]} {value:.4g}" for name, value in found.items())


def marks(field: FieldInfo) -> Iterator[Any]:
    """Yield the constraints of a field, also of what may be none instead."""
    yield from field.metadata
    for inner in typing.get_args(field.annotation):
        for mark in getattr(inner, "__metadata__", ()):
            yield from mark.metadata if isinstance(mark, FieldInfo) else (mark,)


def choices(field: FieldInfo) -> str:
    if typing.get_origin(field.annotation) is not typing.Literal:
        return ""
    options = typing.get_args(field.annotation)
    return " One of " + ", ".join(f"`{option}`" for option in options) + "." if options[1:] else ""


def reference(field: FieldInfo) -> str:
    kinds = [mark.kind for mark in marks(field) if isinstance(mark, RefersTo)]
    return f" Names {'an' if kinds[0][0] in 'aeiou' else 'a'} {kinds[0]}." if kinds else ""


def specs_in(annotation: Any) -> list[type[Spec]]:
    """Return the models that an annotation names."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, Spec) else []
    found = [model for inner in typing.get_args(annotation) for model in specs_in(inner)]
    return list(dict.fromkeys(found))
