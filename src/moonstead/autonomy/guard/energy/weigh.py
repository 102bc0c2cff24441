"""The weighing of the witnesses, compiled: see `moonstead.autonomy.guard.witnesses`."""

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.guard.energy.stores import (
    CAPACITY,
    CHARGE,
    DISCHARGE_EFFICIENCY,
    FLOOR,
    move_stores,
    sum_deliverable,
)
from moonstead.compiled import compiled
from moonstead.contracts import BoolArray, FloatArray
from moonstead.units import DAY_S, HOUR_S

DISAGREEMENT = 0.05
"""Of the capacity (autonomy study, section 5.1)."""
FROZEN_DISAGREEMENT = 0.01
"""The same for a gauge that repeats itself to the last digit."""
LEDGER_MEMORY_S = DAY_S
MODEL_MEMORY_S = 6 * HOUR_S
"""How fast each forgets its error; short for the model, which knows no fault of the arrays."""
TRUST_AGAIN_S = 6 * HOUR_S
ALL_FROZEN_S = 6 * HOUR_S
"""Gauge and power that repeat themselves for so long are both doubted: the model speaks."""
FULL_FRACTION, FULL_S = 0.8, 2 * HOUR_S
"""Stores that take nothing in the light for so long, and show this much, are full."""
IDLE_FRACTION = 0.02
"""Of the charge power: less than this is nothing."""
LEAST_PLAUSIBLE, MOST_PLAUSIBLE = -0.05, 1.1
"""Share of its capacity that a store may show; outside, its gauge is broken."""

LEDGER, MODEL, BELIEVED, THERE = range(4)
"""Rows of ``memory``: by store, energy above the floor (J), and whether it was there before."""
ODD_S, FULL_FOR_S, LAST_GAUGE_J, FROZEN_AT_J, LAST_NET_W, FROZEN_FOR_S = range(6)
"""Places in ``marks``."""


@compiled
def weigh(
    memory: FloatArray,
    marks: FloatArray,
    shown_j: FloatArray,
    fleet: FloatArray,
    present: BoolArray,
    powers_w: tuple[float, float],
    dt_s: float,
    is_lit: bool,
) -> tuple[float, float, float, float, float, bool]:
    """Weigh gauge, ledger and model of one tick.

    Parameters
    ----------
    memory
        Shape (4, n_stores), rows as above; changed in place.
    marks
        Shape (6,), as above; changed in place.
    shown_j
        What the gauge of each store shows, floor included; changed to what is believed of it.
    fleet, present
        See `moonstead.autonomy.guard.energy.stores.move_stores`.
    powers_w
        Net power of the bus as measured (NaN where it is not) and as modelled.
    dt_s
        Since the tick before.
    is_lit
        Whether there is light.

    Returns
    -------
    energy_j, gauge_j, ledger_j, model_j, capacity_j, is_odd
        What is believed that can be delivered; what each says (the gauge NaN where none is
        plausible); the capacity; whether the witnesses that count contradict each other.
    """
    n_stores = fleet.shape[0]
    ledger, model, believed, there = memory[LEDGER], memory[MODEL], memory[BELIEVED], memory[THERE]
    net_w = powers_w[0] if np.isfinite(powers_w[0]) else powers_w[1]
    if dt_s > 0.0:
        move_stores(ledger, fleet, present, net_w, dt_s)
        move_stores(model, fleet, present, powers_w[1], dt_s)
    capacity_j, charge_w = 0.0, 0.0
    n_there, n_broken = 0, 0
    for i in range(n_stores):
        if not present[i]:
            there[i] = 0.0
            continue
        n_there += 1
        capacity_j += fleet[i, CAPACITY] * fleet[i, DISCHARGE_EFFICIENCY]
        charge_w += fleet[i, CHARGE]
        share = shown_j[i] / (fleet[i, CAPACITY] + fleet[i, FLOOR])
        shown_j[i] -= fleet[i, FLOOR]
        if not LEAST_PLAUSIBLE <= share <= MOST_PLAUSIBLE:  # NaN too
            n_broken += 1
            shown_j[i] = ledger[i]
        elif there[i] == 0.0:
            ledger[i] = model[i] = shown_j[i]
            there[i] = 1.0
    gauge_j = sum_deliverable(shown_j, fleet, present)
    ledger_j = sum_deliverable(ledger, fleet, present)
    model_j = sum_deliverable(model, fleet, present)
    if n_broken == n_there:
        believed[:] = ledger
        return ledger_j, np.nan, ledger_j, model_j, capacity_j, True
    limit, last_gauge_j = DISAGREEMENT, marks[LAST_GAUGE_J]
    if gauge_j != last_gauge_j:
        marks[LAST_GAUGE_J], marks[FROZEN_AT_J] = gauge_j, ledger_j
    elif abs(ledger_j - marks[FROZEN_AT_J]) > FROZEN_DISAGREEMENT * capacity_j:
        limit = FROZEN_DISAGREEMENT
    is_repeated = gauge_j == last_gauge_j and net_w == marks[LAST_NET_W]
    marks[FROZEN_FOR_S] = marks[FROZEN_FOR_S] + dt_s if is_repeated else 0.0
    marks[LAST_NET_W] = net_w
    is_idle = is_lit and abs(net_w) <= IDLE_FRACTION * charge_w
    marks[FULL_FOR_S] = marks[FULL_FOR_S] + dt_s if is_idle else 0.0
    is_full = marks[FULL_FOR_S] >= FULL_S and gauge_j >= FULL_FRACTION * capacity_j
    is_odd = abs(gauge_j - ledger_j) > limit * capacity_j
    least_j = min(gauge_j, ledger_j)
    are_frozen = marks[FROZEN_FOR_S] >= ALL_FROZEN_S and not is_full
    if are_frozen and model_j < least_j - DISAGREEMENT * capacity_j:
        believed[:] = model
        return model_j, gauge_j, ledger_j, model_j, capacity_j, True
    marks[ODD_S] = marks[ODD_S] + dt_s if is_odd else 0.0
    is_lower_for_long = gauge_j < ledger_j and marks[ODD_S] >= TRUST_AGAIN_S
    energy_j = least_j if is_odd else 0.5 * (gauge_j + ledger_j)
    believed[:] = ledger if is_odd and ledger_j < gauge_j else shown_j
    if is_odd and (is_full or is_lower_for_long):
        ledger[:] = model[:] = shown_j
    elif not is_odd:
        ledger += (shown_j - ledger) * min(dt_s / LEDGER_MEMORY_S, 1.0)
    if not is_repeated:
        model += (believed - model) * min(dt_s / MODEL_MEMORY_S, 1.0)
    return energy_j, gauge_j, ledger_j, model_j, capacity_j, is_odd


@compiled
def bus_w(
    source_power_w: FloatArray,
    load_power_w: FloatArray,
    sources: NDArray[np.int64],
    loads: NDArray[np.int64],
) -> tuple[float, float]:
    """Return what is made for a bus and what its loads draw, from telemetry and places in it."""
    made_w, drawn_w = 0.0, 0.0
    for i in sources:
        made_w += source_power_w[i]
    for i in loads:
        drawn_w += load_power_w[i]
    return made_w, drawn_w
