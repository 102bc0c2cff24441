import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from route_truth import TO_THE_LAST, Truth, small_plans

from moonstead.comms.plan import ContactPlan, plan_of_rows
from moonstead.comms.routing.bundles import BULK, EXPEDITED, NORMAL, Bundles
from moonstead.comms.routing.forward import Loss, advance, begin, forward
from moonstead.comms.routing.graph import OWLT_MARGIN
from moonstead.comms.routing.outcome import Arrivals, arrivals
from moonstead.comms.routing.traffic import (
    DELIVERED,
    DUPLICATE,
    EXPIRED,
    FATES,
    LOST_ON_LINK,
    LOST_WITH_NODE,
    REFUSED,
    WAITING,
)
from moonstead.errors import InputError

NODES = ("station", "relay", "other", "earth")
STATION, RELAY, OTHER, EARTH = range(4)
TWO_RELAYS = plan_of_rows(
    NODES,
    [
        ("station", "relay", 0.0, 100.0, 10.0, 1.0, 1.0),
        ("relay", "earth", 50.0, 200.0, 10.0, 2.0, 1.0),
        ("station", "other", 200.0, 300.0, 10.0, 1.0, 1.0),
        ("other", "earth", 250.0, 500.0, 10.0, 2.0, 1.0),
    ],
)


def bundles(*rows: tuple[float, float], **more: Any) -> Bundles:
    """Return bundles from the station to Earth of size and creation."""
    size_bit, created_t_s = np.array(rows).T
    zero = np.zeros(len(rows), dtype=np.int64)
    return Bundles(
        source=zero,
        destination=zero + EARTH,
        size_bit=size_bit,
        created_t_s=created_t_s,
        **{name: np.array(values) for name, values in more.items()},
    )


def told(result: Arrivals) -> list[int | float]:
    """Return the arrival of what has arrived, the fate of what has not."""
    return [
        t_s if fate == DELIVERED else fate
        for t_s, fate in zip(result.arrival_t_s.tolist(), result.fate.tolist(), strict=True)
    ]


def test_a_higher_priority_goes_first_at_each_contact() -> None:
    # By hand: sent 0-10, 40-90, 10-40; all wait for 50 at the relay, the last is there after 91.
    three = bundles((100, 0), (500, 1), (300, 2), priority=[BULK, NORMAL, EXPEDITED])
    result = forward(TWO_RELAYS, three)
    assert told(result) == [50 + 30 + 10 + 2, 91 + 50 + 2, 50 + 30 + 2]
    assert result.contacts[:, :2].tolist() == [[0, 1]] * 3
    assert result.hops.tolist() == [2, 2, 2]
    assert result.carried_bit.tolist() == [900, 900, 0, 0]
    assert result.peak_bit.tolist() == [900, 500, 0, 0]


def test_what_no_longer_fits_goes_by_the_next_path() -> None:
    # The expedited third takes the time that the second was booked for: sent 0-40, 40-70, 200-250.
    # At the relay the first is being sent, 50-90, when the third comes.
    three = bundles((400, 0), (500, 1), (300, 2), priority=[BULK, BULK, EXPEDITED])
    result = forward(TWO_RELAYS, three)
    assert told(result) == [90 + 2, 251 + 50 + 2, 90 + 30 + 2]
    assert result.contacts[:, :2].tolist() == [[0, 1], [2, 3], [0, 1]]


def test_a_loss_that_nobody_knows_of_takes_what_is_sent_and_custody_saves_it() -> None:
    loss = [Loss(node=STATION, to=RELAY, lost_t_s=5.0, known_t_s=90.0)]
    result = forward(TWO_RELAYS, bundles((100, 0), (100, 1), custody=[False, True]), loss)
    assert told(result) == [LOST_ON_LINK, 250 + 10 + 2]
    assert result.contacts[1, :2].tolist() == [2, 3]


def test_a_loss_that_is_known_is_gone_around() -> None:
    loss = [Loss(node=RELAY, lost_t_s=20.0, known_t_s=30.0)]
    result = forward(TWO_RELAYS, bundles((100, 0), (100, 35)), loss)
    assert told(result) == [LOST_WITH_NODE, 262]
    waiting = forward(TWO_RELAYS, bundles((400, 0), (100, 1)), loss)  # queued when it is known
    assert told(waiting) == [LOST_ON_LINK, 262]


def test_a_full_store_refuses_and_custody_tries_again() -> None:
    capacity = np.array([np.inf, 100.0, np.inf, np.inf])
    pair = bundles((100, 0), (100, 1))
    assert told(forward(TWO_RELAYS, pair, capacity_bit=capacity)) == [62, REFUSED]
    pair = bundles((100, 0), (100, 1), custody=[True, True])
    result = forward(TWO_RELAYS, pair, capacity_bit=capacity)
    # Refused at 21, again after a light time and the wait at 82; the relay is then free.
    assert told(result) == [62, 82 + 10 + 1 + 10 + 2]
    small = np.array([150.0, np.inf, np.inf, np.inf])
    assert told(forward(TWO_RELAYS, pair, capacity_bit=small)) == [62, REFUSED]


def test_what_expires_is_told_and_leaves_the_store() -> None:
    late = bundles((100, 0), (100, 600), (900, 1), lifetime_s=[61.9, 10.0, 5.0])
    network = advance(begin(TWO_RELAYS), 10.0, late)
    assert network.stored_bit.tolist() == [100, 0, 0, 0]
    assert network.now_t_s == 10.0
    assert told(arrivals(network))[2] == EXPIRED
    assert told(arrivals(advance(network, math.inf))) == [EXPIRED, EXPIRED, EXPIRED]
    forever = forward(TWO_RELAYS, bundles((100, 600)))
    assert told(forever) == [WAITING]
    assert FATES[forever.fate[0]] == "waiting for a path"


BUNDLES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(1, 3),
        st.sampled_from([0.0, 1.0, 2.0, 4.0, 7.5]),
        st.integers(0, 14),
        st.integers(0, 2),
        st.booleans(),
        st.sampled_from([3.0, 9.0, math.inf]),
        st.sampled_from(["whole", "may fragment", "critical"]),
    ),
    min_size=1,
    max_size=8,
)
LOSSES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 12), st.integers(0, 5)),
    max_size=2,
).map(
    lambda rows: [
        Loss(
            node=node,
            to=None if step == 0 else (node + step) % 4,
            lost_t_s=t_s + 0.5,
            known_t_s=t_s + 0.5 + after,
        )
        for node, step, t_s, after in rows
    ]
)
CAPACITY = st.sampled_from([None, np.full(4, 4.0)])


def drawn(rows: list[tuple[Any, ...]]) -> Bundles:
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    source, step, size, created, priority, custody, lifetime, kind = columns
    return Bundles(
        source=source,
        destination=(source + step) % 4,
        size_bit=size,
        created_t_s=created,
        priority=priority,
        custody=custody,
        lifetime_s=lifetime,
        may_fragment=kind == "may fragment",
        critical=kind == "critical",
    )


@given(small_plans(), BUNDLES, LOSSES, CAPACITY)
def test_what_holds_whatever_happens(
    plan: ContactPlan, rows: list[tuple[Any, ...]], losses: list[Loss], capacity: Any
) -> None:
    sent = drawn(rows)
    result = forward(plan, sent, losses, capacity)
    assert (result.carried_bit <= plan.volume_bit + 1e-9).all()
    assert (result.peak_bit <= (np.inf if capacity is None else capacity)).all()
    assert set(result.fate.tolist()) <= set(range(1, len(FATES)))
    pieces = result.pieces
    for p, b in enumerate(pieces.bundle.tolist()):
        path = pieces.contacts[p, : pieces.hops[p]]
        chain = [int(sent.source[b]), *plan.destination[path].tolist()]
        assert plan.source[path].tolist() == chain[:-1]
        assert chain[-1] == pieces.node[p]
        arrived = pieces.fate[p] == DELIVERED
        assert arrived == math.isfinite(pieces.arrival_t_s[p])
        if arrived:
            on_the_way = plan.owlt_s[path] + pieces.size_bit[p] / plan.rate_bit_per_s[path]
            assert pieces.node[p] == sent.destination[b]
            assert pieces.arrival_t_s[p] >= sent.created_t_s[b] + on_the_way.sum() - 1e-9
            assert pieces.arrival_t_s[p] <= sent.deadline_t_s[b]
    for b in range(len(sent)):
        of_it = pieces.bundle == b
        home = of_it & (pieces.fate == DELIVERED)
        arrived = result.fate[b] == DELIVERED
        assert arrived == math.isfinite(result.arrival_t_s[b])
        if sent.critical[b]:  # each node takes one copy in
            assert home.sum() == arrived
            assert (pieces.size_bit[of_it] == sent.size_bit[b]).all()
        else:
            assert pieces.size_bit[of_it].sum() == sent.size_bit[b]
            assert arrived == (home == of_it).all()
            assert of_it.sum() == 1 or (
                sent.may_fragment[b] and (pieces.size_bit[of_it] >= 1).all()
            )
        if arrived:
            assert result.arrival_t_s[b] == pieces.arrival_t_s[home].max()


@given(small_plans(), BUNDLES, LOSSES, CAPACITY, st.lists(st.floats(-1.0, 20.0), max_size=4))
def test_it_does_not_matter_how_the_time_is_cut_up(
    plan: ContactPlan,
    rows: list[tuple[Any, ...]],
    losses: list[Loss],
    capacity: Any,
    stops: list[float],
) -> None:
    rows = sorted(rows, key=lambda row: row[3])
    whole = forward(plan, drawn(rows), losses, capacity)
    network = advance(begin(plan, capacity), -2.0, None, losses)
    before = -math.inf
    for stop in [*sorted(stops), math.inf]:
        new = [row for row in rows if before < row[3] <= stop]
        network = advance(network, stop, drawn(new) if new else None)
        before = stop
    parts = arrivals(network)
    for one, other in ((whole, parts), (whole.pieces, parts.pieces)):
        for column in dataclasses.fields(one):
            if column.name != "pieces":
                np.testing.assert_array_equal(*(getattr(x, column.name) for x in (one, other)))


@given(small_plans(), BUNDLES.filter(lambda rows: rows[0][6] == math.inf and rows[0][7] == "whole"))
def test_one_bundle_alone_takes_the_best_path(
    plan: ContactPlan, rows: list[tuple[Any, ...]]
) -> None:
    one = drawn(rows[:1])
    result = forward(plan, one)
    errand = (float(one.created_t_s[0]), float(one.size_bit[0]), int(one.priority[0]))
    ends = int(one.source[0]), int(one.destination[0])
    best = Truth(plan, OWLT_MARGIN).best(*ends, *errand)
    if best is None:
        assert told(result) == [WAITING]
    else:
        assert result.contacts[0, : result.hops[0]].tolist() == list(best[1])
        real = Truth(plan, 0.0).arrival(best[1], *errand)
        assert result.arrival_t_s[0] == pytest.approx(real, abs=1e-9)


def test_what_is_not_later_than_now_or_no_node_is_refused() -> None:
    network = advance(begin(TWO_RELAYS), 10.0)
    with pytest.raises(InputError, match=r"bundles\[0\].created_t_s = 10.0: give a time after"):
        advance(network, 20.0, bundles((1, 10)))
    with pytest.raises(InputError, match=r"losses\[0\].lost_t_s = 9.0"):
        advance(network, 20.0, losses=[Loss(node=0, lost_t_s=9.0, known_t_s=9.0)])
    with pytest.raises(InputError) as caught:
        forward(TWO_RELAYS, bundles((1, 0)), [Loss(node=7, to=-1, lost_t_s=9.0, known_t_s=1.0)])
    for part in ("losses[0].node = 7", "losses[0].to = -1", "losses[0].known_t_s = 1.0"):
        assert part in str(caught.value)
    with pytest.raises(InputError, match="one number of at least 0 per node"):
        begin(TWO_RELAYS, np.zeros(2))


def test_what_fits_into_no_contact_whole_comes_in_fragments() -> None:
    # By hand: with n bit the relay is reached after n / 10 + 1.0007 s and passed as many seconds
    # later, by 200: n = 994. The rest is sent 200-250.6 and 251.6-302.2 over the other one.
    result = forward(TWO_RELAYS, bundles((1500, 0), may_fragment=[True]))
    pieces = result.pieces
    assert pieces.size_bit.tolist() == [994, 506]
    np.testing.assert_allclose(pieces.arrival_t_s, [99.4 + 1 + 99.4 + 2, 302.2 + 2], atol=1e-9)
    assert pieces.contacts[:, :2].tolist() == [[0, 1], [2, 3]]
    assert result.arrival_t_s == pieces.arrival_t_s[1]
    assert told(forward(TWO_RELAYS, bundles((1500, 0)))) == [WAITING]


def test_a_custodian_is_relieved_of_the_whole_though_it_was_cut_since() -> None:
    # The expedited one takes 50-60 of the first contact: the other is cut there, 50 bit and 100.
    plan = plan_of_rows(
        NODES,
        [
            ("station", "relay", 0.0, 100.0, 10.0, 30.0, 1.0),
            ("relay", "earth", 50.0, 65.0, 10.0, 2.0, 1.0),
            ("relay", "earth", 70.0, 80.0, 10.0, 2.0, 1.0),
        ],
    )
    two = Bundles(
        source=np.array([STATION, RELAY]),
        destination=np.array([EARTH, EARTH]),
        size_bit=np.array([150.0, 100.0]),
        created_t_s=np.array([0.0, 46.0]),
        priority=np.array([NORMAL, EXPEDITED]),
        custody=np.array([True, False]),
        may_fragment=np.array([True, False]),
    )
    progress = advance(begin(plan), 45.5, two)
    stored = [progress.stored_bit.tolist()]
    for t_s in (59.0, 74.9, 75.1, math.inf):
        progress = advance(progress, t_s)
        stored.append(progress.stored_bit.tolist())
    assert told(arrivals(progress)) == [82, 62]
    assert arrivals(progress).pieces.size_bit.tolist() == [50, 100, 100]
    at_station, at_relay = zip(*(row[:2] for row in stored), strict=True)
    assert at_station == (150, 150, 150, 0, 0)  # until the signal of 45 is back at 75
    assert at_relay == (150, 250, 100, 100, 0)


def test_a_critical_bundle_goes_to_every_neighbour_and_doubles_are_dropped_and_told() -> None:
    plan = plan_of_rows(
        NODES,
        [
            ("station", "relay", 0.0, 100.0, 10.0, 1.0, 1.0),
            ("relay", "earth", 50.0, 200.0, 10.0, 2.0, 1.0),
            ("relay", "other", 20.0, 40.0, 10.0, 1.0, 1.0),
            ("station", "other", 60.0, 90.0, 10.0, 1.0, 1.0),
            ("other", "earth", 250.0, 500.0, 10.0, 2.0, 1.0),
        ],
    )
    loss = [Loss(node=RELAY, to=EARTH, lost_t_s=30.0, known_t_s=600.0)]
    one = bundles((100, 0), critical=[True])
    for losses, wanted in (([], 62.0), (loss, 262.0)):
        result = forward(plan, one, losses)
        assert told(result) == [wanted]
        fates = sorted(result.pieces.fate.tolist())
        # Over the relay, by the relay over the other, straight to the other: too late there.
        assert fates == [DELIVERED, LOST_ON_LINK if losses else DUPLICATE, DUPLICATE]
    assert told(forward(plan, bundles((100, 0)), loss)) == [LOST_ON_LINK]


@settings(max_examples=60)
@given(
    small_plans(5, 10, TO_THE_LAST),
    st.sampled_from([1.0, 3.5, 8.0, 13.0]),
    st.integers(0, 6),
    st.sampled_from([9.0, math.inf]),
)
def test_cut_or_copied_a_bundle_alone_is_never_later_than_whole(
    plan: ContactPlan, size_bit: float, created_t_s: int, lifetime_s: float
) -> None:
    one = bundles((size_bit, created_t_s), lifetime_s=[lifetime_s])
    whole = forward(plan, one).arrival_t_s[0]
    cut = forward(plan, dataclasses.replace(one, may_fragment=np.ones(1, dtype=bool)))
    copied = forward(plan, dataclasses.replace(one, critical=np.ones(1, dtype=bool)))
    assert cut.arrival_t_s[0] <= whole
    assert (len(cut.pieces.bundle) == 1) or whole == math.inf  # cut only where nothing else helps
    assert copied.arrival_t_s[0] == pytest.approx(whole, abs=1e-9)
