"""What the station is for: experiments, each a series of sessions that a partner asks for."""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.spec import Fraction, Name, NotNegative, Positive, RefersTo, Spec


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
