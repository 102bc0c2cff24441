"""Data: made, sent, home, lost, waiting; the recorder; contacts with Earth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.report import words
from moonstead.report.spells import longest, spells
from moonstead.report.story import Story

_AMOUNTS = (
    *("made_gbit", "lost_gbit", "given_up_gbit", "waiting_gbit", "sent_gbit"),
    *("delivered_gbit", "lost_on_the_way_gbit", "on_the_way_gbit"),
)


@dataclass(frozen=True, slots=True)
class Made:
    """The data of one load.

    What was made is lost, given up, waiting or sent; what was sent is delivered, lost on the way or
    on the way.
    """

    name: str
    made_gbit: float
    lost_gbit: float
    """To a full recorder."""
    given_up_gbit: float
    """For data worth more."""
    waiting_gbit: float
    """In recorders at the end."""
    sent_gbit: float
    delivered_gbit: float
    """At home."""
    lost_on_the_way_gbit: float
    """To a full memory of a relay."""
    on_the_way_gbit: float
    """At the end."""

    @property
    def not_home_gbit(self) -> float:
        """Lost or still to come."""
        return self.made_gbit - self.delivered_gbit


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
    open_fraction: float
    """Share of time in which a path of the station on the ground is open."""
    gap_h: float
    """Longest time with no path open."""


def read_traffic(story: Story) -> Traffic:
    """Read what became of the data."""
    data = story.summary["data"]
    made = tuple(Made(name, *(row[key] for key in _AMOUNTS)) for name, row in data["loads"].items())
    open_by_path = {
        name: story.read("contact_rate_bit_per_s", name) > 0.0
        for name in story.series.channels("contact_rate_bit_per_s")
    }
    own = story.summary["network"]["paths"]
    any_open = np.zeros(story.n_steps, dtype=np.bool_)
    for name, is_open in open_by_path.items():
        any_open |= is_open & own[name]["is_of_station"]
    first, end = longest(spells(~any_open))
    return Traffic(
        made=made,
        total=_total(made),
        paths=tuple(_path(story, name, is_open) for name, is_open in open_by_path.items()),
        open_by_path=open_by_path,
        capacity_gbit=data["recorder_capacity_gbit"],
        greatest_filling_gbit=float(story.total("recorder_bit").max(initial=0.0)) / 1e9,
        open_fraction=float(any_open.mean()),
        gap_h=story.hours(end - first),
    )


def _total(made: tuple[Made, ...]) -> Made:
    return Made("all", *(sum(getattr(m, key) for m in made) for key in _AMOUNTS))


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
        lost, waiting, lost_on_the_way, on_the_way = (
            words.something(words.data(amount_gbit))
            for amount_gbit in (
                total.lost_gbit,
                total.waiting_gbit,
                total.lost_on_the_way_gbit,
                total.on_the_way_gbit,
            )
        )
        made, sent, home = map(words.data, (total.made_gbit, total.sent_gbit, total.delivered_gbit))
        told = [f"{made} were made, {sent} sent, {home} came home."]
        if total.given_up_gbit > 0.0:
            told.append(f"{words.data(total.given_up_gbit)} were given up for data worth more.")
        told.append(
            f"{words.started(lost)} was lost to a full recorder, {lost_on_the_way} on the way; at "
            f"the end {waiting} was left in recorders and {on_the_way} was on the way."
        )
        if traffic.capacity_gbit:
            share = traffic.greatest_filling_gbit / traffic.capacity_gbit
            told.append(f"The recorder was at most {words.percent(share)} full.")
    if not traffic.paths:
        told.append("There is no path to Earth.")
    return " ".join(told)
