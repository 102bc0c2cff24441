"""Where every orbiter of a scenario is over the run: trajectories of the orbits it gives."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from moonstead.elements.orbit import Orbit as OrbitSpec
from moonstead.elements.orbital_module import OrbitalModule
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.timescale import iso_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, Problem, RangeError
from moonstead.interop.flown import read_trajectory
from moonstead.orbits.catalogue import Ellipse, find_orbit
from moonstead.orbits.constructors import halo_trajectory, keplerian_state, plane_axes
from moonstead.orbits.forces import Forces, SolarPressure
from moonstead.orbits.halo import Halo
from moonstead.orbits.held import held_trajectory
from moonstead.orbits.propagate import propagate
from moonstead.scenario.model import Scenario

Orbiter = RelayOrbiter | OrbitalModule

DEGREE = 8
"""Of the Moon's field under free motion: enough for relays; low orbits want more."""


def orbiters_of(scenario: Scenario) -> tuple[Orbiter, ...]:
    """Return the elements that fly, in the order of the scenario."""
    return tuple(e for e in scenario.element if isinstance(e, RelayOrbiter | OrbitalModule))


def trajectories(
    scenario: Scenario, file: Path, ephemeris: Ephemeris, start_t_s: float, end_t_s: float
) -> Mapping[str, Trajectory]:
    """Return the trajectory of every orbiter over a span.

    Parameters
    ----------
    scenario
        With its elements.
    file
        The scenario file; names of ephemeris files are relative to its folder.
    ephemeris
        Sun, Earth and Moon.
    start_t_s, end_t_s
        Span, TDB seconds past J2000; orbits given by shape begin at the start.

    Raises
    ------
    InputError
        An orbit that is below the ground or meets it, or a file that is wrong or too short; all
        of them.
    RangeError
        The span leaves the ephemeris.
    """
    made: dict[str, Trajectory] = {}
    problems: list[Problem] = []
    for element in orbiters_of(scenario):
        try:
            made[element.name] = trajectory_of(element, file, ephemeris, start_t_s, end_t_s)
        except RangeError:
            raise
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return made


def trajectory_of(
    element: Orbiter, file: Path, ephemeris: Ephemeris, start_t_s: float, end_t_s: float
) -> Trajectory:
    """Return the trajectory of one orbiter; for the rest see `trajectories`."""
    try:
        return _made(element, file.parent, ephemeris, start_t_s, end_t_s)
    except RangeError:
        raise
    except InputError as error:
        raise InputError(_of_element(element, file, p) for p in error.problems) from error


def _of_element(element: Orbiter, file: Path, problem: Problem) -> Problem:
    if "." in problem.file:  # of an ephemeris file, which has places of its own
        return problem
    value = f"{problem.path} {problem.value}".strip()
    remedy = problem.remedy
    if problem.path == "impact" and element.orbit.motion == "free":
        remedy += ', or let station keeping hold it: motion = "held"'
    return Problem(str(file), f'element "{element.name}".orbit', value, remedy)


def _made(
    element: Orbiter, folder: Path, ephemeris: Ephemeris, start_t_s: float, end_t_s: float
) -> Trajectory:
    spec = element.orbit
    if spec.ephemeris is not None:
        return _flown(element, folder / spec.ephemeris, ephemeris, start_t_s, end_t_s)
    shape: Ellipse | Halo | None = ellipse_of(spec)
    if spec.catalogue is not None:
        shape = find_orbit(spec.catalogue).shape
    if isinstance(shape, Halo):
        return halo_trajectory(
            shape, start_t_s, end_t_s, _forces(spec), ephemeris=ephemeris, name=element.name
        )
    if shape is None:
        raise AssertionError("the orbit's own check lets no such orbit through")
    orbit = shape.at(start_t_s)
    if spec.motion == "held":
        axes = plane_axes(ephemeris, start_t_s, shape.plane)
        return held_trajectory(element.name, orbit, start_t_s, end_t_s, axes)
    state = keplerian_state(orbit, ephemeris, shape.plane)
    return propagate(state, end_t_s, _forces(spec), ephemeris=ephemeris, name=element.name)


def _forces(spec: OrbitSpec) -> Forces:
    area_m2 = spec.area_to_mass_m2_per_kg
    sunlight = SolarPressure(area_m2=area_m2, mass_kg=1.0) if area_m2 > 0.0 else None
    return Forces(degree=DEGREE, solar_pressure=sunlight)


def ellipse_of(spec: OrbitSpec) -> Ellipse | None:
    """Return the ellipse that an orbit is given by; None where it is given in another way."""
    if (
        spec.perilune_altitude_m is None
        or spec.apolune_altitude_m is None
        or spec.inclination_deg is None
        or spec.perilune_argument_deg is None
    ):
        return None
    return Ellipse(
        plane="equator",
        perilune_altitude_m=spec.perilune_altitude_m,
        apolune_altitude_m=spec.apolune_altitude_m,
        inclination_deg=spec.inclination_deg,
        ascending_node_deg=spec.ascending_node_deg,
        perilune_argument_deg=spec.perilune_argument_deg,
        mean_anomaly_deg=spec.mean_anomaly_deg,
    )


def _flown(
    element: Orbiter, path: Path, ephemeris: Ephemeris, start_t_s: float, end_t_s: float
) -> Trajectory:
    flown = replace(read_trajectory(path, ephemeris), name=element.name)
    if flown.start_t_s > start_t_s or flown.end_t_s < end_t_s:
        value = f"{iso_utc(flown.start_t_s)} to {iso_utc(flown.end_t_s)}"
        remedy = f"must cover the run and its forecast, {iso_utc(start_t_s)} to {iso_utc(end_t_s)}"
        raise InputError(Problem(str(path), "span", value, remedy))
    return flown
