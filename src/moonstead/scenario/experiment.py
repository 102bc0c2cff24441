"""What the station is for: experiments, each a series of sessions that a partner asks for."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.spec import (
    Fraction,
    Mistake,
    Name,
    NotNegative,
    Positive,
    RefersTo,
    Spec,
    UtcTime,
    refused,
)


class Window(Spec):
    """When sessions may take place."""

    start: UtcTime
    """UTC."""
    end: UtcTime
    """UTC."""

    @model_validator(mode="after")
    def _is_some_time(self) -> "Window":
        if self.end <= self.start:
            raise refused("Window", [Mistake(("end",), "must be after the start", self.end)])
        return self


class After(Spec):
    """What a series of sessions comes after."""

    experiment: Annotated[Name, RefersTo("experiment")]
    """Another one."""
    sessions: Annotated[int, Field(gt=0)] = 1
    """So many of its sessions must be done before."""
    gap_s: NotNegative = 0.0
    """From the end of the last of them, at least."""


class Campaign(Spec):
    """Experiments whose sessions are worth more together."""

    name: Name
    """What experiments call it."""
    value: Positive
    """Points for its first session in a planning horizon."""
    returns: Fraction = 0.8
    """Each further one brings this share of the one before (assumption: 0.8)."""


class Preheat(Spec):
    """Before the work of a session its loads run in part, to warm up."""

    duration_s: Positive
    """As planned."""
    level: Annotated[float, Field(gt=0.0, le=1.0)] = 0.3
    """Of the element's loads (assumption: 0.3)."""
    until_k: Positive | None = None
    """It is over as soon as the thermal node of its first load is so warm, and broken off after
    three times its duration; without it, it takes its duration."""


class CoolDown(Spec):
    """After the work of a session its loads still run in part."""

    duration_s: Positive
    """As planned."""
    level: Annotated[float, Field(gt=0.0, le=1.0)] = 0.1
    """Of the element's loads (assumption: 0.1)."""


class Option(Spec):
    """Another way to do a session, such as a shorter sortie."""

    name: Name
    """One word."""
    duration_s: Positive
    """Of the work."""
    value: Positive
    """Of a session done so, in points."""
    level: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Of the element's loads: power and data go with it."""


class Sleep(Spec):
    """An element may sleep when nothing is done with it: what it takes then is turned down."""

    element: Annotated[Name, RefersTo("element")]
    """Which."""
    duration_s: Positive
    """Of one sleep; it may sleep again at once."""
    level: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """To which its loads that are on when nothing is done are turned down; heaters and survival
    loads stay as they are, so that it wakes without help."""
    light: Literal["any", "lit", "dark"] = "dark"
    """When."""


class Experiment(Spec):
    """A series of sessions that a partner asks for."""

    name: Name
    """One word."""
    title: str
    """What it is about."""
    partner: Annotated[Name, RefersTo("partner")]
    """Who asks, and gets the data."""
    element: Annotated[Name, RefersTo("element")]
    """What does it."""
    kind: Literal["exploration", "observation", "basic-science", "technical-verification"]
    """Which of the four activities of the station it belongs to."""
    duration_s: Positive
    """Of one session."""
    sessions: Annotated[int, Field(gt=0)]
    """Wanted over the whole run."""
    gap_s: NotNegative = 0.0
    """Least time from the end of one session to the start of the next."""
    light: Literal["any", "lit", "dark"] = "any"
    """Whether the Sun must be in view, or must not."""
    earth: Literal["any", "visible", "hidden"] = "any"
    """Whether Earth must be in view, or must not."""
    needs_contact: bool = False
    """Whether people on Earth must be in contact during a session."""
    operators: Positive | None = None
    """People at control centres that a session with ``needs_contact`` takes all the time; 1 where
    it is left out and the scenario has control centres, half a person watches two."""
    min_charge_fraction: Fraction = 0.0
    """Of the element's own battery before a session."""
    value: Positive
    """Of one session, in points."""
    returns: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Each further session is worth this share of the one before."""
    half_life_s: Positive | None = None
    """A session is worth half as much so long after the first window opens, or the run begins."""
    window: tuple[Window, ...] = ()
    """Sessions lie inside one of these; at any time where none is given."""
    after: After | None = None
    """What must be done before."""
    campaign: Annotated[Name, RefersTo("campaign")] | None = None
    """The campaign that its sessions count in."""
    mandatory: bool = False
    """Upkeep that comes before anything that can be left out."""
    preheat: Preheat | None = None
    """Before the work."""
    cool_down: CoolDown | None = None
    """After it."""
    option: tuple[Option, ...] = ()
    """Other ways to do a session than the one above: the planner takes what suits."""


def request_mistakes(experiments: Sequence[Experiment]) -> Iterator[Mistake]:
    """Yield experiments that wait for more than there will be, or for themselves.

    And ways to do a session that are named alike.
    """
    for i, experiment in enumerate(experiments):
        names = [option.name for option in experiment.option]
        for k, name in enumerate(names):
            if name in names[:k]:
                remedy = "another option of this experiment has this name already"
                yield Mistake(("experiment", i, "option", k, "name"), remedy, name)
    by_name = {experiment.name: experiment for experiment in experiments}
    for i, experiment in enumerate(experiments):
        if experiment.after is None:
            continue
        place = ("experiment", i, "after", "experiment")
        other = by_name.get(experiment.after.experiment)
        if other is not None and experiment.after.sessions > other.sessions:
            remedy = f"{other.name} has {other.sessions} sessions only"
            place = ("experiment", i, "after", "sessions")
            yield Mistake(place, remedy, experiment.after.sessions)
        seen = {experiment.name}
        while other is not None and other.name not in seen:
            seen.add(other.name)
            other = by_name.get(other.after.experiment) if other.after else None
        if other is not None:
            remedy = "it would wait for itself; let one of them come first"
            yield Mistake(place, remedy, experiment.after.experiment)
