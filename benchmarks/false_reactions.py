"""How often fault protection reacts although nothing is wrong.

    python benchmarks/false_reactions.py [--days N] [--seeds N] [--scenario NAME ...]

Fault-free runs: failures, faults and events are taken out of the scenario, so that every reaction
is a false one. The truth runs with a fixed programme in place of planner and executive (each
experiment's loads go on and off at random hours), for planning costs a hundred times more than
protection and adds nothing but commands. Counts are Poisson; the bounds are exact (Garwood 1936) at
95 %. Also tells the observed correlation of residuals from tick to tick, and the time of a tick.
"""

import argparse
import time
from collections import Counter
from datetime import timedelta

import numpy as np
from scipy import stats

from moonstead.autonomy.guard.guard import Guard
from moonstead.autonomy.protection.protection import Protection
from moonstead.contracts import Command
from moonstead.run.loop import Loop
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.examples import example_names, scenario_path
from moonstead.scenario.model import Scenario
from moonstead.scenario.surroundings import run_grid, surroundings
from moonstead.units import DAY_S, HOUR_S

BLOCK_DAYS = 14
YEAR_D = 365.25


def fault_free(scenario: Scenario, days: float, seed: int) -> Scenario:
    """Return the first days of a scenario in which nothing goes wrong."""
    run = scenario.run.model_copy(
        update={"end": scenario.run.start + timedelta(days=days), "seed": seed}
    )
    elements = tuple(e.model_copy(update={"failure": ()}) for e in scenario.element)
    return scenario.model_copy(
        update={
            "run": run,
            "element": elements,
            "fault": (),
            "event": (),
            "catalogue_faults": None,
            "command": (),
        }
    )


def fly(name: str, days: float, seed: int) -> tuple[Counter[str], int, float, np.ndarray]:
    """Return counts of notices, channels, seconds per tick, and the correlations of residuals."""
    path = scenario_path(name)
    scenario, text = read_scenario(path)
    scenario = fault_free(scenario, days, seed)
    world = build_world(scenario, text, path)
    grid = run_grid(world)
    loop = Loop(world, grid, surroundings(world, grid))
    guard, protection = Guard(loop.knowledge), Protection(loop.protection)
    generator = np.random.default_rng(seed)
    counts: Counter[str] = Counter()
    block = loop.per_tick * int(BLOCK_DAYS * DAY_S / (loop.per_tick * grid.step_s))
    took_s, ticks = 0.0, 0
    until = {experiment.name: -1.0 for experiment in loop.model.experiments}
    last = np.full(len(protection.observer.names), np.nan)
    sums = np.zeros((3, len(last)))
    for start in range(0, grid.run_count, block):
        end = min(start + block, grid.run_count)
        output = loop.simulator.new_output(end - start)
        for first in range(start, end, loop.per_tick):
            stop = min(first + loop.per_tick, end)
            loop.simulator.happen(grid.start_t_s + first * grid.step_s)
            loop.simulator.advance(first, stop, output, start)
            t_s = grid.start_t_s + stop * grid.step_s
            random = generator.standard_normal(loop.simulator.random_width)
            telemetry = loop.simulator.telemetry(t_s, stop - 1, start, output, random)
            begun = time.perf_counter()
            evidence = protection.look(telemetry, guard.sent)
            took_s += time.perf_counter() - begun
            view = guard.assess(telemetry, evidence)
            begun = time.perf_counter()
            reaction = protection.act(view)
            took_s += time.perf_counter() - begun
            ticks += 1
            for notice in reaction.notices:
                kind = notice.kind
                if kind == "reaction" and notice.values["level"] > 1.0:
                    kind = "reaction above L1"
                counts[kind] += 1
                if kind == "isolated":
                    print(f"  {name} seed {seed} day {(t_s - grid.start_t_s) / DAY_S:.2f}: "
                          f"{notice.text}", flush=True)  # fmt: skip
            z = protection.observer.z
            both = np.isfinite(z) & np.isfinite(last)
            sums += np.where(both, (z * last, z * z, last * last), 0.0)
            last = z.copy()
            wishes = [Command(load, level) for load, level in reaction.levels.items()]
            for experiment in loop.model.experiments:
                is_on = until[experiment.name] > t_s
                starts = not is_on and generator.random() < loop.knowledge.tick_s / DAY_S
                if starts:
                    until[experiment.name] = t_s + 6 * HOUR_S
                if is_on or starts:
                    wishes += [Command(load, 1.0) for load in experiment.loads]
                elif until[experiment.name] > 0.0:
                    until[experiment.name] = -1.0
                    wishes += [Command(load, 0.0) for load in experiment.loads]
            commands, _ = guard.release(wishes, telemetry.path_open, reaction.isolated)
            loop.simulator.obey(commands)
    rho = sums[0] / np.sqrt(np.maximum(sums[1] * sums[2], 1e-12))
    return counts, len(last), took_s / max(ticks, 1), rho


def main() -> None:
    """Fly and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=YEAR_D)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--scenario", nargs="+", default=example_names())
    given = parser.parse_args()
    for name in given.scenario:
        total: Counter[str] = Counter()
        for seed in range(1, given.seeds + 1):
            counts, channels, tick_s, rho = fly(name, given.days, seed)
            total += counts
        years = given.seeds * given.days / YEAR_D
        print(
            f"{name}: {years:.2f} station-years, {channels} channels, "
            f"{1e6 * tick_s:.0f} us a tick, correlation median {np.median(rho):.2f} "
            f"most {rho.max():.2f}"
        )
        for kind in ("detected", "isolated", "reaction", "reaction above L1"):
            n = total[kind]
            low = stats.chi2.ppf(0.025, 2 * n) / 2.0 if n else 0.0
            high = stats.chi2.ppf(0.975, 2 * n + 2) / 2.0
            print(
                f"  {kind}: {n / years:.2f} a station-year ({low / years:.2f} to "
                f"{high / years:.2f}), {n / years / channels:.2g} a channel-year "
                f"(at most {high / years / channels:.2g})"
            )


if __name__ == "__main__":
    main()
