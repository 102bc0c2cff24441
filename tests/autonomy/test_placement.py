"""Plans judged by a checker of its own, in plain Python, on random instances."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstead.autonomy.placement import (
    BUSY,
    COMPLETE,
    FULL,
    NO_ENERGY,
    NO_ROOM,
    NO_WINDOW,
    Supply,
    Wishes,
    place,
)

SLOT_S = 1800.0


def supply(n_slots: int, **changes: Any) -> Supply:
    values: dict[str, Any] = {
        "net_w": np.full(n_slots, 500.0),
        "drain_bit_per_s": np.zeros(n_slots),
        "required_j": np.zeros(n_slots),
        "store_j": np.array([1e7]),
        "store_limits": np.array([[1e7, 1e4, 1e4, 0.95, 0.9]]),
        "recorder_bit": 0.0,
        "recorder_limit_bit": 1e12,
        "slot_s": SLOT_S,
    }
    return Supply(**{**values, **changes})


def wishes(n_slots: int, rows: list[dict[str, Any]]) -> Wishes:
    plain: dict[str, Any] = {
        "suits": np.ones(n_slots, dtype=np.bool_), "power_w": 100.0, "rate_bit_per_s": 0.0,
        "duration_slots": 2, "gap_slots": 0, "turnaround_slots": 0, "first_slot": 0, "wanted": 3,
        "unit": 0,
    }  # fmt: skip
    full = [{**plain, **row} for row in rows]
    return Wishes(**{field: np.array([row[field] for row in full]) for field in Wishes._fields})


def placed(
    asked: Wishes, given_supply: Supply, load_w: Any = None
) -> tuple[list[tuple[int, int]], list[int]]:
    n_slots = asked.suits.shape[1]
    taken = np.zeros((int(asked.unit.max()) + 1, n_slots), dtype=np.bool_)
    busy_w = np.zeros(n_slots) if load_w is None else load_w.copy()
    chosen, starts, reason = place(asked, given_supply, taken, busy_w, np.zeros(n_slots))
    return [(int(e), int(s)) for e, s in zip(chosen, starts, strict=True)], reason.tolist()


def history(
    given_supply: Supply, load_w: Any, rate_bit_per_s: Any
) -> tuple[list[float], list[float], list[float]]:
    """Return energy left, power unmet and recorder filling: stores in order, by hand."""
    held = [float(x) for x in given_supply.store_j]
    filling = given_supply.recorder_bit
    left, unmet, filled = [], [], []
    for slot in range(len(load_w)):
        need_w = float(load_w[slot] - given_supply.net_w[slot])
        for k, (room_j, charge_w, discharge_w, into, out) in enumerate(given_supply.store_limits):
            if need_w > 0.0:
                gives_w = min(need_w, discharge_w, held[k] * out / SLOT_S)
                held[k] -= gives_w * SLOT_S / out
                need_w -= gives_w
            else:
                takes_w = min(-need_w, charge_w, (room_j - held[k]) / into / SLOT_S)
                held[k] += takes_w * SLOT_S * into
                need_w += takes_w
        left.append(sum(h * row[4] for h, row in zip(held, given_supply.store_limits, strict=True)))
        unmet.append(max(need_w, 0.0))
        flow = rate_bit_per_s[slot] - given_supply.drain_bit_per_s[slot]
        filling = max(filling + flow * SLOT_S, 0.0)
        filled.append(filling)
    return left, unmet, filled


def check_plan(
    asked: Wishes, given_supply: Supply, sessions: list[tuple[int, int]], base_w: Any
) -> None:
    n_slots = asked.suits.shape[1]
    load_w, rate = base_w.copy(), np.zeros(n_slots)
    bare = history(given_supply, load_w, rate)
    for e, start in sessions:
        end = start + asked.duration_slots[e]
        assert asked.first_slot[e] <= start < end <= n_slots
        assert asked.suits[e, start:end].all()
        load_w[start:end] += asked.power_w[e]
        rate[start:end] += asked.rate_bit_per_s[e]
    left, unmet, filled = history(given_supply, load_w, rate)
    count = len(sessions)
    for slot in range(n_slots):  # a session may cost a joule, a bit, a microwatt of rounding
        assert left[slot] >= min(given_supply.required_j[slot], bare[0][slot]) - 1.01 * count - 1e-3
        assert unmet[slot] <= bare[1][slot] + 1.01e-6 * count + 1e-9
        most_bit = max(given_supply.recorder_limit_bit, bare[2][slot])
        assert filled[slot] <= most_bit + 1.01 * count + 1e-3
    for e in range(len(asked.wanted)):
        own = sorted(start for other, start in sessions if other == e)
        assert len(own) <= asked.wanted[e]
        for before, after in itertools.pairwise(own):
            assert after >= before + asked.duration_slots[e] + asked.gap_slots[e]
    for unit in set(asked.unit.tolist()):
        spans = sorted(
            (start, start + int(asked.duration_slots[e]) + int(asked.turnaround_slots[e]))
            for e, start in sessions
            if asked.unit[e] == unit
        )
        for (_, end), (start, _) in itertools.pairwise(spans):
            assert start >= end


def fits_more(
    asked: Wishes, given_supply: Supply, sessions: list[tuple[int, int]], e: int, base_w: Any
) -> bool:
    """Say whether one more session of an experiment, after its last, passes the checker."""
    last = max((s for other, s in sessions if other == e), default=-1)
    first = (
        int(asked.first_slot[e])
        if last < 0
        else last + int(asked.duration_slots[e] + asked.gap_slots[e])
    )
    more = asked._replace(wanted=asked.wanted + 1)
    for start in range(first, asked.suits.shape[1] - int(asked.duration_slots[e]) + 1):
        try:
            check_plan(more, given_supply, [*sessions, (e, start)], base_w)
        except AssertionError:
            continue
        return True
    return False


@st.composite
def instances(draw: Any) -> tuple[Wishes, Supply, Any]:
    n_slots = draw(st.integers(4, 40))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = [
        {
            "suits": generator.random(n_slots) < draw(st.sampled_from([0.5, 0.9, 1.0])),
            "power_w": draw(st.sampled_from([0.0, 50.0, 700.0, 3000.0])),
            "rate_bit_per_s": draw(st.sampled_from([0.0, 1e3, 1e5])),
            "duration_slots": draw(st.integers(1, 6)),
            "gap_slots": draw(st.integers(0, 5)),
            "turnaround_slots": draw(st.integers(0, 3)),
            "first_slot": draw(st.integers(0, 6)),
            "wanted": draw(st.integers(0, 8)),
            "unit": draw(st.integers(0, 2)),
        }
        for _ in range(draw(st.integers(1, 5)))
    ]
    stores = [
        (draw(st.sampled_from([1e6, 2e7])), draw(st.sampled_from([100.0, 5e3])),
         draw(st.sampled_from([400.0, 5e3])), 0.9, draw(st.sampled_from([0.6, 0.95])))
        for _ in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    limits = np.array(stores, dtype=np.float64).reshape(len(stores), 5)
    made = supply(
        n_slots,
        net_w=generator.uniform(-800.0, 1500.0, n_slots),
        drain_bit_per_s=generator.uniform(-100.0, 1e4, n_slots),
        required_j=generator.random(n_slots) * draw(st.sampled_from([0.0, 1e6, 3e7])),
        store_j=limits[:, 0] * draw(st.sampled_from([0.0, 0.4, 1.0])),
        store_limits=limits,
        recorder_bit=draw(st.sampled_from([0.0, 1e8])),
        recorder_limit_bit=draw(st.sampled_from([5e7, 1e9])),
    )
    base_w = generator.random(n_slots) * draw(st.sampled_from([0.0, 300.0]))
    return wishes(n_slots, rows), made, base_w


@settings(max_examples=250, deadline=None)
@given(instances())
def test_a_plan_breaks_nothing_and_misses_nothing(instance: tuple[Wishes, Supply, Any]) -> None:
    asked, made, base_w = instance
    sessions, reasons = placed(asked, made, base_w)
    check_plan(asked, made, sessions, base_w)
    for e, reason in enumerate(reasons):
        count = sum(other == e for other, _ in sessions)
        assert reason in {NO_WINDOW, NO_ENERGY, NO_ROOM, BUSY, COMPLETE, FULL}
        assert (reason == COMPLETE) == (count == asked.wanted[e])
        if reason != COMPLETE and fits_more(asked, made, sessions, e, base_w):
            # Room by the checker's tolerance only: a joule a session.
            strict = made._replace(required_j=made.required_j + 10.0)
            assert not fits_more(asked, strict, sessions, e, base_w)


def test_reasons_name_what_is_missing() -> None:
    n_slots = 20
    never = np.zeros(n_slots, dtype=np.bool_)
    asked = wishes(n_slots, [{"suits": never}])
    assert placed(asked, supply(n_slots)) == ([], [NO_WINDOW])
    asked = wishes(n_slots, [{"power_w": 1e9}])
    assert placed(asked, supply(n_slots)) == ([], [NO_ENERGY])
    asked = wishes(n_slots, [{"rate_bit_per_s": 1e12}])
    assert placed(asked, supply(n_slots)) == ([], [NO_ROOM])
    asked = wishes(n_slots, [{"wanted": 1, "duration_slots": 20}, {"wanted": 1}])
    assert placed(asked, supply(n_slots)) == ([(0, 0)], [COMPLETE, BUSY])
    asked = wishes(n_slots, [{"wanted": 1}])
    assert placed(asked, supply(n_slots)) == ([(0, 0)], [COMPLETE])
    asked = wishes(n_slots, [{"wanted": 99}])
    assert placed(asked, supply(n_slots))[1] == [FULL]


def test_the_reserve_is_left_alone_by_hand() -> None:
    """2 MJ deliverable, 1 MJ required: 1 MJ more may be used, five slots at 100 W are 0.9 MJ."""
    n_slots = 10
    made = supply(
        n_slots,
        net_w=np.zeros(n_slots),
        required_j=np.full(n_slots, 1e6),
        store_j=np.array([2e6 / 0.9]),
    )
    sessions, reasons = placed(wishes(n_slots, [{"duration_slots": 5}]), made)
    assert (sessions, reasons) == ([(0, 0)], [NO_ENERGY])
    sessions, reasons = placed(wishes(n_slots, [{"duration_slots": 6}]), made)
    assert (sessions, reasons) == ([], [NO_ENERGY])


def test_sessions_go_round_by_value_and_start_early() -> None:
    asked = wishes(8, [{"unit": 0}, {"unit": 1, "gap_slots": 1}])
    assert placed(asked, supply(8))[0] == [(0, 0), (1, 0), (0, 2), (1, 3), (0, 4), (1, 6)]


@pytest.mark.parametrize("slot", [0, 3, 7])
def test_a_session_may_end_with_the_horizon_and_not_after(slot: int) -> None:
    suits = np.zeros(8, dtype=np.bool_)
    suits[slot] = True
    asked = wishes(8, [{"suits": suits, "duration_slots": 1, "wanted": 1}])
    assert placed(asked, supply(8)) == ([(0, slot)], [COMPLETE])
    asked = wishes(8, [{"duration_slots": 9}])
    assert placed(asked, supply(8)) == ([], [FULL])
