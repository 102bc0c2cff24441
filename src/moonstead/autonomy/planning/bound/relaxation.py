"""The linear relaxation of a planning problem over some of the starts, and its prices.

Levels are columns that jump where a start's profile jumps: a start has an entry at each step of
its profiles, not in each slot that it lasts. Energy flows in and out of each store within its
limits, as it likes: the dispatch of the simulation is one of the ways to do it. Power is in kW,
energy in kWh and data in Gbit, so that all numbers are of a size.
"""

from dataclasses import dataclass, field

import numpy as np

from moonstead.autonomy.planning.alone import Allowed
from moonstead.autonomy.planning.bound.certificate import (
    Multipliers,
    chain_step,
    first_from,
    floor_losses_j,
    most_points,
    n_chain_steps,
    segments_of,
)
from moonstead.autonomy.planning.bound.linear import LinearProgram
from moonstead.autonomy.planning.bound.ways import (
    FIRST_RECORDER,
    HEAT,
    POWER,
    IntArray,
    Levels,
    Way,
)
from moonstead.autonomy.planning.problem import Problem
from moonstead.contracts import FloatArray
from moonstead.units import KWH_J

_KW, _GBIT = 1e3, 1e9


@dataclass(slots=True)
class Relaxation:
    """All of a problem but its starts, as a linear program, and where its rows are."""

    problem: Problem
    ways: tuple[Way, ...]
    levels: Levels
    limits: Allowed
    copies: IntArray
    """(n_tasks,) how many tasks the columns of a task stand for; 0 where another's do."""
    program: LinearProgram = field(default_factory=LinearProgram)
    task_rows: IntArray = field(init=False)
    level_rows: IntArray = field(init=False)
    scales: FloatArray = field(init=False)
    """(n_levels,) what a level is counted in."""
    bus_rows: IntArray = field(init=False)
    store_rows: IntArray = field(init=False)
    required_rows: IntArray = field(init=False)
    recorder_rows: IntArray = field(init=False)
    partner_rows: IntArray = field(init=False)
    campaign_rows: IntArray = field(init=False)
    lower_rows: IntArray = field(init=False)
    upper_rows: IntArray = field(init=False)

    def __post_init__(self) -> None:
        problem, program = self.problem, self.program
        n_levels, n_slots = self.levels.caps.shape
        self.scales = np.ones(n_levels)
        self.scales[[POWER, HEAT]] = _KW
        self.scales[FIRST_RECORDER : self.levels.first_pool] = _GBIT / problem.slot_s
        self.task_rows = program.rows(len(problem.tasks), -np.inf, self.copies.astype(np.float64))
        caps = self.levels.caps / self.scales[:, None]
        columns = program.columns(caps.size, -np.inf, caps.ravel()).reshape(caps.shape)
        self.level_rows = program.rows(caps.size, 0.0, 0.0).reshape(caps.shape)
        program.put(self.level_rows, columns, 1.0)
        program.put(self.level_rows[:, 1:], columns[:, :-1], -1.0)
        net_w = problem.supply.net_w + self.limits.unmet_w
        self.bus_rows = program.rows(n_slots, -net_w / _KW, np.inf)
        program.put(self.bus_rows, columns[POWER], -1.0)
        self._stores()
        self._recorders(columns[FIRST_RECORDER : self.levels.first_pool])
        self._partners_and_campaigns()
        n_steps = n_chain_steps(problem)
        shape = (len(problem.precedences), n_steps)
        self.lower_rows = self._chain_rows(shape, -1)
        self.upper_rows = self._chain_rows(shape, 1)

    def with_starts(self, picks: tuple[IntArray, ...], *, whole: bool = False) -> LinearProgram:
        """Return the program with some starts of each way, given by their places in it."""
        program = self.program.copy()
        for way, pick in zip(self.ways, picks, strict=True):
            self._add_starts(program, way, pick)
        program.n_whole = sum(len(pick) for pick in picks) if whole else 0
        return program

    def multipliers(self, duals: FloatArray) -> Multipliers:
        """Return prices from the duals of the rows."""
        level = duals[self.level_rows]
        level -= np.concatenate([level[:, 1:], np.zeros((len(level), 1))], axis=1)
        bus = np.maximum(duals[self.bus_rows], 0.0)
        level[POWER] -= bus
        caps = np.where(np.isfinite(self.levels.caps), np.maximum(level, 0.0), 0.0)
        lower, upper = duals[self.lower_rows], duals[self.upper_rows]
        return Multipliers(
            bus=bus / _KW,
            store=np.maximum(-duals[self.store_rows], 0.0) / KWH_J,
            required=np.maximum(duals[self.required_rows], 0.0) / KWH_J,
            level=caps / self.scales[:, None],
            recorder=np.maximum(duals[self.recorder_rows], 0.0) / _GBIT,
            partner=np.maximum(-duals[self.partner_rows], 0.0),
            campaign=np.maximum(-duals[self.campaign_rows], 0.0),
            chain_lower=np.maximum(np.diff(lower, axis=1, append=0.0), 0.0),
            chain_upper=np.maximum(-np.diff(upper, axis=1, prepend=0.0), 0.0),
        )

    def _stores(self) -> None:
        problem, program, supply = self.problem, self.program, self.problem.supply
        n_slots, n_stores = problem.n_slots, len(supply.store_j)
        hour = problem.slot_s * _KW / KWH_J
        floor_loss = floor_losses_j(problem, self.limits) / KWH_J
        self.required_rows = program.rows(n_slots, self.limits.required_j / KWH_J, np.inf)
        self.store_rows = np.zeros((n_stores, n_slots), np.int64)
        for k, limit in enumerate(supply.store_limits):
            capacity_j, charge_w, discharge_w, put_in, got_out, lost = limit
            kept = 1.0 - lost
            into = program.columns(n_slots, 0.0, charge_w / _KW)
            out = program.columns(n_slots, 0.0, discharge_w / _KW)
            held = program.columns(n_slots, 0.0, capacity_j * kept / KWH_J)
            most = -floor_loss[k]
            most[:1] += kept * supply.store_j[k] / KWH_J
            rows = program.rows(n_slots, -np.inf, most)
            program.put(rows, held, 1.0)
            program.put(rows[1:], held[:-1], -kept)
            program.put(rows, into, -hour * kept * put_in)
            program.put(rows, out, hour * kept / got_out)
            program.put(self.bus_rows, out, 1.0)
            program.put(self.bus_rows, into, -1.0)
            program.put(self.required_rows, held, got_out)
            self.store_rows[k] = rows

    def _recorders(self, written: IntArray) -> None:
        problem, program, supply = self.problem, self.program, self.problem.supply
        self.recorder_rows = np.zeros(written.shape, np.int64)
        for k, columns in enumerate(written):
            held = program.columns(problem.n_slots, 0.0, self.limits.recorder_bit[k] / _GBIT)
            least = -supply.drain_bit_per_s[k] * problem.slot_s / _GBIT
            least[:1] += supply.recorder_bit[k] / _GBIT
            rows = program.rows(problem.n_slots, least, np.inf)
            program.put(rows, held, 1.0)
            program.put(rows[1:], held[:-1], -1.0)
            program.put(rows, columns, -1.0)
            self.recorder_rows[k] = rows

    def _partners_and_campaigns(self) -> None:
        problem, program = self.problem, self.program
        self.partner_rows = program.rows(len(problem.partners), -np.inf, 0.0)
        most = most_points(problem, self.ways)
        for row, partner, points in zip(self.partner_rows, problem.partners, most, strict=True):
            slopes, widths = segments_of(partner, points)
            program.put(row, program.columns(len(widths), 0.0, widths, -slopes), 1.0)
        self.campaign_rows = program.rows(len(problem.campaigns), -np.inf, 0.0)
        for row, campaign in zip(self.campaign_rows, problem.campaigns, strict=True):
            rewards = np.array(campaign.rewards)
            program.put(row, program.columns(len(rewards), 0.0, 1.0, -rewards), 1.0)

    def _chain_rows(self, shape: tuple[int, int], step: int) -> IntArray:
        """Add rows that sum up, over the instants, what comes before less what comes after."""
        program = self.program
        count = shape[0] * shape[1]
        sums = program.columns(count, 0.0, np.inf).reshape(shape)
        rows = program.rows(count, 0.0, 0.0).reshape(shape)
        program.put(rows, sums, 1.0)
        if step < 0:
            program.put(rows[:, 1:], sums[:, :-1], -1.0)
        else:
            program.put(rows[:, :-1], sums[:, 1:], -1.0)
        return rows

    def _add_starts(self, program: LinearProgram, way: Way, pick: IntArray) -> None:
        if len(pick) == 0:
            return
        problem, starts = self.problem, way.starts[pick]
        task = problem.tasks[way.task]
        most = float(self.copies[way.task])
        chosen = program.columns(len(pick), 0.0, most, -way.kept[pick])
        program.put(self.task_rows[way.task], chosen, 1.0)
        program.put(self.partner_rows[task.partner], chosen, -way.points[pick])
        if task.campaign >= 0:
            program.put(self.campaign_rows[task.campaign], chosen, -1.0)
        for use in way.uses:
            jumps = np.diff(use.profile, prepend=0.0, append=0.0) / self.scales[use.level]
            for after in np.flatnonzero(jumps):
                inside = starts + after < problem.n_slots
                rows = self.level_rows[use.level, starts[inside] + after]
                program.put(rows, chosen[inside], -jumps[after])
        self._add_chains(program, way, starts, chosen)

    def _add_chains(
        self, program: LinearProgram, way: Way, starts: IntArray, chosen: IntArray
    ) -> None:
        n_steps, every = self.lower_rows.shape[1], chain_step(self.problem)
        for number, rule in enumerate(self.problem.precedences):
            lower, upper = self.lower_rows[number], self.upper_rows[number]
            if way.task == rule.after:
                program.put(lower[first_from(starts, every)], chosen, 1.0)
                if rule.lag_max is not None:
                    program.put(upper[starts // every], chosen, 1.0)
            if way.task == rule.before:
                ends = starts + way.n_taken
                step = np.maximum(first_from(ends + rule.lag_min, every), 0)
                inside = step < n_steps
                program.put(lower[step[inside]], chosen[inside], -1.0)
                if rule.lag_max is not None:
                    last = (ends + rule.lag_max) // every
                    inside = last >= 0
                    rows = upper[np.minimum(last[inside], n_steps - 1)]
                    program.put(rows, chosen[inside], -1.0)
