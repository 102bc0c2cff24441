"""When a plan is made, from what is known then, and how its sessions reach the executive."""

from typing import Any

import numpy as np

from moonstead.autonomy.activities import activity_of
from moonstead.autonomy.diary import Diary
from moonstead.autonomy.executive.activity import Level
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.plan import FREEZE_S
from moonstead.autonomy.executive.plan import Plan as Orders
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.guard.view import View
from moonstead.autonomy.model import StationModel
from moonstead.autonomy.planner import Plan, Search, plan_sessions
from moonstead.autonomy.planning.requests import Session, Situation
from moonstead.autonomy.sessions import TANK_FULL, Sessions
from moonstead.contracts import FloatArray, Notice, PlanRow, Telemetry
from moonstead.units import DAY_S, HOUR_S

REPLAN_S = DAY_S
AGAIN_S = 2 * HOUR_S
"""After a plan that was made for an event, the next such waits so long."""


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
        self._reserve_j = reserve_j
        self.sessions = Sessions(model)
        self._next_t_s = -1e300
        self._last_t_s = -1e300
        self._plans = 0

    def hurry(self, t_s: float) -> None:
        """Want a plan at an instant, if none is due before."""
        self._next_t_s = min(self._next_t_s, t_s)

    def is_due(self, view: View, *, is_wished: bool) -> bool:
        """Return whether a plan is to be made in this tick."""
        wished = is_wished and view.level >= Level.E4
        due = view.t_s >= self._next_t_s
        due |= wished and view.t_s >= self._last_t_s + AGAIN_S
        return due and view.mode <= Mode.TRIM

    def plan(self, telemetry: Telemetry, view: View, executive: Executive, diary: Diary) -> Orders:
        """Make a plan, and give each of its sessions to the executive as an activity."""
        now, first = view.t_s, self._last_t_s < 0.0
        freeze_s = 0.0 if first else FREEZE_S
        pending = self.sessions.pending(executive)
        fixed = frozenset(n for n, entry in pending if now <= entry.start_t_s < now + freeze_s)
        running = self.sessions.running(executive)
        running += tuple((e.experiment, e.end_t_s) for n, e in pending if n in fixed)
        ready_t_s = self.sessions.ready_t_s(executive)
        forecast = self.model.forecast
        situation = Situation(
            telemetry=telemetry,
            first_slot=int(np.ceil((now - forecast.start_t_s) / forecast.slot_s)),
            reserve_j=self._reserve_j,
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
            diary.notices.append(Notice("plan-trouble", "planner", plan.trouble))
        self._plans += 1
        self._next_t_s, self._last_t_s = now + REPLAN_S, now
        named = self.sessions.adopt(plan, fixed, executive)
        self._tell(plan, diary)
        return Orders(
            id=f"plan-{self._plans}",
            made_t_s=now,
            activities=tuple(activity_of(self.model, session, name) for name, session in named),
            freeze_s=freeze_s,
        )

    def _tell(self, plan: Plan, diary: Diary) -> None:
        diary.rows.extend(self.sessions.planned_rows())
        for experiment, reason in zip(self.model.experiments, plan.reasons, strict=True):
            diary.rows.append(PlanRow("", experiment.name, 0.0, 0.0, "left-out", reason))

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "sessions": self.sessions.state(),
            "next_t_s": self._next_t_s,
            "last_t_s": self._last_t_s,
            "plans": self._plans,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.sessions.restore(state["sessions"])
        self._next_t_s = state["next_t_s"]
        self._last_t_s = state["last_t_s"]
        self._plans = state["plans"]
