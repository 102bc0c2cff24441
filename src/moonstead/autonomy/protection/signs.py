"""What looks wrong in a tick: the alarms of the detectors, read together channel by channel."""

import math
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from moonstead.autonomy.protection.detectors import (
    FROZEN,
    LIMIT,
    SHIFT,
    SPREAD,
    Memory,
    Rows,
    new_memory,
    watch,
)
from moonstead.compiled import compiled_without_counting
from moonstead.contracts import BoolArray, FloatArray

FAMILIES = ("limit", "level", "trend", "spread", "frozen", "leap")
"""What rows there are for each channel: gross residual, smoothed residual, cumulative sum, scatter,
exact repetition, a residual that nothing else explains."""
SAME = {"leap": "limit"}
"""Families that are one witness: both count how large a residual is."""
LEAP_SIGMA, SUDDEN_SIGMA = 8.0, 5.5
"""A residual that may be an upset of the reading; one of a load that is told in its first tick."""
GROSS_SIGMA = 6.0
GROSS_TICKS = 2
"""After the first, which is not counted."""
LEVEL_SIGMA = 1.5
LEVEL_TICKS = 3
LEVEL_SHARE = 0.08
"""Of the newest residual in the smoothed one, whose own scatter is then 0.2 standard deviations for
white noise, 0.4 at a correlation of 0.6."""
LEVEL_MOST = 30.0
"""A residual beyond this counts as this in the smoothed one, so that it is forgotten in time."""
SLACK, THRESHOLD = 1.0, 25.0
"""Of the cumulative sum of the whitened residual (autonomy study, section 5.1)."""
SPREAD_SLACK, SPREAD_THRESHOLD = 2.0, 60.0
"""Of its square, which has a heavier tail."""
FROZEN_TICKS, FROZEN_SURE_TICKS = 4, 8
"""A noisy number repeats itself exactly so often by chance in 1e-20 of all cases."""

ABRUPT = frozenset({"limit", "spread", "leap"})
"""Families that speak at once, before it shows whether a reading is off or scatters."""
FAR_SIGMA = 3.0
RUN_TICKS = 3
"""So many ticks of such residuals on one side, one after the other, and it is off to that side."""
FLIPS, FLIP_KEPT = 1.5, 0.9
"""So many changes of side, each forgotten by this share a tick, and it scatters."""

Way = Literal["low", "high", "frozen", "noisy", "missing"]


@dataclass(frozen=True, slots=True)
class Sign:
    """A channel that looks wrong."""

    channel: int
    """Place among all channels."""
    way: Way
    witnesses: tuple[str, ...]
    """Families of detectors that speak against it."""


class Sides(NamedTuple):
    """On which side of what is expected a channel reads; arrays of shape (n_channels,)."""

    level: FloatArray
    """Smoothed residual."""
    run: FloatArray
    """Ticks one after the other far off on one side; less than 0 below."""
    flips: FloatArray
    """Changes of side, forgotten in time."""
    last: FloatArray
    """Residual of the tick before; 0 where there was none."""


@compiled_without_counting
def gather(
    rows: Rows,
    memory: Memory,
    sides: Sides,
    kinds: tuple[BoolArray, BoolArray],
    numbers: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    masks: tuple[BoolArray, BoolArray],
) -> tuple[bool, bool]:
    """Lay the numbers of all families end to end and watch them.

    Returns whether any detector raises an alarm, and whether any residual is gross in this tick.

    Parameters
    ----------
    rows, memory
        Of the detectors.
    sides
        Changed in place.
    kinds
        Where exact repetition is odd, and which channels are loads (they do at once what they are
        commanded).
    numbers
        Residuals, those of the change in this tick alone (NaN where nobody looks at it), readings,
        and room for the numbers of all rows.
    masks
        Channels whose sensors are excluded, and room for which rows are allowed.
    """
    z, change_z, reading, values = numbers
    held, allowed = masks
    has_noise, is_load = kinds
    level, run, flips = sides.level, sides.run, sides.flips
    n = z.shape[0]
    is_odd, is_gross = False, False
    for k in range(n):
        was_far = abs(sides.last[k]) > FAR_SIGMA
        sides.last[k] = z[k] if np.isfinite(z[k]) else 0.0
        values[5 * n + k] = z[k]
        if abs(change_z[k]) > SUDDEN_SIGMA:
            values[5 * n + k] = change_z[k]
        allowed[5 * n + k] = not held[k] and is_load[k]
        if abs(z[k]) > LEAP_SIGMA and not was_far:
            # One alone may be an upset of the reading: nothing but its leap is told.
            for family in range(5):
                values[family * n + k] = np.nan
                allowed[family * n + k] = False
            run[k] = np.sign(z[k])
            continue
        if np.isfinite(z[k]):
            is_gross |= abs(z[k]) > GROSS_SIGMA
            level[k] += LEVEL_SHARE * (min(max(z[k], -LEVEL_MOST), LEVEL_MOST) - level[k])
            values[n + k] = level[k]
            flips[k] *= FLIP_KEPT
            if abs(z[k]) <= FAR_SIGMA:
                run[k] = 0.0
            elif run[k] * z[k] < 0.0:
                flips[k] += 1.0
                run[k] = np.sign(z[k])
            else:
                run[k] += np.sign(z[k])
        else:
            values[n + k] = np.nan
        values[k] = values[2 * n + k] = values[3 * n + k] = z[k]
        values[4 * n + k] = reading[k]
        free = not held[k]
        allowed[k] = allowed[n + k] = allowed[2 * n + k] = allowed[3 * n + k] = free
        allowed[4 * n + k] = has_noise[k] and reading[k] != 0.0
    watch(rows, memory, values, allowed)
    for row in range(6 * n):
        is_odd |= memory.alarm[row]
    return is_odd, is_gross


class Watcher:
    """The detectors of all channels.

    Parameters
    ----------
    count
        Number of channels.
    has_noise
        Whether exact repetition is odd; counters of bits may repeat themselves.
    is_load
        Which are loads.
    """

    def __init__(self, count: int, has_noise: BoolArray, is_load: BoolArray) -> None:
        self.count = count
        self._sides = Sides(*(np.zeros(count) for _ in Sides._fields))
        self.level: FloatArray = self._sides.level
        self._kinds = (has_noise, is_load)
        self._reading: FloatArray = np.zeros(count)
        kinds = np.repeat([LIMIT, LIMIT, SHIFT, SPREAD, FROZEN, LIMIT], count).astype(np.int64)

        def per_family(*values: float) -> FloatArray:
            return np.repeat(np.array(values, dtype=np.float64), count)

        limit = per_family(GROSS_SIGMA, LEVEL_SIGMA, 0.0, 0.0, 0.0, SUDDEN_SIGMA)
        ticks = np.repeat([GROSS_TICKS, LEVEL_TICKS, 1, 1, FROZEN_TICKS, 1], count)
        self._rows = Rows(
            kind=kinds,
            low=-limit,
            high=limit,
            repeat=ticks.astype(np.int64),
            slack=per_family(0.0, 0.0, SLACK, SPREAD_SLACK, 0.0, 0.0),
            threshold=per_family(0.0, 0.0, THRESHOLD, SPREAD_THRESHOLD, 0.0, 0.0),
            least_sigma=per_family(0.0, 0.0, 1.0, 1.0, 0.0, 0.0),
        )
        self.memory: Memory = new_memory(len(kinds))
        self._values: FloatArray = np.zeros(len(kinds))
        self._allowed: BoolArray = np.ones(len(kinds), dtype=np.bool_)

    def step(
        self, z: FloatArray, change_z: FloatArray, reading: FloatArray, held: BoolArray
    ) -> tuple[bool, bool]:
        """Take a tick into account.

        Returns whether any detector raises an alarm, and whether any residual is gross.

        Parameters
        ----------
        z, change_z, reading
            Residuals in standard deviations, those of the change in this tick alone, and the raw
            numbers, of all channels.
        held
            Channels whose sensors are excluded: they are compared by themselves.
        """
        self._reading = reading
        return gather(
            self._rows,
            self.memory,
            self._sides,
            self._kinds,
            (z, change_z, reading, self._values),
            (held, self._allowed),
        )

    def signs(self) -> list[Sign]:
        """Return the channels with an alarm."""
        alarm = self.memory.alarm.reshape(len(FAMILIES), self.count)
        found = []
        for channel in np.flatnonzero(alarm.any(axis=0)).tolist():
            speak = [FAMILIES[f] for f in np.flatnonzero(alarm[:, channel]).tolist()]
            way = self._way(channel, speak)
            witnesses = dict.fromkeys(SAME.get(family, family) for family in speak)
            if way == "frozen" and self._frozen_ticks(channel) >= FROZEN_SURE_TICKS:
                witnesses["frozen again"] = None
            if ABRUPT.intersection(speak) and not self._is_clear(channel, way):
                witnesses = {"limit": None}
            if way == "low" and self._is_nothing(channel):
                witnesses["nothing"] = None
            found.append(Sign(channel, way, tuple(witnesses)))
        return found

    def _is_nothing(self, channel: int) -> bool:
        """Whether a load reads nothing at all where it surely should: noise and upsets do not.

        A heater near its set point may draw nothing although a little is expected.
        """
        is_far = self._sides.last[channel] < -FAR_SIGMA
        return bool(self._kinds[1][channel] and self._reading[channel] == 0.0 and is_far)

    def is_frozen(self, channel: int) -> bool:
        """Whether a reading repeats itself exactly."""
        return self._frozen_ticks(channel) >= FROZEN_TICKS

    def _frozen_ticks(self, channel: int) -> int:
        return int(self.memory.wrong[FAMILIES.index("frozen") * self.count + channel])

    def _is_clear(self, channel: int, way: Way) -> bool:
        """Whether it shows by now that a reading is off to one side, or that it is not."""
        if way in {"frozen", "noisy"}:
            return True
        return bool(abs(self._sides.run[channel]) >= RUN_TICKS)

    def _way(self, channel: int, speak: list[str]) -> Way:
        if "frozen" in speak:
            return "frozen"
        if "spread" in speak and self._sides.flips[channel] >= FLIPS:
            return "noisy"
        if speak == ["leap"]:
            # Of this tick: the smoothed residual may not know of it.
            return "high" if self._values[5 * self.count + channel] > 0.0 else "low"
        if "trend" in speak and abs(self.level[channel]) < 0.5 * LEVEL_SIGMA:
            place = 2 * self.count + channel
            return "high" if self.memory.up[place] > self.memory.down[place] else "low"
        return "high" if self.level[channel] > 0.0 else "low"

    def forget(self, channel: int) -> None:
        """Begin anew with a channel: its sums are of a state that is over."""
        for values in self._sides:
            values[channel] = 0.0
        for family in range(len(FAMILIES)):
            place = family * self.count + channel
            self.memory.wrong[place] = 0
            self.memory.up[place] = self.memory.down[place] = 0.0
            self.memory.alarm[place] = False
            self.memory.last[place] = np.nan

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        kept = {
            name: [None if math.isnan(value) else value for value in values.tolist()]
            for name, values in self.memory._asdict().items()
        }
        sides = {name: values.tolist() for name, values in self._sides._asdict().items()}
        return {"memory": kept, "sides": sides}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        for name, values in state["sides"].items():
            getattr(self._sides, name)[:] = values
        for name, values in state["memory"].items():
            array = getattr(self.memory, name)
            array[:] = [np.nan if value is None else value for value in values]
