"""Seconds per station-year of the fast tier, and of the closed loop with and without a planner.

    .venv/bin/python benchmarks/survival.py [--scenario ilrs-basic] [--days 60] [--seeds 3]

All in one run on one core, as the machine is; the ratios do not depend on how busy it is. Without a
planner means guard, protection, executive and truth: no plan is ever due.
"""

import argparse
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from moonstead.campaign.survival.campaign import mission_world
from moonstead.campaign.survival.mission import fly
from moonstead.campaign.survival.stage import make_stage
from moonstead.run.loop import Loop
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.examples import scenario_path
from moonstead.scenario.surroundings import PlacedSurroundings, run_grid, surroundings
from moonstead.units import DAY_S, JULIAN_YEAR_S


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="ilrs-basic")
    parser.add_argument("--days", type=float, default=60.0)
    parser.add_argument("--loop-days", type=float, default=10.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    path = scenario_path(given.scenario)
    found: dict[str, Any] = {"scenario": given.scenario, **fast(path, given.days, given.seeds)}
    scenario, text = read_scenario(path)
    end = scenario.run.start + timedelta(days=given.loop_days)
    run = scenario.run.model_copy(update={"end": end})
    world = build_world(scenario.model_copy(update={"run": run}), text, path)
    placed = surroundings(world, run_grid(world))
    closed(world, placed, with_planner=True, ticks=20)  # compiles
    for name, with_planner in (("without_planner", False), ("with_planner", True)):
        per_year_s, per_tick_ms = closed(world, placed, with_planner=with_planner)
        found[f"closed_loop_{name}"] = {
            "s_per_station_year": per_year_s,
            "ms_per_tick": per_tick_ms,
            "times_real_time": JULIAN_YEAR_S / per_year_s,
            "ratio_to_fast_tier": per_year_s / found["s_per_station_year"],
        }
    print(json.dumps(found, indent=1))
    if given.out is not None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def fast(path: Path, days: float, seeds: int) -> dict[str, float]:
    """Return what the fast tier takes, after it is set up."""
    begin_s = time.process_time()
    stage = make_stage(*mission_world(path, days * DAY_S / JULIAN_YEAR_S))
    set_up_s = time.process_time() - begin_s
    fly(stage, 0)  # compiles
    spent_s, years, decisions = 0.0, 0.0, 0
    for seed in range(1, seeds + 1):
        begin_s = time.process_time()
        flown = fly(stage, seed)
        spent_s += time.process_time() - begin_s
        years += flown.flown_h * 3600.0 / JULIAN_YEAR_S
        decisions += flown.decisions
    return {
        "set_up_s": set_up_s,
        "s_per_station_year": spent_s / years,
        "decisions_per_station_year": decisions / years,
        "ms_per_decision": 1e3 * spent_s / decisions,
    }


def closed(
    world: World, placed: PlacedSurroundings, *, with_planner: bool, ticks: int = 10**9
) -> tuple[float, float]:
    """Return seconds per station-year and milliseconds per tick of the closed loop."""
    grid = run_grid(world)
    loop = Loop(world, grid, placed)
    if not with_planner and loop.manager is not None:
        loop.manager.tactics.is_due = lambda *_, **__: False  # type: ignore[method-assign]
    random = np.random.default_rng(1)
    width, output = loop.simulator.random_width, loop.simulator.new_output(loop.per_tick)
    firsts = range(0, grid.run_count, loop.per_tick)[:ticks]
    begin_s = time.process_time()
    for first in firsts:
        end = min(first + loop.per_tick, grid.run_count)
        loop.step(first, end, output, first, random.standard_normal(width))
    spent_s = time.process_time() - begin_s
    simulated_s = len(firsts) * loop.per_tick * grid.step_s
    return spent_s * JULIAN_YEAR_S / simulated_s, 1e3 * spent_s / len(firsts)


if __name__ == "__main__":
    main()
