"""Paths: contacts that were predicted and did not come."""

from dataclasses import dataclass, field
from typing import Any

from moonstead.autonomy.protection.belief import ProtectionBelief
from moonstead.contracts import Telemetry
from moonstead.units import HOUR_S

MISSED = 2
"""So many predicted contacts without any of it, one after the other, make a path silent."""
PASS_S = 8 * HOUR_S
"""A longer contact counts as several."""
LEAST_PASS_TICKS = 2


@dataclass(slots=True)
class Missing:
    """Counters, by place of the path.

    A contact counts from its prediction to its end. It is held if the path was open in any tick of
    it; one that was missed in a single tick is too short to count.
    """

    belief: ProtectionBelief
    ticks: list[int] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        paths = len(self.belief.channels.paths)
        self.ticks, self.held = [0] * paths, [False] * paths
        self.missed = [0] * paths

    def step(self, telemetry: Telemetry, tick: int) -> None:
        """Take a tick into account."""
        belief = self.belief
        longest = max(int(PASS_S // belief.tick_s), LEAST_PASS_TICKS)
        predicted = (belief.path_bit_per_s[tick] > 0.0).tolist()
        for p, is_open in enumerate(telemetry.path_open.tolist()):
            if is_open:
                self.missed[p] = 0
            if predicted[p]:
                self.ticks[p] += 1
                self.held[p] |= is_open
            if self.ticks[p] and (not predicted[p] or self.ticks[p] >= longest):
                if self.ticks[p] >= LEAST_PASS_TICKS and not self.held[p]:
                    self.missed[p] += 1
                self.ticks[p], self.held[p] = 0, False

    def silent(self) -> list[str]:
        """Return the paths that missed their last contacts."""
        names = self.belief.channels.paths
        return [names[p] for p, count in enumerate(self.missed) if count >= MISSED]

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {"ticks": self.ticks, "held": self.held, "missed": self.missed}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.ticks, self.held = list(state["ticks"]), list(state["held"])
        self.missed = list(state["missed"])
