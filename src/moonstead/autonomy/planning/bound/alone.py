"""What the station does without any task: where it fails by itself, tasks may not make it worse."""

from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.planning.problem import Problem
from moonstead.contracts import FloatArray


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a plan may come down to, or up to, in each slot."""

    required_j: FloatArray
    """(n_slots,) deliverable at its end."""
    unmet_w: FloatArray
    """(n_slots,)"""
    recorder_bit: FloatArray
    """(n_recorders, n_slots) at its end."""


def allowed(problem: Problem) -> Allowed:
    """Return the limits of a problem, each loosened to what the station alone does."""
    supply = problem.supply
    now_j = supply.store_j.astype(np.float64).copy()
    capacity_j, charge_w, discharge_w, put_in, got_out, lost = supply.store_limits.T
    floor_loss_j = supply.floor_loss_j if supply.floor_loss_j is not None else np.zeros(len(now_j))
    slot_s = problem.slot_s
    deliverable_j, unmet_w = np.empty(problem.n_slots), np.empty(problem.n_slots)
    for slot, net_w in enumerate(supply.net_w):
        surplus_w, lack_w = max(net_w, 0.0), max(-net_w, 0.0)
        for k, held_j in enumerate(now_j):
            room_w = max(capacity_j[k] - held_j, 0.0) / (put_in[k] * slot_s)
            in_w = min(surplus_w, charge_w[k], room_w)
            out_w = min(lack_w, discharge_w[k], max(held_j, 0.0) * got_out[k] / slot_s)
            surplus_w -= in_w
            lack_w -= out_w
            left_j = held_j + (in_w * put_in[k] - out_w / got_out[k]) * slot_s
            now_j[k] = left_j * (1.0 - lost[k]) - floor_loss_j[k]
        deliverable_j[slot] = np.maximum(now_j, 0.0) @ got_out
        unmet_w[slot] = lack_w
    return Allowed(
        required_j=np.minimum(supply.required_j, deliverable_j),
        unmet_w=unmet_w,
        recorder_bit=_recorders(problem),
    )


def _recorders(problem: Problem) -> FloatArray:
    supply = problem.supply
    limits = np.repeat(supply.recorder_limit_bit[:, None], problem.n_slots, axis=1)
    limits[:, -1] = np.minimum(limits[:, -1], supply.recorder_end_bit)
    held_bit = supply.recorder_bit
    for slot, drain_bit_per_s in enumerate(supply.drain_bit_per_s.T):
        held_bit = np.maximum(held_bit - drain_bit_per_s * problem.slot_s, 0.0)
        limits[:, slot] = np.maximum(limits[:, slot], held_bit)
    return limits
