"""What a fault may strike: which kinds of component each mode does something to."""

from collections.abc import Mapping

from moonstead.scenario.avionics import links_of, remedy_beyond
from moonstead.scenario.model import Scenario
from moonstead.simulation.ownership import is_part_of
from moonstead.simulation.schedule import AVIONICS, SENSORS, Mode
from moonstead.spec import suggest

ACTS_ON = {
    Mode.OFF: ("source", "load", "store", "supply"),
    Mode.DERATED: ("source", "load", "store", "supply", "recorder"),
    Mode.DRIFT: ("source", "load", "store", "supply"),
    Mode.INTERMITTENT: ("source", "load", "store", "supply"),
    Mode.WEAK: ("load",),
    Mode.STUCK: ("load", "source", "tie"),
    Mode.LEAK: ("tank",),
    Mode.FADED: ("store",),
    Mode.COLD_LOOP: ("node",),
    Mode.WORN: ("source",),
    Mode.DUSTED: ("source",),
    Mode.STALLED: ("source",),
    Mode.OVERDRAWN: ("load",),
    **dict.fromkeys(SENSORS, ("source", "load", "store", "node", "tank")),
}
"""Which kinds of component each mode does something to."""


def target_remedy(
    target: str, mode: Mode, scenario: Scenario, named: Mapping[str, set[str]]
) -> str:
    """Return what is wrong with the target of a fault; empty for nothing.

    Parameters
    ----------
    target, mode
        Of the fault.
    scenario
        With its elements and its network.
    named
        Names of components by kind.
    """
    known = {name for names in named.values() for name in names}
    known |= {element.name for element in scenario.element}
    remedy = remedy_beyond(target, mode, scenario, known)
    if remedy is not None:
        return remedy
    if target not in known:
        return f"nothing has this name; {suggest(target, known | links_of(scenario))}"
    if mode not in ACTS_ON:
        return f'mode "{mode}" is one of {AVIONICS}.PART, not of an element'
    if any(is_part_of(name, target) for table in ACTS_ON[mode] for name in named[table]):
        return ""
    return f'mode "{mode}" harms a {" or ".join(ACTS_ON[mode])}; it has none'
