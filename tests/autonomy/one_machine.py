"""Jobs at fixed times on one machine: a problem of intervals alone."""

import numpy as np

from moonstead.autonomy.planning.problem import Hold, Option, Partner, Problem, Supply, Task


def schedule(weights: list[float], lengths: list[int], windows: list[int]) -> Problem:
    """Return jobs of some worth and length, each with its one start."""
    n_slots = max(at + length for at, length in zip(windows, lengths, strict=True))
    tasks = []
    for number, (weight, length, at) in enumerate(zip(weights, lengths, windows, strict=True)):
        worth = np.full(n_slots, np.nan)
        worth[at] = weight
        nothing = np.zeros(length)
        option = Option(
            power_w=nothing,
            heat_w=nothing,
            rate_bit_per_s=nothing,
            holds=(Hold(unit=0, first=0, end=length),),
            worth=worth,
        )
        tasks.append(Task(name=f"job {number}", partner=0, options=(option,)))
    supply = Supply(
        net_w=np.zeros(n_slots),
        power_cap_w=np.zeros(n_slots),
        heat_cap_w=np.zeros(n_slots),
        store_limits=np.zeros((0, 6)),
        store_j=np.zeros(0),
        required_j=np.zeros(n_slots),
        drain_bit_per_s=np.zeros((0, n_slots)),
        recorder_bit=np.zeros(0),
        recorder_limit_bit=np.zeros(0),
        recorder_end_bit=np.zeros(0),
        pools=np.zeros((0, n_slots)),
        taken=np.zeros((1, n_slots), dtype=np.bool_),
    )
    return Problem(
        name="intervals",
        start_t_s=0.0,
        slot_s=1.0,
        tasks=tuple(tasks),
        partners=(Partner(name="all"),),
        supply=supply,
        units=("machine",),
    )
