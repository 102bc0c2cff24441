"""Compiled core of the greedy planner: place sessions where sky, energy and data allow.

Each trial insertion is checked by stepping the stores and the recorder through the rest of the
horizon, by the same dispatch order as the truth uses, so that the check is exact for the model.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled
from moonstead.contracts import BoolArray, FloatArray

IndexArray = NDArray[np.int64]

NO_WINDOW, NO_ENERGY, NO_ROOM, BUSY, COMPLETE, PLACED, FULL = 0, 1, 2, 3, 4, 5, 6


class Wishes(NamedTuple):
    """What is asked for; one row per experiment, in order of value."""

    suits: BoolArray
    """(n_experiments, n_slots)"""
    power_w: FloatArray
    rate_bit_per_s: FloatArray
    duration_slots: IndexArray
    turnaround_slots: IndexArray
    """How long its element stays taken after a session."""
    gap_slots: IndexArray
    first_slot: IndexArray
    """No session before this slot."""
    wanted: IndexArray
    """Sessions still wanted."""
    unit: IndexArray
    """The element that it occupies."""


class Supply(NamedTuple):
    """What there is."""

    net_w: FloatArray
    """(n_slots,) derated generation less what is on anyway."""
    drain_bit_per_s: FloatArray
    """(n_slots,) downlink less housekeeping data."""
    required_j: FloatArray
    """(n_slots,) deliverable energy that must be left at the end of each slot."""
    store_j: FloatArray
    """(n_stores,) energy above the floor now; stores in order of dispatch."""
    store_limits: FloatArray
    """(n_stores, 5): usable capacity, charge and discharge power, and their efficiencies."""
    recorder_bit: float
    """Filling now."""
    recorder_limit_bit: float
    """Filling that the plan may reach."""
    slot_s: float


@compiled
def step_stores(store_j: FloatArray, limits: FloatArray, net_w: float, slot_s: float) -> float:
    """Charge or discharge the stores in order, in place; return the power that stays unmet."""
    left_w = net_w
    for k in range(store_j.shape[0]):
        if left_w >= 0.0:
            room_w = (limits[k, 0] - store_j[k]) / (limits[k, 3] * slot_s)
            power_w = min(left_w, limits[k, 1], max(room_w, 0.0))
            store_j[k] += power_w * limits[k, 3] * slot_s
            left_w -= power_w
        else:
            most_w = store_j[k] * limits[k, 4] / slot_s
            power_w = min(-left_w, limits[k, 2], max(most_w, 0.0))
            store_j[k] -= power_w / limits[k, 4] * slot_s
            left_w += power_w
    return max(-left_w, 0.0)


class Projection(NamedTuple):
    """The horizon with what is committed so far."""

    store_j: FloatArray
    """(n_slots + 1, n_stores), energy above the floor at the start of each slot."""
    left_j: FloatArray
    """(n_slots,) deliverable energy at the end of each slot."""
    unmet_w: FloatArray
    """(n_slots,)"""
    filling_bit: FloatArray
    """(n_slots + 1,) of the recorder at the start of each slot."""


@compiled
def deliverable_j(store_j: FloatArray, limits: FloatArray) -> float:
    """Return what the stores can give to the bus."""
    total_j = 0.0
    for k in range(store_j.shape[0]):
        total_j += store_j[k] * limits[k, 4]
    return total_j


@compiled
def project(supply: Supply, load_w: FloatArray, rate_bit_per_s: FloatArray) -> Projection:
    """Step energy and data through the horizon."""
    n_slots = supply.net_w.shape[0]
    store_j = np.empty((n_slots + 1, supply.store_j.shape[0]))
    left_j = np.empty(n_slots)
    unmet_w = np.empty(n_slots)
    filling_bit = np.empty(n_slots + 1)
    now_j = supply.store_j.copy()
    filling_bit[0] = supply.recorder_bit
    for slot in range(n_slots):
        store_j[slot] = now_j
        net_w = supply.net_w[slot] - load_w[slot]
        unmet_w[slot] = step_stores(now_j, supply.store_limits, net_w, supply.slot_s)
        left_j[slot] = deliverable_j(now_j, supply.store_limits)
        flow = rate_bit_per_s[slot] - supply.drain_bit_per_s[slot]
        filling_bit[slot + 1] = max(filling_bit[slot] + flow * supply.slot_s, 0.0)
    store_j[n_slots] = now_j
    return Projection(store_j, left_j, unmet_w, filling_bit)


@compiled
def place(
    wishes: Wishes, supply: Supply, occupied: BoolArray, load_w: FloatArray, rate: FloatArray
) -> tuple[IndexArray, IndexArray, IndexArray]:
    """Place sessions greedily, one of each experiment in turn, each at its earliest good start.

    Parameters
    ----------
    wishes, supply
        What is asked for and what there is.
    occupied
        (n_units, n_slots), slots in which an element is taken; changed in place.
    load_w, rate
        (n_slots,), power and data rate already committed; changed in place.

    Returns
    -------
    experiment, start_slot, reason
        The sessions placed, in order of placement, and why no more of each experiment was placed.
    """
    n_experiments, n_slots = wishes.suits.shape
    chosen = np.empty(n_experiments * n_slots, dtype=np.int64)
    starts = np.empty(n_experiments * n_slots, dtype=np.int64)
    reason = np.full(n_experiments, PLACED, dtype=np.int64)
    wanted = wishes.wanted.copy()
    earliest = wishes.first_slot.copy()
    n_placed = 0
    projection = project(supply, load_w, rate)
    while np.any(reason == PLACED):
        for e in range(n_experiments):
            if reason[e] != PLACED:
                continue
            if wanted[e] <= 0:
                reason[e] = COMPLETE
                continue
            start, why = _earliest(
                wishes,
                supply,
                occupied,
                e,
                earliest[e],
                load_w,
                rate,
                projection,
            )
            reason[e] = why
            if start < 0:
                continue
            end = start + wishes.duration_slots[e]
            load_w[start:end] += wishes.power_w[e]
            rate[start:end] += wishes.rate_bit_per_s[e]
            occupied[wishes.unit[e], start : end + wishes.turnaround_slots[e]] = True
            projection = project(supply, load_w, rate)
            chosen[n_placed], starts[n_placed] = e, start
            n_placed += 1
            wanted[e] -= 1
            earliest[e] = end + wishes.gap_slots[e]
    return chosen[:n_placed], starts[:n_placed], reason


@compiled
def _earliest(
    wishes: Wishes,
    supply: Supply,
    occupied: BoolArray,
    e: int,
    first: int,
    load_w: FloatArray,
    rate: FloatArray,
    now: Projection,
) -> tuple[int, int]:
    """Return the earliest start that fits, or -1 and the reason that came closest to fitting."""
    n_slots = wishes.suits.shape[1]
    duration = wishes.duration_slots[e]
    reason = FULL
    start = first
    while start + duration <= n_slots:
        end = start + duration
        blocked = -1
        taken = False
        ready = min(end + wishes.turnaround_slots[e], n_slots)
        for slot in range(ready - 1, start - 1, -1):
            taken = occupied[wishes.unit[e], slot]
            if taken or (slot < end and not wishes.suits[e, slot]):
                blocked = slot
                break
        if blocked >= 0:
            if reason == FULL:
                reason = BUSY if taken else NO_WINDOW
            start = blocked + 1
            continue
        why = _fits(wishes, supply, e, start, load_w, rate, now)
        if why == PLACED:
            return start, PLACED
        reason = why
        start += 1
    return -1, reason


@compiled
def _fits(
    wishes: Wishes,
    supply: Supply,
    e: int,
    start: int,
    load_w: FloatArray,
    rate: FloatArray,
    now: Projection,
) -> int:
    """Whether energy and data allow one more session; it may not make a bad slot worse."""
    end = start + wishes.duration_slots[e]
    store_j = now.store_j[start].copy()
    filling = now.filling_bit[start]
    for slot in range(start, load_w.shape[0]):
        more_w, more_rate = load_w[slot], rate[slot]
        if slot < end:
            more_w += wishes.power_w[e]
            more_rate += wishes.rate_bit_per_s[e]
        net_w = supply.net_w[slot] - more_w
        unmet_w = step_stores(store_j, supply.store_limits, net_w, supply.slot_s)
        left_j = deliverable_j(store_j, supply.store_limits)
        flow = more_rate - supply.drain_bit_per_s[slot]
        filling = max(filling + flow * supply.slot_s, 0.0)
        short = left_j < supply.required_j[slot] and left_j < now.left_j[slot] - 1.0
        if short or unmet_w > now.unmet_w[slot] + 1e-6:
            return NO_ENERGY
        if filling > supply.recorder_limit_bit and filling > now.filling_bit[slot + 1] + 1.0:
            return NO_ROOM
        # Once everything is as it would have been without the session, the rest is too.
        same = slot >= end and filling == now.filling_bit[slot + 1]
        if same and np.all(store_j == now.store_j[slot + 1]):
            break
    return PLACED
