"""Stores stepped as the simulation steps them, by the guard's own code.

A fleet is a table, one row for each store in its order of dispatch; columns as below. What a store
holds is counted above its floor.
"""

import numpy as np

from moonstead.compiled import compiled, inlined
from moonstead.contracts import BoolArray, FloatArray

CAPACITY, CHARGE, DISCHARGE, CHARGE_EFFICIENCY, DISCHARGE_EFFICIENCY, LEAK, FLOOR = range(7)
"""Usable capacity (J above the floor), charge and discharge power at the bus (W), efficiencies,
self-discharge (1/s, of all it holds), energy below the floor (J)."""


@inlined
def move_stores(
    held_j: FloatArray, fleet: FloatArray, present: BoolArray, net_w: float, dt_s: float
) -> float:
    """Charge or discharge in place for a while; return what is spilled, or unmet if below 0 (W).

    Parameters
    ----------
    held_j
        Energy above the floor, J, shape (n_stores,); changed in place.
    fleet
        Shape (n_stores, 7), see above.
    present
        Which stores are there, shape (n_stores,).
    net_w
        Generation less loads on the bus.
    dt_s
        How long; above 0.
    """
    for i in range(fleet.shape[0]):
        if not present[i]:
            continue
        room_w = (fleet[i, CAPACITY] - held_j[i]) / (fleet[i, CHARGE_EFFICIENCY] * dt_s)
        left_w = held_j[i] * fleet[i, DISCHARGE_EFFICIENCY] / dt_s
        charge_w = min(max(min(fleet[i, CHARGE], room_w), 0.0), max(net_w, 0.0))
        discharge_w = min(max(min(fleet[i, DISCHARGE], left_w), 0.0), max(-net_w, 0.0))
        net_w += discharge_w - charge_w
        held_j[i] += charge_w * fleet[i, CHARGE_EFFICIENCY] * dt_s
        held_j[i] -= discharge_w / fleet[i, DISCHARGE_EFFICIENCY] * dt_s
        held_j[i] += np.expm1(-fleet[i, LEAK] * dt_s) * (held_j[i] + fleet[i, FLOOR])
    return net_w


@inlined
def sum_deliverable(held_j: FloatArray, fleet: FloatArray, present: BoolArray) -> float:
    """Return what present stores can deliver down to their floors (J)."""
    total_j = 0.0
    for i in range(fleet.shape[0]):
        if present[i]:
            total_j += max(held_j[i], 0.0) * fleet[i, DISCHARGE_EFFICIENCY]
    return total_j


@compiled
def carry(
    held_j: FloatArray,
    fleet: FloatArray,
    present: BoolArray,
    net_w: FloatArray,
    reserve_j: FloatArray,
    floor_j: FloatArray,
    times: tuple[float, float],
) -> tuple[float, int, float]:
    """Carry the stores through a forecast, up to the first recharge that is sure.

    The recharge is sure where the reserve is back at its floor after it was above it.

    Parameters
    ----------
    held_j
        Energy above the floor at the start, J, shape (n_stores,).
    fleet, present
        See `move_stores`; `present` by slot, shape (n_slots, n_stores).
    net_w
        Generation less loads, by slot from the present one on, shape (n_slots,).
    reserve_j, floor_j
        What must be left at the end of each slot, and the least that it ever is; shape (n_slots,).
    times
        Length of the first slot, which has begun already, and of the others, s.

    Returns
    -------
    margin_j, slot, unmet_j
        The least of what can be delivered less the reserve, the slot at whose end that is first
        below 0 (or least), and the energy that loads asked for and no store could give.
    """
    held_j = held_j.copy()
    margin_j, worst, unmet_j = np.inf, 0, 0.0
    was_above = False
    for slot in range(net_w.shape[0]):
        dt_s = times[0] if slot == 0 else times[1]
        left_w = move_stores(held_j, fleet, present[slot], net_w[slot], dt_s)
        unmet_j -= min(left_w, 0.0) * dt_s
        left_j = sum_deliverable(held_j, fleet, present[slot]) - reserve_j[slot]
        if left_j < margin_j:
            if margin_j >= 0.0:
                worst = slot
            margin_j = left_j
        if reserve_j[slot] > floor_j[slot]:
            was_above = True
        elif was_above:
            break
    return margin_j, worst, unmet_j
