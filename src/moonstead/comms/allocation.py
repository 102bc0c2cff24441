"""Which ground station serves which spacecraft: one antenna serves one of them at a time.

Rule, in order of time: what is served stays served until its view ends. Who is not served takes, of
the free ground stations in view, the one that sees it longest (the first in the order given where
several do); where none is free, the one whose spacecraft stands lowest in the order of precedence
and below its own, which then looks for another. Views that last less than ``least_s`` are not worth
turning an antenna and are left out. Handing over takes no time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Views = Mapping[str, Mapping[str, FloatArray]]
"""By spacecraft and ground station: intervals, shape (n, 2), in order and apart."""


@dataclass(frozen=True, slots=True)
class Service:
    """A ground station serves a spacecraft from one instant to another (TDB s past J2000)."""

    craft: str
    station: str
    start_t_s: float
    end_t_s: float


def allocate(views: Views, precedence: Sequence[str], least_s: float = 60.0) -> tuple[Service, ...]:
    """Share ground stations among spacecraft.

    Parameters
    ----------
    views
        When each ground station sees each spacecraft and is at work, TDB seconds past J2000.
    precedence
        Names of all spacecraft, who goes first coming first.
    least_s
        Shortest view that is used.

    Returns
    -------
    tuple of Service
        In order of start, then of precedence; no spacecraft and no ground station twice at a time.
    """
    rank = {name: k for k, name in enumerate(precedence)}
    services = _Desk(views, precedence, least_s).work()
    return tuple(sorted(services, key=lambda s: (s.start_t_s, rank[s.craft])))


class _Desk:
    """The sharing in progress."""

    def __init__(self, views: Views, precedence: Sequence[str], least_s: float) -> None:
        self._precedence = precedence
        self._rank = {name: k for k, name in enumerate(precedence)}
        self._events = sorted(
            (t_s, is_begin, craft, station, end_t_s)
            for craft in precedence
            for station, intervals in views[craft].items()
            for begin_t_s, end_t_s in intervals.tolist()
            if end_t_s - begin_t_s >= least_s
            for t_s, is_begin in ((begin_t_s, True), (end_t_s, False))
        )
        stations = {station: None for craft in precedence for station in views[craft]}
        self._place = {station: k for k, station in enumerate(stations)}
        self._in_view: dict[str, dict[str, float]] = {craft: {} for craft in precedence}
        self._served: dict[str, tuple[str, float]] = {}
        self._serves: dict[str, str] = {}
        self._done: list[Service] = []

    def work(self) -> list[Service]:
        for t_s, is_begin, craft, station, end_t_s in self._events:
            if is_begin:
                self._in_view[craft][station] = end_t_s
                if craft not in self._served:
                    self._look(craft, t_s)
            else:
                del self._in_view[craft][station]
                if self._serves.get(station) == craft:
                    self._release(craft, t_s)
                    for waiting in self._precedence:
                        if waiting not in self._served:
                            self._look(waiting, t_s)
        return self._done

    def _look(self, craft: str, t_s: float) -> None:
        views = {s: end for s, end in self._in_view[craft].items() if end > t_s}
        free = [s for s in views if s not in self._serves]
        if free:
            self._serve(craft, max(free, key=lambda s: (views[s], -self._place[s])), t_s)
            return
        below = [s for s in views if self._rank[self._serves[s]] > self._rank[craft]]
        if below:
            station = max(below, key=lambda s: self._rank[self._serves[s]])
            loser = self._serves[station]
            self._release(loser, t_s)
            self._serve(craft, station, t_s)
            self._look(loser, t_s)

    def _serve(self, craft: str, station: str, t_s: float) -> None:
        self._served[craft] = (station, t_s)
        self._serves[station] = craft

    def _release(self, craft: str, t_s: float) -> None:
        station, start_t_s = self._served.pop(craft)
        del self._serves[station]
        if t_s > start_t_s:
            self._done.append(Service(craft, station, start_t_s, t_s))
