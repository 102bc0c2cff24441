"""From a scenario to a world: the one place where files, catalogues and element types meet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from moonstead.comms.control_centres import load_control_centres
from moonstead.comms.ground_stations import (
    GroundStation,
    ground_stations_named,
    load_ground_stations,
)
from moonstead.comms.link_radios import load_radios
from moonstead.comms.optical import load_optical_terminals
from moonstead.components import Parts, joined
from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.horizon import compute_horizon
from moonstead.environment.kernels import Kernels
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.site import Site
from moonstead.environment.sites import load_profile, site_names
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.raster import ground_elevation_m, load_terrain
from moonstead.errors import InputError, Problem
from moonstead.orbits.catalogue import orbit_names
from moonstead.scenario.experiment import Experiment
from moonstead.scenario.fault_catalogue import fault_catalogue
from moonstead.scenario.model import Scenario
from moonstead.scenario.outside import with_outside_work
from moonstead.scenario.reading import read_document
from moonstead.scenario.request_table import read_request_table
from moonstead.scenario.sleeping import sleep_problems
from moonstead.scenario.staff import staff_problems, with_staff
from moonstead.scenario.surface_links import SurfaceContact, surface_contacts, through_links
from moonstead.scenario.timeline import schedule_of
from moonstead.simulation.check import NetworkError, NetworkMistake
from moonstead.simulation.compile import CompiledStation, compile_station
from moonstead.simulation.schedule import Schedule


@dataclass(frozen=True, slots=True)
class World:
    """A scenario with everything that it refers to found, read and checked."""

    scenario: Scenario
    text: str
    """The scenario file as it was read."""
    ephemeris: Ephemeris
    profile: HorizonProfile
    places: Mapping[str, HorizonProfile | None]
    """Horizons of the other places; None in permanent shadow."""
    schedule: Schedule
    """What is to happen to the station."""
    station: CompiledStation
    ground_stations: tuple[GroundStation, ...]
    """In the order of the scenario."""
    file: Path
    """The scenario file; paths in it are relative to its folder."""
    surface_contacts: tuple[SurfaceContact, ...] = ()
    """Links over the ground between elements and the hub."""


def known_names() -> dict[str, tuple[str, ...]]:
    """Return the names by kind that a scenario may refer to besides its own."""
    return {
        "site": tuple(site_names()),
        "orbit": orbit_names(),
        "radio": tuple(load_radios()),
        "optical terminal": tuple(load_optical_terminals()),
        "ground station": tuple(station.name for station in load_ground_stations()),
        "catalogue fault": tuple(fault_catalogue()),
        "control centre": tuple(centre.name for centre in load_control_centres()),
    }


def read_scenario(path: Path) -> tuple[Scenario, str]:
    """Read and check a scenario file.

    Raises
    ------
    InputError
        With all mistakes in it.
    """
    scenario, text = read_document(path, Scenario, known_names())
    for name in scenario.request_table:
        scenario, text = with_request_table(scenario, text, path.parent / name)
    return scenario, text


def with_request_table(scenario: Scenario, text: str, path: Path) -> tuple[Scenario, str]:
    """Return a scenario with the experiments of a table, and a text that changes with it.

    Raises
    ------
    InputError
        With all mistakes in the table, and what of it does not fit the scenario.
    """
    known = {
        kind: tuple(item.name for item in items)
        for kind, items in (
            ("partner", scenario.partner),
            ("element", scenario.element),
            ("campaign", scenario.campaign),
        )
    }
    asked = read_request_table(path, Experiment, known)
    mine = {experiment.name for experiment in scenario.experiment}
    again = [experiment.name for experiment in asked if experiment.name in mine]
    if again:
        remedy = "an experiment of the scenario has this name already"
        raise InputError([Problem(str(path), "column name", one, remedy) for one in again])
    both = scenario.model_copy(update={"experiment": (*scenario.experiment, *asked)})
    try:
        both.demand_that_it_fits()
    except ValidationError as error:
        raise InputError(
            [
                Problem(str(path), f"experiment {'.'.join(map(str, e['loc'][1:]))}", "", e["msg"])
                for e in error.errors()
            ]
        ) from None
    digest = sha256(path.read_bytes()).hexdigest()
    return both, f"{text}\n# {path.name}: sha256 {digest}\n"


def build_world(scenario: Scenario, text: str, file: Path) -> World:
    """Find everything that a scenario refers to, and compile its station.

    Parameters
    ----------
    scenario, text
        As `read_scenario` returned them.
    file
        The scenario file; paths in it are relative to its folder.

    Raises
    ------
    InputError
        A kernel or terrain file is missing or wrong, the site is off the terrain, the run is
        outside the ephemeris, a link over the ground cannot close, the parts make no network, or
        sessions want more operators than there are.
    """
    folder = file.parent
    kernels = Kernels(
        ephemeris=_beside(folder, scenario.kernels.ephemeris),
        orientation=_beside(folder, scenario.kernels.orientation),
    )
    ephemeris = load_ephemeris(kernels)
    problems = list(staff_problems(scenario.control_centre, scenario.experiment, str(file)))
    if problems:
        raise InputError(problems)
    files = [folder / name for name in scenario.site.terrain]
    layers = load_terrain(files) if files else ()
    profile = _profile(scenario, layers)
    contacts = surface_contacts(scenario, profile.site, layers, str(file))
    station = _station(scenario, contacts, str(file))
    problems = list(sleep_problems(scenario.sleep, station.parts, str(file)))
    if problems:
        raise InputError(problems)
    return World(
        scenario=scenario,
        text=text,
        ephemeris=ephemeris,
        profile=profile,
        places={
            place.name: None if place.profile is None else load_profile(place.profile)
            for place in scenario.place
        },
        schedule=schedule_of(scenario, station.parts, str(file)),
        station=station,
        ground_stations=ground_stations_named(
            (given.station for given in scenario.ground_station), load_ground_stations()
        ),
        file=file,
        surface_contacts=contacts,
    )


def _beside(folder: Path, name: str | None) -> Path | None:
    return None if name is None else folder / name


def _profile(scenario: Scenario, layers: Sequence[Terrain]) -> HorizonProfile:
    spec = scenario.site
    if spec.profile is not None:
        return load_profile(spec.profile)
    if spec.latitude_deg is None or spec.longitude_deg is None or spec.mast_height_m is None:
        raise AssertionError("the scenario model lets no such site through")
    site = Site(
        name=scenario.name,
        latitude_deg=spec.latitude_deg,
        longitude_deg=spec.longitude_deg,
        ground_elevation_m=ground_elevation_m(layers, spec.latitude_deg, spec.longitude_deg),
        height_m=spec.mast_height_m,
    )
    return compute_horizon(site, layers)


def _station(scenario: Scenario, contacts: Sequence[SurfaceContact], file: str) -> CompiledStation:
    parts: Parts = joined(element.all_parts() for element in scenario.element)
    parts = with_outside_work(scenario.element, parts)
    parts = through_links(parts, contacts)
    parts = with_staff(parts, scenario.control_centre, scenario.experiment, scenario.element)
    try:
        return compile_station(parts)
    except NetworkError as error:
        names = [element.name for element in scenario.element]
        problems = [_problem(mistake, names, file) for mistake in error.mistakes]
        raise InputError(problems) from None


def _problem(mistake: NetworkMistake, names: list[str], file: str) -> Problem:
    """Say which element of the file a component that is wrong belongs to."""
    owner = mistake.component.partition(".")[0]
    place = f'element "{owner}"' if owner in names else "element"
    value = f"{mistake.component}: {mistake.what} {mistake.value}"
    return Problem(file, place, value, mistake.remedy)
