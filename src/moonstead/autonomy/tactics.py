"""Where sessions come from, and how they reach the executive.

Elements at level E4 are planned for aboard, around what people on Earth have scheduled; those at E1
to E3 take what came up. The executive's level of each element says how strictly it is kept.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from moonstead.autonomy.activities import LATE_S, activity_of
from moonstead.autonomy.diary import Diary
from moonstead.autonomy.executive.activity import Activity, Level, Window
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.plan import FREEZE_S, Directive
from moonstead.autonomy.executive.plan import Plan as Orders
from moonstead.autonomy.giving_up import rationed, to_give_up
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.guard.view import View
from moonstead.autonomy.model import StationModel
from moonstead.autonomy.planner import Plan, Search, plan_sessions
from moonstead.autonomy.planning.requests import Session, Situation
from moonstead.autonomy.scheduled import planning_model, with_scheduled
from moonstead.autonomy.sessions import TANK_FULL, Entry, Sessions
from moonstead.autonomy.uploads import SCHEDULE, START, TAKEN_IN, Uploads
from moonstead.contracts import (
    FloatArray,
    Notice,
    PlanRow,
    Telecommand,
    Telemetry,
    Verification,
    Verified,
)
from moonstead.units import DAY_S, HOUR_S

REPLAN_S = DAY_S
AGAIN_S = 2 * HOUR_S
"""After a plan that was made for an event, the next such waits so long."""
LIVE_START_S = 0.25 * HOUR_S
"""How long a session that people start tries to begin."""
ON_EARTH = "its sessions are planned on Earth"
WITHDRAWN = "its partner does not want it now"


class Tactics:
    """The planner's clock and its books.

    Parameters
    ----------
    model
        What the station believes of itself.
    reserve_j
        What the stores must hold at the edges of the forecast's slots, (n_slots + 1,).
    search
        What finds plans; not trusted.
    """

    def __init__(self, model: StationModel, reserve_j: FloatArray, search: Search) -> None:
        self.model, self.search = model, search
        self._planning = planning_model(model)
        self._reserve_j = reserve_j
        self._numbers = {
            experiment.called(way): (e, way)
            for e, experiment in enumerate(model.experiments)
            for way in range(len(experiment.ways))
        }
        self.sessions = Sessions(model)
        self.uploads = Uploads()
        self._next_t_s = -1e300
        self._last_t_s = -1e300
        self._plans = 0
        self._is_unsent = False
        self._broken: Mapping[str, str] = {}

    def learn(self, model: StationModel, broken: Mapping[str, str]) -> None:
        """Plan from now on with another model, and nothing for what is broken.

        Parameters
        ----------
        model
            The same station with another forecast.
        broken
            Why nothing is planned, by element.
        """
        self.model, self._planning = model, planning_model(model)
        self._broken = broken

    def hurry(self, t_s: float) -> None:
        """Want a plan at an instant, if none is due before."""
        self._next_t_s = min(self._next_t_s, t_s)

    def is_due(self, view: View, *, is_wished: bool) -> bool:
        """Return whether there is something to do in this tick."""
        came = any(item.kind in TAKEN_IN for item in view.handed_on)
        return came or self._is_unsent or self._is_plan_due(view, is_wished=is_wished)

    def _is_plan_due(self, view: View, *, is_wished: bool) -> bool:
        if max(view.level, *view.levels.values(), 0) < Level.E4:
            return False
        due = view.t_s >= self._next_t_s
        due |= is_wished and view.t_s >= self._last_t_s + AGAIN_S
        return due and view.mode <= Mode.TRIM

    def plan(
        self, telemetry: Telemetry, view: View, executive: Executive, diary: Diary
    ) -> Orders | None:
        """Take in what came up, make a plan if one is due, and give all to the executive."""
        # Should the planner fail, the executive is told in the next tick.
        self._is_unsent = True
        self.sessions.archive.tidy(self.sessions.entries)
        self.uploads.settle(self.sessions.entries)
        for item in view.handed_on:
            self._take_in(item, view, executive, diary)
        freeze_s = 0.0
        activities: dict[str, Activity] = {}
        if self._is_plan_due(view, is_wished=bool(executive.memory.wishes)):
            freeze_s = FREEZE_S if self._last_t_s >= 0.0 else 0.0
            activities = self._plan_aboard(telemetry, view, executive, diary, freeze_s)
        for name, entry in self.sessions.pending(executive):
            if name not in activities:
                activities[name] = self._as_it_is(name, entry, executive)
        self._plans += 1
        self._is_unsent = False
        return Orders(
            id=f"plan-{self._plans}",
            made_t_s=view.t_s,
            activities=tuple(activities.values()),
            freeze_s=freeze_s,
        )

    def _as_it_is(self, name: str, entry: Entry, executive: Executive) -> Activity:
        """Return the activity of a session that no plan made aboard in this tick changes."""
        track, start_t_s = executive.memory.tracks.get(name), entry.start_t_s
        # One that was broken off is entered with when it began.
        if track is not None and start_t_s in {track.activity.window.planned_t_s, track.began_t_s}:
            return track.activity
        activity = self._activity(entry.session, name)
        if name in self.uploads.goes.values():
            window = Window(start_t_s, start_t_s, start_t_s + LIVE_START_S)
            activity = replace(activity, window=window)
        return activity

    def _take_in(self, item: Telecommand, view: View, executive: Executive, diary: Diary) -> None:
        """Do what a telecommand asks that passed the guard."""
        now, kind = view.t_s, item.kind
        if kind == SCHEDULE:
            self._schedule(item, view, executive, diary)
        elif kind == START and item.target in self._numbers:
            name = self.sessions.add(self._session(item.target, now))
            self.uploads.begin(item, [name])
            self.uploads.goes[f"{item.source} {item.sequence}"] = name
        elif kind in {"withdraw", "request"}:
            e, _ = self._numbers[item.target]
            (set.add if kind == "withdraw" else set.discard)(self.uploads.withdrawn, e)
            self.hurry(now)
            self.uploads.tell(item, Verified.COMPLETED)
        elif kind == "trust":
            self.hurry(now)
            self.uploads.tell(item, Verified.COMPLETED)
        elif kind == "plan":
            is_aboard = max(view.level, *view.levels.values(), 0) >= Level.E4
            self.hurry(now)
            stage = Verified.COMPLETED if is_aboard else Verified.START_FAILED
            self.uploads.tell(item, stage, "" if is_aboard else "no element is planned for aboard")

    def _schedule(self, item: Telecommand, view: View, executive: Executive, diary: Diary) -> None:
        """Take in a schedule; what has passed, or is planned for aboard, is left out and told."""
        of = {e for e in range(len(self.model.experiments)) if not self._is_aboard(e, view)}
        sessions, late, aboard = [], 0, 0
        for name, start_t_s in sorted(item.items, key=lambda pair: pair[1]):
            e, _ = self._numbers[name]
            late += start_t_s + LATE_S < view.t_s
            aboard += e not in of
            if start_t_s + LATE_S >= view.t_s and e in of:
                sessions.append(self._session(name, start_t_s))
        names, dropped = self.sessions.schedule(sessions, item.value, executive, of)
        self.uploads.drop(dropped.union(names))
        self.uploads.begin(item, names)
        if late or aboard:
            text = f"of {len(item.items)} sessions {late} are past and {aboard} planned for aboard"
            values = {"late": float(late), "aboard": float(aboard)}
            diary.notices.append(Notice("schedule-short", "station", text, values))
        diary.rows.extend(self.sessions.planned_rows())

    def _session(self, name: str, start_t_s: float) -> Session:
        e, way = self._numbers[name]
        end_t_s = start_t_s + self.model.experiments[e].ways[way].whole_s
        return Session(e, start_t_s, end_t_s, way)

    def _is_aboard(self, e: int, view: View) -> bool:
        element = self.model.experiments[e].element
        return view.levels.get(element, view.level) >= Level.E4

    def _plan_aboard(
        self,
        telemetry: Telemetry,
        view: View,
        executive: Executive,
        diary: Diary,
        freeze_s: float,
    ) -> dict[str, Activity]:
        """Make a plan for what is planned aboard; return its sessions as activities, by name."""
        now = view.t_s
        model, forecast = self._planning, self.model.forecast
        pending = self.sessions.pending(executive)
        of_earth = {n: e for n, e in pending if not self._is_aboard(e.experiment, view)}
        fixed = frozenset(n for n, entry in pending if now <= entry.start_t_s < now + freeze_s)
        fixed -= of_earth.keys()
        running = self.sessions.running(executive)
        running += tuple(entry.session for name, entry in pending if name in fixed)
        ready_t_s = self.sessions.ready_t_s(executive)
        left = self.sessions.left(session.experiment for session in running)
        ration = rationed(self.model, self.sessions, telemetry, left)
        blocked = self._blocked(telemetry, view)
        situation = Situation(
            telemetry=telemetry,
            first_slot=int(np.ceil((now - forecast.start_t_s) / forecast.slot_s)),
            reserve_j=self._reserve_j,
            sessions_left=left,
            ready_t_s=tuple(max(ready, now + freeze_s) for ready in ready_t_s),
            blocked=tuple(why or ration.blocked.get(e, "") for e, why in enumerate(blocked)),
            running=running,
            done=tuple(self.sessions.done),
            earned=tuple(self.sessions.earned),
            givable_bit=ration.givable_bit,
            before=tuple(
                entry.session
                for name, entry in pending
                if name not in fixed and name not in of_earth and entry.start_t_s >= now
            ),
        )
        given = [entry.session for entry in of_earth.values()]
        plan = plan_sessions(with_scheduled(model, given), situation, self.search)
        if plan.trouble:
            diary.notices.append(Notice("plan-trouble", "planner", plan.trouble))
        self._next_t_s, self._last_t_s = now + REPLAN_S, now
        named = self.sessions.adopt(plan, fixed.union(of_earth), executive)
        self.uploads.drop(frozenset(n for n, _ in pending if n not in self.sessions.entries))
        self._tell(plan, diary)
        return {name: self._activity(session, name) for name, session in named}

    def _activity(self, session: Session, name: str) -> Activity:
        after = self.sessions.before(session.experiment)
        return activity_of(self.model, session, name, after)

    def _blocked(self, telemetry: Telemetry, view: View) -> tuple[str, ...]:
        texts = []
        for e, experiment in enumerate(self.model.experiments):
            if not self._is_aboard(e, view):
                texts.append(ON_EARTH)
            elif e in self.uploads.withdrawn:
                texts.append(WITHDRAWN)
            elif experiment.element in self._broken:
                texts.append(self._broken[experiment.element])
            else:
                fits = self.model.sessions_that_fit(experiment, telemetry) >= 1.0
                texts.append("" if fits else TANK_FULL)
        return tuple(texts)

    def _tell(self, plan: Plan, diary: Diary) -> None:
        diary.rows.extend(self.sessions.planned_rows())
        for experiment, reason in zip(self.model.experiments, plan.reasons, strict=True):
            diary.rows.append(PlanRow("", experiment.name, 0.0, 0.0, "left-out", reason))

    def to_give_up(self, telemetry: Telemetry, view: View) -> tuple[str, ...]:
        """Return the sessions whose stored data are to be given up now."""
        is_trimmed = view.mode >= Mode.TRIM
        return to_give_up(self.model, self.sessions, telemetry, is_trimmed=is_trimmed)

    def directives(self, view: View) -> list[Directive]:
        """Return what people on Earth direct the executive to do."""
        return self.uploads.directives(view.handed_on)

    def take_reports(self) -> tuple[Verification, ...]:
        """Return what is to be reported on telecommands, once."""
        return self.uploads.take_reports()

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "sessions": self.sessions.state(),
            "uploads": self.uploads.state(),
            "next_t_s": self._next_t_s,
            "last_t_s": self._last_t_s,
            "plans": self._plans,
            "is_unsent": self._is_unsent,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.sessions.restore(state["sessions"])
        self.uploads.restore(state["uploads"])
        self._next_t_s = state["next_t_s"]
        self._last_t_s = state["last_t_s"]
        self._plans = state["plans"]
        self._is_unsent = state["is_unsent"]
