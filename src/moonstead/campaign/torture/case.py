"""A scenario of the torture campaign: what goes wrong, when, and what counts as coming through.

A file holds additions to a base station in the very words of a scenario (`[[fault]]`, `[[event]]`,
`[[command]]`, ...), with times after the beginning, such as ``at = "2 d 3 h"``.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.elements.catalogue import TaggedElement
from moonstead.errors import InputError, Problem
from moonstead.scenario.autonomy_level import Autonomy
from moonstead.scenario.build import known_names
from moonstead.scenario.experiment import Experiment
from moonstead.scenario.fault import CatalogueFaults, Event, Fault
from moonstead.scenario.ground_command import GroundCommand
from moonstead.scenario.ground_side import Ground
from moonstead.scenario.model import Delivery, Scenario, Site
from moonstead.scenario.reading import read_document
from moonstead.spec import (
    Fraction,
    Mistake,
    Name,
    NotNegative,
    Positive,
    RefersTo,
    RefusedText,
    Spec,
    UtcTime,
    refused,
)

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Times after the beginning are read as dates after this one, until the beginning is known."""
DEFAULT_DAYS = 30.0

_TIMED = ("fault", "event", "command", "delivery", "element", "ground")
_TIMES = ("at", "from", "until", "issued", "arrives", "retires")
_UNITS_S = {"d": 86400.0, "h": 3600.0, "min": 60.0, "s": 1.0}
_SPAN = re.compile(r"\s*-?\s*(?:\d+(?:\.\d+)?\s*(?:d|h|min|s)\s*)+")
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(d|h|min|s)")
_REMEDY = 'write a time after the beginning, such as "2 d 3 h"'

Quantity = Literal["longest-darkness", "eclipse"]


class Begin(Spec):
    """A beginning by what the sky does, found in the station's forecast of light."""

    before: Quantity
    """The longest time without the Sun at the site, or the eclipse that takes most of it."""
    lead_s: NotNegative
    """It begins so long before that."""
    since: UtcTime
    """Looked for from here (UTC)..."""
    until: UtcTime
    """...to here."""

    @model_validator(mode="after")
    def _is_a_span(self) -> "Begin":
        if not timedelta(0) < self.until - self.since <= timedelta(days=20 * 366):
            remedy = "must be after since, by at most 20 years"
            raise refused("Begin", [Mistake(("until",), remedy, self.until)])
        return self


class Setting(Spec):
    """Another value of the base station's elements, such as how full a store is."""

    element: Annotated[tuple[Annotated[Name, RefersTo("element")], ...], Field(min_length=1)]
    """Which."""
    key: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z_]+)*$")]
    """Of them, such as ``initial_fraction`` or ``thermal.initial_temperature_k``."""
    value: float | int | str | bool
    """Instead of theirs."""


class Limits(Spec):
    """What must hold beside the survival of the station."""

    detect_s: Positive | None = None
    """It is told within this after it began; None: it need not be."""
    in_use: bool = False
    """That time counts only from when a session next uses what is struck: nothing shows before."""
    told_by: Annotated[tuple[str, ...], Field(min_length=1)] = ("detected",)
    """The kinds of event that tell it; ``telecommand`` counts where the command is refused."""
    isolate: tuple[str, ...] = ()
    """Any of these is right to be held to be the cause; none: that is not judged."""
    witnesses: tuple[str, ...] = ()
    """What else may show it, besides the targets and what is to be isolated."""
    affected: tuple[str, ...] = ()
    """Elements that a reaction may touch besides: it is no false one there."""
    keep_fraction: Fraction
    """Share of the science of the reference run that must be done."""
    may_touch_floor: bool = False
    """The stores may fall below the reserve, as far as their floors."""
    may_lose: tuple[Annotated[Name, RefersTo("element")], ...] = ()
    """Elements whose loss is the fault itself."""


class Variant(Spec):
    """The same at another time: during and after a change of state, as well as before it."""

    name: Name
    """Goes after the id."""
    shift_s: float
    """How much later everything happens."""
    limits: Limits | None = None
    """Its own, where they are not the same."""


class Case(Spec):
    """One scenario of the campaign."""

    format: Literal[1]
    """Version of this file format."""
    id: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$", max_length=24)]
    """Such as P01; unique in the campaign."""
    title: Annotated[str, Field(min_length=1)]
    """In a line."""
    text: str = ""
    """How the truth stands for what the title says, where that is not plain."""
    start: UtcTime | None = None
    """When the window begins (UTC); as the base station's run where neither this nor begin is."""
    begin: Begin | None = None
    """When it begins, by a rule."""
    days: Annotated[float, Field(ge=1.0, le=400.0)] = DEFAULT_DAYS
    """How long the window is."""
    seeds: Annotated[int, Field(ge=1)] | None = None
    """At most so many seeds, where the window is long."""
    reference: Literal["own-window", "base"] = "own-window"
    """What the science is compared with: the same window and station without what goes wrong, or
    the base station in its own window, where the window itself is what is hard."""
    site: Site | None = None
    """Another site."""
    set: tuple[Setting, ...] = ()
    """Another state or build of elements."""
    element: tuple[TaggedElement, ...] = ()
    """Further elements."""
    experiment: tuple[Experiment, ...] = ()
    """Further requests; they are no science that is to be kept."""
    delivery: tuple[Delivery, ...] = ()
    """What is brought."""
    fault: tuple[Fault, ...] = ()
    """What fails."""
    catalogue_faults: CatalogueFaults | None = None
    """What fails by chance."""
    event: tuple[Event, ...] = ()
    """What the surroundings do."""
    command: tuple[GroundCommand, ...] = ()
    """What people command."""
    autonomy: Autonomy | None = None
    """Another level of autonomy."""
    ground: Ground | None = None
    """Another ground side."""
    limits: Limits
    """What must hold."""
    variant: tuple[Variant, ...] = ()
    """Other times of the same."""

    @model_validator(mode="before")
    @classmethod
    def _read_times(cls, data: object) -> object:
        """Turn times after the beginning into dates after `BEGINNING`."""
        if not isinstance(data, Mapping):
            return data
        return {key: _timed(one) if key in _TIMED else one for key, one in data.items()}

    @model_validator(mode="after")
    def _begins_once(self) -> "Case":
        if self.start is not None and self.begin is not None:
            raise refused("Case", [Mistake(("begin",), "give either start or begin")])
        return self


def _timed(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _instant(one) if key in _TIMES else _timed(one) for key, one in value.items()}
    return [_timed(one) for one in value] if isinstance(value, list) else value


def _instant(value: object) -> object:
    """Return the date that a time after the beginning stands for; anything else is refused."""
    if isinstance(value, str) and _SPAN.fullmatch(value):
        return BEGINNING + timedelta(seconds=span_s(value))
    # Not the value itself: a date would be read as one. Messages show what stands in the file.
    text = RefusedText("no time after the beginning")
    text.reason = _REMEDY
    return text


def span_s(text: str) -> float:
    """Return the seconds of a text such as ``2 d 3 h``.

    Examples
    --------
    >>> span_s("2 d 3 h")
    183600.0
    """
    total = sum(float(number) * _UNITS_S[unit] for number, unit in _PART.findall(text))
    return -total if text.lstrip().startswith("-") else total


def read_case(path: Path, base: Scenario) -> Case:
    """Read one file.

    Parameters
    ----------
    path
        The file.
    base
        The station to which it adds.

    Raises
    ------
    InputError
        With all mistakes in it.
    """
    known = known_names()
    for kind in ("element", "partner", "experiment", "campaign", "place"):
        known[kind] = tuple(item.name for item in getattr(base, kind))
    return read_document(path, Case, known)[0]


def read_cases(folder: Path, base: Scenario) -> tuple[tuple[Case, ...], dict[str, Path]]:
    """Read every scenario of a folder, in the order of their ids.

    Returns
    -------
    cases, files
        The second by id.

    Raises
    ------
    InputError
        The folder holds none, or mistakes; those of all files together.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        remedy = "is no folder with scenarios (*.toml) of the torture campaign"
        raise InputError(Problem(str(folder), "", "", remedy))
    found: dict[str, tuple[Case, Path]] = {}
    problems: list[Problem] = []
    for path in files:
        try:
            case = read_case(path, base)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if case.id in found:
            remedy = f"{found[case.id][1].name} has this id already"
            problems.append(Problem(str(path), "id", case.id, remedy))
        found[case.id] = case, path
    if problems:
        raise InputError(problems)
    ordered = [found[name] for name in sorted(found)]
    return tuple(case for case, _ in ordered), {case.id: path for case, path in ordered}
