"""The scenario: everything a file says of a station, its partners, its network and its science."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.elements.catalogue import TaggedElement
from moonstead.elements.lander_hub import LanderHub
from moonstead.elements.orbital_module import OrbitalModule
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.elements.tank import TankName
from moonstead.scenario.autonomy_level import Autonomy
from moonstead.scenario.earth import ControlCentre, DirectPath, GroundStation
from moonstead.scenario.experiment import Campaign, Experiment, Sleep, request_mistakes
from moonstead.scenario.fault import CatalogueFaults, Event, Fault
from moonstead.scenario.ground_command import GroundCommand, command_mistakes
from moonstead.scenario.ground_side import Ground
from moonstead.scenario.keep_out import keep_out_mistakes
from moonstead.scenario.operators import operator_mistakes
from moonstead.scenario.outside import outside_mistakes
from moonstead.spec import (
    Fraction,
    Mistake,
    Name,
    Positive,
    RefersTo,
    Spec,
    UtcTime,
    refused,
    suggest,
)
from moonstead.units import DAY_S

FORMAT = 1
STATION = "station"
"""The node of the network that is the station on the ground."""
HOME = "home-"
"""Before the name of a partner: the node where its data arrive."""
HOME_TARGET = "home:"
"""Before the name of a partner where a fault strikes that node."""
LONGEST_RUN_STEPS = 5 * 366 * 1440
"""Surroundings of a whole run are held in memory: five years of minutes, fifty of ten minutes."""


class Site(Spec):
    """Where the station stands: a named horizon profile, or a place on terrain of your own."""

    profile: Annotated[Name, RefersTo("site")] | None = None
    """One of `moonstead sites`."""
    latitude_deg: Annotated[float, Field(ge=-90.0, le=90.0)] | None = None
    """Planetocentric, Moon mean-Earth frame; with longitude, height and terrain."""
    longitude_deg: Annotated[float, Field(ge=-180.0, le=360.0)] | None = None
    """East."""
    mast_height_m: Annotated[float, Field(gt=0.0, le=1000.0)] | None = None
    """Of array and antennas above the ground."""
    terrain: tuple[str, ...] = ()
    """Elevation files, fine to coarse; paths are relative to the scenario file."""
    ground_temperature_k: Annotated[float, Field(gt=0.0, lt=500.0)] | None = None
    """Mean temperature of the ground that elements see; computed from the Sun if not given."""

    @model_validator(mode="after")
    def _one_kind_of_place(self) -> "Site":
        place = (self.latitude_deg, self.longitude_deg, self.mast_height_m)
        own = [value is not None for value in place] + [bool(self.terrain)]
        if self.profile is not None and any(own):
            remedy = "give either a profile or latitude, longitude, mast height and terrain"
            raise refused("Site", [Mistake(("profile",), remedy, self.profile)])
        if self.profile is None and not all(own):
            remedy = "give a profile, or all of latitude_deg, longitude_deg, mast_height_m, terrain"
            raise refused("Site", [Mistake((), remedy)])
        return self


class Run(Spec):
    """When, how finely and with which chance the station is simulated."""

    start: UtcTime
    """UTC."""
    end: UtcTime
    """UTC."""
    step_s: Annotated[float, Field(ge=1.0, le=600.0)] = 60.0
    """Of the physics."""
    decision_interval_s: Annotated[float, Field(ge=1.0, le=3600.0)] = 600.0
    """From one decision of the autonomy to the next: a whole number of steps."""
    seed: Annotated[int, Field(ge=0)] = 1
    """Of everything random."""

    @model_validator(mode="after")
    def _makes_sense(self) -> "Run":
        mistakes = []
        if self.end <= self.start:
            mistakes.append(Mistake(("end",), "must be after the start", self.end))
        elif self.end - self.start > LONGEST_RUN_STEPS * timedelta(seconds=self.step_s):
            days = LONGEST_RUN_STEPS * self.step_s / DAY_S
            remedy = f"with steps of {self.step_s:g} s a run is at most {days:.0f} days long"
            mistakes.append(Mistake(("end",), remedy, self.end))
        steps = self.decision_interval_s / self.step_s
        if round(steps) < 1 or abs(steps - round(steps)) > 1e-9 * steps:
            remedy = f"must be a whole number of steps of {self.step_s:g} s"
            mistakes.append(Mistake(("decision_interval_s",), remedy, self.decision_interval_s))
        if mistakes:
            raise refused("Run", mistakes)
        return self


class Sensors(Spec):
    """One standard deviation of the noise of each kind of sensor."""

    power_noise_fraction: Annotated[float, Field(ge=0.0, le=0.2)] = 0.01
    """Of the reading."""
    energy_noise_fraction: Annotated[float, Field(ge=0.0, le=0.2)] = 0.005
    """Of the state of charge, and of what is in a tank."""
    temperature_noise_k: Annotated[float, Field(ge=0.0, le=20.0)] = 0.5
    """Kelvin."""


class Kernels(Spec):
    """Ephemeris files to use in place of the packaged DE440s; paths relative to the scenario."""

    ephemeris: str | None = None
    """SPK with Sun, Earth and Moon."""
    orientation: str | None = None
    """Binary PCK of the lunar principal axes."""


class Partner(Spec):
    """A member of the programme."""

    name: Name
    """One word."""
    title: str
    """In full."""
    role: Literal["founder", "joining"]
    """Whether it signed first or joined later."""
    share: Fraction | None = None
    """Of the points that the partner may expect: beyond 60 % and 100 % of it further points count
    0.8 and 0.6 in the plan. None: they always count in full."""


class Place(Spec):
    """Another place of the station than its site, with light and ground of its own."""

    name: Name
    """What elements call it."""
    profile: Annotated[Name, RefersTo("site")] | None = None
    """One of `moonstead sites`; without one the place is in permanent shadow."""
    ground_temperature_k: Annotated[float, Field(gt=0.0, lt=500.0)] = 60.0
    """Mean temperature of the ground there (assumption: a doubly shadowed floor is colder)."""


class Delivery(Spec):
    """Mass brought into a tank."""

    at: UtcTime
    """UTC."""
    tank: TankName
    """Where it goes."""
    mass_kg: Positive
    """How much; what finds no room is told and lost."""


class Scenario(Spec):
    """A lunar research station, from its site to its science."""

    format: Literal[1]
    """Version of this file format."""
    name: Name
    """One word."""
    title: str
    """In full."""
    run: Run
    """When and how it is simulated."""
    site: Site
    """Where it stands."""
    kernels: Kernels = Kernels()
    """Ephemeris files of your own."""
    sensors: Sensors = Sensors()
    """Noise."""
    autonomy: Autonomy = Autonomy()
    """How much the station may do alone."""
    ground: Ground = Ground()
    """The people on Earth who operate it."""
    direct_path: DirectPath | None = None
    """Direct radio to Earth."""
    partner: Annotated[tuple[Partner, ...], Field(min_length=1)]
    """Members of the programme."""
    ground_station: tuple[GroundStation, ...] = ()
    """The shared ground network."""
    control_centre: tuple[ControlCentre, ...] = ()
    """Where people work for the station; without any, there is always somebody."""
    element: Annotated[tuple[TaggedElement, ...], Field(min_length=1)]
    """What the station is made of."""
    experiment: tuple[Experiment, ...] = ()
    """What it is for."""
    sleep: tuple[Sleep, ...] = ()
    """What may sleep when nothing is done with it."""
    campaign: tuple[Campaign, ...] = ()
    """Experiments whose sessions are worth more together."""
    request_table: tuple[str, ...] = ()
    """Further experiments in CSV files or spreadsheets, paths relative to the scenario."""
    place: tuple[Place, ...] = ()
    """Other places than the site."""
    delivery: tuple[Delivery, ...] = ()
    """Mass that is brought."""
    fault: tuple[Fault, ...] = ()
    """What goes wrong by script."""
    catalogue_faults: CatalogueFaults | None = None
    """What goes wrong by chance everywhere, by the fault catalogue."""
    event: tuple[Event, ...] = ()
    """What the surroundings do."""
    command: tuple[GroundCommand, ...] = ()
    """What people on Earth command."""

    @model_validator(mode="after")
    def _fits_together(self) -> "Scenario":
        self.demand_that_it_fits()
        return self

    def demand_that_it_fits(self) -> None:
        """Raise pydantic's ValidationError with everything in it that does not fit the rest."""
        mistakes = [*_hub_mistakes(self), *_experiment_mistakes(self), *_path_mistakes(self)]
        mistakes += [*keep_out_mistakes(self.element), *outside_mistakes(self.element)]
        mistakes += operator_mistakes(self.control_centre, self.experiment)
        mistakes += [*request_mistakes(self.experiment), *_share_mistakes(self)]
        elements = {element.name for element in self.element}
        experiments = {experiment.name for experiment in self.experiment}
        mistakes += command_mistakes(self.command, elements, experiments)
        if mistakes:
            raise refused("Scenario", mistakes)

    @property
    def hub(self) -> LanderHub:
        """The lander hub, which makes the main bus."""
        return next(element for element in self.element if isinstance(element, LanderHub))


def _share_mistakes(scenario: Scenario) -> Iterator[Mistake]:
    together = sum(partner.share or 0.0 for partner in scenario.partner)
    if together > 1.0 + 1e-9:
        i = next(i for i, partner in enumerate(scenario.partner) if partner.share is not None)
        remedy = f"the shares of all partners together are {together:g}; at most 1"
        yield Mistake(("partner", i, "share"), remedy, scenario.partner[i].share)


def _hub_mistakes(scenario: Scenario) -> list[Mistake]:
    hubs = [i for i, element in enumerate(scenario.element) if isinstance(element, LanderHub)]
    if len(hubs) == 1:
        return []
    remedy = "a station has exactly one element of type lander_hub: it makes the main bus"
    if not hubs:
        return [Mistake(("element",), f"{remedy}; none is here")]
    return [Mistake(("element", i, "type"), remedy, "lander_hub") for i in hubs[1:]]


def _experiment_mistakes(scenario: Scenario) -> list[Mistake]:
    elements = {element.name: element for element in scenario.element}
    mistakes = []
    for i, experiment in enumerate(scenario.experiment):
        element = elements.get(experiment.element)
        if element is not None and not element.activity_loads():
            remedy = f"a {element.type} does no experiments"
            mistakes.append(Mistake(("experiment", i, "element"), remedy, experiment.element))
    return mistakes


def _orbiter_mistakes(
    place: int, element: RelayOrbiter | OrbitalModule, paths: list[str]
) -> list[Mistake]:
    mistakes = []
    if element.path is not None and paths.count(element.path) > 1:
        remedy = "another path has this name already"
        mistakes.append(Mistake(("element", place, "path"), remedy, element.path))
    return mistakes


def _node_mistakes(scenario: Scenario, place: int, name: str) -> Iterator[Mistake]:
    taken = {STATION, *(given.station for given in scenario.ground_station)}
    if name in taken or name.startswith(HOME):
        remedy = f"a node of the network has this name already, and {HOME}... are partners' homes"
        yield Mistake(("element", place, "name"), remedy, name)


def _path_mistakes(scenario: Scenario) -> list[Mistake]:
    flown = [
        e.path for e in scenario.element if isinstance(e, RelayOrbiter | OrbitalModule) and e.path
    ]
    paths = [*flown, *([scenario.direct_path.name] if scenario.direct_path else [])]
    mistakes = []
    for i, element in enumerate(scenario.element):
        if isinstance(element, RelayOrbiter | OrbitalModule):
            mistakes.extend(_orbiter_mistakes(i, element, paths))
        if isinstance(element, RelayOrbiter | OrbitalModule) or element.surface_link is not None:
            mistakes.extend(_node_mistakes(scenario, i, element.name))
        if not isinstance(element, LanderHub):
            continue
        for k, radio in enumerate(element.radio):
            if radio.path not in paths:
                remedy = f"no path has this name; {suggest(radio.path, paths)}"
                mistakes.append(Mistake(("element", i, "radio", k, "path"), remedy, radio.path))
    if paths and not scenario.ground_station:
        mistakes.append(Mistake(("ground_station",), "a path to Earth needs a ground station"))
    return mistakes
