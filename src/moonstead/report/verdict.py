"""The verdict in words: does the design survive this run, and why or why not.

Every sentence is made from the record; a sentence without its cause in the record is not written.
"""

import json
from dataclasses import dataclass
from typing import Literal

import numpy as np

from moonstead.report import words
from moonstead.report.darkness import DarkSpell
from moonstead.report.power import Power, stays_on_floor
from moonstead.report.science import ExperimentStory
from moonstead.report.story import MODES, Story, parse_utc
from moonstead.units import DAY_S, HOUR_S, KWH_J

Grade = Literal["good", "strained", "failed"]
_AMPLE_FRACTION = 0.8
"""A reserve of more than this share of what the stores deliver leaves no room for surprises."""
_SHORT_EXPERIMENTS_TOLD = 3
_WORTH_TELLING_W = 1.0
_SMALL_FRACTION = 0.01


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, its grade and its reasons."""

    grade: Grade
    headline: str
    reasons: tuple[tuple[str, str], ...]
    """Paragraphs, each with a heading."""


def verdict(
    story: Story, power: Power, dark: tuple[DarkSpell, ...], done: tuple[ExperimentStory, ...]
) -> Verdict:
    """Return the verdict on a run."""
    grade = _grade(story)
    paragraphs = (
        ("What went wrong", _losses(story)),
        ("What the dark takes", _need(story, power, dark)),
        ("How near it came", _tightest(story, power, dark)),
        ("What was shed", _shedding(story, dark)),
        ("What it did to science", _science(done)),
    )
    told = tuple((heading, text) for heading, text in paragraphs if text)
    return Verdict(grade, _headline(story, grade), told)


def _grade(story: Story) -> Grade:
    survival = story.summary["survival"]
    if not survival["survives"]:
        return "failed"
    need_kwh, capacity_kwh = survival["worst_reserve_kwh"], survival["deliverable_capacity_kwh"]
    is_tight = need_kwh > _AMPLE_FRACTION * capacity_kwh
    return "strained" if is_tight or _hours_shed(story) > 0.0 else "good"


def _hours_shed(story: Story) -> float:
    in_mode: dict[str, float] = story.summary["survival"]["hours_in_mode"]
    return sum(length_h for name, length_h in in_mode.items() if name != MODES[0])


def _headline(story: Story, grade: Grade) -> str:
    survival, period = story.summary["survival"], story.period
    if grade == "good":
        return f"The station survives {period} with room to spare."
    if grade == "strained":
        need, capacity = survival["worst_reserve_kwh"], survival["deliverable_capacity_kwh"]
        if need > capacity:
            return f"The station came through {period}, but its stores are too small to be sure."
        if _hours_shed(story) > 0.0:
            return f"The station survives {period}, but only by giving up work."
        return f"The station survives {period}, but its stores leave little room."
    lost = survival["elements_lost"]
    if lost:
        return f"The station does not survive {period}: {words.listed(lost)} lost to the cold."
    return f"The station does not survive {period}: survival loads went without power."


def _losses(story: Story) -> str:
    """Tell what was lost and what went without power, from the events."""
    told = []
    for event in story.events:
        if event["kind"] == "element-lost":
            when = words.minute(story.utc(event["t_s"]))
            told.append(f"{words.started(event['text'])} ({when}).")
    unserved = [event for event in story.events if event["kind"] == "survival-unserved"]
    if unserved:
        total_j = sum(json.loads(event["values"])["unserved_j"] for event in unserved)
        loads = words.listed(sorted({event["subject"] for event in unserved}))
        first = words.minute(story.utc(unserved[0]["t_s"]))
        last = words.minute(story.utc(unserved[-1]["t_s"]))
        told.append(
            f"Between {first} and {last}, {loads} went without "
            f"{words.energy(total_j / KWH_J)} that survival needed."
        )
    in_need = [event for event in story.events if event["kind"] == "crew-in-need"]
    if in_need:
        hours = sum(json.loads(event["values"])["lacked_s"] for event in in_need) / HOUR_S
        who = words.listed(sorted({event["subject"] for event in in_need}))
        first = words.minute(story.utc(in_need[0]["t_s"]))
        told.append(f"From {first} on, {who} lacked what living takes for {hours:.0f} h in all.")
    return " ".join(told[-1:] + told[:-1]) if unserved or in_need else " ".join(told)


def _need(story: Story, power: Power, dark: tuple[DarkSpell, ...]) -> str:
    """Tell what the longest darkness takes and what the stores can give."""
    told = [_standing(power)]
    if dark:
        told.append(_longest(story, dark[0]))
    else:
        told.append("The mast is never in the dark.")
    if stays_on_floor(power):
        told.append(_no_reserve(power, dark))
    else:
        told.append(_reserve(story, power))
    if not power.standing.capacity_j.any():
        told.append("There are no stores on the main bus.")
    return " ".join(told)


def _standing(power: Power) -> str:
    """Tell what bare survival takes, and how that changes as the station grows or shrinks."""
    levels = power.standing.levels
    first, last = levels[0].survival_w, levels[-1].survival_w
    most = max(levels, key=lambda level: level.survival_w)
    if all(level.survival_w == first for level in levels):
        return f"Bare survival takes {words.power(first)}, all the time."
    text = f"Bare survival takes {words.power(first)} at first"
    if most.survival_w > max(first, last):
        text += f", at most {words.power(most.survival_w)}, from {words.day(most.start)} on,"
    return f"{text} and {words.power(last)} at the end, as elements come and go."


def _longest(story: Story, spell: DarkSpell) -> str:
    when = f"from {words.minute(spell.start)} to {words.minute(spell.end)}"
    length = words.span(spell.length_s)
    begin = f"The longest darkness lasts {length}, {when}."
    if spell.end_step - spell.first == story.n_steps:
        begin = f"The mast is in the dark all the time, {length}."
    offered = words.something(words.energy(spell.offered_kwh))
    usual = f", where {words.energy(spell.usual_kwh)} would be usual" if spell.usual_kwh else ""
    return (
        f"{begin} Survival needs {words.energy(spell.need_kwh)} over it as designed; the sources "
        f"could give {offered}{usual}. All loads together took {words.energy(spell.used_kwh)}, and "
        f"what the stores could deliver went from {words.energy(spell.begin_kwh)} to "
        f"{words.energy(spell.end_kwh)}."
    )


def _no_reserve(power: Power, dark: tuple[DarkSpell, ...]) -> str:
    low_kwh, high_kwh = (
        float(e_j) / KWH_J for e_j in (power.reserve_j.min(), power.reserve_j.max())
    )
    floor = f"of {words.energy(high_kwh)}"
    if len({level.capacity_kwh for level in power.standing.levels}) > 1:
        floor = f"of {words.energy(low_kwh)} to {words.energy(high_kwh)}"
    text = f"The reserve never had to be more than its floor {floor}"
    if not dark:
        return f"{text}."
    within = slice(dark[0].first, dark[0].end_step)
    least_w = {name: float(offer_w[within].min()) for name, offer_w in power.offered_w.items()}
    names = [f"{name} ({words.power(w)})" for name, w in least_w.items() if w > _WORTH_TELLING_W]
    if not names:
        return f"{text}."
    return f"{text}: {words.listed(names)} had power to give all through the darkness."


def _reserve(story: Story, power: Power) -> str:
    survival = story.summary["survival"]
    need_kwh, capacity_kwh = survival["worst_reserve_kwh"], survival["deliverable_capacity_kwh"]
    when = words.day(parse_utc(survival["worst_reserve_utc"]))
    need, capacity = words.energy(need_kwh), words.energy(capacity_kwh)
    text = f"With losses and a cautious forecast, {need} had to be in store on {when}; "
    full = "full stores deliver"
    if len({level.capacity_kwh for level in power.standing.levels}) > 1:
        full = "the stores that are there then deliver, full,"
    if need_kwh > capacity_kwh:
        return f"{text}{full} {capacity}: {words.energy(need_kwh - capacity_kwh)} too little."
    return f"{text}{full} {capacity}, {words.energy(capacity_kwh - need_kwh)} more."


def _tightest(story: Story, power: Power, dark: tuple[DarkSpell, ...]) -> str:
    """Tell how near to the reserve the station came, and whether it ever went below."""
    step = int(np.argmin(power.margin_fraction))
    margin = float(power.margin_fraction[step])
    away_kwh = float(power.deliverable_j[step] - power.reserve_j[step]) / KWH_J
    side = "above" if margin >= 0.0 else "below"
    text = (
        f"The station came nearest to the reserve on {words.minute(story.at(step))}"
        f"{_relation(story, step, dark)}: {words.energy(abs(away_kwh))} {side} it "
        f"({words.percent(margin)} of what the stores deliver)."
    )
    uncovered = int(np.sum(power.margin_fraction < 0.0))
    if uncovered:
        text += (
            f" For {words.span(uncovered * story.step_s)} in all the reserve was not covered:"
            " with as little light and as much heating as the guard reckons with, survival was"
            " not sure."
        )
    return text


def _relation(story: Story, step: int, dark: tuple[DarkSpell, ...]) -> str:
    """Tell how an instant stands to the dark spells that decide."""
    for place, spell in enumerate(dark):
        which = "that darkness" if place == 0 else f"another, of {words.span(spell.length_s)}"
        if spell.first <= step < spell.end_step:
            return f", in {which}"
        before_s = (spell.first - step) * story.step_s
        if 0.0 < before_s <= DAY_S:
            return f", {words.span(before_s)} before {which} began"
        after_s = (step - spell.end_step) * story.step_s
        if 0.0 <= after_s <= DAY_S:
            return f", {words.span(after_s)} after {which} ended"
    return ""


def _shedding(story: Story, dark: tuple[DarkSpell, ...]) -> str:
    """Tell how long the ladder was down, and what it held back."""
    in_mode = story.summary["survival"]["hours_in_mode"]
    shed_h = _hours_shed(story)
    if shed_h == 0.0:
        return "It stayed in the nominal mode all the time: no load was ever shed."
    steps = [
        f"{words.hours(in_mode[name])} in mode {name}"
        for name in MODES[1:]
        if in_mode.get(name, 0.0) > 0.0
    ]
    fraction = shed_h / story.hours(story.n_steps)
    share = words.percent(fraction, 1 if fraction < _SMALL_FRACTION else 0)
    text = f"To keep the reserve it shed load for {words.hours(shed_h)} ({share} of the time): "
    text += f"{words.listed(steps)}."
    spell = max(dark, key=lambda s: s.given_up_kwh, default=None)
    if spell is not None and spell.shed:
        text += (
            f" In the dark from {words.day(spell.start)} it held back {words.listed(spell.shed)}, "
            f"which would usually have taken {words.energy(spell.given_up_kwh)} in that time."
        )
        if spell.sessions_per_day_else > 0.0:
            rate = words.number(spell.sessions_per_day, 2)
            inside = (
                f"{rate} sessions a day were done"
                if spell.sessions_per_day
                else "No session ended well"
            )
            usual = words.number(spell.sessions_per_day_else, 2)
            else_when = (
                "in the rest of the run"
                if spell.is_rest_whole
                else "else, while the station was as it was then"
            )
            text += f" {inside} in it, against {usual} a day {else_when}."
    return text


def _science(done: tuple[ExperimentStory, ...]) -> str:
    """Tell how much science was given up, and for what reason."""
    if not done:
        return ""
    wanted, got = sum(e.wanted for e in done), sum(min(e.done, e.wanted) for e in done)
    if got >= wanted:
        return f"All {words.count(wanted, 'session')} of science asked for were done."
    text = f"Of {words.count(wanted, 'session')} of science asked for, {got:,} were done."
    short = sorted((e for e in done if e.done < e.wanted), key=lambda e: e.done_fraction)
    for e in short[:_SHORT_EXPERIMENTS_TOLD]:
        text += f" “{e.title}” got {e.done:,} of {e.wanted:,}: {e.reasons[0]}."
    return text
