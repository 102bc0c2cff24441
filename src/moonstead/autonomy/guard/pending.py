"""Telecommands under way: whether what was set shows in telemetry (completion in PUS-C ST[01])."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from moonstead.autonomy.guard.knowledge import Lever
from moonstead.contracts import Telecommand, Telemetry, Verification, Verified

PATIENCE = 3
"""Ticks in which the effect must show."""
SHOWS_FRACTION = 0.1
"""Of the power that a load should draw: less is none."""


@dataclass(slots=True)
class Waiting:
    """One command that was begun."""

    source: str
    sequence: int
    lever: str
    level: float
    ticks: int = 0


class Pending:
    """What was begun and is not yet seen to be done."""

    def __init__(self, levers: tuple[Lever, ...]) -> None:
        self._levers = {lever.name: lever for lever in levers}
        self._waiting: list[Waiting] = []

    def add(self, item: Telecommand) -> None:
        """Begin to wait for the effect of a command."""
        self._waiting.append(Waiting(item.source, item.sequence, item.target, item.value))

    def check(
        self, telemetry: Telemetry, sent: Mapping[str, float], wished: Mapping[str, float]
    ) -> list[Verification]:
        """Report on the commands of ticks before this one."""
        reports, still = [], []
        for item in self._waiting:
            item.ticks += 1
            if item.ticks == 1:  # it goes out at the end of this very tick
                still.append(item)
            elif wished[item.lever] != item.level or sent[item.lever] != item.level:
                why = f"{item.lever} was set to {sent[item.lever]:g} instead"
                reports.append(_report(item, Verified.COMPLETION_FAILED, why))
            elif self._shows(item, telemetry):
                reports.append(_report(item, Verified.COMPLETED))
            elif item.ticks > PATIENCE:
                why = f"{item.lever} does not answer: its power is not that of its level"
                reports.append(_report(item, Verified.COMPLETION_FAILED, why))
            else:
                still.append(item)
        self._waiting = still
        return reports

    def _shows(self, item: Waiting, telemetry: Telemetry) -> bool:
        lever = self._levers[item.lever]
        if lever.place < 0 or lever.is_heater or lever.kind != "load":
            return True
        is_drawing = telemetry.load_power_w[lever.place] >= SHOWS_FRACTION * lever.power_w
        return bool(is_drawing == (item.level >= SHOWS_FRACTION))

    def state(self) -> list[dict[str, Any]]:
        """Return everything remembered, as plain JSON values."""
        return [asdict(item) for item in self._waiting]

    def restore(self, state: list[dict[str, Any]]) -> None:
        """Take back what `state` returned."""
        self._waiting = [Waiting(**kept) for kept in state]


def _report(item: Waiting, stage: Verified, reason: str = "") -> Verification:
    return Verification(item.source, item.sequence, stage, reason)
