"""Pieces of a flight as the integrator leaves them: Taylor polynomials over each of its steps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import comb
from typing import Any

import heyoka
import numpy as np
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.timescale import iso_utc
from moonstead.errors import InputError, Problem
from moonstead.orbits import dynamics, motion
from moonstead.orbits.dynamics import LENGTH_M, SPEED_M_PER_S, TIME_S
from moonstead.orbits.forces import Forces
from moonstead.orbits.state import OrbitState

FloatArray = NDArray[np.float64]

STATE_UNITS = np.array([LENGTH_M] * 3 + [SPEED_M_PER_S] * 3)
_HERMITE_M = 0.5e-3  # an axis, so that the curve through the nodes stays within a millimetre


@dataclass(frozen=True, slots=True)
class Arc:
    """The flight within one segment of the ephemeris.

    Parameters
    ----------
    middle_t_s
        Middle of the segment, TDB seconds past J2000.
    step_ks
        Begin of each step and end of the last, in 1000 s from the middle, shape (n + 1,).
    taylor
        Coefficients of position and velocity in each step, shape (n, 6, order + 1).
    first_t_s, last_t_s
        Epochs of begin and end, in the order of flight.
    impact
        Whether the ground ended it.
    """

    middle_t_s: float
    step_ks: FloatArray = field(repr=False)
    taylor: FloatArray = field(repr=False)
    first_t_s: float
    last_t_s: float
    impact: bool

    def holds(self, t_s: FloatArray) -> NDArray[np.bool_]:
        """Return which epochs are within."""
        low, high = sorted((self.first_t_s, self.last_t_s))
        inside: NDArray[np.bool_] = (t_s >= low) & (t_s <= high)
        return inside

    def states(self, t_s: FloatArray) -> FloatArray:
        """Return position, velocity and acceleration, SI, shape (n, 9), at epochs within."""
        time = (t_s - self.middle_t_s) / TIME_S
        forward = 1.0 if self.step_ks[-1] > self.step_ks[0] else -1.0
        step = np.searchsorted(forward * self.step_ks[1:-1], forward * time, side="right")
        offset = time - self.step_ks[step]
        order = self.taylor.shape[2] - 1
        values = np.zeros((len(t_s), 9))
        for k in range(order, -1, -1):
            values[:, :6] = values[:, :6] * offset[:, None] + self.taylor[step, :, k]
        for k in range(order, 0, -1):
            values[:, 6:] = values[:, 6:] * offset[:, None] + k * self.taylor[step, 3:, k]
        values[:, :6] *= STATE_UNITS
        values[:, 6:] *= SPEED_M_PER_S / TIME_S
        return values

    def nodes_t_s(self) -> FloatArray:
        """Return epochs, in the order of flight, close enough for a curve of fifth degree.

        Its error is ``h^6 / 46080`` of the sixth derivative, which the Taylor coefficients bound.
        """
        length = np.abs(np.diff(self.step_ks))
        bound = np.zeros(len(length))
        for k in range(6, self.taylor.shape[2]):
            terms = np.abs(self.taylor[:, :3, k]).max(axis=1)
            bound += comb(k, 6) * terms * length ** (k - 6)
        error_m = bound * length**6 / 64.0 * LENGTH_M
        parts = np.maximum(np.ceil((error_m / _HERMITE_M) ** (1.0 / 6.0)), 1.0).astype(np.int64)
        step = np.repeat(np.arange(len(length)), parts)
        within = np.arange(len(step)) - np.repeat(np.cumsum(parts) - parts, parts)
        share = within / parts[step]
        time = self.step_ks[step] + share * np.diff(self.step_ks)[step]
        nodes = np.concatenate([self.middle_t_s + TIME_S * time, [self.last_t_s]])
        nodes[0] = self.first_t_s
        low, high = sorted((self.first_t_s, self.last_t_s))
        clipped: FloatArray = np.clip(nodes, low, high)
        return clipped


def fly(
    state: OrbitState, end_t_s: float, forces: Forces, ephemeris: Ephemeris, tolerance: float
) -> Iterator[Arc]:
    """Yield the arcs of a flight, in its order, to the end or to the ground.

    Raises
    ------
    InputError
        The state is below the ground.
    RangeError
        An epoch is outside the ephemeris.
    """
    begin = state.in_frame("ICRF", ephemeris)
    height_m = float(np.linalg.norm(begin.position_m)) - MOON_RADIUS_M
    if height_m < 0.0:
        remedy = "must be above the Moon's mean sphere of 1737.4 km"
        raise InputError(Problem("orbit state", "altitude", f"{height_m:.0f} m", remedy))
    integrator = dynamics.integrator(forces, tolerance)
    integrator.state[:] = begin.vector / STATE_UNITS
    from_t_s = begin.epoch_t_s
    for segment, to_t_s, parameters in pieces(from_t_s, end_t_s, ephemeris):
        middle_t_s = enter(integrator, segment, parameters, from_t_s)
        target = (to_t_s - middle_t_s) / TIME_S
        outcome, _, _, _, output, _ = integrator.propagate_until(target, c_output=True)
        impact = outcome != heyoka.taylor_outcome.time_limit
        reached_t_s = middle_t_s + TIME_S * integrator.time if impact else to_t_s
        if output is not None:
            yield Arc(middle_t_s, output.times, output.tcs, from_t_s, float(reached_t_s), impact)
        if impact:
            return
        from_t_s = to_t_s


def impact_error(name: str, arc: Arc) -> InputError:
    """Return the error that tells where an orbit meets the ground."""
    remedy = "the orbit meets the ground; raise its perilune, or end before"
    return InputError(Problem(name, "impact", iso_utc(arc.last_t_s), remedy))


def pieces(
    start_t_s: float, end_t_s: float, ephemeris: Ephemeris
) -> Iterator[tuple[int, float, FloatArray]]:
    """Yield the segments from one epoch to another, with where to stop and their parameters."""
    first, last = motion.segment_of_epoch(start_t_s), motion.segment_of_epoch(end_t_s)
    low, high = min(first, last), max(first, last)
    parameters = motion.motion_of(ephemeris).parameters(low, high)
    forward = end_t_s >= start_t_s
    for segment in range(low, high + 1) if forward else range(high, low - 1, -1):
        half_s = 0.5 * motion.SEGMENT_S
        edge_t_s = motion.segment_middle_t_s(segment) + (half_s if forward else -half_s)
        to_t_s = min(edge_t_s, end_t_s) if forward else max(edge_t_s, end_t_s)
        if to_t_s != start_t_s or first == last:
            yield segment, to_t_s, parameters[segment - low]


def enter(integrator: Any, segment: int, parameters: FloatArray, t_s: float) -> float:
    """Give an integrator the parameters and time of a segment; return the segment's middle."""
    middle_t_s = motion.segment_middle_t_s(segment)
    # heyoka holds as many parameters as the chosen forces use.
    used = min(len(integrator.pars), motion.PARAMETERS)
    integrator.pars[:used] = parameters[:used]
    integrator.time = (t_s - middle_t_s) / TIME_S
    if len(integrator.pars) > motion.PARAMETERS:
        clear = dynamics.sunlight(integrator.state[:3], parameters, integrator.time)
        integrator.pars[dynamics.MOON_CLEAR], integrator.pars[dynamics.EARTH_CLEAR] = clear
    return middle_t_s
