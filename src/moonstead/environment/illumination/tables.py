"""Shares of time as tables: one look-up a pixel and column, however long the time."""

import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled

FloatArray = NDArray[np.float64]
SingleArray = NDArray[np.float32]

STEPS = 1024
"""Latitudes in a table."""


def share_tables(
    column: NDArray[np.int32],
    lift_rad: SingleArray,
    weight: FloatArray,
    columns: int,
    radius_rad: float,
    span_rad: float,
) -> tuple[SingleArray, SingleArray]:
    """Return the share of time, by column, that a body spends above a threshold.

    Parameters
    ----------
    column, lift_rad
        Of every epoch, see `BodyColumns`.
    weight
        Of every epoch; their sum is one.
    columns
        How many there are.
    radius_rad
        Of the disc.
    span_rad
        Tables go from minus to plus this.

    Returns
    -------
    (ndarray, ndarray) of shape (columns, STEPS) each
        Share of time with any part in view, at thresholds for the limb; and mean share of the disc
        in view, at thresholds for its middle.
    """
    edges = np.linspace(-span_rad, span_rad, STEPS + 1)
    centre = 0.5 * (edges[1:] + edges[:-1])
    place = np.clip(
        ((lift_rad + span_rad) / (2.0 * span_rad) * STEPS).astype(np.int64), 0, STEPS - 1
    )
    held = np.zeros((columns, STEPS))
    np.add.at(held, (column, place), weight)
    # Half of a cell's time counts as above its middle.
    above = np.cumsum(held[:, ::-1], axis=1)[:, ::-1] - 0.5 * held
    depth = np.clip((centre[:, np.newaxis] - centre[np.newaxis, :]) / radius_rad, -1.0, 1.0)
    # Share of a disc whose centre stands `depth` radii above a straight horizon.
    disc = 0.5 + (depth * np.sqrt(1.0 - depth**2) + np.arcsin(depth)) / np.pi
    return above.astype(np.float32), (held @ disc).astype(np.float32)


@compiled
def add_shares(
    threshold: SingleArray, table: SingleArray, span_rad: float, total: SingleArray
) -> None:
    """Add the shares of one column to the totals of n pixels.

    Parameters
    ----------
    threshold
        Shape (n,), radians.
    table
        Of the column, shape (`STEPS`,).
    span_rad
        The table goes from minus to plus this.
    total
        Shape (n,), raised in place.
    """
    scale = np.float32(STEPS / (2.0 * span_rad))
    offset = np.float32(STEPS / 2.0 - 0.5)
    last = np.float32(STEPS - 1.0)
    zero = np.float32(0.0)
    for i in range(len(threshold)):
        place = threshold[i] * scale + offset
        place = place if place > zero else zero
        place = place if place < last else last
        k = np.int32(place)
        n = k + np.int32(1) if k < STEPS - 1 else k
        share = place - np.float32(k)
        total[i] += table[k] + share * (table[n] - table[k])
