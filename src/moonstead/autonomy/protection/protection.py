"""Fault protection: looks at every frame before the guard, acts after it.

Two witnesses or nothing: an element of which one detector of one sensor speaks is suspect, and
that is all. With two, a case is opened: the isolation table names the cause, its procedure is gone
through step by step, one level up when a level is used up, until what was wrong looks right again.

Whatever goes wrong in here costs nothing: it is contained, told, and begun anew; the guard goes on
without evidence. A protection that fails again and again is left off.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from moonstead.autonomy.executive.snapshot import Health
from moonstead.autonomy.guard.view import NO_EVIDENCE, Evidence, View
from moonstead.autonomy.protection.belief import HEATER, ProtectionBelief
from moonstead.autonomy.protection.cases import Case, new_case
from moonstead.autonomy.protection.gains import Gains
from moonstead.autonomy.protection.isolation import Finding, Isolation, row_named
from moonstead.autonomy.protection.missed import MISSED, Missing
from moonstead.autonomy.protection.observer import Observer
from moonstead.autonomy.protection.procedures import Do
from moonstead.autonomy.protection.signs import Watcher
from moonstead.contracts import Notice, Priority, Telemetry
from moonstead.units import DAY_S, HOUR_S

WARM_UP_TICKS = 6
"""So many ticks are only learned from."""
WITNESSES = 2
RIGHT_TICKS = 6
"""What has looked right for so many ticks one after the other is over."""
RETEST_S = DAY_S
"""A sensor that is excluded is believed again after so long of agreement with the model."""
SUSPECT_S = 12 * HOUR_S
"""A suspicion that is not renewed is dropped after this."""
TOGETHER = 5
"""So many elements that fail in one tick have one cause."""
RIGHT_SIGMA = 3.5
VITAL_MARGIN_K = 3.0
"""A vital element this near to the cold that kills it, and cooling, is a critical fault."""


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


NOTHING = Reaction()


class Protection:
    """Detection, isolation and recovery of a station.

    Parameters
    ----------
    belief
        As sent up.
    restores
        Level F2; else F1 (ECSS-E-ST-70-11C).
    """

    def __init__(self, belief: ProtectionBelief, *, restores: bool = True) -> None:
        self.belief, self.restores = belief, restores
        self.observer = Observer(belief)
        has_noise = np.ones(len(self.observer.names), dtype=np.bool_)
        has_noise[self.observer.span["recorder"]] = False
        self.watcher = Watcher(len(has_noise), has_noise)
        self.isolation = Isolation(self.observer)
        self.gains = Gains(self.observer)
        self.missing = Missing(belief)
        self.cases: dict[str, Case] = {}
        self._suspects: dict[str, float] = {}
        self._findings: list[Finding] = []
        self._faulty: tuple[str, ...] = ()
        self._last_t_s = -1e300
        self._ticks = 0
        self._is_new = False
        self._told: dict[str, str] = {}
        self._element = {element.name: element for element in belief.elements}
        owners = [name.partition(".")[0] for name in belief.channels.loads]
        self._loads_of: dict[str, list[int]] = {}
        for i, owner in enumerate(owners):
            self._loads_of.setdefault(owner, []).append(i)

    # --- before the guard ---------------------------------------------------------------------

    def look(self, telemetry: Telemetry, sent: Mapping[str, float]) -> Evidence:
        """Compare a frame with what is expected; return what bears on the mode.

        Parameters
        ----------
        telemetry
            Of this tick.
        sent
            Level of every lever since the tick before.
        """
        dt_s = telemetry.t_s - self._last_t_s
        self._findings = []
        if self._ticks and not 0.5 * self.belief.tick_s < dt_s < 1.5 * self.belief.tick_s:
            # Late, doubled or skipped: nothing to compare with, but the next frame can be.
            self._is_new = dt_s > 0.0
            if not self._is_new:
                return NO_EVIDENCE
            self.observer.forget()
            self._ticks = 0
        self._is_new = True
        self._last_t_s = telemetry.t_s
        self._ticks += 1
        self._faulty = telemetry.faulty
        observer = self.observer
        observer.step(telemetry, sent, self.belief.tick_s)
        tick = self.belief.tick(telemetry.t_s)
        self.missing.step(telemetry, tick)
        if self._ticks <= WARM_UP_TICKS:
            return NO_EVIDENCE
        is_odd, is_gross = self.watcher.step(observer.z, observer.reading, ~observer.trust)
        if is_gross or self.isolation.has_jumps:
            self.isolation.follow(self.watcher.level, self.belief.tick_s)
        if is_odd:
            sun_missing = bool(self.belief.sun[tick]) and not telemetry.sun_seen
            self._findings = self.isolation.read(self.watcher.signs(), sun_missing=sun_missing)
        return Evidence(critical=tuple(self._critical()))

    def _critical(self) -> list[str]:
        """Return faults that hold now and kill something vital soon."""
        plant, observer = self.belief.plant, self.observer
        words = []
        for case in self.cases.values():
            if case.entry.table != "node" or case.entry.blame == "sensor":
                continue
            if not self._element[case.subject].is_vital:
                continue
            for channel in case.channels:
                k = channel - observer.span["node"].start
                if not 0 <= k < len(plant.node_element):
                    continue
                above_k = observer.estimate.node_k[k] - plant.node_survival_k[k]
                if above_k < VITAL_MARGIN_K:
                    words.append(f"{case.subject} is {above_k:.1f} K above what it survives")
        return words

    # --- after the guard ----------------------------------------------------------------------

    def act(self, view: View) -> Reaction:
        """Open, go on with and close cases; return what is to be done."""
        if not self._is_new:
            return self._reaction([], wants_plan=False)
        now = view.t_s
        for item in view.handed_on:
            if item.kind == "trust" and item.target in self.cases:
                self.cases[item.target].trial_t_s = now
        notices: list[Notice] = []
        findings = [*self._findings, *self._other_findings()]
        opened = self._open(findings, now, notices)
        self._forget_suspects(now)
        wants_plan = False
        for subject in list(self.cases):
            case = self.cases[subject]
            if self._is_over(case, now):
                wants_plan |= case.has_done(Do.REPLAN) or case.has_done(Do.BLOCK)
                self._close(case, now, notices)
                continue
            wants_plan |= self._advance(case, now, notices)
        wants_plan |= self.gains.has_moved()
        self._tell_health(notices)
        return self._reaction(notices, wants_plan=wants_plan or opened)

    def _other_findings(self) -> list[Finding]:
        """Return what needs no model: self-tests, and contacts that did not come."""
        found = []
        for name in self._faulty:
            row = row_named("self-test")
            witnesses = frozenset({f"{name}:self-test"})
            found.append(Finding(row, name, name, -1, witnesses, "its self-test tells a fault"))
        for path in self.missing.silent():
            row = row_named("path-silent")
            witnesses = frozenset(f"{path}:contact-{n}" for n in range(MISSED))
            seen = f"{MISSED} predicted contacts without any of it"
            found.append(Finding(row, path, path, -1, witnesses, seen))
        return found

    def _open(self, findings: list[Finding], now: float, notices: list[Notice]) -> bool:
        """Suspect, and where two witnesses speak open a case; return whether one was opened."""
        by_subject: dict[str, list[Finding]] = {}
        for finding in findings:
            by_subject.setdefault(finding.subject, []).append(finding)
        fresh = []
        for subject, group in by_subject.items():
            case = self.cases.get(subject)
            if case is not None:
                for finding in group:
                    if finding.channel >= 0 and finding.channel not in case.channels:
                        case.channels.append(finding.channel)
                continue
            if self._is_explained(group[0]):
                continue
            witnesses = frozenset().union(*(finding.witnesses for finding in group))
            if subject not in self._suspects:
                first = group[0]
                text = f"{first.component}: {first.seen}"
                values = {"witnesses": float(len(witnesses))}
                notices.append(Notice("detected", first.component, text, values))
            self._suspects[subject] = now
            if len(witnesses) >= WITNESSES:
                fresh.append(group[0])
        if len(fresh) >= TOGETHER:
            fresh = [self._together(fresh)]
        for finding in fresh:
            case = new_case(finding, now)
            case.channels = sorted(
                {f.channel for f in by_subject.get(finding.subject, []) if f.channel >= 0}
                | set(case.channels)
            )
            self.cases[finding.subject] = case
            self._suspects.pop(finding.subject, None)
            text = f"{finding.subject}: {finding.row.cause} ({finding.component}: {finding.seen})"
            notices.append(Notice("isolated", finding.subject, text))
        return bool(fresh)

    def _together(self, fresh: list[Finding]) -> Finding:
        """Return one finding for elements that fail in one tick: they have one cause."""
        row = row_named("together")
        channels = [finding.channel for finding in fresh if finding.channel >= 0]
        level = np.abs(self.watcher.level)
        worst = max(channels, key=lambda channel: level[channel], default=-1)
        names = ", ".join(finding.subject for finding in fresh)
        return Finding(row, "station", "station", worst, fresh[0].witnesses, names)

    def _is_explained(self, finding: Finding) -> bool:
        """Whether an open case explains what else is seen."""
        if "station" in self.cases:
            return True
        plant, observer = self.belief.plant, self.observer
        if finding.channel < 0 or finding.row.sign != "low":
            return False
        table = finding.row.table
        if table not in {"source", "load"}:
            return False
        k = finding.channel - observer.span[table].start
        island = plant.source_island[k] if table == "source" else plant.load_island[k]
        for case in self.cases.values():
            if case.procedure != "store":
                continue
            stores = [
                s
                for s in range(len(plant.store_island))
                if self.belief.channels.stores[s].partition(".")[0] == case.subject
            ]
            if any(plant.store_island[s] == island for s in stores):
                return True
        return False

    def _forget_suspects(self, now: float) -> None:
        self._suspects = {n: t for n, t in self._suspects.items() if now - t < SUSPECT_S}

    def _is_over(self, case: Case, now: float) -> bool:
        """Whether what was wrong has looked right for long enough."""
        if case.subject == "station":
            return now - case.since_t_s > DAY_S
        if case.entry.table == "path":
            return case.component not in self.missing.silent()
        if not case.channels:
            return case.subject not in self._faulty
        known = right = True
        # A model that has run beside an excluded sensor for days has drifted.
        most = (2.0 if case.has_done(Do.EXCLUDE) else 1.0) * RIGHT_SIGMA
        for channel in case.channels:
            known &= self._can_tell(case, channel)
            right &= abs(float(self.observer.z[channel])) < most
        if not known:
            return False
        case.right = case.right + 1 if right and case.subject not in self._faulty else 0
        if case.has_done(Do.EXCLUDE):
            still = any(self._is_frozen(channel) for channel in case.channels)
            case.right = 0 if still else case.right
            return case.right * self.belief.tick_s >= RETEST_S
        if case.entry.table == "source":
            return case.right >= RIGHT_TICKS and self.gains.is_whole(case.channels)
        return case.right >= RIGHT_TICKS

    def _is_frozen(self, channel: int) -> bool:
        alarm = self.watcher.memory.alarm.reshape(-1, self.watcher.count)
        return bool(alarm[-1, channel])

    def _can_tell(self, case: Case, channel: int) -> bool:
        """Whether the channel shows now whether the fault is still there."""
        observer, plant = self.observer, self.belief.plant
        if not np.isfinite(observer.z[channel]):
            return False
        span = observer.span["load"]
        if not span.start <= channel < span.stop or case.has_done(Do.EXCLUDE):
            return True
        i = channel - span.start
        is_low = "low" in case.entry.sign
        least_w = 0.05 * plant.load_power_w[i]
        return bool(not is_low or observer.expected[channel] > least_w)

    def _close(self, case: Case, now: float, notices: list[Notice]) -> None:
        for channel in case.channels:
            if not self.observer.trust[channel]:
                self.observer.begin_anew(channel)
            self.watcher.forget(channel)
        self.gains.restore_design(case.channels)
        del self.cases[case.subject]
        took_s = now - case.since_t_s
        text = f"{case.subject} looks right again; the fault was: {case.entry.cause}"
        if case.has_done(Do.RESIZE):
            share = self.gains.room(case.subject)
            text = f"{case.subject} goes on with {100.0 * share:.0f} % of its capacity"
        notices.append(Notice("recovered", case.subject, text, {"took_s": took_s}))

    def _advance(self, case: Case, now: float, notices: list[Notice]) -> bool:
        """Do the next step of a case if it is due; return whether it wants a plan."""
        if case.entry.table == "source":
            if case.has_done(Do.DERATE) and case.begin_trial(now):
                # Curtailed, it shows nothing; if it is still broken that is found when it matters.
                self.gains.restore_design(case.channels)
            self.gains.track(case.channels, is_derated=case.has_done(Do.DERATE))
        if case.has_done(Do.BLOCK) and case.begin_trial(now):
            text = f"{case.subject} is tried again: nothing could be seen of it since"
            notices.append(Notice("reaction", case.subject, text, {"level": 2.0}))
            return True
        step = case.next_step(
            now,
            restores=self.restores,
            left_s=case.entry.left_s,
            may_switch=bool(self._switched(case)),
        )
        if step is None:
            return False
        if step.do == Do.CYCLE:
            case.off_until_t_s = now + 0.5 * self.belief.tick_s
        elif step.do == Do.EXCLUDE:
            self.observer.trust[case.channels] = False
        elif step.do == Do.RESIZE:
            self.gains.resize(case.subject)
        elif step.do == Do.DERATE:
            self.gains.track(case.channels, is_derated=True)
            for channel in case.channels:
                self.watcher.forget(channel)
        if step.do == Do.REPAIR and not self._may_repair(case.subject):
            return self._advance(case, now, notices)
        text = f"{case.subject}: {step.text}"
        notices.append(Notice("reaction", case.subject, text, {"level": float(step.level)}))
        return step.do in {Do.REPLAN, Do.BLOCK}

    def _may_repair(self, subject: str) -> bool:
        element = self._element.get(subject)
        return element is not None and element.is_repairable

    def _switched(self, case: Case) -> list[str]:
        """Return the loads that a case may switch: its own, but for what survival hangs on."""
        belief, span = self.belief, self.observer.span["load"]
        own = [c - span.start for c in case.channels if span.start <= c < span.stop]
        others = {
            channel for other in self.cases.values() if other is not case
            for channel in other.channels
        }  # fmt: skip
        return [
            belief.channels.loads[i]
            for i in own
            if i + span.start not in others
            and (belief.priorities[i] > Priority.SURVIVAL or belief.plant.load_kind[i] == HEATER)
        ]

    # --- what follows from the cases ----------------------------------------------------------

    def standing(self) -> Reaction:
        """Return what the open cases ask for, with nothing new: after a restore."""
        return self._reaction([], wants_plan=False)

    def _reaction(self, notices: list[Notice], *, wants_plan: bool) -> Reaction:
        if not self.cases and not notices and not wants_plan and not self._faulty:
            return NOTHING
        levels: dict[str, float] = {}
        isolated, avoid = set(), set()
        health: dict[str, Health] = {}
        broken: dict[str, str] = {}
        repair: list[str] = []
        dead: set[str] = set()
        for case in self.cases.values():
            on_trial = case.trial_t_s - case.trial_s > self._last_t_s > case.since_t_s
            if case.has_done(Do.BLOCK) and not on_trial:
                dead.update(self._loads_in(case))
            is_off = self._last_t_s < case.off_until_t_s
            if is_off or case.has_done(Do.OFF):
                levels.update(dict.fromkeys(self._switched(case), 0.0))
                isolated.add(case.subject)
            if case.has_done(Do.AVOID):
                avoid.add(case.component)
            if case.subject in self._element:
                health[case.subject] = _HEALTH[self._verdict(case)]
                if case.has_done(Do.BLOCK) and not on_trial:
                    broken[case.subject] = f"{case.subject}: {case.entry.cause}"
                elif case.has_done(Do.BLOCK):
                    health[case.subject] = Health.SUSPECT
            if case.has_done(Do.REPAIR) and self._may_repair(case.subject):
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
        )

    def _loads_in(self, case: Case) -> list[str]:
        span = self.observer.span["load"]
        loads = self.belief.channels.loads
        return [loads[c - span.start] for c in case.channels if span.start <= c < span.stop]

    def _verdict(self, case: Case) -> str:
        return case.entry.health if case.subject in self._element else "ok"

    def _tell_health(self, notices: list[Notice]) -> None:
        """Tell of every element whose health has changed."""
        now = dict.fromkeys((s for s in self._suspects if s in self._element), "suspect")
        now |= {name: self._verdict(c) for name, c in self.cases.items() if name in self._element}
        for name in sorted({*now, *self._told}):
            words = now.get(name, "ok")
            if words != self._told.get(name, "ok"):
                notices.append(Notice("health", name, words, {"health": _NUMBER[words]}))
        self._told = now

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "observer": self.observer.state(),
            "watcher": self.watcher.state(),
            "isolation": self.isolation.state(),
            "gains": self.gains.state(),
            "missing": self.missing.state(),
            "cases": [case.state() for case in self.cases.values()],
            "suspects": dict(self._suspects),
            "faulty": list(self._faulty),
            "told": dict(self._told),
            "last_t_s": self._last_t_s,
            "ticks": self._ticks,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.observer.restore(state["observer"])
        self.watcher.restore(state["watcher"])
        self.isolation.restore(state["isolation"])
        self.gains.restore(state["gains"])
        self.missing.restore(state["missing"])
        cases = [Case(**_copied(given)) for given in state["cases"]]
        self.cases = {case.subject: case for case in cases}
        self._suspects = dict(state["suspects"])
        self._faulty = tuple(state["faulty"])
        self._told = dict(state["told"])
        self._last_t_s, self._ticks = state["last_t_s"], state["ticks"]


def _copied(given: dict[str, Any]) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, list) else v for name, v in given.items()}


_HEALTH = {"ok": Health.OK, "suspect": Health.SUSPECT, "failed": Health.FAILED}
_NUMBER = {"ok": 0.0, "suspect": 1.0, "failed": 2.0}
