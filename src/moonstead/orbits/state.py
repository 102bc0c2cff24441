"""An orbit state: where an orbiter is and how it moves, at one epoch, in a named frame."""

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.errors import InputError, Problem
from moonstead.orbits.kepler import Orbit, orbit_of_state_equator, state_equator_m

FloatArray = NDArray[np.float64]

Frame = Literal["ICRF", "MOON_EQUATOR"]
"""Axes of a state. Both have their origin at the Moon's centre and do not turn: MOON_EQUATOR are
the axes of MOON_ME at the epoch of the state, frozen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrbitState:
    """Position and velocity of an orbiter from the Moon's centre.

    Parameters
    ----------
    epoch_t_s
        TDB seconds past J2000.
    position_m, velocity_m_per_s
        Geometric, shape (3,), along the axes of the frame; the velocity is against the stars.
    frame
        ``"ICRF"`` or ``"MOON_EQUATOR"``, the lunar equator at the epoch.

    Raises
    ------
    InputError
        A shape, number or frame that makes no state.
    """

    epoch_t_s: float
    position_m: FloatArray = field(repr=False)
    velocity_m_per_s: FloatArray = field(repr=False)
    frame: Frame = "ICRF"

    def __post_init__(self) -> None:
        if self.frame not in get_args(Frame):
            remedy = f"must be one of {', '.join(get_args(Frame))}"
            raise InputError(Problem("orbit state", "frame", str(self.frame), remedy))
        if not np.isfinite(self.epoch_t_s):
            remedy = "must be a finite number of TDB seconds past J2000"
            raise InputError(Problem("orbit state", "epoch", str(self.epoch_t_s), remedy))
        for name in ("position_m", "velocity_m_per_s"):
            given = getattr(self, name)
            value = np.array(given, dtype=np.float64)
            if value.shape != (3,) or not np.isfinite(value).all():
                raise InputError(Problem("orbit state", name, str(given), "must be three numbers"))
            object.__setattr__(self, name, value)

    def in_frame(self, frame: Frame, ephemeris: Ephemeris) -> "OrbitState":
        """Return the same state along other axes.

        Raises
        ------
        RangeError
            The epoch is outside the ephemeris.
        """
        if frame == self.frame:
            return self
        to_equator = ephemeris.rotation_icrf_to_moon_me(self.epoch_t_s)[:, :, 0]
        turn = to_equator if frame == "MOON_EQUATOR" else to_equator.T
        return OrbitState(
            epoch_t_s=self.epoch_t_s,
            position_m=turn @ self.position_m,
            velocity_m_per_s=turn @ self.velocity_m_per_s,
            frame=frame,
        )

    @property
    def vector(self) -> FloatArray:
        """Position in m and velocity in m/s in one array, shape (6,)."""
        return np.concatenate([self.position_m, self.velocity_m_per_s])


def state_of_vector(epoch_t_s: float, vector: FloatArray, frame: Frame = "ICRF") -> OrbitState:
    """Return the state of position in m and velocity in m/s in one array, shape (6,)."""
    return OrbitState(
        epoch_t_s=epoch_t_s, position_m=vector[:3], velocity_m_per_s=vector[3:], frame=frame
    )


def state_of_orbit(orbit: Orbit) -> OrbitState:
    """Return the state of a two-body orbit at its epoch, in the frame of the lunar equator."""
    position_m, velocity_m_per_s = state_equator_m(orbit, orbit.epoch_t_s)
    return OrbitState(
        epoch_t_s=orbit.epoch_t_s,
        position_m=position_m[:, 0],
        velocity_m_per_s=velocity_m_per_s[:, 0],
        frame="MOON_EQUATOR",
    )


def osculating_orbit(state: OrbitState, ephemeris: Ephemeris) -> Orbit:
    """Return the two-body orbit that a state would follow if nothing but the Moon's centre pulled.

    Parameters
    ----------
    state
        In any frame.
    ephemeris
        For the lunar equator at the epoch.

    Returns
    -------
    Orbit
        Against the lunar equator at the epoch of the state.

    Raises
    ------
    InputError
        The orbit is not bound, or meets the ground.
    RangeError
        The epoch is outside the ephemeris.
    """
    equator = state.in_frame("MOON_EQUATOR", ephemeris)
    return orbit_of_state_equator(state.epoch_t_s, equator.position_m, equator.velocity_m_per_s)
