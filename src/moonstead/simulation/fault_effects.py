"""How strongly a fault works at a time, and which readings it spoils."""

from math import acos, cos, tau

import numpy as np

from moonstead.simulation.due import CHANGING
from moonstead.simulation.ownership import Owned
from moonstead.simulation.schedule import Fault, Mode
from moonstead.units import DAY_S

SYNODIC_MONTH_S = 29.530589 * DAY_S
"""In which the Sun goes round the horizon of a polar station once (mean; Meeus 1998)."""
READINGS = {
    "power": ("source", "load"),
    "energy": ("store",),
    "temperature": ("node",),
    "mass": ("tank",),
}
"""Tables of what a sensor reads."""
BY_ITSELF = CHANGING | {Mode.INTERMITTENT}
"""Modes whose strength changes while nothing happens."""


def strength(fault: Fault, for_s: float) -> float:
    """Return how strong a fault is, from 0 to 1.

    Parameters
    ----------
    fault
        That is active.
    for_s
        Since it began.
    """
    if fault.mode == Mode.DRIFT:
        return min(fault.size * for_s / DAY_S, 1.0)
    if fault.mode == Mode.STALLED:
        turned = tau * for_s / SYNODIC_MONTH_S
        return 1.0 - max(cos(acos(1.0 - fault.size) + turned), 0.0)
    if fault.mode == Mode.INTERMITTENT:
        return 1.0 if for_s % fault.period_s < fault.size * fault.period_s else 0.0
    return 1.0 if fault.mode == Mode.OFF else fault.size


def is_off(fault: Fault, for_s: float) -> bool:
    """Whether a fault takes all of its targets now."""
    return fault.mode in {Mode.OFF, Mode.INTERMITTENT} and strength(fault, for_s) == 1.0


def spoiled(places: Owned, fault: Fault) -> Owned:
    """Return those of the places whose readings a fault of sensors spoils."""
    only = READINGS.get(fault.reading)
    if only is None:
        return places
    nothing = np.zeros(0, dtype=np.int64)
    return Owned(
        {table: where if table in only else nothing for table, where in places.places.items()}
    )
