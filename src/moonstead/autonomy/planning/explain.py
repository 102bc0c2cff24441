"""Why a request is not in a plan: what binds, when, what it is worth, and what would help.

A task that was left out is tried at the starts where the least stands in its way. What is missing
there, the least of it, is the reason; with the prices of the bound, if there are any, it also says
what one more unit of it would be worth. What would have to go instead is found by taking out what
is worth least until the task fits.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.planning.alone import Allowed, allowed
from moonstead.autonomy.planning.problem import Option, Placement, Placements, Problem
from moonstead.autonomy.planning.score import score
from moonstead.autonomy.planning.usage import NOBODY, TAKEN, Usage, add, usage_of
from moonstead.autonomy.planning.validate import recorder_course, store_course, violations
from moonstead.contracts import FloatArray

NO_WINDOW = "no-window"
"""Nowhere in the horizon do its conditions hold for as long as it takes."""
UNIT, POOL, POWER, HEAT = "unit", "pool", "power", "heat"
ENERGY, RECORDER, ORDER = "energy", "recorder", "order"
NO_GAIN = "no-gain"
"""It would fit, but the plan is worth no more with it."""

TRIED_STARTS = 8
"""So many starts with the least in the way are looked at exactly."""
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Lack:
    """What one task lacks at one start."""

    code: str
    resource: str
    slot: int
    """Where most of it is missing."""
    amount: float
    """Slots of a unit, of a pool, W, J or bit."""
    until: int
    """End of the slots in which something is missing."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a task is not in a plan."""

    task: int
    start: int | None
    """The start that was looked at; None where there is none."""
    option: int
    lacks: tuple[Lack, ...]
    """What is missing there, the first one binding; empty for `NO_WINDOW` and `NO_GAIN`."""
    displaced: tuple[int, ...]
    """Tasks without which it would fit there."""
    displaced_points: float
    """What the plan would lose with them."""

    @property
    def code(self) -> str:
        """The binding reason."""
        if self.start is None:
            return NO_WINDOW
        return self.lacks[0].code if self.lacks else NO_GAIN


def reasons(
    problem: Problem, placements: Placements, *, with_displaced: bool = True
) -> tuple[Reason, ...]:
    """Return for each request with tasks that were left out why the best of them is.

    Parameters
    ----------
    problem, placements
        What was planned, and the plan.
    with_displaced
        Whether to find out what would have to go instead, which takes most of the time.
    """
    usage = usage_of(problem, placements)
    case = _Case(problem, placements, usage, allowed(problem))
    left: dict[str, list[int]] = {}
    for number, (task, placed) in enumerate(zip(problem.tasks, placements, strict=True)):
        if placed is None:
            left.setdefault(task.request or task.name, []).append(number)
    return tuple(_reason(case, tasks[0], with_displaced) for tasks in left.values())


@dataclass(frozen=True, slots=True)
class _Case:
    """A problem with a plan, and what the station does alone."""

    problem: Problem
    placements: Placements
    usage: Usage
    limits: Allowed


def _reason(case: _Case, number: int, with_displaced: bool) -> Reason:
    problem = case.problem
    tried = _tried(problem, case.usage, number)
    if not tried:
        return Reason(number, None, 0, (), (), 0.0)
    options = problem.tasks[number].options
    quick = [
        (
            *_order_lacks(case, number, start),
            *_lacks_at_once(problem, case.usage, options[option], start),
        )
        for option, start in tried
    ]
    fewest = min(len(lacks) for lacks in quick)
    best: tuple[tuple[int, float], int, int, tuple[Lack, ...]] | None = None
    for (option, start), some in zip(tried, quick, strict=True):
        # Stepping through the horizon is slow, and a second reason only makes a start worse.
        if len(some) > fewest or (best is not None and best[0][0] > 0 and some):
            continue
        lacks = (*some, *_lacks_later(case, case.usage, options[option], start))
        key = (len(lacks), sum(_size(problem, lack) for lack in lacks))
        if best is None or key < best[0]:
            best = (key, option, start, lacks)
    if best is None:
        raise AssertionError("something was tried")
    _, option, start, lacks = best
    displaced: tuple[int, ...] = ()
    if with_displaced:
        displaced = _displaced(case, number, Placement(option, start), lacks)
    less = _lost_points(problem, case.placements, displaced)
    return Reason(number, start, option, lacks, displaced, less)


def _tried(problem: Problem, usage: Usage, number: int) -> list[tuple[int, int]]:
    """Return the starts of a task at which the least stands in the way."""
    found: list[tuple[float, float, int, int]] = []
    for place, option in enumerate(problem.tasks[number].options):
        n_starts = problem.n_slots - len(option.power_w) + 1
        if n_starts <= 0:
            continue
        way = _in_the_way(problem, usage, option, n_starts)
        starts = np.flatnonzero(np.isfinite(option.worth[:n_starts]))
        best = starts[np.argsort(way[starts], kind="stable")][: 4 * TRIED_STARTS]
        found.extend((float(way[s]), -float(option.worth[s]), place, int(s)) for s in best)
    found.sort()
    # Starts that are alike stand side by side; some of each kind say more than the first few.
    step = max(len(found) // (2 * TRIED_STARTS), 1)
    return [(place, start) for _, _, place, start in found[: TRIED_STARTS * step : step]]


def _in_the_way(problem: Problem, usage: Usage, option: Option, n_starts: int) -> FloatArray:
    """Return how many slots something is missing in, by start; energy and data left out."""
    blocked = np.zeros(n_starts)
    for hold in option.holds:
        held = (usage.holder[hold.unit] != NOBODY).astype(np.float64)
        total = np.concatenate([[0.0], np.cumsum(held)])
        first = np.clip(np.arange(n_starts) + hold.first, 0, problem.n_slots)
        end = np.clip(np.arange(n_starts) + hold.end, 0, problem.n_slots)
        blocked += total[end] - total[first]
    caps = [
        (usage.power_w, problem.supply.power_cap_w, option.power_w),
        (usage.heat_w, problem.supply.heat_cap_w, option.heat_w),
        *((usage.pools[t.pool], problem.supply.pools[t.pool], t.amount) for t in option.takes),
    ]
    for used, there, wanted in caps:
        room = there - used
        for k, amount in enumerate(wanted.tolist()):
            if amount > 0.0:
                blocked += room[k : k + n_starts] < amount * (1.0 - _TOLERANCE)
    return blocked


def _lacks_at_once(problem: Problem, usage: Usage, option: Option, start: int) -> Iterator[Lack]:
    """Yield what is missing in the slots that the task itself takes."""
    supply = problem.supply
    for hold in option.holds:
        first, end = max(start + hold.first, 0), min(start + hold.end, problem.n_slots)
        held = np.flatnonzero(usage.holder[hold.unit, first:end] != NOBODY)
        if len(held):
            at = first + int(held[0])
            until = first + int(held[-1]) + 1
            yield Lack(UNIT, problem.units[hold.unit], at, float(len(held)), until)
    for pool in sorted({take.pool for take in option.takes}):
        together = np.zeros(max(len(take.amount) for take in option.takes))
        for take in option.takes:
            if take.pool == pool:
                together[: len(take.amount)] += take.amount
        room = np.maximum(supply.pools[pool], 0.0) - usage.pools[pool]
        yield from _cap(POOL, problem.pools[pool], together, room, start)
    yield from _cap(POWER, "bus", option.power_w, supply.power_cap_w - usage.power_w, start)
    yield from _cap(HEAT, "heat rejection", option.heat_w, supply.heat_cap_w - usage.heat_w, start)


def _cap(
    code: str, resource: str, wanted: FloatArray, room: FloatArray, start: int
) -> Iterator[Lack]:
    over = wanted - room[start : start + len(wanted)]
    over[wanted <= 0.0] = 0.0
    bad = np.flatnonzero(over > _TOLERANCE * max(float(wanted.max(initial=0.0)), 1e-300))
    if len(bad):
        at = int(over.argmax())
        yield Lack(code, resource, start + at, float(over[at]), start + int(bad[-1]) + 1)


def _lacks_later(case: _Case, usage: Usage, option: Option, start: int) -> Iterator[Lack]:
    """Yield what would be missing from the start on: stored energy, and room for data."""
    problem, supply = case.problem, case.problem.supply
    span = slice(start, start + len(option.power_w))
    if option.power_w.any():
        load_w = usage.power_w.copy()
        load_w[span] += option.power_w
        course = store_course(supply, load_w, problem.slot_s)
        short_j = np.maximum(
            case.limits.required_j - course.deliverable_j,
            (course.unmet_w - case.limits.unmet_w) * problem.slot_s,
        )
        size_j = max(float(np.abs(supply.required_j).max(initial=0.0)), 1.0)
        yield from _worst(ENERGY, "stores", short_j, size_j)
    if option.rate_bit_per_s.any():
        k = option.recorder
        rate = usage.rate_bit_per_s[k].copy()
        rate[span] += option.rate_bit_per_s
        begin_bit, drain = float(supply.recorder_bit[k]), supply.drain_bit_per_s[k]
        held_bit = recorder_course(begin_bit, drain, rate, problem.slot_s)
        size_bit = max(float(case.limits.recorder_bit[k].max()), 1.0)
        yield from _worst(
            RECORDER, problem.recorders[k], held_bit - case.limits.recorder_bit[k], size_bit
        )


def _worst(code: str, resource: str, over: FloatArray, size: float) -> Iterator[Lack]:
    bad = np.flatnonzero(over > _TOLERANCE * size)
    if len(bad):
        at = int(over.argmax())
        yield Lack(code, resource, at, float(over[at]), int(bad[-1]) + 1)


def _order_lacks(case: _Case, number: int, start: int) -> tuple[Lack, ...]:
    """Return what should come before, and is not in the plan or not at the right time."""
    problem, found = case.problem, []
    for rule in problem.precedences:
        if rule.after != number:
            continue
        before, name = case.placements[rule.before], problem.tasks[rule.before].name
        if before is None:
            found.append(Lack(ORDER, name, start, 1.0, problem.n_slots))
            continue
        taken = problem.tasks[rule.before].options[before.option].power_w
        lag = start - before.start - len(taken)
        late = 0 if rule.lag_max is None else lag - rule.lag_max
        off = max(rule.lag_min - lag, late)
        if off > 0:
            found.append(Lack(ORDER, name, start, float(off), start + 1))
    return tuple(found)


def _size(problem: Problem, lack: Lack) -> float:
    """Return how much is missing, in parts of what there is, to compare unlike things."""
    supply = problem.supply
    whole = {
        UNIT: float(problem.n_slots),
        POOL: max(float(supply.pools.max(initial=0.0)), 1.0),
        POWER: max(float(supply.power_cap_w.max(initial=0.0)), 1.0),
        HEAT: max(float(supply.heat_cap_w.max(initial=0.0)), 1.0),
        ENERGY: max(float((supply.store_limits[:, 0] * supply.store_limits[:, 4]).sum()), 1.0),
        RECORDER: max(float(supply.recorder_limit_bit.max(initial=0.0)), 1.0),
        ORDER: 1.0,
    }
    return lack.amount / whole[lack.code]


def _displaced(
    case: _Case, number: int, wanted: Placement, lacks: tuple[Lack, ...]
) -> tuple[int, ...]:
    """Return tasks without which it would fit, the least worth first; none if it never would.

    What comes after a task goes with it. Taking out what saves power or heat may break the plan
    elsewhere; so the validator has the last word.
    """
    if not lacks or any(lack.code == ORDER for lack in lacks):
        return ()
    problem, placements = case.problem, case.placements
    usage = usage_of(problem, placements)
    option = problem.tasks[number].options[wanted.option]
    needed = _tied(problem, [number], backwards=True)
    gone: list[int] = []
    while True:
        now = next(_lacks_at_once(problem, usage, option, wanted.start), None)
        now = now or next(_lacks_later(case, usage, option, wanted.start), None)
        if now is None:
            break
        helpers = _helpers(problem, placements, usage, now, gone)
        worst = next((other for other in helpers if other not in needed), None)
        if worst is None:
            return ()
        for other in _tied(problem, [worst]):
            placed = placements[other]
            if placed is not None and other not in gone:
                taken = problem.tasks[other].options[placed.option]
                add(usage, taken, placed.start, other, -1.0)
                gone.append(other)
    instead = [None if k in gone else placed for k, placed in enumerate(placements)]
    instead[number] = wanted
    return () if violations(problem, tuple(instead)) else tuple(gone)


def _tied(problem: Problem, tasks: list[int], *, backwards: bool = False) -> list[int]:
    """Return tasks and all that come after them, or (backwards) all that they come after."""
    found = list(tasks)
    for task in found:
        for rule in problem.precedences:
            here, there = (rule.after, rule.before) if backwards else (rule.before, rule.after)
            if here == task and there not in found:
                found.append(there)
    return found


def _helpers(
    problem: Problem,
    placements: Placements,
    usage: Usage,
    lack: Lack,
    gone: list[int],
) -> list[int]:
    """Return placed tasks whose leaving would help with what lacks, the least worth first."""
    if lack.code == UNIT:
        unit = problem.units.index(lack.resource)
        holder = int(usage.holder[unit, lack.slot])
        return [] if holder == TAKEN else [holder]
    found = []
    for number, placed in enumerate(placements):
        if placed is None or number in gone:
            continue
        other = problem.tasks[number].options[placed.option]
        span = (placed.start, placed.start + len(other.power_w))
        if lack.code in (ENERGY, RECORDER):
            takes = other.power_w if lack.code == ENERGY else other.rate_bit_per_s
            helps = span[0] <= lack.slot and float(takes.sum()) > 0.0
            size = float(takes.sum())
        else:
            size = _taken(problem, other, lack, placed.start)
            helps = size > 0.0
        if helps:
            found.append((float(other.worth[placed.start]) / size, number))
    found.sort()
    return [number for _, number in found]


def _taken(problem: Problem, option: Option, lack: Lack, start: int) -> float:
    """Return how much of a cap a task takes in the slot where it lacks."""
    k = lack.slot - start
    profiles = {POWER: [option.power_w], HEAT: [option.heat_w]}.get(lack.code)
    if profiles is None:
        pool = problem.pools.index(lack.resource)
        profiles = [take.amount for take in option.takes if take.pool == pool]
    return sum(float(profile[k]) for profile in profiles if 0 <= k < len(profile))


def _lost_points(problem: Problem, placements: Placements, displaced: tuple[int, ...]) -> float:
    without = tuple(None if k in displaced else placed for k, placed in enumerate(placements))
    return score(problem, placements) - score(problem, without)
