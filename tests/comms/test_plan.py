import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.comms.plan import ContactPlan, plan_of_rows
from moonstead.errors import InputError

NODES = ("station", "relay", "earth")
ROWS = [
    ("station", "relay", 0.0, 100.0, 1e6, 0.2, 1.0),
    ("relay", "earth", 50.0, 200.0, 1e7, 1.3, 0.9),
    ("station", "relay", 100.0, 150.0, 2e6, 0.2, 1.0),
]


def test_a_plan_has_one_order_and_gives_its_rows_back() -> None:
    plan = plan_of_rows(NODES, reversed(ROWS))
    assert plan == plan_of_rows(NODES, ROWS)
    assert hash(plan) == hash(plan_of_rows(NODES, ROWS))
    assert plan != plan_of_rows(NODES, ROWS[:2])
    assert plan != 1
    assert list(plan.rows()) == ROWS
    assert len(plan) == 3
    np.testing.assert_array_equal(plan.volume_bit, [1e8, 1.5e9, 1e8])


def test_confidence_is_one_where_it_is_left_out() -> None:
    plan = ContactPlan(
        nodes=("a", "b"),
        source=np.array([0, 1]),
        destination=np.array([1, 0]),
        start_t_s=np.zeros(2),
        end_t_s=np.ones(2),
        rate_bit_per_s=np.ones(2),
        owlt_s=np.zeros(2),
    )
    np.testing.assert_array_equal(plan.confidence, [1.0, 1.0])


def test_an_empty_plan_is_a_plan() -> None:
    assert len(plan_of_rows(NODES, [])) == 0


def test_nothing_can_be_written_to_a_plan() -> None:
    plan = plan_of_rows(NODES, ROWS)
    with pytest.raises(ValueError, match="read-only"):
        plan.rate_bit_per_s[0] = 5.0


def test_every_mistake_is_named_at_once() -> None:
    plan = {
        "nodes": ("a", "b", "b", ""),
        "source": np.array([0, 0, 0, 9, 1, 0]),
        "destination": np.array([1, 1, 1, 0, 1, 1]),
        "start_t_s": np.array([0.0, 5.0, 30.0, 0.0, 0.0, np.nan]),
        "end_t_s": np.array([10.0, 7.0, 20.0, 1.0, 1.0, 1.0]),
        "rate_bit_per_s": np.array([1.0, 1.0, 1.0, -1.0, 1.0, 1.0]),
        "owlt_s": np.array([0.0, 0.0, 0.0, -2.0, np.inf, 0.0]),
        "confidence": np.array([1.0, 1.0, 1.0, 1.0, 1.5, 1.0]),
    }
    with pytest.raises(InputError) as caught:
        ContactPlan(**plan)
    told = str(caught.value)
    for part in (
        "nodes[2] = b: this name is taken",
        'nodes[3] = ""',
        "contact 3: source, destination = 9, 0: number the nodes from 0 to 3",
        "contact 4: source, destination = 1, 1: name two different nodes",
        "contact 5: start_t_s, end_t_s = nan, 1.0: give finite times",
        "contact 2: start_t_s, end_t_s = 30.0, 20.0: let the contact end after",
        "contact 3: rate_bit_per_s = -1.0",
        "contact 3: owlt_s = -2.0",
        "contact 4: owlt_s = inf",
        "contact 4: confidence = 1.5",
        "contact 1: start_t_s = 5.0: a > b overlaps contact 0, which ends at 10.0",
    ):
        assert part in told


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(InputError, match=r"owlt_s = shape \(2,\): .* shape \(1,\)"):
        ContactPlan(
            nodes=("a", "b"),
            source=np.array([0]),
            destination=np.array([1]),
            start_t_s=np.zeros(1),
            end_t_s=np.ones(1),
            rate_bit_per_s=np.ones(1),
            owlt_s=np.zeros(2),
        )


def test_a_contact_of_an_unknown_node_is_refused() -> None:
    with pytest.raises(InputError, match=r"contact 0 = mars: no such node; there are: station"):
        plan_of_rows(NODES, [("station", "mars", 0.0, 1.0, 1.0, 0.0, 1.0)])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(1, 8)), max_size=8))
def test_overlaps_are_found_where_two_spans_of_a_pair_share_time(
    spans: list[tuple[int, int, int]],
) -> None:
    others = {0: "relay", 1: "earth", 2: "station"}
    rows = [
        (NODES[k], others[k], float(start), float(start + long), 1.0, 0.0, 1.0)
        for k, start, long in spans
    ]
    overlap = any(
        a[0] == b[0] and a[1] < b[1] + b[2] and b[1] < a[1] + a[2]
        for i, a in enumerate(spans)
        for b in spans[:i]
    )
    if overlap:
        with pytest.raises(InputError, match="overlaps contact"):
            plan_of_rows(NODES, rows)
    else:
        assert len(plan_of_rows(NODES, rows)) == len(rows)
