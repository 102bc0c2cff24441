"""What the benchmark asks of a peer, and what a peer answers.

A peer runs as ``python -m peers.NAME JOB_FOLDER`` in a process and a Python of its own, so that its
packages never meet Moonstead's and a time limit can end it. This file needs numpy only.

The clock runs over the peer's work alone: reading the terrain, building a mesh or a location
(``prepare_s``) and picking samples do not count.
"""

import importlib.metadata
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Raw = TypeVar("Raw")
Surface = Literal["plane", "earth", "moon"]

MISSING = 3  # exit code: this peer is not installed
BLOCK_PIXEL_AZIMUTHS = 500_000
SEED = 7


@dataclass(frozen=True, slots=True)
class Job:
    """A terrain, azimuths, and the pixel-azimuths at which the answer is judged.

    ``azimuths_deg`` are clockwise from the top of the map. ``rows``, ``cols`` and ``directions``
    (index of an azimuth) are the samples, (n,) each.
    """

    folder: Path
    heights_m: Floats
    pixel_m: float
    left_m: float
    top_m: float
    azimuths_deg: Floats
    rows: Ints
    cols: Ints
    directions: Ints
    repeats: int
    budget_s: float

    @property
    def pixel_azimuths(self) -> int:
        """How many horizons the whole map has."""
        return self.heights_m.size * self.azimuths_deg.size


@dataclass(frozen=True, slots=True)
class Facts:
    """What is always true of a peer.

    ``surface`` says over what it computes: a plane, Earth's curvature, or the Moon's sphere.
    ``clamped`` peers call every horizon below the observer zero. ``nearsighted`` ones do not look
    to the map's edge: how fast they are is a matter of their reach, and no ratio is formed with
    them.
    """

    tool: str
    version: str
    licence: str
    settings: str
    surface: Surface
    clamped: bool = False
    nearsighted: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """What was done, in which time, with the samples' horizons in the azimuths that were judged."""

    prepare_s: float
    seconds: float
    cpu_seconds: float
    pixel_azimuths: int
    repeats: int
    elevation_deg: Floats
    azimuth_deg: Floats


@dataclass(slots=True)
class Timer:
    """Wall and processor seconds, children included, of what is done inside ``with``."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    _begin_s: float = 0.0
    _cpu_begin_s: float = 0.0

    def __enter__(self) -> "Timer":
        self._cpu_begin_s = cpu_s()
        self._begin_s = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._begin_s
        self.cpu_seconds += cpu_s() - self._cpu_begin_s


def cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def write_job(job: Job) -> None:
    arrays = {
        name: value
        for name in job.__dataclass_fields__
        if isinstance(value := getattr(job, name), np.ndarray)
    }
    np.savez(job.folder / "job.npz", **arrays)  # type: ignore[arg-type]  # numpy's stub
    scalars = {name: getattr(job, name) for name in ("pixel_m", "left_m", "top_m")}
    scalars |= {"repeats": job.repeats, "budget_s": job.budget_s}
    (job.folder / "job.json").write_text(json.dumps(scalars))


def read_job() -> Job:
    folder = Path(sys.argv[1])
    with np.load(folder / "job.npz") as arrays:
        return Job(folder=folder, **arrays, **json.loads((folder / "job.json").read_text()))


def answer(facts: Facts, run: Run) -> None:
    folder = Path(sys.argv[1])
    np.savez(folder / "answer.npz", elevation_deg=run.elevation_deg, azimuth_deg=run.azimuth_deg)
    numbers = {
        name: getattr(run, name)
        for name in ("prepare_s", "seconds", "cpu_seconds", "pixel_azimuths", "repeats")
    }
    told = {**asdict(facts), **numbers, "peak_memory_bytes": peak_memory_bytes()}
    (folder / "answer.json").write_text(json.dumps(told))


def peak_memory_bytes() -> int:
    """Return the most memory that this process or one of its children has held.

    The kernel's usage record of a process itself counts what its parent held when it started it;
    the status file does not.
    """
    status = Path("/proc/self/status").read_text().splitlines()
    own_kib = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
    return 1024 * max(*own_kib, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def installed(package: str) -> str:
    """Return the version of a package, or end this process as a peer that is not there."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        missing(f"the Python package {package} is not installed")
        raise


def missing(reason: str) -> None:
    print(reason, file=sys.stderr)
    sys.exit(MISSING)


def by_azimuth(
    job: Job, solve: Callable[[int], Raw], read: Callable[[Raw], Floats], prepare_s: float = 0.0
) -> Run:
    """Time a peer that answers one direction of the whole map at a time.

    ``solve`` is timed; ``read`` makes (rows, cols) degrees of its answer. Directions come in a
    seeded random order, so that a peer that runs out of its time has done a fair sample of them; it
    is then judged in those that it did.
    """
    at_samples_deg: dict[int, Floats] = {}
    order = np.random.default_rng(SEED).permutation(job.azimuths_deg.size)

    def parts() -> Iterator[tuple[Timer, int]]:
        for direction in order:
            with Timer() as timer:
                raw = solve(int(direction))
            whole = read(raw)
            at_samples_deg[int(direction)] = whole[job.rows, job.cols]
            yield timer, job.heights_m.size

    seconds, cpu_seconds, done, repeats = best_of(job, parts)
    known = np.array(list(at_samples_deg))
    directions = np.where(
        np.isin(job.directions, known), job.directions, known[job.directions % known.size]
    )
    elevation_deg = np.array([at_samples_deg[int(d)][n] for n, d in enumerate(directions)])
    azimuth_deg = job.azimuths_deg[directions]
    return Run(prepare_s, seconds, cpu_seconds, done, repeats, elevation_deg, azimuth_deg)


def by_pixels(job: Job, solve: Callable[[Ints], Floats], prepare_s: float) -> Run:
    """Time a peer that answers all directions of some pixels.

    ``solve`` takes flat pixel indices (n,), which follow each other, and returns (n, azimuths)
    degrees. The blocks come in a seeded random order. The samples are computed afterwards, off the
    clock.
    """
    count = max(job.pixel_azimuths // BLOCK_PIXEL_AZIMUTHS, 1)
    blocks = np.array_split(np.arange(job.heights_m.size), count)
    order = np.random.default_rng(SEED).permutation(len(blocks))

    def parts() -> Iterator[tuple[Timer, int]]:
        for block in order:
            with Timer() as timer:
                solve(blocks[block])
            yield timer, blocks[block].size * job.azimuths_deg.size

    seconds, cpu_seconds, done, repeats = best_of(job, parts)
    flat = job.rows * job.heights_m.shape[1] + job.cols
    around_deg = [solve(flat[[sample]])[0] for sample in range(flat.size)]
    elevation_deg = np.array([a[d] for a, d in zip(around_deg, job.directions, strict=True)])
    azimuth_deg = job.azimuths_deg[job.directions]
    return Run(prepare_s, seconds, cpu_seconds, done, repeats, elevation_deg, azimuth_deg)


def best_of(
    job: Job, parts: Callable[[], Iterator[tuple[Timer, int]]]
) -> tuple[float, float, int, int]:
    """Return wall and processor seconds and pixel-azimuths of the fastest pass, and the passes."""
    passes: list[tuple[float, float, int]] = []
    spent_s = 0.0
    for _ in range(job.repeats):
        seconds, cpu_seconds, done = 0.0, 0.0, 0
        for timer, count in parts():
            seconds, cpu_seconds = seconds + timer.seconds, cpu_seconds + timer.cpu_seconds
            done += count
            if spent_s + seconds > job.budget_s:
                break
        spent_s += seconds
        if done == job.pixel_azimuths or not passes:
            passes.append((seconds, cpu_seconds, done))
        if spent_s + seconds > job.budget_s:
            break
    return *min(passes), len(passes)
