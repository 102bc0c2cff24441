"""Data: made, delivered, lost, waiting; the recorder; contacts with Earth."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from moonstead.report import words
from moonstead.report.spells import longest, spells
from moonstead.report.story import Story
from moonstead.units import HOUR_S


@dataclass(frozen=True, slots=True)
class Made:
    """The data of one load."""

    name: str
    made_gbit: float
    delivered_gbit: float
    lost_gbit: float
    waiting_gbit: float


@dataclass(frozen=True, slots=True)
class Path:
    """A way to Earth."""

    name: str
    contact_h: float
    contact_fraction: float
    sent_gbit: float
    sending_h: float
    longest_gap_h: float


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """The data of a run."""

    made: tuple[Made, ...]
    total: Made
    paths: tuple[Path, ...]
    open_by_path: dict[str, NDArray[np.bool_]]
    capacity_gbit: float
    greatest_filling_gbit: float
    gap_h: float
    """Longest time with no path open."""
    gap_start: datetime
    gap_end: datetime


def read_traffic(story: Story) -> Traffic:
    """Read what became of the data."""
    data = story.summary["data"]
    made = tuple(
        Made(
            name,
            row["made_gbit"],
            row["delivered_gbit"],
            row["lost_gbit"],
            row["waiting_gbit"],
        )
        for name, row in data["loads"].items()
    )
    open_by_path = {
        name: story.read("contact_rate_bit_per_s", name) > 0.0
        for name in story.series.channels("contact_rate_bit_per_s")
    }
    any_open = np.zeros(story.n_steps, dtype=np.bool_)
    for is_open in open_by_path.values():
        any_open |= is_open
    first, end = longest(spells(~any_open))
    return Traffic(
        made=made,
        total=_total(made),
        paths=tuple(_path(story, name, is_open) for name, is_open in open_by_path.items()),
        open_by_path=open_by_path,
        capacity_gbit=data["recorder_capacity_gbit"],
        greatest_filling_gbit=float(story.total("recorder_bit").max(initial=0.0)) / 1e9,
        gap_h=story.hours(end - first),
        gap_start=story.at(first),
        gap_end=story.at(end),
    )


def _total(made: tuple[Made, ...]) -> Made:
    return Made(
        "all",
        sum(m.made_gbit for m in made),
        sum(m.delivered_gbit for m in made),
        sum(m.lost_gbit for m in made),
        sum(m.waiting_gbit for m in made),
    )


def _path(story: Story, name: str, is_open: NDArray[np.bool_]) -> Path:
    first, end = longest(spells(~is_open))
    radios = {
        radio: row
        for radio, row in story.summary["data"]["transmitters"].items()
        if row["path"] == name
    }
    sending = sum(int((story.read("transmitter_bit_per_s", radio) > 0.0).sum()) for radio in radios)
    return Path(
        name=name,
        contact_h=story.hours(int(is_open.sum())),
        contact_fraction=float(is_open.mean()),
        sent_gbit=sum(row["sent_gbit"] for row in radios.values()),
        sending_h=story.hours(sending),
        longest_gap_h=story.hours(end - first),
    )


def in_words(traffic: Traffic) -> str:
    """Tell what became of the data."""
    if not traffic.made:
        told = ["Nothing on this station makes data."]
    else:
        total = traffic.total
        lost = words.something(words.data(total.lost_gbit))
        waiting = words.something(words.data(total.waiting_gbit))
        made, delivered = words.data(total.made_gbit), words.data(total.delivered_gbit)
        told = [f"{made} were made, {delivered} reached Earth."]
        told.append(
            f"{words.started(lost)} was lost to a full recorder, {waiting} left at the end."
        )
        if traffic.capacity_gbit:
            share = traffic.greatest_filling_gbit / traffic.capacity_gbit
            told.append(f"The recorder was at most {words.percent(share)} full.")
    if not traffic.paths:
        told.append("There is no path to Earth.")
    elif traffic.gap_h:
        told.append(
            f"The longest time without any contact was {words.span(traffic.gap_h * HOUR_S)}, from "
            f"{words.minute(traffic.gap_start)} to {words.minute(traffic.gap_end)}."
        )
    return " ".join(told)
