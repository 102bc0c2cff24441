"""Small tasks to size, made in code."""

from typing import Any

import numpy as np

from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.timescale import from_utc
from moonstead.sizing.chances import Draws
from moonstead.sizing.search import Task
from moonstead.sizing.sunlight import SiteLight, flat_profiles, light_of
from moonstead.sizing.technology import StoreTechnology, Technology
from moonstead.units import JULIAN_YEAR_S

AS_PLANNED = Draws(np.ones(1), np.ones(1), np.ones(1))


def store(leak_per_s: float = 0.0, charge: float = 0.9, discharge: float = 0.8) -> StoreTechnology:
    return StoreTechnology(
        name="made", specific_energy_j_per_kg=5e5, usable_fraction=1.0, charge_efficiency=charge,
        discharge_efficiency=discharge, self_discharge_per_s=leak_per_s,
    )  # fmt: skip


def light_at(
    profiles: tuple[HorizonProfile, ...], years: int, step_s: float, start: str = "2035-01-01"
) -> SiteLight:
    count = round((years + 1) * JULIAN_YEAR_S / step_s)
    return light_of("made", profiles, load_ephemeris(), (from_utc(start), step_s, count))


def flat_task(years: int = 1, step_s: float = 3600.0, **changes: Any) -> Task:
    values: dict[str, Any] = {
        "light": light_at(flat_profiles(-70.0, 0.0, (2.0, 10.0)), years, step_s),
        "load_w": 1000.0,
        "years": years,
        "risk": 0.0,
        "draws": AS_PLANNED,
        "technology": Technology(),
    }
    return Task(**{**values, **changes})
