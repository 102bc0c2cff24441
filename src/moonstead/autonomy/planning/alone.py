"""What the station does without any task: where it fails by itself, tasks may not make it worse."""

from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.planning.problem import Problem
from moonstead.autonomy.planning.validate import recorder_course, store_course
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
    nothing = np.zeros(problem.n_slots)
    alone = store_course(supply, nothing, problem.slot_s)
    limits = np.repeat(supply.recorder_limit_bit[:, None], problem.n_slots, axis=1)
    limits[:, -1:] = np.minimum(limits[:, -1:], supply.recorder_end_bit[:, None])
    for row, held_bit, drain in zip(
        limits, supply.recorder_bit, supply.drain_bit_per_s, strict=True
    ):
        course = recorder_course(float(held_bit), drain, nothing, problem.slot_s)
        np.maximum(row, course, out=row)
    return Allowed(
        required_j=np.minimum(supply.required_j, alone.deliverable_j),
        unmet_w=alone.unmet_w,
        recorder_bit=limits,
    )
