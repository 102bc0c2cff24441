"""How long the fast tier may step at once: as long as the guard would surely decide nothing.

Between two decisions no level changes. So what the station can lose until then is bounded: all that
is switched on at full power, less what its sources are sure to give. While even that leaves the
margin above the next step of the ladder, the guard would have said the same in every tick between.
The step ends where light or dark begins, and at the first tick at which something may be due
(arrivals, faults, repairs): the truth looks for that at the beginning of every tick.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.guard.modes import DOWN_MARGIN, DOWN_ROOM, Mode
from moonstead.campaign.survival.programme import OFF_MARGIN, OFF_ROOM
from moonstead.contracts import FloatArray
from moonstead.units import HOUR_S

LONGEST_S = 12 * HOUR_S
STRAINED_S = HOUR_S
"""The longest outside NOMINAL, where what allows the next mode up has to last."""
NOISE_MARGIN = 0.01
"""Of the capacity: what gauges may be wrong by from one decision to the next."""
SLACK_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What a decision has found."""

    t_s: float
    mode: Mode
    is_working: bool
    """Whether the programme is on."""
    energy_j: float
    """That the stores can deliver, as believed."""
    lasts_s: Callable[[float], float]
    """How long the main bus surely loses no more than an energy in J."""
    lasts_apart: bool
    """Whether the buses apart surely carry themselves for the longest step."""
    room: Sequence[float]
    """The free share of each recorder."""
    fill_bit_per_s: Sequence[float]
    """What all that is switched on writes to each at most."""
    quiet_t_s: float
    """Until when nothing but physics happens."""


class Pace:
    """The forecast, looked at for what bounds a step."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._known = knowledge
        self._recorder_bit = knowledge.recorder_limit_bit.tolist()
        ahead = int(np.ceil(LONGEST_S / knowledge.slot_s)) + 1
        self._most_reserve_j = _ahead(knowledge.reserve[0], ahead + 1).max(axis=1)
        is_lit = knowledge.generation_w > 0.0
        marks = np.stack([knowledge.dark_soon, knowledge.dark, is_lit])
        changes = np.flatnonzero(np.any(np.diff(marks.astype(np.int8), axis=1) != 0, axis=0)) + 1
        changes_t_s = knowledge.start_t_s + knowledge.slot_s * changes.astype(np.float64)
        self._changes_t_s: list[float] = changes_t_s.tolist()

    def ticks(self, now: Now) -> int:
        """Return after how many ticks the next decision is to be."""
        known = self._known
        # Where a store apart runs low, a radio that stays on without a path may be its end.
        if now.mode >= Mode.SURVIVAL or not now.lasts_apart:
            return 1
        longest_s = LONGEST_S if now.mode == Mode.NOMINAL and now.is_working else STRAINED_S
        longest_s = min(longest_s, self._sky_s(now.t_s), self._energy_s(now), self._room_s(now))
        ticks = max(int((longest_s + SLACK_S) // known.tick_s), 1)
        return min(ticks, ticks_until(now.quiet_t_s - now.t_s, known.tick_s))

    def _sky_s(self, t_s: float) -> float:
        place = bisect_left(self._changes_t_s, t_s + SLACK_S)
        if place >= len(self._changes_t_s):
            return LONGEST_S
        return self._changes_t_s[place] - t_s

    def _energy_s(self, now: Now) -> float:
        """Return how long the margin surely stays above what would change a decision."""
        known = self._known
        slot = known.slot(now.t_s)
        capacity_j = float(known.capacity_j[slot])
        if capacity_j <= 0.0:
            return STRAINED_S
        limit = DOWN_MARGIN[Mode(now.mode + 1)]
        if now.mode == Mode.NOMINAL and now.is_working:
            limit = OFF_MARGIN
        spare_j = now.energy_j - float(self._most_reserve_j[slot])
        spare_j -= (limit + NOISE_MARGIN) * capacity_j
        return now.lasts_s(spare_j)

    def _room_s(self, now: Now) -> float:
        limit = OFF_ROOM if now.is_working else DOWN_ROOM
        left_s = (
            (room - limit) * limit_bit / fill
            for room, limit_bit, fill in zip(
                now.room, self._recorder_bit, now.fill_bit_per_s, strict=True
            )
            if room > limit and fill > 0.0
        )
        return min(left_s, default=LONGEST_S)


def ticks_until(span_s: float, tick_s: float) -> int:
    """Return the first tick, at least the next one, that does not begin before a span is over."""
    if span_s >= LONGEST_S:
        return max(int(LONGEST_S // tick_s), 1)
    return max(math.ceil((span_s - SLACK_S) / tick_s), 1)


def _ahead(values: FloatArray, count: int) -> FloatArray:
    """Return each value with the next ones, shape (n, count)."""
    padded = np.concatenate([values, np.full(count - 1, values[-1])])
    windows: FloatArray = sliding_window_view(padded, count)
    return windows
