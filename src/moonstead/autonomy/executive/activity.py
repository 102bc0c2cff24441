"""What an activity is, as data, and the states that it goes through.

A planner makes `Activity` objects; the executive carries them out and never changes them.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from moonstead.autonomy.executive.conditions import Condition, Kind


class State(StrEnum):
    """Where an activity is in its life."""

    PENDING = "pending"
    """Its window is not open yet."""
    WAITING = "waiting"
    """Its window is open; something is missing, and the reason is told."""
    READY = "ready"
    """Everything holds; it starts in this tick, or waits for the go from Earth."""
    STARTING = "starting"
    """It holds its units and preheats."""
    RUNNING = "running"
    SUSPENDED = "suspended"
    """Its loads are off, its units are kept; it resumes when the conditions are back."""
    ENDING = "ending"
    """It cools down, or waits for the evidence that it did what it was for."""
    TEARDOWN = "teardown"
    """It is broken off in order; always ends within its longest duration."""
    DONE = "done"
    FAILED = "failed"
    SHED = "shed"
    """Broken off because the guard took its power; it may come back while its window is open."""
    EXPIRED = "expired"
    """It will never start: too late, ordered off, or not in the newest plan."""


LEGAL: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.PENDING, State.WAITING, State.READY, State.EXPIRED}),
    State.WAITING: frozenset({State.WAITING, State.PENDING, State.READY, State.EXPIRED}),
    State.READY: frozenset({State.PENDING, State.WAITING, State.STARTING, State.EXPIRED}),
    State.STARTING: frozenset({State.STARTING, State.RUNNING, State.TEARDOWN}),
    State.RUNNING: frozenset({State.RUNNING, State.SUSPENDED, State.ENDING, State.TEARDOWN}),
    State.SUSPENDED: frozenset({State.RUNNING, State.TEARDOWN}),
    State.ENDING: frozenset({State.ENDING, State.DONE, State.TEARDOWN}),
    State.TEARDOWN: frozenset({State.WAITING, State.FAILED, State.SHED}),
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
    State.SHED: frozenset({State.PENDING, State.WAITING, State.EXPIRED}),
    State.EXPIRED: frozenset(),
}
"""Every transition that there is. One to the same state is a new phase, another reason to wait or
another window."""
LIVE = frozenset({State.STARTING, State.RUNNING, State.SUSPENDED, State.ENDING, State.TEARDOWN})
"""States in which an activity holds its units."""
NOT_STARTED = frozenset({State.PENDING, State.WAITING, State.READY})
OVER = frozenset({State.DONE, State.FAILED, State.EXPIRED})


class Stage(StrEnum):
    """Which state a phase belongs to."""

    PREHEAT = "preheat"
    MAIN = "main"
    COOL_DOWN = "cool-down"


class Level(IntEnum):
    """Levels of autonomy after ECSS-E-ST-70-11C: who says when something starts."""

    E1 = 1
    """Earth, in contact, for each start."""
    E2 = 2
    """The clock: fixed starts, no re-timing, stop on a system fault."""
    E3 = 3
    """The executive, within the windows of the plan."""
    E4 = 4
    """As E3, and it asks for a new plan when things turn out otherwise."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A level that a load, link, source or tie must have during a phase."""

    load: str
    level: float
    """0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintain:
    """A condition that must hold during a phase."""

    condition: Condition
    grace_s: float = 0.0
    """How long it may fail."""
    band: float = 0.0
    """How far beyond the threshold it may go before it counts as failing; to be good again it must
    come back to the threshold itself."""

    @property
    def name(self) -> str:
        """Under which it is watched."""
        condition = self.condition
        return f"{condition.kind.value}:{condition.subject}:{condition.threshold!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One step of an activity."""

    stage: Stage
    settings: tuple[Setting, ...] = ()
    expected_s: float
    """What it takes as planned; where there is no `until`, it ends then."""
    longest_s: float
    """It is broken off after this."""
    until: tuple[Condition, ...] = ()
    """It ends as soon as all of these hold."""
    maintain: tuple[Maintain, ...] = ()
    power_w: float = 0.0
    """Drawn from the main bus, for the energy admission."""

    def shows_work(self, condition: Condition) -> bool:
        """Whether a condition looks at a load of this phase: it cannot hold while that is off."""
        loads = (setting.load for setting in self.settings)
        return condition.kind in {Kind.LOAD_AT_LEAST, Kind.LOAD_AT_MOST} and (
            condition.subject in loads
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Teardown:
    """How an activity is broken off from any phase; runs once, and never longer than it may."""

    settings: tuple[Setting, ...] = ()
    expected_s: float = 0.0
    longest_s: float = 0.0
    until: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """A unit that an activity has for itself from its start to its end."""

    unit: str
    after_s: float = 0.0
    """It stays taken for so long after: its battery recharges, its box cools."""


@dataclass(frozen=True, slots=True)
class Take:
    """What an activity takes of a capacity that many share, while it is live."""

    room: str
    amount: float


@dataclass(frozen=True, slots=True)
class Window:
    """When an activity may start, TDB seconds past J2000; both ends belong to it."""

    earliest_t_s: float
    planned_t_s: float
    latest_t_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something to be carried out, as a plan holds it."""

    id: str
    request: str
    """What it is one of, for people."""
    partner: str
    priority: int
    """Of the shedding ladder: 1 is survival."""
    element: str
    """The one whose level of autonomy counts."""
    window: Window
    phases: tuple[Phase, ...]
    """Preheat, main, cool-down, in this order; at least one main."""
    holds: tuple[Hold, ...] = ()
    takes: tuple[Take, ...] = ()
    start: tuple[Condition, ...] = ()
    """What must hold to start, besides what the first phase has to maintain."""
    post: tuple[Condition, ...] = ()
    """The evidence that it did what it was for."""
    evidence_longest_s: float = 0.0
    """How long the evidence may take to come in after the last phase."""
    teardown: Teardown = Teardown()
    retries: int = 0
    """How often it may be tried again after it failed."""
    retry_rest_s: float = 600.0
    """Before it is tried again; above 0."""
    suspend_longest_s: float = 0.0
    """How long it may be suspended in all, each time it is tried; 0: it is broken off instead."""
    resume_hold_s: float = 0.0
    """How long the conditions must have been back before it resumes."""

    @property
    def energy_j(self) -> float:
        """What it takes from the main bus as planned, all phases."""
        return sum(phase.power_w * phase.expected_s for phase in self.phases)

    @property
    def peak_w(self) -> float:
        """The most that it draws from the main bus."""
        return max(phase.power_w for phase in self.phases)

    @property
    def expected_s(self) -> float:
        """From start to end as planned."""
        return sum(phase.expected_s for phase in self.phases)

    @property
    def longest_s(self) -> float:
        """From start to the release of its units, with all suspensions, at the very most."""
        phases_s = sum(phase.longest_s for phase in self.phases)
        around_s = self.evidence_longest_s + self.suspend_longest_s + self.teardown.longest_s
        return phases_s + around_s

    @property
    def units(self) -> tuple[str, ...]:
        """The element and all units that must not have failed."""
        return (self.element, *(hold.unit for hold in self.holds))
