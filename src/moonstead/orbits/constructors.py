"""Orbits by what a designer asks for: an ellipse in a named plane, a frozen ellipse, a halo."""

from math import ceil
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, Problem
from moonstead.orbits.forces import Forces
from moonstead.orbits.frozen import (
    earth_plane_axes,
    frozen_eccentricity,
    frozen_inclination_deg,
)
from moonstead.orbits.halo import Halo
from moonstead.orbits.kepler import Orbit, state_equator_m
from moonstead.orbits.propagate import propagate
from moonstead.orbits.shooting import shoot
from moonstead.orbits.state import OrbitState
from moonstead.orbits.threebody import to_icrf, turning_frame

FloatArray = NDArray[np.float64]

Plane = Literal["equator", "earth"]
"""What angles of an ellipse count from: the lunar equator at the epoch, the node from the mean
sub-Earth point; or the plane of the Earth's motion about the Moon, the node from the Earth."""

NODES_PER_REVOLUTION: Final = 5
"""Of a halo, from apolune on: odd, so that none is at perilune."""


def keplerian_state(orbit: Orbit, ephemeris: Ephemeris, plane: Plane = "equator") -> OrbitState:
    """Return the state of an osculating ellipse at its epoch.

    Parameters
    ----------
    orbit
        Its angles count from the plane.
    ephemeris
        Of the Earth and the Moon's axes.
    plane
        ``"equator"`` or ``"earth"``.

    Returns
    -------
    OrbitState
        In ICRF.

    Raises
    ------
    RangeError
        The epoch is outside the ephemeris.
    """
    epoch_t_s = orbit.epoch_t_s
    axes = plane_axes(ephemeris, epoch_t_s, plane)
    position_m, velocity_m_per_s = state_equator_m(orbit, epoch_t_s)
    return OrbitState(
        epoch_t_s=epoch_t_s,
        position_m=axes @ position_m[:, 0],
        velocity_m_per_s=axes @ velocity_m_per_s[:, 0],
    )


def plane_axes(ephemeris: Ephemeris, t_s: float, plane: Plane) -> FloatArray:
    """Return the axes of a plane as columns in ICRF, shape (3, 3), z its pole."""
    if plane == "earth":
        return earth_plane_axes(ephemeris, t_s)
    axes: FloatArray = ephemeris.rotation_icrf_to_moon_me(t_s)[:, :, 0].T
    return axes


def plane_poles(ephemeris: Ephemeris, t_s: FloatArray, plane: Plane) -> FloatArray:
    """Return the poles of a plane at epochs (n,) as unit vectors in ICRF, shape (n, 3)."""
    if plane == "earth":
        return turning_frame(ephemeris, t_s)[0][:, :, 2]
    poles: FloatArray = ephemeris.rotation_icrf_to_moon_me(t_s)[2].T
    return poles


def frozen_orbit(
    epoch_t_s: float,
    semi_major_axis_m: float,
    *,
    eccentricity: float | None = None,
    inclination_deg: float | None = None,
    lingers_over: Literal["south", "north"] = "south",
) -> Orbit:
    """Return an ellipse that the Earth does not turn, at apolune, from size and shape or tilt.

    Parameters
    ----------
    epoch_t_s
        TDB seconds past J2000.
    semi_major_axis_m
        Its size.
    eccentricity, inclination_deg
        One of them; the other follows (`moonstead.orbits.frozen`).
    lingers_over
        The pole that its apolune is over.

    Returns
    -------
    Orbit
        Against the plane of the Earth's motion (``plane="earth"`` of `keplerian_state`). The node
        is 90 degrees behind the Earth: there the eccentricity is at the top of its monthly swing,
        so that the perilune does not sink below that of the ellipse by the swing.

    Raises
    ------
    InputError
        Both or none are given, no such orbit is frozen, or it meets the ground.
    """
    if (eccentricity is None) == (inclination_deg is None):
        remedy = "give either the eccentricity or the inclination; the other follows"
        raise InputError(Problem("frozen orbit", "", "", remedy))
    if eccentricity is None:
        tilt_deg = float(inclination_deg or 0.0)
        eccentricity = frozen_eccentricity(semi_major_axis_m, tilt_deg)
    else:
        tilt_deg = frozen_inclination_deg(semi_major_axis_m, eccentricity)
    return Orbit(
        semi_major_axis_m=semi_major_axis_m,
        eccentricity=eccentricity,
        inclination_deg=tilt_deg,
        ascending_node_deg=270.0,
        perilune_argument_deg=90.0 if lingers_over == "south" else 270.0,
        mean_anomaly_deg=180.0,
        epoch_t_s=epoch_t_s,
    )


def halo_trajectory(
    halo: Halo,
    start_t_s: float,
    end_t_s: float,
    forces: Forces,
    *,
    ephemeris: Ephemeris,
    name: str = "halo",
) -> Trajectory:
    """Fly a halo orbit under the chosen forces, over many revolutions, with no burn.

    Parameters
    ----------
    halo
        Of the circular problem, the first guess. Near apolune at the start.
    start_t_s, end_t_s
        TDB seconds past J2000.
    forces
        What acts.
    ephemeris
        Of all bodies.
    name
        Of the trajectory.

    Returns
    -------
    Trajectory
        From start to end. Joined from pieces of a fifth of a revolution, whose ends meet within a
        millimetre: a single propagation from the start would leave it within weeks.

    Raises
    ------
    InputError
        The end is not after the start.
    RunError
        No trajectory was found near the guess.
    """
    if not end_t_s > start_t_s:
        remedy = "must be after the start"
        raise InputError(Problem(name, "end", f"{end_t_s:g}", remedy))
    step_s = halo.period_s / NODES_PER_REVOLUTION
    count = max(ceil((end_t_s - start_t_s) / step_s), NODES_PER_REVOLUTION) + 1
    t_s: FloatArray = start_t_s + step_s * np.arange(count, dtype=np.float64)
    position_m, velocity_m_per_s = to_icrf(
        halo.states(np.arange(count) / NODES_PER_REVOLUTION), ephemeris, t_s
    )

    guess = np.hstack([position_m, velocity_m_per_s])
    pieces = [
        piece
        for piece in shoot(t_s, guess, forces, ephemeris=ephemeris, name=name)
        if piece.start_t_s < end_t_s
    ]
    last = pieces[-1]
    begin = OrbitState(
        epoch_t_s=last.start_t_s,
        position_m=last.position_m[0],
        velocity_m_per_s=last.velocity_m_per_s[0],
    )
    pieces[-1] = propagate(begin, end_t_s, forces, ephemeris=ephemeris, name=name)
    return joined(name, pieces)


def joined(name: str, pieces: list[Trajectory]) -> Trajectory:
    """Join trajectories that follow one another; where two meet, the later one's state stands."""
    kept = [slice(0, -1)] * (len(pieces) - 1) + [slice(None)]

    def column(of: str) -> FloatArray:
        parts = [getattr(piece, of)[part] for piece, part in zip(pieces, kept, strict=True)]
        return np.concatenate(parts)

    return Trajectory(
        name=name,
        t_s=column("t_s"),
        position_m=column("position_m"),
        velocity_m_per_s=column("velocity_m_per_s"),
        acceleration_m_per_s2=column("acceleration_m_per_s2"),
    )
