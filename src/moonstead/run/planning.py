"""A plan for a scenario without a run: the station as it begins, at any date."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.model import StationModel
from moonstead.autonomy.planning.bound.find import bound as bound_of
from moonstead.autonomy.planning.publish import published
from moonstead.autonomy.planning.published import PublishedPlan
from moonstead.autonomy.planning.requests import Asked, Situation, problem_of
from moonstead.autonomy.planning.search.find import find_plan
from moonstead.autonomy.planning.validate import Violation, violations
from moonstead.contracts import FloatArray, Telemetry
from moonstead.errors import InputError, Problem
from moonstead.scenario.belief import station_model
from moonstead.scenario.build import World
from moonstead.scenario.guard_belief import guard_knowledge
from moonstead.scenario.surroundings import run_grid, surroundings
from moonstead.units import DAY_S

MOST_ITERATIONS = 10**9
BOUND_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what it was made from."""

    plan: PublishedPlan
    asked: Asked
    violations: tuple[Violation, ...]
    """Of the independent check: none, unless something is wrong with Moonstead."""
    iterations: int


def plan_scenario(
    world: World,
    *,
    left: Callable[[], float],
    with_bound: bool,
    threads: int = 2,
) -> Planned:
    """Plan the whole span of a scenario's run, from the station as it begins.

    Parameters
    ----------
    world
        A scenario whose run is as long as the plan.
    left
        Asked from time to time what share of its time the search has left.
    with_bound
        Whether to compute the bound and what scarce things are worth, which may take a minute.
    threads
        Of the search.

    Raises
    ------
    InputError
        The scenario asks for nothing.
    RangeError
        The plan leaves the ephemeris.
    """
    grid = run_grid(world)
    placed = surroundings(world, grid)
    model = station_model(world, grid, placed)
    knowledge = guard_knowledge(world, model, world.scenario.run.decision_interval_s)
    situation = situation_of(world, model, knowledge, grid.run_count * grid.step_s)
    asked = problem_of(model, situation)
    if asked is None or not asked.problem.tasks:
        remedy = "nothing can be planned: no experiment's conditions hold within the horizon"
        raise InputError(Problem(str(world.file), "experiment", "", remedy))
    problem = asked.problem
    proof = bound_of(problem, rounds=BOUND_ROUNDS) if with_bound else None
    found = find_plan(
        problem,
        seed=world.scenario.run.seed,
        iterations=MOST_ITERATIONS,
        threads=threads,
        prices=proof.prices if proof else None,
        left=left,
    )
    plan = published(
        model,
        asked,
        found.placements,
        station=world.scenario.name,
        made_t_s=grid.start_t_s,
        bound=proof.points if proof else None,
        prices=proof.prices if proof else None,
    )
    return Planned(plan, asked, violations(problem, found.placements), found.iterations)


def situation_of(
    world: World, model: StationModel, knowledge: Knowledge, horizon_s: float
) -> Situation:
    """Return the station as it begins: stores as the scenario says, nothing done, nothing on."""
    channels, parts = model.channels, world.station.parts
    initial_j = {store.name: store.initial_fraction * store.capacity_j for store in parts.stores}
    initial_kg = {tank.name: tank.initial_kg for tank in parts.tanks}
    zeros: Callable[[int], FloatArray] = np.zeros
    telemetry = Telemetry(
        t_s=model.forecast.start_t_s,
        source_power_w=zeros(len(channels.sources)),
        source_share=np.ones(len(channels.sources)),
        load_power_w=zeros(len(channels.loads)),
        store_energy_j=np.array([initial_j[name] for name in channels.stores], dtype=np.float64),
        node_temperature_k=zeros(len(channels.nodes)),
        recorder_bit=zeros(len(channels.recorders)),
        tank_kg=np.array([initial_kg[name] for name in channels.tanks], dtype=np.float64),
        path_open=np.zeros(len(channels.paths), dtype=np.bool_),
        sun_seen=True,
        earth_seen=True,
    )
    count = len(model.experiments)
    return Situation(
        telemetry=telemetry,
        first_slot=0,
        reserve_j=knowledge.reserve[0],
        sessions_left=tuple(experiment.sessions for experiment in model.experiments),
        ready_t_s=(-1e300,) * count,
        blocked=("",) * count,
        running=(),
        horizon_s=max(horizon_s, DAY_S / 24),
    )
