"""Time that goes wrong, the log, its replay, and a kill at any tick."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from exec_world import (
    HOUR_S,
    NAMES,
    START_S,
    TICK_S,
    World,
    activity,
    episode,
    random_activity,
    random_event,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstead.autonomy.executive.activity import LIVE, State, Window
from moonstead.autonomy.executive.executive import MOST_DIRECTIVES, Executive
from moonstead.autonomy.executive.log import START_HASH, Inputs, Log, replay, restart
from moonstead.autonomy.executive.memory import Settings
from moonstead.autonomy.executive.outcome import Outcome
from moonstead.autonomy.executive.plan import Directive, Order
from moonstead.autonomy.executive.snapshot import Snapshot
from moonstead.contracts import Channels
from moonstead.errors import InputError

WINDOW = Window(START_S, START_S + HOUR_S, START_S + 10 * HOUR_S)


def running_world() -> World:
    world = World(Executive(NAMES))
    world.tick(plan=world.plan([activity("look")]), first=True)
    assert world.state == {"look": State.RUNNING}
    return world


def tick_at(world: World, t_s: float, **named: Any) -> Outcome:
    return world.executive.tick(world.snapshot(t_s), **named)


def states(world: World) -> dict[str, State]:
    return {name: track.state for name, track in world.executive.memory.tracks.items()}


@pytest.mark.parametrize("odd_s", [0.0, -1.0, -1e9, 1e9, 7 * HOUR_S, float("nan"), float("inf")])
def test_one_odd_time_changes_nothing(odd_s: float) -> None:
    world = running_world()
    before = world.executive.state()
    orders = tick_at(world, START_S + 1e-3).orders
    outcome = tick_at(world, START_S + odd_s)
    assert not outcome.believed
    assert [order.load for order in outcome.orders] == [order.load for order in orders]
    assert outcome.transitions == ()
    world.t_s = START_S
    world.tick()
    after = world.executive.state()
    assert after["tracks"]["look"]["state"] == before["tracks"]["look"]["state"] == "running"
    assert after["clock"]["odd_ticks"] == 0


@pytest.mark.parametrize(("slack_s", "later"), [(0.0, 1), (0.05 * TICK_S, 0)])
def test_a_clock_that_is_set_right_costs_no_tick(slack_s: float, later: int) -> None:
    executive = Executive(NAMES, Settings(clock_slack_s=slack_s))
    spec = activity("look", window=Window(START_S + TICK_S, START_S + TICK_S, START_S + HOUR_S))
    world = World(executive)
    tick_at(world, START_S, plan=world.plan([spec]))
    # Its own clock gains before the session begins and is set right while it runs.
    early_s = 0.04 * TICK_S
    begun, ended = None, None
    for k in range(1, 60):
        t_s = START_S + k * TICK_S - (early_s if k < 3 else 2 * early_s if k > 6 else 0.0)
        for told in tick_at(world, t_s).transitions:
            begun = k if told.after == State.RUNNING else begun
            ended = k if told.before == State.RUNNING else ended
    assert begun == 1 + later
    assert ended is not None
    ticks = spec.phases[0].expected_s / TICK_S
    assert ended - begun == ticks + later


def test_what_came_with_an_odd_time_is_not_lost() -> None:
    world = World(Executive(NAMES))
    world.tick(first=True)
    stop = [Directive(Order.ABORT, "look")]
    tick_at(world, START_S - 5.0, plan=world.plan([activity("look")]), directives=stop)
    assert states(world) == {}
    outcome = tick_at(world, START_S + TICK_S)
    assert [(t.activity, t.after) for t in outcome.transitions][-1] == ("look", State.EXPIRED)


def test_a_tick_that_comes_twice_starts_nothing_twice() -> None:
    world = World(Executive(NAMES))
    world.levels[""] = world.level
    e1 = Directive(Order.LEVEL, "", 1.0)
    spec = activity("look", window=WINDOW, retries=1)
    world.tick(plan=world.plan([spec]), directives=[e1], first=True)
    go = [Directive(Order.GO, "look")]
    world.tick(directives=go)
    assert states(world)["look"] == State.RUNNING
    outcome = world.executive.tick(world.snapshot(), directives=go)
    assert (outcome.believed, outcome.transitions) == (False, ())
    world.tick()
    assert world.executive.memory.go_until_t_s == {}


@pytest.mark.parametrize("leap_s", [-100 * HOUR_S, -2 * HOUR_S])
def test_a_clock_that_was_set_back_is_believed_when_it_lasts(leap_s: float) -> None:
    world = running_world()
    world.tick()
    answers = [tick_at(world, START_S + leap_s + k * TICK_S) for k in range(4)]
    assert [answer.believed for answer in answers] == [False, False, True, True]
    track = world.executive.memory.tracks["look"]
    # It had run for 10 min, and another tick has passed on the new time.
    now = START_S + leap_s + 3 * TICK_S
    assert now - track.phase_began_t_s == pytest.approx(2 * TICK_S)
    assert world.executive.memory.ledger.until_t_s("camera") > now
    assert [n.kind for n in answers[2].notices] == ["clock"]


def test_plans_are_taken_on_a_clock_that_was_set_back() -> None:
    world = running_world()
    for k in range(3):
        tick_at(world, START_S - 50 * HOUR_S + k * TICK_S)
    now = START_S - 50 * HOUR_S + 3 * TICK_S
    plan = replace(world.plan([activity("more", 20.0)]), made_t_s=now)
    assert tick_at(world, now, plan=plan).notices == ()
    assert set(states(world)) == {"look", "more"}


def test_after_a_long_sleep_what_should_be_over_is_over() -> None:
    """Three ticks agree that the time has passed: the computer slept, or the clock was wrong."""
    world = running_world()
    answers = [tick_at(world, START_S + 100 * HOUR_S + k * TICK_S) for k in range(3)]
    assert [answer.believed for answer in answers] == [False, False, True]
    assert answers[-1].transitions[-1].after == State.DONE
    assert world.executive.memory.ledger.leases == {}


@settings(max_examples=25)
@given(
    times=st.lists(
        st.one_of(
            st.floats(-2e5, 2e6), st.sampled_from([0.0, 600.0, 1200.0, float("nan"), 1e300, -1e300])
        ),
        min_size=5,
        max_size=60,
    )
)
def test_no_time_whatsoever_breaks_it(times: list[float]) -> None:
    world = running_world()
    executive = world.executive
    state = {"look": State.RUNNING}
    for t_s in times:
        for told in tick_at(world, START_S + t_s).transitions:
            assert told.before == state[told.activity]
            state[told.activity] = told.after
        ledger = executive.memory.ledger
        live = [name for name, where in state.items() if where in LIVE]
        assert {e.holder for e in ledger.leases.values() if not e.kept} == set(live)
        assert ledger.taken - ledger.released == len(ledger.leases)
        json.dumps(executive.state(), allow_nan=False)


def test_what_outlives_its_lease_is_broken_off() -> None:
    """No phase lasts that long by the rules: the last net, for what no one thought of."""
    world = running_world()
    world.executive.memory.ledger.leases["camera"].until_t_s = START_S + 1.0
    outcome = tick_at(world, START_S + TICK_S)
    assert [(t.after, t.why.reason) for t in outcome.transitions] == [(State.TEARDOWN, "lease")]
    assert world.executive.memory.ledger.until_t_s("camera") > START_S + TICK_S
    outcomes = [tick_at(world, START_S + k * TICK_S) for k in range(2, 5)]
    assert outcomes[1].transitions[-1].after == State.FAILED
    assert world.executive.memory.ledger.leases == {}


def test_a_lease_without_a_holder_is_freed() -> None:
    world = running_world()
    world.executive.memory.ledger.leases["camera"].holder = "nobody"
    outcome = tick_at(world, START_S + TICK_S)
    assert [(t.after, t.why.reason) for t in outcome.transitions] == [(State.TEARDOWN, "lease")]
    assert world.executive.memory.ledger.leases == {}


def test_a_flood_of_directives_is_cut_and_told() -> None:
    world = running_world()
    flood = [Directive(Order.GO, f"nobody-{k}") for k in range(5000)]
    outcome = world.executive.tick(world.snapshot(START_S + TICK_S), directives=flood)
    kinds = [notice.kind for notice in outcome.notices]
    assert kinds.count("directives-refused") == 1
    assert kinds.count("directive-refused") == MOST_DIRECTIVES
    assert world.executive.memory.go_until_t_s == {}


# The log.


def logged_life(seed: int, ticks: int = 60) -> tuple[list[bytes], Executive, str]:
    """Return the log of a random life, the executive at its end, and the last hash."""
    random = np.random.default_rng(seed)
    world = World(Executive(NAMES))
    log = Log(NAMES)
    lines = [log.state(world.executive)]

    def write(_: Snapshot, outcome: Outcome) -> None:
        lines.append(log.tick(Inputs(*world.inputs), outcome))

    world.after_tick = write
    first = [random_activity(random, f"a{k}", START_S) for k in range(6)]
    world.tick(plan=world.plan(first), first=True)
    for k in range(ticks):
        world.tick(TICK_S, **random_event(world, random))
        if k == ticks // 2:
            lines.append(log.state(world.executive))
    return lines, world.executive, log.last_hash


@pytest.fixture(scope="module")
def life() -> tuple[list[bytes], Executive, str]:
    return logged_life(3)


def test_a_replay_ends_at_the_same_hash_and_state(life: Any) -> None:
    lines, executive, last_hash = life
    again = Executive(NAMES)
    told = replay(lines, again)
    assert (told.last_hash, told.torn, told.faults) == (last_hash, False, ())
    assert told.ticks == len(lines) - 2
    assert again.state() == executive.state()


def test_two_lives_from_one_seed_write_the_same_bytes(life: Any) -> None:
    assert logged_life(3)[0] == life[0]
    assert logged_life(4)[2] != life[2]


def test_every_line_is_json_with_the_hash_of_the_one_before(life: Any) -> None:
    after = START_HASH
    for line in life[0]:
        told = json.loads(line, parse_constant=pytest.fail)
        assert told["after"] == after
        after = told["hash"]


def test_a_kill_after_any_tick_changes_nothing(life: Any) -> None:
    """Last state and the lines since: what follows is the same as without the kill."""
    lines = life[0]
    rows = [json.loads(line)["row"] for line in lines]
    for k in range(1, len(lines), 4):
        again = Executive(NAMES)
        begin = max(n for n in range(k) if "state" in rows[n])
        told = restart([*lines[begin:k], lines[k][: len(lines[k]) // 2]], again)
        assert (told.faults, told.torn) == ((), True)
        # Told apart from the log, or it would not get through.
        replay(lines[k:], again)
        assert again.state() == life[1].state()


def test_restored_from_a_file_it_goes_on_as_if_never_stopped() -> None:
    """Also where the file has the keys in another order."""

    def reborn() -> Executive:
        return Reborn(NAMES)

    class Reborn(Executive):
        def tick(self, *given: Any, **named: Any) -> Outcome:
            outcome = super().tick(*given, **named)
            self.restore(json.loads(json.dumps(self.state(), sort_keys=True, allow_nan=False)))
            return outcome

    told = episode(reborn, 6, ticks=80).told
    assert told == episode(lambda: Executive(NAMES), 6, ticks=80).told
    assert len(told) > 50


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: [*lines[:5], lines[5].replace(b":true", b":false"), *lines[6:]],
        lambda lines: [*lines[:5], *lines[6:]],
        lambda lines: [*lines[:5], lines[6], lines[5], *lines[7:]],
        lambda lines: [*lines[:5], b"\x00\xff garbage\n", *lines[6:]],
        lambda lines: [*lines[:5], b"[" * 100_000 + b"\n", *lines[6:]],
        lambda lines: [*lines[:5], lines[4], *lines[5:]],
    ],
    ids=["changed", "lost", "swapped", "garbage", "deep", "twice"],
)
def test_a_spoilt_log_is_found_and_survived(life: Any, spoil: Any) -> None:
    lines = spoil(list(life[0]))
    with pytest.raises(InputError) as caught:
        replay(lines, Executive(NAMES))
    assert "line " in str(caught.value)
    again = Executive(NAMES)
    told = restart(lines, again)
    assert told.faults
    # The state half-way through is sound, so that what came before it does no harm.
    assert again.state() == life[1].state()
    assert told.last_hash == life[2]


def test_a_log_without_a_sound_state_still_gives_what_it_can(life: Any) -> None:
    ticks = [line for line in life[0] if b'"row":{"names"' not in line]
    again = Executive(NAMES)
    told = restart(ticks[3:], again)
    assert told.ticks == len(ticks) - 3
    assert again.memory.clock.t_s == life[1].memory.clock.t_s


def test_other_settings_are_noticed_at_the_first_line_that_differs(life: Any) -> None:
    other = Executive(NAMES, replace(Executive(NAMES).settings, return_hold_s=0.0, slip_s=0.0,
                                     forward_margin_fraction=2.0))  # fmt: skip
    with pytest.raises(InputError, match="the settings or the program differ"):
        replay(life[0], other)


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"clock": 3},
        [1, 2],
        None,
        "tracks",
    ],
)
def test_a_state_of_something_else_is_refused(state: Any) -> None:
    executive = Executive(NAMES)
    with pytest.raises(InputError, match="state of the executive"):
        executive.restore(state)


def test_a_state_with_one_value_out_of_place_is_refused(life: Any) -> None:
    state = json.loads(json.dumps(life[1].state()))
    for key, value in state.items():
        for wrong in (3.5j, object):
            spoilt = {**state, key: wrong}
            with pytest.raises(InputError):
                Executive(NAMES).restore(spoilt)
        assert Executive(NAMES).restore({**state, key: value}) is None


def test_measurements_that_are_missing_go_through_the_log() -> None:
    executive, log = Executive(NAMES), Log(NAMES)
    world = World(executive)
    world.store_j = world.margin = float("nan")
    lines = [log.state(executive)]
    for k in range(3):
        snapshot = world.snapshot(START_S + k * TICK_S)
        lines.append(log.tick(Inputs(snapshot), executive.tick(snapshot)))
    odd = world.snapshot(float("nan"))
    lines.append(log.tick(Inputs(odd), executive.tick(odd)))
    assert replay(lines, Executive(other_names())).last_hash == log.last_hash


def other_names() -> Any:
    """Return other channels: the log brings its own."""
    return type(NAMES).of(Channels((), (), (), (), (), (), ()))
