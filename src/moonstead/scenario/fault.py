"""What goes wrong: by script, by what the surroundings do, and by chance everywhere."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.elements.failure import FaultMode
from moonstead.spec import (
    Mistake,
    Name,
    NotNegative,
    Positive,
    RefersTo,
    Spec,
    UtcTime,
    refused,
)

AvionicsMode = Literal[
    "reset",
    "hang",
    "jump",
    "lost",
    "late",
    "doubled",
    "disordered",
    "garbled",
    "future",
    "replayed",
    "harmful",
    "conflicting",
    "crash",
    "no-answer",
    "absurd",
    "empty",
    "lost-event",
]
"""What goes wrong with computers and software only; see the page on faults."""


class When(Spec):
    """A condition on the true state; give ``below``, ``above`` or both."""

    quantity: Literal["node_temperature_k", "store_energy_fraction", "tank_fraction"]
    """What is looked at."""
    channel: str
    """Of which thermal node, store or tank."""
    below: float | None = None
    """It holds below this."""
    above: float | None = None
    """It holds above this."""

    @model_validator(mode="after")
    def _has_a_limit(self) -> "When":
        if self.below is None and self.above is None:
            raise refused("When", [Mistake(("below",), "give below, above or both")])
        return self


class Fault(Spec):
    """Something that goes wrong by script: at a time, or when a condition first holds."""

    name: Name
    """Unique among faults and events."""
    at: UtcTime | None = None
    """When (UTC)."""
    when: When | None = None
    """On which condition."""
    target: Annotated[tuple[str, ...], Field(min_length=1)]
    """Elements, or components as ELEMENT.something; several fail of one cause. Also
    ``avionics.PART``, a path, a ground station, or ``home:PARTNER``."""
    mode: FaultMode | AvionicsMode | None = None
    """What goes wrong."""
    catalogue: Annotated[Name, RefersTo("catalogue fault")] | None = None
    """In place of a mode, a row of `moonstead faults`: its mode, size and duration, but for what is
    given here."""
    size: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    """How much of it: a share, or the level at which something is stuck."""
    duration_s: Positive | None = None
    """It is over by itself after this; by default only by repair, or as the mode says."""
    period_s: Positive = 86400.0
    """Of intermittent faults: off for the share ``size`` of every period."""
    jump_s: float = 86400.0
    """How far the clock jumps, or frames are ahead."""
    delay_s: Positive | None = None
    """How late frames are; by default one decision interval."""
    reading: Literal["power", "energy", "temperature", "mass"] | None = None
    """Which readings of its targets a fault of sensors spoils; by default all."""
    text: str = ""
    """What it is, for people."""

    @model_validator(mode="after")
    def _begins_somehow(self) -> "Fault":
        if (self.at is None) == (self.when is None):
            raise refused("Fault", [Mistake(("at",), "give either at or when", self.at)])
        if (self.mode is None) == (self.catalogue is None):
            raise refused("Fault", [Mistake(("mode",), "give either mode or catalogue", self.mode)])
        return self


class Event(Spec):
    """Something that the surroundings do to the station, by date or by chance."""

    name: Name
    """Unique among faults and events."""
    kind: Literal["dust", "micrometeoroid", "radiation-storm", "moonquake", "lander-plume"]
    """What it is."""
    at: UtcTime | None = None
    """When (UTC)."""
    mean_interval_s: Positive | None = None
    """By chance, at a constant rate, this long apart on average."""
    target: tuple[str, ...] = ()
    """Elements or components; all that it can harm where none is named."""
    size: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    """How much; see the page on faults for what each kind does and how much by default."""

    @model_validator(mode="after")
    def _comes_somehow(self) -> "Event":
        if (self.at is None) == (self.mean_interval_s is None):
            remedy = "give either at or mean_interval_s"
            raise refused("Event", [Mistake(("at",), remedy, self.at)])
        return self


class CatalogueFaults(Spec):
    """Random faults of everything that the fault catalogue has a rate for."""

    factor: NotNegative = 1.0
    """Times the rates of the catalogue."""
    without: tuple[Annotated[Name, RefersTo("catalogue fault")], ...] = ()
    """Rows that are left out."""
