"""Memories of relays that never overflow: who sends keeps what does not fit.

Before each tick the room of each memory is a lower figure: what it had when it was looked at, less
all that was sent into it since, as if nothing had left it. Only where that does not do for the tick
the network is carried on to see how much is there; then the path is slowed down to what fits.
"""

from collections.abc import Mapping

from moonstead.run.courier import Courier, Ended
from moonstead.units import HOUR_S

SPARE_FRACTION = 1e-3
"""Of a memory, at most `SPARE_BIT`: kept free for commands on their way down, and for rounding."""
SPARE_BIT = 1e6
LOOK_AGAIN_S = HOUR_S
"""A memory that is full, so that nothing can be sent, is looked at this often."""


class Memories:
    """How much the relays can still take.

    Parameters
    ----------
    courier
        Who knows what they hold.
    relays
        Name and memory (bit) of the relay of each path that has one with a memory.
    start_t_s
        When all of it is as the courier has it, TDB seconds past J2000.
    """

    def __init__(
        self, courier: Courier, relays: Mapping[str, tuple[str, float]], start_t_s: float
    ) -> None:
        self._courier, self._relays = courier, relays
        self._sent_bit: dict[str, float] = {}
        self._held_bit: dict[str, float] = {}
        self._looked_t_s = start_t_s
        self.look(start_t_s)

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths that lead into a memory."""
        return tuple(self._relays)

    def look(self, t_s: float) -> None:
        """Take note of what the relays hold, right after everything was carried until an instant.

        Parameters
        ----------
        t_s
            That instant, TDB seconds past J2000.
        """
        self._looked_t_s = t_s
        self._sent_bit = dict.fromkeys(self._relays, 0.0)
        self._held_bit = {
            path: self._courier.stored_bit(name) for path, (name, _) in self._relays.items()
        }

    def sent(self, path: str, bit: float) -> None:
        """Take note of what was sent on a path."""
        if path in self._sent_bit:
            self._sent_bit[path] += bit

    def room(self, path: str, wanted_bit: float, t_s: float) -> tuple[float, Ended | None]:
        """Return how much of what is wanted fits, and what came home if that was found out by it.

        Parameters
        ----------
        path
            One of `paths`.
        wanted_bit
            What the path could carry until the next call.
        t_s
            Now, TDB seconds past J2000.
        """
        room_bit = self._room_bit(path)
        since_s = t_s - self._looked_t_s
        ended = None
        if room_bit < wanted_bit and (
            since_s >= LOOK_AGAIN_S or (since_s > 0.0 and self._sent_bit[path] > 0.0)
        ):
            ended = self._courier.carry(t_s)
            self.look(t_s)
            room_bit = self._room_bit(path)
        return min(max(room_bit, 0.0), wanted_bit), ended

    def _room_bit(self, path: str) -> float:
        _, memory_bit = self._relays[path]
        spare_bit = min(SPARE_FRACTION * memory_bit, SPARE_BIT)
        return memory_bit - spare_bit - self._held_bit[path] - self._sent_bit[path]
