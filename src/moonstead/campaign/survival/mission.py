"""One mission of the fast tier: the same truth and the same guard, decisions as rare as is safe."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from moonstead.autonomy.guard.modes import Mode
from moonstead.campaign.survival.pace import LONGEST_S, Now, ticks_until
from moonstead.campaign.survival.stage import Stage
from moonstead.campaign.survival.steward import Steward
from moonstead.contracts import Notice, Priority, Telemetry
from moonstead.run.board_computer import COMPUTER
from moonstead.simulation.output import Output
from moonstead.simulation.schedule import AVIONICS, Schedule
from moonstead.simulation.schedule import Mode as FaultMode
from moonstead.units import DAY_S, HOUR_S, KWH_J

CREW_LOST_S = HOUR_S
"""A crew that lacked what it takes, or room for what it gives, for so long is lost."""
FOUND_S = DAY_S
"""In place of fault protection: after this a fault is found, and repair may begin (assumption, the
slowest limit of the torture campaign for what lasts)."""
UNPOWERED_H = 24.0
"""A hub that froze with survival loads unserved less than this before froze for want of power."""
CLOCK = f"{AVIONICS}.clock"
SHAKY = frozenset({COMPUTER, f"{AVIONICS}.telemetry", f"{AVIONICS}.sun-sensor"})
"""While one of these is faulty every tick counts."""
MOST_NAMED = 3
"""Faults that are named as the cause of a loss."""


@dataclass(slots=True)
class Flown:
    """What came of a mission; times in hours from its start."""

    flown_h: float = 0.0
    lost_h: float | None = None
    why: str = ""
    faults_then: list[str] = field(default_factory=list)
    """Names of the faults that were active when it was lost."""
    elements_lost: dict[str, float] = field(default_factory=dict)
    """Thermal nodes that fell below what they survive, and when."""
    least_margin: float = 1.0
    hours_in_mode: dict[str, float] = field(default_factory=dict)
    survival_unserved_kwh: float = 0.0
    crew_lacked_h: float = 0.0
    faults: int = 0
    """How many began."""
    repairs: int = 0
    decisions: int = 0

    @property
    def survives(self) -> bool:
        """The verdict of the report of a run: nothing lost, nothing vital unserved."""
        unharmed = self.survival_unserved_kwh == 0.0 and self.crew_lacked_h == 0.0
        return unharmed and not self.elements_lost

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "survives": self.survives,
            "flown_h": self.flown_h,
            "lost_h": self.lost_h,
            "why": self.why,
            "faults_then": self.faults_then,
            "elements_lost": self.elements_lost,
            "least_margin_fraction": self.least_margin,
            "hours_in_mode": self.hours_in_mode,
            "survival_unserved_kwh": self.survival_unserved_kwh,
            "crew_lacked_h": self.crew_lacked_h,
            "faults": self.faults,
            "repairs": self.repairs,
            "decisions": self.decisions,
        }


def schedule_for(schedule: Schedule, seed: int, rates: float) -> Schedule:
    """Return a schedule with the chances of a seed, and failures so many times as frequent."""
    failures = tuple(replace(one, scale=one.scale / rates) for one in schedule.failures)
    return replace(schedule, seed=seed, failures=failures)


def fly(stage: Stage, seed: int, rates: float = 1.0, *, sparse: bool = True) -> Flown:
    """Fly one mission.

    Parameters
    ----------
    stage
        What all missions share.
    seed
        Of noise and failures.
    rates
        Failures come so many times as often as the scenario says.
    sparse
        Whether decisions are taken as rarely as is safe, and not in every tick.
    """
    return Mission(stage, seed, rates, sparse=sparse).fly()


class Mission:
    """A mission in progress; arguments as those of `fly`."""

    def __init__(self, stage: Stage, seed: int, rates: float, *, sparse: bool) -> None:
        self.stage, self.sparse = stage, sparse
        self.simulator = stage.simulator(schedule_for(stage.schedule, seed, rates))
        self.generator = np.random.default_rng([seed])
        run = stage.world.scenario.run
        self.tick_s = run.decision_interval_s
        self._step_s = stage.grid.step_s
        self.per_tick = round(self.tick_s / self._step_s)
        self._most_steps = max(int(LONGEST_S // self.tick_s), 1) * self.per_tick
        self.output: Output = self.simulator.new_output(self._most_steps)
        names = stage.world.station.names
        self._measured = len(names.sources) + len(names.loads)
        self._hub = names.nodes.index(stage.world.scenario.hub.name)
        self._unpowered_h = -np.inf
        self.board = stage.board(self.simulator, seed)
        self.flown = Flown(hours_in_mode={mode.name.lower(): 0.0 for mode in Mode})
        self.quiet_t_s = -np.inf
        self._is_faulty = self._is_shaky = self._clock_is_faulty = self._clock_is_off = False
        self._width = self.simulator.random_width
        self._home = stage.world.scenario.partner[0].name

    def fly(self) -> Flown:
        """Fly to the end, and return what came of it."""
        grid, simulator, flown = self.stage.grid, self.simulator, self.flown
        step, ticks, mode = 0, 1, Mode.NOMINAL
        while step < grid.run_count and flown.lost_h is None:
            begin_t_s = grid.start_t_s + step * grid.step_s
            if self._may_happen(begin_t_s):
                happened = simulator.happen(begin_t_s)
                if happened or begin_t_s >= self.quiet_t_s:
                    self._count(happened)
                    # Fault protection is not in the fast tier: what it would find is found at once.
                    simulator.upkeep.report(simulator.upkeep.hurt())
                    self.quiet_t_s = simulator.upkeep.quiet_until(begin_t_s)
                    ticks = min(ticks, ticks_until(self.quiet_t_s - begin_t_s, self.tick_s))
            stop = min(step + ticks * self.per_tick, grid.run_count)
            notices = simulator.advance(step, stop, self.output, step)
            hours = (stop - step) * grid.step_s / HOUR_S
            flown.hours_in_mode[mode.name.lower()] += hours
            flown.flown_h += hours
            self._look(notices)
            ticks, mode = self._decide(step, stop)
            step = stop
        self._sum_up()
        return flown

    def _may_happen(self, t_s: float) -> bool:
        """Whether anything but physics can be due; while repairs wait, spares may have come."""
        waits = self._is_faulty and bool(self.stage.schedule.repairs)
        return t_s >= self.quiet_t_s or waits or not self.sparse

    def _decide(self, step: int, stop: int) -> tuple[int, Mode]:
        """Let the autonomy decide; return for how many ticks that holds, and the mode."""
        telemetry = self._telemetry(step, stop)
        decision = self.board.handle(telemetry)
        self.simulator.obey(decision.commands)
        if self.stage.schedule.repairs:
            self.simulator.upkeep.report(self._found(telemetry.t_s))
        self.flown.decisions += 1
        margin = decision.status["margin_fraction"]
        self.flown.least_margin = min(self.flown.least_margin, margin)
        ticks = self._ticks(telemetry.t_s, stop) if self.sparse else 1
        return ticks, Mode(int(decision.status["mode"]))

    def _telemetry(self, step: int, stop: int) -> Telemetry:
        """Read the sensors at the end of an interval, with powers as means over it."""
        if stop - step > self.per_tick:
            means = self.output.rows[: stop - step, : self._measured].mean(axis=0)
            self.output.rows[stop - step - 1, : self._measured] = means
        t_s = self.stage.grid.start_t_s + stop * self.stage.grid.step_s
        random = self.generator.standard_normal(self._width)
        telemetry = self.simulator.telemetry(t_s, stop - 1, step, self.output, random)
        if not (self._clock_is_off and self.stage.is_live[stop - 1]):
            return telemetry
        self._clock_is_off = self._clock_is_faulty
        # Nobody takes part, but a control centre tells the time to whoever calls.
        return replace(telemetry, answered={self._home: t_s})

    def _ticks(self, t_s: float, step: int) -> int:
        """Return after how many ticks from a step on the next decision is to be."""
        stage, steward = self.stage, self.board.controller
        if not isinstance(steward, Steward) or steward.view is None or self._is_shaky:
            return 1
        state, step_s = self.simulator.state, self._step_s
        steps = (step, step + self._most_steps)
        end = min(steps[1], stage.grid.count)

        def lasts_s(spare_j: float) -> float:
            return stage.main.steps_without_gain(state, steps, spare_j) * step_s

        return stage.pace.ticks(
            Now(
                t_s=t_s,
                mode=steward.view.mode,
                is_working=steward.is_working,
                energy_j=steward.view.energy_j,
                lasts_s=lasts_s,
                lasts_apart=all(bus.steps_alone(state, steps) == end - step for bus in stage.apart),
                room=steward.room,
                fill_bit_per_s=(stage.writes_bit_per_s @ state.load_level).tolist(),
                quiet_t_s=self.quiet_t_s,
            )
        )

    def _found(self, t_s: float) -> tuple[str, ...]:
        """Return the elements whose faults would have been found by now, for who repairs."""
        return tuple(
            sorted(
                {
                    target.partition(".")[0]
                    for fault, since_t_s in self.simulator.upkeep.active_faults()
                    if t_s - since_t_s >= FOUND_S
                    for target in fault.targets
                }
            )
        )

    def _take_faults(self) -> None:
        """Note what is faulty now, and whether decisions may be rare with it."""
        active = [fault for fault, _ in self.simulator.upkeep.active_faults()]
        self._is_faulty = bool(active)
        clock = [fault for fault in active if fault.targets[0] == CLOCK]
        self._is_shaky = any(fault.targets[0] in SHAKY for fault in active)
        self._is_shaky |= any(fault.mode == FaultMode.JUMP for fault in clock)
        self._clock_is_faulty = bool(clock)
        self._clock_is_off |= self._clock_is_faulty

    def _count(self, happened: list[Notice]) -> None:
        self._take_faults()
        self.flown.faults += sum(notice.kind == "failed" for notice in happened)
        self.flown.repairs += sum(notice.kind == "repaired" for notice in happened)

    def _look(self, notices: list[Notice]) -> None:
        """Note what was lost; end the mission where it is the station."""
        if not notices:
            return
        flown = self.flown
        for notice in notices:
            if notice.kind == "element-lost":
                flown.elements_lost[notice.subject] = flown.flown_h
            elif notice.kind == "survival-unserved":
                self._unpowered_h = flown.flown_h
        ledger = self.simulator.ledger
        lacked_s = float(ledger.work_lacked_s[self.simulator.bodies].sum())
        why = ""
        if self.simulator.state.node_lost[self._hub]:
            powerless = flown.flown_h - self._unpowered_h < UNPOWERED_H
            why = "froze without power" if powerless else "froze though it had power"
        elif lacked_s >= CREW_LOST_S:
            why = "its crew lacked what it takes to live"
        if why:
            flown.lost_h, flown.why = flown.flown_h, why
            active = self.simulator.upkeep.active_faults()
            flown.faults_then = [fault.name for fault, _ in active][:MOST_NAMED]

    def _sum_up(self) -> None:
        simulator, flown = self.simulator, self.flown
        vital = simulator.station.network.load_priority == Priority.SURVIVAL
        flown.survival_unserved_kwh = float(simulator.ledger.load_unserved_j[vital].sum()) / KWH_J
        flown.crew_lacked_h = float(simulator.ledger.work_lacked_s[simulator.bodies].sum()) / HOUR_S
