"""Write the conformance vectors of bundle routing: tests/comms/vectors/*.json.

python builders/build_routing_vectors.py

Each file has a contact plan, bundles in the order of their creation, and for each the path and the
arrival that the rules of CCSDS 734.3-B-1 give it, with the rule that decides. These are worked out
here by listing all paths and judging each (tests/comms/route_truth.py), not by the code
that is tested. Times are seconds, rates bit/s, light times seconds; contacts count from 0 in the
order of the file; nodes are in the order of their numbers. The margin of light time is given.
"""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "comms"))

from route_truth import Truth  # type: ignore[import-not-found]  # noqa: E402

from moonstead.comms.plan import plan_of_rows  # noqa: E402

NODES = ["station", "relay-a", "relay-b", "earth"]
S, A, B, E = NODES
# name: (rule, what it shows, contacts, bundles as (source, destination, created, size, priority,
# lifetime)); contacts as (source, destination, start, end, rate, owlt).
Contacts = list[tuple[str, str, float, float, float, float]]
Wanted = list[tuple[str, str, float, float, int, float | None]]
ONE: Wanted = [(S, E, 0.0, 10.0, 1, None)]
CASES: dict[str, tuple[str, str, Contacts, Wanted]] = {
    "earliest-arrival": (
        "3.2.8.1.4 a) 1)",
        "Two hops that arrive earlier are preferred to one hop.",
        [(S, E, 50, 90, 10, 1), (S, A, 0, 20, 10, 1), (A, E, 10, 30, 10, 1)],
        ONE,
    ),
    "fewest-hops": (
        "3.2.8.1.4 a) 2)",
        "Of equal arrivals the one with fewer hops is preferred.",
        [(S, A, 0, 20, 10, 1), (A, E, 40, 60, 10, 1), (S, E, 40, 60, 10, 1)],
        ONE,
    ),
    "latest-termination": (
        "3.2.8.1.4 a) 3)",
        "Of equal arrivals and hops the path whose earliest end is latest is preferred.",
        [(S, A, 0, 20, 10, 1), (A, E, 40, 60, 10, 1), (S, B, 0, 30, 10, 1), (B, E, 40, 60, 10, 1)],
        ONE,
    ),
    "lowest-entry-node": (
        "3.2.8.1.4 a) 4)",
        "All else equal the path whose first hop leads to the lowest node number is preferred.",
        [(S, B, 0, 20, 10, 1), (B, E, 40, 60, 10, 1), (S, A, 0, 20, 10, 1), (A, E, 40, 60, 10, 1)],
        ONE,
    ),
    "radiation-latency": (
        "3.2.6.4",
        "The last byte must be sent before the contact ends: the second contact is taken.",
        [(S, E, 0, 9, 1, 1), (S, E, 20, 40, 1, 1)],
        ONE,
    ),
    "store-and-forward": (
        "3.2.6.3",
        "A node sends on when the last byte has come, not the first.",
        [(S, A, 0, 20, 1, 2), (A, E, 0, 40, 5, 3)],
        ONE,
    ),
    "backlog": (
        "3.2.6.2",
        "Bundles wait for those queued before them; the third no longer fits.",
        [(S, E, 5, 26, 1, 1), (S, E, 100, 126, 1, 1)],
        [(S, E, 0.0, 10.0, 1, None), (S, E, 1.0, 10.0, 1, None), (S, E, 2.0, 10.0, 1, None)],
    ),
    "volume-on-a-later-hop": (
        "3.2.6.8.9",
        "What earlier bundles took of a later contact counts: the second takes the other relay.",
        [
            (S, A, 0, 99, 10, 0),
            (A, E, 50, 51.5, 10, 0),
            (S, B, 0, 99, 10, 0),
            (B, E, 60, 70, 10, 0),
        ],
        [(S, E, 0.0, 10.0, 1, None), (S, E, 1.0, 10.0, 1, None)],
    ),
    "priority-volumes": (
        "3.2.6.8.8, 3.2.8.1.2",
        "Bulk has only what higher priorities left; expedited does not see what bulk took.",
        [(S, E, 0, 20, 1, 0)],
        [(S, E, 0.0, 15.0, 0, None), (S, E, 1.0, 15.0, 2, None), (S, E, 2.0, 5.0, 0, None)],
    ),
    "lifetime": (
        "3.2.6.9 e)",
        "A path that arrives after the bundle has expired is no candidate.",
        [(S, E, 10, 30, 1, 5)],
        [(S, E, 0.0, 10.0, 1, 24.9), (S, E, 1.0, 10.0, 1, 24.0)],
    ),
    "owlt-margin": (
        "2.4.2, 3.2.6.6",
        "The light time is lengthened by the margin on every hop.",
        [(S, A, 0, 20, 10, 100), (A, E, 0, 400, 10, 200)],
        ONE,
    ),
    "no-path": (
        "3.2.6.9",
        "Contacts in the wrong order make no path.",
        [(A, E, 0, 20, 10, 1), (S, A, 30, 50, 10, 1)],
        ONE,
    ),
}


def vector(name: str) -> dict[str, Any]:
    """Work out one vector."""
    rule, shows, contacts, wanted = CASES[name]
    margin = 0.001 if name == "owlt-margin" else 0.0
    plan = plan_of_rows(NODES, [(*contact, 1.0) for contact in contacts])
    order = [
        next(k for k, c in enumerate(contacts) if tuple(row[:4]) == c[:4]) for row in plan.rows()
    ]
    truth = Truth(plan, margin)
    bundles = []
    for source, to, created, size, priority, lifetime in wanted:
        best = truth.best(NODES.index(source), NODES.index(to), created, size, priority)
        if best is not None and lifetime is not None and best[0] > created + lifetime:
            best = None
        if best is not None:
            truth.book(best[1], created, size, priority)
        bundles.append(
            {
                "source": source,
                "destination": to,
                "created_s": created,
                "size_bit": size,
                "priority": priority,
                "lifetime_s": lifetime,
                "path": [order[k] for k in best[1]] if best else None,
                "arrival_s": best[0] if best else None,
            }
        )
    keys = ("source", "destination", "start_s", "end_s", "rate_bit_per_s", "owlt_s")
    return {
        "name": name,
        "rule": rule,
        "shows": shows,
        "owlt_margin_share": margin,
        "nodes": NODES,
        "contacts": [dict(zip(keys, contact, strict=True)) for contact in contacts],
        "bundles": bundles,
    }


def main() -> None:
    folder = ROOT / "tests" / "comms" / "vectors"
    folder.mkdir(exist_ok=True)
    for name in CASES:
        path = folder / f"{name}.json"
        path.write_text(json.dumps(vector(name), indent=1) + "\n", encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
