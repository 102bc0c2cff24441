"""What stands for the work of the station in the fast tier: each load at its mean over a year.

The planner is not asked. An activity load runs at the share of the time that its sessions ask for,
in the light only where they ask for light. All of it is on while the margin above the reserve is
wide and the recorders have room, as a planner would keep it, and off otherwise.
"""

from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.model import Experiment, StationModel

OFF_MARGIN, ON_MARGIN = 0.10, 0.15
"""Work ends below the first and begins again above the second, as a share of the capacity: a
planner keeps 10 % above the reserve."""
OFF_ROOM, ON_ROOM = 0.25, 0.40
"""The same for the room in recorders, below which the guard asks for it anyway."""


@dataclass(frozen=True, slots=True)
class Programme:
    """Levels of the loads that do the work of the station, by name."""

    lit: dict[str, float]
    """While the Sun is seen."""
    dark: dict[str, float]

    def levels(self, *, is_lit: bool) -> dict[str, float]:
        """Return the levels of now."""
        return self.lit if is_lit else self.dark


def programme_of(model: StationModel, asked_for_s: float) -> Programme:
    """Return the mean work of a station.

    Parameters
    ----------
    model
        What it believes of itself.
    asked_for_s
        The span for which the sessions of its experiments are asked.
    """
    radios = {radio.load for radio in model.radios}
    # An element that sleeps saves power: left out here, so that the programme takes no less than
    # the station does.
    asked = [one for one in model.experiments if one.ways[0].power_w >= 0.0]
    names = {name for one in asked for name in one.loads if name not in radios}
    lit, dark = dict.fromkeys(sorted(names), 0.0), dict.fromkeys(sorted(names), 0.0)
    forecast = model.forecast
    share_lit = float(np.mean(forecast.lit)) if len(forecast.lit) else 1.0
    for one in asked:
        share = _share(one, asked_for_s)
        in_light = share if one.light == "any" else 0.0
        in_dark = share if one.light == "any" else 0.0
        if one.light == "lit":
            in_light = share / max(share_lit, share)
        elif one.light == "dark":
            in_dark = share / max(1.0 - share_lit, share)
        for name in one.loads:
            if name in names:
                lit[name] = min(lit[name] + in_light, 1.0)
                dark[name] = min(dark[name] + in_dark, 1.0)
    return Programme(lit, dark)


def _share(one: Experiment, asked_for_s: float) -> float:
    """Return the share of all time that an experiment runs, if every session takes place."""
    way = one.ways[0]
    apart_s = max(one.gap_s, way.turnaround_s)
    return min(one.sessions * way.whole_s / asked_for_s, way.whole_s / (way.whole_s + apart_s))


def is_work_allowed(margin: float, room: float, *, was_allowed: bool) -> bool:
    """Return whether the margin and the room in recorders allow the programme."""
    if was_allowed:
        return margin >= OFF_MARGIN and room >= OFF_ROOM
    return margin >= ON_MARGIN and room >= ON_ROOM
