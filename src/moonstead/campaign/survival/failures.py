"""Which failures can change anything in the fast tier.

There is no planner, no executive, nobody on Earth and no way home beyond the radio. What fails of
those would only end a step.
"""

from collections.abc import Iterable

from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.ownership import owned_by
from moonstead.simulation.schedule import AVIONICS, Failure

ABOARD = frozenset(
    f"{AVIONICS}.{part}" for part in ("computer", "clock", "log", "telemetry", "sun-sensor")
)
"""The parts of the avionics that the fast tier has."""


def felt(station: CompiledStation, failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """Return the failures that hit something of the station, or of the computer as far as it runs.

    Each failure has random numbers of its own: the others come when they would come with all.

    Parameters
    ----------
    station
        The network.
    failures
        As scheduled.
    """
    return tuple(
        one
        for one in failures
        if not ABOARD.isdisjoint(one.fault.targets) or owned_by(station.names, one.fault.targets)
    )
