"""How a new plan and directives change what is under way."""

from dataclasses import replace

from moonstead.autonomy.executive.activity import Activity, Level, State, Window
from moonstead.autonomy.executive.journal import Journal
from moonstead.autonomy.executive.plan import Directive, Order, Plan, problems_of
from moonstead.autonomy.executive.reasons import Reason
from moonstead.autonomy.executive.snapshot import Names, Snapshot
from moonstead.autonomy.executive.track import Obstacle, Track
from moonstead.units import MINUTE_S

FROM_THE_FUTURE_S = MINUTE_S
"""A plan made so much later than now is refused."""
MOST_TOLD = 20
"""Mistakes of one plan that are told one by one."""


def adopt(journal: Journal, plan: Plan, names: Names, now: float) -> None:
    """Replace what has not started; refuse a plan that is old, from the future or wrong.

    What is live goes on as it was started, unless the plan orders its abort. What is planned to
    start within the freeze stays as it was; what the new plan adds there starts after it.
    """
    memory = journal.memory
    if plan.id == memory.plan_id and plan.made_t_s == memory.plan_made_t_s:
        return
    if not _is_good(journal, plan, names, now):
        return
    frozen_until_t_s = now + plan.freeze_s if memory.plan_id and plan.freeze_s > 0.0 else now
    memory.plan_id, memory.plan_made_t_s = plan.id, plan.made_t_s
    # What came up while the plan was being made is still open.
    memory.wishes = {k: wish for k, wish in memory.wishes.items() if wish.t_s > plan.made_t_s}
    new = {activity.id: activity for activity in plan.activities}
    for track in memory.tracks.values():
        activity = new.pop(track.id, None)
        if track.is_live:
            track.aborted = track.aborted or track.id in plan.aborts
        elif track.id in plan.aborts:
            track.aborted = True
        elif not now <= track.activity.window.planned_t_s < frozen_until_t_s:
            _replace(journal, track, activity, now)
    for activity in new.values():
        if activity.id in memory.over_t_s:
            journal.say("not-again", activity.id, "it has ended already; a plan held it again")
            continue
        moved = _after(activity, frozen_until_t_s)
        if moved is None:
            text = (
                f"its window closes within the {plan.freeze_s:.0f} s in which plans do not change"
            )
            journal.say("frozen-out", activity.id, text)
            continue
        track = Track(moved, since_t_s=now)
        memory.tracks[track.id] = track
        journal.move(track, State.PENDING, _planned(plan), now)
    memory.sort()


def _is_good(journal: Journal, plan: Plan, names: Names, now: float) -> bool:
    made_t_s, last_t_s = plan.made_t_s, journal.memory.plan_made_t_s
    problems = [str(problem) for problem in problems_of(plan, names)]
    if made_t_s < last_t_s:
        problems.append(f"it was made {last_t_s - made_t_s:.0f} s before the one in use")
    if made_t_s > now + FROM_THE_FUTURE_S:
        problems.append(f"it was made {made_t_s - now:.0f} s from now")
    for text in problems[:MOST_TOLD]:
        journal.say("plan-refused", plan.id, text)
    if problems:
        more = f"; {len(problems) - 1} more mistakes" if len(problems) > 1 else ""
        journal.wish("plan-refused", plan.id, problems[0] + more, now)
    return not problems


def _replace(journal: Journal, track: Track, activity: Activity | None, now: float) -> None:
    if activity is None:
        why = Obstacle(Reason.DROPPED, "", "the new plan does not hold it")
        journal.move(track, State.EXPIRED, why, now)
    elif activity != track.activity:
        track.activity = activity
        why = Obstacle(Reason.PLANNED, "", "the new plan changes it")
        journal.move(track, State.PENDING, why, now)


def _after(activity: Activity, frozen_until_t_s: float) -> Activity | None:
    """Return an activity so that it starts after the freeze; None if its window is over by then."""
    window = activity.window
    if window.planned_t_s >= frozen_until_t_s:
        return activity
    if window.latest_t_s < frozen_until_t_s:
        return None
    earliest_t_s = max(window.earliest_t_s, frozen_until_t_s)
    return replace(activity, window=Window(earliest_t_s, frozen_until_t_s, window.latest_t_s))


def _planned(plan: Plan) -> Obstacle:
    return Obstacle(Reason.PLANNED, plan.id, "planned")


def direct(journal: Journal, directive: Directive, snapshot: Snapshot) -> None:
    """Carry out a directive, or say why not."""
    memory, now, subject = journal.memory, snapshot.t_s, directive.subject
    fault = ""
    if directive.expires_t_s < now:
        fault = "it has expired"
    elif directive.order == Order.RESUME:
        memory.stopped, memory.passed_over = "", snapshot.system_fault
    elif directive.order == Order.LEVEL:
        if directive.value in set(Level):
            before = memory.level_of(subject, journal.settings)
            memory.levels[subject] = Level(int(directive.value))
            if before > Level.E2 >= memory.levels[subject]:
                # Who takes it over knows the faults that there are.
                memory.stopped, memory.passed_over = "", snapshot.system_fault
            journal.wish("level", subject, f"level of {subject or 'the station'} changed", now)
        else:
            fault = f"{directive.value} is no level; 1 to 4"
    elif subject not in memory.tracks:
        fault = "no such activity is held"
    elif directive.order == Order.GO:
        memory.go_until_t_s[subject] = min(directive.expires_t_s, now + journal.settings.go_life_s)
    else:
        memory.tracks[subject].aborted = True
    if fault:
        journal.say("directive-refused", subject, f"{directive.order.value}: {fault}")
