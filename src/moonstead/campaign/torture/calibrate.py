"""What could be kept at best: a plan that knows the fault beforehand, against one without it.

The truth is asked, slot by slot, what of sources, stores, loads and paths the fault takes; a
forecast with just that is planned for the whole window. No controller can know so much, so its
share of the plan without the fault is what targets of the campaign are held against.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from moonstead.autonomy.model import Experiment, Forecast, StationModel
from moonstead.autonomy.planning.requests import problem_of
from moonstead.autonomy.planning.search.find import find_plan
from moonstead.campaign.runner import Job, run_jobs
from moonstead.campaign.torture.staging import Staged
from moonstead.campaign.torture.trial import placed_of
from moonstead.contracts import BoolArray, FloatArray
from moonstead.run.loop import Loop
from moonstead.run.planning import situation_of
from moonstead.scenario.build import World, build_world
from moonstead.scenario.guard_belief import guard_knowledge
from moonstead.scenario.model import Scenario
from moonstead.scenario.surroundings import run_grid

ITERATIONS = 12000
"""Of the search for each of the two plans."""
ALLOWANCE = 0.03
"""What a controller that learns of the fault may lose against one that knew."""
WORKS_FRACTION = 0.5
"""A load that gives less than this share does no session; one that gives more does it somehow."""


@dataclass(frozen=True, slots=True)
class Ideal:
    """What could be kept of a scenario."""

    name: str
    points: float
    """Of the plan that knows."""
    reference_points: float

    @property
    def fraction(self) -> float:
        """Share of the points that could be kept at best."""
        return self.points / self.reference_points if self.reference_points > 0.0 else 1.0


def ideal(one: Staged) -> Ideal:
    """Return what could be kept of a scenario by a planner that knows what will happen.

    Raises
    ------
    InputError
        The scenario does not fit together.
    """
    return Ideal(one.name, _points(one.run, one.reference, one.file), _without(one.reference))


@lru_cache(maxsize=4)
def _without(reference: Scenario) -> float:
    return _points(reference, reference, Path("reference"))


def target(study_fraction: float, at_best: float) -> float:
    """Return the share that is wanted: the study's, or what can be reached where that is less.

    Examples
    --------
    >>> target(0.97, 0.90)
    0.87
    """
    return min(study_fraction, round(max(at_best - ALLOWANCE, 0.0), 2))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A scenario's target beside what is wanted and what is possible."""

    name: str
    wanted: float
    """Share that its limits ask for."""
    at_best: float
    target: float
    error: str = ""
    """Why nothing could be planned, where that is so."""


def calibrated(several: Sequence[Staged], folder: Path, processes: int) -> Iterator[Calibrated]:
    """Yield the target of every scenario, as it becomes known.

    Parameters
    ----------
    several
        The scenarios.
    folder
        Where results are kept, so that what was stopped goes on.
    processes
        How many work at once.
    """
    wanted = {one.name: one.limits.keep_fraction for one in several}
    jobs = [
        Job(one.name, sha256(f"{ITERATIONS} {one!r}".encode()).hexdigest(), one) for one in several
    ]
    for outcome in run_jobs(jobs, work, folder / "calibration", processes):
        name = outcome.job.name
        if outcome.result is None:
            yield Calibrated(name, wanted[name], 0.0, 0.0, outcome.error)
            continue
        told = Ideal(name, outcome.result["points"], outcome.result["reference_points"])
        yield Calibrated(name, wanted[name], told.fraction, target(wanted[name], told.fraction))


def work(one: Staged) -> Mapping[str, Any]:
    """Return the ideal of a scenario as plain JSON values: a job of the runner."""
    told = ideal(one)
    return {"points": told.points, "reference_points": told.reference_points}


def _points(scenario: Scenario, reference: Scenario, file: Path) -> float:
    """Return the points of a plan that knows the truth, over the experiments of the reference."""
    wanted = {experiment.name for experiment in reference.experiment}
    asked_for = tuple(e for e in scenario.experiment if e.name in wanted)
    scenario = scenario.model_copy(update={"experiment": asked_for, "command": ()})
    world = build_world(scenario, "", file)
    loop = Loop(world, run_grid(world), placed_of(world))
    model = _knowing(world, loop)
    knowledge = guard_knowledge(world, model, scenario.run.decision_interval_s)
    span_s = loop.grid.run_count * loop.grid.step_s
    asked = problem_of(model, situation_of(world, model, knowledge, span_s))
    if asked is None or not asked.problem.tasks:
        return 0.0
    return find_plan(asked.problem, seed=1, iterations=ITERATIONS).points


def _knowing(world: World, loop: Loop) -> StationModel:
    """Return what the station would believe if it knew the truth of the whole run."""
    forecast, step_s = loop.model.forecast, loop.grid.step_s
    per_slot = round(forecast.slot_s / step_s)
    n_slots, simulator = len(forecast.generation_w), loop.simulator
    works = np.ones((n_slots, len(world.station.names.loads)), dtype=np.bool_)
    made = np.ones(n_slots)
    held = np.ones(n_slots)
    extra_w = np.zeros(n_slots)
    for slot in range(loop.grid.run_count // per_slot):
        first = slot * per_slot
        begin_t_s = loop.grid.start_t_s + first * step_s
        simulator.happen(begin_t_s)
        loop.traffic.heed(simulator.upkeep.active_faults(), begin_t_s)
        loop.traffic.close_paths(first, first + per_slot)
        made[slot] = _made_share(world, loop, first, per_slot)
        held[slot] = _held_share(world, loop)
        works[slot] = simulator.state.load_scale >= WORKS_FRACTION
        works[slot] &= ~simulator.state.load_stuck.astype(np.bool_)
        extra_w[slot] = _stuck_w(loop)
    last = loop.grid.run_count // per_slot
    # Beyond the window as at its end: the reserve looks there.
    for series in (made, held, extra_w):
        series[last:] = series[last - 1]
    known = replace(
        forecast,
        generation_w=forecast.generation_w * made,
        capacity_j=forecast.capacity_j * held,
        base_power_w=forecast.base_power_w + extra_w,
        survival_power_w=forecast.survival_power_w + extra_w,
        drain_bit_per_s=_drain(world, loop, per_slot, n_slots),
        contact=forecast.contact & _open(loop, per_slot, n_slots),
    )
    experiments = tuple(
        _allowed(world, experiment, works, known) for experiment in loop.model.experiments
    )
    return replace(loop.model, forecast=known, experiments=experiments)


def _made_share(world: World, loop: Loop, first: int, count: int) -> float:
    """Return what share of the power that sources would offer in a slot they do offer."""
    drivers, state = loop.simulator.drivers, loop.simulator.state
    main = world.scenario.hub.bus
    on = np.array([source.bus == main for source in world.station.parts.sources], dtype=np.bool_)
    offered_w = drivers.series[first : first + count][:, drivers.source].mean(axis=0) * on
    total_w = float(offered_w.sum())
    share = state.source_scale * (1.0 - state.source_dust)
    return float(offered_w @ share) / total_w if total_w > 0.0 else 1.0


def _held_share(world: World, loop: Loop) -> float:
    """Return what share of the capacity of the stores of the main bus is there."""
    state, network = loop.simulator.state, world.station.network
    main = world.scenario.hub.bus
    on = np.array([store.bus == main for store in world.station.parts.stores], dtype=np.bool_)
    weight = network.store_rated_j * network.store_discharge_efficiency * on
    there = np.where(state.store_scale > 0.0, state.store_capacity_j, 0.0)
    rated = float(weight.sum())
    return float((there / network.store_rated_j) @ weight) / rated if rated > 0.0 else 1.0


def _stuck_w(loop: Loop) -> float:
    """Return what loads draw that are stuck on."""
    state, network = loop.simulator.state, loop.simulator.station.network
    return float(np.where(state.load_stuck, state.load_level, 0.0) @ network.load_power_w)


def _drain(world: World, loop: Loop, per_slot: int, n_slots: int) -> FloatArray:
    """Return what can leave each recorder, by the paths that are open."""
    parts, names = world.station.parts, world.station.names
    was, rates = loop.model.forecast.drain_bit_per_s.copy(), loop.simulator.drivers.path_bit_per_s
    count = n_slots * per_slot
    for row, recorder in enumerate(names.recorders):
        ways = [
            np.minimum(rates[names.paths.index(item.path), :count], item.rate_limit_bit_per_s)
            * (loop.simulator.state.load_scale[names.loads.index(item.load.name)] > 0.0)
            for item in parts.transmitters
            if item.recorder == recorder
        ]
        if ways:
            best = np.max(ways, axis=0).reshape(n_slots, per_slot).mean(axis=1)
            was[row] = np.minimum(was[row], best)
    return was


def _open(loop: Loop, per_slot: int, n_slots: int) -> BoolArray:
    """Return in which slots any path is open."""
    rates = loop.simulator.drivers.path_bit_per_s[:, : n_slots * per_slot].max(axis=0)
    return np.asarray(rates.reshape(n_slots, per_slot).max(axis=1) > 0.0)


def _allowed(
    world: World, experiment: Experiment, works: BoolArray, forecast: Forecast
) -> Experiment:
    """Return an experiment with windows where all that it takes works."""
    names = world.station.names.loads
    used = [names.index(name) for name in (*experiment.loads, *experiment.unplugs)]
    suits: BoolArray = np.asarray(works[:, used].all(axis=1))
    if suits.all():
        return experiment
    edges = np.diff(suits.astype(np.int8), prepend=0, append=0)
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    at = forecast.start_t_s + forecast.slot_s * np.arange(len(suits) + 1)
    spans = tuple((float(at[a]), float(at[b])) for a, b in zip(begins, ends, strict=True))
    if not spans:
        return replace(experiment, sessions=0)
    return replace(experiment, windows_t_s=spans)
