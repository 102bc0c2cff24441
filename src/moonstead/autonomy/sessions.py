"""The books of sessions: which were done, which are under way, and what each is called."""

from collections.abc import Collection, Iterable
from dataclasses import astuple, dataclass, replace
from typing import Any

from moonstead.autonomy.archive import Archive, Filed
from moonstead.autonomy.executive.activity import LIVE, State
from moonstead.autonomy.executive.conditions import Condition, Kind
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.outcome import Transition
from moonstead.autonomy.executive.reasons import Reason
from moonstead.autonomy.model import Experiment, StationModel
from moonstead.autonomy.planner import Plan
from moonstead.autonomy.planning.requests import Session, gap_unit
from moonstead.contracts import Notice, PlanRow
from moonstead.units import HOUR_S

TANK_FULL = "its tank is full"
GIVEN_UP = "the recorder is full, Earth is silent, and other data is worth more"
REST_S = 24 * HOUR_S
"""An element that did not respond is left alone for this long."""


@dataclass(slots=True)
class Entry:
    """A session that is planned or under way."""

    experiment: int
    start_t_s: float
    end_t_s: float
    way: int = 0
    is_live: bool = False
    """Whether word has come that it started."""
    is_broken_off: bool = False

    @classmethod
    def of(cls, session: Session) -> "Entry":
        """Return the entry of a session that is planned."""
        return cls(session.experiment, session.start_t_s, session.end_t_s, session.way)

    @property
    def session(self) -> Session:
        """What the planner knows of it."""
        return Session(self.experiment, self.start_t_s, self.end_t_s, self.way)


class Sessions:
    """What became of the sessions of each experiment.

    Parameters
    ----------
    model
        What the station believes of itself.
    """

    def __init__(self, model: StationModel) -> None:
        self.model = model
        self.done = [0] * len(model.experiments)
        self.earned = [0.0] * len(model.experiments)
        self.rest_until_t_s = [-1e300] * len(model.experiments)
        self._serial = [0] * len(model.experiments)
        self.entries: dict[str, Entry] = {}
        """By the name of the activity: what is planned, waits or runs."""
        self.archive = Archive()

    def running(self, executive: Executive) -> tuple[Session, ...]:
        """Return what is live, with the end that is expected."""
        return tuple(
            replace(self.entries[live.activity].session, end_t_s=live.end_t_s)
            for live in executive.live()
        )

    def pending(self, executive: Executive) -> tuple[tuple[str, Entry], ...]:
        """Return what is planned and has not started, in order of start."""
        live = {live.activity for live in executive.live()}
        found = [(name, entry) for name, entry in self.entries.items() if name not in live]
        return tuple(sorted(found, key=lambda pair: (pair[1].start_t_s, pair[0])))

    def left(self, busy: Iterable[int]) -> tuple[int, ...]:
        """Return how many are wanted, neither done nor among those that are under way."""
        under_way = list(busy)
        return tuple(
            experiment.sessions - self.done[e] - under_way.count(e)
            for e, experiment in enumerate(self.model.experiments)
        )

    def ready_t_s(self, executive: Executive) -> tuple[float, ...]:
        """Return before when no session of each experiment may start."""
        taken = executive.taken_until_t_s()
        return tuple(
            max(self.rest_until_t_s[e], taken.get(gap_unit(experiment.name), -1e300))
            for e, experiment in enumerate(self.model.experiments)
        )

    def before(self, e: int) -> tuple[Condition, ...]:
        """Return that what an experiment comes after has been done, of what is not done yet."""
        after = self.model.experiments[e].after
        if after is None:
            return ()
        names = [experiment.name for experiment in self.model.experiments]
        other = names.index(after.experiment)
        missing = after.sessions - self.done[other]
        ahead = sorted(
            (entry.start_t_s, name)
            for name, entry in self.entries.items()
            if entry.experiment == other
        )
        awaited = [name for _, name in ahead[: max(missing, 0)]]
        # What is not even planned is awaited under the name of its experiment: in vain.
        awaited += [after.experiment] if missing > len(awaited) else []
        return tuple(Condition(Kind.AFTER, name, after.gap_s) for name in awaited)

    def adopt(
        self, plan: Plan, fixed: frozenset[str], executive: Executive
    ) -> tuple[tuple[str, Session], ...]:
        """Take over a plan: give each session a name, the old one where it only moved.

        Parameters
        ----------
        plan
            New sessions.
        fixed
            Names of sessions that stay as they are.
        executive
            Who knows what is live.
        """
        old: dict[int, list[str]] = {}
        for name, entry in self.pending(executive):
            if name not in fixed:
                old.setdefault(entry.experiment, []).append(name)
        named = []
        for session in plan.sessions:
            waiting = old.get(session.experiment)
            name = waiting.pop(0) if waiting else self._new_name(session.experiment)
            named.append((name, session))
        for names in old.values():
            for name in names:
                del self.entries[name]
        for name, session in named:
            self.entries[name] = Entry.of(session)
        return tuple(named)

    def schedule(
        self, sessions: Iterable[Session], from_t_s: float, executive: Executive, of: set[int]
    ) -> tuple[tuple[str, ...], frozenset[str]]:
        """Take over sessions that people on Earth have planned.

        Parameters
        ----------
        sessions
            In order of start.
        from_t_s
            What is pending from then on is theirs to replace.
        executive
            Who knows what is live.
        of
            Experiments that they plan.

        Returns
        -------
        names, dropped
            Of the sessions, old ones where they only moved; and what is not held any more.
        """
        old: dict[int, list[str]] = {}
        for name, entry in self.pending(executive):
            if entry.experiment in of and entry.start_t_s >= from_t_s:
                old.setdefault(entry.experiment, []).append(name)
        names = []
        for session in sessions:
            waiting = old.get(session.experiment)
            name = waiting.pop(0) if waiting else self._new_name(session.experiment)
            self.entries[name] = Entry.of(session)
            names.append(name)
        dropped = frozenset(name for left in old.values() for name in left)
        for name in dropped:
            del self.entries[name]
        return tuple(names), dropped

    def add(self, session: Session) -> str:
        """Take in one more session; return its name."""
        name = self._new_name(session.experiment)
        self.entries[name] = Entry.of(session)
        return name

    def _new_name(self, e: int) -> str:
        self._serial[e] += 1
        return f"{self.model.experiments[e].name}-{self._serial[e]}"

    def note(self, transition: Transition) -> tuple[list[PlanRow], list[Notice]]:
        """Take a step in the life of a session into the books."""
        entry = self.entries.get(transition.activity)
        if entry is None:
            return [], []
        after, before, now = transition.after, transition.before, transition.t_s
        notices: list[Notice] = []
        reason = _text(transition)
        entry.is_live = after in LIVE
        entry.is_broken_off = after == State.TEARDOWN
        if after == State.STARTING and before == State.READY:
            entry.start_t_s = now
            way = self.model.experiments[entry.experiment].ways[entry.way]
            entry.end_t_s = now + way.whole_s
            return [self._row(transition.activity, entry, "started")], notices
        if after == State.TEARDOWN:
            entry.end_t_s = now
            self._file(transition.activity, entry, 0.0)
            notices = self._no_response(transition, entry)
            return [self._row(transition.activity, entry, "aborted", reason)], notices
        if after == State.DONE:
            entry.end_t_s = now
            self._file(transition.activity, entry, self._count(entry))
            row = self._row(transition.activity, entry, "done")
        elif after == State.EXPIRED and transition.why.reason == Reason.LATE:
            row = self._row(transition.activity, entry, "skipped", reason)
        elif after not in {State.FAILED, State.EXPIRED}:
            return [], notices
        else:
            row = None
        del self.entries[transition.activity]
        return [row] if row else [], notices

    def writing(self) -> dict[str, str]:
        """Return the session that each load works for."""
        return {
            load: name
            for name, entry in self.entries.items()
            if entry.is_live
            for load in self.model.experiments[entry.experiment].loads
        }

    def _file(self, name: str, entry: Entry, points: float) -> None:
        filed = Filed(entry.experiment, entry.start_t_s, entry.end_t_s, entry.way, points)
        self.archive.file(name, filed)

    def give_up(self, names: Collection[str]) -> tuple[list[PlanRow], list[Notice]]:
        """Take sessions back whose data are deleted; return the receipts."""
        whole = self.archive.whole()
        rows, notices = [], []
        for name in names:
            filed, bits = whole[name]
            e = filed.experiment
            if filed.points > 0.0:
                self.done[e] -= 1
                self.earned[e] -= filed.points
                entry = Entry(e, filed.start_t_s, filed.end_t_s, filed.way)
                rows.append(self._row(name, entry, "given-up", GIVEN_UP))
            bit = sum(bits.values())
            text = f"{bit / 1e9:.2f} Gbit of {name} are given up: {GIVEN_UP}"
            values = {"bit": bit, "points": filed.points}
            subject = self.model.experiments[e].name
            notices.append(Notice("given-up", subject, text, values))
        self.archive.delete(names)
        return rows, notices

    def _count(self, entry: Entry) -> float:
        """Count a session that is done; return the points that it brings."""
        experiment = self.model.experiments[entry.experiment]
        points = experiment.ways[entry.way].value
        points *= experiment.returns ** self.done[entry.experiment]
        self.earned[entry.experiment] += points
        self.done[entry.experiment] += 1
        for e, other in enumerate(self.model.experiments):
            after = other.after
            if after is None or after.experiment != experiment.name:
                continue
            if after.sessions == self.done[entry.experiment]:
                ready_t_s = entry.end_t_s + after.gap_s
                self.rest_until_t_s[e] = max(self.rest_until_t_s[e], ready_t_s)
        return points

    def _no_response(self, transition: Transition, entry: Entry) -> list[Notice]:
        """Let an element rest that was on and drew no power."""
        kind, _, watched = transition.why.subject.partition(":")
        if kind != Kind.LOAD_AT_LEAST:
            return []
        load = watched.rpartition(":")[0]
        element = self.model.experiments[entry.experiment].element
        for e, experiment in enumerate(self.model.experiments):
            if experiment.element == element:
                self.rest_until_t_s[e] = transition.t_s + REST_S
        text = f"{load} draws no power although it is on; {element} rests for a day"
        return [Notice("no-response", element, text)]

    def _row(self, name: str, entry: Entry, status: str, reason: str = "") -> PlanRow:
        experiment: Experiment = self.model.experiments[entry.experiment]
        way = experiment.ways[entry.way].name
        return PlanRow(name, experiment.name, entry.start_t_s, entry.end_t_s, status, reason, way)

    def planned_rows(self) -> list[PlanRow]:
        """Return a row for every session that is planned."""
        return [self._row(name, entry, "planned") for name, entry in self.entries.items()]

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "done": list(self.done),
            "earned": list(self.earned),
            "rest_until_t_s": list(self.rest_until_t_s),
            "serial": list(self._serial),
            "entries": {name: list(astuple(entry)) for name, entry in self.entries.items()},
            "archive": self.archive.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.done = list(state["done"])
        self.earned = list(state["earned"])
        self.rest_until_t_s = list(state["rest_until_t_s"])
        self._serial = list(state["serial"])
        self.entries = {name: Entry(*given) for name, given in state["entries"].items()}
        self.archive.restore(state["archive"])


def _text(transition: Transition) -> str:
    """Return why, without that its window has closed, which the status says."""
    why = transition.why.waited_for or transition.why
    return TANK_FULL if why.subject.startswith(Kind.TANK_AT_MOST) else why.text
