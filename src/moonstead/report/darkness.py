"""The dark spells that decide: what each needed, what the stores gave, what had to go."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from moonstead.contracts import Priority
from moonstead.report.light import Light
from moonstead.report.power import Power, final_loads
from moonstead.report.presence import presence
from moonstead.report.spells import FloatArray, longest, spells
from moonstead.report.story import MODES, Story
from moonstead.units import DAY_S, KWH_J

_USUAL_SHARE = 0.02
"""A load that in the nominal mode takes less than this share of its peak is not missed."""
_SHED_SHARE = 0.25
"""A load is shed where it takes less than this share of what it takes in the nominal mode."""


@dataclass(frozen=True, slots=True)
class DarkSpell:
    """One spell without the Sun, and the accounts of it."""

    first: int
    """Step."""
    end_step: int
    start: datetime
    end: datetime
    length_s: float
    need_kwh: float
    """What the survival load of the time takes over it, as designed."""
    used_kwh: float
    generated_kwh: float
    offered_kwh: float
    """What the sources could have given over it."""
    usual_kwh: float
    """What they offer in as long a time of the rest of the run, on average; 0 without a rest."""
    begin_kwh: float
    """Deliverable at its start, as the station measured it."""
    end_kwh: float
    least_margin_fraction: float
    least_margin_at: datetime
    least_margin_kwh: float
    hours_in_mode: dict[str, float]
    shed: tuple[str, ...]
    """Loads that the ladder held back in it while they were there."""
    given_up_kwh: float
    """What those loads would have taken at their mean of the nominal mode."""
    sessions_per_day: float
    """Ended well within it."""
    sessions_per_day_else: float


def deciding_spells(story: Story, light: Light, power: Power) -> tuple[DarkSpell, ...]:
    """Return the longest dark spell, and the one with the least margin where it is another."""
    found = spells(light.dark)
    if len(found) == 0:
        return ()
    chosen = [longest(found)]
    least = [power.margin_fraction[a:b].min() for a, b in found]
    tightest = found[int(np.argmin(least))]
    if tuple(tightest) != chosen[0]:
        chosen.append((int(tightest[0]), int(tightest[1])))
    return tuple(account(story, power, first, end) for first, end in chosen)


def account(story: Story, power: Power, first: int, end: int) -> DarkSpell:
    """Return the accounts of steps [first, end)."""
    within = slice(first, end)
    place = first + int(np.argmin(power.margin_fraction[within]))
    shed, given_up_kwh = _shed(story, power, first, end)
    inside, outside = _session_rates(story, first, end)
    modes = np.bincount(power.mode[within], minlength=len(MODES))
    offered_w = power.generation_w + power.spilled_w
    return DarkSpell(
        first=first,
        end_step=end,
        start=story.at(first),
        end=story.at(end),
        length_s=(end - first) * story.step_s,
        need_kwh=story.kwh(power.standing.survival_w[within]),
        used_kwh=story.kwh(power.load_w[within]),
        generated_kwh=story.kwh(power.generation_w[within]),
        offered_kwh=story.kwh(offered_w[within]),
        usual_kwh=_usual_kwh(story, offered_w, first, end),
        begin_kwh=float(power.deliverable_j[first]) / KWH_J,
        end_kwh=float(power.deliverable_j[end - 1]) / KWH_J,
        least_margin_fraction=float(power.margin_fraction[place]),
        least_margin_at=story.at(place),
        least_margin_kwh=float(power.deliverable_j[place] - power.reserve_j[place]) / KWH_J,
        hours_in_mode={name: story.hours(int(modes[i])) for i, name in enumerate(MODES)},
        shed=shed,
        given_up_kwh=given_up_kwh,
        sessions_per_day=inside,
        sessions_per_day_else=outside,
    )


def _usual_kwh(story: Story, offered_w: FloatArray, first: int, end: int) -> float:
    rest = story.n_steps - (end - first)
    if rest == 0:
        return 0.0
    outside_kwh = story.kwh(offered_w[:first]) + story.kwh(offered_w[end:])
    return outside_kwh / rest * (end - first)


def _shed(story: Story, power: Power, first: int, end: int) -> tuple[tuple[str, ...], float]:
    """Return what was held back within a spell while the ladder was down, and its energy.

    Loads are missed only while they are there: a station that grows has not yet lost what is to
    come, and one that shrinks no longer has what is gone.
    """
    in_nominal = power.mode == 0
    in_down = np.zeros(story.n_steps, dtype=np.bool_)
    in_down[first:end] = ~in_nominal[first:end]
    names, given_up_kwh = [], 0.0
    for name, load in final_loads(story):
        there = presence(story, name)
        nominal, down = in_nominal & there, in_down & there
        if load["priority"] == Priority.SURVIVAL or not nominal.any() or not down.any():
            continue
        power_w = story.read("load_power_w", name)
        usual_w = float(power_w[nominal].mean(dtype=np.float64))
        left_w = float(power_w[down].mean(dtype=np.float64))
        if usual_w > _USUAL_SHARE * power_w.max(initial=0.0) and left_w < _SHED_SHARE * usual_w:
            names.append((usual_w, name))
            given_up_kwh += (usual_w - left_w) * story.hours(int(down.sum())) / 1e3
    return tuple(name for _, name in sorted(names, reverse=True)), given_up_kwh


def _session_rates(story: Story, first: int, end: int) -> tuple[float, float]:
    """Return the sessions done a day within a spell, and in the rest of the run."""
    done = [story.step_of(row["end_t_s"]) for row in story.plan if row["status"] == "done"]
    inside = sum(first <= step < end for step in done)
    inside_days = (end - first) * story.step_s / DAY_S
    outside_days = (story.n_steps - (end - first)) * story.step_s / DAY_S
    outside = (len(done) - inside) / outside_days if outside_days > 0.0 else 0.0
    return inside / inside_days, outside
