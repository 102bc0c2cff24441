"""When each element is planned to be there."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from moonstead.components import Converter, Load, Parts, Transmitter
from moonstead.environment.timescale import from_utc
from moonstead.scenario.model import Scenario
from moonstead.simulation.upkeep import ASSEMBLY, REPAIR


@dataclass(frozen=True, slots=True)
class Span:
    """When something is planned to be there, TDB seconds past J2000."""

    from_t_s: float = -math.inf
    until_t_s: float = math.inf


def planned_lives(scenario: Scenario) -> dict[str, Span]:
    """Return when each element is planned to work: commissioned as soon as it can be assembled."""
    lives = {}
    for element in scenario.element:
        begin, end = -math.inf, math.inf
        if element.arrives is not None:
            begin = from_utc(element.arrives)
            begin += element.assembly.duration_s if element.assembly is not None else 0.0
        if element.retires is not None:
            end = from_utc(element.retires)
        lives[element.name] = Span(begin, end)
    return lives


def life_of(component: str, lives: Mapping[str, Span]) -> Span:
    """Return when a component is there: as long as its element."""
    return lives.get(component.partition(".")[0], Span())


def is_task(load: Load) -> bool:
    """Whether it is work on an element, which the truth shows when it is to be done."""
    return load.name.endswith((ASSEMBLY, REPAIR))


def present(parts: Parts, lives: Mapping[str, Span], t_s: float) -> Parts:
    """Return the parts that are planned to be there at an instant."""

    def is_there(item: Any) -> bool:
        owner = item.load if isinstance(item, Converter | Transmitter) else item
        life = life_of(owner.name, lives)
        return life.from_t_s <= t_s < life.until_t_s

    return replace(
        parts,
        loads=tuple(load for load in parts.loads if is_there(load) and not is_task(load)),
        links=tuple(link for link in parts.links if is_there(link)),
        stores=tuple(store for store in parts.stores if is_there(store)),
        converters=tuple(item for item in parts.converters if is_there(item)),
        transmitters=tuple(item for item in parts.transmitters if is_there(item)),
    )
