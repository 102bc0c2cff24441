"""Wrong executives: each makes one mistake of a kind that was made somewhere before."""

from dataclasses import replace
from typing import Any

from exec_world import NAMES, TICK_S

from moonstead.autonomy.executive.activity import State
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.leases import Ledger
from moonstead.autonomy.executive.snapshot import Snapshot
from moonstead.autonomy.executive.track import Obstacle, Track


class EdgeTrigger(Executive):
    """Starts when the last obstacle goes away, and misses it if something else was in the way."""

    def __init__(self) -> None:
        super().__init__(NAMES)
        self.seen: dict[str, bool] = {}

    def _consider(self, track: Track, snapshot: Snapshot) -> bool:
        lit = snapshot.sun_seen and snapshot.read("paths", "direct") > 0.5
        came = lit and not self.seen.get(track.id, False)
        self.seen[track.id] = lit
        if not came and track.activity.start and self._could_start(track, snapshot):
            return False
        return super()._consider(track, snapshot)


class LeaseLeak(Executive):
    """Forgets to give units back when an activity is broken off."""

    def _release(self, track: Track, now: float) -> None:
        if track.state != State.TEARDOWN:
            super()._release(track, now)


class NoHysteresisOfMode(Executive):
    """Comes back as soon as the guard allows it."""

    def _shed(self, track: Track, snapshot: Snapshot) -> bool:
        track.good_since_t_s = -1e300
        return super()._shed(track, snapshot)


class NoHysteresisOfConditions(Executive):
    """Takes a condition for good again as soon as it is back within its band."""

    def step(self, track: Track, snapshot: Snapshot) -> bool:
        track.bad_since_t_s = {
            name: since_t_s
            for name, since_t_s in track.bad_since_t_s.items()
            if not name.startswith("store") or snapshot.values[2][0] < 0.5e8
        }
        return super().step(track, snapshot)


class SwappedOrder(Executive):
    """Looks at what matters least first."""

    def tick(self, *given: Any, **named: Any) -> Any:
        tracks = self.memory.tracks
        self.memory.tracks = dict(sorted(tracks.items(), key=lambda t: t[1].order, reverse=True))
        return super().tick(*given, **named)


class NoTeardown(Executive):
    """Calls an activity off without bringing it to a safe end."""

    def break_off(self, track: Track, why: Obstacle, outcome: State, now: float) -> bool:
        super().break_off(track, why, outcome, now)
        track.phase_began_t_s = -1e300
        return True


class TeardownForEver(Executive):
    """Waits for a teardown however long it takes."""

    def _tear_down(self, track: Track, snapshot: Snapshot) -> bool:
        return snapshot.values[2][0] > 1e8 and super()._tear_down(track, snapshot)


class LedgerWithoutExpiry(Ledger):
    def expire(self, now: float, alive: Any) -> None:
        pass


class LedgerThatReleasesTwice(Ledger):
    def release(self, holder: str, holds: Any, now: float) -> None:
        for hold in holds:
            if hold.unit in self.leases:
                self._free(hold.unit)
            self.released += 1


class LedgerOfOthers(Ledger):
    """Gives units back whoever holds them."""

    def holder(self, unit: str) -> str:
        lease = self.leases.get(unit)
        return lease.holder if lease is not None and lease.kept else ""

    def take(self, holder: str, holds: Any, until_t_s: float) -> None:
        for hold in holds:
            self.released += hold.unit in self.leases
        super().take(holder, holds, until_t_s)


class LostExpiry(Executive):
    """Never frees a unit that was kept for a while."""

    def __init__(self) -> None:
        super().__init__(NAMES)
        self.memory.ledger = LedgerWithoutExpiry({})


class DoubleRelease(Executive):
    """Gives a unit back twice."""

    def __init__(self) -> None:
        super().__init__(NAMES)
        self.memory.ledger = LedgerThatReleasesTwice({})


class NoLease(Executive):
    """Starts what needs a unit that something else holds."""

    def __init__(self) -> None:
        super().__init__(NAMES)
        self.memory.ledger = LedgerOfOthers({})


class StaleSnapshot(Executive):
    """Decides on what was known one tick before."""

    def __init__(self) -> None:
        super().__init__(NAMES)
        self.before: Snapshot | None = None

    def tick(self, snapshot: Snapshot, *given: Any, **named: Any) -> Any:
        old = replace(self.before or snapshot, t_s=snapshot.t_s)
        self.before = snapshot
        return super().tick(old, *given, **named)


class WrongClock(Executive):
    """Counts ticks where it should read the time."""

    def __init__(self) -> None:
        super().__init__(NAMES)
        self.t_s = 0.0

    def tick(self, snapshot: Snapshot, *given: Any, **named: Any) -> Any:
        self.t_s = self.t_s + TICK_S if self.t_s else snapshot.t_s
        return super().tick(replace(snapshot, t_s=self.t_s), *given, **named)


class PhaseClock(Executive):
    """Counts a phase from when it was planned, not from when it began."""

    def _start(self, track: Track, now: float) -> None:
        super()._start(track, now)
        track.phase_began_t_s = min(track.activity.window.planned_t_s, now)
        track.since_t_s = track.phase_began_t_s


class SuspensionCounts(Executive):
    """Takes the time in which an activity was suspended for time in which it ran."""

    def _suspended(self, track: Track, snapshot: Snapshot) -> bool:
        began_t_s = track.phase_began_t_s
        changed = super()._suspended(track, snapshot)
        if track.state == State.RUNNING:
            track.phase_began_t_s = began_t_s
        return changed


class GuardIsLate(Executive):
    """Sheds one tick after the guard says so."""

    def __init__(self) -> None:
        super().__init__(NAMES)
        self.before: frozenset[int] = frozenset(range(1, 8))

    def tick(self, snapshot: Snapshot, *given: Any, **named: Any) -> Any:
        before, self.before = self.before, snapshot.allowed
        return super().tick(replace(snapshot, allowed=before), *given, **named)


class GoForEver(Executive):
    """Keeps a go from Earth beyond its time and its contact."""

    def tick(self, *given: Any, **named: Any) -> Any:
        goes = self.memory.go_until_t_s
        goes.update(dict.fromkeys(goes, 1e300))
        return super().tick(*given, **named)


class LateStart(Executive):
    """Starts what has missed its window."""

    def _consider(self, track: Track, snapshot: Snapshot) -> bool:
        window = track.activity.window
        if snapshot.t_s > window.latest_t_s:
            longer = replace(window, latest_t_s=snapshot.t_s)
            track.activity = replace(track.activity, window=longer)
            changed = super()._consider(track, snapshot)
            track.activity = replace(track.activity, window=window)
            return changed
        return super()._consider(track, snapshot)


MUTANTS = (
    EdgeTrigger, LeaseLeak, NoHysteresisOfMode, NoHysteresisOfConditions, SwappedOrder, NoTeardown,
    TeardownForEver, LostExpiry, DoubleRelease, NoLease, StaleSnapshot, WrongClock, PhaseClock,
    SuspensionCounts, GuardIsLate, GoForEver, LateStart,
)  # fmt: skip


def make(kind: type[Executive]) -> Executive:
    return kind(NAMES) if "__init__" not in vars(kind) else kind()  # type: ignore[call-arg]
