"""What a bus can surely give, and for how long: the truth, for how long a step may be.

Between two decisions no level changes, so all that is switched on draws at most its rated power;
and what its sources can give follows from their drivers and from how they are now.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.contracts import FloatArray
from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.network import Drivers, State
from moonstead.simulation.parts import all_loads

SURE_SHARE = 0.8
"""Of what the sources could give as warm and as dusty as they are now."""


@dataclass(frozen=True, slots=True)
class Bus:
    """What is on a bus.

    Attributes
    ----------
    station, drivers
        The network, and what the surroundings impose on it.
    sources, stores
        Their places.
    full_w
        Rated power of each load and link that draws from it.
    """

    station: CompiledStation
    drivers: Drivers
    sources: NDArray[np.int64]
    stores: NDArray[np.int64]
    full_w: Mapping[str, float]

    def drain_w(self, levels: Mapping[str, float]) -> float:
        """Return the most that may be drawn at the levels commanded, by load."""
        return sum(w * levels.get(name, 1.0) for name, w in self.full_w.items())

    def sure_w(self, state: State, step: int, count: int) -> FloatArray:
        """Return what the sources are sure to give together.

        Parameters
        ----------
        state
            The truth now.
        step, count
            The first step of physics, and how many; at the end of a mission there are fewer.

        Returns
        -------
        ndarray, shape (at most ``count``,)
            Power in each step, W.
        """
        network, on = self.station.network, self.sources
        warm_k = state.node_temperature_k[network.source_node[on]]
        warm_k = warm_k - network.source_reference_temperature_k[on]
        factor = 1.0 + network.source_temperature_coefficient_per_k[on] * warm_k
        share = SURE_SHARE * np.clip(factor, 0.0, 1.0) * state.source_scale[on]
        share *= state.source_health[on] * (1.0 - state.source_dust[on])
        # What follows its command by a ramp gives at least the lesser of the two.
        share *= np.minimum(state.source_level[on], state.source_output[on])
        rated_w = self.drivers.series[step : step + count, self.drivers.source[on]]
        sure_w: FloatArray = rated_w @ share
        return sure_w

    def steps_alone(self, state: State, sure_w: FloatArray, drain_w: float, step_s: float) -> int:
        """Return for how many steps its stores surely carry what its sources do not.

        The stores fill up where there is more than is drawn, and hold no more than when full: what
        is in them after k steps is the sum S_k of what came and went, plus the least of what was
        there and of the room below the highest S so far (the queue of Lindley 1952).

        Parameters
        ----------
        state
            The truth now.
        sure_w
            See `sure_w`; W, shape (n_steps,).
        drain_w
            See `drain_w`.
        step_s
            Of the physics.
        """
        network, on = self.station.network, self.stores
        out = network.store_discharge_efficiency[on]
        in_w = network.store_charge_power_w[on] * state.store_scale[on]
        way = float(np.min(network.store_charge_efficiency[on] * out, initial=1.0))
        floor_j = network.store_floor_fraction[on] * state.store_capacity_j[on]
        held_j = float(((state.store_energy_j[on] - floor_j) * out).sum())
        full_j = float(((state.store_capacity_j[on] - floor_j) * out).sum())
        net_w = sure_w - drain_w
        net_w = np.where(net_w > 0.0, way * np.minimum(net_w, in_w.sum()), net_w)
        come_j = np.cumsum(net_w) * step_s
        highest_j = np.maximum.accumulate(np.maximum(come_j, 0.0))
        left_j = come_j + np.minimum(held_j, full_j - highest_j)
        short = np.flatnonzero(left_j < 0.0)
        return int(short[0]) if len(short) else len(left_j)


def bus_of(station: CompiledStation, drivers: Drivers, bus: str) -> Bus:
    """Return what is on a bus."""
    parts, names = station.parts, station.names
    power_w: FloatArray = station.network.load_power_w
    loads = [names.loads.index(one.name) for one in all_loads(parts) if one.bus == bus]
    return Bus(
        station,
        drivers,
        _places(names.sources, [one.name for one in parts.sources if one.bus == bus]),
        _places(names.stores, [one.name for one in parts.stores if one.bus == bus]),
        {names.loads[i]: float(power_w[i]) for i in loads},
    )


def buses_apart(station: CompiledStation, drivers: Drivers, main: str) -> tuple[Bus, ...]:
    """Return the buses that live by sources and stores of their own and have a radio on them."""
    parts = station.parts
    fed = {one.to_bus for one in parts.links}
    fed |= {bus for tie in parts.ties for bus in (tie.bus_a, tie.bus_b)}
    with_radio = {one.load.bus for one in parts.transmitters} - {main, ""} - fed
    found = (bus_of(station, drivers, bus) for bus in sorted(with_radio))
    return tuple(bus for bus in found if len(bus.sources) and len(bus.stores))


def _places(names: tuple[str, ...], wanted: list[str]) -> NDArray[np.int64]:
    return np.array([names.index(name) for name in wanted], dtype=np.int64)
