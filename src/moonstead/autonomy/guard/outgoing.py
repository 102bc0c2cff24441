"""What goes out: the fixed programme of each mode, and the bounds that no one else can pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from moonstead.autonomy.guard.knowledge import Knowledge, Lever
from moonstead.autonomy.guard.modes import BEACON_S, LAST_ALLOWED, Mode
from moonstead.contracts import BoolArray, Command, FloatArray, Notice

GREATEST_BATCH = 4
"""More commands in a tick than this for each lever are nonsense."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What the bounds depend on."""

    step: Mode = Mode.NOMINAL
    """Of the ladder of energy."""
    is_safe: bool = False
    is_dark: bool = False
    """Dark now, or soon."""

    def allows(self, priority: int) -> bool:
        """Whether a load of this priority may be on."""
        allowed = LAST_ALLOWED[self.step]
        if self.is_safe:
            allowed = min(allowed, LAST_ALLOWED[Mode.SAFE])
        return priority <= allowed

    def bounds(self, lever: Lever) -> tuple[float, float]:
        """Return the least and the greatest level that something may be set to."""
        low, high = 0.0, 1.0
        if lever.kind in ("load", "link") and not self.allows(lever.priority):
            high = lever.shed_level
        if self.step == Mode.HIBERNATE and lever.kind == "load" and lever.is_vital:
            high = min(high, lever.hibernate_level)
        if lever.kind == "source" and (self.is_safe or self.step > Mode.NOMINAL):
            # Where energy is short, what someone had switched off comes back.
            low = lever.normal_level
        if lever.is_vital:
            if lever.kind == "tie":
                low = 0.5
            elif lever.kind == "link":
                low = lever.shed_level if self.is_dark else 0.0
            elif self.is_dark or not lever.is_heater:
                low = lever.normal_level
        return min(low, high), high


class Outgoing:
    """What everything is set to, and what was wished."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._levers = {lever.name: lever for lever in knowledge.levers}
        self._beacons = knowledge.beacons
        self.sent = {lever.name: lever.normal_level for lever in knowledge.levers}
        self.wished = dict(self.sent)
        heaters = [lever for lever in knowledge.levers if lever.is_heater and lever.node >= 0]
        self._heaters = tuple(lever.name for lever in heaters)
        self._heated = np.array([lever.node for lever in heaters], dtype=np.int64)
        self._least_k = np.array([lever.least_k for lever in heaters], dtype=np.float64)
        self._cold: tuple[str, ...] = ()
        self._told: set[str] = set()
        self._beacon_s = 0.0
        self._last: tuple[str, frozenset[str]] = ("", frozenset())
        self._is_settled = False
        self._is_sure = True
        self.changes = 0
        """How often `sent` has changed."""
        self._stand = Stand()
        self._bounds = self._all_bounds()

    @property
    def stand(self) -> Stand:
        """What the bounds depend on now."""
        return self._stand

    def take(self, stand: Stand, dt_s: float) -> None:
        """Take the bounds of this tick."""
        is_asleep = stand.step >= Mode.SURVIVAL
        self._beacon_s = min(self._beacon_s + dt_s, BEACON_S) if is_asleep else 0.0
        if stand != self._stand:
            self._stand = stand
            self._bounds = self._all_bounds()
            self._told.clear()
            self._is_settled = False

    def wish(self, name: str, level: float) -> None:
        """Wish for a level until another one is wished."""
        self.wished[name] = level
        self._is_settled = False

    def warm(self, temperature_k: FloatArray) -> None:
        """Look which heaters must be on whoever has switched them off: those of what is cold."""
        # What reads nonsense may be cold.
        kept = temperature_k[self._heated] > self._least_k
        if not kept.all():
            self._cold = tuple(
                n for n, is_warm in zip(self._heaters, kept, strict=True) if not is_warm
            )
        elif self._cold:
            self._cold = ()

    def say_again(self) -> None:
        """Command every lever anew: how they stand outside is not known."""
        self._is_sure = self._is_settled = False

    def is_nonsense(self, commands: list[Command]) -> str:
        """Return what is wrong with a batch of commands that came from inside."""
        if len(commands) > GREATEST_BATCH * len(self._levers):
            return f"{len(commands)} commands in one tick"
        for command in commands:
            if command.load not in self._levers:
                return f'a command to "{command.load}", which is not there'
            if not 0.0 <= command.level <= 1.0:
                return f"a command of {command.load} to level {command.level}"
        return ""

    def wish_normal(self) -> None:
        """Wish for the fixed programme: nothing is being done."""
        self.wished = {name: lever.normal_level for name, lever in self._levers.items()}
        self._is_settled = False

    def planned(self) -> dict[str, float]:
        """Return what everything will be set to if nothing else is wished in this tick."""
        return {
            name: min(max(wish, self._bounds[name][0]), self._bounds[name][1])
            for name, wish in self.wished.items()
        }

    def release(
        self,
        commands: Iterable[Command],
        isolated: frozenset[str],
        path_open: BoolArray,
        *,
        is_alone: bool,
    ) -> tuple[tuple[Command, ...], list[Notice]]:
        """Return what is to be set now so that the wishes hold as far as the bounds allow.

        Parameters
        ----------
        commands
            Checked by `is_nonsense`.
        isolated
            Elements that may be switched off although something dies without them: they are faulty.
        path_open
            Telemetry.
        is_alone
            Whether the guard runs the station by itself, radios included.
        """
        notices = []
        for command in commands:
            self.wish(command.load, command.level)
            low, high = self._bounds_of(command.load, isolated)
            if not low <= command.level <= high and command.load not in self._told:
                self._told.add(command.load)
                text = (
                    f"{command.load} to level {command.level:g} is not let through: "
                    f"{low:g} to {high:g} now"
                )
                notices.append(Notice("withheld", command.load, text, {"level": command.level}))
        notices += self._warm_again(isolated)
        beacon = self._beacon(path_open, is_alone=is_alone)
        changed: list[Command] = []
        if self._is_settled and self._last == (beacon, isolated):
            return (), notices
        self._is_settled, self._last = True, (beacon, isolated)
        for name, wish in self.wished.items():
            low, high = self._bounds_of(name, isolated)
            level = 1.0 if name == beacon else min(max(wish, low), high)
            if level != self.sent[name] or not self._is_sure:
                self.sent[name] = level
                self.changes += 1
                changed.append(Command(name, level))
        self._is_sure = True
        return tuple(changed), notices

    def _warm_again(self, isolated: frozenset[str]) -> list[Notice]:
        """Wish for heaters of what is cold and was not isolated, as if nobody had them off."""
        notices = []
        for name in self._cold:
            lever = self._levers[name]
            if self.wished[name] < lever.normal_level and lever.element not in isolated:
                self.wish(name, lever.normal_level)
                text = f"{name} is on again, for what it keeps warm comes near what it survives"
                notices.append(Notice("withheld", name, text, {"level": lever.normal_level}))
        return notices

    def _bounds_of(self, name: str, isolated: frozenset[str]) -> tuple[float, float]:
        low, high = self._bounds[name]
        return (0.0, high) if self._levers[name].element in isolated else (low, high)

    def _beacon(self, path_open: BoolArray, *, is_alone: bool) -> str:
        """Return the radio that the guard itself has on in this tick."""
        is_asleep = self._stand.step >= Mode.SURVIVAL
        if not (self._beacon_s >= BEACON_S if is_asleep else is_alone):
            return ""
        for name, path in self._beacons:
            if path_open[path]:
                self._beacon_s = 0.0
                return name
        return ""

    def _all_bounds(self) -> dict[str, tuple[float, float]]:
        return {name: self._stand.bounds(lever) for name, lever in self._levers.items()}

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "sent": dict(self.sent),
            "wished": dict(self.wished),
            "told": sorted(self._told),
            "beacon_s": self._beacon_s,
            "stand": [int(self._stand.step), self._stand.is_safe, self._stand.is_dark],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.sent = dict(state["sent"])
        self.changes += 1
        self.wished = dict(state["wished"])
        self._told = set(state["told"])
        self._beacon_s = state["beacon_s"]
        step, is_safe, is_dark = state["stand"]
        self._stand = Stand(Mode(step), is_safe, is_dark)
        self._bounds = self._all_bounds()
        self._is_settled = False
