"""From whoever sends to Earth to the ground stations: who is served when, how far and how fast."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.allocation import Service, allocate
from moonstead.comms.earth_link import SAMPLE_S, rates_along, receiver_of
from moonstead.comms.intervals import intersection
from moonstead.comms.link_radios import Radio, load_radios, radio_named
from moonstead.comms.nodes import GroundNode, Node, place_of_profile
from moonstead.comms.nodes import Orbiter as OrbiterNode
from moonstead.comms.optical import OpticalTerminal
from moonstead.comms.outages import Band, load_schedules, usable
from moonstead.comms.visibility.sights import geometry, sights
from moonstead.elements.element import Element
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.environment.timescale import from_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.environment.turning import Turning
from moonstead.errors import InputError, Problem
from moonstead.scenario.build import World
from moonstead.scenario.flights import orbiters_of
from moonstead.scenario.lasers import clear_times, laser_rates_along, terminal_named
from moonstead.scenario.model import STATION

FloatArray = NDArray[np.float64]

WEATHER_BAND: Band = "X"
"""Of paths without a radio of the catalogue: their weather is that of this band."""


@dataclass(frozen=True, slots=True)
class Craft:
    """Something that sends to Earth."""

    name: str
    path: str
    node: Node
    rate_bit_per_s: float
    """Its rate; the greatest where a radio decides."""
    uplink_bit_per_s: float
    radio: Radio | None = None
    terminal: OpticalTerminal | None = None
    """In place of a radio, a laser."""
    life_t_s: tuple[float, float] = (-math.inf, math.inf)
    """From its arrival until it retires."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A time in which a ground station receives at one rate (TDB seconds past J2000)."""

    station: str
    start_t_s: float
    end_t_s: float
    owlt_s: float
    rate_bit_per_s: float


def craft_of(world: World, flights: Mapping[str, Trajectory]) -> tuple[Craft, ...]:
    """Return all that send to Earth, who goes first coming first: relays, modules, the station."""
    relays: list[Craft] = []
    modules: list[Craft] = []
    for element in orbiters_of(world.scenario):
        if element.path is None:
            continue
        rate_bit_per_s, group = element.rate_bit_per_s, modules
        if isinstance(element, RelayOrbiter):
            rate_bit_per_s, group = element.earth_rate_bit_per_s or rate_bit_per_s, relays
        group.append(
            Craft(
                name=element.name,
                path=element.path,
                node=OrbiterNode(trajectory=flights[element.name]),
                rate_bit_per_s=rate_bit_per_s,
                uplink_bit_per_s=element.uplink_rate_bit_per_s,
                radio=_radio(element.earth_radio),
                terminal=_terminal(element.earth_terminal),
                life_t_s=life_t_s(element),
            )
        )
    direct = world.scenario.direct_path
    if direct is None:
        return (*relays, *modules)
    by_itself = Craft(
        name=STATION,
        path=direct.name,
        node=place_of_profile(STATION, world.profile, direct.min_elevation_deg),
        rate_bit_per_s=direct.rate_bit_per_s,
        uplink_bit_per_s=direct.uplink_rate_bit_per_s,
        radio=_radio(direct.radio),
        terminal=_terminal(direct.terminal),
    )
    return (*relays, *modules, by_itself)


def _radio(name: str | None) -> Radio | None:
    return None if name is None else radio_named(name, load_radios())


def _terminal(name: str | None) -> OpticalTerminal | None:
    return None if name is None else terminal_named(name)


def life_t_s(element: Element) -> tuple[float, float]:
    """Return from when until when an element is there, TDB seconds past J2000."""
    begin = -math.inf if element.arrives is None else from_utc(element.arrives)
    end = math.inf if element.retires is None else from_utc(element.retires)
    return begin, end


def services_of(
    world: World,
    craft: Sequence[Craft],
    ground: Sequence[GroundNode],
    start_t_s: float,
    end_t_s: float,
    turning: Turning,
) -> tuple[Service, ...]:
    """Return which ground station serves whom, and when.

    Where the scenario says so, ground stations keep their hours and upkeep and lose time to the
    weather. One without a receiver for a radio never serves it, nor one without telescope a laser.
    """
    pairs = [(one.node, station) for one in craft for station in ground]
    found = iter(sights(pairs, start_t_s, end_t_s, turning))
    schedules = load_schedules()
    views: dict[str, dict[str, FloatArray]] = {}
    for one in craft:
        band = next((b for b in get_args(Band) if one.radio and b == one.radio.band), WEATHER_BAND)
        views[one.name] = {}
        for station, given in zip(ground, world.scenario.ground_station, strict=True):
            view = next(found).received_t_s
            if one.radio is not None and receiver_of(station.station, one.radio) is None:
                continue
            if one.terminal is not None:
                if given.terminal is None:
                    continue
                schedule, seed = schedules[station.name], world.scenario.run.seed
                clear_t_s = clear_times(schedule, given.outages, start_t_s, end_t_s, seed)
                view = intersection(view, clear_t_s)
            elif given.outages:
                open_t_s = usable(
                    schedules[station.name], band, start_t_s, end_t_s, world.scenario.run.seed
                )
                view = intersection(view, open_t_s)
            cut = np.clip(view, *one.life_t_s)
            views[one.name][station.name] = cut[cut[:, 1] > cut[:, 0]]
    return allocate(views, [one.name for one in craft])


def legs_of(
    world: World,
    one: Craft,
    services: Iterable[Service],
    ground: Sequence[GroundNode],
    turning: Turning,
) -> tuple[Leg, ...]:
    """Return how fast each service of a craft is, in order.

    Raises
    ------
    InputError
        Its radio reaches no ground station at any time.
    """
    stations = {station.name: station for station in ground}
    served = [service for service in services if service.craft == one.name]
    legs: list[Leg] = []
    for name in dict.fromkeys(service.station for service in served):
        mine = [service for service in served if service.station == name]
        legs.extend(_legs_at(world, one, mine, stations[name], turning))
    sender = one.radio or one.terminal
    # Clouds may cover every telescope for days: that is weather, not a mistake.
    is_weather = not served and any(given.terminal for given in world.scenario.ground_station)
    if sender is not None and not legs and not (one.terminal is not None and is_weather):
        remedy = (
            "reaches no ground station of the network at any time; take more power, a larger "
            "antenna or a stronger code, or stations with a receiver for its band"
        )
        if one.terminal is not None:
            remedy = (
                "reaches no telescope of the network at any time; take a terminal that sends, and "
                "give ground stations under clear skies a terminal"
            )
        raise InputError(Problem(str(world.file), f'path "{one.path}"', sender.name, remedy))
    return tuple(sorted(legs, key=lambda leg: leg.start_t_s))


def _legs_at(
    world: World, one: Craft, served: list[Service], station: GroundNode, turning: Turning
) -> Iterable[Leg]:
    changes = one.radio is not None or one.terminal is not None
    counts = [
        max(math.ceil((s.end_t_s - s.start_t_s) / SAMPLE_S), 1) + 1 if changes else 3
        for s in served
    ]
    times = [
        np.linspace(s.start_t_s, s.end_t_s, count) for s, count in zip(served, counts, strict=True)
    ]
    t_s = np.concatenate(times)
    seen = geometry(one.node, station, t_s, turning)
    ends = np.cumsum(counts)
    telescopes = {given.station: given.terminal for given in world.scenario.ground_station}
    receiver = telescopes[station.name] or ""
    towards = None if one.radio is None else _from_earth_m(world, one.node, t_s)
    for service, first, end in zip(served, ends - counts, ends, strict=True):
        part = slice(int(first), int(end))
        owlt_s = float(seen.light_time_s[part].mean())
        along = t_s[part], seen.range_m[part], seen.receiver_elevation_deg[part]
        if one.terminal is not None:
            spells = laser_rates_along(one.terminal, terminal_named(receiver), *along)
        elif one.radio is not None and towards is not None:
            of_moon_m = towards[0][:, part], towards[1][:, part]
            spells = rates_along(one.radio, station.station, *along, of_moon_m)
        else:
            rate = one.rate_bit_per_s
            yield Leg(station.name, service.start_t_s, service.end_t_s, owlt_s, rate)
            continue
        for start, stop, rate in zip(*(values.tolist() for values in spells), strict=True):
            yield Leg(station.name, start, stop, owlt_s, min(rate, one.rate_bit_per_s))


def _from_earth_m(world: World, node: Node, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return a sender and the Moon's centre from the Earth's, in ICRF axes, shape (3, n) each."""
    moon_m = -world.ephemeris.position_icrf_m("earth", t_s)
    if isinstance(node, OrbiterNode):
        return moon_m + node.trajectory.state(t_s)[0].T, moon_m
    return moon_m + site_icrf_m(world, t_s), moon_m


def site_icrf_m(world: World, t_s: FloatArray) -> FloatArray:
    """Return where the station's mast is from the Moon's centre, in ICRF axes, shape (3, n)."""
    site = world.profile.site
    latitude, longitude = math.radians(site.latitude_deg), math.radians(site.longitude_deg)
    level = math.cos(latitude)
    up = np.array([level * math.cos(longitude), level * math.sin(longitude), math.sin(latitude)])
    turned = np.einsum("jin,j->in", world.ephemeris.rotation_icrf_to_moon_me(t_s), up)
    return np.asarray(site.radius_m * turned)
