"""How long a tick of the executive takes, next to a behaviour tree ticking as many behaviours.

    python benchmarks/setup_peers.py     # once, for the peer
    python benchmarks/executive.py [--peers PYTHON] [--activities N ...]

Half of the activities run, each with three conditions to maintain; the others wait, each with
three conditions to start, of which the last does not hold. py_trees ticks one subtree for each: a
sequence of three checks of a blackboard and an action that goes on. It has no leases, windows,
bounds, reasons or log. Processor time, the median tick of the best round; the machine may be
shared.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from moonstead.autonomy.executive.activity import (
    Activity,
    Hold,
    Maintain,
    Phase,
    Setting,
    Stage,
    Window,
)
from moonstead.autonomy.executive.conditions import Condition, Kind
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.log import Inputs, Log, replay
from moonstead.autonomy.executive.plan import Plan
from moonstead.autonomy.executive.snapshot import Names, Snapshot
from moonstead.contracts import Channels
from moonstead.units import DAY_S

HERE = Path(__file__).resolve().parent
PEERS_PYTHON = HERE.parent / "build" / "peers" / "bin" / "python"
TICKS = 40
ROUNDS = 25
START_S = 8.0e8
TICK_S = 60.0


def made_plan(count: int) -> tuple[Names, Plan]:
    loads = tuple(f"load-{k}" for k in range(count))
    names = Names.of(Channels((), loads, ("battery",), ("box",), ("disk",), (), ("direct",)))
    sky = (Condition(Kind.LIT), Condition(Kind.STORE_AT_LEAST, "battery", 1e8))
    activities = []
    closed = Condition(Kind.PATH_OPEN, "direct")
    for k, load in enumerate(loads):
        kept = tuple(
            Maintain(condition=condition, grace_s=600.0)
            for condition in (*sky, Condition(Kind.LOAD_AT_LEAST, load, 5.0))
        )
        main = Phase(
            stage=Stage.MAIN, settings=(Setting(load, 1.0),), expected_s=30 * DAY_S,
            longest_s=40 * DAY_S, maintain=kept, power_w=50.0,
        )  # fmt: skip
        activities.append(
            Activity(
                id=f"activity-{k}", request="look", partner="cnsa", priority=5, element=load,
                window=Window(START_S, START_S, START_S + 60 * DAY_S), phases=(main,),
                holds=(Hold(load),), start=sky if k % 2 == 0 else (*sky, closed),
            )
        )  # fmt: skip
    return names, Plan(id="plan", made_t_s=START_S, activities=tuple(activities))


def made_snapshot(names: Names, count: int) -> Snapshot:
    return Snapshot(
        t_s=START_S, names=names,
        values=((), (50.0,) * count, (3e8,), (290.0,), (0.0,), (), (0.0,)),
        sun_seen=True, earth_seen=True, earth_heard=True, mode="nominal",
        allowed=frozenset(range(1, 8)), margin_fraction=0.5, spare_j=1e15, surplus_w=1e4,
    )  # fmt: skip


def seconds_per_tick(step: Callable[[Snapshot], object], snapshot: Snapshot) -> float:
    """Return the median time of a tick in the best round; every tick is a minute later."""
    medians = []
    for _ in range(ROUNDS):
        times = []
        for _ in range(TICKS):
            snapshot = replace(snapshot, t_s=snapshot.t_s + TICK_S)
            begin = time.process_time()
            step(snapshot)
            times.append(time.process_time() - begin)
        medians.append(statistics.median(times))
    return min(medians)


def by_peer(python: Path, count: int) -> dict[str, float | str]:
    script = str(HERE / "peers" / "behaviour_trees.py")
    words = [str(python), script, str(count), str(TICKS), str(ROUNDS)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    told: dict[str, float | str] = json.loads(done.stdout)
    return told


def measure(count: int, peers: Path) -> None:
    names, plan = made_plan(count)
    snapshot = made_snapshot(names, count)
    executive, logged = Executive(names), Executive(names)
    first = executive.tick(snapshot, plan)
    if len(first.waits) != count // 2:
        sys.exit("the set is not what this file says of it")
    log = Log(names)
    lines = [log.state(logged), log.tick(Inputs(snapshot, plan), logged.tick(snapshot, plan))]
    plain_s = seconds_per_tick(executive.tick, snapshot)
    logged_s = seconds_per_tick(
        lambda each: lines.append(log.tick(Inputs(each), logged.tick(each))), snapshot
    )
    rows = [("moonstead, tick", plain_s), ("moonstead, tick and log", logged_s)]
    if peers.exists():
        told = by_peer(peers, count)
        if told["running"] != len(first.orders):
            sys.exit(f"py_trees runs {told['running']} activities, we {len(first.orders)}")
        rows.append((f"py_trees {told['version']}", float(told["tick_s"])))
    for name, each_s in rows:
        print(f"{count:>10}  {name:<26}{each_s * 1e6:>10.0f}{each_s / plain_s:>9.2f}")
    begin = time.process_time()
    ticks = replay(lines, Executive(names)).ticks
    each_s = (time.process_time() - begin) / ticks
    size = statistics.mean(map(len, lines[2:]))
    print(f"{'':>12}replay {each_s * 1e6:.0f} us a tick; {size:.0f} bytes of log a tick")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=PEERS_PYTHON, help="Python with the peers")
    parser.add_argument("--activities", type=int, nargs="+", default=[6, 30, 100])
    given = parser.parse_args()
    print(f"{'activities':>10}  {'code':<26}{'us a tick':>10}{'x ours':>9}")
    for count in given.activities:
        measure(count, given.peers)
    if not given.peers.exists():
        print("The peer is not here: python benchmarks/setup_peers.py", file=sys.stderr)


if __name__ == "__main__":
    main()
