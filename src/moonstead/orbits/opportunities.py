"""What a search for launch windows is asked, and what it answers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.profile import HorizonProfile
from moonstead.orbits.descent import Descent
from moonstead.orbits.launch_sites import LaunchSite
from moonstead.orbits.refine import RefinedTransfer
from moonstead.orbits.windows import Flights, LandingTimes, Wishes

LOW_ORBIT_M = 100e3
"""Altitude of the circular orbit that landings begin in."""


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
