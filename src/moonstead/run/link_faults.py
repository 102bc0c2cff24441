"""Faults of the network: paths, ground stations and homes that are silent for a time.

A path that is off takes nothing, either way; what a relay holds still goes on to Earth. A ground
station that is off serves nobody, and nobody takes its passes over: the allocation is made in
advance. A home that is off sends and receives nothing; its data wait at ground stations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.scenario.avionics import PATH_TARGET, paths_of
from moonstead.scenario.flights import orbiters_of
from moonstead.scenario.model import HOME, HOME_TARGET, STATION, Scenario
from moonstead.simulation.schedule import Fault, Mode

Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outage:
    """What of the network does not work.

    Parameters
    ----------
    nodes
        Nodes of the plan that are closed.
    links
        Pairs of nodes between which nothing passes.
    shares
        What is left of the rate of each path that has a fault.
    silent
        Partners whose homes are closed.
    """

    nodes: frozenset[str] = frozenset()
    links: frozenset[Link] = frozenset()
    shares: tuple[tuple[str, float], ...] = ()
    silent: frozenset[str] = frozenset()


NO_OUTAGE = Outage()


class LinkFaults:
    """Finds the outage that follows from faults.

    Parameters
    ----------
    scenario
        With its network.
    carriers
        The orbiter without which a path is closed, for each path that has one.
    """

    def __init__(self, scenario: Scenario, carriers: Mapping[str, str]) -> None:
        elements = {element.name for element in scenario.element}
        relays = {e.name for e in orbiters_of(scenario) if isinstance(e, RelayOrbiter)}
        stations = tuple(given.station for given in scenario.ground_station)
        self._paths: dict[str, str] = {}
        self._links: dict[str, frozenset[Link]] = {}
        for path in sorted(paths_of(scenario)):
            carrier = carriers.get(path, STATION)
            if carrier in relays:
                links = {(STATION, carrier)}
            else:
                links = {(carrier, station) for station in stations}
            self._links[path] = frozenset(links)
            self._paths[PATH_TARGET + path] = path
            if path not in elements:
                self._paths[path] = path
        self._stations = frozenset(stations) - elements
        self._homes = {HOME_TARGET + partner.name: partner.name for partner in scenario.partner}

    def outage(self, active: Sequence[tuple[Fault, float]], t_s: float) -> Outage:
        """Return what does not work at an instant.

        Parameters
        ----------
        active
            Faults with since when they are, TDB seconds past J2000.
        t_s
            The instant.
        """
        shares: dict[str, float] = {}
        stations: set[str] = set()
        silent: set[str] = set()
        for fault, since_t_s in active:
            lost = _lost(fault, t_s - since_t_s)
            for target in fault.targets if lost > 0.0 else ():
                if target in self._paths:
                    path = self._paths[target]
                    shares[path] = shares.get(path, 1.0) * (1.0 - lost)
                elif target in self._homes:
                    silent.add(self._homes[target])
                elif target in self._stations:
                    stations.add(target)
        if not shares and not stations and not silent:
            return NO_OUTAGE
        closed = [path for path, share in shares.items() if share <= 0.0]
        return Outage(
            nodes=frozenset(stations) | {HOME + partner for partner in silent},
            links=frozenset(link for path in closed for link in self._links[path]),
            shares=tuple(sorted(shares.items())),
            silent=frozenset(silent),
        )


def _lost(fault: Fault, age_s: float) -> float:
    """Return the share that a fault takes at an age."""
    if fault.mode == Mode.INTERMITTENT:
        return float((age_s % fault.period_s) < fault.size * fault.period_s)
    return fault.size if fault.mode == Mode.DERATED else 1.0
