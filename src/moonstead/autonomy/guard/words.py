"""What telecommands may say: their kinds, and whether what they name is there."""

import math
from dataclasses import dataclass, field

from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.contracts import Telecommand

OWN_KINDS = ("level", "safe", "clear", "autonomy", "restart")
"""Done by the guard itself: set a lever; enter SAFE; leave it; the level of autonomy of the station
or of an element, 1 to 4; make a part anew."""
HANDED_ON_KINDS = ("start", "stop", "resume", "schedule", "plan", "withdraw", "request", "trust")
"""Checked here and handed to planner and executive, who report on them further: start a session of
an experiment, or an activity that waits for it; break an activity off; go on after a system fault;
sessions from `Telecommand.value` on; make a plan now; do an experiment no more; do it again; try an
element that is held to have failed."""
MOST_ITEMS = 2000
"""Of one schedule."""
NOBODY = ("", "")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done, with the figures of it."""

    reason: str
    values: dict[str, float] = field(default_factory=dict)


class Words:
    """Everything that a telecommand may name.

    Parameters
    ----------
    knowledge
        Of the station.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._levers = {lever.name for lever in knowledge.levers}
        self._elements = {lever.element for lever in knowledge.levers}
        self._parts = set(knowledge.parts)
        self._experiments = knowledge.experiments

    def experiment_of(self, target: str) -> tuple[str, str]:
        """Return element and partner of an experiment, or of the one that an activity is of."""
        of_activity = self._experiments.get(target.rpartition("-")[0], NOBODY)
        return self._experiments.get(target, of_activity)

    def fault_of(self, item: Telecommand) -> Refusal | None:
        """Return what is wrong with the words of a command."""
        if item.kind not in OWN_KINDS + HANDED_ON_KINDS:
            return Refusal(f'no command is called "{item.kind}"')
        low, high = {"level": (0.0, 1.0), "autonomy": (1.0, 4.0)}.get(item.kind, (-1e300, 1e300))
        if not low <= item.value <= high:
            return Refusal(f"value {item.value:g} is not from {low:g} to {high:g}")
        if item.kind == "level" and item.target not in self._levers:
            return Refusal(f'nothing to be set is called "{item.target}"')
        names_element = item.kind == "trust" or (item.kind == "autonomy" and item.target)
        if names_element and item.target not in self._elements:
            return Refusal(f'no element is called "{item.target}"')
        if item.kind == "restart" and item.target not in self._parts:
            return Refusal(f'no part that can be restarted is called "{item.target}"')
        if item.kind in {"start", "stop"} and self.experiment_of(item.target) == NOBODY:
            return Refusal(f'no experiment or activity of one is called "{item.target}"')
        if item.kind in {"withdraw", "request"}:
            return self._fault_of_wish(item)
        return self._fault_of_schedule(item) if item.kind == "schedule" else None

    def _fault_of_wish(self, item: Telecommand) -> Refusal | None:
        partner = self._experiments.get(item.target, NOBODY)[1]
        if not partner:
            return Refusal(f'no experiment is called "{item.target}"')
        if partner != item.source:
            return Refusal(f"{item.target} is asked for by {partner}, not by {item.source}")
        return None

    def _fault_of_schedule(self, item: Telecommand) -> Refusal | None:
        if len(item.items) > MOST_ITEMS:
            return Refusal(f"{len(item.items)} sessions in one schedule; at most {MOST_ITEMS}")
        for name, start_t_s in item.items:
            if name not in self._experiments:
                return Refusal(f'no experiment is called "{name}"')
            if not item.value <= start_t_s < math.inf:
                return Refusal(f"a session of {name} begins before its schedule does, or never")
        return None
