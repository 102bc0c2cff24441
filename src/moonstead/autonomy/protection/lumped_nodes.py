"""Thermal nodes against their heat balance."""

import math

import numpy as np

from moonstead.autonomy.protection.belief import Plant
from moonstead.autonomy.protection.lumped_parts import (
    BEGUN,
    GATE_SIGMA,
    bolder,
    calmer,
    is_outlier,
    throughput,
)
from moonstead.autonomy.protection.lumped_tables import Estimate, Expected, Readings
from moonstead.compiled import compiled_without_counting, inlined

NODE_GAIN = 0.05
SUB_STEP_S = 120.0
"""Of the heat balance."""
BODY_DOUBT = 0.5
"""Share of what people give off that is not known."""
SWITCH_DOUBT = 0.5
"""A temperature at which a thermal switch works is known to this share of the noise of its sensor:
in its band some hundredths of a kelvin decide how much it conducts."""


@inlined
def _node_heat(
    plant: Plant,
    mean: np.ndarray,
    last: np.ndarray,
    readings: Readings,
    estimate: Estimate,
    out: Expected,
) -> None:
    """Add up what the parts on each node give to it."""
    for n in range(out.node_heat_w.shape[0]):
        out.node_before_w[n] = out.node_heat_w[n]
        out.node_heat_w[n] = 0.0
        out.node_blur_w[n] = 0.0
    for i in range(plant.load_kind.shape[0]):
        out.node_heat_w[plant.load_node[i]] += out.used_load_w[i] * plant.load_heat_fraction[i]
    for k in range(plant.link_load.shape[0]):
        i = plant.link_load[k]
        sent_w = out.used_load_w[i]
        arrives_w = sent_w * (plant.link_efficiency[k] - plant.link_loss_per_w[k] * sent_w)
        out.node_heat_w[plant.load_node[i]] += sent_w - arrives_w
    for k in range(plant.work_load.shape[0]):
        i = plant.work_load[k]
        if plant.work_reaction_heat_w[k] == 0.0 or not readings.there[plant.load_element[i]]:
            continue
        heat_w = plant.work_reaction_heat_w[k]
        if plant.load_power_w[i] <= 0.0:
            # People: nobody measures what they do, nor whether they have come.
            heat_w *= readings.load_level[i]
            out.node_blur_w[plant.load_node[i]] += BODY_DOUBT * abs(heat_w)
        else:
            warm = estimate.work_warm_s[k] >= plant.work_warm_up_s[k]
            heat_w *= throughput(plant, out, k) if warm else 0.0
        out.node_heat_w[plant.load_node[i]] += heat_w
    for k in range(plant.source_column.shape[0]):
        node = plant.source_node[k]
        if plant.source_takes_heat[k]:
            column = plant.source_column[k]
            taken_w = out.used_source_w[k]
            if last[column] > 0.0:
                taken_w *= min(mean[column] / last[column], 1.2)
            out.node_heat_w[node] -= taken_w
    for s in range(plant.store_island.shape[0]):
        flow_w = out.store_flow_w[s]
        if flow_w > 0.0:
            lost_w = flow_w * (1.0 - plant.store_charge_efficiency[s])
        else:
            lost_w = -flow_w * (1.0 / plant.store_discharge_efficiency[s] - 1.0)
        if np.isfinite(estimate.store_j[s]):
            lost_w += plant.store_self_discharge_per_s[s] * estimate.store_j[s]
        out.node_heat_w[plant.store_node[s]] += lost_w
        waste = max(
            1.0 - plant.store_charge_efficiency[s],
            1.0 / plant.store_discharge_efficiency[s] - 1.0,
        )
        out.node_blur_w[plant.store_node[s]] += waste * out.store_blur_w[s]
    _doubt_switches(plant, estimate, out)


@inlined
def _doubt_switches(plant: Plant, estimate: Estimate, out: Expected) -> None:
    """Add what is not known of the heat through switches that are neither open nor shut."""
    doubt_k = SWITCH_DOUBT * plant.noise[2]
    for c in range(plant.coupling_a.shape[0]):
        a, b = plant.coupling_a[c], plant.coupling_b[c]
        if plant.coupling_closes_above_k[c] <= 0.0:
            continue
        warm_k, cold_k = estimate.node_k[a], estimate.node_k[b]
        if not (np.isfinite(warm_k) and np.isfinite(cold_k)):
            continue
        over_k = warm_k - plant.coupling_closes_above_k[c]
        most = min(max((over_k + doubt_k) / plant.switch_band_k, 0.0), 1.0)
        least = min(max((over_k - doubt_k) / plant.switch_band_k, 0.0), 1.0)
        whole_w = plant.coupling_w_per_k[c] * (warm_k - cold_k)
        whole_w += plant.coupling_w_per_k4[c] * (warm_k**4 - cold_k**4)
        pump = plant.coupling_pump[c]
        if pump >= 0:
            whole_w *= out.used_load_w[pump] / max(plant.load_power_w[pump], 1e-9)
        blur_w = 0.5 * (most - least) * abs(whole_w)
        out.node_blur_w[a] += blur_w
        out.node_blur_w[b] += blur_w


@compiled_without_counting
def follow_nodes(
    plant: Plant,
    mean: np.ndarray,
    last: np.ndarray,
    readings: Readings,
    estimate: Estimate,
    out: Expected,
    dt_s: float,
) -> None:
    """Follow the temperature of each node by its heat balance, linearly implicit."""
    _node_heat(plant, mean, last, readings, estimate, out)
    n_nodes = plant.node_element.shape[0]
    for k in range(plant.source_column.shape[0]):
        if plant.source_heat_per_w[k] > 0.0 and np.isfinite(out.source_offer_w[k]):
            rated_w = mean[plant.source_column[k]] * estimate.source_output[k]
            out.node_heat_w[plant.source_node[k]] += rated_w * plant.source_heat_per_w[k]
    for n in range(n_nodes):
        out.node_k[n] = np.nan
        if not readings.there[plant.node_element[n]]:
            estimate.node_k[n] = np.nan
        elif not np.isfinite(estimate.node_k[n]) and readings.node_trust[n]:
            estimate.node_k[n] = readings.node_k[n]
            estimate.node_gain[n] = BEGUN
        else:
            out.node_k[n] = estimate.node_k[n]
    steps = max(math.ceil(dt_s / SUB_STEP_S), 1)
    part_s = dt_s / steps
    for _ in range(steps):
        for n in range(n_nodes):
            if np.isfinite(out.node_k[n]):
                out.node_k[n] += _rise_k(plant, mean, out, n, part_s)
    for n in range(n_nodes):
        if not np.isfinite(out.node_k[n]):
            out.node_z[n] = out.node_moved_k[n] = np.nan
            continue
        moved_k = out.node_k[n] - estimate.node_k[n]
        out.node_moved_k[n] = moved_k
        estimate.node_k[n] = out.node_k[n]
        if not np.isfinite(readings.node_k[n]):
            out.node_z[n] = np.nan
            continue
        other_w = out.node_heat_w[n] - out.node_before_w[n]
        blur_w = 0.5 * abs(other_w) + out.node_blur_w[n]
        # A light node follows what the sky does within the tick.
        absorbed, sink = plant.node_absorbed_column[n], plant.node_sink_column[n]
        blur_w += abs(last[absorbed] - mean[absorbed])
        blur_w += plant.node_radiating_w_per_k4[n] * abs(last[sink] ** 4 - mean[sink] ** 4)
        slack_k = 0.1 * abs(moved_k) + blur_w * dt_s / plant.node_capacity_j_per_k[n]
        noise_k = plant.noise[2] * math.sqrt(1.0 + estimate.node_gain[n])
        sigma_k = math.sqrt(noise_k * noise_k + 0.05 * 0.05 + slack_k * slack_k)
        off_k = readings.node_k[n] - out.node_k[n]
        before = out.node_z[n]
        out.node_z[n] = off_k / sigma_k
        if estimate.node_gain[n] >= BEGUN and abs(out.node_z[n]) > GATE_SIGMA:
            estimate.node_k[n] = readings.node_k[n] if readings.node_trust[n] else np.nan
            out.node_z[n] = np.nan
        elif readings.node_trust[n] and not is_outlier(out.node_z[n], before):
            gain = bolder(estimate.node_gain[n], slack_k, noise_k)
            estimate.node_k[n] += gain * off_k
            # The gain is the variance of the estimate in that of a reading.
            out.node_doubt_k[n] = math.sqrt(gain) * noise_k
            estimate.node_gain[n] = calmer(gain, NODE_GAIN)
        else:
            out.node_doubt_k[n] = math.sqrt(out.node_doubt_k[n] ** 2 + slack_k**2)


@inlined
def _rise_k(plant: Plant, mean: np.ndarray, out: Expected, n: int, dt_s: float) -> float:
    """Return by how much a node warms in a part of the tick."""
    now_k = out.node_k[n]
    sink_k = mean[plant.node_sink_column[n]]
    above_k4 = now_k**4 - sink_k**4
    radiating = plant.node_radiating_w_per_k4[n]
    slope = 4.0 * radiating * now_k**3
    if plant.node_louver_w_per_k4[n] > 0.0:
        opened = (now_k - plant.node_louver_open_k[n]) / plant.louver_band_k
        louver = min(max(opened, 0.0), 1.0) * plant.node_louver_w_per_k4[n]
        radiating += louver
        slope += 4.0 * louver * now_k**3
        if 0.0 < opened < 1.0:
            slope += plant.node_louver_w_per_k4[n] * max(above_k4, 0.0) / plant.louver_band_k
    gain_w = mean[plant.node_absorbed_column[n]] + out.node_heat_w[n] - radiating * above_k4
    if plant.node_ground_w_per_k[n] > 0.0:
        gain_w -= plant.node_ground_w_per_k[n] * (now_k - mean[plant.node_ground_column[n]])
        slope += plant.node_ground_w_per_k[n]
    for c in range(plant.coupling_a.shape[0]):
        a, b = plant.coupling_a[c], plant.coupling_b[c]
        if n not in (a, b):
            continue
        other = b if n == a else a
        other_k = out.node_k[other]
        if not np.isfinite(other_k):
            continue
        share = 1.0
        pump = plant.coupling_pump[c]
        if pump >= 0:
            share = out.used_load_w[pump] / max(plant.load_power_w[pump], 1e-9)
        if plant.coupling_closes_above_k[c] > 0.0:
            over_k = out.node_k[a] - plant.coupling_closes_above_k[c]
            share *= min(max(over_k / plant.switch_band_k, 0.0), 1.0)
        conductance = plant.coupling_w_per_k[c] * share
        radiating = plant.coupling_w_per_k4[c] * share
        gain_w -= conductance * (now_k - other_k) + radiating * (now_k**4 - other_k**4)
        slope += conductance + 4.0 * radiating * now_k**3
    capacity = plant.node_capacity_j_per_k[n]
    if plant.node_latent_j[n] > 0.0:
        into_k = now_k - plant.node_melting_k[n]
        if 0.0 <= into_k <= plant.node_melting_band_k[n]:
            capacity += plant.node_latent_j[n] / plant.node_melting_band_k[n]
    return float(gain_w / (capacity / dt_s + slope))
