"""Tanks against what is put in and taken out."""

import math

import numpy as np

from moonstead.autonomy.protection.belief import WORK, Plant
from moonstead.autonomy.protection.lumped_parts import (
    BEGUN,
    GATE_SIGMA,
    bolder,
    calmer,
    grown,
    throughput,
)
from moonstead.autonomy.protection.lumped_tables import (
    MODEL_STORE,
    STORE_GAIN,
    Estimate,
    Expected,
    Readings,
)
from moonstead.compiled import compiled_without_counting

TANK_GAIN = 0.01
MODEL_TANK = 2e-4
IDLE_SHARE = 0.08
UNKNOWN = 0.3
"""Of what a converter moves and is not to be judged by, what is not known either."""


@compiled_without_counting
def follow_tanks(  # noqa: PLR0912, PLR0915
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected, dt_s: float
) -> None:
    """Follow each tank by the converters and stores that fill and empty it."""
    n_tanks = plant.tank_capacity_kg.shape[0]
    for t in range(n_tanks):
        out.tank_kg[t] = 0.0
        out.tank_z[t] = 0.0
        out.tank_running[t] = 0.0
    for k in range(plant.work_load.shape[0]):
        duty = throughput(plant, out, k)
        warm = estimate.work_warm_s[k] >= plant.work_warm_up_s[k]
        running_s = dt_s if duty > 0.0 else -dt_s
        until_s = plant.work_warm_up_s[k]
        changed = abs(duty - estimate.work_duty[k])
        i = plant.work_load[k]
        if plant.load_kind[i] == WORK:
            # One that should run and does not, has maybe run until something was used up.
            changed = max(changed, readings.load_level[i] - duty)
        estimate.work_duty[k] = duty
        estimate.work_warm_s[k] = min(max(estimate.work_warm_s[k] + running_s, 0.0), until_s)
        for f in range(plant.work_flow_begin[k], plant.work_flow_end[k]):
            t = plant.flow_tank[f]
            moved_kg = plant.flow_kg_per_s[f] * duty * dt_s
            out.tank_kg[t] += moved_kg if warm else 0.0
            # Warming up, or working for a part of the tick: not to be judged finely.
            sure = warm and estimate.work_warm_s[k] >= until_s
            out.tank_z[t] += abs(moved_kg) * (0.1 if sure else 1.0)
            out.tank_z[t] += abs(plant.flow_kg_per_s[f]) * changed * dt_s
            if moved_kg > 0.0:
                out.tank_running[t] = 1.0
    for s in range(plant.store_island.shape[0]):
        flow_w = out.store_flow_w[s]
        put_w = flow_w * plant.store_charge_efficiency[s]
        if flow_w < 0.0:
            put_w = flow_w / plant.store_discharge_efficiency[s]
        for r in range(plant.store_reactant_begin[s], plant.store_reactant_end[s]):
            moved_kg = plant.reactant_kg_per_j[r] * put_w * dt_s
            out.tank_kg[plant.reactant_tank[r]] += moved_kg
            blur_w = 0.1 * abs(put_w) + out.store_blur_w[s]
            out.tank_z[plant.reactant_tank[r]] += abs(plant.reactant_kg_per_j[r]) * blur_w * dt_s
    for t in range(n_tanks):
        change_kg, blur_kg = out.tank_kg[t], out.tank_z[t]
        out.tank_kg[t] = np.nan
        out.tank_z[t] = np.nan
        reading_kg = readings.tank_kg[t]
        if not readings.there[plant.tank_element[t]] or not np.isfinite(reading_kg):
            estimate.tank_kg[t] = np.nan
            continue
        before_kg = estimate.tank_kg[t]
        if not np.isfinite(before_kg):
            estimate.tank_kg[t] = reading_kg if readings.tank_trust[t] else np.nan
            estimate.tank_gain[t] = BEGUN
            continue
        capacity_kg = plant.tank_capacity_kg[t]
        lost_kg = plant.tank_leak_per_s[t] * dt_s * before_kg
        node = plant.tank_node[t]
        if plant.tank_boils_kg_per_s_k[t] > 0.0 and node < plant.node_element.shape[0]:
            warm_k = max(estimate.node_k[node] - plant.tank_boiling_k[t], 0.0)
            lost_kg += plant.tank_boils_kg_per_s_k[t] * warm_k * dt_s
        after_kg = min(max(before_kg + change_kg - lost_kg, 0.0), capacity_kg)
        noise_kg = plant.noise[1] * max(reading_kg, after_kg)
        model_kg = (MODEL_STORE if plant.tank_reacts[t] else MODEL_TANK) * capacity_kg + blur_kg
        sigma_kg = math.sqrt(noise_kg * noise_kg + model_kg * model_kg)
        off_kg = reading_kg - after_kg
        out.tank_kg[t] = after_kg
        begun = estimate.tank_gain[t] >= BEGUN
        gain = 1.0 if plant.tank_open[t] else estimate.tank_gain[t]
        least_gain = STORE_GAIN if plant.tank_reacts[t] else TANK_GAIN
        if plant.tank_reacts[t]:
            gain = bolder(gain, blur_kg, noise_kg)
        else:
            gain = grown(gain, UNKNOWN * blur_kg, noise_kg)
        estimate.tank_gain[t] = calmer(gain, least_gain)
        if off_kg > GATE_SIGMA * sigma_kg:
            # Only a delivery fills a tank at once: begin anew.
            gain = 1.0
            estimate.tank_gain[t] = BEGUN
        elif begun and off_kg < -GATE_SIGMA * sigma_kg:
            # What was taken for a delivery, or for the first reading, was an upset.
            gain = 1.0
            estimate.tank_gain[t] = BEGUN
        elif not plant.tank_open[t]:
            out.tank_z[t] = off_kg / sigma_kg
            if out.tank_running[t] < 0.5:
                now = min(max(out.tank_z[t], -30.0), 30.0)
                estimate.tank_idle[t] += IDLE_SHARE * (now - estimate.tank_idle[t])
        estimate.tank_kg[t] = after_kg + (gain * off_kg if readings.tank_trust[t] else 0.0)
