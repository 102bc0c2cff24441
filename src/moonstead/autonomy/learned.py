"""What fault protection has learned, put into the model that plans are made with."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.model import Experiment, Forecast, StationModel
from moonstead.autonomy.protection.belief import IndexArray, ProtectionBelief
from moonstead.autonomy.protection.gains import Learned
from moonstead.autonomy.protection.protection import Protection
from moonstead.contracts import BoolArray, FloatArray, Priority, Telemetry


def learned_model(
    model: StationModel,
    knowledge: Knowledge,
    protection: Protection | None,
    broken: Collection[str] = (),
    unproven: Collection[str] = (),
) -> StationModel:
    """Return a model that counts on what sources, stores, memories and paths give and loads draw.

    Parameters
    ----------
    model
        As designed.
    knowledge
        Which sources and stores are on the main bus.
    protection
        What has found it; None for nothing.
    broken
        Elements that are held to give nothing.
    unproven
        Loads that are held to do nothing until they have shown it, radios among them.
    """
    if protection is None:
        return model
    learned, belief = protection.gains.learned, protection.belief
    forecast = model.forecast
    changes: dict[str, Any] = {}
    radios = [belief.channels.loads[i] for i in belief.plant.transmitter_load]
    sends = np.array([radio not in unproven for radio in radios], dtype=np.bool_)
    if learned.path_share.min(initial=1.0) < 1.0 or not sends.all():
        changes |= _carried(forecast, belief, learned, sends)
        model = replace(model, is_cut_off=bool((learned.path_share <= 0.0).any()))
    main = list(knowledge.main_sources)
    if main and float(learned.source_gain[main].min()) < 1.0:
        count = len(forecast.generation_w)
        slots = np.arange(count, dtype=np.float64)
        middle_t_s = forecast.start_t_s + forecast.slot_s * (slots + 0.5)
        lost_w = protection.gains.lost_w(_ticks(belief, middle_t_s))[main].sum(axis=0)
        changes["generation_w"] = np.maximum(forecast.generation_w - lost_w, 0.0)
    places = list(model.store_index())
    if places:
        designed_j = belief.plant.store_capacity_j[places]
        works = [belief.channels.stores[s].partition(".")[0] not in broken for s in places]
        left_j = np.where(works, np.minimum(learned.store_capacity_j[places], designed_j), 0.0)
        share = float(left_j.sum())
        share /= max(float(designed_j.sum()), 1e-9)
        if share < 1.0:
            changes["capacity_j"] = forecast.capacity_j * share
    is_dearer = learned.load_gain.max(initial=1.0) > 1.0
    if main and is_dearer:
        changes |= _base_powers(model, belief, learned.load_gain, main[0])
    if changes:
        model = replace(model, forecast=replace(forecast, **changes))
    if is_dearer:
        experiments = tuple(_dearer(one, belief, learned.load_gain) for one in model.experiments)
        model = replace(model, experiments=experiments)
    names = belief.channels.recorders
    if any(name in learned.remains for name in names):
        limits = zip(names, model.recorder_limits_bit, strict=True)
        left_bit = tuple(limit_bit * learned.remains.get(name, 1.0) for name, limit_bit in limits)
        model = replace(model, recorder_limits_bit=left_bit)
    return model


def _ticks(belief: ProtectionBelief, t_s: FloatArray) -> IndexArray:
    """Return the ticks that instants lie in, kept inside the forecast."""
    ticks = ((t_s - belief.start_t_s) // belief.tick_s).astype(np.int64)
    return np.clip(ticks, 0, len(belief.sun) - 1)


def _base_powers(
    model: StationModel, belief: ProtectionBelief, gain: FloatArray, source: int
) -> dict[str, FloatArray]:
    """Return what the bus of a source carries, where loads on it draw more than designed."""
    plant = belief.plant
    more_w = (gain - 1.0) * plant.load_power_w
    more_w *= plant.load_island == plant.source_island[source]
    vital_w = more_w[np.array(belief.priorities) == Priority.SURVIVAL].sum()
    return {
        "base_power_w": model.forecast.base_power_w + more_w @ np.array(belief.normal_levels),
        "survival_power_w": model.forecast.survival_power_w + vital_w,
    }


def _carried(
    forecast: Forecast, belief: ProtectionBelief, learned: Learned, sends: BoolArray
) -> dict[str, Any]:
    """Return what leaves the recorders, and when Earth can be had, where paths carry less.

    Parameters
    ----------
    forecast, belief, learned
        As designed, and what has been found.
    sends
        Which transmitters are counted on.
    """
    count = len(forecast.generation_w)
    per_slot = max(round(forecast.slot_s / belief.tick_s), 1)
    parts = (np.arange(count * per_slot, dtype=np.float64) + 0.5) / per_slot
    middle_t_s = (forecast.start_t_s + forecast.slot_s * parts).reshape(count, per_slot)
    rate_bit_per_s: FloatArray = belief.path_bit_per_s[_ticks(belief, middle_t_s)]
    carried_bit_per_s = rate_bit_per_s * learned.path_share
    plant = belief.plant
    drain = forecast.drain_bit_per_s.copy()
    written_bit_per_s = plant.data_rate_bit_per_s * np.array(belief.normal_levels)[plant.data_load]
    for r in range(len(drain)):
        ways = np.flatnonzero(plant.transmitter_recorder == r)
        paths, limits = plant.transmitter_path[ways], plant.transmitter_limit_bit_per_s[ways]
        if not len(ways):
            continue
        designed = np.minimum(rate_bit_per_s[..., paths], limits).max(axis=2).sum(axis=1)
        carried = np.minimum(carried_bit_per_s[..., paths], limits) * sends[ways]
        expected = carried.max(axis=2).sum(axis=1)
        # A contact too short to be seen at the end of a tick goes by the worst of the paths.
        worst = (learned.path_share[paths] * sends[ways]).min()
        share = np.where(designed > 0.0, expected / np.maximum(designed, 1e-9), worst)
        always_bit_per_s = written_bit_per_s[plant.data_recorder == r].sum()
        drain[r] = share * (drain[r] + always_bit_per_s) - always_bit_per_s
    used = np.unique(plant.transmitter_path[sends])
    is_open = np.any(carried_bit_per_s[..., used] > 0.0, axis=2).all(axis=1)
    return {"drain_bit_per_s": drain, "contact": forecast.contact & is_open}


def _dearer(experiment: Experiment, belief: ProtectionBelief, gain: FloatArray) -> Experiment:
    """Return an experiment that draws what its loads have been found to draw."""
    names = belief.channels.loads
    places = [names.index(load) for load in experiment.loads if load in names]
    power_w = belief.plant.load_power_w[places]
    more_w = float((gain[places] - 1.0) @ power_w)
    if more_w <= 0.0:
        return experiment
    share = 1.0 + more_w / float(power_w.sum())
    ways = (
        replace(way, power_w=way.power_w * (share if way.power_w > 0.0 else 1.0))
        for way in experiment.ways
    )
    return replace(experiment, ways=tuple(ways))


def believed(telemetry: Telemetry, protection: Protection | None) -> Telemetry:
    """Return telemetry with the model's numbers where sensors are excluded, or read nonsense.

    Parameters
    ----------
    telemetry
        As measured.
    protection
        What excludes sensors; None for nothing.
    """
    if protection is None:
        return telemetry
    sun_seen = protection.sun_seen(telemetry)
    if sun_seen != telemetry.sun_seen:
        telemetry = replace(telemetry, sun_seen=sun_seen)
    observer = protection.observer
    if observer.trust.all() and not len(observer.impossible):
        return telemetry
    fields = {
        "source": "source_power_w",
        "load": "load_power_w",
        "store": "store_energy_j",
        "node": "node_temperature_k",
        "tank": "tank_kg",
    }
    changes: dict[str, Any] = {}
    for table, field in fields.items():
        span = observer.span[table]
        doubted = ~observer.trust[span] | ~np.isfinite(observer.reading[span])
        known = doubted & np.isfinite(observer.expected[span])
        if known.any():
            changes[field] = np.where(known, observer.expected[span], getattr(telemetry, field))
    return replace(telemetry, **changes)
