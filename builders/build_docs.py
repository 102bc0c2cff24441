"""Write the reference pages that say again what the code says: scenario keys, elements, quantities.

    python builders/build_docs.py [--check]

With --check nothing is written; the exit status is 1 if a page in docs/reference is out of date.
"""

import argparse
import inspect
import sys
import types
import typing
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from moonstead.elements.catalogue import AnyElement
from moonstead.quantities import quantities
from moonstead.scenario.model import Scenario
from moonstead.spec import RefersTo, Spec
from moonstead.units import unit_of_name

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
NOTICE = "<!-- Written by builders/build_docs.py; change the code, not this page. -->\n\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [name for name, text in pages().items() if not current(REFERENCE / name, text)]
    if check:
        print("\n".join(f"docs/reference/{name} is out of date" for name in stale), end="")
        sys.exit(bool(stale))
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


def current(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def pages() -> dict[str, str]:
    """Return the text of each page by file name."""
    return {
        "scenario.md": scenario_page(),
        "elements.md": elements_page(),
        "quantities.md": quantities_page(),
    }


def scenario_page() -> str:
    text = NOTICE + "# Scenario file\n\n"
    text += (
        "TOML, UTF-8. A number is in the unit in the second column; a text with a unit, such as "
        '`"40 kW"`, is converted to it. Dates are UTC. Every key not listed here is refused.\n\n'
    )
    text += section("The file", Scenario)
    for name, field in Scenario.model_fields.items():
        for model in models_in(field.annotation):
            if name != "element":
                many = "[[" + name + "]]" if "tuple" in str(field.annotation) else "[" + name + "]"
                text += section(f"`{many}`", model)
    return text + "Elements have a page of their own: [element types](elements.md).\n"


def elements_page() -> str:
    text = NOTICE + "# Element types\n\nWritten in a scenario as `[[element]]` with its `type`.\n\n"
    for model in typing.get_args(AnyElement):
        module = inspect.getmodule(model)
        about = inspect.getdoc(module) or ""
        tag = typing.get_args(model.model_fields["type"].annotation)[0]
        text += f"## `{tag}`\n\n{about}\n\n{rows(model)}\n"
        for name, field in model.model_fields.items():
            for inner in models_in(field.annotation):
                if inner.__name__ != "Thermal":
                    text += f"### `{name}` of `{tag}`\n\n{rows(inner)}\n"
    thermal = typing.get_args(AnyElement)[0].model_fields["thermal"].annotation
    return text + f"## `thermal` of any element\n\n{inspect.getdoc(thermal)}\n\n{rows(thermal)}"


def quantities_page() -> str:
    text = NOTICE + "# Recorded quantities\n\nColumns `name/channel` of `series/` of a run "
    text += "directory; `name` alone where there is one for the run.\n\n"
    text += "| name | unit | one for each | written by | meaning |\n|---|---|---|---|---|\n"
    for q in quantities().values():
        text += (
            f"| `{q.name}` | {q.unit} | {q.channels or 'run'} | {q.written_by} | {q.meaning} |\n"
        )
    return text


def section(title: str, model: type[Spec]) -> str:
    return f"## {title}\n\n{inspect.getdoc(model)}\n\n{rows(model)}\n"


def rows(model: Any) -> str:
    text = "| key | unit | default | meaning |\n|---|---|---|---|\n"
    for name, field in model.model_fields.items():
        unit = unit_of_name(name)
        shown_unit = "" if unit is None else (unit or "1")
        meaning = f"{field.description or ''}{choices(field)}{reference(field)}"
        text += f"| `{name}` | {shown_unit} | {default(field)} | {meaning} |\n"
    return text


def default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if isinstance(value, Spec) or value in (None, ()):
        return "none" if value in (None, ()) else "as below"
    return f"`{value}`"


def choices(field: FieldInfo) -> str:
    if typing.get_origin(field.annotation) is not typing.Literal:
        return ""
    options = typing.get_args(field.annotation)
    return " One of " + ", ".join(f"`{option}`" for option in options) + "." if options[1:] else ""


def reference(field: FieldInfo) -> str:
    kinds = [mark.kind for mark in field.metadata if isinstance(mark, RefersTo)]
    return f" Name of a {kinds[0]}." if kinds else ""


def models_in(annotation: Any) -> list[type[Spec]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, Spec) else []
    found = [model for inner in typing.get_args(annotation) for model in models_in(inner)]
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    main()
