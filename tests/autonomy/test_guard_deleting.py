"""What the guard lets nobody delete, whatever is asked."""

from typing import Any

import numpy as np
import pytest
from guarded import START_S, frame, knowledge
from hypothesis import given
from hypothesis import strategies as st

from moonstead.autonomy.guard.deleting import LEAST_KEPT
from moonstead.autonomy.guard.guard import Guard
from moonstead.contracts import Command

ROOM_BIT = 1e12
STORES = {"camera.stored": 0, "plant.stored": 0}


def guard() -> Guard:
    return Guard(knowledge(packet_stores=STORES))


def full(**changes: Any) -> Any:
    """Return a frame of a recorder that is nine tenths full, of two packet stores."""
    values = {
        "recorder_bit": np.array([0.9 * ROOM_BIT]),
        "stored_bit": {"camera.stored": 0.7 * ROOM_BIT, "plant.stored": 0.2 * ROOM_BIT},
        "path_open": np.array([False]),
    }
    return frame(START_S, **{**values, **changes})


def test_what_may_go_goes_by_a_command_that_names_what_stays() -> None:
    commands, notices = guard().delete({"camera.stored": 0.5 * ROOM_BIT}, full())
    assert commands == (Command("camera.stored", 0.5),)
    assert notices == ()


@pytest.mark.parametrize(
    ("left_bit", "changes"),
    [
        ({"camera.stored": 0.1 * ROOM_BIT}, {}),
        ({"camera.stored": 0.45 * ROOM_BIT, "plant.stored": 0.0}, {}),
        ({"camera.stored": 0.8 * ROOM_BIT}, {}),
        ({"camera.stored": -1.0}, {}),
        ({"camera.stored": float("nan")}, {}),
        ({"computer.stored": 0.0}, {}),
        ({"camera.stored": 0.6 * ROOM_BIT}, {"path_open": np.array([True])}),
        ({"camera.stored": 0.6 * ROOM_BIT}, {"stored_bit": {}}),
        ({"camera.stored": 0.6 * ROOM_BIT}, {"recorder_bit": np.array([0.4 * ROOM_BIT])}),
        ({"camera.stored": 0.6 * ROOM_BIT}, {"recorder_bit": np.array([np.nan])}),
    ],
)
def test_what_may_not_is_told_and_all_of_it_stays(
    left_bit: dict[str, float], changes: dict[str, Any]
) -> None:
    commands, notices = guard().delete(left_bit, full(**changes))
    assert commands == ()
    assert [notice.kind for notice in notices] == ["withheld"]


def test_in_safe_mode_nobody_deletes_anything() -> None:
    lonely = guard()
    lonely._is_alone = True
    assert lonely.delete({"camera.stored": 0.6 * ROOM_BIT}, full()) == ((), ())


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_no_recorder_is_ever_left_less_than_half_full(
    camera: float, plant: float, left: float, others: float
) -> None:
    held = {"camera.stored": camera * ROOM_BIT / 3, "plant.stored": plant * ROOM_BIT / 3}
    filled_bit = sum(held.values()) + others * ROOM_BIT / 3
    telemetry = full(stored_bit=held, recorder_bit=np.array([filled_bit]))
    commands, _ = guard().delete({name: left * bit for name, bit in held.items()}, telemetry)
    if commands:
        after_bit = filled_bit - sum(held[name] - level * ROOM_BIT for name, level in commands)
        assert after_bit >= LEAST_KEPT * ROOM_BIT * (1.0 - 1e-9)
