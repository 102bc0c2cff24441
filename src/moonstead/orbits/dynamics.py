"""The equations of motion of an orbiter as heyoka takes them, compiled once per kind of forces.

Units in here are 1000 km, 1000 s and km/s: numbers near one, which the step control wants. Time
counts from the middle of a segment of `moonstead.orbits.motion`, whose coefficients are the
parameters of the equations, so that one compiled integrator serves every date.

Sunlight is 1 or 0: the integrator stops at the edge of a shadow and goes on with the other value,
so the push has no smooth edge that would cost small steps. A shadow is where the centre of the
Sun is behind the sphere. The grounds of Moon and Earth stop the integrator.
"""

from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from typing import Any

import heyoka
import numpy as np
from numpy.typing import NDArray

from moonstead.environment.bodytrack import BODY_RADIUS_M
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.orbits import motion
from moonstead.orbits.forces import (
    EARTH_EQUATOR_M,
    EARTH_GM_M3_PER_S2,
    EARTH_J2,
    JUPITER_GM_M3_PER_S2,
    SUN_GM_M3_PER_S2,
    Forces,
    SolarPressure,
)
from moonstead.orbits.gravity import GravityField

FloatArray = NDArray[np.float64]
Vector = list[Any]
"""Three expressions."""

LENGTH_M = 1e6
TIME_S = 1e3
SPEED_M_PER_S = LENGTH_M / TIME_S
_GM_UNIT = LENGTH_M**3 / TIME_S**2
LIGHT_AT = motion.PARAMETERS
"""Three more parameters: the push of sunlight, and whether Moon and Earth leave the Sun in view."""
PUSH, MOON_CLEAR, EARTH_CLEAR = LIGHT_AT, LIGHT_AT + 1, LIGHT_AT + 2
FLYING = LIGHT_AT + 3
"""Of a lane: 1, or below zero after an impact (see `_park`)."""

_SOLAR_PRESSURE_N_PER_M2 = 1361.0 / 299792458.0
"""At 1 au: 1361 W/m2 (Kopp and Lean 2011, doi:10.1029/2010GL045777) over the speed of light."""
_AU_M = 149597870700.0
_OPTIMISE = 1  # compiles twice as fast as heyoka's own choice of 3 and runs as fast (measured)
_PARKED = np.array([20.0, 0.0, 0.0, 0.0, 0.49, 0.0])
_ANY_CRAFT = SolarPressure(area_m2=1.0, mass_kg=1.0)


def integrator(forces: Forces, tolerance: float, *, transition: bool = False) -> Any:
    """Return an integrator for one propagation; it stops at the ground unless for a transition.

    Parameters
    ----------
    forces
        What acts; the size of the craft is a parameter and costs no new compilation.
    tolerance
        Of a step, relative.
    transition
        Whether the state carries its 6 x 6 transition matrix.
    """
    made = deepcopy(_compiled(_kind_of(forces), tolerance, transition))
    if forces.solar_pressure is not None:
        made.pars[PUSH] = push_of(forces.solar_pressure)
    return made


def push_of(craft: SolarPressure) -> float:
    """Return what sunlight pushes at 1000 km from the Sun, in the integrator's units."""
    newton_m2 = _SOLAR_PRESSURE_N_PER_M2 * _AU_M**2 * craft.area_m2 * craft.reflection
    return newton_m2 / craft.mass_kg / _GM_UNIT


def sunlight(position: FloatArray, parameters: FloatArray, time: float) -> tuple[float, float]:
    """Return 1 or 0 for whether the Moon, and the Earth, leave the Sun in view.

    Parameters
    ----------
    position
        Shape (3,), in the integrator's units.
    parameters
        Of the segment.
    time
        From its middle, in the integrator's units.
    """
    earth, sun = body_positions(parameters, time)
    moon_clear = _in_light(position, sun, MOON_RADIUS_M / LENGTH_M)
    earth_clear = _in_light(position - earth, sun - earth, BODY_RADIUS_M["earth"] / LENGTH_M)
    return moon_clear, earth_clear


def body_positions(parameters: FloatArray, time: float) -> tuple[FloatArray, FloatArray]:
    """Return where Earth and Sun are from the Moon, shape (3,), in the integrator's units."""
    fraction = time / motion.HALF_KS
    earth = _values(parameters[motion.EARTH_AT : motion.SUN_AT], fraction)
    sun = _values(parameters[motion.SUN_AT : motion.JUPITER_AT], fraction)
    return earth, sun + motion.BARYCENTRE_SHARE * earth


def impact_time(flying: FloatArray) -> FloatArray:
    """Return the times of impact of lanes from what `_park` left, in the integrator's units."""
    return np.where(flying < 0.0, -flying - 2.0 * motion.HALF_KS, np.nan)


def _values(coefficients: FloatArray, fraction: float) -> FloatArray:
    rows = coefficients.reshape(3, -1)
    return np.asarray(rows @ fraction ** np.arange(rows.shape[1]))


def _in_light(position: FloatArray, sun: FloatArray, radius: float) -> float:
    along = position @ sun / np.linalg.norm(sun)
    beside = max(float(position @ position) - radius**2, 0.0)
    return float(along + np.sqrt(beside) > 0.0)


def _kind_of(forces: Forces) -> Forces:
    return replace(forces, solar_pressure=forces.solar_pressure and _ANY_CRAFT)


@lru_cache(maxsize=16)
def _compiled(forces: Forces, tolerance: float, transition: bool) -> Any:
    system, position, bodies = equations(forces)
    events = [
        heyoka.t_event(edge, callback=_Toggle(at)) for at, edge in shadow_edges(position, bodies)
    ]
    if forces.solar_pressure is None:
        events = []
    if not transition:
        events += [heyoka.t_event(height) for height in grounds(position, bodies)]
    given: Any = system
    if transition:
        given = heyoka.var_ode_sys(system, heyoka.var_args.vars, order=1)
    return heyoka.taylor_adaptive(
        given,
        [2.0, 0.0, 0.0, 0.0, 1.5, 0.0],
        t_events=events,
        tol=tolerance,
        compact_mode=True,
        opt_level=_OPTIMISE,
    )


def batch_integrator(forces: Forces, lanes: int, tolerance: float) -> Any:
    """Return an integrator that flies several orbiters at once and does not stop at the ground."""
    made = deepcopy(_compiled_batch(_kind_of(forces), lanes, tolerance))
    if forces.solar_pressure is not None:
        made.pars[PUSH] = push_of(forces.solar_pressure)
    return made


@lru_cache(maxsize=8)
def _compiled_batch(forces: Forces, lanes: int, tolerance: float) -> Any:
    system, position, bodies = equations(forces)
    edges = shadow_edges(position, bodies) if forces.solar_pressure else []
    events = [heyoka.t_event_batch(edge, callback=_Toggle(at)) for at, edge in edges]
    ground = (MOON_RADIUS_M / LENGTH_M) ** 2 * heyoka.par[FLYING]
    events.append(heyoka.t_event_batch(_dot(position, position) - ground, callback=_park))
    return heyoka.taylor_adaptive_batch(
        system,
        np.tile([[2.0], [0.0], [0.0], [0.0], [1.5], [0.0]], lanes),
        t_events=events,
        tol=tolerance,
        compact_mode=True,
        opt_level=_OPTIMISE,
    )


class _Toggle:
    """Put out or light the Sun when the edge of a shadow is crossed."""

    def __init__(self, parameter: int) -> None:
        self._parameter = parameter

    def __call__(self, integrator: Any, _sign: int, *lane: int) -> bool:
        position = integrator.state[:3][(slice(None), *lane)]
        parameters = integrator.pars[(slice(None), *lane)]
        time = integrator.time[lane] if lane else integrator.time
        earth, sun = body_positions(parameters, time)
        body = np.zeros(3) if self._parameter == MOON_CLEAR else earth
        if (position - body) @ (sun - body) < 0.0:
            place = (self._parameter, *lane)
            integrator.pars[place] = 1.0 - integrator.pars[place]
        return True


def _park(integrator: Any, _sign: int, lane: int) -> bool:
    """Note when a lane met the ground, and let it fly on far away, where it costs little."""
    integrator.pars[FLYING, lane] = -(integrator.time[lane] + 2.0 * motion.HALF_KS)
    integrator.state[:, lane] = _PARKED
    return True


def equations(forces: Forces) -> tuple[list[tuple[Any, Any]], Vector, dict[str, Vector]]:
    """Return the differential equations, the position, and where the bodies are."""
    position = list(heyoka.make_vars("x", "y", "z"))
    velocity = list(heyoka.make_vars("vx", "vy", "vz"))
    bodies = _bodies()
    pulls = [_moon_pull(position, forces)]
    if forces.earth:
        pulls.append(_tide(position, bodies["earth"], EARTH_GM_M3_PER_S2))
    if forces.earth_oblate:
        pulls.append(_earth_bulge(position, bodies["earth"]))
    if forces.sun:
        pulls.append(_tide(position, bodies["sun"], SUN_GM_M3_PER_S2))
    if forces.jupiter:
        pulls.append(_tide(position, bodies["jupiter"], JUPITER_GM_M3_PER_S2))
    if forces.solar_pressure is not None:
        pulls.append(_light(position, bodies["sun"]))
    rates = [sum(parts[1:], parts[0]) for parts in zip(*pulls, strict=True)]
    names = [*position, *velocity]
    return list(zip(names, [*velocity, *rates], strict=True)), position, bodies


def shadow_edges(position: Vector, bodies: dict[str, Vector]) -> list[tuple[int, Any]]:
    """Return, for Moon and Earth, the parameter that tells light and what is zero at the edge.

    Zero on the whole cylinder through the sphere; which half of it shades, `_Toggle` asks.
    """
    sun, earth = bodies["sun"], bodies["earth"]
    return [
        (MOON_CLEAR, _edge(position, sun, MOON_RADIUS_M / LENGTH_M)),
        (
            EARTH_CLEAR,
            _edge(_minus(position, earth), _minus(sun, earth), BODY_RADIUS_M["earth"] / LENGTH_M),
        ),
    ]


def grounds(position: Vector, bodies: dict[str, Vector]) -> list[Any]:
    """Return what is zero at the mean sphere of the Moon, and of the Earth."""
    from_earth = _minus(position, bodies["earth"])
    return [
        _dot(position, position) - (MOON_RADIUS_M / LENGTH_M) ** 2,
        _dot(from_earth, from_earth) - (BODY_RADIUS_M["earth"] / LENGTH_M) ** 2,
    ]


def _bodies() -> dict[str, Vector]:
    earth = _curves(motion.EARTH_AT, motion.EARTH_TERMS)
    barycentre = [motion.BARYCENTRE_SHARE * axis for axis in earth]
    far = {"sun": motion.SUN_AT, "jupiter": motion.JUPITER_AT}
    found = {
        name: [a + b for a, b in zip(_curves(at, motion.FAR_TERMS), barycentre, strict=True)]
        for name, at in far.items()
    }
    return {"earth": earth, **found}


def _curves(at: int, terms: int) -> Vector:
    """Return three polynomials in time, whose coefficients are parameters."""
    fraction = heyoka.time * (1.0 / motion.HALF_KS)
    curves = []
    for axis in range(3):
        first = at + axis * terms
        value = heyoka.par[first + terms - 1]
        for k in reversed(range(terms - 1)):
            value = heyoka.par[first + k] + fraction * value
        curves.append(value)
    return curves


def _moon_pull(position: Vector, forces: Forces) -> Vector:
    gm = forces.moon_gm_m3_per_s2 / _GM_UNIT
    if forces.degree == 0:
        factor = gm * _dot(position, position) ** -1.5
        return [-factor * axis for axis in position]
    angles = _curves(motion.ANGLES_AT, motion.ANGLE_TERMS)
    turns = [(heyoka.cos(angle), heyoka.sin(angle)) for angle in angles]
    body = _turned(position, turns[0], 0, 1)
    body = _turned(body, turns[1], 1, 2)
    body = _turned(body, turns[2], 0, 1)
    pull = heyoka.model.sh_gravity_acc(
        body,
        _pairs(forces.gravity, forces.degree),
        mu=gm,
        a=forces.gravity.radius_m / LENGTH_M,
    )
    back = [(cosine, -sine) for cosine, sine in turns]
    pull = _turned(pull, back[2], 0, 1)
    pull = _turned(pull, back[1], 1, 2)
    return _turned(pull, back[0], 0, 1)


def _pairs(gravity: GravityField, degree: int) -> list[list[float]]:
    return [
        [float(gravity.cosine[n, m]), float(gravity.sine[n, m])]
        for n in range(degree + 1)
        for m in range(n + 1)
    ]


def _turned(vector: Vector, turn: tuple[Any, Any], first: int, second: int) -> Vector:
    cosine, sine = turn
    turned = list(vector)
    turned[first] = cosine * vector[first] + sine * vector[second]
    turned[second] = cosine * vector[second] - sine * vector[first]
    return turned


def _tide(position: Vector, body: Vector, gm_m3_per_s2: float) -> Vector:
    """Return the pull of a body on the orbiter less its pull on the Moon."""
    gm = gm_m3_per_s2 / _GM_UNIT
    apart = _minus(body, position)
    near = gm * _dot(apart, apart) ** -1.5
    far = gm * _dot(body, body) ** -1.5
    return [near * a - far * b for a, b in zip(apart, body, strict=True)]


def _earth_bulge(position: Vector, earth: Vector) -> Vector:
    """Return the pull of the Earth's flattening on the orbiter less that on the Moon."""
    pole = [heyoka.par[motion.POLE_AT + axis] for axis in range(3)]
    near = _bulge(_minus(position, earth), pole)
    far = _bulge([-axis for axis in earth], pole)
    return _minus(near, far)


def _bulge(from_earth: Vector, pole: Vector) -> Vector:
    strength = 1.5 * EARTH_J2 * EARTH_GM_M3_PER_S2 / _GM_UNIT * (EARTH_EQUATOR_M / LENGTH_M) ** 2
    square = _dot(from_earth, from_earth)
    height = _dot(from_earth, pole)
    factor = strength * square**-2.5
    along = factor * (5.0 * height**2 / square - 1.0)
    return [
        along * axis - 2.0 * factor * height * up for axis, up in zip(from_earth, pole, strict=True)
    ]


def _light(position: Vector, sun: Vector) -> Vector:
    apart = _minus(position, sun)
    clear = heyoka.par[PUSH] * heyoka.par[MOON_CLEAR] * heyoka.par[EARTH_CLEAR]
    factor = clear * _dot(apart, apart) ** -1.5
    return [factor * axis for axis in apart]


def _edge(position: Vector, sun: Vector, radius: float) -> Any:
    along = _dot(position, sun)
    return _dot(position, position) - along * along / _dot(sun, sun) - radius**2


def _dot(first: Vector, second: Vector) -> Any:
    products = [a * b for a, b in zip(first, second, strict=True)]
    return sum(products[1:], products[0])


def _minus(first: Vector, second: Vector) -> Vector:
    return [a - b for a, b in zip(first, second, strict=True)]
