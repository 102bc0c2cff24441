"""Whatever happens, in whatever order: the executive keeps its rules, and the judge is no fool."""

import pytest
from exec_mutants import MUTANTS, EdgeTrigger, make
from exec_world import (
    HOUR_S,
    NAMES,
    START_S,
    TICK_S,
    UNITS,
    World,
    activity,
    episode,
    main_phase,
)
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from moonstead.autonomy.executive.activity import (
    LEGAL,
    Hold,
    Maintain,
    Setting,
    State,
    Teardown,
    Window,
)
from moonstead.autonomy.executive.conditions import Condition, Kind
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.plan import Directive, Order

# Those lives first that reach the deepest rules, so that mutants die early.
SEEDS = (0, 18, 5, 7, 10, *range(1, 24))


def test_random_lives_keep_every_rule_and_take_every_step() -> None:
    """A step that no life takes would be one that the judge never saw."""
    seen = set()
    for seed in range(18):
        world = episode(lambda: Executive(NAMES), seed)
        seen |= {(told.before, told.after) for told in world.told}
    assert seen == {(before, after) for before, several in LEGAL.items() for after in several}


@pytest.mark.parametrize("kind", MUTANTS, ids=lambda kind: kind.__name__)
def test_the_judge_finds_every_wrong_executive(kind: type[Executive]) -> None:
    """Seeded mistakes (autonomy.md, section 8): one that lives shows that a rule is missing."""
    for seed in SEEDS:
        try:
            episode(lambda: make(kind), seed)
        except (AssertionError, RuntimeError):
            return
    pytest.fail(f"{kind.__name__} lived through {len(SEEDS)} lives")


def test_a_lost_event_is_told_after_two_ticks() -> None:
    """What stopped Remote Agent in 1999: the condition came while something was in the way."""
    executive = EdgeTrigger()
    world = World(executive)
    window = Window(START_S, START_S, START_S + 30 * HOUR_S)
    start = (Condition(Kind.LIT),)
    specs = [activity(name, window=window, start=start) for name in ("first", "second")]
    executive.tick(world.snapshot(), world.plan(specs))
    told = {}
    for k in range(1, 20):
        outcome = executive.tick(world.snapshot(START_S + k * TICK_S))
        told.update({notice.subject: k for notice in outcome.notices if notice.kind == "stuck"})
    # The first is over after 2 h, in tick 12.
    assert told == {"second": 13}
    assert ("stuck", "second") in {(wish.reason, wish.subject) for wish in outcome.replan_wanted}


class Station(RuleBasedStateMachine):
    """The same world, driven by Hypothesis: odd values and short counterexamples."""

    @initialize()
    def begin(self) -> None:
        self.world = World(Executive(NAMES))
        self.world.tick(plan=self.world.plan(()), first=True)

    @rule(
        unit=st.sampled_from(UNITS),
        at_h=st.integers(-2, 8),
        width_h=st.sampled_from([0, 1, 6]),
        hours=st.sampled_from([0.0, 0.1, 2.0]),
        grace_s=st.sampled_from([0.0, 900.0]),
        after_s=st.sampled_from([0.0, 5000.0]),
        suspend_s=st.sampled_from([0.0, 3600.0]),
        rest=st.tuples(st.sampled_from([0.0, 1200.0]), st.integers(0, 1)),
    )
    def plan(self, unit, at_h, width_h, hours, grace_s, after_s, suspend_s, rest) -> None:
        world, (teardown_s, retries) = self.world, rest
        planned_t_s = world.t_s + at_h * HOUR_S / 2
        window = Window(planned_t_s - HOUR_S, planned_t_s, planned_t_s + width_h * HOUR_S)
        kept = Maintain(condition=Condition(Kind.LIT), grace_s=grace_s)
        new = activity(
            f"h{len(world.specs)}",
            element=unit,
            window=window,
            phases=(main_phase(hours, settings=(Setting(unit, 1.0),), maintain=(kept,)),),
            holds=(Hold(unit, after_s),),
            start=(Condition(Kind.PATH_OPEN, "direct"),),
            retries=retries,
            suspend_longest_s=suspend_s,
            teardown=Teardown(expected_s=teardown_s, longest_s=teardown_s),
        )
        held = [t.activity for t in world.executive.memory.tracks.values() if not t.is_live]
        world.tick(plan=world.plan([*held, new], freeze_s=0.0))

    @rule(step_s=st.sampled_from([1e-3, 1.0, 600.0, 3600.0, 21600.0]))
    def wait(self, step_s: float) -> None:
        self.world.tick(step_s)

    @rule(which=st.sampled_from(["sun", "open", "contact"]))
    def weather(self, which: str) -> None:
        setattr(self.world, which, not getattr(self.world, which))
        self.world.tick()

    @rule(allowed=st.sampled_from([3, 5, 7]))
    def shed(self, allowed: int) -> None:
        self.world.allowed = allowed
        self.world.tick()

    @rule(failed=st.sets(st.sampled_from(UNITS), max_size=1))
    def health(self, failed: set[str]) -> None:
        self.world.failed = failed
        self.world.tick()

    @rule(level=st.integers(1, 4), unit=st.sampled_from(["", *UNITS]))
    def level(self, level: int, unit: str) -> None:
        self.world.tick(directives=[Directive(Order.LEVEL, unit, float(level))])

    @rule(order=st.sampled_from([Order.GO, Order.ABORT]), data=st.data())
    def direct(self, order: Order, data: st.DataObject) -> None:
        names = sorted(self.world.state)
        if names:
            self.world.tick(directives=[Directive(order, data.draw(st.sampled_from(names)))])

    @rule(fault=st.sampled_from(["", "clock"]), resume=st.booleans())
    def fault(self, fault: str, resume: bool) -> None:
        self.world.fault = fault
        self.world.tick(directives=[Directive(Order.RESUME)] if resume else [])


Station.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestStation = Station.TestCase


def test_every_state_has_its_end() -> None:
    """From every state that is not an end there is a way to one: nothing can be for ever."""
    ends = {state for state in State if not LEGAL[state]}
    assert ends == {State.DONE, State.FAILED, State.EXPIRED}
    reached = set(ends)
    for _ in State:
        reached |= {state for state in State if LEGAL[state] & reached}
    assert reached == set(State)


def test_twenty_on_one_unit_take_turns_in_their_order() -> None:
    world = World(Executive(NAMES))
    window = Window(START_S, START_S, START_S + 100 * HOUR_S)
    specs = [activity(f"x{k:02}", window=window, priority=3 + k % 3) for k in range(20)]
    world.tick(plan=world.plan(specs), first=True)
    for _ in range(300):
        world.tick(TICK_S)
    begun = [told.activity for told in world.told if told.after == State.RUNNING]
    assert begun == [spec.id for spec in sorted(specs, key=lambda s: (s.priority, s.id))]
    assert set(world.ended.values()) == {State.DONE}
