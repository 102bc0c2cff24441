"""Each rule of the executive, one small story at a time."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from exec_world import HOUR_S, NAMES, START_S, TICK_S, World, activity, main_phase

from moonstead.autonomy.executive.activity import (
    Hold,
    Level,
    Maintain,
    Phase,
    Setting,
    Stage,
    State,
    Take,
    Teardown,
    Window,
)
from moonstead.autonomy.executive.conditions import Condition, Kind, Past, explain, is_met, measure
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.outcome import Outcome, Transition
from moonstead.autonomy.executive.plan import Directive, Order, Plan, as_plan, problems_of
from moonstead.autonomy.executive.reasons import Reason
from moonstead.autonomy.executive.snapshot import Health, Names, Snapshot, take_snapshot
from moonstead.autonomy.executive.track import Obstacle
from moonstead.contracts import Channels, Telemetry
from moonstead.errors import InputError

LONG = Window(START_S, START_S, START_S + 24 * HOUR_S)
LATER = Window(START_S, START_S + 3 * HOUR_S, START_S + 8 * HOUR_S)
CAMERA = (Setting("camera", 1.0),)


def begin(*specs: Any, level: Level = Level.E4, **truth: Any) -> tuple[World, Outcome]:
    world = World(Executive(NAMES))
    for name, value in truth.items():
        setattr(world, name, value)
    directive = Directive(Order.LEVEL, "", float(level))
    return world, world.tick(plan=world.plan(specs), directives=[directive], first=True)


def path_of(world: World, name: str) -> list[State]:
    return [told.after for told in world.told if told.activity == name]


def why(outcome: Outcome, name: str) -> Reason | None:
    return next((wait.why.reason for wait in outcome.waits if wait.activity == name), None)


def wishes(outcome: Outcome) -> set[tuple[str, str]]:
    return {(wish.reason, wish.subject) for wish in outcome.replan_wanted}


# Levels.


def test_e1_starts_nothing_without_a_live_go_and_contact() -> None:
    world, outcome = begin(activity("look", window=LONG), level=Level.E1)
    assert why(outcome, "look") == Reason.NO_GO
    assert world.state["look"] == State.READY
    world.contact = False
    outcome = world.tick(directives=[Directive(Order.GO, "look")])
    assert why(outcome, "look") == Reason.NO_CONTACT
    world.contact = True
    assert why(world.tick(1800.0), "look") == Reason.NO_GO
    world.tick(directives=[Directive(Order.GO, "look", expires_t_s=START_S)])
    assert world.state["look"] == State.READY
    world.tick(directives=[Directive(Order.GO, "look")])
    assert world.state["look"] == State.RUNNING


def test_e2_starts_by_the_clock_and_never_later() -> None:
    late = activity("late", window=LATER, start=(Condition(Kind.LIT),))
    other = activity("other", window=LATER, holds=(Hold("drill"),))
    world, _ = begin(late, other, level=Level.E2, sun=False)
    for _ in range(17):
        world.tick()
    assert {world.state[name] for name in ("late", "other")} == {State.PENDING}
    world.tick()
    assert world.state["other"] == State.RUNNING
    world.tick(800.0)
    world.sun = True
    world.tick(200.0)
    assert world.ended["late"] == State.EXPIRED
    assert "the Sun is not in view" in world.told[-1].why.text
    assert world.told[-1].why.subject == Reason.CONDITION


def test_a_system_fault_stops_e2_until_earth_says_so_and_not_e3() -> None:
    specs = [
        activity("two", window=LONG),
        activity("three", window=LONG, element="drill", holds=(Hold("drill"),)),
    ]
    world, _ = begin(*specs, level=Level.E1)
    both = [Directive(Order.LEVEL, "camera", 2.0), Directive(Order.LEVEL, "drill", 3.0)]
    world.tick(1.0, directives=both)
    assert (world.state["two"], world.state["three"]) == (State.RUNNING, State.RUNNING)
    world.fault = "clock"
    world.tick()
    assert (world.state["two"], world.state["three"]) == (State.TEARDOWN, State.RUNNING)
    world.fault = ""
    world.tick(1800.0)
    # Shed, and by then too late for a fixed start.
    assert path_of(world, "two")[-2:] == [State.SHED, State.EXPIRED]
    again = activity("again", window=LONG, holds=(Hold("oven"),))
    directives = [Directive(Order.LEVEL, "camera", 1.0)]
    outcome = world.tick(plan=world.plan([again], freeze_s=0.0), directives=directives)
    assert why(outcome, "again") == Reason.STOPPED
    outcome = world.tick(directives=[Directive(Order.RESUME)])
    assert why(outcome, "again") == Reason.NO_GO


@pytest.mark.parametrize(
    ("level", "margin", "state"),
    [
        (Level.E2, 0.5, State.PENDING),
        (Level.E3, 0.5, State.RUNNING),
        (Level.E3, 0.11, State.WAITING),
        (Level.E3, float("nan"), State.WAITING),
        (Level.E4, 0.5, State.RUNNING),
    ],
)
def test_before_its_planned_time_only_with_energy_to_spare(
    level: Level, margin: float, state: State
) -> None:
    world, _ = begin(activity("look", window=LATER), level=level, margin=margin)
    assert world.state["look"] == state
    for _ in range(18):
        world.tick()
    begun = [told.t_s for told in world.told if told.after == State.STARTING]
    assert begun == [START_S if state == State.RUNNING else LATER.planned_t_s]


def test_nothing_is_pulled_forward_into_what_was_planned_before() -> None:
    first = activity("first", window=Window(START_S + HOUR_S, START_S + HOUR_S, START_S + HOUR_S))
    world, outcome = begin(first, activity("second", priority=3, window=LATER))
    assert why(outcome, "second") == Reason.FORWARD_CLASH
    for _ in range(6):
        world.tick()
    assert world.state["first"] == State.RUNNING


def test_people_planned_for_others_are_not_taken_before() -> None:
    takes = (Take("people", 2.0),)
    first = activity("first", window=Window(*(START_S + HOUR_S,) * 3), takes=takes)
    second = activity("second", priority=3, window=LATER, holds=(Hold("oven"),), takes=takes)
    world, outcome = begin(first, second)
    assert why(outcome, "second") == Reason.FORWARD_CLASH
    for _ in range(6):
        outcome = world.tick()
    assert world.state["first"] == State.RUNNING
    assert why(outcome, "second") == Reason.ROOM


def test_e4_asks_for_a_plan_and_the_others_do_not() -> None:
    short = replace(LONG, latest_t_s=START_S + 600.0)
    for level in (Level.E3, Level.E4):
        world, _ = begin(activity("look", window=short, start=(Condition(Kind.LIT),)),
                         level=level, sun=False)  # fmt: skip
        world.failed = {"drill"}
        world.tick()
        world.allowed = 5
        wanted = wishes(world.tick())
        expected = {("expired", "look"), ("health", "drill"), ("mode", "step-5"), ("level", "")}
        assert wanted == (expected if level == Level.E4 else set())
        assert wishes(world.tick()) == wanted
        assert wishes(world.tick(plan=world.plan([]))) == set()


def test_a_plan_does_not_answer_what_came_up_while_it_was_made() -> None:
    world, _ = begin(activity("look", window=LONG))
    world.failed = {"drill"}
    world.tick()
    world.failed = {"drill", "oven"}
    world.tick()
    world.t_s += TICK_S
    plan = replace(world.plan([]), made_t_s=world.t_s - 1.5 * TICK_S)
    outcome = world.executive.tick(world.snapshot(), plan)
    assert wishes(outcome) == {("health", "oven")}


def test_a_late_start_and_an_early_end_are_worth_a_plan() -> None:
    quick = main_phase(3.0, until=(Condition(Kind.DARK),))
    spec = activity(
        "look", window=LONG, phases=(quick,), start=(Condition(Kind.PATH_OPEN, "direct"),)
    )
    world, _ = begin(spec, open=False)
    for _ in range(4):
        world.tick()
    world.open = True
    outcome = world.tick()
    assert ("slipped", "look") in wishes(outcome)
    world.tick(plan=world.plan([]))
    world.sun = False
    outcome = world.tick()
    assert world.ended == {"look": State.DONE}
    assert ("slipped", "look") in wishes(outcome)


# Phases, evidence, retries.


def warm(longest_s: float) -> Phase:
    hot = (Condition(Kind.NODE_AT_LEAST, "box", 300.0),)
    settings = (Setting("oven", 0.5),)
    return Phase(
        stage=Stage.PREHEAT, settings=settings, expected_s=600.0, longest_s=longest_s, until=hot
    )


def with_box(world: World, temperature_k: float) -> Outcome:
    """Tick with the box at a temperature, apart from the judge's world."""
    world.t_s += TICK_S
    snapshot = world.snapshot()
    values = (*snapshot.values[:3], (temperature_k,), *snapshot.values[4:])
    return world.executive.tick(replace(snapshot, values=values))


def test_a_preheat_lasts_until_it_is_warm() -> None:
    world, outcome = begin(activity("cook", phases=(warm(9000.0), main_phase(settings=CAMERA))))
    assert [(order.load, order.level) for order in outcome.orders] == [("oven", 0.5)]
    for _ in range(3):
        assert with_box(world, 290.0).transitions == ()
    outcome = with_box(world, 301.0)
    assert [told.after for told in outcome.transitions] == [State.RUNNING]
    assert [order.load for order in outcome.orders] == ["camera"]


def test_a_preheat_that_takes_too_long_is_broken_off_and_tried_again() -> None:
    spec = activity("cook", window=LONG, phases=(warm(1200.0), main_phase()), retries=1)
    world, _ = begin(spec)
    after = [told for _ in range(12) for told in with_box(world, 290.0).transitions]
    assert [told.after for told in after if told.before != told.after] == [
        State.TEARDOWN, State.WAITING, State.READY, State.STARTING, State.TEARDOWN, State.FAILED,
    ]  # fmt: skip
    assert {told.why.reason for told in after if told.after == State.TEARDOWN} == {Reason.TIMEOUT}
    assert after[-1].attempt == 2
    assert "1200 s" in after[-1].why.text


def test_without_evidence_nothing_is_done() -> None:
    kept = (Maintain(condition=Condition(Kind.LIT), grace_s=1e6),)
    worked = (Condition(Kind.WORKED_AT_LEAST, "", 0.6),)
    spec = activity("look", window=LONG, phases=(main_phase(maintain=kept),), post=worked)
    for dark_ticks, end in ((2, State.DONE), (8, State.FAILED)):
        world, _ = begin(spec)
        for k in range(15):
            world.sun = k >= dark_ticks
            world.tick()
        assert world.ended == {"look": end}
    assert world.told[-1].why.reason == Reason.NO_EVIDENCE


def test_evidence_may_come_later() -> None:
    spec = activity("look", post=(Condition(Kind.PATH_OPEN, "direct"),), evidence_longest_s=HOUR_S)
    world, _ = begin(spec, open=False)
    for _ in range(13):
        world.tick()
    assert world.state["look"] == State.ENDING
    assert world.executive.memory.ledger.holder("camera") == "look"
    world.open = True
    world.tick()
    assert world.ended == {"look": State.DONE}


def test_what_draws_no_power_is_not_waited_for() -> None:
    works = Maintain(condition=Condition(Kind.LOAD_AT_LEAST, "camera", 5.0), grace_s=1200.0)
    main = main_phase(settings=CAMERA, maintain=(works,))
    world = World(Executive(NAMES))
    plan = world.plan([activity("look", phases=(main,), suspend_longest_s=HOUR_S)])
    executive = world.executive
    executive.tick(world.snapshot(), plan)
    told = [
        step for k in range(1, 4) for step in executive.tick(
            world.snapshot(START_S + k * TICK_S)).transitions
    ]  # fmt: skip
    assert [step.after for step in told] == [State.TEARDOWN]
    assert told[0].why.text == "camera is 0 W, at least 5 W is needed"


def test_a_suspension_stops_its_clock_and_drops_its_loads() -> None:
    kept = (Maintain(condition=Condition(Kind.LIT), grace_s=600.0),)
    main = main_phase(1.0, settings=CAMERA, maintain=kept)
    spec = activity("look", phases=(main,), suspend_longest_s=2 * HOUR_S, resume_hold_s=1200.0)
    world, _ = begin(spec)
    world.sun = False
    assert len(world.tick().orders) == 1
    outcome = world.tick()
    assert world.state["look"] == State.SUSPENDED
    assert outcome.orders == ()
    world.tick()
    world.sun = True
    world.tick()
    world.sun = False
    world.tick()
    world.sun = True
    for _ in range(3):
        assert world.state["look"] == State.SUSPENDED
        world.tick()
    assert world.state["look"] == State.RUNNING
    for _ in range(4):
        world.tick()
    assert world.ended == {"look": State.DONE}
    assert world.ran_s["look"] == pytest.approx(HOUR_S)


def test_the_budget_of_suspensions_is_for_all_of_them() -> None:
    kept = (Maintain(condition=Condition(Kind.LIT)),)
    main = main_phase(5.0, maintain=kept)
    world, _ = begin(activity("look", phases=(main,), suspend_longest_s=2400.0))
    for k in range(12):
        world.sun = k % 3 == 2
        world.tick()
    states = path_of(world, "look")
    assert states.count(State.SUSPENDED) == 2
    assert states[-1] == State.FAILED


def test_a_condition_in_its_band_is_neither_lost_nor_back() -> None:
    charged = Condition(Kind.STORE_AT_LEAST, "battery", 1e8)
    kept = (Maintain(condition=charged, grace_s=1200.0, band=2e7),)
    for first_j, ends in ((0.9e8, State.RUNNING), (0.7e8, State.TEARDOWN)):
        world, _ = begin(activity("look", phases=(main_phase(5.0, maintain=kept),)))
        for store_j in (first_j, 0.9e8, 0.9e8):
            world.store_j = store_j
            world.tick()
        assert world.state["look"] == ends


def test_a_teardown_that_is_not_seen_to_end_ends_and_is_told() -> None:
    stowed = (Condition(Kind.LOAD_AT_MOST, "rover", -1.0),)
    down = Teardown(
        settings=(Setting("rover", 0.3),), expected_s=600.0, longest_s=1500.0, until=stowed
    )
    world, _ = begin(activity("drive", teardown=down, retries=5, window=LONG))
    outcome = world.tick(directives=[Directive(Order.ABORT, "drive")])
    assert [(order.load, order.level) for order in outcome.orders] == [("rover", 0.3)]
    outcomes = [world.tick() for _ in range(3)]
    assert world.ended == {"drive": State.FAILED}
    assert world.told[-1].why.reason == Reason.OVERRAN
    assert [n.kind for n in outcomes[-1].notices] == ["teardown-overran"]


def test_a_unit_stays_taken_while_it_recovers() -> None:
    first = activity("first", holds=(Hold("camera", 1800.0),))
    world, _ = begin(first, activity("second", priority=7, window=LONG))
    for _ in range(12):
        outcome = world.tick()
    assert world.ended == {"first": State.DONE}
    assert why(outcome, "second") == Reason.BUSY
    assert world.executive.taken_until_t_s() == {"camera": world.t_s + 1800.0}
    for _ in range(3):
        world.tick()
    assert world.state["second"] == State.RUNNING


# The station.


def test_what_is_shed_is_off_in_the_same_tick_and_comes_back() -> None:
    world, outcome = begin(activity("look", window=LONG, phases=(main_phase(settings=CAMERA),)))
    assert [order.load for order in outcome.orders] == ["camera"]
    world.allowed = 4
    outcome = world.tick()
    assert outcome.orders == ()
    assert outcome.transitions[0].why.reason == Reason.MODE
    world.allowed = 7
    for _ in range(5):
        world.tick()
    states = path_of(world, "look")
    assert states[-5:] == [
        State.SHED, State.WAITING, State.READY, State.STARTING, State.RUNNING,
    ]  # fmt: skip


def test_energy_is_for_one_of_two() -> None:
    specs = [activity(name, priority=p, holds=(Hold(name),), window=LONG)
             for name, p in (("oven", 5), ("drill", 3))]  # fmt: skip
    energy_j = specs[0].energy_j
    assert energy_j == 50.0 * 2 * HOUR_S
    world, outcome = begin(*specs, spare_j=1.5 * energy_j)
    assert world.state == {"drill": State.RUNNING, "oven": State.WAITING}
    assert why(outcome, "oven") == Reason.ENERGY
    # Half-way the first has taken half of its own.
    for _ in range(7):
        world.tick()
    assert world.state["oven"] == State.RUNNING
    assert world.executive.live()[0].left_j == pytest.approx(energy_j * 5 / 12)


def test_surplus_of_generation_is_enough_once() -> None:
    world = World(Executive(NAMES))
    specs = [activity(name, holds=(Hold(name),), window=LONG) for name in ("drill", "oven")]
    snapshot = replace(world.snapshot(), spare_j=-1.0, surplus_w=60.0)
    world.executive.tick(snapshot, world.plan(specs))
    states = [track.state for track in world.executive.memory.tracks.values()]
    assert states == [State.RUNNING, State.WAITING]


def test_when_people_leave_the_last_goes_after_a_while() -> None:
    specs = [activity(name, priority=p, holds=(Hold(name),), window=LONG,
                      takes=(Take("people", 1.0),), phases=(main_phase(0.3), main_phase(9.0)))
             for name, p in (("oven", 5), ("drill", 3), ("rover", 7))]  # fmt: skip
    world, outcome = begin(*specs)
    assert why(outcome, "rover") == Reason.ROOM
    world.people = 1.0
    for _ in range(3):
        world.tick()
        assert world.state["oven"] == State.RUNNING
    world.tick()
    assert world.state == {
        "drill": State.RUNNING, "oven": State.TEARDOWN, "rover": State.WAITING,
    }  # fmt: skip


def test_what_comes_after_waits_and_does_not_come_too_late() -> None:
    after = (
        Condition(Kind.AFTER, "first", HOUR_S),
        Condition(Kind.NOT_LONG_AFTER, "first", 2 * HOUR_S),
    )
    second = activity("second", window=LONG, holds=(Hold("oven"),), start=after[:1])
    third = activity(
        "third", window=LONG, holds=(Hold("drill"),), start=(*after, Condition(Kind.LIT))
    )
    executive = Executive(NAMES)
    world = World(executive)
    executive.tick(world.snapshot(), world.plan([activity("first"), second, third]))
    begun = {}
    for k in range(1, 60):
        world.sun = k > 40
        outcome = executive.tick(world.snapshot(START_S + k * TICK_S))
        begun.update({t.activity: k for t in outcome.transitions if t.after == State.STARTING})
    assert begun == {"second": 12 + 6}
    assert why(outcome, "third") == Reason.CONDITION
    assert "time since first" in outcome.waits[0].why.text


# Plans.


def test_what_starts_soon_stays_and_what_is_new_starts_after_the_freeze() -> None:
    soon, far = activity("soon", 1.0), activity("far", 30.0, holds=(Hold("oven"),))
    dark = (Condition(Kind.DARK),)
    world, _ = begin(replace(soon, start=dark), replace(far, start=dark))
    moved = [activity("soon", 9.0), activity("far", 40.0, holds=(Hold("oven"),)),
             activity("new", 1.0, holds=(Hold("drill"),)),
             activity("gone", -3.0, holds=(Hold("drill"),))]  # fmt: skip
    outcome = world.tick(plan=world.plan(moved))
    tracks = world.executive.memory.tracks
    assert tracks["soon"].activity.start == dark
    assert tracks["far"].activity == moved[1]
    assert tracks["new"].activity.window.planned_t_s == world.t_s + 2 * HOUR_S
    assert [n.kind for n in outcome.notices] == ["frozen-out"]
    world.tick(plan=world.plan([replace(soon, start=())], freeze_s=0.0))
    assert world.state == {"soon": State.RUNNING}
    assert world.ended == {"far": State.EXPIRED, "new": State.EXPIRED}


def test_what_runs_goes_on_unless_the_plan_says_otherwise() -> None:
    world, _ = begin(activity("look"), activity("bore", holds=(Hold("drill"),)))
    world.tick(plan=world.plan([activity("look", 9.0)]))
    assert set(world.state.values()) == {State.RUNNING}
    world.tick(plan=world.plan([], aborts=("look",)))
    assert world.state == {"bore": State.RUNNING, "look": State.TEARDOWN}
    assert {unit for unit, _ in world.executive.taken_until_t_s().items()} == {"camera", "drill"}


def refused(world: World, plan: Plan) -> str:
    """Return what a plan that is refused is told; nothing else may change."""
    world.t_s += TICK_S
    before = dict(world.executive.memory.tracks)
    outcome = world.executive.tick(world.snapshot(), plan)
    assert {n.kind for n in outcome.notices} == {"plan-refused"}
    assert world.executive.memory.tracks == before
    assert ("plan-refused", plan.id) in wishes(outcome)
    return "\n".join(notice.text for notice in outcome.notices)


def test_plans_that_are_old_early_or_nonsense_are_refused_and_the_old_one_goes_on() -> None:
    world, _ = begin(activity("look", 20.0))
    good = activity("new", 30.0)
    assert "before the one in use" in refused(world, Plan(id="a", made_t_s=0.0, activities=(good,)))
    assert "from now" in refused(world, Plan(id="b", made_t_s=9e8, activities=(good,)))
    both = Plan(id="c", made_t_s=START_S + 1.0, activities=(good, replace(good, priority=1)))
    assert "used twice" in refused(world, both)
    many = [replace(good, id=f"n{k}", window=Window(np.nan, 0.0, 0.0)) for k in range(100)]
    told = refused(world, Plan(id="d", made_t_s=START_S + 2.0, activities=tuple(many)))
    assert told.count("\n") == 19


def test_the_same_plan_twice_and_an_ended_activity_change_nothing() -> None:
    world, _ = begin(activity("look"))
    plan = replace(world.plan([activity("look"), activity("more", 20.0)]), made_t_s=START_S)
    for _ in range(2):
        world.t_s += TICK_S
        world.executive.tick(world.snapshot(), plan)
    assert list(world.executive.memory.tracks) == ["look", "more"]
    for _ in range(12):
        world.t_s += TICK_S
        world.executive.tick(world.snapshot())
    later = replace(plan, id="later", made_t_s=world.t_s)
    world.t_s += TICK_S
    outcome = world.executive.tick(world.snapshot(), later)
    assert [(n.kind, n.subject) for n in outcome.notices] == [("not-again", "look")]


def test_what_was_dropped_may_come_again_and_what_was_ordered_off_may_not() -> None:
    executive = Executive(NAMES)
    world = World(executive)
    specs = [activity("dropped", 20.0), activity("off", 20.0)]
    executive.tick(world.snapshot(), world.plan(specs))
    off = [Directive(Order.ABORT, "off")]
    executive.tick(
        world.snapshot(START_S + 60.0), replace(world.plan([specs[1]]), freeze_s=0.0), off
    )
    assert not executive.memory.tracks
    outcome = executive.tick(world.snapshot(START_S + 120.0), world.plan(specs))
    assert list(executive.memory.tracks) == ["dropped"]
    assert [notice.subject for notice in outcome.notices] == ["off"]


def test_memory_of_what_ended_does_not_grow_for_ever() -> None:
    executive = Executive(NAMES)
    world = World(executive)
    sizes = []
    for day in range(0, 300, 3):
        now = START_S + day * 86400.0
        short = [
            activity(f"d{day}-{k}", day * 24.0, holds=(), phases=(main_phase(0.0),))
            for k in range(5)
        ]
        plan = replace(world.plan(short, freeze_s=0.0), made_t_s=now)
        ticks = [executive.tick(world.snapshot(now + k), plan) for k in range(4)]
        assert len(executive.memory.tracks) == 0
        assert ticks[-1].notices == ()
        sizes.append((len(executive.memory.over_t_s), len(executive.memory.done_t_s)))
    assert sizes[-1] == (100, 100)


BAD = float("nan")
MISTAKES: dict[str, dict[str, Any]] = {
    "window": {"window": Window(2.0, 1.0, 3.0)},
    "retries": {"retries": -1},
    "retry_rest_s": {"retry_rest_s": 0.0},
    "evidence_longest_s": {"evidence_longest_s": BAD},
    "suspend_longest_s": {"suspend_longest_s": -1.0},
    "resume_hold_s": {"resume_hold_s": float("inf")},
    "no main": {"phases": (warm(900.0),)},
    "order of phases": {"phases": (main_phase(), warm(900.0))},
    "longest": {"phases": (main_phase(longest_s=1.0),)},
    "power": {"phases": (main_phase(power_w=BAD),)},
    "level of a load": {"phases": (main_phase(settings=(Setting("camera", 1.1),)),)},
    "load twice": {"phases": (main_phase(settings=(*CAMERA, *CAMERA)),)},
    "no load": {"phases": (main_phase(settings=(Setting("", 1.0),)),)},
    "until": {"phases": (main_phase(until=(Condition(Kind.NODE_AT_LEAST, "bax", 3.0),)),)},
    "grace": {
        "phases": (main_phase(maintain=(Maintain(condition=Condition(Kind.LIT), grace_s=BAD),)),)
    },
    "start": {"start": (Condition(Kind.STORE_AT_LEAST, "batery", 1.0),)},
    "tank": {"post": (Condition(Kind.TANK_AT_LEAST, "tank", BAD),)},
    "post": {"start": (Condition(Kind.WORKED_AT_LEAST, "", 0.5),)},
    "teardown": {"teardown": Teardown(expected_s=2.0, longest_s=1.0)},
    "holds": {"holds": (Hold("a"), Hold("a"))},
    "takes": {"takes": (Take("people", BAD),)},
    "id": {"id": ""},
}  # fmt: skip


@pytest.mark.parametrize("what", MISTAKES)
def test_every_mistake_in_a_plan_is_told_with_its_place(what: str) -> None:
    spec = replace(activity("look"), **MISTAKES[what])
    problems = problems_of(Plan(id="p", made_t_s=0.0, activities=(spec,)), NAMES)
    assert len(problems) == 1
    assert problems[0].path.startswith(f'activity "{spec.id}".')
    assert problems[0].remedy
    assert problems_of(Plan(id="p", made_t_s=0.0, activities=(activity("look"),)), NAMES) == ()


def test_mistakes_of_the_plan_itself() -> None:
    plan = Plan(id="p", made_t_s=BAD, activities=(activity("x"),), aborts=("x",), freeze_s=BAD)
    assert len(problems_of(plan, NAMES)) == 3


LOOK = activity("look")
GARBAGE: list[Any] = [
    None, "plan", [LOOK], LOOK, object(),
    Plan(id="p", made_t_s=0.0, activities=(None,)),  # type: ignore[arg-type]
    Plan(id="p", made_t_s="soon", activities=(LOOK,)),  # type: ignore[arg-type]
    Plan(id=7, made_t_s=0.0, activities=(LOOK,)),  # type: ignore[arg-type]
    Plan(id="p", made_t_s=0.0, activities=LOOK),  # type: ignore[arg-type]
    Plan(id="p", made_t_s=0.0, activities=(replace(LOOK, window=(1.0, 2.0, 3.0)),)),
    Plan(id="p", made_t_s=0.0, activities=(replace(LOOK, priority=5.5),)),
    Plan(id="p", made_t_s=0.0, activities=(replace(LOOK, start=(Condition("lid"),)),)),  # type: ignore[arg-type]
    Plan(id="p", made_t_s=0.0, activities=(LOOK,), aborts=(print,)),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize("given", GARBAGE)
def test_what_is_no_plan_is_told_from_one(given: Any) -> None:
    with pytest.raises(InputError, match="every part of its type"):
        as_plan(given)


def test_a_plan_is_a_plan() -> None:
    cook = replace(LOOK, id="cook", phases=(warm(900.0), main_phase(settings=CAMERA)))
    plan = Plan(id="p", made_t_s=1.0, activities=(LOOK, cook), aborts=("x",))
    assert as_plan(plan) == plan


@pytest.mark.parametrize(
    "directive",
    [
        Directive(Order.LEVEL, "camera", 5.0),
        Directive(Order.LEVEL, "camera", float("nan")),
        Directive(Order.GO, "nobody"),
        Directive(Order.ABORT, "nobody"),
        Directive(Order.ABORT, "look", expires_t_s=START_S - 1.0),
    ],
)
def test_directives_that_make_no_sense_are_refused(directive: Directive) -> None:
    world, _ = begin(activity("look", window=LONG))
    levels = dict(world.executive.memory.levels)
    world.t_s += TICK_S
    outcome = world.executive.tick(world.snapshot(), directives=[directive])
    assert [n.kind for n in outcome.notices] == ["directive-refused"]
    assert world.executive.memory.levels == levels
    assert outcome.transitions == ()


# Conditions and snapshots.


class Guard:
    mode_name = "trim"
    margin_fraction = 0.1
    spare_j = 5.0
    surplus_w = -3.0

    def allows(self, priority: int) -> bool:
        return priority <= 5


CHANNELS = Channels(
    ("sun",), ("lamp",), ("cell",), ("box",), ("disk",), ("tank",), ("link", "none")
)


def measured(**changes: Any) -> Snapshot:
    values: dict[str, Any] = {
        "t_s": START_S, "source_power_w": np.array([7.0]), "source_share": np.ones(1),
        "load_power_w": np.array([6.0]),
        "store_energy_j": np.array([5.0]), "node_temperature_k": np.array([4.0]),
        "recorder_bit": np.array([3.0]), "tank_kg": np.array([2.0]),
        "path_open": np.array([True, False]), "sun_seen": True, "earth_seen": False,
        "answered": {"cnsa": START_S}, "faulty": ("oven",), **changes,
    }  # fmt: skip
    health = {"drill": Health.SUSPECT, "oven": Health.OK}
    return take_snapshot(Names.of(CHANNELS), Telemetry(**values), Guard(), health=health)


VALUES = {
    Kind.LIT: ("", 1.0), Kind.DARK: ("", 0.0), Kind.EARTH_SEEN: ("", 0.0),
    Kind.EARTH_HIDDEN: ("", 1.0), Kind.CONTACT: ("", 1.0), Kind.PATH_OPEN: ("link", 1.0),
    Kind.SOURCE_AT_LEAST: ("sun", 7.0), Kind.LOAD_AT_LEAST: ("lamp", 6.0),
    Kind.LOAD_AT_MOST: ("lamp", 6.0), Kind.STORE_AT_LEAST: ("cell", 5.0),
    Kind.NODE_AT_LEAST: ("box", 4.0), Kind.NODE_AT_MOST: ("box", 4.0),
    Kind.RECORDER_AT_LEAST: ("disk", 3.0), Kind.RECORDER_AT_MOST: ("disk", 3.0),
    Kind.TANK_AT_LEAST: ("tank", 2.0), Kind.TANK_AT_MOST: ("tank", 2.0),
    Kind.MARGIN_AT_LEAST: ("", 0.1), Kind.HEALTH_AT_LEAST: ("drill", 2.0),
    Kind.AFTER: ("first", 10.0), Kind.NOT_LONG_AFTER: ("first", 10.0),
    Kind.WORKED_AT_LEAST: ("", 0.7),
}  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_reads_its_own_value_and_says_what_is_missing(kind: Kind) -> None:
    subject, value = VALUES[kind]
    past = Past({"first": START_S - 10.0}, 0.7)
    assert measure(Condition(kind, subject), measured(), past) == value
    at_most = kind.value.endswith("at-most") or kind == Kind.NOT_LONG_AFTER
    for offset, met in ((0.0, True), (1e-6, at_most), (-1e-6, not at_most)):
        assert is_met(Condition(kind, subject, value + offset), value) is met
    assert is_met(Condition(kind, subject, value + (-1.0 if at_most else 1.0)), value, 1.01)
    text = explain(Condition(kind, subject, value + (-1.0 if at_most else 1.0)), value)
    assert subject in text
    assert len(text) > 8


def test_what_is_not_measured_holds_for_nothing() -> None:
    snapshot = measured(store_energy_j=np.array([np.nan]), tank_kg=np.array([]))
    for kind, subject in ((Kind.STORE_AT_LEAST, "cell"), (Kind.TANK_AT_MOST, "tank"),
                          (Kind.TANK_AT_LEAST, "tank"), (Kind.NODE_AT_MOST, "nothing"),
                          (Kind.AFTER, "never"), (Kind.WORKED_AT_LEAST, "")):  # fmt: skip
        condition = Condition(kind, subject, 0.0)
        value = measure(condition, snapshot, Past({}))
        assert np.isnan(value)
        assert not is_met(condition, value, band=1e9)
        assert "not" in explain(condition, value) or "no " in explain(condition, value)


def test_a_self_test_counts_as_failed_and_the_guard_is_asked_for_each_priority() -> None:
    snapshot = measured()
    assert snapshot.health_of("oven") == Health.FAILED
    assert snapshot.health_of("mast") == Health.UNKNOWN
    assert snapshot.allowed == {1, 2, 3, 4, 5}
    assert (snapshot.mode, snapshot.spare_j, snapshot.surplus_w) == ("trim", 5.0, -3.0)


@pytest.mark.parametrize(
    ("before", "after", "subtype"),
    [
        (State.PENDING, State.PENDING, 1),
        (State.READY, State.STARTING, 3),
        (State.WAITING, State.EXPIRED, 4),
        (State.STARTING, State.RUNNING, 5),
        (State.RUNNING, State.SUSPENDED, 5),
        (State.RUNNING, State.TEARDOWN, 6),
        (State.ENDING, State.DONE, 7),
        (State.TEARDOWN, State.FAILED, 8),
        (State.TEARDOWN, State.SHED, 8),
        (State.WAITING, State.READY, 0),
    ],
)
def test_transitions_have_their_report_of_request_verification(
    before: State, after: State, subtype: int
) -> None:
    """ECSS-E-ST-70-41C, service 1: odd subtypes tell success, even ones failure."""
    why = Obstacle(Reason.PHASE, "", "x")
    assert Transition(0.0, "a", 1, before, after, why).verification == subtype
