"""What sources offer, what each bus draws of it, and whether each source gives its share."""

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
WHOLE = 0.999
"""A source whose gain is less is known to be broken."""
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
            share = out.island_share[plant.source_island[k]]
            out.used_source_w[k] = offer_w * estimate.source_gain[k] * share


@compiled_without_counting
def share_islands(  # noqa: PLR0912, PLR0915
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected, dt_s: float
) -> None:
    """Find how much of the offers each island draws, and whether its loads are fed.

    A share above 0 is 1: all that is offered is drawn, for a store takes what is left, or loads
    need it. Below 0 it is less the share that the second of three or more sources gives, or the
    first of two.
    """
    n = out.island_net_w.shape[0]
    for k in range(n):
        out.island_before_w[k] = out.island_net_w[k]
        out.island_offer_w[k] = 0.0
        out.island_net_w[k] = 0.0
        out.island_square_w2[k] = 0.0
        out.island_share[k] = 0.0
        out.island_whole[k] = 0.0
        out.island_second[k] = 0.0
        out.island_judged[k] = 0.0
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
            out.island_square_w2[plant.load_island[i]] += reading_w * reading_w
    for k in range(plant.link_load.shape[0]):
        sent_w = out.used_load_w[plant.link_load[k]]
        arrives_w = sent_w * (plant.link_efficiency[k] - plant.link_loss_per_w[k] * sent_w)
        out.island_net_w[plant.link_island[k]] += arrives_w
        out.island_square_w2[plant.link_island[k]] += arrives_w * arrives_w
        out.island_offer_w[plant.link_island[k]] += arrives_w
    for k in range(plant.source_column.shape[0]):
        if estimate.source_gain[k] >= WHOLE and readings.source_trust[k]:
            out.island_whole[plant.source_island[k]] = 1.0
    for k in range(plant.source_column.shape[0]):
        here = plant.source_island[k]
        out.island_net_w[here] += out.used_source_w[k]
        out.island_square_w2[here] += out.used_source_w[k] ** 2
        offer_w = out.source_offer_w[k] * estimate.source_gain[k]
        if not np.isfinite(offer_w):
            continue
        # What is read counts where it is less: a bus is not fed by what should be there.
        out.island_offer_w[here] += offer_w
        judged = offer_w > LEAST_LIGHT * plant.source_rated_w[k] and readings.source_trust[k]
        # What is known to be broken may have been mended: the others tell what is drawn.
        if judged and (estimate.source_gain[k] >= WHOLE or out.island_whole[here] < 0.5):
            share = out.used_source_w[k] / offer_w
            out.island_judged[here] += 1.0
            if share > out.island_share[here]:
                out.island_second[here] = out.island_share[here]
                out.island_share[here] = share
            else:
                out.island_second[here] = max(out.island_second[here], share)
    for k in range(n):
        if out.island_judged[k] > 2.5:
            # One sensor that reads too much must not make the others look low.
            out.island_share[k] = out.island_second[k]
        takes_w = 0.0
        gives_w = 0.0
        for s in range(plant.store_island.shape[0]):
            there = readings.there[plant.store_element[s]]
            if plant.store_island[s] != k or not there or not np.isfinite(estimate.store_j[s]):
                continue
            capacity_j = estimate.store_capacity_j[s]
            taken_j = 1.2 * plant.store_charge_w[s] * plant.store_charge_efficiency[s] * dt_s
            if estimate.store_j[s] + taken_j < (1.0 - 3.0 * plant.noise[1]) * capacity_j:
                node = plant.store_node[s]
                warm = node >= plant.node_element.shape[0]
                if not warm:
                    warm = estimate.node_k[node] > plant.store_charge_min_k[s] + 2.0
                takes_w += plant.store_charge_w[s] if warm else 0.0
            floor_j = (plant.store_floor[s] + NEAR_FLOOR) * capacity_j
            gives_w += plant.store_discharge_w[s] if estimate.store_j[s] > floor_j else 0.0
        net_w = out.island_net_w[k]
        noise_w = 6.0 * plant.noise[0] * math.sqrt(out.island_square_w2[k])
        if net_w < -noise_w or net_w < 0.9 * takes_w - noise_w:
            out.island_share[k] = 1.0
        else:
            out.island_share[k] = -min(out.island_share[k], 1.0)
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
    """Compare each source with its light where all is drawn, else with the others of its bus."""
    for k in range(plant.source_column.shape[0]):
        out.source_w[k] = np.nan
        out.source_z[k] = np.nan
        offer_w = out.source_offer_w[k]
        if not np.isfinite(offer_w):
            continue
        full_w = offer_w * estimate.source_gain[k]
        share = out.island_share[plant.source_island[k]]
        if offer_w <= LEAST_LIGHT * plant.source_rated_w[k]:
            if offer_w <= 0.0:
                out.source_w[k] = 0.0
            continue
        if share < 0.0 and share > -0.02:
            # Nothing or next to nothing is drawn here: no comparison.
            continue
        out.source_w[k] = full_w * abs(share)
        scatter = plant.noise[0] if share > 0.0 else 1.6 * plant.noise[0]
        sigma_w = out.source_w[k] * math.sqrt(scatter * scatter + MODEL_POWER * MODEL_POWER)
        sigma_w += 1e-3 * plant.source_rated_w[k]
        reading_w = readings.source_w[k]
        if np.isfinite(reading_w):
            out.source_z[k] = (reading_w - out.source_w[k]) / sigma_w
            # Where less is drawn than offered, and nothing whole tells by how much, nothing is
            # learned.
            if share > 0.0 or out.island_whole[plant.source_island[k]] > 0.5:
                now = min(max(reading_w / (offer_w * abs(share)), 0.0), 1.2)
                estimate.source_ratio[k] += RATIO_SHARE * (now - estimate.source_ratio[k])
