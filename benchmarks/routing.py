"""How fast bundles get their paths, next to aiodtnsim and pydtnsim, and how fast they travel.

    python benchmarks/setup_peers.py     # once, for the peers
    python benchmarks/routing.py [--peers PYTHON] [--bundles N]

The set of peers.md, section 5: 12 nodes (station, rover, lander, 2 relays, 5 ground stations, 2
centres), 5,000 one-way contacts on 56 links in 30 days, 10,000 bundles from the station to the
ground stations and centres. The peers know neither volumes nor light time in these searches, so
bundles have no size and light takes no time: then every arrival must be equal. Then a year of a
million bundles with sizes, priorities and custody is forwarded. Processor time, the best of some
rounds (of pydtnsim one, of 100 bundles); ours counts all from plan and bundles to paths, theirs the
searches alone.
Compilation is not counted.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from moonstead.comms.plan import ContactPlan
from moonstead.comms.routing.batch import route_batch
from moonstead.comms.routing.bundles import Bundles
from moonstead.comms.routing.forward import forward
from moonstead.comms.routing.outcome import Arrivals
from moonstead.comms.routing.traffic import DELIVERED
from moonstead.units import DAY_S

HERE = Path(__file__).resolve().parent
PEERS_PYTHON = HERE.parent / "build" / "peers" / "bin" / "python"
ROUNDS = 60
"""The machine may be shared: of so many short runs some are undisturbed."""

STATION, ROVER, LANDER, FIRST_RELAY, FIRST_GROUND, OPERATIONS, SCIENCE = 0, 1, 2, 3, 5, 10, 11
GROUND = tuple(f"ground-{k}" for k in range(1, 6))
NODES = ("station", "rover", "lander", "relay-1", "relay-2", *GROUND, "operations", "science")


def pairs() -> list[tuple[int, int]]:
    """Return 28 pairs of nodes that have a link both ways."""
    ground = range(FIRST_GROUND, OPERATIONS)
    relays = range(FIRST_RELAY, FIRST_GROUND)
    near = [(STATION, ROVER), (STATION, LANDER), (ROVER, LANDER), (3, 4), (OPERATIONS, SCIENCE)]
    up = [(a, b) for a in (STATION, ROVER, LANDER) for b in relays]
    down = [(a, b) for a in relays for b in ground]
    home = [(a, OPERATIONS) for a in ground] + [(5, SCIENCE), (6, SCIENCE)]
    return near + up + down + home


def made_plan(contacts: int, days: float, rate_bit_per_s: float, owlt_s: float) -> ContactPlan:
    """Return contacts of random lengths and gaps, as many on each link."""
    random = np.random.default_rng(734)
    links = [link for a, b in pairs() for link in ((a, b), (b, a))]
    columns = []
    for k, (source, to) in enumerate(links):
        count = contacts // len(links) + (k < contacts % len(links))
        spans = random.uniform(0.2, 1.8, 2 * count + 1)
        edges = np.cumsum(spans)[: 2 * count] * days * DAY_S / spans.sum()
        ends = np.full((2, count), [[source], [to]])
        columns.append(np.vstack([ends, edges[0::2], edges[1::2]]))
    source, to, start_t_s, end_t_s = np.hstack(columns)
    return ContactPlan(
        nodes=NODES,
        source=source.astype(np.int64),
        destination=to.astype(np.int64),
        start_t_s=start_t_s,
        end_t_s=end_t_s,
        rate_bit_per_s=np.full(contacts, rate_bit_per_s),
        owlt_s=np.full(contacts, owlt_s),
    )


def made_bundles(count: int, days: float) -> Bundles:
    random = np.random.default_rng(3)
    return Bundles(
        source=np.zeros(count, dtype=np.int64),
        destination=random.integers(FIRST_GROUND, SCIENCE + 1, count),
        size_bit=np.zeros(count),
        created_t_s=np.sort(random.uniform(0.0, 0.9 * days * DAY_S, count)),
    )


def year_of_bundles(count: int) -> Bundles:
    """Return what a station and its rover send home in a year, and the commands that come back."""
    random = np.random.default_rng(4)
    upward = random.random(count) < 0.1
    surface = random.integers(STATION, LANDER + 1, count)
    centre = random.integers(OPERATIONS, SCIENCE + 1, count)
    return Bundles(
        source=np.where(upward, centre, surface),
        destination=np.where(upward, surface, centre),
        size_bit=random.choice([1e5, 1e6, 1e7], count),
        created_t_s=np.sort(random.uniform(0.0, 360.0 * DAY_S, count)),
        lifetime_s=np.full(count, 7.0 * DAY_S),
        priority=random.integers(0, 3, count),
        custody=random.random(count) < 0.2,
    )


def by_peers(python: Path, plan: ContactPlan, bundles: Bundles) -> dict[str, np.ndarray]:
    with tempfile.TemporaryDirectory() as folder:
        given, answers = Path(folder) / "set.npz", Path(folder) / "answers.npz"
        np.savez(
            given,
            source=plan.source,
            to=plan.destination,
            start=plan.start_t_s,
            end=plan.end_t_s,
            bundle_source=bundles.source,
            bundle_to=bundles.destination,
            created=bundles.created_t_s,
        )
        script = str(HERE / "peers" / "dtn_routing.py")
        subprocess.run([str(python), script, str(given), str(answers)], check=True)
        return dict(np.load(answers))


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Return the least processor time of some rounds; the first compiles and does not count."""
    work()
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=PEERS_PYTHON, help="Python with the peers")
    parser.add_argument("--bundles", type=int, default=1_000_000, help="forwarded in the year")
    given = parser.parse_args()
    plan, bundles = made_plan(5000, 30.0, 1e6, 0.0), made_bundles(10_000, 30.0)
    ours_s = best_of(ROUNDS, lambda: route_batch(plan, bundles)) / len(bundles)
    arrival_t_s = route_batch(plan, bundles).arrival_t_s
    print(f"{'code':<28}{'us per path':>12}{'x ours':>9}{'arrivals equal':>18}")
    print(f"{'moonstead route_batch':<28}{ours_s * 1e6:>12.2f}{1.0:>9.0f}{'':>18}")
    if given.peers.exists():
        told = by_peers(given.peers, plan, bundles)
        for name in ("aiodtnsim", "pydtnsim"):
            theirs, each_s = told[name], float(told[f"{name}_s"])
            equal = int((theirs == arrival_t_s[: len(theirs)]).sum())
            row = f"{each_s * 1e6:>12.1f}{each_s / ours_s:>9.0f}{equal:>11} / {len(theirs)}"
            print(f"{name:<28}{row}")
    else:
        print("The peers are not here: python benchmarks/setup_peers.py", file=sys.stderr)
    year_plan = made_plan(60_000, 365.0, 2e6, 1.3)
    forward(year_plan, year_of_bundles(1000))
    begin = time.process_time()
    result: Arrivals = forward(year_plan, year_of_bundles(given.bundles))
    spent_s = time.process_time() - begin
    arrived = (result.fate == DELIVERED).mean()
    hops = int(result.hops.sum())
    print(f"forward: {given.bundles} bundles, {len(year_plan)} contacts, a year: {spent_s:.1f} s,")
    print(f"  {hops} hops, {spent_s / hops * 1e6:.2f} us per hop, {arrived:.1%} arrived")


if __name__ == "__main__":
    main()
