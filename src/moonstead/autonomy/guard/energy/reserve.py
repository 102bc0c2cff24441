"""The reserve curve: the least energy from which survival is sure, whatever the planner wants.

A viability kernel by backward recursion over the forecast, with losses, limits of charge and
discharge and self-discharge counted. What each of several stores holds is not known ahead, so the
worst distribution is taken: those full that would charge fastest, those empty that would deliver
most. For one store the curve is exact; for more it is never below what is needed.

It is never above what the stores that are there can hold: energy for a darkness that only a store
to come can carry cannot be asked of those before it. What is cut off is told as a design alarm.
"""

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.guard.energy.stores import (
    CAPACITY,
    CHARGE,
    CHARGE_EFFICIENCY,
    DISCHARGE,
    DISCHARGE_EFFICIENCY,
    FLOOR,
    LEAK,
)
from moonstead.compiled import compiled, inlined
from moonstead.contracts import BoolArray, FloatArray

IndexArray = NDArray[np.int64]


@inlined
def sure_charge_w(
    fleet: FloatArray, there: BoolArray, by_charge: IndexArray, held_j: float
) -> float:
    """Return what the stores surely take while they could deliver less than ``held_j``.

    The stores that are full are at worst those with the most charge power for their size (the
    fractional knapsack is a bound on them); one store at least is not full.
    """
    sum_w, full_w, slowest_w = 0.0, 0.0, np.inf
    left_j = held_j
    for i in by_charge:
        if there[i]:
            size_j = fleet[i, CAPACITY] * fleet[i, DISCHARGE_EFFICIENCY]
            sum_w += fleet[i, CHARGE]
            slowest_w = min(slowest_w, fleet[i, CHARGE])
            part = min(left_j / size_j, 1.0) if size_j > 0.0 else 1.0
            full_w += part * fleet[i, CHARGE]
            left_j = max(left_j - size_j, 0.0)
    if sum_w <= 0.0:
        return 0.0
    return max(sum_w - full_w, slowest_w)


@inlined
def least_to_deliver_j(
    fleet: FloatArray, there: BoolArray, by_discharge: IndexArray, power_w: float
) -> float:
    """Return above which energy the stores that are not empty deliver a power for sure.

    At worst it sits in stores that together deliver less than that (again the fractional bound).
    """
    left_w, inside_j = power_w, 0.0
    for i in by_discharge:
        if there[i] and fleet[i, DISCHARGE] < power_w:
            part = min(left_w / fleet[i, DISCHARGE], 1.0) if fleet[i, DISCHARGE] > 0.0 else 1.0
            inside_j += part * fleet[i, CAPACITY] * fleet[i, DISCHARGE_EFFICIENCY]
            left_w = max(left_w - fleet[i, DISCHARGE], 0.0)
    return inside_j


@compiled
def viable_reserve_j(
    net_w: FloatArray, slot_s: float, floor_j: FloatArray, present: BoolArray, fleet: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the least energy from which survival is sure, at the start of each slot.

    Parameters
    ----------
    net_w
        Derated generation less survival load, shape (n_slots,).
    slot_s
        Length of a slot.
    floor_j
        Least reserve, shape (n_slots,).
    present
        Which stores are planned to be there in each slot, shape (n_slots, n_stores).
    fleet
        See `moonstead.autonomy.guard.energy.stores`.

    Returns
    -------
    reserve_j : ndarray of shape (n_slots + 1,)
        Deliverable energy; never above what the stores can hold.
    lacking_j : ndarray of shape (n_slots,)
        What the darkness ahead takes more than that: above 0, survival is not sure.
    """
    n_slots, n_stores = present.shape
    size_j = fleet[:, CAPACITY] * fleet[:, DISCHARGE_EFFICIENCY]
    by_charge = np.argsort(-fleet[:, CHARGE] / np.maximum(size_j, 1e-300))
    by_discharge = np.argsort(-size_j / np.maximum(fleet[:, DISCHARGE], 1e-300))
    reserve_j = np.zeros(n_slots + 1)
    lacking_j = np.zeros(n_slots)
    if n_slots > 0:
        reserve_j[n_slots] = floor_j[n_slots - 1]
    for slot in range(n_slots - 1, -1, -1):
        there = present[slot]
        # Energy above the floor is carried back: a floor that rises with a store that comes is
        # asked for from then on, not of those before it.
        next_slot = min(slot + 1, n_slots - 1)
        after_j = max(reserve_j[slot + 1] - floor_j[next_slot], 0.0) + floor_j[slot]
        capacity_j, leak, leak_j, round_trip = 0.0, 0.0, 0.0, 1.0
        for i in range(n_stores):
            if not there[i]:
                continue
            capacity_j += size_j[i]
            share = -np.expm1(-fleet[i, LEAK] * slot_s)
            leak = max(leak, share)
            leak_j += share * fleet[i, FLOOR] * fleet[i, DISCHARGE_EFFICIENCY]
            efficiency = fleet[i, CHARGE_EFFICIENCY] * fleet[i, DISCHARGE_EFFICIENCY]
            round_trip = min(round_trip, efficiency)
            if slot + 1 < n_slots and not present[slot + 1, i]:
                after_j += size_j[i]  # what it holds leaves with it
        if net_w[slot] >= 0.0:
            power_w = min(net_w[slot], sure_charge_w(fleet, there, by_charge, after_j))
            gain_j = power_w * slot_s * round_trip
            before_j = (after_j + leak_j) / (1.0 - leak) - gain_j
        else:
            least_j = least_to_deliver_j(fleet, there, by_discharge, -net_w[slot])
            after_j = max(after_j, least_j)
            before_j = (after_j + leak_j - net_w[slot] * slot_s) / (1.0 - leak)
        before_j = max(before_j, floor_j[slot])
        if before_j > capacity_j:
            lacking_j[slot] = before_j - capacity_j
            if slot + 1 < n_slots:
                lacking_j[slot] += lacking_j[slot + 1]
        reserve_j[slot] = min(before_j, capacity_j)
    return reserve_j, lacking_j
