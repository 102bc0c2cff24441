"""People on Earth in a run: what goes up to the station with each frame, and what comes down.

Frames and the log of events go down while a path is open from end to end and a contact is given;
what is not heard live comes with the next contact. People of partners read them on their shifts.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from moonstead.autonomy.ground.heard import Ask, Heard
from moonstead.autonomy.ground.side import GroundSettings, GroundSide
from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.model import StationModel
from moonstead.contracts import (
    Decision,
    Notice,
    PlanRow,
    Telecommand,
    Telemetry,
    Verification,
    Verified,
)
from moonstead.run.plain_frames import frame_of, plain_frame
from moonstead.run.traffic import Traffic
from moonstead.run.uplink import asked
from moonstead.scenario.build import World
from moonstead.units import HOUR_S

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
LIGHT_S = 1.4
"""Of a frame on its way down: light time of the Moon at its farthest, cables (1.35 s and a little);
decisions are far coarser, so that the distance of the day does not show."""
LIVE_TICKS = 2.5
"""A frame so new means that people are in contact."""


@dataclass(slots=True)
class Log:
    """What the station has to tell, in the order of time."""

    rows: list[PlanRow] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    reports: list[Verification] = field(default_factory=list)

    def add(self, more: "Log") -> None:
        """Append what came later."""
        self.rows += more.rows
        self.notices += more.notices
        self.reports += more.reports


@dataclass(slots=True)
class Pass:
    """A frame on its way down, with all of the log that had not gone before."""

    frame: Telemetry
    status: dict[str, float]
    log: Log


class GroundLoop:
    """The ground side of a run.

    Parameters
    ----------
    world
        With its partners and their people.
    model, knowledge
        What is believed of the station, on Earth as aboard.
    traffic
        The ways up.
    """

    def __init__(
        self, world: World, model: StationModel, knowledge: Knowledge, traffic: Traffic
    ) -> None:
        scenario, ground = world.scenario, world.scenario.ground
        self._partners = tuple(partner.name for partner in scenario.partner)
        self._traffic = traffic
        self._tick_s = scenario.run.decision_interval_s
        self.side = GroundSide(
            model,
            knowledge.reserve[0],
            GroundSettings(
                partners=self._partners,
                level=scenario.autonomy.number,
                levels=scenario.autonomy.numbers,
                upload_interval_s=ground.upload_interval_s,
                contact_every_s=ground.contact_every_s,
                triage_median_s=ground.triage_median_s,
                triage_sigma=ground.triage_sigma,
                tick_s=self._tick_s,
                seed=scenario.run.seed,
            ),
        )
        self._open: dict[str, tuple[str, str]] = {}
        self._kept, self._inbox = Log(), Log()
        self._down: list[Pass] = []
        self._newest: Pass | None = None
        self._is_live = False
        self.counts: dict[str, dict[str, int]] = {name: {} for name in self._partners}
        """How many commands of each partner came up, and how many reports of each stage came."""
        self.without_plan_s = 0.0
        """For how long nothing was planned or under way aboard."""

    def work(self, t_s: float) -> tuple[list[Notice], tuple[PlanRow, ...]]:
        """Let people work at an instant: read what is there, decide, send.

        Returns
        -------
        notices, rows
            What they did, and what their plan leaves out.
        """
        contact = self._traffic.contact
        for one in [one for one in self._down if one.frame.t_s + LIGHT_S <= t_s]:
            self._down.remove(one)
            self._inbox.add(one.log)
            self._newest = one
        desks = {
            name: 0.0 if contact.is_silent(name, t_s) else contact.people(name, t_s)
            for name in self._partners
        }
        heard = Heard(t_s=t_s, at_desk=desks)
        if any(desks.values()):
            heard = self._read(t_s, heard)
        answer = self.side.handle(heard)
        for ask in answer.asks:
            self._traffic.uplink.send(_telecommand(ask, t_s))
        return list(answer.notices), answer.rows

    def _read(self, t_s: float, heard: Heard) -> Heard:
        """Let people who are on shift read what has come down."""
        newest, self._newest = self._newest, None
        inbox, self._inbox = self._inbox, Log()
        known_t_s = newest.frame.t_s if newest else self.side.books.heard_t_s
        is_live = known_t_s >= t_s - LIVE_TICKS * self._tick_s
        return replace(
            heard,
            telemetry=newest.frame if newest else None,
            status=newest.status if newest else {},
            rows=tuple(inbox.rows),
            notices=tuple(inbox.notices),
            reports=tuple(inbox.reports),
            in_contact=frozenset(
                name
                for name in self._partners
                if is_live and self._traffic.contact.is_open(name, t_s)
            ),
        )

    def hand_up(self, telemetry: Telemetry, *, is_live: bool) -> tuple[Telemetry, list[Notice]]:
        """Return a frame with what has come up until its instant, and tell of it.

        Parameters
        ----------
        telemetry
            Of the station.
        is_live
            Whether a path is open to Earth from end to end.
        """
        received, notices = self._traffic.uplink.step(telemetry.t_s)
        for item in received:
            self._count(item.source, "came up")
            self._open[_key(item)] = item.target or "station", asked(item)
        for key in [*self._open][:-MOST_OPEN]:
            del self._open[key]
        contact = self._traffic.contact
        self._is_live = is_live and contact.is_given(telemetry.t_s)
        # Machines of a centre acknowledge what they receive, whether people are there or not.
        answered = {
            partner: telemetry.t_s
            for partner in self._partners
            if is_live and contact.is_open(partner, telemetry.t_s)
        }
        return replace(telemetry, received=received, answered=answered), notices

    def take_down(self, telemetry: Telemetry, decision: Decision) -> list[Notice]:
        """Take what the station tells; return what became of telecommands, for the record."""
        told = self._verified(decision.reports)
        self._kept.add(Log([*decision.plan], [*decision.notices], [*decision.reports]))
        if decision.status.get("sessions_ahead", 0.0) < 1.0:
            self.without_plan_s += self._tick_s
        if self._is_live and "level" in decision.status:
            frame = replace(telemetry, received=())
            self._down.append(Pass(frame, dict(decision.status), self._kept))
            self._kept = Log()
        return told

    def _verified(self, reports: tuple[Verification, ...]) -> list[Notice]:
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

    def summary(self) -> dict[str, Any]:
        """Return what people did, and what became of commands, for the results of a run."""
        keys = ("came up", *STAGES.values())
        return {
            "commands": {
                name: {key.replace(" ", "_"): counted.get(key, 0) for key in keys}
                for name, counted in self.counts.items()
            },
            "work_h": {
                name: {f"{kind}_h": hours for kind, hours in worked.items()}
                for name, worked in self.side.hours.items()
            },
            "anomalies": self.side.triage.count,
            "without_plan_h": self.without_plan_s / HOUR_S,
        }

    def _count(self, source: str, what: str) -> None:
        counted = self.counts.setdefault(source, {})
        counted[what] = counted.get(what, 0) + 1

    def memory(self) -> dict[str, Any]:
        """Return what it remembers, as plain JSON values."""
        return {
            "side": self.side.state(),
            "open": {key: list(words) for key, words in self._open.items()},
            "kept": asdict(self._kept),
            "inbox": asdict(self._inbox),
            "down": [_plain(one) for one in self._down],
            "newest": _plain(self._newest) if self._newest else None,
            "is_live": self._is_live,
            "counts": {name: dict(counted) for name, counted in self.counts.items()},
            "without_plan_s": self.without_plan_s,
        }

    def restore(self, memory: Mapping[str, Any]) -> None:
        """Take back what `memory` returned."""
        self.side.restore(memory["side"])
        self._open = {key: (subject, words) for key, (subject, words) in memory["open"].items()}
        self._kept, self._inbox = _log(memory["kept"]), _log(memory["inbox"])
        self._down = [_pass(one) for one in memory["down"]]
        self._newest = _pass(memory["newest"]) if memory["newest"] else None
        self._is_live = memory["is_live"]
        self.counts = {name: dict(counted) for name, counted in memory["counts"].items()}
        self.without_plan_s = memory["without_plan_s"]


def _telecommand(ask: Ask, t_s: float) -> Telecommand:
    return Telecommand(
        source=ask.source,
        sequence=-1,
        issued_t_s=t_s,
        expires_t_s=t_s + ask.lasts_s,
        kind=ask.kind,
        target=ask.target,
        value=ask.value,
        items=ask.items,
    )


def _plain(one: Pass) -> dict[str, Any]:
    return {"frame": plain_frame(one.frame), "status": one.status, "log": asdict(one.log)}


def _pass(plain: dict[str, Any]) -> Pass:
    return Pass(frame_of(plain["frame"]), dict(plain["status"]), _log(plain["log"]))


def _log(plain: dict[str, Any]) -> Log:
    return Log(
        [PlanRow(**row) for row in plain["rows"]],
        [Notice(**notice) for notice in plain["notices"]],
        [
            Verification(**{**report, "stage": Verified(report["stage"])})
            for report in plain["reports"]
        ],
    )


def _key(one: Telecommand | Verification) -> str:
    return f"{one.source} {one.sequence}"
