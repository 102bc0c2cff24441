import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from route_truth import NODES, TO_THE_LAST, Truth, small_plans

from moonstead.comms.plan import ContactPlan, plan_of_rows
from moonstead.comms.routing.batch import Routes, route_batch
from moonstead.comms.routing.bundles import BULK, EXPEDITED, NORMAL, Bundles
from moonstead.errors import InputError

# Source, steps to the destination, size, creation, priority.
BUNDLES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(1, 3),
        st.sampled_from([0.0, 1.0, 2.0, 4.0]),
        st.integers(0, 14),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=6,
)


def bundles_of(rows: list[tuple[int, int, float, int, int]]) -> Bundles:
    source, step, size, created, priority = (np.array(column) for column in zip(*rows, strict=True))
    return Bundles(
        source=source,
        destination=(source + step) % 4,
        size_bit=size,
        created_t_s=created,
        priority=priority,
    )


@settings(max_examples=300)
@given(small_plans(), BUNDLES, st.sampled_from([0.0, 0.25]))
def test_every_path_is_the_best_of_all_by_the_written_order(
    plan: ContactPlan, rows: list[tuple[int, int, float, int, int]], margin: float
) -> None:
    bundles = bundles_of(rows)
    routes = route_batch(plan, bundles, margin)
    truth = Truth(plan, margin)
    for b in np.argsort(bundles.created_t_s, kind="stable").tolist():
        errand = (
            float(bundles.created_t_s[b]),
            float(bundles.size_bit[b]),
            int(bundles.priority[b]),
        )
        best = truth.best(int(bundles.source[b]), int(bundles.destination[b]), *errand)
        path = tuple(k for k in routes.contacts[b].tolist() if k >= 0)
        assert len(path) == routes.hops[b]
        if best is None:
            assert path == ()
            assert routes.arrival_t_s[b] == math.inf
            continue
        assert routes.arrival_t_s[b] == pytest.approx(best[0], abs=1e-9)
        chosen = [len(path), -min(plan.end_t_s[path,]), plan.destination[path[0]]]
        wanted = [len(best[1]), -min(plan.end_t_s[best[1],]), plan.destination[best[1][0]]]
        assert chosen == wanted
        truth.book(path, *errand)


def pieces_of(routes: Routes, b: int) -> list[tuple[float, float, tuple[int, ...]]]:
    pieces = routes.pieces
    return [
        (
            float(pieces.size_bit[p]),
            float(pieces.arrival_t_s[p]),
            tuple(pieces.contacts[p, : pieces.hops[p]].tolist()),
        )
        for p in np.flatnonzero(pieces.bundle == b)
    ]


@settings(max_examples=150)
@given(
    small_plans(5, 10, TO_THE_LAST),
    st.lists(
        st.tuples(
            st.sampled_from(["may fragment", "may fragment", "critical", "whole"]),
            st.sampled_from([0.0, 1.0, 3.5, 8.0, 13.0]),
            st.integers(0, 6),
            st.integers(0, 2),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([9.0, math.inf]),
)
def test_fragments_and_copies_are_those_of_the_rules_written_plainly(
    plan: ContactPlan, rows: list[tuple[str, float, int, int]], lifetime_s: float
) -> None:
    kind, size_bit, created_t_s, priority = (np.array(column) for column in zip(*rows, strict=True))
    bundles = Bundles(
        source=np.zeros(len(rows)),
        destination=np.full(len(rows), 3),
        size_bit=size_bit,
        created_t_s=created_t_s,
        lifetime_s=np.full(len(rows), lifetime_s),
        priority=priority,
        may_fragment=kind == "may fragment",
        critical=kind == "critical",
    )
    routes = route_batch(plan, bundles, 0.25)
    truth = Truth(plan, 0.25)
    for b in np.argsort(bundles.created_t_s, kind="stable").tolist():
        errand = (
            int(bundles.source[b]),
            int(bundles.destination[b]),
            float(bundles.created_t_s[b]),
            float(bundles.size_bit[b]),
            int(bundles.priority[b]),
        )
        if bundles.critical[b]:
            wanted = truth.copies(*errand, float(bundles.deadline_t_s[b]))
            arrival = min(math.inf if t_s is None else t_s for _, t_s, _ in wanted)
        elif bundles.may_fragment[b]:
            wanted = truth.fragments(*errand, float(bundles.deadline_t_s[b]))
            arrival = max(math.inf if t_s is None else t_s for _, t_s, _ in wanted)
            assert sum(size for size, _, _ in pieces_of(routes, b)) == bundles.size_bit[b]
        else:
            best = truth.best(*errand)
            if best is None or best[0] > bundles.deadline_t_s[b]:
                best = None
            else:
                truth.book(best[1], *errand[2:])
            wanted = [(errand[3], *(best or (None, ())))]
            arrival = best[0] if best else math.inf
        found = pieces_of(routes, b)
        assert [size for size, _, _ in found] == [size for size, _, _ in wanted]
        assert [len(path) for _, _, path in found] == [len(path) for _, _, path in wanted]
        entries = [[plan.destination[path[0]] for *_, path in x if path] for x in (found, wanted)]
        assert entries[0] == entries[1]
        times = [math.inf if t_s is None else t_s for _, t_s, _ in wanted]
        np.testing.assert_allclose([t_s for _, t_s, _ in found], times, atol=1e-9)
        assert routes.arrival_t_s[b] == pytest.approx(arrival, abs=1e-9)


@given(small_plans(), BUNDLES)
def test_no_contact_carries_more_than_its_volume_and_nothing_outruns_light(
    plan: ContactPlan, rows: list[tuple[int, int, float, int, int]]
) -> None:
    bundles = bundles_of([(*row[:4], NORMAL) for row in rows])
    routes = route_batch(plan, bundles)
    carried = np.zeros(len(plan))
    for b in range(len(bundles)):
        path = routes.contacts[b, : routes.hops[b]]
        carried[path] += bundles.size_bit[b]
        if len(path):
            assert routes.arrival_t_s[b] >= bundles.created_t_s[b] + plan.owlt_s[path].sum()
            assert (plan.source[path] == [bundles.source[b], *plan.destination[path[:-1]]]).all()
            assert plan.destination[path[-1]] == bundles.destination[b]
    assert (carried <= plan.volume_bit + 1e-9).all()


@given(small_plans(), BUNDLES, st.permutations(range(6)))
def test_the_order_in_which_bundles_are_given_does_not_matter(
    plan: ContactPlan,
    rows: list[tuple[int, int, float, int, int]],
    order: list[int],
) -> None:
    rows = list({row[3]: row for row in rows}.values())  # of the same instant the first goes first
    mixed = [k for k in order if k < len(rows)]
    straight = route_batch(plan, bundles_of(rows))
    other = route_batch(plan, bundles_of([rows[k] for k in mixed]))
    np.testing.assert_array_equal(straight.arrival_t_s[mixed], other.arrival_t_s)
    np.testing.assert_array_equal(straight.contacts[mixed], other.contacts)


def one(plan: ContactPlan, **more: float) -> Routes:
    given_ = {"source": 0, "destination": 3, "size_bit": 1.0, "created_t_s": 0.0, **more}
    return route_batch(plan, Bundles(**{name: np.array([v]) for name, v in given_.items()}), 0.0)


def test_a_path_that_arrives_after_the_bundle_has_expired_is_none() -> None:
    plan = plan_of_rows(NODES, [("a", "d", 10.0, 20.0, 1.0, 2.0, 1.0)])
    assert one(plan, lifetime_s=13.0).arrival_t_s.tolist() == [13.0]
    assert one(plan, lifetime_s=12.9).arrival_t_s.tolist() == [math.inf]


def test_bulk_sees_what_expedited_took_and_expedited_does_not_see_bulk() -> None:
    plan = plan_of_rows(NODES, [("a", "d", 0.0, 4.0, 1.0, 0.0, 1.0)])

    def arrivals(first: int, second: int) -> list[float]:
        pair = Bundles(
            source=np.zeros(2),
            destination=np.full(2, 3),
            size_bit=np.array([3.0, 3.0]),
            created_t_s=np.zeros(2),
            priority=np.array([first, second]),
        )
        return route_batch(plan, pair, 0.0).arrival_t_s.tolist()

    assert arrivals(EXPEDITED, BULK) == [3.0, math.inf]
    assert arrivals(BULK, EXPEDITED) == [3.0, 3.0]


def test_nothing_to_route_is_no_mistake() -> None:
    plan = plan_of_rows(NODES, [])
    none = np.zeros(0)
    routes = route_batch(
        plan, Bundles(source=none, destination=none, size_bit=none, created_t_s=none)
    )
    assert routes.contacts.shape == (0, 12)


def test_every_mistake_in_bundles_is_named() -> None:
    with pytest.raises(InputError) as caught:
        Bundles(
            source=np.array([0, 1]),
            destination=np.array([0, 0]),
            size_bit=np.array([-1.0, np.inf]),
            created_t_s=np.array([np.nan, 0.0]),
            lifetime_s=np.array([-1.0, 1.0]),
            priority=np.array([3, -1]),
        )
    told = str(caught.value)
    for part in (
        "bundle 0: size_bit = -1.0",
        "bundle 1: size_bit = inf",
        "bundle 0: created_t_s = nan",
        "bundle 0: lifetime_s = -1.0",
        "bundle 0: priority = 3",
        "bundle 1: priority = -1",
        "bundle 0: destination = 0: name another node",
    ):
        assert part in told
    with pytest.raises(InputError, match=r"size_bit = shape \(2,\): give one value per bundle"):
        Bundles(
            source=np.array([0]),
            destination=np.array([1]),
            size_bit=np.ones(2),
            created_t_s=np.zeros(1),
        )
    with pytest.raises(InputError, match="bundle 0: destination = 9: give a node of the plan"):
        one(plan_of_rows(NODES, []), destination=9)
