"""What a tick answers: orders that hold now, what changed, what waits and why."""

from dataclasses import dataclass

from moonstead.autonomy.executive.activity import OVER, State
from moonstead.autonomy.executive.memory import Wish
from moonstead.autonomy.executive.track import Obstacle
from moonstead.contracts import Notice


@dataclass(frozen=True, slots=True)
class Ordered:
    """A level that a live activity asks for; told again in every tick while it holds.

    To obey it twice changes nothing. A load that no order names is at its normal level.
    """

    id: str
    """The same as long as the order is the same."""
    activity: str
    load: str
    level: float
    expires_t_s: float
    """It falls if it is not told again by then."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One step in the life of an activity."""

    t_s: float
    activity: str
    attempt: int
    before: State
    after: State
    why: Obstacle

    @property
    def verification(self) -> int:
        """Message subtype of the PUS-C service ST[01] that reports it; 0 for none.

        1 and 2 are the success and failure of acceptance, 3 and 4 of the start of execution, 5 and
        6 of progress, 7 and 8 of completion.
        """
        before, after = self.before, self.after
        if after == State.DONE:
            return 7
        if before == State.TEARDOWN:
            return 8
        if after == State.TEARDOWN:
            return 6
        if before == State.READY and after == State.STARTING:
            return 3
        if after in OVER:
            return 4
        if before in _LIVE_STEPS:
            return 5
        return 1 if before == after == State.PENDING else 0


_LIVE_STEPS = frozenset({State.STARTING, State.RUNNING, State.SUSPENDED, State.ENDING})


@dataclass(frozen=True, slots=True)
class Wait:
    """What an activity whose window is open waits for."""

    activity: str
    why: Obstacle


@dataclass(frozen=True, slots=True)
class Live:
    """What runs, for a planner that plans around it."""

    activity: str
    request: str
    state: State
    end_t_s: float
    """As expected."""
    left_j: float
    """What it will still take from the main bus, as expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer to one tick."""

    t_s: float
    believed: bool
    """Whether the time of the tick was taken for true; if not, nothing changed."""
    orders: tuple[Ordered, ...]
    transitions: tuple[Transition, ...] = ()
    waits: tuple[Wait, ...] = ()
    notices: tuple[Notice, ...] = ()
    replan_wanted: tuple[Wish, ...] = ()
    """Empty below level E4."""
