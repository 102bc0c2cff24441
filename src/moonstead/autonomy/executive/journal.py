"""Memory and what a tick writes down of its changes: every change of state goes through here."""

from moonstead.autonomy.executive.activity import LEGAL, Level, State
from moonstead.autonomy.executive.memory import Memory, Settings, Wish
from moonstead.autonomy.executive.outcome import Transition
from moonstead.autonomy.executive.track import Obstacle, Track
from moonstead.contracts import Notice


class Journal:
    """What is remembered between ticks, and what is told of one.

    Parameters
    ----------
    settings
        How the executive decides.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.memory = Memory()
        self.transitions: list[Transition] = []
        self.notices: list[Notice] = []

    def move(self, track: Track, after: State, why: Obstacle, now: float) -> None:
        """Bring an activity into a state, if that is legal."""
        before = track.state
        if after not in LEGAL[before]:
            raise RuntimeError(f"{track.id}: no transition from {before} to {after}")
        if after != before:
            track.since_t_s = now
        track.state = after
        track.obstacle = why
        self.transitions.append(Transition(now, track.id, track.attempt, before, after, why))

    def say(self, kind: str, subject: str, text: str) -> None:
        """Write a notice down."""
        self.notices.append(Notice(kind, subject, text))

    def wish(self, reason: str, subject: str, text: str, now: float) -> None:
        """Want a new plan, where anything plans by itself; once until a plan comes."""
        memory = self.memory
        levels = (memory.levels.get("", self.settings.level), *memory.levels.values())
        if Level.E4 in levels:
            memory.wishes.setdefault(f"{reason}:{subject}", Wish(reason, subject, text, now))

    def wish_for(self, track: Track, reason: str, text: str, now: float) -> None:
        """Want a new plan because of an activity, where its element plans by itself."""
        level = self.memory.level_of(track.activity.element, self.settings)
        if level == Level.E4:
            self.wish(reason, track.id, text, now)
