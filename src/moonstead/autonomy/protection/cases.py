"""The life of a fault: suspected, isolated, acted upon, watched, over."""

from dataclasses import dataclass, field
from typing import Any

from moonstead.autonomy.protection.isolation import Finding, Row, row_named
from moonstead.autonomy.protection.procedures import (
    TRY_WINDOW_S,
    Do,
    Step,
    allowed,
    first_from,
)
from moonstead.units import DAY_S

TRIAL_S = 0.5 * DAY_S
"""What nothing can be seen of is tried again after this, then after twice as long, and so on."""
SOURCE_TRIAL_S = 2 * DAY_S
"""The same of sources, which are counted on for all that is planned."""
ON_TRIAL_S = DAY_S
"""How long it is planned for while it is tried."""
LONGEST_TRIAL_S = 14 * DAY_S


@dataclass(slots=True)
class Case:
    """A fault that two witnesses speak for."""

    subject: str
    row: str
    component: str
    channels: list[int]
    since_t_s: float
    procedure: str
    place: int = 0
    """Of the next step in its procedure."""
    next_t_s: float = 0.0
    tries_t_s: list[float] = field(default_factory=list)
    off_until_t_s: float = -1e300
    """Its loads are off until then, to be switched on again."""
    done: list[str] = field(default_factory=list)
    """What its steps have done."""
    right: int = 0
    """Ticks one after the other in which it looked right."""
    is_told: bool = False
    """Whether a self-test has told it too."""
    trial_t_s: float = 0.0
    """When it is tried again although nothing can be seen of it."""
    trial_s: float = TRIAL_S

    @property
    def entry(self) -> Row:
        """Its row of the isolation table."""
        return row_named(self.row)

    def has_done(self, what: Do) -> bool:
        """Whether a step of this kind was done."""
        return what.value in self.done

    def next_step(
        self, t_s: float, *, restores: bool, left_s: float, may_switch: bool
    ) -> Step | None:
        """Return the step to do now, if one is due.

        Parameters
        ----------
        t_s
            Now.
        restores
            Level F2.
        left_s
            Until the fault becomes critical.
        may_switch
            Whether its loads may be switched.
        """
        if t_s < self.next_t_s:
            return None
        steps = allowed(self.procedure, restores=restores)
        self.tries_t_s = [tried for tried in self.tries_t_s if t_s - tried < TRY_WINDOW_S]
        place = first_from(steps, self.place, len(self.tries_t_s), left_s, may_switch=may_switch)
        if place >= len(steps):
            self.place = len(steps)
            return None
        step = steps[place]
        self.place, self.next_t_s = place + 1, t_s + step.wait_s
        self.done.append(step.do.value)
        if step.level == 1:
            self.tries_t_s.append(t_s)
        return step

    def begin_trial(self, t_s: float) -> bool:
        """Return whether an element of which nothing can be seen is to be tried again now."""
        if t_s < self.trial_t_s:
            return False
        self.trial_s = min(2.0 * self.trial_s, LONGEST_TRIAL_S)
        self.trial_t_s = t_s + self.trial_s + ON_TRIAL_S
        return True

    def state(self) -> dict[str, Any]:
        """Return everything, as plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def new_case(finding: Finding, t_s: float) -> Case:
    """Return the case that a finding opens."""
    trial_s = SOURCE_TRIAL_S if finding.row.table == "source" else TRIAL_S
    return Case(
        subject=finding.subject,
        row=finding.row.row,
        component=finding.component,
        channels=[finding.channel] if finding.channel >= 0 else [],
        since_t_s=t_s,
        procedure=finding.row.procedure,
        next_t_s=t_s,
        trial_t_s=t_s + trial_s,
        trial_s=trial_s,
    )
