"""Stores against what goes into them and out of them."""

import math

import numpy as np

from moonstead.autonomy.protection.belief import Plant
from moonstead.autonomy.protection.lumped_parts import (
    BEGUN,
    GATE_SIGMA,
    bolder,
    calmer,
    is_outlier,
)
from moonstead.autonomy.protection.lumped_tables import (
    CURTAILED,
    MODEL_STORE,
    STORE_GAIN,
    Estimate,
    Expected,
    Readings,
)
from moonstead.compiled import compiled_without_counting


@compiled_without_counting
def follow_stores(  # noqa: PLR0912, PLR0915
    plant: Plant,
    mean: np.ndarray,
    last: np.ndarray,
    readings: Readings,
    estimate: Estimate,
    out: Expected,
    dt_s: float,
) -> None:
    """Follow each store by what its bus leaves for it, in the order of dispatch."""
    for k in range(out.island_net_w.shape[0]):
        net_w = out.island_net_w[k]
        gap_w = 0.0
        blur_w = 0.5 * abs(net_w - out.island_before_w[k])
        for j in range(plant.source_column.shape[0]):
            if plant.source_island[j] != k or not readings.there[plant.source_element[j]]:
                continue
            column = plant.source_column[j]
            now_w = out.used_source_w[j]
            if last[column] <= 0.0:
                gap_w += mean[column] * estimate.source_gain[j] * estimate.source_output[j]
                blur_w += mean[column]
                continue
            whole_w = now_w
            if out.island_share[k] < CURTAILED and np.isfinite(out.source_offer_w[j]):
                # Curtailed at the end of the tick: before, stores took what they could of it.
                whole_w = out.source_offer_w[j] * estimate.source_gain[j]
            whole_w *= min(mean[column] / last[column], 1.2)
            gap_w += whole_w - now_w
            blur_w += whole_w * abs(1.0 - min(mean[column] / last[column], 2.0))
        for j in range(plant.link_load.shape[0]):
            if plant.link_island[j] == k:
                # What a charger carried until the store was full is not seen at the end.
                link_w = out.used_load_w[plant.link_load[j]] * plant.link_efficiency[j]
                blur_w += 0.5 * abs(link_w - estimate.link_w[j])
                estimate.link_w[j] = link_w
        left_w = net_w + gap_w
        for i in range(plant.load_kind.shape[0]):
            if plant.load_island[i] == k:
                blur_w += plant.noise[0] * out.used_load_w[i]
        blur_w += plant.noise[0] * max(net_w, 0.0)
        for order in range(plant.store_order.shape[0]):
            s = plant.store_order[order]
            if plant.store_island[s] != k:
                continue
            out.store_j[s] = np.nan
            before = out.store_z[s]
            out.store_z[s] = np.nan
            out.store_flow_w[s] = 0.0
            reading_j = readings.store_j[s]
            if not readings.there[plant.store_element[s]]:
                estimate.store_j[s] = np.nan
                continue
            if not np.isfinite(estimate.store_j[s]):
                estimate.store_j[s] = reading_j if readings.store_trust[s] else np.nan
                estimate.store_gain[s] = BEGUN
                continue
            rated_j = plant.store_capacity_j[s]
            capacity_j = estimate.store_capacity_j[s] - plant.store_fade_per_s[s] * rated_j * dt_s
            before_j = estimate.store_j[s]
            eta_in = plant.store_charge_efficiency[s]
            eta_out = plant.store_discharge_efficiency[s]
            flow_w, near_w = 0.0, 0.0
            # Its gauge cannot tell better than this whether it is full or empty.
            edge_j = 3.0 * plant.noise[1] * capacity_j
            if left_w > 0.0:
                flow_w = min(left_w, plant.store_charge_w[s])
                node = plant.store_node[s]
                is_known = node < plant.node_element.shape[0]
                if is_known and estimate.node_k[node] < plant.store_charge_min_k[s]:
                    flow_w = 0.0
                room_j = max(capacity_j - before_j, 0.0)
                if out.island_share[k] < CURTAILED and room_j < edge_j:
                    # Full, as far as its gauge can tell: it takes what it loses by itself.
                    room_j = plant.store_self_discharge_per_s[s] * before_j * dt_s
                if room_j < edge_j + flow_w * eta_in * dt_s:
                    near_w = min(left_w, edge_j / dt_s)
                flow_w = min(flow_w, room_j / (eta_in * dt_s))
                after_j = before_j + flow_w * eta_in * dt_s
            else:
                floor_j = plant.store_floor[s] * capacity_j
                flow_w = max(left_w, -plant.store_discharge_w[s])
                if before_j - floor_j < edge_j - flow_w * dt_s / eta_out:
                    near_w = min(-left_w, edge_j / dt_s)
                flow_w = -min(-flow_w, max(before_j - floor_j, 0.0) * eta_out / dt_s)
                after_j = before_j + flow_w / eta_out * dt_s
                capacity_j += plant.store_cycle_fade[s] * flow_w / eta_out * dt_s
            after_j *= math.exp(-plant.store_self_discharge_per_s[s] * dt_s)
            if not readings.store_sure[s]:
                near_w = min(abs(left_w), max(plant.store_charge_w[s], plant.store_discharge_w[s]))
            left_w -= flow_w
            out.store_flow_w[s] = flow_w
            out.store_blur_w[s] = blur_w + near_w
            own_blur_w = blur_w
            # What it does not take or give is left to those after it.
            blur_w += near_w
            estimate.store_capacity_j[s] = capacity_j
            # Corrected by readings of a full store, it stands above its capacity as often as below.
            after_j = min(after_j, max(capacity_j, before_j))
            out.store_j[s] = after_j
            estimate.store_j[s] = after_j
            if not np.isfinite(reading_j):
                continue
            noise_j = plant.noise[1] * max(reading_j, after_j)
            model_j = MODEL_STORE * rated_j + own_blur_w * dt_s
            sigma_j = math.sqrt((1.0 + estimate.store_gain[s]) * noise_j * noise_j + model_j**2)
            out.store_z[s] = (reading_j - after_j) / sigma_j
            if estimate.store_gain[s] >= BEGUN and abs(out.store_z[s]) > GATE_SIGMA:
                estimate.store_j[s] = reading_j if readings.store_trust[s] else np.nan
                out.store_z[s] = np.nan
            elif readings.store_trust[s] and not is_outlier(out.store_z[s], before):
                blur_j = own_blur_w * dt_s
                gain = bolder(estimate.store_gain[s], blur_j, noise_j)
                if not readings.store_sure[s]:
                    gain = 1.0
                estimate.store_j[s] = after_j + gain * (reading_j - after_j)
                estimate.store_gain[s] = calmer(gain, STORE_GAIN)
