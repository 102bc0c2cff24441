"""What sleeps when an element sleeps."""

from collections.abc import Iterator, Sequence

from moonstead.components import Parts
from moonstead.contracts import Priority
from moonstead.errors import Problem
from moonstead.scenario.experiment import Sleep
from moonstead.simulation.parts import all_loads

SLEEP = "-sleep"
"""What the sleeps of an element are called, behind its name."""


def sleeping_loads(parts: Parts, element: str) -> tuple[str, ...]:
    """Return the loads of an element that are on when nothing is done and that it can spare."""
    links = {link.name for link in parts.links}
    return tuple(
        load.name
        for load in all_loads(parts)
        if load.name.partition(".")[0] == element
        and load.initial_level > 0.0
        and load.priority > Priority.SURVIVAL
        and load.thermostat is None
        and load.name not in links
    )


def sleep_problems(sleeps: Sequence[Sleep], parts: Parts, file: str) -> Iterator[Problem]:
    """Yield elements that cannot sleep, or are to sleep in two ways."""
    seen: set[str] = set()
    for number, sleep in enumerate(sleeps, start=1):
        place = f"sleep #{number}.element"
        if not sleeping_loads(parts, sleep.element):
            remedy = "nothing of it that it can spare is on when nothing is done: leave this out"
            yield Problem(file, place, sleep.element, remedy)
        if sleep.element in seen:
            yield Problem(file, place, sleep.element, "it sleeps already: give it once")
        seen.add(sleep.element)
