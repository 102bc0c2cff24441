"""Whose people on Earth looked after whose sessions, and for how long.

The truth counts how long each session had its operators. Which control centre they came from is
told by a rule: people of the partner who asks first, then those of the others in the order of the
scenario; who is granted people first chooses first.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.control_centres import control_centre_named, load_control_centres
from moonstead.scenario.build import World
from moonstead.scenario.operators import operator_load, operators_of
from moonstead.scenario.staff import on_shift
from moonstead.scenario.surroundings import run_grid
from moonstead.simulation.simulator import Simulator
from moonstead.units import HOUR_S

FloatArray = NDArray[np.float64]

_ROUNDING = 1e-9


def people_summary(
    world: World, simulator: Simulator, plan: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the hours of control centres, offered and used, by partner and by centre.

    Parameters
    ----------
    world
        The scenario.
    simulator
        The truth at the end of the run.
    plan
        Every row of the plan of the run.
    """
    centres = world.scenario.control_centre
    people = _people(world)
    by_centre_h = _shared_h(world, simulator, plan, people.copy()) if centres else {}
    names, ledger = simulator.station.names, simulator.ledger
    used_h = dict.fromkeys((partner.name for partner in world.scenario.partner), 0.0)
    for experiment in world.scenario.experiment:
        amount = operators_of(experiment, centres)
        if amount > 0.0:
            running_s = ledger.load_running_s[names.loads.index(operator_load(experiment))]
            used_h[experiment.partner] += amount * float(running_s) / HOUR_S
    catalogue = load_control_centres()
    offered_s = ledger.pool_offered_s
    return {
        "offered_h": float(offered_s[names.pools.index("operator")]) / HOUR_S if centres else 0.0,
        "partners": {
            name: {"used_h": hours, "from_centres_h": by_centre_h.get(name, {})}
            for name, hours in used_h.items()
        },
        "centres": {
            given.centre: {
                "title": control_centre_named(given.centre, catalogue).title,
                "partner": given.partner,
                "on_shift_h": float(people[k].sum()) * world.scenario.run.step_s / HOUR_S,
                "used_h": sum(hours[given.centre] for hours in by_centre_h.values()),
            }
            for k, given in enumerate(centres)
        },
    }


def _people(world: World) -> FloatArray:
    """Return how many people of each control centre are there in each step of the run."""
    grid = run_grid(world)
    middle_t_s = grid.t_s[: grid.run_count] + 0.5 * grid.step_s
    return np.array([on_shift(given, middle_t_s) for given in world.scenario.control_centre])


def _shared_h(
    world: World, simulator: Simulator, plan: Iterable[Mapping[str, Any]], left: FloatArray
) -> dict[str, dict[str, float]]:
    """Return the hours that the sessions of each partner had of each control centre.

    ``left`` is who is there, shape (centres, steps); it is used up.
    """
    grid, centres = run_grid(world), world.scenario.control_centre
    experiments = {experiment.name: experiment for experiment in world.scenario.experiment}
    hours: dict[str, dict[str, float]] = {
        partner.name: dict.fromkeys((given.centre for given in centres), 0.0)
        for partner in world.scenario.partner
    }
    asking = {operator_load(experiment): experiment for experiment in world.scenario.experiment}
    granted = [asking[load].name for load in simulator.station.names.work if load in asking]
    sessions = _sessions(plan, grid.start_t_s + grid.run_count * grid.step_s)
    ordered = [one for name in granted for one in sessions if one[0] == name]
    for name, begin_t_s, end_t_s in ordered:
        experiment = experiments[name]
        amount = operators_of(experiment, centres)
        first, end = (round((t_s - grid.start_t_s) / grid.step_s) for t_s in (begin_t_s, end_t_s))
        there = left[:, first:end].sum(axis=0) >= amount - _ROUNDING
        wanted = np.where(there, amount, 0.0)
        for k in sorted(
            range(len(centres)), key=lambda k: centres[k].partner != experiment.partner
        ):
            taken = np.minimum(left[k, first:end], wanted)
            left[k, first:end] -= taken
            wanted -= taken
            hours[experiment.partner][centres[k].centre] += (
                float(taken.sum()) * grid.step_s / HOUR_S
            )
    return hours


def _sessions(plan: Iterable[Mapping[str, Any]], end_t_s: float) -> list[tuple[str, float, float]]:
    """Return experiment, begin and end of every session that began."""
    found: dict[str, tuple[str, float, float]] = {}
    for row in plan:
        if row["status"] == "started":
            found[row["activity"]] = (row["experiment"], row["start_t_s"], end_t_s)
        elif row["status"] in {"done", "aborted"}:
            found[row["activity"]] = (row["experiment"], row["start_t_s"], row["end_t_s"])
    return list(found.values())
