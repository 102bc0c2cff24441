"""Where the orbit of ``moonstead orbit`` comes from: the catalogue, a scenario, or a file."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.timescale import iso_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, Problem, RangeError
from moonstead.interop.ndm_frames import to_moon_icrf
from moonstead.interop.oem import parse_oem
from moonstead.interop.oem_trajectory import trajectory_of
from moonstead.interop.opm import parse_opm
from moonstead.orbits.catalogue import Ellipse, NamedOrbit, find_orbit, fly, keep, orbit_names
from moonstead.orbits.constructors import Plane
from moonstead.orbits.forces import Forces
from moonstead.orbits.gravity import low_field, read_field
from moonstead.orbits.halo import Halo
from moonstead.orbits.keeping import Errors, Keeping
from moonstead.orbits.propagate import propagate
from moonstead.orbits.state import OrbitState
from moonstead.scenario.build import read_scenario
from moonstead.scenario.examples import example_names, scenario_path
from moonstead.scenario.flights import ellipse_of

_LOW_M = 1e6
_ELLIPSE_M = 4e7  # farther out, Earth and Moon hold an orbiter together
_LOW_DEGREE, _HIGH_DEGREE = 12, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is to be flown: one of a named orbit, a state and a finished trajectory."""

    name: str
    title: str
    origin: str
    start_t_s: float
    what: NamedOrbit | OrbitState | Trajectory

    @property
    def plane(self) -> Plane | None:
        """What the angles of its ellipse count from; None for a halo."""
        if isinstance(self.what, NamedOrbit):
            return None if isinstance(self.what.shape, Halo) else self.what.shape.plane
        if isinstance(self.what, Trajectory) and _reach_m(self.what) > _ELLIPSE_M:
            return None
        return "equator"


def _reach_m(trajectory: Trajectory) -> float:
    return float(np.linalg.norm(trajectory.position_m, axis=1).max())


def source_of(
    name: str | None, state_file: str | None, start_t_s: float, ephemeris: Ephemeris
) -> Source:
    """Return what a user names.

    Raises
    ------
    InputError
        Where there is no such orbit, scenario or file, or it holds no orbit about the Moon.
    """
    if state_file is not None:
        return _of_file(Path(state_file), ephemeris)
    text = str(name)
    if text in example_names() or Path(text).suffix == ".toml":
        return _of_scenario(text, start_t_s)
    if text not in orbit_names() and Path(text).is_file():
        remedy = "give a file with a state or trajectory as --state FILE"
        raise InputError(Problem("orbit", "", text, remedy))
    named = find_orbit(text)
    origin = f"{named.source} (confidence: {named.confidence})"
    return Source(name=text, title=named.title, origin=origin, start_t_s=start_t_s, what=named)


def _of_scenario(text: str, start_t_s: float) -> Source:
    scenario, _ = read_scenario(scenario_path(text))
    relay = next((one for one in scenario.element if isinstance(one, RelayOrbiter)), None)
    if relay is None:
        raise InputError(Problem("orbit", "", text, "the scenario has no relay_orbiter"))
    given = relay.orbit
    if given.ephemeris is not None:
        remedy = f"its relay flies a file; give that as --state {given.ephemeris}"
        raise InputError(Problem("orbit", "", text, remedy))
    title, source = f"{relay.name} of {text}", f"scenario {text}"
    shape = ellipse_of(given)
    if shape is None:
        named = replace(find_orbit(given.catalogue or ""), name=relay.name, title=title)
    else:
        axis_m = 0.5 * (shape.perilune_altitude_m + shape.apolune_altitude_m) + MOON_RADIUS_M
        named = NamedOrbit(
            name=relay.name,
            title=title,
            shape=shape,
            upkeep=0.05 * axis_m,
            source=source,
            confidence="the scenario's",
            note="",
        )
    return Source(
        name=relay.name, title=named.title, origin=named.source, start_t_s=start_t_s, what=named
    )


def _of_file(path: Path, ephemeris: Ephemeris) -> Source:
    data = path.read_bytes()
    head = data[:2000].upper()
    title, origin = path.name, f"file {path.name}"
    if b"OPM" in head and b"OEM" not in head:
        opm = parse_opm(data, str(path))
        position_m, velocity_m_per_s = to_moon_icrf(
            ephemeris,
            opm.metadata.center_name,
            opm.metadata.ref_frame,
            np.array([opm.t_s]),
            opm.position_m[None, :],
            opm.velocity_m_per_s[None, :],
        )
        state = OrbitState(
            epoch_t_s=opm.t_s, position_m=position_m[0], velocity_m_per_s=velocity_m_per_s[0]
        )
        name = opm.metadata.object_name
        return Source(name=name, title=title, origin=origin, start_t_s=opm.t_s, what=state)
    trajectory = trajectory_of(parse_oem(data, str(path)), ephemeris)
    return Source(
        name=trajectory.name,
        title=title,
        origin=f"{origin}, flown as it tells",
        start_t_s=trajectory.start_t_s,
        what=trajectory,
    )


def chosen_forces(source: Source, degree: int | None, gravity_file: str | None) -> Forces:
    """Return what acts, with a field that suits the height of the orbit."""
    field = low_field() if gravity_file is None else read_field(Path(gravity_file))
    if degree is None:
        degree = min(_LOW_DEGREE if _is_low(source) else _HIGH_DEGREE, field.degree)
        degree = degree if gravity_file is None else min(field.degree, 50)
    return Forces(degree=degree, gravity=field)


def _is_low(source: Source) -> bool:
    what = source.what
    if isinstance(what, NamedOrbit):
        return isinstance(what.shape, Ellipse) and what.shape.apolune_altitude_m < _LOW_M
    if isinstance(what, OrbitState):
        return float(np.linalg.norm(what.position_m)) < MOON_RADIUS_M + _LOW_M
    return False


def flown(source: Source, end_t_s: float, forces: Forces, ephemeris: Ephemeris) -> Trajectory:
    """Return the flight; it ends early where it meets the ground."""
    _inside(end_t_s, ephemeris)
    if isinstance(source.what, Trajectory):
        return source.what
    if isinstance(source.what, NamedOrbit):
        return fly(
            source.what, source.start_t_s, end_t_s, forces, ephemeris=ephemeris, until_impact=True
        )
    return propagate(
        source.what, end_t_s, forces, ephemeris=ephemeris, name=source.name, until_impact=True
    )


def kept(
    source: Source, end_t_s: float, forces: Forces, ephemeris: Ephemeris, seed: int
) -> Keeping:
    """Return the flight with station keeping."""
    _inside(end_t_s, ephemeris)
    if not isinstance(source.what, NamedOrbit):
        remedy = "needs an orbit of the catalogue or a scenario, which say what is to be kept"
        raise InputError(Problem("--keep", "", "", remedy))
    return keep(
        source.what,
        source.start_t_s,
        end_t_s,
        forces,
        ephemeris=ephemeris,
        errors=Errors(seed=seed),
    )


def _inside(end_t_s: float, ephemeris: Ephemeris) -> None:
    """Refuse a span that leaves the ephemeris before anything is flown."""
    if end_t_s > ephemeris.last_t_s:
        remedy = f"the flight ends after the ephemeris ({iso_utc(ephemeris.last_t_s)})"
        raise RangeError(Problem("--days", "", "", remedy))
