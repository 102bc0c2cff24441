"""Energy to dig soil, carry it and heat it."""

import math

GRAVITY_M_PER_S2 = 1.62
"""On the Moon, mean of the surface (GM / R^2: 4902.8 km3/s2 over 1737.4 km squared = 1.624)."""


def haul_j_per_kg(
    distance_m: float, slope_deg: float, rolling_resistance: float, tare_per_load: float
) -> float:
    """Return the work to carry a kilogram of soil and bring the empty vehicle back.

    The vehicle climbs loaded and comes back empty; nothing is gained downhill.

    Parameters
    ----------
    distance_m
        One way.
    slope_deg
        Of the loaded way, which goes up.
    rolling_resistance
        Resistance per weight.
    tare_per_load
        Mass of the empty vehicle per mass of its load.
    """
    slope = math.radians(slope_deg)
    loaded = rolling_resistance * math.cos(slope) + math.sin(slope)
    empty = max(rolling_resistance * math.cos(slope) - math.sin(slope), 0.0)
    per_metre = (1.0 + tare_per_load) * loaded + tare_per_load * empty
    return GRAVITY_M_PER_S2 * distance_m * per_metre


def heating_j_per_kg(from_k: float, to_k: float) -> float:
    """Return the least heat that warms a kilogram of lunar soil.

    Heat capacity by the polynomial of Hayne et al. 2017, which holds to about
    400 K; above 350 K it is held at 850 J/(kg K), where that of rock goes on rising, so what is
    returned is a lower bound.
    """
    if to_k <= from_k:
        return 0.0
    return _heat_j_per_kg(to_k) - _heat_j_per_kg(from_k)


_POLYNOMIAL = (-3.6125, 2.7431, 2.3616e-3, -1.2340e-5, 8.9093e-9)
_HELD_FROM_K = 350.0


def _heat_j_per_kg(kelvin: float) -> float:
    low = min(kelvin, _HELD_FROM_K)
    heat = sum(c * low ** (k + 1) / (k + 1) for k, c in enumerate(_POLYNOMIAL))
    held = sum(c * _HELD_FROM_K**k for k, c in enumerate(_POLYNOMIAL))
    return heat + held * max(kelvin - _HELD_FROM_K, 0.0)
