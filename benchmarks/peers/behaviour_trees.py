"""Tick a py_trees tree with a branch for each activity of the executive; in the peers' Python.

    python behaviour_trees.py ACTIVITIES TICKS ROUNDS

Prints the median time of a tick in the best round, in seconds, and the version.
"""

import json
import operator
import statistics
import sys
import time
from importlib.metadata import version
from typing import Any

import py_trees  # type: ignore[import-not-found]


def check(key: str, least: float) -> Any:
    expression = py_trees.common.ComparisonExpression(key, least, operator.ge)
    return py_trees.behaviours.CheckBlackboardVariableValue(key, expression)


def made_tree(count: int) -> Any:
    """Return one sequence for each activity: every second one runs, the others lack the path."""
    branches = []
    for k in range(count):
        last = check(f"load_{k}", 5.0) if k % 2 == 0 else check("path", 0.5)
        parts = [
            check("sun", 0.5),
            check("battery", 1e8),
            last,
            py_trees.behaviours.Running(f"act-{k}"),
        ]
        sequence = py_trees.composites.Sequence(f"activity-{k}", memory=False, children=parts)
        # Else one that waits would stop all others.
        branches.append(py_trees.decorators.FailureIsRunning(f"waits-{k}", sequence))
    policy = py_trees.common.ParallelPolicy.SuccessOnAll(synchronise=False)
    root = py_trees.composites.Parallel("station", policy=policy, children=branches)
    return py_trees.trees.BehaviourTree(root)


def main() -> None:
    count, ticks, rounds = map(int, sys.argv[1:])
    tree = made_tree(count)
    values = {"sun": 1.0, "battery": 3e8, "path": 0.0, **{f"load_{k}": 50.0 for k in range(count)}}
    medians = []
    for _ in range(rounds):
        times = []
        for _ in range(ticks):
            begin = time.process_time()
            for key, value in values.items():
                py_trees.blackboard.Blackboard.set(key, value)
            tree.tick()
            times.append(time.process_time() - begin)
        medians.append(statistics.median(times))
    states = [branch.decorated.status.name for branch in tree.root.children]
    told = {
        "tick_s": min(medians),
        "version": version("py_trees"),
        "running": states.count("RUNNING"),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
