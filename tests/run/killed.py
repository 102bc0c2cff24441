"""Run a scenario again and again until it is complete, killed at many places on the way.

    python killed.py SCENARIO OUT SEED

A child process is killed with SIGKILL after a random time, or kills itself in the middle of a
write. Prints how many were killed. Not a test: `test_resume.py` starts it as a process of its own.
"""

import os
import random  # noqa: TID251  the test's own dice, seeded
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import moonstead.record.directory as directory_module
import moonstead.record.envelope as envelope_module
import moonstead.record.files as files_module
import moonstead.record.parts as parts_module
import moonstead.record.tables as tables_module
import moonstead.run.execute as execute_module
from moonstead.record.directory import RunDirectory
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.units import DAY_S


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_writer(write: Callable[..., Any], last: int) -> Callable[..., Any]:
    """Return a writer of whole files that leaves half a file and dies at its n-th call."""
    left = [last]

    def wrapped(path: Path, data: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            path.with_name(f".{path.name}.part").write_bytes(data[: len(data) // 2])
            die()
        write(path, data)

    return wrapped


def dying_checksums(last: int) -> None:
    """Die while the envelope of a block is in the making, after its values were written."""
    left = [last]
    checksum = envelope_module.checksum

    def wrapped(values: Any) -> int:
        left[0] -= 1
        if left[0] < 0:
            die()
        return checksum(values)

    envelope_module.checksum = wrapped


def child(world: World, out: Path, place: int) -> None:
    if place % 3 == 1:
        writer = dying_writer(files_module.write_atomically, place // 3)
        for module in (directory_module, files_module, parts_module, tables_module):
            module.write_atomically = writer
    elif place % 3 == 2:
        dying_checksums(20 * (place // 3))
    execute_module.execute(world, RunDirectory(out), lambda done_s, total_s: None)


def main() -> None:
    scenario, out, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    execute_module.BLOCK_S = DAY_S
    dice = random.Random(seed)  # noqa: S311
    world = build_world(*read_scenario(scenario), scenario)
    killed = 0
    for place in range(60):
        pid = os.fork()
        if pid == 0:
            try:
                child(world, out, place)
                os._exit(0)
            finally:
                os._exit(1)
        if place % 3 == 0:
            time.sleep(dice.uniform(0.05, 0.5))
            os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        if os.WIFSIGNALED(status):
            killed += 1
        elif os.WEXITSTATUS(status) != 0:
            sys.exit(f"attempt {place} could not go on")
        elif RunDirectory(out).is_complete:
            break
    print(killed)  # noqa: T201


main()
