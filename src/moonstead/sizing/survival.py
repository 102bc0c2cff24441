"""What a scenario's station must be given to survive."""

from moonstead.components import Parts
from moonstead.contracts import Priority
from moonstead.simulation.parts import all_loads


def survival_power_w(parts: Parts) -> float:
    """Return the power of survival and housekeeping loads at the levels that they start with.

    Heaters count in full, whatever the temperature: a dark sky is when they are needed. Links are
    left out, as what they bring is used by loads that are counted.

    Parameters
    ----------
    parts
        Of the whole station.
    """
    links = {link.name for link in parts.links}
    return sum(
        load.power_w * load.initial_level
        for load in all_loads(parts)
        if load.bus and load.name not in links and load.priority <= Priority.HOUSEKEEPING
    )
