"""Light with uncertainty: errors of the terrain and of the mast become a band.

An elevation model stands for many surfaces. Each member of an ensemble adds to every layer a
random field of stated size and correlation length, and to the observer's height an error of the
mast; the horizon is taken again, and light and Earth above it. The bands are quantiles of that.

What an error of 1 m in height does to a horizon falls with the distance of what makes it: 0.57
degrees at 100 m, 0.06 at 1 km, 0.006 at 10 km; the Sun's disc is 0.53 degrees wide. Yet coarse
terrain errs by more metres, so all layers are disturbed; only ground that could come to stand
highest is looked at again, which is what makes members cheap.

Members are a little darker than the terrain as given: of many crests of like height, errors let
the highest one stand out. This is no flaw of the method: interpolated terrain is smoother than the
ground is, and its horizon too low.

Not counted: where a model lies on the Moon (tracks are placed to 10 to 20 cm along the ground and
2 to 4 cm in height, Barker et al. 2021), errors that all terrain near the site has in common, rocks
and whatever else stands between two pixels and is taller than the errors stated, errors between
layers that are correlated, the ephemeris (below an arcsecond), and the shape of the error where it
is not Gaussian.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from moonstead.environment.bodytrack import BodyTrack
from moonstead.environment.light import visible_fraction
from moonstead.environment.profile import FloatArray, HorizonProfile
from moonstead.environment.sights import HeightError, sights_of
from moonstead.environment.terrain.grid import HeightArray, Terrain
from moonstead.errors import InputError, Problem
from moonstead.units import HOUR_S

__all__ = [
    "Band",
    "HeightError",
    "LightBand",
    "correlated_field_m",
    "disturbed_horizons",
    "light_band",
    "usual_error",
]

_FINE_PIXEL_M: Final = 5.0
_FINE_SIGMA_M: Final = 0.4
_GROWTH: Final = 0.88
_CORRELATION_PIXELS: Final = 3.2
_QUANTILES: Final = (0.05, 0.5, 0.95)


def usual_error(pixel_m: float) -> HeightError:
    """Return the error to expect of laser altimeter terrain of a pixel's size.

    Parameters
    ----------
    pixel_m
        Side of a pixel.

    Returns
    -------
    HeightError
        ``0.4 m (pixel / 5 m)^0.88``, correlated over 3.2 pixels.

    Notes
    -----
    At 5 m: root mean square height errors of 0.30 to 0.50 m and slope errors of 1.5 to 2.5 degrees
    (Barker et al. 2021, Planet. Space Sci. 203, 105119; NASA PGDA product 78). A Gaussian field
    of deviation s and correlation length L has the root mean square slope ``sqrt(2) s / L``, so the
    two make L 16 m. At 59 m: 3 to 4 m (SLDEM2015, Barker et al. 2016, Icarus 273, 346). The power
    goes through both; beyond 60 m, and between products, it is an assumption. Terrain that was
    averaged from finer pixels is better than this.
    """
    sigma_m = _FINE_SIGMA_M * (pixel_m / _FINE_PIXEL_M) ** _GROWTH
    return HeightError(sigma_m, _CORRELATION_PIXELS * pixel_m)


def correlated_field_m(
    shape: tuple[int, int], pixel_m: float, error: HeightError, rng: np.random.Generator
) -> HeightArray:
    """Draw a Gaussian field of heights.

    Parameters
    ----------
    shape
        Rows and columns.
    pixel_m
        Side of a pixel.
    error
        Standard deviation and correlation length.
    rng
        Source of randomness.

    Returns
    -------
    ndarray of `shape`
        Of mean zero, and of exactly the deviation and correlation stated between pixels, but for
        the opposite edges of a slightly larger field, which are neighbours.
    """
    rows, columns = (fft.next_fast_len(size, real=True) for size in shape)
    across = _power(rows, error.correlation_m / pixel_m)
    along = _power(columns, error.correlation_m / pixel_m)[: columns // 2 + 1]
    noise = fft.rfft2(rng.standard_normal((rows, columns), dtype=np.float32))
    noise *= across[:, np.newaxis]
    noise *= error.sigma_m * along
    drawn = fft.irfft2(noise, s=(rows, columns))
    field_m: HeightArray = np.ascontiguousarray(drawn[: shape[0], : shape[1]])
    return field_m


def _power(count: int, length: float) -> HeightArray:
    """Return the square root of the spectrum of a periodic Gaussian correlation of variance 1."""
    lag = np.arange(count)
    wrapped = np.minimum(lag, count - lag)
    spectrum = fft.fft(np.exp(-0.5 * (wrapped / length) ** 2)).real
    spectrum = np.maximum(spectrum, 0.0)
    root: HeightArray = np.sqrt(spectrum / spectrum.mean()).astype(np.float32)
    return root


def disturbed_horizons(
    profile: HorizonProfile,
    layers: Sequence[Terrain],
    errors: Sequence[HeightError],
    height_sigma_m: float,
    count: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Return the horizons of an ensemble of terrains and masts.

    Parameters
    ----------
    profile
        Of the terrain as given.
    layers, errors
        The terrain it was computed from, fine to coarse, and how wrong each layer is.
    height_sigma_m
        Standard deviation of the observer's height above the ground; never below the ground.
    count
        Of the ensemble.
    rng
        Source of randomness.

    Returns
    -------
    ndarray of shape (count, azimuths)
        Degrees.

    Raises
    ------
    InputError
        Where an error is negative or not finite, or the ensemble is empty.
    """
    _check(errors, height_sigma_m, count)
    sights = sights_of(profile, layers, errors, height_sigma_m)
    horizons_deg = np.empty((count, len(profile.azimuth_deg)))
    for member in range(count):
        mast_m = max(height_sigma_m * rng.standard_normal(), -profile.site.height_m)
        fields_m = [
            correlated_field_m(layer.shape, layer.pixel_m, errors[number], rng)
            for layer, number in zip(sights.layers, sights.numbers, strict=True)
        ]
        horizons_deg[member] = sights.horizon_deg(fields_m, mast_m)
    return horizons_deg


@dataclass(frozen=True, slots=True)
class Band:
    """Where nine of ten members lie: the 5, 50 and 95 % quantiles of an ensemble."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class LightBand:
    """Light and Earth above the horizons of an ensemble; see `LightStatistics` for the figures.

    Parameters
    ----------
    members
        Of the ensemble.
    horizon_sigma_deg
        Standard deviation of the horizon's elevation, root mean square over azimuths.
    any_disc_fraction, mean_disc_fraction, longest_dark_h, earth_fraction
        Bands.
    """

    members: int
    horizon_sigma_deg: float
    any_disc_fraction: Band
    mean_disc_fraction: Band
    longest_dark_h: Band
    earth_fraction: Band


def light_band(
    profile: HorizonProfile, horizons_deg: FloatArray, sun: BodyTrack, earth: BodyTrack
) -> LightBand:
    """Sum up light and Earth above an ensemble of horizons.

    Parameters
    ----------
    profile
        Of the terrain as given.
    horizons_deg
        Shape (members, azimuths).
    sun, earth
        In the sky of the site, at the same even epochs. A mast's error moves neither.

    Returns
    -------
    LightBand
    """
    step_h = float(sun.t_s[1] - sun.t_s[0]) / HOUR_S
    found = np.empty((len(horizons_deg), 4))
    for i, elevation_deg in enumerate(horizons_deg):
        member = replace(profile, elevation_deg=elevation_deg)
        light = visible_fraction(sun, member)
        found[i] = (
            np.mean(light > 0.0),
            np.mean(light),
            _longest(light == 0.0) * step_h,
            np.mean(visible_fraction(earth, member) > 0.0),
        )
    variance = np.var(horizons_deg, axis=0)
    bands = (Band(*(float(x) for x in row)) for row in np.quantile(found, _QUANTILES, axis=0).T)
    return LightBand(len(horizons_deg), float(np.sqrt(variance.mean())), *bands)


def _longest(condition: NDArray[np.bool_]) -> int:
    """Return the length of the longest run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], condition, [False]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _check(errors: Sequence[HeightError], height_sigma_m: float, count: int) -> None:
    sizes = [("height_sigma_m", height_sigma_m), *(("sigma_m", error.sigma_m) for error in errors)]
    problems = [
        Problem("uncertainty", name, f"{value:g}", "write 0 m or more")
        for name, value in sizes
        if not 0.0 <= value < np.inf
    ]
    problems += [
        Problem("uncertainty", "correlation_m", f"{error.correlation_m:g}", "write more than 0 m")
        for error in errors
        if not 0.0 < error.correlation_m < np.inf
    ]
    if count < 1:
        problems.append(Problem("uncertainty", "count", str(count), "ask for one member or more"))
    if problems:
        raise InputError(problems)
