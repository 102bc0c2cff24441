"""From placements to a plan that people read: times, windows, and a reason for what is missing."""

import numpy as np

from moonstead.autonomy.model import StationModel, conditions
from moonstead.autonomy.planning import explain
from moonstead.autonomy.planning.problem import Option, Placements, Problem
from moonstead.autonomy.planning.published import LeftOut, PlannedActivity, PublishedPlan
from moonstead.autonomy.planning.requests import Asked, gap_unit
from moonstead.autonomy.planning.score import score
from moonstead.autonomy.planning.search.costs import Prices
from moonstead.autonomy.planning.usage import NOBODY, Usage, usage_of
from moonstead.contracts import FloatArray
from moonstead.units import HOUR_S, KWH_J

GBIT, KILO = 1e9, 1e3
MOST_SHIFT_S = 12 * HOUR_S
"""Start windows are looked for so far to either side."""


def published(
    model: StationModel,
    asked: Asked,
    placements: Placements,
    *,
    station: str,
    made_t_s: float,
    bound: float | None = None,
    prices: Prices | None = None,
) -> PublishedPlan:
    """Return a plan with its bound, its start windows, and why requests are not in it.

    Parameters
    ----------
    model, asked, placements
        The station, the problem, and the plan.
    station, made_t_s
        Whose plan it is, and when it was made (TDB seconds past J2000).
    bound, prices
        Of `moonstead.autonomy.planning.bound`, where they were computed.
    """
    problem = asked.problem
    usage = usage_of(problem, placements)
    activities = sorted(
        (
            _activity(model, asked, usage, number, placed.option, placed.start)
            for number, placed in enumerate(placements)
            if placed is not None
        ),
        key=lambda activity: (activity.start_t_s, activity.name),
    )
    return PublishedPlan(
        station=station,
        made_t_s=made_t_s,
        start_t_s=problem.start_t_s,
        end_t_s=problem.start_t_s + problem.n_slots * problem.slot_s,
        points=score(problem, placements),
        bound=bound,
        activities=tuple(activities),
        left_out=_left_out(model, asked, placements, prices),
    )


def _activity(
    model: StationModel, asked: Asked, usage: Usage, number: int, option: int, start: int
) -> PlannedActivity:
    problem = asked.problem
    task = problem.tasks[number]
    experiment = model.experiments[asked.experiment[number]]
    way = experiment.ways[option]
    begin_t_s = problem.start_t_s + start * problem.slot_s
    earliest, latest = _window(problem, usage, number, task.options[option], start)
    worked_s = sum(duration_s * share for duration_s, share in way.stages)
    return PlannedActivity(
        name=f"{task.name} {way.name}".rstrip(),
        request=task.request,
        partner=experiment.partner,
        element=experiment.element,
        way=way.name,
        start_t_s=begin_t_s,
        end_t_s=begin_t_s + way.whole_s,
        earliest_t_s=problem.start_t_s + earliest * problem.slot_s,
        latest_t_s=problem.start_t_s + latest * problem.slot_s,
        power_w=way.power_w * worked_s / way.whole_s,
        data_bit=way.data_rate_bit_per_s * worked_s,
        value=float(task.options[option].worth[start]),
        loads=experiment.loads,
    )


def _window(
    problem: Problem, usage: Usage, number: int, option: Option, start: int
) -> tuple[int, int]:
    """Return how far a task may move with its conditions, units and pools; energy not looked at."""

    def suits(slot: int) -> bool:
        if not (0 <= slot <= problem.n_slots - len(option.power_w)):
            return False
        if not np.isfinite(option.worth[slot]):
            return False
        for hold in option.holds:
            holders = usage.holder[hold.unit, max(slot + hold.first, 0) : slot + hold.end]
            if np.any((holders != NOBODY) & (holders != number)):
                return False
        return all(
            bool(np.all(_room(problem, usage, take.pool, take.amount, start, slot) > -1e-9))
            for take in option.takes
        )

    most = int(MOST_SHIFT_S // problem.slot_s)
    earliest = latest = start
    while start - earliest < most and suits(earliest - 1):
        earliest -= 1
    while latest - start < most and suits(latest + 1):
        latest += 1
    return earliest, latest


def _room(
    problem: Problem, usage: Usage, pool: int, amount: FloatArray, start: int, slot: int
) -> FloatArray:
    """Return what is left of a pool if a task takes its part at another start."""
    left: FloatArray = problem.supply.pools[pool] - usage.pools[pool]
    left[start : start + len(amount)] += amount
    left[slot : slot + len(amount)] -= amount
    return left[slot : slot + len(amount)]


def _left_out(
    model: StationModel, asked: Asked, placements: Placements, prices: Prices | None
) -> tuple[LeftOut, ...]:
    problem = asked.problem
    found = []
    for reason in explain.reasons(problem, placements):
        experiment = model.experiments[asked.experiment[reason.task]]
        missing = sum(
            task.request == experiment.name and placed is None
            for task, placed in zip(problem.tasks, placements, strict=True)
        )
        lack = reason.lacks[0] if reason.lacks else None
        price, unit = _price(problem, lack, prices)
        found.append(
            LeftOut(
                request=experiment.name,
                partner=experiment.partner,
                sessions=missing,
                code=reason.code,
                text=_text(reason, experiment.name),
                resource=lack.resource if lack else "",
                at_t_s=problem.start_t_s + lack.slot * problem.slot_s if lack else None,
                price=price,
                price_unit=unit,
                relaxation=_relaxation(problem, lack, experiment.name) if lack else "",
                displaces=tuple(problem.tasks[k].name for k in reason.displaced),
                displaced_value=reason.displaced_points,
            )
        )
    asked_for = {asked.experiment[number] for number in range(len(problem.tasks))}
    never = [e for e in range(len(model.experiments)) if e not in asked_for]
    return (*found, *(_without_window(model, problem, e) for e in never))


def _without_window(model: StationModel, problem: Problem, e: int) -> LeftOut:
    """Return why no session of an experiment could be asked for at all."""
    experiment, forecast = model.experiments[e], model.forecast
    first = forecast.slot(problem.start_t_s)
    suits = conditions(forecast, experiment)[first : first + problem.n_slots]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], suits.astype(np.int8), [0]])))
    longest = int((edges[1::2] - edges[::2]).max(initial=0))
    shortest_s = min(way.whole_s for way in experiment.ways)
    held_h, needed_h = longest * problem.slot_s / HOUR_S, shortest_s / HOUR_S
    text = f"its conditions hold for {held_h:.1f} h in a row at most, {needed_h:.1f} h are needed"
    relaxation = ""
    if longest * problem.slot_s >= shortest_s:
        text = "it is done, must wait, or what comes before it is missing"
    elif longest:
        relaxation = f"sessions of {held_h:.1f} h"
    return LeftOut(
        request=experiment.name,
        partner=experiment.partner,
        sessions=0,
        code=explain.NO_WINDOW,
        text=text,
        relaxation=relaxation,
    )


def _price(
    problem: Problem, lack: explain.Lack | None, prices: Prices | None
) -> tuple[float | None, str]:
    """Return what one more unit of what lacks would be worth, and the unit."""
    if lack is None or prices is None or lack.code == explain.ORDER:
        return None, ""
    slot, per_h = lack.slot, HOUR_S / problem.slot_s
    if lack.code == explain.ENERGY:
        return float(prices.energy_per_j[slot]) * KWH_J, "kWh"
    if lack.code == explain.POWER:
        return float(prices.power_per_w[slot]) * KILO * per_h, "kW for an hour"
    if lack.code == explain.HEAT:
        return float(prices.heat_per_w[slot]) * KILO * per_h, "kW for an hour"
    if lack.code == explain.RECORDER:
        place = problem.recorders.index(lack.resource)
        return float(prices.recorders_per_bit[place, slot]) * GBIT, "Gbit"
    if lack.code == explain.POOL:
        place = problem.pools.index(lack.resource)
        return float(prices.pools_each[place, slot]) * per_h, "hour of one"
    place = problem.units.index(lack.resource)
    return float(prices.units_each[place, slot]) * per_h, "hour"


def _text(reason: explain.Reason, name: str) -> str:
    if reason.code == explain.NO_WINDOW:
        return "its conditions never hold for as long as a session takes"
    if reason.code == explain.NO_GAIN:
        return "it would fit, but the plan would be worth no more"
    lack = reason.lacks[0]
    if lack.code == explain.UNIT and lack.resource == gap_unit(name):
        return "as many as fit in time are planned"
    return {
        explain.UNIT: f"{lack.resource} is busy",
        explain.POOL: f"no {lack.resource} is free",
        explain.POWER: "the bus is fully loaded",
        explain.HEAT: "no more heat can be rejected",
        explain.ENERGY: "the stored energy is needed for the reserve",
        explain.RECORDER: f"{lack.resource} would be full",
        explain.ORDER: f"{lack.resource} must be done before and is not in the plan",
    }[lack.code]


def _relaxation(problem: Problem, lack: explain.Lack, name: str) -> str:
    """Return the smallest change with which it would fit where the least stands in its way."""
    span_h = (lack.until - lack.slot) * problem.slot_s / HOUR_S
    if lack.code == explain.UNIT and lack.resource == gap_unit(name):
        return f"a gap shorter by {lack.amount * problem.slot_s / HOUR_S:.1f} h"
    return {
        explain.UNIT: f"{lack.resource} free for {span_h:.1f} h",
        explain.POOL: f"{lack.amount:.3g} more {lack.resource} for {span_h:.1f} h",
        explain.POWER: f"{lack.amount / KILO:.2f} kW more for {span_h:.1f} h",
        explain.HEAT: f"{lack.amount / KILO:.2f} kW more to reject for {span_h:.1f} h",
        explain.ENERGY: f"{lack.amount / KWH_J:.2f} kWh more in the stores by then",
        explain.RECORDER: f"{lack.amount / GBIT:.2f} Gbit more sent or room for it by then",
        explain.ORDER: f"{lack.resource} in the plan",
    }[lack.code]
