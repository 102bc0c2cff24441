"""How an element fails by chance, and what repairs it.

The time to a failure is drawn from a Weibull distribution, P(T < t) = 1 - exp(-(t / scale)^shape):
shape 1 is a constant rate, below 1 infant mortality (spacecraft subsystems: 0.3 to 0.9, Castet and
Saleh 2009), above 1 wear. It is drawn anew after every repair. Time counts by the calendar, by the
running time of a load, or by full equivalent cycles of a store.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.spec import Mistake, Positive, Spec, refused

FaultMode = Literal[
    "off",
    "derated",
    "weak",
    "stuck",
    "drift",
    "intermittent",
    "leak",
    "faded",
    "loop-loss",
    "worn",
    "dusted",
    "drive-stuck",
    "overdraw",
    "sensor-bias",
    "sensor-stuck",
    "sensor-noise",
]
"""What goes wrong; what ``size`` means is said in the page on faults."""


class Failure(Spec):
    """A failure by chance."""

    part: str = ""
    """The component, such as ``heater``; empty for the whole element."""
    mode: FaultMode = "off"
    """What goes wrong."""
    size: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    """How much of it: a share, or the level at which something is stuck."""
    scale_s: Positive | None = None
    """Scale of the Weibull distribution in time; the mean where the shape is 1."""
    scale_cycles: Positive | None = None
    """Scale in full equivalent cycles of the store that ``part`` names."""
    shape: Annotated[float, Field(gt=0.1, lt=20.0)] = 1.0
    """Of the Weibull distribution."""
    counts: Literal["calendar", "running"] = "calendar"
    """What time counts: the calendar, or while the load that ``part`` names runs."""
    duration_s: Positive | None = None
    """It is over by itself after this; only by repair where no duration is given."""
    period_s: Positive = 86400.0
    """Of intermittent failures: off for the share ``size`` of every period."""

    @model_validator(mode="after")
    def _one_scale(self) -> "Failure":
        if (self.scale_s is None) == (self.scale_cycles is None):
            remedy = "give either scale_s or scale_cycles"
            raise refused("Failure", [Mistake(("scale_s",), remedy, self.scale_s)])
        if self.counts == "running" and not self.part:
            remedy = "name the load whose running time counts"
            raise refused("Failure", [Mistake(("part",), remedy, self.part)])
        return self
