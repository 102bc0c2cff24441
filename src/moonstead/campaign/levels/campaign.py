"""All cases of the experiment on levels, run on a few processes; a killed campaign goes on."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from moonstead.campaign.levels.case import Case, run_case
from moonstead.campaign.runner import Job, run_jobs
from moonstead.errors import RunError
from moonstead.scenario.build import read_scenario

REFERENCE = ("E4", 1.0)
"""Level and contact that all science is set against: it is always run."""


def cases_of(
    path: Path, days: float, levels: Sequence[str], contacts: Sequence[float], seeds: int
) -> list[Case]:
    """Return the cases, those of a seed together: they share its sky and its outages.

    Parameters
    ----------
    path
        The scenario.
    days
        Length of a run.
    levels, contacts
        What is compared; the reference is added where it is not among them.
    seeds
        How many, from 1.
    """
    places = [(level, contact) for level in levels for contact in contacts]
    if REFERENCE not in places:
        places.append(REFERENCE)
    return [
        Case(path, days, level, contact, seed)
        for seed in range(1, seeds + 1)
        for level, contact in places
    ]


def run_cases(
    cases: Sequence[Case], folder: Path, processes: int, progress: Callable[[int, int], None]
) -> dict[Case, Mapping[str, Any]]:
    """Run what is not run yet, and return the results of all cases in their order.

    Raises
    ------
    InputError
        The scenario is wrong.
    RunError
        A case could not be run; what is run is kept.
    """
    texts = {case.path: read_scenario(case.path)[1] for case in cases}
    origins = {path: sha256(text.encode()).hexdigest() for path, text in texts.items()}
    jobs = [
        Job(case.name, f"{origins[case.path]} {case.days!r} {case.name}", case) for case in cases
    ]
    found: dict[Case, Mapping[str, Any]] = {}
    for outcome in run_jobs(jobs, run_case, folder, processes):
        if outcome.result is None:
            raise RunError(f"{outcome.job.name}: {outcome.error}")
        found[outcome.job.argument] = outcome.result
        progress(len(found), len(cases))
    return {case: found[case] for case in cases}
