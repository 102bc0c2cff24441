"""A planning problem as flat arrays, for the compiled search."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.planning.alone import fits_alone
from moonstead.autonomy.planning.problem import Option, Problem, Supply
from moonstead.autonomy.planning.search.costs import Prices, costs_of
from moonstead.autonomy.planning.validate import recorder_course, store_course
from moonstead.contracts import FloatArray

RecordArray = NDArray[Any]
IndexArray = NDArray[np.int64]
ShortArray = NDArray[np.int32]

NET, POWER_CAP, HEAT_CAP, REQUIRED, UNMET, FIRST_POOL = 0, 1, 2, 3, 4, 5
"""Rows of `Tables.slots`; pools, then drains, then limits of recorders follow."""
CAPACITY, CHARGE_W, DISCHARGE_W, PUT_IN, GOT_OUT, KEEP, FLOOR_LOSS, GROWTH = range(8)
"""Columns of `Tables.store`."""
WORTH, COST = 0, 1
"""Rows of `Tables.value`."""
FIRST_TAKEN = 6
"""The first row of `State.lane` that is of a pool."""
TOLERANCE = 1e-10
"""Of sizes: what the search lets pass, a tenth of what the validator does."""

_TASK = np.dtype(
    [
        *((name, np.int64) for name in ("option_begin", "option_end", "partner", "campaign")),
        *((name, np.int64) for name in ("planned_option", "planned_start")),
        *((name, np.int64) for name in ("before_begin", "before_end")),
        *((name, np.int64) for name in ("after_begin", "after_end")),
    ],
    align=True,
)
_OPTION = np.dtype(
    [
        *((name, np.int64) for name in ("task", "n", "first", "recorder")),
        *((name, np.int64) for name in ("hold_begin", "hold_end", "take_begin", "take_end")),
        *((name, np.int64) for name in ("start_begin", "start_end")),
        ("gives", np.int64),
        ("energy_j", np.float64),
        ("data_bit", np.float64),
        ("worth", np.float64),
        ("cost", np.float64),
    ],
    align=True,
)
_NEED = np.dtype([("what", np.int64), ("first", np.int64), ("end", np.int64)], align=True)
_LINK = np.dtype([("task", np.int64), ("lag_min", np.int64), ("lag_max", np.int64)], align=True)
_FAR = 2**31


class Tables(NamedTuple):
    """A problem; options, holds and so on of one task or option lie side by side."""

    task: RecordArray
    option: RecordArray
    need: RecordArray
    """Holds (what, first, end) and takes (what, where its amounts begin in ``profile``)."""
    link: RecordArray
    """What each task comes after; behind them all, what comes after each task."""
    profile: FloatArray
    """Power (W), heat (W) and data (bit) by slot of one option after another; then amounts."""
    even: ShortArray
    """(2, n) of each number in ``profile``: how many like it stand before it, and from it on."""
    start: IndexArray
    """Allowed starts, rising, of one option after another."""
    value: FloatArray
    """(2, n_starts): points for each of them, and what it takes of everything, at prices."""
    start_at: ShortArray
    """(n_options, n_slots) where a start is in ``start``; -1 where it is not allowed."""
    slots: FloatArray
    """Rows over slots: net power (W), power cap (W), heat cap (W), deliverable energy required (J),
    power that stays unmet anyway (W), then pools, drains (bit) and limits (bit) of recorders."""
    store: FloatArray
    """(n_stores, 8): `Supply.store_limits`, the last as the share kept, then the loss under the
    floor (J a slot), then what a lack of 1 J can at most become in deliverable energy."""
    partner: FloatArray
    """(n_partners, 2 n_slopes): points that count already, knees (filled with inf), slopes."""
    reward: FloatArray
    """(n_campaigns, most tasks + 1), filled with 0."""
    size: FloatArray
    """Length of a slot (s), moving cost (points), tolerances of power (W), heat (W), energy (J),
    data (bit) and pools; the share that a lack of energy has left at the end at least."""
    start_j: FloatArray
    start_bit: FloatArray
    n_units: int
    first_store: int
    """Row of `State.lane`."""
    first_inflow: int
    """Row of `State.lane`."""


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
    starts = _starts(problem, options)
    first_start = _begins([len(each) for each in starts])
    n_slots = problem.n_slots
    start_at = np.full((len(options), n_slots), -1, dtype=np.int32)
    for number, each in enumerate(starts):
        start_at[number, each] = np.arange(first_start[number], first_start[number + 1])
    worth = _joined([option.worth[each] for option, each in zip(options, starts, strict=True)])
    cost = _joined(costs_of(problem, options, starts, prices))
    lengths = [len(each.power_w) for each in options]
    need, amounts, bounds = _needs(options, 3 * sum(lengths))
    option = np.zeros(len(options), dtype=_OPTION)
    option["task"] = np.repeat(
        np.arange(len(problem.tasks)), [len(task.options) for task in problem.tasks]
    )
    option["n"] = lengths
    option["first"] = 3 * _begins(lengths)[:-1]
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
            option["cost"][number] = cost[own][(worth[own] - cost[own]).argmax()]
    profiles = [
        part
        for each in options
        for part in (each.power_w, each.heat_w, each.rate_bit_per_s * problem.slot_s)
    ]
    task, link = _tasks(problem)
    partner, reward = _values(problem)
    supply = problem.supply
    slots = _slots(problem)
    first_store = FIRST_TAKEN + len(supply.pools)
    return Tables(
        task=task,
        option=option,
        need=need,
        link=link,
        profile=_joined(profiles + amounts),
        even=_even(profiles + amounts),
        start=_joined(starts).astype(np.int64),
        value=np.stack([worth, cost]),
        start_at=start_at,
        slots=slots,
        store=_stores(problem),
        partner=partner,
        reward=reward,
        size=_sizes(problem, slots),
        start_j=np.ascontiguousarray(supply.store_j, dtype=np.float64),
        start_bit=np.ascontiguousarray(supply.recorder_bit, dtype=np.float64),
        n_units=len(supply.taken),
        first_store=first_store,
        first_inflow=first_store + len(supply.store_j),
    )


def _joined(arrays: list[Any]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0)


def _even(parts: list[FloatArray]) -> ShortArray:
    """Return for each number of each part how many like it stand before it, and from it on."""
    values = _joined(parts)
    at = np.arange(len(values))
    is_first = np.append(True, values[1:] != values[:-1])[: len(values)]
    begins = _begins([len(part) for part in parts])
    is_first[begins[begins < len(values)]] = True
    first = np.flatnonzero(is_first)
    run = np.cumsum(is_first) - 1
    ends = np.append(first[1:], len(values))
    return np.array([at - first[run], ends[run] - at], dtype=np.int32)


def _begins(lengths: list[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.array(lengths, dtype=np.int64))])


def _starts(problem: Problem, options: list[Option]) -> list[NDArray[np.int64]]:
    """Return where each option may start: not where units or pools could not have it even alone."""
    supply, n_slots = problem.supply, problem.n_slots
    free = 1.0 - supply.taken
    takes = [take for each in options for take in each.takes]
    given_back = {take.pool for take in takes if float(take.amount.min(initial=0.0)) < 0.0}
    starts = []
    for each in options:
        may = ~np.isnan(each.worth)
        may[max(n_slots - len(each.power_w) + 1, 0) :] = False
        for hold in each.holds:
            held = np.arange(hold.end) >= hold.first
            may &= fits_alone(held.astype(np.float64), free[hold.unit])
        for take in each.takes:
            if take.pool not in given_back:
                may &= fits_alone(take.amount, supply.pools[take.pool])
        starts.append(np.flatnonzero(may))
    return starts


def _gives(option: Option) -> bool:
    """Say whether taking an option out of a plan can leave less of something."""
    profiles = (option.power_w, option.heat_w, option.rate_bit_per_s)
    amounts = (take.amount for take in option.takes)
    return any(bool((values < 0.0).any()) for values in (*profiles, *amounts))


def _needs(
    options: list[Option], at: int
) -> tuple[RecordArray, list[FloatArray], tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return holds and takes (one for each pool of an option), and what is taken.

    ``at`` is where the amounts will begin in the profiles.
    """
    holds = [(hold.unit, hold.first, hold.end) for each in options for hold in each.holds]
    takes: list[tuple[int, int, int]] = []
    amounts: list[FloatArray] = []
    counts = []
    for option in options:
        pools = sorted({take.pool for take in option.takes})
        for pool in pools:
            total = np.sum([take.amount for take in option.takes if take.pool == pool], axis=0)
            takes.append((pool, at, at + len(total)))
            amounts.append(total)
            at += len(total)
        counts.append(len(pools))
    bounds = (_begins([len(each.holds) for each in options]), len(holds) + _begins(counts))
    return np.array(holds + takes, dtype=_NEED), amounts, bounds


def _tasks(problem: Problem) -> tuple[RecordArray, RecordArray]:
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
    links: list[tuple[int, int, int]] = []
    for kind, own, other in (("before", "after", "before"), ("after", "before", "after")):
        rows: list[list[tuple[int, int, int]]] = [[] for _ in problem.tasks]
        for rule in problem.precedences:
            lag_max = _FAR if rule.lag_max is None else rule.lag_max
            rows[getattr(rule, own)].append((getattr(rule, other), rule.lag_min, lag_max))
        bounds = len(links) + _begins([len(row) for row in rows])
        task[f"{kind}_begin"], task[f"{kind}_end"] = bounds[:-1], bounds[1:]
        links += [link for row in rows for link in row]
    return task, np.array(links, dtype=_LINK)


def _values(problem: Problem) -> tuple[FloatArray, FloatArray]:
    n_slopes = max((len(each.slopes) for each in problem.partners), default=1)
    partner = np.zeros((len(problem.partners), 2 * n_slopes))
    partner[:, 1:n_slopes] = np.inf
    for row, one in zip(partner, problem.partners, strict=True):
        row[0] = one.counted
        row[1 : len(one.knees) + 1] = one.knees
        row[n_slopes : n_slopes + len(one.slopes)] = one.slopes
    reward = np.zeros((len(problem.campaigns), len(problem.tasks) + 1))
    for row, campaign in zip(reward, problem.campaigns, strict=True):
        own = campaign.rewards[: len(problem.tasks)]
        row[: len(own)] = own
    return partner, reward


def _slots(problem: Problem) -> FloatArray:
    supply = problem.supply
    none = np.zeros(problem.n_slots)
    alone = store_course(supply, none, problem.slot_s)
    rows = [
        supply.net_w,
        _power_caps(supply, alone.unmet_w),
        np.maximum(supply.heat_cap_w, 0.0),
        np.clip(supply.required_j, 0.0, alone.deliverable_j),
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


def _power_caps(supply: Supply, unmet_w: FloatArray) -> FloatArray:
    """Return the most that tasks draw together: of what the bus bears, what a store can give."""
    caps: FloatArray = np.maximum(supply.power_cap_w, 0.0)
    if len(supply.store_j) == 1:
        given_w = supply.net_w + unmet_w + supply.store_limits[0, 2]
        caps = np.minimum(caps, np.maximum(given_w, 0.0))
    return caps


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
            float(np.prod(1.0 - supply.store_limits[:, 5])) ** len(supply.net_w),
        ]
    )
