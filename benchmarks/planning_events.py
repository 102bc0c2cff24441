"""What goes wrong on the second day of a plan: the same problem, as it is known then."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from moonstead.autonomy.planning.problem import Option, Placement, Placements, Problem, Task
from moonstead.units import DAY_S

DAY = 2
MOVING_COST = 5.0
"""Points for a start that moves: about a fifth of what a task is worth."""


def events(problem: Problem, plan: Placements) -> Iterator[tuple[str, Problem]]:
    """Return the problem after each event; what has begun by then stays as it is."""
    now = round(DAY * DAY_S / problem.slot_s)
    known = replace(
        problem,
        tasks=tuple(
            _told(task, placed, now) for task, placed in zip(problem.tasks, plan, strict=True)
        ),
        moving_cost=MOVING_COST,
    )
    for name, change in _CHANGES.items():
        yield name, change(known, now)


def _told(task: Task, placed: Placement | None, now: int) -> Task:
    """Return a task with what was planned for it; nothing new begins in the past."""
    options = []
    for number, option in enumerate(task.options):
        worth = option.worth.copy()
        worth[:now] = np.nan
        if placed is not None and placed.start < now:
            worth[:] = np.nan
            if placed.option == number:
                worth[placed.start] = option.worth[placed.start]
        options.append(replace(option, worth=worth))
    planned = (placed.option, placed.start) if placed is not None else None
    return replace(task, options=tuple(options), planned=planned)


def _less_sun(problem: Problem, now: int) -> Problem:
    """Take three tenths of the arrays away; the base load is about 2.7 kW."""
    net_w = problem.supply.net_w.copy()
    net_w[now:] -= 0.3 * np.maximum(net_w[now:] + 2.7e3, 0.0)
    return replace(problem, supply=replace(problem.supply, net_w=net_w))


def _dark(problem: Problem, now: int) -> Problem:
    """Hide the Sun for a day behind a ridge that nobody had surveyed."""
    net_w = problem.supply.net_w.copy()
    there = slice(now, now + round(DAY_S / problem.slot_s))
    net_w[there] = np.minimum(net_w[there], -2.7e3)
    return replace(problem, supply=replace(problem.supply, net_w=net_w))


def _no_rover(problem: Problem, now: int) -> Problem:
    taken = problem.supply.taken.copy()
    taken[0, now : now + round(4 * DAY_S / problem.slot_s)] = True
    return replace(problem, supply=replace(problem.supply, taken=taken))


def _no_relay(problem: Problem, now: int) -> Problem:
    drain = problem.supply.drain_bit_per_s.copy()
    there = slice(now, now + round(3 * DAY_S / problem.slot_s))
    drain[:, there] = np.minimum(drain[:, there], 0.9e6)
    return replace(problem, supply=replace(problem.supply, drain_bit_per_s=drain))


def _urgent(problem: Problem, now: int) -> Problem:
    """Ask to watch a landing within two days, worth as much as ten tasks."""
    model = max(problem.tasks, key=lambda task: len(task.options[0].power_w))
    worth = np.full(problem.n_slots, np.nan)
    worth[now + 24 : now + 96] = 300.0
    option: Option = replace(model.options[0], name="", worth=worth)
    task = Task(name="urgent", request="urgent", partner=0, options=(option,))
    return replace(problem, tasks=(*problem.tasks, task))


_CHANGES: dict[str, Callable[[Problem, int], Problem]] = {
    "30 % of the arrays lost": _less_sun,
    "rover lost for 4 days": _no_rover,
    "relay silent for 3 days": _no_relay,
    "24 h dark, not forecast": _dark,
    "urgent new goal": _urgent,
}
