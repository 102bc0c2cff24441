"""Projects in the files of the project scheduling library PSPLIB (``.sm`` and ``.mm``).

The format is that of Kolisch and Sprecher (1997), European Journal of Operational Research 96,
205-216. Resources that are used up (non-renewable) cannot be stated as pools and are refused.
"""

import re
from pathlib import Path

from moonstead.autonomy.planning.projects import Mode, Project
from moonstead.errors import InputError, Problem

_JOBS = re.compile(r"jobs.*:\s*(\d+)", re.IGNORECASE)
_HORIZON = re.compile(r"horizon\s*:\s*(\d+)", re.IGNORECASE)
_KIND = re.compile(r"-\s*(renewable|nonrenewable|doubly constrained)\s*:\s*(\d+)", re.IGNORECASE)


def read_project(path: Path) -> Project:
    """Read a project.

    Parameters
    ----------
    path
        The file. Its first job, the source, is left out: it takes no time and nothing.

    Raises
    ------
    InputError
        With the section or line that is wrong.
    """
    try:
        text = path.read_text(encoding="latin-1")
    except OSError as error:
        remedy = f"cannot be read: {error.strerror}"
        raise InputError(Problem(str(path), "", "", remedy)) from None
    return _Reader(str(path), text).project()


class _Reader:
    """A file and its sections."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    def project(self) -> Project:
        n_jobs = self._number(_JOBS, "jobs")
        horizon = self._number(_HORIZON, "horizon")
        kinds = {kind.lower(): int(count) for kind, count in _KIND.findall(self.text)}
        n_resources = kinds.get("renewable", 0)
        for kind in ("nonrenewable", "doubly constrained"):
            if kinds.get(kind, 0) > 0:
                remedy = "only renewable resources can be planned; remove the others"
                raise self._error(f"RESOURCES - {kind}", str(kinds[kind]), remedy)
        successors = self._successors(n_jobs)
        modes = self._modes(n_jobs, n_resources)
        capacities = self._rows("RESOURCEAVAILABILITIES")
        if len(capacities) != 1 or len(capacities[0][1]) != n_resources:
            remedy = f"must be one line of {n_resources} numbers"
            raise self._error("RESOURCEAVAILABILITIES", "", remedy)
        order = _in_order(successors)
        if order is None:
            raise self._error("PRECEDENCE RELATIONS", "", "jobs must not wait for each other")
        if order[-1] != n_jobs - 1 or any(mode.duration for mode in modes[0] + modes[-1]):
            remedy = "the first and the last job must be a source and a sink without duration"
            raise self._error("PRECEDENCE RELATIONS", "", remedy)
        places = {job: place for place, job in enumerate(job for job in order if job != 0)}
        kept = sorted(places, key=places.__getitem__)
        return Project(
            name=Path(self.file).stem,
            modes=tuple(modes[job] for job in kept),
            successors=tuple(
                tuple(sorted(places[after] for after in successors[job])) for job in kept
            ),
            capacities=tuple(capacities[0][1]),
            horizon=horizon,
        )

    def _successors(self, n_jobs: int) -> list[tuple[int, ...]]:
        rows = self._rows("PRECEDENCE RELATIONS")
        if len(rows) != n_jobs:
            value = f"{len(rows)} lines"
            raise self._error("PRECEDENCE RELATIONS", value, f"must be {n_jobs} lines, as jobs")
        found = []
        for number, (line, values) in enumerate(rows, start=1):
            is_whole = len(values) >= 3 and len(values) == 3 + values[2] and values[0] == number
            if not is_whole or not all(1 < job <= n_jobs for job in values[3:]):
                remedy = f"must be job {number}, modes, the number of successors, and these"
                raise self._error(f"line {line}", " ".join(map(str, values)), remedy)
            found.append(tuple(job - 1 for job in values[3:]))
        return found

    def _modes(self, n_jobs: int, n_resources: int) -> list[tuple[Mode, ...]]:
        found: list[list[Mode]] = [[] for _ in range(n_jobs)]
        job = 0
        for line, values in self._rows("REQUESTS/DURATIONS"):
            if len(values) == n_resources + 3:
                job = values.pop(0)
            if len(values) != n_resources + 2 or not 1 <= job <= n_jobs:
                remedy = f"must be a job, a mode, a duration and {n_resources} requests"
                raise self._error(f"line {line}", " ".join(map(str, values)), remedy)
            found[job - 1].append(Mode(values[1], tuple(values[2:])))
        for number, modes in enumerate(found, start=1):
            if len(modes) == 0:
                raise self._error("REQUESTS/DURATIONS", f"job {number}", "must have a line")
        return [tuple(modes) for modes in found]

    def _number(self, pattern: re.Pattern[str], what: str) -> int:
        match = pattern.search(self.text)
        if match is None:
            raise self._error(what, "", "must be given in the head of the file")
        return int(match[1])

    def _rows(self, section: str) -> list[tuple[int, list[int]]]:
        """Return the lines of numbers of a section, each with its number in the file."""
        rows: list[tuple[int, list[int]]] = []
        is_inside = False
        for number, line in enumerate(self.text.splitlines(), start=1):
            if line.startswith("***"):
                is_inside = False
            elif line.strip().upper().startswith(section):
                is_inside = True
            elif is_inside and re.fullmatch(r"[\s\d]*\d\s*", line):
                rows.append((number, [int(word) for word in line.split()]))
        return rows

    def _error(self, place: str, value: str, remedy: str) -> InputError:
        return InputError(Problem(self.file, place, value, remedy))


def _in_order(successors: list[tuple[int, ...]]) -> list[int] | None:
    """Return the jobs so that each comes after its predecessors; None where that cannot be."""
    waiting = [0] * len(successors)
    for each in successors:
        for job in each:
            waiting[job] += 1
    ready = [job for job, count in enumerate(waiting) if count == 0]
    order: list[int] = []
    while ready:
        job = ready.pop(0)
        order.append(job)
        for after in successors[job]:
            waiting[after] -= 1
            if waiting[after] == 0:
                ready.append(after)
    return order if len(order) == len(successors) else None
