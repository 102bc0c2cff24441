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


def request_mistakes(experiments: Sequence[Experiment]) -> Iterator[Mistake]:
    """Yield experiments that wait for more than there will be, or for themselves."""
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
