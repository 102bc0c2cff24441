"""The example file of each element type, ``examples/TYPE.toml``: one element, and what it needs.

The first table is the type's own; others follow where it cannot stand without them. Names outside
the file are ``hub`` (a lander hub with the bus ``main``) and the partners.
"""

import tomllib
from importlib.resources import files

from pydantic import TypeAdapter

from moonstead.elements.catalogue import TaggedElement
from moonstead.elements.element import Element

ADAPTER: TypeAdapter[Element] = TypeAdapter(TaggedElement)


def example_text(kind: str) -> str:
    """Return the text of the example file of an element type."""
    folder = files("moonstead.elements") / "examples"
    return (folder / f"{kind}.toml").read_text(encoding="utf-8")


def example_elements(kind: str) -> tuple[Element, ...]:
    """Return the elements of that file, the type's own first."""
    document = tomllib.loads(example_text(kind))
    return tuple(ADAPTER.validate_python(table) for table in document["element"])
