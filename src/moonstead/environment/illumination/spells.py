"""Durations of light and darkness: all epochs in order, many pixels side by side.

Everything inside the loops is a whole number of 16 bits, so that a vector register holds as many
pixels as can be: thresholds and latitudes in counts, durations in epochs. Lunation by lunation the
runs are carried over into longer numbers.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled

SingleArray = NDArray[np.float32]
ShortArray = NDArray[np.int16]
LongArray = NDArray[np.int32]

COUNTS = 32000.0
"""Counts in the span of latitudes that a body reaches: 0.2 arcseconds for the Sun."""
_CARRIED = 20000  # of a run, at most, into the next lunation; the rest is added outside


class Epochs(NamedTuple):
    """A body over time.

    Parameters
    ----------
    column
        Number of its column of longitude, shape (epochs,).
    lift
        Its latitude towards the map's pole, in counts, shape (epochs,).
    starts
        First epoch of every lunation, and the number of epochs.
    """

    column: LongArray
    lift: ShortArray
    starts: LongArray


class Spells(NamedTuple):
    """Longest runs and seasons of pixels, shape (n,) each.

    Parameters
    ----------
    absence, presence
        Longest run of epochs without and with the body in view.
    seasons
        Runs of lunations without an absence longer than allowed.
    season
        The longest of them, lunations.
    season_start
        Its first lunation.
    """

    absence: LongArray
    presence: LongArray
    seasons: LongArray
    season: LongArray
    season_start: LongArray


@compiled
def in_counts(threshold: SingleArray, span: float, out: ShortArray) -> None:
    """Turn thresholds in radians into counts; both of shape (columns, n)."""
    scale = np.float32(COUNTS / span)
    most = np.float32(32767.0)
    for m in range(threshold.shape[0]):
        for i in range(threshold.shape[1]):
            count = threshold[m, i] * scale
            count = count if count < most else most
            out[m, i] = np.int16(count if count > -most else -most)


@compiled
def find_spells(threshold: ShortArray, epochs: Epochs, bridge: int, spells: Spells) -> None:
    """Find the longest runs and the seasons of n pixels.

    Parameters
    ----------
    threshold
        In counts, shape (columns, n).
    epochs
        Of the body.
    bridge
        Longest absence, in epochs, that a season outlasts.
    spells
        To fill.
    """
    n = threshold.shape[1]
    dark, light = np.zeros(n, np.int16), np.zeros(n, np.int16)
    most_dark, most_light = np.empty(n, np.int16), np.empty(n, np.int16)
    dark_before, light_before = np.zeros(n, np.int32), np.zeros(n, np.int32)
    season = np.zeros(n, np.int32)
    for field in spells:
        field[:] = 0
    zero, one = np.int16(0), np.int16(1)
    for lunation in range(len(epochs.starts) - 1):
        for i in range(n):
            dark[i] = min(dark_before[i], _CARRIED)
            light[i] = min(light_before[i], _CARRIED)
            most_dark[i], most_light[i] = dark[i], light[i]
        for k in range(epochs.starts[lunation], epochs.starts[lunation + 1]):
            edge, at = threshold[epochs.column[k]], epochs.lift[k]
            for i in range(n):
                lit = at > edge[i]
                d = zero if lit else np.int16(dark[i] + one)
                b = np.int16(light[i] + one) if lit else zero
                dark[i], light[i] = d, b
                most_dark[i] = d if d > most_dark[i] else most_dark[i]
                most_light[i] = b if b > most_light[i] else most_light[i]
        for i in range(n):
            # Only a run that was carried in can be longer than what is carried.
            more = max(dark_before[i] - _CARRIED, 0)
            longest = most_dark[i] + (more if most_dark[i] >= _CARRIED else 0)
            dark_before[i] = dark[i] + (more if dark[i] > _CARRIED else 0)
            spells.absence[i] = max(spells.absence[i], longest)
            more = max(light_before[i] - _CARRIED, 0)
            best = most_light[i] + (more if most_light[i] >= _CARRIED else 0)
            light_before[i] = light[i] + (more if light[i] > _CARRIED else 0)
            spells.presence[i] = max(spells.presence[i], best)
            if longest > bridge:
                season[i] = 0
                continue
            season[i] += 1
            spells.seasons[i] += season[i] == 1
            if season[i] > spells.season[i]:
                spells.season[i] = season[i]
                spells.season_start[i] = lunation - season[i] + 1


@compiled
def count_together(
    threshold: ShortArray,
    epochs: Epochs,
    other_threshold: ShortArray,
    other_epochs: Epochs,
    both: LongArray,
) -> None:
    """Count the epochs with some of two bodies in view, for n pixels.

    Parameters
    ----------
    threshold, epochs, other_threshold, other_epochs
        Of the two bodies, over the same time.
    both
        To fill, shape (n,).
    """
    n = threshold.shape[1]
    short = np.empty(n, np.int16)
    zero, one = np.int16(0), np.int16(1)
    both[:] = 0
    for lunation in range(len(epochs.starts) - 1):
        short[:] = 0
        for k in range(epochs.starts[lunation], epochs.starts[lunation + 1]):
            edge, at = threshold[epochs.column[k]], epochs.lift[k]
            other_edge, other_at = other_threshold[other_epochs.column[k]], other_epochs.lift[k]
            for i in range(n):
                first = one if at > edge[i] else zero
                second = first if other_at > other_edge[i] else zero
                short[i] = np.int16(short[i] + second)
        for i in range(n):
            both[i] += short[i]
