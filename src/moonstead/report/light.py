"""Sun and Earth at the site over the run, in numbers: as a whole, by month, and eclipses."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from moonstead.report import words
from moonstead.report.spells import longest, spells
from moonstead.report.story import Story
from moonstead.units import DAY_S

ECLIPSES_TOLD = 8
_BY_YEAR_S = 550 * DAY_S
"""A longer run is told by year first."""


@dataclass(frozen=True, slots=True)
class Span:
    """Sun and Earth over a stretch of time."""

    name: str
    any_disc_fraction: float
    mean_disc_fraction: float
    longest_dark_h: float
    earth_fraction: float
    longest_earth_absence_h: float


@dataclass(frozen=True, slots=True)
class Year:
    """Sun and Earth over what the run has of a calendar year."""

    span: Span
    darkest: Span
    """The month with the least of the Sun's disc."""


@dataclass(frozen=True, slots=True)
class Eclipse:
    """Earth before the Sun, with some of the Sun above the terrain."""

    start: datetime
    end: datetime
    greatest_fraction: float


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """What the mast sees."""

    sun_fraction: NDArray[np.float32]
    earth_fraction: NDArray[np.float32]
    dark: NDArray[np.bool_]
    """No part of the Sun shines on the mast: behind terrain, or wholly behind Earth."""
    whole: Span
    months: tuple[Span, ...]
    years: tuple[Year, ...]
    """None in a run that is short enough to be told by month."""
    eclipses: tuple[Eclipse, ...]


def read_light(story: Story) -> Light:
    """Read and sum up what the mast sees."""
    sun, earth = story.read("sun_fraction"), story.read("earth_fraction")
    hidden = story.read("eclipse_fraction")
    months = _months(story, sun, earth)
    return Light(
        sun_fraction=sun,
        earth_fraction=earth,
        dark=(sun * (1.0 - hidden)) <= 0.0,
        whole=_span(story, "whole run", sun, earth, 0, story.n_steps),
        months=tuple(months.values()),
        years=_years(story, sun, earth, months) if story.length_s > _BY_YEAR_S else (),
        eclipses=tuple(
            Eclipse(story.at(int(a)), story.at(int(b)), float(hidden[a:b].max()))
            for a, b in spells((hidden > 0.0) & (sun > 0.0))
        ),
    )


def _months(
    story: Story, sun: NDArray[np.float32], earth: NDArray[np.float32]
) -> dict[tuple[int, int], Span]:
    """Return every calendar month by the steps of its begin and end."""
    several_years = story.start.year != story.at(story.n_steps - 1).year
    months = {}
    for first, end in pairwise(month_edges(story)):
        moment = story.at(first)
        year = f" {moment.year}" if several_years else ""
        name = f"{words.month(moment.month)}{year}"
        months[first, end] = _span(story, name, sun, earth, first, end)
    return months


def _years(
    story: Story,
    sun: NDArray[np.float32],
    earth: NDArray[np.float32],
    months: dict[tuple[int, int], Span],
) -> tuple[Year, ...]:
    by_year: dict[int, list[tuple[int, int]]] = {}
    for edges in months:
        by_year.setdefault(story.at(edges[0]).year, []).append(edges)
    return tuple(
        Year(
            span=_span(story, str(year), sun, earth, within[0][0], within[-1][1]),
            darkest=min((months[edges] for edges in within), key=lambda m: m.mean_disc_fraction),
        )
        for year, within in by_year.items()
    )


def month_edges(story: Story) -> list[int]:
    """Return the steps at which calendar months begin, and both ends of the run."""
    edges = [0]
    year, month = story.start.year, story.start.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        first = story.start.replace(year=year, month=month, day=1, hour=0, minute=0, second=0)
        step = int(np.ceil((first - story.start).total_seconds() / story.step_s - 1e-6))
        if step >= story.n_steps:
            return [*edges, story.n_steps]
        edges.append(step)


def _span(
    story: Story,
    name: str,
    sun: NDArray[np.float32],
    earth: NDArray[np.float32],
    first: int,
    end: int,
) -> Span:
    sun, earth = sun[first:end], earth[first:end]
    dark, absent = longest(spells(sun <= 0.0)), longest(spells(earth <= 0.0))
    return Span(
        name=name,
        any_disc_fraction=float(np.mean(sun > 0.0)),
        mean_disc_fraction=float(np.mean(sun, dtype=np.float64)),
        longest_dark_h=story.hours(dark[1] - dark[0]),
        earth_fraction=float(np.mean(earth > 0.0)),
        longest_earth_absence_h=story.hours(absent[1] - absent[0]),
    )


def eclipses_in_words(light: Light) -> str:
    """Tell when Earth hides the Sun."""
    if not light.eclipses:
        return "Earth hides no part of the visible Sun."
    told = [
        f"{words.minute(e.start)} to {e.end:%H:%M} (up to {words.percent(e.greatest_fraction, 0)})"
        for e in light.eclipses[:ECLIPSES_TOLD]
    ]
    rest = len(light.eclipses) - len(told)
    more = f"; and {rest} more" if rest else ""
    return f"Earth hides part of the Sun, marked by triangles: {'; '.join(told)}{more}."
