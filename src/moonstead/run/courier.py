"""Data on the way: what the station sends becomes bundles, which travel and arrive, or wait.

The kernel empties recorders into the paths. Here what it sent in each decision interval becomes
bundles at the node where the path enters the network (a relay with memory, or the ground station
that serves), one for each load and stretch of contact, of at most `MOST_BUNDLE_BIT`. From there on
they are routed to the home of the partner whose data they are, under the contact plan of the run
(`moonstead.comms.routing`); one that fits into no contact whole is cut into fragments.

A relay that has stopped working keeps what it holds; the contacts with it are out of the plan until
it works again. Whenever the plan changes, and at the end of each block of the record, what is under
way is routed anew from where it is; what is being sent then arrives, and its link is busy so long.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.plan import ContactPlan
from moonstead.comms.routing import forward, outcome
from moonstead.comms.routing.bundles import Bundles
from moonstead.comms.routing.traffic import DELIVERED
from moonstead.run.ways import Hop, way_over
from moonstead.scenario.contact_network import ContactNetwork, Stretch
from moonstead.scenario.model import HOME
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_BUNDLE_BIT = 2e9
"""About three minutes at 10 Mbit/s: small beside any contact."""
LEAST_BUNDLE_BIT = 1.0
INSTANT_S = 1e-3
HORIZON_S = 60 * DAY_S
"""Contacts further ahead are not looked at."""

Table = dict[str, NDArray[Any]]
_COLUMNS = {
    "node": "i8",
    "load": "i8",
    "partner": "i8",
    "bit": "f8",
    "sent_t_s": "f8",
    "at_t_s": "f8",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """Bundles that came home or were lost on the way, one row each.

    Parameters
    ----------
    load, partner
        Places in the loads and partners of the run, shape (n,).
    station
        The node that had it last before it was home, a place in the nodes of the plan.
    bit
        Size.
    sent_t_s, arrived_t_s
        When it left the station or module, and when it was home, TDB seconds past J2000; infinity
        for what was lost.
    """

    load: IntArray
    partner: IntArray
    station: IntArray
    bit: FloatArray
    sent_t_s: FloatArray
    arrived_t_s: FloatArray


class Courier:
    """The network in progress.

    Parameters
    ----------
    network
        Contacts of the run.
    paths
        Names of the paths in the order of the simulation.
    owners
        For each load, the place of the partner whose data it makes.
    partners
        Names of the partners.
    memories_bit
        Of relays that have one, by name.
    start_t_s
        Of the run, TDB seconds past J2000.
    """

    def __init__(
        self,
        network: ContactNetwork,
        paths: tuple[str, ...],
        owners: IntArray,
        partners: tuple[str, ...],
        memories_bit: Mapping[str, float],
        start_t_s: float,
    ) -> None:
        self._network, self._paths, self._owners = network, paths, owners
        self._number = {name: k for k, name in enumerate(network.plan.nodes)}
        self._home = np.array([self._number[HOME + name] for name in partners], dtype=np.int64)
        self._capacity_bit = np.full(len(network.plan.nodes), np.inf)
        for name, memory_bit in memories_bit.items():
            self._capacity_bit[self._number[name]] = memory_bit
        self._next = dict.fromkeys(paths, 0)
        self._down: frozenset[str] = frozenset()
        self._cut: frozenset[tuple[str, str]] = frozenset()
        self._now_t_s = start_t_s
        self.version = 0
        """Counts up whenever the plan that counts is another one."""
        self._busy: list[tuple[int, int, float]] = []
        self._under_way: Table = {name: np.zeros(0, dtype=kind) for name, kind in _COLUMNS.items()}
        self._new: list[tuple[int, int, float, float, float]] = []

    @property
    def now_t_s(self) -> float:
        """Up to when everything was carried, TDB seconds past J2000."""
        return self._now_t_s

    @property
    def waiting_bit(self) -> float:
        """What is under way."""
        return float(self._under_way["bit"].sum()) + sum(row[2] for row in self._new)

    def stored_bit(self, node: str) -> float:
        """Return what a node held when everything was carried last."""
        here = self._under_way["node"] == self._number[node]
        return float(self._under_way["bit"][here].sum())

    def waiting_by_load(self, count: int) -> FloatArray:
        """Return what is under way of each load, bit, shape (count,)."""
        waiting = np.zeros(count)
        np.add.at(waiting, self._under_way["load"], self._under_way["bit"])
        for row in self._new:
            waiting[row[1]] += row[2]
        return waiting

    def send(
        self, begin_t_s: float, end_t_s: float, by_path_bit: FloatArray, by_load_bit: FloatArray
    ) -> None:
        """Take over what was sent out of one recorder in an interval.

        Parameters
        ----------
        begin_t_s, end_t_s
            The interval, TDB seconds past J2000.
        by_path_bit, by_load_bit
            What the paths carried out of it, and what of each load left it: the same sum. Where it
            was emptied over several paths each took its share of every load.
        """
        total_bit = float(by_path_bit.sum())
        if total_bit < LEAST_BUNDLE_BIT:
            return
        loads = np.flatnonzero(by_load_bit >= LEAST_BUNDLE_BIT).tolist()
        for path, path_bit in zip(self._paths, by_path_bit.tolist(), strict=True):
            if path_bit <= 0.0:
                continue
            for stretch, share in self._shares(path, begin_t_s, end_t_s):
                at_t_s = min(end_t_s, stretch.end_t_s) + stretch.owlt_s
                node = self._number[stretch.node]
                for load in loads:
                    bit = float(by_load_bit[load]) * path_bit / total_bit * share
                    self._new.append((node, load, bit, min(end_t_s, stretch.end_t_s), at_t_s))

    def _shares(self, path: str, begin_t_s: float, end_t_s: float) -> list[tuple[Stretch, float]]:
        """Return the stretches of contact in an interval, each with its share of the volume."""
        stretches = self._network.stretches[path]
        k = self._next[path]
        while k < len(stretches) and stretches[k].end_t_s <= begin_t_s:
            k += 1
        self._next[path] = k
        found = []
        while k < len(stretches) and stretches[k].start_t_s < end_t_s:
            one = stretches[k]
            open_s = min(one.end_t_s, end_t_s) - max(one.start_t_s, begin_t_s)
            found.append((one, open_s * one.rate_bit_per_s))
            k += 1
        whole_bit = sum(bit for _, bit in found)
        return [(one, bit / whole_bit) for one, bit in found]

    def close(
        self, down: Iterable[str], t_s: float, cut: Iterable[tuple[str, str]] = ()
    ) -> Ended | None:
        """Take note of what does not work from an instant on.

        Parameters
        ----------
        down
            Nodes.
        t_s
            TDB seconds past J2000.
        cut
            Pairs of nodes between which nothing passes, either way.

        Returns
        -------
        Ended or None
            What came home or was lost until then, where that is a change.
        """
        closed, links = frozenset(down), frozenset(cut)
        if closed == self._down and links == self._cut:
            return None
        ended = self.carry(t_s)
        self._down, self._cut = closed, links
        return ended

    def way(self, source: str, destination: str, bit: float, from_t_s: float) -> tuple[Hop, ...]:
        """Return how something sent alone would go, by the contacts that are known now.

        Parameters
        ----------
        source, destination
            Nodes.
        bit
            Its size.
        from_t_s
            When the source has it, TDB seconds past J2000.

        Returns
        -------
        tuple of Hop
            Empty where no way is known within `HORIZON_S`.
        """
        ready_t_s = max(from_t_s, self._now_t_s + INSTANT_S)
        return way_over(self._plan(), source, destination, bit, ready_t_s)

    def carry(self, until_t_s: float) -> Ended:
        """Carry everything as far as it comes until an instant; return what came home or will.

        What is on its last hop then is returned with the instant at which it will be home.

        Parameters
        ----------
        until_t_s
            TDB seconds past J2000, after the last call.
        """
        table = self._gathered()
        plan = self._plan()
        # The forwarder wants bundles that are made after its time begins.
        bundles = Bundles(
            source=table["node"],
            destination=self._home[table["partner"]],
            size_bit=table["bit"],
            created_t_s=np.maximum(table["at_t_s"], self._now_t_s + INSTANT_S),
            may_fragment=np.ones(len(table["bit"]), dtype=np.bool_),
        )
        progress = forward.advance(forward.begin(plan, self._capacity_bit), until_t_s, bundles)
        pieces = outcome.arrivals(progress).pieces
        last = pieces.node.copy()
        went = np.flatnonzero(pieces.hops > 0)
        last[went] = plan.source[pieces.contacts[went, pieces.hops[went] - 1]]
        rows = np.flatnonzero(pieces.fate >= DELIVERED)
        left = outcome.under_way(progress)
        # What is on its last hop is lost to nothing any more: it counts with when it will be home.
        landing = left.node == self._home[table["partner"][left.bundle]]
        on = left.bundle[~landing]
        self._under_way = {
            "node": left.node[~landing],
            "load": table["load"][on],
            "partner": table["partner"][on],
            "bit": left.size_bit[~landing],
            "sent_t_s": table["sent_t_s"][on],
            "at_t_s": np.maximum(left.from_t_s[~landing], until_t_s),
        }
        of = np.append(pieces.bundle[rows], left.bundle[landing])
        ends = (left.source.tolist(), left.destination.tolist(), left.busy_t_s.tolist())
        self._busy = list(zip(*ends, strict=True))
        self._now_t_s = until_t_s
        self.version += 1
        return Ended(
            load=table["load"][of],
            partner=table["partner"][of],
            station=np.append(last[rows], left.sender[landing]),
            bit=np.append(pieces.size_bit[rows], left.size_bit[landing]),
            sent_t_s=table["sent_t_s"][of],
            arrived_t_s=np.append(pieces.arrival_t_s[rows], left.from_t_s[landing]),
        )

    def _gathered(self) -> Table:
        """Return what is under way with what is new, cut to size."""
        rows = self._new
        self._new = []
        fresh: Table = {
            "node": np.array([row[0] for row in rows], dtype=np.int64),
            "load": np.array([row[1] for row in rows], dtype=np.int64),
            "bit": np.array([row[2] for row in rows], dtype=np.float64),
            "sent_t_s": np.array([row[3] for row in rows], dtype=np.float64),
            "at_t_s": np.array([row[4] for row in rows], dtype=np.float64),
        }
        fresh["partner"] = self._owners[fresh["load"]]
        pieces = np.maximum(np.ceil(fresh["bit"] / MOST_BUNDLE_BIT), 1.0).astype(np.int64)
        fresh["bit"] = fresh["bit"] / pieces
        return {
            name: np.concatenate([self._under_way[name], np.repeat(fresh[name], pieces)])
            for name in _COLUMNS
        }

    def _plan(self) -> ContactPlan:
        """Return the contacts from now on, without those of what does not work."""
        plan = self._network.plan
        start_t_s = np.maximum(plan.start_t_s, self._now_t_s)
        kept = plan.start_t_s < self._now_t_s + HORIZON_S
        for source, destination, busy_t_s in self._busy:
            of_link = (plan.source == source) & (plan.destination == destination)
            start_t_s[of_link] = np.maximum(start_t_s[of_link], busy_t_s)
        kept &= plan.end_t_s > start_t_s
        for name in self._down:
            kept &= (plan.source != self._number[name]) & (plan.destination != self._number[name])
        for pair in self._cut:
            a, b = (self._number[name] for name in pair)
            kept &= ((plan.source != a) | (plan.destination != b)) & (
                (plan.source != b) | (plan.destination != a)
            )
        return ContactPlan(
            nodes=plan.nodes,
            source=plan.source[kept],
            destination=plan.destination[kept],
            start_t_s=start_t_s[kept],
            end_t_s=plan.end_t_s[kept],
            rate_bit_per_s=plan.rate_bit_per_s[kept],
            owlt_s=plan.owlt_s[kept],
        )

    def memory(self) -> dict[str, Any]:
        """Return what it remembers, as plain JSON values; only right after `carry`."""
        return {
            "down": sorted(self._down),
            "cut": sorted(self._cut),
            "now_t_s": self._now_t_s,
            "busy": [list(link) for link in self._busy],
            "under_way": {name: column.tolist() for name, column in self._under_way.items()},
        }

    def restore(self, memory: dict[str, Any]) -> None:
        """Take back what `memory` returned."""
        self._down = frozenset(memory["down"])
        self._cut = frozenset((a, b) for a, b in memory["cut"])
        self._now_t_s = memory["now_t_s"]
        self._busy = [(source, to, busy_t_s) for source, to, busy_t_s in memory["busy"]]
        self._under_way = {
            name: np.array(memory["under_way"][name], dtype=kind) for name, kind in _COLUMNS.items()
        }
