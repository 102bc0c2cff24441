"""What a scenario's station must be given to survive."""

from moonstead.components import Parts
from moonstead.contracts import Priority
from moonstead.simulation.parts import all_loads


def survival_power_w(parts: Parts, bus: str) -> float:
    """Return the power of survival and housekeeping loads at the levels that they start with.

    Heaters count in full, whatever the temperature: a dark sky is when they are needed. Links are
    left out, as what they bring is used by loads that are counted.

    Parameters
    ----------
    parts
        Of the whole station.
    bus
        The main bus; what hangs together with it by links and ties counts, what is in orbit does
        not.
    """
    links = {link.name for link in parts.links}
    reached = _connected(parts, bus)
    return sum(
        load.power_w * load.initial_level
        for load in all_loads(parts)
        if load.bus in reached and load.name not in links and load.priority <= Priority.HOUSEKEEPING
    )


def _connected(parts: Parts, bus: str) -> set[str]:
    pairs = [
        *((link.from_bus, link.to_bus) for link in parts.links),
        *((tie.bus_a, tie.bus_b) for tie in parts.ties),
    ]
    reached, before = {bus}, 0
    while len(reached) > before:
        before = len(reached)
        reached |= {name for pair in pairs if reached & set(pair) for name in pair}
    return reached
