"""Work that people do outside: it takes from the airlock's habitat what an excursion takes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from moonstead.components import Parts
from moonstead.elements.airlock import Airlock
from moonstead.elements.element import Element, Work
from moonstead.spec import Mistake


def outside_mistakes(elements: Sequence[Element]) -> Iterator[Mistake]:
    """Yield work through an airlock that is none, or of nobody."""
    locks = {element.name for element in elements if isinstance(element, Airlock)}
    names = {element.name for element in elements}
    for i, element in enumerate(elements):
        for word, work in _tasks(element):
            place = ("element", i, word, "airlock")
            if work.airlock in names - locks:
                yield Mistake(place, "must name an element of type airlock", work.airlock)
            elif work.crew == 0.0:
                remedy = "robots need no airlock: give crew too, or leave it out"
                yield Mistake(place, remedy, work.airlock)


def with_outside_work(elements: Sequence[Element], parts: Parts) -> Parts:
    """Return the parts with the work that names an airlock turned into converters."""
    locks = {element.name: element for element in elements if isinstance(element, Airlock)}
    through = {
        f"{element.name}.{word}": (locks[str(work.airlock)], work.crew)
        for element in elements
        for word, work in _tasks(element)
    }
    done_outside = tuple(
        lock.work_outside(load, crew)
        for load in parts.loads
        if load.name in through
        for lock, crew in [through[load.name]]
    )
    inside = tuple(load for load in parts.loads if load.name not in through)
    return replace(parts, loads=inside, converters=(*parts.converters, *done_outside))


def _tasks(element: Element) -> Iterator[tuple[str, Work]]:
    yield from ((word, work) for word, work in element.work().items() if work.airlock is not None)
