"""Everything about the light on a map that needs its horizons, block of pixels by block."""

from typing import NamedTuple

import numba
import numpy as np

from moonstead.compiled import compiled, compiled_parallel
from moonstead.environment.illumination.spells import (
    Epochs,
    LongArray,
    ShortArray,
    Spells,
    count_together,
    find_spells,
    in_counts,
)
from moonstead.environment.illumination.tables import add_shares
from moonstead.environment.illumination.thresholds import (
    FINER,
    Body,
    CountArray,
    FloatArray,
    Pixels,
    Room,
    SingleArray,
    limb_horizon,
    thresholds,
)

BLOCK = 256
"""Pixels side by side: their thresholds in all columns stay in the second cache."""


class Task(NamedTuple):
    """A body, and what is wanted of it; flat, because a parallel loop takes nothing nested.

    Parameters
    ----------
    cosine, sine, ahead, pole, radius, parallax, span
        As in `Body`.
    any_part, mean_disc
        Tables of shares of the whole time, shape (columns, steps); see `share_tables`.
    parts
        Tables of any part in view in p parts of the time, shape (p, columns, steps).
    column, lift, starts
        As in `Epochs`.
    bridge
        Absence that a season outlasts, in epochs.
    """

    cosine: SingleArray
    sine: SingleArray
    ahead: FloatArray
    pole: FloatArray
    radius: float
    parallax: float
    span: float
    any_part: SingleArray
    mean_disc: SingleArray
    parts: SingleArray
    column: LongArray
    lift: ShortArray
    starts: LongArray
    bridge: int


class Found(NamedTuple):
    """What is found for every pixel; shape (pixels,) each, `parts` (p, pixels).

    Parameters
    ----------
    any_part, mean_disc, parts
        Shares of time, and of the disc.
    absence, presence, seasons, season, season_start
        As in `Spells`.
    """

    any_part: SingleArray
    mean_disc: SingleArray
    parts: SingleArray
    absence: LongArray
    presence: LongArray
    seasons: LongArray
    season: LongArray
    season_start: LongArray


@compiled
def block_thresholds(
    counts: CountArray, per_radian: float, pixels: Pixels, body: Body
) -> tuple[SingleArray, SingleArray]:
    """Return a block's thresholds for the limb and for the middle, shape (columns, n) each."""
    directions, width = counts.shape
    limb = np.empty((FINER * directions, width), np.float32)
    middle = np.empty((FINER * directions, width), np.float32)
    limb_horizon(counts, per_radian, body.radius, limb, middle)
    columns = len(body.cosine)
    for_limb = np.empty((columns, width), np.float32)
    for_middle = np.empty((columns, width), np.float32)
    start = np.zeros(width, np.float32)
    room = Room(np.empty(width, np.int32), np.empty(width, np.float32), np.empty(width, np.float32))
    thresholds(pixels, body, limb, columns - 1, start, room, start)
    for m in range(columns):
        # Neighbours are so near to one another that one is a good first guess at the other.
        thresholds(pixels, body, limb, m, for_limb[m - 1] if m else start, room, for_limb[m])
        thresholds(pixels, body, middle, m, for_limb[m], room, for_middle[m])
    return for_limb, for_middle


@compiled
def add_body(
    counts: CountArray,
    per_radian: float,
    pixels: Pixels,
    task: Task,
    found: Found,
    first: int,
) -> ShortArray:
    """Fill in what one body comes to for a block of pixels.

    Parameters
    ----------
    counts, per_radian, pixels
        Of the block, see `block_thresholds`.
    task
        The body.
    found
        Of all pixels, to fill.
    first
        The block's first pixel.

    Returns
    -------
    ndarray of shape (columns, n)
        The block's thresholds for the limb, in counts.
    """
    body = Body(
        task.cosine, task.sine, task.ahead, task.pole, task.radius, task.parallax, task.span
    )
    for_limb, for_middle = block_thresholds(counts, per_radian, pixels, body)
    columns, width = for_limb.shape
    last = first + width
    for m in range(columns):
        add_shares(for_limb[m], task.any_part[m], task.span, found.any_part[first:last])
        add_shares(for_middle[m], task.mean_disc[m], task.span, found.mean_disc[first:last])
        for p in range(len(task.parts)):
            add_shares(for_limb[m], task.parts[p, m], task.span, found.parts[p, first:last])
    edges = np.empty((columns, width), np.int16)
    in_counts(for_limb, task.span, edges)
    spells = Spells(
        found.absence[first:last],
        found.presence[first:last],
        found.seasons[first:last],
        found.season[first:last],
        found.season_start[first:last],
    )
    find_spells(edges, Epochs(task.column, task.lift, task.starts), task.bridge, spells)
    return edges


@compiled_parallel
def fill_light(
    counts: CountArray,
    per_radian: float,
    pixels: Pixels,
    sun: Task,
    earth: Task,
    sun_found: Found,
    earth_found: Found,
    together: LongArray,
) -> None:
    """Find light, Earth, and both together for all pixels of a map.

    Parameters
    ----------
    counts
        Horizons, shape (directions, pixels).
    per_radian
        Counts in a radian.
    pixels
        All of them.
    sun, earth
        The two bodies.
    sun_found, earth_found
        To fill; the shares start from zero.
    together
        To fill, shape (pixels,): epochs with some of both in view.
    """
    total = counts.shape[1]
    for b in numba.prange((total + BLOCK - 1) // BLOCK):
        i, j = b * BLOCK, min((b + 1) * BLOCK, total)
        own = Pixels(pixels.x[i:j], pixels.y[i:j], pixels.rise[i:j], pixels.u[i:j], pixels.v[i:j])
        horizon = np.ascontiguousarray(counts[:, i:j])
        sun_edges = add_body(horizon, per_radian, own, sun, sun_found, i)
        earth_edges = add_body(horizon, per_radian, own, earth, earth_found, i)
        sun_epochs = Epochs(sun.column, sun.lift, sun.starts)
        earth_epochs = Epochs(earth.column, earth.lift, earth.starts)
        count_together(sun_edges, sun_epochs, earth_edges, earth_epochs, together[i:j])
