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
_CHANGES = frozenset({"commissioned", "retired"})
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
    """What they offer in as long a time else, while the station was as it was then, on average; 0
    where there is no such time."""
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
    """In the rest of the time in which the station was as it was then."""
    is_rest_whole: bool
    """Whether that is the rest of the run: nothing came or went in it."""


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
    around = like_then(story, first, end)
    inside, outside = _session_rates(story, (first, end), around)
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
        usual_kwh=_usual_kwh(story, offered_w, (first, end), around),
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
        is_rest_whole=around == (0, story.n_steps),
    )


def like_then(story: Story, first: int, end: int) -> tuple[int, int]:
    """Return the steps around a spell between which nothing was commissioned or retired.

    What comes and goes within the spell itself does not count.
    """
    changes = sorted({story.step_of(e["t_s"]) for e in story.events if e["kind"] in _CHANGES})
    before = [step for step in changes if step <= first]
    after = [step for step in changes if step >= end]
    return before[-1] if before else 0, after[0] if after else story.n_steps


def _usual_kwh(
    story: Story, offered_w: FloatArray, spell: tuple[int, int], around: tuple[int, int]
) -> float:
    length = spell[1] - spell[0]
    rest = around[1] - around[0] - length
    if rest == 0:
        return 0.0
    outside_kwh = story.kwh(offered_w[around[0] : spell[0]])
    outside_kwh += story.kwh(offered_w[spell[1] : around[1]])
    return outside_kwh / rest * length


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


def _session_rates(
    story: Story, spell: tuple[int, int], around: tuple[int, int]
) -> tuple[float, float]:
    """Return the sessions done a day within a spell, and in the rest of the time around it."""
    done = [story.step_of(row["end_t_s"]) for row in story.plan if row["status"] == "done"]
    inside = sum(spell[0] <= step < spell[1] for step in done)
    within = sum(around[0] <= step < around[1] for step in done)
    inside_days = (spell[1] - spell[0]) * story.step_s / DAY_S
    outside_days = (around[1] - around[0]) * story.step_s / DAY_S - inside_days
    outside = (within - inside) / outside_days if outside_days > 0.0 else 0.0
    return inside / inside_days, outside
