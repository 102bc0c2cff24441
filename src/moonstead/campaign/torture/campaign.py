"""The campaign: every scenario with every seed, against its reference, judged and summed up."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from moonstead.campaign.runner import Job, Outcome, run_jobs
from moonstead.campaign.torture.case import Case
from moonstead.campaign.torture.staging import Staged, staged, with_seed
from moonstead.campaign.torture.trial import Trial, perform
from moonstead.campaign.torture.verdict import Point, Run, Verdict, Wrong, judge
from moonstead.elements.solar_array import SolarArray
from moonstead.errors import InputError, Problem
from moonstead.scenario.model import Scenario
from moonstead.spec import suggest
from moonstead.version import VERSION

RUNS = "runs"
"""Folder of the results of single runs, in the folder of the campaign."""
COSTS = "costs.csv"
"""Beside it: what each run took of a processor, in seconds. No part of the results."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A scenario with one seed."""

    seed: int
    verdict: Verdict | None
    """None where the run could not be done."""
    error: str = ""
    run: Run = field(default_factory=dict)
    reference: Run = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether it came through."""
        return self.verdict is not None and self.verdict.passed

    @property
    def failed(self) -> tuple[Point, ...]:
        """Return the points that do not hold; one of its own where there was no run."""
        if self.verdict is None:
            return (Point("run", False, self.error.strip().splitlines()[-1]),)
        return self.verdict.failed


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario with all its seeds."""

    staged: Staged
    judged: tuple[Judged, ...]

    @property
    def passed(self) -> bool:
        """Whether it came through with every seed."""
        return all(one.passed for one in self.judged)

    @property
    def worst(self) -> Judged:
        """Return the seed that did worst: most points failed, then least kept."""
        return min(
            self.judged,
            key=lambda one: (
                -len(one.failed),
                one.verdict.kept_fraction if one.verdict else -1.0,
                one.seed,
            ),
        )

    def values(self, key: str) -> list[float]:
        """Return a figure of the verdicts that have it, over seeds."""
        found = [getattr(one.verdict, key) for one in self.judged if one.verdict is not None]
        return [value for value in found if value is not None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign has come."""

    done: int
    total: int
    name: str
    """Of the run just done."""


def chosen(
    cases: Sequence[Case],
    files: Mapping[str, Path],
    base: Scenario,
    only: Iterable[str] = (),
    days: float | None = None,
) -> tuple[Staged, ...]:
    """Return the scenarios that are asked for, with their variants, ready to run.

    Parameters
    ----------
    cases, files
        As read.
    base
        The station.
    only
        Ids of cases or names of variants; all where none is given.
    days
        The longest window.

    Raises
    ------
    InputError
        A name is none of theirs, or a scenario does not fit the station or its window.
    """
    names = tuple(only)
    known = {case.id for case in cases} | {
        f"{case.id}-{variant.name}" for case in cases for variant in case.variant
    }
    problems = [
        Problem("--only", "", name, f"no scenario has this id; {suggest(name, known)}")
        for name in names
        if name not in known
    ]
    wanted = [
        case
        for case in cases
        if not names or any(name == case.id or name.startswith(f"{case.id}-") for name in names)
    ]
    found: list[Staged] = []
    for case in wanted:
        try:
            found.extend(staged(case, files[case.id], base, days))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tuple(one for one in found if not names or one.name in names or one.case.id in names)


def run_campaign(
    several: Sequence[Staged],
    folder: Path,
    seeds: int,
    processes: int,
    told: Callable[[Progress], None],
) -> tuple[Row, ...]:
    """Run every scenario with every seed, as far as it has not been run, and judge.

    Parameters
    ----------
    several
        The scenarios.
    folder
        Where results are kept: a campaign that was stopped goes on from there.
    seeds
        From 1 to this; fewer where a scenario says so.
    processes
        How many work at once.
    told
        Called after every run.

    Raises
    ------
    RunError
        A process was killed from outside.
    """
    jobs, of = _jobs(several, seeds)
    outcomes: dict[str, Outcome] = {}
    for outcome in run_jobs(jobs, perform, folder / RUNS, processes):
        outcomes[outcome.job.name] = outcome
        if outcome.cpu_s > 0.0:
            with (folder / COSTS).open("a") as costs:
                costs.write(f"{outcome.job.name},{outcome.cpu_s:.2f}\n")
        told(Progress(len(outcomes), len(jobs), outcome.job.name))
    return tuple(
        Row(
            one,
            tuple(
                _judged(one, seed, outcomes[run], outcomes[reference])
                for seed, (run, reference) in of[one.name].items()
            ),
        )
        for one in several
    )


def _jobs(
    several: Sequence[Staged], seeds: int
) -> tuple[list[Job], dict[str, dict[int, tuple[str, str]]]]:
    """Return jobs, and by scenario and seed the names of run and reference.

    Runs of one window stand together: a process computes Sun, Earth and contacts once for them.
    """
    jobs: dict[str, tuple[tuple[str, int, int], Job]] = {}
    of: dict[str, dict[int, tuple[str, str]]] = {}
    for place, one in enumerate(several):
        of[one.name] = {}
        for seed in range(1, min(seeds, one.case.seeds or seeds) + 1):
            run = _job(one.name, one.run, seed, one.file)
            digest = sha256(one.reference.model_dump_json().encode()).hexdigest()[:8]
            reference = _job(f"reference-{digest}", one.reference, seed, one.file)
            of[one.name][seed] = run.name, reference.name
            window = _window(one.run)
            jobs.setdefault(reference.name, ((_window(one.reference), seed, -1), reference))
            jobs[run.name] = (window, seed, place), run
    ordered = sorted(jobs.values(), key=lambda pair: pair[0])
    return [job for _, job in ordered], of


def _window(scenario: Scenario) -> str:
    return f"{scenario.run.start.isoformat()} {scenario.site.profile}"


def _job(name: str, scenario: Scenario, seed: int, file: Path) -> Job:
    seeded = with_seed(scenario, seed)
    told = json.dumps(seeded.model_dump(mode="json"), sort_keys=True)
    key = sha256(told.encode()).hexdigest()
    return Job(f"{name}-s{seed}", key, Trial(seeded, str(file)))


def _judged(one: Staged, seed: int, run: Outcome, reference: Outcome) -> Judged:
    if run.result is None:
        return Judged(seed, None, run.error)
    if reference.result is None:
        return Judged(seed, None, f"the reference run: {reference.error}")
    verdict = judge(run.result, reference.result, wrong_of(one.run), one.limits)
    return Judged(seed, verdict, "", run.result, reference.result)


def wrong_of(scenario: Scenario) -> Wrong:
    """Return what goes wrong in a scenario of the campaign."""
    targets = [target for fault in scenario.fault for target in fault.target]
    arrays = [one.name for one in scenario.element if isinstance(one, SolarArray)]
    for event in scenario.event:
        targets += event.target or arrays
    targets += [command.target for command in scenario.command if command.target]
    return Wrong(
        tuple(dict.fromkeys(targets)),
        has_faults=bool(scenario.fault or scenario.event),
        has_commands=bool(scenario.command),
    )


def told_plainly(rows: Sequence[Row]) -> Mapping[str, Any]:
    """Return the verdicts as plain JSON values."""
    return {
        "moonstead": VERSION,
        "passed": sum(row.passed for row in rows),
        "scenarios": [
            {
                "id": row.staged.name,
                "title": row.staged.title,
                "passed": row.passed,
                "keep_fraction_wanted": row.staged.limits.keep_fraction,
                "detect_s_wanted": row.staged.limits.detect_s,
                "seeds": [_plain(one) for one in row.judged],
            }
            for row in rows
        ],
    }


def _plain(one: Judged) -> dict[str, Any]:
    if one.verdict is None:
        return {"seed": one.seed, "passed": False, "error": one.error}
    verdict = one.verdict
    return {
        "seed": one.seed,
        "passed": verdict.passed,
        "kept_fraction": round(verdict.kept_fraction, 6),
        "latency_s": verdict.latency_s,
        "isolated_s": verdict.isolated_s,
        "suspect": verdict.suspect,
        "least_margin_fraction": round(verdict.least_margin, 6),
        "hours_in_mode": one.run["hours_in_mode"],
        "points": {
            point.name: {"passed": point.passed, "text": point.text} for point in verdict.points
        },
    }
