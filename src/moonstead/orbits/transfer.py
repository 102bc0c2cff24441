"""From a launch site to the Moon by patched conics: every launch of every day.

A launch goes into a circular parking orbit whose plane holds the launch site at lift-off and the
Moon at arrival. Its inclination is the least that does both: that of a launch due east (or as near
to it as the site allows), or the Moon's declination where that is more. One burn along the velocity
(trans-lunar injection, TLI) then leads to the Moon's centre, by Lambert's problem about the Earth
alone; its place on the parking orbit is where the arc's perigee is. The Moon's pull is patched on:
what is left of the velocity against the Moon is the excess at infinity of a hyperbola about it.

Left out: the Earth's flattening, Sun, ascent losses, the turn of the parking plane (at most half a
degree in one revolution). `moonstead.orbits.refine` tells what that comes to.
"""

from dataclasses import dataclass, fields
from math import pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from moonstead.compiled import compiled
from moonstead.environment.timescale import skyfield_time
from moonstead.errors import InputError, Problem
from moonstead.orbits.forces import EARTH_EQUATOR_M, EARTH_GM_M3_PER_S2
from moonstead.orbits.lambert import plane_arc
from moonstead.orbits.launch_sites import LaunchSite
from moonstead.orbits.moon_track import MoonTrack
from moonstead.units import DAY_S, MINUTE_S

FloatArray = NDArray[np.float64]

ASCENT_S, ASCENT_RAD = 11.7 * MINUTE_S, np.radians(23.0)
"""From lift-off to orbit, and the arc flown on the way: Apollo 11 took 11 min 42 s (its arc is
recall). An assumption for every rocket."""
_SPIN_RAD_PER_S = 2.0 * pi * 1.00273781191135448 / DAY_S  # ERA, IERS Conventions 2010, eq. 5.15
_STEPS, _SETTLED_STEPS = 24, 3
_STILL_S = 0.1
_SAME_LAUNCH_S = 0.25 * DAY_S
_MOON_DISTANCE_M = (350e6, 412e6)  # it goes from 356.4e6 to 406.8e6
_NEAREST, _FARTHEST = 0.6 * pi, 1.4 * pi


@dataclass(frozen=True, slots=True, eq=False)
class Transfers:
    """Transfers by patched conics; n of them, one for each launch and flight time.

    Parameters
    ----------
    launch_t_s, injection_t_s, arrival_t_s
        Lift-off, TLI and arrival at the Moon's distance, TDB seconds past J2000, shape (n,).
    azimuth_deg, inclination_deg
        Of the launch, from north through east, and of its plane against the true equator.
    opportunity
        The same number for all flight times of one launch opportunity, shape (n,).
    injection_m, injection_m_per_s
        Geocentric, ICRF axes, after the burn, shape (n, 3).
    tli_m_per_s
        Of the burn, shape (n,).
    excess_m_per_s
        Velocity against the Moon at infinity, ICRF axes, shape (n, 3).
    """

    launch_t_s: FloatArray
    injection_t_s: FloatArray
    arrival_t_s: FloatArray
    azimuth_deg: FloatArray
    inclination_deg: FloatArray
    opportunity: NDArray[np.int64]
    injection_m: FloatArray
    injection_m_per_s: FloatArray
    tli_m_per_s: FloatArray
    excess_m_per_s: FloatArray

    def __len__(self) -> int:
        return len(self.launch_t_s)

    def chosen(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Transfers":
        """Return some of them."""
        return Transfers(*(getattr(self, field.name)[rows] for field in fields(self)))


def find_transfers(
    site: LaunchSite,
    track: MoonTrack,
    first_t_s: float,
    days: int,
    flight_time_s: ArrayLike,
    parking_altitude_m: float,
) -> Transfers:
    """Return the transfers of every launch opportunity of every day.

    A day has two opportunities, more or less far apart: the Moon is met on its way north or south
    of the plane's node; where the Moon's declination sets the inclination, the launch goes north
    or south of east instead.

    Parameters
    ----------
    site
        Where launches are.
    track
        The Moon, from the first day to the last day and the longest flight.
    first_t_s
        TDB seconds past J2000 at which the first day begins.
    days
        How many.
    flight_time_s
        From TLI to the Moon, shape (m,).
    parking_altitude_m
        Of the circular parking orbit.

    Returns
    -------
    Transfers
        By launch opportunity in the order of launch, then by flight time.

    Raises
    ------
    InputError
        A flight time for which there is no such arc.
    RangeError
        The days leave the ephemeris.
    """
    flight_s = np.atleast_1d(np.asarray(flight_time_s, dtype=np.float64))
    noon_t_s: FloatArray = first_t_s + DAY_S * (np.arange(days, dtype=np.float64) + 0.5)
    time = skyfield_time(noon_t_s)
    equator = np.moveaxis(
        np.asarray(time.M, dtype=np.float64), 2, 0
    )  # ICRF to true equator and equinox of date
    zenith_rad = np.asarray(time.gast) * (pi / 12.0) + np.radians(site.longitude_deg)
    parking_m = EARTH_EQUATOR_M + parking_altitude_m
    arcs = [_arcs_by_distance(parking_m, float(time_s)) for time_s in flight_s]
    found = [
        _branch(site, track, (noon_t_s, equator, zenith_rad), (flight_s, arcs), parking_m, branch)
        for branch in ((0, 0), (0, 1), (1, 0), (1, 1))
    ]
    names = [field.name for field in fields(Transfers)]
    together = {
        name: np.concatenate([part[name] for part in found if len(part[name])] or [found[0][name]])
        for name in names
    }
    together["opportunity"] = _numbered(together)
    order = np.lexsort((together["arrival_t_s"], together["opportunity"]))
    return Transfers(**{name: together[name][order] for name in names})


def _numbered(found: dict[str, FloatArray]) -> NDArray[np.int64]:
    """Return the rank by first lift-off of every launch opportunity.

    Flights of one branch belong together where they leave within hours: the lift-off moves by
    minutes with the flight time, and by a day to the next opportunity.
    """
    launch_t_s, branch = found["launch_t_s"], found["opportunity"]
    order = np.lexsort((launch_t_s, branch))
    apart = np.diff(launch_t_s[order]) > _SAME_LAUNCH_S
    number = np.cumsum(np.concatenate([[False], apart | (np.diff(branch[order]) != 0)]))
    first = np.full(number[-1] + 1 if len(number) else 0, np.inf)
    np.minimum.at(first, number, launch_t_s[order])
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = rank[number]
    return ranks


def _branch(
    site: LaunchSite,
    track: MoonTrack,
    sky: tuple[FloatArray, FloatArray, FloatArray],
    flights: tuple[FloatArray, list[CubicSpline]],
    parking_m: float,
    branch: tuple[int, int],
) -> dict[str, FloatArray]:
    """Return the columns of one way to meet the Moon and one way to launch.

    Lift-off, plane and arrival hang together: found by repetition, as the Moon moves little while
    the Earth turns. Arrays are (days, flight times).
    """
    moon_branch, launch_branch = branch
    noon_t_s, equator, zenith_rad = sky
    flight_s, arcs = flights
    rate = sqrt(EARTH_GM_M3_PER_S2 / parking_m**3)
    latitude, least = np.radians([site.latitude_deg, site.least_inclination_deg])
    launch_t_s = np.repeat(noon_t_s[:, np.newaxis], len(flight_s), axis=1)
    injection_t_s = launch_t_s.copy()
    shape = launch_t_s.shape
    turns: FloatArray = np.zeros(shape)
    for step in range(_STEPS):
        moon_icrf_m = track.position_m(injection_t_s + flight_s)
        x, y, z = np.moveaxis(np.einsum("dij,dmj->dmi", equator, moon_icrf_m), 2, 0)
        declination = np.arctan2(z, np.hypot(x, y))
        tilt = np.maximum(least, np.abs(declination))
        along_moon = _along(declination, tilt, moon_branch)
        along_site = _along(latitude, tilt, launch_branch)
        node = np.arctan2(y, x) - np.arctan2(np.sin(along_moon) * np.cos(tilt), np.cos(along_moon))
        wanted = node + np.arctan2(np.sin(along_site) * np.cos(tilt), np.cos(along_site))
        seen = zenith_rad[:, np.newaxis] + _SPIN_RAD_PER_S * (launch_t_s - noon_t_s[:, np.newaxis])
        launch_t_s = launch_t_s + ((wanted - seen + pi) % (2.0 * pi) - pi) / _SPIN_RAD_PER_S
        distance_m = np.linalg.norm(moon_icrf_m, axis=2)
        swept, speed, radial, across = np.moveaxis(
            np.stack([arc(distance_m[:, k]) for k, arc in enumerate(arcs)], axis=1), 2, 0
        )
        coast = along_moon - swept - along_site - ASCENT_RAD
        if step < _SETTLED_STEPS:  # later, a coast that is just above or below a turn must not flip
            turns = np.floor(coast / (2.0 * pi))
        coast = coast - 2.0 * pi * turns
        moved_s = np.abs(launch_t_s + ASCENT_S + coast / rate - injection_t_s)
        injection_t_s = launch_t_s + ASCENT_S + coast / rate
        if step > _SETTLED_STEPS and np.nanmax(moved_s) < _STILL_S:
            break
    azimuth = _azimuth(latitude, tilt, launch_branch)
    start, ahead = _plane(node, tilt, along_moon - swept)
    end, end_ahead = _plane(node, tilt, along_moon)
    to_icrf = np.swapaxes(equator, 1, 2)
    start, ahead, end, end_ahead = (
        np.einsum("dij,dmj->dmi", to_icrf, vector) for vector in (start, ahead, end, end_ahead)
    )
    arrival_t_s = injection_t_s + flight_s
    arriving = radial[..., np.newaxis] * end + across[..., np.newaxis] * end_ahead
    excess = arriving - track.velocity_m_per_s(arrival_t_s)
    columns = {
        "launch_t_s": launch_t_s,
        "injection_t_s": injection_t_s,
        "arrival_t_s": arrival_t_s,
        "azimuth_deg": np.degrees(azimuth),
        "inclination_deg": np.degrees(tilt),
        "opportunity": np.full(shape, 2 * moon_branch + launch_branch),
        "injection_m": parking_m * start,
        "injection_m_per_s": speed[..., np.newaxis] * ahead,
        "tli_m_per_s": speed - parking_m * rate,
        "excess_m_per_s": excess,
    }
    good = (moved_s < _STILL_S) & _allowed(site, columns["azimuth_deg"])
    # Where plane and latitude, or plane and declination, touch there is one way, not two.
    good &= (launch_branch == 0) | (np.cos(along_site) < -1e-6)
    good &= (moon_branch == 0) | (np.cos(along_moon) < -1e-6)
    # A launch near midnight is nearest to the noons of both days.
    good[1:] &= np.diff(launch_t_s, axis=0) > _SAME_LAUNCH_S
    return {name: column[good] for name, column in columns.items()}


def _along(latitude: ArrayLike, tilt: FloatArray, branch: int) -> FloatArray:
    """Return the angle from the ascending node, on the way north (0) or south (1)."""
    angle = np.arcsin(np.clip(np.sin(latitude) / np.sin(tilt), -1.0, 1.0))
    return np.asarray(pi - angle if branch else angle)


def _azimuth(latitude: float, tilt: FloatArray, branch: int) -> FloatArray:
    azimuth = np.arcsin(np.clip(np.cos(tilt) / np.cos(latitude), -1.0, 1.0))
    return np.asarray(pi - azimuth if branch else azimuth)


def _allowed(site: LaunchSite, azimuth_deg: FloatArray) -> NDArray[np.bool_]:
    slack_deg = 0.01
    return (azimuth_deg >= site.azimuth_from_deg - slack_deg) & (
        azimuth_deg <= site.azimuth_to_deg + slack_deg
    )


def _plane(node: FloatArray, tilt: FloatArray, along: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the unit vectors to a place in a plane and ahead of it, in the equator's frame."""
    to_node = np.stack([np.cos(node), np.sin(node), np.zeros_like(node)], axis=-1)
    beyond = np.stack(
        [-np.sin(node) * np.cos(tilt), np.cos(node) * np.cos(tilt), np.sin(tilt)], axis=-1
    )
    cosine, sine = np.cos(along)[..., np.newaxis], np.sin(along)[..., np.newaxis]
    return cosine * to_node + sine * beyond, -sine * to_node + cosine * beyond


def _arcs_by_distance(parking_m: float, flight_s: float) -> CubicSpline:
    """Return angle swept, speed at perigee, radial and transverse velocity at the Moon's distance.

    The arc depends on nothing else: 61 of them and a spline are within 1e-9 of each (measured).
    """
    distance_m = np.linspace(*_MOON_DISTANCE_M, 61)
    arc = np.empty((len(distance_m), 4))
    _tangential_arcs(parking_m, distance_m, flight_s, EARTH_GM_M3_PER_S2, arc)
    if not np.isfinite(arc).all():
        remedy = "no arc with its perigee at the start takes so long or short; take 2 to 7 days"
        value = f"{flight_s / DAY_S:g} days"
        raise InputError(Problem("transfer", "flight time", value, remedy))
    return CubicSpline(distance_m, arc)


@compiled
def _tangential_arcs(
    start_m: float, end_m: FloatArray, time_s: float, gm_m3_per_s2: float, arc: FloatArray
) -> None:
    """Fill angle swept, speed at perigee, radial and transverse velocity at the end, (n, 4).

    The radial velocity with which Lambert's arc starts falls as the angle grows; where it is none
    the start is the perigee. Regula falsi (Illinois) on it; NaN where there is no such arc.
    """
    for i in range(end_m.shape[0]):
        arc[i] = np.nan
        low, high = _NEAREST, _FARTHEST
        at_low = plane_arc(start_m, end_m[i], low, time_s, gm_m3_per_s2, 0, False)[0]
        at_high = plane_arc(start_m, end_m[i], high, time_s, gm_m3_per_s2, 0, False)[0]
        if not at_low * at_high < 0.0:
            continue
        for _ in range(60):
            angle = (low * at_high - high * at_low) / (at_high - at_low)
            radial, across, end_radial, end_across = plane_arc(
                start_m, end_m[i], angle, time_s, gm_m3_per_s2, 0, False
            )
            if radial * at_high < 0.0:
                low, at_low = high, at_high
            else:
                at_low *= 0.5
            high, at_high = angle, radial
            if abs(radial) < 1e-6 or abs(high - low) < 1e-14:
                break
        arc[i, 0], arc[i, 1], arc[i, 2], arc[i, 3] = angle, across, end_radial, end_across
