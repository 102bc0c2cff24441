"""The Sun over a cycle, sampled once for all pixels of a map."""

from dataclasses import dataclass

import numpy as np

from moonstead.environment.bodytrack import me_to_enu
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.regolith.properties import FloatArray
from moonstead.environment.site import Site


@dataclass(frozen=True, slots=True, eq=False)
class SunTable:
    """The Sun over a cycle, for any place on the Moon; made by `sun_table`.

    Parameters
    ----------
    t_s
        Shape (n,): TDB seconds past J2000, the middles of even steps.
    step_s
        Of time.
    position_m
        Shape (n, 3): apparent, from the Moon's centre, in MOON_ME_DE440_ME421.
    """

    t_s: FloatArray
    step_s: float
    position_m: FloatArray


def sun_table(ephemeris: Ephemeris, start_t_s: float, step_s: float, count: int) -> SunTable:
    """Sample the Sun over a cycle.

    Parameters
    ----------
    ephemeris
        Of the Sun.
    start_t_s
        TDB seconds past J2000 at which the cycle begins.
    step_s
        At most 13 h. Against steps of 0.5 h on rough polar ground, steps of 2 h (4 h) give means
        within 0.1 K (0.4 K) and highest surface temperatures within 1.2 K (5 K) of the worst pixel.
    count
        Steps. The cycle is repeated to find the equilibrium: take whole years near the poles
        (a lunation or a few elsewhere).

    Returns
    -------
    SunTable

    Raises
    ------
    RangeError
        Where the cycle leaves the ephemeris.
    """
    pole = Site("", -90.0, 0.0, 0.0, 0.0)
    sun = ephemeris.track(pole, "sun", start_t_s + 0.5 * step_s, step_s, count)
    azimuth, elevation = np.radians(sun.azimuth_deg), np.radians(sun.elevation_deg)
    level_m = sun.distance_m * np.cos(elevation)
    enu_m = np.stack(
        [level_m * np.sin(azimuth), level_m * np.cos(azimuth), sun.distance_m * np.sin(elevation)]
    )
    position_m = (me_to_enu(-90.0, 0.0).T @ enu_m).T + np.array([0.0, 0.0, -pole.radius_m])
    return SunTable(sun.t_s, step_s, np.ascontiguousarray(position_m))
