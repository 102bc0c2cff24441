"""How fast a station year runs: the whole run as a user gets it, and the kernel in it.

    python benchmarks/year.py [--scenario NAME] [--days N] [--json]

Prints simulated seconds per second for (a) the whole run (Sun, Earth, contacts, simulation,
autonomy, record) and (b) the compiled kernel alone, with all series. Compilation is done before the
clock starts. How the kernel compares with other ways to write the same model: `station.py`.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="ilrs-basic")
    parser.add_argument("--days", type=float, default=365.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results = measure(given.scenario, given.days)
    print(json.dumps(results, indent=1) if given.json else table(results))


def measure(scenario: str, days: float) -> dict[str, float]:
    whole_run_s(scenario, 1.0)  # compiles what is not in the cache
    seconds = whole_run_s(scenario, days)
    compiled = kernel_rate(scenario, days * 86400.0)
    return {
        "simulated_days": days,
        "whole_run_s": seconds,
        "whole_run_simulated_s_per_s": days * 86400.0 / seconds,
        "kernel_simulated_s_per_s": compiled,
    }


def table(results: dict[str, float]) -> str:
    rows = [
        ("whole run", "whole_run_simulated_s_per_s"),
        ("compiled kernel alone", "kernel_simulated_s_per_s"),
    ]
    lines = [f"{results['simulated_days']:g} days in {results['whole_run_s']:.1f} s, whole run"]
    lines += [
        f"{name:28s} {results[key]:14,.0f} simulated seconds per second" for name, key in rows
    ]
    return "\n".join(lines)


def whole_run_s(scenario: str, days: float) -> float:
    from moonstead.api import RunDirectory, execute

    world = world_of(scenario, days)
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        execute(world, RunDirectory(Path(folder) / "run"), lambda _done_s, _total_s: None)
        return time.perf_counter() - begin


def kernel_rate(scenario: str, duration_s: float) -> float:
    from moonstead.scenario.surroundings import run_grid, surroundings
    from moonstead.simulation.compile import drive
    from moonstead.simulation.simulator import Noise, Simulator, Sky

    world = world_of(scenario, duration_s / 86400.0)
    grid = run_grid(world)
    series = surroundings(world, grid)
    lit = series("")["solar_irradiance_w_per_m2"] > 0.0
    quiet = Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0)
    simulator = Simulator(
        world.station,
        drive(world.station, series),
        Sky(sun_seen=lit, earth_seen=lit),
        grid.step_s,
        quiet,
    )
    output = simulator.new_output(grid.run_count)
    simulator.state.load_level[:] = 1.0
    simulator.advance(0, 1, output, 0)
    begin = time.perf_counter()
    simulator.advance(1, grid.run_count, output, 0)
    return (grid.run_count - 1) * grid.step_s / (time.perf_counter() - begin)


def world_of(scenario: str, days: float) -> Any:
    from datetime import timedelta

    from moonstead.api import build_world, read_scenario, scenario_path

    path = scenario_path(scenario)
    parsed, text = read_scenario(path)
    run = parsed.run.model_copy(update={"end": parsed.run.start + timedelta(days=days)})
    return build_world(parsed.model_copy(update={"run": run}), text, path)


if __name__ == "__main__":
    main()
