"""Paths by laser: which telescopes hear them through which clouds, and how fast.

The rate is the highest of the terminal that keeps `MARGIN_DB` under a clear sky by day. Clouds
close a telescope as weather closes a radio (`moonstead.comms.outages`): drawn from the seed, the
station and the date, by the climate of the place.
"""

from functools import cache

import numpy as np

from moonstead.comms.intervals import complement
from moonstead.comms.link_ladder import rate_spells
from moonstead.comms.link_terms import FloatArray, decibels
from moonstead.comms.optical import (
    CLEAR_DAY_W_PER_M3_SR,
    OpticalTerminal,
    load_optical_terminals,
    photon_budget,
)
from moonstead.comms.outages import Schedule, usable, weather_outages

MARGIN_DB = 3.0
"""Kept above what the code needs."""
ZENITH_AIR_DB = 0.5
"""Loss in clear air at 1.55 um straight up (assumption); the air is a flat layer."""
LEAST_ELEVATION_DEG = 5.0
"""Below it the flat layer is none, and nothing is counted."""


@cache
def terminal_named(name: str) -> OpticalTerminal:
    """Return a terminal of the catalogue."""
    return load_optical_terminals()[name]


def clear_times(
    schedule: Schedule, keeps_hours: bool, start_t_s: float, end_t_s: float, seed: int
) -> FloatArray:
    """Return when a telescope sees the sky, shape (n, 2), TDB seconds past J2000.

    Parameters
    ----------
    schedule
        Of the ground station, with its climate.
    keeps_hours
        Whether its hours and upkeep count too; clouds always do.
    start_t_s, end_t_s, seed
        Span, and seed of the weather.
    """
    if keeps_hours:
        return usable(schedule, "optical", start_t_s, end_t_s, seed)
    clouds = weather_outages(schedule, "optical", start_t_s, end_t_s, seed)
    return complement(clouds, start_t_s, end_t_s)


def laser_rates_along(
    sender: OpticalTerminal,
    receiver: OpticalTerminal,
    t_s: FloatArray,
    range_m: FloatArray,
    elevation_deg: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the spells of one rate each of a contact by laser.

    Parameters
    ----------
    sender, receiver
        Terminals in space and on Earth.
    t_s
        Rising, TDB seconds past J2000, shape (n,); first and last are begin and end.
    range_m, elevation_deg
        Of the sender at the ground station, shape (n,).

    Returns
    -------
    tuple of ndarray
        Begin, end (TDB seconds past J2000) and rate (bit/s); none where nothing is carried.
    """
    # Counts fall with the square of the range and with the air; what is needed does not change.
    up = np.sin(np.radians(np.maximum(elevation_deg, LEAST_ELEVATION_DEG)))
    lost_db = decibels((range_m / range_m[0]) ** 2) + ZENITH_AIR_DB / up
    rate = np.zeros_like(t_s)
    for bit_per_s in sender.rates_bit_per_s if sender.power_w > 0.0 else ():
        margin_db = _margin_db(sender.name, receiver.name, float(range_m[0]), bit_per_s)
        closes = (margin_db - lost_db >= MARGIN_DB) & (elevation_deg >= LEAST_ELEVATION_DEG)
        rate = np.where(closes, np.maximum(rate, bit_per_s), rate)
    return rate_spells(t_s, rate)


def _margin_db(sender: str, receiver: str, range_m: float, rate_bit_per_s: float) -> float:
    """Return the margin by day, without air."""
    at_m, margin_db = _budget(sender, receiver, rate_bit_per_s)
    return margin_db - float(decibels((range_m / at_m) ** 2))


@cache
def _budget(sender: str, receiver: str, rate_bit_per_s: float) -> tuple[float, float]:
    at_m = 384.4e6
    ends = terminal_named(sender), terminal_named(receiver)
    budget = photon_budget(*ends, at_m, rate_bit_per_s, sky_w_per_m3_sr=CLEAR_DAY_W_PER_M3_SR)
    return at_m, budget.margin_db
