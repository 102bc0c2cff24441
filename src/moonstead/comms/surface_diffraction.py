"""Loss over ground between two antennas: the delta-Bullington model of ITU-R P.526-15, section 4.5.

The terrain counts as one equivalent knife edge; what a smooth sphere of the same heights loses more
than its own knife edge is added. Over the Moon rays are straight: the radius is the Moon's own, and
no atmosphere bends them. Equations carry the numbers of ITU-R P.452-17, section 4.2, which has the
same model.

**Limits.** No reflections, no boulders, no buildings; horizontal polarisation (over dry ground
vertical differs by less than 0.1 dB above 100 MHz).
"""

import numpy as np

from moonstead.comms.link_terms import SPEED_OF_LIGHT_M_PER_S, FloatArray

REGOLITH = 3.0 - 0.015j
"""Relative permittivity of dry regolith: about 3 and a loss tangent below 0.005 (Strangway, Pearce
and Olhoeft 1977, NTRS 19780005009, abstract read)."""


def knife_edge_db(nu: float) -> float:
    """Return the loss over a knife edge, J(nu) of ITU-R P.526-15 equation 31.

    Parameters
    ----------
    nu
        Height of the edge over the ray, in Fresnel's measure.

    Examples
    --------
    >>> round(knife_edge_db(0.0), 2)
    6.03
    """
    if nu <= -0.78:
        return 0.0
    return float(6.9 + 20.0 * np.log10(np.sqrt((nu - 0.1) ** 2 + 1.0) + nu - 0.1))


def bullington_db(
    along_m: FloatArray,
    height_m: FloatArray,
    ends_m: tuple[float, float],
    frequency_hz: float,
    radius_m: float,
) -> float:
    """Return the loss over one equivalent knife edge; P.452-17 equations 13 to 21.

    Parameters
    ----------
    along_m
        Distance along the ground, shape (n,), rising from 0.
    height_m
        Of the ground above the sphere, shape (n,).
    ends_m
        Height of both antennas above the sphere.
    frequency_hz
        Of the carrier.
    radius_m
        Of the sphere.
    """
    total_m = along_m[-1]
    near_m, far_m = along_m[1:-1], total_m - along_m[1:-1]
    first_m, last_m = ends_m
    bulged_m = height_m[1:-1] + near_m * far_m / (2.0 * radius_m)
    if near_m.size == 0:
        return 0.0
    wave_m = SPEED_OF_LIGHT_M_PER_S / frequency_hz
    rise = float(np.max((bulged_m - first_m) / near_m))
    straight = (last_m - first_m) / total_m
    if rise < straight:
        above_m = bulged_m - (first_m * far_m + last_m * near_m) / total_m
        nu = float(np.max(above_m * np.sqrt(2.0 * total_m / (wave_m * near_m * far_m))))
    else:
        back = float(np.max((bulged_m - last_m) / far_m))
        edge_m = (last_m - first_m + back * total_m) / (rise + back)
        above = first_m + rise * edge_m
        above -= (first_m * (total_m - edge_m) + last_m * edge_m) / total_m
        nu = above * np.sqrt(2.0 * total_m / (wave_m * edge_m * (total_m - edge_m)))
    loss_db = knife_edge_db(nu)
    return float(loss_db + (1.0 - np.exp(-loss_db / 6.0)) * (10.0 + 0.02 * total_m / 1e3))


def sphere_db(
    distance_m: float,
    ends_m: tuple[float, float],
    frequency_hz: float,
    radius_m: float,
    permittivity: complex = REGOLITH,
) -> float:
    """Return the loss over a smooth sphere; P.452-17 section 4.2.2.

    Parameters
    ----------
    distance_m
        Along the ground.
    ends_m
        Height of both antennas above the sphere, above 0.
    frequency_hz, radius_m
        Of the carrier and the sphere.
    permittivity
        Relative, complex, of the ground.
    """
    first_m, last_m = ends_m
    sighted_m = np.sqrt(2.0 * radius_m) * (np.sqrt(first_m) + np.sqrt(last_m))
    if distance_m >= sighted_m:
        return _first_term_db(distance_m, ends_m, frequency_hz, radius_m, permittivity)
    clear_m, product_m2 = _clearance(distance_m, ends_m, radius_m)
    needed_m = 0.552 * np.sqrt(
        product_m2 * SPEED_OF_LIGHT_M_PER_S / (frequency_hz * distance_m)
    )  # equation 27: 17.456 sqrt(d1 d2 wavelength / d) with distances in km
    if clear_m > needed_m:
        return 0.0
    marginal_m = 0.5 * (distance_m / (np.sqrt(first_m) + np.sqrt(last_m))) ** 2
    loss_db = _first_term_db(distance_m, ends_m, frequency_hz, float(marginal_m), permittivity)
    return max(float((1.0 - clear_m / needed_m) * loss_db), 0.0)


def delta_bullington_db(
    along_m: FloatArray,
    height_m: FloatArray,
    ends_m: tuple[float, float],
    frequency_hz: float,
    radius_m: float,
    permittivity: complex = REGOLITH,
) -> float:
    """Return the loss by diffraction over ground; parameters as `bullington_db`, `sphere_db`."""
    over_terrain_db = bullington_db(along_m, height_m, ends_m, frequency_hz, radius_m)
    base_m = smooth_ends_m(along_m, height_m, ends_m)
    raised_m = (ends_m[0] - base_m[0], ends_m[1] - base_m[1])
    level_m = np.zeros_like(along_m)
    over_level_db = bullington_db(along_m, level_m, raised_m, frequency_hz, radius_m)
    over_sphere_db = sphere_db(along_m[-1], raised_m, frequency_hz, radius_m, permittivity)
    return over_terrain_db + max(over_sphere_db - over_level_db, 0.0)


def smooth_ends_m(
    along_m: FloatArray, height_m: FloatArray, ends_m: tuple[float, float]
) -> tuple[float, float]:
    """Return the height of a smooth ground under both antennas; P.452-17 equations 157 to 166.

    It is the straight line through the terrain by least squares, lowered where the terrain rises
    above the line between the antennas, and never above the ground at the ends.
    """
    step_m, total_m = np.diff(along_m), along_m[-1]
    low, high = height_m[:-1], height_m[1:]
    v1 = float(np.sum(step_m * (high + low)))
    v2 = float(
        np.sum(
            step_m
            * (high * (2.0 * along_m[1:] + along_m[:-1]) + low * (along_m[1:] + 2.0 * along_m[:-1]))
        )
    )
    first_m = (2.0 * v1 * total_m - v2) / total_m**2
    last_m = (v2 - v1 * total_m) / total_m**2
    near_m, far_m = along_m[1:-1], total_m - along_m[1:-1]
    above_m = height_m[1:-1] - (ends_m[0] * far_m + ends_m[1] * near_m) / total_m
    if above_m.size and float(np.max(above_m)) > 0.0:
        up, down = float(np.max(above_m / near_m)), float(np.max(above_m / far_m))
        first_m -= float(np.max(above_m)) * up / (up + down)
        last_m -= float(np.max(above_m)) * down / (up + down)
    return min(first_m, float(height_m[0])), min(last_m, float(height_m[-1]))


def _clearance(
    distance_m: float, ends_m: tuple[float, float], radius_m: float
) -> tuple[float, float]:
    """Return the least height of the ray over a sphere, and d1 d2 there; equations 23 to 26."""
    first_m, last_m = ends_m
    c = (first_m - last_m) / (first_m + last_m)
    m = distance_m**2 / (4.0 * radius_m * (first_m + last_m))
    turned = np.arccos(1.5 * c * np.sqrt(3.0 * m / (m + 1.0) ** 3))
    b = 2.0 * np.sqrt((m + 1.0) / (3.0 * m)) * np.cos(np.pi / 3.0 + turned / 3.0)
    near_m = 0.5 * distance_m * (1.0 + b)
    far_m = distance_m - near_m
    over_m = (first_m - near_m**2 / (2.0 * radius_m)) * far_m
    over_m += (last_m - far_m**2 / (2.0 * radius_m)) * near_m
    return float(over_m / distance_m), float(near_m * far_m)


def _first_term_db(
    distance_m: float,
    ends_m: tuple[float, float],
    frequency_hz: float,
    radius_m: float,
    permittivity: complex,
) -> float:
    """Return the first term of the residue series, equations 29 to 37: km, GHz and m inside."""
    ghz, radius_km, km = frequency_hz / 1e9, radius_m / 1e3, distance_m / 1e3
    k = 0.036 * (radius_km * ghz) ** (-1.0 / 3.0) * abs(permittivity - 1.0) ** -0.5
    beta = (1.0 + 1.6 * k**2 + 0.67 * k**4) / (1.0 + 4.5 * k**2 + 1.53 * k**4)
    x = 21.88 * beta * (ghz / radius_km**2) ** (1.0 / 3.0) * km
    per_m = 0.9575 * beta * (ghz**2 / radius_km) ** (1.0 / 3.0)
    if x >= 1.6:
        over_way_db = 11.0 + 10.0 * np.log10(x) - 17.6 * x
    else:
        over_way_db = -20.0 * np.log10(x) - 5.6488 * x**1.425
    return float(-over_way_db - sum(_height_gain_db(beta, per_m * end, k) for end in ends_m))


def _height_gain_db(beta: float, y: float, k: float) -> float:
    b = beta * y
    if b > 2.0:
        gain_db = 17.6 * np.sqrt(b - 1.1) - 5.0 * np.log10(b - 1.1) - 8.0
    else:
        gain_db = 20.0 * np.log10(b + 0.1 * b**3)
    return float(max(gain_db, 2.0 + 20.0 * np.log10(k)))
