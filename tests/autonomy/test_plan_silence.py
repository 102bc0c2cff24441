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


def supply(*, is_cut_off: bool, open_after_h: float | None, held_bit: float = HELD_BIT) -> Supply:
    """Return what a plan counts on; paths open for good after some hours."""
    model = station((experiment("look"),), is_cut_off=is_cut_off)
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
        ),
    )
    assert made is not None
    return made.problem.supply


@pytest.mark.parametrize("open_after_h", [None, 0.0, 200.0])
def test_science_alone_never_makes_the_guard_trim(open_after_h: float | None) -> None:
    limit_bit = supply(is_cut_off=False, open_after_h=open_after_h).recorder_limit_bit
    assert 0.7 * ROOM_BIT < limit_bit[0] < TRIMS * ROOM_BIT


@pytest.mark.parametrize(
    ("open_after_h", "is_rationed"), [(None, True), (200.0, True), (1.0, False)]
)
def test_room_is_rationed_where_a_path_is_silent_and_none_is_about_to_open(
    open_after_h: float | None, is_rationed: bool
) -> None:
    free_bit = supply(is_cut_off=False, open_after_h=open_after_h).recorder_limit_bit[0]
    cut_off = supply(is_cut_off=True, open_after_h=open_after_h)
    used_bit = cut_off.recorder_limit_bit[0] - HELD_BIT
    if is_rationed:
        assert used_bit == pytest.approx(0.4 * (free_bit - HELD_BIT))
    else:
        assert used_bit == free_bit - HELD_BIT
    assert cut_off.recorder_end_bit[0] == cut_off.recorder_limit_bit[0]


def test_a_recorder_that_is_full_already_leaves_nothing_to_ration() -> None:
    full = supply(is_cut_off=True, open_after_h=None, held_bit=0.95 * ROOM_BIT)
    assert full.recorder_limit_bit[0] < TRIMS * ROOM_BIT


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
