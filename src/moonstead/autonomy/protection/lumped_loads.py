"""Loads against what they are commanded: heaters, work and links too."""

import math

import numpy as np

from moonstead.autonomy.protection.belief import HEATER, LINK, TASK, WORK, Plant
from moonstead.autonomy.protection.lumped_tables import Estimate, Expected, Readings
from moonstead.compiled import compiled_without_counting, inlined

HEATER_DOUBT, HEATER_SHARE = 3.0, 0.25
"""Standard deviations of its node's temperature that a heater may be away from what is expected;
what share of that range, up and down, is one standard deviation of its power (1.5 of them)."""
FOLLOWED = 0.02
"""Share of what a load draws in a tick in what it has been found to draw."""
DRAWS = 0.05
"""A load that is commanded to less than this share of its power shows nothing."""
CHANGE_K = 0.05
"""By so much the model errs in how it moves a temperature in a tick, beside its shares."""
LEAST_CARRIED = 0.8
"""A link that carries less than this share of what the loads behind it draw does not do its work,
whatever the stores there want."""


@inlined
def _want_hands(plant: Plant, readings: Readings, out: Expected) -> None:
    """Add up how many of each pool work at most, or wait to."""
    for p in range(out.pool_wanted.shape[0]):
        out.pool_wanted[p] = 0.0
    for k in range(plant.work_load.shape[0]):
        i = plant.work_load[k]
        level = 1.0 if plant.load_kind[i] == TASK else readings.load_level[i]
        if out.used_load_w[i] > DRAWS * plant.load_power_w[i] > 0.0:
            # What must run for a time when it was started may have hands that nobody gives it.
            level = 1.0
        for n in range(plant.work_need_begin[k], plant.work_need_end[k]):
            out.pool_wanted[plant.need_pool[n]] += plant.need_amount[n] * level


@compiled_without_counting
def judge_loads(  # noqa: PLR0912
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected, dt_s: float
) -> None:
    """Find what each load should draw."""
    outside = plant.node_element.shape[0]
    _want_hands(plant, readings, out)
    for i in range(plant.load_kind.shape[0]):
        out.load_w[i] = np.nan
        out.load_z[i] = out.load_change_z[i] = np.nan
        cold_before_k = estimate.heater_cold_k[i]
        estimate.heater_cold_k[i] = np.nan
        kind = plant.load_kind[i]
        here = plant.load_island[i]
        if here < 0 or kind in (TASK, WORK, LINK) or not readings.there[plant.load_element[i]]:
            continue
        full_w = plant.load_power_w[i] * readings.load_level[i]
        sigma_w = 0.0
        if kind == HEATER:
            node = plant.load_node[i]
            if node >= outside or not np.isfinite(estimate.node_k[node]):
                continue
            cold_k = plant.load_setpoint_k[i] - estimate.node_k[node]
            band_k = plant.load_band_k[i]
            doubt_k = HEATER_DOUBT * out.node_doubt_k[node]
            least = min(max((cold_k - doubt_k) / band_k, 0.0), 1.0)
            most = min(max((cold_k + doubt_k) / band_k, 0.0), 1.0)
            sigma_w = HEATER_SHARE * (most - least) * full_w
            full_w *= min(max(cold_k / band_k, 0.0), 1.0)
        if out.island_fed[here] < 0.5 and full_w > 0.0:
            continue
        out.load_w[i] = full_w
        if estimate.load_gain[i] > 1.0:
            _follow_gain(plant, readings, estimate, out, i)
        _compare_load(plant, readings, out, i, sigma_w)
        if kind == HEATER:
            _compare_change(plant, readings, estimate, out, i, cold_before_k, dt_s)
    for k in range(plant.work_load.shape[0]):
        i = plant.work_load[k]
        here = plant.load_island[i]
        if here < 0 or plant.load_kind[i] != WORK or not readings.there[plant.load_element[i]]:
            continue
        level = readings.load_level[i]
        if level <= 0.0:
            # What must run for a time when it was started may go on.
            continue
        if out.island_fed[here] < 0.5 or not _can_work(
            plant, readings, estimate, out, k, level, dt_s
        ):
            continue
        idle = plant.work_idle[k]
        out.load_w[i] = plant.load_power_w[i] * (idle + (1.0 - idle) * level)
        if estimate.load_gain[i] > 1.0:
            _follow_gain(plant, readings, estimate, out, i)
        _compare_load(plant, readings, out, i, 0.0)
    for k in range(plant.link_load.shape[0]):
        i = plant.link_load[k]
        if not readings.there[plant.load_element[i]]:
            continue
        level = readings.load_level[i]
        if level <= 0.0:
            out.load_w[i] = 0.0
            _compare_load(plant, readings, out, i, 0.0)
            continue
        if plant.load_island[i] < 0 or out.island_fed[plant.load_island[i]] < 0.5:
            continue
        _link(plant, readings, estimate, out, k)


@inlined
def _compare_load(plant: Plant, readings: Readings, out: Expected, i: int, model_w: float) -> None:
    """Find the residual of a load."""
    reading_w = readings.load_w[i]
    if np.isfinite(reading_w):
        noise_w = plant.noise[0] * max(out.load_w[i], reading_w)
        least_w = 0.005 * plant.load_power_w[i]
        sigma_w = math.sqrt(noise_w * noise_w + model_w * model_w + least_w * least_w)
        out.load_z[i] = (reading_w - out.load_w[i]) / max(sigma_w, 1e-9)


@inlined
def _follow_gain(
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected, i: int
) -> None:
    """Expect of a load what it draws, from its design up to what it has been found to draw.

    So one that draws again what it was designed for does not look wrong.
    """
    designed_w, reading_w = out.load_w[i], readings.load_w[i]
    out.load_w[i] *= estimate.load_gain[i]
    if not (readings.load_trust[i] and designed_w > DRAWS * plant.load_power_w[i]):
        return
    if np.isfinite(reading_w):
        out.load_w[i] = min(max(reading_w, designed_w), out.load_w[i])
        gain = estimate.load_gain[i]
        estimate.load_gain[i] = max(gain + FOLLOWED * (reading_w / designed_w - gain), 1.0)


@inlined
def _compare_change(
    plant: Plant,
    readings: Readings,
    estimate: Estimate,
    out: Expected,
    i: int,
    before_k: float,
    dt_s: float,
) -> None:
    """Find the residual of a heater's change: it is the best thermometer of what it heats.

    What its sensor reads is not needed, only by how much the model moves it in a tick.
    """
    full_w = plant.load_power_w[i] * readings.load_level[i]
    reading_w, band_k = readings.load_w[i], plant.load_band_k[i]
    if not (np.isfinite(reading_w) and full_w > 0.0):
        return
    node = plant.load_node[i]
    capacity_j_per_k = plant.node_capacity_j_per_k[node]
    if full_w * plant.load_heat_fraction[i] * dt_s > 0.5 * band_k * capacity_j_per_k:
        # It goes through half of its band and back within a tick.
        return
    now_k = min(max(reading_w / full_w, 0.0), 1.0) * band_k
    estimate.heater_cold_k[i] = now_k
    moved_k = out.node_moved_k[node]
    if not (np.isfinite(before_k) and np.isfinite(moved_k)):
        return
    noise_k = plant.noise[0] * math.sqrt(before_k * before_k + now_k * now_k)
    # Where it drew nothing, or all it can, it may have been farther from its band than it shows.
    low_k = min(max(before_k - moved_k, 0.0), band_k) if before_k > 0.0 else 0.0
    is_full = before_k > (1.0 - 4.0 * plant.noise[0]) * band_k
    high_k = band_k if is_full else min(max(before_k - moved_k, 0.0), band_k)
    # Of its own power nothing is doubted: a change of that is what is judged here.
    own_w = (now_k - before_k) / band_k * full_w * plant.load_heat_fraction[i]
    other_w = out.node_heat_w[node] - out.node_before_w[node] - own_w
    blur_w = 0.5 * abs(other_w) + out.node_blur_w[node]
    slack_k = CHANGE_K + 0.1 * abs(moved_k) + blur_w * dt_s / capacity_j_per_k
    sigma_k = math.sqrt(noise_k * noise_k + slack_k * slack_k)
    out.load_change_z[i] = (max(now_k - high_k, 0.0) + min(now_k - low_k, 0.0)) / sigma_k


@inlined
def _can_work(
    plant: Plant,
    readings: Readings,
    estimate: Estimate,
    out: Expected,
    k: int,
    level: float,
    dt_s: float,
) -> bool:
    """Whether tanks and hands surely allow a converter what it is commanded, a whole tick long."""
    for f in range(plant.work_flow_begin[k], plant.work_flow_end[k]):
        t = plant.flow_tank[f]
        capacity_kg = plant.tank_capacity_kg[t]
        after_kg = estimate.tank_kg[t] + plant.flow_kg_per_s[f] * dt_s
        filling = after_kg / max(capacity_kg, 1e-9)
        if not np.isfinite(filling):
            return False
        if plant.flow_kg_per_s[f] > 0.0 and filling > 0.9:
            return False
        if plant.flow_kg_per_s[f] < 0.0 and filling < 0.1:
            return False
    for n in range(plant.work_need_begin[k], plant.work_need_end[k]):
        p = plant.need_pool[n]
        if readings.at_work[p] < 1.01 * out.pool_wanted[p]:
            return False
    return level > 0.0


@inlined
def _link(plant: Plant, readings: Readings, estimate: Estimate, out: Expected, k: int) -> None:
    """Find what a link should carry, where the bus that it feeds leaves no choice."""
    i = plant.link_load[k]
    far = plant.link_island[k]
    want_w = 0.0
    for j in range(plant.load_kind.shape[0]):
        if plant.load_island[j] == far:
            if plant.load_kind[j] == LINK:
                return
            want_w += out.used_load_w[j]
    for j in range(plant.source_column.shape[0]):
        if plant.source_island[j] == far:
            return
    others = 0
    for j in range(plant.link_load.shape[0]):
        others += plant.link_island[j] == far
    if others > 1:
        return
    is_open = False
    for s in range(plant.store_island.shape[0]):
        if plant.store_island[s] == far and readings.there[plant.store_element[s]]:
            node = plant.store_node[s]
            cold = node < plant.node_element.shape[0]
            if cold:
                cold = not estimate.node_k[node] > plant.store_charge_min_k[s] + 2.0
            # Within one tick it may have come or gone.
            if cold or not estimate.store_j[s] < 0.9 * estimate.store_capacity_j[s]:
                is_open = True
            else:
                want_w += plant.store_charge_w[s]
    full_w = plant.load_power_w[i] * readings.load_level[i]
    eta, loss = plant.link_efficiency[k], plant.link_loss_per_w[k]
    root = max(eta * eta - 4.0 * loss * want_w, 0.0)
    out.load_w[i] = min(2.0 * want_w / (eta + math.sqrt(root)), full_w)
    if is_open and not readings.load_w[i] < LEAST_CARRIED * out.load_w[i]:
        # It carries what the loads draw, and what the stores take: that is not known.
        out.load_w[i] = np.nan
        return
    _compare_load(plant, readings, out, i, 0.02 * out.load_w[i])
