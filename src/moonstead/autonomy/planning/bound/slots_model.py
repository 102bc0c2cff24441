"""A planning problem for CP-SAT: whole numbers, one yes or no for each start.

All is rounded so that every plan that holds is a solution: energies and data to a millionth of
what the stores or a recorder take, and each row is loosened by what rounding may add. With one
store the rows are the dispatch itself (it keeps the most energy that any flow could); several are
taken as one, as good as the best of them. So solutions must be checked, and bounds are right.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from moonstead.autonomy.planning.alone import Allowed
from moonstead.autonomy.planning.bound.certificate import floor_losses_j, segments_of
from moonstead.autonomy.planning.bound.ways import (
    FIRST_RECORDER,
    POWER,
    IntArray,
    Levels,
    Way,
)
from moonstead.autonomy.planning.problem import Placement, Placements, Precedence, Problem
from moonstead.autonomy.planning.validate import recorder_course, store_course
from moonstead.contracts import FloatArray

_FINE = 10**6
"""Parts of a capacity, and of 1 in a factor."""
POINTS = 10**3
"""Parts of a point, and of a slope."""


@dataclass(slots=True)
class SlotsModel:
    """The model, and what its variables stand for."""

    problem: Problem
    ways: tuple[Way, ...]
    picks: tuple[IntArray, ...]
    levels: Levels
    limits: Allowed
    model: Any = field(init=False)
    starts: dict[tuple[int, int, int], Any] = field(init=False)
    """The yes or no of a task, an option and a start slot."""
    hidden: float = 0.0
    """Points by which rounding may make a plan look worse than it is."""
    _terms: list[list[tuple[list[Any], list[float]]]] = field(init=False)
    _drawn: list[Any] = field(default_factory=list)
    _held: list[Any] = field(default_factory=list)
    _unit_w: float = 1.0
    _recorders: list[list[Any]] = field(default_factory=list)
    _segments: list[list[Any]] = field(default_factory=list)
    _steps: list[list[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        from ortools.sat.python import cp_model  # noqa: PLC0415  takes a second to import

        self.model = cp_model.CpModel()
        self.starts = {}
        for way, pick in zip(self.ways, self.picks, strict=True):
            for slot in way.starts[pick].tolist():
                name = f"{way.task}/{way.option}/{slot}"
                self.starts[way.task, way.option, slot] = self.model.new_bool_var(name)
        self._terms = self._terms_of_levels()
        self._tasks()
        self._caps()
        for rule in self.problem.precedences:
            self._chain(rule)
        self._energy()
        self._data()
        self.model.maximize(self._points())

    def hint(self, placements: Placements) -> None:
        """Tell the solver of a plan that holds: every variable, or it would not be understood."""
        problem, add = self.problem, self.model.add_hint
        placed = {
            (number, place.option, place.start)
            for number, place in enumerate(placements)
            if place is not None
        }
        for key, variable in self.starts.items():
            add(variable, key in placed)
        levels = np.zeros((len(self.levels.caps), problem.n_slots))
        points = np.zeros(len(problem.partners), np.int64)
        counts = np.zeros(len(problem.campaigns), np.int64)
        for way in self.ways:
            task = problem.tasks[way.task]
            for slot, worth in zip(way.starts.tolist(), way.points, strict=True):
                if (way.task, way.option, slot) not in placed:
                    continue
                points[task.partner] += round(worth * POINTS)
                if task.campaign >= 0:
                    counts[task.campaign] += 1
                for use in way.uses:
                    end = min(slot + len(use.profile), problem.n_slots)
                    levels[use.level, slot:end] += use.profile[: end - slot]
        self._hint_energy(levels[POWER])
        for k, variables in enumerate(self._recorders):
            drain, begin = problem.supply.drain_bit_per_s[k], problem.supply.recorder_bit[k]
            rate = levels[FIRST_RECORDER + k]
            course = recorder_course(float(begin), drain, rate, problem.slot_s)
            unit = self._unit_bit(k)
            for variable, held in zip(variables, np.ceil(course / unit - 1e-6), strict=True):
                self._add_hint(variable, int(held))
        for variables, left in zip(self._segments, points.tolist(), strict=True):
            for variable in variables:
                more = min(left, list(variable.proto.domain)[1])
                add(variable, more)
                left -= more  # noqa: PLW2901
        for variables, count in zip(self._steps, counts.tolist(), strict=True):
            for k, variable in enumerate(variables):
                add(variable, k < count)

    def placements(self, values: Any) -> Placements:
        """Return the plan of a solution, given by the value of each variable."""
        found: list[Placement | None] = [None] * len(self.problem.tasks)
        for (task, option, slot), variable in self.starts.items():
            if values(variable):
                found[task] = Placement(option, slot)
        return tuple(found)

    def forbid(self, keys: list[tuple[int, int, int]]) -> None:
        """Let no plan hold all of some starts again, unless something lowers a level for them."""
        lowering = {
            (way.task, way.option)
            for way in self.ways
            if any(use.profile.min() < 0.0 for use in way.uses)
        }
        helpers = [v for k, v in self.starts.items() if k[:2] in lowering and k not in keys]
        self.model.add_bool_or([~self.starts[key] for key in keys] + helpers)

    def _terms_of_levels(self) -> list[list[tuple[list[Any], list[float]]]]:
        """Return, for each level and slot, which starts take how much of it."""
        n_levels, n_slots = self.levels.caps.shape
        terms: list[list[tuple[list[Any], list[float]]]] = [
            [([], []) for _ in range(n_slots)] for _ in range(n_levels)
        ]
        for way, pick in zip(self.ways, self.picks, strict=True):
            for slot in way.starts[pick].tolist():
                variable = self.starts[way.task, way.option, slot]
                for use in way.uses:
                    row = terms[use.level]
                    for after in np.flatnonzero(use.profile).tolist():
                        if slot + after < n_slots:
                            row[slot + after][0].append(variable)
                            row[slot + after][1].append(float(use.profile[after]))
        return terms

    def _tasks(self) -> None:
        by_task: dict[int, list[Any]] = {}
        for (task, _, _), variable in self.starts.items():
            by_task.setdefault(task, []).append(variable)
        for variables in by_task.values():
            self.model.add_at_most_one(variables)

    def _caps(self) -> None:
        for level, (rows, caps) in enumerate(zip(self._terms, self.levels.caps, strict=True)):
            if self.levels.first_unit <= level < self.levels.first_part:
                for variables, _ in rows:
                    if len(variables) > 1:
                        self.model.add_at_most_one(variables)
            elif np.isfinite(caps).all():
                amounts = [amount for _, values in rows for amount in values]
                unit = max(map(abs, amounts), default=1.0) / _FINE
                for (variables, values), cap in zip(rows, caps, strict=True):
                    if sum(max(value, 0.0) for value in values) > cap:
                        self._below(variables, values, cap, unit)

    def _below(self, variables: list[Any], values: list[float], most: float, unit: float) -> None:
        """Add a row over starts alone; rounding may add half a unit for each task."""
        whole = [round(value / unit) for value in values]
        slack = len(self.problem.tasks) + 1
        self.model.add(_sum(variables, whole) <= round(most / unit) + slack)

    def _chain(self, rule: Precedence) -> None:
        first = [(key, v) for key, v in self.starts.items() if key[0] == rule.before]
        second = [(key, v) for key, v in self.starts.items() if key[0] == rule.after]
        ends = [
            slot + len(self.problem.tasks[task].options[option].power_w)
            for (task, option, slot), _ in first
        ]
        for (_, _, slot), variable in second:
            fitting = [
                before
                for (_, before), end in zip(first, ends, strict=True)
                if slot - end >= rule.lag_min
                and (rule.lag_max is None or slot - end <= rule.lag_max)
            ]
            self.model.add_bool_or([*fitting, ~variable])

    def _energy(self) -> None:
        """Add the deliverable energy at the end of each slot, at most what the dispatch leaves."""
        problem, supply = self.problem, self.problem.supply
        if len(supply.store_j) == 0:
            self._bus(0.0)
            return
        most_w = self._bus(float(supply.store_limits[:, 2].sum()))
        capacity_j, charge_w, _, put_in, got_out, lost = supply.store_limits.T
        kept, round_trip = 1.0 - float(lost.min()), float((put_in * got_out).max())
        unit_j = float(capacity_j @ got_out) / _FINE
        gain = problem.slot_s / unit_j
        start = float(np.maximum(supply.store_j, 0.0) @ got_out) / unit_j
        into = gain * float((charge_w * put_in * got_out).sum())
        loss = (floor_losses_j(problem, self.limits).T @ got_out) / unit_j
        least = np.floor(self.limits.required_j / unit_j).astype(np.int64) - 1
        top = int(np.ceil((capacity_j * got_out) @ (1.0 - lost) / unit_j))
        net_w = supply.net_w + self.limits.unmet_w
        self._held = [self.model.new_int_var(max(low, 0), top, "") for low in least.tolist()]
        for slot, drawn in enumerate(self._drawn):
            before = self._held[slot - 1] if slot > 0 else round(start)
            kept_before = int(np.ceil(kept * _FINE)) * before
            held = _FINE * self._held[slot]
            right = _FINE * int(np.ceil(kept * into - loss[slot]) + 2)
            self.model.add(held <= kept_before + right)
            lowest_w = sum(min(value, 0.0) for value in self._terms[POWER][slot][1])
            for share, is_needed in (
                (round_trip, net_w[slot] - lowest_w > 0.0),
                (1.0, net_w[slot] - most_w[slot] < 0.0),
            ):
                if is_needed:
                    unit = kept * share * gain * _FINE
                    factor = round(unit * self._unit_w)
                    right = net_w[slot] * unit - loss[slot] * _FINE
                    # Half a unit of the factor for each part of the power, and of the hint.
                    right += 3 * _FINE + factor + most_w[slot] / self._unit_w
                    self.model.add(held <= kept_before - factor * drawn + round(right))

    def _bus(self, discharge_w: float) -> FloatArray:
        """Add what tasks draw in each slot; return the most that they can, W."""
        net_w = self.problem.supply.net_w + self.limits.unmet_w + discharge_w
        most_w = np.zeros(self.problem.n_slots)
        self._unit_w = max(float(np.abs(net_w).max()), 1.0) / _FINE
        slack = len(self.problem.tasks) + 1
        for slot, (variables, values) in enumerate(self._terms[POWER]):
            asked_w = sum(max(value, 0.0) for value in values)
            most_w[slot] = min(asked_w, self.levels.caps[POWER, slot], max(net_w[slot], 0.0))
            low = round(sum(min(value, 0.0) for value in values) / self._unit_w) - slack
            high = round(min(asked_w, net_w[slot]) / self._unit_w) + slack
            drawn = self.model.new_int_var(min(low, high), high, "")
            whole = [round(value / self._unit_w) for value in values]
            self.model.add(_sum(variables, whole) - slack <= drawn)
            self._drawn.append(drawn)
        return most_w

    def _hint_energy(self, load_w: FloatArray) -> None:
        supply = self.problem.supply
        for variable, load in zip(self._drawn, np.round(load_w / self._unit_w), strict=True):
            self._add_hint(variable, int(load))
        if len(self._held) == 0:
            return
        course = store_course(supply, load_w, self.problem.slot_s)
        unit_j = float(supply.store_limits[:, 0] @ supply.store_limits[:, 4]) / _FINE
        for variable, energy_j in zip(self._held, course.deliverable_j, strict=True):
            self._add_hint(variable, int(energy_j / unit_j))

    def _add_hint(self, variable: Any, value: int) -> None:
        """Hint at a value, within bounds where rounding has brought it out of them."""
        low, high = list(variable.proto.domain)
        self.model.add_hint(variable, min(max(value, low), high))

    def _data(self) -> None:
        supply, slot_s = self.problem.supply, self.problem.slot_s
        for k, limits in enumerate(self.limits.recorder_bit):
            unit = self._unit_bit(k)
            held = [self.model.new_int_var(0, int(np.ceil(most / unit)), "") for most in limits]
            slack = len(self.problem.tasks) + 2
            for slot, (variables, values) in enumerate(self._terms[FIRST_RECORDER + k]):
                whole = [round(value * slot_s / unit) for value in values]
                before = held[slot - 1] if slot > 0 else round(supply.recorder_bit[k] / unit)
                drained = round(supply.drain_bit_per_s[k, slot] * slot_s / unit)
                written = _sum(variables, whole)
                self.model.add(held[slot] >= before + written - drained - slack)
            self._recorders.append(held)

    def _unit_bit(self, recorder: int) -> float:
        return max(float(self.limits.recorder_bit[recorder].max()), 1.0) / _FINE

    def _points(self) -> Any:
        problem = self.problem
        points: list[list[tuple[Any, int]]] = [[] for _ in problem.partners]
        counts: list[list[Any]] = [[] for _ in problem.campaigns]
        total = 0
        for way, pick in zip(self.ways, self.picks, strict=True):
            task = problem.tasks[way.task]
            for place in pick.tolist():
                variable = self.starts[way.task, way.option, int(way.starts[place])]
                points[task.partner].append((variable, round(way.points[place] * POINTS)))
                total += round(way.kept[place] * POINTS * POINTS) * variable
                if task.campaign >= 0:
                    counts[task.campaign].append(variable)
        for partner, pairs in zip(problem.partners, points, strict=True):
            most = sum(amount for _, amount in pairs)
            slopes, widths = segments_of(partner, most / POINTS)
            segments = [self.model.new_int_var(0, round(w * POINTS), "") for w in widths]
            self._segments.append(segments)
            wrong = np.abs(slopes - np.round(slopes * POINTS) / POINTS) @ widths
            n_rounded = len(segments) + len(problem.tasks)
            self.hidden += float(wrong) + float(max(slopes)) * n_rounded / POINTS
            if pairs:
                self.model.add(sum(segments) <= _sum(*map(list, zip(*pairs, strict=True))))
            total += sum(
                round(s * POINTS) * segment for s, segment in zip(slopes, segments, strict=True)
            )
        for campaign, variables in zip(problem.campaigns, counts, strict=True):
            steps = [self.model.new_bool_var("") for _ in campaign.rewards]
            self._steps.append(steps)
            for first, second in pairwise(steps):
                self.model.add_implication(second, first)
            if steps:
                self.model.add(sum(steps) <= sum(variables))
            total += sum(
                round(reward * POINTS * POINTS) * step
                for reward, step in zip(campaign.rewards, steps, strict=True)
            )
        return total


def _sum(variables: list[Any], values: list[int]) -> Any:
    from ortools.sat.python import cp_model  # noqa: PLC0415  takes a second to import

    return cp_model.LinearExpr.weighted_sum(variables, values)
