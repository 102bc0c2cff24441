"""The computer of the station: away, back, what it remembers, and what reaches it."""

from typing import Any

import numpy as np
import pytest
from boards import TICK_S, Station, fault, frame
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from moonstead.contracts import Decision, Telecommand
from moonstead.run.board_computer import BOOT_S, TAKEOVER_S, WATCHDOG_S, Power
from moonstead.run.board_frames import READINGS
from moonstead.scenario.avionics import PARTS
from moonstead.simulation.schedule import Mode

DAY_TICKS = 144


def ticks(station: Station, count: int) -> list[Decision]:
    return [station.tick()[0] for _ in range(count)]


def commanded(decisions: list[Decision]) -> list[bool]:
    return [bool(decision.commands) for decision in decisions]


def seen_t_s(station: Station) -> list[float]:
    return [one.t_s for made in station.made for one in made.frames]


# --- any faults -----------------------------------------------------------------------------------


@st.composite
def any_fault(draw: Any) -> Any:
    part = draw(st.sampled_from(sorted(PARTS)))
    return fault(
        part.partition(".")[2],
        draw(st.sampled_from(PARTS[part])),
        draw(st.integers(0, 20)),
        draw(st.none() | st.sampled_from([0.1, 1.0, 3.5, 12.0])),
        name=f"fault-{draw(st.integers(0, 10**6))}",
        size=draw(st.sampled_from([0.0, 1e-4, 0.3, 1.0])),
        period_s=draw(st.sampled_from([300.0, 2400.0, 1e5])),
        jump_s=draw(st.sampled_from([-7200.0, 5.0, 86400.0])),
        delay_s=draw(st.none() | st.sampled_from([60.0, 2000.0])),
    )


def plain(station: Station, decision: Decision) -> tuple[Any, ...]:
    said = [(notice.kind, notice.subject, notice.text) for notice in station.board.happened()]
    return decision, said, station.board.state()


@settings(max_examples=40)
@given(st.lists(any_fault(), max_size=6, unique_by=lambda one: one.name), st.integers(1, 29))
def test_whatever_goes_wrong_it_goes_on_and_a_resumed_run_is_the_same(
    faults: list[Any], cut: int
) -> None:
    station = Station(*faults)
    command = Telecommand("cnsa", 1, 0.0, 1e9, "level", "lamp", 0.5)
    again = None
    for k in range(30):
        changes = {"received": (command,)} if k % 7 == 0 else {}
        decision, _ = station.tick(**changes)
        assert set(decision.status) == {"mode"}
        if again is not None:
            assert str(plain(again, again.tick(**changes)[0])) == str(plain(station, decision))
        if k == cut:
            again = station.resumed()


# --- the computer ---------------------------------------------------------------------------------


def test_after_a_reset_it_goes_on_from_its_last_decision() -> None:
    station = Station(fault("computer", Mode.RESET, 5, 2))
    decisions = ticks(station, 12)
    assert commanded(decisions) == [True] * 5 + [False] + [True] * 6
    assert decisions[6].commands[0].level == pytest.approx(1.0 / 6.0)  # the sixth that it made
    assert decisions[6].notices[0].text == "it was reset"
    assert decisions[5].status == decisions[4].status
    assert len(station.made) == 2


def test_what_the_log_could_not_take_is_forgotten() -> None:
    log_off = fault("log", Mode.OFF, 4, 6)
    station = Station(log_off, fault("computer", Mode.RESET, 8, 0.1))
    decisions = ticks(station, 14)
    assert decisions[8].status["mode"] == 5  # four were written, and this is the next
    assert [notice.kind for notice in station.board.happened()] == []


def test_without_anything_in_its_log_it_begins_anew() -> None:
    station = Station(fault("log", Mode.OFF, 0, None), fault("computer", Mode.RESET, 6, 0.1))
    told = [notice for _ in range(8) for notice in station.tick()[1]]
    assert [notice.kind for notice in told] == ["computer-away", "computer-back"]
    assert "without memory" in told[1].text
    assert station.made[-1].count == 2


def test_a_watchdog_resets_what_hangs_and_a_short_hang_passes() -> None:
    long = Station(fault("computer", Mode.HANG, 3, 1))
    short = Station(fault("computer", Mode.HANG, 3, 0.5 * WATCHDOG_S / TICK_S))
    assert commanded(ticks(long, 6)) == commanded(ticks(short, 6)) == [True] * 6
    assert len(long.made) == 2
    assert len(short.made) == 1
    assert WATCHDOG_S + BOOT_S < TICK_S  # so that no tick is lost


def test_it_hangs_after_every_decision_while_the_fault_lasts() -> None:
    station = Station(fault("computer", Mode.HANG, 3, 4))
    ticks(station, 10)
    assert len(station.made) == 1 + 4


def test_resets_follow_their_period() -> None:
    every = fault("computer", Mode.INTERMITTENT, 3, 12, period_s=4 * TICK_S, size=0.25)
    station = Station(every)
    assert all(commanded(ticks(station, 18)))  # away for a tick: back for the decision at its end
    assert len(station.made) == 1 + 3
    longer = fault("computer", Mode.INTERMITTENT, 3, 12, period_s=4 * TICK_S, size=0.6)
    away = [not said for said in commanded(ticks(Station(longer), 18))]
    assert np.flatnonzero(away).tolist() == [3, 4, 7, 8, 11, 12]


def test_one_of_two_computers_takes_over_and_of_two_none_is_left() -> None:
    one = fault("computer", Mode.OFF, 3, 20, name="first")
    other = fault("computer", Mode.OFF, 8, 4, name="second")
    station = Station(one, other)
    assert commanded(ticks(station, 16)) == [True] * 8 + [False] * 4 + [True] * 4
    assert TAKEOVER_S < TICK_S
    assert station.made[-1].count == 12


def test_without_power_there_is_no_computer_and_with_it_a_new_beginning() -> None:
    station = Station()
    ticks(station, 3)
    station.power = Power(is_on=False, lacked_j=50.0)
    assert commanded(ticks(station, 2)) == [False, False]
    station.power = Power(is_on=True, lacked_j=80.0)
    decision, told = station.tick()
    assert decision.notices[0].text == "its power was cut"
    assert told[-1].kind == "computer-back"
    assert station.made[-1].count == 4
    assert commanded(ticks(station, 2)) == [True, True]
    assert len(station.made) == 2


def test_software_that_fails_is_reset_and_when_that_does_not_help_forgets() -> None:
    station = Station()
    ticks(station, 3)
    station.made[-1].fails = True
    decision, told = station.tick()
    assert not decision.commands
    assert [notice.kind for notice in told] == ["crashed", "computer-away"]
    assert "ValueError: out of order" in told[0].text
    assert commanded(ticks(station, 1)) == [True]
    assert station.made[-1].count == 4


# --- frames ---------------------------------------------------------------------------------------


def test_frames_are_lost_as_often_as_said() -> None:
    station = Station(fault("telemetry", Mode.LOST, 0, None, size=0.3))
    lost = 1000 - len([one for one in commanded(ticks(station, 1000)) if one])
    assert stats.binomtest(lost, 1000, 0.3).pvalue > 1e-4


def test_commands_that_came_with_a_lost_frame_come_with_the_next() -> None:
    station = Station(fault("telemetry", Mode.LOST, 2, 3))
    command = Telecommand("cnsa", 1, 0.0, 1e9, "level", "lamp", 0.5)
    ticks(station, 3)
    station.tick(received=(command,))
    ticks(station, 3)
    assert [one.received for one in station.made[0].frames] == [(), (), (command,), ()]


def test_late_frames_come_in_order_and_none_is_lost() -> None:
    station = Station(fault("telemetry", Mode.LATE, 4, 6, delay_s=2.5 * TICK_S))
    ticks(station, 16)
    assert sorted(seen_t_s(station)) == [TICK_S * (k + 1) for k in range(16)]
    late = [t_s for t_s in seen_t_s(station) if 4 * TICK_S < t_s <= 10 * TICK_S]
    assert late == sorted(late)
    assert seen_t_s(station) != sorted(seen_t_s(station))  # the first in time overtakes them


def test_frames_twice_and_in_wrong_order() -> None:
    twice = Station(fault("telemetry", Mode.DOUBLED, 3, 2))
    ticks(twice, 6)
    assert [t_s / TICK_S for t_s in seen_t_s(twice)] == [1, 2, 3, 4, 4, 5, 5, 6]
    swapped = Station(fault("telemetry", Mode.DISORDERED, 3, 1))
    ticks(swapped, 6)
    assert [t_s / TICK_S for t_s in seen_t_s(swapped)] == [1, 2, 3, 5, 4, 6]


def test_frames_from_the_future_say_so() -> None:
    station = Station(fault("telemetry", Mode.FUTURE, 2, 1, jump_s=5000.0))
    ticks(station, 4)
    assert seen_t_s(station) == [TICK_S, 2 * TICK_S, 3 * TICK_S + 5000.0, 4 * TICK_S]


def test_a_share_of_the_readings_is_nonsense() -> None:
    station = Station(fault("telemetry", Mode.GARBLED, 0, None, size=0.2))
    ticks(station, 300)
    wrong = total = 0
    for one in station.made[0].frames:
        true = frame(one.t_s)
        for name in READINGS:
            wrong += int(np.sum(getattr(one, name) != getattr(true, name)))
            total += len(getattr(one, name))
    assert stats.binomtest(wrong, total, 0.2).pvalue > 1e-4


def test_a_clock_drifts_until_it_is_set_right_from_earth() -> None:
    station = Station(fault("clock", Mode.DRIFT, 10, DAY_TICKS, size=1.0 / 3600.0))
    for _ in range(10 + DAY_TICKS):
        station.tick(answered={})
    assert seen_t_s(station)[-1] - station.t_s == pytest.approx(24.0)  # a second an hour
    station.tick(answered={})
    assert seen_t_s(station)[-1] - station.t_s == pytest.approx(24.0)
    station.tick()
    assert seen_t_s(station)[-1] == station.t_s


def test_a_clock_jumps_once() -> None:
    station = Station(fault("clock", Mode.JUMP, 2, 5, jump_s=-1000.0))
    ticks(station, 9)
    off_s = np.array(seen_t_s(station)) - TICK_S * np.arange(1, 10)
    assert off_s.tolist() == [0.0, 0.0, *[-1000.0] * 5, 0.0, 0.0]


def test_commands_are_lost_garbled_or_come_again() -> None:
    command = Telecommand("cnsa", 1, 0.0, 1e9, "level", "lamp", 0.5)
    faults = (
        fault("uplink", Mode.LOST, 2, 1),
        fault("uplink", Mode.GARBLED, 4, 1),
        fault("uplink", Mode.REPLAYED, 6, 1),
    )
    station = Station(*faults)
    for k in range(8):
        station.tick(received=(command,) if k in {2, 4} else ())
    received = [one.received for one in station.made[0].frames]
    assert received[2] == ()
    assert [one.authentic for one in received[4]] == [False]
    assert received[6] == (command, command)
    assert received[7] == ()


def test_people_slip_once_for_each_fault() -> None:
    harmful, torn = fault("uplink", Mode.HARMFUL), fault("uplink", Mode.CONFLICTING)
    board = Station().board
    active = [(harmful, 1200.0), (torn, 1200.0)]
    slips = board.slips(active, 1200.0)
    assert board.slips(active, 1800.0) == []
    assert [(one.target, one.value) for one in slips[:1]] == [("hub.computer", 0.0)]
    assert [one.value for one in slips[1:]] == [1.0, 0.0]
    assert {one.source for one in slips[1:]} == {"cnsa", "roscosmos"}
    assert len({one.target for one in slips[1:]}) == 1


def test_a_blinded_sun_sensor_sees_no_sun_and_a_stuck_one_always() -> None:
    blind, stuck = fault("sun-sensor", Mode.OFF, 1, 1), fault("sun-sensor", Mode.STUCK, 3, 1)
    station = Station(blind, stuck)
    for k in range(5):
        station.tick(sun_seen=k != 3)
    assert [one.sun_seen for one in station.made[0].frames] == [True, False, True, True, True]
