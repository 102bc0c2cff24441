"""A small world around the executive, and a judge that knows the rules but not the code.

The world keeps its own truth (light, contact, modes, health, goes) and its own account of what each
activity did. After each tick the judge compares: every rule is worked out here a second time.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from moonstead.autonomy.executive.activity import (
    Activity,
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
from moonstead.autonomy.executive.conditions import Condition, Kind
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.outcome import Outcome, Transition
from moonstead.autonomy.executive.plan import Directive, Order, Plan
from moonstead.autonomy.executive.snapshot import Health, Names, Snapshot
from moonstead.contracts import Channels

S = State
START_S = 8.0e8
TICK_S = 600.0
HOUR_S = 3600.0
NAMES = Names.of(
    Channels(
        sources=("array",),
        loads=("camera", "drill", "oven", "rover"),
        stores=("battery",),
        nodes=("box",),
        recorders=("disk",),
        tanks=("tank",),
        paths=("direct",),
    )
)
UNITS = ("camera", "drill", "oven", "rover")
# Written by hand from the design (autonomy.md 4.2), apart from the table of the code.
STEPS = {
    S.PENDING: {S.PENDING, S.WAITING, S.READY, S.EXPIRED},
    S.WAITING: {S.WAITING, S.PENDING, S.READY, S.EXPIRED},
    S.READY: {S.PENDING, S.WAITING, S.STARTING, S.EXPIRED},
    S.STARTING: {S.STARTING, S.RUNNING, S.TEARDOWN},
    S.RUNNING: {S.RUNNING, S.SUSPENDED, S.ENDING, S.TEARDOWN},
    S.SUSPENDED: {S.RUNNING, S.TEARDOWN},
    S.ENDING: {S.ENDING, S.DONE, S.TEARDOWN},
    S.TEARDOWN: {S.WAITING, S.FAILED, S.SHED},
    S.SHED: {S.PENDING, S.WAITING, S.EXPIRED},
    S.DONE: set(),
    S.FAILED: set(),
    S.EXPIRED: set(),
}
LIVE = {S.STARTING, S.RUNNING, S.SUSPENDED, S.ENDING, S.TEARDOWN}
BEFORE = {S.PENDING, S.WAITING, S.READY}
FINAL = {S.DONE, S.FAILED, S.EXPIRED}
LIGHT = Condition(Kind.LIT)
OPEN = Condition(Kind.PATH_OPEN, "direct")
CHARGED = Condition(Kind.STORE_AT_LEAST, "battery", 1e8)


def main_phase(hours: float = 2.0, **changes: Any) -> Phase:
    values = {"expected_s": hours * HOUR_S, "longest_s": (hours + 1.0) * HOUR_S, "power_w": 50.0}
    return Phase(stage=Stage.MAIN, **{**values, **changes})


def activity(name: str, at_h: float = 0.0, **changes: Any) -> Activity:
    """Return an activity planned some hours after the start, with a window of 6 h around it."""
    planned_t_s = START_S + at_h * HOUR_S
    values: dict[str, Any] = {
        "request": "look", "partner": "cnsa", "priority": 5, "element": "camera",
        "window": Window(planned_t_s - 2 * HOUR_S, planned_t_s, planned_t_s + 4 * HOUR_S),
        "phases": (main_phase(settings=(Setting("camera", 1.0),)),),
        "holds": (Hold("camera"),), "teardown": Teardown(expected_s=1200.0, longest_s=1800.0),
    }  # fmt: skip
    return Activity(id=name, **{**values, **changes})


class World:
    """Truth, time, and the judge."""

    def __init__(self, executive: Executive) -> None:
        self.executive = executive
        self.t_s, self.last_t_s = START_S, START_S
        self.sun = self.contact = self.open = True
        self.store_j, self.spare_j, self.margin = 3e8, 1e12, 0.5
        self.allowed = 7
        self.failed: set[str] = set()
        self.people = 2.0
        self.fault = ""
        self.level = Level.E4
        self.levels: dict[str, Level] = {}
        self.plans = 0
        self.specs: dict[str, Activity] = {}
        self.state: dict[str, State] = {}
        self.ended: dict[str, State] = {}
        self.since_t_s: dict[str, float] = {}
        self.go_until_t_s: dict[str, float] = {}
        self.rest_until_t_s: dict[str, float] = {}
        self.new_rest_t_s: dict[str, float] = {}
        self.allowed_since_t_s: dict[str, float] = {}
        self.bad_since_t_s: dict[tuple[str, str], float] = {}
        self.ran_s: dict[str, float] = {}
        self.done_t_s: dict[str, float] = {}
        self.stopped = self.passed_over = ""
        self.begun: dict[str, int] = {}
        self.told: list[Transition] = []
        self.after_tick: Callable[[Snapshot, Outcome], None] = lambda *_: None
        self.inputs: tuple[Any, ...] = ()

    def snapshot(self, t_s: float | None = None) -> Snapshot:
        return Snapshot(
            t_s=self.t_s if t_s is None else t_s,
            names=NAMES,
            values=(
                (1e4,), (0.0, 0.0, 0.0, 0.0), (self.store_j,), (290.0,), (0.0,), (0.0,),
                (float(self.open),),
            ),
            sun_seen=self.sun, earth_seen=self.contact, earth_heard=self.contact,
            mode=f"step-{self.allowed}", allowed=frozenset(range(1, self.allowed + 1)),
            margin_fraction=self.margin, spare_j=self.spare_j, surplus_w=0.0,
            health=dict.fromkeys(sorted(self.failed), Health.FAILED),
            room={"people": self.people}, system_fault=self.fault,
        )  # fmt: skip

    def plan(self, activities: Sequence[Activity], **changes: Any) -> Plan:
        self.plans += 1
        values = {"made_t_s": self.t_s, "activities": tuple(activities), **changes}
        return Plan(id=f"plan-{self.plans}", **values)

    def tick(
        self,
        step_s: float = TICK_S,
        plan: Plan | None = None,
        directives: Sequence[Directive] = (),
        *,
        first: bool = False,
    ) -> Outcome:
        """Let time pass, tick, and judge."""
        self.last_t_s = self.t_s
        self.t_s += 0.0 if first else step_s
        if plan is not None:
            plan = replace(plan, made_t_s=self.t_s)
            # One that ends in the tick in which it starts is in memory at no end of a tick.
            self.specs.update({a.id: a for a in plan.activities if a.id not in self.specs})
        snapshot = self.snapshot()
        self.inputs = (snapshot, plan, tuple(directives))
        outcome = self.executive.tick(snapshot, plan, directives)
        self._direct(directives)
        self.judge(outcome)
        self.after_tick(snapshot, outcome)
        return outcome

    def _direct(self, directives: Sequence[Directive]) -> None:
        if not self.fault:
            self.passed_over = ""
        elif self.fault != self.passed_over:
            self.stopped = self.fault
        for told in directives:
            if told.expires_t_s < self.t_s:
                continue
            if told.order == Order.GO:
                self.go_until_t_s[told.subject] = min(self.t_s + 900.0, told.expires_t_s)
            elif told.order == Order.LEVEL:
                known = self.levels.get("", self.level)
                before = self.levels.get(told.subject, known)
                self.levels[told.subject] = Level(int(told.value))
                if before > Level.E2 >= self.levels[told.subject]:
                    self.stopped, self.passed_over = "", self.fault
            elif told.order == Order.RESUME:
                self.stopped, self.passed_over = "", self.fault

    # The judge.

    def judge(self, outcome: Outcome) -> None:
        assert outcome.believed
        memory = self.executive.memory
        now, passed_s = self.t_s, self.t_s - self.last_t_s
        for name, track in memory.tracks.items():
            self.specs[name] = track.activity
        for name, state in self.state.items():
            if state == S.RUNNING:
                self.ran_s[name] += passed_s
        self._note_bad(passed_s)
        started = [self._follow(told) for told in outcome.transitions]
        for name in [name for name, state in self.state.items() if state in FINAL]:
            self.ended[name] = self.state.pop(name)
        assert self.state == {name: track.state for name, track in memory.tracks.items()}
        self._judge_leases()
        for name in self.state:
            self._judge_one(name, now)
        for name in filter(None, started):
            self._judge_start(name)
        self.rest_until_t_s.update(self.new_rest_t_s)
        self.new_rest_t_s.clear()
        for name, state in self.state.items():
            assert state not in BEFORE or not self._admissible(name), f"{name} could start"
        self._judge_orders(outcome)
        assert not [notice for notice in outcome.notices if notice.kind in {"stuck", "not-quiet"}]

    def _follow(self, told: Transition) -> str:
        name, now = told.activity, self.t_s
        assert name not in self.ended
        before = self.state.get(name, S.PENDING)
        assert told.before == before
        assert told.after in STEPS[before], told
        assert told.t_s == now
        assert told.why.text
        self.told.append(told)
        self.state[name] = told.after
        spec = self.specs[name]
        if before == S.TEARDOWN:
            gone_s = now - self.since_t_s[name]
            assert gone_s >= min(spec.teardown.expected_s, spec.teardown.longest_s)
            assert gone_s - (now - self.last_t_s) < max(spec.teardown.longest_s, 1e-9)
            if told.after == S.WAITING:
                self.new_rest_t_s[name] = now + spec.retry_rest_s
        if told.after == S.DONE:
            main = [phase for phase in spec.phases if phase.stage == Stage.MAIN]
            assert self.ran_s[name] >= sum(p.expected_s for p in main if not p.until)
            self.done_t_s[name] = now
        if before == S.SHED and told.after == S.WAITING:
            assert now - self.allowed_since_t_s[name] >= 600.0
        if before != told.after:
            self.since_t_s[name] = now
        if told.after == S.STARTING and before == S.READY:
            self.ran_s[name] = 0.0
            self.begun[name] = self.begun.get(name, 0) + 1
            return name
        return ""

    def _note_bad(self, passed_s: float) -> None:
        """Keep an account of how long each condition has failed in the running phase."""
        tracks = self.executive.memory.tracks
        for name in tracks:
            spec = self.specs[name]
            if self._refused(spec):
                self.allowed_since_t_s.pop(name, None)
            else:
                self.allowed_since_t_s.setdefault(name, self.t_s)
            for kept in kept_in_main(spec):
                key = (name, kept.name)
                running = self.state.get(name) == S.RUNNING
                if running and not self._holds(kept.condition, kept.band, key):
                    self.bad_since_t_s.setdefault(key, self.t_s)
                elif not running or self._holds(kept.condition, 0.0, key):
                    self.bad_since_t_s.pop(key, None)

    def _holds(self, condition: Condition, band: float, key: tuple[str, str]) -> bool:
        if condition.kind == Kind.LIT:
            return self.sun
        if condition.kind == Kind.PATH_OPEN:
            return self.open
        if condition.kind == Kind.AFTER:
            done_t_s = self.done_t_s.get(condition.subject, float("nan"))
            return self.t_s - done_t_s >= condition.threshold
        band = 0.0 if key in self.bad_since_t_s else band
        return self.store_j >= condition.threshold - band

    def _level(self, spec: Activity) -> Level:
        return self.levels.get(spec.element, self.levels.get("", self.level))

    def _refused(self, spec: Activity) -> bool:
        stopped = bool(self.stopped) and self._level(spec) <= Level.E2
        return spec.priority > self.allowed or stopped

    def _judge_leases(self) -> None:
        ledger = self.executive.memory.ledger
        assert ledger.taken - ledger.released == len(ledger.leases)
        for name, state in self.state.items():
            for hold in self.specs[name].holds if state in LIVE else ():
                lease = ledger.leases[hold.unit]
                assert (lease.holder, lease.kept) == (name, False)
        for lease in ledger.leases.values():
            if lease.kept:
                assert lease.until_t_s > self.t_s
            else:
                assert self.state.get(lease.holder) in LIVE

    def _judge_one(self, name: str, now: float) -> None:
        state, spec = self.state[name], self.specs[name]
        if state in {S.STARTING, S.RUNNING, S.SUSPENDED}:
            assert not self._refused(spec)
            assert not self.failed & {spec.element, *(hold.unit for hold in spec.holds)}
        if state == S.TEARDOWN:
            assert now - self.since_t_s[name] < max(spec.teardown.longest_s, 1e-9)
        if state == S.RUNNING:
            for kept in kept_in_main(spec):
                since_t_s = self.bad_since_t_s.get((name, kept.name), now)
                assert now - since_t_s < kept.grace_s or since_t_s == now

    def _window(self, spec: Activity) -> tuple[float, float]:
        window = spec.window
        if self._level(spec) == Level.E2:
            return window.planned_t_s, min(window.planned_t_s + 900.0, window.latest_t_s)
        return window.earliest_t_s, window.latest_t_s

    def _may_start(self, name: str) -> bool:
        """Whether everything but units, people and energy lets it start, by the truth."""
        spec, now = self.specs[name], self.t_s
        earliest_t_s, latest_t_s = self._window(spec)
        go = self.contact and now <= self.go_until_t_s.get(name, -1e300)
        return (
            earliest_t_s <= now <= latest_t_s
            and not self._refused(spec)
            and not self.failed & {spec.element, *(hold.unit for hold in spec.holds)}
            and all(self._holds(c, 0.0, (name, "")) for c in spec.start)
            and all(self._holds(k.condition, 0.0, (name, "")) for k in spec.phases[0].maintain)
            and (self._level(spec) != Level.E1 or go)
            and now >= self.rest_until_t_s.get(name, -1e300)
        )

    def _admissible(self, name: str, without: str = "") -> bool:
        """Whether it could start now, if one other activity held and took nothing."""
        spec, leases = self.specs[name], self.executive.memory.ledger.leases
        if not self._may_start(name) or self.t_s < spec.window.planned_t_s or self.spare_j < 1e9:
            return False
        for hold in spec.holds:
            if hold.unit in leases and leases[hold.unit].holder != without:
                return False
        taken = sum(
            take.amount
            for other, state in self.state.items()
            if state in LIVE and other != without
            for take in self.specs[other].takes
        )
        return all(take.amount <= self.people - taken for take in spec.takes)

    def _judge_start(self, name: str) -> None:
        assert self._may_start(name), f"{name} started and should not"
        spec = self.specs[name]
        if self.t_s < spec.window.planned_t_s and self._level(spec) >= Level.E3:
            assert self.margin >= 0.12
        self.go_until_t_s.pop(name, None)
        key = (spec.priority, spec.window.earliest_t_s, name)
        for other, state in self.state.items():
            rival = self.specs[other]
            before = (rival.priority, rival.window.earliest_t_s, other) < key
            # One that rests since this tick was still being broken off.
            if state in BEFORE and before and other not in self.new_rest_t_s:
                assert not self._admissible(other, without=name), f"{name} went before {other}"

    def _judge_orders(self, outcome: Outcome) -> None:
        wanted = {}
        for name in self.executive.memory.tracks:
            track = self.executive.memory.tracks[name]
            settings: tuple[Setting, ...] = ()
            if track.state == S.TEARDOWN:
                settings = track.activity.teardown.settings
            elif track.state in {S.STARTING, S.RUNNING, S.ENDING}:
                rest = track.activity.phases[track.phase :]
                settings = rest[0].settings if rest else ()
            for setting in settings:
                wanted.setdefault(setting.load, setting.level)
        assert {order.load: order.level for order in outcome.orders} == wanted
        assert all(order.expires_t_s > self.t_s for order in outcome.orders)


def kept_in_main(spec: Activity) -> tuple[Maintain, ...]:
    """Return what is maintained in the main phases; all of them maintain the same."""
    return next(phase.maintain for phase in spec.phases if phase.stage == Stage.MAIN)


def later(spec: Activity, by_s: float) -> Activity:
    times = (spec.window.earliest_t_s, spec.window.planned_t_s, spec.window.latest_t_s)
    return replace(spec, window=Window(*(t_s + by_s for t_s in times)))


def random_activity(random: np.random.Generator, name: str, t_s: float) -> Activity:
    """Return an activity of a random kind, planned within the next hours."""
    unit = str(random.choice(UNITS))
    planned_t_s = t_s + float(random.integers(0, 10)) * HOUR_S / 2
    before_s, after_s = (float(random.integers(0, 8)) * HOUR_S / 2 for _ in range(2))
    other = str(random.choice(UNITS))
    holds = [Hold(unit, float(random.choice([0.0, 1800.0])))]
    if other != unit and random.random() < 0.3:
        holds.append(Hold(other))
    kept = [
        Maintain(condition=LIGHT, grace_s=float(random.choice([0.0, 1200.0]))),
        Maintain(condition=CHARGED, grace_s=1200.0, band=5e7),
    ]
    short = {"expected_s": 600.0, "longest_s": 1800.0, "maintain": (kept[0],)}
    settings = (Setting(unit, 1.0),)
    maintain = tuple(each for each in kept if random.random() < 0.6)
    parts = (1.0, 1.0) if random.random() < 0.2 else (float(random.integers(1, 4)),)
    before, after = (int(random.choice([0, 0, 0, 1, 2])) for _ in range(2))
    phases = [
        *[Phase(stage=Stage.PREHEAT, **short) for _ in range(before)],
        *[main_phase(hours, settings=settings, maintain=maintain) for hours in parts],
        *[Phase(stage=Stage.COOL_DOWN, **short) for _ in range(after)],
    ]
    start = [LIGHT, OPEN, CHARGED]
    return activity(
        name,
        priority=int(random.choice([3, 5, 5, 7])),
        element=unit,
        window=Window(planned_t_s - before_s, planned_t_s, planned_t_s + after_s),
        phases=tuple(phases),
        holds=tuple(holds),
        takes=(Take("people", 1.0),) if random.random() < 0.3 else (),
        start=tuple(start[: random.integers(0, 4)]),
        retries=int(random.integers(0, 3)),
        suspend_longest_s=float(random.choice([0.0, 3 * HOUR_S])),
        resume_hold_s=float(random.choice([0.0, 1200.0])),
        teardown=Teardown(
            settings=(Setting(unit, 0.2),), expected_s=1200.0,
            longest_s=float(random.choice([1200.0, 2400.0])),
        ),
    )  # fmt: skip


# Some lives see everything, some mostly weather, some mostly what people and the guard do: rules
# that need several steps of one kind in a row are else hardly ever reached.
WEIGHTS = (
    np.array([10, 3, 2, 3, 4, 2, 2, 2, 1, 4, 2, 3]),
    np.array([10, 6, 2, 9, 0, 0, 0, 0, 0, 0, 0, 2]),
    np.array([10, 0, 0, 0, 8, 1, 2, 1, 1, 8, 1, 5]),
)


def random_event(
    world: World, random: np.random.Generator, weights: np.ndarray = WEIGHTS[0]
) -> dict[str, Any]:
    """Change something in the world; return what goes into the tick besides."""
    given: dict[str, Any] = {}
    names = list(world.state)
    ending = [name for name in names if world.state[name] == S.ENDING]
    some = str(random.choice(ending or names)) if names else "nobody"
    match int(random.choice(12, p=weights / weights.sum())):
        case 1:
            world.sun = not world.sun
        case 2:
            world.open = not world.open
            world.contact = random.random() < 0.7
        case 3:
            world.store_j = float(random.choice([3e8, 0.8e8, 0.8e8, 0.4e8]))
        case 4:
            world.allowed = int(random.choice([7, 7, 5, 3]))
        case 5:
            world.failed = {str(random.choice(UNITS))} if random.random() < 0.3 else set()
        case 6:
            world.people = float(random.choice([2.0, 2.0, 1.0]))
            world.margin = float(random.choice([0.5, 0.1]))
        case 7:
            world.fault = str(random.choice(["", "", "clock"]))
        case 8:
            level = float(random.choice([1, 2, 3, 4, 4]))
            subject = str(random.choice(["", *UNITS]))
            given["directives"] = [Directive(Order.LEVEL, subject, level)]
        case 9:
            given["directives"] = [Directive(Order.GO, some)] if names else []
        case 10:
            given["directives"] = [Directive(Order.RESUME)]
            if names and random.random() < 0.5:
                given["directives"] = [Directive(Order.ABORT, some)]
        case 11:
            waiting = []
            for track in world.executive.memory.tracks.values():
                if not track.is_live and random.random() < 0.7:
                    moves = track.state == S.SHED or random.random() < 0.3
                    waiting.append(later(track.activity, 3 * HOUR_S if moves else 0.0))
            serial = len(world.specs)
            more = [random_activity(random, f"a{serial + k}", world.t_s) for k in range(3)]
            given["plan"] = world.plan(
                [*waiting, *more], freeze_s=float(random.choice([0.0, 2 * HOUR_S]))
            )
        case _:
            pass
    return given


def episode(make: Callable[[], Executive], seed: int, ticks: int = 120) -> World:
    """Run one random life of a station under the judge."""
    random = np.random.default_rng(seed)
    world = World(make())
    first = [random_activity(random, f"a{k}", START_S) for k in range(6)]
    level = Directive(Order.LEVEL, "", float(seed % 4 + 1))
    world.tick(plan=world.plan(first), directives=[level], first=True)
    for _ in range(ticks):
        given = random_event(world, random, WEIGHTS[seed % len(WEIGHTS)])
        step_s = float(
            random.choice(
                [TICK_S, TICK_S, TICK_S, 60.0, 3 * TICK_S, 5 * HOUR_S],
                p=[0.3, 0.3, 0.2, 0.1, 0.08, 0.02],
            )
        )
        world.tick(step_s, **given)
    return world
