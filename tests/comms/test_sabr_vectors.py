import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moonstead.comms.plan import plan_of_rows
from moonstead.comms.routing.batch import route_batch
from moonstead.comms.routing.bundles import Bundles

VECTORS = sorted((Path(__file__).parent / "vectors").glob("*.json"))


def test_there_is_a_vector_for_each_rule() -> None:
    assert len(VECTORS) >= 12


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
            lifetime_s=np.array(
                [np.inf if b["lifetime_s"] is None else b["lifetime_s"] for b in wanted]
            ),
            priority=np.array([b["priority"] for b in wanted]),
        ),
        vector["owlt_margin_share"],
    )
    for k, bundle in enumerate(wanted):
        path_taken = [places[row] for row in routes.contacts[k, : routes.hops[k]]]
        assert path_taken == (bundle["path"] or [])
        if bundle["arrival_s"] is not None:
            assert routes.arrival_t_s[k] == pytest.approx(bundle["arrival_s"], abs=1e-9)
