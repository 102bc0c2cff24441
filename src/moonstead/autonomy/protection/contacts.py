"""Paths to Earth: contacts that were predicted and did not come, or carried too little."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from moonstead.autonomy.protection.belief import ProtectionBelief
from moonstead.contracts import FloatArray, Telemetry
from moonstead.units import HOUR_S

POOR = 2
"""So many predicted contacts without any of it, or with too little, one after the other, make a
path silent or weak."""
PASS_S = 8 * HOUR_S
"""A longer contact counts as several."""
LEAST_PASS_TICKS = 2
LEAST_JUDGED_TICKS = 3
"""Of a contact in which a path carries too little."""
WEAK_SHARE = 0.9
"""A path that carries less of what it could is weak."""
WHOLE_SHARE = 0.95
FORGOTTEN = 0.1
"""In a contact that shows nothing what is known of a weak path is forgotten by this share."""


@dataclass(slots=True)
class Contacts:
    """Counters, by place of the path.

    A contact counts from its prediction to its end. It is held if the path was open in any tick of
    it; one that was missed in a single tick is too short to count.
    """

    belief: ProtectionBelief
    ticks: list[int] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    judged: list[int] = field(default_factory=list)
    """Ticks of this contact in which it was seen what the path carries."""
    sent_bit: list[float] = field(default_factory=list)
    could_bit: list[float] = field(default_factory=list)
    poor: list[int] = field(default_factory=list)
    share: list[float] = field(default_factory=list)
    """What it carries of what it could, by the last contact that showed it."""

    def __post_init__(self) -> None:
        paths = len(self.belief.channels.paths)
        self.ticks, self.held, self.missed = [0] * paths, [False] * paths, [0] * paths
        self.judged, self.poor, self.share = [0] * paths, [0] * paths, [1.0] * paths
        self.sent_bit, self.could_bit = [0.0] * paths, [0.0] * paths

    def step(
        self, telemetry: Telemetry, tick: int, sent_bit: FloatArray, could_bit: FloatArray
    ) -> None:
        """Take a tick into account.

        Parameters
        ----------
        telemetry
            Of this tick.
        tick
            Its place in the forecast.
        sent_bit, could_bit
            (n_paths,) what each path has carried and what it could have; 0 where that is unknown.
        """
        belief = self.belief
        longest = max(int(PASS_S // belief.tick_s), LEAST_PASS_TICKS)
        predicted = (belief.path_bit_per_s[tick] > 0.0).tolist()
        for p, is_open in enumerate(telemetry.path_open.tolist()):
            if is_open:
                self.missed[p] = 0
            if predicted[p]:
                self.ticks[p] += 1
                self.held[p] |= is_open
            if could_bit[p] > 0.0:
                self.judged[p] += 1
                self.sent_bit[p] += float(sent_bit[p])
                self.could_bit[p] += float(could_bit[p])
            if self.ticks[p] and (not predicted[p] or self.ticks[p] >= longest):
                if self.ticks[p] >= LEAST_PASS_TICKS and not self.held[p]:
                    self.missed[p] += 1
                self._weigh(p)
                self.ticks[p], self.held[p] = 0, False

    def _weigh(self, p: int) -> None:
        """Judge what a contact that is over has carried."""
        share = self.sent_bit[p] / self.could_bit[p] if self.judged[p] else -1.0
        if share > WHOLE_SHARE:
            self.poor[p], self.share[p] = 0, 1.0
        elif self.judged[p] >= LEAST_JUDGED_TICKS and share < WEAK_SHARE:
            self.poor[p], self.share[p] = self.poor[p] + 1, share
        elif self.poor[p]:
            self.share[p] += FORGOTTEN * (1.0 - self.share[p])
            if self.share[p] > WHOLE_SHARE:
                self.poor[p], self.share[p] = 0, 1.0
        self.judged[p], self.sent_bit[p], self.could_bit[p] = 0, 0.0, 0.0

    def silent(self) -> list[str]:
        """Return the paths that missed their last contacts."""
        return self._counted(self.missed)

    def weak(self) -> list[str]:
        """Return the paths that carried too little in their last contacts."""
        return self._counted(self.poor)

    def _counted(self, counts: Sequence[int]) -> list[str]:
        names = self.belief.channels.paths
        return [names[p] for p, count in enumerate(counts) if count >= POOR]

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {name: list(getattr(self, name)) for name in self.__slots__ if name != "belief"}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        for name in self.__slots__:
            if name != "belief":
                setattr(self, name, list(state[name]))
