import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from route_truth import NODES, small_plans

from moonstead.comms.plan import ContactPlan, plan_of_rows
from moonstead.comms.plan_quality import FROM_EARTH, TO_EARTH, Reach, StationUse, plan_quality
from moonstead.errors import InputError

PLAN = plan_of_rows(
    ["station", "relay", "dish", "array"],
    [
        ("station", "relay", 0.0, 40.0, 2.0, 0.2, 1.0),
        ("relay", "dish", 10.0, 30.0, 5.0, 1.3, 1.0),
        ("relay", "array", 20.0, 60.0, 5.0, 1.3, 1.0),
        ("dish", "relay", 10.0, 30.0, 1.0, 1.3, 1.0),
        ("relay", "station", 90.0, 110.0, 1.0, 0.2, 1.0),
        ("station", "dish", 70.0, 80.0, 0.0, 1.3, 1.0),
    ],
)


def test_a_plan_worked_out_by_hand() -> None:
    quality = plan_quality(PLAN, 0.0, 100.0, {"dish": "A", "array": "B"})
    common = {"direction": TO_EARTH, "longest_gap_s": 60.0, "gap_start_t_s": 40.0}
    assert quality.reaches[0] == Reach(
        node="station", coverage_share=0.3, volume_bit=80.0, **common
    )
    back = {"direction": FROM_EARTH, "longest_gap_s": 100.0, "gap_start_t_s": 0.0}
    assert quality.reaches[1] == Reach(node="station", coverage_share=0.0, volume_bit=10.0, **back)
    assert quality.reaches[2].coverage_share == 0.5
    assert (quality.reaches[3].node, quality.reaches[3].coverage_share) == ("relay", 0.2)
    assert quality.uses == (
        StationUse(station="dish", owner="A", busy_s=20.0, received_bit=100.0, sent_bit=20.0),
        StationUse(station="array", owner="B", busy_s=40.0, received_bit=200.0, sent_bit=0.0),
    )
    both = plan_quality(PLAN, 0.0, 100.0, {"dish": "A", "array": "A"}).by_owner()
    assert both["A"].busy_s == 60.0
    assert both["A"].received_bit == 300.0


@given(small_plans(), st.integers(-2, 8), st.integers(1, 14))
def test_every_second_is_judged_right(plan: ContactPlan, start: int, long: int) -> None:
    """Contacts here begin and end at whole seconds: look at the middle of each."""
    quality = plan_quality(plan, start, start + long, {"d": "owner"})
    told = {(r.node, r.direction): r for r in quality.reaches}
    middles = np.arange(start, start + long) + 0.5
    for direction in (TO_EARTH, FROM_EARTH):
        ways = {name: [] for name in NODES}
        for t_s in middles:
            there = {"d"}
            for _ in NODES:
                for source, to, begin, end, rate, *_ in plan.rows():
                    near, far = (source, to) if direction == TO_EARTH else (to, source)
                    if begin < t_s < end and rate > 0 and far in there:
                        there.add(near)
            for name in NODES:
                ways[name].append(name in there)
        for name in NODES[:3]:
            reach = told[name, direction]
            assert reach.coverage_share == pytest.approx(np.mean(ways[name]))
            gaps = "".join(".#"[not way] for way in ways[name]).split(".")
            assert reach.longest_gap_s == max(map(len, gaps))


def test_a_span_that_is_none_and_an_unknown_station_are_refused() -> None:
    with pytest.raises(InputError, match=r"owners: moon: no such node(.|\n)*span = 1.0 to 1.0"):
        plan_quality(PLAN, 1.0, 1.0, {"moon": "A"})
