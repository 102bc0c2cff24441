"""Ten years with more than 100,000 activities: planned in rolling fashion, executed, simulated.

    python benchmarks/decade.py [--years N] [--folder FOLDER]

The reference station (`ilrs-basic`) with eight more cameras that ask for 1000 sessions a year each,
10,865 sessions a year in all, at autonomy level E4: replanned daily and at events over the two
weeks ahead. Prints time, most memory, and what became of the sessions, year by year of the plan.
A run that is stopped goes on from its last block in the same folder. For comparison: PlanDev runs
out of 32 GB of memory at 7,500 activities (its issue tracker; see the peers page of the project).
"""

import argparse
import re
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

from moonstead.environment.timescale import to_utc
from moonstead.record.directory import RunDirectory
from moonstead.run.execute import execute
from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.examples import scenario_path

CAMERAS = 8
SESSIONS_PER_YEAR = 1000
FIRST_YEAR = 2035
STEP_S = 600
CAMERA = """
[[element]]
type = "instrument"
name = "camera-{k}"
partner = "{partner}"
mass_kg = 8
observing_power_w = 20
rate_bit_per_s = "20 kbit/s"
recorder = "hub"
[element.thermal]
heat_capacity_j_per_k = 2e4
radiating_area_m2 = 0.5
emissivity = 0.05
survival_min_k = 213
heater_power_w = 20

[[experiment]]
name = "watch-{k}"
title = "Watch the sky"
partner = "{partner}"
element = "camera-{k}"
kind = "observation"
duration_s = "3 h"
sessions = {sessions}
gap_s = "3 h"
light = "{light}"
value = {value}
"""


def written(folder: Path, years: int) -> Path:
    """Write the scenario of so many years, and return its file."""
    text = scenario_path("ilrs-basic").read_text(encoding="utf-8")
    end = f"end = {FIRST_YEAR + years}-01-01T00:00:00Z"
    text = re.sub(r"^end = \S+", end, text, count=1, flags=re.MULTILINE)
    # The relay would meet the ground within five years if nobody held its orbit.
    text = text.replace('motion = "free"', 'motion = "held"')
    text = re.sub(r"^step_s = \d+", f"step_s = {STEP_S}", text, count=1, flags=re.MULTILINE)
    text = re.sub(
        r"^sessions = (\d+)",
        lambda found: f"sessions = {int(found[1]) * years}",
        text,
        flags=re.MULTILINE,
    )
    partners, lights = ("cnsa", "roscosmos", "sansa"), ("any", "any", "any", "lit")
    for k in range(CAMERAS):
        text += CAMERA.format(
            k=k,
            partner=partners[k % len(partners)],
            light=lights[k % len(lights)],
            sessions=SESSIONS_PER_YEAR * years,
            value=1 + k % 3,
        )
    path = folder / "decade.toml"
    path.write_text(text, encoding="utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="decade-"))
    folder.mkdir(parents=True, exist_ok=True)
    path = written(folder, asked.years)
    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    world = build_world(*read_scenario(path), path)
    directory = RunDirectory(folder / "run")

    def progress(done_s: float, total_s: float) -> None:
        memory_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        spent_s = time.perf_counter() - begin_s
        print(
            f"{100.0 * done_s / total_s:5.1f} %  {spent_s:7.0f} s  {memory_gb:.2f} GiB", flush=True
        )

    execute(world, directory, progress)
    counts: Counter[tuple[int, str]] = Counter()
    for row in directory.plan():
        if row["status"] in {"done", "aborted", "skipped"}:
            counts[to_utc(row["t_s"]).year, row["status"]] += 1
    wanted = sum(experiment.sessions for experiment in world.scenario.experiment)
    print(f"\nactivities wanted       {wanted}")
    print(f"wall time               {time.perf_counter() - begin_s:.0f} s")
    print(f"processor time          {time.process_time() - begin_cpu_s:.0f} s")
    memory_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"most memory             {memory_gb:.2f} GiB")
    for status in ("done", "aborted", "skipped"):
        by_year = {year: n for (year, one), n in sorted(counts.items()) if one == status}
        print(f"{status:<23} {sum(by_year.values())}  {by_year}")


if __name__ == "__main__":
    main()
