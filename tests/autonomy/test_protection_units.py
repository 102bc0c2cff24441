"""Units that tell by themselves, the clock against Earth, centres that fall silent."""

import json
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from moonstead.autonomy.protection.units import (
    CLOCK,
    LOG,
    MISSED,
    RIGHT_TICKS,
    SUN_SENSOR,
    TELEMETRY,
    UNANSWERED_S,
    UPSET_TICKS,
    WRONG_TICKS,
    Units,
)
from moonstead.contracts import Telemetry

TICK_S = 600.0
NOTHING = np.zeros(0)


def units(sun: bool = True) -> Units:
    channels = SimpleNamespace(recorders=("hub.recorder",), tanks=("cabin.oxygen",))
    plant = SimpleNamespace(
        source_rated_w=np.array([1000.0, 500.0]), recorder_capacity_bit=np.array([1e12])
    )
    belief = SimpleNamespace(channels=channels, plant=plant, sun=np.full(1000, sun))
    observer = cast("Any", SimpleNamespace(belief=belief, impossible=np.zeros(0, np.int64)))
    return Units(observer, np.array([True, False]))


def frame(tick: int, **told: Any) -> Telemetry:
    given = {"sun_seen": True, "source_power_w": np.array([400.0, 0.0]), **told}
    return Telemetry(
        t_s=TICK_S * (tick + 1) + given.pop("ahead_s", 0.0),
        source_share=np.ones(2),
        load_power_w=NOTHING,
        store_energy_j=NOTHING,
        node_temperature_k=NOTHING,
        recorder_bit=np.array([1e11]),
        tank_kg=NOTHING,
        path_open=np.zeros(0, dtype=np.bool_),
        earth_seen=True,
        **given,
    )


def fly(one: Units, first: int, count: int, **told: Any) -> dict[str, int]:
    """Take some frames; return how many witnesses there are then, by component."""
    for tick in range(first, first + count):
        one.step(frame(tick, **told), tick, TICK_S, 0.0)
    return {finding.component: len(finding.witnesses) for finding in one.findings()}


@pytest.mark.parametrize(
    ("told", "component"),
    [
        ({"faulty": ("drill",)}, "drill"),
        ({"remains": {"battery": 0.0}}, "battery"),
        ({"remains": {"hub.recorder": 0.75}}, "hub.recorder"),
        ({"remains": {"cabin.oxygen": 0.56}}, "cabin.oxygen"),
        ({"remains": {LOG: 0.0}}, LOG),
        ({"sun_seen": False}, SUN_SENSOR),
    ],
)
def test_repetition_is_the_second_witness(told: dict[str, Any], component: str) -> None:
    one = units()
    assert fly(one, 0, 1) == {}
    assert fly(one, 1, 1, **told) == {component: 1}
    assert fly(one, 2, WRONG_TICKS - 1, **told) == {component: 2}
    again = units()
    again.restore(json.loads(json.dumps(one.state())))
    assert fly(again, 9, RIGHT_TICKS - 1) == {component: 2}
    assert again.is_wrong(component)
    assert fly(again, 20, 1) == {}
    assert not again.is_wrong(component)


def test_sun_that_neither_sensor_nor_arrays_see_is_no_fault_of_the_sensor() -> None:
    assert fly(units(), 0, 20, sun_seen=False, source_power_w=np.zeros(2)) == {}


def test_a_blind_sensor_is_not_right_because_it_is_dark() -> None:
    one = units()
    fly(one, 0, 5, sun_seen=False)
    one.observer.belief.sun[5:] = False
    assert fly(one, 5, 50, sun_seen=False, source_power_w=np.zeros(2)) == {SUN_SENSOR: 2}


def test_a_clock_is_compared_where_earth_is_heard_and_with_most_of_the_centres() -> None:
    one = units()
    for tick in range(3):
        true_t_s = TICK_S * (tick + 1)
        answered = {"a": true_t_s, "b": true_t_s, "c": true_t_s + 900.0}
        assert fly(one, tick, 1, answered=answered) == {}
    true_t_s = TICK_S * 4
    answered = {"a": true_t_s, "b": true_t_s, "c": true_t_s}
    assert fly(one, 3, 1, ahead_s=7.0, answered=answered) == {CLOCK: 1}
    assert one.offset_s == pytest.approx(-7.0)
    assert fly(one, 4, 10, ahead_s=900.0) == {CLOCK: 1}
    assert one.offset_s == pytest.approx(-7.0)


def test_a_centre_that_never_answers_while_others_do_is_silent() -> None:
    one = units()
    day = round(UNANSWERED_S / TICK_S)
    both = {"a": 0.0, "b": 0.0}

    def told(first: int, count: int, partners: dict[str, float]) -> dict[str, int]:
        found: dict[str, int] = {}
        for tick in range(first, first + count):
            answered = dict.fromkeys(partners, TICK_S * (tick + 1))
            found = fly(one, tick, 1, answered=answered)
        return found

    assert told(0, 3, both) == {}
    assert told(3, day, {"a": 0.0}) == {"home:b": 1}
    assert told(3 + day, (MISSED - 1) * day, {}) == {"home:b": 1}, "nobody was heard: no evidence"
    assert told(3 + MISSED * day, (MISSED - 1) * day, {"a": 0.0}) == {"home:b": MISSED}
    assert told(900, 1, both) == {}
    assert not one.is_wrong("home:b")


def test_room_in_a_memory_counts_what_is_left_of_it() -> None:
    one = units()
    fly(one, 0, 1, remains={"hub.recorder": 0.25})
    assert one.memory_room(np.array([1e11])) == pytest.approx(1.0 - 1e11 / 2.5e11)
    fly(one, 1, 1)
    assert one.memory_room(np.array([1e11])) == 1.0


def test_nonsense_of_one_channel_is_its_sensor_and_of_several_the_bus() -> None:
    one = units()
    one.observer.impossible = np.array([7])
    assert fly(one, 0, 20) == {}
    one.observer.impossible = np.array([3])
    assert fly(one, 20, 1) == {TELEMETRY: 2}
    one.observer.impossible = np.zeros(0, dtype=np.int64)
    assert fly(one, 21, UPSET_TICKS - 1) == {TELEMETRY: 2}
    assert fly(one, 20 + UPSET_TICKS, 1) == {}
