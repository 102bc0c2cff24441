"""The run's side of the network: closes paths to relays that cannot, counts what comes home."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.executive.plain import from_plain, to_plain
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.run.courier import Courier, Ended
from moonstead.run.deliveries import Deliveries
from moonstead.run.ground_contact import GroundContact
from moonstead.run.link_faults import NO_OUTAGE, LinkFaults, Outage
from moonstead.run.memories import Memories
from moonstead.run.uplink import Uplink
from moonstead.scenario.build import World
from moonstead.scenario.contact_network import ContactNetwork, Stretch, mean_rates_bit_per_s
from moonstead.scenario.flights import orbiters_of
from moonstead.scenario.model import Scenario
from moonstead.simulation.schedule import Fault
from moonstead.simulation.simulator import Simulator

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Traffic:
    """The data of a run between recorder and home.

    Parameters
    ----------
    world, network
        The scenario and its contacts.
    simulator
        The truth, whose ledger says what was sent; its paths are closed here.
    start_t_s
        Of the run, TDB seconds past J2000.
    """

    def __init__(
        self, world: World, network: ContactNetwork, simulator: Simulator, start_t_s: float
    ) -> None:
        names = simulator.station.names
        self.network, self.simulator = network, simulator
        self.partners = tuple(partner.name for partner in world.scenario.partner)
        owners = _owners(world.scenario, names.loads, self.partners)
        memories_bit = {
            element.name: element.memory_bit
            for element in orbiters_of(world.scenario)
            if isinstance(element, RelayOrbiter) and element.memory_bit > 0.0
        }
        self.courier = Courier(network, names.paths, owners, self.partners, memories_bit, start_t_s)
        self.deliveries = Deliveries(len(names.loads), len(self.partners), len(network.plan.nodes))
        self._keepers = {
            path: f"{carrier}.avionics"
            for path, carrier in network.carriers.items()
            if path in names.paths and f"{carrier}.avionics" in names.loads
        }
        flying = {element.name for element in orbiters_of(world.scenario)}
        reached = flying | {contact.element for contact in world.surface_contacts}
        self.contact = GroundContact(world.scenario, start_t_s)
        self.uplink = Uplink(world.scenario, self.courier, reached, self.contact.is_open)
        self._recorder = np.full(len(names.loads), -1)
        data = simulator.station.network
        self._recorder[data.data_load] = data.data_recorder
        self.memories = Memories(
            self.courier,
            {
                path: (carrier, memories_bit[carrier])
                for path, carrier in network.carriers.items()
                if carrier in memories_bit and path in names.paths
            },
            start_t_s,
        )
        self._start_t_s = start_t_s
        self._down: tuple[str, ...] = ()
        self._faults = LinkFaults(world.scenario, network.carriers)
        self._outage = NO_OUTAGE
        self._ended: list[Ended] = []
        self._sent_bit: list[float] = []
        self._begin_bit = 0.0

    def heed(self, active: Sequence[tuple[Fault, float]], t_s: float) -> None:
        """Take the faults of the network from an instant on.

        Parameters
        ----------
        active
            Faults of anything, with since when they are.
        t_s
            Now, TDB seconds past J2000.
        """
        outage = self._faults.outage(active, t_s) if active else NO_OUTAGE
        if outage != self._outage:
            self._outage = outage
            self.contact.silent = outage.silent
            self._close(t_s)

    def _close(self, t_s: float) -> None:
        """Let the courier know what does not work."""
        down = {self.network.carriers[path] for path in self._down} | self._outage.nodes
        ended = self.courier.close(down, t_s, self._outage.links)
        if ended is not None:
            self._count(ended)
            self.memories.look(t_s)

    def _close_faulty(self, first: int, end: int) -> None:
        """Take out of the paths what ground stations and paths with faults do not carry."""
        outage, simulator = self._outage, self.simulator
        names, offered, live = simulator.station.names, simulator.drivers.path_bit_per_s, None
        if simulator.sky.live is not None:
            live = simulator.sky.live
        for p, path in enumerate(names.paths):
            left = self._left(self.network.stretches[path], first, end)
            if left is not None:
                offered[p, first:end] = left
            through = self._left(self.network.through.get(path, ()), first, end)
            if through is not None and live is not None:
                live[p, first:end] = through > 0.0
        for path, share in outage.shares:
            if path in names.paths:
                p = names.paths.index(path)
                offered[p, first:end] *= share

    def _left(self, stretches: tuple[Stretch, ...], first: int, end: int) -> FloatArray | None:
        """Return what a path offers without the nodes that are closed; None for as ever."""
        step_s = self.simulator.dt_s
        begin_t_s, end_t_s = (self._start_t_s + step * step_s for step in (first, end))
        last = bisect_left(stretches, end_t_s, key=lambda one: one.start_t_s)
        now = []
        for one in reversed(stretches[:last]):  # in order and apart
            if one.end_t_s <= begin_t_s:
                break
            now.append(one)
        kept = [one for one in now if one.node not in self._outage.nodes]
        if len(kept) == len(now):
            return None
        return mean_rates_bit_per_s(kept, begin_t_s, step_s, end - first)

    def close_paths(self, first: int, end: int) -> None:
        """Close the paths of relays that are down, and slow those down whose memory is full.

        Parameters
        ----------
        first, end
            The steps to come.
        """
        names, step_s = self.simulator.station.names, self.simulator.dt_s
        offered = self.simulator.drivers.path_bit_per_s
        if self._outage != NO_OUTAGE:
            self._close_faulty(first, end)
        for path in self._down:
            offered[names.paths.index(path), first:end] = 0.0
        for path in self.memories.paths:
            rates = offered[names.paths.index(path), first:end]
            wanted_bit = float(rates.sum()) * step_s
            if wanted_bit <= 0.0:
                continue
            fits_bit, ended = self.memories.room(path, wanted_bit, self._start_t_s + first * step_s)
            if ended is not None:
                self._count(ended)
            rates *= fits_bit / wanted_bit

    def sent(self) -> tuple[FloatArray, FloatArray]:
        """Return what each transmitter and each load has sent so far, bit."""
        ledger = self.simulator.ledger
        return ledger.transmitter_sent_bit.copy(), ledger.load_delivered_bit.copy()

    def take(self, before: tuple[FloatArray, FloatArray], begin_t_s: float, end_t_s: float) -> None:
        """Take over what was sent since `sent` said so, and look which relays are down."""
        by_transmitter, by_load = (
            now - then for now, then in zip(self.sent(), before, strict=True)
        )
        station = self.simulator.station.network
        for recorder in np.unique(station.transmitter_recorder):
            out = station.transmitter_recorder == recorder
            by_path = np.zeros(len(self.simulator.station.names.paths))
            np.add.at(by_path, station.transmitter_path[out], by_transmitter[out])
            of_it = np.where(self._recorder == recorder, by_load, 0.0)
            self.courier.send(begin_t_s, end_t_s, by_path, of_it)
            for path, bit in zip(self.simulator.station.names.paths, by_path.tolist(), strict=True):
                self.memories.sent(path, bit)
        down = tuple(
            path for path, load in self._keepers.items() if not self.simulator.is_running(load)
        )
        if down != self._down:
            self._down = down
            self._close(end_t_s)
        self._sent_bit.append(float(by_load.sum()))

    def finish_block(self, ticks_t_s: FloatArray) -> dict[str, NDArray[Any]]:
        """Carry everything to the end of a block.

        Parameters
        ----------
        ticks_t_s
            Begin of every tick of the block and its end, TDB seconds past J2000, shape (n + 1,).

        Returns
        -------
        dict
            ``arrived_bit_per_s``, shape (partners, n), and ``network_bit``, what was under way at
            the end of each tick, shape (n,).
        """
        self._count(self.courier.carry(float(ticks_t_s[-1])))
        self.memories.look(float(ticks_t_s[-1]))
        count = len(ticks_t_s) - 1
        arrived_bit = np.zeros((len(self.partners), count))
        gone_bit = np.zeros(count)
        for ended in self._ended:
            home = np.isfinite(ended.arrived_t_s)
            when = np.where(home, ended.arrived_t_s, ticks_t_s[-1])
            tick = np.clip(np.searchsorted(ticks_t_s, when, side="left") - 1, 0, count - 1)
            np.add.at(arrived_bit, (ended.partner[home], tick[home]), ended.bit[home])
            np.add.at(gone_bit, tick, ended.bit)
        waiting_bit = self._begin_bit + np.cumsum(np.array(self._sent_bit) - gone_bit)
        self._ended, self._sent_bit = [], []
        self._begin_bit = self.courier.waiting_bit
        return {
            "arrived_bit_per_s": arrived_bit / np.diff(ticks_t_s),
            "network_bit": np.maximum(waiting_bit, 0.0),
        }

    def _count(self, ended: Ended) -> None:
        self._ended.append(ended)
        self.deliveries.add(ended)

    def memory(self) -> dict[str, Any]:
        """Return what it remembers, as plain JSON values; only right after `finish_block`."""
        return {
            "courier": self.courier.memory(),
            "deliveries": self.deliveries.memory(),
            "down": list(self._down),
            "outage": to_plain(self._outage),
            "uplink": self.uplink.memory(),
        }

    def restore(self, memory: dict[str, Any]) -> None:
        """Take back what `memory` returned."""
        self.courier.restore(memory["courier"])
        self.deliveries.restore(memory["deliveries"])
        self._down = tuple(memory["down"])
        self._outage = from_plain(Outage, memory["outage"])
        self.contact.silent = self._outage.silent
        self.uplink.restore(memory["uplink"])
        self._begin_bit = self.courier.waiting_bit
        self.memories.look(memory["courier"]["now_t_s"])


def _owners(scenario: Scenario, loads: tuple[str, ...], partners: tuple[str, ...]) -> IntArray:
    """Return whose data each load makes: who asks for it where that is one partner, else its owner.

    Other loads take their element's owner.
    """
    elements = {element.name: element for element in scenario.element}
    asking: dict[str, set[str]] = {}
    for experiment in scenario.experiment:
        for load in elements[experiment.element].activity_loads():
            asking.setdefault(load, set()).add(experiment.partner)
    owners = []
    for load in loads:
        asked_by = asking.get(load, set())
        owner = elements[load.partition(".")[0]].partner
        owners.append(partners.index(min(asked_by) if len(asked_by) == 1 else owner))
    return np.array(owners, dtype=np.int64)
