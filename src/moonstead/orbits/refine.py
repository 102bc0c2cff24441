"""From patched conics to a flight under all forces: differential correction of the injection.

The state after trans-lunar injection (TLI) is changed until the flight under Moon, Earth (with its
flattening), Sun and the Moon's uneven field passes its perilune at the wished height, in the wished
plane and at the wished time. What is free: the parking orbit's plane turns about the line in it
that is square to the Moon, the place of the burn moves along the orbit, and the burn (along the
velocity) changes its size. A free velocity would not do: half a turn before the Moon, a push out of
the plane moves the arrival nowhere. Newton's method; how the arrival answers comes from the
transition matrix of the flight, and what the arrival means from the hyperbola it is on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.timescale import iso_utc
from moonstead.errors import InputError, Problem
from moonstead.orbits.arrival import Passage, aim_m, insertion_m_per_s, passage
from moonstead.orbits.forces import EARTH_GM_M3_PER_S2, Forces
from moonstead.orbits.moon_track import MoonTrack
from moonstead.orbits.propagate import propagate_with_transition
from moonstead.orbits.state import OrbitState, state_of_vector
from moonstead.orbits.transfer import Transfers
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]
Plane = Callable[[FloatArray], FloatArray]
Wish = tuple[float, Plane, float]
"""Arrival (TDB seconds past J2000), plane, distance of the perilune from the Moon's centre (m)."""

TRANSFER_FORCES = Forces(degree=2, jupiter=False, earth_oblate=True)
"""What acts between Earth and Moon; Jupiter and the finer field move the perilune by metres."""
_OUTSIDE_S = 0.75 * DAY_S  # before arrival: still far from the Moon, where a miss is nearly linear
_CLOSE_M = 10.0
_MOST_STEPS = 12
_LARGEST = np.array([0.1, 0.1, 60.0])  # of one step: rad, rad, m/s
_PROBE = np.array([10.0] * 3 + [1e-3] * 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefinedTransfer:
    """A transfer that holds under all forces.

    Parameters
    ----------
    injection
        State after TLI, from the Moon's centre, ICRF axes.
    tli_m_per_s
        Of the burn out of the circular parking orbit, along the velocity.
    turn_deg
        Angle between the parking orbit's plane and that of the patched conic: launch azimuth and
        minute of the launch take it up.
    perilune_t_s
        TDB seconds past J2000.
    perilune_altitude_m
        Above the mean sphere.
    pole
        Unit vector along the angular momentum about the Moon, ICRF axes, shape (3,).
    insertion_m_per_s
        Of the burn at perilune into a circle of that height.
    patched_miss_m
        How far from the Moon's centre, where it was aimed, the patched conic's injection leads.
    patched_delay_s
        How much later than its arrival time.
    """

    injection: OrbitState
    tli_m_per_s: float
    turn_deg: float
    perilune_t_s: float
    perilune_altitude_m: float
    pole: FloatArray
    insertion_m_per_s: float
    patched_miss_m: float
    patched_delay_s: float


def refine(
    transfers: Transfers,
    row: int,
    plane: Plane,
    altitude_m: float,
    *,
    track: MoonTrack,
    ephemeris: Ephemeris,
    forces: Forces = TRANSFER_FORCES,
) -> RefinedTransfer:
    """Correct a transfer until it arrives under all forces.

    Parameters
    ----------
    transfers, row
        The transfer by patched conics, and which of them; its times are kept.
    plane
        Gives the pole of the wished orbit from the unit vector of the incoming asymptote (3,), as
        `pole_over` and `pole_of_inclination` do.
    altitude_m
        Of the perilune above the mean sphere.
    track, ephemeris
        Of the Moon, and of all bodies.
    forces
        What acts.

    Returns
    -------
    RefinedTransfer
        With the perilune within 10 m and its time within the same at the speed of arrival.

    Raises
    ------
    InputError
        There is no such plane, or the correction comes to no end.
    RangeError
        The flight leaves the ephemeris.
    """
    start_t_s = float(transfers.injection_t_s[row])
    arrival_t_s = float(transfers.arrival_t_s[row])
    flight = _Flight(
        start_t_s=start_t_s,
        moon=np.concatenate([track.position_m(start_t_s), track.velocity_m_per_s(start_t_s)]),
        to_moon_m=track.position_m(arrival_t_s),
        wish=(arrival_t_s, plane, MOON_RADIUS_M + altitude_m),
        forces=forces,
        ephemeris=ephemeris,
    )
    patched = np.concatenate([transfers.injection_m[row], transfers.injection_m_per_s[row]])
    outside_t_s = arrival_t_s - _OUTSIDE_S
    first = flight.fly(patched, outside_t_s)[2]
    begun, _, _ = _corrected(flight, patched, outside_t_s)
    geocentric, end, found = _corrected(flight, begun, arrival_t_s)
    momentum = np.cross(end[:3], end[3:])
    circle = np.sqrt(EARTH_GM_M3_PER_S2 / np.linalg.norm(geocentric[:3]))
    return RefinedTransfer(
        injection=state_of_vector(start_t_s, geocentric - flight.moon),
        tli_m_per_s=float(np.linalg.norm(geocentric[3:]) - circle),
        turn_deg=float(
            np.degrees(np.arccos(np.clip(_pole(geocentric) @ _pole(patched), -1.0, 1.0)))
        ),
        perilune_t_s=arrival_t_s + found.perilune_delay_s,
        perilune_altitude_m=found.perilune_m - MOON_RADIUS_M,
        pole=momentum / np.linalg.norm(momentum),
        insertion_m_per_s=float(insertion_m_per_s(found.excess_m_per_s, altitude_m)),
        patched_miss_m=float(np.linalg.norm(first.miss_m)),
        patched_delay_s=outside_t_s + first.perilune_delay_s - arrival_t_s,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Flight:
    """What stays the same in the correction of one transfer; states are (6,) in m and m/s."""

    start_t_s: float
    moon: FloatArray
    to_moon_m: FloatArray
    wish: Wish
    forces: Forces
    ephemeris: Ephemeris

    def fly(self, geocentric: FloatArray, end_t_s: float) -> tuple[FloatArray, FloatArray, Passage]:
        """Return the state near the Moon, the transition matrix, and the hyperbola."""
        end, transition = propagate_with_transition(
            state_of_vector(self.start_t_s, geocentric - self.moon),
            end_t_s,
            self.forces,
            ephemeris=self.ephemeris,
        )
        found = passage(end.position_m, end.velocity_m_per_s)
        if found is None:
            raise self.failed()
        return end.vector, transition, found

    def failed(self) -> InputError:
        """Return the error of a transfer that cannot be corrected."""
        remedy = "no flight under all forces comes into the wished orbit; take another flight time"
        return InputError(Problem("transfer", "injection", iso_utc(self.start_t_s), remedy))


def _corrected(
    flight: _Flight, geocentric: FloatArray, end_t_s: float
) -> tuple[FloatArray, FloatArray, Passage]:
    """Return the injection whose state at an epoch is on the wished hyperbola, state and that."""
    for _ in range(_MOST_STEPS):
        end, transition, found = flight.fly(geocentric, end_t_s)
        off_m = _residual(found, end_t_s, flight.wish)
        if np.linalg.norm(off_m) < _CLOSE_M:
            return geocentric, end, found
        if not np.isfinite(off_m).all():
            break
        free = _freedom(geocentric, flight.to_moon_m)
        answer = _slopes(end, end_t_s, flight.wish) @ transition @ free
        step = np.asarray(-np.linalg.solve(answer, off_m), dtype=np.float64)
        step /= max(1.0, float(np.max(np.abs(step) / _LARGEST)))
        geocentric = _moved(geocentric, flight.to_moon_m, step)
    raise flight.failed()


def _pole(geocentric: FloatArray) -> FloatArray:
    momentum = np.cross(geocentric[:3], geocentric[3:])
    return np.asarray(momentum / np.linalg.norm(momentum))


def _axes(geocentric: FloatArray, to_moon: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the axes of the two turns: square to the Moon in the plane, and the plane's pole."""
    pole = _pole(geocentric)
    across = np.cross(to_moon, pole)
    return across / np.linalg.norm(across), pole


def _freedom(geocentric: FloatArray, to_moon: FloatArray) -> FloatArray:
    """Return the derivative of the state by the two turns (rad) and the speed, shape (6, 3)."""
    position, velocity = geocentric[:3], geocentric[3:]
    columns = [
        np.concatenate([np.cross(axis, position), np.cross(axis, velocity)])
        for axis in _axes(geocentric, to_moon)
    ]
    ahead = np.concatenate([np.zeros(3), velocity / np.linalg.norm(velocity)])
    return np.column_stack([*columns, ahead])


def _moved(geocentric: FloatArray, to_moon: FloatArray, step: FloatArray) -> FloatArray:
    """Return the state after two turns (rad) and a change of speed (m/s), shape (6,)."""
    across, pole = _axes(geocentric, to_moon)
    turn = Rotation.from_rotvec(step[0] * across) * Rotation.from_rotvec(step[1] * pole)
    velocity = geocentric[3:] * (1.0 + step[2] / np.linalg.norm(geocentric[3:]))
    return np.concatenate([turn.apply(geocentric[:3]), turn.apply(velocity)])


def _off_m(vector: FloatArray, end_t_s: float, wish: Wish) -> FloatArray:
    """Return by how much a state near the Moon misses: across the asymptote, and in time along."""
    found = passage(vector[:3], vector[3:])
    if found is None:
        return np.full(3, np.nan)
    return _residual(found, end_t_s, wish)


def _residual(found: Passage, end_t_s: float, wish: Wish) -> FloatArray:
    arrival_t_s, plane, low_m = wish
    aim = aim_m(found.asymptote, plane(found.asymptote), found.excess_m_per_s, low_m)
    early_s = arrival_t_s - (end_t_s + found.perilune_delay_s)
    return np.asarray(found.miss_m - aim + found.excess_m_per_s * early_s * found.asymptote)


def _slopes(vector: FloatArray, end_t_s: float, wish: Wish) -> FloatArray:
    """Return the derivative of `_off_m` by the state, shape (3, 6), by central differences."""
    columns = []
    for axis in range(6):
        probe = np.zeros(6)
        probe[axis] = _PROBE[axis]
        ahead = _off_m(vector + probe, end_t_s, wish)
        columns.append((ahead - _off_m(vector - probe, end_t_s, wish)) / (2.0 * _PROBE[axis]))
    return np.column_stack(columns)
