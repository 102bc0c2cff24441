"""The bound as a sum that anyone can check: what every task can earn at best at given prices.

For any prices that are not negative, no plan is worth more than what its tasks earn at their best
starts when they pay for all that they take, and what the station earns by selling all it has
(Lagrange duality). Good prices make the sum small; wrong prices, from a solver that stopped early
or failed, make it large, but never too small. Nothing here depends on how the prices were found.
"""

from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.planning.alone import Allowed
from moonstead.autonomy.planning.bound.ways import FIRST_RECORDER, POWER, IntArray, Levels, Way
from moonstead.autonomy.planning.problem import Partner, Precedence, Problem
from moonstead.contracts import FloatArray

_FINE_SLOTS = 200
"""In horizons up to this long chains are held at every slot, in longer ones at every few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Multipliers:
    """What everything costs, in points; none below 0."""

    bus: FloatArray
    """(n_slots,) a watt from the bus through a slot."""
    store: FloatArray
    """(n_stores, n_slots) a joule in a store at the end of a slot."""
    required: FloatArray
    """(n_slots,) a joule deliverable at the end of a slot, less required."""
    level: FloatArray
    """(n_levels, n_slots) of `moonstead.autonomy.planning.bound.ways`: one of the room that it has
    in a slot."""
    recorder: FloatArray
    """(n_recorders, n_slots) a bit written in a slot."""
    partner: FloatArray
    """(n_partners,) what a point of a partner counts."""
    campaign: FloatArray
    """(n_campaigns,) what one more task of a campaign counts."""
    chain_lower: FloatArray
    """(n_precedences, n_steps) to have what comes before done by then."""
    chain_upper: FloatArray
    """(n_precedences, n_steps) to have it still going on, or to come, then."""


def chain_step(problem: Problem) -> int:
    """Return at every how many slots chains are held."""
    return 1 if problem.n_slots <= _FINE_SLOTS else 6


def n_chain_steps(problem: Problem) -> int:
    """Return at how many instants chains are held."""
    return problem.n_slots // chain_step(problem) + 2


def first_from(slots: IntArray, step: int) -> IntArray:
    """Return the first instant not before each slot."""
    return -(-slots // step)


def segments_of(partner: Partner, most: float) -> tuple[FloatArray, FloatArray]:
    """Return slopes and widths of what points of a partner are worth, up to ``most`` points."""
    edges = np.clip([-np.inf, *partner.knees, np.inf], partner.counted, partner.counted + most)
    return np.maximum(partner.slopes, 0.0), np.diff(edges)


def most_points(problem: Problem, ways: tuple[Way, ...]) -> FloatArray:
    """Return the most that each partner could have if nothing were scarce."""
    best = np.zeros(len(problem.tasks))
    for way in ways:
        best[way.task] = max(best[way.task], float(way.points.max()))
    most = np.zeros(len(problem.partners))
    for task, points in zip(problem.tasks, best, strict=True):
        most[task.partner] += points
    return most


def profits(
    problem: Problem, ways: tuple[Way, ...], multipliers: Multipliers
) -> tuple[FloatArray, ...]:
    """Return what each way earns at each of its starts after it has paid for everything."""
    chains = _chain_profits(problem.precedences, multipliers)
    paid = np.concatenate([multipliers.level, np.zeros_like(multipliers.level)], axis=1)
    n_slots = problem.n_slots
    paid[POWER, :n_slots] += multipliers.bus
    last_recorder = FIRST_RECORDER + len(multipliers.recorder)
    paid[FIRST_RECORDER:last_recorder, :n_slots] += multipliers.recorder * problem.slot_s
    earned = []
    for way in ways:
        task = problem.tasks[way.task]
        points = multipliers.partner[task.partner] * way.points + way.kept
        if task.campaign >= 0:
            points = points + multipliers.campaign[task.campaign]
        for use in way.uses:
            prices = _padded(paid[use.level], n_slots + len(use.profile))
            points = points - np.correlate(prices, use.profile)[way.starts]
        for number, lower, upper in chains.get(way.task, ()):
            points = points + _chain_profit(problem, number, way, lower, upper)
        earned.append(points)
    return tuple(earned)


def _padded(prices: FloatArray, length: int) -> FloatArray:
    return np.concatenate([prices, np.zeros(max(length - len(prices), 0))])[:length]


def _chain_profits(
    precedences: tuple[Precedence, ...], multipliers: Multipliers
) -> dict[int, list[tuple[int, FloatArray, FloatArray]]]:
    """Return, for each task in a chain, the price of being before and not after each instant."""
    found: dict[int, list[tuple[int, FloatArray, FloatArray]]] = {}
    for number, rule in enumerate(precedences):
        lower = np.append(np.cumsum(multipliers.chain_lower[number][::-1])[::-1], 0.0)
        upper = np.cumsum(multipliers.chain_upper[number])
        for task in (rule.before, rule.after):
            found.setdefault(task, []).append((number, lower, upper))
    return found


def _chain_profit(
    problem: Problem, number: int, way: Way, lower: FloatArray, upper: FloatArray
) -> FloatArray:
    rule, step, n_steps = problem.precedences[number], chain_step(problem), len(upper)
    earned = np.zeros(len(way.starts))
    if way.task == rule.after:
        earned -= lower[first_from(way.starts, step)]
        if rule.lag_max is not None:
            earned -= upper[way.starts // step]
    if way.task == rule.before:
        ends = way.starts + way.n_taken
        earned += lower[np.clip(first_from(ends + rule.lag_min, step), 0, n_steps)]
        if rule.lag_max is not None:
            last = (ends + rule.lag_max) // step
            earned += np.where(last >= 0, upper[np.clip(last, 0, n_steps - 1)], 0.0)
    return earned


def best_profits(
    problem: Problem, ways: tuple[Way, ...], earned: tuple[FloatArray, ...]
) -> FloatArray:
    """Return what each task earns at best, 0 where it had better be left out."""
    best = np.zeros(len(problem.tasks))
    for way, points in zip(ways, earned, strict=True):
        best[way.task] = max(best[way.task], float(points.max()))
    return best


def certified(
    problem: Problem,
    ways: tuple[Way, ...],
    levels: Levels,
    limits: Allowed,
    multipliers: Multipliers,
) -> float:
    """Return points that no plan of a problem can exceed."""
    best = best_profits(problem, ways, profits(problem, ways, multipliers))
    n_planned = sum(task.planned is not None for task in problem.tasks)
    has_cap = np.isfinite(levels.caps)
    return float(
        best.sum()
        - problem.moving_cost * n_planned
        + _partners_and_campaigns(problem, ways, multipliers)
        + (multipliers.level[has_cap] * levels.caps[has_cap]).sum()
        + _energy(problem, limits, multipliers)
        + _recorders(problem, limits, multipliers)
    )


def _partners_and_campaigns(
    problem: Problem, ways: tuple[Way, ...], multipliers: Multipliers
) -> float:
    total = 0.0
    most = most_points(problem, ways)
    for partner, price, points in zip(problem.partners, multipliers.partner, most, strict=True):
        slopes, widths = segments_of(partner, points)
        total += float(np.maximum(slopes - price, 0.0) @ widths)
    for campaign, price in zip(problem.campaigns, multipliers.campaign, strict=True):
        total += sum(max(reward - price, 0.0) for reward in campaign.rewards)
    return total


def _energy(problem: Problem, limits: Allowed, multipliers: Multipliers) -> float:
    """Return what the station earns at best by storing energy and selling it to the tasks."""
    supply, slot_s = problem.supply, problem.slot_s
    total = multipliers.bus @ (supply.net_w + limits.unmet_w)
    total -= multipliers.required @ limits.required_j
    floor_loss_j = floor_losses_j(problem, limits)
    for k, limit in enumerate(supply.store_limits):
        capacity_j, charge_w, discharge_w, put_in, got_out, lost = limit
        kept, price = 1.0 - lost, multipliers.store[k]
        into = price * kept * put_in * slot_s - multipliers.bus
        out = multipliers.bus - price * kept / got_out * slot_s
        held = kept * np.append(price[1:], 0.0) - price + multipliers.required * got_out
        total += np.maximum(into, 0.0).sum() * charge_w
        total += np.maximum(out, 0.0).sum() * discharge_w
        total += np.maximum(held, 0.0).sum() * capacity_j * kept
        total += price[0] * kept * supply.store_j[k] - price @ floor_loss_j[k]
    return float(total)


def floor_losses_j(problem: Problem, limits: Allowed) -> FloatArray:
    """Return what is sure to be lost below the floor, shape (n_stores, n_slots).

    An empty store holds less than nothing in the dispatch, and nothing in the bound: only where a
    single store must hold something is it sure that it pays for what leaks below the floor.
    """
    lost_j = np.zeros((len(problem.supply.store_j), problem.n_slots))
    if problem.supply.floor_loss_j is not None and len(lost_j) == 1:
        lost_j[0] = np.where(limits.required_j > 0.0, problem.supply.floor_loss_j[0], 0.0)
    return lost_j


def _recorders(problem: Problem, limits: Allowed, multipliers: Multipliers) -> float:
    total = 0.0
    for k, price in enumerate(multipliers.recorder):
        drained = problem.supply.drain_bit_per_s[k] * problem.slot_s
        held = price - np.append(price[1:], 0.0)
        total += float(price @ drained - price[0] * problem.supply.recorder_bit[k])
        total += float(np.maximum(held, 0.0) @ limits.recorder_bit[k])
    return total
