"""Craters of the Moon: how many, of what shape, and how they wear down.

Numbers and shapes are those of published fits; each constant names its source. Wear is linear
diffusion of the topography, solved exactly by the heat kernel of the plane.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import i0e

from moonstead.environment.profile import FloatArray

# Production function of the Moon, N(>D) per km2 and 1 Gyr up to a constant: Neukum, Ivanov and
# Hartmann 2001, Space Sci. Rev. 96, 55, table I "new"; D in km, from 0.01 to 1000.
_PRODUCTION = (
    *(-3.0876, -3.557528, 0.781027, 1.021521, -0.156012, -0.444058),
    *(0.019977, 0.086850, -0.005874, -0.006809, 8.25e-4, 5.54e-5),
)
# Chronology: N(>1 km) per km2 on ground of an age in Gyr. The same paper, equation 5.
_CHRONOLOGY = (5.44e-14, 6.93, 8.38e-4)
# Small craters vanish as fast as they come: N(>D) = 10^-1.1 D^-2 per km2, D in km. Trask 1966, JPL
# Tech. Rep. 32-800.
_EQUILIBRIUM_PER_KM2 = 10.0**-1.1

DIFFUSIVITY_M2_PER_MYR = 5.5
"""Mean of the last 3 Gyr: Fassett and Thomson 2014, J. Geophys. Res. Planets 119, 2255."""
OLDEST_VISIBLE = 0.73
"""Wear at which a crater counts as gone: the same paper leaves 7 % of the depth at this wear
(300 m after 3 Gyr) and calls smaller ones degraded beyond recognition."""

REACH = 5.0
"""Radii from the centre to where the ejecta end here; their volume beyond is left out."""
_NODES_PER_RADIUS = 48
_FRESH_WEAR = 4e-4  # its kernel is as wide as 1.4 nodes


def production_per_km2(diameter_m: ArrayLike, age_gyr: float) -> FloatArray:
    """Return how many craters larger than a diameter form on 1 km2 within an age.

    Examples
    --------
    >>> round(float(production_per_km2(1000.0, 1.0)), 6)
    0.000838
    """
    log_km = np.log10(np.asarray(diameter_m, dtype=np.float64) / 1e3)
    shape = np.polynomial.polynomial.polyval(log_km, _PRODUCTION) - _PRODUCTION[0]
    return np.asarray(one_km_craters_per_km2(age_gyr) * 10.0**shape)


def one_km_craters_per_km2(age_gyr: ArrayLike) -> FloatArray:
    """Return the number of craters above 1 km on 1 km2 of ground of an age."""
    early, rate, steady = _CHRONOLOGY
    age = np.asarray(age_gyr, dtype=np.float64)
    return np.asarray(early * np.expm1(rate * age) + steady * age)


def steady_myr(age_gyr: float) -> float:
    """Return how long today's flux of impacts takes for all that came within an age, Myr."""
    return float(one_km_craters_per_km2(age_gyr)) / _CHRONOLOGY[2] * 1e3


def equilibrium_per_km2(diameter_m: ArrayLike) -> FloatArray:
    """Return how many craters larger than a diameter are seen on 1 km2 where they are saturated."""
    return np.asarray(_EQUILIBRIUM_PER_KM2 * (np.asarray(diameter_m, dtype=np.float64) / 1e3) ** -2)


@dataclass(frozen=True, slots=True)
class CraterShape:
    """Shape of a fresh crater: Pike 1977, Impact and Explosion Cratering, 489.

    Parameters
    ----------
    depth_m
        From rim to floor: 0.196 D^1.010, or 1.044 D^0.301 where that is less (above 10.6 km; all
        in km).
    rim_m
        Of the rim above the plain: 0.036 D^1.014, or 0.236 D^0.399 where that is less.
    floor_fraction
        Of the radius that is flat: none in simple craters, 0.187 D^0.249 in complex ones.
    peak_m
        Of the central peak: 0.032 D^0.900 in complex craters.
    """

    depth_m: float
    rim_m: float
    floor_fraction: float
    peak_m: float

    def height_m(self, radii: ArrayLike) -> FloatArray:
        """Return the height above the plain at distances in crater radii.

        Inside a paraboloid, from the floor's edge to the rim. Outside ejecta that thin out with
        the cube of the distance (McGetchin, Settle and Head 1973, Earth Planet. Sci. Lett. 20,
        226), less their thickness at `REACH`.
        """
        x = np.asarray(radii, dtype=np.float64)
        floor = self.floor_fraction
        wall = np.clip((x - floor) / (1.0 - floor), 0.0, 1.0)
        peak = self.peak_m * np.exp(-((x / max(0.35 * floor, 1e-9)) ** 2))
        bowl = self.rim_m - self.depth_m * (1.0 - wall**2) + peak
        cut = REACH**-3
        ejecta = self.rim_m * (np.maximum(x, 1.0) ** -3 - cut) / (1.0 - cut)
        return np.where(x < 1.0, bowl, np.maximum(ejecta, 0.0))


def fresh_shape(diameter_m: float) -> CraterShape:
    """Return the shape of a fresh crater of a diameter."""
    km = diameter_m / 1e3
    depth_km = min(0.196 * km**1.010, 1.044 * km**0.301)
    rim_km = min(0.036 * km**1.014, 0.236 * km**0.399)
    # From a bowl at the bend of the depths to the flat floor and peak of complex craters.
    complexity = float(np.clip((km - 10.6) / (20.0 - 10.6), 0.0, 1.0))
    floor = complexity * min(0.187 * km**0.249, 0.8)
    return CraterShape(1e3 * depth_km, 1e3 * rim_km, floor, complexity * 32.0 * km**0.900)


def worn_profiles(shapes: Sequence[CraterShape], wear: FloatArray) -> FloatArray:
    """Return what diffusion leaves of craters.

    The profiles are folded with the heat kernel of the plane about the axis, r' / (2 w)
    exp(-(r^2 + r'^2) / (4 w)) I0(r r' / (2 w)) with the wear w and distances in radii.

    Parameters
    ----------
    shapes
        When fresh.
    wear
        Shape (k,): diffusivity times time over radius squared; below 0.0004 a crater stays fresh.

    Returns
    -------
    ndarray of shape (shapes, k, n)
        Height in m at even distances from the centre to `REACH` radii.
    """
    out, source = _nodes()
    fresh = np.array([shape.height_m(source) for shape in shapes])
    found = np.empty((len(shapes), len(wear), out.size))
    for k, w in enumerate(wear):
        if w < _FRESH_WEAR:
            found[:, k] = [shape.height_m(out) for shape in shapes]
        else:
            found[:, k] = fresh @ _heat_kernel(float(w))
    return found


def _nodes() -> tuple[FloatArray, FloatArray]:
    """Return the distances of a profile, and those between them, in radii."""
    count = round(REACH) * _NODES_PER_RADIUS
    return np.arange(count + 1) / _NODES_PER_RADIUS, (np.arange(count) + 0.5) / _NODES_PER_RADIUS


@lru_cache(maxsize=32)
def _heat_kernel(wear: float) -> FloatArray:
    """Return what a unit of height at each distance between gives at each of a profile."""
    out, source = _nodes()
    apart, product = np.subtract.outer(source, out), np.multiply.outer(source, out)
    kernel = i0e(product / (2.0 * wear)) * np.exp(-(apart**2) / (4.0 * wear)) / (2.0 * wear)
    return np.asarray(kernel * source[:, np.newaxis] / _NODES_PER_RADIUS)
