"""What is done about a fault: bounded lists of steps, data and no code (PUS-C ST[18]).

A step does one thing, waits for a bounded time and is followed by the next unless what was wrong
looks right by then; a list has no loops and ends. A setting, F1 or F2 (ECSS-E-ST-70-11C), leaves
out what restores: F1 finds, tells and makes safe.
"""

from dataclasses import dataclass
from enum import StrEnum

from moonstead.units import DAY_S, HOUR_S

TRIES, TRY_WINDOW_S = 2, DAY_S
"""So many steps of level 1 on an element in this time; after them one level up (autonomy study,
section 2.4)."""
HASTE = 3.0
"""A step that takes more than this share's inverse of the time that is left is left out."""


class Do(StrEnum):
    """What a step does."""

    CYCLE = "cycle"
    """Switch loads off for a tick and give them back."""
    OFF = "off"
    """Keep loads off, although something may die without them."""
    EXCLUDE = "exclude"
    """Believe the model instead of the sensor; the sensor is tested again."""
    DERATE = "derate"
    """Expect less from a source, and plan with that."""
    RESIZE = "resize"
    """Expect less from a store, and plan with that."""
    LEARN = "learn"
    """Expect more of a load, and plan with that."""
    SET = "set"
    """Set the clock by the time that Earth tells, at every contact."""
    AVOID = "avoid"
    """Send over other paths."""
    BLOCK = "block"
    """Plan nothing for the element."""
    REPLAN = "replan"
    REPAIR = "repair"
    """Let whoever repairs see to it."""
    GROUND = "ground"
    """Tell people, who may do more."""


RESTORES = frozenset(
    {Do.CYCLE, Do.DERATE, Do.RESIZE, Do.LEARN, Do.SET, Do.AVOID, Do.REPLAN, Do.REPAIR}
)
"""What level F1 leaves out."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    do: Do
    level: int
    """L1 to L5: unit, element, station, guard, ground (autonomy study, section 2.4)."""
    wait_s: float
    """How long it is watched before the next step."""
    text: str


_SENSOR = (
    Step(Do.EXCLUDE, 1, 0.0, "sensor excluded; the model stands in for it, and it is tested again"),
    Step(Do.REPAIR, 2, 2 * DAY_S, "handed to repair"),
    Step(Do.GROUND, 5, 0.0, "people on Earth are asked to look"),
)
_CYCLE = Step(Do.CYCLE, 1, HOUR_S, "switched off and on")
_AGAIN = Step(Do.CYCLE, 1, HOUR_S, "switched off and on again")
_BLOCK = Step(Do.BLOCK, 2, 0.0, "nothing is planned for it")
_REPAIR = Step(Do.REPAIR, 2, 0.0, "handed to repair")
_REPLAN = Step(Do.REPLAN, 3, 3 * DAY_S, "planned anew without it")
_GROUND = Step(Do.GROUND, 5, 0.0, "people on Earth are asked to look")

PROCEDURES: dict[str, tuple[Step, ...]] = {
    "switched": (_CYCLE, _AGAIN, _BLOCK, _REPAIR, _REPLAN, _GROUND),
    "heater": (_CYCLE, _AGAIN, _REPAIR, _REPLAN, _GROUND),
    "stuck-on": (
        _CYCLE,
        Step(Do.OFF, 2, HOUR_S, "kept off"),
        _REPAIR,
        _REPLAN,
        _GROUND,
    ),
    "weak": (_BLOCK, _REPAIR, _REPLAN, _GROUND),
    "source-loss": (
        Step(Do.DERATE, 2, 0.0, "expected to give what it gives now"),
        _REPAIR,
        Step(Do.REPLAN, 3, 3 * DAY_S, "planned anew with less generation"),
        _GROUND,
    ),
    "shadow": (
        Step(Do.REPLAN, 3, 3 * DAY_S, "planned anew from what the stores hold"),
        _GROUND,
    ),
    "store": (
        Step(Do.RESIZE, 2, 0.0, "expected to hold what it holds now"),
        _REPAIR,
        Step(Do.REPLAN, 3, 3 * DAY_S, "planned anew with less storage"),
        _GROUND,
    ),
    "dear": (
        Step(Do.LEARN, 2, 0.0, "expected to draw what it draws now"),
        Step(Do.REPLAN, 3, 3 * DAY_S, "planned anew with what it draws"),
        _GROUND,
    ),
    "thermal": (_CYCLE, _REPAIR, _REPLAN, _GROUND),
    "leak": (_REPAIR, _REPLAN, _GROUND),
    "path": (
        Step(Do.AVOID, 2, 0.0, "other paths are used"),
        _REPAIR,
        Step(Do.REPLAN, 3, 3 * DAY_S, "planned anew without it"),
        _GROUND,
    ),
    "weak-path": (
        Step(Do.LEARN, 2, 0.0, "expected to carry what it carries now"),
        _REPAIR,
        Step(Do.REPLAN, 3, 3 * DAY_S, "planned anew with what it carries"),
        _GROUND,
    ),
    "memory": (
        _REPAIR,
        Step(Do.REPLAN, 3, 0.0, "planned anew with the memory that is left"),
        _GROUND,
    ),
    "clock": (
        Step(Do.SET, 1, DAY_S, "set by the time of Earth at every contact"),
        _GROUND,
    ),
    "report": (_REPAIR, _GROUND),
    "together": (Step(Do.REPLAN, 3, DAY_S, "one cause for all: nothing is switched"), _GROUND),
    "sensor": _SENSOR,
}
"""By the name that the isolation table gives."""


def allowed(procedure: str, *, restores: bool) -> tuple[Step, ...]:
    """Return the steps of a procedure at a level of fault protection.

    Parameters
    ----------
    procedure
        Its name.
    restores
        Whether the station may bring back what it can (F2), or only make it safe (F1).
    """
    steps = PROCEDURES[procedure]
    return steps if restores else tuple(step for step in steps if step.do not in RESTORES)


def first_from(
    steps: tuple[Step, ...], place: int, tries: int, left_s: float, *, may_switch: bool
) -> int:
    """Return the place of the next step that escalation lets through; the end where there is none.

    Parameters
    ----------
    steps, place
        The procedure, and where it stands.
    tries
        Steps of level 1 on this element in the last day.
    left_s
        Until the fault becomes critical.
    may_switch
        Whether the loads may be switched: no other procedure has them, and nothing dies.
    """
    while place < len(steps):
        step = steps[place]
        spent = step.do == Do.CYCLE and (tries >= TRIES or not may_switch)
        too_slow = step.level < 5 and step.wait_s > 0.0 and left_s < HASTE * step.wait_s
        too_slow &= step.do == Do.CYCLE
        if not (spent or too_slow):
            return place
        place += 1
    return place
