"""The way of data between the station and Earth: every contact of a run, and what each path offers.

Nodes are the station (called by `STATION`), the orbiters, elements with a link over the ground to
the hub, the ground stations of the scenario, and the home of each partner, which all ground
stations reach by cable. A ground station serves one of
station and orbiters at a time (`moonstead.comms.allocation`): relays first, then modules, then the
station by itself.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.allocation import Service
from moonstead.comms.nodes import GroundNode
from moonstead.comms.plan import ContactPlan, ContactRow, plan_of_rows
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.environment.trajectory import Trajectory
from moonstead.environment.turning import turning_over
from moonstead.scenario.access import Access, access_of
from moonstead.scenario.build import World
from moonstead.scenario.flights import orbiters_of
from moonstead.scenario.legs import Craft, Leg, craft_of, legs_of, life_t_s, services_of
from moonstead.scenario.model import HOME, STATION
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

CABLE_RATE_BIT_PER_S = 1e9
"""From a ground station to a partner's home (assumption)."""
CABLE_S = 0.1
"""Half way round the Earth in glass fibre, 20,000 km at two thirds of the speed of light."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which what is sent on a path enters the network at one node."""

    start_t_s: float
    end_t_s: float
    node: str
    owlt_s: float
    """Light time to that node."""
    rate_bit_per_s: float


@dataclass(frozen=True, slots=True, eq=False)
class ContactNetwork:
    """The contacts of a run.

    Parameters
    ----------
    plan
        Every contact, both ways.
    stretches
        For each path: when it is open, in order and apart.
    rates_bit_per_s
        What each path offers, mean over each step, shape (count,).
    live
        For each path between the station on the ground and Earth: the share of each step in which
        it is open from end to end, shape (count,). A relay's memory does not count.
    carriers
        The orbiter without which a path is closed, for each path that has one.
    services
        Which ground station serves whom.
    through
        For each path between the station on the ground and Earth: when it is open from end to end.
    """

    plan: ContactPlan
    stretches: Mapping[str, tuple[Stretch, ...]]
    rates_bit_per_s: Mapping[str, FloatArray]
    live: Mapping[str, FloatArray]
    carriers: Mapping[str, str]
    services: tuple[Service, ...]
    through: Mapping[str, tuple[Stretch, ...]] = field(default_factory=dict)


def contact_network_of(
    world: World, flights: Mapping[str, Trajectory], start_t_s: float, step_s: float, count: int
) -> ContactNetwork:
    """Compute the contacts of a scenario.

    Parameters
    ----------
    world
        The scenario with its site and ground stations.
    flights
        Of every orbiter, over the span.
    start_t_s, step_s, count
        Steps of the run and its forecast (TDB seconds past J2000).

    Raises
    ------
    InputError
        A radio reaches no ground station.
    RangeError
        The span leaves the ephemeris or a trajectory.
    """
    end_t_s = start_t_s + step_s * count
    turning = turning_over(world.ephemeris, start_t_s, end_t_s)
    ground = [
        GroundNode(station=station, mask_deg=given.min_elevation_deg)
        for station, given in zip(world.ground_stations, world.scenario.ground_station, strict=True)
    ]
    silent = {station.name for station in world.ground_stations if station.receive_only}
    craft = craft_of(world, flights)
    services = services_of(world, craft, ground, start_t_s, end_t_s, turning)
    elements = {element.name: element for element in orbiters_of(world.scenario)}
    rows: list[ContactRow] = []
    stretches: dict[str, tuple[Stretch, ...]] = {}
    through: dict[str, tuple[Stretch, ...]] = {}
    for one in craft:
        legs = legs_of(world, one, services, ground, turning)
        rows.extend(_earth_rows(one, legs))
        rows.extend(_uplink_rows(one, services, legs, silent))
        element = elements.get(one.name)
        if isinstance(element, RelayOrbiter):
            flight, span_t_s = flights[one.name], (start_t_s, end_t_s)
            access = access_of(world, element, one, flight, span_t_s, turning)
            rows.extend(_access_rows(element, access))
            through[one.path] = tuple(_passed_on(access, legs))
            stretches[one.path] = (
                tuple(_into_memory(element, access))
                if element.memory_bit > 0.0
                else through[one.path]
            )
        else:
            stretches[one.path] = tuple(
                Stretch(leg.start_t_s, leg.end_t_s, leg.station, leg.owlt_s, leg.rate_bit_per_s)
                for leg in legs
            )
            if element is None:
                through[one.path] = stretches[one.path]
    rows.extend(_ground_rows(world, start_t_s, end_t_s))
    rows.extend(_cable_rows(world, start_t_s, end_t_s))
    nodes = (
        STATION,
        *elements,
        *(contact.element for contact in world.surface_contacts),
        *(station.name for station in world.ground_stations),
        *(HOME + partner.name for partner in world.scenario.partner),
    )
    return ContactNetwork(
        plan=plan_of_rows(nodes, rows),
        stretches=stretches,
        rates_bit_per_s={
            path: mean_rates_bit_per_s(found, start_t_s, step_s, count)
            for path, found in stretches.items()
        },
        live={
            path: mean_rates_bit_per_s(
                (replace(stretch, rate_bit_per_s=1.0) for stretch in found),
                start_t_s,
                step_s,
                count,
            )
            for path, found in through.items()
        },
        carriers={one.path: one.name for one in craft if one.name in elements},
        services=services,
        through=through,
    )


def mean_rates_bit_per_s(
    stretches: Iterable[Stretch], start_t_s: float, step_s: float, count: int
) -> FloatArray:
    """Return what a path offers, as the mean of each step, shape (count,)."""
    # A stretch is a ramp of the volume so far, and the mean of a step its rise over it. Steps that
    # lie within a stretch are told by where it begins and ends alone.
    inner = np.zeros(count + 1)
    partial = np.zeros(count + 1)
    for stretch in stretches:
        first, last = (
            min(max((t_s - start_t_s) / step_s, 0.0), float(count))
            for t_s in (stretch.start_t_s, stretch.end_t_s)
        )
        begin, end = int(first), int(last)
        if begin == end:
            partial[begin] += (last - first) * stretch.rate_bit_per_s
            continue
        partial[begin] += (begin + 1.0 - first) * stretch.rate_bit_per_s
        partial[end] += (last - end) * stretch.rate_bit_per_s
        inner[begin + 1] += stretch.rate_bit_per_s
        inner[end] -= stretch.rate_bit_per_s
    whole = np.cumsum(inner)
    # What is left of rates that were added and taken off again is rounding.
    whole[np.abs(whole) < 1e-6] = 0.0
    rates: FloatArray = (whole + partial)[:count]
    return rates


def _earth_rows(one: Craft, legs: Iterable[Leg]) -> Iterator[ContactRow]:
    for leg in legs:
        span = (leg.start_t_s, leg.end_t_s)
        yield (one.name, leg.station, *span, leg.rate_bit_per_s, leg.owlt_s, 1.0)


def _uplink_rows(
    one: Craft, services: Iterable[Service], legs: Iterable[Leg], silent: Collection[str]
) -> Iterator[ContactRow]:
    """Commands go up for as long as a ground station that sends serves, whatever comes down."""
    owlt_s = {leg.station: leg.owlt_s for leg in legs if leg.station not in silent}
    for service in services:
        if service.craft == one.name and service.station in owlt_s:
            span = (service.start_t_s, service.end_t_s)
            light_s = owlt_s[service.station]
            yield (service.station, one.name, *span, one.uplink_bit_per_s, light_s, 1.0)


def _access_rows(relay: RelayOrbiter, access: Access) -> Iterator[ContactRow]:
    both = ((STATION, relay.name), access.to_relay), ((relay.name, STATION), access.from_relay)
    for ends, spells in both:
        for one in spells:
            yield (*ends, one.start_t_s, one.end_t_s, one.rate_bit_per_s, one.owlt_s, 1.0)


def _into_memory(relay: RelayOrbiter, access: Access) -> Iterator[Stretch]:
    for one in access.to_relay:
        yield Stretch(one.start_t_s, one.end_t_s, relay.name, one.owlt_s, one.rate_bit_per_s)


def _passed_on(access: Access, legs: tuple[Leg, ...]) -> Iterator[Stretch]:
    """Yield when a relay without memory has both ends in view."""
    ends = [one.end_t_s for one in access.to_relay]
    for leg in legs:
        for one in access.to_relay[bisect_right(ends, leg.start_t_s) :]:
            if one.start_t_s >= leg.end_t_s:
                break
            both = max(one.start_t_s, leg.start_t_s), min(one.end_t_s, leg.end_t_s)
            rate_bit_per_s = min(leg.rate_bit_per_s, one.rate_bit_per_s)
            yield Stretch(*both, leg.station, leg.owlt_s + one.owlt_s, rate_bit_per_s)


def _ground_rows(world: World, start_t_s: float, end_t_s: float) -> Iterator[ContactRow]:
    """Yield the links over the ground, for as long as their elements are there."""
    elements = {element.name: element for element in world.scenario.element}
    for contact in world.surface_contacts:
        begin, end = life_t_s(elements[contact.element])
        span = max(begin, start_t_s), min(end, end_t_s)
        ends = (contact.element, STATION), (STATION, contact.element)
        rates = contact.rate_bit_per_s, contact.uplink_rate_bit_per_s
        for (a, b), rate in zip(ends, rates, strict=True):
            if rate > 0.0 and span[1] > span[0]:
                yield (a, b, *span, rate, contact.owlt_s, 1.0)


def _cable_rows(world: World, start_t_s: float, end_t_s: float) -> Iterator[ContactRow]:
    """Yield the cables between ground stations and homes: all partners get what is theirs."""
    after_t_s = end_t_s + DAY_S  # what comes in last still goes home
    for station in world.ground_stations:
        for partner in world.scenario.partner:
            home = HOME + partner.name
            for a, b in ((station.name, home), (home, station.name)):
                yield (a, b, start_t_s, after_t_s, CABLE_RATE_BIT_PER_S, CABLE_S, 1.0)
