"""A small station for the guard, and frames of its telemetry."""

from typing import Any

import numpy as np

from moonstead.autonomy.guard.knowledge import Knowledge, Lever, StoreLimits
from moonstead.contracts import FloatArray, Priority, Telecommand, Telemetry

START_S = 8.0e8
TICK_S = 600.0
SLOT_S = 1800.0
LOADS = ("camera", "computer", "heater", "plant", "radio", "cable")
LEVERS = (
    Lever(name="camera", element="mast", kind="load", priority=Priority.SCIENCE, power_w=50.0,
          normal_level=0.0, place=0),
    Lever(name="computer", element="hub", kind="load", power_w=100.0, normal_level=1.0,
          hibernate_level=0.4, place=1),
    Lever(name="heater", element="hub", kind="load", power_w=50.0, normal_level=1.0,
          hibernate_level=0.5, is_heater=True, place=2),
    Lever(name="plant", element="plant", kind="load", priority=Priority.PRODUCTION, power_w=2000.0,
          normal_level=0.0, place=3),
    Lever(name="radio", element="hub", kind="load", priority=Priority.HOUSEKEEPING, power_w=40.0,
          normal_level=0.0, place=4),
    Lever(name="cable", element="rover", kind="link", priority=Priority.MOBILITY, power_w=200.0,
          normal_level=1.0, shed_level=0.1, feeds_survival=True, place=5),
    Lever(name="array", element="array", kind="source", normal_level=1.0, generation_share=1.0),
    Lever(name="tie", element="hub", kind="tie", normal_level=1.0, feeds_survival=True),
)  # fmt: skip
BATTERY = StoreLimits(
    place=0, capacity_j=4e8, floor_fraction=0.1, charge_power_w=1e4, discharge_power_w=1e4,
    charge_efficiency=0.95, discharge_efficiency=0.9,
)  # fmt: skip
FULL_J = 4e8 * 0.9 * 0.9
SURVIVAL_W = 170.0
ALWAYS_LIT: FloatArray = np.full(48 * 40, 2000.0)


def knowledge(generation_w: FloatArray = ALWAYS_LIT, **changes: Any) -> Knowledge:
    values: dict[str, Any] = {
        "tick_s": TICK_S, "levers": LEVERS, "stores": (BATTERY,), "main_sources": (0,),
        "main_loads": (0, 1, 2, 3, 4, 5), "recorder_limit_bit": np.array([1e12]),
        "beacons": (("radio", 0),), "sources": ("cnsa", "esa", "jaxa"),
        "owners": {"mast": "cnsa", "plant": "esa"}, "parts": {"executive": 2, "planner": 6},
        "start_t_s": START_S, "slot_s": SLOT_S, "generation_w": generation_w,
        "survival_w": np.full(len(generation_w), SURVIVAL_W), "dark": generation_w <= 0.0,
    }  # fmt: skip
    return Knowledge(**{**values, **changes})


def stored_j(fraction: float) -> float:
    """Return what the gauge shows when a share of what can be delivered is left."""
    return BATTERY.capacity_j * (BATTERY.floor_fraction + fraction * 0.9)


def frame(t_s: float, fraction: float = 0.8, **changes: Any) -> Telemetry:
    values: dict[str, Any] = {
        "source_power_w": np.array([370.0]),
        "source_share": np.ones(1),
        "load_power_w": np.array([0.0, 100.0, 50.0, 0.0, 0.0, 220.0]),
        "store_energy_j": np.array([stored_j(fraction)]),
        "node_temperature_k": np.array([280.0]),
        "recorder_bit": np.array([0.0]),
        "tank_kg": np.array([]),
        "path_open": np.array([True]),
        "sun_seen": True,
        "earth_seen": True,
    }
    return Telemetry(t_s=t_s, **{**values, **changes})


def telecommand(sequence: int, kind: str = "level", **changes: Any) -> Telecommand:
    values: dict[str, Any] = {
        "source": "cnsa", "issued_t_s": START_S, "expires_t_s": START_S + 86400.0,
        "target": "camera" if kind == "level" else "", "value": 1.0,
    }  # fmt: skip
    return Telecommand(sequence=sequence, kind=kind, **{**values, **changes})
