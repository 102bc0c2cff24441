"""What the detectors of a channel say of made-up residuals."""

import json

import numpy as np
import pytest

from moonstead.autonomy.protection.signs import FROZEN_TICKS, RUN_TICKS, Sign, Watcher

LOAD, NODE, COUNTER = 0, 1, 2
QUIET_TICKS = 300


class Channels:
    """Three channels with white noise, to which something is added."""

    def __init__(self) -> None:
        is_load = np.array([True, False, False])
        self.watcher = Watcher(3, np.array([True, True, False]), is_load)
        self.random = np.random.default_rng(5)
        for _ in range(QUIET_TICKS):
            assert self.tick() == []

    def tick(
        self,
        z: dict[int, float] | None = None,
        change_z: dict[int, float] | None = None,
        reading: dict[int, float] | None = None,
        held: tuple[int, ...] = (),
    ) -> list[Sign]:
        residual = self.random.standard_normal(3)
        change, read = np.full(3, np.nan), 100.0 + residual
        for array, given in ((residual, z), (change, change_z), (read, reading)):
            for channel, value in (given or {}).items():
                array[channel] = value
        is_held = np.zeros(3, dtype=np.bool_)
        is_held[list(held)] = True
        is_odd, _ = self.watcher.step(residual, change, read, is_held)
        found = self.watcher.signs()
        assert is_odd == bool(found)
        return found


def test_a_load_is_told_in_its_first_tick_and_a_node_is_not() -> None:
    assert Channels().tick({LOAD: 6.0}) == [Sign(LOAD, "high", ("limit",))]
    assert Channels().tick({LOAD: -6.0}) == [Sign(LOAD, "low", ("limit",))]
    assert Channels().tick({NODE: 6.0}) == []


@pytest.mark.parametrize(("change", "way"), [(6.0, "high"), (-6.0, "low")])
def test_a_change_of_a_heater_is_told_though_its_power_is_within_what_is_known(
    change: float, way: str
) -> None:
    channels = Channels()
    # What was known of it before speaks for the other side.
    for _ in range(20):
        assert channels.tick({LOAD: -0.2 * change}) == []
    assert channels.tick({LOAD: 0.3 * change}, {LOAD: change}) == [Sign(LOAD, way, ("limit",))]
    assert channels.tick({LOAD: 0.3 * change}, {LOAD: 0.1}) == []


def test_one_reading_far_off_moves_nothing_and_several_to_one_side_are_two_witnesses() -> None:
    channels = Channels()
    before = channels.watcher.level.copy()
    assert channels.tick({NODE: 40.0}) == []
    assert channels.watcher.level[NODE] == before[NODE]
    assert channels.tick() == []
    signs = [channels.tick({NODE: 10.0}) for _ in range(RUN_TICKS + 2)]
    assert signs[-1][0].way == "high"
    assert len(signs[-1][0].witnesses) >= 2
    assert all(len(sign.witnesses) == 1 for found in signs[:2] for sign in found)


def test_nothing_drawn_is_a_witness_where_something_surely_should_be() -> None:
    sure, unsure = Channels(), Channels()
    for _ in range(2):
        assert sure.tick({LOAD: -7.0}, None, {LOAD: 0.0})[0].witnesses == ("limit", "nothing")
        found = unsure.tick({LOAD: -2.9}, {LOAD: -6.0}, {LOAD: 0.0})
        assert found[0].witnesses == ("limit",)


def test_a_noisy_number_that_repeats_itself_is_frozen_and_a_counter_is_not() -> None:
    channels = Channels()
    for _ in range(FROZEN_TICKS):
        channels.tick(reading={LOAD: 50.0, COUNTER: 50.0})
    found = channels.tick(reading={LOAD: 50.0, COUNTER: 50.0})
    assert [(sign.channel, sign.way) for sign in found] == [(LOAD, "frozen")]


def test_an_excluded_sensor_says_nothing() -> None:
    channels = Channels()
    for _ in range(20):
        assert channels.tick({LOAD: 7.0}, {LOAD: 7.0}, held=(LOAD,)) == []


def test_what_is_remembered_survives_as_json() -> None:
    one, other = Channels(), Channels()
    for _ in range(5):
        one.tick({NODE: 4.0})
    other.watcher.restore(json.loads(json.dumps(one.watcher.state())))
    other.random = np.random.default_rng(9)
    one.random = np.random.default_rng(9)
    for _ in range(30):
        assert one.tick({NODE: 1.7}) == other.tick({NODE: 1.7})
