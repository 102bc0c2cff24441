"""The truth, advanced from one decision to the next: commands in, telemetry out."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.contracts import Command, Notice, Priority, Telemetry
from moonstead.simulation.begin import initial_state
from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.dispatch import SUPPLY
from moonstead.simulation.kernel import advance
from moonstead.simulation.memory import Memory
from moonstead.simulation.names import PACKET_STORE
from moonstead.simulation.network import Drivers, FloatArray, Ledger, State, Wiring
from moonstead.simulation.output import QUANTITIES, Output, new_output
from moonstead.simulation.schedule import Mode, Schedule
from moonstead.simulation.self_test import remains
from moonstead.simulation.upkeep import Upkeep
from moonstead.simulation.wiring import wire

NOTHING_HAPPENS = Schedule()
RECORDERS = QUANTITIES.index("recorder_bit")
ALWAYS_COLD_K = 1e9
"""A set point at which a heater is on at any temperature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """One standard deviation of each kind of sensor."""

    power_relative: float
    energy_relative: float
    """Of stores and tanks."""
    temperature_k: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """What mast and radios really see at every step; shape (n_steps,)."""

    sun_seen: NDArray[np.bool_]
    earth_seen: NDArray[np.bool_]
    live: NDArray[np.bool_] | None = None
    """Whether each path, where it is open, is open from end to end: shape (n_paths, n_steps); None
    where all are."""


class Simulator:
    """The true station between decision points.

    Parameters
    ----------
    station, drivers, sky
        The compiled network, what the surroundings impose on it, and what its mast sees.
    dt_s
        Length of one step.
    noise
        Of the sensors.
    schedule
        What is to happen besides physics.
    start_t_s
        Simulation time of the first step; that of the schedule.
    """

    def __init__(
        self,
        station: CompiledStation,
        drivers: Drivers,
        sky: Sky,
        dt_s: float,
        noise: Noise,
        schedule: Schedule = NOTHING_HAPPENS,
        start_t_s: float = 0.0,
    ) -> None:
        self.station = station
        self.drivers = drivers
        self.sky = sky
        self.dt_s = dt_s
        self.noise = noise
        self.begin: State = initial_state(station)
        self._memory = Memory(station.network, self.begin)
        self._memory.set_step(dt_s)
        self._scratch = (
            np.zeros((3, len(station.names.buses))),
            np.zeros(len(station.names.paths)),
            np.zeros(len(station.names.buses), dtype=np.uint32),
        )
        self.state: State = self._memory.state
        self.ledger: Ledger = self._memory.ledger
        self.upkeep = Upkeep(station, self.state, self.ledger, schedule, start_t_s)
        self._held: dict[str, float] = {}
        self._at_work = np.zeros(len(station.names.pools))
        self.wiring: Wiring = wire(station.layout, self.state.tie_level)[0]
        self._island_of_source = _islands_of_sources(self.wiring)
        state, names, network = self.state, station.names, station.network
        worked = network.work_load
        self.bodies: NDArray[np.bool_] = (
            (network.load_priority[worked] == Priority.SURVIVAL)
            & (network.load_power_w[worked] <= 0.0)
            & (network.work_reaction_heat_w > 0.0)
        )
        """Which work is that of bodies: vital, warm, and by nothing that power could do."""
        self._has_bodies = bool(self.bodies.any())
        self._vital = np.flatnonzero(network.load_priority == Priority.SURVIVAL)
        sizes = (len(names.sources), len(names.loads), len(names.stores), len(names.nodes))
        ends = [0, *np.cumsum([*sizes, len(names.tanks)]).tolist()]
        self._measured = tuple(slice(first, end) for first, end in pairwise(ends))
        """Places of the random numbers of each kind of sensor."""
        kinds = (
            (names.loads, state.load_command, state.load_stuck, state.load_level),
            (names.sources, state.source_command, state.source_stuck, state.source_level),
            (names.ties, state.tie_command, state.tie_stuck, state.tie_level),
        )
        self._levers = {
            name: (i, command, stuck, level)
            for names_of_kind, command, stuck, level in kinds
            for i, name in enumerate(names_of_kind)
        }
        writes = zip(network.data_load.tolist(), network.data_recorder.tolist(), strict=True)
        self._packet_stores = {
            f"{names.loads[i]}.{PACKET_STORE}": (i, float(network.recorder_capacity_bit[recorder]))
            for i, recorder in writes
        }
        self._writers = np.array([i for i, _ in self._packet_stores.values()], dtype=np.int64)

    def new_output(self, n_steps: int) -> Output:
        """Return empty series for a block of steps."""
        return new_output(self.station.names, n_steps)

    def obey(self, commands: Iterable[Command]) -> None:
        """Do what is commanded; a command to nothing is an error of the caller."""
        for given in commands:
            if given.load in self._packet_stores:
                self._delete(*self._packet_stores[given.load], given.level)
                continue
            i, command, stuck, level = self._levers[given.load]
            command[i] = min(max(given.level, 0.0), 1.0)
            if not stuck[i]:
                level[i] = command[i]
        self.rewire()

    def _delete(self, i: int, capacity_bit: float, level: float) -> None:
        """Delete what a recorder holds of a load beyond a share of its room."""
        held_bit = float(self.state.load_queue_bit[i])
        left_bit = min(max(level, 0.0) * capacity_bit, held_bit)
        self.state.load_queue_bit[i] = left_bit
        self.ledger.load_deleted_bit[i] += held_bit - left_bit

    def happen(self, t_s: float) -> list[Notice]:
        """Let happen what is due besides physics; return what happened."""
        notices = self.upkeep.step(t_s)
        if notices:
            self._hold_heaters()
            self.rewire()
        return notices

    def _hold_heaters(self) -> None:
        """Let heaters that are stuck heat whatever their thermostats say."""
        heater, network = self._memory.records.heater, self.station.network
        is_stuck = self.state.load_stuck[network.heater_load]
        heater["setpoint_k"] = np.where(is_stuck, ALWAYS_COLD_K, network.heater_setpoint_k)

    def memory(self) -> dict[str, Any]:
        """Return what it remembers besides state and ledger, as plain JSON values."""
        return {"upkeep": self.upkeep.memory(), "held": self._held}

    def restore(self, memory: dict[str, Any], t_s: float) -> None:
        """Take back what `memory` returned, after state and ledger were put back."""
        self.upkeep.restore(memory["upkeep"], t_s)
        self._held = dict(memory["held"])
        self._hold_heaters()
        self.rewire()

    def rewire(self) -> None:
        """Take over how the ties stand, after the state was changed from outside."""
        if self.station.layout.ties:
            self.wiring = wire(self.station.layout, self.state.tie_level)[0]
            self._island_of_source = _islands_of_sources(self.wiring)

    def advance(self, first: int, end: int, output: Output, output_first: int) -> list[Notice]:
        """Advance over steps [first, end) and tell what happened in the true world."""
        lost_before = self.state.node_lost.copy()
        unserved_before = self.ledger.load_unserved_j.take(self._vital)
        lacked_before = self.ledger.work_lacked_s.copy() if self._has_bodies else None
        offered_before_s = self.ledger.pool_offered_s.copy()
        advance(
            self._memory.records,
            self.wiring,
            self.drivers,
            self._scratch,
            output.rows,
            (first, end, output_first),
            self.dt_s,
        )
        if end > first:
            offered_s = self.ledger.pool_offered_s - offered_before_s
            self._at_work = offered_s / ((end - first) * self.dt_s)
        notices = self._happenings(lost_before, unserved_before)
        return notices if lacked_before is None else [*notices, *self._lacks(lacked_before)]

    def is_running(self, load: str) -> bool:
        """Whether a load was given power in the last step."""
        i = self.station.names.loads.index(load)
        return bool(self._memory.records.power.granted_w[i] > 0.0)

    def telemetry(
        self, t_s: float, last_step: int, output_first: int, output: Output, random: FloatArray
    ) -> Telemetry:
        """Read the sensors after a step.

        Parameters
        ----------
        t_s
            Station clock.
        last_step, output_first
            The step just done, and the step that is column 0 of `output`.
        output
            The series of this block.
        random
            Standard normal numbers, shape (`random_width`,).
        """
        names = self.station.names
        path_open = self.drivers.path_bit_per_s[:, last_step] > 0.0
        row, first = output.rows[last_step - output_first], output.first
        source, load, store, node, tank = (random[places] for places in self._measured)
        power = self.noise.power_relative
        energy = self.noise.energy_relative
        readings = {
            "source": row[first[0] : first[1]] * (1.0 + power * source),
            "load": row[first[1] : first[2]] * (1.0 + power * load),
            "store": self.state.store_energy_j * (1.0 + energy * store),
            "node": self.state.node_temperature_k + self.noise.temperature_k * node,
            "tank": self.state.tank_kg * (1.0 + energy * tank),
        }
        noise = {"source": source, "load": load, "store": store, "node": node, "tank": tank}
        self._spoil(readings, noise)
        faulty = self.upkeep.faulty()
        return Telemetry(
            t_s=t_s,
            source_power_w=readings["source"],
            source_share=self._source_share(row[first[0] : first[1]]),
            load_power_w=readings["load"],
            store_energy_j=readings["store"],
            node_temperature_k=readings["node"],
            recorder_bit=row[first[RECORDERS] : first[RECORDERS + 1]].astype(np.float64),
            tank_kg=readings["tank"],
            path_open=path_open,
            sun_seen=bool(self.sky.sun_seen[last_step]),
            earth_seen=bool(self.sky.earth_seen[last_step]),
            at_work=dict(zip(names.pools, self._at_work.tolist(), strict=True)),
            faulty=faulty,
            remains=remains(self.station, self.state, self.upkeep.active_faults(), faulty),
            stored_bit=dict(
                zip(
                    self._packet_stores,
                    self.state.load_queue_bit[self._writers].tolist(),
                    strict=True,
                )
            ),
        )

    def _source_share(self, drawn_w: FloatArray) -> FloatArray:
        """Return what part of its offer each source gave in the last step."""
        island, offered_w = self._island_of_source, self._scratch[0][SUPPLY]
        together_w = np.bincount(island, drawn_w, len(offered_w))
        share = np.ones(len(offered_w))
        np.divide(together_w, offered_w, out=share, where=offered_w > 0.0)
        return np.minimum(share[island], 1.0)

    def is_live(self, step: int) -> bool:
        """Return whether a path is open to Earth from end to end in a step."""
        is_open = self.drivers.path_bit_per_s[:, step] > 0.0
        return bool(np.any(is_open if self.sky.live is None else is_open & self.sky.live[:, step]))

    def _spoil(self, readings: dict[str, FloatArray], noise: dict[str, FloatArray]) -> None:
        """Let faulty sensors read wrong: off by a share, noisy, or what they froze at."""
        frozen: dict[str, float] = {}
        for places, mode, size in self.upkeep.sensor_faults():
            for table, values in readings.items():
                if mode == Mode.BIASED:
                    values[places[table]] *= 1.0 + size
                    continue
                if mode == Mode.NOISY:
                    values[places[table]] *= 1.0 + size * noise[table][places[table]]
                    continue
                for place in places[table]:
                    key = f"{table}:{place}"
                    frozen[key] = self._held.get(key, float(values[place]))
                    values[place] = frozen[key]
        self._held = frozen

    def _lacks(self, lacked_before: FloatArray) -> list[Notice]:
        """Tell which bodies lacked what they take, or room for what they give."""
        names = self.station.names
        lacked_s = self.ledger.work_lacked_s - lacked_before
        return [
            Notice(
                "crew-in-need",
                names.work[w],
                f"{names.work[w]} lacked what it takes or room for what it gives",
                {"lacked_s": float(lacked_s[w])},
            )
            for w in np.flatnonzero(self.bodies & (lacked_s > 0.0))
        ]

    @property
    def random_width(self) -> int:
        """How many random numbers one telemetry frame takes."""
        names = self.station.names
        measured = (names.sources, names.loads, names.stores, names.nodes, names.tanks)
        return sum(len(channels) for channels in measured)

    def _happenings(
        self, lost_before: NDArray[np.bool_], unserved_before: FloatArray
    ) -> list[Notice]:
        names, notices = self.station.names, []
        lost = self.state.node_lost
        for n in np.flatnonzero(lost & ~lost_before) if (lost != lost_before).any() else ():
            kelvin = float(self.state.node_temperature_k[n])
            text = f"{names.nodes[n]} fell to {kelvin:.0f} K, below what it survives, and is lost"
            notices.append(
                Notice("element-lost", names.nodes[n], text, {"node_temperature_k": kelvin})
            )
        unserved_j = self.ledger.load_unserved_j.take(self._vital) - unserved_before
        for k in np.flatnonzero(unserved_j > 0.0) if unserved_j.any() else ():
            i, energy_j = self._vital[k], float(unserved_j[k])
            text = f"{names.loads[i]} did not get the power it needs to survive"
            notices.append(
                Notice("survival-unserved", names.loads[i], text, {"unserved_j": energy_j})
            )
        return notices


def _islands_of_sources(wiring: Wiring) -> NDArray[np.int64]:
    """Return the island of each source."""
    first = wiring.source_ptr[: wiring.n_islands + 1].astype(np.int64)
    island = np.zeros(len(wiring.source), dtype=np.int64)
    island[wiring.source] = np.repeat(np.arange(wiring.n_islands), first[1:] - first[:-1])
    return island
