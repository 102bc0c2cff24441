"""Columns of ground brought to the cycle of their light, many at a time.

A cycle (a lunation, a year, several) is run again and again. After each one the mean temperatures
are corrected: in equilibrium the mean heat flow through every depth is the geothermal one. The
mean flow of a cycle is the mean conductance times the difference of mean temperatures plus what
their variations carry together; with both known from the cycle, the profile that gives the right
flow is summed up from the surface down. Four cycles do what takes hundreds without it.
"""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from moonstead.compiled import compiled, compiled_parallel
from moonstead.environment.regolith.kernel import (
    ABSORBED,
    BEFORE,
    CONDUCT,
    EMISSION,
    EMITTED,
    FLOW,
    GEOTHERMAL,
    HEAT,
    LANES,
    MASS,
    NOW,
    ROWS,
    SURFACE_ROWS,
    FloatArray,
    fill_heat,
    step_block,
)

IntArray = NDArray[np.int64]

Material = tuple[FloatArray, FloatArray]
"""Of a `Column`: table of cells (2, cells) and table of the ground (8,)."""
Depths = tuple[IntArray, FloatArray]
"""Node above each depth, and weight of the node below; (depths,) each."""
Record = tuple[FloatArray, FloatArray, FloatArray]
"""Statistics (3, depths, pixels), K; ledger (3, pixels), J/m2; series (steps or 0, depths, pixels),
K at the end of each step."""

LOWEST, MEAN, HIGHEST = range(3)
"""Rows of the statistics."""

HELD, TAKEN, GIVEN = range(3)
"""Rows of the ledger of the recorded cycle: change of the stored heat, heat absorbed (geothermal
included) and heat radiated, J/m2."""


_SPIN_STEP_S = 6.0 * 3600.0


@compiled
def start_block(block: FloatArray, flux: FloatArray, ground: FloatArray) -> None:
    """Set a block to the temperature at which it radiates its mean income."""
    n_steps = flux.shape[0]
    income = np.full(LANES, ground[GEOTHERMAL])
    for k in range(n_steps):
        for p in range(LANES):
            income[p] += flux[k, p] / n_steps
    for i in range(block.shape[1]):
        for p in range(LANES):
            t = (income[p] / ground[EMISSION]) ** 0.25
            block[NOW, i, p] = t
            block[BEFORE, i, p] = t
    fill_heat(block, ground)


@compiled
def spin_block(
    block: FloatArray,
    surface: FloatArray,
    flux: FloatArray,
    material: Material,
    step_s: float,
    together: int,
) -> None:
    """Run a block through one cycle, then correct its mean temperatures; in place.

    ``together`` steps of the flux are taken as one.
    """
    cells, ground = material
    n_cells = block.shape[1]
    n_steps = (len(flux) + together - 1) // together
    sums = np.zeros((3, n_cells, LANES))
    warmth, conductance, flow = sums[0], sums[1], sums[2]
    now, conduct, down = block[NOW], block[CONDUCT], block[FLOW]
    for k in range(n_steps):
        first = k * together
        count = min(together, len(flux) - first)
        for p in range(LANES):
            surface[ABSORBED, p] = 0.0
        for j in range(first, first + count):
            for p in range(LANES):
                surface[ABSORBED, p] += flux[j, p] / count
        step_block(block, surface, cells, ground, count * step_s)
        for i in range(n_cells):
            for p in range(LANES):
                warmth[i, p] += now[i, p]
                conductance[i, p] += conduct[i, p]
                flow[i, p] += down[i, p]
    for p in range(LANES):
        shift = 0.0
        for i in range(1, n_cells):
            excess = flow[i, p] / n_steps + ground[GEOTHERMAL]
            shift += excess * n_steps / conductance[i - 1, p]
            # a first cycle far from equilibrium must not throw the ground below a third
            shift = max(shift, -2.0 / 3.0 * warmth[i, p] / n_steps)
            block[NOW, i, p] += shift
            block[BEFORE, i, p] += shift
    fill_heat(block, ground)


@compiled
def record_block(
    block: FloatArray,
    surface: FloatArray,
    flux: FloatArray,
    material: Material,
    step_s: float,
    depths: Depths,
    record: Record,
) -> None:
    """Run a block through one cycle and write down what comes of it."""
    cells, ground = material
    node, weight = depths
    statistics, ledger, series = record
    n_steps, n_depths = flux.shape[0], len(node)
    now, heat = block[NOW], block[HEAT]
    for p in range(LANES):
        for d in range(n_depths):
            statistics[LOWEST, d, p] = np.inf
            statistics[MEAN, d, p] = 0.0
            statistics[HIGHEST, d, p] = -np.inf
        ledger[HELD, p] = 0.0
        ledger[TAKEN, p] = 0.0
        ledger[GIVEN, p] = 0.0
        for i in range(block.shape[1]):
            ledger[HELD, p] -= cells[MASS, i] * heat[i, p]
    for k in range(n_steps):
        for p in range(LANES):
            surface[ABSORBED, p] = flux[k, p]
        step_block(block, surface, cells, ground, step_s)
        for p in range(LANES):
            ledger[TAKEN, p] += step_s * (flux[k, p] + ground[GEOTHERMAL])
            ledger[GIVEN, p] += step_s * surface[EMITTED, p]
        for d in range(n_depths):
            i, w = node[d], weight[d]
            for p in range(LANES):
                t = (1.0 - w) * now[i, p] + w * now[i + 1, p]
                low, high = statistics[LOWEST, d, p], statistics[HIGHEST, d, p]
                statistics[LOWEST, d, p] = t if t < low else low
                statistics[HIGHEST, d, p] = t if t > high else high
                statistics[MEAN, d, p] += t / n_steps
            if len(series) > 0:
                for p in range(LANES):
                    series[k, d, p] = (1.0 - w) * now[i, p] + w * now[i + 1, p]
    for p in range(LANES):
        for i in range(block.shape[1]):
            ledger[HELD, p] += cells[MASS, i] * heat[i, p]


@compiled
def settle_block(
    first: int,
    absorbed: FloatArray,
    material: Material,
    step_s: float,
    spin_up: int,
    depths: Depths,
    record: Record,
) -> None:
    """Bring the block of pixels from ``first`` to the cycle of its flux and record the next one."""
    cells, ground = material
    n_steps, n_pixels = absorbed.shape
    count = min(LANES, n_pixels - first)
    flux = np.empty((n_steps, LANES))
    for k in range(n_steps):
        for p in range(LANES):
            flux[k, p] = absorbed[k, first + min(p, count - 1)]
    n_depths, kept = len(depths[0]), len(record[2])
    own = (
        np.empty((3, n_depths, LANES)),
        np.empty((3, LANES)),
        np.empty((kept, n_depths, LANES)),
    )
    block = np.empty((ROWS, cells.shape[1], LANES))
    surface = np.empty((SURFACE_ROWS, LANES))
    start_block(block, flux, ground)
    # Means are nearly right with long steps: only the last correction needs the short ones.
    for cycle in range(spin_up):
        together = max(int(_SPIN_STEP_S / step_s), 1) if cycle < spin_up - 1 else 1
        spin_block(block, surface, flux, material, step_s, together)
    record_block(block, surface, flux, material, step_s, depths, own)
    statistics, ledger, series = record
    for p in range(count):
        for row in range(3):
            ledger[row, first + p] = own[1][row, p]
        for d in range(n_depths):
            for row in range(3):
                statistics[row, d, first + p] = own[0][row, d, p]
            for k in range(kept):
                series[k, d, first + p] = own[2][k, d, p]


@compiled_parallel
def settle_flux(
    absorbed: FloatArray,
    material: Material,
    step_s: float,
    spin_up: int,
    depths: Depths,
    keep: bool,
) -> Record:
    """Bring columns to the cycle of given fluxes, blocks in parallel.

    Parameters
    ----------
    absorbed
        Shape (steps, pixels), W/m2, mean of each step.
    material
        Of a `Column`.
    step_s
        Of time.
    spin_up
        Cycles before the recorded one.
    depths
        To record.
    keep
        Whether the series of the recorded cycle is returned.

    Returns
    -------
    Record
    """
    n_steps, n_pixels = absorbed.shape
    n_depths = len(depths[0])
    record = (
        np.empty((3, n_depths, n_pixels)),
        np.empty((3, n_pixels)),
        np.empty((n_steps if keep else 0, n_depths, n_pixels)),
    )
    for b in prange((n_pixels + LANES - 1) // LANES):
        settle_block(b * LANES, absorbed, material, step_s, spin_up, depths, record)
    return record
