"""The station manager: one tick from telemetry to commands.

Guard first, in the tick that detects; then a plan if one is due; then the executive; then the
levels that all of it asks of the loads, sent as commands where they differ from what was sent.
"""

from typing import Any

import numpy as np

from moonstead.autonomy.executive import TANK_FULL, Executive, Log
from moonstead.autonomy.guard import Guard, reserve_of
from moonstead.autonomy.model import LoadModel, Mode, StationModel
from moonstead.autonomy.planner import Situation, plan_sessions
from moonstead.contracts import Command, Decision, Notice, Telemetry
from moonstead.units import DAY_S, HOUR_S, KWH_J

REPLAN_S = DAY_S
BEACON_EVERY_S = 6 * HOUR_S
"""Asleep, the station speaks to Earth this often, for one tick."""
RADIO_LEAST_BIT = 1e6
"""Less than this in the recorder is not worth switching a radio on for."""


class StationManager:
    """Guard, planner and executive around one model of the station."""

    def __init__(self, model: StationModel, tick_s: float) -> None:
        self.model = model
        self.tick_s = tick_s
        self.reserve_j = reserve_of(model)
        self.guard = Guard()
        self.executive = Executive(model)
        self.next_plan_t_s = -1e300
        self.sent: dict[str, float] = {load.name: load.normal_level for load in model.loads}
        self._announced = False

    def handle(self, telemetry: Telemetry) -> Decision:
        """Decide on one snapshot of telemetry."""
        log = Log()
        if not self._announced:
            self._announce(log)
        before = self.guard.mode
        margin = self.margin(telemetry)
        mode = self.guard.assess(telemetry.t_s, margin)
        if mode != before:
            self.next_plan_t_s = telemetry.t_s
            log.notices.append(_mode_notice(before, mode, margin))
        if telemetry.t_s >= self.next_plan_t_s and mode <= Mode.TRIM:
            self._plan(telemetry, log)
        self.executive.step(telemetry, self.guard, log)
        status = {
            "mode": float(mode),
            "margin_fraction": margin,
            "reserve_j": self.reserve_now_j(telemetry.t_s),
        }
        return Decision(self._commands(telemetry), tuple(log.notices), tuple(log.rows), status)

    def margin(self, telemetry: Telemetry) -> float:
        """Return (stored - reserve) / capacity of the main bus.

        Without stores it is 1 where the generation alone is sure to carry survival, else -1.
        """
        above_j = self.model.deliverable_j(telemetry) - self.reserve_now_j(telemetry.t_s)
        capacity_j = self.model.capacity_at_j(telemetry.t_s)
        if capacity_j <= 0.0:
            return 1.0 if above_j >= 0.0 else -1.0
        return above_j / capacity_j

    def reserve_now_j(self, t_s: float) -> float:
        """Return the reserve at an instant, linear between slots."""
        place = (t_s - self.model.forecast.start_t_s) / self.model.forecast.slot_s
        slot = min(max(int(place), 0), len(self.reserve_j) - 2)
        part = min(place - slot, 1.0)
        return float(self.reserve_j[slot] * (1.0 - part) + self.reserve_j[slot + 1] * part)

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "mode": int(self.guard.mode),
            "good_since_t_s": self.guard.good_since_t_s,
            "next_plan_t_s": self.next_plan_t_s,
            "sent": dict(self.sent),
            "announced": self._announced,
            "executive": self.executive.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.guard = Guard(Mode(state["mode"]), state["good_since_t_s"])
        self.next_plan_t_s = state["next_plan_t_s"]
        self.sent = dict(state["sent"])
        self._announced = state["announced"]
        self.executive.restore(state["executive"])

    def _announce(self, log: Log) -> None:
        """Say once whether the design can survive its forecast at all."""
        self._announced = True
        lack_j = self.reserve_j[:-1] - self.model.forecast.capacity_j
        if lack_j.max(initial=0.0) > 0.0:
            slot = int(lack_j.argmax())
            worst_j = float(self.reserve_j[slot])
            capacity_j = float(self.model.forecast.capacity_j[slot])
            t_s = self.model.forecast.start_t_s + slot * self.model.forecast.slot_s
            text = (
                f"the darkness ahead needs {worst_j / KWH_J:.0f} kWh in reserve, the stores can "
                f"deliver {capacity_j / KWH_J:.0f} kWh: "
                "this design cannot be sure to survive"
            )
            values = {"reserve_j": worst_j, "capacity_j": capacity_j, "at_t_s": t_s}
            log.notices.append(Notice("design-alarm", "station", text, values))

    def _plan(self, telemetry: Telemetry, log: Log) -> None:
        forecast = self.model.forecast
        elapsed_slots = (telemetry.t_s - forecast.start_t_s) / forecast.slot_s
        situation = Situation(
            telemetry=telemetry,
            first_slot=int(np.ceil(elapsed_slots)),
            reserve_j=self.reserve_j,
            sessions_left=self.executive.sessions_left(),
            ready_t_s=self.executive.ready(),
            blocked=tuple(
                TANK_FULL if self.model.is_tank_full(experiment, telemetry) else ""
                for experiment in self.model.experiments
            ),
            running=self.executive.running(),
        )
        self.executive.adopt(plan_sessions(self.model, situation), log)
        self.next_plan_t_s = telemetry.t_s + REPLAN_S

    def _commands(self, telemetry: Telemetry) -> tuple[Command, ...]:
        active = set(self.executive.loads_on())
        unplugged = set(self.executive.links_open())
        active |= self._radios(telemetry)
        commands = []
        for load in self.model.loads:
            level = 0.0 if load.name in unplugged else self._level(load, active)
            if level != self.sent[load.name]:
                self.sent[load.name] = level
                commands.append(Command(load.name, level))
        return tuple(commands)

    def _level(self, load: LoadModel, active: set[str]) -> float:
        if load.name in active:
            return 1.0
        if not self.guard.allows(load.priority):
            return load.trickle_level
        return load.normal_level

    def _radios(self, telemetry: Telemetry) -> set[str]:
        """Return the transmitters to use now: for each recorder that of the fastest open path."""
        asleep = self.guard.mode == Mode.SURVIVAL
        if asleep and telemetry.t_s % BEACON_EVERY_S >= self.tick_s:
            return set()
        paths = self.model.channels.paths
        chosen: dict[int, str] = {}
        for radio in self.model.radios:
            is_open = telemetry.path_open[paths.index(radio.path)]
            if is_open and telemetry.recorder_bit[radio.recorder] >= RADIO_LEAST_BIT:
                chosen.setdefault(radio.recorder, radio.load)
        return set(chosen.values())


def _mode_notice(before: Mode, mode: Mode, margin: float) -> Notice:
    verb = "sheds down to" if mode > before else "recovers to"
    text = f"{verb} {mode.name.lower()} at a margin of {100 * margin:.1f} % of the capacity"
    return Notice("mode", "station", text, {"mode": float(mode), "margin_fraction": margin})
