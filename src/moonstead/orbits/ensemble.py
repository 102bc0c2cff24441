"""Many orbiters under the same forces, flown side by side in the lanes of the processor."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import heyoka
import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.timescale import iso_utc
from moonstead.errors import InputError, Problem
from moonstead.orbits import dynamics, motion
from moonstead.orbits.arcs import STATE_UNITS, pieces
from moonstead.orbits.dynamics import TIME_S
from moonstead.orbits.forces import Forces
from moonstead.orbits.propagate import TOLERANCE
from moonstead.orbits.state import OrbitState

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """What became of many orbiters.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, shape (k,).
    position_m, velocity_m_per_s
        Shape (n, k, 3), from the Moon's centre, in ICRF axes; nan from the impact on.
    impact_t_s
        When each met the Moon's mean sphere, shape (n,), nan for those that fly on.
    """

    t_s: FloatArray = field(repr=False)
    position_m: FloatArray = field(repr=False)
    velocity_m_per_s: FloatArray = field(repr=False)
    impact_t_s: FloatArray = field(repr=False)


def propagate_ensemble(
    states: Sequence[OrbitState],
    t_s: ArrayLike,
    forces: Forces,
    *,
    ephemeris: Ephemeris,
    tolerance: float = TOLERANCE,
) -> Ensemble:
    """Fly many orbiters from one epoch to given ones.

    Parameters
    ----------
    states
        In any frame, all at the same epoch.
    t_s
        TDB seconds past J2000, shape (k,), rising, none before the epoch.
    forces, ephemeris, tolerance
        As in `moonstead.orbits.propagate.propagate`.

    Returns
    -------
    Ensemble
        In the order of the states.

    Raises
    ------
    InputError
        No state, epochs that differ, times that do not rise, or a state below the ground.
    RangeError
        An epoch is outside the ephemeris.
    """
    times = np.atleast_1d(np.asarray(t_s, dtype=np.float64))
    start = _checked(states, times, ephemeris)
    found = np.full((len(states), len(times), 6), np.nan)
    impact_t_s = np.full(len(states), np.nan)
    lanes = int(heyoka.recommended_simd_size())
    integrator = dynamics.batch_integrator(forces, lanes, tolerance)
    for first in range(0, len(states), lanes):
        # The last lanes of the last batch fly the same orbit again.
        members = np.minimum(np.arange(first, first + lanes), len(states) - 1)
        flown, down_t_s = _fly_lanes(
            integrator, start[members], states[0].epoch_t_s, times, ephemeris
        )
        found[members], impact_t_s[members] = flown, down_t_s
    return Ensemble(
        t_s=times,
        position_m=found[:, :, :3],
        velocity_m_per_s=found[:, :, 3:],
        impact_t_s=impact_t_s,
    )


def _checked(states: Sequence[OrbitState], times: FloatArray, ephemeris: Ephemeris) -> FloatArray:
    if not states:
        raise InputError(Problem("ensemble", "states", "", "must hold at least one state"))
    epoch_t_s = states[0].epoch_t_s
    for number, state in enumerate(states):
        if state.epoch_t_s != epoch_t_s:
            remedy = f"must be {iso_utc(epoch_t_s)} as that of the first"
            place = f"epoch of state {number}"
            raise InputError(Problem("ensemble", place, iso_utc(state.epoch_t_s), remedy))
        height_m = float(np.linalg.norm(state.position_m)) - MOON_RADIUS_M
        if height_m < 0.0:
            place = f"altitude of state {number}"
            remedy = "must be above the Moon's mean sphere of 1737.4 km"
            raise InputError(Problem("ensemble", place, f"{height_m:.0f} m", remedy))
    if not (np.diff(times) > 0.0).all() or times[0] < epoch_t_s:
        remedy = f"must rise from {iso_utc(epoch_t_s)}, the epoch of the states"
        raise InputError(Problem("ensemble", "times", "", remedy))
    return np.stack([state.in_frame("ICRF", ephemeris).vector for state in states])


def _fly_lanes(
    integrator: Any, start: FloatArray, epoch_t_s: float, times: FloatArray, ephemeris: Ephemeris
) -> tuple[FloatArray, FloatArray]:
    """Return states (lanes, k, 6) in SI and times of impact (lanes,)."""
    integrator.state[:] = (start / STATE_UNITS).T
    found = np.full((len(start), len(times), 6), np.nan)
    down_t_s = np.full(len(start), np.nan)
    from_t_s = epoch_t_s
    for segment, to_t_s, parameters in pieces(epoch_t_s, float(times[-1]), ephemeris):
        middle_t_s = _enter_lanes(integrator, segment, parameters, from_t_s)
        output = integrator.propagate_until((to_t_s - middle_t_s) / TIME_S, c_output=True)[0]
        if output is not None:
            inside = (times >= from_t_s) & (times <= to_t_s)
            if inside.any():
                moments = np.repeat((times[inside, None] - middle_t_s) / TIME_S, len(start), axis=1)
                found[:, inside] = np.moveaxis(output(moments), 2, 0) * STATE_UNITS
        elif from_t_s == times[0]:
            found[:, 0] = start
        fallen_t_s = middle_t_s + TIME_S * dynamics.impact_time(integrator.pars[dynamics.FLYING])
        down_t_s = np.fmin(down_t_s, fallen_t_s)
        from_t_s = to_t_s
    found[times[None, :] >= np.where(np.isnan(down_t_s), np.inf, down_t_s)[:, None]] = np.nan
    return found, down_t_s


def _enter_lanes(integrator: Any, segment: int, parameters: FloatArray, t_s: float) -> float:
    middle_t_s = motion.segment_middle_t_s(segment)
    integrator.pars[: motion.PARAMETERS] = parameters[:, None]
    integrator.pars[dynamics.FLYING] = 1.0
    time = (t_s - middle_t_s) / TIME_S
    integrator.set_time(time)
    for lane, position in enumerate(integrator.state[:3].T):
        clear = dynamics.sunlight(position, parameters, time)
        integrator.pars[dynamics.MOON_CLEAR : dynamics.EARTH_CLEAR + 1, lane] = clear
    return middle_t_s
