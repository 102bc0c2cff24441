"""The life of one activity, step by step: what each state does with one snapshot."""

from moonstead.autonomy.executive.activity import (
    NOT_STARTED,
    Activity,
    Phase,
    Stage,
    State,
    Window,
)
from moonstead.autonomy.executive.admission import refused_by_station, why_not, window_of
from moonstead.autonomy.executive.conditions import Condition, is_met, measure
from moonstead.autonomy.executive.journal import Journal
from moonstead.autonomy.executive.reasons import Reason
from moonstead.autonomy.executive.snapshot import Snapshot
from moonstead.autonomy.executive.track import STATE_OF_STAGE, WORKING, Cause, Obstacle, Track
from moonstead.autonomy.executive.watching import failing, over_room, room_name

_WAITS_AS = {Reason.TOO_EARLY: State.PENDING, Reason.NO_GO: State.READY}


class Steps(Journal):
    """One method for each group of states; each returns whether anything changed."""

    def step(self, track: Track, snapshot: Snapshot) -> bool:
        """Take one step of an activity, if there is one; return whether anything changed."""
        state = track.state
        if state in WORKING:
            return self._carry_out(track, snapshot)
        if state in NOT_STARTED:
            return self._consider(track, snapshot)
        if state == State.SUSPENDED:
            return self._suspended(track, snapshot)
        if state == State.TEARDOWN:
            return self._tear_down(track, snapshot)
        return self._shed(track, snapshot)

    def _consider(self, track: Track, snapshot: Snapshot) -> bool:
        now = snapshot.t_s
        if track.aborted:
            return self._give_up(track, Obstacle(Reason.ABORTED, "", "ordered off"), now)
        why = self._why_not(track, snapshot)
        if why is None:
            # In one step, so that nothing that comes later in the order gets in between.
            if track.state != State.READY:
                self.move(track, State.READY, Obstacle(Reason.READY, "", "everything holds"), now)
            self._start(track, now)
            return True
        if why.reason == Reason.LATE:
            return self._too_late(track, now)
        after = _WAITS_AS.get(why.reason, State.WAITING)
        same = track.state == after
        told = track.obstacle
        if same and (after == State.PENDING or (told and told.is_like(why))):
            track.obstacle = why
            return False
        self.move(track, after, why, now)
        return not same

    def _why_not(self, track: Track, snapshot: Snapshot) -> Obstacle | None:
        return why_not(track, snapshot, self.memory, self.settings)

    def _too_late(self, track: Track, now: float) -> bool:
        told = track.obstacle
        cause = None
        if told and track.state != State.PENDING:
            cause = Cause(told.reason, told.subject, told.text)
        waited = f"; it waited: {cause.text}" if cause else ""
        subject = told.reason.value if told else ""
        why = Obstacle(Reason.LATE, subject, f"its window has closed{waited}", cause)
        return self._give_up(track, why, now)

    def _give_up(self, track: Track, why: Obstacle, now: float) -> bool:
        self.move(track, State.EXPIRED, why, now)
        if why.reason == Reason.LATE:
            self.wish_for(track, "expired", f"{track.id} did not start: {why.text}", now)
        return True

    def _start(self, track: Track, now: float) -> None:
        activity, memory = track.activity, self.memory
        memory.ledger.take(track.id, activity.holds, self._lease_end_t_s(track, 0, now))
        memory.go_until_t_s.pop(track.id, None)
        track.attempt += 1
        track.phase, track.phase_began_t_s, track.began_t_s = 0, now, now
        track.suspended_s = track.main_s = track.worked_s = 0.0
        track.bad_since_t_s.clear()
        self.move(track, State.STARTING, Obstacle(Reason.STARTED, "", "started"), now)
        late_s = now - activity.window.planned_t_s
        if abs(late_s) > self.settings.slip_s:
            text = f"{track.id} started {late_s:.0f} s after its planned time"
            self.wish_for(track, "slipped", text, now)

    def _carry_out(self, track: Track, snapshot: Snapshot) -> bool:
        now, phases = snapshot.t_s, track.activity.phases
        if self._interrupt(track, snapshot):
            return True
        if track.phase == len(phases):
            return self._prove(track, snapshot)
        phase = phases[track.phase]
        if STATE_OF_STAGE[phase.stage] != track.state:
            why = Obstacle(Reason.PHASE, phase.stage.value, f"{phase.stage.value} begins")
            self.move(track, STATE_OF_STAGE[phase.stage], why, now)
            return True
        gone_s = now - track.phase_began_t_s
        least_s = phase.expected_s - self.settings.clock_slack_s
        if self._met(phase.until, track, snapshot) if phase.until else gone_s >= least_s:
            self._next_phase(track, now)
            return True
        if self._lost(track, phase, snapshot):
            return True
        if gone_s >= phase.longest_s:
            text = f"{phase.stage.value} took its longest, {phase.longest_s:.0f} s"
            why = Obstacle(Reason.TIMEOUT, phase.stage.value, text)
            return self.break_off(track, why, State.FAILED, now)
        return False

    def _next_phase(self, track: Track, now: float) -> None:
        phases = track.activity.phases
        track.phase += 1
        track.phase_began_t_s = now
        # What the next phase maintains too goes on failing, and so does what is short in the room.
        kept = phases[track.phase].maintain if track.phase < len(phases) else ()
        names = {each.name for each in kept} | {room_name(take) for take in track.activity.takes}
        track.bad_since_t_s = {n: t for n, t in track.bad_since_t_s.items() if n in names}
        # Ticks may have been skipped: what is left has its whole time from here.
        self.memory.ledger.extend(track.id, self._lease_end_t_s(track, track.phase, now))
        if track.phase < len(phases):
            stage = phases[track.phase].stage
            if STATE_OF_STAGE[stage] == track.state:
                why = Obstacle(Reason.PHASE, stage.value, f"phase {track.phase + 1} begins")
                self.move(track, track.state, why, now)

    def _prove(self, track: Track, snapshot: Snapshot) -> bool:
        """All phases are over: look for the evidence that it did what it was for."""
        now, activity = snapshot.t_s, track.activity
        if track.state != State.ENDING:
            why = Obstacle(Reason.PHASE, Stage.MAIN.value, "main is over")
            self.move(track, State.ENDING, why, now)
            return True
        if self._met(activity.post, track, snapshot):
            self._release(track, now)
            self.memory.done_t_s[track.id] = now
            self.move(track, State.DONE, Obstacle(Reason.FINISHED, "", "finished"), now)
            slip_s = now - (track.began_t_s + activity.expected_s)
            if abs(slip_s) > self.settings.slip_s:
                text = f"{track.id} ended {slip_s:.0f} s after what was expected"
                self.wish_for(track, "slipped", text, now)
            return True
        if now - track.phase_began_t_s >= activity.evidence_longest_s:
            text = "nothing shows that it did what it was for"
            why = Obstacle(Reason.NO_EVIDENCE, "", text)
            return self.break_off(track, why, State.FAILED, now)
        return False

    def _interrupt(self, track: Track, snapshot: Snapshot) -> bool:
        """Break off what was ordered off, shed, or has lost its units or its health."""
        now, activity = snapshot.t_s, track.activity
        if track.aborted:
            why = Obstacle(Reason.ABORTED, "", "ordered off")
            return self.break_off(track, why, State.FAILED, now)
        if not self.memory.ledger.holds_all(track.id, activity.holds):
            why = Obstacle(Reason.LEASE, "", "it does not hold its units")
            return self.break_off(track, why, State.FAILED, now)
        # What cools down is nearly over, and does so as fast as it can.
        if track.state == State.ENDING:
            return False
        level = self.memory.level_of(activity.element, self.settings)
        refused = refused_by_station(activity, level, snapshot, self.memory)
        if refused is None:
            refused = over_room(track, snapshot, self.memory, self.settings)
        if refused is None:
            return False
        is_shed = refused.reason in {Reason.MODE, Reason.STOPPED}
        return self.break_off(track, refused, State.SHED if is_shed else State.FAILED, now)

    def _lost(self, track: Track, phase: Phase, snapshot: Snapshot) -> bool:
        """Suspend or break off what has gone without a condition for too long."""
        now, activity = snapshot.t_s, track.activity
        for kept, why in failing(track, snapshot, self.memory):
            if now - track.bad_since_t_s[kept.name] < kept.grace_s:
                continue
            left_s = activity.suspend_longest_s - track.suspended_s
            if phase.stage == Stage.MAIN and left_s > 0.0 and not phase.shows_work(kept.condition):
                track.good_since_t_s = None
                self.move(track, State.SUSPENDED, why, now)
                return True
            return self.break_off(track, why, State.FAILED, now)
        return False

    def _suspended(self, track: Track, snapshot: Snapshot) -> bool:
        now, activity = snapshot.t_s, track.activity
        if self._interrupt(track, snapshot):
            return True
        phase = activity.phases[track.phase]
        gone_s = now - track.since_t_s
        # Whatever shows only while it works cannot be waited for.
        back = (kept.condition for kept in phase.maintain if not phase.shows_work(kept.condition))
        if track.good(self._met(tuple(back), track, snapshot), now) >= activity.resume_hold_s:
            track.suspended_s += gone_s
            track.phase_began_t_s += gone_s
            end_t_s = self._lease_end_t_s(track, track.phase, track.phase_began_t_s)
            self.memory.ledger.extend(track.id, end_t_s)
            track.bad_since_t_s.clear()
            self.move(track, State.RUNNING, Obstacle(Reason.RESUMED, "", "resumed"), now)
            return True
        if track.suspended_s + gone_s >= activity.suspend_longest_s:
            why = track.obstacle or Obstacle(Reason.TIMEOUT, "", "suspended for too long")
            return self.break_off(track, why, State.FAILED, now)
        return False

    def break_off(self, track: Track, why: Obstacle, outcome: State, now: float) -> bool:
        """Begin the teardown of a live activity; afterwards it is what ``outcome`` says."""
        track.outcome = outcome
        track.phase_began_t_s = now
        until_t_s = now + track.activity.teardown.longest_s + self.settings.lease_slack_s
        self.memory.ledger.extend(track.id, until_t_s)
        self.move(track, State.TEARDOWN, why, now)
        return True

    def _tear_down(self, track: Track, snapshot: Snapshot) -> bool:
        now, teardown = snapshot.t_s, track.activity.teardown
        gone_s = now - track.phase_began_t_s
        if teardown.until:
            is_over = self._met(teardown.until, track, snapshot)
        else:
            is_over = gone_s >= teardown.expected_s
        if not is_over and gone_s < teardown.longest_s:
            return False
        cause = track.obstacle or Obstacle(Reason.ABORTED, "", "broken off")
        if not is_over:
            text = f"{track.id} is not seen to be stowed after {teardown.longest_s:.0f} s"
            self.say("teardown-overran", track.activity.element, text)
            cause = Obstacle(Reason.OVERRAN, cause.reason.value, f"{cause.text}; {text}")
        self._release(track, now)
        if track.outcome == State.SHED and not track.aborted:
            track.good_since_t_s = None
            self.move(track, State.SHED, cause, now)
            return True
        track.failures += 1
        if is_over and self._may_retry(track, now):
            track.rest_until_t_s = now + track.activity.retry_rest_s
            why = Obstacle(Reason.RETRY, cause.reason.value, f"tried again, as {cause.text}")
            self.move(track, State.WAITING, why, now)
            return True
        self.move(track, State.FAILED, cause, now)
        self.wish_for(track, "failed", f"{track.id} failed: {cause.text}", now)
        return True

    def _may_retry(self, track: Track, now: float) -> bool:
        activity = track.activity
        window = self._window(activity)
        in_time = now + activity.retry_rest_s <= window.latest_t_s
        return in_time and not track.aborted and track.failures <= activity.retries

    def _shed(self, track: Track, snapshot: Snapshot) -> bool:
        """Come back when the guard has allowed it for a while and its window is still open."""
        now, activity = snapshot.t_s, track.activity
        if track.aborted:
            return self._give_up(track, Obstacle(Reason.ABORTED, "", "ordered off"), now)
        if now > self._window(activity).latest_t_s:
            return self._too_late(track, now)
        level = self.memory.level_of(activity.element, self.settings)
        refused = refused_by_station(activity, level, snapshot, self.memory)
        if track.good(refused is None, now) < self.settings.return_hold_s:
            return False
        self.move(track, State.WAITING, Obstacle(Reason.ALLOWED, "", "allowed again"), now)
        self._consider(track, snapshot)
        return True

    def _met(self, conditions: tuple[Condition, ...], track: Track, snapshot: Snapshot) -> bool:
        past = track.past(self.memory.done_t_s)
        return all(is_met(c, measure(c, snapshot, past)) for c in conditions)

    def _window(self, activity: Activity) -> Window:
        level = self.memory.level_of(activity.element, self.settings)
        return window_of(activity, level, self.settings)

    def _lease_end_t_s(self, track: Track, phase: int, now: float) -> float:
        """Return when an activity must be over if a phase begins now, at the very latest."""
        gone_s = sum(each.longest_s for each in track.activity.phases[:phase])
        return now + track.activity.longest_s - gone_s + self.settings.lease_slack_s

    def _release(self, track: Track, now: float) -> None:
        self.memory.ledger.release(track.id, track.activity.holds, now)
