"""What fault protection asks for in a tick, and how that follows from the open cases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from moonstead.autonomy.executive.snapshot import Health
from moonstead.autonomy.protection.belief import HEATER, Element
from moonstead.autonomy.protection.cases import Case
from moonstead.autonomy.protection.observer import Observer
from moonstead.autonomy.protection.procedures import Do
from moonstead.contracts import Notice, Priority


@dataclass(frozen=True, slots=True)
class Reaction:
    """What protection asks for in a tick."""

    levels: Mapping[str, float] = field(default_factory=dict)
    """Of loads, whatever else is wanted."""
    isolated: frozenset[str] = frozenset()
    """Elements that may be switched off although something dies without them."""
    health: Mapping[str, Health] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    wants_plan: bool = False
    broken: Mapping[str, str] = field(default_factory=dict)
    """Elements for which nothing is to be planned, and why."""
    avoid: frozenset[str] = frozenset()
    """Paths not to be used."""
    to_repair: tuple[str, ...] = ()
    dead: frozenset[str] = frozenset()
    """Loads that do not do what they should: another that does the same is to be used."""
    unproven: frozenset[str] = frozenset()
    """The same, and those that are being tried: plans count on none of them to send anything."""


NOTHING = Reaction()


class Reactor:
    """Makes reactions from cases.

    Parameters
    ----------
    observer
        With what is sent up.
    """

    def __init__(self, observer: Observer) -> None:
        self._belief, self._span = observer.belief, observer.span["load"]
        self.element: dict[str, Element] = {one.name: one for one in self._belief.elements}
        self._told: dict[str, str] = {}

    def may_repair(self, subject: str) -> bool:
        """Whether somebody could repair what is held to be broken."""
        element = self.element.get(subject)
        return element is not None and element.is_repairable

    def switched(self, case: Case, cases: Iterable[Case]) -> list[str]:
        """Return the loads that a case may switch: its own, but for what survival hangs on."""
        belief, first = self._belief, self._span.start
        others = {channel for other in cases if other is not case for channel in other.channels}
        return [
            belief.channels.loads[i]
            for i in self._places(case)
            if i + first not in others
            and (belief.priorities[i] > Priority.SURVIVAL or belief.plant.load_kind[i] == HEATER)
        ]

    def _places(self, case: Case) -> list[int]:
        span = self._span
        return [c - span.start for c in case.channels if span.start <= c < span.stop]

    def reaction(
        self, cases: Mapping[str, Case], notices: list[Notice], now_t_s: float, *, wants_plan: bool
    ) -> Reaction:
        """Return what the open cases ask for.

        Parameters
        ----------
        cases
            By subject.
        notices
            What is new.
        now_t_s
            Time of this tick.
        wants_plan
            Whether a new plan is wanted at once.
        """
        if not cases and not notices and not wants_plan:
            return NOTHING
        levels: dict[str, float] = {}
        isolated, avoid = set(), set()
        health: dict[str, Health] = {}
        broken: dict[str, str] = {}
        repair: list[str] = []
        dead: set[str] = set()
        unproven: set[str] = set()
        for case in cases.values():
            is_blocked = case.has_done(Do.BLOCK)
            is_tried = case.trial_t_s - case.trial_s > now_t_s > case.since_t_s
            if is_blocked:
                names = {self._belief.channels.loads[i] for i in self._places(case)}
                unproven |= names
                dead |= set() if is_tried else names
            if now_t_s < case.off_until_t_s or case.has_done(Do.OFF):
                levels.update(dict.fromkeys(self.switched(case, cases.values()), 0.0))
                isolated.add(case.subject)
            if case.has_done(Do.AVOID):
                avoid.add(case.component)
            if case.subject in self.element:
                health[case.subject] = _HEALTH[case.entry.health]
                if is_blocked and is_tried:
                    health[case.subject] = Health.SUSPECT
                elif is_blocked:
                    broken[case.subject] = f"{case.subject}: {case.entry.cause}"
            if case.has_done(Do.REPAIR) and self.may_repair(case.subject):
                repair.append(case.subject)
        return Reaction(
            levels=levels,
            isolated=frozenset(isolated),
            health=health,
            notices=tuple(notices),
            wants_plan=wants_plan,
            broken=broken,
            avoid=frozenset(avoid),
            to_repair=tuple(sorted(repair)),
            dead=frozenset(dead),
            unproven=frozenset(unproven),
        )

    def tell_health(
        self, suspects: Iterable[str], cases: Mapping[str, Case], notices: list[Notice]
    ) -> None:
        """Tell of every element whose health has changed."""
        now = dict.fromkeys((name for name in suspects if name in self.element), "suspect")
        now |= {name: case.entry.health for name, case in cases.items() if name in self.element}
        for name in sorted({*now, *self._told}):
            words = now.get(name, "ok")
            if words != self._told.get(name, "ok"):
                notices.append(Notice("health", name, words, {"health": _NUMBER[words]}))
        self._told = now

    def state(self) -> dict[str, str]:
        """Return everything remembered, as plain JSON values."""
        return dict(self._told)

    def restore(self, state: dict[str, str]) -> None:
        """Take back what `state` returned."""
        self._told = dict(state)


_HEALTH = {"ok": Health.OK, "suspect": Health.SUSPECT, "failed": Health.FAILED}
_NUMBER = {"ok": 0.0, "suspect": 1.0, "failed": 2.0}
