"""How long it is sure that nothing happens to a station besides physics.

Who steps the truth a long way at once must stop where something is due. What is due by the calendar
is known; what counts running time or cycles cannot come before the part has run, or the store was
emptied at full power, for as long as is left.
"""

from collections.abc import Iterable, Mapping

from moonstead.simulation.schedule import AVIONICS, Fault, Mode, Schedule
from moonstead.units import HOUR_S

CHANGING = frozenset({Mode.DRIFT, Mode.STALLED})
"""Modes whose strength changes all the time."""
CHANGING_S = HOUR_S
"""How finely such a change is followed."""


def due_t_s(
    schedule: Schedule,
    stages: Mapping[str, str],
    begun: Iterable[str],
    active: Iterable[tuple[Fault, float]],
    t_s: float,
) -> float:
    """Return the earliest instant by the calendar at which something may be due.

    Parameters
    ----------
    schedule
        What is to happen.
    stages
        Of every element.
    begun
        Scripted faults that have begun.
    active
        Faults with since when they are.
    t_s
        Now, as all times in TDB seconds past J2000.

    Returns
    -------
    float
        `t_s` where something waits for a condition, and infinity where nothing is due.
    """
    soonest = float("inf")
    for life in schedule.lives:
        for at_t_s in (life.arrives_t_s, life.retires_t_s):
            if at_t_s is not None and at_t_s >= t_s:
                soonest = min(soonest, at_t_s)
    for item in schedule.deliveries:
        if item.t_s >= t_s:
            soonest = min(soonest, item.t_s)
    known = set(begun)
    for fault in schedule.faults:
        if fault.name in known:
            continue
        if fault.condition is not None:
            owner = fault.condition.channel.partition(".")[0]
            if stages.get(owner, "working") == "working":
                return t_s
        elif fault.t_s is not None:
            soonest = min(soonest, max(fault.t_s, t_s))
    for fault, since_t_s in active:
        if fault.duration_s is not None:
            soonest = min(soonest, since_t_s + fault.duration_s)
        if fault.targets[0].startswith(AVIONICS):
            continue
        if fault.mode in CHANGING:
            soonest = min(soonest, t_s + CHANGING_S)
        elif fault.mode == Mode.INTERMITTENT:
            into_s = (t_s - since_t_s) % fault.period_s
            off_s = fault.size * fault.period_s
            soonest = min(soonest, t_s + (off_s if into_s < off_s else fault.period_s) - into_s)
    return max(soonest, t_s)
