"""Flat ground under the Sun of an equinox: the setting of the published validation runs."""

import numpy as np

from moonstead.environment.regolith.properties import SOLAR_CONSTANT_W_PER_M2, Regolith
from moonstead.units import DAY_S

LUNATION_S = 29.53059 * DAY_S


def equinox_flux(latitude_deg: np.ndarray, steps: int, regolith: Regolith) -> np.ndarray:
    """Return the absorbed flux (steps, pixels) from noon on, means of the steps."""
    finer = 20
    turn = 2.0 * np.pi * (np.arange(steps * finer) + 0.5) / (steps * finer)
    cosine = np.maximum(np.outer(np.cos(turn), np.cos(np.radians(latitude_deg))), 0.0)
    absorbed = SOLAR_CONSTANT_W_PER_M2 * cosine * (1.0 - regolith.albedo_at(np.arccos(cosine)))
    return absorbed.reshape(steps, finer, -1).mean(axis=1)
