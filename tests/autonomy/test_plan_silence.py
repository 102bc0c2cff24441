"""What plans do with recorders when nothing goes home, and what sessions do with full ones."""

from dataclasses import replace

import numpy as np
import pytest
from stations import START_S, experiment, station, telemetry

from moonstead.autonomy.activities import activity_of
from moonstead.autonomy.executive.conditions import Condition, Kind
from moonstead.autonomy.planning.problem import Supply
from moonstead.autonomy.planning.requests import Session, Situation, problem_of

ROOM_BIT = 1e12
TRIMS = 0.8
"""Above this share of a recorder the guard trims (autonomy study, section 4.3)."""
HELD_BIT = 0.1 * ROOM_BIT
HOUR = 2
"""Slots of half an hour."""


def supply(
    open_after_h: float | None = None,
    held_bit: float = HELD_BIT,
    givable_bit: tuple[float, ...] = (),
) -> Supply:
    """Return what a plan counts on; paths open for good after some hours."""
    model = station((experiment("look"),))
    drain = np.full((1, len(model.forecast.generation_w)), -1e3)
    if open_after_h is not None:
        drain[:, int(open_after_h * HOUR) :] = 1e6
    model = replace(model, forecast=replace(model.forecast, drain_bit_per_s=drain))
    made = problem_of(
        model,
        Situation(
            telemetry=telemetry(START_S, recorder_bit=np.array([held_bit])),
            first_slot=0,
            reserve_j=np.zeros(len(model.forecast.generation_w) + 1),
            sessions_left=(5,),
            ready_t_s=(START_S,),
            blocked=("",),
            running=(),
            givable_bit=givable_bit,
        ),
    )
    assert made is not None
    return made.problem.supply


@pytest.mark.parametrize("open_after_h", [None, 0.0, 200.0])
def test_science_alone_never_makes_the_guard_trim(open_after_h: float | None) -> None:
    limit_bit = supply(open_after_h).recorder_limit_bit
    assert 0.7 * ROOM_BIT < limit_bit[0] < TRIMS * ROOM_BIT


def test_plans_count_on_the_room_of_what_may_be_given_up() -> None:
    full_bit = 0.75 * ROOM_BIT
    made = supply(held_bit=full_bit, givable_bit=(0.3 * ROOM_BIT,))
    assert made.recorder_bit[0] == pytest.approx(0.45 * ROOM_BIT)
    assert made.recorder_limit_bit[0] == supply(held_bit=full_bit).recorder_limit_bit[0]
    assert supply(held_bit=full_bit).recorder_bit[0] == full_bit


@pytest.mark.parametrize(("keeps_all_data", "most"), [(True, 0.98), (False, 0.7)])
def test_what_writes_needs_room_and_what_does_not_needs_none(
    keeps_all_data: bool, most: float
) -> None:
    wordy, mute = experiment("wordy"), experiment("mute", data_rate_bit_per_s=0.0)
    model = station((wordy, mute), keeps_all_data=keeps_all_data)
    room = Condition(Kind.RECORDER_AT_MOST, "disk", most * ROOM_BIT)
    sessions = [Session(e, START_S, START_S + 7200.0) for e in range(2)]
    writes, writes_not = (activity_of(model, each, "a") for each in sessions)
    assert room in writes.start
    assert room in [kept.condition for kept in writes.phases[0].maintain]
    assert room not in writes_not.start
