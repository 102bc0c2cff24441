"""What the station does without any task, and where a task would fit if it were the only one.

Where the station fails by itself, tasks may not make it worse.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from moonstead.autonomy.planning.problem import Problem
from moonstead.autonomy.planning.validate import recorder_course, store_course
from moonstead.contracts import BoolArray, FloatArray


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


def fits_alone(profile: FloatArray, caps: FloatArray) -> BoolArray:
    """Say for each start, shape (n_slots,), whether a profile alone stays within a limit.

    Parameters
    ----------
    profile
        What is taken from the start slot on; what lies behind the horizon has no limit.
    caps
        The limit, shape (n_slots,).
    """
    n_slots = len(caps)
    fits = np.ones(n_slots, dtype=np.bool_)
    slack = 1e-9 * np.maximum(np.abs(caps), 1.0)
    edges = np.flatnonzero(np.diff(profile, prepend=np.nan, append=np.nan))
    at = np.arange(n_slots)
    for first, end in pairwise(edges):
        if profile[first] != 0.0:
            lacks = np.concatenate([[0], np.cumsum(profile[first] > caps + slack)])
            inside = np.minimum(at + first, n_slots), np.minimum(at + end, n_slots)
            fits &= lacks[inside[1]] == lacks[inside[0]]
    return fits
