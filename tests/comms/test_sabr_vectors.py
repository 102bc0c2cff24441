import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moonstead.comms.plan import plan_of_rows
from moonstead.comms.routing.batch import route_batch
from moonstead.comms.routing.bundles import Bundles

VECTORS = sorted((Path(__file__).parent / "vectors").glob("*.json"))


RULES = {
    "3.2.6.9 c)",
    "3.2.6.9 e)",
    "3.2.6.9 f)",
    "3.2.6.9 g)",
    "3.2.8.1.3",
    *(f"3.2.8.1.4 a) {k})" for k in (1, 2, 3, 4)),
    "3.2.8.2",
}


def test_there_is_a_vector_for_each_rule() -> None:
    decided = {
        rule for path in VECTORS for rule in json.loads(path.read_text())["rule"].split(", ")
    }
    assert decided >= RULES


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_a_vector_is_met(path: Path) -> None:
    vector: dict[str, Any] = json.loads(path.read_text())
    nodes, contacts, wanted = vector["nodes"], vector["contacts"], vector["bundles"]
    plan = plan_of_rows(nodes, [(*contact.values(), 1.0) for contact in contacts])
    in_file = {(c["source"], c["destination"], c["start_s"]): k for k, c in enumerate(contacts)}
    places = [in_file[row[:3]] for row in plan.rows()]
    routes = route_batch(
        plan,
        Bundles(
            source=np.array([nodes.index(b["source"]) for b in wanted]),
            destination=np.array([nodes.index(b["destination"]) for b in wanted]),
            size_bit=np.array([b["size_bit"] for b in wanted]),
            created_t_s=np.array([b["created_s"] for b in wanted]),
            lifetime_s=np.array([_number(b["lifetime_s"]) for b in wanted]),
            priority=np.array([b["priority"] for b in wanted]),
            may_fragment=np.array([b["may_fragment"] for b in wanted]),
            critical=np.array([b["critical"] for b in wanted]),
        ),
        vector["owlt_margin_share"],
    )
    pieces = routes.pieces
    for k, bundle in enumerate(wanted):
        rows = np.flatnonzero(pieces.bundle == k)
        found = [
            [places[row] for row in pieces.contacts[p, : pieces.hops[p]]] or None for p in rows
        ]
        assert found == [piece["path"] for piece in bundle["pieces"]]
        assert pieces.size_bit[rows].tolist() == [piece["size_bit"] for piece in bundle["pieces"]]
        arrivals = [_number(piece["arrival_s"]) for piece in bundle["pieces"]]
        np.testing.assert_allclose(pieces.arrival_t_s[rows], arrivals, atol=1e-9)
        assert routes.arrival_t_s[k] == pytest.approx(_number(bundle["arrival_s"]), abs=1e-9)


def _number(value: float | None) -> float:
    return np.inf if value is None else value
