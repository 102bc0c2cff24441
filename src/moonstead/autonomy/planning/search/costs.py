"""What a task takes of everything that is scarce, at prices."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.planning.problem import Option, Problem
from moonstead.contracts import FloatArray

_SCARCE = 0.5
"""What is asked for less than this share of it costs nothing."""
_TOTAL = 0.6
"""Costs of all tasks, as a share of what they are worth: about half of what is asked for fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Points for one unit of each resource in each slot."""

    energy_per_j: FloatArray
    """(n_slots,)"""
    power_per_w: FloatArray
    """(n_slots,) for what lies under the power cap."""
    heat_per_w: FloatArray
    """(n_slots,) for what lies under the heat cap."""
    recorders_per_bit: FloatArray
    """(n_recorders, n_slots)"""
    pools_each: FloatArray
    """(n_pools, n_slots)"""
    units_each: FloatArray
    """(n_units, n_slots)"""


def costs_of(
    problem: Problem,
    options: list[Option],
    starts: list[NDArray[np.int64]],
    prices: Prices | None,
) -> list[FloatArray]:
    """Return what each option costs at each of its starts, points.

    Parameters
    ----------
    problem, options
        The problem and all options of its tasks.
    starts
        Slots in which each option may start.
    prices
        Of everything; even over time, from demand and supply, where there are none.
    """
    if prices is not None:
        return [
            _over_time(problem, option, prices)[own]
            for option, own in zip(options, starts, strict=True)
        ]
    uses = uses_of(problem, options)
    flat = _flat(problem, options, uses)
    return [
        np.full(len(own), cost) for own, cost in zip(starts, (uses @ flat).tolist(), strict=True)
    ]


def _over_time(problem: Problem, option: Option, prices: Prices) -> FloatArray:
    """Return the cost of a start in each slot; only right where the option fits the horizon."""
    n_slots = problem.n_slots
    cost = np.zeros(n_slots)
    by_watt = prices.energy_per_j * problem.slot_s + prices.power_per_w
    by_rate = prices.recorders_per_bit * problem.slot_s
    _add(cost, by_watt, option.power_w)
    _add(cost, prices.heat_per_w, option.heat_w)
    if len(by_rate) > 0:
        _add(cost, by_rate[option.recorder], option.rate_bit_per_s)
    for take in option.takes:
        _add(cost, prices.pools_each[take.pool], take.amount)
    for hold in option.holds:
        sums = np.concatenate([[0.0], np.cumsum(prices.units_each[hold.unit])])
        at = np.arange(n_slots)
        cost += (
            sums[np.clip(at + hold.end, 0, n_slots)] - sums[np.clip(at + hold.first, 0, n_slots)]
        )
    return cost


def _add(cost: FloatArray, price: FloatArray, profile: FloatArray) -> None:
    """Add a profile at prices to the cost of each start; what lies behind the horizon is free."""
    if len(profile) == 0 or not profile.any():
        return
    padded = np.concatenate([price, np.zeros(len(profile) - 1)])
    cost += np.correlate(padded, profile, mode="valid")


def uses_of(problem: Problem, options: list[Option]) -> FloatArray:
    """Return what each option takes of energy, heat, recorders, pools and units in all."""
    supply = problem.supply
    first_pool = 2 + len(supply.recorder_bit)
    first_unit = first_pool + len(supply.pools)
    uses = np.zeros((len(options), first_unit + len(supply.taken)))
    for row, option in zip(uses, options, strict=True):
        row[0] = option.power_w.sum() * problem.slot_s
        row[1] = option.heat_w.sum()
        if first_pool > 2:
            row[2 + option.recorder] = option.rate_bit_per_s.sum() * problem.slot_s
        for take in option.takes:
            row[first_pool + take.pool] += take.amount.sum()
        for hold in option.holds:
            row[first_unit + hold.unit] += hold.end - hold.first
    return np.maximum(uses, 0.0)


def _flat(problem: Problem, options: list[Option], uses: FloatArray) -> FloatArray:
    """Return one price for each resource: higher, the more is asked for than there is."""
    supply = problem.supply
    there = np.concatenate(
        [
            [float(supply.net_w.sum()) * problem.slot_s + float(supply.store_j.sum())],
            [float(np.maximum(supply.heat_cap_w, 0.0).sum())],
            supply.drain_bit_per_s.sum(axis=1) * problem.slot_s + supply.recorder_limit_bit,
            supply.pools.sum(axis=1),
            (~supply.taken).sum(axis=1),
        ]
    )
    worths = np.array([np.nanmax(option.worth, initial=0.0) for option in options])
    counts = [len(task.options) for task in problem.tasks]
    shares = np.repeat(1.0 / np.maximum(counts, 1), counts)
    asked = shares @ uses
    earned = (shares * worths) @ (uses > 0.0)
    scarcity = np.maximum(asked / np.maximum(there, 1e-9) - _SCARCE, 0.0)
    scarcity = np.minimum(scarcity, 1e3)
    price = scarcity * earned / np.maximum(asked, 1e-9)
    total = float(shares @ (uses @ price))
    scale = _TOTAL * float(shares @ worths) / total if total > 0.0 else 0.0
    even: FloatArray = price * scale
    return even
