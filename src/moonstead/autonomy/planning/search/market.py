"""What everything costs in each slot: prices at which no more is asked for than there is.

The prices of the linear relaxation (`moonstead.autonomy.planning.bound`) would do, but take longer
than a search has. Here each task asks, round after round, for the option and start that earn it
most at the prices of the round, whatever the others do; what is asked for more than there is gets
dearer, the rest cheaper, by less and less (subgradients of the Lagrange dual: Held and Karp 1971).
Energy costs what it costs later, and more before it lacks; less before stores are full and some is
lost. So do data, where a recorder is full, and empty. What comes before a task is not looked at.
The same arguments give the same prices.
"""

import math
from typing import NamedTuple

import numpy as np

from moonstead.autonomy.planning.problem import Problem
from moonstead.autonomy.planning.search.changes import weighed
from moonstead.autonomy.planning.search.costs import uses_of
from moonstead.autonomy.planning.search.reservoirs import step
from moonstead.autonomy.planning.search.state import FIRST, NONE
from moonstead.autonomy.planning.search.tables import (
    CAPACITY,
    COST,
    FIRST_TAKEN,
    HEAT_CAP,
    NET,
    POWER_CAP,
    PUT_IN,
    WORTH,
    Tables,
)
from moonstead.compiled import compiled_beside, compiled_without_counting
from moonstead.contracts import FloatArray
from moonstead.references import referred

POWER, HEAT, FIRST_RECORDER = 0, 1, 2
"""Rows of a market; recorders, pools and units follow."""
PRICE, OVER, DEARER, LOST, CHEAPER = range(5)
"""Parts of `Market.course`."""

_ROUNDS = 300
_STRIDE = 8
"""A round looks at every so many starts of an option, not the same as the last; at more of few."""
_RATE, _LASTING = 0.1, 50.0
"""By what share of what tasks bring a price goes up in the first round; the rounds after which it
is half of that."""
_USUAL = 0.01
"""How much of what is usually asked for is that of the last round; with more, stores and prices
swing against each other."""
_MOST_OVER = 3.0
"""How much too much counts at most, of what there is: at first everyone asks for the same."""
_FAR_OVER = 0.1
"""Of stores and recorders: a lack of that share of what they hold is as bad as any."""
_FULL = 1e-3
"""Stores are full when that share of all that they hold is missing."""


class Market(NamedTuple):
    """Prices in the making; rows over the slots, and what they are made from."""

    there: FloatArray
    """(n_rows, n_slots) what tasks may have together; recorders have no limit of their own."""
    worth: FloatArray
    """(n_rows + 1,) points that tasks bring for one of it in a usual slot; the last is a joule."""
    most: FloatArray
    """(n_rows,) how much too much counts at most."""
    price: FloatArray
    """(n_rows, n_slots) points for one more under the limit."""
    total: FloatArray
    """(n_rows, n_slots + 1) sums of all prices over the slots before."""
    mean: FloatArray
    """(n_rows, n_slots) sums of all prices over the later half of the rounds."""
    asked: FloatArray
    """(n_rows, n_slots) in this round."""
    usual: FloatArray
    """(n_rows, n_slots) over the last rounds."""
    earned: FloatArray
    """(2, n_partners + n_campaigns) points of each partner and tasks of each campaign, over the
    last rounds and in this one."""
    course: FloatArray
    """(5, 1 + n_recorders, n_slots): what a joule or a bit costs; by how much of its size it lacks;
    what that makes it dearer; how much of its size is lost, for stores are full or a recorder is
    empty (below 0 what they are from it); what that makes it cheaper before."""
    now_j: FloatArray
    """(n_stores,)"""


def set_prices(problem: Problem, tables: Tables) -> None:
    """Set what each start costs (`Tables.value`, and the best of each option), in place.

    Parameters
    ----------
    problem
        What is to be planned.
    tables
        The same.
    """
    trade(tables, _market(problem, tables), _ROUNDS)


def _market(problem: Problem, tables: Tables) -> Market:
    supply = problem.supply
    n_slots, n_recorders = problem.n_slots, len(supply.recorder_bit)
    there = np.concatenate(
        [
            tables.slots[[POWER_CAP, HEAT_CAP]],
            np.full((n_recorders, n_slots), np.inf),
            np.maximum(supply.pools, 0.0),
            1.0 - supply.taken,
        ]
    )
    usual_there = np.median(there, axis=1)
    uses = uses_of(problem, [option for task in problem.tasks for option in task.options])
    each = (tables.option["worth"] @ (uses > 0.0)) / np.maximum(uses.sum(axis=0), 1e-9)
    worth = np.append(each, each[0])
    worth[POWER] *= problem.slot_s
    has_limit = np.isfinite(usual_there) & (usual_there > 0.0)
    worth[:-1][has_limit] /= usual_there[has_limit]
    nothing = np.zeros((len(there), n_slots))
    return Market(
        there=there,
        worth=worth,
        most=_MOST_OVER * usual_there,
        price=nothing,
        total=np.zeros((len(there), n_slots + 1)),
        mean=nothing.copy(),
        asked=nothing.copy(),
        usual=nothing.copy(),
        earned=np.zeros((2, len(tables.partner) + len(tables.reward))),
        course=np.zeros((5, 1 + n_recorders, n_slots)),
        now_j=np.zeros(len(tables.store)),
    )


@compiled_beside
def trade(tables: Tables, market: Market, rounds: int) -> None:
    """Find prices, and set what each start costs at them.

    The only kernel that is called from outside, so that each other one is compiled once.

    Parameters
    ----------
    tables
        The problem; its costs are changed in place.
    market
        As it begins, without prices; changed in place.
    rounds
        How many.
    """
    own_tables, own = referred(tables), referred(market)
    n_recorders = tables.start_bit.shape[0]
    for number in range(rounds):
        _sum_up(own_tables, own, number >= rounds // 2)
        market.asked[:] = 0.0
        market.earned[1] = 0.0
        for i in range(tables.task.shape[0]):
            _choose(own_tables, own, i, number)
        share = max(_USUAL, 1.0 / (number + 1.0))
        for k in range(market.earned.shape[1]):
            market.earned[0, k] += share * (market.earned[1, k] - market.earned[0, k])
        rate = _RATE / (1.0 + number / _LASTING)
        _reprice(own_tables, own, rate, share)
        _step_stores(own_tables, own)
        _look_back(own, FIRST, rate * market.worth[market.worth.shape[0] - 1])
        for recorder in range(n_recorders):
            _step_recorder(own_tables, own, recorder)
            _look_back(own, 1 + recorder, rate * market.worth[FIRST_RECORDER + recorder])
    for row in range(market.mean.shape[0]):
        sum_of = 0.0
        for slot in range(market.mean.shape[1]):
            sum_of += market.mean[row, slot] / max(rounds - rounds // 2, 1)
            market.total[row, slot + 1] = sum_of
    for option in range(tables.option.shape[0]):
        most = -math.inf
        for at in range(tables.option[option].start_begin, tables.option[option].start_end):
            cost = _cost(own_tables, own, option, tables.start[at])
            tables.value[COST, at] = cost
            if tables.value[WORTH, at] - cost > most:
                most = tables.value[WORTH, at] - cost
                tables.option[option].cost = cost


@compiled_without_counting
def _sum_up(tables: Tables, market: Market, is_noted: bool) -> None:
    """Sum the prices up over the slots, with those of energy and data."""
    price, total, mean, course = market.price, market.total, market.mean, market.course
    slot_s, n_recorders = tables.size[0], tables.start_bit.shape[0]
    for row in range(price.shape[0]):
        kind, times = NONE, 1.0
        if row == POWER:
            kind, times = 0, slot_s
        elif FIRST_RECORDER <= row < FIRST_RECORDER + n_recorders:
            kind = 1 + row - FIRST_RECORDER
        sum_of = 0.0
        for slot in range(price.shape[1]):
            here = price[row, slot]
            if kind >= 0:
                here += course[PRICE, kind, slot] * times
            sum_of += here
            total[row, slot + 1] = sum_of
            if is_noted:
                mean[row, slot] += here


@compiled_without_counting
def _choose(tables: Tables, market: Market, i: int, number: int) -> None:
    """Let a task ask for what earns it most, if anything does."""
    one = tables.task[i]
    earned, n_partners = market.earned, tables.partner.shape[0]
    points = earned[0, one.partner]
    slope = weighed(tables, one.partner, points + 1.0) - weighed(tables, one.partner, points)
    reward = 0.0
    if one.campaign >= 0:
        count = earned[0, n_partners + one.campaign]
        k = int(count)
        later = tables.reward[one.campaign, min(k + 1, tables.reward.shape[1] - 1)]
        reward = tables.reward[one.campaign, k] * (1.0 - (count - k)) + later * (count - k)
    best, best_option, best_at = 0.0, NONE, NONE
    for option in range(one.option_begin, one.option_end):
        o = tables.option[option]
        stride = min(max((o.start_end - o.start_begin) // _STRIDE, 1), _STRIDE)
        at = o.start_begin + (7 * number + option) % stride
        while at < o.start_end:
            gain = tables.value[WORTH, at] * slope + reward
            if gain > best:
                gain -= _cost(tables, market, option, tables.start[at])
            if gain > best:
                best, best_option, best_at = gain, option, at
            at += stride
    if best_option < 0:
        return
    _ask(tables, market, best_option, tables.start[best_at])
    earned[1, one.partner] += tables.value[WORTH, best_at]
    if one.campaign >= 0:
        earned[1, n_partners + one.campaign] += 1.0


@compiled_without_counting
def _cost(tables: Tables, market: Market, option: int, start: int) -> float:
    """Return what an option takes, at the prices that are summed up."""
    need, total = tables.need, market.total
    n_slots, n_recorders = tables.slots.shape[1], tables.start_bit.shape[0]
    first_pool = FIRST_RECORDER + n_recorders
    first_unit = first_pool + tables.first_store - FIRST_TAKEN
    o = tables.option[option]
    cost = _cost_of_profile(tables, market, POWER, o.first, o.n, start)
    cost += _cost_of_profile(tables, market, HEAT, o.first + o.n, o.n, start)
    if n_recorders > 0:
        row = FIRST_RECORDER + o.recorder
        cost += _cost_of_profile(tables, market, row, o.first + 2 * o.n, o.n, start)
    for k in range(o.take_begin, o.take_end):
        row = first_pool + need[k].what
        cost += _cost_of_profile(tables, market, row, need[k].first, o.n, start)
    for k in range(o.hold_begin, o.hold_end):
        row = first_unit + need[k].what
        first = min(max(start + need[k].first, 0), n_slots)
        end = min(max(start + need[k].end, 0), n_slots)
        cost += total[row, end] - total[row, first]
    return cost


@compiled_without_counting
def _cost_of_profile(
    tables: Tables, market: Market, row: int, first: int, n: int, start: int
) -> float:
    profile, even, total = tables.profile, tables.even, market.total
    cost, j = 0.0, 0
    while j < n:
        alike = int(even[1, first + j])
        if profile[first + j] != 0.0:
            cost += profile[first + j] * (total[row, start + j + alike] - total[row, start + j])
        j += alike
    return cost


@compiled_without_counting
def _ask(tables: Tables, market: Market, option: int, start: int) -> None:
    """Note what an option takes."""
    profile, need, asked = tables.profile, tables.need, market.asked
    n_slots, n_recorders = tables.slots.shape[1], tables.start_bit.shape[0]
    first_pool = FIRST_RECORDER + n_recorders
    first_unit = first_pool + tables.first_store - FIRST_TAKEN
    o = tables.option[option]
    n, first = o.n, o.first
    for j in range(n):
        asked[POWER, start + j] += profile[first + j]
        asked[HEAT, start + j] += profile[first + n + j]
    if n_recorders > 0:
        for j in range(n):
            asked[FIRST_RECORDER + o.recorder, start + j] += profile[first + 2 * n + j]
    for k in range(o.take_begin, o.take_end):
        for j in range(n):
            asked[first_pool + need[k].what, start + j] += profile[need[k].first + j]
    for k in range(o.hold_begin, o.hold_end):
        row = first_unit + need[k].what
        for slot in range(max(start + need[k].first, 0), min(start + need[k].end, n_slots)):
            asked[row, slot] += 1.0


@compiled_without_counting
def _reprice(tables: Tables, market: Market, rate: float, share: float) -> None:
    """Make dearer what is asked for too much; note what is usually asked for."""
    price, asked, usual, there = market.price, market.asked, market.usual, market.there
    end = FIRST_RECORDER + tables.start_bit.shape[0]
    for row in range(price.shape[0]):
        step_points = rate * market.worth[row]
        for slot in range(price.shape[1]):
            usual[row, slot] += share * (asked[row, slot] - usual[row, slot])
            if row < FIRST_RECORDER or row >= end:
                over = min(asked[row, slot] - there[row, slot], market.most[row])
                price[row, slot] = max(price[row, slot] + step_points * over, 0.0)


@compiled_without_counting
def _step_stores(tables: Tables, market: Market) -> None:
    """Step the stores through what is usually asked for."""
    slots, store, now_j, course = tables.slots, tables.store, market.now_j, market.course
    capacity_j, put_in, held_j = 1e-9, 0.0, 0.0
    for k in range(now_j.shape[0]):
        now_j[k] = tables.start_j[k]
        held_j += now_j[k]
        capacity_j += store[k, CAPACITY]
        put_in = max(put_in, store[k, PUT_IN])
    for slot in range(slots.shape[1]):
        net_w = slots[NET, slot] - market.usual[POWER, slot]
        before_j = held_j
        slack_j = step(slots, store, tables.size[0], now_j, slot, net_w)
        held_j = 0.0
        for k in range(now_j.shape[0]):
            held_j += now_j[k]
        course[OVER, 0, slot] = -slack_j / (_FAR_OVER * capacity_j)
        lost_j = held_j - capacity_j
        if now_j.shape[0] == 0:
            # What is not drawn is lost, and what comes before is free of what comes after.
            lost_j = math.inf if net_w > 0.0 else -math.inf
        elif net_w > 0.0 and held_j >= capacity_j * (1.0 - _FULL):
            lost_j = max(net_w * tables.size[0] * put_in - (held_j - before_j), 0.0)
        course[LOST, 0, slot] = lost_j / (_FAR_OVER * capacity_j)


@compiled_without_counting
def _step_recorder(tables: Tables, market: Market, recorder: int) -> None:
    """Step a recorder through what is usually asked for."""
    slots, course = tables.slots, market.course
    n_recorders = tables.start_bit.shape[0]
    limit = slots.shape[0] - n_recorders + recorder
    drain = limit - n_recorders
    held_bit = tables.start_bit[recorder]
    for slot in range(slots.shape[1]):
        flow_bit = market.usual[FIRST_RECORDER + recorder, slot] - slots[drain, slot]
        lost_bit = -(held_bit + flow_bit)
        held_bit = max(held_bit + flow_bit, 0.0)
        over_bit = held_bit - slots[limit, slot]
        course[OVER, 1 + recorder, slot] = over_bit / (_FAR_OVER * slots[limit, 0] + 1e-9)
        course[LOST, 1 + recorder, slot] = lost_bit / (_FAR_OVER * slots[limit, 0] + 1e-9)


@compiled_without_counting
def _look_back(market: Market, kind: int, rate: float) -> None:
    """Make dearer what lacks most before something is lost, and cheaper what is lost.

    Of slots that lack between two in which something is lost, the worst alone counts: else a price
    would rise by all of them at once. What is lost in slots one after the other makes cheaper
    what comes before the last of them.
    """
    course = market.course
    n_slots = course.shape[2]
    most, worst, lost, last = 0.0, NONE, 0.0, NONE
    for slot in range(n_slots - 1, -1, -1):
        over = course[OVER, kind, slot]
        if course[LOST, kind, slot] >= 0.0 or slot == 0:
            if worst >= 0:
                course[DEARER, kind, worst] += rate * min(most, 1.0)
            most, worst = 0.0, NONE
        if over > most:
            most, worst = over, slot
        if over < 0.0:
            dearer = course[DEARER, kind, slot] + rate * max(over, -1.0)
            course[DEARER, kind, slot] = max(dearer, 0.0)
        if course[LOST, kind, slot] >= 0.0:
            last = slot if last < 0 else last
            lost += course[LOST, kind, slot]
        else:
            cheaper = course[CHEAPER, kind, slot] + rate * max(course[LOST, kind, slot], -1.0)
            course[CHEAPER, kind, slot] = max(cheaper, 0.0)
        if last >= 0 and (course[LOST, kind, slot] < 0.0 or slot == 0):
            course[CHEAPER, kind, last] += rate * min(lost, 1.0) if lost < math.inf else lost
            lost, last = 0.0, NONE
    price = 0.0
    for slot in range(n_slots - 1, -1, -1):
        price += course[DEARER, kind, slot]
        course[CHEAPER, kind, slot] = min(course[CHEAPER, kind, slot], price)
        price -= course[CHEAPER, kind, slot]
        course[PRICE, kind, slot] = price
