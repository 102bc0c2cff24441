"""Planner and executive that go wrong: the same parts, with a fault between them and their callers.

A planner that gives no answer is stopped when its time is used up; here that time is not waited
for, so that a run takes no longer and ends with the same bytes on any machine.
"""

from collections.abc import Callable, Sequence
from typing import Any

from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.memory import Settings
from moonstead.autonomy.executive.outcome import Outcome
from moonstead.autonomy.executive.plan import Directive, Plan
from moonstead.autonomy.executive.snapshot import Names, Snapshot
from moonstead.autonomy.planner import Search, search
from moonstead.autonomy.planning.problem import Placement, Placements, Problem
from moonstead.run.board_frames import Active, key_of, of_part
from moonstead.simulation.schedule import AVIONICS, Mode

PLANNER, EXECUTIVE = f"{AVIONICS}.planner", f"{AVIONICS}.executive"
PLANNER_BUDGET_S = 60.0
"""After which a planner that has not answered is stopped (torture test A02)."""

ExecutiveMaker = Callable[[Names, Settings], Executive]


class BrokenError(Exception):
    """What a part of the software that is out of order raises."""


class Software:
    """The state of planner and executive, and the parts that follow it.

    Parameters
    ----------
    sound
        The planner that goes wrong.
    """

    def __init__(self, sound: Search = search) -> None:
        self._sound = sound
        self._planner: Mode | None = None
        self._crashes = False
        self._to_lose: list[str] = []
        self._lost: list[str] = []

    def take(self, faults: Sequence[Active]) -> None:
        """Take the faults of this tick."""
        planner = of_part(faults, PLANNER)
        self._planner = planner[-1][0].mode if planner else None
        executive = of_part(faults, EXECUTIVE)
        self._crashes = any(fault.mode == Mode.CRASH for fault, _ in executive)
        lossy = [key_of(one) for one in executive if one[0].mode == Mode.LOST_EVENT]
        self._to_lose = [key for key in lossy if key not in self._lost]

    def search(self, problem: Problem, before: Placements | None) -> Placements:
        """Find a plan, or fail as the planner does now."""
        count = len(problem.tasks)
        if self._planner == Mode.CRASH:
            raise BrokenError("the planner crashed")
        if self._planner == Mode.NO_ANSWER:
            raise TimeoutError(f"no answer in {PLANNER_BUDGET_S:g} s")
        if self._planner == Mode.ABSURD:
            # Everything at once, the last of it after the horizon.
            return (*((Placement(0, 0),) * (count - 1)), Placement(0, problem.n_slots + 1))[:count]
        if self._planner == Mode.EMPTY:
            return (None,) * count
        return self._sound(problem, before)

    def executive(self, names: Names, settings: Settings) -> Executive:
        """Return an executive that fails as executives do now."""
        return _Executive(names, settings, self)

    def watch(self) -> None:
        """Raise what the executive of now raises when it is called."""
        if self._crashes:
            raise BrokenError("the executive crashed")

    def passed_on(self, outcome: Outcome) -> Outcome:
        """Return what of an outcome reaches the station manager."""
        changed = [one.activity for one in outcome.transitions if one.before != one.after]
        if not self._to_lose or not changed:
            return outcome
        self._lost.append(self._to_lose.pop())
        lost = changed[0]
        return Outcome(
            t_s=outcome.t_s,
            believed=outcome.believed,
            orders=tuple(order for order in outcome.orders if order.activity != lost),
            transitions=tuple(one for one in outcome.transitions if one.activity != lost),
            waits=outcome.waits,
            notices=outcome.notices,
            replan_wanted=outcome.replan_wanted,
        )

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {"lost": list(self._lost)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self._lost = list(state["lost"])


class _Executive(Executive):
    """An executive in software that may be out of order."""

    def __init__(self, names: Names, settings: Settings, software: Software) -> None:
        super().__init__(names, settings)
        self._software = software

    def tick(
        self,
        snapshot: Snapshot,
        plan: Plan | None = None,
        directives: Sequence[Directive] = (),
    ) -> Outcome:
        """Carry out one tick, or fail."""
        self._software.watch()
        return self._software.passed_on(super().tick(snapshot, plan, directives))
