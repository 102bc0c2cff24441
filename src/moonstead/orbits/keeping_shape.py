"""Keeping size, shape and perilune of an ellipse.

What the Moon's uneven field and the Earth do within a month and undo again is not fought. A low
ellipse is looked at once each sidereal month, when the Moon stands as it stood, over one
revolution; a high one, whose angles count from the plane of the Earth, over every second whole
sidereal month, as the swing that the Earth makes in it changes its phase over the year. The
averages of size and eccentricity vector (``e cos w``, ``e sin w``) are compared with the first
ones; where the ellipse has moved by more than a band, two burns within one revolution bring it
back. Where they are is searched for in steps of ten degrees, as the pair that is cheapest by
Gauss's equations. Inclination and node are left alone.

Reference: R. H. Battin, *An introduction to the mathematics and methods of astrodynamics*,
section 10.3 (Gauss's equations).
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.trajectory import Trajectory
from moonstead.orbits.constructors import Plane, joined, plane_axes
from moonstead.orbits.forces import Forces
from moonstead.orbits.keeping import Errors, FloatArray, Keeping, last_state, pushed
from moonstead.orbits.kepler import MOON_GM_M3_PER_S2
from moonstead.orbits.propagate import propagate
from moonstead.orbits.state import OrbitState
from moonstead.orbits.threebody import SIDEREAL_MONTH_S

_LOOKS = 72  # in one revolution, evenly in time, for its averages
_PLACES = 36  # for burns, evenly in eccentric anomaly
_PAIRS: Final = np.array(list(combinations(range(_PLACES), 2)))


@dataclass(frozen=True, slots=True)
class Shape:
    """An ellipse, averaged over a revolution.

    Parameters
    ----------
    axis_m
        Semi-major axis.
    vector
        Eccentricity times cosine and sine of the argument of perilune, shape (2,).
    inclination_deg
        Against the plane that the argument counts from.
    """

    axis_m: float
    vector: FloatArray
    inclination_deg: float


def keep_shape(
    state: OrbitState,
    end_t_s: float,
    band_m: float,
    forces: Forces,
    *,
    ephemeris: Ephemeris,
    errors: Errors,
    plane: Plane = "equator",
    name: str = "orbiter",
) -> Keeping:
    """Keep an ellipse as its first revolution was.

    Parameters
    ----------
    state
        Where it begins.
    end_t_s
        TDB seconds past J2000, later.
    band_m
        How far the ellipse may shift (size times change of the eccentricity vector) or grow before
        it is brought back.
    forces
        What acts.
    ephemeris
        Of all bodies.
    errors
        Of the engine; navigation is taken as perfect, as it is averaged over a revolution.
    plane
        In which perilune counts from the node.
    name
        Of the trajectory.

    Returns
    -------
    Keeping
        Two burns for each correction.

    Raises
    ------
    InputError
        The orbit meets the ground between burns.
    """
    draws = np.random.default_rng(errors.seed)
    truth = state.in_frame("ICRF", ephemeris)
    period_s = _period_s(truth)

    def coast(begin: OrbitState, to_t_s: float) -> Trajectory:
        return propagate(begin, to_t_s, forces, ephemeris=ephemeris, name=name)

    def shape(revolution: Trajectory) -> Shape:
        span_t_s = (revolution.start_t_s, revolution.end_t_s)
        pole = plane_axes(ephemeris, revolution.start_t_s, plane)[:, 2]
        return shape_of_revolution(revolution, span_t_s, pole)

    window_s = SIDEREAL_MONTH_S if plane == "earth" else period_s
    flown = [coast(truth, min(truth.epoch_t_s + window_s, end_t_s))]
    wanted = shape(flown[0])
    burns: list[tuple[float, FloatArray]] = []
    look_t_s = truth.epoch_t_s + SIDEREAL_MONTH_S
    while look_t_s + window_s + period_s < end_t_s:
        if look_t_s > flown[-1].end_t_s:
            flown.append(coast(last_state(flown[-1]), look_t_s))
        flown.append(coast(last_state(flown[-1]), look_t_s + window_s))
        now = shape(flown[-1])
        shift_m = now.axis_m * float(np.linalg.norm(wanted.vector - now.vector))
        if max(shift_m, abs(wanted.axis_m - now.axis_m)) > band_m:
            begin = last_state(flown[-1])
            pole = plane_axes(ephemeris, begin.epoch_t_s, plane)[:, 2]
            for wait_s, burn in cheapest_burns(begin, wanted, now, pole):
                at_t_s = look_t_s + window_s + wait_s
                if at_t_s > flown[-1].end_t_s:
                    flown.append(coast(last_state(flown[-1]), at_t_s))
                burns.append((at_t_s, errors.burnt(burn, draws)))
                begin = pushed(last_state(flown[-1]), burns[-1][1])
                flown.append(coast(begin, at_t_s + 0.01 * period_s))
        look_t_s += SIDEREAL_MONTH_S * (2.0 if plane == "earth" else 1.0)
    if flown[-1].end_t_s < end_t_s:
        flown.append(coast(last_state(flown[-1]), end_t_s))
    return Keeping(
        burn_t_s=np.array([t_s for t_s, _ in burns]),
        burn_m_per_s=np.array([burn for _, burn in burns]).reshape(-1, 3),
        trajectory=joined(name, flown),
    )


def _period_s(state: OrbitState) -> float:
    return float(2.0 * np.pi * np.sqrt(_axis_m(state.vector[None, :])[0] ** 3 / MOON_GM_M3_PER_S2))


def _axis_m(states: FloatArray) -> FloatArray:
    radius_m = np.linalg.norm(states[:, :3], axis=1)
    speed_squared = np.einsum("ij,ij->i", states[:, 3:], states[:, 3:])
    axis_m: FloatArray = 1.0 / (2.0 / radius_m - speed_squared / MOON_GM_M3_PER_S2)
    return axis_m


def _eccentricity(states: FloatArray) -> FloatArray:
    """Return the vector to perilune, of the size of the eccentricity, shape (n, 3)."""
    momentum = np.cross(states[:, :3], states[:, 3:])
    radius_m = np.linalg.norm(states[:, :3], axis=1)
    drawn = np.cross(states[:, 3:], momentum) / MOON_GM_M3_PER_S2
    vector: FloatArray = drawn - states[:, :3] / radius_m[:, None]
    return vector


def _to_node(states: FloatArray, pole: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the unit vectors to the node and 90 degrees ahead of it, each of shape (n, 3)."""
    momentum = np.cross(states[:, :3], states[:, 3:])
    node = np.cross(pole, momentum)
    ahead = np.cross(momentum, node)
    return (
        node / np.linalg.norm(node, axis=1)[:, None],
        ahead / np.linalg.norm(ahead, axis=1)[:, None],
    )


def shape_of_revolution(
    trajectory: Trajectory, span_t_s: tuple[float, float], pole: FloatArray
) -> Shape:
    """Return the averages of one revolution or more.

    Parameters
    ----------
    trajectory
        The flight.
    span_t_s
        Begin and end, TDB seconds past J2000.
    pole
        Of the plane that node and tilt count from, a unit vector in ICRF, shape (3,).
    """
    begin = np.hstack(trajectory.state([span_t_s[0]]))
    period_s = 2.0 * np.pi * np.sqrt(_axis_m(begin)[0] ** 3 / MOON_GM_M3_PER_S2)
    looks = _LOOKS * max(1, round((span_t_s[1] - span_t_s[0]) / period_s))
    states = np.hstack(trajectory.state(np.linspace(*span_t_s, looks, endpoint=False)))
    node, ahead = _to_node(states, pole)
    vector = _eccentricity(states)
    along = np.einsum("ij,ij->i", vector, node), np.einsum("ij,ij->i", vector, ahead)
    normal = np.cross(node, ahead) @ pole
    return Shape(
        axis_m=float(_axis_m(states).mean()),
        vector=np.mean(along, axis=1),
        inclination_deg=float(np.degrees(np.arccos(np.clip(normal, -1.0, 1.0))).mean()),
    )


def cheapest_burns(
    state: OrbitState, wanted: Shape, now: Shape, pole: FloatArray
) -> list[tuple[float, FloatArray]]:
    """Return the two burns of one revolution that change size and perilune at the least cost.

    Parameters
    ----------
    state
        Where the revolution begins, in ICRF.
    wanted, now
        Of which the difference is to be made.
    pole
        Of the plane that node counts from, a unit vector in ICRF, shape (3,).

    Returns
    -------
    list of tuple
        Wait from the state in s, and burn in ICRF in m/s, shape (3,).
    """
    node, ahead = (axis[0] for axis in _to_node(state.vector[None, :], pole))
    miss = np.append(wanted.vector - now.vector, (wanted.axis_m - now.axis_m) / now.axis_m)
    waits_s, states = _revolution(state)
    plane_basis = np.stack([node, ahead], axis=1)
    slopes = np.stack([_slopes(one, plane_basis) for one in states])
    both = np.concatenate([slopes[_PAIRS[:, 0]], slopes[_PAIRS[:, 1]]], axis=2)
    burns = np.linalg.pinv(both) @ miss
    cost = np.linalg.norm(burns[:, :2], axis=1) + np.linalg.norm(burns[:, 2:], axis=1)
    unsolved = np.linalg.norm(both @ burns[:, :, None] - miss[:, None], axis=(1, 2))
    best = int(np.argmin(np.where(unsolved < 1e-9 + 1e-6 * np.linalg.norm(miss), cost, np.inf)))
    first, second = _PAIRS[best]
    return [
        (float(waits_s[first]), plane_basis @ burns[best, :2]),
        (float(waits_s[second]), plane_basis @ burns[best, 2:]),
    ]


def _slopes(state: FloatArray, basis: FloatArray) -> FloatArray:
    """Return how a burn in the plane moves eccentricity vector and relative size, shape (3, 2)."""
    position, velocity = basis.T @ state[:3], basis.T @ state[3:]
    shift = (
        2.0 * np.outer(position, velocity)
        - np.outer(velocity, position)
        - np.dot(position, velocity) * np.eye(2)
    ) / MOON_GM_M3_PER_S2
    growth = 2.0 * _axis_m(state[None, :])[0] / MOON_GM_M3_PER_S2 * velocity
    return np.vstack([shift, growth])


def _revolution(state: OrbitState) -> tuple[FloatArray, FloatArray]:
    """Return waits in s and two-body states over the revolution that begins with a state."""
    start = state.vector
    axis_m = float(_axis_m(start[None, :])[0])
    rate = np.sqrt(MOON_GM_M3_PER_S2 / axis_m**3)
    radius_m = float(np.linalg.norm(start[:3]))
    inward = 1.0 - radius_m / axis_m
    outward = float(start[:3] @ start[3:]) / np.sqrt(MOON_GM_M3_PER_S2 * axis_m)
    turn = np.linspace(0.0, 2.0 * np.pi, _PLACES, endpoint=False)
    cosine, sine = np.cos(turn), np.sin(turn)
    waits_s: FloatArray = (turn - inward * sine + outward * (1.0 - cosine)) / rate
    distance_m = axis_m * (1.0 - inward * cosine + outward * sine)
    f = 1.0 - axis_m / radius_m * (1.0 - cosine)
    g = waits_s - (turn - sine) / rate
    f_rate = -np.sqrt(MOON_GM_M3_PER_S2 * axis_m) / (distance_m * radius_m) * sine
    g_rate = 1.0 - axis_m / distance_m * (1.0 - cosine)
    position = np.outer(f, start[:3]) + np.outer(g, start[3:])
    velocity = np.outer(f_rate, start[:3]) + np.outer(g_rate, start[3:])
    return waits_s, np.hstack([position, velocity])
