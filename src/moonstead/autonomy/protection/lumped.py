"""What every sensor should read now, from the one before and what is measured elsewhere.

The station's own network, stepped once a tick with measured power, so that each part is judged by
its own law: a load by what it is commanded, a heater by the temperature that its thermostat sees, a
source by its light or by the others on its bus, a store and a tank by what goes in and out, a node
by its heat balance, a recorder by what is written and sent. Nothing is expected where the network
leaves it open (a link that charges a battery, a workshop that waits for hands): there it is NaN.

A residual z is (reading - expected) / one standard deviation, with the figures of the data sheet
and a share for the model. Stores, tanks and nodes are followed by an observer with a constant gain:
x' = f(x) + K (reading - f(x)) (Luenberger 1971; K is chosen so that the noise of a sensor passes
with sqrt(K / (2 - K)) of it).
"""

import math
from typing import NamedTuple

import numpy as np

from moonstead.autonomy.protection.belief import HEATER, LINK, TASK, WORK, Plant
from moonstead.compiled import compiled_without_counting, inlined
from moonstead.contracts import BoolArray, FloatArray

NODE_GAIN = 0.05
STORE_GAIN = 0.05
TANK_GAIN = 0.01
MODEL_POWER = 0.01
"""Share by which the model of a source errs."""
MODEL_STORE = 0.002
"""Share of the capacity by which a tick of the model of a store errs."""
MODEL_TANK = 2e-4
SUB_STEP_S = 120.0
"""Of the heat balance."""
LEAST_LIGHT = 0.05
"""A source is judged above this share of its rated offer."""
RATIO_SHARE = 0.2
"""Of the newest ratio in the smoothed one: about five ticks."""
IDLE_SHARE = 0.08
WHOLE = 0.999
"""A source whose gain is less is known to be broken."""
NEAR_FLOOR = 0.03
"""A store this near to its floor (share of capacity) cannot be relied on to feed loads."""


class Readings(NamedTuple):
    """Telemetry of a tick, and which sensors of it are believed."""

    source_w: FloatArray
    load_w: FloatArray
    store_j: FloatArray
    node_k: FloatArray
    tank_kg: FloatArray
    recorder_bit: FloatArray
    path_open: BoolArray
    path_bit_per_s: FloatArray
    """Forecast."""
    at_work: FloatArray
    """By pool; infinite where nobody reports."""
    source_trust: BoolArray
    load_trust: BoolArray
    store_trust: BoolArray
    node_trust: BoolArray
    tank_trust: BoolArray
    load_level: FloatArray
    """As commanded since the tick before."""
    source_level: FloatArray
    there: BoolArray
    """By element."""


class Estimate(NamedTuple):
    """What the model remembers, changed in place; NaN where it has not begun."""

    store_j: FloatArray
    store_capacity_j: FloatArray
    node_k: FloatArray
    tank_kg: FloatArray
    store_gain: FloatArray
    """Of the observer: as if it averaged in the beginning."""
    node_gain: FloatArray
    tank_gain: FloatArray
    recorder_bit: FloatArray
    source_output: FloatArray
    source_dust: FloatArray
    source_gain: FloatArray
    """Share of the designed offer that it has been found to give."""
    work_warm_s: FloatArray
    source_ratio: FloatArray
    """Reading over offer as designed, among what is drawn, smoothed."""
    tank_idle: FloatArray
    """Residual while nothing fills it, smoothed."""
    was_open: FloatArray
    """By path: 1 where it was open a tick ago."""


class Expected(NamedTuple):
    """What comes out, filled in place: expected readings, residuals, and some sums."""

    source_w: FloatArray
    load_w: FloatArray
    store_j: FloatArray
    node_k: FloatArray
    tank_kg: FloatArray
    recorder_bit: FloatArray
    source_z: FloatArray
    load_z: FloatArray
    store_z: FloatArray
    node_z: FloatArray
    tank_z: FloatArray
    recorder_z: FloatArray
    source_offer_w: FloatArray
    """As designed and aged, not curtailed; NaN where it may be ramping."""
    node_heat_w: FloatArray
    store_flow_w: FloatArray
    """Into each store, at the bus; less than 0 out of it."""
    island_offer_w: FloatArray
    island_net_w: FloatArray
    island_square_w2: FloatArray
    """Sum of the squares of all its readings of power: their noise is a share of each."""
    island_before_w: FloatArray
    """Net power a tick ago."""
    island_share: FloatArray
    """What part of the offers is drawn."""
    island_second: FloatArray
    island_judged: FloatArray
    """The second greatest share of its sources, and of how many."""
    island_whole: FloatArray
    """1 where a source gives all that it was designed for, as far as is known."""
    island_fed: FloatArray
    """1 where loads get what they ask for."""
    store_blur_w: FloatArray
    """What is not known of that."""
    node_before_w: FloatArray
    node_blur_w: FloatArray
    used_source_w: FloatArray
    used_load_w: FloatArray
    pool_wanted: FloatArray
    tank_running: FloatArray
    """1 where a converter fills it."""


@compiled_without_counting
def expect(
    plant: Plant,
    mean: np.ndarray,
    last: np.ndarray,
    readings: Readings,
    estimate: Estimate,
    out: Expected,
    dt_s: float,
) -> None:
    """Step the model over one tick and compare.

    Parameters
    ----------
    plant
        The network as designed.
    mean, last
        Rows of `Sky` of this tick.
    readings, estimate, out
        See there; the last two are changed in place.
    dt_s
        Length of the tick.
    """
    _sources(plant, last, readings, estimate, out, dt_s)
    _islands(plant, readings, estimate, out, dt_s)
    _judge_sources(plant, readings, estimate, out)
    _loads(plant, readings, estimate, out)
    _stores(plant, mean, last, readings, estimate, out, dt_s)
    _nodes(plant, mean, last, readings, estimate, out, dt_s)
    _tanks(plant, readings, estimate, out, dt_s)
    _recorders(plant, readings, estimate, out, dt_s)


@inlined
def _sources(
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


@inlined
def _islands(  # noqa: PLR0912, PLR0915
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


@inlined
def _judge_sources(plant: Plant, readings: Readings, estimate: Estimate, out: Expected) -> None:
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


@inlined
def _loads(  # noqa: PLR0912
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected
) -> None:
    """Find what each load should draw."""
    outside = plant.node_element.shape[0]
    for p in range(out.pool_wanted.shape[0]):
        out.pool_wanted[p] = 0.0
    for k in range(plant.work_load.shape[0]):
        i = plant.work_load[k]
        level = 1.0 if plant.load_kind[i] == TASK else readings.load_level[i]
        for n in range(plant.work_need_begin[k], plant.work_need_end[k]):
            out.pool_wanted[plant.need_pool[n]] += plant.need_amount[n] * level
    for i in range(plant.load_kind.shape[0]):
        out.load_w[i] = np.nan
        out.load_z[i] = np.nan
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
            least = min(max((cold_k - plant.noise[2]) / band_k, 0.0), 1.0)
            most = min(max((cold_k + plant.noise[2]) / band_k, 0.0), 1.0)
            sigma_w = 0.4 * (most - least) * full_w
            full_w *= min(max(cold_k / band_k, 0.0), 1.0)
        if out.island_fed[here] < 0.5 and full_w > 0.0:
            continue
        out.load_w[i] = full_w
        _compare_load(plant, readings, out, i, sigma_w)
    for k in range(plant.work_load.shape[0]):
        i = plant.work_load[k]
        here = plant.load_island[i]
        if here < 0 or plant.load_kind[i] != WORK or not readings.there[plant.load_element[i]]:
            continue
        level = readings.load_level[i]
        if level <= 0.0:
            # What must run for a time when it was started may go on.
            continue
        if out.island_fed[here] < 0.5 or not _can_work(plant, readings, estimate, out, k, level):
            continue
        idle = plant.work_idle[k]
        out.load_w[i] = plant.load_power_w[i] * (idle + (1.0 - idle) * level)
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
def _can_work(
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected, k: int, level: float
) -> bool:
    """Whether tanks and hands surely allow a converter what it is commanded."""
    for f in range(plant.work_flow_begin[k], plant.work_flow_end[k]):
        t = plant.flow_tank[f]
        capacity_kg = plant.tank_capacity_kg[t]
        filling = estimate.tank_kg[t] / max(capacity_kg, 1e-9)
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
    for s in range(plant.store_island.shape[0]):
        if plant.store_island[s] == far and readings.there[plant.store_element[s]]:
            node = plant.store_node[s]
            cold = node < plant.node_element.shape[0]
            if cold:
                cold = not estimate.node_k[node] > plant.store_charge_min_k[s] + 2.0
            # Within one tick it may have come or gone.
            if cold or not estimate.store_j[s] < 0.9 * estimate.store_capacity_j[s]:
                return
            want_w += plant.store_charge_w[s]
    full_w = plant.load_power_w[i] * readings.load_level[i]
    eta, loss = plant.link_efficiency[k], plant.link_loss_per_w[k]
    root = max(eta * eta - 4.0 * loss * want_w, 0.0)
    out.load_w[i] = min(2.0 * want_w / (eta + math.sqrt(root)), full_w)
    _compare_load(plant, readings, out, i, 0.02 * out.load_w[i])


@inlined
def _calmer(gain: float, least: float) -> float:
    """Return the gain of the next tick: 1/2, 1/3, 1/4 ... down to the constant one."""
    return max(gain / (1.0 + gain), least)


@inlined
def _stores(  # noqa: PLR0912, PLR0915
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
            if out.island_share[k] < 0.0 and np.isfinite(out.source_offer_w[j]):
                # Curtailed at the end of the tick: before, stores took what they could of it.
                whole_w = out.source_offer_w[j] * estimate.source_gain[j]
            whole_w *= min(mean[column] / last[column], 1.2)
            gap_w += whole_w - now_w
            blur_w += whole_w * abs(1.0 - min(mean[column] / last[column], 2.0))
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
            out.store_z[s] = np.nan
            out.store_flow_w[s] = 0.0
            reading_j = readings.store_j[s]
            if not readings.there[plant.store_element[s]]:
                estimate.store_j[s] = np.nan
                continue
            if not np.isfinite(estimate.store_j[s]):
                estimate.store_j[s] = reading_j if readings.store_trust[s] else np.nan
                estimate.store_gain[s] = 0.5
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
                if out.island_share[k] < 0.0 and room_j < edge_j:
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
            left_w -= flow_w
            out.store_flow_w[s] = flow_w
            out.store_blur_w[s] = blur_w + near_w
            own_blur_w = blur_w
            # What it does not take or give is left to those after it.
            blur_w += near_w
            estimate.store_capacity_j[s] = capacity_j
            after_j = min(after_j, capacity_j)
            out.store_j[s] = after_j
            estimate.store_j[s] = after_j
            if not np.isfinite(reading_j):
                continue
            noise_j = plant.noise[1] * max(reading_j, after_j)
            model_j = MODEL_STORE * rated_j + own_blur_w * dt_s
            sigma_j = math.sqrt((1.0 + estimate.store_gain[s]) * noise_j * noise_j + model_j**2)
            out.store_z[s] = (reading_j - after_j) / sigma_j
            if readings.store_trust[s]:
                estimate.store_j[s] = after_j + estimate.store_gain[s] * (reading_j - after_j)
                estimate.store_gain[s] = _calmer(estimate.store_gain[s], STORE_GAIN)


@inlined
def _node_heat(
    plant: Plant, mean: np.ndarray, last: np.ndarray, estimate: Estimate, out: Expected
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
        if plant.work_reaction_heat_w[k] != 0.0 and plant.load_power_w[i] > 0.0:
            duty = _duty(plant, out, k)
            if estimate.work_warm_s[k] >= plant.work_warm_up_s[k]:
                out.node_heat_w[plant.load_node[i]] += plant.work_reaction_heat_w[k] * duty
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


@inlined
def _duty(plant: Plant, out: Expected, k: int) -> float:
    """Return the throughput of a converter, from the power that it draws."""
    i = plant.work_load[k]
    idle = plant.work_idle[k]
    share = out.used_load_w[i] / max(plant.load_power_w[i], 1e-9)
    return max(share - idle, 0.0) / (1.0 - idle) if idle < 1.0 else 0.0


@inlined
def _nodes(
    plant: Plant,
    mean: np.ndarray,
    last: np.ndarray,
    readings: Readings,
    estimate: Estimate,
    out: Expected,
    dt_s: float,
) -> None:
    """Follow the temperature of each node by its heat balance, linearly implicit."""
    _node_heat(plant, mean, last, estimate, out)
    n_nodes = plant.node_element.shape[0]
    for k in range(plant.source_column.shape[0]):
        if plant.source_heat_per_w[k] > 0.0 and np.isfinite(out.source_offer_w[k]):
            rated_w = mean[plant.source_column[k]] * estimate.source_output[k]
            out.node_heat_w[plant.source_node[k]] += rated_w * plant.source_heat_per_w[k]
    for n in range(n_nodes):
        out.node_k[n] = np.nan
        out.node_z[n] = np.nan
        if not readings.there[plant.node_element[n]]:
            estimate.node_k[n] = np.nan
        elif not np.isfinite(estimate.node_k[n]) and readings.node_trust[n]:
            estimate.node_k[n] = readings.node_k[n]
            estimate.node_gain[n] = 0.5
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
            continue
        moved_k = out.node_k[n] - estimate.node_k[n]
        estimate.node_k[n] = out.node_k[n]
        if not np.isfinite(readings.node_k[n]):
            continue
        other_w = out.node_heat_w[n] - out.node_before_w[n]
        blur_w = 0.5 * abs(other_w) + out.node_blur_w[n]
        slack_k = 0.1 * abs(moved_k) + blur_w * dt_s / plant.node_capacity_j_per_k[n]
        noise_k = plant.noise[2] * math.sqrt(1.0 + estimate.node_gain[n])
        sigma_k = math.sqrt(noise_k * noise_k + 0.05 * 0.05 + slack_k * slack_k)
        off_k = readings.node_k[n] - out.node_k[n]
        out.node_z[n] = off_k / sigma_k
        if readings.node_trust[n]:
            estimate.node_k[n] += estimate.node_gain[n] * off_k
            estimate.node_gain[n] = _calmer(estimate.node_gain[n], NODE_GAIN)


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


@inlined
def _tanks(  # noqa: PLR0915
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected, dt_s: float
) -> None:
    """Follow each tank by the converters and stores that fill and empty it."""
    n_tanks = plant.tank_capacity_kg.shape[0]
    for t in range(n_tanks):
        out.tank_kg[t] = 0.0
        out.tank_z[t] = 0.0
        out.tank_running[t] = 0.0
    for k in range(plant.work_load.shape[0]):
        duty = _duty(plant, out, k)
        warm = estimate.work_warm_s[k] >= plant.work_warm_up_s[k]
        running_s = dt_s if duty > 0.0 else -dt_s
        until_s = plant.work_warm_up_s[k]
        estimate.work_warm_s[k] = min(max(estimate.work_warm_s[k] + running_s, 0.0), until_s)
        for f in range(plant.work_flow_begin[k], plant.work_flow_end[k]):
            t = plant.flow_tank[f]
            moved_kg = plant.flow_kg_per_s[f] * duty * dt_s
            out.tank_kg[t] += moved_kg if warm else 0.0
            # Warming up, or working for a part of the tick: not to be judged finely.
            sure = warm and estimate.work_warm_s[k] >= until_s
            out.tank_z[t] += abs(moved_kg) * (0.1 if sure else 1.0)
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
            estimate.tank_gain[t] = 0.5
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
        gain = 1.0 if plant.tank_open[t] else estimate.tank_gain[t]
        least_gain = STORE_GAIN if plant.tank_reacts[t] else TANK_GAIN
        estimate.tank_gain[t] = _calmer(estimate.tank_gain[t], least_gain)
        if off_kg > 8.0 * sigma_kg:
            # Only a delivery fills a tank at once: begin anew.
            gain = 1.0
            estimate.tank_gain[t] = 0.5
        elif not plant.tank_open[t]:
            out.tank_z[t] = off_kg / sigma_kg
            if out.tank_running[t] < 0.5:
                now = min(max(out.tank_z[t], -30.0), 30.0)
                estimate.tank_idle[t] += IDLE_SHARE * (now - estimate.tank_idle[t])
        estimate.tank_kg[t] = after_kg + (gain * off_kg if readings.tank_trust[t] else 0.0)


@inlined
def _recorders(
    plant: Plant, readings: Readings, estimate: Estimate, out: Expected, dt_s: float
) -> None:
    """Follow each recorder: exact, for a memory counts its own bits."""
    for r in range(plant.recorder_element.shape[0]):
        out.recorder_bit[r] = 0.0
        out.recorder_z[r] = 0.0
    for k in range(plant.data_load.shape[0]):
        i = plant.data_load[k]
        if not readings.there[plant.load_element[i]]:
            continue
        duty = readings.load_level[i]
        if plant.load_power_w[i] > 0.0:
            duty = out.used_load_w[i] / plant.load_power_w[i]
        made_bit = plant.data_rate_bit_per_s[k] * duty * dt_s
        r = plant.data_recorder[k]
        out.recorder_bit[r] += made_bit
        out.recorder_z[r] += 3.0 * plant.noise[0] * made_bit
        if plant.data_reads[k] >= 0 and duty > 0.0:
            out.recorder_z[r] = np.inf
            out.recorder_z[plant.data_reads[k]] = np.inf
    for k in range(plant.transmitter_load.shape[0]):
        i = plant.transmitter_load[k]
        r = plant.transmitter_recorder[k]
        duty = out.used_load_w[i] / max(plant.load_power_w[i], 1e-9)
        path = plant.transmitter_path[k]
        if duty < 0.02:
            continue
        is_open = readings.path_open[path]
        was_open = estimate.was_open[path] > 0.5
        if not is_open and not was_open:
            continue
        out.recorder_z[r] = np.inf
    for path in range(readings.path_open.shape[0]):
        estimate.was_open[path] = 1.0 if readings.path_open[path] else 0.0
    for r in range(plant.recorder_element.shape[0]):
        made_bit, sigma_bit = out.recorder_bit[r], out.recorder_z[r]
        before_bit = estimate.recorder_bit[r]
        estimate.recorder_bit[r] = readings.recorder_bit[r]
        out.recorder_bit[r] = np.nan
        out.recorder_z[r] = np.nan
        known = np.isfinite(before_bit) and np.isfinite(sigma_bit)
        known &= before_bit < 0.9 * plant.recorder_capacity_bit[r]
        if not known or not readings.there[plant.recorder_element[r]]:
            continue
        out.recorder_bit[r] = before_bit + made_bit
        off_bit = readings.recorder_bit[r] - before_bit - made_bit
        # The record of telemetry rounds to about 24 bits.
        sigma_bit += 2e-7 * readings.recorder_bit[r] + 1.0
        out.recorder_z[r] = off_bit / sigma_bit
