"""Many jobs on a few processes, each with a file of its own, so that a killed campaign goes on.

A job is named; its key and the code tell all that decides its result. What has a file that tells
both is not done again. No wall-clock time is in the files: a campaign that was interrupted ends
with the same bytes as one that was not.
"""

import os
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any

from moonstead.errors import MoonsteadError, RecordError, RunError
from moonstead.record.files import read_json, write_json
from moonstead.version import code_sha256

Work = Callable[[Any], Mapping[str, Any]]
"""From the argument of a job to its result in plain JSON values: a function of a module, so that
another process can import it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of a campaign."""

    name: str
    """Of its file; unique in the campaign."""
    key: str
    """Tells everything but the code that decides its result, such as a hash of its inputs."""
    argument: Any
    """For the work; must be able to travel to another process."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job."""

    job: Job
    result: Mapping[str, Any] | None
    """None where the work raised."""
    error: str = ""
    """What it raised."""
    cpu_s: float = 0.0
    """Time of the processor that it took; 0 where its file was there already."""


def run_jobs(
    jobs: Sequence[Job], work: Work, folder: Path, processes: int = 2
) -> Iterator[Outcome]:
    """Do what is not done yet, and yield what came of every job as soon as it is known.

    Jobs are begun in the order given; those that are done already come first. A job that raises is
    told and has no file: it is tried again by the next campaign.

    Parameters
    ----------
    jobs
        With names that are unique.
    work
        Done for each argument, in other processes unless ``processes`` is 1.
    folder
        Where results go, a JSON file for each job; made if it is not there.
    processes
        How many work at once.

    Raises
    ------
    RunError
        A process was killed from outside; what is written is kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Told once: files may be edited while processes work with what they have loaded.
    code = code_sha256()
    jobs = [replace(job, key=f"{code} {job.key}") for job in jobs]
    left = []
    for job in jobs:
        found = _found(job, folder)
        if found is None:
            left.append(job)
        else:
            yield Outcome(job, found)
    if processes == 1:
        for job in left:
            yield _do(work, folder, job)
        return
    # Spawned, not forked: compiled kernels and threads do not outlive a fork.
    context = get_context("spawn")
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent)
    try:
        waiting: list[Future[Outcome]] = [
            pool.submit(partial(_do, work, folder), job) for job in left
        ]
        for future in as_completed(waiting):
            yield future.result()
    except BrokenProcessPool:
        raise RunError(
            f"{folder}: a process of the campaign was killed, perhaps for want of memory; what is "
            "done is kept, and the same command goes on from there"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """End this process when the campaign is killed: it would wait for its next job for ever."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


def _file(job: Job, folder: Path) -> Path:
    return folder / f"{job.name}.json"


def _found(job: Job, folder: Path) -> Mapping[str, Any] | None:
    """Return the result of a job that is done already; what cannot be read is done again."""
    try:
        told = read_json(_file(job, folder))
    except RecordError:
        return None
    if not isinstance(told, dict) or told.get("key") != job.key or "result" not in told:
        return None
    result: Mapping[str, Any] = told["result"]
    return result


def _do(work: Work, folder: Path, job: Job) -> Outcome:
    begin_s = time.process_time()
    try:
        result = work(job.argument)
    except MoonsteadError as error:
        return Outcome(job, None, str(error), time.process_time() - begin_s)
    except Exception:  # noqa: BLE001 (one job that fails must not end the others)
        return Outcome(job, None, traceback.format_exc(), time.process_time() - begin_s)
    write_json(_file(job, folder), {"key": job.key, "result": result})
    return Outcome(job, result, "", time.process_time() - begin_s)
