"""Where a lander comes down: the ellipse about the place aimed at.

Independent errors, normal, add up by their variances: the orbit as known when braking begins, the
velocity as the inertial unit carries it through the descent, the map's place of the site, and what
control leaves. A lander that compares pictures with a map (terrain-relative navigation) replaces
the first two by the fix. The sizes are engineering values (recall), not measurements of one
lander, and wide enough for the flown misses of ``landings.csv`` (IM-2 came down 325 m off with
pictures, as its altimeter failed); the tests hold them against each other.
"""

from dataclasses import dataclass
from math import hypot, log, sqrt

import numpy as np

from moonstead.errors import InputError, Problem
from moonstead.spec import suggest


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Errors of a landing, one standard deviation each.

    Parameters
    ----------
    along_m, cross_m
        Of the place when braking begins, or of the last fix by pictures.
    velocity_m_per_s
        As carried from then on.
    carried_s
        For how long it is carried.
    map_m
        Of the site on the map against the frame that is navigated in.
    control_m
        What guidance and thrust leave.
    """

    along_m: float
    cross_m: float
    velocity_m_per_s: float
    carried_s: float
    map_m: float
    control_m: float


NAVIGATION = {
    "inertial": Errors(
        along_m=1500.0,
        cross_m=500.0,
        velocity_m_per_s=1.5,
        carried_s=700.0,
        map_m=100.0,
        control_m=30.0,
    ),
    "terrain": Errors(
        along_m=100.0,
        cross_m=100.0,
        velocity_m_per_s=0.3,
        carried_s=200.0,
        map_m=0.0,
        control_m=30.0,
    ),
}
"""By radio tracking and inertial unit alone; and with fixes by pictures down to some kilometres."""


@dataclass(frozen=True, slots=True)
class LandingEllipse:
    """A normal spread about the place aimed at, along and across the track.

    Parameters
    ----------
    along_m, cross_m
        Standard deviations, above 0.
    """

    along_m: float
    cross_m: float

    def half_axes_m(self, share: float) -> tuple[float, float]:
        """Return the half axes, along and across, of the ellipse that holds a share of landings."""
        factor = sqrt(-2.0 * log(1.0 - share))
        return factor * self.along_m, factor * self.cross_m

    def chance_within(self, radius_m: float) -> float:
        """Return the chance to come down within a distance of the place aimed at.

        Over one angle the integral of the spread has a closed form; the mean over the other is
        taken at even angles: for axes of one to twenty, exact to rounding.
        """
        angle = np.arange(0.5, 2048.0) * (np.pi / 2048.0)
        width = (np.cos(angle) / self.along_m) ** 2 + (np.sin(angle) / self.cross_m) ** 2
        inside = -np.expm1(-0.5 * radius_m**2 * width) / (width * self.along_m * self.cross_m)
        return float(np.mean(inside))


def landing_ellipse(navigation: str) -> LandingEllipse:
    """Return the ellipse of a way to navigate, a key of `NAVIGATION`.

    Raises
    ------
    InputError
        There is no such way.
    """
    if navigation not in NAVIGATION:
        remedy = suggest(navigation, NAVIGATION)
        raise InputError(Problem("landing", "navigation", navigation, remedy))
    errors = NAVIGATION[navigation]
    carried_m = errors.velocity_m_per_s * errors.carried_s
    rest_m = sqrt(carried_m**2 + errors.map_m**2 + errors.control_m**2)
    return LandingEllipse(hypot(errors.along_m, rest_m), hypot(errors.cross_m, rest_m))
