"""The station manager: one tick from telemetry to commands.

The guard first, in the tick that detects; then, under its supervision, a plan if one is due and the
executive; then the levels that all of it asks of the loads, through the guard's bounds. Planner and
executive may fail in any way: the guard's fixed programme then goes on alone.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from moonstead.autonomy.activities import activity_of
from moonstead.autonomy.executive.activity import Level
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.memory import Settings
from moonstead.autonomy.executive.outcome import Outcome
from moonstead.autonomy.executive.plan import FREEZE_S, Directive, Order
from moonstead.autonomy.executive.plan import Plan as Orders
from moonstead.autonomy.executive.snapshot import Names, Snapshot, take_snapshot
from moonstead.autonomy.guard.guard import Guard
from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.guard.view import View
from moonstead.autonomy.model import StationModel
from moonstead.autonomy.outlook import Seen, seen
from moonstead.autonomy.planner import Plan, Search, plan_sessions, search
from moonstead.autonomy.planning.requests import Session, Situation
from moonstead.autonomy.sessions import TANK_FULL, Sessions
from moonstead.contracts import Command, Decision, Notice, PlanRow, Telecommand, Telemetry
from moonstead.units import DAY_S, HOUR_S

PLANNER, EXECUTIVE = "planner", "executive"
REPLAN_S = DAY_S
AGAIN_S = 2 * HOUR_S
"""After a plan that was made for an event, the next such waits so long."""
RADIO_LEAST_BIT = 1e6
"""Less than this in the recorder is not worth switching a radio on for."""


@dataclass(slots=True)
class Log:
    """What a tick writes down."""

    notices: list[Notice] = field(default_factory=list)
    rows: list[PlanRow] = field(default_factory=list)


class StationManager:
    """Guard, planner and executive around what the station believes of itself.

    Parameters
    ----------
    model
        Of planner and executive.
    knowledge
        Of the guard.
    level
        Of autonomy at the start, 1 to 4 (ECSS-E-ST-70-11C).
    search
        What finds plans; not trusted.
    """

    def __init__(
        self,
        model: StationModel,
        knowledge: Knowledge,
        level: int = Level.E4,
        search: Search = search,
    ) -> None:
        self.model, self.knowledge, self.search = model, knowledge, search
        self.guard = Guard(knowledge, level)
        self._names = Names.of(model.channels)
        self._settings = Settings(level=Level(level))
        self.executive = Executive(self._names, self._settings)
        self.sessions = Sessions(model)
        self.next_plan_t_s = -1e300
        self._last_plan_t_s = -1e300
        self._plans = 0
        self._announced = False
        self._levels: dict[str, int] = {}
        self._wanted = {load.name: load.normal_level for load in model.loads}

    def handle(self, telemetry: Telemetry) -> Decision:
        """Decide on one snapshot of telemetry."""
        log = Log()
        if not self._announced:
            self._announced = True
            log.notices.extend(self.guard.design_alarms())
        before = self.guard.mode
        view = self.guard.assess(telemetry)
        log.notices.extend(view.notices)
        if view.mode != before:
            self.next_plan_t_s = min(self.next_plan_t_s, view.t_s)
        if EXECUTIVE in view.restart:
            self.executive = self._restarted()
        sight = seen(self.model, self.knowledge, view, telemetry)
        plan = self._plan_if_due(telemetry, view, log)
        outcome = self.guard.supervise(
            EXECUTIVE, lambda: self._execute(telemetry, view, sight, plan, log), None
        )
        wishes = [] if outcome is None else self._wishes(telemetry, view, outcome)
        if outcome is None or EXECUTIVE in view.restart:
            # In this tick the guard goes on alone: what was wanted is to be said again.
            self._wanted = {load.name: load.normal_level for load in self.model.loads}
        commands, withheld = self.guard.release(wishes, telemetry.path_open)
        log.notices.extend(withheld)
        status = {
            "mode": float(view.mode),
            "margin_fraction": view.margin,
            "reserve_j": view.reserve_j,
        }
        return Decision(commands, tuple(log.notices), tuple(log.rows), status, reports=view.reports)

    def _restarted(self) -> Executive:
        """Return an executive that goes on from what the old one remembered, if it can be read."""
        fresh = Executive(self._names, self._settings)
        try:
            fresh.restore(self.executive.state())
        except Exception:  # noqa: BLE001 (what failed may be damaged in any way)
            self.sessions.entries.clear()
        return fresh

    def _plan_if_due(self, telemetry: Telemetry, view: View, log: Log) -> Orders | None:
        wished = bool(self.executive.memory.wishes) and view.level >= Level.E4
        due = view.t_s >= self.next_plan_t_s
        due |= wished and view.t_s >= self._last_plan_t_s + AGAIN_S
        if not due or view.mode > Mode.TRIM:
            self.guard.supervise(PLANNER, lambda: None, None)
            return None
        return self.guard.supervise(PLANNER, lambda: self._plan(telemetry, view, log), None)

    def _plan(self, telemetry: Telemetry, view: View, log: Log) -> Orders:
        """Make a plan, and give each of its sessions to the executive as an activity."""
        now, first = view.t_s, self._last_plan_t_s < 0.0
        freeze_s = 0.0 if first else FREEZE_S
        pending = self.sessions.pending(self.executive)
        fixed = frozenset(n for n, entry in pending if now <= entry.start_t_s < now + freeze_s)
        running = self.sessions.running(self.executive)
        running += tuple((e.experiment, e.end_t_s) for n, e in pending if n in fixed)
        ready_t_s = self.sessions.ready_t_s(self.executive)
        forecast = self.model.forecast
        situation = Situation(
            telemetry=telemetry,
            first_slot=int(np.ceil((now - forecast.start_t_s) / forecast.slot_s)),
            reserve_j=self.knowledge.reserve[0],
            sessions_left=self.sessions.left(e for e, _ in running),
            ready_t_s=tuple(max(ready, now + freeze_s) for ready in ready_t_s),
            blocked=tuple(
                TANK_FULL if self.model.is_tank_full(experiment, telemetry) else ""
                for experiment in self.model.experiments
            ),
            running=running,
            done=tuple(self.sessions.done),
            before=tuple(
                Session(e.experiment, e.start_t_s, e.end_t_s)
                for n, e in pending
                if n not in fixed and e.start_t_s >= now
            ),
        )
        plan = plan_sessions(self.model, situation, self.search)
        if plan.trouble:
            log.notices.append(Notice("plan-trouble", "planner", plan.trouble))
        self._plans += 1
        self.next_plan_t_s, self._last_plan_t_s = now + REPLAN_S, now
        named = self.sessions.adopt(plan, fixed, self.executive)
        self._tell(plan, log)
        return Orders(
            id=f"plan-{self._plans}",
            made_t_s=now,
            activities=tuple(activity_of(self.model, session, name) for name, session in named),
            freeze_s=freeze_s,
        )

    def _tell(self, plan: Plan, log: Log) -> None:
        log.rows.extend(self.sessions.planned_rows())
        for experiment, reason in zip(self.model.experiments, plan.reasons, strict=True):
            log.rows.append(PlanRow("", experiment.name, 0.0, 0.0, "left-out", reason))

    def _execute(
        self, telemetry: Telemetry, view: View, sight: Seen, plan: Orders | None, log: Log
    ) -> Outcome:
        snapshot = self._snapshot(telemetry, sight)
        outcome = self.executive.tick(snapshot, plan, self._directives(view))
        for transition in outcome.transitions:
            rows, notices = self.sessions.note(transition)
            log.rows.extend(rows)
            log.notices.extend(notices)
        log.notices.extend(outcome.notices)
        return outcome

    def _snapshot(self, telemetry: Telemetry, sight: Seen) -> Snapshot:
        # Of a pool that nobody reports there is enough.
        room = {
            pool: telemetry.at_work.get(pool, float("inf")) for pool in self.model.forecast.pools
        }
        return take_snapshot(self._names, telemetry, sight, room=room)

    def _directives(self, view: View) -> list[Directive]:
        """Return what Earth asks of the executive: single activities, and levels of autonomy."""
        found = [_directive(item) for item in view.handed_on if item.kind in _ORDERS]
        levels = {"": self.guard.level, **self.guard.levels}
        found += [
            Directive(Order.LEVEL, element, float(level))
            for element, level in levels.items()
            if self._levels.get(element, self._settings.level) != level
        ]
        self._levels = levels
        return found

    def _wishes(self, telemetry: Telemetry, view: View, outcome: Outcome) -> list[Command]:
        """Return the levels that are wanted now and were not before."""
        wanted = {load.name: load.normal_level for load in self.model.loads}
        wanted.update({order.load: order.level for order in outcome.orders})
        if view.mode < Mode.SURVIVAL:
            wanted.update(dict.fromkeys(self._radios(telemetry), 1.0))
        before, self._wanted = self._wanted, wanted
        return [Command(name, level) for name, level in wanted.items() if before.get(name) != level]

    def _radios(self, telemetry: Telemetry) -> set[str]:
        """Return the transmitters to use now: for each recorder that of the fastest open path."""
        paths = self.model.channels.paths
        chosen: dict[int, str] = {}
        for radio in self.model.radios:
            is_open = telemetry.path_open[paths.index(radio.path)]
            if is_open and telemetry.recorder_bit[radio.recorder] >= RADIO_LEAST_BIT:
                chosen.setdefault(radio.recorder, radio.load)
        return set(chosen.values())

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "guard": self.guard.state(),
            "executive": self.executive.state(),
            "sessions": self.sessions.state(),
            "next_plan_t_s": self.next_plan_t_s,
            "last_plan_t_s": self._last_plan_t_s,
            "plans": self._plans,
            "announced": self._announced,
            "levels": dict(self._levels),
            "wanted": dict(self._wanted),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.guard.restore(state["guard"])
        self.executive.restore(state["executive"])
        self.sessions.restore(state["sessions"])
        self.next_plan_t_s = state["next_plan_t_s"]
        self._last_plan_t_s = state["last_plan_t_s"]
        self._plans = state["plans"]
        self._announced = state["announced"]
        self._levels = dict(state["levels"])
        self._wanted = dict(state["wanted"])


_ORDERS = {"start": Order.GO, "stop": Order.ABORT}


def _directive(item: Telecommand) -> Directive:
    return Directive(_ORDERS[item.kind], item.target, expires_t_s=item.expires_t_s)
