"""A planning problem as flat arrays, for the compiled search."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.planning.problem import Option, Problem
from moonstead.autonomy.planning.search.costs import Prices, costs_of
from moonstead.autonomy.planning.validate import recorder_course, store_course
from moonstead.contracts import FloatArray

RecordArray = NDArray[Any]
IndexArray = NDArray[np.int32]

NET, POWER_CAP, HEAT_CAP, REQUIRED, UNMET, FIRST_POOL = 0, 1, 2, 3, 4, 5
"""Rows of `Tables.slots`; pools, then drains, then limits of recorders follow."""
CAPACITY, CHARGE_W, DISCHARGE_W, PUT_IN, GOT_OUT, KEEP, FLOOR_LOSS, GROWTH = range(8)
"""Columns of `Tables.store`."""
TOLERANCE = 1e-10
"""Of sizes: what the search lets pass, a tenth of what the validator does."""

_TASK = np.dtype(
    [
        *((name, np.int32) for name in ("option_begin", "option_end", "partner", "campaign")),
        *((name, np.int32) for name in ("planned_option", "planned_start")),
        *((name, np.int32) for name in ("before_begin", "before_end")),
        *((name, np.int32) for name in ("after_begin", "after_end")),
    ],
    align=True,
)
_OPTION = np.dtype(
    [
        *((name, np.int32) for name in ("task", "n", "first", "recorder")),
        *((name, np.int32) for name in ("hold_begin", "hold_end", "take_begin", "take_end")),
        *((name, np.int32) for name in ("start_begin", "start_end")),
        ("gives", np.int32),
        ("energy_j", np.float64),
        ("data_bit", np.float64),
        ("worth", np.float64),
        ("cost", np.float64),
    ],
    align=True,
)
_HOLD = np.dtype([("unit", np.int32), ("first", np.int32), ("end", np.int32)], align=True)
_TAKE = np.dtype([("pool", np.int32), ("first", np.int32)], align=True)
_LINK = np.dtype([("task", np.int32), ("lag_min", np.int32), ("lag_max", np.int32)], align=True)
_FAR = np.iinfo(np.int32).max // 4


class Tables(NamedTuple):
    """A problem; options, holds and so on of one task or option lie side by side."""

    task: RecordArray
    option: RecordArray
    hold: RecordArray
    take: RecordArray
    before: RecordArray
    """What each task comes after."""
    after: RecordArray
    """What comes after each task."""
    profile: FloatArray
    """(3, n) power (W), heat (W) and data (bit) by slot, of one option after another."""
    amount: FloatArray
    """What takes take, by slot."""
    start: IndexArray
    """Allowed starts, rising, of one option after another."""
    worth: FloatArray
    """Points for each of them."""
    cost: FloatArray
    """What each of them takes of everything, at prices, points."""
    start_at: IndexArray
    """(n_options, n_slots) where a start is in ``start``; -1 where it is not allowed."""
    slots: FloatArray
    """Rows over slots: net power (W), power cap (W), heat cap (W), deliverable energy required (J),
    power that stays unmet anyway (W), then pools, drains (bit) and limits (bit) of recorders."""
    store: FloatArray
    """(n_stores, 8): `Supply.store_limits`, the last as the share kept, then the loss under the
    floor (J a slot), then what a lack of 1 J can at most become in deliverable energy."""
    start_j: FloatArray
    start_bit: FloatArray
    knee: FloatArray
    """(n_partners, n_knees + 1), the points that count already in front, then filled with inf."""
    slope: FloatArray
    """(n_partners, n_knees + 1)"""
    reward: FloatArray
    """(n_campaigns, most tasks + 1), filled with 0."""
    is_taken: NDArray[np.bool_]
    """(n_units, n_slots)"""
    size: FloatArray
    """Length of a slot (s), moving cost (points), tolerances of power (W), heat (W), energy (J),
    data (bit) and pools."""


def tables_of(problem: Problem, prices: Prices | None = None) -> Tables:
    """Return a problem as arrays.

    Parameters
    ----------
    problem
        What is to be planned.
    prices
        Of everything that is scarce; found from demand and supply where there are none.
    """
    options = [option for task in problem.tasks for option in task.options]
    starts = [_starts(option, problem.n_slots) for option in options]
    first_start = _begins([len(each) for each in starts])
    n_slots = problem.n_slots
    start_at = np.full((len(options), n_slots), -1, dtype=np.int32)
    for number, each in enumerate(starts):
        start_at[number, each] = np.arange(first_start[number], first_start[number + 1])
    worth = _joined([option.worth[each] for option, each in zip(options, starts, strict=True)])
    cost = _joined(costs_of(problem, options, starts, prices))
    hold, take, amount, bounds = _needs(options)
    option = np.zeros(len(options), dtype=_OPTION)
    option["task"] = np.repeat(
        np.arange(len(problem.tasks)), [len(task.options) for task in problem.tasks]
    )
    lengths = [len(each.power_w) for each in options]
    option["n"] = lengths
    option["first"] = _begins(lengths)[:-1]
    option["recorder"] = [each.recorder for each in options]
    option["hold_begin"], option["hold_end"] = bounds[0][:-1], bounds[0][1:]
    option["take_begin"], option["take_end"] = bounds[1][:-1], bounds[1][1:]
    option["start_begin"], option["start_end"] = first_start[:-1], first_start[1:]
    option["gives"] = [_gives(each) for each in options]
    option["energy_j"] = [float(each.power_w.sum()) * problem.slot_s for each in options]
    option["data_bit"] = [float(each.rate_bit_per_s.sum()) * problem.slot_s for each in options]
    for number in range(len(options)):
        own = slice(first_start[number], first_start[number + 1])
        if own.stop > own.start:
            option["worth"][number] = worth[own].max()
            option["cost"][number] = cost[own].mean()
    profile = np.stack(
        [
            _joined([each.power_w for each in options]),
            _joined([each.heat_w for each in options]),
            _joined([each.rate_bit_per_s for each in options]) * problem.slot_s,
        ]
    )
    task, before, after = _tasks(problem)
    knee, slope, reward = _values(problem)
    supply = problem.supply
    slots = _slots(problem)
    return Tables(
        task=task,
        option=option,
        hold=hold,
        take=take,
        before=before,
        after=after,
        profile=profile,
        amount=amount,
        start=_joined(starts).astype(np.int32),
        worth=worth,
        cost=cost,
        start_at=start_at,
        slots=slots,
        store=_stores(problem),
        start_j=np.ascontiguousarray(supply.store_j, dtype=np.float64),
        start_bit=np.ascontiguousarray(supply.recorder_bit, dtype=np.float64),
        knee=knee,
        slope=slope,
        reward=reward,
        is_taken=np.ascontiguousarray(supply.taken),
        size=_sizes(problem, slots),
    )


def _joined(arrays: list[Any]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0)


def _begins(lengths: list[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.array(lengths, dtype=np.int64))])


def _starts(option: Option, n_slots: int) -> NDArray[np.int64]:
    return np.flatnonzero(~np.isnan(option.worth[: max(n_slots - len(option.power_w) + 1, 0)]))


def _gives(option: Option) -> bool:
    """Say whether taking an option out of a plan can leave less of something."""
    profiles = (option.power_w, option.heat_w, option.rate_bit_per_s)
    amounts = (take.amount for take in option.takes)
    return any(bool((values < 0.0).any()) for values in (*profiles, *amounts))


def _needs(
    options: list[Option],
) -> tuple[RecordArray, RecordArray, FloatArray, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return holds, takes (one for each pool of an option) and what they take."""
    holds = [(hold.unit, hold.first, hold.end) for each in options for hold in each.holds]
    takes: list[tuple[int, int]] = []
    amounts: list[FloatArray] = []
    counts, at = [], 0
    for option in options:
        pools = sorted({take.pool for take in option.takes})
        for pool in pools:
            takes.append((pool, at))
            total = np.sum([take.amount for take in option.takes if take.pool == pool], axis=0)
            amounts.append(total)
            at += len(total)
        counts.append(len(pools))
    bounds = (_begins([len(each.holds) for each in options]), _begins(counts))
    return (
        np.array(holds, dtype=_HOLD),
        np.array(takes, dtype=_TAKE),
        np.concatenate(amounts) if amounts else np.zeros(0),
        bounds,
    )


def _tasks(problem: Problem) -> tuple[RecordArray, RecordArray, RecordArray]:
    task = np.zeros(len(problem.tasks), dtype=_TASK)
    ends = _begins([len(each.options) for each in problem.tasks])
    task["option_begin"], task["option_end"] = ends[:-1], ends[1:]
    task["partner"] = [each.partner for each in problem.tasks]
    task["campaign"] = [each.campaign for each in problem.tasks]
    planned = [each.planned or (-1, -1) for each in problem.tasks]
    task["planned_option"] = [
        begin + own if own >= 0 else -1
        for begin, (own, _) in zip(ends[:-1].tolist(), planned, strict=True)
    ]
    task["planned_start"] = [start for _, start in planned]
    links = []
    for kind, own, other in (("before", "after", "before"), ("after", "before", "after")):
        rows: list[list[tuple[int, int, int]]] = [[] for _ in problem.tasks]
        for rule in problem.precedences:
            lag_max = _FAR if rule.lag_max is None else rule.lag_max
            rows[getattr(rule, own)].append((getattr(rule, other), rule.lag_min, lag_max))
        bounds = _begins([len(row) for row in rows])
        task[f"{kind}_begin"], task[f"{kind}_end"] = bounds[:-1], bounds[1:]
        links.append(np.array([link for row in rows for link in row], dtype=_LINK))
    return task, links[0], links[1]


def _values(problem: Problem) -> tuple[FloatArray, FloatArray, FloatArray]:
    n_knees = max((len(partner.knees) for partner in problem.partners), default=0)
    knee = np.full((len(problem.partners), n_knees + 1), np.inf)
    slope = np.zeros((len(problem.partners), n_knees + 1))
    for k, partner in enumerate(problem.partners):
        knee[k, 0] = partner.counted
        knee[k, 1 : len(partner.knees) + 1] = partner.knees
        slope[k, : len(partner.slopes)] = partner.slopes
    reward = np.zeros((len(problem.campaigns), len(problem.tasks) + 1))
    for k, campaign in enumerate(problem.campaigns):
        own = campaign.rewards[: len(problem.tasks)]
        reward[k, : len(own)] = own
    return knee, slope, reward


def _slots(problem: Problem) -> FloatArray:
    supply = problem.supply
    none = np.zeros(problem.n_slots)
    alone = store_course(supply, none, problem.slot_s)
    rows = [
        supply.net_w,
        np.maximum(supply.power_cap_w, 0.0),
        np.maximum(supply.heat_cap_w, 0.0),
        np.minimum(supply.required_j, alone.deliverable_j),
        alone.unmet_w,
        *np.maximum(supply.pools, 0.0),
        *(supply.drain_bit_per_s * problem.slot_s),
    ]
    for k, drain in enumerate(supply.drain_bit_per_s):
        begin_bit = float(supply.recorder_bit[k])
        course = recorder_course(begin_bit, drain, none, problem.slot_s)
        limit = np.full(problem.n_slots, float(supply.recorder_limit_bit[k]))
        limit[-1:] = np.minimum(limit[-1:], supply.recorder_end_bit[k])
        rows.append(np.maximum(limit, course))
    return np.ascontiguousarray(np.stack(rows), dtype=np.float64)


def _stores(problem: Problem) -> FloatArray:
    supply = problem.supply
    n_stores = len(supply.store_limits)
    store = np.zeros((n_stores, 8))
    store[:, :6] = supply.store_limits
    store[:, KEEP] = 1.0 - supply.store_limits[:, 5]
    if supply.floor_loss_j is not None:
        store[:, FLOOR_LOSS] = supply.floor_loss_j
    # A store that holds less takes what a later one would have got; where that one wastes less, a
    # lack of deliverable energy grows.
    round_trip = store[:, PUT_IN] * store[:, GOT_OUT]
    for k in range(n_stores - 1, -1, -1):
        later = [
            max(round_trip[j] / round_trip[k], 1.0) * store[j, GROWTH] / store[j, GOT_OUT]
            for j in range(k + 1, n_stores)
        ]
        store[k, GROWTH] = store[k, GOT_OUT] * max([1.0, *later])
    return store


def _sizes(problem: Problem, slots: FloatArray) -> FloatArray:
    supply = problem.supply
    finite = np.where(np.isfinite(slots), slots, 0.0)
    held_j = float(supply.store_j @ supply.store_limits[:, 4])
    power_w = float(np.abs(slots[NET]).max(initial=0.0))
    return np.array(
        [
            problem.slot_s,
            problem.moving_cost,
            TOLERANCE * max(float(finite[POWER_CAP].max(initial=1.0)), 1.0),
            TOLERANCE * max(float(finite[HEAT_CAP].max(initial=1.0)), 1.0),
            TOLERANCE * max(held_j, power_w * problem.slot_s * 0.1, 1.0),
            TOLERANCE * max(float(supply.recorder_bit.max(initial=1.0)), 1.0),
            TOLERANCE,
        ]
    )
