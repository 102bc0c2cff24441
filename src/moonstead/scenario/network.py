"""The way of data between the station and Earth: every contact of a run, and what each path offers.

Nodes are the station (called by `STATION`), the orbiters, the ground stations of the scenario, and
the home of each partner, which its ground stations reach by cable. A ground station serves one of
station and orbiters at a time (`moonstead.comms.allocation`): relays first, then modules, then the
station by itself.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.allocation import Service, allocate
from moonstead.comms.nodes import GroundNode, MoonPlace, Node, place_of_profile
from moonstead.comms.nodes import Orbiter as OrbiterNode
from moonstead.comms.plan import ContactPlan, ContactRow, plan_of_rows
from moonstead.comms.visibility.sights import geometry, sights
from moonstead.elements.element import Element
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.environment.timescale import from_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.environment.turning import Turning, turning_over
from moonstead.scenario.build import World
from moonstead.scenario.flights import orbiters_of
from moonstead.scenario.model import HOME, STATION
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

CABLE_RATE_BIT_PER_S = 1e9
"""From a ground station to a partner's home (assumption)."""
CABLE_S = 0.1
"""Half way round the Earth in glass fibre, 20,000 km at two thirds of the speed of light."""


Views = list[tuple[float, float, float]]
"""Begin and end (TDB seconds past J2000) and light time."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which what is sent on a path enters the network at one node."""

    start_t_s: float
    end_t_s: float
    node: str
    owlt_s: float
    """Light time to that node."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The contacts of a run.

    Parameters
    ----------
    plan
        Every contact, both ways.
    stretches
        For each path: when it is open, in order and apart.
    rates_bit_per_s
        What each path offers, mean over each step, shape (count,).
    carriers
        The orbiter without which a path is closed, for each path that has one.
    services
        Which ground station serves whom.
    """

    plan: ContactPlan
    stretches: Mapping[str, tuple[Stretch, ...]]
    rates_bit_per_s: Mapping[str, FloatArray]
    carriers: Mapping[str, str]
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class _Craft:
    """Something that sends to Earth."""

    name: str
    path: str
    node: Node
    rate_bit_per_s: float
    uplink_bit_per_s: float
    life_t_s: tuple[float, float] = (-math.inf, math.inf)
    """From its arrival until it retires."""


def network_of(
    world: World, flights: Mapping[str, Trajectory], start_t_s: float, step_s: float, count: int
) -> Network:
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
    RangeError
        The span leaves the ephemeris or a trajectory.
    """
    end_t_s = start_t_s + step_s * count
    turning = turning_over(world.ephemeris, start_t_s, end_t_s)
    ground = [
        GroundNode(station=station, mask_deg=given.min_elevation_deg)
        for station, given in zip(world.ground_stations, world.scenario.ground_station, strict=True)
    ]
    craft = _craft(world, flights)
    precedence = [one.name for one in craft]
    served = allocate(_views(craft, ground, start_t_s, end_t_s, turning), precedence)
    by_craft = {one.name: [s for s in served if s.craft == one.name] for one in craft}
    rows: list[ContactRow] = []
    stretches: dict[str, tuple[Stretch, ...]] = {}
    rates: dict[str, FloatArray] = {}
    carriers = {}
    for one in craft:
        near_s = _light_times(one.node, by_craft[one.name], ground, turning)
        rows.extend(_earth_rows(one, by_craft[one.name], near_s))
        element = next((e for e in orbiters_of(world.scenario) if e.name == one.name), None)
        if isinstance(element, RelayOrbiter):
            found = _seen_by_station(world, element, one, start_t_s, end_t_s, turning)
            rows.extend(_surface_rows(element, found))
            stretches[one.path] = (
                _into_memory(element, found)
                if element.memory_bit > 0.0
                else _passed_on(found, by_craft[one.name], near_s)
            )
            rate_bit_per_s = element.rate_bit_per_s
            if element.memory_bit == 0.0:
                rate_bit_per_s = min(rate_bit_per_s, one.rate_bit_per_s)
        else:
            stretches[one.path] = tuple(
                Stretch(s.start_t_s, s.end_t_s, s.station, near)
                for s, near in zip(by_craft[one.name], near_s, strict=True)
            )
            rate_bit_per_s = one.rate_bit_per_s
        if element is not None:
            carriers[one.path] = element.name
        share = open_share(stretches[one.path], start_t_s, step_s, count)
        rates[one.path] = rate_bit_per_s * share
    rows.extend(_cable_rows(world, start_t_s, end_t_s))
    nodes = (
        STATION,
        *(element.name for element in orbiters_of(world.scenario)),
        *(station.name for station in world.ground_stations),
        *(HOME + partner.name for partner in world.scenario.partner),
    )
    return Network(plan_of_rows(nodes, rows), stretches, rates, carriers, served)


def open_share(
    stretches: Iterable[Stretch], start_t_s: float, step_s: float, count: int
) -> FloatArray:
    """Return the share of each step in which a path is open, shape (count,)."""
    edges = np.zeros(count + 1)
    for stretch in stretches:
        first, last = (
            min(max((t_s - start_t_s) / step_s, 0.0), float(count))
            for t_s in (stretch.start_t_s, stretch.end_t_s)
        )
        # A stretch is a ramp of the open time so far: its slope is added where it begins.
        for place, sign in ((first, 1.0), (last, -1.0)):
            step = min(int(place), count - 1)
            edges[step] += sign * (step + 1.0 - place)
            edges[step + 1] += sign * (place - step)
    share: FloatArray = np.clip(np.cumsum(edges)[:count], 0.0, 1.0)
    share[share < 1e-12] = 0.0
    return share


def _craft(world: World, flights: Mapping[str, Trajectory]) -> list[_Craft]:
    relays, modules = [], []
    for element in orbiters_of(world.scenario):
        node = OrbiterNode(trajectory=flights[element.name])
        if isinstance(element, RelayOrbiter):
            rate_bit_per_s = element.earth_rate_bit_per_s or element.rate_bit_per_s
            group = relays
        else:
            rate_bit_per_s = element.rate_bit_per_s
            group = modules
        if element.path is not None:
            uplink_bit_per_s = element.uplink_rate_bit_per_s
            life_t_s = _life(element)
            group.append(
                _Craft(element.name, element.path, node, rate_bit_per_s, uplink_bit_per_s, life_t_s)
            )
    direct = world.scenario.direct_path
    if direct is None:
        return [*relays, *modules]
    place = place_of_profile(STATION, world.profile, direct.min_elevation_deg)
    by_itself = _Craft(
        STATION, direct.name, place, direct.rate_bit_per_s, direct.uplink_rate_bit_per_s
    )
    return [*relays, *modules, by_itself]


def _life(element: Element) -> tuple[float, float]:
    begin = -math.inf if element.arrives is None else from_utc(element.arrives)
    end = math.inf if element.retires is None else from_utc(element.retires)
    return begin, end


def _views(
    craft: Iterable[_Craft],
    ground: list[GroundNode],
    start_t_s: float,
    end_t_s: float,
    turning: Turning,
) -> dict[str, dict[str, FloatArray]]:
    pairs = [(one.node, station) for one in craft for station in ground]
    found = iter(sights(pairs, start_t_s, end_t_s, turning))
    return {
        one.name: {s.name: _within(next(found).received_t_s, one.life_t_s) for s in ground}
        for one in craft
    }


def _within(spans_t_s: FloatArray, life_t_s: tuple[float, float]) -> FloatArray:
    """Return intervals cut to a span."""
    cut = np.clip(spans_t_s, *life_t_s)
    kept: FloatArray = cut[cut[:, 1] > cut[:, 0]]
    return kept


def _light_times(
    node: Node, served: list[Service], ground: list[GroundNode], turning: Turning
) -> list[float]:
    """Return the light time to Earth in the middle of each service."""
    stations = {station.name: station for station in ground}
    times: list[float] = [0.0] * len(served)
    for name in {s.station for s in served}:
        places = [k for k, s in enumerate(served) if s.station == name]
        middle = np.array([0.5 * (served[k].start_t_s + served[k].end_t_s) for k in places])
        light_s = geometry(node, stations[name], middle, turning).light_time_s
        for k, value in zip(places, light_s.tolist(), strict=True):
            times[k] = value
    return times


def _earth_rows(one: _Craft, served: list[Service], owlt_s: list[float]) -> Iterable[ContactRow]:
    for service, light_s in zip(served, owlt_s, strict=True):
        span = (service.start_t_s, service.end_t_s)
        yield (one.name, service.station, *span, one.rate_bit_per_s, light_s, 1.0)
        yield (service.station, one.name, *span, one.uplink_bit_per_s, light_s, 1.0)


def _seen_by_station(
    world: World,
    relay: RelayOrbiter,
    one: _Craft,
    start_t_s: float,
    end_t_s: float,
    turning: Turning,
) -> Views:
    """Return begin and end of sending in each view, and its mean light time."""
    place: MoonPlace = place_of_profile(STATION, world.profile, relay.min_elevation_deg)
    found = sights([(place, one.node)], start_t_s, end_t_s, turning)[0]
    light_s = np.mean(found.received_t_s - found.sent_t_s, axis=1)
    begin_t_s, end_of_life_t_s = one.life_t_s
    return [
        (max(sent, begin_t_s), min(last, end_of_life_t_s), owlt)
        for (sent, last), owlt in zip(found.sent_t_s.tolist(), light_s.tolist(), strict=True)
        if last > begin_t_s and sent < end_of_life_t_s
    ]


def _surface_rows(relay: RelayOrbiter, found: Views) -> Iterable[ContactRow]:
    for start, end, light_s in found:
        yield (STATION, relay.name, start, end, relay.rate_bit_per_s, light_s, 1.0)
        yield (relay.name, STATION, start, end, relay.uplink_rate_bit_per_s, light_s, 1.0)


def _into_memory(relay: RelayOrbiter, found: Views) -> tuple[Stretch, ...]:
    return tuple(Stretch(start, end, relay.name, light_s) for start, end, light_s in found)


def _passed_on(found: Views, served: list[Service], near_s: list[float]) -> tuple[Stretch, ...]:
    """Return when a relay without memory has both ends in view."""
    made = []
    ends = [end for _, end, _ in found]
    for service, earth_s in zip(served, near_s, strict=True):
        for start, end, light_s in found[bisect_right(ends, service.start_t_s) :]:
            if start >= service.end_t_s:
                break
            both = max(start, service.start_t_s), min(end, service.end_t_s)
            made.append(Stretch(*both, service.station, earth_s + light_s))
    return tuple(made)


def _cable_rows(world: World, start_t_s: float, end_t_s: float) -> Iterable[ContactRow]:
    """Return the cables between ground stations and homes: what is theirs goes to all partners."""
    after_t_s = end_t_s + DAY_S  # what comes in last still goes home
    for station in world.ground_stations:
        for partner in world.scenario.partner:
            home = HOME + partner.name
            for a, b in ((station.name, home), (home, station.name)):
                yield (a, b, start_t_s, after_t_s, CABLE_RATE_BIT_PER_S, CABLE_S, 1.0)
