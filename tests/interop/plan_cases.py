"""Contact plans that the tests of formats share."""

from pathlib import Path

from hypothesis import strategies as st

from moonstead.comms.plan import ContactPlan, plan_of_rows
from moonstead.environment.timescale import from_utc

EPOCH = "2035-01-01T00:00:00Z"
EPOCH_T_S = from_utc(EPOCH)
NAMES = {3: "station", 7: "relay", 21: "ground"}
NUMBERS = {name: number for number, name in NAMES.items()}


@st.composite
def whole_plans(draw: st.DrawFn) -> ContactPlan:
    """Draw a plan in whole seconds, bytes per second and light seconds."""
    nodes = list(NAMES.values())
    rows = []
    clock: dict[tuple[str, str], int] = {}
    for _ in range(draw(st.integers(0, 8))):
        source, to = draw(st.permutations(nodes))[:2]
        start = clock.get((source, to), 0) + draw(st.integers(0, 1000))
        end = start + draw(st.integers(1, 100_000))
        clock[source, to] = end
        rate, owlt = 8.0 * draw(st.integers(0, 10**9)), float(draw(st.integers(0, 3)))
        confidence = draw(st.sampled_from([1.0, 0.25]))
        rows.append((source, to, EPOCH_T_S + start, EPOCH_T_S + end, rate, owlt, confidence))
    return plan_of_rows(nodes, rows)


def written(path: Path, content: str | bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
