"""Earliest arrivals by aiodtnsim and pydtnsim; run by benchmarks/routing.py in the peers' venv.

python dtn_routing.py SET.npz ANSWERS.npz
"""

import math
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from aiodtnsim.simulation.cgr.tvdijkstra import tvdijkstra  # type: ignore[import-not-found]
from pydtnsim.contact_graph import (  # type: ignore[import-not-found]
    ContactGraph,
    ContactIdentifier,
)
from pydtnsim.contact_plan import ContactPlan  # type: ignore[import-not-found]
from pydtnsim.routing.cgr_utils import cgr_neighbor_function  # type: ignore[import-not-found]
from pydtnsim.routing.dijkstra import get_best_route  # type: ignore[import-not-found]
from tvgutil.contact_plan import SimplePredictedContactTuple  # type: ignore[import-not-found]

FEW = 100
ROUNDS = 5
"""Of which the best counts, as for ours."""
Contacts = list[tuple[str, str, float, float]]
Bundles = list[tuple[str, str, float]]
Answers = tuple[float, list[float]]


class Graph:
    """What aiodtnsim's search reads: neighbours of each node, contacts of each link by time."""

    def __init__(self, contacts: Contacts) -> None:
        self.vertices: dict[str, set[str]] = {}
        self.edges: dict[tuple[str, str], list[Any]] = {}
        for source, to, start, end in contacts:
            given = {"delay": 0.0, "probability": 1.0, "bit_rate": 1e6}
            known = {"tx_node": source, "rx_node": to, "start_time": start, "end_time": end}
            values = [{**given, **known}[name] for name in SimplePredictedContactTuple._fields]
            self.edges.setdefault((source, to), []).append(SimplePredictedContactTuple(*values))
            self.vertices.setdefault(source, set()).add(to)
            self.vertices.setdefault(to, set())
        for same in self.edges.values():
            same.sort(key=lambda contact: contact.start_time)


def by_aiodtnsim(contacts: Contacts, bundles: Bundles) -> Answers:
    graph = Graph(contacts)
    return timed(
        ROUNDS,
        lambda source, to, t: (
            tvdijkstra(graph, source, to, start_time=t, node_blacklist=(), contact_blacklist=())
            .get_metrics(to)
            .eat
        ),
        bundles,
    )


def by_pydtnsim(contacts: Contacts, bundles: Bundles) -> Answers:
    plan = ContactPlan(1, 0)
    for source, to, start, end in contacts:
        plan.add_contact(source, to, start, end, bidirectional=False)
    graph = ContactGraph(plan)

    def end_of(node: str) -> Any:
        return ContactIdentifier(node, node, 0, math.inf, math.inf, 0)

    return timed(
        1,
        lambda source, to, t: get_best_route(
            end_of(source), end_of(to), graph, cgr_neighbor_function, t, hashes=graph.hashes
        )[1],
        bundles,
    )


def timed(rounds: int, search: Callable[[str, str, float], float], bundles: Bundles) -> Answers:
    """Return the least processor time per search of some rounds, and the arrivals."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        arrivals = [search(*bundle) for bundle in bundles]
        times.append((time.process_time() - begin) / len(bundles))
    return min(times), arrivals


def main() -> None:
    given = np.load(sys.argv[1])
    spans = [given[name].tolist() for name in ("source", "to", "start", "end")]
    contacts = [(f"n{a}", f"n{b}", start, end) for a, b, start, end in zip(*spans, strict=True)]
    sent = [given[name].tolist() for name in ("bundle_source", "bundle_to", "created")]
    bundles = [(f"n{a}", f"n{b}", t) for a, b, t in zip(*sent, strict=True)]
    aiodtnsim_s, aiodtnsim = by_aiodtnsim(contacts, bundles)
    pydtnsim_s, pydtnsim = by_pydtnsim(contacts, bundles[:FEW])
    np.savez(
        sys.argv[2],
        aiodtnsim_s=aiodtnsim_s,
        aiodtnsim=np.array(aiodtnsim),
        pydtnsim_s=pydtnsim_s,
        pydtnsim=np.array(pydtnsim),
    )


if __name__ == "__main__":
    main()
