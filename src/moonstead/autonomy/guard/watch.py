"""What the guard watches besides energy: the clock, and whether planner and executive live."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from moonstead.autonomy.guard.modes import RESETS
from moonstead.contracts import Notice
from moonstead.units import DAY_S, HOUR_S

COMPUTER = "avionics.computer"
"""What notices call the computer that runs the autonomy."""

GREATEST_SKIP_S = DAY_S
"""A longer step ahead is a fault of the clock, not telemetry that was missed."""
TICKS_TO_BELIEVE = 3
"""So many ticks that follow each other make a time that jumped the new one."""
RESTARTED = "restarts do not help"
RESTARTS, RESTART_WINDOW_S = 3, 2 * HOUR_S
"""So many restarts in this window bring SAFE (autonomy study, section 4.3)."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What the clock says of a frame."""

    t_s: float
    """The time that the guard goes by."""
    dt_s: float
    is_fresh: bool
    """Whether the frame is news: not told before, nor older than one that was."""
    oddity: str = ""
    has_jumped: bool = False
    """Whether the guard has just taken over a time that jumped."""


@dataclass(slots=True)
class Clock:
    """Telemetry that is late, doubled, skipped, or from the past or the future."""

    tick_s: float
    last_t_s: float | None = None
    odd_t_s: float | None = None
    odd_ticks: int = 0

    def read(self, t_s: float) -> Beat:
        """Judge the time of a frame."""
        if self.last_t_s is None:
            if not math.isfinite(t_s):
                return Beat(0.0, 0.0, is_fresh=True, oddity="a frame without a time")
            self.last_t_s = t_s
            return Beat(t_s, 0.0, is_fresh=True)
        ahead_s = t_s - self.last_t_s
        if 0.0 <= ahead_s <= GREATEST_SKIP_S:
            self.last_t_s = t_s
            self.odd_t_s, self.odd_ticks = None, 0
            oddity = ""
            if ahead_s == 0.0:
                oddity = "a frame told twice"
            elif ahead_s > 1.5 * self.tick_s:
                oddity = f"{ahead_s / self.tick_s - 1.0:.0f} frames missed"
            return Beat(t_s, ahead_s, is_fresh=ahead_s > 0.0, oddity=oddity)
        if not math.isfinite(t_s):
            return Beat(self.last_t_s, 0.0, is_fresh=True, oddity="a frame without a time")
        follows = self.odd_t_s is not None and 0.0 < t_s - self.odd_t_s <= 1.5 * self.tick_s
        self.odd_ticks = self.odd_ticks + 1 if follows else 1
        self.odd_t_s = t_s
        side = "future" if ahead_s > 0.0 else "past"
        oddity = f"a frame from {abs(ahead_s):.0f} s in the {side}"
        if self.odd_ticks < TICKS_TO_BELIEVE:
            return Beat(self.last_t_s, 0.0, is_fresh=ahead_s > 0.0, oddity=oddity)
        self.last_t_s = t_s
        self.odd_t_s, self.odd_ticks = None, 0
        return Beat(t_s, 0.0, is_fresh=True, oddity=oddity, has_jumped=True)


def boot_notices(why: str, away_s: float) -> list[Notice]:
    """Return what is told of a reset of the computer, from its register of reasons (level L4)."""
    return [
        Notice("detected", COMPUTER, f"the computer began anew: {why}", {"witnesses": 2.0}),
        Notice("isolated", COMPUTER, why),
        Notice("reaction", COMPUTER, "goes on from its log", {"level": 4.0}),
        Notice("recovered", COMPUTER, "decides again", {"took_s": away_s}),
    ]


@dataclass(slots=True)
class DeadMan:
    """Planner, executive and the like: who is silent or fails is made anew, and it is counted."""

    limits: Mapping[str, int]
    """Ticks for which each may be silent."""
    silent: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    """Who failed since the last tick, and how."""
    restarts_s: list[float] = field(default_factory=list)
    """How long ago each restart of one of them was."""
    resets_s: list[float] = field(default_factory=list)
    """How long ago each reset of the computer was."""

    def beat(self, part: str) -> None:
        """Note a sign of life."""
        self.silent[part] = 0

    def fail(self, part: str, how: str) -> None:
        """Note a failure."""
        self.failed.setdefault(part, how)

    def assess(self, dt_s: float, *, is_running: bool) -> dict[str, str]:
        """Return who is to be made anew in this tick, and why.

        Parameters
        ----------
        dt_s
            Since the tick before.
        is_running
            Whether the parts should be alive: in SAFE they are not.
        """
        self.restarts_s, self.resets_s = _aged(self.restarts_s, dt_s), _aged(self.resets_s, dt_s)
        if not is_running:
            self.silent.clear()
            self.failed.clear()
            return {}
        for part, limit in self.limits.items():
            self.silent[part] = self.silent.get(part, 0) + (dt_s > 0.0)
            if self.silent[part] > limit:
                self.fail(part, f"no sign of life for {self.silent[part]} ticks")
        anew, self.failed = self.failed, {}
        for part in anew:
            self.silent[part] = 0
            self.restarts_s.append(0.0)
        return anew

    def given_up(self) -> list[str]:
        """Return why beginning anew does not help, if it does not."""
        if len(self.restarts_s) + len(self.resets_s) < RESTARTS:
            return []
        return [RESTARTED if self.restarts_s else RESETS]

    def forget(self) -> None:
        """Begin to count anew."""
        self.restarts_s, self.resets_s = [], []


def _aged(ages_s: list[float], dt_s: float) -> list[float]:
    """Return how long ago things were, a while later; what is past the window no longer counts."""
    return [age_s + dt_s for age_s in ages_s if age_s + dt_s < RESTART_WINDOW_S][-RESTARTS:]
