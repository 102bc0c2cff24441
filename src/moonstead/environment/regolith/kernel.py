"""The heat equation in regolith: one conservative implicit step of many pixels side by side.

The ground is cut into cells around nodes; the first node is the surface itself, with half a cell
below it. The state is the heat content of each cell, so that what is stored changes by exactly what
flows in and out. A step is linear in the temperatures of the ground (properties are taken at
temperatures extrapolated to the middle of the step) and is eliminated from the bottom up; what is
left is one equation of the surface, in which radiation and heat content stay nonlinear, solved by a
fixed number of Newton steps. A fixed number keeps the result of a pixel independent of its
neighbours.

A block of pixels is one array (row, cell, pixel); inner loops run over the pixels. In this order,
and where a loop writes no row at one cell that it reads at another, the compiler finds that nothing
overlaps and uses vector instructions (measured: three to five times faster).
"""

import numpy as np
from numpy.typing import NDArray

from moonstead.compiled import compiled, inlined

FloatArray = NDArray[np.float64]

LANES = 64
"""Pixels of a block; fewer are filled up with copies."""

NOW, BEFORE, HEAT, CONDUCT, FIXED, SHARE, FLOW = range(7)
ROWS = 7
"""Of a block: temperature (K) now and a step before, heat content (J/kg), conductance of the
interface below (W/m2/K), the two coefficients of the elimination, mean flow down into the cell
through the step (W/m2)."""

ABSORBED, EMITTED, CHANGE, DOWN = range(4)
SURFACE_ROWS = 4
"""Of a surface: W/m2 absorbed and emitted, means over the step; two rows for the kernel's use."""

MASS, CONTACT = range(2)
"""Rows of the table of cells: kg/m2, and contact conductance of the interface below, W/m2/K."""

RADIATIVE, EMISSION, GEOTHERMAL, C0, C1, C2, C3, C4 = range(8)
"""Places in the table of the ground: chi / 350^3, emissivity times Stefan and Boltzmann's constant,
geothermal flux, coefficients of the heat capacity polynomial."""

THETA = 0.55
"""Weight of the end of a step. 0.5 is Crank and Nicolson's rule, which rings at sunrise and fails
with steps of half a day; 1 has ten times the error at steps of three hours."""

_NEWTON_STEPS = 6
_SUDDEN = 10.0  # all weight on the end where income and radiation differ by a factor of 2
_COOLEST_K = 2.0  # the polynomial of the heat capacity is negative below 1.3 K


@inlined
def heat_content(t: float, c0: float, c1: float, c2: float, c3: float, c4: float) -> float:
    """Return the integral of the heat capacity polynomial from 0 K, J/kg."""
    half, third, quarter, fifth = 0.5 * c1, c2 / 3.0, 0.25 * c3, 0.2 * c4
    return t * (c0 + t * (half + t * (third + t * (quarter + t * fifth))))


@inlined
def heat_capacity(t: float, c0: float, c1: float, c2: float, c3: float, c4: float) -> float:
    """Return the heat capacity polynomial, J/kg/K."""
    return c0 + t * (c1 + t * (c2 + t * (c3 + t * c4)))


@compiled
def fill_heat(block: FloatArray, ground: FloatArray) -> None:
    """Set the heat contents of a block from its temperatures, in place."""
    c0, c1, c2, c3, c4 = ground[C0], ground[C1], ground[C2], ground[C3], ground[C4]
    now, heat = block[NOW], block[HEAT]
    for i in range(now.shape[0]):
        for p in range(LANES):
            heat[i, p] = heat_content(now[i, p], c0, c1, c2, c3, c4)


@compiled
def step_block(
    block: FloatArray, surface: FloatArray, cells: FloatArray, ground: FloatArray, step_s: float
) -> None:
    """Advance a block by one step, in place.

    Parameters
    ----------
    block
        Shape (`ROWS`, cells, `LANES`).
    surface
        Shape (`SURFACE_ROWS`, `LANES`); `ABSORBED` is read, `EMITTED` is written.
    cells
        Shape (2, cells).
    ground
        Shape (8,).
    step_s
        Of time.
    """
    _conductances(block, cells, ground[RADIATIVE])
    _eliminate(block, cells, ground, step_s)
    _surface(block, surface, cells[MASS, 0] / step_s, ground)
    _settle(block, surface, cells, ground[GEOTHERMAL], step_s)
    _temperatures(block, ground)


@compiled
def _conductances(block: FloatArray, cells: FloatArray, radiative: float) -> None:
    now, before, conduct = block[NOW], block[BEFORE], block[CONDUCT]
    for i in range(now.shape[0] - 1):
        contact = cells[CONTACT, i]
        for p in range(LANES):
            t = 0.75 * (now[i, p] + now[i + 1, p]) - 0.25 * (before[i, p] + before[i + 1, p])
            conduct[i, p] = contact * (1.0 + radiative * t * t * t)


@compiled
def _eliminate(block: FloatArray, cells: FloatArray, ground: FloatArray, step_s: float) -> None:
    """Write the change of each cell as FIXED + SHARE * (change of the cell above)."""
    c0, c1, c2, c3, c4 = ground[C0], ground[C1], ground[C2], ground[C3], ground[C4]
    now, before, conduct = block[NOW], block[BEFORE], block[CONDUCT]
    fixed, share = block[FIXED], block[SHARE]
    last, geothermal = now.shape[0] - 1, ground[GEOTHERMAL]
    mass = cells[MASS, last] / step_s
    for p in range(LANES):
        here, up = now[last, p], conduct[last - 1, p]
        store = mass * heat_capacity(1.5 * here - 0.5 * before[last, p], c0, c1, c2, c3, c4)
        inverse = 1.0 / (store + THETA * up)
        fixed[last, p] = (geothermal + up * (now[last - 1, p] - here)) * inverse
        share[last, p] = THETA * up * inverse
    for i in range(last - 1, 0, -1):
        mass = cells[MASS, i] / step_s
        for p in range(LANES):
            here, up, down = now[i, p], conduct[i - 1, p], conduct[i, p]
            store = mass * heat_capacity(1.5 * here - 0.5 * before[i, p], c0, c1, c2, c3, c4)
            inverse = 1.0 / (store + THETA * (up + down * (1.0 - share[i + 1, p])))
            gain = up * (now[i - 1, p] - here)
            gain -= down * (here - now[i + 1, p] - THETA * fixed[i + 1, p])
            fixed[i, p] = gain * inverse
            share[i, p] = THETA * up * inverse


@compiled
def _surface(block: FloatArray, surface: FloatArray, mass: float, ground: FloatArray) -> None:
    """Solve the balance of the surface cell."""
    c0, c1, c2, c3, c4 = ground[C0], ground[C1], ground[C2], ground[C3], ground[C4]
    emission = ground[EMISSION]
    now, heat, conduct = block[NOW], block[HEAT], block[CONDUCT]
    fixed, share = block[FIXED], block[SHARE]
    for p in range(LANES):
        start, down = now[0, p], conduct[0, p]
        slope = THETA * down * (1.0 - share[1, p])
        income = surface[ABSORBED, p] + down * (now[1, p] - start)
        radiated = emission * start * start * start * start
        # Where light comes or goes within a step, only the end of the step may count: with the mean
        # of both ends the surface would ring for many steps.
        uneven = (income - radiated) / (income + radiated)
        sudden = _SUDDEN * uneven * uneven
        weight = THETA + (1.0 - THETA) * (sudden if sudden < 1.0 else 1.0)
        known = income + THETA * down * fixed[1, p] + mass * heat[0, p] + slope * start
        known -= (1.0 - weight) * radiated
        weighted = weight * emission
        # Without conduction and storage all would be radiated: no root is hotter than that. The
        # bound stops Newton's first step, which at sunrise goes far beyond.
        hottest = np.sqrt(np.sqrt((known if known > 0.0 else 0.0) / weighted))
        t = start
        for _ in range(_NEWTON_STEPS):
            cube = weighted * t * t * t
            miss = t * (cube + slope) + mass * heat_content(t, c0, c1, c2, c3, c4) - known
            t -= miss / (4.0 * cube + slope + mass * heat_capacity(t, c0, c1, c2, c3, c4))
            t = t if t < hottest else hottest
            t = t if t > _COOLEST_K else _COOLEST_K
        emitted = weighted * t * t * t * t + (1.0 - weight) * radiated
        surface[EMITTED, p] = emitted
        surface[CHANGE, p] = t - start
        surface[DOWN, p] = surface[ABSORBED, p] - emitted


@compiled
def _settle(
    block: FloatArray, surface: FloatArray, cells: FloatArray, geothermal: float, step_s: float
) -> None:
    """Take up the changes into flows and heat contents, from the surface down."""
    now, heat, conduct = block[NOW], block[HEAT], block[CONDUCT]
    fixed, share, flow = block[FIXED], block[SHARE], block[FLOW]
    change, down = surface[CHANGE], surface[DOWN]
    last = now.shape[0] - 1
    for p in range(LANES):
        fixed[0, p] = change[p]
        flow[0, p] = down[p]
    for i in range(last):
        per_mass = step_s / cells[MASS, i]
        for p in range(LANES):
            own, above = change[p], down[p]
            below = fixed[i + 1, p] + share[i + 1, p] * own
            passed = conduct[i, p] * (now[i, p] - now[i + 1, p] + THETA * (own - below))
            heat[i, p] += (above - passed) * per_mass
            fixed[i + 1, p] = below
            flow[i + 1, p] = passed
            change[p] = below
            down[p] = passed
    per_mass = step_s / cells[MASS, last]
    for p in range(LANES):
        heat[last, p] += (down[p] + geothermal) * per_mass


@compiled
def _temperatures(block: FloatArray, ground: FloatArray) -> None:
    """Return to the temperatures that belong to the heat contents."""
    c0, c1, c2, c3, c4 = ground[C0], ground[C1], ground[C2], ground[C3], ground[C4]
    now, before, heat, change = block[NOW], block[BEFORE], block[HEAT], block[FIXED]
    for i in range(now.shape[0]):
        for p in range(LANES):
            old, target = now[i, p], heat[i, p]
            t = old + change[i, p]
            miss = heat_content(t, c0, c1, c2, c3, c4) - target
            t -= miss / heat_capacity(t, c0, c1, c2, c3, c4)
            before[i, p] = old
            now[i, p] = t if t > _COOLEST_K else _COOLEST_K
