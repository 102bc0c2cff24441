"""Exhaustive search of the guard itself, on an abstract battery against an adversary.

Nodes are what the guard remembers (its own `state`), the level of the battery above the reserve in
hundredths of the capacity, and a little history for the properties. The adversary picks how much
of the drain that the loads in force can cause really comes, light, faults and people on Earth.
Estimator and clock are held settled; they have tests of their own.
"""

import json
from collections import deque
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from guarded import BATTERY, LEVERS, START_S, frame, knowledge, telecommand

from moonstead.autonomy.guard import ladder, modes, outgoing
from moonstead.autonomy.guard.guard import Guard
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.guard.view import Evidence
from moonstead.contracts import Command, Priority
from moonstead.units import HOUR_S

CAPACITY_J = 1e11
"""So large that the loads as known weigh nothing beside what the adversary drains."""
STORE = replace(
    BATTERY, capacity_j=CAPACITY_J, floor_fraction=0.0, charge_power_w=1e8, discharge_power_w=1e8,
    charge_efficiency=1.0, discharge_efficiency=1.0,
)  # fmt: skip
TOP = 14
"""The highest level: above what any step of the ladder waits for."""
ORDERS = [
    Command("camera", 1.0),
    Command("radio", 1.0),
    Command("plant", 1.0),
    Command("cable", 1.0),
]
"""What the executive wants at every tick: everything."""
DOWN = {Mode.TRIM: 9.0, Mode.REDUCED: 5.0, Mode.SURVIVAL: 2.0, Mode.HIBERNATE: 0.0}
UP = {Mode.TRIM: 12.0, Mode.REDUCED: 9.0, Mode.SURVIVAL: 5.0}
HOLD_H = {Mode.TRIM: 4.0, Mode.REDUCED: 4.0, Mode.SURVIVAL: 12.0, Mode.HIBERNATE: 12.0}
"""The ladder as the study has it (4.3): margins in hundredths of the capacity, hours."""
HIBERNATING = 0.4
"""Level of the computer in HIBERNATE."""


@dataclass(frozen=True)
class World:
    """What the adversary may do."""

    tick_s: float = 4 * HOUR_S
    drain: int = 2
    """Levels that all loads together can drain in a tick."""
    survival_drain: int = 0
    """The same of the survival load alone: 0 while the sky keeps what the reserve counts on."""
    with_safe: bool = False
    level: int = 4
    """Of autonomy."""
    is_delayed: bool = False
    """Whether commands act a tick late."""


@dataclass(frozen=True)
class Node:
    """A state of the search."""

    battery: int
    mode: Mode
    calm: int
    """For how many ticks the next step up would have been right, as far as it matters."""
    safe_for: int
    """Ticks in SAFE, as far as it matters."""
    in_force: tuple[float, ...]
    memory: str


@dataclass(frozen=True)
class Move:
    change: int
    is_lit: bool
    has_fault: bool = False
    is_cleared: bool = False


LOSS = -100
"""Battery modules are lost: what is left is one level above the reserve."""


class BreachError(AssertionError):
    """A property that does not hold."""


class Search:
    def __init__(self, world: World) -> None:
        self.world = world
        self.guard = Guard(
            knowledge(
                np.full(50, 3e5), tick_s=world.tick_s, slot_s=world.tick_s, stores=(STORE,),
                beacons=(),
            ),
            world.level,
        )  # fmt: skip
        self.guard.assess(self.telemetry(TOP, 0, is_lit=True, cleared=False, t_s=START_S))
        self.calm = self.guard.state()
        self.names = [lever.name for lever in LEVERS]
        self.most_ticks = int(max(modes.HOLD_S.values()) / world.tick_s) + 2
        self.edges: dict[Node, dict[Move, Node]] = {}

    def telemetry(
        self, battery: int, change: int, *, is_lit: bool, cleared: bool, t_s: float
    ) -> Any:
        net_w = change * 0.01 * CAPACITY_J / self.world.tick_s
        made_w = 5e3 + max(net_w, 0.0) if is_lit else 0.0
        received = (telecommand(1, "clear", issued_t_s=t_s, expires_t_s=t_s),) if cleared else ()
        return frame(
            t_s,
            source_power_w=np.array([made_w]),
            load_power_w=np.array([made_w - net_w, 0.0, 0.0, 0.0, 0.0, 0.0]),
            store_energy_j=np.array([(0.05 + 0.01 * (battery + 0.3)) * CAPACITY_J]),
            sun_seen=is_lit,
            received=received,
        )

    def moves(self, node: Node) -> list[Move]:
        level = dict(zip(self.names, node.in_force, strict=True))
        is_heavy = any(level[x.name] > x.shed_level for x in LEVERS if x.priority > 1)
        drain = self.world.drain if is_heavy else self.world.survival_drain
        if level["computer"] <= HIBERNATING:
            drain = 0
        changes = [*range(-drain, 2), LOSS]
        lights = (True, False)
        if not self.world.with_safe:
            return [Move(c, lit) for c, lit in product(changes, lights) if lit or c <= 0]
        # Few levels here: the ladder's own steps are for the searches without SAFE.
        sudden = [Move(5, is_lit=True), Move(0, is_lit=True), Move(0, is_lit=False),
                  Move(LOSS, is_lit=False)]  # fmt: skip
        orders = (False, True) if node.safe_for else (False,)
        return [
            replace(move, has_fault=fault, is_cleared=cleared)
            for move, fault, cleared in product(sudden, (False, True), orders)
        ]

    def step(self, node: Node, move: Move) -> Node:
        world, guard = self.world, self.guard
        kept = json.loads(node.memory)
        before = node.battery
        battery = min(before, 1) if move.change == LOSS else min(before + move.change, TOP)
        change = battery - before if move.change != LOSS else 0
        held_j = (0.05 + 0.01 * (before + 0.3)) * CAPACITY_J
        settled = {"memory": [[held_j]] * 3 + [[1.0]], "marks": [0.0, 0.0, -1.0] + [0.0] * 3}
        if move.change == LOSS:
            settled["memory"] = [[0.0]] * 4
        guard.restore({**self.calm, **kept, "witnesses": settled})
        t_s = START_S + world.tick_s
        telemetry = self.telemetry(
            battery, change, is_lit=move.is_lit, cleared=move.is_cleared, t_s=t_s
        )
        evidence = Evidence(critical=("pump stopped",) if move.has_fault else ())
        view = guard.assess(telemetry, evidence)
        orders = guard.supervise("executive", lambda: ORDERS, [])
        guard.supervise("planner", lambda: None, None)
        guard.release(orders, telemetry.path_open)
        sent = tuple(guard.sent.values())
        memory = self.memory()
        step, margin = Mode(kept["ladder"][0]), battery + 0.3
        is_calm = margin > UP.get(step, 0.0) and (move.is_lit or step != Mode.HIBERNATE)
        calm = min(node.calm + 1, self.most_ticks) if is_calm else -1
        self.check_ladder(step, view.stand.step, margin + min(change, 0), calm)
        after = Node(
            battery,
            view.mode,
            calm if step == view.stand.step else -1,
            min(node.safe_for + 1, int(modes.SAFE_S / world.tick_s) + 1)
            if view.stand.is_safe
            else 0,
            tuple(kept.get("late", sent)) if world.is_delayed else sent,
            json.dumps(memory | ({"late": sent} if world.is_delayed else {})),
        )
        self.check(node, move, after, view)
        return after

    def memory(self) -> dict[str, Any]:
        """Return what of the guard's memory makes two states different."""
        now = self.guard.state()
        now["outgoing"]["told"] = []
        return {key: now[key] for key in ("ladder", "safe", "mode", "outgoing", "is_alone")}

    def check(self, node: Node, move: Move, after: Node, view: Any) -> None:
        world = self.world
        if after.battery < (0 if world.survival_drain == 0 else -4):
            raise BreachError(f"battery dead after {node.mode.name}")
        margin = after.battery + 0.3
        last = Priority.PRODUCTION
        for limit, allowed in ((9, Priority.SCIENCE), (5, Priority.HOUSEKEEPING), (2, 1)):
            if margin < limit:
                last = min(last, allowed)
        late = any(
            level > lever.shed_level and lever.kind in ("load", "link") and lever.priority > last
            for lever, level in zip(LEVERS, self.guard.sent.values(), strict=True)
        )
        if late:
            raise BreachError("a load stays on that the margin forbids")
        was_safe, is_safe = node.safe_for > 0, after.safe_for > 0
        if was_safe and not is_safe:
            has_waited = (node.safe_for + 1) * world.tick_s > 72 * HOUR_S
            if not (move.is_cleared or (world.level == 4 and has_waited and not move.has_fault)):
                raise BreachError("SAFE left without permission")

    def check_ladder(self, before: Mode, after: Mode, margin: float, calm: int) -> None:
        """Down only for need, up one step and only after calm has lasted: no chatter."""
        if after > before and margin >= DOWN[after]:
            raise BreachError(f"{after.name} without need")
        if after < before - 1:
            raise BreachError("two steps up at once")
        if after < before and calm * self.world.tick_s < HOLD_H[before] * HOUR_S:
            raise BreachError(f"oscillation: {before.name} left too soon")

    def run(self) -> None:
        """Visit all that can be reached; raise `BreachError` where a property fails."""
        self.guard.restore(self.calm)
        memory = self.memory()
        start = Node(TOP, Mode.NOMINAL, -1, 0, tuple(self.guard.sent.values()),
                     json.dumps(memory))  # fmt: skip
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            if node in self.edges:
                continue
            self.edges[node] = {move: self.step(node, move) for move in self.moves(node)}
            waiting.extend(self.edges[node].values())
            assert len(self.edges) < 2000
        self.check_returns()

    def check_returns(self) -> None:
        """Under a benign sky every state comes back to NOMINAL, in bounded time."""
        has_ground = self.world.level < 4
        bound_s = 72 * HOUR_S + sum(modes.HOLD_S.values()) + (TOP + 30) * self.world.tick_s
        for node in self.edges:
            here, ticks = node, 0
            while here.mode != Mode.NOMINAL:
                ground = has_ground and here.safe_for > 0
                charge = 5 if self.world.with_safe else 1
                benign = Move(charge, is_lit=True, is_cleared=ground)
                here = self.edges[here][benign]
                ticks += 1
                if ticks * self.world.tick_s > bound_s:
                    raise BreachError(f"{here.mode.name} is never left")


@pytest.mark.parametrize("drain", [1, 2])
def test_the_battery_is_never_dead_and_the_ladder_never_chatters(drain: int) -> None:
    search = Search(World(drain=drain))
    search.run()
    assert len(search.edges) > 100
    assert {node.mode for node in search.edges} >= {Mode.NOMINAL, Mode.TRIM, Mode.SURVIVAL}


def test_hibernating_saves_what_a_sky_worse_than_the_reserve_takes() -> None:
    search = Search(World(drain=2, survival_drain=1))
    search.run()
    assert Mode.HIBERNATE in {node.mode for node in search.edges}
    assert min(node.battery for node in search.edges) < 0


@pytest.mark.parametrize("level", [3, 4])
def test_safe_is_left_with_permission_only_and_never_for_good(level: int) -> None:
    search = Search(World(tick_s=24 * HOUR_S, with_safe=True, level=level))
    search.run()
    assert {node.mode for node in search.edges} >= {Mode.SAFE, Mode.NOMINAL, Mode.SURVIVAL}


def breach(world: World) -> str:
    with pytest.raises(BreachError) as told:
        Search(world).run()
    return str(told.value)


def test_the_search_can_fail() -> None:
    """A delayed actuator, and more drain than the steps are wide, are found unsafe."""
    assert "battery dead" in breach(World(is_delayed=True))
    assert "battery dead" in breach(World(drain=4))


class TestWrongGuards:
    """Each seeded fault of the guard is caught by a property of the search."""

    def test_no_hysteresis(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for mode, limit in modes.DOWN_MARGIN.items():
            monkeypatch.setitem(modes.UP_MARGIN, mode, limit)
            monkeypatch.setitem(modes.HOLD_S, mode, 0.0)
        assert "oscillation" in breach(World())

    def test_a_latched_safe(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ladder, "SELF_RELIANT", 9)
        assert "never left" in breach(World(tick_s=24 * HOUR_S, with_safe=True))

    @pytest.mark.parametrize(("name", "value", "level"), [("SELF_RELIANT", 1, 3), ("SAFE_S", 1, 4)])
    def test_no_guard_on_the_way_out_of_safe(
        self, name: str, value: float, level: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ladder, name, value)
        assert "permission" in breach(World(tick_s=24 * HOUR_S, with_safe=True, level=level))

    def test_swapped_thresholds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(modes.DOWN_MARGIN, Mode.TRIM, 0.02)
        monkeypatch.setitem(modes.DOWN_MARGIN, Mode.SURVIVAL, 0.09)
        assert "without need" in breach(World())

    def test_down_one_step_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = ladder._demanded

        def one_step(signs: ladder.Signs) -> tuple[Mode, str]:
            mode, why = whole(signs)
            return min(mode, Mode.TRIM), why

        monkeypatch.setattr(ladder, "_demanded", one_step)
        assert "forbids" in breach(World())

    def test_a_safe_mode_that_forgets_the_energy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def allows(stand: outgoing.Stand, priority: int) -> bool:
            return priority <= modes.LAST_ALLOWED[Mode.SAFE if stand.is_safe else stand.step]

        monkeypatch.setattr(outgoing.Stand, "allows", allows)
        monkeypatch.setitem(modes.LAST_ALLOWED, Mode.SAFE, Priority.PRODUCTION)
        breach(World(tick_s=24 * HOUR_S, with_safe=True))

    def test_it_rises_on_a_fine_moment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The wait goes on over a dip."""
        good = ladder.Ladder._is_good
        monkeypatch.setattr(
            ladder.Ladder,
            "_is_good",
            lambda self, signs: self.good_s is not None or good(self, signs),
        )
        assert "oscillation" in breach(World())
