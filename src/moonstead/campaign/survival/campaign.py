"""Many missions of the fast tier: flown on a few processes, counted, and told in numbers."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from moonstead.campaign.chances import fails_by_itself
from moonstead.campaign.runner import Job, run_jobs
from moonstead.campaign.survival.mission import fly
from moonstead.campaign.survival.stage import Stage, coarsened, make_stage
from moonstead.campaign.survival.statistics import Chance, Curve, chance_of_no_loss, survival_curve
from moonstead.elements.catalogue import TaggedElement
from moonstead.elements.orbital_module import OrbitalModule
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.errors import RunError
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.fault import CatalogueFaults
from moonstead.scenario.model import Scenario
from moonstead.scenario.surroundings import run_grid
from moonstead.units import HOUR_S, JULIAN_YEAR_S

YEAR_H = JULIAN_YEAR_S / HOUR_S


@dataclass(frozen=True, slots=True)
class Flight:
    """One mission to fly; may travel to another process."""

    path: Path
    """The scenario."""
    years: float
    seed: int
    rates: float
    """Failures come so many times as often."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """The missions that were flown at one factor of the rates."""

    rates: float
    flown: tuple[Mapping[str, Any], ...]
    """Results in the order of the seeds, see `moonstead.campaign.survival.mission.Flown`."""

    @property
    def lost(self) -> tuple[Mapping[str, Any], ...]:
        """Missions whose station was lost."""
        return tuple(one for one in self.flown if one["lost_h"] is not None)

    @property
    def no_loss(self) -> Chance:
        """The chance that the station is not lost."""
        return chance_of_no_loss(len(self.flown), len(self.lost))

    @property
    def unharmed(self) -> Chance:
        """The chance that no element is lost and nothing vital is unserved."""
        harmed = sum(not one["survives"] for one in self.flown)
        return chance_of_no_loss(len(self.flown), harmed)

    @property
    def curve(self) -> Curve:
        """The share that is not lost, over time."""
        return survival_curve(
            [one["lost_h"] / YEAR_H for one in self.lost],
            [one["flown_h"] / YEAR_H for one in self.flown if one["lost_h"] is None],
        )

    def causes(self) -> list[tuple[str, str, int]]:
        """Return how the station was lost, which faults there were then, and how often."""
        counted = Counter(
            (one["why"], ", ".join(one["faults_then"]) or "none") for one in self.lost
        )
        return [(why, faults, count) for (why, faults), count in _ordered(counted)]

    def elements_lost(self) -> list[tuple[str, int]]:
        """Return in how many missions each element was lost."""
        return _ordered(Counter(name for one in self.flown for name in one["elements_lost"]))


def _ordered(counted: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def fly_flight(flight: Flight) -> Mapping[str, Any]:
    """Fly one mission; what missions share is made once in a process."""
    stage = _stage(flight.path, flight.years)
    return fly(stage, flight.seed, flight.rates).as_json()


@lru_cache(maxsize=1)
def _stage(path: Path, years: float) -> Stage:
    world, asked_for_s = mission_world(path, years)
    return make_stage(world, asked_for_s)


def mission_world(path: Path, years: float) -> tuple[World, float]:
    """Return a scenario as long as a mission, and the span for which its sessions are asked.

    Where it says nothing of what fails by chance, everything fails at the rates of the catalogue.
    In a mission longer than the scenario somebody holds the orbits that nobody held in it: most
    free orbits would meet the Moon within years.

    Raises
    ------
    InputError
        The scenario is wrong.
    """
    scenario, text = read_scenario(path)
    run = scenario.run
    asked_for_s = (run.end - run.start).total_seconds()
    end = run.start + timedelta(seconds=years * JULIAN_YEAR_S)
    changes: dict[str, Any] = {"run": run.model_copy(update={"end": end})}
    if end > run.end:
        changes["element"] = _held(scenario)
    if not fails_by_itself(scenario):
        changes["catalogue_faults"] = CatalogueFaults()
    world = build_world(scenario.model_copy(update=changes), text, path)
    return coarsened(world), asked_for_s


def _held(scenario: Scenario) -> tuple[TaggedElement, ...]:
    """Return the elements of a scenario, with every orbit kept."""
    return tuple(
        element.model_copy(update={"orbit": element.orbit.model_copy(update={"motion": "held"})})
        if isinstance(element, RelayOrbiter | OrbitalModule)
        else element
        for element in scenario.element
    )


def fly_fleets(
    path: Path,
    years: float,
    missions: int,
    factors: Sequence[float],
    folder: Path,
    processes: int,
    progress: Callable[[int, int], None],
) -> tuple[Fleet, ...]:
    """Fly all missions that are not flown yet, and return them all.

    Parameters
    ----------
    path
        The scenario.
    years
        Length of a mission.
    missions
        At each factor; their seeds count up from 1, the same at every factor.
    factors
        Of the rates of failure.
    folder
        Where each mission leaves its file.
    processes
        How many missions fly at once.
    progress
        Told how many are done, of how many.

    Raises
    ------
    InputError
        The scenario is wrong, or leaves the ephemeris.
    RunError
        Missions could not be flown; what is flown is kept.
    """
    world, _ = mission_world(path, years)
    run_grid(world)  # what is wrong is told before a process is begun
    origin = sha256(world.text.encode()).hexdigest()
    flights = [
        Flight(path, years, seed, rates) for rates in factors for seed in range(1, missions + 1)
    ]
    jobs = [
        Job(
            name=f"rates-{one.rates:g}-seed-{one.seed:05d}",
            key=f"{origin} {one.years!r} {one.rates!r} {one.seed}",
            argument=one,
        )
        for one in flights
    ]
    found: dict[Flight, Mapping[str, Any]] = {}
    for outcome in run_jobs(jobs, fly_flight, folder, processes):
        if outcome.result is None:
            raise RunError(f"{outcome.job.name}: {outcome.error}")
        found[outcome.job.argument] = outcome.result
        progress(len(found), len(flights))
    return tuple(
        Fleet(rates, tuple(found[one] for one in flights if one.rates == rates))
        for rates in factors
    )
