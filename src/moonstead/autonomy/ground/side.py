"""People on Earth as one object: what was heard in, telecommands out; no truth, no I/O, no clock.

They plan for what is not planned aboard (levels E1 to E3) with the planner's own code, send
schedules up or start sessions live, and look after what goes wrong. Who speaks for all is the first
partner, in their order, who is in contact and has somebody on shift.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moonstead.autonomy.ground.books import Books
from moonstead.autonomy.ground.heard import Answer, Ask, Heard
from moonstead.autonomy.ground.plans import EarthPlanner
from moonstead.autonomy.ground.triage import Triage
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.model import StationModel
from moonstead.autonomy.planner import Search, search
from moonstead.autonomy.planning.requests import Session
from moonstead.contracts import FloatArray, Notice, PlanRow, Verified
from moonstead.units import DAY_S, HOUR_S

FRESH_S = HOUR_S
"""A frame older than this is not planned from."""
LIVE_PLAN_S = 20 * HOUR_S
"""At level E1 people plan so often: once a day, at the begin of a contact."""
AGAIN_S = 2 * HOUR_S
"""After a plan for an event, the next such waits so long."""
OVERDUE_S = 4 * HOUR_S
"""A session that people could not start within this of its time is left."""
LIVE_LASTS_S = 0.5 * HOUR_S
LASTS_S = DAY_S
"""Until when commands may be begun: live starts, and all others."""
BEYOND_S = DAY_S
"""A schedule goes so far beyond the next upload, or to the next contact if that is farther."""
TRUST_S = DAY_S
"""For how long people plan for an element that is given another try."""
STILL_S = 2 * HOUR_S
"""What people did must show within this; else they look at it anew."""
TRIAGE_PEOPLE = 2.0
"""Who work on an anomaly, of those on shift (assumption)."""
PLANNING_H = 4.0
"""Person-hours for a plan on Earth (assumption)."""
REPORTED = frozenset({"no-response", "restart", "plan-trouble"})
"""Events that people look into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundSettings:
    """How people work; see ``[ground]`` of the scenario."""

    partners: tuple[str, ...]
    """Who speaks for all goes by this order."""
    level: int
    levels: Mapping[str, int]
    upload_interval_s: float
    contact_every_s: float
    triage_median_s: float
    triage_sigma: float
    tick_s: float
    seed: int


class GroundSide:
    """People, and what they remember.

    Parameters
    ----------
    model
        What is believed of the station, on Earth as aboard.
    reserve_j
        What the stores must hold at the edges of the forecast's slots, (n_slots + 1,).
    settings
        How they work.
    search
        What finds plans.
    """

    def __init__(
        self,
        model: StationModel,
        reserve_j: FloatArray,
        settings: GroundSettings,
        search: Search = search,
    ) -> None:
        self.model, self.settings = model, settings
        self.books = Books(model, settings.level, dict(settings.levels))
        self.triage = Triage(settings.triage_median_s, settings.triage_sigma, settings.seed)
        self._planner = EarthPlanner(model, reserve_j, search)
        self._given: list[Session] = []
        """Of the newest plan."""
        self._live: list[Session] = []
        """Sessions of it that people start themselves."""
        self._planned_t_s = -1e300
        self._acted_t_s: float | None = None
        self._is_plan_wanted = False
        self._last_t_s: float | None = None
        self.hours: dict[str, dict[str, float]] = {
            name: dict.fromkeys(("triage", "planning", "live"), 0.0) for name in settings.partners
        }
        """Person-hours by partner and kind of work."""

    def handle(self, heard: Heard) -> Answer:
        """Take what was heard, and return what people do about it."""
        dt_s = 0.0 if self._last_t_s is None else heard.t_s - self._last_t_s
        self._last_t_s = heard.t_s
        self.books.read(heard)
        on_shift = [name for name in self.settings.partners if heard.at_desk.get(name, 0.0) > 0.0]
        if self.triage.until_t_s is not None and on_shift:
            people = min(TRIAGE_PEOPLE, heard.at_desk[on_shift[0]])
            self.hours[on_shift[0]]["triage"] += people * dt_s / HOUR_S
        notices = self._look_for_trouble(heard)
        speaker = next((name for name in on_shift if name in heard.in_contact), "")
        asks: list[Ask] = []
        rows: tuple[PlanRow, ...] = ()
        if speaker:
            if self.triage.is_understood(heard.t_s):
                asks += self._act(speaker, heard.t_s)
                notices.append(_told(f"people of {speaker} know what it was, and act"))
            if heard.telemetry is not None and self._is_plan_due(heard.t_s):
                made, rows = self._plan(speaker, heard)
                asks += made
            asks += self._start_live(speaker, heard, dt_s)
        return Answer(asks=tuple(asks), rows=rows, notices=tuple(notices))

    def _look_for_trouble(self, heard: Heard) -> list[Notice]:
        books, now = self.books, heard.t_s
        lasting = [f"{name} has failed" for name in books.failed]
        if books.mode >= Mode.REDUCED:
            lasting.append("the station is below its normal modes")
        told = [n for n in heard.notices if n.kind in REPORTED]
        if any(n.kind == "mode" and n.text.startswith("recovers") for n in heard.notices):
            # Parts are made anew when SAFE ends.
            told = [n for n in told if n.kind != "restart"]
        passing = [f"{n.kind} of {n.subject}" for n in told]
        if self._acted_t_s is not None and now >= self._acted_t_s + STILL_S:
            # What was done did not help, as far as is heard.
            self._acted_t_s = None
            if books.mode == Mode.SAFE and books.heard_t_s >= now - FRESH_S:
                self.triage.known.clear()
        failed_starts = any(r.stage in _FAILED and r.source in self.hours for r in heard.reports)
        self._is_plan_wanted |= failed_starts and bool(books.of_levels(1))
        opened = self.triage.note(lasting, passing, now)
        if not opened:
            return []
        return [_told(f"people look into what went wrong: {'; '.join(opened)}")]

    def _act(self, speaker: str, t_s: float) -> list[Ask]:
        """Do what is to be done after an anomaly is understood."""
        self.triage.close()
        self._acted_t_s = t_s
        self._is_plan_wanted = True
        asks = []
        if self.books.mode == Mode.SAFE:
            asks.append(Ask(source=speaker, kind="clear", lasts_s=LASTS_S))
        # What does not fail its self-test is given another try: only then is it seen whether it
        # works again, where nothing is planned for it aboard.
        tried = sorted(self.books.unhealthy.difference(self.books.faulty))
        self.books.trusted_t_s = dict.fromkeys(tried, t_s + TRUST_S)
        asks += [Ask(source=speaker, kind="trust", target=e, lasts_s=LASTS_S) for e in tried]
        if self.books.of_levels(1, 2):
            asks.append(Ask(source=speaker, kind="resume", lasts_s=LASTS_S))
        return asks

    def _is_plan_due(self, t_s: float) -> bool:
        books = self.books
        if not books.of_levels(1, 2, 3) or books.heard_t_s < t_s - FRESH_S:
            return False
        if books.mode >= Mode.SURVIVAL and not self._is_plan_wanted:
            return False
        interval_s = self.settings.upload_interval_s
        if books.of_levels(1):
            interval_s = min(interval_s, LIVE_PLAN_S)
        interval_s = min(interval_s, AGAIN_S) if self._is_plan_wanted else interval_s
        return t_s >= self._planned_t_s + interval_s

    def _plan(self, speaker: str, heard: Heard) -> tuple[list[Ask], tuple[PlanRow, ...]]:
        """Make a plan; return what of it is sent up, and what it leaves out."""
        if heard.telemetry is None:
            raise AssertionError("a plan is made from a frame")
        now, settings = heard.t_s, self.settings
        horizon_s = settings.upload_interval_s + max(BEYOND_S, settings.contact_every_s)
        known_t_s = self.books.heard_t_s
        given = [one for one in self._given if one.start_t_s > known_t_s]
        made = self._planner.plan(self.books, heard.telemetry, given, now, horizon_s)
        self.hours[speaker]["planning"] += PLANNING_H
        self._planned_t_s, self._is_plan_wanted = now, False
        kept = [one for one in given if one.start_t_s < made.from_t_s]
        self._given = [*kept, *made.sessions]
        live = self.books.of_levels(1)
        self._live = [one for one in self._given if one.experiment in live]
        if not self.books.of_levels(2, 3):
            return [], made.rows
        items = tuple(
            (self.model.experiments[one.experiment].called(one.way), one.start_t_s)
            for one in made.sessions
            if one.experiment not in live
        )
        ask = Ask(
            source=speaker, kind="schedule", value=made.from_t_s, items=items, lasts_s=LASTS_S
        )
        return [ask], made.rows

    def _start_live(self, speaker: str, heard: Heard, dt_s: float) -> list[Ask]:
        """Start what is due and is started by people; count the time that they are at it."""
        live = self.books.of_levels(1)
        if not live:
            self._live = []
            return []
        soon_t_s = heard.t_s + self.settings.tick_s
        due = [one for one in self._live if one.start_t_s <= soon_t_s]
        self._live = [one for one in self._live if one.start_t_s > soon_t_s]
        asks = []
        for one in due:
            experiment = self.model.experiments[one.experiment]
            if one.start_t_s < heard.t_s - OVERDUE_S or experiment.element in self.books.failed:
                continue
            is_there = experiment.partner in heard.in_contact
            is_there &= heard.at_desk.get(experiment.partner, 0.0) > 0.0
            source = experiment.partner if is_there else speaker
            asks.append(
                Ask(
                    source=source,
                    kind="start",
                    target=experiment.called(one.way),
                    lasts_s=LIVE_LASTS_S,
                )
            )
        if asks or any(one.experiment in live for one in self.books.running.values()):
            self.hours[speaker]["live"] += dt_s / HOUR_S
        return asks

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "books": self.books.state(),
            "triage": self.triage.state(),
            "given": [_plain(one) for one in self._given],
            "live": [_plain(one) for one in self._live],
            "planned_t_s": self._planned_t_s,
            "acted_t_s": self._acted_t_s,
            "is_plan_wanted": self._is_plan_wanted,
            "last_t_s": self._last_t_s,
            "hours": {name: dict(worked) for name, worked in self.hours.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.books.restore(state["books"])
        self.triage.restore(state["triage"])
        self._given = [Session(*one) for one in state["given"]]
        self._live = [Session(*one) for one in state["live"]]
        self._planned_t_s, self._acted_t_s = state["planned_t_s"], state["acted_t_s"]
        self._is_plan_wanted, self._last_t_s = state["is_plan_wanted"], state["last_t_s"]
        self.hours = {name: dict(worked) for name, worked in state["hours"].items()}


_FAILED = frozenset({Verified.ACCEPTANCE_FAILED, Verified.START_FAILED, Verified.COMPLETION_FAILED})


def _plain(one: Session) -> list[float]:
    return [one.experiment, one.start_t_s, one.end_t_s, one.way]


def _told(text: str) -> Notice:
    return Notice("people", "station", text)
