"""Everything that the executive remembers between ticks, in one place."""

from dataclasses import dataclass, field
from typing import Any

from moonstead.autonomy.executive.activity import Level, State
from moonstead.autonomy.executive.clock import Clock
from moonstead.autonomy.executive.leases import Ledger
from moonstead.autonomy.executive.plain import PlainError, from_plain, to_plain
from moonstead.autonomy.executive.plan import Directive, Plan
from moonstead.autonomy.executive.track import Track
from moonstead.errors import InputError, Problem
from moonstead.units import DAY_S, HOUR_S, MINUTE_S

KEEP_OVER_S = 60 * DAY_S
"""How long ended activities are remembered: for what comes after them, and for late plans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the executive decides; the same for the whole station."""

    level: Level = Level.E4
    """Of every element for which no other is directed."""
    forward_margin_fraction: float = 0.12
    """Margin from which something may start before its planned time: where the guard's ladder
    counts as recovered, above the 0.10 that plans keep (autonomy.md, section 4.3)."""
    fixed_tolerance_s: float = 15 * MINUTE_S
    """How late a fixed start (level E2) may be: for ticks that come late, not to wait."""
    go_life_s: float = 15 * MINUTE_S
    """How long a go from Earth (level E1) stays live at most."""
    return_hold_s: float = 10 * MINUTE_S
    """How long the guard must have allowed again what it shed."""
    room_grace_s: float = 30 * MINUTE_S
    """How long activities may take more of a shared capacity than there is."""
    clock_slack_s: float = 0.0
    """What is over, or open, within so long is so now: a clock that is set right by seconds must
    not cost a tick."""
    slip_s: float = 30 * MINUTE_S
    """A start or end so far from the plan makes a new plan worth while (level E4)."""
    lease_slack_s: float = HOUR_S
    """How long a lease outlasts its activity's longest duration: ticks end phases late."""
    largest_step_s: float = 6 * HOUR_S
    """A tick farther ahead is not believed until it is confirmed."""
    order_life_s: float = HOUR_S
    """How long an order holds if it is not given again."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Why a new plan is wanted."""

    reason: str
    subject: str
    text: str
    t_s: float


@dataclass(slots=True)
class Memory:
    """Plain data only: it is what a restart brings back."""

    clock: Clock = field(default_factory=Clock)
    tracks: dict[str, Track] = field(default_factory=dict)
    """By id, in the order in which they are looked at."""
    ledger: Ledger = field(default_factory=lambda: Ledger({}))
    done_t_s: dict[str, float] = field(default_factory=dict)
    over_t_s: dict[str, float] = field(default_factory=dict)
    """When activities ended that must not come again: done, failed, or ordered off."""
    go_until_t_s: dict[str, float] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)
    """By element; under an empty name that of all others."""
    stopped: str = ""
    """The system fault that stopped levels E1 and E2."""
    passed_over: str = ""
    """The system fault that Earth told to go on with."""
    mode: str = ""
    failed: frozenset[str] = frozenset()
    """Elements that had failed at the tick before."""
    plan_id: str = ""
    plan_made_t_s: float = float("-inf")
    wishes: dict[str, Wish] = field(default_factory=dict)
    waiting_plan: Plan | None = None
    """Came with a tick whose time is not believed."""
    waiting_directives: tuple[Directive, ...] = ()
    last_directives: tuple[Directive, ...] = ()
    """Those of the last tick, in case it comes again."""

    def level_of(self, element: str, settings: Settings) -> Level:
        """Return the level of autonomy of an element."""
        given = self.levels.get(element)
        return given if given is not None else self.levels.get("", settings.level)

    def sort(self) -> None:
        """Put the tracks in their order: priority, earliest start, id."""
        self.tracks = {t.id: t for t in sorted(self.tracks.values(), key=lambda t: t.order)}

    def forget_over(self, now: float) -> None:
        """Drop what has ended from the tracks, and what ended long ago from memory."""
        for track in [track for track in self.tracks.values() if track.is_over]:
            if track.state != State.EXPIRED or track.aborted:
                self.over_t_s[track.id] = track.since_t_s
            self.go_until_t_s.pop(track.id, None)
            del self.tracks[track.id]
        for ended in (self.over_t_s, self.done_t_s):
            # Ends are entered in the order of time.
            while ended and next(iter(ended.values())) < now - KEEP_OVER_S:
                del ended[next(iter(ended))]

    def state(self) -> dict[str, Any]:
        """Return everything as plain JSON values."""
        plain: dict[str, Any] = to_plain(self)
        return plain


def restored(state: dict[str, Any]) -> Memory:
    """Return the memory of a saved state.

    Raises
    ------
    InputError
        If it is not the state of an executive.
    """
    try:
        memory: Memory = from_plain(Memory, state)
    except PlainError as error:
        remedy = "a state as saved by this version; start without it otherwise"
        raise InputError(Problem("state of the executive", "", str(error), remedy)) from error
    # A file may bring the keys of objects in another order.
    memory.sort()
    memory.done_t_s = dict(sorted(memory.done_t_s.items(), key=lambda ended: ended[1]))
    memory.over_t_s = dict(sorted(memory.over_t_s.items(), key=lambda ended: ended[1]))
    return memory
