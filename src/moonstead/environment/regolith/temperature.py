"""Temperature of lunar ground: at a site, on arrays of pixels, and for given flux."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.bodytrack import BODY_RADIUS_M
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.regolith.equilibrium import (
    GIVEN,
    HELD,
    HIGHEST,
    LOWEST,
    MEAN,
    TAKEN,
    settle_flux,
)
from moonstead.environment.regolith.kernel import LANES
from moonstead.environment.regolith.properties import (
    AU_M,
    COLD_TRAP_K,
    SOLAR_CONSTANT_W_PER_M2,
    Column,
    FloatArray,
    Regolith,
    column,
)
from moonstead.environment.regolith.sun_table import SunTable
from moonstead.environment.regolith.sunlight import absorbed_series
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.errors import InputError, Problem
from moonstead.units import HOUR_S

SPIN_UP = 4
"""Cycles before the recorded one: temperatures at every depth down to 2 m are then within 0.04 K
of those after forty cycles, at the equator and at the pole."""
_LONGEST_STEP_S = 13.0 * HOUR_S  # a 54th of a lunation: means and extremes within 0.5 K
_BATCH_BYTES = 1 << 27
_HIGHEST_FLUX_W_PER_M2 = 1e5  # 50 suns


@dataclass(frozen=True, slots=True, eq=False)
class Temperatures:
    """Temperatures of many pixels over the recorded cycle.

    Parameters
    ----------
    depth_m
        Shape (depths,).
    lowest_k, mean_k, highest_k
        Shape (depths, pixels): over the cycle, at the ends of the steps.
    stored_j_per_m2, absorbed_j_per_m2, radiated_j_per_m2
        Shape (pixels,): change of the stored heat over the cycle, what was taken up (geothermal
        heat included) and what was radiated. Stored is absorbed minus radiated, to rounding.
    duration_s
        Of the cycle.
    """

    depth_m: FloatArray
    lowest_k: FloatArray
    mean_k: FloatArray
    highest_k: FloatArray
    stored_j_per_m2: FloatArray
    absorbed_j_per_m2: FloatArray
    radiated_j_per_m2: FloatArray
    duration_s: float

    @property
    def imbalance_w_per_m2(self) -> FloatArray:
        """How far each pixel is from equilibrium: mean heat flow into the ground, (pixels,)."""
        return self.stored_j_per_m2 / self.duration_s

    @property
    def cold_trap(self) -> NDArray[np.bool_]:
        """Where ice would last: highest temperature below `COLD_TRAP_K`, (depths, pixels)."""
        cold: NDArray[np.bool_] = self.highest_k < COLD_TRAP_K
        return cold


@dataclass(frozen=True, slots=True, eq=False)
class TemperatureSeries:
    """Temperatures of a place over time.

    Parameters
    ----------
    t_s
        Shape (n,): TDB seconds past J2000, the ends of the steps.
    depth_m
        Shape (depths,).
    temperature_k
        Shape (n, depths).
    sunlight_w_per_m2, terrain_w_per_m2
        Shape (n,): absorbed from the Sun, and from terrain (scattered light and infrared), means
        of the steps.
    summary
        Of the recorded cycle, one pixel.
    """

    t_s: FloatArray
    depth_m: FloatArray
    temperature_k: FloatArray
    sunlight_w_per_m2: FloatArray
    terrain_w_per_m2: FloatArray
    summary: Temperatures


def flux_temperatures(
    absorbed_w_per_m2: FloatArray,
    step_s: float,
    depth_m: ArrayLike = (0.0,),
    ground: Column | None = None,
    spin_up: int = SPIN_UP,
    keep_series: bool = False,
) -> tuple[Temperatures, FloatArray]:
    """Find the temperatures of pixels under a repeated cycle of absorbed flux.

    Parameters
    ----------
    absorbed_w_per_m2
        Shape (steps, pixels): absorbed by the surface, mean of each step.
    step_s
        Of time, at most 13 h.
    depth_m
        Where temperatures are wanted, (depths,).
    ground
        Regolith; None for `column` with its defaults.
    spin_up
        Cycles before the recorded one.
    keep_series
        Whether to keep the temperatures of every step.

    Returns
    -------
    Temperatures
    ndarray of shape (steps, depths, pixels), K
        At the ends of the steps; no steps without ``keep_series``.

    Raises
    ------
    InputError
        For fluxes that are negative, not finite or absurd, for steps that are too long, and for
        depths outside the column.
    """
    flux = np.ascontiguousarray(absorbed_w_per_m2, dtype=np.float64)
    if flux.ndim != 2 or flux.size == 0:
        remedy = "give an array of (steps, pixels), none of them zero"
        raise InputError(Problem("absorbed_w_per_m2", "shape", str(flux.shape), remedy))
    if not (flux.min() >= 0.0 and flux.max() <= _HIGHEST_FLUX_W_PER_M2):
        bad = flux[~((flux >= 0.0) & (flux <= _HIGHEST_FLUX_W_PER_M2))][0]
        remedy = "give the absorbed flux in W/m2, zero in the dark, no gaps"
        raise InputError(Problem("absorbed_w_per_m2", "", str(bad), remedy))
    ground = ground or column()
    depths = _checked(step_s, spin_up, depth_m, ground)
    statistics, ledger, series = settle_flux(
        flux, ground.material, step_s, spin_up, depths, keep_series
    )
    return _temperatures(depth_m, statistics, ledger, step_s * len(flux)), series


def temperature_map(
    horizon_deg: FloatArray,
    place_deg: FloatArray,
    sun: SunTable,
    depth_m: ArrayLike = (0.0,),
    ground: Column | None = None,
    spin_up: int = SPIN_UP,
) -> Temperatures:
    """Find the temperatures of pixels with horizons under the real Sun.

    Parameters
    ----------
    horizon_deg
        Shape (pixels, azimuths): elevation of the terrain horizon at even azimuths from north
        through east, the first at north; float64, negative where the ground falls away.
    place_deg
        Shape (pixels, 4): planetocentric latitude and longitude (mean-Earth frame, east), slope,
        and aspect: the azimuth, from north through east, towards which the ground falls.
    sun
        Of `sun_table`, whole years near the poles.
    depth_m
        Where temperatures are wanted, (depths,).
    ground
        Regolith; None for `column` with its defaults.
    spin_up
        Cycles before the recorded one.

    Returns
    -------
    Temperatures

    Raises
    ------
    InputError
        For arrays that do not fit or hold gaps, and for depths outside the column.

    Notes
    -----
    What the pixel absorbs is described, with its limits, in `sunlight`. Pixels do not touch: the
    result of each is the same in any batch. Beside the horizons it holds about 250 MB.
    """
    ground = ground or column()
    horizons, pixels = _places(horizon_deg, place_deg)
    depths = _checked(sun.step_s, spin_up, depth_m, ground)
    light = light_table(ground.regolith)
    statistics = np.empty((3, len(depths[0]), len(pixels)))
    ledger = np.empty((3, len(pixels)))
    batch = LANES * max(_BATCH_BYTES // (16 * LANES * len(sun.t_s)), 1)
    for first in range(0, len(pixels), batch):
        part = slice(first, first + batch)
        absorbed, terrain = absorbed_series(sun.position_m, pixels[part], horizons[part], light)
        absorbed += terrain
        found = settle_flux(absorbed, ground.material, sun.step_s, spin_up, depths, False)
        statistics[:, :, part], ledger[:, part] = found[0], found[1]
    return _temperatures(depth_m, statistics, ledger, sun.step_s * len(sun.t_s))


def absorbed_flux(
    horizon_deg: FloatArray, place_deg: FloatArray, sun: SunTable, regolith: Regolith
) -> tuple[FloatArray, FloatArray]:
    """Return what pixels absorb from the Sun and from the terrain in their view.

    Parameters
    ----------
    horizon_deg, place_deg, sun
        As in `temperature_map`.
    regolith
        For its albedo and emissivity.

    Returns
    -------
    ndarray of shape (steps, pixels), W/m2
        From the Sun.
    ndarray of shape (steps, pixels), W/m2
        From terrain, scattered sunlight and infrared radiation together.

    Raises
    ------
    InputError
        For arrays that do not fit or hold gaps.
    """
    horizons, pixels = _places(horizon_deg, place_deg)
    direct, terrain = absorbed_series(sun.position_m, pixels, horizons, light_table(regolith))
    return direct, terrain


def regolith_temperature(
    profile: HorizonProfile,
    sun: SunTable,
    depth_m: ArrayLike = (0.0, 0.1, 0.5, 1.0),
    slope_deg: float = 0.0,
    aspect_deg: float = 0.0,
    ground: Column | None = None,
) -> TemperatureSeries:
    """Find the temperature of the ground at a site over a cycle of the real Sun.

    Parameters
    ----------
    profile
        The site and its horizon; for the ground take the horizon of the ground, not of a mast.
    sun
        Of `sun_table`; the cycle is repeated until equilibrium.
    depth_m
        Where temperatures are wanted, (depths,).
    slope_deg, aspect_deg
        Tilt of the ground, and the azimuth towards which it falls.
    ground
        Regolith; None for `column` with its defaults.

    Returns
    -------
    TemperatureSeries

    Raises
    ------
    InputError
        For depths outside the column.
    """
    ground = ground or column()
    site = profile.site
    place = np.array([[site.latitude_deg, site.longitude_deg, slope_deg, aspect_deg]])
    direct, terrain = absorbed_flux(profile.elevation_deg[np.newaxis], place, sun, ground.regolith)
    summary, series = flux_temperatures(
        direct + terrain, sun.step_s, depth_m, ground, keep_series=True
    )
    return TemperatureSeries(
        t_s=sun.t_s + 0.5 * sun.step_s,
        depth_m=summary.depth_m,
        temperature_k=series[:, :, 0],
        sunlight_w_per_m2=direct[:, 0],
        terrain_w_per_m2=terrain[:, 0],
        summary=summary,
    )


def light_table(regolith: Regolith) -> FloatArray:
    """Return the constants of the light as the kernels of `sunlight` take them, shape (8,)."""
    return np.array(
        [
            SOLAR_CONSTANT_W_PER_M2 * AU_M**2,
            BODY_RADIUS_M["sun"],
            MOON_RADIUS_M,
            regolith.albedo,
            regolith.albedo_cubic,
            regolith.albedo_eighth,
            regolith.diffuse_albedo,
            regolith.emissivity,
        ]
    )


def _checked(
    step_s: float, spin_up: int, depth_m: ArrayLike, ground: Column
) -> tuple[NDArray[np.int64], FloatArray]:
    if not 0.0 < step_s <= _LONGEST_STEP_S:
        remedy = f"give steps of at most {_LONGEST_STEP_S:.0f} s"
        raise InputError(Problem("step_s", "", str(step_s), remedy))
    if spin_up < 0:
        raise InputError(Problem("spin_up", "", str(spin_up), "give a number of cycles, 0 or more"))
    return ground.places(depth_m)


def _places(horizon_deg: FloatArray, place_deg: FloatArray) -> tuple[FloatArray, FloatArray]:
    horizons = np.ascontiguousarray(horizon_deg, dtype=np.float64)
    places = np.ascontiguousarray(np.radians(place_deg))
    if horizons.ndim != 2 or horizons.shape[1] < 2 or places.shape != (len(horizons), 4):
        value = f"{horizons.shape} and {places.shape}"
        remedy = "give (pixels, azimuths) and (pixels, 4): latitude, longitude, slope, aspect"
        raise InputError(Problem("horizon_deg, place_deg", "shape", value, remedy))
    for name, array in (("horizon_deg", horizons), ("place_deg", places)):
        if not np.isfinite(array).all():
            pixel = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            remedy = "every value must be a number: leave out pixels without terrain"
            raise InputError(Problem(name, f"pixel {pixel}", "not finite", remedy))
    return horizons, places


def _temperatures(
    depth_m: ArrayLike, statistics: FloatArray, ledger: FloatArray, duration_s: float
) -> Temperatures:
    return Temperatures(
        depth_m=np.atleast_1d(np.asarray(depth_m, dtype=np.float64)),
        lowest_k=statistics[LOWEST],
        mean_k=statistics[MEAN],
        highest_k=statistics[HIGHEST],
        stored_j_per_m2=ledger[HELD],
        absorbed_j_per_m2=ledger[TAKEN],
        radiated_j_per_m2=ledger[GIVEN],
        duration_s=duration_s,
    )
