"""What the formats of contact plans share: node numbers, whole numbers, places in a file.

ION and HDTN know nodes by number and time, rate and light time in whole numbers. A plan is rounded
to what is safe: a contact never begins earlier, ends later, is faster or nearer than planned.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from moonstead.comms.plan import ContactPlan, ContactRow, plan_of_rows
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError, Problem

SLACK = 1e-6
"""A number this near to a whole one is that number: so much a float64 time of the next centuries
may be off."""


def text_of(path: Path) -> str:
    """Return a text file.

    Raises
    ------
    InputError
        Where it cannot be read or is not UTF-8.
    """
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(Problem(str(path), "", "", f"cannot be read: {error.strerror}")) from None
    except UnicodeDecodeError:
        raise InputError(Problem(str(path), "", "", "is not text in UTF-8")) from None


def number_of(text: object) -> float:
    """Return a finite number; NaN where the text is none."""
    try:
        value = float(text) if isinstance(text, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return math.nan
    return value if math.isfinite(value) else math.nan


def epoch_of(epoch_utc: str) -> float:
    """Return the epoch that relative times count from, TDB seconds past J2000.

    Raises
    ------
    InputError
        Where it is not a date in whole seconds.
    """
    try:
        t_s = from_utc(epoch_utc)
    except ValueError as error:
        raise InputError(Problem("epoch", "", epoch_utc, str(error))) from None
    if re.search(r"[.,]\d*[1-9]", epoch_utc):
        raise InputError(Problem("epoch", "", epoch_utc, "give whole seconds"))
    return t_s


def numbers_of(plan: ContactPlan, numbers: Mapping[str, int] | None) -> list[int]:
    """Return the number of each node, rising; 1, 2, 3 ... where none are given.

    Raises
    ------
    InputError
        Where a node has no number, or the numbers do not rise with the nodes: the rules of routing
        prefer low numbers, so another order would be another plan.
    """
    if numbers is None:
        return list(range(1, len(plan.nodes) + 1))
    problems = [
        Problem("numbers", name, "", "give this node a number")
        for name in plan.nodes
        if name not in numbers
    ]
    if problems:
        raise InputError(problems)
    given = [numbers[name] for name in plan.nodes]
    for name, (low, high) in zip(plan.nodes, pairwise([0, *given]), strict=True):
        if high <= low:
            remedy = "give numbers from 1 on that rise in the order of the plan's nodes"
            raise InputError(Problem("numbers", name, str(high), remedy))
    return given


def whole_rows(
    plan: ContactPlan, numbers: Sequence[int], epoch_t_s: float, bits: int
) -> list[tuple[int, int, int, int, int, int, float]]:
    """Return the contacts of a plan in whole numbers.

    Parameters
    ----------
    numbers
        Of each node.
    epoch_t_s
        From which seconds are counted, TDB seconds past J2000.
    bits
        In the unit of the rate.

    Returns
    -------
    list
        Source, destination, start and end (seconds), rate, light seconds and confidence. Contacts
        of less than a second are left out.
    """
    number = dict(zip(plan.nodes, numbers, strict=True))
    rows = []
    for source, to, start_t_s, end_t_s, rate, owlt_s, confidence in plan.rows():
        start = math.ceil(start_t_s - epoch_t_s - SLACK)
        end = math.floor(end_t_s - epoch_t_s + SLACK)
        if start < end:
            whole = (math.floor(rate / bits + SLACK), math.ceil(owlt_s - SLACK))
            rows.append((number[source], number[to], start, end, *whole, confidence))
    return rows


def named_plan(
    file: str,
    rows: Iterable[tuple[int, int, float, float, float, float, float]],
    places: Sequence[str],
    names: Mapping[int, str] | None,
    more: Iterable[int] = (),
) -> ContactPlan:
    """Return the plan of contacts among numbered nodes.

    Parameters
    ----------
    file
        That problems name.
    rows
        Numbers of source and destination, start and end (TDB seconds past J2000), rate (bit/s),
        light time (s) and confidence of each contact.
    places
        Of each contact in the file.
    names
        Of the nodes by number; where left out a node is called by its number.
    more
        Nodes without contacts.

    Raises
    ------
    InputError
        Where a number has no name, and for all that is wrong with the plan.
    """
    given = list(rows)
    used = {row[0] for row in given} | {row[1] for row in given} | set(more)
    called = {number: str(number) for number in used} if names is None else dict(names)
    problems = [
        Problem(file, f"node {number}", "", "give this node a name")
        for number in sorted(used)
        if number not in called
    ]
    if problems:
        raise InputError(problems)
    nodes = [called[number] for number in sorted(called)]
    contacts: list[ContactRow] = [(called[row[0]], called[row[1]], *row[2:]) for row in given]
    return placed(lambda: plan_of_rows(nodes, contacts), file, places)


def placed(make: Callable[[], ContactPlan], file: str, places: Sequence[str]) -> ContactPlan:
    """Make a plan; what is wrong with contact k is told with the place of contact k in the file."""
    try:
        return make()
    except InputError as error:

        def place(text: str) -> str:
            return re.sub(r"contact (\d+)", lambda found: places[int(found[1])], text)

        raise InputError(
            replace(problem, file=file, path=place(problem.path), remedy=place(problem.remedy))
            for problem in error.problems
        ) from None
