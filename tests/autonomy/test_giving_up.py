"""What is given up of stored data: against a linear program, and only where Earth is silent."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from stations import START_S, experiment, station, telemetry

from moonstead.autonomy import giving_up
from moonstead.autonomy.archive import Filed
from moonstead.autonomy.model import After, Experiment, StationModel
from moonstead.autonomy.planning.requests import RECORDER_FRACTION, Session
from moonstead.autonomy.sessions import Sessions
from moonstead.units import DAY_S

ROOM_BIT = 1e12
USUAL_BIT = RECORDER_FRACTION * ROOM_BIT

worths = st.floats(0.1, 10.0)
bits = st.floats(1.0, 100.0)
item = st.tuples(worths, bits)


@given(st.lists(item, max_size=8), st.lists(item, max_size=5), st.floats(0.0, 400.0))
def test_what_stays_is_worth_as_much_as_anything_that_fits(
    stored: list[tuple[float, float]], wanted: list[tuple[float, float]], room_bit: float
) -> None:
    """The truth is the linear program of a knapsack that takes parts."""
    by_number = dict(enumerate(wanted))
    over_bit, left_out = giving_up._over(stored, by_number, room_bit)
    every = [*stored, *wanted]
    if not every:
        assert over_bit == 0.0
        return
    worth, bit = np.array(every).T
    best = linprog(-worth * bit, A_ub=[bit], b_ub=[room_bit], bounds=(0.0, 1.0), method="highs")
    kept = stored_by_worth(stored, sum(bit for _, bit in stored) - over_bit)
    asked = [one for e, one in by_number.items() if e not in left_out]
    free_bit = room_bit - sum(bit for _, bit in stored) + over_bit
    assert free_bit >= -1e-6
    value = kept + stored_by_worth(asked, free_bit)
    assert value == pytest.approx(-best.fun, rel=1e-6, abs=1e-6)


def stored_by_worth(items: list[tuple[float, float]], room_bit: float) -> float:
    """Return points of as much as fits, the best first."""
    points = 0.0
    for worth, bit in sorted(items, reverse=True):
        points += worth * min(bit, max(room_bit, 0.0))
        room_bit -= bit
    return points


def shut(
    *experiments: Experiment, open_after_h: float | None = None, **changes: object
) -> StationModel:
    """Return a station with a silent path, and nothing to go home by for a time."""
    model = station(experiments, **{"is_cut_off": True, **changes})
    drain = np.full((1, len(model.forecast.generation_w)), -1e3)
    if open_after_h is not None:
        drain[:, int(open_after_h * 2) :] = 1e6
    return replace(model, forecast=replace(model.forecast, drain_bit_per_s=drain))


CHEAP = experiment("cheap", data_rate_bit_per_s=1e7, value=1.0, sessions=50)
DEAR = experiment("dear", data_rate_bit_per_s=1e6, value=5.0, sessions=50)


def filled(model: StationModel, cheap: int, each_bit: float = 5e10) -> Sessions:
    """Return books with so many sessions of the first experiment stored."""
    sessions = Sessions(model)
    held_bit = 0.0
    for k in range(cheap):
        held_bit += each_bit
        sessions.archive.take({"camera.stored": held_bit}, {"camera": f"cheap-{k}"})
        sessions.archive.file(f"cheap-{k}", Filed(0, k * DAY_S, k * DAY_S + 1.0, 0, 1.0))
        sessions.done[0] += 1
        sessions.earned[0] += 1.0
    return sessions


@pytest.mark.parametrize("fill", [0.5, RECORDER_FRACTION - 0.01, RECORDER_FRACTION + 0.02])
def test_data_go_only_from_an_over_full_recorder_and_the_least_worth_first(fill: float) -> None:
    model = shut(CHEAP, DEAR)
    sessions = filled(model, 10)
    sessions.archive.take({"drill.stored": 5e10}, {"drill": "dear-1"})
    sessions.archive.file("dear-1", Filed(1, 0.0, 1.0, 0, 5.0))
    sessions.add(Session(1, START_S, START_S + 7200.0))
    now = telemetry(START_S, recorder_bit=np.array([fill * ROOM_BIT]))
    names = giving_up.to_give_up(model, sessions, now, is_trimmed=False)
    if fill < RECORDER_FRACTION:
        assert names == ()
    else:
        assert names == ("cheap-0",)
    trimmed = giving_up.to_give_up(model, sessions, now, is_trimmed=True)
    assert bool(trimmed) == (fill > giving_up.RELIEVED_FRACTION)


@pytest.mark.parametrize(
    ("changes", "open_after_h", "path_open"),
    [
        ({"is_cut_off": False}, None, False),
        ({"keeps_all_data": False}, None, False),
        ({}, 2.0, False),
        ({}, None, True),
    ],
)
def test_nothing_goes_while_data_may_go_home_soon_or_all_is_well(
    changes: dict[str, bool], open_after_h: float | None, path_open: bool
) -> None:
    model = shut(CHEAP, DEAR, open_after_h=open_after_h, **changes)
    sessions = filled(model, 10)
    sessions.add(Session(1, START_S, START_S + 7200.0))
    now = telemetry(
        START_S, recorder_bit=np.array([0.9 * ROOM_BIT]), path_open=np.array([path_open, False])
    )
    assert giving_up.to_give_up(model, sessions, now, is_trimmed=True) == ()
    if not path_open:
        told = giving_up.rationed(model, sessions, now, (50, 50))
        assert told.givable_bit == (0.0,)
        assert told.blocked == {}


@pytest.mark.parametrize(
    "changed",
    [
        (replace(CHEAP, mandatory=True), DEAR),
        (CHEAP, replace(DEAR, after=After(experiment="cheap"))),
    ],
)
def test_upkeep_and_what_others_come_after_are_kept(changed: tuple[Experiment, ...]) -> None:
    model = shut(*changed)
    sessions = filled(model, 10)
    sessions.add(Session(1, START_S, START_S + 7200.0))
    now = telemetry(START_S, recorder_bit=np.array([0.9 * ROOM_BIT]))
    assert giving_up.to_give_up(model, sessions, now, is_trimmed=False) == ()
    assert giving_up.rationed(model, sessions, now, (50, 50)).givable_bit == (0.0,)


def test_plans_count_on_the_room_of_what_is_worth_less_and_ask_for_no_more_of_it() -> None:
    model = shut(CHEAP, DEAR)
    sessions = filled(model, 15)
    now = telemetry(START_S, recorder_bit=np.array([15 * 5e10]))
    told = giving_up.rationed(model, sessions, now, (50, 50))
    dear_bit = 50 * giving_up._session_bit(DEAR)
    always_bit = 1e3 * 14 * DAY_S
    assert told.givable_bit[0] == pytest.approx(15 * 5e10 + dear_bit + always_bit - USUAL_BIT)
    assert told.blocked == {0: giving_up.WORTH_LESS}


def test_nothing_goes_for_what_is_worth_no_more() -> None:
    model = shut(CHEAP, DEAR)
    sessions = filled(model, 10)
    now = telemetry(START_S, recorder_bit=np.array([0.9 * ROOM_BIT]))
    assert giving_up.to_give_up(model, sessions, now, is_trimmed=True) == ()
    sessions.add(Session(0, START_S, START_S + 7200.0))
    assert giving_up.to_give_up(model, sessions, now, is_trimmed=True) == ()
    sessions.add(Session(1, START_S, START_S + 7200.0))
    assert len(giving_up.to_give_up(model, sessions, now, is_trimmed=True)) == 4


@pytest.mark.parametrize(("is_trimmed", "left", "goes"), [
    (True, 5, True), (True, 0, False), (False, 5, False),
])  # fmt: skip
def test_data_go_for_production_that_waits_for_room(
    is_trimmed: bool, left: int, goes: bool
) -> None:
    plant = experiment("oxygen", priority=7, data_rate_bit_per_s=0.0, sessions=left)
    model = shut(CHEAP, plant)
    sessions = filled(model, 10)
    now = telemetry(START_S, recorder_bit=np.array([0.8 * ROOM_BIT]))
    assert bool(giving_up.to_give_up(model, sessions, now, is_trimmed=is_trimmed)) == goes


def test_books_take_back_what_is_given_up_and_give_receipts() -> None:
    model = shut(CHEAP, DEAR)
    sessions = filled(model, 3)
    rows, notices = sessions.give_up(["cheap-1"])
    assert (sessions.done[0], sessions.earned[0]) == (2, 2.0)
    assert [(row.activity, row.status) for row in rows] == [("cheap-1", "given-up")]
    assert [(n.subject, n.values) for n in notices] == [("cheap", {"bit": 5e10, "points": 1.0})]
    assert sorted(sessions.archive.whole()) == ["cheap-0", "cheap-2"]
    assert sessions.left(()) == (48, 50)
    again = Sessions(model)
    again.restore(sessions.state())
    assert again.archive.state() == sessions.archive.state()


def test_data_of_a_session_that_was_broken_off_go_first_and_cost_nothing() -> None:
    model = shut(CHEAP, DEAR)
    sessions = filled(model, 10)
    sessions.archive.take({"camera.stored": 5.1e11}, {"camera": "cheap-x"})
    sessions.archive.file("cheap-x", Filed(0, 0.0, 1.0, 0, 0.0))
    sessions.add(Session(0, START_S, START_S + 7200.0))
    now = telemetry(START_S, recorder_bit=np.array([0.775 * ROOM_BIT]))
    names = giving_up.to_give_up(model, sessions, now, is_trimmed=False)
    assert names[0] == "cheap-x"
    before = list(sessions.done), list(sessions.earned)
    rows, notices = sessions.give_up(["cheap-x"])
    assert (rows, len(notices)) == ([], 1)
    assert (sessions.done, sessions.earned) == before
