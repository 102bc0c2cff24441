"""People on Earth in a run: what comes up to the station with each frame, and what goes down."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from moonstead.contracts import Notice, Telecommand, Telemetry, Verification, Verified
from moonstead.run.traffic import Traffic
from moonstead.run.uplink import asked
from moonstead.scenario.model import Scenario

STAGES = {
    Verified.ACCEPTED: "accepted",
    Verified.ACCEPTANCE_FAILED: "refused",
    Verified.STARTED: "started",
    Verified.START_FAILED: "not started",
    Verified.PROGRESS: "goes on",
    Verified.PROGRESS_FAILED: "hindered",
    Verified.COMPLETED: "completed",
    Verified.COMPLETION_FAILED: "not completed",
}
MOST_OPEN = 2000
"""Commands whose words are remembered until the last report on them has come."""


class GroundLoop:
    """The ground side of a run.

    Parameters
    ----------
    scenario
        With its partners and their people.
    traffic
        The ways up.
    """

    def __init__(self, scenario: Scenario, traffic: Traffic) -> None:
        self._partners = tuple(partner.name for partner in scenario.partner)
        self._traffic = traffic
        self._open: dict[str, tuple[str, str]] = {}
        self.counts: dict[str, dict[str, int]] = {name: {} for name in self._partners}
        """How many commands of each partner came up, and how many reports of each stage came."""

    def hand_up(self, telemetry: Telemetry) -> tuple[Telemetry, list[Notice]]:
        """Return a frame with what has come up until its instant, and tell of it."""
        received, notices = self._traffic.uplink.step(telemetry.t_s)
        for item in received:
            self._count(item.source, "came up")
            self._open[_key(item)] = item.target or "station", asked(item)
        for key in [*self._open][:-MOST_OPEN]:
            del self._open[key]
        contact = self._traffic.contact
        is_heard = telemetry.earth_heard and any(
            contact.is_open(partner, telemetry.t_s) for partner in self._partners
        )
        return replace(telemetry, received=received, earth_heard=is_heard), notices

    def verified(self, reports: tuple[Verification, ...]) -> list[Notice]:
        """Return what became of telecommands, as events of the record."""
        notices = []
        for report in reports:
            stage = STAGES[report.stage]
            self._count(report.source, stage)
            subject, words = self._open.get(_key(report), ("station", "of old"))
            text = f"command {report.sequence} of {report.source}, {words}: {stage}"
            text += f": {report.reason}" if report.reason else ""
            values = {"sequence": report.sequence, "stage": int(report.stage), **report.values}
            notices.append(Notice("telecommand", subject, text, values))
        return notices

    def _count(self, source: str, what: str) -> None:
        counted = self.counts.setdefault(source, {})
        counted[what] = counted.get(what, 0) + 1

    def memory(self) -> dict[str, Any]:
        """Return what it remembers, as plain JSON values."""
        return {
            "open": {key: list(words) for key, words in self._open.items()},
            "counts": {name: dict(counted) for name, counted in self.counts.items()},
        }

    def restore(self, memory: Mapping[str, Any]) -> None:
        """Take back what `memory` returned."""
        self._open = {key: (subject, words) for key, (subject, words) in memory["open"].items()}
        self.counts = {name: dict(counted) for name, counted in memory["counts"].items()}


def _key(one: Telecommand | Verification) -> str:
    return f"{one.source} {one.sequence}"
