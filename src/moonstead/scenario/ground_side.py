"""People on Earth who operate the station: how often they reach it, and how long they take."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

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


class Silence(Spec):
    """A time in which control centres can neither command nor hear the station."""

    start: Annotated[UtcTime, Field(alias="from")]
    """UTC."""
    until: UtcTime
    """UTC."""
    partner: Annotated[Name, RefersTo("partner")] | None = None
    """Whose control centres are silent; without one, all are."""

    @model_validator(mode="after")
    def _lasts(self) -> "Silence":
        if self.until <= self.start:
            raise refused("Silence", [Mistake(("until",), "must be after from", self.until)])
        return self


class Ground(Spec):
    """The people of all partners who plan, command and look after the station."""

    upload_interval_s: Positive = 259200.0
    """From one plan of theirs to the next, where the station takes its plans from Earth."""
    triage_median_s: Positive = 43200.0
    """Half of all anomalies are understood within this (assumption: 12 h; autonomy study)."""
    triage_sigma: NotNegative = 0.8
    """Of the natural logarithm of that time (assumption: one in twenty takes 3.7 times as long)."""
    contact_every_s: Positive = 86400.0
    """How often a contact is given to the station, from the start of the run on."""
    contact_for_s: NotNegative | None = None
    """How long each of them may last; without it, for as long as there is a way, and 0: never."""
    silence: tuple[Silence, ...] = ()
    """When control centres are silent."""

    @model_validator(mode="after")
    def _fits(self) -> "Ground":
        if self.contact_for_s is not None and self.contact_for_s > self.contact_every_s:
            remedy = f"a contact lasts at most from one to the next, {self.contact_every_s:g} s"
            raise refused("Ground", [Mistake(("contact_for_s",), remedy, self.contact_for_s)])
        return self


def contact_given(ground: Ground, elapsed_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether a contact is given to the station, so long after the start of the run."""
    if ground.contact_for_s is None:
        return np.ones(np.shape(elapsed_s), dtype=np.bool_)
    return np.asarray(elapsed_s % ground.contact_every_s < ground.contact_for_s)
