"""The computer that runs the autonomy: when it is away, and when it has lost its memory.

There are two computers and a watchdog. A reset takes `BOOT_S`, or as long as the fault says. A
computer that hangs is reset by its watchdog after `WATCHDOG_S`. One that latches up (``off``) is
replaced by the other after `TAKEOVER_S`; two that are off leave none. Without power there is none
either, and a power-on reset follows. The times are assumptions: from seconds to minutes in flight
software that restarts from its own log (MEXEC in the Europa test bed: below 0.1 s for the restart
of the executive alone).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from moonstead.run.board_frames import Active, key_of
from moonstead.simulation.schedule import AVIONICS, Mode

COMPUTER = f"{AVIONICS}.computer"
BOOT_S = 60.0
WATCHDOG_S = 120.0
TAKEOVER_S = 60.0


@dataclass(frozen=True, slots=True)
class Power:
    """How the computer is supplied."""

    is_on: bool = True
    lacked_j: float = 0.0
    """Energy that it has not got, since the beginning."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the computer is in a tick."""

    is_away: bool
    reset: str = ""
    """Why it lost its memory since the tick before; empty where it did not."""


@dataclass(slots=True)
class _Memory:
    away_until_t_s: float = -1e300
    resets: dict[str, int] = field(default_factory=dict)
    """How often each active fault has reset it."""
    decided_t_s: float = -1e300
    """The last tick in which it was there."""
    lacked_j: float = 0.0


class Computer:
    """The truth of the computer."""

    def __init__(self) -> None:
        self._memory = _Memory()

    def look(self, faults: Sequence[Active], power: Power, t_s: float) -> Verdict:
        """Return how the computer is at an instant.

        Parameters
        ----------
        faults
            Of the computer, active now.
        power
            At that instant.
        t_s
            TDB seconds past J2000, the true time.
        """
        memory, why = self._memory, ""
        for one in faults:
            why = self._suffer(one, t_s) or why
        active = {key_of(one) for one in faults}
        memory.resets = {key: n for key, n in memory.resets.items() if key in active}
        if sum(fault.mode == Mode.OFF for fault, _ in faults) > 1:
            why = why or "both computers are off"
            self._away_until(t_s + BOOT_S)
        if not power.is_on:
            why = "it had no power"
            self._away_until(t_s + BOOT_S)
        elif power.lacked_j > memory.lacked_j:
            why = "its power was cut"
        memory.lacked_j = power.lacked_j
        is_away = t_s < memory.away_until_t_s
        if not is_away:
            memory.decided_t_s = t_s
        return Verdict(is_away, why)

    def crash(self, t_s: float) -> None:
        """Take note that its software has failed: the watchdog resets it."""
        self._away_until(t_s + WATCHDOG_S + BOOT_S)

    def _away_until(self, t_s: float) -> None:
        self._memory.away_until_t_s = max(self._memory.away_until_t_s, t_s)

    def _suffer(self, one: Active, t_s: float) -> str:
        """Take what a fault does; return why the memory is lost, if it is."""
        fault, since_t_s = one
        if fault.mode == Mode.HANG:
            return self._hang(one)
        due = 1
        away_s = BOOT_S if fault.duration_s is None else fault.duration_s
        why = "it was reset"
        if fault.mode == Mode.INTERMITTENT:
            due = max(math.ceil((t_s - since_t_s) / fault.period_s), 1)
            away_s = max(fault.size * fault.period_s, BOOT_S)
        elif fault.mode == Mode.OFF:
            away_s, why = TAKEOVER_S, "it latched up and the other one took over"
        key = key_of(one)
        if self._memory.resets.get(key, 0) >= due:
            return ""
        self._memory.resets[key] = due
        self._away_until(since_t_s + (due - 1) * fault.period_s + away_s)
        return why

    def _hang(self, one: Active) -> str:
        """Hang at once, and after every decision for as long as the fault lasts."""
        memory, (fault, since_t_s) = self._memory, one
        from_t_s = max(since_t_s, memory.decided_t_s)
        key = key_of(one)
        if key in memory.resets and memory.away_until_t_s > from_t_s:
            return ""
        memory.resets[key] = memory.resets.get(key, 0) + 1
        over_t_s = from_t_s + WATCHDOG_S
        if fault.duration_s is not None and since_t_s + fault.duration_s <= over_t_s:
            self._away_until(since_t_s + fault.duration_s)
            return ""
        self._away_until(over_t_s + BOOT_S)
        return "it hung and its watchdog reset it"

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        memory = self._memory
        return {
            "away_until_t_s": memory.away_until_t_s,
            "resets": dict(memory.resets),
            "decided_t_s": memory.decided_t_s,
            "lacked_j": memory.lacked_j,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self._memory = _Memory(**{**state, "resets": dict(state["resets"])})
