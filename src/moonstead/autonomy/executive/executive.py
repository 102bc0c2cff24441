"""The executive: carries out a plan, one tick at a time.

A tick freezes a snapshot, takes in what was directed and planned, and steps all activities in
their order (priority, earliest start, id) until nothing changes. Conditions are read off the
snapshot in every tick, so that nothing can be missed between two of them. One thread, no clock, no
files: the same inputs give the same outcome.
"""

from collections.abc import Sequence
from typing import Any

from moonstead.autonomy.executive.activity import NOT_STARTED, State
from moonstead.autonomy.executive.admission import why_not
from moonstead.autonomy.executive.adopting import adopt, direct
from moonstead.autonomy.executive.clock import Believed
from moonstead.autonomy.executive.memory import Settings, Wish, restored
from moonstead.autonomy.executive.outcome import Live, Ordered, Outcome, Wait
from moonstead.autonomy.executive.plan import Directive, Plan
from moonstead.autonomy.executive.reasons import Reason
from moonstead.autonomy.executive.snapshot import FAULTS_APART, Health, Names, Snapshot
from moonstead.autonomy.executive.steps import Steps
from moonstead.autonomy.executive.track import Obstacle, Track
from moonstead.autonomy.executive.watching import failing

MOST_PASSES = 64
"""Of all activities in one tick. One that is live takes at most as many steps as it has phases and
two more; each round of starts may let others end."""
STUCK_TICKS = 2
"""An activity that could start at the end of so many ticks in a row, and did not, is stuck."""
MOST_DIRECTIVES = 256
"""In one tick, those left over from ticks that were not believed included; the rest is refused."""


class Executive(Steps):
    """Activities and their life.

    Parameters
    ----------
    names
        The channels of the telemetry.
    settings
        How it decides.
    """

    def __init__(self, names: Names, settings: Settings | None = None) -> None:
        super().__init__(settings)
        self.names = names
        self._near: list[Track] = []
        """What this tick looks at: all but what waits for its window."""

    def tick(
        self,
        snapshot: Snapshot,
        plan: Plan | None = None,
        directives: Sequence[Directive] = (),
    ) -> Outcome:
        """Carry out one tick.

        Parameters
        ----------
        snapshot
            What is known now.
        plan
            Replaces what has not started, if there is nothing wrong with it.
        directives
            Orders from Earth or from the station manager that the guard let through.

        Returns
        -------
        Outcome
            Orders that hold now, and what changed.
        """
        memory = self.memory
        self.transitions, self.notices = [], []
        before_t_s = memory.clock.t_s
        believed = memory.clock.look(snapshot.t_s, self.settings.largest_step_s)
        if believed in {Believed.AGAIN, Believed.ODD}:
            self._put_by(snapshot, plan, directives)
            self._near = [*memory.tracks.values()]
            return self._outcome(snapshot, believed=False)
        now = snapshot.t_s
        if before_t_s is None:
            before_t_s = now
        if believed != Believed.ON:
            self.say(
                "clock", "station", f"the clock was {believed.value} by {now - before_t_s:.0f} s"
            )
        if believed == Believed.SET_BACK:
            self._shift(now - before_t_s)
            before_t_s = now
        self._note_station(snapshot)
        self._take_in(snapshot, plan, directives)
        self._near = self._not_far(now)
        self._account(snapshot, now - before_t_s)
        memory.ledger.expire(now, [track.id for track in self._near if track.is_live])
        self._settle(snapshot)
        self._break_off_late(snapshot)
        self._watch_liveness(snapshot)
        memory.forget_over(now)
        return self._outcome(snapshot, believed=True)

    def live(self) -> tuple[Live, ...]:
        """Return what runs, with its expected end."""
        now = self.memory.clock.t_s or 0.0
        return tuple(
            Live(t.id, t.activity.request, t.state, t.expected_end_t_s(now), t.left_j(now))
            for t in self.memory.tracks.values()
            if t.is_live
        )

    def taken_until_t_s(self) -> dict[str, float]:
        """Return the units that are taken, and until when as expected."""
        now = self.memory.clock.t_s or 0.0
        taken = {}
        for unit, lease in self.memory.ledger.leases.items():
            track = self.memory.tracks.get(lease.holder)
            if lease.kept or track is None:
                taken[unit] = lease.until_t_s
            else:
                taken[unit] = track.expected_end_t_s(now) + lease.after_s
        return taken

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return self.memory.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned; raises InputError if it is something else."""
        self.memory = restored(state)

    # The tick, part by part.

    def _put_by(
        self, snapshot: Snapshot, plan: Plan | None, directives: Sequence[Directive]
    ) -> None:
        """Keep what came with a tick whose time is not believed for the next one."""
        memory = self.memory
        memory.waiting_plan = plan or memory.waiting_plan
        again = set(memory.last_directives) if snapshot.t_s == memory.clock.t_s else set()
        fresh = [directive for directive in directives if directive not in again]
        memory.waiting_directives = self._not_too_many(fresh)
        if memory.clock.odd_ticks == 1 and snapshot.t_s != memory.clock.t_s:
            self.say("clock", "station", f"the time {snapshot.t_s:.0f} s is not believed")

    def _not_too_many(self, directives: Sequence[Directive]) -> tuple[Directive, ...]:
        together = (*self.memory.waiting_directives, *directives)
        if len(together) > MOST_DIRECTIVES:
            told = f"{len(together) - MOST_DIRECTIVES} directives of {len(together)} are refused"
            self.say("directives-refused", "station", told)
        return together[:MOST_DIRECTIVES]

    def _note_station(self, snapshot: Snapshot) -> None:
        memory = self.memory
        if memory.mode and snapshot.mode != memory.mode:
            text = f"the station is now in mode {snapshot.mode}"
            self.wish("mode", snapshot.mode, text, snapshot.t_s)
        memory.mode = snapshot.mode
        failed = frozenset(n for n, h in snapshot.health.items() if h == Health.FAILED)
        for name in sorted(failed ^ memory.failed):
            text = f"{name} has failed" if name in failed else f"{name} works again"
            self.wish("health", name, text, snapshot.t_s)
        memory.failed = failed
        faults = {*snapshot.system_fault.split(FAULTS_APART)} - {""}
        known = faults.intersection(memory.passed_over.split(FAULTS_APART))
        memory.passed_over = FAULTS_APART.join(sorted(known))
        if faults - known:
            memory.stopped = FAULTS_APART.join(sorted(faults - known))

    def _take_in(
        self, snapshot: Snapshot, plan: Plan | None, directives: Sequence[Directive]
    ) -> None:
        memory = self.memory
        together = self._not_too_many(directives)
        memory.last_directives = tuple(directives)[:MOST_DIRECTIVES]
        plan = plan or memory.waiting_plan
        memory.waiting_plan, memory.waiting_directives = None, ()
        if plan is not None:
            adopt(self, plan, self.names, snapshot.t_s)
        for directive in together:
            direct(self, directive, snapshot)

    def _not_far(self, now: float) -> list[Track]:
        near = []
        for track in self.memory.tracks.values():
            if track.is_far(now + self.settings.clock_slack_s):
                track.admissible_ticks = 0
            else:
                near.append(track)
        return near

    def _account(self, snapshot: Snapshot, passed_s: float) -> None:
        """Count main time, and how much of it was good."""
        for track in self._near:
            if track.state == State.RUNNING:
                track.main_s += passed_s
                if not failing(track, snapshot, self.memory):
                    track.worked_s += passed_s

    def _break_off_late(self, snapshot: Snapshot) -> None:
        """End what has outlived its leases: no phase may, so that something else is wrong."""
        tracks = self.memory.tracks
        holders = [tracks[holder] for holder in self.memory.ledger.late(snapshot.t_s)]
        late = [track for track in holders if track.state != State.TEARDOWN]
        for track in late:
            why = Obstacle(Reason.LEASE, "", "its hold on its units ran out")
            self.break_off(track, why, State.FAILED, snapshot.t_s)
        if late:
            self._settle(snapshot)

    def _settle(self, snapshot: Snapshot) -> None:
        """Step all activities until nothing changes.

        First all that end or go on, until they are quiet: then what they free is there for whoever
        comes first in the order.
        """
        for _ in range(MOST_PASSES):
            live = [track for track in self._near if track.is_live]
            waiting = [track for track in self._near if not track.is_live and not track.is_over]
            changed = [self.step(track, snapshot) for track in live]
            if True not in changed:
                changed = [self.step(track, snapshot) for track in waiting]
            if True not in changed:
                return
        self.say("not-quiet", "station", f"activities still change after {MOST_PASSES} passes")

    def _watch_liveness(self, snapshot: Snapshot) -> None:
        """Tell what could start and does not: the fault that stopped Remote Agent in 1999."""
        now = snapshot.t_s
        for track in self._near:
            waits = track.state in NOT_STARTED and not track.aborted
            if waits and self._could_start(track, snapshot):
                track.admissible_ticks += 1
            else:
                track.admissible_ticks = 0
            if track.admissible_ticks == STUCK_TICKS:
                text = f"{track.id} could have started for {STUCK_TICKS} ticks, and did not"
                self.say("stuck", track.id, text)
                self.wish_for(track, "stuck", text, now)

    def _could_start(self, track: Track, snapshot: Snapshot) -> bool:
        return why_not(track, snapshot, self.memory, self.settings) is None

    def _shift(self, by_s: float) -> None:
        """Move what counts time along with a clock that was set back."""
        memory = self.memory
        for track in memory.tracks.values():
            track.shift(by_s)
        memory.ledger.shift(by_s)
        memory.plan_made_t_s += by_s
        memory.go_until_t_s.clear()
        for ended in (memory.done_t_s, memory.over_t_s):
            for name in ended:
                ended[name] += by_s

    def _outcome(self, snapshot: Snapshot, *, believed: bool) -> Outcome:
        memory = self.memory
        now = snapshot.t_s if believed else (memory.clock.t_s or 0.0)
        return Outcome(
            t_s=snapshot.t_s,
            believed=believed,
            orders=self._orders(now),
            transitions=tuple(self.transitions),
            waits=tuple(
                Wait(track.id, track.obstacle)
                for track in self._near
                if track.state in {State.WAITING, State.READY} and track.obstacle is not None
            ),
            notices=tuple(self.notices),
            replan_wanted=tuple(sorted(memory.wishes.values(), key=_by_time)),
        )

    def _orders(self, now: float) -> tuple[Ordered, ...]:
        """Return the level of every load that a live activity asks for; the first one counts."""
        expires_t_s = now + self.settings.order_life_s
        orders: dict[str, Ordered] = {}
        for track in self._near:
            phase = track.current
            if phase is not None:
                step, settings = str(track.phase), phase.settings
            elif track.state == State.TEARDOWN:
                step, settings = "teardown", track.activity.teardown.settings
            else:
                continue
            for told in settings:
                if told.load not in orders:
                    name = f"{track.id}@{track.began_t_s:.0f}/{step}/{told.load}"
                    orders[told.load] = Ordered(name, track.id, told.load, told.level, expires_t_s)
        return tuple(orders.values())


def _by_time(wish: Wish) -> tuple[float, str, str]:
    return (wish.t_s, wish.reason, wish.subject)
