"""The search for launch windows: every launch of a span, judged, the best of each month refined."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.light import light_series
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.errors import InputError, Problem
from moonstead.orbits.arrival import (
    NRHO_INSERTION_M_PER_S,
    inclination_deg,
    insertion_m_per_s,
    moon_axis,
    pole_of_inclination,
    pole_over,
    site_up,
)
from moonstead.orbits.descent import Descent, Lander, descend
from moonstead.orbits.launch_sites import LaunchSite
from moonstead.orbits.moon_track import MoonTrack
from moonstead.orbits.refine import Plane, RefinedTransfer, refine
from moonstead.orbits.transfer import Transfers, find_transfers
from moonstead.orbits.windows import (
    Flights,
    LandingTimes,
    Wishes,
    best_flights,
    first_good_landing,
    landing_times,
    what_binds,
)
from moonstead.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]

FLIGHT_DAYS = np.arange(3.0, 6.01, 0.25)
"""Flight times that are tried: half an ellipse to the Moon takes 4.45 to 5.41 days."""
LOW_ORBIT_M = 100e3
_STEP_S = HOUR_S
_AFTER_S = 60.0 * DAY_S  # how far light and Earth are followed beyond what is wished


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a flight goes: to a site, into a circular lunar orbit, or into the NRHO.

    Parameters
    ----------
    profile
        Of the site to land at; None for an orbit.
    altitude_m
        Of the circular orbit, or of the one that the landing begins in.
    inclination_deg
        Of the orbit against the lunar equator; None where any will do.
    nrho
        Whether it is the near-rectilinear halo orbit, whose insertion is a figure of a table.
    """

    profile: HorizonProfile | None = None
    altitude_m: float = LOW_ORBIT_M
    inclination_deg: float | None = None
    nrho: bool = False

    @property
    def title(self) -> str:
        """In words."""
        if self.profile is not None:
            return self.profile.site.name
        if self.nrho:
            return "near-rectilinear halo orbit"
        tilt = "" if self.inclination_deg is None else f" of {self.inclination_deg:g} deg"
        return f"{self.altitude_m / 1e3:g} km lunar orbit{tilt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for.

    Parameters
    ----------
    target
        Where to.
    launch_site
        Where from.
    first_t_s, last_t_s
        Span of the launches, TDB seconds past J2000.
    parking_altitude_m
        Of the circular orbit about the Earth.
    wishes
        For the landing; not asked for an orbit.
    refined
        Whether the best flight of each month is flown under all forces.
    """

    target: Target
    launch_site: LaunchSite
    first_t_s: float
    last_t_s: float
    parking_altitude_m: float
    wishes: Wishes
    refined: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """A landing and what it brings.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, to the hour.
    sun_elevation_deg, sun_azimuth_deg
        Of the disc's centre, above the level plane, from north through east.
    light_s, earth_s
        How long they stay.
    light_open, earth_open
        Whether they last beyond what was looked at.
    """

    t_s: float
    sun_elevation_deg: float
    sun_azimuth_deg: float
    light_s: float
    earth_s: float
    light_open: bool
    earth_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The cheapest flight of a month.

    Parameters
    ----------
    flight
        Its row in the flights found.
    orbit_inclination_deg
        Of the lunar orbit against the lunar equator; NaN where none is fixed.
    landing
        None for an orbit.
    refined
        None where it was not asked for.
    """

    flight: int
    orbit_inclination_deg: float
    landing: Landing | None
    refined: RefinedTransfer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The launches of a calendar month (UTC).

    Parameters
    ----------
    year, month
        Which.
    flights
        Rows of the flights found, in the order of launch.
    days
        Days of the month with such a launch.
    best
        The cheapest; None where there is none.
    binds
        Why there is none; else empty.
    """

    year: int
    month: int
    flights: NDArray[np.int64]
    days: tuple[int, ...]
    best: Best | None
    binds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """What a search found.

    Parameters
    ----------
    search
        What was looked for.
    flights
        The cheapest of every launch opportunity that leads to the target.
    times
        What landings would bring; None for an orbit.
    months
        In order.
    descent
        From the low orbit to the site; None for an orbit.
    """

    search: Search
    flights: Flights
    times: LandingTimes | None
    months: tuple[Month, ...]
    descent: Descent | None


def search_windows(search: Search, ephemeris: Ephemeris) -> Windows:
    """Find the launch windows of a span.

    Parameters
    ----------
    search
        What is looked for.
    ephemeris
        Of all bodies.

    Returns
    -------
    Windows
        With at least one flight.

    Raises
    ------
    InputError
        There is none; says which condition binds.
    RangeError
        The span, or the flights and landings after it, leave the ephemeris.
    """
    longest_s = float(FLIGHT_DAYS[-1]) * DAY_S
    days = int(np.ceil((search.last_t_s - search.first_t_s) / DAY_S))
    track = MoonTrack(ephemeris, search.first_t_s, search.last_t_s + longest_s + 3.0 * DAY_S)
    transfers = find_transfers(
        search.launch_site,
        track,
        search.first_t_s,
        days,
        FLIGHT_DAYS * DAY_S,
        search.parking_altitude_m,
    )
    launched = (transfers.launch_t_s >= search.first_t_s) & (transfers.launch_t_s < search.last_t_s)
    transfers = transfers.chosen(launched)
    times = _times(search, ephemeris)
    flights = _flights(search, transfers, times, ephemeris)
    months = tuple(
        _month(search, flights, times, (track, ephemeris), first) for first in _months(search)
    )
    if not len(flights):
        reason = _binds(search, times, search.first_t_s, search.last_t_s)
        raise InputError(
            Problem("window", search.target.title, "", f"no launch leads there: {reason}")
        )
    descent = None if search.target.profile is None else descend(Lander(), LOW_ORBIT_M)
    return Windows(search=search, flights=flights, times=times, months=months, descent=descent)


def _times(search: Search, ephemeris: Ephemeris) -> LandingTimes | None:
    if search.target.profile is None:
        return None
    wishes = search.wishes
    first_t_s = search.first_t_s
    last_t_s = search.last_t_s + float(FLIGHT_DAYS[-1]) * DAY_S + wishes.most_stay_s
    seen_s = last_t_s - first_t_s + max(wishes.light_s, wishes.earth_s) + _AFTER_S
    count = int(np.ceil(seen_s / _STEP_S)) + 1
    series = light_series(ephemeris, search.target.profile, first_t_s, _STEP_S, count)
    return landing_times(series, wishes)


def _flights(
    search: Search, transfers: Transfers, times: LandingTimes | None, ephemeris: Ephemeris
) -> Flights:
    target = search.target
    excess = np.linalg.norm(transfers.excess_m_per_s, axis=1)
    if times is not None:
        landing = first_good_landing(times, transfers.arrival_t_s, search.wishes)
        burn = insertion_m_per_s(excess, target.altitude_m)
        return best_flights(transfers, burn, landing >= 0, landing)
    if target.nrho:
        burn = np.full(len(transfers), NRHO_INSERTION_M_PER_S)
        return best_flights(transfers, burn, np.ones(len(transfers), dtype=np.bool_))
    burn = insertion_m_per_s(excess, target.altitude_m)
    allowed = np.ones(len(transfers), dtype=np.bool_)
    if target.inclination_deg is not None:
        toward = transfers.excess_m_per_s / excess[:, np.newaxis]
        axis = moon_axis(ephemeris, transfers.arrival_t_s)
        pole = pole_of_inclination(toward, target.inclination_deg, axis)
        allowed = np.isfinite(pole[:, 0])
    return best_flights(transfers, burn, allowed)


def _months(search: Search) -> list[tuple[int, int]]:
    moment, last = to_utc(search.first_t_s), to_utc(search.last_t_s - 1.0)
    found = [(moment.year, moment.month)]
    while found[-1] < (last.year, last.month):
        found.append(_next_month(*found[-1]))
    return found


def _next_month(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def _month(
    search: Search,
    flights: Flights,
    times: LandingTimes | None,
    sky: tuple[MoonTrack, Ephemeris],
    first: tuple[int, int],
) -> Month:
    begin_t_s, end_t_s = (
        from_utc(datetime(year, month, 1, tzinfo=UTC))
        for year, month in (first, _next_month(*first))
    )
    launch_t_s = flights.transfers.launch_t_s
    rows = np.flatnonzero((launch_t_s >= begin_t_s) & (launch_t_s < end_t_s))
    days = tuple(sorted({to_utc(float(launch_t_s[row])).day for row in rows}))
    best, binds = None, ""
    if len(rows):
        cheapest = int(rows[np.argmin(flights.cost_m_per_s[rows])])
        best = _best(search, flights, times, sky, cheapest)
    else:
        binds = _binds(
            search, times, max(begin_t_s, search.first_t_s), min(end_t_s, search.last_t_s)
        )
    return Month(year=first[0], month=first[1], flights=rows, days=days, best=best, binds=binds)


def _binds(search: Search, times: LandingTimes | None, first_t_s: float, last_t_s: float) -> str:
    """Say why no launch of a span leads to the target."""
    if times is None:
        return "no launch comes in on a way that such an orbit can hold"
    wishes = search.wishes
    soonest_s = float(FLIGHT_DAYS[0]) * DAY_S + wishes.least_stay_s
    latest_s = float(FLIGHT_DAYS[-1]) * DAY_S + wishes.most_stay_s
    return what_binds(times, wishes, first_t_s + soonest_s, last_t_s + latest_s)


def _best(
    search: Search,
    flights: Flights,
    times: LandingTimes | None,
    sky: tuple[MoonTrack, Ephemeris],
    row: int,
) -> Best:
    track, ephemeris = sky
    target = search.target
    arrival_t_s = float(flights.transfers.arrival_t_s[row])
    axis = moon_axis(ephemeris, arrival_t_s)[0]
    plane = _plane(search, flights, times, ephemeris, row)
    refined, tilt_deg = None, np.nan
    if plane is not None:
        excess = flights.transfers.excess_m_per_s[row]
        tilt_deg = float(inclination_deg(plane(excess / np.linalg.norm(excess)), axis))
    if plane is not None and search.refined:
        refined = refine(
            flights.transfers, row, plane, target.altitude_m, track=track, ephemeris=ephemeris
        )
        tilt_deg = float(inclination_deg(refined.pole, axis))
    landing = None
    if times is not None and target.profile is not None:
        landing = _landing(target.profile, times, ephemeris, int(flights.landing[row]))
    return Best(flight=row, orbit_inclination_deg=tilt_deg, landing=landing, refined=refined)


def _plane(
    search: Search,
    flights: Flights,
    times: LandingTimes | None,
    ephemeris: Ephemeris,
    row: int,
) -> Plane | None:
    """Return how the plane at the Moon follows from the asymptote; None where none is fixed."""
    target = search.target
    if times is not None and target.profile is not None:
        up = site_up(target.profile.site, ephemeris, times.t_s[flights.landing[row]])[0]
        return lambda way: pole_over(way, up)
    wanted_deg = target.inclination_deg
    if wanted_deg is None:
        return None
    axis = moon_axis(ephemeris, float(flights.transfers.arrival_t_s[row]))[0]
    return lambda way: pole_of_inclination(way, wanted_deg, axis)


def _landing(
    profile: HorizonProfile, times: LandingTimes, ephemeris: Ephemeris, sample: int
) -> Landing:
    t_s = float(times.t_s[sample])
    sun = ephemeris.view(profile.site, "sun", [t_s])
    end_t_s = float(times.t_s[-1])
    return Landing(
        t_s=t_s,
        sun_elevation_deg=float(sun.elevation_deg[0]),
        sun_azimuth_deg=float(sun.azimuth_deg[0]),
        light_s=float(times.light_s[sample]),
        earth_s=float(times.earth_s[sample]),
        light_open=t_s + float(times.light_s[sample]) > end_t_s,
        earth_open=t_s + float(times.earth_s[sample]) > end_t_s,
    )
