"""What shows without a model: self-tests, answers from Earth with their time, the Sun sensor.

Repetition is the second witness here: what is wrong in one frame may be the frame.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from moonstead.autonomy.protection.isolation import Finding, row_named
from moonstead.autonomy.protection.observer import Observer
from moonstead.contracts import BoolArray, FloatArray, Telemetry
from moonstead.units import DAY_S, HOUR_S

LOG, CLOCK, SUN_SENSOR = "avionics.log", "avionics.clock", "avionics.sun-sensor"
TELEMETRY = "avionics.telemetry"
HOME = "home:"
"""What a partner's centre is called, in front of the partner."""
WRONG_TICKS, SEEN_TICKS = 3, 2
"""So many ticks one after the other open a case; so many for the clock, of which nothing is
random."""
RIGHT_TICKS, UPSET_TICKS = 6, 36
"""So many ticks one after the other that look right end a case; so many for telemetry, which is
garbled at random and looks right for an hour in between."""
SEVERAL = 2
"""Channels."""
CLOCK_S = 5.0
"""Light time is taken off to better than this, and no clock in order is off by it."""
LIT_SHARE, DARK_SHARE = 0.01, 0.005
"""Of its rated power: more from one source whose light varies means light, less from all means
none."""
UNANSWERED_S = DAY_S
"""So much time in which Earth was heard, but nothing of one centre, counts as a missed contact."""
MISSED = 2
"""So many of them make a centre silent."""


@dataclass(slots=True)
class Units:
    """Counters of what looks wrong.

    Parameters
    ----------
    observer
        With what is sent up, and the newest readings.
    sees_sun
        (n_sources,) whether each depends on the light that the Sun sensor sees.
    """

    observer: Observer
    sees_sun: BoolArray
    wrong: dict[str, int] = field(default_factory=dict)
    """Ticks one after the other in which a unit looks wrong."""
    right: dict[str, int] = field(default_factory=dict)
    """The same in which what was wrong looks right."""
    unanswered_s: dict[str, float] = field(default_factory=dict)
    """By partner: for how long Earth was heard without its centre."""
    nonsense: list[int] = field(default_factory=list)
    """Channels that read what there cannot be."""
    offset_s: float = 0.0
    """Of the time on Earth from the station's clock when it was heard last."""
    was_due: bool = True
    """Whether the Sun was forecast when its sensor was wrong last."""
    remains: dict[str, float] = field(default_factory=dict)
    faulty: tuple[str, ...] = ()

    def step(self, telemetry: Telemetry, tick: int, dt_s: float, set_s: float) -> None:
        """Take a frame into account.

        Parameters
        ----------
        telemetry
            Of this tick.
        tick
            Its place in the forecast.
        dt_s
            Since the tick before.
        set_s
            By how much the time of the frame was set already.
        """
        self.remains, self.faulty = dict(telemetry.remains), telemetry.faulty
        for name in {*self.wrong, *telemetry.remains, *telemetry.faulty}:
            if name not in {CLOCK, SUN_SENSOR, TELEMETRY}:
                self._count(name, name in telemetry.remains or name in telemetry.faulty)
        self._look_at_sun(telemetry, tick)
        self._look_for_nonsense()
        if not telemetry.answered:
            return
        self.offset_s = self.offset_of(telemetry) + set_s
        self._count(CLOCK, abs(self.offset_s) > CLOCK_S)
        for partner in telemetry.answered:
            self.unanswered_s[partner] = 0.0
        for partner in self.unanswered_s:
            if partner not in telemetry.answered:
                self.unanswered_s[partner] += dt_s

    def _look_for_nonsense(self) -> None:
        """Count frames with readings that cannot be: of one channel alone it is the sensor."""
        here = self.observer.impossible.tolist()
        if TELEMETRY not in self.wrong:
            self.nonsense = []
        self.nonsense = sorted({*self.nonsense, *here})
        self._count(TELEMETRY, bool(here))

    def offset_of(self, telemetry: Telemetry) -> float:
        """Return by how much the time of Earth is ahead of that of a frame; the last where none."""
        if not telemetry.answered:
            return self.offset_s
        return float(np.median(list(telemetry.answered.values()))) - telemetry.t_s

    def _look_at_sun(self, telemetry: Telemetry, tick: int) -> None:
        """Compare the Sun sensor with the forecast, if the arrays agree with that."""
        belief = self.observer.belief
        is_due = bool(belief.sun[tick])
        gives = telemetry.source_power_w[self.sees_sun] / belief.plant.source_rated_w[self.sees_sun]
        if not gives.size or telemetry.sun_seen == is_due:
            # A blind one is right in the dark, one that is stuck in the light.
            if is_due == self.was_due:
                self._count(SUN_SENSOR, is_wrong=False)
        elif (is_due and gives.max() > LIT_SHARE) or (not is_due and gives.max() < DARK_SHARE):
            self.was_due = is_due
            self._count(SUN_SENSOR, is_wrong=True)

    def _count(self, name: str, is_wrong: bool) -> None:
        if is_wrong:
            self.wrong[name] = self.wrong.get(name, 0) + 1
            self.right.pop(name, None)
        elif name in self.wrong:
            self.right[name] = self.right.get(name, 0) + 1
            if self.right[name] >= (UPSET_TICKS if name == TELEMETRY else RIGHT_TICKS):
                del self.wrong[name], self.right[name]

    def dead(self) -> set[str]:
        """Return the elements that are off by their own test."""
        return {*self.faulty, *(name for name, share in self.remains.items() if share <= 0.0)}

    def is_wrong(self, component: str) -> bool:
        """Whether a unit looks wrong, or has not yet looked right for long enough."""
        if component.startswith(HOME):
            return self.unanswered_s.get(component.removeprefix(HOME), 0.0) > 0.0
        return component in self.wrong

    def memory_room(self, filled_bit: FloatArray) -> float:
        """Return the least share of free room in memories that have lost some of theirs.

        Parameters
        ----------
        filled_bit
            Of all recorders.
        """
        rooms = [1.0]
        names = self.observer.belief.channels.recorders
        for place, capacity_bit in enumerate(self.observer.belief.plant.recorder_capacity_bit):
            share = self.remains.get(names[place], 1.0)
            if 0.0 < share < 1.0 and np.isfinite(filled_bit[place]):
                rooms.append(1.0 - float(filled_bit[place]) / (share * float(capacity_bit)))
        return min(rooms)

    def findings(self) -> list[Finding]:
        """Return what looks wrong now."""
        found = []
        for name in sorted(self.wrong):
            if name == TELEMETRY and len(self.nonsense) < SEVERAL:
                continue
            again = self.wrong[name] >= (SEEN_TICKS if name == CLOCK else WRONG_TICKS)
            witnesses = frozenset({f"{name}:once", f"{name}:again"} if again else {f"{name}:once"})
            row, seen = self._told(name)
            subject = name if name.startswith("avionics.") else name.partition(".")[0]
            found.append(Finding(row_named(row), subject, name, -1, witnesses, seen))
        for partner, missed_s in sorted(self.unanswered_s.items()):
            missed = int(missed_s // UNANSWERED_S)
            if missed:
                name = HOME + partner
                witnesses = frozenset(f"{name}:{n}" for n in range(min(missed, MISSED)))
                seen = f"Earth was heard for {missed_s / HOUR_S:.0f} h without any of it"
                found.append(Finding(row_named("home-silent"), name, name, -1, witnesses, seen))
        return found

    def _told(self, name: str) -> tuple[str, str]:
        """Return the row of the isolation table, and what is seen."""
        if name == CLOCK:
            return "clock", f"Earth tells a time that is {self.offset_s:+.1f} s from it"
        if name == TELEMETRY:
            return "telemetry", f"{len(self.nonsense)} channels read what there cannot be"
        if name == SUN_SENSOR:
            return "sun-sensor", "it does not agree with the forecast, but the arrays do"
        if name == LOG:
            return "log", "it could not be written"
        if name in self.faulty or self.remains.get(name) == 0.0:
            return "self-test", "its self-test tells a fault"
        share = self.remains.get(name)
        left = "" if share is None else f": {100.0 * share:.0f} % of it are left"
        if name in self.observer.belief.channels.tanks:
            return "leak-told", f"its regulator fills up what a day would take{left}"
        return "memory", f"its own correction of errors finds bad banks{left}"

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "wrong": dict(self.wrong),
            "right": dict(self.right),
            "unanswered_s": dict(self.unanswered_s),
            "offset_s": self.offset_s,
            "was_due": self.was_due,
            "nonsense": list(self.nonsense),
            "remains": dict(self.remains),
            "faulty": list(self.faulty),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.wrong, self.right = dict(state["wrong"]), dict(state["right"])
        self.unanswered_s, self.offset_s = dict(state["unanswered_s"]), state["offset_s"]
        self.was_due, self.nonsense = state["was_due"], list(state["nonsense"])
        self.remains, self.faulty = dict(state["remains"]), tuple(state["faulty"])
