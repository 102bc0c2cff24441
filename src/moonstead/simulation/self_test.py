"""What units find out about themselves: memories and control of pressure."""

from collections.abc import Collection, Sequence

import numpy as np

from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.network import State
from moonstead.simulation.ownership import owned_by
from moonstead.simulation.schedule import Fault, Mode

LEAST_LEAK = 0.01
"""Share a day: what a regulator fills up is measured better than this."""


def remains(
    station: CompiledStation,
    state: State,
    faults: Sequence[tuple[Fault, float]],
    repairable: Collection[str],
) -> dict[str, float]:
    """Return what is left of units that know of their own loss, by component.

    What is off as a whole does not answer (elements that can be repaired are told as faulty). A
    memory that corrects errors knows which of its banks are bad. A regulator that keeps the
    pressure of a tank measures how much it fills up, and so what a day without it would leave.

    Parameters
    ----------
    station, state
        The truth.
    faults
        Active now, and since when.
    repairable
        Elements whose self-test tells them to be faulty.
    """
    names = station.names
    scales = zip(names.recorders, state.recorder_scale.tolist(), strict=True)
    left = {name: scale for name, scale in scales if 0.0 < scale < 1.0}
    silent = {t for f, _ in faults if f.mode == Mode.OFF for t in f.targets if "." not in t}
    left.update({t: 0.0 for t in silent if t not in repairable and owned_by(names, [t])})
    leaking = [f for f, _ in faults if f.mode == Mode.LEAK and f.size >= LEAST_LEAK]
    if leaking:
        regulated = _regulated(station)
        for fault in leaking:
            for tank in owned_by(names, fault.targets)["tank"].tolist():
                if tank in regulated:
                    left[names.tanks[tank]] = left.get(names.tanks[tank], 1.0) * (1.0 - fault.size)
    return left


def _regulated(station: CompiledStation) -> frozenset[int]:
    """Return the tanks that a converter without power fills: a valve that keeps a pressure."""
    network = station.network
    powerless = np.flatnonzero(network.load_power_w[network.work_load] <= 0.0)
    return frozenset(
        int(network.flow_tank[flow])
        for k in powerless.tolist()
        for flow in range(network.work_flow_begin[k], network.work_flow_end[k])
        if network.flow_kg_per_s[flow] > 0.0
    )
