"""The station manager: one tick from telemetry to commands.

The guard first, in the tick that detects; then, under its supervision, a plan if one is due and the
executive; then the levels that all of it asks of the loads, through the guard's bounds. Planner and
executive may fail in any way: the guard's fixed programme then goes on alone.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moonstead.autonomy.diary import Diary
from moonstead.autonomy.executive.activity import Level
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.memory import Settings
from moonstead.autonomy.executive.outcome import Outcome, Transition
from moonstead.autonomy.executive.plan import Directive, Order
from moonstead.autonomy.executive.plan import Plan as Orders
from moonstead.autonomy.executive.snapshot import Health, Names, Snapshot, take_snapshot
from moonstead.autonomy.guard.guard import Guard
from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.guard.view import NO_EVIDENCE, View
from moonstead.autonomy.learned import believed, learned_model
from moonstead.autonomy.model import StationModel
from moonstead.autonomy.outlook import Seen, seen, system_fault
from moonstead.autonomy.planner import Search, search
from moonstead.autonomy.protection.belief import ProtectionBelief
from moonstead.autonomy.protection.contained import Contained
from moonstead.autonomy.protection.protection import Protection
from moonstead.autonomy.protection.reaction import NOTHING, Reaction
from moonstead.autonomy.reconcile import missed
from moonstead.autonomy.tactics import Tactics
from moonstead.contracts import Command, Decision, Notice, Telemetry

PLANNER, EXECUTIVE = "planner", "executive"
ABOARD = "avionics.executive"
"""What the executive is called where faults are told."""
CLOCK_SLACK = 0.05
"""Share of a tick by which a clock may be off without a session beginning or ending a tick late."""
NO_SESSIONS: tuple[str, ...] = ()
RADIO_LEAST_BIT = 1e6
"""Less than this in the recorder is not worth switching a radio on for."""


class StationManager:
    """Guard, planner and executive around what the station believes of itself.

    Parameters
    ----------
    model
        Of planner and executive.
    knowledge
        Of the guard.
    level
        Of autonomy at the start, 1 to 4 (ECSS-E-ST-70-11C).
    search
        What finds plans; not trusted.
    levels
        Of elements that begin with one of their own.
    executive
        Makes executives; not trusted either.
    protection
        What fault protection is sent; without it there is none.
    restores
        Whether it brings back what it can (level F2), or only makes safe (F1).
    """

    def __init__(
        self,
        model: StationModel,
        knowledge: Knowledge,
        level: int = Level.E4,
        search: Search = search,
        *,
        levels: Mapping[str, int] | None = None,
        executive: Callable[[Names, Settings], Executive] = Executive,
        protection: ProtectionBelief | None = None,
        restores: bool = True,
    ) -> None:
        self.model, self.knowledge = model, knowledge
        self.guard = Guard(knowledge, level)
        self.guard.levels.update(levels or {})
        self._names = Names.of(model.channels)
        slack_s = CLOCK_SLACK * knowledge.tick_s
        self._settings = Settings(level=Level(level), clock_slack_s=slack_s)
        self._make_executive = executive
        self.executive = executive(self._names, self._settings)
        self.tactics = Tactics(model, knowledge.reserve[0], search)
        self.protection: Contained | None = None
        if protection is not None:
            self.protection = Contained(lambda: Protection(protection, restores=restores))
        self._reaction = NOTHING
        self._announced = False
        self._levels: dict[str, int] = {}
        self._wanted = {load.name: load.normal_level for load in model.loads}

    def handle(self, telemetry: Telemetry) -> Decision:
        """Decide on one snapshot of telemetry."""
        diary = Diary()
        if not self._announced:
            self._announced = True
            diary.notices.extend(self.guard.design_alarms())
        before = self.guard.mode
        evidence = NO_EVIDENCE
        if self.protection is not None:
            telemetry = self.protection.set_right(telemetry)
            evidence = self.protection.look(telemetry, self.guard.sent)
        view = self.guard.assess(telemetry, evidence)
        diary.notices.extend(view.notices)
        telemetry = self._protect(telemetry, view, diary)
        if view.mode != before or self._reaction.wants_plan:
            self.tactics.hurry(view.t_s)
        if EXECUTIVE in view.restart:
            self.executive = self._restarted()
        sight = seen(self.tactics.model, self.knowledge, view, telemetry)
        plan = self._plan_if_due(telemetry, view, diary)
        outcome = self.guard.supervise(
            EXECUTIVE, lambda: self._execute(telemetry, view, sight, plan, diary), None
        )
        wishes = [] if outcome is None else self._wishes(telemetry, view, outcome)
        if outcome is None or EXECUTIVE in view.restart:
            # In this tick the guard goes on alone: what was wanted is to be said again.
            self._wanted = {load.name: load.normal_level for load in self.model.loads}
        commands, withheld = self.guard.release(
            wishes, telemetry.path_open, self._reaction.isolated
        )
        diary.notices.extend(withheld)
        if outcome is not None:
            commands += self._delete(telemetry, view, diary)
        status = {
            "mode": float(view.mode),
            "margin_fraction": view.margin,
            "reserve_j": view.reserve_j,
            "sessions_ahead": float(len(self.tactics.sessions.entries)),
            "level": float(self.guard.level),
            **{f"level:{name}": float(level) for name, level in self.guard.levels.items()},
        }
        return Decision(
            commands,
            tuple(diary.notices),
            tuple(diary.rows),
            status,
            reports=(*view.reports, *self.tactics.take_reports()),
            to_repair=self._reaction.to_repair,
        )

    def _delete(self, telemetry: Telemetry, view: View, diary: Diary) -> tuple[Command, ...]:
        """Return what deletes the data that are given up in this tick."""
        names = self.guard.supervise(
            EXECUTIVE, lambda: self.tactics.to_give_up(telemetry, view), NO_SESSIONS
        )
        if not names:
            return ()
        sessions = self.tactics.sessions
        commands, withheld = self.guard.delete(sessions.archive.without(names), telemetry)
        diary.notices.extend(withheld)
        if commands:
            rows, receipts = sessions.give_up(names)
            diary.rows.extend(rows)
            diary.notices.extend(receipts)
            if self.protection is not None:
                self.protection.forget_recorders()
        return commands

    def _protect(self, telemetry: Telemetry, view: View, diary: Diary) -> Telemetry:
        """Let fault protection go on; return telemetry as it is believed."""
        if self.protection is None:
            return telemetry
        reaction: Reaction = self.protection.act(view)
        diary.notices.extend(reaction.notices)
        diary.notices.extend(self.protection.take_notices())
        inner = self.protection.inner
        if reaction.wants_plan or reaction.broken != self._reaction.broken:
            if inner is not None:
                inner.gains.learn(inner.units.remains)
            self._learn(reaction)
        self._reaction = reaction
        return believed(telemetry, inner)

    def _learn(self, reaction: Reaction) -> None:
        """Let plans go by what fault protection has found."""
        inner = None if self.protection is None else self.protection.inner
        broken = reaction.broken
        model = learned_model(self.model, self.knowledge, inner, broken, reaction.unproven)
        self.tactics.learn(model, broken)

    def boot(self, why: str) -> None:
        """Begin after a reset of the computer, for a reason in words."""
        self.guard.boot(why)

    def _restarted(self) -> Executive:
        """Return an executive that goes on from what the old one remembered, if it can be read."""
        fresh = self._make_executive(self._names, self._settings)
        try:
            fresh.restore(self.executive.state())
        except Exception:  # noqa: BLE001 (what failed may be damaged in any way)
            self.tactics.sessions.entries.clear()
        return fresh

    def _plan_if_due(self, telemetry: Telemetry, view: View, diary: Diary) -> Orders | None:
        is_due = self.tactics.is_due(view, is_wished=bool(self.executive.memory.wishes))
        if not is_due:
            self.guard.supervise(PLANNER, lambda: None, None)
            return None
        return self.guard.supervise(
            PLANNER, lambda: self.tactics.plan(telemetry, view, self.executive, diary), None
        )

    def _execute(
        self, telemetry: Telemetry, view: View, sight: Seen, plan: Orders | None, diary: Diary
    ) -> Outcome:
        sessions = self.tactics.sessions
        snapshot, writing = self._snapshot(telemetry, sight), sessions.writing()
        outcome = self.executive.tick(snapshot, plan, self._directives(view))
        if outcome.believed:  # else the frame may be a late one
            sessions.archive.take(telemetry.stored_bit, writing)
        self._note(outcome.transitions, diary)
        diary.notices.extend(outcome.notices)
        lost = missed(self.tactics.sessions.entries, self.executive, sight.view.t_s)
        if lost:
            self._note(lost, diary)
            names = ", ".join(dict.fromkeys(step.activity for step in lost))
            seen = f"its memory tells of steps of {names} that nobody was told of"
            diary.notices += [
                Notice("detected", ABOARD, seen, {"witnesses": 2.0}),
                Notice("isolated", ABOARD, "word of a step of the executive was lost"),
                Notice("reaction", ABOARD, "the books are brought up to it", {"level": 1.0}),
            ]
        return outcome

    def _note(self, transitions: Iterable[Transition], diary: Diary) -> None:
        for transition in transitions:
            self.tactics.uploads.note(transition)
            rows, notices = self.tactics.sessions.note(transition)
            diary.rows.extend(rows)
            diary.notices.extend(notices)

    def _snapshot(self, telemetry: Telemetry, sight: Seen) -> Snapshot:
        # Of a pool that nobody reports there is enough.
        room = {
            pool: telemetry.at_work.get(pool, float("inf")) for pool in self.model.forecast.pools
        }
        health = self._reaction.health
        failed = {name for name, found in health.items() if found == Health.FAILED}
        fault = system_fault(sight.view, failed.union(telemetry.faulty))
        return take_snapshot(
            self._names, telemetry, sight, health=health, room=room, system_fault=fault
        )

    def _directives(self, view: View) -> list[Directive]:
        """Return what Earth asks of the executive: single activities, and levels of autonomy."""
        found = self.tactics.directives(view)
        levels = {"": self.guard.level, **self.guard.levels}
        found += [
            Directive(Order.LEVEL, element, float(level))
            for element, level in levels.items()
            if self._levels.get(element, self._settings.level) != level
        ]
        self._levels = levels
        return found

    def _wishes(self, telemetry: Telemetry, view: View, outcome: Outcome) -> list[Command]:
        """Return the levels that are wanted now and were not before."""
        wanted = {load.name: load.normal_level for load in self.model.loads}
        wanted.update({order.load: order.level for order in outcome.orders})
        if view.mode < Mode.SURVIVAL:
            wanted.update(dict.fromkeys(self._radios(telemetry), 1.0))
        wanted.update(self._reaction.levels)
        before, self._wanted = self._wanted, wanted
        return [Command(name, level) for name, level in wanted.items() if before.get(name) != level]

    def _radios(self, telemetry: Telemetry) -> set[str]:
        """Return the transmitters to use now: for each recorder that of the fastest open path.

        Of those that are believed to work: a redundant chain takes over from a dead one, and works
        beside one that is being tried.
        """
        paths, unproven = self.model.channels.paths, self._reaction.unproven
        chosen: dict[int, str] = {}
        tried: set[str] = set()
        for radio in self.model.radios:
            is_open = telemetry.path_open[paths.index(radio.path)]
            is_open &= radio.path not in self._reaction.avoid
            is_open &= radio.load not in self._reaction.dead
            if is_open and telemetry.recorder_bit[radio.recorder] >= RADIO_LEAST_BIT:
                if radio.load in unproven:
                    tried.add(radio.load)
                else:
                    chosen.setdefault(radio.recorder, radio.load)
        return tried.union(chosen.values())

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "guard": self.guard.state(),
            "executive": self.executive.state(),
            "tactics": self.tactics.state(),
            "announced": self._announced,
            "levels": dict(self._levels),
            "wanted": dict(self._wanted),
            "protection": None if self.protection is None else self.protection.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.guard.restore(state["guard"])
        self.executive.restore(state["executive"])
        self.tactics.restore(state["tactics"])
        self._announced = state["announced"]
        self._levels = dict(state["levels"])
        self._wanted = dict(state["wanted"])
        if self.protection is not None and state.get("protection") is not None:
            self.protection.restore(state["protection"])
            inner = self.protection.inner
            self._reaction = NOTHING if inner is None else inner.standing()
            self._learn(self._reaction)
