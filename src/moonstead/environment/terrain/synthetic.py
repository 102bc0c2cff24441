"""Ground that looks and measures like the Moon's, from a seed: for tests and teaching.

Rolling relief with a power spectrum (von Karman: self-affine below an outer scale, level above it)
is cratered in the order of age. Large craters come from the production function and the age of the
ground; small ones are in equilibrium, at every state of wear alike. What comes out is marked as
synthetic in its product name, and with it in every map, profile and report made of it.

Set to measurement: median bidirectional slope at 17 m of 7.5 degrees in the highlands and 2.0 in
the maria, Hurst exponents 0.95 and 0.76 (Rosenburg et al. 2011, J. Geophys. Res. 116, E02001, table
2). Medians over 24 seeds at 12.5 m: 7.4 and 2.0 degrees, 0.97 and 0.78. One map of a few
kilometres may lie on a crater's wall and be twice as steep, as on the Moon.

Left out: secondary craters and chains, rays, basins, wrinkle ridges and rilles, boulders, slumps.
Craters smaller than four pixels are part of the rolling relief.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import StereographicConversion
from scipy import fft
from scipy.interpolate import RectBivariateSpline
from scipy.special import gamma, kv

from moonstead.environment.profile import FloatArray, TerrainFile
from moonstead.environment.terrain.craters import (
    DIFFUSIVITY_M2_PER_MYR,
    OLDEST_VISIBLE,
    REACH,
    equilibrium_per_km2,
    fresh_shape,
    production_per_km2,
    steady_myr,
    worn_profiles,
)
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.stamping import stamp_craters
from moonstead.errors import InputError, Problem

Ground = Literal["highlands", "mare"]

MOST_PIXELS = 8192
_FEWEST_PIXELS = 16
_PIXEL_SPAN_M = (0.1, 2000.0)
_POLAR_DEG = 80.0  # from here on the polar map, as the LOLA products have it
_SMALLEST_PIXELS = 4.0
_LARGEST_M, _LARGEST_SIDES = 200e3, 8.0  # craters beyond a map reach in with wall and ejecta
_CLASS_RATIO = 2.0**0.5
_LOBE = 0.03  # rms departure of a rim from a circle, by harmonic
_LEVEL_SIZE, _WIDER = 128, 16  # steps to a side of a level of long waves; its width over the last
_OUTER_WAVES = 2.0  # outer scales to the longest wave
_LEG_M = 25.0  # of a triangle of 17.7 m
_WEARS = np.concatenate([[0.0], np.geomspace(4e-4, OLDEST_VISIBLE, 16)])
_QUANTUM_M = 1.0 / 1024.0  # so that the last bits of a sum cannot show in the file


@dataclass(frozen=True, slots=True)
class _Kind:
    """What makes a kind of ground.

    All but the age are set so that relief and craters together have the measured slopes; none is
    a measurement of its own.

    Parameters
    ----------
    age_gyr
        By which the production function is scaled: 4.0 gives 150 craters above 20 km on 1e6 km2.
    hurst, outer_m
        Exponent and outer scale of the rolling relief.
    relief_slope
        Its rms rise over run, along one direction, over legs of 25 m.
    erasure
        Share of the older relief that a fresh crater wipes out inside.
    """

    age_gyr: float
    hurst: float
    outer_m: float
    relief_slope: float
    erasure: float


_KINDS = {
    "highlands": _Kind(4.0, 1.1, 150e3, 0.105, 0.5),
    "mare": _Kind(3.3, 0.9, 60e3, 0.022, 0.5),
}


def synthetic_terrain(
    seed: int,
    size: int,
    pixel_m: float,
    latitude_deg: float,
    longitude_deg: float,
    ground: Ground = "highlands",
) -> Terrain:
    """Return made-up terrain of lunar statistics.

    Parameters
    ----------
    seed
        The same seed and parameters give the same heights.
    size
        Pixels to a side, 16 to 8192.
    pixel_m
        Side of a pixel on the map, 0.1 to 2000 m.
    latitude_deg, longitude_deg
        Of the middle, planetocentric. Poleward of 80 degrees the map is polar stereographic
        (IAU_2015:30130 or 30135) with pixel edges on whole multiples of the pixel; elsewhere it is
        a stereographic map about the middle.
    ground
        ``highlands`` or ``mare``.

    Returns
    -------
    Terrain
        Its product name begins with SYNTHETIC; `sha256` is that of the heights.

    Raises
    ------
    InputError
        With every parameter that is out of range.
    """
    _check(seed, size, pixel_m, latitude_deg, longitude_deg, ground)
    crs, left_m, top_m, scale = _map_about(size, pixel_m, latitude_deg, longitude_deg)
    kind, random = _KINDS[ground], np.random.default_rng(seed)
    on_ground_m = pixel_m / scale
    heights_m = _rolling_relief(random, size, on_ground_m, kind)
    _crater(heights_m, random, on_ground_m, kind)
    heights_m -= heights_m.mean()
    exact = np.round(heights_m / _QUANTUM_M) * _QUANTUM_M
    heights = np.ascontiguousarray(exact, dtype=np.float32)
    product = (
        f"SYNTHETIC terrain, seed {seed}, {ground}, {size} pixels of {pixel_m:g} m about "
        f"{latitude_deg:g}, {longitude_deg:g}"
    )
    file = TerrainFile(f"synthetic-{seed}", product, hashlib.sha256(heights.tobytes()).hexdigest())
    columns_rows = np.array(
        [
            [1.0 / pixel_m, 0.0, -left_m / pixel_m - 0.5],
            [0.0, -1.0 / pixel_m, top_m / pixel_m - 0.5],
        ]
    )
    return Terrain(heights, float(pixel_m), file, crs, columns_rows)


def _check(
    seed: int,
    size: int,
    pixel_m: float,
    latitude_deg: float,
    longitude_deg: float,
    ground: str,
) -> None:
    shortest_m, longest_m = _PIXEL_SPAN_M
    problems = [
        Problem("synthetic terrain", name, f"{value}", wanted)
        for name, value, good, wanted in (
            ("seed", seed, seed >= 0, "write 0 or a whole number above"),
            (
                "size",
                size,
                _FEWEST_PIXELS <= size <= MOST_PIXELS,
                f"write {_FEWEST_PIXELS} to {MOST_PIXELS} pixels",
            ),
            (
                "pixel_m",
                pixel_m,
                shortest_m <= pixel_m <= longest_m,
                f"write {shortest_m:g} to {longest_m:g} m",
            ),
            ("latitude_deg", latitude_deg, abs(latitude_deg) <= 90.0, "write -90 to 90 degrees"),
            (
                "longitude_deg",
                longitude_deg,
                abs(longitude_deg) <= 360.0,
                "write -360 to 360 degrees",
            ),
            ("ground", ground, ground in _KINDS, f"write {' or '.join(_KINDS)}"),
        )
        if not good
    ]
    if problems:
        raise InputError(problems)


def _map_about(
    size: int, pixel_m: float, latitude_deg: float, longitude_deg: float
) -> tuple[pyproj.CRS, float, float, float]:
    """Return the map, its left and top edge, and its scale factor in the middle."""
    half_m = size * pixel_m / 2.0
    if abs(latitude_deg) < _POLAR_DEG:
        name = f"Moon (2015) - Sphere / stereographic about {latitude_deg:g}, {longitude_deg:g}"
        about = StereographicConversion(latitude_deg, longitude_deg)
        local = ProjectedCRS(about, name, geodetic_crs=pyproj.CRS("IAU_2015:30100"))
        return local, -half_m, half_m, 1.0
    polar = "IAU_2015:30135" if latitude_deg < 0.0 else "IAU_2015:30130"
    crs = pyproj.CRS.from_user_input(polar)
    to_map = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    x, y = to_map.transform(longitude_deg, latitude_deg)
    left_m = round((x - half_m) / pixel_m) * pixel_m
    top_m = round((y + half_m) / pixel_m) * pixel_m
    scale = 2.0 / (1.0 + np.sin(np.radians(abs(latitude_deg))))
    return crs, left_m, top_m, float(scale)


def _rolling_relief(
    random: np.random.Generator, size: int, pixel_m: float, kind: _Kind
) -> FloatArray:
    """Return a random field with the spectrum (k0^2 + k^2)^-(H + 1), shape (size, size).

    Waves longer than the map are there too: each level of the field is wider than the one before,
    holds the waves that this one has no room for, and is interpolated where the map is.
    """
    wide = fft.next_fast_len(size + size // 4, real=True)  # the field is periodic: keep a part
    field = _waves(random, wide, pixel_m, 0.0, kind)[:size, :size]
    heights_m = np.ascontiguousarray(field, dtype=np.float64)
    shorter_m, outer_m = wide * pixel_m, _OUTER_WAVES * kind.outer_m
    at_m = (np.arange(size) + 0.5) * pixel_m
    while shorter_m < outer_m:
        coarse_m = shorter_m * _WIDER / _LEVEL_SIZE
        level = _waves(random, _LEVEL_SIZE, coarse_m, shorter_m, kind)
        needed = min(int(size * pixel_m / coarse_m) + 8, _LEVEL_SIZE)
        nodes_m = (np.arange(needed) - 3) * coarse_m
        spline = RectBivariateSpline(nodes_m, nodes_m, level[:needed, :needed])
        heights_m += spline(at_m, at_m)
        shorter_m *= _WIDER
    return heights_m


def _waves(
    random: np.random.Generator, count: int, step_m: float, shortest_m: float, kind: _Kind
) -> NDArray[np.float32]:
    """Return a periodic field of count by count steps, of waves longer than the shortest."""
    noise = random.standard_normal((count, count), dtype=np.float32)
    waves = fft.rfft2(noise, overwrite_x=True)
    row = fft.fftfreq(count, step_m).astype(np.float32)[:, np.newaxis]
    column = fft.rfftfreq(count, step_m).astype(np.float32)
    square = row**2 + column**2
    waves *= (kind.outer_m**-2 + square) ** np.float32(-(kind.hurst + 1.0) / 2.0)
    if shortest_m > 0.0:
        waves[square >= shortest_m**-2] = 0.0
    waves[0, 0] = 0.0
    field: NDArray[np.float32] = fft.irfft2(waves, s=(count, count), overwrite_x=True)
    return field * np.float32(_amplitude(kind) / step_m)


def _amplitude(kind: _Kind) -> float:
    """Return the root of the power at which the relief has its slope over legs of 25 m.

    The structure function of the von Karman spectrum in the plane is 2 s^2 (1 - 2^(1 - H) x^H
    K_H(x) / Gamma(H)) with x = 2 pi r / outer scale and the variance s^2 = pi outer^(2 H) / H.
    """
    h, x = kind.hurst, 2.0 * np.pi * _LEG_M / kind.outer_m
    variance = np.pi * kind.outer_m ** (2.0 * h) / h
    structure = 2.0 * variance * (1.0 - 2.0 ** (1.0 - h) / gamma(h) * x**h * kv(h, x))
    return float(kind.relief_slope * _LEG_M / np.sqrt(structure))


def _crater(
    heights_m: FloatArray, random: np.random.Generator, pixel_m: float, kind: _Kind
) -> None:
    """Cut the craters that are seen on the ground of a kind, from old to young."""
    smallest_m = _SMALLEST_PIXELS * pixel_m
    largest_m = min(_LARGEST_M, _LARGEST_SIDES * heights_m.shape[0] * pixel_m)
    classes = max(int(np.log(largest_m / smallest_m) / np.log(_CLASS_RATIO)), 1)
    edges_m = smallest_m * _CLASS_RATIO ** np.arange(classes + 1)
    drawn = [
        _drawn(random, heights_m.shape[0], pixel_m, kind, (edges_m[k], edges_m[k + 1]), k)
        for k in range(classes)
    ]
    craters = np.concatenate(drawn)
    oldest_first = np.argsort(-craters[:, 3] * craters[:, 2] ** 2, kind="stable")
    lobes = np.clip(random.standard_normal((len(craters), 4)), -2.0, 2.0) * _LOBE
    middles_m = edges_m[:-1] * np.sqrt(_CLASS_RATIO)
    tables = worn_profiles([fresh_shape(middle_m) for middle_m in middles_m], _WEARS)
    stamp_craters(
        heights_m,
        pixel_m,
        craters[oldest_first],
        tables.astype(np.float32),
        _WEARS,
        lobes,
        REACH,
        kind.erasure,
    )


def _drawn(
    random: np.random.Generator,
    size: int,
    pixel_m: float,
    kind: _Kind,
    span_m: tuple[float, float],
    size_class: int,
) -> FloatArray:
    """Draw the craters of a size class on a map and around it, as far as their ejecta reach in."""
    low_m, high_m = span_m
    edges = np.array([low_m, high_m])
    formed, seen = production_per_km2(edges, kind.age_gyr), equilibrium_per_km2(edges)
    is_saturated = formed[0] - formed[1] > seen[0] - seen[1]
    above = seen if is_saturated else formed
    margin_m = REACH / 2.0 * high_m
    width_m = size * pixel_m + 2.0 * margin_m
    count = int(random.poisson((above[0] - above[1]) * width_m**2 / 1e6))
    steepness = np.log(above[0] / above[1]) / np.log(high_m / low_m)
    rarer = 1.0 - random.random(count) * (1.0 - above[1] / above[0])
    diameter_m = low_m * rarer ** (-1.0 / steepness)
    radius_m = diameter_m / 2.0
    # Wear comes from impacts, so it counts them: every state up to the oldest is equally common.
    oldest = DIFFUSIVITY_M2_PER_MYR * steady_myr(kind.age_gyr) / radius_m**2
    wear = random.random(count) * (OLDEST_VISIBLE if is_saturated else oldest)
    wear = np.minimum(wear, OLDEST_VISIBLE)
    place = (random.random((count, 2)) * width_m - margin_m) / pixel_m - 0.5
    deepening = np.log(fresh_shape(high_m).depth_m / fresh_shape(low_m).depth_m)
    power = deepening / np.log(high_m / low_m)
    factor = (diameter_m / np.sqrt(low_m * high_m)) ** power
    table = np.full(count, float(size_class))
    return np.column_stack([place, radius_m, wear, table, factor])
