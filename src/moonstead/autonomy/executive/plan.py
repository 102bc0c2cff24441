"""A plan as the executive takes it, what Earth directs, and what is wrong with either."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from moonstead.autonomy.executive.activity import Activity, Phase, Stage
from moonstead.autonomy.executive.conditions import CHANNEL, Condition, Kind
from moonstead.autonomy.executive.plain import PlainError, from_plain, to_plain
from moonstead.autonomy.executive.snapshot import Names
from moonstead.errors import InputError, Problem
from moonstead.units import HOUR_S

FREEZE_S = 2 * HOUR_S
"""What starts so soon is not moved by a new plan (autonomy.md, section 3.1)."""
_ORDER = {Stage.PREHEAT: 0, Stage.MAIN: 1, Stage.COOL_DOWN: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Activities with their windows, to replace whatever has not started."""

    id: str
    made_t_s: float
    activities: tuple[Activity, ...]
    aborts: tuple[str, ...] = ()
    """Live activities to break off; others that the plan does not name go on."""
    freeze_s: float = FREEZE_S
    """0 where a fault made the plan necessary."""


class Order(StrEnum):
    """What Earth, or a higher layer, may direct."""

    GO = "go"
    """Start this activity (level E1), while in contact."""
    ABORT = "abort"
    """Break this activity off, or never start it."""
    LEVEL = "level"
    """Set the level of autonomy of an element, or of all others with an empty subject."""
    RESUME = "resume"
    """Go on after a system fault (levels E1 and E2)."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One order that passed the guard's filter."""

    order: Order
    subject: str = ""
    value: float = 0.0
    """Of `Order.LEVEL`: 1 to 4."""
    expires_t_s: float = math.inf


def as_plan(given: object) -> Plan:
    """Return what a planner gave, if it is a plan through and through.

    Parameters
    ----------
    given
        Anything: the planner is not trusted, not even to return the right type.

    Raises
    ------
    InputError
        If a part of it is of another type than it should be.
    """
    try:
        plan: Plan = from_plain(Plan, to_plain(given))
    except (PlainError, TypeError, AttributeError, RecursionError) as error:
        remedy = "a Plan, with every part of its type"
        raise InputError(Problem("plan", "", str(error), remedy)) from error
    return plan


def problems_of(plan: Plan, names: Names) -> tuple[Problem, ...]:
    """Return every mistake in a plan; an empty tuple if it can be carried out.

    Parameters
    ----------
    plan
        From a planner that is not trusted.
    names
        The channels of telemetry, for the conditions.
    """
    found = [] if math.isfinite(plan.made_t_s) else [_said("made_t_s", plan.made_t_s, "a time")]
    if not plan.freeze_s >= 0.0:
        found.append(_said("freeze_s", plan.freeze_s, "0 or more"))
    seen: set[str] = set()
    for activity in plan.activities:
        place = f'activity "{activity.id}"'
        if activity.id in seen:
            found.append(_said(place, "", "its id is used twice; give each activity its own"))
        if activity.id in plan.aborts:
            found.append(_said(place, "", "it is planned and to be aborted; one of the two"))
        seen.add(activity.id)
        found += [
            Problem("plan", f"{place}.{at}", _text(value), remedy)
            for at, value, remedy in _problems(activity, names)
        ]
    return tuple(found)


_Found = tuple[str, object, str]


def _problems(activity: Activity, names: Names) -> Iterator[_Found]:
    window = activity.window
    times = (window.earliest_t_s, window.planned_t_s, window.latest_t_s)
    if not all(map(math.isfinite, times)) or list(times) != sorted(times):
        yield "window", times, "earliest, planned and latest must be finite and in this order"
    if not activity.id:
        yield "id", "", "it needs a name"
    if activity.retries < 0 or not _is_span(activity.retry_rest_s) or not activity.retry_rest_s:
        remedy = "retries of 0 or more, with a rest above 0 s"
        yield "retries", (activity.retries, activity.retry_rest_s), remedy
    for name in ("evidence_longest_s", "suspend_longest_s", "resume_hold_s"):
        if not _is_span(getattr(activity, name)):
            yield name, getattr(activity, name), "a finite time of 0 s or more"
    stages = [_ORDER[phase.stage] for phase in activity.phases]
    if stages != sorted(stages) or _ORDER[Stage.MAIN] not in stages:
        told = tuple(phase.stage.value for phase in activity.phases)
        yield "phases", told, "preheat, main, cool-down in this order, at least one main"
    for k, phase in enumerate(activity.phases):
        for at, value, remedy in _phase_problems(phase, names):
            yield f"phases[{k}].{at}", value, remedy
    teardown = activity.teardown
    if not _in_order(teardown.expected_s, teardown.longest_s):
        told_s = (teardown.expected_s, teardown.longest_s)
        yield "teardown", told_s, "finite times, the longest not below the expected"
    yield from _settings_problems("teardown", [(s.load, s.level) for s in teardown.settings], names)
    yield from _conditions("teardown.until", teardown.until, names)
    yield from _conditions("start", activity.start, names)
    early = (activity.start, teardown.until, *(_looked_at(phase) for phase in activity.phases))
    if any(c.kind == Kind.WORKED_AT_LEAST for group in early for c in group):
        yield "post", Kind.WORKED_AT_LEAST.value, "it can be asked for in post alone"
    yield from _conditions("post", activity.post, names)
    units = [hold.unit for hold in activity.holds]
    if len(set(units)) < len(units) or not all(_is_span(h.after_s) for h in activity.holds):
        yield "holds", tuple(units), "each unit once, kept for a finite time of 0 s or more"
    for take in activity.takes:
        if not _is_span(take.amount):
            yield f"takes.{take.room}", take.amount, "a finite amount of 0 or more"


def _phase_problems(phase: Phase, names: Names) -> Iterator[_Found]:
    if not _in_order(phase.expected_s, phase.longest_s):
        told_s = (phase.expected_s, phase.longest_s)
        yield "longest_s", told_s, "finite times, the longest not below the expected"
    if not math.isfinite(phase.power_w):
        yield "power_w", phase.power_w, "a finite power"
    yield from _settings_problems("settings", [(s.load, s.level) for s in phase.settings], names)
    yield from _conditions("until", phase.until, names)
    yield from _conditions("maintain", (kept.condition for kept in phase.maintain), names)
    for kept in phase.maintain:
        if not (_is_span(kept.grace_s) and _is_span(kept.band)):
            yield "maintain", (kept.grace_s, kept.band), "finite grace and band of 0 or more"


def _settings_problems(at: str, told: list[tuple[str, float]], names: Names) -> Iterator[_Found]:
    for load, level in told:
        if not 0.0 <= level <= 1.0:
            yield f"{at}.{load}", level, "a level from 0 to 1"
    loads = [load for load, _ in told]
    if len(set(loads)) < len(loads):
        yield at, tuple(loads), "each load once"
    if "" in loads:
        yield (
            at,
            tuple(loads),
            f"the name of a load, such as {next(iter(names.index['loads']), '')}",
        )


def _conditions(at: str, conditions: Iterable[Condition], names: Names) -> Iterator[_Found]:
    for condition in conditions:
        channel = CHANNEL.get(condition.kind)
        if not math.isfinite(condition.threshold):
            yield f"{at}.{condition.kind}", condition.threshold, "a finite threshold"
        if channel is not None and condition.subject not in names.index[channel]:
            remedy = f"one of the {channel} of the telemetry"
            yield f"{at}.{condition.kind}", condition.subject, remedy


def _looked_at(phase: Phase) -> tuple[Condition, ...]:
    return (*phase.until, *(kept.condition for kept in phase.maintain))


def _is_span(value: float) -> bool:
    return math.isfinite(value) and value >= 0.0


def _in_order(expected_s: float, longest_s: float) -> bool:
    return _is_span(expected_s) and math.isfinite(longest_s) and longest_s >= expected_s


def _said(place: str, value: object, remedy: str) -> Problem:
    return Problem("plan", place, _text(value), remedy)


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
