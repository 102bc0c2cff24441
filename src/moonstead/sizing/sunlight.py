"""Years of light at a site, for several heights of the mast."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.light import eclipse_fraction, visible_fraction
from moonstead.environment.profile import HorizonProfile, even_azimuths_deg
from moonstead.environment.regolith.properties import SOLAR_CONSTANT_W_PER_M2
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.sites import load_profile, site_names
from moonstead.errors import InputError, Problem
from moonstead.spec import suggest

FloatArray = NDArray[np.float64]

AU_M = 149_597_870_700.0
"""IAU 2012 resolution B2."""
FLAT_AZIMUTHS = 72
_HEIGHT = re.compile(r"-\d+m$")


@dataclass(frozen=True, slots=True, eq=False)
class SiteLight:
    """Light on an upright face that turns with the Sun.

    Parameters
    ----------
    name
        Of the site.
    profiles
        Horizons, one for each height, lowest first.
    light_w_per_m2
        On the face, shape (heights, n): horizon, eclipses, distance and the Sun's elevation
        counted.
    longest_dark_s
        Longest time without any of the Sun's disc above the horizon, by height.
    start_t_s, step_s
        The grid, TDB seconds past J2000.
    """

    name: str
    profiles: tuple[HorizonProfile, ...]
    light_w_per_m2: FloatArray
    longest_dark_s: FloatArray
    start_t_s: float
    step_s: float

    @property
    def heights_m(self) -> tuple[float, ...]:
        """Of the mast, lowest first."""
        return tuple(profile.site.height_m for profile in self.profiles)


def profiles_of(name: str) -> tuple[HorizonProfile, ...]:
    """Return the horizons that come with Moonstead for a site, one for each height it has.

    Parameters
    ----------
    name
        Of a profile, such as ``connecting-ridge-10m``, or of all heights of it, such as
        ``connecting-ridge``.

    Raises
    ------
    InputError
        Where no site has this name.
    """
    every = site_names()
    chosen = [known for known in every if known == name] or [
        known for known in every if _HEIGHT.sub("", known) == name
    ]
    if not chosen:
        known = {*every, *(_HEIGHT.sub("", known) for known in every)}
        remedy = f"no site has this name; {suggest(name, known)}"
        raise InputError(Problem("--site", "", name, remedy))
    profiles = [load_profile(one) for one in chosen]
    return tuple(sorted(profiles, key=lambda profile: profile.site.height_m))


def family_of(name: str) -> str:
    """Return the name of a site without the height of its profile."""
    return _HEIGHT.sub("", name)


def flat_profiles(
    latitude_deg: float, longitude_deg: float, heights_m: Sequence[float]
) -> tuple[HorizonProfile, ...]:
    """Return horizons on a smooth sphere: they stand lower the higher the mast is."""
    name = f"flat ground at {abs(latitude_deg):g} {'S' if latitude_deg < 0.0 else 'N'}"
    bare = HorizonProfile(
        site=Site(name, latitude_deg, longitude_deg, 0.0, 0.0),
        azimuth_deg=even_azimuths_deg(FLAT_AZIMUTHS),
        elevation_deg=np.zeros(FLAT_AZIMUTHS),
        source=(),
        note="no terrain: a smooth sphere",
    )
    return tuple(
        replace(
            bare,
            site=replace(bare.site, height_m=height_m),
            elevation_deg=np.full(FLAT_AZIMUTHS, -_dip_deg(height_m)),
        )
        for height_m in sorted(heights_m)
    )


def _dip_deg(height_m: float) -> float:
    return float(np.degrees(np.arccos(MOON_RADIUS_M / (MOON_RADIUS_M + height_m))))


def light_of(
    name: str,
    profiles: Sequence[HorizonProfile],
    ephemeris: Ephemeris,
    grid: tuple[float, float, int],
) -> SiteLight:
    """Compute the light at a site for every height of its mast.

    Parameters
    ----------
    name
        What to call the site.
    profiles
        One for each height, lowest first.
    ephemeris
        Of Sun and Earth.
    grid
        Start (TDB seconds past J2000), step (s) and count.

    Raises
    ------
    RangeError
        Where the grid leaves the ephemeris.
    """
    rows, dark_s = [], []
    for at, profile in enumerate(profiles):
        site, before = profile.site, profiles[at - 1].site
        # From a higher mast on the same spot Sun and Earth stand where they stood (1e-8 degrees).
        if at == 0 or (site.latitude_deg, site.longitude_deg) != (
            before.latitude_deg,
            before.longitude_deg,
        ):
            sun = ephemeris.track(site, "sun", *grid)
            clear = 1.0 - eclipse_fraction(sun, ephemeris.track(site, "earth", *grid))
            upright = np.cos(np.radians(sun.elevation_deg))
            beam_w_per_m2 = SOLAR_CONSTANT_W_PER_M2 * (AU_M / sun.distance_m) ** 2 * upright * clear
        seen = visible_fraction(sun, profile)
        rows.append(beam_w_per_m2 * seen)
        dark_s.append(_longest_run(seen == 0.0) * grid[1])
    return SiteLight(
        name=name,
        profiles=tuple(profiles),
        light_w_per_m2=np.array(rows),
        longest_dark_s=np.array(dark_s),
        start_t_s=grid[0],
        step_s=grid[1],
    )


def _longest_run(condition: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], condition, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))
