"""Whether everything in a scenario happens while that which it happens to is there."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args

from moonstead.elements.cargo import Cargo
from moonstead.elements.element import Element
from moonstead.errors import Problem
from moonstead.scenario.model import Scenario
from moonstead.spec import RefersTo


def out_of_order(scenario: Scenario, file: str) -> Iterator[Problem]:
    """Yield what comes before that which it needs has arrived, or after it was retired."""
    elements = {element.name: element for element in scenario.element}
    start = scenario.run.start

    def missing(target: str, at: datetime) -> str:
        element = elements.get(target.partition(".")[0])
        if element is None:
            return ""
        if element.arrives is not None and at < element.arrives:
            return f"{element.name} arrives only on {_day(element.arrives)}; give a later date"
        if element.retires is not None and at >= element.retires:
            return f"{element.name} is retired on {_day(element.retires)}; give an earlier date"
        return ""

    for kind, items in (("fault", scenario.fault), ("event", scenario.event)):
        for item in items:
            for target in item.target:
                remedy = missing(target, item.at) if item.at is not None else ""
                if remedy and item.at is not None:
                    yield Problem(file, f'{kind} "{item.name}".at', _day(item.at), remedy)
    for number, delivery in enumerate(scenario.delivery, start=1):
        remedy = missing(delivery.tank, delivery.at)
        if remedy:
            yield Problem(file, f"delivery #{number}.at", _day(delivery.at), remedy)
    for element in scenario.element:
        path = f'element "{element.name}"'
        arrives = start if element.arrives is None else element.arrives
        for field, other in _needs(element):
            if missing(other, arrives):
                remedy = f"{missing(other, arrives)}, and {field} needs it"
                yield Problem(file, f"{path}.arrives", _day(arrives), remedy)
        if isinstance(element, Cargo):
            for content in element.contents:
                if missing(content.tank, arrives):
                    remedy = missing(content.tank, arrives)
                    yield Problem(file, f"{path}.arrives", _day(arrives), remedy)


def _needs(element: Element) -> Iterator[tuple[str, str]]:
    """Yield the elements that an element cannot be without, each with the key that names it."""
    for field, info in type(element).model_fields.items():
        value = getattr(element, field)
        marks = [*info.metadata, *_marks(info.annotation)]
        names = any(isinstance(mark, RefersTo) and mark.kind == "element" for mark in marks)
        if names and isinstance(value, str) and field != "spares":
            yield field, value


def _marks(annotation: Any) -> Iterator[Any]:
    """Yield what is said about a type and about the members of a union."""
    yield from getattr(annotation, "__metadata__", ())
    for member in get_args(annotation):
        yield from _marks(member)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
