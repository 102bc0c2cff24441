"""What a bus can surely give, and for how long: the truth, for how long a step may be.

Between two decisions no level changes, so all that is switched on draws at most its rated power;
and what its sources can give follows from their drivers and from how they are now.
"""

import numpy as np
from numpy.typing import NDArray

from moonstead.campaign.survival.kernel import add_up_stores, fill_share, lasting_steps
from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.network import Drivers, State
from moonstead.simulation.parts import all_loads

SURE_SHARE = 0.8
"""Of what the sources could give as warm and as dusty as they are now."""


class Bus:
    """What is on a bus.

    Parameters
    ----------
    station, drivers
        The network, and what the surroundings impose on it.
    name
        Of the bus.
    step_s
        Of the physics.
    """

    def __init__(
        self, station: CompiledStation, drivers: Drivers, name: str, step_s: float
    ) -> None:
        parts, names, network = station.parts, station.names, station.network
        self._network, self._drivers, self._step_s = network, drivers, step_s
        self.sources = _places(names.sources, [s.name for s in parts.sources if s.bus == name])
        self.stores = _places(names.stores, [s.name for s in parts.stores if s.bus == name])
        loads = _places(names.loads, [one.name for one in all_loads(parts) if one.bus == name])
        self._full_w = np.zeros(len(names.loads))
        self._full_w[loads] = network.load_power_w[loads]
        self._columns = drivers.source[self.sources]

    def drain_w(self, state: State) -> float:
        """Return the most that can be drawn as long as no level changes."""
        return float(self._full_w @ (state.load_level * state.load_scale))

    def steps_without_gain(self, state: State, steps: tuple[int, int], spare_j: float) -> int:
        """Return for how many steps it surely loses no more than can be spared.

        What comes in over what is drawn is not counted.

        Parameters
        ----------
        state
            The truth now.
        steps
            The first step of physics, and the one not to go beyond.
        spare_j
            What can be spared.
        """
        return self._steps(state, steps, (spare_j, spare_j, 0.0, 0.0))

    def steps_alone(self, state: State, steps: tuple[int, int]) -> int:
        """Return for how many steps its stores surely carry what its sources do not.

        Parameters
        ----------
        state, steps
            See `steps_without_gain`.
        """
        network = self._network
        stores = add_up_stores(
            self.stores,
            state.store_energy_j,
            state.store_capacity_j,
            state.store_scale,
            network.store_floor_fraction,
            network.store_charge_power_w,
            network.store_charge_efficiency,
            network.store_discharge_efficiency,
        )
        return self._steps(state, steps, stores)

    def _steps(
        self,
        state: State,
        steps: tuple[int, int],
        stores: tuple[float, float, float, float],
    ) -> int:
        network, share = self._network, np.empty(len(self.sources))
        fill_share(
            share,
            self.sources,
            network.source_node,
            state.node_temperature_k,
            network.source_reference_temperature_k,
            network.source_temperature_coefficient_per_k,
            state.source_scale,
            state.source_health,
            state.source_dust,
            state.source_level,
            state.source_output,
        )
        share *= SURE_SHARE
        first, end = steps[0], min(steps[1], len(self._drivers.series))
        return lasting_steps(
            self._drivers.series,
            self._columns,
            share,
            first,
            end,
            self._step_s,
            self.drain_w(state),
            *stores,
        )


def buses_apart(
    station: CompiledStation, drivers: Drivers, main: str, step_s: float
) -> tuple[Bus, ...]:
    """Return the buses that live by sources and stores of their own and have a radio on them.

    Parameters
    ----------
    station, drivers, step_s
        See `Bus`.
    main
        The bus of the hub.
    """
    parts = station.parts
    fed = {one.to_bus for one in parts.links}
    fed |= {bus for tie in parts.ties for bus in (tie.bus_a, tie.bus_b)}
    with_radio = {one.load.bus for one in parts.transmitters} - {main, ""} - fed
    found = (Bus(station, drivers, name, step_s) for name in sorted(with_radio))
    return tuple(bus for bus in found if len(bus.sources) and len(bus.stores))


def _places(names: tuple[str, ...], wanted: list[str]) -> NDArray[np.int64]:
    return np.array([names.index(name) for name in wanted], dtype=np.int64)
