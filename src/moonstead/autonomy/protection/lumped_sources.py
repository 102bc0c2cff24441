"""What sources offer, what is drawn of it, and whether each gives what it should."""

import math

import numpy as np

from moonstead.autonomy.protection.belief import LINK, TASK, Plant
from moonstead.autonomy.protection.lumped_tables import Estimate, Expected, Readings
from moonstead.compiled import compiled_without_counting

MODEL_POWER = 0.01
"""Share by which the model of a source errs."""
LEAST_LIGHT = 0.05
"""A source is judged above this share of its rated offer."""
RATIO_SHARE = 0.2
"""Of the newest ratio in the smoothed one: about five ticks."""
LEAST_DRAWN = 0.02
"""A source of which less is drawn is not judged."""
NEAR_FLOOR = 0.03
"""A store this near to its floor (share of capacity) cannot be relied on to feed loads."""


@compiled_without_counting
def offer_sources(
    plant: Plant,
    last: np.ndarray,
    readings: Readings,
    estimate: Estimate,
    out: Expected,
    dt_s: float,
) -> None:
    """Find what each source offers at the end of the tick."""
    outside = plant.node_element.shape[0]
    for k in range(plant.source_column.shape[0]):
        level = readings.source_level[k]
        ramp = plant.source_ramp_per_s[k] * dt_s
        steady = True
        if ramp > 0.0:
            before = estimate.source_output[k]
            estimate.source_output[k] += min(max(level - before, -ramp), ramp)
            steady = estimate.source_output[k] == level
        else:
            estimate.source_output[k] = level
        if not readings.there[plant.source_element[k]]:
            out.source_offer_w[k] = np.nan
            out.used_source_w[k] = 0.0
            continue
        node = plant.source_node[k]
        factor = 1.0
        if node < outside and np.isfinite(estimate.node_k[node]):
            warm_k = estimate.node_k[node] - plant.source_reference_k[k]
            factor = max(1.0 + plant.source_coefficient_per_k[k] * warm_k, 0.0)
        lost = plant.source_loss_per_s[k] + plant.source_dust_per_s[k]
        estimate.source_dust[k] *= math.exp(-lost * dt_s)
        offer_w = last[plant.source_column[k]] * factor * estimate.source_dust[k]
        offer_w *= estimate.source_output[k]
        out.source_offer_w[k] = offer_w if steady else np.nan
        reading_w = readings.source_w[k]
        if readings.source_trust[k] and np.isfinite(reading_w):
            out.used_source_w[k] = reading_w
        else:
            share = readings.source_share[k]
            share = share if np.isfinite(share) else 1.0
            out.used_source_w[k] = offer_w * estimate.source_gain[k] * share


@compiled_without_counting
def add_up_islands(plant: Plant, readings: Readings, estimate: Estimate, out: Expected) -> None:
    """Find what each island draws of its offers, and what is left for its stores."""
    for k in range(out.island_net_w.shape[0]):
        out.island_before_w[k] = out.island_net_w[k]
        out.island_offer_w[k] = 0.0
        out.island_net_w[k] = 0.0
        out.island_share[k] = 1.0
    for i in range(plant.load_kind.shape[0]):
        reading_w = readings.load_w[i]
        if not (readings.load_trust[i] and np.isfinite(reading_w)):
            reading_w = out.load_w[i]
            if not np.isfinite(reading_w):
                reading_w = plant.load_power_w[i] * readings.load_level[i]
                if plant.load_kind[i] == TASK:
                    reading_w = 0.0
        out.used_load_w[i] = reading_w
        if plant.load_island[i] >= 0:
            out.island_net_w[plant.load_island[i]] -= reading_w
    for k in range(plant.link_load.shape[0]):
        sent_w = out.used_load_w[plant.link_load[k]]
        arrives_w = sent_w * (plant.link_efficiency[k] - plant.link_loss_per_w[k] * sent_w)
        out.island_net_w[plant.link_island[k]] += arrives_w
        out.island_offer_w[plant.link_island[k]] += arrives_w
    for k in range(plant.source_column.shape[0]):
        here = plant.source_island[k]
        out.island_net_w[here] += out.used_source_w[k]
        # What is read counts where it is less: a bus is not fed by what should be there.
        offer_w = out.source_offer_w[k] * estimate.source_gain[k]
        if np.isfinite(offer_w):
            out.island_offer_w[here] += offer_w
        if readings.there[plant.source_element[k]] and np.isfinite(readings.source_share[k]):
            out.island_share[here] = min(out.island_share[here], readings.source_share[k])


@compiled_without_counting
def tell_fed(plant: Plant, readings: Readings, estimate: Estimate, out: Expected) -> None:
    """Find whether the loads of each island are given what they ask for."""
    for k in range(out.island_fed.shape[0]):
        gives_w = 0.0
        for s in range(plant.store_island.shape[0]):
            there = readings.there[plant.store_element[s]]
            if plant.store_island[s] != k or not there or not np.isfinite(estimate.store_j[s]):
                continue
            floor_j = (plant.store_floor[s] + NEAR_FLOOR) * estimate.store_capacity_j[s]
            gives_w += plant.store_discharge_w[s] if estimate.store_j[s] > floor_j else 0.0
        asked_w = 0.0
        for i in range(plant.load_kind.shape[0]):
            if plant.load_island[i] == k and plant.load_kind[i] != LINK:
                level = readings.load_level[i]
                if plant.load_kind[i] == TASK:
                    level = 0.0
                if readings.there[plant.load_element[i]]:
                    asked_w += plant.load_power_w[i] * level
            elif plant.load_island[i] == k:
                asked_w += out.used_load_w[i]
        supply_w = out.island_offer_w[k] + gives_w
        out.island_fed[k] = 1.0 if supply_w >= 1.02 * asked_w and supply_w > 0.0 else 0.0


@compiled_without_counting
def judge_sources(plant: Plant, readings: Readings, estimate: Estimate, out: Expected) -> None:
    """Compare each source with what its regulator draws of the offer that its light makes."""
    for k in range(plant.source_column.shape[0]):
        out.source_w[k] = np.nan
        out.source_z[k] = np.nan
        offer_w = out.source_offer_w[k]
        if not np.isfinite(offer_w):
            continue
        if offer_w <= LEAST_LIGHT * plant.source_rated_w[k]:
            if offer_w <= 0.0:
                out.source_w[k] = 0.0
            continue
        share = readings.source_share[k]
        if not share >= LEAST_DRAWN:
            continue
        out.source_w[k] = offer_w * estimate.source_gain[k] * share
        sigma_w = out.source_w[k] * math.sqrt(plant.noise[0] ** 2 + MODEL_POWER**2)
        sigma_w += 1e-3 * plant.source_rated_w[k]
        node = plant.source_node[k]
        if node < plant.node_element.shape[0] and np.isfinite(readings.node_k[node]):
            # It is as warm as it was a tick ago, or as it is told to be now.
            moved_k = readings.node_k[node] - estimate.node_k[node]
            doubt = abs(plant.source_coefficient_per_k[k] * moved_k)
            sigma_w += doubt * out.source_w[k] if np.isfinite(doubt) else 0.0
        reading_w = readings.source_w[k]
        if np.isfinite(reading_w):
            out.source_z[k] = (reading_w - out.source_w[k]) / sigma_w
            now = min(max(reading_w / (offer_w * share), 0.0), 1.2)
            estimate.source_ratio[k] += RATIO_SHARE * (now - estimate.source_ratio[k])
