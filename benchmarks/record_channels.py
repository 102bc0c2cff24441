"""Channels like those of a station at a polar ridge, made for the benchmark of the record."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from moonstead.units import DAY_S, HOUR_S

Floats = NDArray[np.floating[Any]]

SYNODIC_S = 29.530589 * DAY_S
YEAR_S = 365.25 * DAY_S
COUNTS = {
    "source_power_w": 12,
    "source_spilled_w": 12,
    "load_power_w": 78,
    "store_energy_j": 14,
    "node_temperature_k": 54,
    "recorder_bit": 4,
    "tank_kg": 8,
    "transmitter_bit_per_s": 5,
    "contact_rate_bit_per_s": 4,
}
"""With nine of the whole station: 200."""


def made_channels(n_steps: int, step_s: float) -> dict[str, NDArray[Any]]:
    """Return the series of a made station: truth without noise, by quantity."""
    dice = np.random.default_rng(7)
    t_s = step_s * np.arange(1, n_steps + 1)
    azimuth_deg = np.mod(-360.0 * t_s / SYNODIC_S + 211.0, 360.0)
    turn = 2.0 * np.pi / SYNODIC_S * t_s
    elevation_deg = 1.54 * np.sin(2.0 * np.pi * t_s / YEAR_S) + 0.55 * np.sin(turn + 1.0)
    sun = _share_above_ridge(azimuth_deg, elevation_deg)
    earth_deg = 6.5 * np.sin(2.0 * np.pi * t_s / (27.2122 * DAY_S)) - 0.4
    earth = np.clip(earth_deg / 1.9 + 0.5, 0.0, 1.0)
    duties = [_duty(dice, t_s) for _ in range(COUNTS["load_power_w"] - 34)]
    loads = [np.full(n_steps, dice.uniform(5.0, 400.0)) for _ in range(10)]
    loads += [dice.uniform(5.0, 14e3) * duty for duty in duties]
    offered = _arrays(dice, t_s, sun, COUNTS["source_power_w"])
    nodes, heaters = _nodes(dice, t_s, sun, duties)
    loads += heaters[: COUNTS["load_power_w"] - len(loads)]
    share = np.clip(np.sum(loads, axis=0) / np.maximum(np.sum(offered, axis=0), 1.0), 0.0, 1.0)
    net_w = np.sum(offered, axis=0) - np.sum(loads, axis=0)
    paths = [np.where(earth > k / 8.0, 2e6 * (k + 1), 0.0) for k in range(4)]
    single = {
        "sun_azimuth_deg": azimuth_deg,
        "sun_elevation_deg": elevation_deg,
        "sun_fraction": sun,
        "eclipse_fraction": np.zeros(n_steps),
        "earth_elevation_deg": earth_deg,
        "earth_fraction": earth,
        "mode": np.where(share >= 1.0, 1.0, 0.0),
        "margin_fraction": _filled(net_w, step_s, 4e9) / 4e9,
        "reserve_j": 4e8 + 3e8 * np.cos(turn),
    }
    many = {
        "source_power_w": [power_w * share for power_w in offered],
        "source_spilled_w": [power_w * (1.0 - share) for power_w in offered],
        "load_power_w": loads,
        "store_energy_j": [_filled(net_w / (k + 3), step_s, 1.8e8 * (k + 1)) for k in range(14)],
        "node_temperature_k": nodes,
        "recorder_bit": [_filled(4e5 * (d - 0.3), step_s, 5e11) for d in duties[:4]],
        "tank_kg": [1e-6 * np.cumsum(duty) * step_s * (k + 1) for k, duty in enumerate(duties[:8])],
        "transmitter_bit_per_s": [paths[k % 4] * duties[k] for k in range(5)],
        "contact_rate_bit_per_s": paths,
    }
    return single | {name: np.array(rows, dtype=np.float32) for name, rows in many.items()}


def restless_channels(n_steps: int, step_s: float) -> dict[str, NDArray[Any]]:
    """Return as many channels that are all temperatures, smooth and never at rest."""
    dice = np.random.default_rng(9)
    t_s = step_s * np.arange(1, n_steps + 1)
    made = made_channels(min(n_steps, 64), step_s)

    def temperature_k() -> NDArray[np.float32]:
        wave_k = dice.uniform(20.0, 60.0) * np.sin(
            2.0 * np.pi * t_s / SYNODIC_S + dice.uniform(0.0, 6.0)
        )
        for _ in range(3):
            period_s = dice.uniform(2.0, 200.0) * HOUR_S
            wave_k += dice.uniform(1.0, 10.0) * np.sin(2.0 * np.pi * t_s / period_s)
        return np.asarray(dice.uniform(200.0, 280.0) + wave_k, dtype=np.float32)

    return {
        name: np.array([temperature_k() for _ in values]) if values.ndim == 2 else temperature_k()
        for name, values in made.items()
    }


def noise_channels(n_steps: int, step_s: float) -> dict[str, NDArray[Any]]:
    """Return as many channels of white noise: nothing records worse."""
    dice = np.random.default_rng(8)
    made = made_channels(min(n_steps, 64), step_s)
    return {
        name: dice.standard_normal((*values.shape[:-1], n_steps), dtype=np.float32)
        for name, values in made.items()
    }


def _share_above_ridge(azimuth_deg: Floats, elevation_deg: Floats) -> Floats:
    """Return the share of the Sun above a made horizon, with dawn and dusk of its disc."""
    angle = np.radians(azimuth_deg)
    waves = ((1, 0.5, 0.3), (3, 0.35, 1.1), (7, 0.25, 2.0), (19, 0.15, 0.4), (53, 0.08, 1.7))
    ridge_deg = sum(height * np.sin(k * angle + phase) for k, height, phase in waves)
    return np.asarray(np.clip((elevation_deg - ridge_deg) / 0.53 + 0.5, 0.0, 1.0))


def _duty(dice: np.random.Generator, t_s: Floats) -> Floats:
    """Return 1 while a thing works: sessions of hours, at times that a planner may have chosen."""
    period_s = dice.uniform(6.0, 60.0) * HOUR_S
    slot = np.floor((t_s + dice.uniform(0.0, period_s)) / period_s).astype(np.intp)
    begin_s = dice.uniform(0.0, 0.5, int(slot.max()) + 1) * period_s
    length_s = dice.uniform(0.1, 0.4, int(slot.max()) + 1) * period_s
    in_slot_s = np.mod(t_s, period_s)
    end_s = begin_s + length_s
    return np.where((in_slot_s >= begin_s[slot]) & (in_slot_s < end_s[slot]), 1.0, 0.0)


def _arrays(dice: np.random.Generator, t_s: Floats, sun: Floats, count: int) -> list[Floats]:
    """Return the powers of arrays, ageing, each with its own shadows; the last is a reactor."""
    found = []
    for _ in range(count - 1):
        facing = 0.75 + 0.25 * np.sin(2.0 * np.pi * t_s / SYNODIC_S + dice.uniform(0.0, 6.0))
        warm = 1.0 - 0.05 * lfilter([0.02], [1.0, -0.98], sun)
        ageing = 1.0 - 0.012 * t_s / YEAR_S
        found.append(dice.uniform(2e3, 1.1e4) * sun * facing * warm * ageing)
    return [*found, np.full(len(t_s), 1e4)]


def _nodes(
    dice: np.random.Generator, t_s: Floats, sun: Floats, duties: list[Floats]
) -> tuple[list[Floats], list[Floats]]:
    """Return temperatures of boxes of one time constant each, and what their heaters take."""
    step_s = float(t_s[1] - t_s[0])
    temperatures, heaters = [], []
    for k in range(COUNTS["node_temperature_k"]):
        decay = np.exp(-step_s / (dice.uniform(0.5, 60.0) * HOUR_S))
        forced_k = dice.uniform(20, 140) * sun + dice.uniform(2, 60) * duties[k % len(duties)]
        free_k = dice.uniform(120, 240) + lfilter([1.0 - decay], [1.0, -decay], forced_k)
        setpoint_k = dice.uniform(230, 280)
        warmed_k = np.logaddexp(free_k / 4.0, setpoint_k / 4.0) * 4.0 if k % 3 else free_k
        temperatures.append(warmed_k)
        heaters.append(dice.uniform(1.0, 8.0) * (warmed_k - free_k))
    return temperatures, heaters


def _filled(net_w: Floats, step_s: float, most: float) -> Floats:
    """Return what a store holds that is filled by a net flow and never below none or above all."""
    level = np.cumsum(net_w) * step_s
    spare = np.maximum.accumulate(np.maximum(level - most, 0.0))
    level = level - spare
    level = level - np.minimum.accumulate(np.minimum(level, 0.0))
    return np.asarray(np.minimum(level, most))
