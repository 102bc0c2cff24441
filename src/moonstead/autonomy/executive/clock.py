"""Which ticks to believe: none twice, none from the past, a leap only when it lasts."""

from dataclasses import dataclass
from enum import StrEnum

CONFIRMING_TICKS = 3
"""So many ticks in a row must agree on a new time before the clock is taken to have been set."""


class Believed(StrEnum):
    """What a tick's time is taken for."""

    ON = "on"
    SET_BACK = "set back"
    """The clock now runs on an earlier time: what counts durations is moved along."""
    LEAPT = "leapt"
    """The time did pass, or the clock was set forward: durations count on."""
    AGAIN = "again"
    """The time of the tick before; or no time at all."""
    ODD = "odd"
    """From the past or far in the future, and not confirmed."""


@dataclass(slots=True)
class Clock:
    """The time of the last tick that was believed, and the odd times since."""

    t_s: float | None = None
    odd_t_s: float = 0.0
    odd_ticks: int = 0

    def look(self, t_s: float, largest_step_s: float) -> Believed:
        """Judge the time of a tick, and remember it if it is believed."""
        if self.t_s is None:
            if not abs(t_s) < float("inf"):
                return Believed.AGAIN
            self.t_s = t_s
            return Believed.ON
        if t_s == self.t_s or not abs(t_s) < float("inf"):
            return Believed.AGAIN
        if 0.0 < t_s - self.t_s <= largest_step_s:
            self._believe(t_s)
            return Believed.ON
        follows = self.odd_ticks > 0 and 0.0 < t_s - self.odd_t_s <= largest_step_s
        self.odd_ticks = self.odd_ticks + 1 if follows else 1
        self.odd_t_s = t_s
        if self.odd_ticks < CONFIRMING_TICKS:
            return Believed.ODD
        verdict = Believed.SET_BACK if t_s < self.t_s else Believed.LEAPT
        self._believe(t_s)
        return verdict

    def _believe(self, t_s: float) -> None:
        self.t_s = t_s
        self.odd_ticks = 0
