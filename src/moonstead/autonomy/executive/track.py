"""What the executive remembers of one activity, and how a condition is watched over time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from moonstead.autonomy.executive.activity import LIVE, OVER, Activity, Phase, Stage, State
from moonstead.autonomy.executive.conditions import Past
from moonstead.autonomy.executive.reasons import Reason

STATE_OF_STAGE = {
    Stage.PREHEAT: State.STARTING,
    Stage.MAIN: State.RUNNING,
    Stage.COOL_DOWN: State.ENDING,
}

WORKING = frozenset(STATE_OF_STAGE.values())


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something did not go on."""

    reason: Reason
    subject: str
    """What it hangs on, for programs; may be empty."""
    text: str
    """For people."""


@dataclass(frozen=True, slots=True)
class Obstacle(Cause):
    """Why something does not go on."""

    waited_for: Cause | None = None
    """Where it came too late: what it waited for."""

    def is_like(self, other: "Obstacle") -> bool:
        """Whether it is the same but for the numbers in its text."""
        return self.reason == other.reason and self.subject == other.subject


@dataclass(slots=True)
class Track:
    """One activity under way; times are TDB seconds past J2000."""

    activity: Activity
    state: State = State.PENDING
    since_t_s: float = 0.0
    """When it came into its state."""
    attempt: int = 0
    phase: int = 0
    phase_began_t_s: float = 0.0
    began_t_s: float = 0.0
    """When this attempt started."""
    bad_since_t_s: dict[str, float] = field(default_factory=dict)
    """Since when each condition that must be maintained fails, by its name."""
    good_since_t_s: float | None = None
    """Since when what stopped it is gone."""
    suspended_s: float = 0.0
    """Used up of what it may be suspended, before the present suspension."""
    rest_until_t_s: float = float("-inf")
    failures: int = 0
    main_s: float = 0.0
    worked_s: float = 0.0
    aborted: bool = False
    obstacle: Obstacle | None = None
    """What it waits for, or why it was broken off."""
    outcome: State = State.FAILED
    """Where its teardown leads."""
    admissible_ticks: int = 0
    """For how many ticks in a row it could have started at the end of the tick, and did not."""

    @property
    def id(self) -> str:
        """Of the activity."""
        return self.activity.id

    @property
    def order(self) -> tuple[int, float, str]:
        """What is looked at first."""
        activity = self.activity
        return (activity.priority, activity.window.earliest_t_s, activity.id)

    @property
    def is_live(self) -> bool:
        """Whether it holds its units."""
        return self.state in LIVE

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in OVER

    def is_far(self, now: float) -> bool:
        """Whether its window is not open yet, at any level, and nothing else is to be done."""
        is_waiting = self.state is State.PENDING and not self.aborted
        return is_waiting and now < self.activity.window.earliest_t_s

    @property
    def current(self) -> Phase | None:
        """The phase that it is in; None outside all phases."""
        inside = self.state in WORKING and self.phase < len(self.activity.phases)
        return self.activity.phases[self.phase] if inside else None

    def past(self, done_t_s: Mapping[str, float]) -> Past:
        """Return what its conditions may know besides the snapshot."""
        worked = self.worked_s / self.main_s if self.main_s > 0.0 else float("nan")
        return Past(done_t_s, worked)

    def left_j(self, now: float) -> float:
        """Return what it will still take from the main bus as planned."""
        if self.state in {State.TEARDOWN, State.SUSPENDED} or not self.is_live:
            here = self.phase if self.state == State.SUSPENDED else len(self.activity.phases)
            rest = self.activity.phases[here:]
            return sum(phase.power_w * phase.expected_s for phase in rest)
        left_j = 0.0
        for k, phase in enumerate(self.activity.phases[self.phase :]):
            gone_s = now - self.phase_began_t_s if k == 0 else 0.0
            left_j += phase.power_w * max(phase.expected_s - gone_s, 0.0)
        return left_j

    def expected_end_t_s(self, now: float) -> float:
        """Return when it ends if all goes as planned from here."""
        left_s = 0.0
        if self.state not in {State.TEARDOWN, State.ENDING}:
            left_s = sum(phase.expected_s for phase in self.activity.phases[self.phase :])
        elif self.state == State.TEARDOWN:
            left_s = self.activity.teardown.longest_s
        return max(self.phase_began_t_s + left_s, now)

    def bad(self, name: str, holds: bool, now: float) -> float:
        """Note whether something that must be maintained holds; return for how long it has not."""
        if holds:
            self.bad_since_t_s.pop(name, None)
            return 0.0
        return now - self.bad_since_t_s.setdefault(name, now)

    def good(self, holds: bool, now: float) -> float:
        """Note whether what stopped it is gone; return for how long it has been, or -1."""
        if not holds:
            self.good_since_t_s = None
            return -1.0
        if self.good_since_t_s is None:
            self.good_since_t_s = now
        return now - self.good_since_t_s

    def shift(self, by_s: float) -> None:
        """Move everything that counts time, after the clock was set; windows stay."""
        self.since_t_s += by_s
        self.phase_began_t_s += by_s
        self.began_t_s += by_s
        self.rest_until_t_s += by_s
        if self.good_since_t_s is not None:
            self.good_since_t_s += by_s
        for name in self.bad_since_t_s:
            self.bad_since_t_s[name] += by_s
