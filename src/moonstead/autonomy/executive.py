"""The executive: starts, watches and ends what the plan holds, one tick at a time.

Conditions are level-triggered on the telemetry of the tick. Every activity that does not start or
does not end well carries its reason.
"""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from moonstead.autonomy.guard import Guard
from moonstead.autonomy.model import Experiment, StationModel, suits_now
from moonstead.autonomy.planner import Plan
from moonstead.contracts import Notice, PlanRow, Telemetry
from moonstead.units import HOUR_S

START_WINDOW_S = 4 * HOUR_S
"""How long a session waits for its conditions before it is given up."""
GRACE_S = 0.5 * HOUR_S
"""How long a condition may fail while a session runs."""
NO_RESPONSE_S = 0.5 * HOUR_S
"""How long a load may be commanded on without drawing power."""
RESPONSE_FRACTION = 0.1
"""Less than this share of its power is no response."""
TANK_FULL = "its tank is full"
NOBODY = {"crew": "no crew at work", "operator": "no operator on shift"}
"""Where a pool of working time lacks; other pools by their name."""
HANDS_SLACK = 1e-6
"""Of counts of people that went through sums over time."""
REST_S = 24 * HOUR_S
"""An element that did not respond is left alone for this long."""


@dataclass(slots=True)
class Activity:
    """One session from plan to end."""

    name: str
    number: int
    """Its place among the sessions of its experiment, from 1."""
    experiment: int
    start_t_s: float
    end_t_s: float
    running: bool = False
    bad_since_t_s: float | None = None
    silent_since_t_s: float | None = None


@dataclass(slots=True)
class Log:
    """What a tick writes down."""

    notices: list[Notice] = field(default_factory=list)
    rows: list[PlanRow] = field(default_factory=list)


class Executive:
    """Activities and their life; remembers how many sessions of each experiment are done."""

    def __init__(self, model: StationModel) -> None:
        self.model = model
        self.activities: list[Activity] = []
        count = len(model.experiments)
        self.done = [0] * count
        self.ready_t_s = [-1e300] * count
        self.serial = [0] * count

    def adopt(self, plan: Plan, log: Log) -> None:
        """Replace everything that has not started with the sessions of a new plan.

        Numbers of sessions that never started are given again; those of started ones are not.
        """
        self.activities = [activity for activity in self.activities if activity.running]
        last = list(self.serial)
        for session in plan.sessions:
            e = session.experiment
            last[e] += 1
            name = f"{self.model.experiments[e].name}-{last[e]}"
            activity = Activity(name, last[e], e, session.start_t_s, session.end_t_s)
            self.activities.append(activity)
            log.rows.append(self._row(activity, "planned"))
        for experiment, reason in zip(self.model.experiments, plan.reasons, strict=True):
            log.rows.append(PlanRow("", experiment.name, 0.0, 0.0, "left-out", reason))

    def step(self, telemetry: Telemetry, guard: Guard, log: Log) -> None:
        """Advance every activity by one tick."""
        for activity in list(self.activities):
            experiment = self.model.experiments[activity.experiment]
            if activity.running:
                self._watch(activity, experiment, telemetry, guard, log)
            elif activity.start_t_s <= telemetry.t_s:
                self._try_start(activity, experiment, telemetry, guard, log)

    def loads_on(self) -> Iterator[str]:
        """Yield the loads that running activities need."""
        for activity in self.activities:
            if activity.running:
                yield from self.model.experiments[activity.experiment].loads

    def links_open(self) -> Iterator[str]:
        """Yield the links that running activities have unplugged."""
        for activity in self.activities:
            if activity.running:
                yield from self.model.experiments[activity.experiment].unplugs

    def running(self) -> tuple[tuple[int, float], ...]:
        """Return experiment and end of what is running."""
        return tuple((a.experiment, a.end_t_s) for a in self.activities if a.running)

    def ready(self) -> tuple[float, ...]:
        """Return before when no session of each experiment may start, by what is done and runs."""
        ready_t_s = list(self.ready_t_s)
        for e, end_t_s in self.running():
            ready_t_s[e] = max(ready_t_s[e], end_t_s + self.model.experiments[e].gap_s)
        return tuple(ready_t_s)

    def sessions_left(self) -> tuple[int, ...]:
        """Return how many sessions are wanted and neither done nor running."""
        running = [a.experiment for a in self.activities if a.running]
        return tuple(
            experiment.sessions - self.done[e] - running.count(e)
            for e, experiment in enumerate(self.model.experiments)
        )

    def _try_start(
        self,
        activity: Activity,
        experiment: Experiment,
        telemetry: Telemetry,
        guard: Guard,
        log: Log,
    ) -> None:
        reason = suits_now(experiment, telemetry)
        if not guard.allows(experiment.priority):
            reason = f"the station is in mode {guard.mode.name.lower()}"
        elif any(a.running and self._element(a) == experiment.element for a in self.activities):
            reason = f"{experiment.element} is busy"
        elif telemetry.t_s < self.ready_t_s[activity.experiment]:
            reason = "the gap after the session before is not over"
        elif self.model.own_charge(experiment, telemetry) < experiment.own_store_min_fraction:
            reason = f"{experiment.own_store} is not charged"
        elif self.model.is_tank_full(experiment, telemetry):
            reason = TANK_FULL
        elif not reason:
            reason = self._short_of_hands(activity, telemetry)
        if not reason:
            length_s = activity.end_t_s - activity.start_t_s
            activity.running = True
            activity.start_t_s = telemetry.t_s
            activity.end_t_s = telemetry.t_s + length_s
            self.serial[activity.experiment] = activity.number
            log.rows.append(self._row(activity, "started"))
        elif telemetry.t_s >= activity.start_t_s + START_WINDOW_S:
            self.activities.remove(activity)
            log.rows.append(self._row(activity, "skipped", reason))

    def _watch(
        self,
        activity: Activity,
        experiment: Experiment,
        telemetry: Telemetry,
        guard: Guard,
        log: Log,
    ) -> None:
        now = telemetry.t_s
        if now >= activity.end_t_s:
            self.done[activity.experiment] += 1
            self.ready_t_s[activity.experiment] = now + experiment.gap_s
            self._end(activity, "done", "", now, log)
            return
        missing = suits_now(experiment, telemetry) or self._short_of_hands(activity, telemetry)
        activity.bad_since_t_s = _since(activity.bad_since_t_s, bool(missing), now)
        silent = self._silent_load(experiment, telemetry)
        activity.silent_since_t_s = _since(activity.silent_since_t_s, bool(silent), now)
        if not guard.allows(experiment.priority):
            self._end(activity, "aborted", f"mode {guard.mode.name.lower()}", now, log)
        elif self.model.is_tank_full(experiment, telemetry):
            self._end(activity, "aborted", TANK_FULL, now, log)
        elif activity.bad_since_t_s is not None and activity.bad_since_t_s <= now - GRACE_S:
            self._end(activity, "aborted", missing, now, log)
        elif (
            activity.silent_since_t_s is not None
            and activity.silent_since_t_s <= now - NO_RESPONSE_S
        ):
            self.ready_t_s[activity.experiment] = now + REST_S
            text = (
                f"{silent} draws no power although it is on; {experiment.element} rests for a day"
            )
            log.notices.append(Notice("no-response", experiment.element, text))
            self._end(activity, "aborted", f"{silent} does not respond", now, log)

    def _end(self, activity: Activity, status: str, reason: str, now: float, log: Log) -> None:
        self.activities.remove(activity)
        activity.end_t_s = now
        log.rows.append(self._row(activity, status, reason))

    def _element(self, activity: Activity) -> str:
        return self.model.experiments[activity.experiment].element

    def _short_of_hands(self, activity: Activity, telemetry: Telemetry) -> str:
        """Return which working time lacks for a session, besides what those before it take."""
        running = [a for a in self.activities if a.running]
        before = running[: running.index(activity)] if activity.running else running
        for pool, amount in self._needs(activity):
            there = telemetry.at_work.get(pool, math.inf) + HANDS_SLACK
            if there < amount:
                return NOBODY.get(pool, f"no {pool} at work")
            taken = sum(n for a in before for name, n in self._needs(a) if name == pool)
            if there - taken < amount:
                return f"every {pool} at work is taken"
        return ""

    def _needs(self, activity: Activity) -> tuple[tuple[str, float], ...]:
        return self.model.experiments[activity.experiment].needs

    def _silent_load(self, experiment: Experiment, telemetry: Telemetry) -> str:
        models = {load.name: load for load in self.model.loads}
        for name in experiment.loads:
            power_w = telemetry.load_power_w[self.model.channels.loads.index(name)]
            if models[name].responds and power_w < RESPONSE_FRACTION * models[name].power_w:
                return name
        return ""

    def _row(self, activity: Activity, status: str, reason: str = "") -> PlanRow:
        experiment = self.model.experiments[activity.experiment]
        return PlanRow(
            activity.name,
            experiment.name,
            activity.start_t_s,
            activity.end_t_s,
            status,
            reason,
        )

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "activities": [asdict(activity) for activity in self.activities],
            "done": list(self.done),
            "ready_t_s": list(self.ready_t_s),
            "serial": list(self.serial),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.activities = [Activity(**activity) for activity in state["activities"]]
        self.done = list(state["done"])
        self.ready_t_s = list(state["ready_t_s"])
        self.serial = list(state["serial"])


def _since(since_t_s: float | None, holds: bool, now: float) -> float | None:
    if not holds:
        return None
    return now if since_t_s is None else since_t_s
