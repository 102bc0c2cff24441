"""Fault protection: looks at every frame before the guard, acts after it.

Two witnesses or nothing: an element of which one detector of one sensor speaks is suspect, and
that is all. With two, a case is opened: the isolation table names the cause, its procedure is gone
through step by step, one level up when a level is used up, until what was wrong looks right again.

Whatever goes wrong in here costs nothing: it is contained, told, and begun anew; the guard goes on
without evidence. A protection that fails again and again is left off.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from moonstead.autonomy.guard.view import NO_EVIDENCE, Evidence, View
from moonstead.autonomy.protection.belief import ProtectionBelief
from moonstead.autonomy.protection.carrying import Carrying
from moonstead.autonomy.protection.cases import Case
from moonstead.autonomy.protection.contacts import POOR, Contacts
from moonstead.autonomy.protection.gains import Gains
from moonstead.autonomy.protection.isolation import Finding, Isolation, row_named
from moonstead.autonomy.protection.observer import Observer
from moonstead.autonomy.protection.procedures import Do
from moonstead.autonomy.protection.reaction import Reaction, Reactor
from moonstead.autonomy.protection.recovery import Recovery
from moonstead.autonomy.protection.signs import Watcher
from moonstead.autonomy.protection.suspicion import Suspicion
from moonstead.autonomy.protection.units import CLOCK, CLOCK_S, SUN_SENSOR, Units
from moonstead.contracts import Notice, Telemetry

WARM_UP_TICKS = 6
"""So many ticks are only learned from."""
VITAL_MARGIN_K = 3.0
"""A vital element this near to the cold that kills it, and cooling, is a critical fault."""
MOST_SET_TICKS = 0.5
"""A clock that is off by more than this share of a tick has not drifted but jumped: the guard sees
to that."""


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
        is_load = np.zeros(len(has_noise), dtype=np.bool_)
        is_load[self.observer.span["load"]] = True
        self.watcher = Watcher(len(has_noise), has_noise, is_load)
        self.isolation = Isolation(self.observer)
        self.contacts = Contacts(belief)
        self.carrying = Carrying(self.contacts)
        self.gains = Gains(self.observer, self.carrying)
        self.units = Units(self.observer, self.isolation.sees_sun)
        self.cases: dict[str, Case] = {}
        self._suspicion = Suspicion(self.observer)
        self._recovery = Recovery(self.observer, self.watcher, self.gains)
        self._reactor = Reactor(self.observer)
        self._findings: list[Finding] = []
        self._most_set_s = MOST_SET_TICKS * belief.tick_s
        self._set_s = 0.0
        self._last_t_s = -1e300
        self._ticks = 0
        self._is_new = False

    # --- before the guard ---------------------------------------------------------------------

    def set_right(self, telemetry: Telemetry) -> Telemetry:
        """Return a frame with its time set by that of Earth, where the clock is known to drift."""
        if not self._set_s:
            return telemetry
        offset_s = self.units.offset_of(telemetry)
        if abs(offset_s - self._set_s) < self._most_set_s or abs(offset_s) < CLOCK_S:
            self._set_s = offset_s
        return replace(telemetry, t_s=telemetry.t_s + self._set_s)

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
        observer = self.observer
        observer.step(telemetry, sent, self.belief.tick_s)
        tick = self.belief.tick(telemetry.t_s)
        out = observer.out
        self.contacts.step(telemetry, tick, out.path_sent_bit, out.path_could_bit)
        self.units.step(telemetry, tick, self.belief.tick_s, self._set_s)
        if self._ticks <= WARM_UP_TICKS:
            return NO_EVIDENCE
        is_odd, is_gross = self.watcher.step(
            observer.z, observer.change_z, observer.reading, ~observer.trust
        )
        if is_gross or self.isolation.has_jumps:
            self.isolation.follow(self.watcher.level, self.belief.tick_s)
        if is_odd:
            sun_missing = bool(self.belief.sun[tick]) and not telemetry.sun_seen
            self._findings = self.isolation.read(self.watcher.signs(), sun_missing=sun_missing)
        room = self.units.memory_room(telemetry.recorder_bit)
        return Evidence(critical=tuple(self._critical()), room=room)

    def _critical(self) -> list[str]:
        """Return faults that hold now and kill something vital soon."""
        plant, observer = self.belief.plant, self.observer
        words = []
        for case in self.cases.values():
            if case.entry.table != "node" or case.entry.blame == "sensor":
                continue
            if not self._reactor.element[case.subject].is_vital:
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
            return self.standing()
        now = view.t_s
        for item in view.handed_on:
            if item.kind == "trust" and item.target in self.cases:
                self.cases[item.target].trial_t_s = now
        notices: list[Notice] = []
        findings = [*self._findings, *self.units.findings(), *self._paths()]
        level = self.watcher.level
        wants_plan = self._suspicion.open(findings, self.cases, level, now, notices)
        for subject in list(self.cases):
            case = self.cases[subject]
            if self._is_over(case, now):
                wants_plan |= case.has_done(Do.REPLAN) or case.has_done(Do.BLOCK)
                notices.append(self._recovery.close(case, now))
                del self.cases[subject]
                continue
            wants_plan |= self._advance(case, now, notices)
        wants_plan |= self.gains.has_moved()
        wants_plan |= self.carrying.follow(self.cases.values())
        self.observer.doubt(self.cases, self.units.dead())
        clock = self.cases.get(CLOCK)
        is_set = clock is not None and clock.has_done(Do.SET)
        is_set &= abs(self.units.offset_s - self._set_s) < self._most_set_s
        self._set_s = self.units.offset_s if is_set else 0.0
        self._reactor.tell_health(self._suspicion.since_t_s, self.cases, notices)
        return self._reactor.reaction(self.cases, notices, self._last_t_s, wants_plan=wants_plan)

    def standing(self) -> Reaction:
        """Return what the open cases ask for, with nothing new: after a restore."""
        return self._reactor.reaction(self.cases, [], self._last_t_s, wants_plan=False)

    def sun_seen(self, telemetry: Telemetry) -> bool:
        """Return whether the Sun is in view, as is believed."""
        if SUN_SENSOR not in self.units.wrong:
            return telemetry.sun_seen
        return bool(self.belief.sun[self.belief.tick(telemetry.t_s)])

    def _paths(self) -> list[Finding]:
        """Return the paths whose contacts did not come, or carried too little."""
        contacts, paths = self.contacts, self.belief.channels.paths
        silent = contacts.silent()
        told = dict.fromkeys(silent, f"{POOR} predicted contacts without any of it")
        for path in contacts.weak():
            share = contacts.share[paths.index(path)]
            told.setdefault(path, f"carries {100.0 * share:.0f} % of what it could")
        return [
            Finding(
                row_named("path-silent" if path in silent else "path-weak"),
                *(path, path, -1),
                frozenset(f"{path}:contact-{n}" for n in range(POOR)),
                seen,
            )
            for path, seen in told.items()
        ]

    def _is_over(self, case: Case, now: float) -> bool:
        """Whether what was wrong has looked right for long enough."""
        if case.entry.table == "path":
            # One that falls silent is no longer weak, but another case.
            is_silent = case.component in self.contacts.silent()
            if case.entry.row == "path-silent":
                return not is_silent
            return is_silent or case.component not in self.contacts.weak()
        if case.entry.table in {"unit", "element"} and not case.channels:
            return not self.units.is_wrong(case.component)
        is_told = case.subject in self.units.faulty
        return self._recovery.is_over(case, now, is_told=is_told)

    def _advance(self, case: Case, now: float, notices: list[Notice]) -> bool:
        """Do the next step of a case if it is due; return whether it wants a plan."""
        if case.entry.table == "source":
            self.gains.track(case.channels, is_derated=case.has_done(Do.DERATE))
        if self.restores and case.has_done(Do.BLOCK) and self._begins_trial(case, now):
            text = f"{case.subject} is tried again: nothing could be seen of it since"
            notices.append(Notice("reaction", case.subject, text, {"level": 2.0}))
            return True
        step = case.next_step(
            now,
            restores=self.restores,
            left_s=case.entry.left_s,
            may_switch=bool(self._reactor.switched(case, self.cases.values())),
        )
        if step is None:
            return False
        if step.do == Do.CYCLE:
            case.off_until_t_s = now + 0.5 * self.belief.tick_s
        elif step.do == Do.EXCLUDE:
            self.observer.trust[case.channels] = False
        elif step.do == Do.RESIZE:
            self.gains.resize(case.subject)
        elif step.do == Do.LEARN:
            self.gains.take_as_right(case.channels)
            for channel in case.channels:
                self.watcher.forget(channel)
        elif step.do == Do.DERATE:
            self.gains.track(case.channels, is_derated=True)
            for channel in case.channels:
                self.watcher.forget(channel)
        if step.do == Do.REPAIR and not self._reactor.may_repair(case.subject):
            return self._advance(case, now, notices)
        text = f"{case.subject}: {step.text}"
        notices.append(Notice("reaction", case.subject, text, {"level": float(step.level)}))
        return step.do in {Do.REPLAN, Do.BLOCK}

    def _begins_trial(self, case: Case, now: float) -> bool:
        """Whether what nothing can be seen of is tried now: not while its self-test tells it."""
        return not self.units.is_wrong(case.subject) and case.begin_trial(now)

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "observer": self.observer.state(),
            "watcher": self.watcher.state(),
            "isolation": self.isolation.state(),
            "gains": self.gains.state(),
            "contacts": self.contacts.state(),
            "carrying": self.carrying.state(),
            "units": self.units.state(),
            "cases": [case.state() for case in self.cases.values()],
            "suspects": self._suspicion.state(),
            "told": self._reactor.state(),
            "set_s": self._set_s,
            "last_t_s": self._last_t_s,
            "ticks": self._ticks,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.observer.restore(state["observer"])
        self.watcher.restore(state["watcher"])
        self.isolation.restore(state["isolation"])
        self.gains.restore(state["gains"])
        self.contacts.restore(state["contacts"])
        self.carrying.restore(state["carrying"])
        self.units.restore(state["units"])
        cases = [Case(**_copied(given)) for given in state["cases"]]
        self.cases = {case.subject: case for case in cases}
        self.observer.doubt(self.cases, self.units.dead())
        self._suspicion.restore(state["suspects"])
        self._reactor.restore(state["told"])
        self._set_s = state["set_s"]
        self._last_t_s, self._ticks = state["last_t_s"], state["ticks"]


def _copied(given: dict[str, Any]) -> dict[str, Any]:
    return {name: list(v) if isinstance(v, list) else v for name, v in given.items()}
