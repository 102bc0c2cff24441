"""The row of key figures, and the numbers that decide."""

from dataclasses import dataclass

import numpy as np

from moonstead.report import words
from moonstead.report.light import Light
from moonstead.report.power import Power, stays_on_floor
from moonstead.report.story import Story, parse_utc
from moonstead.report.traffic import Traffic
from moonstead.units import HOUR_S, KWH_J


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it is and a remark."""

    label: str
    value: str
    note: str = ""


def key_figures(story: Story, light: Light, power: Power, traffic: Traffic) -> tuple[Figure, ...]:
    """Return the figures a reader wants to see first."""
    experiments = story.summary["experiments"]
    done = sum(e["sessions_done"] for e in experiments)
    wanted = sum(e["sessions_wanted"] for e in experiments)
    used_kwh, generated_kwh = story.kwh(power.load_w), story.kwh(power.generation_w)
    mean_w = used_kwh * KWH_J / story.length_s
    science = (
        f"of {wanted:,} asked for, {words.percent(done / wanted, 0)}"
        if wanted
        else "none asked for"
    )
    return (
        Figure("Energy used", words.energy(used_kwh), f"{words.power(mean_w)} on average"),
        Figure(
            "Energy generated",
            words.energy(generated_kwh),
            f"{words.energy(story.kwh(power.spilled_w))} more found no taker",
        ),
        Figure("Science sessions", f"{done:,}", science),
        Figure(
            "Data delivered",
            words.data(traffic.total.delivered_gbit),
            f"{words.something(words.data(traffic.total.not_home_gbit))} lost or waiting",
        ),
        *_commodities(story),
        *_sky(light, traffic),
    )


def _commodities(story: Story) -> list[Figure]:
    """Return what was made of each commodity."""
    made_kg: dict[str, float] = {}
    room_kg: dict[str, float] = {}
    for tank in story.summary["tanks"].values():
        name = tank["commodity"]
        made_kg[name] = made_kg.get(name, 0.0) + tank["made_kg"]
        room_kg[name] = room_kg.get(name, 0.0) + tank["capacity_kg"]
    return [
        Figure(
            f"{words.started(name).replace('-', ' ')} made",
            words.mass(kg),
            f"tanks hold {words.mass(room_kg[name])}",
        )
        for name, kg in made_kg.items()
        if kg > 0.0
    ]


def _sky(light: Light, traffic: Traffic) -> list[Figure]:
    whole = light.whole
    dark_h, absent_h = whole.longest_dark_h, whole.longest_earth_absence_h
    absence = (
        f"longest absence {words.span(absent_h * HOUR_S)}" if absent_h else "never out of view"
    )
    figures = [
        Figure(
            "Sun in view",
            words.percent(whole.any_disc_fraction),
            f"{words.percent(whole.mean_disc_fraction)} of its disc on average",
        ),
        Figure(
            "Longest darkness",
            words.span(dark_h * HOUR_S) if dark_h else "none",
            "with no part of the Sun in view" if dark_h else "the Sun is always in view",
        ),
        Figure("Earth in view", words.percent(whole.earth_fraction), absence),
    ]
    if traffic.paths:
        figures.append(
            Figure(
                "A path to Earth is open",
                words.percent(traffic.open_fraction),
                f"longest time without: {words.span(traffic.gap_h * HOUR_S)}",
            )
        )
    return figures


def deciding_figures(story: Story, power: Power) -> tuple[Figure, ...]:
    """Return the numbers that decide whether the design survives."""
    survival, levels = story.summary["survival"], power.standing.levels
    need_kwh, capacity_kwh = survival["worst_reserve_kwh"], survival["deliverable_capacity_kwh"]
    place = int(np.argmin(power.margin_fraction))
    margin_kwh = float(power.deliverable_j[place] - power.reserve_j[place]) / KWH_J
    worst = words.minute(parse_utc(survival["worst_reserve_utc"]))
    if stays_on_floor(power):
        worst = "its floor: no darkness asked for more"
    share = "no stores"
    if capacity_kwh:
        share = f"the need is {words.percent(need_kwh / capacity_kwh, 0)} of it"
    capacities_kwh = [level.capacity_kwh for level in levels]
    if len(set(capacities_kwh)) > 1:
        share += f"; {words.spread(capacities_kwh, words.energy)} over the run"
    least = words.percent(survival["least_margin_fraction"])
    return (
        Figure(
            "Survival power",
            words.spread([level.survival_w for level in levels], words.power),
            "computers and heaters",
        ),
        Figure("Worst reserve needed", words.energy(need_kwh), worst),
        Figure("Deliverable from full stores", words.energy(capacity_kwh), share),
        Figure(
            "Least margin above the reserve",
            least,
            f"{words.energy(margin_kwh)}, {words.minute(story.at(place))}",
        ),
        Figure("Survival energy not served", words.energy(survival["survival_unserved_kwh"])),
        Figure("Elements lost", ", ".join(survival["elements_lost"]) or "none"),
    )
