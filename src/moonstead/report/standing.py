"""What the station takes and can give standing still, as elements come and go.

In the record these are steps: a value, and from when on it holds. They are the station's own plan,
which its guard and planner reckon with.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from moonstead.report.spells import FloatArray
from moonstead.report.story import Story, parse_utc
from moonstead.units import KWH_J


@dataclass(frozen=True, slots=True)
class Level:
    """What holds from one change to the next."""

    start: datetime
    survival_w: float
    """What the main bus must carry in the dark with everything else shed."""
    base_w: float
    """What it carries while nothing is being done."""
    capacity_kwh: float
    """What its stores deliver, full."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Survival and base power and the capacity of the stores; arrays of one value a step."""

    survival_w: FloatArray
    base_w: FloatArray
    capacity_j: FloatArray
    levels: tuple[Level, ...]
    """In order of time; one where nothing changes."""


def read_standing(story: Story) -> Standing:
    """Return what the station takes and can give standing still."""
    survival = story.summary["survival"]
    survival_w = _over(story, survival["survival_power_changes"], "power_w")
    base_w = _over(story, survival["base_power_changes"], "power_w")
    capacity_kwh = _over(story, survival["deliverable_capacity_changes"], "capacity_kwh")
    changed = np.flatnonzero(
        (np.diff(survival_w) != 0.0) | (np.diff(base_w) != 0.0) | (np.diff(capacity_kwh) != 0.0)
    )
    return Standing(
        survival_w=survival_w,
        base_w=base_w,
        capacity_j=capacity_kwh * KWH_J,
        levels=tuple(
            Level(
                start=story.at(step),
                survival_w=float(survival_w[step]),
                base_w=float(base_w[step]),
                capacity_kwh=float(capacity_kwh[step]),
            )
            for step in [0, *(int(step) + 1 for step in changed)]
        ),
    )


def _over(story: Story, changes: list[dict[str, Any]], key: str) -> FloatArray:
    values = np.zeros(story.n_steps)
    for change in changes:
        from_s = (parse_utc(change["from_utc"]) - story.start).total_seconds()
        values[max(round(from_s / story.step_s), 0) :] = change[key]
    return values
