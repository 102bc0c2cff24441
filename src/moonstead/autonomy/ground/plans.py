"""Plans that are made on Earth: with the planner's own code, from what was heard, with margins."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from moonstead.autonomy.ground.books import Books
from moonstead.autonomy.model import StationModel
from moonstead.autonomy.planner import Plan, Search, plan_sessions
from moonstead.autonomy.planning.requests import Session, Situation
from moonstead.autonomy.scheduled import planning_model
from moonstead.autonomy.sessions import TANK_FULL
from moonstead.contracts import FloatArray, PlanRow, Telemetry
from moonstead.units import HOUR_S

LEAD_S = 0.5 * HOUR_S
"""From the frame that a plan begins with to its first session: people look, and it is sent up."""
DERATING = {1: 1.0, 2: 0.85, 3: 0.95}
"""Share of the generation that a planner aboard would count on, by level (assumption): what is sent
up for days must hold without anyone to change it, and fixed times cannot give way."""
FAILED = "its element has failed"
ABOARD = "its sessions are planned aboard"


@dataclass(frozen=True, slots=True)
class MadePlan:
    """A plan of people: sessions from a time on, and what it leaves out."""

    from_t_s: float
    sessions: tuple[Session, ...]
    rows: tuple[PlanRow, ...]
    trouble: str


class EarthPlanner:
    """The planner on Earth.

    Parameters
    ----------
    model
        What is believed of the station, on Earth as aboard.
    reserve_j
        What the stores must hold at the edges of the forecast's slots, (n_slots + 1,).
    search
        What finds plans.
    """

    def __init__(self, model: StationModel, reserve_j: FloatArray, search: Search) -> None:
        self._reserve_j, self._search = reserve_j, search
        planning, forecast = planning_model(model), model.forecast
        self._models = {
            level: replace(
                planning, forecast=replace(forecast, generation_w=share * forecast.generation_w)
            )
            for level, share in DERATING.items()
        }

    def plan(
        self,
        books: Books,
        telemetry: Telemetry,
        given: Collection[Session],
        t_s: float,
        horizon_s: float,
    ) -> MadePlan:
        """Make a plan for all elements that are not planned for aboard.

        Parameters
        ----------
        books, telemetry
            What is known; the newest frame.
        given
            Sessions of the plan before that have not started as far as is known.
        t_s, horizon_s
            Now, and how far ahead of its first session the plan goes.
        """
        of = books.of_levels(1, 2, 3)
        model = self._models[min((books.level_of(e) for e in of), default=3)]
        forecast = model.forecast
        first = int(np.ceil((t_s + LEAD_S - forecast.start_t_s) / forecast.slot_s))
        from_t_s = forecast.start_t_s + first * forecast.slot_s
        soon = [one for one in given if t_s <= one.start_t_s < from_t_s]
        running = (*books.busy(), *soon)
        busy = [one.experiment for one in running]
        experiments = enumerate(model.experiments)
        situation = Situation(
            telemetry=telemetry,
            first_slot=first,
            reserve_j=self._reserve_j,
            sessions_left=tuple(x.sessions - books.done[e] - busy.count(e) for e, x in experiments),
            ready_t_s=books.ready_t_s(),
            blocked=_blocked(books, telemetry, of),
            running=running,
            done=tuple(books.done),
            earned=tuple(books.earned),
            before=tuple(one for one in given if one.start_t_s >= from_t_s),
            horizon_s=horizon_s,
        )
        plan = plan_sessions(model, situation, self._search)
        return MadePlan(from_t_s, plan.sessions, _left_out(model, plan, of), plan.trouble)


def _blocked(books: Books, telemetry: Telemetry, of: Collection[int]) -> tuple[str, ...]:
    full, failed = books.full(telemetry), books.failed
    texts = []
    for e, experiment in enumerate(books.model.experiments):
        text = TANK_FULL if e in full else ""
        text = FAILED if experiment.element in failed else text
        texts.append(text if e in of else ABOARD)
    return tuple(texts)


def _left_out(model: StationModel, plan: Plan, of: Collection[int]) -> tuple[PlanRow, ...]:
    pairs = zip(model.experiments, plan.reasons, strict=True)
    return tuple(
        PlanRow("", experiment.name, 0.0, 0.0, "left-out", reason)
        for e, (experiment, reason) in enumerate(pairs)
        if e in of
    )
