"""Communications: when the station is alone, what waits, what came home to whom through whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.report import words
from moonstead.report.spells import FloatArray, spells
from moonstead.report.story import Story
from moonstead.units import DAY_S, HOUR_S

MOST_SPELLS = 10
"""Of the longest that are listed."""
_CLASSES_H = (0.0, 1.0, 3.0, 6.0, 12.0, 24.0, 72.0, 168.0, np.inf)
_CLASS_NAMES = (
    "below 1 h", "1 to 3 h", "3 to 6 h", "6 to 12 h", "12 to 24 h", "1 to 3 days", "3 to 7 days",
    "7 days and more",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which the station is alone."""

    start: datetime
    end: datetime
    length_h: float


@dataclass(frozen=True, slots=True)
class LengthClass:
    """How many spells are of about a length, and how long they are together."""

    name: str
    count: int
    hours: float


@dataclass(frozen=True, slots=True)
class Home:
    """What came home to one partner."""

    partner: str
    arrived_gbit: float
    through_gbit: tuple[float, ...]
    """Through the ground stations of each partner."""
    latency: dict[str, float] | None


@dataclass(frozen=True, slots=True)
class GroundUse:
    """What one ground station did."""

    name: str
    title: str
    partner: str
    booked_h: float
    booked_fraction: float
    received_gbit: float


@dataclass(frozen=True, slots=True)
class CentreUse:
    """What the people of one control centre did."""

    title: str
    partner: str
    on_shift_h: float
    """Hours of people."""
    for_partners_h: tuple[float, ...]
    """In sessions of each partner."""
    used_h: float


@dataclass(frozen=True, slots=True, eq=False)
class Communications:
    """The communications of a run."""

    alone: NDArray[np.bool_]
    """In which steps no path of the station was open."""
    alone_h: float
    spells: tuple[Spell, ...]
    """The longest, at most `MOST_SPELLS`."""
    count: int
    """Of all spells."""
    classes: tuple[LengthClass, ...]
    others: tuple[str, ...]
    """Paths that are not the station's own: those of modules in orbit."""
    recorder_bit: FloatArray
    network_bit: FloatArray
    arrived_bit_per_s: dict[str, NDArray[Any]]
    homes: tuple[Home, ...]
    arrived_gbit: float
    through_gbit: tuple[float, ...]
    """Through the ground stations of each partner, whoever's data it is."""
    ground: tuple[GroundUse, ...]
    centres: tuple[CentreUse, ...]
    people_h: tuple[float, ...]
    """Hours of people in sessions of each partner."""
    commands_waiting: int


def read_communications(story: Story) -> Communications:
    """Read when the station was alone, and what became of what it sent."""
    network = story.summary["network"]
    paths = story.series.channels("contact_rate_bit_per_s")
    own = [name for name in paths if network["paths"][name]["is_of_station"]]
    alone = np.ones(story.n_steps, dtype=np.bool_)
    for name in own:
        alone &= story.read("contact_rate_bit_per_s", name) <= 0.0
    found = spells(alone)
    steps = found[:, 1] - found[:, 0]
    # The first of equals comes first.
    order = np.argsort(-steps, kind="stable")[:MOST_SPELLS]
    homes = tuple(
        Home(
            name,
            row["arrived_gbit"],
            tuple(row["through_gbit"][owner] for owner in network["partners"]),
            row["latency"],
        )
        for name, row in network["partners"].items()
    )
    return Communications(
        alone=alone,
        alone_h=story.hours(int(alone.sum())),
        spells=tuple(
            Spell(story.at(int(first)), story.at(int(end)), story.hours(int(end - first)))
            for first, end in found[order]
        ),
        count=len(found),
        classes=_classes(story, np.asarray(steps * story.step_s / HOUR_S, dtype=np.float64)),
        others=tuple(name for name in paths if name not in own),
        recorder_bit=story.total("recorder_bit"),
        network_bit=np.asarray(story.read("network_bit"), dtype=np.float64),
        arrived_bit_per_s={
            name: story.read("arrived_bit_per_s", name)
            for name in story.series.channels("arrived_bit_per_s")
        },
        homes=homes,
        arrived_gbit=sum(home.arrived_gbit for home in homes),
        through_gbit=tuple(map(sum, zip(*(home.through_gbit for home in homes), strict=True))),
        ground=_ground(story),
        centres=_centres(story),
        people_h=tuple(row["used_h"] for row in story.summary["people"]["partners"].values()),
        commands_waiting=len(network["commands_on_the_way"]),
    )


def _classes(story: Story, lengths_h: FloatArray) -> tuple[LengthClass, ...]:
    # A length that is a whole number of steps must not fall short of its class by rounding.
    slack_h = 1e-6 * story.step_s / HOUR_S
    place = np.searchsorted(_CLASSES_H, lengths_h + slack_h, side="right") - 1
    return tuple(
        LengthClass(name, int((place == k).sum()), float(lengths_h[place == k].sum()))
        for k, name in enumerate(_CLASS_NAMES)
        if (place == k).any()
    )


def _ground(story: Story) -> tuple[GroundUse, ...]:
    titles = {station["name"]: station["title"] for station in story.summary["ground_stations"]}
    return tuple(
        GroundUse(
            name=name,
            title=titles[name],
            partner=row["partner"],
            booked_h=row["booked_h"],
            booked_fraction=row["booked_h"] * HOUR_S / story.length_s,
            received_gbit=row["received_gbit"],
        )
        for name, row in story.summary["network"]["ground_stations"].items()
    )


def _centres(story: Story) -> tuple[CentreUse, ...]:
    people = story.summary["people"]
    return tuple(
        CentreUse(
            title=row["title"],
            partner=row["partner"],
            on_shift_h=row["on_shift_h"],
            for_partners_h=tuple(
                partner["from_centres_h"][name] for partner in people["partners"].values()
            ),
            used_h=row["used_h"],
        )
        for name, row in people["centres"].items()
    )


def alone_in_words(story: Story, told: Communications) -> str:
    """Tell when the station is alone."""
    paths = story.series.channels("contact_rate_bit_per_s")
    if len(told.others) == len(paths):
        return "The station has no path to Earth: it is alone all the time."
    text = "The station was never alone: a path was open at any time."
    if told.spells:
        longest = told.spells[0]
        share = words.percent(told.alone_h * HOUR_S / story.length_s)
        text = (
            f"The station was alone, with no path open, {words.count(told.count, 'time')} for "
            f"{words.hours(told.alone_h)} in all ({share}); the longest was "
            f"{words.span(longest.length_h * HOUR_S)}, from {words.minute(longest.start)} to "
            f"{words.minute(longest.end)}."
        )
    if told.others:
        one = len(told.others) == 1
        of = "of a module in orbit does" if one else "of modules in orbit do"
        text += f" The path{'' if one else 's'} {words.listed(told.others)} {of} not count here."
    return text


def waiting_in_words(story: Story, told: Communications) -> str:
    """Tell how much waited, where and when most."""
    both = told.recorder_bit + told.network_bit
    step = int(np.argmax(both))
    if both[step] <= 0.0:
        return "Nothing ever waited for its way home."
    aboard, under_way = told.recorder_bit[step], told.network_bit[step]
    most = words.minute(story.at(step + 1))
    text = (
        f"Most was waiting on {most}: {_data(aboard)} in recorders and {_data(under_way)} on the "
        f"way. At the end it was {_data(told.recorder_bit[-1])} and {_data(told.network_bit[-1])}."
    )
    if told.commands_waiting:
        noun = words.count(told.commands_waiting, "command")
        text += f" Of what Earth commanded, {noun} had not come up."
    return text


def _data(bit: float) -> str:
    return words.something(words.data(float(bit) / 1e9))


def latency_in_words(told: Communications) -> list[str]:
    """Tell, for each partner that got data, how long it took from the station to its home."""
    return [
        f"For {home.partner}, half of the data was home about {wait(home.latency['median_s'])} "
        f"after it was sent, 95 % within {wait(home.latency['p95_s'])}; the slowest took "
        f"{wait(home.latency['slowest_s'])}."
        for home in told.homes
        if home.latency is not None
    ]


def wait(length_s: float) -> str:
    """Return how long something took, such as ``2.1 s``, ``40 min`` or ``15.7 days``."""
    if length_s < 100.0:
        return f"{words.number(length_s)}\u00a0s"
    return words.span(length_s)


def day_or_hour_s(story: Story) -> float:
    """Return the length over which rates are told: a day, or for a short run an hour."""
    return DAY_S if story.length_s > 5 * DAY_S else HOUR_S
