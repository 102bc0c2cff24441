"""What failures and conditions are measured by: calendar, running time, cycles, true readings."""

import numpy as np

from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.network import FloatArray, Ledger, State
from moonstead.simulation.schedule import Condition, Failure


class Measures:
    """Reads how long or how often something was used.

    Parameters
    ----------
    station, ledger
        Of the simulation.
    failures
        What is measured for.
    """

    def __init__(
        self, station: CompiledStation, ledger: Ledger, failures: tuple[Failure, ...]
    ) -> None:
        names = station.names
        self._ledger = ledger
        self._rated_j = station.network.store_rated_j
        self._discharge_w = np.maximum(station.network.store_discharge_power_w, 1e-9)
        kinds = {"running": names.loads, "cycles": names.stores}
        self._places = np.array(
            [
                kinds[one.measure].index(one.component) if one.measure in kinds else -1
                for one in failures
            ],
            dtype=np.int64,
        )
        self._running = np.flatnonzero([one.measure == "running" for one in failures])
        self._cycles = np.flatnonzero([one.measure == "cycles" for one in failures])

    def readings(self, t_s: float) -> FloatArray:
        """Return the reading of every failure's measure: seconds, or full equivalent cycles."""
        readings = np.full(len(self._places), t_s)
        if len(self._running):
            readings[self._running] = self._ledger.load_running_s[self._places[self._running]]
        if len(self._cycles):
            stores = self._places[self._cycles]
            readings[self._cycles] = self._ledger.store_discharged_j[stores] / self._rated_j[stores]
        return readings

    def soonest_t_s(self, limits: FloatArray, t_s: float) -> FloatArray:
        """Return before when each failure cannot be due, TDB seconds past J2000."""
        soonest = np.asarray(t_s + (limits - self.readings(t_s)), dtype=np.float64)
        if len(self._cycles):
            stores = self._places[self._cycles]
            cycle_s = self._rated_j[stores] / self._discharge_w[stores]
            soonest[self._cycles] = t_s + (soonest[self._cycles] - t_s) * cycle_s
        return soonest

    def over(self, limits: FloatArray, t_s: float) -> list[int]:
        """Return which failures are due."""
        if not len(limits):
            return []
        return [int(place) for place in np.flatnonzero(self.readings(t_s) >= limits)]


def measured(condition: Condition, station: CompiledStation, state: State) -> bool:
    """Whether a condition holds in the true state."""
    names = station.names
    if condition.quantity == "node_temperature_k":
        value = state.node_temperature_k[names.nodes.index(condition.channel)]
    elif condition.quantity == "store_energy_fraction":
        s = names.stores.index(condition.channel)
        value = state.store_energy_j[s] / max(state.store_capacity_j[s], np.finfo(float).tiny)
    else:
        t = names.tanks.index(condition.channel)
        value = state.tank_kg[t] / station.parts.tanks[t].capacity_kg
    below = condition.below is not None and value < condition.below
    above = condition.above is not None and value > condition.above
    return bool(below or above)
