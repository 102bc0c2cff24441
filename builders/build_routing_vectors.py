"""Write the conformance vectors of bundle routing: tests/comms/vectors/*.json.

python builders/build_routing_vectors.py

Each file has a contact plan, bundles in the order of their creation, and for each the paths and the
arrival that the rules of CCSDS 734.3-B-1 give it, with the rule that decides. These are worked out
here by listing all paths and judging each (tests/comms/route_truth.py), not by the code
that is tested. What each field means stands in tests/comms/vectors/README.md.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "comms"))

from route_truth import Piece, Truth  # type: ignore[import-not-found]  # noqa: E402

from moonstead.comms.plan import plan_of_rows  # noqa: E402

NODES = ["station", "relay-a", "relay-b", "earth"]
S, A, B, E = NODES


class Wish(NamedTuple):
    """A bundle of a case."""

    source: str
    destination: str
    created_s: float
    size_bit: float
    priority: int = 1
    lifetime_s: float | None = None
    may_fragment: bool = False
    critical: bool = False


# name: (rule, what it shows, contacts, bundles); contacts as (source, destination, start, end,
# rate, owlt).
Contacts = list[tuple[str, str, float, float, float, float]]
Wanted = list[Wish]
ONE: Wanted = [Wish(S, E, 0.0, 10.0)]
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
        [Wish(S, E, 0.0, 10.0), Wish(S, E, 1.0, 10.0), Wish(S, E, 2.0, 10.0)],
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
        [Wish(S, E, 0.0, 10.0), Wish(S, E, 1.0, 10.0)],
    ),
    "priority-volumes": (
        "3.2.6.8.8, 3.2.8.1.2",
        "Bulk has only what higher priorities left; expedited does not see what bulk took.",
        [(S, E, 0, 20, 1, 0)],
        [Wish(S, E, 0.0, 15.0, 0), Wish(S, E, 1.0, 15.0, 2), Wish(S, E, 2.0, 5.0, 0)],
    ),
    "lifetime": (
        "3.2.6.9 e)",
        "A path that arrives after the bundle has expired is no candidate.",
        [(S, E, 10, 30, 1, 5)],
        [Wish(S, E, 0.0, 10.0, 1, 24.9), Wish(S, E, 1.0, 10.0, 1, 24.0)],
    ),
    "owlt-margin": (
        "2.4.2, 3.2.6.6",
        "The light time is lengthened by the margin on every hop.",
        [(S, A, 0, 20, 10, 100), (A, E, 0, 400, 10, 200)],
        ONE,
    ),
    "own-node": (
        "3.2.6.9 c)",
        "The one way back over the own node is no candidate, though its contacts are in order.",
        [(S, A, 0, 5, 10, 1), (A, S, 6, 9, 10, 1), (S, B, 0, 20, 1, 1), (B, E, 10, 40, 10, 1)],
        ONE,
    ),
    "entry-ends-first": (
        "3.2.8.1.4 a) 3)",
        "The termination time is the earliest end of all contacts, not that of the first.",
        [
            (S, A, 0, 90, 10, 1),
            (A, E, 40, 60, 10, 1),
            (S, B, 0, 70, 10, 1),
            (B, E, 40, 95, 10, 1),
        ],
        ONE,
    ),
    "order-of-rules": (
        "3.2.8.1.4 a)",
        "Fewer hops come before a later termination, a later termination before a lower node.",
        [
            (S, A, 0, 20, 10, 1),
            (A, E, 40, 60, 10, 1),
            (S, B, 0, 30, 10, 1),
            (B, E, 40, 60, 10, 1),
            (S, E, 40, 41.5, 10, 1),
        ],
        [Wish(S, E, 0.0, 10.0), Wish(S, E, 1.0, 10.0)],
    ),
    "depleted": (
        "3.2.6.9 f), 3.2.6.8.11",
        "A path of which a contact has no volume left for the priority is no candidate.",
        [(S, E, 0, 10, 1, 0), (S, E, 30, 40, 1, 0)],
        [Wish(S, E, 0.0, 10.0, 2), Wish(S, E, 0.0, 4.0, 0)],
    ),
    "fragment-volume": (
        "3.2.8.2, 3.2.6.9 g)",
        "No contact takes it whole: the first takes all it can, the next the rest.",
        [(S, E, 0, 10, 10, 1), (S, E, 50, 60, 10, 1)],
        [Wish(S, E, 0.0, 150.0, may_fragment=True), Wish(S, E, 1.0, 60.0)],
    ),
    "fragment-not-needed": (
        "3.2.8.2",
        "A path takes it whole: it is not cut, though parts of it could be there earlier.",
        [(S, E, 0, 10, 10, 1), (S, E, 50, 70, 10, 1)],
        [Wish(S, E, 0.0, 150.0, may_fragment=True)],
    ),
    "fragment-not-allowed": (
        "3.2.6.9 g)",
        "The same plan and a bundle that may not be cut: there is no path.",
        [(S, E, 0, 10, 10, 1), (S, E, 50, 60, 10, 1)],
        [Wish(S, E, 0.0, 150.0)],
    ),
    "fragment-time-left": (
        "3.2.8.2",
        "Time limits a part as volume does: it must pass both hops before they end.",
        [(S, A, 0, 10, 10, 0), (A, E, 0, 10, 10, 0), (S, E, 80, 89, 10, 0)],
        [Wish(S, E, 0.0, 128.0, may_fragment=True)],
    ),
    "fragment-lifetime": (
        "3.2.8.2, 3.2.6.9 e)",
        "Whole it would be too late: what is in time goes, and the rest has no path.",
        [(S, E, 0, 100, 1, 0)],
        [Wish(S, E, 0.0, 64.0, lifetime_s=50.0, may_fragment=True)],
    ),
    "critical-every-neighbour": (
        "3.2.8.1.3",
        "A copy goes to each neighbour by the best path over it.",
        [
            (S, B, 0, 20, 10, 1),
            (S, A, 0, 20, 10, 1),
            (A, E, 60, 80, 10, 1),
            (B, E, 40, 60, 10, 1),
            (B, E, 70, 90, 10, 1),
            (S, E, 99, 120, 10, 1),
        ],
        [Wish(S, E, 0.0, 10.0, critical=True)],
    ),
    "critical-in-time": (
        "3.2.8.1.3, 3.2.6.9 e)",
        "A neighbour over which it would be too late gets no copy.",
        [(S, A, 0, 20, 10, 1), (A, E, 40, 60, 10, 1), (S, B, 0, 20, 10, 1), (B, E, 70, 90, 10, 1)],
        [Wish(S, E, 0.0, 10.0, lifetime_s=60.0, critical=True)],
    ),
    "critical-volume": (
        "3.2.8.1.3, 3.2.8.1.2",
        "Copies take volume, the best first: a contact that both need carries one of them.",
        [
            (S, A, 0, 20, 10, 0),
            (S, B, 0, 20, 10, 0),
            (B, A, 0, 30, 10, 0),
            (A, E, 40, 41.5, 10, 0),
        ],
        [Wish(S, E, 0.0, 10.0, critical=True)],
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
    for wish in wanted:
        found = pieces(truth, wish)
        arrivals = [arrival for _, arrival, _ in found if arrival is not None]
        arrived = len(arrivals) == len(found) or (wish.critical and arrivals)
        first_or_last = min if wish.critical else max
        bundles.append(
            {
                **wish._asdict(),
                "arrival_s": first_or_last(arrivals) if arrived else None,
                "pieces": [
                    {
                        "size_bit": size,
                        "path": [order[k] for k in path] if path else None,
                        "arrival_s": arrival,
                    }
                    for size, arrival, path in found
                ],
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


def pieces(truth: Truth, wish: Wish) -> list[Piece]:
    """Return size, arrival and path of each piece of a bundle, and book them."""
    deadline = wish.created_s + (math.inf if wish.lifetime_s is None else wish.lifetime_s)
    ends = NODES.index(wish.source), NODES.index(wish.destination)
    errand = (*ends, wish.created_s, wish.size_bit, wish.priority)
    found: list[Piece]
    if wish.critical:
        found = truth.copies(*errand, deadline)
        return found
    if wish.may_fragment:
        found = truth.fragments(*errand, deadline)
        return found
    best = truth.best(*errand)
    if best is None or best[0] > deadline:
        return [(wish.size_bit, None, ())]
    truth.book(best[1], *errand[2:])
    return [(wish.size_bit, *best)]


def main() -> None:
    folder = ROOT / "tests" / "comms" / "vectors"
    folder.mkdir(exist_ok=True)
    for name in CASES:
        path = folder / f"{name}.json"
        path.write_text(json.dumps(vector(name), indent=1) + "\n", encoding="utf-8")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
