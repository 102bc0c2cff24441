"""The ladder of energy and SAFE: small machines that remember durations, never dates.

Down at once, in the tick that sees it; up one mode at a time, after what allows it has lasted.
Neither knows the planner, the clock or a battery: what they are shown is `Signs`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from moonstead.autonomy.guard.modes import (
    DOWN_MARGIN,
    DOWN_ROOM,
    HOLD_S,
    QUIET_S,
    RESETS,
    SAFE_S,
    SELF_RELIANT,
    UP_MARGIN,
    UP_ROOM,
    Mode,
)
from moonstead.units import HOUR_S


@dataclass(frozen=True, slots=True)
class Signs:
    """What a tick shows of energy."""

    margin: float
    """(Energy predicted one tick ahead - reserve) / capacity."""
    room: float
    """The least share that is free of recorders and heat rejection."""
    is_lit: bool
    is_doomed: bool
    """Whether the survival load would bring the stores below their floor before dawn."""
    is_above_floor: bool


@dataclass(slots=True)
class Ladder:
    """The step of the ladder, and for how long the next one up would have been allowed."""

    step: Mode = Mode.NOMINAL
    good_s: float | None = None

    def assess(self, signs: Signs, dt_s: float) -> str:
        """Take the step of this tick; return why it changed, or an empty text."""
        lowest, why = _demanded(signs)
        if lowest > self.step:
            self.step, self.good_s = lowest, None
            return why
        if self.step in (Mode.NOMINAL, lowest) or not self._is_good(signs):
            self.good_s = None
            return ""
        self.good_s = 0.0 if self.good_s is None else self.good_s + dt_s
        if self.good_s < HOLD_S[self.step]:
            return ""
        why = f"what allows it has lasted {HOLD_S[self.step] / 3600.0:g} h"
        self.step, self.good_s = Mode(self.step - 1), None
        return why

    def _is_good(self, signs: Signs) -> bool:
        if self.step == Mode.HIBERNATE:
            return signs.is_lit and signs.is_above_floor
        enough_room = self.step != Mode.TRIM or signs.room > UP_ROOM
        return signs.margin > UP_MARGIN[self.step] and enough_room


def _demanded(signs: Signs) -> tuple[Mode, str]:
    """Return the highest mode that a tick allows, and why none above it."""
    if not signs.is_above_floor:
        return Mode.HIBERNATE, "the stores are below their floor"
    if signs.is_doomed and not signs.is_lit:
        return (
            Mode.HIBERNATE,
            "at survival load the stores would fall below their floor in the dark",
        )
    for mode in (Mode.SURVIVAL, Mode.REDUCED, Mode.TRIM):
        if signs.margin < DOWN_MARGIN[mode]:
            return mode, (
                f"margin {100.0 * signs.margin:.1f} % of the capacity, "
                f"below {100.0 * DOWN_MARGIN[mode]:g} %"
            )
    if signs.room < DOWN_ROOM:
        return Mode.TRIM, f"{100.0 * signs.room:.0f} % room in recorders or heat rejection"
    return Mode.NOMINAL, ""


@dataclass(slots=True)
class Safe:
    """SAFE: what brought it, for how long, and what people on Earth have said to be known."""

    reasons: list[str] = field(default_factory=list)
    """Empty outside SAFE."""
    for_s: float = 0.0
    quiet_s: float = 0.0
    """Since there was a reason last."""
    alone_s: float = SAFE_S
    """Since it was left early because the resets had ended, up to `SAFE_S`."""
    known: list[str] = field(default_factory=list)
    """Reasons that were there when people cleared SAFE: no cause again while they last."""

    def assess(
        self, present: Iterable[str], dt_s: float, *, is_cleared: bool, level: int
    ) -> tuple[bool, str]:
        """Take the step of this tick.

        Parameters
        ----------
        present
            Reasons for SAFE that hold now.
        dt_s
            Since the tick before.
        is_cleared
            Whether people on Earth command the end of SAFE.
        level
            Level of autonomy, 1 to 4.

        Returns
        -------
        is_safe, why
            Whether the station is in SAFE, and why that changed or stays against a command.
        """
        now = set(present)
        self.alone_s = min(self.alone_s + dt_s, SAFE_S)
        self.known = sorted(set(self.known) & now)
        fresh = sorted(now - set(self.known) - set(self.reasons))
        if not self.reasons:
            self.reasons = fresh
            return bool(fresh), "; ".join(fresh)
        self.for_s = min(self.for_s + dt_s, SAFE_S)
        self.quiet_s = 0.0 if now else min(self.quiet_s + dt_s, SAFE_S)
        if is_cleared and not fresh:
            self.known = sorted(now)
            self._end()
            return False, "cleared by people on Earth"
        self.reasons += fresh
        if fresh:
            return True, "; ".join(fresh)
        if level >= SELF_RELIANT and not now - set(self.known):
            if self.for_s >= SAFE_S:
                self._end()
                return False, f"self-test good after {SAFE_S / HOUR_S:g} h at level E4"
            quiet_s = max(QUIET_S.get(reason, SAFE_S) for reason in self.reasons)
            if self.quiet_s >= quiet_s and not self._comes_again():
                if RESETS in self.reasons:
                    self.alone_s = 0.0
                why = " or ".join(self.reasons)
                self._end()
                return False, f"not {why} for {quiet_s / HOUR_S:g} h at level E4"
        return True, ""

    def _comes_again(self) -> bool:
        """Whether resets bring SAFE again soon after it was left because they had ended."""
        return RESETS in self.reasons and self.alone_s < SAFE_S

    def _end(self) -> None:
        self.reasons, self.for_s, self.quiet_s = [], 0.0, 0.0
