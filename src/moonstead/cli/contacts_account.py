"""The account of the contacts of a scenario over a span: paths, gaps, ground stations, weeks."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.allocation import Service
from moonstead.comms.intervals import complement, duration_s, intersection, longest_s, union
from moonstead.comms.plan import ContactPlan
from moonstead.comms.plan_quality import Reach, plan_quality
from moonstead.elements.orbital_module import OrbitalModule
from moonstead.scenario.build import World
from moonstead.scenario.contact_network import ContactNetwork, Stretch, contact_network_of
from moonstead.scenario.flights import orbiters_of, trajectories
from moonstead.scenario.model import STATION
from moonstead.scenario.surroundings import run_grid
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

WEEK_S = 7 * DAY_S
_BEYOND_S = 2 * DAY_S
"""Who sees longest is served: a view that reaches past the span must be known to its end."""


@dataclass(frozen=True, slots=True, eq=False)
class PathAccount:
    """A way to Earth.

    Parameters
    ----------
    name, sender
        The path, and who sends to Earth on it: an orbiter, or the station itself.
    is_of_station
        Whether what the station sends can go by it; a module's own path is not.
    open_t_s
        When it is open, shape (n, 2), TDB seconds past J2000.
    stretches
        Of it, cut to the span.
    """

    name: str
    sender: str
    is_of_station: bool
    open_t_s: FloatArray
    stretches: tuple[Stretch, ...]

    def volume_bit(self, start_t_s: float, end_t_s: float) -> float:
        """Return what it can carry between two instants."""
        return sum(
            max(min(one.end_t_s, end_t_s) - max(one.start_t_s, start_t_s), 0.0) * one.rate_bit_per_s
            for one in self.stretches
        )


@dataclass(frozen=True, slots=True, eq=False)
class GroundAccount:
    """What a ground station does: for whom (s), and how much it can receive (bit)."""

    name: str
    partner: str
    served_s: Mapping[str, float]
    received_bit: float

    @property
    def booked_s(self) -> float:
        """How long it serves anyone."""
        return sum(self.served_s.values())


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """The contacts over a span.

    Parameters
    ----------
    world
        The scenario.
    start_t_s, end_t_s
        The span, TDB seconds past J2000.
    senders
        Who sends to Earth, who goes first coming first.
    paths, ground
        In the order of the network and of the scenario.
    alone_t_s
        When no path of the station is open, shape (n, 2).
    reaches
        How well the station reaches Earth, and Earth the station, without waiting anywhere.
    services
        Which ground station serves whom, cut to the span.
    plan
        Every contact, cut to the span.
    """

    world: World
    start_t_s: float
    end_t_s: float
    senders: tuple[str, ...]
    paths: tuple[PathAccount, ...]
    ground: tuple[GroundAccount, ...]
    alone_t_s: FloatArray
    reaches: tuple[Reach, ...]
    services: tuple[Service, ...]
    plan: ContactPlan

    @property
    def days(self) -> float:
        """Length of the span."""
        return (self.end_t_s - self.start_t_s) / DAY_S

    def weeks(self) -> tuple[tuple[float, float], ...]:
        """Return begin and end of each week from the start on; the last may be shorter."""
        count = math.ceil((self.end_t_s - self.start_t_s) / WEEK_S - 1e-6)
        begins = [self.start_t_s + k * WEEK_S for k in range(count)]
        return tuple((begin, min(begin + WEEK_S, self.end_t_s)) for begin in begins)

    def booked_s(self, partner: str, start_t_s: float, end_t_s: float) -> float:
        """Return how long the ground stations of a partner serve between two instants."""
        mine = {one.name for one in self.ground if one.partner == partner}
        return sum(
            max(min(one.end_t_s, end_t_s) - max(one.start_t_s, start_t_s), 0.0)
            for one in self.services
            if one.station in mine
        )


def account_of(world: World, start_t_s: float, end_t_s: float) -> Account:
    """Compute the contacts of a scenario, as its run has them, and account for a span of them.

    Parameters
    ----------
    world
        The scenario.
    start_t_s, end_t_s
        The span, within the run (TDB seconds past J2000).

    Raises
    ------
    InputError
        An orbit that meets the ground, or a radio that reaches no ground station.
    RangeError
        The run leaves the ephemeris.
    """
    grid = run_grid(world)
    # From the start of the run on: there the orbits begin, and who is served depends on who was.
    count = min(math.ceil((end_t_s + _BEYOND_S - grid.start_t_s) / grid.step_s), grid.count)
    last_t_s = grid.start_t_s + count * grid.step_s
    flights = trajectories(world.scenario, world.file, world.ephemeris, grid.start_t_s, last_t_s)
    network = contact_network_of(world, flights, grid.start_t_s, grid.step_s, count)
    span_t_s = np.array([[start_t_s, end_t_s]])
    paths = tuple(_path(world, network, name, span_t_s) for name in network.stretches)
    station_open = union(*(path.open_t_s for path in paths if path.is_of_station), np.zeros((0, 2)))
    services = tuple(
        replace(one, start_t_s=max(one.start_t_s, start_t_s), end_t_s=min(one.end_t_s, end_t_s))
        for one in network.services
        if one.end_t_s > start_t_s and one.start_t_s < end_t_s
    )
    plan = _cut(network.plan, start_t_s, end_t_s)
    owners = {
        station.name: given.partner
        for station, given in zip(world.ground_stations, world.scenario.ground_station, strict=True)
    }
    quality = plan_quality(plan, start_t_s, end_t_s, owners)
    senders = tuple(path.sender for path in paths)
    return Account(
        world=world,
        start_t_s=start_t_s,
        end_t_s=end_t_s,
        senders=senders,
        paths=paths,
        ground=tuple(_ground(*item, senders, services, plan) for item in owners.items()),
        alone_t_s=complement(station_open, start_t_s, end_t_s),
        reaches=tuple(reach for reach in quality.reaches if reach.node == STATION),
        services=services,
        plan=plan,
    )


def _path(world: World, network: ContactNetwork, name: str, span_t_s: FloatArray) -> PathAccount:
    modules = {one.name for one in orbiters_of(world.scenario) if isinstance(one, OrbitalModule)}
    start_t_s, end_t_s = span_t_s[0].tolist()
    stretches = tuple(
        replace(one, start_t_s=max(one.start_t_s, start_t_s), end_t_s=min(one.end_t_s, end_t_s))
        for one in network.stretches[name]
        if one.end_t_s > start_t_s and one.start_t_s < end_t_s and one.rate_bit_per_s > 0.0
    )
    open_t_s = np.array([(one.start_t_s, one.end_t_s) for one in stretches]).reshape(-1, 2)
    sender = network.carriers.get(name, STATION)
    return PathAccount(
        name=name,
        sender=sender,
        is_of_station=sender not in modules,
        open_t_s=intersection(union(open_t_s), span_t_s),
        stretches=stretches,
    )


def _ground(
    name: str,
    partner: str,
    senders: tuple[str, ...],
    services: tuple[Service, ...],
    plan: ContactPlan,
) -> GroundAccount:
    served_s = dict.fromkeys(senders, 0.0)
    for one in services:
        if one.station == name:
            served_s[one.craft] += one.end_t_s - one.start_t_s
    # What comes by cable from a home is no contact with the Moon.
    from_moon = np.isin(plan.source, [plan.nodes.index(sender) for sender in senders])
    received = from_moon & (plan.destination == plan.nodes.index(name))
    return GroundAccount(name, partner, served_s, float(plan.volume_bit[received].sum()))


def _cut(plan: ContactPlan, start_t_s: float, end_t_s: float) -> ContactPlan:
    kept = (plan.end_t_s > start_t_s) & (plan.start_t_s < end_t_s)
    return ContactPlan(
        nodes=plan.nodes,
        source=plan.source[kept],
        destination=plan.destination[kept],
        start_t_s=np.maximum(plan.start_t_s[kept], start_t_s),
        end_t_s=np.minimum(plan.end_t_s[kept], end_t_s),
        rate_bit_per_s=plan.rate_bit_per_s[kept],
        owlt_s=plan.owlt_s[kept],
    )


def longest_gap(
    open_t_s: FloatArray, start_t_s: float, end_t_s: float
) -> tuple[float, float] | None:
    """Return the longest time that is not open, the first of equals; None where there is none."""
    gaps = complement(open_t_s, start_t_s, end_t_s)
    if longest_s(gaps) == 0.0:
        return None
    begin, end = gaps[int(np.argmax(gaps[:, 1] - gaps[:, 0]))].tolist()
    return begin, end


def share_open(open_t_s: FloatArray, start_t_s: float, end_t_s: float) -> float:
    """Return the share of a span in which something is open, 0 to 1."""
    return duration_s(open_t_s) / (end_t_s - start_t_s)
