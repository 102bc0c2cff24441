"""The planner behind a small seat: what is known now in, sessions and reasons out.

A plan is searched from the one before, checked by rules that share nothing with the search, and
only then given out. What does not pass is replaced by a plan made greedily, and that by none.
"""

from collections.abc import Callable
from dataclasses import dataclass

from moonstead.autonomy.model import StationModel
from moonstead.autonomy.planning import explain
from moonstead.autonomy.planning.problem import Placements, Problem
from moonstead.autonomy.planning.requests import Asked, Session, Situation, gap_unit, problem_of
from moonstead.autonomy.planning.search.find import find_plan, greedy
from moonstead.autonomy.planning.validate import violations

ITERATIONS = 600
"""Of the search, for a plan that begins with the one before: less than a tenth of a second, and the
same plan on any machine."""

ALL_WANTED = "all sessions wanted are done or planned"
FULL = "the horizon is planned full"
NO_WINDOW = "the sky does not suit for long enough"
TEXTS = {
    explain.NO_WINDOW: NO_WINDOW,
    explain.UNIT: "its element is busy",
    explain.POOL: "nobody is free",
    explain.POWER: "the bus would be overloaded",
    explain.HEAT: "its heat could not be rejected",
    explain.ENERGY: "energy is needed for the reserve",
    explain.RECORDER: "the recorder would be full",
    explain.ORDER: "what must come before it is not done",
    explain.NO_GAIN: "other sessions are worth more",
}

Search = Callable[[Problem, Placements | None], Placements]
"""From a problem and the plan before to a plan; it may fail in any way."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sessions in order of start, and for every experiment why there are no more."""

    sessions: tuple[Session, ...]
    reasons: tuple[str, ...]
    trouble: str = ""
    """What was wrong with the plan that was searched, where something was."""


def search(problem: Problem, before: Placements | None) -> Placements:
    """Return the plan that the search finds."""
    return find_plan(problem, seed=1, iterations=ITERATIONS, start=before).placements


def plan_sessions(model: StationModel, situation: Situation, search: Search = search) -> Plan:
    """Return a plan for the horizon from the first slot on."""
    asked = problem_of(model, situation)
    if asked is None:
        return Plan((), tuple("the forecast ends" for _ in model.experiments))
    placements, trouble = _sound(asked, search)
    start_t_s, slot_s = asked.problem.start_t_s, asked.problem.slot_s
    sessions = [
        Session(
            e,
            start_t_s + placed.start * slot_s,
            start_t_s + placed.start * slot_s + model.experiments[e].ways[placed.option].whole_s,
            placed.option,
        )
        for e, placed in zip(asked.experiment, placements, strict=True)
        if placed is not None
    ]
    sessions.sort(key=lambda session: (session.start_t_s, session.experiment))
    return Plan(tuple(sessions), _reasons(model, situation, asked, placements), trouble)


def _sound(asked: Asked, search: Search) -> tuple[Placements, str]:
    """Return a plan that holds, and what was wrong with one that does not."""
    problem = asked.problem
    nothing: Placements = (None,) * len(problem.tasks)
    trouble = ""
    for source in (search, lambda given, _: greedy(given).placements):
        try:
            placements = source(problem, asked.before)
            wrong = violations(problem, placements)
        except Exception as error:  # noqa: BLE001 (a planner is not trusted: whatever it does)
            trouble = trouble or f"the planner failed: {error!r}"
            continue
        if not wrong:
            return placements, trouble
        first = wrong[0]
        trouble = trouble or f"a plan broke the rule of {first.rule} for {first.subject}"
    return nothing, trouble


def _reasons(
    model: StationModel, situation: Situation, asked: Asked, placements: Placements
) -> tuple[str, ...]:
    problem = asked.problem
    found = {
        asked.experiment[reason.task]: reason
        for reason in explain.reasons(problem, placements, with_displaced=False)
    }
    texts = []
    for e, experiment in enumerate(model.experiments):
        count = asked.experiment.count(e)
        if situation.blocked[e]:
            texts.append(situation.blocked[e])
        elif e in found:
            texts.append(_text(found[e], experiment.name))
        elif count < situation.sessions_left[e]:
            texts.append(FULL if count else NO_WINDOW)
        else:
            texts.append(ALL_WANTED)
    return tuple(texts)


def _text(reason: explain.Reason, name: str) -> str:
    if reason.lacks and reason.lacks[0].code == explain.POOL:
        return f"no {reason.lacks[0].resource} is free"
    own = [lack for lack in reason.lacks if lack.resource == gap_unit(name)]
    # Where only its own sessions are in the way the horizon holds as many as it can.
    return FULL if own else TEXTS[reason.code]
