"""Every example flies three weeks without a fault, and fault protection opens no case."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from moonstead.autonomy.guard.guard import Guard
from moonstead.autonomy.protection.protection import Protection
from moonstead.contracts import Command
from moonstead.run.loop import Loop
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.examples import example_names, scenario_path
from moonstead.scenario.surroundings import run_grid, surroundings
from moonstead.units import DAY_S, HOUR_S

DAYS = 21
BEGINS = {"ilrs-crewed": datetime(2036, 9, 25, tzinfo=UTC)}
"""Where not at the begin of the scenario: the first people come on 1 October."""


@pytest.mark.parametrize("name", example_names())
def test_nothing_is_found_where_nothing_is_wrong(name: str) -> None:
    path = scenario_path(name)
    scenario, text = read_scenario(path)
    start = BEGINS.get(name, scenario.run.start)
    run = scenario.run.model_copy(update={"start": start, "end": start + timedelta(days=DAYS)})
    elements = tuple(e.model_copy(update={"failure": ()}) for e in scenario.element)
    nothing = {"fault": (), "event": (), "catalogue_faults": None, "command": ()}
    scenario = scenario.model_copy(update={"run": run, "element": elements, **nothing})
    world = build_world(scenario, text, path)
    grid = run_grid(world)
    loop = Loop(world, grid, surroundings(world, grid))
    guard, protection = Guard(loop.knowledge), Protection(loop.protection)
    generator = np.random.default_rng(1)
    output = loop.simulator.new_output(grid.run_count)
    until_t_s = dict.fromkeys((e.name for e in loop.model.experiments), -1.0)
    told = []
    for first in range(0, grid.run_count, loop.per_tick):
        stop = min(first + loop.per_tick, grid.run_count)
        loop.simulator.happen(grid.start_t_s + first * grid.step_s)
        loop.simulator.advance(first, stop, output, 0)
        t_s = grid.start_t_s + stop * grid.step_s
        random = generator.standard_normal(loop.simulator.random_width)
        telemetry = loop.simulator.telemetry(t_s, stop - 1, 0, output, random)
        view = guard.assess(telemetry, protection.look(telemetry, guard.sent))
        reaction = protection.act(view)
        told += [notice for notice in reaction.notices if notice.kind == "isolated"]
        # Each experiment is done once a day at any time, for six hours, whatever stands against it.
        wishes = [Command(load, level) for load, level in reaction.levels.items()]
        for experiment in loop.model.experiments:
            was_on = until_t_s[experiment.name] > 0.0
            if until_t_s[experiment.name] <= t_s:
                starts = generator.random() < loop.knowledge.tick_s / DAY_S
                until_t_s[experiment.name] = t_s + 6 * HOUR_S if starts else -1.0
            is_on = until_t_s[experiment.name] > 0.0
            if is_on or was_on:
                wishes += [Command(load, float(is_on)) for load in experiment.loads]
        commands, _ = guard.release(wishes, telemetry.path_open, reaction.isolated)
        loop.simulator.obey(commands)
    assert not told
