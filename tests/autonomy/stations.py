"""Small beliefs and telemetry made in code."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from moonstead.autonomy.guard.knowledge import Knowledge, Lever, StoreLimits
from moonstead.autonomy.manager import StationManager
from moonstead.autonomy.model import (
    Experiment,
    Forecast,
    LoadModel,
    RadioModel,
    StationModel,
    StoreModel,
    Way,
)
from moonstead.contracts import Channels, FloatArray, Telemetry

START_S = 1.0e9
TICK_S = 600.0
CHANNELS = Channels(
    sources=("array",),
    loads=("camera", "computer", "heater", "plant", "radio"),
    stores=("battery",),
    nodes=("box",),
    recorders=("disk",),
    tanks=("tank",),
    paths=("direct", "relay"),
)
BATTERY = StoreModel(
    name="battery", capacity_j=4e8, floor_fraction=0.1, charge_power_w=1e4, discharge_power_w=1e4,
    charge_efficiency=0.95, discharge_efficiency=0.9,
)  # fmt: skip


SURVIVAL_W = 150.0


def forecast(generation_w: FloatArray, slot_s: float = 1800.0, **changes: Any) -> Forecast:
    n_slots = len(generation_w)
    everywhere = np.ones(n_slots, dtype=np.bool_)
    values: dict[str, Any] = {
        "start_t_s": START_S, "slot_s": slot_s, "generation_w": generation_w,
        "lit": generation_w > 0.0, "dark": generation_w <= 0.0, "earth_visible": everywhere,
        "earth_hidden": ~everywhere, "contact": everywhere,
        "drain_bit_per_s": np.full((1, n_slots), 1e6 - 100.0),
        "survival_power_w": np.full(n_slots, SURVIVAL_W), "base_power_w": np.full(n_slots, 200.0),
        "capacity_j": np.full(n_slots, BATTERY.deliverable_j),
    }  # fmt: skip
    return Forecast(**{**values, **changes})


def experiment(name: str = "look", **changes: Any) -> Experiment:
    values: dict[str, Any] = {
        "element": "camera", "partner": "cnsa", "loads": ("camera",), "sessions": 5, "gap_s": 0.0,
        "light": "any", "earth": "any", "needs_contact": False, "priority": 5,
    }  # fmt: skip
    of_way = {"power_w": 50.0, "data_rate_bit_per_s": 1e4, "duration_s": 7200.0, "value": 1.0}
    keys = {field.name for field in fields(Way)} - {"name"}
    way = Way(**{**of_way, **{key: changes.pop(key) for key in list(changes) if key in keys}})
    return Experiment(name=name, **{"ways": (way,), **values, **changes})


def station(experiments: Sequence[Experiment] = (), **changes: Any) -> StationModel:
    values: dict[str, Any] = {
        "channels": CHANNELS,
        "stores": (BATTERY,),
        "loads": (
            LoadModel(name="camera", power_w=50.0, priority=5, normal_level=0.0),
            LoadModel(name="computer", power_w=100.0, priority=1, normal_level=1.0),
            LoadModel(name="heater", power_w=80.0, priority=1, normal_level=1.0, responds=False),
            LoadModel(name="plant", power_w=2e3, priority=7, normal_level=0.0),
            LoadModel(name="radio", power_w=40.0, priority=2, normal_level=0.0),
        ),
        "radios": (RadioModel(load="radio", path="relay"),),
        "experiments": tuple(experiments),
        "recorder_limits_bit": (1e12,),
        "forecast": forecast(np.full(48 * 40, 2000.0)),
    }  # fmt: skip
    model = StationModel(**{**values, **changes})
    held_j = sum(store.deliverable_j for store in model.stores)
    capacity_j = np.full_like(model.forecast.generation_w, held_j)
    return replace(model, forecast=replace(model.forecast, capacity_j=capacity_j))


def telemetry(t_s: float, **changes: Any) -> Telemetry:
    values: dict[str, Any] = {
        "source_power_w": np.array([2210.0]),
        "source_share": np.ones(1),
        "load_power_w": np.array([50.0, 100.0, 20.0, 2e3, 40.0]),
        "store_energy_j": np.array([4e8]),
        "node_temperature_k": np.array([280.0]),
        "recorder_bit": np.array([0.0]),
        "tank_kg": np.array([0.0]),
        "path_open": np.array([False, False]),
        "sun_seen": True,
        "earth_seen": True,
    }
    return Telemetry(t_s=t_s, **{**values, **changes})


def holding(t_s: float, fraction: float, **changes: Any) -> Telemetry:
    """Return telemetry with a state of charge."""
    return telemetry(t_s, store_energy_j=np.array([fraction * BATTERY.capacity_j]), **changes)


def knowledge(model: StationModel, **changes: Any) -> Knowledge:
    """What a guard would be told of the same station."""
    forecast = model.forecast
    places = {name: place for place, name in enumerate(model.channels.loads)}
    values: dict[str, Any] = {
        "tick_s": TICK_S,
        "levers": tuple(
            Lever(
                name=load.name, element=load.name, kind="load", priority=load.priority,
                power_w=0.0 if load.name == "heater" else load.power_w,
                normal_level=load.normal_level, shed_level=load.trickle_level,
                is_heater=load.name == "heater",
                place=places[load.name] if load.responds else -1,
            )
            for load in model.loads
        ),
        "stores": tuple(
            StoreLimits(
                place=place, capacity_j=store.capacity_j, floor_fraction=store.floor_fraction,
                charge_power_w=store.charge_power_w, discharge_power_w=store.discharge_power_w,
                charge_efficiency=store.charge_efficiency,
                discharge_efficiency=store.discharge_efficiency,
            )
            for store, place in zip(model.stores, model.store_index(), strict=True)
        ),
        "main_sources": (0,), "main_loads": tuple(places.values()),
        "recorder_limit_bit": np.array(model.recorder_limits_bit),
        "beacons": tuple((r.load, model.channels.paths.index(r.path)) for r in model.radios),
        "experiments": {one.name: (one.element, one.partner) for one in model.experiments},
        "sources": ("cnsa",), "parts": {"planner": 288, "executive": 2},
        "start_t_s": forecast.start_t_s, "slot_s": forecast.slot_s,
        "generation_w": forecast.generation_w, "survival_w": forecast.survival_power_w,
        "dark": forecast.dark,
    }  # fmt: skip
    return Knowledge(**{**values, **changes})


def manager(model: StationModel, **changes: Any) -> StationManager:
    return StationManager(model, knowledge(model), **changes)
