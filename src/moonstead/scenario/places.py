"""Where in a file a mistake is, in the words of the file.

The path of a value is written as its keys are: ``site.latitude_deg``. An item of a list of tables
is called by its name where it has one of its own, ``element "battery-1".capacity_j``, and
otherwise by its number counted from one, ``element #3.capacity_j``.
"""

import json
import re
import types
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from moonstead.spec import Spec

Part = str | int

_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a document and what its model expects there.

    Parameters
    ----------
    parts
        Keys and list positions (from 0) from the top of the document.
    owner
        The model whose key the last part is; None inside lists and free tables.
    annotation
        The type that the model gives the last part; None for a key it does not know.
    field
        The model's field for the last part, where there is one.
    """

    parts: tuple[Part, ...]
    owner: type[Spec] | None
    annotation: Any
    field: FieldInfo | None = None

    @property
    def key(self) -> str:
        """The last key of the path, without list positions."""
        return next((part for part in reversed(self.parts) if isinstance(part, str)), "")

    @property
    def heading(self) -> str:
        """The heading under which a table at this place stands, such as ``element.thermal``."""
        return ".".join(part for part in self.parts if isinstance(part, str))


def fields_by_key(model: type[Spec]) -> dict[str, FieldInfo]:
    """Return a model's fields by the key that a file uses."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def members(annotation: Any) -> tuple[Any, ...]:
    """Return the alternatives that a type allows, without None; itself where it is no union."""
    if get_origin(annotation) is Annotated:
        return members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(
            inner
            for member in get_args(annotation)
            if member is not type(None)
            for inner in members(member)
        )
    return (annotation,)


def is_model(annotation: Any) -> bool:
    """Say whether a type is a scenario object."""
    return isinstance(annotation, type) and issubclass(annotation, Spec)


def locate(model: type[Spec], loc: Sequence[Part]) -> Place:
    """Follow an error's location through a model, leaving out what is not in the file.

    Pydantic puts the tags of unions between the keys; those are not part of a path. A model's own
    checks leave them out.
    """
    place = Place((), None, model)
    alternatives: tuple[Any, ...] = (model,)
    for part in loc:
        tagged = tuple(x for x in alternatives if _is_tagged(x, part))
        if len(alternatives) > 1 and tagged:
            alternatives = tagged
            if is_model(tagged[0]):
                place = Place(place.parts, place.owner, tagged[0], place.field)
            continue
        keyed = (x for x in alternatives if is_model(x) and part in fields_by_key(x))
        step = _below(place, next(keyed, alternatives[0]), part)
        if step is not None:
            place = step
            alternatives = members(place.annotation)
    return place


def _is_tagged(member: Any, part: Part) -> bool:
    if not is_model(member):
        return bool(getattr(member, "__name__", None) == part)
    fields = member.model_fields.values()
    tags = [
        tag for f in fields if get_origin(f.annotation) is Literal for tag in get_args(f.annotation)
    ]
    return part in tags or member.__name__ == part


def _below(place: Place, annotation: Any, part: Part) -> Place | None:
    parts = (*place.parts, part)
    if is_model(annotation):
        field = fields_by_key(annotation).get(str(part))
        return Place(parts, annotation, field.annotation if field else None, field)
    arguments = get_args(annotation)
    if get_origin(annotation) in (tuple, list) and isinstance(part, int):
        uniform = len(arguments) == 1 or arguments[-1] is Ellipsis
        return Place(parts, None, arguments[0 if uniform else min(part, len(arguments) - 1)])
    if get_origin(annotation) is dict and part != "[key]":
        return Place(parts, None, arguments[1])
    return None


def value_at(document: object, parts: Sequence[Part]) -> tuple[bool, object]:
    """Return whether something stands at a place of a document, and what."""
    for part in parts:
        if isinstance(document, list):
            document = dict(enumerate(document))
        if not isinstance(document, dict) or part not in document:
            return False, None
        document = document[part]
    return True, document


def order_of(document: object, parts: Sequence[Part]) -> tuple[int, ...]:
    """Return a key that sorts places in the order of the file; what is missing comes last."""
    order = []
    for part in parts:
        if isinstance(document, dict):
            order.append(list(document).index(part) if part in document else len(document))
        else:
            order.append(part if isinstance(part, int) else 0)
        document = value_at(document, [part])[1]
    return tuple(order)


def path_text(document: object, parts: Sequence[Part]) -> str:
    """Write a place as a person would look for it in the file."""
    text = ""
    for depth, part in enumerate(parts):
        if isinstance(part, int):
            text += " " + _item_text(value_at(document, parts[:depth])[1], part)
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            text += ("." if text else "") + (part if bare else json.dumps(part))
    return text.strip()


def _item_text(items: object, position: int) -> str:
    if isinstance(items, list):
        names = [item.get("name") if isinstance(item, dict) else None for item in items]
        name = names[position] if position < len(names) else None
        if isinstance(name, str) and names.count(name) == 1:
            return shown(name)
    return f"#{position + 1}"


def shown(value: object) -> str:
    """Write a value as in a TOML file, on one line and shortened; nothing for tables and lists."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        return ""
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, str):
        short = value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…"
        # Control characters stay escaped, so that a file cannot steer a terminal.
        escaped = json.dumps(short, ensure_ascii=False)
        return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped)
    if isinstance(value, int) and abs(value) >= 10**_LONGEST_VALUE:
        return "a very long number"
    return repr(value)
