"""Telecommands from Earth: what is checked before one is accepted.

In this order: is the source known and authentic, is it no copy (a window over the counter of its
source), no flood, in its time, one that is known, and harmless. Harmless means: it switches off
nothing that something dies without; no partner takes an element from another; and the energy after
it, carried through the forecast to the next sure recharge, stays above the reserve.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from moonstead.autonomy.guard.knowledge import Knowledge, Lever
from moonstead.autonomy.guard.words import Refusal, Words
from moonstead.contracts import Notice, Telecommand, Verification, Verified
from moonstead.units import DAY_S, HOUR_S

GREATEST_AGE_S = 2 * DAY_S
CLOCK_TOLERANCE_S = 600.0
"""A command may be from so far in the future: the station's clock drifts."""
WINDOW = 64
"""How far behind the highest counter of a source a late command may be."""
GREATEST_LEAP = 100_000
"""A counter further ahead than this is an error, and would make all that follow seem copies."""
STORM, STORM_WINDOW_S = 40, 600.0
"""A source may send so many commands in this time."""
FLOOD = 500
"""So many in one tick are not looked at further; authentic ones bring SAFE."""
LOCK_S = 2 * HOUR_S
"""How long an element obeys the partner that commanded it last."""


@dataclass(slots=True)
class Counter:
    """What is remembered of a source."""

    highest: int = -1
    seen: int = 0
    """A bit for each counter behind the highest that was used."""
    recent_s: list[float] = field(default_factory=list)
    """How long ago its last commands came."""
    is_storming: bool = False
    told_s: float = 0.0
    """For how long no further copies are told of."""

    def is_used(self, sequence: int) -> bool:
        """Whether a counter was used, or is too old to tell."""
        behind = self.highest - sequence
        return behind >= 0 and (behind >= WINDOW or bool(self.seen >> behind & 1))

    def refuse(self, sequence: int) -> str | None:
        """Use a counter; return why its command is refused, without words if told before."""
        if not 0 <= sequence <= self.highest + GREATEST_LEAP:
            return f"its number {sequence} does not follow {self.highest}"
        if self.is_used(sequence):
            was_told, self.told_s = self.told_s > 0.0, STORM_WINDOW_S
            return "" if was_told else f"its number {sequence} was used before: a copy"
        self.use(sequence)
        self.recent_s.append(0.0)
        if len(self.recent_s) <= STORM:
            return None
        del self.recent_s[: -STORM - 1]
        was_told, self.is_storming = self.is_storming, True
        text = f"more than {STORM} commands in {STORM_WINDOW_S:g} s: refused until fewer come"
        return "" if was_told else text

    def age(self, dt_s: float) -> None:
        """Let time pass."""
        self.told_s = max(self.told_s - dt_s, 0.0)
        aged_s = [age_s + dt_s for age_s in self.recent_s]
        self.recent_s = [age_s for age_s in aged_s if age_s < STORM_WINDOW_S]
        self.is_storming &= len(self.recent_s) > STORM

    def use(self, sequence: int) -> None:
        """Mark a counter as used."""
        ahead = sequence - self.highest
        if ahead > 0:
            self.seen = (self.seen << min(ahead, WINDOW) | 1) & ((1 << WINDOW) - 1)
            self.highest = sequence
        else:
            self.seen |= 1 << -ahead


@dataclass(slots=True)
class Lock:
    """Who has commanded an element, by which command, and for how long that holds."""

    source: str
    sequence: int
    left_s: float


@dataclass(slots=True)
class Sifted:
    """What a tick's telecommands come to."""

    accepted: list[Telecommand] = field(default_factory=list)
    reports: list[Verification] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    is_flooded: bool = False


HarmOf = Callable[[Lever, float], Refusal | None]
"""Says what harm it would do to set a lever to a level now."""


class CommandFilter:
    """The memory of the checks: counters by source, locks by element."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._levers = {lever.name: lever for lever in knowledge.levers}
        self._owners = knowledge.owners
        self._words = Words(knowledge)
        self._counters = {source: Counter() for source in knowledge.sources}
        self._locks: dict[str, Lock] = {}

    def sift(
        self,
        received: tuple[Telecommand, ...],
        times_s: tuple[float, float],
        harm_of: HarmOf,
        apply: Callable[[Telecommand], None],
        *,
        is_time_sure: bool,
    ) -> Sifted:
        """Check what came up in a tick, the commands of owners first.

        Parameters
        ----------
        received
            In the order of arrival.
        times_s
            The present, and how long the tick before is ago.
        harm_of
            See `HarmOf`; sees what `apply` has done.
        apply
            Called with each command that is accepted, before the next one is looked at.
        is_time_sure
            Whether the station believes its clock; else only counters count, lest it go deaf.
        """
        found = Sifted()
        self._age(times_s[1])
        if not received:
            return found
        if len(received) > FLOOD:
            found.is_flooded = sum(self._is_known(item) for item in received) > FLOOD
            text = f"{len(received)} commands in one tick: those beyond {FLOOD} were not looked at"
            found.notices.append(Notice("command-flood", "station", text))
            received = received[:FLOOD]
        strangers = [item.source for item in received if not self._is_known(item)]
        if strangers:
            text = f"{len(strangers)} commands not authentic or of no known source: dropped"
            found.notices.append(Notice("command-refused", strangers[0], text))
        for item in sorted(received, key=lambda item: not self._is_owner(item)):
            if not self._is_known(item):
                continue
            refusal = self._check(item, times_s[0], harm_of, found, is_time_sure=is_time_sure)
            if refusal is None:
                found.accepted.append(item)
                found.reports.append(_report(item, Verified.ACCEPTED))
                apply(item)
            elif refusal.reason:
                failed = Verified.ACCEPTANCE_FAILED
                found.reports.append(_report(item, failed, refusal.reason, refusal.values))
                text = f"command {item.sequence} of {item.source}: {refusal.reason}"
                found.notices.append(
                    Notice("command-refused", item.target or "station", text, refusal.values)
                )
        return found

    def _is_known(self, item: Telecommand) -> bool:
        return item.authentic and item.source in self._counters

    def _is_owner(self, item: Telecommand) -> bool:
        lever = self._levers.get(item.target)
        return lever is not None and self._owners.get(lever.element) == item.source

    def _check(
        self,
        item: Telecommand,
        t_s: float,
        harm_of: HarmOf,
        found: Sifted,
        *,
        is_time_sure: bool,
    ) -> Refusal | None:
        """Return why a command is refused; without words where that was told before."""
        reason = self._counters[item.source].refuse(item.sequence)
        if reason is not None:
            return Refusal(reason)
        refusal = _out_of_time(item, t_s) if is_time_sure else None
        refusal = refusal or self._words.fault_of(item)
        if refusal is not None:
            return refusal
        if item.kind == "level":
            lever = self._levers[item.target]
            return harm_of(lever, item.value) or self._lock(lever.element, item, found)
        if item.kind == "start":
            # The executive weighs the energy of a session when it begins, whoever asks for it.
            return self._lock(self._words.experiment_of(item.target)[0], item, found)
        return None

    def _lock(self, element: str, item: Telecommand, found: Sifted) -> Refusal | None:
        """Give the element to the source of a command, or say who has it; both are told."""
        lock = self._locks.get(element)
        owner = self._owners.get(element)
        if lock is not None and lock.source != item.source:
            loser = lock.source if item.source == owner else item.source
            why = f"{lock.source} and {item.source} command {element} at once; "
            why += f"{owner} owns it" if owner in (lock.source, item.source) else "first come"
            found.notices.append(Notice("command-conflict", element, why))
            stage = Verified.PROGRESS_FAILED if loser == lock.source else Verified.PROGRESS
            found.reports.append(Verification(lock.source, lock.sequence, stage, why))
            if loser == item.source:
                return Refusal(why, {"held_for_s": lock.left_s})
        self._locks[element] = Lock(item.source, item.sequence, LOCK_S)
        return None

    def _age(self, dt_s: float) -> None:
        for counter in self._counters.values():
            if counter.recent_s or counter.told_s > 0.0:
                counter.age(dt_s)
        for element, lock in list(self._locks.items()):
            lock.left_s -= dt_s
            if lock.left_s <= 0.0:
                del self._locks[element]

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "counters": {
                source: [kept.highest, kept.seen, [*kept.recent_s], kept.is_storming, kept.told_s]
                for source, kept in self._counters.items()
            },
            "locks": {
                element: [lock.source, lock.sequence, lock.left_s]
                for element, lock in self._locks.items()
            },
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        for source, (highest, seen, recent_s, is_storming, told_s) in state["counters"].items():
            self._counters[source] = Counter(highest, seen, [*recent_s], is_storming, told_s)
        self._locks = {element: Lock(*kept) for element, kept in state["locks"].items()}


def _out_of_time(item: Telecommand, t_s: float) -> Refusal | None:
    age_s = t_s - item.issued_t_s
    if not (math.isfinite(age_s) and math.isfinite(item.expires_t_s)):
        return Refusal("it carries no time")
    if age_s < -CLOCK_TOLERANCE_S:
        return Refusal(f"issued {-age_s:.0f} s in the future", {"ahead_s": -age_s})
    if age_s > GREATEST_AGE_S:
        return Refusal(f"issued {age_s / HOUR_S:.1f} h ago: too old", {"age_s": age_s})
    if t_s > item.expires_t_s:
        late_s = t_s - item.expires_t_s
        return Refusal(f"expired {late_s:.0f} s ago", {"late_s": late_s})
    return None


def _report(
    item: Telecommand, stage: Verified, reason: str = "", values: dict[str, float] | None = None
) -> Verification:
    return Verification(item.source, item.sequence, stage, reason, values or {})
