"""Descent from a low lunar orbit: what it costs, how long it takes, how far it flies.

Three pieces: the burn that lowers the perilune (descent orbit insertion), braking under guidance,
and a vertical end with a hover in which the place is chosen.

Braking is in one plane over a sphere, with constant thrust. The guidance is explicit: at every
instant the vertical acceleration is the one that is linear in time and meets the height and the
sink rate of the gate (the cubic of Cherry's E-guidance, which Apollo's was made of); what thrust is
left brakes, and the time to go is that which the speed that is left takes. Real landers throttle,
pitch and look for landmarks on the way: their profiles differ, their sums by few per cent.
"""

from dataclasses import dataclass
from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.site import MOON_RADIUS_M
from moonstead.errors import InputError, Problem
from moonstead.orbits.forces import MOON_GM_DE440_M3_PER_S2

FloatArray = NDArray[np.float64]

SURFACE_M_PER_S2 = MOON_GM_DE440_M3_PER_S2 / MOON_RADIUS_M**2
_STEP_S = 0.5
_HOLD_S = 10.0  # before the gate, where the time to go is too short to divide by
_LONGEST_S = 3600.0
_GATE_M, _GATE_M_PER_S = 100.0, 10.0  # by which the gate may be missed


@dataclass(frozen=True, slots=True, kw_only=True)
class Lander:
    """What the descent needs to know of a lander; the defaults are of the Apollo LM's class.

    Parameters
    ----------
    acceleration_m_per_s2
        Thrust over mass at the start of braking (Apollo LM about 2.7, Chang'e-3 2.5: recall).
    exhaust_m_per_s
        Effective exhaust speed: 3050 is a specific impulse of 311 s, as storable propellants give.
    perilune_altitude_m
        At which braking begins: 15 km for Apollo, Chang'e-3 and Chang'e-5.
    gate_altitude_m, gate_sink_m_per_s
        Where braking ends, with no horizontal speed left, and how fast it sinks there.
    hover_altitude_m, hover_s
        Where and how long it hovers to choose its place: Chang'e-3 and Chang'e-5 at 100 m.
    touchdown_m_per_s
        Sink rate from the hover to the ground.
    """

    acceleration_m_per_s2: float = 2.7
    exhaust_m_per_s: float = 3050.0
    perilune_altitude_m: float = 15e3
    gate_altitude_m: float = 2000.0
    gate_sink_m_per_s: float = 40.0
    hover_altitude_m: float = 100.0
    hover_s: float = 30.0
    touchdown_m_per_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Descent:
    """A descent from a circular orbit to the ground.

    Parameters
    ----------
    insertion_m_per_s
        Burn that lowers the perilune.
    braking_m_per_s, vertical_m_per_s
        To the gate, and from there to the ground.
    braking_s, vertical_s
        Their durations.
    range_m
        Over ground, from the perilune to the site.
    mass_fraction
        Of what was in the circular orbit that stands on the ground.
    """

    insertion_m_per_s: float
    braking_m_per_s: float
    vertical_m_per_s: float
    braking_s: float
    vertical_s: float
    range_m: float
    mass_fraction: float

    @property
    def total_m_per_s(self) -> float:
        """All burns."""
        return self.insertion_m_per_s + self.braking_m_per_s + self.vertical_m_per_s


def lowering_m_per_s(orbit_altitude_m: float, perilune_altitude_m: float) -> float:
    """Return the burn that lowers the perilune of a circular orbit (vis-viva).

    Parameters
    ----------
    orbit_altitude_m, perilune_altitude_m
        Above the mean sphere.
    """
    high_m, low_m = MOON_RADIUS_M + orbit_altitude_m, MOON_RADIUS_M + perilune_altitude_m
    return sqrt(MOON_GM_DE440_M3_PER_S2 / high_m) * (1.0 - sqrt(2.0 * low_m / (high_m + low_m)))


def descend(lander: Lander, orbit_altitude_m: float) -> Descent:
    """Fly a descent.

    Parameters
    ----------
    lander
        See there.
    orbit_altitude_m
        Of the circular orbit that it comes from.

    Returns
    -------
    Descent

    Raises
    ------
    InputError
        The thrust cannot hold the lander up on the way.
    """
    insertion = lowering_m_per_s(orbit_altitude_m, lander.perilune_altitude_m)
    braking, braking_s, range_m = _brake(lander, orbit_altitude_m)
    vertical, vertical_s = _end(lander)
    total = insertion + braking + vertical
    return Descent(
        insertion_m_per_s=insertion,
        braking_m_per_s=braking,
        vertical_m_per_s=vertical,
        braking_s=braking_s,
        vertical_s=vertical_s,
        range_m=range_m,
        mass_fraction=exp(-total / lander.exhaust_m_per_s),
    )


def _brake(lander: Lander, orbit_altitude_m: float) -> tuple[float, float, float]:
    """Return speed spent, time, and range of the flight from perilune to the gate."""
    high_m, low_m = MOON_RADIUS_M + orbit_altitude_m, MOON_RADIUS_M + lander.perilune_altitude_m
    speed = sqrt(2.0 * MOON_GM_DE440_M3_PER_S2 * (1.0 / low_m - 1.0 / (high_m + low_m)))
    # Height above the mean sphere, range, rate of height, horizontal speed, thrust acceleration.
    state = np.array([low_m - MOON_RADIUS_M, 0.0, 0.0, speed, lander.acceleration_m_per_s2])
    time_s, lift = 0.0, 0.0
    while state[3] > 0.0 and time_s < _LONGEST_S:
        left_s = _time_to_go_s(state, lander.exhaust_m_per_s)
        if left_s > _HOLD_S:
            lift = _lift(state, left_s, lander)
        if abs(lift) >= state[4]:
            raise _too_weak(lander)
        share = sqrt(1.0 - (lift / state[4]) ** 2)
        step_s = min(_STEP_S, max(state[3] / (share * state[4]), 1e-6))
        state = _stepped(state, lift, step_s, lander.exhaust_m_per_s)
        time_s += step_s
        if state[3] < 1e-3:
            break
    off_m = abs(state[0] - lander.gate_altitude_m)
    off_m_per_s = abs(state[2] + lander.gate_sink_m_per_s)
    if off_m > _GATE_M or off_m_per_s > _GATE_M_PER_S:
        raise _too_weak(lander)
    spent = lander.exhaust_m_per_s * np.log(state[4] / lander.acceleration_m_per_s2)
    return float(spent), time_s, float(state[1])


def _too_weak(lander: Lander) -> InputError:
    value = f"{lander.acceleration_m_per_s2:g} m/s2"
    remedy = "too little thrust for this descent; 2 to 4 m/s2 are usual"
    return InputError(Problem("lander", "acceleration_m_per_s2", value, remedy))


def _time_to_go_s(state: FloatArray, exhaust_m_per_s: float) -> float:
    """Return how long the horizontal speed takes.

    On the way the centrifugal acceleration goes, and thrust has to hold what it held; the share
    that is left for braking is taken from the means over the way.
    """
    height_m, _, _, along, thrust = state
    held = SURFACE_M_PER_S2 - along**2 / (3.0 * (MOON_RADIUS_M + height_m))
    mean_thrust = thrust * exp(0.5 * along / exhaust_m_per_s)
    share = sqrt(max(1.0 - (held / mean_thrust) ** 2, 0.01))
    return float(exhaust_m_per_s / thrust * (1.0 - exp(-along / (share * exhaust_m_per_s))))


def _lift(state: FloatArray, left_s: float, lander: Lander) -> float:
    """Return the vertical thrust acceleration of the guidance."""
    height_m, _, climb, along, _ = state
    radius_m = MOON_RADIUS_M + height_m
    wanted = (
        6.0 * (lander.gate_altitude_m - height_m) / left_s**2
        - (4.0 * climb - 2.0 * lander.gate_sink_m_per_s) / left_s
    )
    return float(wanted + MOON_GM_DE440_M3_PER_S2 / radius_m**2 - along**2 / radius_m)


def _stepped(state: FloatArray, lift: float, step_s: float, exhaust_m_per_s: float) -> FloatArray:
    """Return the state after a step (midpoint rule)."""

    def rates(now: FloatArray) -> FloatArray:
        height_m, _, climb, along, thrust = now
        radius_m = MOON_RADIUS_M + height_m
        brake = sqrt(max(thrust**2 - lift**2, 0.0))
        return np.array(
            [
                climb,
                along * MOON_RADIUS_M / radius_m,
                lift - MOON_GM_DE440_M3_PER_S2 / radius_m**2 + along**2 / radius_m,
                -brake - climb * along / radius_m,
                thrust**2 / exhaust_m_per_s,
            ]
        )

    middle = state + 0.5 * step_s * rates(state)
    return np.asarray(state + step_s * rates(middle))


def _end(lander: Lander) -> tuple[float, float]:
    """Return speed spent and time from the gate to the ground: slowing evenly, hover, sinking."""
    fall_m = lander.gate_altitude_m - lander.hover_altitude_m
    slowing_s = 2.0 * fall_m / lander.gate_sink_m_per_s
    sinking_s = lander.hover_altitude_m / lander.touchdown_m_per_s
    time_s = slowing_s + lander.hover_s + sinking_s
    return SURFACE_M_PER_S2 * time_s + lander.gate_sink_m_per_s, time_s
