"""Who gets power on one bus, against the rule written again in a few plain lines."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import load, run, simulator, source, store

from moonstead.components import Load, Parts, Priority

LOADS = st.lists(
    st.tuples(
        st.sampled_from(list(Priority)), st.booleans(), st.sampled_from([0.0, 3.0, 40.0, 250.0])
    ),
    min_size=1,
    max_size=8,
)


def by_the_rule(loads: list[Load], supply_w: float) -> dict[str, float]:
    """Return what each load gets: by priority, then name; shares where a load can take one."""
    gets = {}
    for one in sorted(loads, key=lambda one: (one.priority, one.name)):
        if one.power_w <= supply_w + 1e-9:
            gets[one.name] = one.power_w
        else:
            gets[one.name] = max(supply_w, 0.0) if one.divisible else 0.0
        supply_w -= gets[one.name]
    return gets


@settings(max_examples=200, deadline=None)
@given(
    LOADS, st.sampled_from([0.0, 2.0, 43.0, 300.0, 900.0]), st.sampled_from([0.0, 60.0]), st.data()
)
def test_power_goes_by_priority(
    asked: list[tuple[Priority, bool, float]], sun_w: float, battery_w: float, data: Any
) -> None:
    names = data.draw(st.permutations([f"load{k}" for k in range(len(asked))]))
    loads = [
        load(name, power_w, priority=priority, divisible=divisible)
        for name, (priority, divisible, power_w) in zip(names, asked, strict=True)
    ]
    battery = store(discharge_power_w=battery_w, capacity_j=1e9, charge_power_w=500.0)
    made = simulator(
        Parts(sources=(source("sun", sun_w),), loads=tuple(loads), stores=(battery,)), 1, 10.0
    )
    run(made, 1)
    used_w = dict(zip(made.station.names.loads, made.ledger.load_used_j / 10.0, strict=True))
    assert used_w == pytest.approx(by_the_rule(loads, sun_w + battery_w), abs=1e-6)
    # The Sun first, the battery for the rest; what is left charges it; the rest is spilled.
    total_w = sum(used_w.values())
    left_w = max(sun_w - total_w, 0.0)
    assert made.ledger.source_drawn_j[0] / 10.0 == pytest.approx(
        min(sun_w, total_w) + min(left_w, 500.0), abs=1e-6
    )
    assert made.ledger.store_discharged_j[0] / 10.0 == pytest.approx(
        max(total_w - sun_w, 0.0), abs=1e-6
    )
    assert made.ledger.store_charged_j[0] / 10.0 == pytest.approx(min(left_w, 500.0), abs=1e-6)
